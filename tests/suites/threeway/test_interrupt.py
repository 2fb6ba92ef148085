"""Ctrl-C in the middle of a run: what was set in the network is put back, and nobody is left in a call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from interop.record import InconcReason
from interop.record.reader import read_run

# interrupts itself by the country's clock, and says at the end what is left in the network
INTERRUPT = """
import asyncio, json, os, signal, sys
from drivers.emulated.air import Forward
from drivers.emulated.country import Country
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what runs behind it ignore Ctrl-C
after = float(sys.argv[1])
start, stop = Country.start, Country.stop
async def started(self):
    await start(self)
    asyncio.get_running_loop().call_later(after, os.kill, os.getpid(), signal.SIGINT)
async def stopped(self):
    hlr = self._network.hlr
    lines = [hlr.line(one.imsi) for one in hlr.subscribers]
    left = {
        "lines": sum(line is not None for line in lines),
        "forwarding": sum(hlr.forwarding(o.imsi, w) is not None for o in hlr.subscribers for w in Forward),
        "waiting": sum(hlr.call_waiting(one.imsi) for one in hlr.subscribers),
        "calls": sum(len(self._network.legs(line.terminal)) for line in lines if line),
    }
    print("LEFT", json.dumps(left), flush=True)
    await stop(self)
Country.start, Country.stop = started, stopped
from interop.cli import main
sys.argv = ["interop", *sys.argv[2:]]
main()
"""


@pytest.mark.parametrize(
    ("cases", "after"),
    [("diverts", 14), ("diverts", 30), ("waiting", 21), ("waiting", 47), ("joins or invited", 61)],
)
def test_an_interrupted_run_leaves_nothing_behind(cases: str, after: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-c", INTERRUPT, str(after)),
            *("run", "threeway", "--lab", "small", "-k", cases, "--out", "out"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "160"},
        timeout=300,
    )
    [left] = [line for line in done.stdout.splitlines() if line.startswith("LEFT")]
    assert json.loads(left.removeprefix("LEFT")) == {"lines": 6, "forwarding": 0, "waiting": 0, "calls": 0}
    run = read_run(tmp_path / "out")
    assert run.meta["state"] == "interrupted", done.stdout
    assert any(attempt.reason is InconcReason.INTERRUPTED for attempt in run.attempts), (
        "something was going on"
    )
