"""Ctrl-C in the middle of a run: no packet connection is left, nothing is sent twice, it goes on later."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from interop.record import InconcReason, Verdict
from interop.record.events import MmsSubmitted
from interop.record.reader import read_run

# interrupts itself by the country's clock, and says at the end what is left in the network
INTERRUPT = """
import asyncio, json, os, signal, sys
from drivers.emulated.country import Country
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what runs behind it ignore Ctrl-C
after = float(sys.argv[1])
start, stop = Country.start, Country.stop
async def started(self):
    await start(self)
    asyncio.get_running_loop().call_later(after, os.kill, os.getpid(), signal.SIGINT)
async def stopped(self):
    hlr, bearers = self._network.hlr, self._network.multimedia.bearers
    hosts = ["10.0.0.172", "10.0.0.200"]
    up = [one.imsi for one in hlr.subscribers for host in hosts if bearers.leading_to(one.imsi, host, 80)]
    print("LEFT", json.dumps(sorted(up)), flush=True)
    await stop(self)
Country.start, Country.stop = started, stopped
from interop.cli import main
sys.argv = ["interop", *sys.argv[2:]]
main()
"""


@pytest.mark.parametrize("after", [9.0, 13.5])
def test_an_interrupted_run_leaves_nothing_behind_and_goes_on(after: float, tmp_path: Path) -> None:
    """In the middle of other stages, at a Quectel's sockets, a SIMCom's client and this machine's own."""
    cases = ["mms", "--lab", "small", "-k", "latin and (1709 and CUCC or 1718 and CTCC)", "--out", "out"]
    done = _run([sys.executable, "-c", INTERRUPT, str(after), "run", *cases], tmp_path)
    [left] = [line for line in done.stdout.splitlines() if line.startswith("LEFT")]
    assert json.loads(left.removeprefix("LEFT")) == []
    first = read_run(tmp_path / "out")
    assert first.meta["state"] == "interrupted", done.stdout
    assert any(attempt.reason is InconcReason.INTERRUPTED for attempt in first.attempts)
    _run([sys.executable, "-m", "interop", "run", "--resume", "out"], tmp_path)
    whole = read_run(tmp_path / "out")
    assert whole.meta["state"] == "finished"
    assert {attempt.verdict for attempt in whole.final.values()} == {Verdict.PASS}
    sent = [one.event.subject for one in whole.observed if isinstance(one.event, MmsSubmitted)]
    assert len(sent) == len(set(sent)) >= len(whole.final), "what may have left is never sent again"


def _run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "160"}
    return subprocess.run(words, capture_output=True, text=True, cwd=folder, env=environment, timeout=300)
