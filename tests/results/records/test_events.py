"""What of a run's evidence an operator keeps records of, and how surely we know its times."""

from __future__ import annotations

from pathlib import Path

import pytest

from interop.record import InconcReason, Verdict
from interop.record.events import (
    Alerting,
    Answered,
    CallSteered,
    Connected,
    Dialled,
    EquipmentTrouble,
    ForwardingSeen,
    ForwardingSet,
    HungUp,
    LinkLost,
    MessageAccepted,
    MessageRefused,
    MessageSubmitted,
    ModemReset,
    Observed,
    Released,
    Ringing,
)
from interop.record.reader import RunDamaged
from interop.results.records import Service, Span, TestEvent, numbers_of, test_events
from interop.results.records.legs import legs_of
from tests.results.records.made import EPOCH, NUMBERS, Told, run

MI, SNAIL, CMCC = NUMBERS["mi"], NUMBERS["snail"], NUMBERS["cmcc"]
CALL: list[Told] = [
    (5.0, "mi", Dialled(SNAIL)),
    (9.0, "snail", Ringing()),
    (9.1, "mi", Alerting()),
    (10.0, "snail", Answered()),
    (10.3, "snail", Connected()),
    (10.4, "mi", Connected()),
    (20.0, "snail", HungUp()),
    (20.6, "mi", Released(16)),
]


def only(found: list[TestEvent]) -> TestEvent:
    assert len(found) == 1, found
    return found[0]


def test_a_call_is_one_event_of_whoever_dialled(tmp_path: Path) -> None:
    call = only(test_events(run(tmp_path / "r", CALL)))
    assert (call.sim, call.served, call.other) == ("mi", MI, SNAIL)
    assert (call.service, call.answered, call.attempt, call.doubt) == (Service.CALL, True, "case#1", "")
    # answered between ATA at 10.0 and the first who says so, at 10.3
    assert call.start - call.start_error_s == pytest.approx(EPOCH + 10.0, abs=0.001)
    assert call.start + call.start_error_s == pytest.approx(EPOCH + 10.3, abs=0.001)
    # over when ATH was answered at 20.0, or at most 2 s before
    assert call.duration.high == pytest.approx(20.0 - 10.0)
    assert call.duration.low == pytest.approx(18.0 - 10.3)


@pytest.mark.parametrize("prefix", ["+86", "0086", "0"])
def test_a_sim_of_ours_is_known_however_it_was_dialled(tmp_path: Path, prefix: str) -> None:
    told = [(5.0, "mi", Dialled(prefix + SNAIL)), *CALL[1:]]
    call = only(test_events(run(tmp_path / "r", told)))
    assert call.start - call.start_error_s == pytest.approx(EPOCH + 10.0, abs=0.001)


def test_of_two_calls_that_a_phone_took_meanwhile_neither_is_surely_ours(tmp_path: Path) -> None:
    told: list[Told] = [
        (5.0, "mi", Dialled(SNAIL)),
        (6.0, "snail", Ringing()),
        (6.1, "snail", Answered()),
        (6.2, "snail", Connected()),
        (7.0, "snail", Released(16)),
        *CALL[1:],
    ]
    call = only(test_events(run(tmp_path / "r", told)))
    assert call.start + call.start_error_s == pytest.approx(EPOCH + 10.4, abs=0.001)  # as our caller tells
    assert call.start - call.start_error_s == pytest.approx(EPOCH + 9.4, abs=0.001)


def test_what_the_far_end_took_and_the_caller_never_saw_was_not_answered(tmp_path: Path) -> None:
    told: list[Told] = [*CALL[:5], (10.5, "mi", Released(16))]
    assert not only(test_events(run(tmp_path / "r", told))).answered


def test_no_call_of_a_case_outlives_it() -> None:
    first, second = legs_of(
        Observed(at, 0, "mi", event, key)
        for at, event, key in (
            (1.0, Dialled("10010"), "a#1"),
            (3.0, Connected(), "a#1"),
            (60.0, Dialled("10086"), "b#1"),
            (63.0, Connected(), "b#1"),
            (70.0, HungUp(), "b#1"),
        )
    )
    assert (first.doubt, first.ended) == ("nobody told what became of it", None)
    assert (second.doubt, second.ended) == ("", Span(68.0, 70.0))


def test_a_modem_whose_answers_are_slow_tells_late(tmp_path: Path) -> None:
    """It may have ended up to 8 s sooner still; it was not taken sooner than our own command took it."""
    call = only(test_events(run(tmp_path / "r", CALL)))
    assert call.slowly.low == 0.0
    assert call.slowly.high == pytest.approx(20.0 - 10.0)
    told: list[Told] = [
        (5.0, "mi", Dialled("10046")),
        (29.0, "mi", Connected()),
        (55.0, "mi", HungUp()),
    ]
    outside = only(test_events(run(tmp_path / "o", told)))
    assert outside.slowly.low == pytest.approx(53.0 - 29.0 - 8.0)
    assert outside.slowly.high == pytest.approx(55.0 - 28.0 + 8.0)
    soon: list[Told] = [(5.0, "mi", Dialled("10046")), (9.0, "mi", Connected()), *told[2:]]
    assert only(test_events(run(tmp_path / "s", soon))).slowly.high == pytest.approx(55.0 - 5.0)


def test_a_far_end_outside_the_lab_leaves_what_the_callers_modem_tells(tmp_path: Path) -> None:
    told: list[Told] = [
        (5.0, "mi", Dialled("10046")),
        (9.0, "mi", Connected()),
        (15.0, "mi", HungUp()),
    ]
    call = only(test_events(run(tmp_path / "r", told)))
    assert (call.other, call.answered) == ("10046", True)
    assert call.duration.low == pytest.approx(4.0)
    assert call.duration.high == pytest.approx(7.0)


@pytest.mark.parametrize("end", [Released(17), HungUp()])
def test_what_was_not_answered_lasts_no_longer_than_its_end_is_told_late(
    tmp_path: Path, end: Released | HungUp
) -> None:
    told: list[Told] = [(5.0, "mi", Dialled(SNAIL)), (9.0, "mi", Alerting()), (15.0, "mi", end)]
    call = only(test_events(run(tmp_path / "r", told)))
    assert (call.answered, call.start, call.duration_s, call.doubt) == (False, EPOCH + 5.0, 0.0, "")
    assert call.duration.low == 0.0
    assert call.duration.high <= 3.0


def test_of_two_calls_at_one_phone_each_far_end_tells_which_ended_when(tmp_path: Path) -> None:
    told: list[Told] = [
        (1.0, "mi", Dialled(SNAIL)),
        (3.0, "snail", Ringing()),
        (3.1, "snail", Answered()),
        (3.2, "mi", Connected()),
        (3.3, "snail", Connected()),
        (8.0, "mi", Dialled(CMCC)),
        (9.0, "cmcc", Ringing()),
        (9.1, "cmcc", Answered()),
        (9.2, "mi", Connected()),
        (9.3, "cmcc", Connected()),
        (30.0, "cmcc", HungUp()),
        (30.5, "mi", Released(16)),
        (50.0, "snail", HungUp()),
        (50.5, "mi", Released(16)),
    ]
    first, second = test_events(run(tmp_path / "r", told))
    assert (first.other, second.other) == (SNAIL, CMCC)
    assert first.duration.low <= 50.0 - 3.2 <= first.duration.high <= 47.0
    assert second.duration.low <= 30.0 - 9.2 <= second.duration.high <= 21.0
    assert first.duration.low > 44.0
    assert second.duration.low > 18.0


def test_without_far_ends_two_calls_have_ended_between_the_first_and_the_last_end(tmp_path: Path) -> None:
    told: list[Told] = [
        (1.0, "mi", Dialled("10010")),
        (3.0, "mi", Connected()),
        (8.0, "mi", Dialled("10000")),
        (9.0, "mi", Connected()),
        (30.0, "mi", Released(16)),
        (50.0, "mi", HungUp()),
    ]
    first, second = test_events(run(tmp_path / "r", told))
    for call, began in ((first, 3.0), (second, 9.0)):
        assert call.duration.low <= 30.0 - began - 1.0
        assert call.duration.high >= 50.0 - began
        assert not call.doubt


def test_a_call_that_is_answered_after_another_ended_has_not_ended_with_it(tmp_path: Path) -> None:
    told: list[Told] = [
        (1.0, "mi", Dialled("10010")),
        (3.0, "mi", Connected()),
        (8.0, "mi", Dialled("10000")),
        (10.0, "mi", Released(16)),
        (12.0, "mi", Connected()),
        (30.0, "mi", HungUp()),
    ]
    _, second = test_events(run(tmp_path / "r", told))
    assert second.duration.low == pytest.approx(16.0)
    assert second.duration.high == pytest.approx(19.0)


def test_where_one_of_two_calls_has_ended_and_both_are_lost_sight_of_nothing_is_sure(tmp_path: Path) -> None:
    told: list[Told] = [
        (1.0, "mi", Dialled("10010")),
        (3.0, "mi", Connected()),
        (8.0, "mi", Dialled("10000")),
        (10.0, "mi", Released(16)),  # of which of the two?
        (11.0, "mi", Dialled("10086")),
        (12.0, "mi", Connected()),
        (30.0, "mi", HungUp()),
        (40.0, "mi", HungUp()),
    ]
    first, second, third = test_events(run(tmp_path / "r", told))
    assert first.doubt
    assert second.doubt
    assert third.duration.low <= 30.0 - 12.0 - 2.0
    assert third.duration.high >= 40.0 - 12.0


@pytest.mark.parametrize("active", [True, False])
def test_a_forwarding_that_is_switched_off_forwards_nothing(tmp_path: Path, active: bool) -> None:
    told: list[Told] = [
        (0.6, "snail", ForwardingSeen("always", CMCC, active)),
        (1.0, "mi", Dialled(SNAIL)),
        (4.0, "cmcc", Ringing()),
        (5.0, "cmcc", Answered()),
        (5.2, "mi", Connected()),
        (5.3, "cmcc", Connected()),
        (9.0, "mi", HungUp()),
    ]
    assert len(test_events(run(tmp_path / "r", told))) == 1 + active


def test_a_forwarded_call_is_of_two_who_pay(tmp_path: Path) -> None:
    told: list[Told] = [
        (0.5, "snail", ForwardingSet("always", CMCC)),
        (0.6, "snail", ForwardingSeen("always", CMCC)),
        (1.0, "mi", Dialled(SNAIL)),
        (4.0, "cmcc", Ringing()),
        (5.0, "cmcc", Answered()),
        (5.2, "mi", Connected()),
        (5.3, "cmcc", Connected()),
        (9.0, "cmcc", HungUp()),
        (9.5, "mi", Released(16)),
        (9.6, "snail", ForwardingSet("always", "")),
        (20.0, "mi", Dialled(SNAIL)),
        (24.0, "snail", Ringing()),
        (25.0, "snail", Answered()),
        (25.2, "mi", Connected()),
        (25.3, "snail", Connected()),
        (29.0, "snail", HungUp()),
        (29.5, "mi", Released(16)),
    ]
    found = test_events(run(tmp_path / "r", told))
    assert [(one.served, one.other, one.service) for one in found] == [
        (MI, SNAIL, Service.CALL),
        (SNAIL, CMCC, Service.FORWARDED),
        (MI, SNAIL, Service.CALL),
    ]
    assert found[0].start == found[1].start
    assert found[0].duration == found[1].duration


def test_a_call_that_is_forwarded_only_when_nobody_answers_and_is_answered_is_not_forwarded(
    tmp_path: Path,
) -> None:
    told: list[Told] = [(0.5, "snail", ForwardingSet("no_reply", CMCC)), *CALL]
    assert only(test_events(run(tmp_path / "r", told))).service is Service.CALL


LOST: list[tuple[list[Told], str]] = [
    ([(12.0, "mi", LinkLost("unplugged"))], "the modem was lost: unplugged"),
    ([(12.0, "mi", ModemReset("RDY")), (12.1, "mi", Released(None))], "the modem began anew: RDY"),
    ([(12.0, "mi", EquipmentTrouble("call 1 is a ghost")), (13.0, "mi", HungUp())], "call 1 is a ghost"),
    ([(12.0, "mi", CallSteered("4", "transfer")), (13.0, "mi", HungUp())], "it was handed to another"),
    ([], "nobody told how it ended"),
    ([(12.0, "mi", Dialled(CMCC)), (13.0, "mi", Released(17))], ""),
]


@pytest.mark.parametrize(("after", "why"), LOST)
def test_what_our_side_cannot_know_is_in_doubt(tmp_path: Path, after: list[Told], why: str) -> None:
    told: list[Told] = [(5.0, "mi", Dialled("10010")), (9.0, "mi", Connected()), *after]
    if not why:  # which of the two ended is not known, and that is said by the bounds alone
        told += [(20.0, "mi", HungUp())]
    first = test_events(run(tmp_path / "r", told))[0]
    assert first.doubt.startswith(why)
    assert bool(first.doubt) is bool(why)


def test_a_phone_sets_up_one_call_at_a_time(tmp_path: Path) -> None:
    """A dial that was refused leaves no end behind; the next call is told of in its place."""
    told: list[Told] = [(1.0, "mi", Dialled(CMCC)), *CALL]
    refused, call = test_events(run(tmp_path / "r", told))
    assert (refused.other, refused.doubt) == (CMCC, "nobody told what became of it")
    assert (call.other, call.answered, call.doubt) == (SNAIL, True, "")


def test_whole_attempts_are_in_doubt(tmp_path: Path) -> None:
    cut = only(test_events(run(tmp_path / "cut", CALL, verdict=None)))
    modem = only(
        test_events(run(tmp_path / "modem", CALL, verdict=Verdict.INCONC, reason=InconcReason.MODEM))
    )
    peer = only(test_events(run(tmp_path / "peer", CALL, verdict=Verdict.INCONC, reason=InconcReason.PEER)))
    outside = only(test_events(run(tmp_path / "outside", CALL, key=None)))
    assert [one.doubt for one in (cut, modem, peer, outside)] == [
        "the attempt was interrupted", "modem: why", "", "",
    ]  # fmt: skip


ANSWERS: list[tuple[Told | None, bool, bool]] = [
    ((2.0, "mi", MessageAccepted(1)), True, False),
    ((2.0, "mi", MessageRefused(38)), False, False),
    ((2.0, "mi", MessageRefused(300)), False, True),
    ((2.0, "mi", MessageRefused(332)), False, True),  # network time-out: it may be there all the same
    ((2.0, "mi", MessageRefused(None)), False, True),
    (None, True, True),
]


@pytest.mark.parametrize(("answer", "answered", "doubtful"), ANSWERS)
def test_a_message_is_due_when_it_was_accepted(
    tmp_path: Path, answer: Told | None, answered: bool, doubtful: bool
) -> None:
    told: list[Told] = [(1.0, "mi", MessageSubmitted(SNAIL, "x")), *([answer] if answer else [])]
    message = only(test_events(run(tmp_path / "r", told)))
    assert (message.served, message.other, message.service) == (MI, SNAIL, Service.MESSAGE)
    assert (message.answered, bool(message.doubt)) == (answered, doubtful)
    assert message.duration.high == 0.0


def test_a_message_of_which_nothing_was_told_is_not_the_next_one(tmp_path: Path) -> None:
    told: list[Told] = [
        (1.0, "mi", MessageSubmitted(SNAIL, "x")),
        (9.0, "mi", MessageSubmitted(CMCC, "y")),
        (9.5, "mi", MessageAccepted(2)),
    ]
    first, second = test_events(run(tmp_path / "r", told))
    assert (first.other, first.doubt) == (SNAIL, "nobody told whether it was accepted")
    assert (second.other, second.doubt) == (CMCC, "")


def test_each_part_of_a_text_is_a_message(tmp_path: Path) -> None:
    told: list[Told] = []
    for part in (1, 2, 3):
        told += [
            (part, "mi", MessageSubmitted(SNAIL, "x", part, 3)),
            (part + 0.5, "mi", MessageAccepted(part)),
        ]
    found = test_events(run(tmp_path / "r", told))
    assert [one.start - EPOCH for one in found] == pytest.approx([1.25, 2.25, 3.25])


def test_numbers_are_those_of_the_whole_lab_and_else_of_who_was_tested(tmp_path: Path) -> None:
    assert numbers_of(run(tmp_path / "a", CALL)) == NUMBERS
    assert numbers_of(run(tmp_path / "b", CALL, meta={"audit": []})) == {"mi": MI}
    with pytest.raises(RunDamaged, match="audit: no rows with sim and msisdn"):
        numbers_of(run(tmp_path / "c", CALL, meta={"audit": ["mi"]}))


def test_a_party_that_is_no_sim_pays_for_nothing(tmp_path: Path) -> None:
    told: list[Told] = [(1.0, "a-site", MessageSubmitted(SNAIL, "x")), (2.0, "nobody", Dialled(SNAIL))]
    assert test_events(run(tmp_path / "r", told)) == []


def test_a_run_without_a_time_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunDamaged, match="epoch: None is no time"):
        test_events(run(tmp_path / "r", CALL, meta={"epoch": None}))
