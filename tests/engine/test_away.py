"""A modem that is away is nobody's; the run waits a while, then goes on without it and says why once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from interop.engine import Bench, Cast, case, role
from interop.engine.away import AWAY_S, MOST_LOSSES, Away
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


class Told:
    """What `Away` makes of news, without a run."""

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.out: list[str] = []
        self.backs = 0
        self.away = Away(self.scheduler, out=self.out.append, back=self.back)

    def back(self) -> None:
        self.backs += 1

    def flap(self, party: str, *others: str) -> None:
        """A case of `party` and `others` in which the modem of `party` is lost and comes back."""
        lost = seen.LinkLost("hung up")
        self.away.heard(party, lost)
        self.away.heard(party, seen.LinkBack("/dev/ttyUSB1", 1.0))
        self.away.ended((party, *others), [(party, lost)])


def told(script: Callable[[Told], Any]) -> Told:
    from interop.engine.clock import run_virtual

    async def main() -> Told:
        made = Told()
        result = script(made)
        if asyncio.iscoroutine(result):
            await result
        await asyncio.sleep(AWAY_S * 2)
        return made

    return run_virtual(main())


def test_out_for_the_run_is_out_also_when_it_comes_back_later() -> None:
    def script(it: Told) -> None:
        for _ in range(MOST_LOSSES):
            it.flap("a")
        it.away.heard("a", seen.LinkBack("/dev/ttyUSB1", 60.0))

    it = told(script)
    assert it.out == ["a"]
    assert it.backs == MOST_LOSSES
    assert "lost in 3 cases in a row" in it.away.why["a"]


def test_only_who_was_lost_is_out_and_only_for_losses_in_a_row() -> None:
    def script(it: Told) -> None:
        for number in range(MOST_LOSSES * 2):
            it.flap("a", "b")
            if number % 2:
                it.away.ended(("a",), [("b", seen.LinkLost("hung up"))])  # a case in which it held

    it = told(script)
    assert it.out == []
    assert it.away.why == {}


def test_given_up_is_said_once_with_its_own_reason() -> None:
    async def script(it: Told) -> None:
        it.away.heard("a", seen.LinkLost("hung up"))
        await asyncio.sleep(AWAY_S / 2)
        it.away.heard("a", seen.LinkGivenUp("came back with another SIM"))

    it = told(script)
    assert it.out == ["a"]
    assert it.away.why == {"a": "came back with another SIM"}


def test_a_second_loss_without_a_return_counts_from_the_second() -> None:
    async def script(it: Told) -> None:
        it.away.heard("a", seen.LinkLost("hung up"))
        await asyncio.sleep(AWAY_S - 1)
        it.away.heard("a", seen.LinkLost("once more"))
        await asyncio.sleep(AWAY_S - 1)
        it.away.heard("a", seen.LinkBack("/dev/ttyUSB1", 1.0))

    assert told(script).out == []


def test_after_the_run_nothing_is_told_any_more() -> None:
    def script(it: Told) -> None:
        it.away.heard("a", seen.LinkLost("hung up"))
        it.away.close()

    assert told(script).out == []
