"""What the engine makes of cases: verdicts, health gate, retries, contrast, late messages, interruption.

The expected verdicts are written by hand from DESIGN section 4.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from interop.engine import Bench, Cast, Contrast, Inconclusive, Probe, case, role
from interop.engine.clock import run_virtual
from interop.protocols.errors import BudgetSpent, DeviceLost, EmergencyRefused, NotAnswering, NotAvailable
from interop.protocols.modem import Health
from interop.record import Attempt, Cause, Finding, InconcReason, Layer, Verdict
from interop.record import events as seen

if TYPE_CHECKING:
    from tests.engine.conftest import ToyLab

MakeToy = Callable[..., "ToyLab"]
LOST = (Layer.INTERCONNECT, Cause.MESSAGE_LOST)
TWINS = (LOST, (Layer.INTERCONNECT, Cause.NO_ROUTE))
MODEM, INDETERMINATE = InconcReason.MODEM, InconcReason.INDETERMINATE


def passes(bench: Bench) -> None:
    bench.check("it works", expected=1, actual=1)


def fails(bench: Bench) -> None:
    bench.check("it works", expected=1, actual=2, blame=LOST)
    bench.check("nor this", expected=1, actual=2, blame=(Layer.SIM, Cause.NO_ROUTE))


def fails_somehow(bench: Bench) -> None:
    bench.check("it works", expected=1, actual=2, ambiguous=TWINS)


def raises(error: BaseException) -> Callable[[Bench], None]:
    def act(bench: Bench) -> None:
        raise error

    return act


def of(*acts: Callable[[Bench], None]) -> Callable[[Bench], None]:
    def act(bench: Bench) -> None:
        for one in acts:
            one(bench)

    return act


def by_sim(**acts: Callable[[Bench], None]) -> Callable[[Bench], None]:
    """What happens depends on who is tested: `mvno_a`, else `other`."""

    def act(bench: Bench) -> None:
        acts.get(bench.subject.sim.replace("-", "_"), acts["other"])(bench)

    return act


def scripted(act: Callable[[Bench], None], **options: Any) -> Any:
    """A case between the subject and a peer that lasts ten seconds and then does `act`."""

    @case(service="toy", standard="-", expected_s=10, **options)
    async def scripted(
        bench: Bench,
        *,
        subject: Any = role("modem", "voice"),
        peer: Any = role("modem", "voice", cast=Cast.PEER),
    ) -> None:
        bench.on_exit(subject.hang_up_all)
        await asyncio.sleep(10)
        act(bench)

    return scripted


@dataclass(frozen=True)
class Row:
    """What the case does, what the probes find; and what must stand in the record for mvno-a."""

    name: str
    act: Callable[[Bench], None]
    verdict: Verdict
    attempts: int = 1
    reason: InconcReason | None = None
    finding: Finding | None = None
    contrast: Contrast = Contrast.SEGMENT
    probe: Probe = Probe.REGISTERED
    ill: dict[tuple[str, int], InconcReason] | None = None
    """(SIM, number of its probe) -> trouble"""


def events(*what: seen.Event) -> Callable[[Bench], None]:
    return lambda bench: bench.devices["subject"].does(*what)  # type: ignore[attr-defined]


SUBMIT = seen.MessageSubmitted("186", "hello")
PASS, FAIL, INCONC, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.INCONC, Verdict.ERROR
ALL_FAIL = Finding.PATH
TABLE = [
    Row("pass", passes, PASS),
    Row("checked nothing", lambda bench: None, ERROR),
    Row("crash", raises(KeyError("x")), ERROR),
    Row("crash after a pass", of(passes, raises(KeyError("x"))), ERROR),
    Row("crash after a fail", of(fails, raises(KeyError("x"))), ERROR),
    Row("assert in a case", raises(AssertionError()), ERROR),
    Row("pytest.skip in a case", raises(pytest.skip.Exception("no")), ERROR),
    Row("somebody cancelled something", raises(asyncio.CancelledError()), ERROR),
    Row("emergency number", raises(EmergencyRefused("m", "110")), ERROR),
    Row("inconclusive", raises(Inconclusive(InconcReason.SITE, "?")), INCONC, 3, InconcReason.SITE),
    Row("pass, then inconclusive", of(passes, raises(Inconclusive(MODEM, "?"))), INCONC, 3, MODEM),
    Row("device lost", raises(DeviceLost("m", "gone")), INCONC, 3, MODEM),
    Row("budget", raises(BudgetSpent("m", "spent")), INCONC, 1, InconcReason.BUDGET),
    Row("no answer, nothing sent", raises(NotAnswering("m", "?")), INCONC, 3, INDETERMINATE),
    Row(
        "no answer, something had been sent",
        of(events(SUBMIT, seen.MessageAccepted(1)), raises(NotAnswering("m", "?"))),
        INCONC, 1, INDETERMINATE,
    ),
    Row(
        "lost between sending and its answer",
        of(events(SUBMIT), raises(DeviceLost("m", "gone"))), INCONC, 1, MODEM,
    ),
    Row(
        "lost after the answer",
        of(events(SUBMIT, seen.MessageAccepted(1)), raises(DeviceLost("m", "gone"))), INCONC, 3, MODEM,
    ),
    Row(
        "lost while dialling",
        of(events(seen.Dialled("1")), raises(DeviceLost("m", "gone"))), INCONC, 1, MODEM,
    ),
    Row("time-out in the case", raises(TimeoutError()), INCONC, 3, INDETERMINATE),
    Row("both fail: the path", fails, FAIL, finding=Finding.PATH),
    Row("only the segment fails", by_sim(mvno_a=fails, other=passes), FAIL, finding=Finding.SEGMENT),
    Row(
        "the control is inconclusive",
        by_sim(mvno_a=fails, other=raises(DeviceLost("m", "gone"))), FAIL, finding=Finding.UNKNOWN,
    ),
    Row(
        "the control breaks",
        by_sim(mvno_a=fails, other=raises(KeyError("x"))), FAIL, finding=Finding.UNKNOWN,
    ),
    Row(
        "the ordinary SIM fails in another way: not the same path trouble",
        by_sim(mvno_a=fails, other=fails_somehow), FAIL, finding=Finding.UNKNOWN,
    ),
    Row("two causes look the same", fails_somehow, FAIL, finding=Finding.PATH),
    Row("no contrast wanted", fails, FAIL, contrast=Contrast.NONE),
    Row(
        "neighbour works",
        by_sim(mvno_a=fails, other=passes), FAIL, finding=Finding.SEGMENT, contrast=Contrast.NEIGHBOUR,
    ),
    Row(
        "neighbour fails too: our coverage",
        fails, INCONC, 1, InconcReason.COVERAGE, Finding.PATH, Contrast.NEIGHBOUR,
    ),
    Row(
        "neighbour inconclusive",
        by_sim(mvno_a=fails, other=raises(DeviceLost("m", "gone"))),
        INCONC, 1, InconcReason.NO_CONTROL, Finding.UNKNOWN, Contrast.NEIGHBOUR,
    ),
    Row("ill before", passes, PASS, attempts=2, ill={("mvno-a", 0): InconcReason.SIM}),
    Row("still searching", passes, PASS, ill={("mvno-a", n): InconcReason.NOT_REGISTERED for n in range(9)}),
    Row("ill before, always", passes, INCONC, 3, MODEM, ill={("mvno-a", n): MODEM for n in range(99)}),
    Row("a pass needs no probe after", passes, PASS, ill={("mvno-a", 1): MODEM}),
    Row(
        "ill after a fail",
        by_sim(mvno_a=fails, other=passes), INCONC, 3, InconcReason.SIM,
        ill={("mvno-a", n): InconcReason.SIM for n in (1, 3, 5)},
    ),
    Row("no probe wanted", fails, FAIL, finding=ALL_FAIL, probe=Probe.NONE, ill={("mvno-a", 0): MODEM}),
    Row("a modem restarted meanwhile", of(events(seen.ModemReset("RDY")), fails), INCONC, 3, MODEM),
    Row(
        "a link was lost and came back meanwhile",
        of(events(seen.LinkLost("unplugged"), seen.LinkBack("/dev/ttyUSB1", 20.0)), fails), INCONC, 3, MODEM,
    ),
    Row("away when it began", of(events(seen.LinkBack("/dev/ttyUSB1", 20.0)), fails), INCONC, 3, MODEM),
    Row("a restart does not spoil a pass", of(events(seen.ModemReset("RDY")), passes), PASS),
    Row("a fail, then a device error", of(fails, raises(DeviceLost("m", "gone"))), INCONC, 3, MODEM),
    Row("a fail, then no budget", of(fails, raises(BudgetSpent("m", "0"))), FAIL, finding=ALL_FAIL),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_verdicts(row: Row, make_toy: MakeToy) -> None:
    ill = row.ill or {}
    toy = make_toy(health=lambda sim, number: Health(ill.get((sim, number)), "ill"))
    function = scripted(row.act, contrast=row.contrast, probe=row.probe)
    run = toy.run(toy.cases(function, only="[mvno-a->CMCC]"))
    [(name, counts)] = toy.ended
    mine = [attempt for attempt in run.attempts if attempt.case == name]
    assert (counts.verdict, counts.reason) == (row.verdict, row.reason)
    assert run.final[name] == counts
    assert [attempt.attempt for attempt in mine] == list(range(1, row.attempts + 1))
    assert (counts.control.finding if counts.control else None) == row.finding
    blame: Any = (None, None, ())
    if row.verdict is FAIL:
        blame = (LOST[0], None, TWINS) if row.act is fails_somehow else (*LOST, ())
    assert (counts.layer, counts.cause, counts.ambiguous) == blame
    if row.verdict is ERROR and "nothing" not in row.name:
        assert "Traceback" in counts.detail or "Error" in counts.detail or "Skipped" in counts.detail
    begun = Counter(f"{start.case}#{start.attempt}" for start in run.started)
    assert begun == Counter(attempt.key for attempt in run.attempts)


def test_an_overlong_case_is_ended_and_says_so(toy: ToyLab) -> None:
    function = scripted(passes, timeout_s=5.0)
    toy.run(toy.cases(function, only="[mvno-a->CMCC]"))
    assert toy.ended[0][1].detail == "not over after 5 s"
    assert toy.ended[0][1].reason is INDETERMINATE


def test_a_retry_goes_to_another_peer_where_there_is_one(toy: ToyLab) -> None:
    run = toy.run(toy.cases(scripted(raises(DeviceLost("m", "gone"))), only="[mvno-a->CMCC]"))
    assert [one.devices["peer"] for one in run.attempts][:2] == ["m-cmcc-1", "m-cmcc-2"]
    assert len(run.attempts) == 3
    assert {one.devices["subject"] for one in run.attempts} == {"m-mvno-a"}


def test_a_fail_is_on_disk_before_its_control_begins(toy: ToyLab) -> None:
    toy.run(toy.cases(scripted(by_sim(mvno_a=fails, other=passes)), only="[mvno-a->CMCC]"))
    lines = [json.loads(line) for line in (toy.directory / "results.jsonl").read_text().splitlines()]
    shown = [(line["type"], line["case"], (line.get("control") or {}).get("why")) for line in lines]
    mine, control = "toy.scripted[mvno-a->CMCC]", "toy.scripted[cucc-1->CMCC]"
    assert shown == [
        ("started", mine, None),
        ("attempt", mine, "pending"),
        ("started", control, None),
        ("attempt", control, None),
        ("attempt", mine, ""),
    ]
    assert lines[2]["control_of"] == lines[3]["control_of"] == f"{mine}#1"
    assert lines[3]["subject"]["mvno"] == "" and lines[3]["devices"]["peer"] == lines[0]["devices"]["peer"]
    assert lines[4]["control"]["case"] == f"{control}#1" and lines[4]["control"]["sim"] == "cucc-1"


def test_what_belongs_to_a_number_has_a_control_of_its_own(toy: ToyLab) -> None:
    """Two numbers, two hotlines: that an ordinary SIM reaches one of them says nothing about the other."""

    def act(bench: Bench) -> None:
        reached = bench.control and bench.tested.name == "mvno-a"
        (passes if reached else fails)(bench)

    run = toy.run(toy.cases(scripted(act, own_control=True), only="->CMCC]"))
    found = {case: final.control.finding for case, final in run.final.items() if final.control}
    assert found == {
        "toy.scripted[mvno-a->CMCC]": Finding.SEGMENT,
        "toy.scripted[mvno-b->CMCC]": Finding.PATH,
    }


def test_the_tested_sim_is_not_to_be_had_where_controls_are_shared(toy: ToyLab) -> None:
    def act(bench: Bench) -> None:
        bench.check("name", expected="mvno-a", actual=bench.tested.name)

    run = toy.run(toy.cases(scripted(act))[:1])
    (final,) = run.final.values()
    assert final.verdict is Verdict.ERROR
    assert "own_control" in final.detail


def test_a_control_is_shared_by_those_it_fits(make_toy: MakeToy, new_lab: Any, toy: ToyLab) -> None:
    """mvno-a and mvno-b are of one base operator; with one CMCC peer there is one path and one control."""
    sims = [one for one in toy.lab.sims if one.name != "cmcc-2"]
    toy = make_toy(lab=new_lab(sims))
    run = toy.run(toy.cases(scripted(by_sim(mvno_a=fails, mvno_b=fails, other=passes)), only="->CMCC]"))
    controls = [attempt for attempt in run.attempts if attempt.control_of]
    assert len(controls) == 1
    assert {attempt.control.case for _, attempt in toy.ended if attempt.control} == {controls[0].key}


def test_no_ordinary_sim_no_contrast(make_toy: MakeToy, new_lab: Any, toy: ToyLab) -> None:
    sims = [one for one in toy.lab.sims if not one.name.startswith("cucc")]
    for contrast, verdict in ((Contrast.SEGMENT, FAIL), (Contrast.NEIGHBOUR, INCONC)):
        toy = make_toy(lab=new_lab(sims), directory=toy.directory.with_name(contrast.value))
        toy.run(toy.cases(scripted(fails, contrast=contrast), only="[mvno-a->CMCC]"))
        attempt = toy.ended[0][1]
        assert attempt.verdict is verdict
        assert attempt.control is not None and attempt.control.finding is Finding.UNKNOWN
        assert "no ordinary CUCC SIM" in attempt.control.why
    assert attempt.reason is InconcReason.NO_CONTROL


def test_cleanup_runs_last_first_also_after_a_crash_and_calls_are_hung_up(toy: ToyLab) -> None:
    order: list[str] = []

    @case(service="toy", standard="-", expected_s=1, contrast=Contrast.NONE)
    async def crashes(
        bench: Bench, *, subject: Any = role("modem"), peer: Any = role("modem", cast=Cast.PEER)
    ) -> None:
        async def first() -> None:
            order.append("first")

        async def second() -> None:
            order.append("second")

        bench.on_exit(first)
        bench.on_exit(second)
        subject.does(seen.Dialled("1"))
        raise KeyError("x")

    toy.run(toy.cases(crashes, only="[mvno-a->CMCC]"))
    assert order == ["second", "first"]
    assert toy.devices["m-mvno-a"].hung_up == 1
    assert toy.devices["m-cmcc-1"].hung_up == 0


def test_what_a_cleanup_owes_is_settled_before_another_case_has_the_device(toy: ToyLab) -> None:
    """As a forwarding that could not be erased: calls to that number would go elsewhere."""
    order: list[str] = []
    refusals = 4

    @case(service="toy", standard="-", expected_s=1, contrast=Contrast.NONE)
    async def owes(bench: Bench, *, subject: Any = role("modem")) -> None:
        order.append("case")

        async def erase() -> None:
            nonlocal refusals
            if refusals:
                refusals -= 1
                raise NotAvailable(subject.name, "no network")
            order.append("erased")

        bench.on_exit(erase, owed_at=subject.name)
        passes(bench)

    one, two, *_ = toy.cases(owes, only="mvno-a") + toy.cases(owes, only="mvno-a")
    toy.run([one, replace(two, repeat=2)])
    assert order == ["case", "erased", "case", "erased"]
    assert [attempt.verdict for _, attempt in toy.ended] == [PASS, PASS]


def test_what_is_owed_at_the_end_of_a_run_is_settled(toy: ToyLab) -> None:
    refusals, erased = 4, 0

    @case(service="toy", standard="-", expected_s=1, contrast=Contrast.NONE)
    async def owes(bench: Bench, *, subject: Any = role("modem")) -> None:
        async def erase() -> None:
            nonlocal refusals, erased
            if refusals:
                refusals -= 1
                raise NotAvailable(subject.name, "no network")
            erased += 1

        bench.on_exit(erase, owed_at=subject.name)
        passes(bench)

    toy.run(toy.cases(owes, only="[mvno-a]"))
    assert (refusals, erased) == (0, 1)
    assert "clean-up: m-mvno-a: no network" in toy.ended[0][1].detail


def test_a_number_whose_forwarding_cannot_be_erased_is_judged_no_more(toy: ToyLab) -> None:
    @case(service="toy", standard="-", expected_s=1, contrast=Contrast.NONE)
    async def owes(bench: Bench, *, subject: Any = role("modem")) -> None:
        async def erase() -> None:
            raise NotAvailable(subject.name, "no network")

        bench.on_exit(erase, owed_at=subject.name)
        passes(bench)

    one, two, *_ = toy.cases(owes, only="mvno-a") + toy.cases(owes, only="mvno-a")
    toy.run([one, replace(two, repeat=2)])
    (_, first), (_, second) = toy.ended
    assert first.verdict is PASS
    assert (second.verdict, second.reason) == (Verdict.INCONC, InconcReason.MODEM)
    assert f"left by {first.key}" in second.detail


def test_a_cleanup_that_crashes_is_an_error_and_one_that_hangs_ends(toy: ToyLab) -> None:
    async def hang(bench: Bench) -> None:
        bench.on_exit(lambda: asyncio.sleep(10_000))
        passes(bench)

    async def crash(bench: Bench) -> None:
        async def cleanup() -> None:
            raise KeyError("cleanup")

        bench.on_exit(cleanup)
        passes(bench)

    for act, verdict, says in (
        (hang, PASS, "clean-up: took too long"),
        (crash, ERROR, "KeyError: 'cleanup'"),
    ):

        @case(service="toy", standard="-", expected_s=1)
        async def tidies(bench: Bench, *, subject: Any = role("modem"), act: Any = act) -> None:
            await act(bench)

        toy.ended.clear()
        toy.directory = toy.directory.with_name(act.__name__)
        toy.run(toy.cases(tidies, only="[mvno-a]"))
        assert toy.ended[0][1].verdict is verdict
        assert says in toy.ended[0][1].detail


def test_the_probe_is_the_one_the_case_declares(toy: ToyLab) -> None:
    toy.run(toy.cases(scripted(passes, probe=Probe.ALIVE), only="[mvno-a->CMCC]"))
    assert toy.devices["m-mvno-a"].probes == [False]
    assert toy.devices["m-cmcc-1"].probes == [False]


def test_events_belong_to_who_holds_the_device(toy: ToyLab) -> None:
    async def after(toy: ToyLab) -> None:
        toy.devices["m-mvno-a"].does(seen.Note("between"))

    toy.end = after
    run = toy.run(toy.cases(scripted(of(events(seen.Note("mine")), passes)), only="[mvno-a->CMCC]"))
    owners = {one.event.text: one.attempt for one in run.observed if isinstance(one.event, seen.Note)}
    assert owners == {"mine": "toy.scripted[mvno-a->CMCC]#1", "between": None}
    first, last = run.attempts[0].evidence["seq"]
    assert [one.seq for one in run.observed if one.attempt] == list(range(first, last + 1))


def test_a_late_message_is_recorded_against_its_case_and_not_the_next(toy: ToyLab) -> None:
    def received(text: str) -> seen.MessageReceived:
        return seen.MessageReceived("+8613900000005", 145, text, "2026-01-05T09:00:00+08:00")

    @case(service="toy", standard="-", expected_s=10, contrast=Contrast.NONE)
    async def asks(
        bench: Bench, *, subject: Any = role("modem"), peer: Any = role("modem", cast=Cast.PEER)
    ) -> None:
        first = not toy.ended
        bench.expect_message(subject.sim, f"code {'one' if first else 'two'}")
        await asyncio.sleep(3)
        if not first:
            subject.does(received("【bank】code one"), received("code two"))
        passes(bench)

    run = toy.run(toy.cases(asks, only="[mvno-a->")[:2])
    one, two = (name for name, _ in toy.ended)
    assert [(late.case, late.party, late.what, late.after_s > 0) for late in run.late] == [
        (one, "mvno-a", "message from +8613900000005: 【bank】code one", True)
    ]
    owners = [one.attempt for one in run.observed if isinstance(one.event, seen.MessageReceived)]
    assert owners == [f"{one}#1", f"{two}#1"]


def test_what_comes_while_a_case_is_cleaned_up_is_late(toy: ToyLab) -> None:
    """Nobody looks at it any more: without that line the record would say that it never came."""

    @case(service="toy", standard="-", expected_s=10, contrast=Contrast.NONE)
    async def asks(
        bench: Bench, *, subject: Any = role("modem"), peer: Any = role("modem", cast=Cast.PEER)
    ) -> None:
        async def comes() -> None:
            await asyncio.sleep(2)
            subject.does(seen.MessageReceived("95588", 129, "code one", "2026-01-05T09:00:00+08:00"))

        bench.on_exit(comes)
        bench.expect_message(subject.sim, "code one")
        fails(bench)

    run = toy.run(toy.cases(asks, only="[mvno-a->CMCC]"))
    (attempt,) = run.attempts
    assert attempt.verdict is FAIL
    assert [(late.case, late.attempt, late.after_s) for late in run.late] == [(attempt.case, 1, 2.0)]


def test_a_device_that_never_came_to_life(toy: ToyLab) -> None:
    toy.failed = {name: DeviceLost(name, "no such port") for name in ("m-mvno-a", "m-cmcc-1")}
    run = toy.run(toy.cases(scripted(passes), only="->CMCC]"))
    final = run.final
    dead, alive = final["toy.scripted[mvno-a->CMCC]"], final["toy.scripted[mvno-b->CMCC]"]
    assert (dead.verdict, dead.reason, dead.detail) == (INCONC, MODEM, "m-mvno-a: no such port")
    assert alive.verdict is PASS and alive.devices["peer"] == "m-cmcc-2"


def test_many_at_once_and_no_more_than_asked(make_toy: MakeToy, toy: ToyLab) -> None:
    for limit, makespan in ((None, 21.0), (1, 42.0)):  # four cases of 10.5 s; cmcc-1 and -2 serve two at once
        toy = make_toy(limit=limit, directory=toy.directory.with_name(str(limit)))
        toy.run(toy.cases(scripted(passes, contrast=Contrast.NONE), only="->C")[:4])
        assert toy.runner is not None
        assert toy.runner.makespan_s == pytest.approx(makespan + (0.1 * makespan / 10.5), abs=0.5)
        assert toy.runner.lower_bound_s <= toy.runner.makespan_s + 1e-6


def test_interrupting_hangs_up_records_and_begins_nothing_more(toy: ToyLab) -> None:
    function = scripted(of(passes), contrast=Contrast.NONE)
    cases = toy.cases(function)

    async def interrupted() -> None:
        running = asyncio.ensure_future(toy.play(cases))
        await asyncio.sleep(5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    run_virtual(interrupted())
    from interop.record.reader import read_run

    run = read_run(toy.directory)
    assert run.unfinished == []
    assert run.attempts and len(run.attempts) < len(cases)
    assert {(one.verdict, one.reason) for one in run.attempts} == {(INCONC, InconcReason.INTERRUPTED)}
    for attempt in run.attempts:
        for device in attempt.devices.values():
            assert toy.devices[device].hung_up >= 1


def test_stopping_after_the_first_fail_leaves_no_control_pending(toy: ToyLab) -> None:
    def stop(toy: ToyLab) -> None:
        assert toy.runner is not None
        toy.runner.stop()

    toy.on_ended = stop
    run = toy.run(toy.cases(scripted(by_sim(mvno_a=fails, other=passes)), only="->CMCC]"))
    assert run.unfinished == []
    assert all(one.control is None or one.control.why != "pending" for one in run.attempts)


def test_one_seed_one_record(make_toy: MakeToy, toy: ToyLab) -> None:
    def dice(bench: Bench) -> None:
        bench.measure("dice", bench.random.random(), "")
        (passes if bench.random.random() < 0.6 else fails)(bench)

    records = []
    for number, seed in enumerate((1, 1, 2)):
        toy = make_toy(seed=seed, directory=toy.directory.with_name(str(number)))
        toy.run(toy.cases(scripted(dice)))
        files = sorted(path for path in toy.directory.rglob("*.jsonl"))
        records.append([path.read_bytes() for path in files])
    assert records[0] == records[1]
    assert records[0] != records[2]


def test_what_a_case_draws_does_not_depend_on_who_else_runs(make_toy: MakeToy, toy: ToyLab) -> None:
    def dice(bench: Bench) -> None:
        bench.measure("dice", bench.random.random(), "")
        passes(bench)

    drawn = []
    for only in ("[mvno-a->CMCC]", ""):
        toy = make_toy(directory=toy.directory.with_name(only or "all"))
        run = toy.run(toy.cases(scripted(dice), only=only))
        drawn.append(run.final["toy.scripted[mvno-a->CMCC]"].measurements)
    assert drawn[0] == drawn[1]


def test_resuming_runs_only_what_has_no_conclusive_attempt(make_toy: MakeToy, toy: ToyLab) -> None:
    acts = {"mvno-a": passes, "mvno-b": raises(DeviceLost("m", "gone"))}
    begun: list[str] = []

    def act(bench: Bench) -> None:
        begun.append(bench.subject.sim)
        acts[bench.subject.sim](bench)

    function = scripted(act, contrast=Contrast.NONE)
    before = toy.run(toy.cases(function, only="->CMCC]"))
    assert sorted(begun) == ["mvno-a"] + ["mvno-b"] * 3
    begun.clear()
    acts["mvno-b"] = passes
    again = make_toy(directory=toy.directory)
    after = again.run(again.cases(function, only="->CMCC]"), previous=before)
    assert begun == ["mvno-b"]
    assert after.final["toy.scripted[mvno-b->CMCC]"].attempt == 4
    assert {name: attempt.verdict for name, attempt in again.ended} == {
        "toy.scripted[mvno-a->CMCC]": PASS,
        "toy.scripted[mvno-b->CMCC]": PASS,
    }


def test_resuming_counts_the_tries_before_it(make_toy: MakeToy, toy: ToyLab) -> None:
    """Else what an inconclusive case comes to would hang on when the run was killed."""
    from interop.record.reader import read_run

    function = scripted(raises(DeviceLost("m", "gone")))
    toy.run(toy.cases(function, only="[mvno-a->CMCC]"))
    results = toy.directory / "results.jsonl"
    lines = results.read_text().splitlines(keepends=True)
    assert len(lines) == 6
    for kept, most in ((2, 3), (3, 4), (4, 3), (6, 4)):
        results.write_text("".join(lines[:kept]))
        again = make_toy(directory=toy.directory)
        run = again.run(again.cases(function, only="[mvno-a->CMCC]"), previous=read_run(toy.directory))
        interrupted = [one for one in run.attempts if one.reason is InconcReason.INTERRUPTED]
        assert (len(run.attempts), len(interrupted)) == (most, kept == 3), "by hand, one more at least"


def test_resuming_tries_the_control_that_was_still_owed(make_toy: MakeToy, toy: ToyLab) -> None:
    function = scripted(by_sim(mvno_a=fails, other=passes))
    toy.run(toy.cases(function, only="[mvno-a->CMCC]"))
    results = toy.directory / "results.jsonl"
    lines = results.read_text().splitlines(keepends=True)
    results.write_text("".join(lines[:3]))  # killed while the control ran
    from interop.record.reader import read_run

    again = make_toy(directory=toy.directory)
    run = again.run(again.cases(function, only="[mvno-a->CMCC]"), previous=read_run(toy.directory))
    assert run.unfinished == []
    control = [attempt for attempt in run.attempts if attempt.control_of]
    assert [(one.attempt, one.verdict, one.reason) for one in control] == [
        (1, INCONC, InconcReason.INTERRUPTED),
        (2, PASS, None),
    ]
    final = run.final["toy.scripted[mvno-a->CMCC]"]
    assert (final.attempt, final.verdict) == (1, FAIL)
    assert final.control is not None and final.control.finding is Finding.SEGMENT
    assert [name for name, _ in again.ended] == ["toy.scripted[mvno-a->CMCC]"]


def test_a_control_more_than_an_hour_away_is_none() -> None:
    from dataclasses import replace

    from interop.engine.verdicts import finding
    from interop.record import Subject

    subject = Subject("s", "17090000001", "1709", "A", "CUCC", "北京")
    failed = Attempt("a", "s", "x", "-", subject, None, {}, 1, FAIL, started=0.0, duration_s=10.0)
    control = replace(failed, case="b", verdict=PASS, started=3600.0)
    assert finding(failed, control).finding is Finding.SEGMENT
    assert finding(failed, replace(control, started=3601.0)).finding is Finding.UNKNOWN
