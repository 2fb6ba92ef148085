"""What is wrong with our own equipment never becomes a verdict that is not true: right, or inconclusive.

Each quirk runs beside a defect, so that both lies are looked for: a fail that accuses the innocent, a pass
where the defect sits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from interop.record import Cause, Layer, Verdict
from interop.record.reader import Run

DEFECT = "route.missing@segment=171,from=CMCC"
TOUCHED = ("voice-mt", "release-mt", "sms-mt", "report-mt")
QUIRKS = (
    "answer.late@rate=0.02",
    "bytes.noise",
    "echo.double",
    "echo.stuck",
    "error.verbose",
    "line.swallowed@rate=0.3",
    "line.swallowed@rate=0.1,line=+CDS:",
    "lines.crcrlf",
    "lines.lf",
    "modem.reset",
    "prompt.bare",
    "sim.busy",
    "storage.full",
    "stray.call",
    "stray.message",
    "urc.boot",
    "urc.inside",
    "write.split",
)


def assert_true_or_inconclusive(run: Run) -> int:
    """How many cases were judged, when none of them was judged wrongly."""
    judged = 0
    for case, attempt in run.final.items():
        touched = (
            attempt.service in TOUCHED and attempt.subject.sim == "snail-1718" and attempt.peer == "CMCC"
        )
        if attempt.verdict is Verdict.INCONC:
            continue
        judged += 1
        expected = Verdict.FAIL if touched else Verdict.PASS
        checks = [f"{check.name}: {check.actual}" for check in attempt.checks]
        assert attempt.verdict is expected, (case, attempt.cause, attempt.detail, checks)
        if touched:
            assert (attempt.layer, attempt.cause) == (Layer.INTERCONNECT, Cause.NO_ROUTE), (case, checks)
    return judged


@pytest.mark.parametrize("quirk", QUIRKS)
def test_a_quirk_beside_a_defect(quirk: str, run_interop: Callable[..., Run]) -> None:
    run = run_interop("small", "--quirk", quirk, "--defect", DEFECT, exit_code=None)
    assert assert_true_or_inconclusive(run) > len(run.final) // 3, "a quirk that stops everything hides lies"


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_mixtures(seed: int, run_interop: Callable[..., Run]) -> None:
    chosen = [QUIRKS[(seed * 5 + step) % len(QUIRKS)] for step in range(3)]
    options = [word for quirk in chosen for word in ("--quirk", quirk)]
    run = run_interop("small", *options, "--defect", DEFECT, "--seed", str(seed), exit_code=None)
    assert_true_or_inconclusive(run)


def test_every_quirk_is_here(interop_json: Callable[..., Any]) -> None:
    assert {row["name"] for row in interop_json("list", "quirks", "--json")} == {
        quirk.partition("@")[0] for quirk in QUIRKS
    }
