"""Ctrl-C in the middle of a run: no packet connection is left, nothing is sent twice, it goes on later."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.emulated.network import Network
from interop.record import Verdict
from interop.record.events import MmsSubmitted
from interop.record.reader import read_run
from tests.forked import interop
from tests.suites.interrupted import interrupted

HOSTS = ("10.0.0.172", "10.0.0.200")


def connected(network: Network) -> list[str]:
    """Who still has a packet connection to a proxy."""
    bearers, subscribers = network.multimedia.bearers, network.hlr.subscribers
    return sorted(one.imsi for one in subscribers for host in HOSTS if bearers.leading_to(one.imsi, host, 80))


@pytest.mark.parametrize("after", [9.0, 13.5])
def test_an_interrupted_run_leaves_nothing_behind_and_goes_on(after: float, tmp_path: Path) -> None:
    """In the middle of other stages, at a Quectel's sockets, a SIMCom's client and this machine's own."""
    cases = "latin and (1709 and CUCC or 1718 and CTCC)"
    assert interrupted(tmp_path, after, "mms", cases, connected) == []
    done = interop("run", "--resume", "out", cwd=tmp_path)
    whole = read_run(tmp_path / "out")
    assert whole.meta["state"] == "finished", done.stdout + done.stderr
    assert {attempt.verdict for attempt in whole.final.values()} == {Verdict.PASS}
    sent = [one.event.subject for one in whole.observed if isinstance(one.event, MmsSubmitted)]
    assert len(sent) == len(set(sent)) >= len(whole.final), "what may have left is never sent again"
