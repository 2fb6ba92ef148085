"""A run that is to be over by some time: what would not be is not begun, what was begun ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from interop.engine import Bench, Cast, Contrast, case, role
from interop.lab.model import Lab, SimPart
from interop.record import Cause, Finding, Layer, Verdict
from interop.record.reader import Run, read_run

if TYPE_CHECKING:
    from tests.engine.conftest import ToyLab

MakeToy = Callable[..., "ToyLab"]
LOST = (Layer.INTERCONNECT, Cause.MESSAGE_LOST)


def lasting(works: bool, contrast: Contrast = Contrast.NONE) -> Any:
    """A case of ten seconds; where it does not work, it works for ordinary SIMs."""

    @case(service="toy", standard="-", expected_s=10, contrast=contrast)
    async def lasting(
        bench: Bench,
        *,
        subject: Any = role("modem", "voice"),
        peer: Any = role("modem", "voice", cast=Cast.PEER),
    ) -> None:
        await asyncio.sleep(10)
        well = works or not bench.subject.mvno
        bench.check("it works", expected=True, actual=well, blame=LOST)

    return lasting


def ends(run: Run) -> list[tuple[float, float]]:
    return [(one.started, one.started + one.duration_s) for one in run.attempts]


@pytest.mark.parametrize(("contrast", "needs_s"), [(Contrast.NONE, 10), (Contrast.SEGMENT, 20)])
def test_what_would_not_be_over_is_not_begun_and_a_later_run_plays_it(
    make_toy: MakeToy, contrast: Contrast, needs_s: float
) -> None:
    function = lasting(True, contrast)
    toy = make_toy(closes_at=35.0)
    cases = toy.cases(function)
    first = toy.run(cases)
    assert toy.runner and toy.runner.cut_short
    assert 0 < len(first.attempts) < len(cases)
    assert all(one.verdict is Verdict.PASS for one in first.attempts), "what was begun came to its end"
    assert all(begun + needs_s <= 35.0 for begun, _ in ends(first))
    free_again = max(end for _, end in ends(first))
    assert free_again + needs_s > 35.0, "time was left for another one"

    later = make_toy()
    run = later.run(cases, previous=read_run(toy.directory))
    assert later.runner and not later.runner.cut_short
    assert sorted(one.case for one in run.attempts) == sorted(case.name for case in cases)
    assert [toy_case for toy_case, _ in toy.ended] == [one.case for one in first.attempts]


def test_a_fail_left_room_for_its_contrast(make_toy: MakeToy) -> None:
    toy = make_toy(closes_at=25.0)
    run = toy.run(toy.cases(lasting(False, Contrast.SEGMENT), only="[mvno-a->CMCC"))
    fails = [one for one in run.attempts if one.control_of is None]
    assert fails and all(one.control and one.control.finding is Finding.SEGMENT for one in fails)
    assert max(end for _, end in ends(run)) <= 25.0


def test_nothing_waits_beyond_it_for_a_device_that_rests(
    make_toy: MakeToy, new_sim: Callable[..., SimPart], new_lab: Callable[..., Lab]
) -> None:
    sims = [
        new_sim("mvno-a", "17090000001", "mvno", "CUCC", "A", cooldown_s=1000.0),
        new_sim("cucc-1", "18600000003", "ordinary", "CUCC", "CUCC"),
        new_sim("cmcc-1", "13900000005", "ordinary", "CMCC", "CMCC"),
    ]
    over: list[float] = []

    async def end(_toy: ToyLab) -> None:
        over.append(asyncio.get_running_loop().time())

    toy = make_toy(lab=new_lab(sims), closes_at=60.0, end=end)
    assert len(toy.run(toy.cases(lasting(True))).attempts) == 1
    assert over[0] <= 61.0


def test_without_any_time_nothing_is_begun(make_toy: MakeToy) -> None:
    toy = make_toy(closes_at=9.0)
    assert toy.run(toy.cases(lasting(True))).started == []
    assert toy.runner and toy.runner.cut_short
