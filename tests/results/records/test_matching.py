"""Events against records: the table is written by hand, the properties are of any of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.record import Cause, Verdict
from interop.results.records import (
    CallRecord,
    Found,
    Malformed,
    Matched,
    Profile,
    Service,
    Span,
    TestEvent,
    match,
)
from tests.results.records.made import (
    EPOCH,
    NUMBERS,
    PLAIN,
    event,
    file_of,
    found,
    matched,
    record,
    records_of,
    scope,
)

# calls of 20 to 92 s, ten minutes apart, by two SIMs
CALLS = [
    event(600.0 * n, sim=("mi", "snail")[n % 2], other="10010", duration=20.0 + 8 * n, key=f"case#{n}")
    for n in range(10)
]
RECORDS = records_of(CALLS)


def but(change: dict[int, Any]) -> list[CallRecord]:
    """The records with these in the place of others; None: none."""
    made = [change.get(n, one) for n, one in enumerate(RECORDS)]
    return [one for one in made if one is not None]


def one_fault(result: Matched) -> tuple[Found, Cause, Verdict, str]:
    (row,) = [row for row in result.rows if row.faults]
    (fault,) = row.faults
    return fault.found, fault.cause, row.verdict, fault.what


def test_a_file_that_is_right_has_nothing_to_say() -> None:
    result = matched(CALLS, RECORDS)
    assert [(row.event, row.record) for row in result.rows] == list(zip(CALLS, RECORDS, strict=True))
    assert result.verdict is Verdict.PASS
    assert (result.others, result.silent) == (0, ())
    assert abs(result.shift.seconds) < 1.0


WRONG: list[tuple[dict[int, Any], Found, Cause, str]] = [
    ({4: None}, Found.MISSING, Cause.RECORD_MISSING, "the operator has no record of it"),
    (
        {4: record(CALLS[4], 6, longer=61)},
        Found.WRONG_DURATION,
        Cause.RECORD_WRONG,
        "recorded with 113 s; it lasted 51.0 to 53.0 s",
    ),
    (
        {4: record(CALLS[4], 6, longer=-30)},
        Found.WRONG_DURATION,
        Cause.RECORD_WRONG,
        "recorded with 22 s; it lasted 51.0 to 53.0 s",
    ),
    (
        {4: record(CALLS[4], 6, late=200)},
        Found.WRONG_TIME,
        Cause.RECORD_WRONG,
        "recorded 200 s after it happened",
    ),
    (
        {4: record(CALLS[4], 6, late=-90)},
        Found.WRONG_TIME,
        Cause.RECORD_WRONG,
        "recorded 90 s before it happened",
    ),
    (
        {4: record(CALLS[4], 6, other="10011")},
        Found.WRONG_NUMBER,
        Cause.RECORD_WRONG,
        "recorded to 10011, and it went to 10010",
    ),
    (
        {4: record(CALLS[4], 6, served=NUMBERS["cmcc"])},
        Found.WRONG_NUMBER,
        Cause.RECORD_WRONG,
        "recorded for 13900001234, and 17090001234 made it",
    ),
]


@pytest.mark.parametrize(("change", "what", "cause", "words"), WRONG)
def test_one_wrong_record_is_found_as_what_it_is(
    change: dict[int, Any], what: Found, cause: Cause, words: str
) -> None:
    result = matched(CALLS, but(change))
    assert one_fault(result) == (what, cause, Verdict.FAIL, words)


def test_what_is_within_the_tolerance_is_right() -> None:
    changes = {
        4: record(CALLS[4], 6, late=25),
        5: record(CALLS[5], 7, longer=2),
        6: record(CALLS[6], 8, longer=-2),
    }
    assert not found(matched(CALLS, but(changes)))
    changes = {5: record(CALLS[5], 7, longer=3), 6: record(CALLS[6], 8, longer=-3)}
    assert found(matched(CALLS, but(changes))) == ["wrong duration: fail"] * 2


def test_a_second_record_of_the_same_is_a_double_and_another_one_is_of_nobody() -> None:
    twice = record(CALLS[4], 50)
    assert one_fault(matched(CALLS, [*RECORDS, twice])) == (
        Found.DOUBLED, Cause.RECORD_DOUBLED, Verdict.FAIL, "repeats record 6, line 6",
    )  # fmt: skip
    stranger = replace(twice, start=twice.start + 120)
    assert one_fault(matched(CALLS, [*RECORDS, stranger])) == (
        Found.UNKNOWN, Cause.RECORD_WRONG, Verdict.FAIL, "nobody of us made it",
    )  # fmt: skip
    longer = replace(twice, duration_s=99.0, duration=Span(98.5, 99.5))
    assert one_fault(matched(CALLS, [*RECORDS, longer]))[0] is Found.UNKNOWN


def test_a_double_is_not_taken_for_what_another_event_lacks() -> None:
    """Two calls close to each other, and as long: one is recorded twice, the other not at all."""
    for apart in (20.0, 0.5):
        pair = [event(3000.0, sim="cmcc", other="10001"), event(3000.0 + apart, sim="cmcc", other="10002")]
        twice = [record(pair[0], 40), record(pair[0], 41)]
        assert found(matched([*CALLS, *pair], [*RECORDS, *twice])) == [
            "missing record: fail",
            "doubled record: fail",
        ]


# Only what is certain fails


def test_the_ends_of_a_file_may_be_cut() -> None:
    assert found(matched(CALLS, RECORDS[1:-1], period=None)) == ["missing record: inconc"] * 2
    assert found(matched(CALLS, but({1: None}), period=None)) == ["missing record: fail"]
    assert (
        found(matched(CALLS, RECORDS[1:-1])) == ["missing record: fail"] * 2
    )  # the operator says it is whole
    part = Span(EPOCH - 10, EPOCH + 1000)
    assert found(matched(CALLS, RECORDS[1:-1], period=part)) == [
        "missing record: fail",
        "missing record: inconc",
    ]


def test_a_number_of_which_the_file_has_nothing_may_be_another_operators() -> None:
    mine = [one for one in RECORDS if one.served == NUMBERS["mi"]]
    result = matched(CALLS, mine, sims=frozenset())
    assert found(result) == ["missing record: inconc"] * 5
    assert result.silent == (("snail", NUMBERS["snail"]),)
    assert found(matched(CALLS, mine)) == ["missing record: fail"] * 5
    assert not found(matched(CALLS, mine, sims=frozenset({"mi"})))


def test_what_our_side_cannot_know_accuses_nobody() -> None:
    doubtful = [replace(one, doubt="the modem was lost") for one in CALLS]
    assert not found(matched(doubtful, RECORDS))
    changed = {3: None, 4: record(CALLS[4], 6, longer=61), 5: record(CALLS[5], 7, late=200)}
    result = matched(doubtful, but(changed))
    assert found(result) == ["missing record: inconc", "wrong duration: inconc", "wrong time: inconc"]
    assert result.verdict is Verdict.INCONC


def test_what_is_certain_gets_the_record_before_what_is_in_doubt() -> None:
    pair = [replace(event(5.0), doubt="lost"), event(8.0)]
    result = matched(pair, [record(pair[0], 2)])
    assert [(row.found, row.verdict) for row in result.rows] == [
        (Found.MISSING, Verdict.INCONC), (Found.MATCHED, Verdict.PASS),
    ]  # fmt: skip


def test_what_was_not_answered_does_not_take_the_record_of_what_may_have_been() -> None:
    busy = event(5.0, duration=0.0, error=2.0, answered=False)
    handed_on = replace(event(20.0, duration=3.0), doubt="it was handed to another")
    assert not [row for row in matched([busy, handed_on], [record(event(20.0, duration=27.0))]).rows
                if row.verdict is Verdict.FAIL]  # fmt: skip
    refused = event(5.0, service=Service.MESSAGE, answered=False)
    timed_out = replace(event(20.0, service=Service.MESSAGE, answered=False), doubt="timed out")
    for late in (0, -10, -15):
        result = matched([refused, timed_out], [record(timed_out, late=late)])
        assert [row.verdict for row in result.rows] == [Verdict.PASS, Verdict.INCONC]


def test_a_lost_line_may_be_the_missing_record() -> None:
    file = file_of(but({4: None}))
    file.malformed = [Malformed(6, "start", "x", "no time", served=CALLS[5].served)]
    result = match(CALLS, file, PLAIN, scope())
    assert found(result) == ["missing record: fail"]  # that line is another SIM's
    for served in ("", CALLS[4].served):
        file.malformed = [Malformed(6, "start", "x", "no time", served=served)]
        assert found(match(CALLS, file, PLAIN, scope())) == ["missing record: inconc"]
    # but one of ours with another number is wrong, whatever that line is
    file = file_of(but({4: record(CALLS[4], 6, other="10011")}))
    file.malformed = [Malformed(99, "", "x", "y")]
    assert found(match(CALLS, file, PLAIN, scope())) == ["wrong number: fail"]
    file = file_of(RECORDS)
    file.malformed = [Malformed(99, "", "x", "y")]
    assert match(CALLS, file, PLAIN, scope()).verdict is Verdict.INCONC  # nothing wrong, and not all was read


def test_a_run_that_was_cut_short_may_have_made_more_than_it_shows() -> None:
    extra = [record(CALLS[4], 50), record(event(4000.0, other="10086"), 51)]
    assert found(matched(CALLS, [*RECORDS, *extra], whole=False)) == [
        "doubled record: inconc", "unknown record: inconc",
    ]  # fmt: skip


def test_records_of_other_times_and_numbers_are_nobodys_business() -> None:
    before, after = record(event(-500.0), 50), record(event(9000.0), 51)
    stranger = record(event(100.0), 52, served="13800000000", other="10010")
    to_us = record(event(700.0), 53, served="13800000000", other=NUMBERS["mi"])
    result = matched(CALLS, [*RECORDS, before, after, stranger, to_us], low=-100.0, high=6000.0)
    assert not found(result)
    assert result.others == 4
    edge = record(event(-90.0), 54)
    assert found(matched(CALLS, [*RECORDS, edge], low=-100.0, high=6000.0)) == ["unknown record: inconc"]


def test_another_run_before_is_not_where_our_records_have_gone() -> None:
    """The same calls half an hour before, all recorded; of ours one record is missing, or all but two."""
    calls = [replace(one, start=EPOCH + 100.0 * n) for n, one in enumerate(CALLS)]
    own = records_of(calls)
    before = [record(one, 100 + n, late=-1800) for n, one in enumerate(calls)]
    result = matched(calls, [*own[:4], *own[5:], *before], low=-20.0, high=1000.0)
    assert found(result) == ["missing record: inconc"]
    assert "a clock that is -1800 s off would explain more" in result.rows[4].faults[0].doubt
    assert found(matched(calls, [*own, *before], low=-20.0, high=1000.0)) == []
    # nobody can tell a clock from that, and the clock is told
    gone = matched(calls, [*own[:2], *before], low=-20.0, high=1000.0)
    assert gone.shift.seconds == pytest.approx(-1800, abs=1)


def test_what_is_missing_is_not_found_in_a_strangers_record_nor_in_one_from_before_the_run() -> None:
    stranger = record(CALLS[4], 50, served="13800000000")
    earlier = record(CALLS[4], 51, late=-2600)
    result = matched(CALLS, [*but({4: None}), stranger, earlier], low=-20.0, high=6000.0)
    assert found(result) == ["missing record: fail"]
    assert result.others == 2


def test_a_clock_is_off_rather_than_one_call_more_and_one_less() -> None:
    """The same call every ten minutes, by a clock that is ten minutes ahead: nine match as they stand."""
    calls = [event(600.0 * n, other="10010", key=f"case#{n}") for n in range(10)]
    result = matched(calls, records_of(calls, late=600), low=-20.0, high=6100.0)
    assert not found(result)
    assert result.shift.seconds == pytest.approx(600, abs=1)


def test_what_explains_less_than_half_is_not_the_clock() -> None:
    """Four match as they stand, and ten half an hour before, where there is one more of ours."""
    calls = [replace(one, start=EPOCH + 100.0 * n) for n, one in enumerate(CALLS)]
    before = [record(one, 100 + n, late=-1800) for n, one in enumerate(calls)]
    more = record(event(450.0, other="10086"), 200, late=-1800)
    result = matched(calls, [*records_of(calls)[:4], *before, more], low=-20.0, high=1000.0)
    assert result.shift.seconds == pytest.approx(-1800, abs=1)


def test_what_the_file_holds_is_told_by_the_operators_clock() -> None:
    late = [record(one, n, late=600) for n, one in enumerate(CALLS) if n != 4]
    for until, verdict in ((2900.0, "inconc"), (3100.0, "fail")):
        period = Span(EPOCH, EPOCH + until)  # the call of 2400 s is one of 3000 s there
        assert found(matched(CALLS, late, period=period)) == [f"missing record: {verdict}"]
    extra = record(event(5500.0, other="10086"), 50, late=600)
    result = matched(CALLS, [*late, record(CALLS[4], 4, late=600), extra], low=-20.0, high=6000.0)
    assert found(result) == ["unknown record: fail"]


def test_beside_the_first_record_of_a_file_there_may_have_been_another() -> None:
    second = event(10.0, other="10001")
    assert found(matched([*CALLS, second], RECORDS, period=None)) == ["missing record: inconc"]
    later = event(40.0, other="10001")
    assert found(matched([*CALLS, later], RECORDS, period=None)) == ["missing record: fail"]


def test_a_file_of_strangers_alone_lacks_all_of_ours() -> None:
    """Whose file it is, and that it is whole, was said."""
    strangers = [replace(one, served="13800000000", other=NUMBERS["mi"]) for one in RECORDS]
    assert found(matched(CALLS, strangers)) == ["missing record: fail"] * 10


@pytest.mark.parametrize("late", [0, 45])
@pytest.mark.parametrize("calls", [10, 2])
def test_a_slow_modem_is_no_clock_that_is_off(late: float, calls: int) -> None:
    """Its messages are accepted a minute after they were sent: when in between, nobody of us knows."""
    slow = [
        replace(event(40.0 + 300.0 * n, service=Service.MESSAGE, other="10086"), start_error_s=28.0)
        for n in range(14)
    ]
    events = [*CALLS[:calls], *slow]
    records = [
        *records_of(CALLS[:calls], late=late),
        *(record(one, 50 + n, late=late + 28.0) for n, one in enumerate(slow)),
    ]
    result = matched(events, records)
    assert not found(result)
    if calls == 10:
        assert result.shift.seconds == pytest.approx(late, abs=1.0)
    else:
        assert 0 <= result.shift.seconds <= late


def test_without_other_matches_a_record_at_another_time_may_be_of_another_clock() -> None:
    result = matched([CALLS[0]], [record(CALLS[0], late=100)])
    assert found(result) == ["wrong time: inconc"]


# What was not answered


def test_of_what_was_not_answered_there_need_not_be_a_record_and_must_be_none_that_lasts() -> None:
    busy = event(3000.0, duration=0.0, error=2.0, answered=False)
    for longer, expected in ((None, []), (0, []), (2, []), (4, ["record of what was not answered: fail"])):
        more = [] if longer is None else [record(busy, 50, longer=longer)]
        assert found(matched([*CALLS, busy], [*RECORDS, *more])) == expected
    assert matched([busy], []).rows[0].found is Found.NONE_DUE


def test_a_refused_message_has_no_record() -> None:
    refused = event(3000.0, service=Service.MESSAGE, answered=False)
    assert not found(matched([refused], []))
    assert found(matched([refused], [record(refused)])) == ["record of what was not answered: fail"]
    assert found(matched([replace(refused, doubt="it timed out")], [record(refused)])) == [
        "record of what was not answered: inconc"
    ]


def test_services_are_not_mixed_up() -> None:
    call, message = event(10.0), event(10.0, service=Service.MESSAGE)
    forwarded = event(10.0, service=Service.FORWARDED)
    three = [call, message, forwarded]
    assert not found(matched(three, records_of(three)))
    others = [*CALLS, event(4000.0, service=Service.MESSAGE)]
    mixed = matched([*others, call], [*records_of(others), record(message, 50)])
    assert found(mixed) == ["missing record: fail", "unknown record: fail"]


def test_who_hands_over_his_calls_has_not_lost_his_messages() -> None:
    """Message centres write files of their own; and a type may be among those that the profile leaves out."""
    for service in (Service.MESSAGE, Service.FORWARDED):
        result = matched([*CALLS, event(3000.0, service=service)], RECORDS)
        assert found(result) == ["missing record: inconc"]
        (lost,) = [row for row in result.rows if row.faults]
        assert lost.faults[0].doubt == f"the file has no record of any {service} at all: does it hold them?"


@pytest.mark.parametrize("late", [-8 * 3600, 8 * 3600])
def test_a_profile_of_the_wrong_zone_accuses_nobody(late: float) -> None:
    result = matched(CALLS, records_of(CALLS, late=late), low=-20.0, high=6000.0)
    assert found(result) == ["missing record: inconc"] * 10
    assert "are the profile's zone and types right?" in result.rows[0].faults[0].doubt
    all_day = matched(CALLS, records_of(CALLS, late=late))
    assert found(all_day) == ["missing record: inconc"] * 10 + ["unknown record: inconc"] * 10


def test_what_a_slow_modem_may_have_told_late_accuses_nobody() -> None:
    """It lasted 52 s as told, and 44 to 53 s where the end was told late."""
    slow = replace(CALLS[4], slowly=Span(43.0, 53.0))
    events = [slow if one == CALLS[4] else one for one in CALLS]
    for longer, verdicts in ((-9, ["inconc"]), (-12, ["fail"]), (3, ["fail"])):
        result = matched(events, but({4: record(CALLS[4], 6, longer=longer)}))
        assert found(result) == [f"wrong duration: {verdict}" for verdict in verdicts]


def test_a_strangers_record_is_no_proof_that_ours_bears_a_wrong_number() -> None:
    """Ours may be another operator's, cut off, or one of the lines that cannot be read."""
    call = event(3000.0, sim="cmcc", other=NUMBERS["snail"], duration=33.0)
    strangers = record(call, 50, served="13800000000")
    unsaid = matched([*CALLS, call], [*RECORDS, strangers], sims=frozenset())
    assert found(unsaid) == ["wrong number: inconc"]
    assert found(matched([*CALLS, call], [*RECORDS, strangers])) == ["wrong number: fail"]


# Charges


def price(one: TestEvent, seconds: float) -> Decimal | None:
    """A tenth of a yuan for each begun minute; 10086 is free, 10000 nobody knows."""
    if one.other == "10000":
        return None
    return Decimal(0) if one.other == "10086" else Decimal("0.10") * -(-int(seconds) // 60)


CHARGED = [
    ("10010", 50.0, "0.10", None),
    ("10010", 50.0, "0.20", Cause.RATE_WRONG),
    ("10010", 50.0, "0.05", Cause.RATE_WRONG),
    ("10010", 50.0, "0", Cause.NOT_CHARGED),
    ("10010", 60.0, "0.10", None),  # it may have lasted 59 or 61 s
    ("10010", 60.0, "0.20", None),
    ("10010", 60.0, "0.30", Cause.RATE_WRONG),
    ("10086", 50.0, "0", None),
    ("10086", 50.0, "0.10", Cause.CHARGED_WHILE_FREE),
    ("10000", 50.0, "99", None),
]


@pytest.mark.parametrize(("number", "lasted", "charged", "cause"), CHARGED)
def test_charges_by_the_tariff(number: str, lasted: float, charged: str, cause: Cause | None) -> None:
    call = event(3000.0, other=number, duration=lasted)
    made = replace(record(call), charge=Decimal(charged))
    result = match([call], file_of([made]), PLAIN, scope(), price)
    assert [fault.cause for row in result.rows for fault in row.faults] == ([] if cause is None else [cause])
    assert not found(match([call], file_of([made]), PLAIN, scope()))  # nobody told what it should cost


def test_what_was_not_answered_costs_nothing() -> None:
    """Though the operator himself writes that it lasted no time at all."""
    busy = event(3000.0, other="10010", duration=0.0, error=2.0, answered=False)
    none = Span(0.0, 0.0)
    for charged, causes in (("0", []), ("0.10", [Cause.CHARGED_WHILE_FREE])):
        made = replace(record(busy, duration=none), charge=Decimal(charged))
        result = match([busy], file_of([made]), PLAIN, scope(), price)
        assert [fault.cause for row in result.rows for fault in row.faults] == causes
    moment = replace(record(busy, longer=2), charge=Decimal("0.10"))  # it may have been answered for that
    assert not found(match([busy], file_of([moment]), PLAIN, scope(), price))
    refused = event(3000.0, service=Service.MESSAGE, answered=False)
    made = replace(record(refused), charge=Decimal(9))
    (row,) = match([refused], file_of([made]), PLAIN, scope(), price).rows
    assert [fault.found for fault in row.faults] == [Found.NOT_DUE]


def test_a_charge_that_follows_from_a_wrong_duration_is_not_a_second_fault() -> None:
    call = event(3000.0, other="10010", duration=50.0)
    made = replace(record(call, longer=61), charge=Decimal("0.20"))
    result = match([call], file_of([made]), PLAIN, scope(), price)
    assert found(result) == ["wrong duration: fail"]
    assert len(result.rows[0].faults) == 1
    shorter = event(3000.0, other="10010", duration=100.0)
    half = replace(record(shorter, longer=-50), charge=Decimal("0.10"))
    assert len(match([shorter], file_of([half]), PLAIN, scope(), price).rows[0].faults) == 1
    both = match([call], file_of([replace(made, charge=Decimal(9))]), PLAIN, scope(), price)
    assert [fault.cause for fault in both.rows[0].faults] == [Cause.RECORD_WRONG, Cause.RATE_WRONG]


def test_without_a_duration_column_durations_are_not_judged() -> None:
    call = event(3000.0, other="10010", duration=500.0)
    made = replace(record(call), duration_s=0.0, duration=Span(0.0, float("inf")), charge=Decimal("0.90"))
    assert not found(match([call], file_of([made]), PLAIN, scope(), price))


# Properties


@st.composite
def traffic(draw: st.DrawFn) -> list[TestEvent]:
    """What SIMs can do: each one thing after the other."""
    made = []
    for sim in NUMBERS:
        at = draw(st.floats(0, 50))
        for _ in range(draw(st.integers(2, 12))):
            service = draw(st.sampled_from([Service.CALL, Service.MESSAGE]))
            lasted = draw(st.floats(3, 300)) if service is Service.CALL else 0.0
            other = draw(st.sampled_from(["10010", "10086", "13800000000"]))
            made.append(
                event(at, sim=sim, other=other, service=service, duration=lasted, error=draw(st.floats(0, 2)))
            )
            at += lasted + draw(st.floats(5, 400))
    return made


@given(traffic(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_a_perfect_file_in_any_order_matches_and_each_event_has_its_own_record(
    events: list[TestEvent], random: Random
) -> None:
    records = records_of(events)
    own = {one.line: event for one, event in zip(records, events, strict=True)}
    random.shuffle(records)
    result = matched(random.sample(events, len(events)), records)
    assert not found(result)
    assert all(row.record is not None and own[row.record.line] == row.event for row in result.rows)


@given(traffic(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_dropped_record_is_missed_where_it_was_and_nowhere_else(
    events: list[TestEvent], data: st.DataObject
) -> None:
    lost = data.draw(st.integers(0, len(events) - 1))
    each = [event(-9000.0, service=service) for service in Service]  # the file has some of each
    everything = [*events, *each]
    records = records_of(everything)
    result = matched(everything, [*records[:lost], *records[lost + 1 :]])
    assert [row.event for row in result.rows if row.faults] == [events[lost]]
    assert found(result) == ["missing record: fail"]


@given(traffic(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_repeated_record_is_one_double(events: list[TestEvent], data: st.DataObject) -> None:
    records = records_of(events)
    twice = data.draw(st.sampled_from(records))
    result = matched(events, [*records, replace(twice, line=999)])
    assert found(result) == ["doubled record: fail"]


@given(traffic(), st.floats(-3600, 3600))
@settings(max_examples=60, deadline=None)
def test_a_clock_that_is_off_by_a_constant_is_found_and_blamed_for_nothing(
    events: list[TestEvent], late: float
) -> None:
    result = matched(events, records_of(events, late=late))
    assert not found(result)
    assert result.shift.seconds == pytest.approx(late, abs=2.0)
    assert result.shift.support == len(events)


@given(traffic(), traffic(), st.floats(-4000, 4000))
@settings(max_examples=60, deadline=None)
def test_every_event_and_every_record_of_ours_is_told_once(
    events: list[TestEvent], others: list[TestEvent], late: float
) -> None:
    records = [replace(one, line=n) for n, one in enumerate([*records_of(others, late=late)], start=2)]
    result = matched(events, records)
    assert sorted(row.event.start for row in result.rows if row.event) == sorted(one.start for one in events)
    told = [row.record.line for row in result.rows if row.record]
    assert len(told) == len(set(told))
    assert len(told) + result.others == len(records)
    assert not result.others  # all of them are of our numbers and inside the run


def test_twenty_thousand_of_each_are_matched() -> None:
    """Also where thousands are of the same two numbers, a few seconds apart."""
    random = Random(1)
    events = []
    for sim in NUMBERS:
        at = 0.0
        for _ in range(6667):
            other = random.choice(["10010", "10086"])
            events.append(event(at, sim=sim, other=other, service=Service.MESSAGE))
            at += random.uniform(2, 6)
    records = records_of(events)
    random.shuffle(records)
    lost = {one.line for one in records[:20]}
    result = matched(events, [one for one in records if one.line not in lost], high=1e6)
    assert sum(row.found is Found.MISSING for row in result.rows) == 20
    assert sum(row.found is Found.MATCHED for row in result.rows) == len(events) - 20


def test_many_at_one_moment_are_matched_all_the_same() -> None:
    """As a file has them that tells only days."""
    events = [event(0.0, service=Service.MESSAGE, key=f"case#{n}") for n in range(300)]
    result = matched(events, records_of(events))
    assert not found(result)
    assert len(result.rows) == 300


def test_numbers_are_compared_without_what_may_stand_before_them() -> None:
    rules = PLAIN.model_copy(update={"numbers": Profile.model_fields["numbers"].default})
    call = replace(event(10.0, other="+8613800000000"), other="+8613800000000")
    assert not found(match([call], file_of([record(call, other="13800000000")]), rules, scope()))
