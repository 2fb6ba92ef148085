"""What was measured, in few numbers."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.record import Attempt, Measurement, Subject, Verdict
from interop.record.reader import Run
from interop.reports.html import draw
from interop.reports.terminal import console, measurements
from interop.results import Spread, measured
from interop.results.spread import spread


def attempt(segment: str, value: float, verdict: Verdict = Verdict.PASS, of: str | None = None) -> Attempt:
    return Attempt(
        case=f"codes.x[{segment}-{value}]",
        suite="codes",
        service="code",
        standard="-",
        subject=Subject("s", "17090001234", segment, "", "CUCC", ""),
        peer="gw",
        devices={},
        attempt=1,
        verdict=verdict,
        started=0.0,
        duration_s=1.0,
        control_of=of,
        measurements=(Measurement("code_delivery_time", value, "s"),),
    )


RUN = Run(
    Path(),
    {},
    [
        *(attempt("1709", value) for value in (4.0, 1.0, 2.0)),
        attempt("1718", 7.5, Verdict.FAIL),
        attempt("1718", 900.0, Verdict.INCONC),
        attempt("186", 99.0, of="codes.x#1"),
    ],
)


def test_inconclusive_attempts_and_controls_do_not_count() -> None:
    [row] = measured(RUN.attempts)
    assert (row.name, row.unit) == ("code_delivery_time", "s")
    assert row.by_segment == {"1709": Spread(3, 2.0, 4.0, 4.0), "1718": Spread(1, 7.5, 7.5, 7.5)}


def test_two_units_are_two_rows() -> None:
    [first] = RUN.attempts[:1]
    other = replace(first, measurements=(Measurement("code_delivery_time", 4000.0, "ms"),))
    assert [row.unit for row in measured([first, other])] == ["ms", "s"]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_nearest_rank_as_defined(values: list[float]) -> None:
    """The smallest value that at least the share of all values does not exceed."""
    found = spread(values)
    for share, value in ((0.5, found.median), (0.95, found.p95), (1.0, found.worst)):
        assert value in values
        assert sum(one <= value for one in values) >= share * len(values) - 1e-9
        assert sum(one < value for one in values) < share * len(values)
    assert found.count == len(values)


@pytest.mark.parametrize("run", [RUN, Run(Path(), {}, [])], ids=["some", "none"])
def test_the_tables(run: Run) -> None:
    out = io.StringIO()
    console(out).print(measurements(run))
    page = draw(run).decode()
    if run is RUN:
        assert "code_delivery_time (s)  2 / 4  7.5 / 7.5" in out.getvalue()
        assert "2 / 4 <small>(3)</small>" in page
    else:
        assert out.getvalue() == ""
        assert "How long it took" not in page
