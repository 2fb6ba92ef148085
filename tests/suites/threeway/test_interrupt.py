"""Ctrl-C in the middle of a run: what was set in the network is put back, and nobody is left in a call."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.emulated.air import Forward
from drivers.emulated.network import Network
from tests.suites.interrupted import interrupted


def in_use(network: Network) -> dict[str, int]:
    """How many are registered, have something set, or speak."""
    hlr = network.hlr
    lines = [hlr.line(one.imsi) for one in hlr.subscribers]
    return {
        "lines": sum(line is not None for line in lines),
        "forwarding": sum(hlr.forwarding(o.imsi, w) is not None for o in hlr.subscribers for w in Forward),
        "waiting": sum(hlr.call_waiting(one.imsi) for one in hlr.subscribers),
        "calls": sum(len(network.legs(line.terminal)) for line in lines if line),
    }


@pytest.mark.parametrize(
    ("cases", "after"),
    [("diverts", 14), ("diverts", 30), ("waiting", 21), ("waiting", 47), ("joins or invited", 61)],
)
def test_an_interrupted_run_leaves_nothing_behind(cases: str, after: int, tmp_path: Path) -> None:
    left = interrupted(tmp_path, after, "threeway", cases, in_use)
    assert left == {"lines": 6, "forwarding": 0, "waiting": 0, "calls": 0}
