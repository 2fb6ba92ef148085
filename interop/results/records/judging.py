"""What a file of call records says of a run: each event, and each record that is of none, with a verdict.

A fail is certain: nothing that our side may not have seen, nothing that the file may only not show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Final

from interop.record import Cause, Layer, Verdict, merge
from interop.results.records.events import Service, TestEvent
from interop.results.records.legs import Span
from interop.results.records.matching import FAR_S, Matching, Shift, duration_gap
from interop.results.records.profile import Profile
from interop.results.records.reading import CallRecord, Malformed, RecordFile

Price = Callable[[TestEvent, float], Decimal | None]
"""What an event costs in yuan if it lasted so many seconds; None where nobody knows."""

LAYER: Final = Layer.CHARGING


class Found(StrEnum):
    MATCHED = "matched"
    NONE_DUE = "none due"
    """not answered, or refused, and no record"""
    MISSING = "missing record"
    WRONG_NUMBER = "wrong number"
    WRONG_TIME = "wrong time"
    WRONG_DURATION = "wrong duration"
    WRONG_CHARGE = "wrong charge"
    NOT_DUE = "record of what was not answered"
    DOUBLED = "doubled record"
    UNKNOWN = "unknown record"


@dataclass(frozen=True, slots=True)
class Fault:
    """`doubt`: why it may be none; then it accuses nobody."""

    found: Found
    cause: Cause
    what: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An event, its record, or both, and what is wrong with that."""

    event: TestEvent | None
    record: CallRecord | None
    faults: tuple[Fault, ...] = ()

    @property
    def verdict(self) -> Verdict:
        if not self.faults:
            return Verdict.PASS
        return Verdict.FAIL if any(not fault.doubt for fault in self.faults) else Verdict.INCONC

    @property
    def found(self) -> Found:
        if self.faults:
            return self.faults[0].found
        return Found.NONE_DUE if self.record is None else Found.MATCHED


@dataclass(frozen=True, slots=True)
class Matched:
    """`rows`: the events in order, then the records that are of none. `others`: records of other numbers or
    other times; `silent`: SIMs of which the file has no record at all, with their numbers.
    """

    rows: tuple[Row, ...]
    shift: Shift
    others: int
    left_out: int
    malformed: tuple[Malformed, ...]
    silent: tuple[tuple[str, str], ...]

    @property
    def verdict(self) -> Verdict:
        lost = [Verdict.INCONC] if self.malformed else []
        return merge([*lost, *(row.verdict for row in self.rows)])


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be judged. `numbers`: SIM -> number of all our SIMs; `run`: POSIX times of its first and last
    moment; `whole`: it went to its end and nothing of its record is lost; `sims`: whose file this is, empty:
    of whoever has a record in it; `period`: what the file is said to hold, None: nobody says.
    """

    numbers: dict[str, str]
    run: Span
    whole: bool
    sims: frozenset[str] = frozenset()
    period: Span | None = None


def match(
    events: Iterable[TestEvent],
    file: RecordFile,
    profile: Profile,
    scope: Scope,
    price: Price | None = None,
) -> Matched:
    """Events and records in every order give the same. Without `price` no charge is judged."""
    numbers = {sim: profile.numbers.plain(number) for sim, number in scope.numbers.items()}
    ours = {number for sim, number in numbers.items() if not scope.sims or sim in scope.sims}
    all_events = sorted(events, key=lambda one: (one.start, one.served, one.other, one.service))
    # a record that bears another number may yet be of one of ours; nobody else's can be
    lab, away = set(numbers.values()), FAR_S + profile.tolerance.time_s
    near = [
        record
        for record in file.records
        if (record.served in lab or record.other in lab)
        and scope.run.low - away <= record.start <= scope.run.high + away
    ]
    matching = Matching(all_events, near, profile.tolerance, profile.numbers.plain, scope.run)
    return _Judge(profile, scope, file, matching, price, ours).matched(all_events)


class _Judge:
    def __init__(
        self,
        profile: Profile,
        scope: Scope,
        file: RecordFile,
        matching: Matching,
        price: Price | None,
        ours: set[str],
    ) -> None:
        self._profile = profile
        self._scope = scope
        self._file = file
        self._matching = matching
        self._price = price
        self._ours = ours
        self._recorded = {record.served for record in file.records}
        self._services = {record.service for record in file.records}
        self._lost = {bad.served for bad in file.malformed}

    def matched(self, events: list[TestEvent]) -> Matched:
        found = self._matching
        judged = [
            *(
                Row(event, record, (*self._durations(event, record), *self._charges(event, record)))
                for event, record in found.pairs
            ),
            *(Row(event, record, (self._number(event, record),)) for event, record in found.other_number),
            *(Row(event, record, (self._time(event, record),)) for event, record in found.other_time),
            *(Row(event, None, self._missing(event)) for event in found.events),
        ]
        rows: dict[TestEvent | None, list[Row]] = {}
        for row in judged:
            rows.setdefault(row.event, []).append(row)
        due = [event for event in events if self._plain(event.served) in self._ours]
        extra = [
            *((record, self._doubled(original)) for record, original in found.doubles),
            *((record, self._unknown(record)) for record in found.records),
        ]
        extra = [(record, fault) for record, fault in extra if record.served in self._ours]
        extra.sort(key=lambda one: (one[0].start, one[0].line))
        told = [
            *(rows[event].pop(0) for event in due),
            *(Row(None, record, (fault,)) for record, fault in extra),
        ]
        return Matched(
            tuple(told),
            found.shift,
            len(self._file.records) - sum(row.record is not None for row in told),
            self._file.left_out,
            tuple(self._file.malformed),
            self._silent(due),
        )

    def _silent(self, due: list[TestEvent]) -> tuple[tuple[str, str], ...]:
        if self._scope.sims:
            return ()
        sims = {(event.sim, event.served) for event in due if event.answered}
        return tuple(sorted(one for one in sims if self._plain(one[1]) not in self._recorded))

    def _plain(self, number: str) -> str:
        return self._profile.numbers.plain(number)

    # Events

    def _missing(self, event: TestEvent) -> tuple[Fault, ...]:
        if not event.answered:
            return ()
        doubt = event.doubt or self._hidden(event) or self._rival()
        return (Fault(Found.MISSING, Cause.RECORD_MISSING, "the operator has no record of it", doubt),)

    def _hidden(self, event: TestEvent) -> str:
        """Why a record may be there all the same."""
        served = self._plain(event.served)
        if not self._scope.sims and served not in self._recorded:
            return "the file has no record of this number at all: is it this operator's? then say so"
        if self._lost & {"", served}:
            return "it may be one of the lines that cannot be read"
        if event.service not in self._services:
            return f"the file has no record of any {event.service} at all: does it hold them?"
        if foreign := self._foreign():
            return foreign
        at, margin = event.start + self._matching.shift.seconds, self._profile.tolerance.time_s
        period = self._scope.period
        if period is None and self._file.period is not None:
            period = Span(self._file.period.low + margin, self._file.period.high - margin)
        if period is None or not period.low <= at <= period.high:
            return "at the edge of what the file holds, or beyond it"
        return ""

    def _durations(self, event: TestEvent, record: CallRecord) -> tuple[Fault, ...]:
        if not event.answered and event.service is Service.MESSAGE:
            what = "the network refused the message, and the operator has a record of it"
            return (Fault(Found.NOT_DUE, Cause.RECORD_WRONG, what, event.doubt),)
        gap = duration_gap(event, record)
        if gap <= self._profile.tolerance.duration_s:
            return ()
        if not event.answered:
            what = f"recorded with {record.duration_s:g} s, and it was never answered"
            return (Fault(Found.NOT_DUE, Cause.RECORD_WRONG, what, event.doubt),)
        what = f"recorded with {record.duration_s:g} s; it lasted {lasted(event)}"
        doubt = event.doubt
        if record.duration.apart(event.slowly) <= self._profile.tolerance.duration_s:
            doubt = doubt or "a modem may have been slow to tell of its answer or its end"
        return (Fault(Found.WRONG_DURATION, Cause.RECORD_WRONG, what, doubt),)

    def _number(self, event: TestEvent, record: CallRecord) -> Fault:
        if record.served != self._plain(event.served):
            what = f"recorded for {record.served}, and {event.served} made it"
        else:
            what = f"recorded to {record.other}, and it went to {event.other}"
        doubt = event.doubt or self._unseen()
        if record.served not in self._ours:  # a stranger's, if ours is where we cannot see it
            doubt = doubt or self._hidden(event) or self._rival()
        return Fault(Found.WRONG_NUMBER, Cause.RECORD_WRONG, what, doubt)

    def _time(self, event: TestEvent, record: CallRecord) -> Fault:
        late = record.start - self._matching.shift.seconds - event.start
        what = f"recorded {abs(late):.0f} s {'after' if late > 0 else 'before'} it happened"
        doubt = event.doubt or self._rival()
        if not self._matching.shift.known:
            doubt = doubt or "too few matches to know how far the two clocks are apart"
        return Fault(Found.WRONG_TIME, Cause.RECORD_WRONG, what, doubt)

    # Charges

    def _charges(self, event: TestEvent, record: CallRecord) -> tuple[Fault, ...]:
        """Also right where it fits the record's own duration: that may be wrong, and is then told itself."""
        refused = not event.answered and event.service is Service.MESSAGE
        if self._price is None or record.charge is None or refused:
            return ()
        extra = self._profile.tolerance.duration_s
        ours, theirs = event.duration, record.duration
        low, high = min(max(0.0, ours.low - extra), theirs.low), ours.high + extra
        if isfinite(theirs.high):
            high = max(high, theirs.high) if event.answered else theirs.high
        least, most = self._price(event, low), self._price(event, high)
        if least is None or most is None or least <= record.charge <= most:
            return ()
        should = f"{money(least)}" if least == most else f"{money(least)} to {money(most)}"
        what = f"charged {money(record.charge)}, by the tariff {should}"
        return (Fault(Found.WRONG_CHARGE, _of_charge(record.charge, least, most), what, event.doubt),)

    # Records of no event

    def _doubled(self, original: CallRecord) -> Fault:
        name = f"record {original.id}, " if original.id else ""
        what = f"repeats {name}line {original.line}"
        return Fault(Found.DOUBLED, Cause.RECORD_DOUBLED, what, self._unseen())

    def _unknown(self, record: CallRecord) -> Fault:
        at, margin = record.start - self._matching.shift.seconds, self._profile.tolerance.time_s
        doubt = self._unseen() or self._rival() or self._foreign()
        if not self._scope.run.low + margin <= at <= self._scope.run.high - margin:
            doubt = doubt or "at the edge of the run"
        return Fault(Found.UNKNOWN, Cause.RECORD_WRONG, "nobody of us made it", doubt)

    def _unseen(self) -> str:
        """Why our side may have done something that its record does not show."""
        return "" if self._scope.whole else "the run was cut short, and may have made it unseen"

    def _foreign(self) -> str:
        """Why what is written of our numbers may be misread."""
        if self._matching.pairs or not self._recorded & self._ours:
            return ""
        return "not one record of these numbers fits: are the profile's zone and types right?"

    def _rival(self) -> str:
        rival = self._matching.rival
        return f"a clock that is {rival.seconds:.0f} s off would explain more" if rival else ""


def _of_charge(charge: Decimal, least: Decimal, most: Decimal) -> Cause:
    if not most:
        return Cause.CHARGED_WHILE_FREE
    return Cause.NOT_CHARGED if not charge and least else Cause.RATE_WRONG


def lasted(event: TestEvent) -> str:
    """ "9.1 s", "8.1 to 10.2 s" """
    low, high = event.duration.low, event.duration.high
    return f"{event.duration_s:.1f} s" if high - low < 0.2 else f"{low:.1f} to {high:.1f} s"


def money(yuan: Decimal) -> str:
    """At least two decimals: 0.25 yuan, 0.0015 yuan."""
    exact = yuan.normalize()
    return f"{exact if exact.as_tuple().exponent < -2 else exact.quantize(Decimal('0.01'))} yuan"  # type: ignore[operator]
