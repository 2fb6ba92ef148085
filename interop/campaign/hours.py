"""The days and hours in which a campaign may run, by the clock in China."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from interop.lab.equipment import CHINA

_A_WEEK = timedelta(days=7)
_A_MONDAY = datetime(2026, 1, 5, tzinfo=CHINA)

Span = tuple[time, time]
"""from, to; `time.min` as its end is midnight"""


@dataclass(frozen=True, slots=True)
class Hours:
    """`days`: 0 is Monday; `spans`: in order, none overlapping another.

    >>> office = Hours((0, 1, 2, 3, 4), ((time(9), time(12)), (time(13), time(18))))
    >>> friday = datetime(2026, 1, 9, 16, 0, tzinfo=CHINA)
    >>> office.worked(friday, 3 * 3600).isoformat()
    '2026-01-12T10:00:00+08:00'
    """

    days: tuple[int, ...] = tuple(range(7))
    spans: tuple[Span, ...] = ((time.min, time.min),)

    def windows(self, after: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From where `after` is in one, or from the next one on; for ever."""
        after = after.astimezone(CHINA)
        day = after.replace(hour=0, minute=0, second=0, microsecond=0)
        while True:
            if day.weekday() in self.days:
                for start, end in self.spans:
                    begins = day + _since_midnight(start)
                    ends = day + (_since_midnight(end) or timedelta(days=1))
                    if ends > after:
                        yield max(begins, after), ends
            day += timedelta(days=1)

    def open_until(self, at: datetime) -> datetime | None:
        """When the window in which `at` is closes; None when it is in none. Where one follows upon another,
        the last of them counts; where they never end, some day after more than a week.
        """
        windows = self.windows(at)
        begins, ends = next(windows)
        if begins > at:
            return None
        for following, later in windows:
            if following > ends or ends - at > _A_WEEK:
                return ends
            ends = later
        raise AssertionError("windows end never")

    @property
    def longest(self) -> timedelta:
        """The longest that it is ever open; more than a week where it is always."""
        opens, _ = next(self.windows(_A_MONDAY))
        longest = timedelta()
        while opens < _A_MONDAY + _A_WEEK:
            closes = self.open_until(opens) or opens
            longest = max(longest, closes - opens)
            opens, _ = next(self.windows(closes))
        return longest

    def worked(self, start: datetime, seconds: float) -> datetime:
        """When so many seconds of work will be done, if it begins no sooner than `start`."""
        left = timedelta(seconds=seconds)
        for begins, ends in self.windows(start):
            if begins + left <= ends:
                return begins + left
            left -= ends - begins
        raise AssertionError("windows end never")


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)
