"""Which record is of which event: one to one, the best pairs first, as near in time as the clocks allow."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import copysign
from statistics import median
from typing import Final

from interop.results.records.events import Service, TestEvent
from interop.results.records.legs import Span
from interop.results.records.profile import Tolerance
from interop.results.records.reading import CallRecord

FAR_S: Final = 3600.0
"""How far the operator's clock may be from ours, or a record from where it belongs."""
_VOTERS: Final = 5000
_VOTES: Final = 100_000  # for a shift: more say no more
_SAME_S: Final = 4.0  # shifts that are the same: the answer is told late, and starts are whole seconds
_ENOUGH: Final = 3
_NEIGHBOURS: Final = 32  # candidates of one event in one round

Pair = tuple[TestEvent, CallRecord]


@dataclass(frozen=True, slots=True)
class Shift:
    """The operator's clock is `seconds` ahead of ours; `support`: matches that say so, 0 where too few do."""

    seconds: float = 0.0
    support: int = 0

    @property
    def known(self) -> bool:
        return self.support >= _ENOUGH


def duration_gap(event: TestEvent, record: CallRecord) -> float:
    """Seconds between what the call can have lasted and what the record can mean; 0: they agree."""
    lasted, error = event.duration_s, event.duration_error_s
    return record.duration.apart(Span(lasted - error, lasted + error))


class Matching:
    """Pairs off events and records. `plain` takes the prefixes off the events' numbers; `run`: from when to
    when, by our clock.

    `pairs`, `other_number` and `other_time` are what was found; `doubles` a record and the one that it
    repeats; `events` and `records` what is left, of the run's time. `rival`: a shift that would explain more.
    """

    def __init__(
        self,
        events: Iterable[TestEvent],
        records: Iterable[CallRecord],
        tolerance: Tolerance,
        plain: Callable[[str], str],
        run: Span,
    ) -> None:
        self._tolerance = tolerance
        self._plain = cache(plain)
        self.events = list(events)
        self.records = sorted(records, key=lambda record: (record.start, record.line))
        self.shift, self.rival = self._vote(run)
        self.pairs = self._pair(self._numbers, _numbers, self._as_seen, tolerance.time_s)
        self._settle_shift()
        originals = _ByKey(self.pairs)
        elsewhere = self._elsewhere(originals)
        self.other_number = [
            *self._pair(self._served, _served, elsewhere, tolerance.time_s),
            *self._pair(self._other, _other, elsewhere, tolerance.time_s),
        ]
        self.doubles = self._repeated(originals)
        # before and after it, the same numbers may have been called by another run
        low, high = run.low + self.shift.seconds, run.high + self.shift.seconds
        within = tolerance.time_s
        self.records = [one for one in self.records if low - within <= one.start <= high + within]
        self.other_time = self._pair(self._numbers, _numbers, self._displaced, FAR_S)

    def away(self, event: TestEvent, record: CallRecord) -> float:
        """Seconds by which the record is later, by our clock; nothing within what we know of the start."""
        late = record.start - self.shift.seconds - event.start
        return max(0.0, abs(late) - event.start_error_s)

    # Clock

    def _vote(self, run: Span) -> tuple[Shift, Shift | None]:
        """The shift at which most events have a record, and what explains more than the one that is taken.

        Clocks are seldom far off: a shift within the tolerance is taken unless it explains less than half as
        much, or leaves more records of the run's time over. Another run of the same cases, an hour before,
        is told from a clock by that.
        """
        answered = [event for event in self.events if event.answered and not event.doubt]
        sharp = [event for event in answered if _is_sharp(event)]
        apart, step = self._apart(sharp if len(sharp) >= _ENOUGH else answered)
        far = _densest(apart)
        near = _densest([one for one in apart if abs(one) <= self._tolerance.time_s])
        if far.support <= near.support:
            return near, None

        def over(shift: Shift) -> int:
            low, high = _between(self.records, run.low + shift.seconds, run.high + shift.seconds)
            return high - low - shift.support * step

        if 2 * near.support < far.support or over(near) > over(far):
            return far, None
        return near, far

    def _apart(self, events: Sequence[TestEvent]) -> tuple[list[float], int]:
        """By how much each record that may be of an event is later, in order; one in how many was asked."""
        known: dict[Hashable, list[CallRecord]] = {}
        for record in self.records:
            known.setdefault(_numbers(record), []).append(record)
        far = FAR_S + self._tolerance.time_s
        asked = len(events) // _VOTERS + 1
        near = []
        for event in events[::asked]:
            records = known.get(self._numbers(event), [])
            near.append((event, records, _between(records, event.start - far, event.start + far)))
        step = sum(high - low for _, _, (low, high) in near) // _VOTES + 1
        apart = [
            _late(event, record)
            for event, records, (low, high) in near[::step]
            for record in records[low:high]
            if self._agree(event, record)
        ]
        return sorted(apart), asked * step

    def _settle_shift(self) -> None:
        """By all pairs whose durations agree, rather than by those that voted."""
        agreed = [pair for pair in self.pairs if pair[0].answered and self._agree(*pair)]
        sharp = [pair for pair in agreed if _is_sharp(pair[0])]
        late = [_late(*pair) for pair in (sharp if len(sharp) >= _ENOUGH else agreed)]
        if len(late) >= _ENOUGH:
            self.shift = Shift(median(late), len(late))

    def _agree(self, event: TestEvent, record: CallRecord) -> bool:
        return duration_gap(event, record) <= self._tolerance.duration_s

    # Pairs

    def _numbers(self, event: TestEvent) -> Hashable:
        return (event.served, self._plain(event.other), event.service)

    def _served(self, event: TestEvent) -> Hashable:
        return (event.served, event.service)

    def _other(self, event: TestEvent) -> Hashable:
        return (self._plain(event.other), event.service)

    def _as_seen(self, event: TestEvent, record: CallRecord) -> tuple[float, ...] | None:
        """A record is rather of what was answered; and of that rather of what is certain, while a record of
        what was not is rather of what is in doubt: nobody is accused of the other."""
        doubtful = bool(event.doubt) if event.answered else not event.doubt
        return (not event.answered, not self._agree(event, record), doubtful, self.away(event, record))

    def _elsewhere(self, originals: _ByKey) -> Callable[[TestEvent, CallRecord], tuple[float, ...] | None]:
        """One number is another: not where the record rather repeats another one."""

        def cost(event: TestEvent, record: CallRecord) -> tuple[float, ...] | None:
            away = self.away(event, record)
            if not event.answered or not self._agree(event, record):
                return None
            original = originals.nearest(record)
            if original is not None and abs(original.start - record.start) < max(away, 1.0):
                return None
            return (bool(event.doubt), away)

        return cost

    def _displaced(self, event: TestEvent, record: CallRecord) -> tuple[float, ...] | None:
        if not event.answered or not self._agree(event, record):
            return None
        return (bool(event.doubt), self.away(event, record))

    def _pair(
        self,
        key_of_event: Callable[[TestEvent], Hashable],
        key_of_record: Callable[[CallRecord], Hashable],
        cost: Callable[[TestEvent, CallRecord], tuple[float, ...] | None],
        within_s: float,
    ) -> list[Pair]:
        """What is found is left no more. Rounds: an event looks at its nearest records, of which others may
        be nearer to others."""
        found: list[Pair] = []
        while self.events and self.records:
            by_key: dict[Hashable, list[CallRecord]] = {}
            for record in self.records:
                by_key.setdefault(key_of_record(record), []).append(record)
            candidates = [
                (price, place, record.line, event, record)
                for place, event in enumerate(self.events)
                for record in self._near(event, by_key.get(key_of_event(event), []), within_s)
                if (price := cost(event, record)) is not None
            ]
            candidates.sort(key=lambda one: one[:3])
            paired: set[int] = set()
            taken: set[int] = set()
            before = len(found)
            for _, place, line, event, record in candidates:
                if place not in paired and line not in taken:
                    paired.add(place)
                    taken.add(line)
                    found.append((event, record))
            if len(found) == before:
                break
            self.events = [event for place, event in enumerate(self.events) if place not in paired]
            self.records = [record for record in self.records if record.line not in taken]
        return found

    def _near(self, event: TestEvent, records: Sequence[CallRecord], within_s: float) -> Sequence[CallRecord]:
        """At most so many, the nearest ones."""
        within, at = within_s + event.start_error_s, event.start + self.shift.seconds
        low, high = _between(records, at - within, at + within)
        if high - low > _NEIGHBOURS:
            middle = bisect_left(records, at, low, high, key=_start)
            low = min(max(low, middle - _NEIGHBOURS // 2), high - _NEIGHBOURS)
            high = low + _NEIGHBOURS
        return records[low:high]

    def _repeated(self, originals: _ByKey) -> list[tuple[CallRecord, CallRecord]]:
        found, left = [], []
        for record in self.records:
            original = originals.nearest(record)
            apart = self._tolerance.time_s if original is None else abs(original.start - record.start)
            if original is None or apart > self._tolerance.time_s or not self._alike(original, record):
                left.append(record)
            else:
                found.append((record, original))
        self.records = left
        return found

    def _alike(self, one: CallRecord, other: CallRecord) -> bool:
        return abs(one.duration_s - other.duration_s) <= self._tolerance.duration_s


class _ByKey:
    """The records of pairs, to be found by their numbers and time."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._records: dict[Hashable, list[CallRecord]] = {}
        for record in sorted((record for _, record in pairs), key=lambda one: (one.start, one.line)):
            self._records.setdefault(_numbers(record), []).append(record)

    def nearest(self, record: CallRecord) -> CallRecord | None:
        """Of the same numbers."""
        known = self._records.get(_numbers(record), [])
        place = bisect_left(known, record.start, key=_start)
        around = known[max(0, place - 1) : place + 1]
        return min(around, key=lambda one: abs(one.start - record.start), default=None)


def _densest(apart: Sequence[float]) -> Shift:
    """The median of the most that are as good as equal, of several the nearest to nothing."""
    best, window, first = (0, 0.0), (0, 0), 0
    for last, one in enumerate(apart):
        while one - apart[first] > _SAME_S:
            first += 1
        votes = (last - first + 1, -abs(apart[first] + one))
        if votes > best:
            best, window = votes, (first, last + 1)
    votes_for = apart[slice(*window)]
    return Shift(median(votes_for), len(votes_for)) if len(votes_for) >= _ENOUGH else Shift()


def _is_sharp(event: TestEvent) -> bool:
    """Whether its start is known so well that it tells how far a clock is off."""
    return event.start_error_s <= _SAME_S / 2


def _late(event: TestEvent, record: CallRecord) -> float:
    """By how much the record is later, at least: slow modems accept a message a minute after it was sent."""
    late = record.start - event.start
    return late if _is_sharp(event) else copysign(max(0.0, abs(late) - event.start_error_s), late)


def _between(records: Sequence[CallRecord], low: float, high: float) -> tuple[int, int]:
    first = bisect_left(records, low, key=_start)
    return first, bisect_left(records, high, first, key=_start)


def _start(record: CallRecord) -> float:
    return record.start


def _numbers(record: CallRecord) -> tuple[str, str, Service]:
    return (record.served, record.other, record.service)


def _served(record: CallRecord) -> tuple[str, Service]:
    return (record.served, record.service)


def _other(record: CallRecord) -> tuple[str, Service]:
    return (record.other, record.service)
