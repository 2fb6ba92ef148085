"""A modem that is away is nobody's; the run waits a while, then goes on without it and says why once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from interop.engine import Bench, Cast, case, role
from interop.engine.away import AWAY_S, MOST_LOSSES
from interop.engine.scheduler import Scheduler
from interop.record import InconcReason, Verdict
from interop.record import events as seen
from interop.record.reader import Run

if TYPE_CHECKING:
    from tests.engine.conftest import ToyLab

MakeToy = Callable[..., "ToyLab"]
MVNO = "mvno-a"


def cases_of(act: Callable[[Bench], Any], toy: ToyLab, times: int = 4) -> list[Any]:
    """`times` cases of ten seconds between mvno-a and a CMCC peer, each doing `act` at its end."""

    @case(service="toy", standard="-", expected_s=10)
    async def away(
        bench: Bench,
        *,
        subject: Any = role("modem", "voice"),
        peer: Any = role("modem", "voice", cast=Cast.PEER),
    ) -> None:
        await asyncio.sleep(10)
        act(bench)
        bench.check("it works", expected=1, actual=1)

    from dataclasses import replace

    [one] = toy.cases(away, only=f"[{MVNO}->CMCC]")
    return [replace(one, repeat=number) for number in range(1, times + 1)]


def later(toy: ToyLab, after: float, event: seen.Event, sim: str = MVNO) -> None:
    asyncio.get_running_loop().call_later(after, toy.devices[f"m-{sim}"].events.append, event)


def play(toy: ToyLab, cases: list[Any], script: Callable[[], None]) -> Run:
    from interop.engine.clock import run_virtual
    from interop.record.reader import read_run

    async def main() -> None:
        script()
        await toy.play(cases)

    run_virtual(main())
    return read_run(toy.directory)


def begun(run: Run, name: str) -> list[float]:
    return [start.started for start in run.started if name in start.case]


def test_nothing_begins_with_a_modem_that_is_away_and_all_goes_on_when_it_is_back(make_toy: MakeToy) -> None:
    toy = make_toy()

    def script() -> None:
        later(toy, 15, seen.LinkLost("unplugged"))
        later(toy, 100, seen.LinkBack("/dev/ttyUSB7", 85.0))

    run = play(toy, cases_of(lambda _bench: None, toy), script)
    starts = begun(run, MVNO)
    assert [attempt.verdict for attempt in run.final.values()] == [Verdict.PASS] * 4
    assert len(starts) == 4
    assert not [at for at in starts if 15 < at < 100]
    assert sum(at >= 100 for at in starts) == 2


def test_one_that_stays_away_ends_what_needs_it_in_one_sentence(make_toy: MakeToy) -> None:
    toy = make_toy()
    run = play(
        toy,
        cases_of(lambda _bench: None, toy, times=30),
        lambda: later(toy, 15, seen.LinkLost("/dev/ttyUSB2: hung up")),
    )
    lost = [attempt for attempt in run.final.values() if attempt.verdict is Verdict.INCONC]
    assert len(lost) == 28
    assert {(one.reason, one.detail, one.attempt) for one in lost} == {
        (InconcReason.MODEM, "m-mvno-a: its modem has been away for 300 s (/dev/ttyUSB2: hung up)", 1)
    }
    assert all(one.started <= 15 + AWAY_S for one in lost), "not tried one after another"


def test_what_others_can_play_goes_on_with_others(make_toy: MakeToy) -> None:
    toy = make_toy()
    run = play(
        toy,
        cases_of(lambda _bench: None, toy, times=10),
        lambda: later(toy, 15, seen.LinkGivenUp("another SIM is in it"), sim="cmcc-1"),
    )
    assert {attempt.verdict for attempt in run.final.values()} == {Verdict.PASS}
    late = [start for start in run.started if start.started > 15]
    assert late
    assert {start.devices["peer"] for start in late} == {"m-cmcc-2"}


def test_one_that_comes_back_after_it_was_given_up_serves_what_begins_later(make_toy: MakeToy) -> None:
    toy = make_toy()

    def script() -> None:
        later(toy, 5, seen.LinkLost("unplugged"), sim="cmcc-1")
        later(toy, 5, seen.LinkLost("unplugged"), sim="cmcc-2")
        later(toy, 100, seen.LinkBack("/dev/ttyUSB7", 95.0), sim="cmcc-2")
        later(toy, 400, seen.LinkBack("/dev/ttyUSB8", 395.0), sim="cmcc-1")

    run = play(toy, cases_of(lambda _bench: None, toy, times=60), script)
    assert {attempt.verdict for attempt in run.final.values()} == {Verdict.PASS}
    assert "m-cmcc-1" not in {s.devices["peer"] for s in run.started if 5 < s.started < 400}


def test_a_modem_lost_in_three_cases_in_a_row_is_out_although_it_comes_back(make_toy: MakeToy) -> None:
    def flap(bench: Bench) -> None:
        subject: Any = bench.devices["subject"]
        subject.does(seen.LinkLost("hung up"), seen.LinkBack("/dev/ttyUSB1", 1.0))
        raise TimeoutError

    toy = make_toy()
    run = play(toy, cases_of(flap, toy, times=10), lambda: None)
    assert len(run.started) == MOST_LOSSES
    final = list(run.final.values())
    assert {attempt.verdict for attempt in final} == {Verdict.INCONC}
    assert sum("lost in 3 cases in a row (hung up)" in attempt.detail for attempt in final) >= 9


@pytest.mark.parametrize("when", ["waiting", "later"])
def test_what_is_withheld_is_given_to_nobody_until_it_is_restored(when: str) -> None:
    from interop.engine.scheduler import Job

    class Device:
        name, resources = "m1", ("modem:m1", "sim:s1")

    scheduler, job = Scheduler(), Job("a#1", 10, {"subject": [Device()]})
    if when == "waiting":
        scheduler.add(job)
        scheduler.withhold("sim:s1")
    else:
        scheduler.withhold("sim:s1")
        scheduler.add(job)
    assert scheduler.start(0.0) == []
    assert scheduler.withdraw("sim:s1") == [job]
    assert scheduler.waiting == 0
    scheduler.add(job)
    scheduler.restore("sim:s1")
    assert [claim.job for claim in scheduler.start(1.0)] == [job]
