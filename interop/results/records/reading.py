"""An operator's file of call records as its profile describes it; a line that cannot be read harms none."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from math import inf, isfinite
from typing import Final

from interop.results.records.events import Service
from interop.results.records.legs import Span
from interop.results.records.profile import UNITS_OF_MONEY, UNITS_OF_TIME, Column, DurationPart, Profile

_SPREADSHEET = re.compile(r"\d(\.\d+)?E\+\d+|\d+\.0+", re.I)  # what Excel and pandas make of a long number
_MASKED = re.compile(r"\+?\d+([*x#]{2,})\d*", re.I)  # 138****1234
_DIALLED = re.compile(r"[+*#0-9 -]*")
_LONG: Final = 7  # digits: what has fewer is an extension or a name
_DIGITS: Final = 12  # of an amount, before its point
_LATEST: Final = 2**40  # seconds: no telephone network writes records of the year 36812


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One record, its numbers without prefixes. `line` counts from 1; `start`: POSIX; `duration`: what the
    written seconds may have been before they were rounded; `charge`: yuan, None where none is told.
    """

    line: int
    id: str
    service: Service
    served: str
    other: str
    start: float
    duration_s: float
    duration: Span
    charge: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that is lost. `column`: as the profile names it, "" for the line as a whole; `served`: whose it
    is, where that could be read.
    """

    line: int
    column: str
    value: str
    why: str
    served: str = ""


@dataclass(slots=True)
class RecordFile:
    """What a file holds. `left_out`: records of other types; `period`: the first and last start in it."""

    records: list[CallRecord] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)
    left_out: int = 0
    period: Span | None = None


class ColumnMissing(ValueError):
    """The file is not the one that the profile describes; says which column it lacks."""


def read_records(content: bytes, profile: Profile) -> RecordFile:
    """Raises ColumnMissing."""
    text = content.decode(profile.file.encoding, "surrogateescape").removeprefix("\ufeff")
    lines = text.split("\n")  # splitlines would also part at U+2028 and its like, which a cell may hold
    rows = _Rows(profile)
    for number, line in enumerate(lines, start=1):
        if number > profile.file.skip and line.strip():
            rows.take(number, line)
    return rows.done()


class _Bad(Exception):
    def __init__(self, column: str, value: str, why: str) -> None:
        super().__init__(why)
        self.column, self.value, self.why = column, value, why


class _Rows:
    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._services = profile.types.services()
        self._places: dict[str, int] | None = None if profile.file.header else self._numbered([])
        self._file = RecordFile()

    def take(self, number: int, line: str) -> None:
        served = ""
        try:
            cells = self._cells(line)
            if self._places is None:
                self._places = self._numbered([cell.strip() for cell in cells])
                return
            service = self._service(cells)
            if service is None:
                self._file.left_out += 1
                return
            served = self._number("served", cells)
            record = self._record(number, service, served, cells)
        except _Bad as bad:
            if self._places is None:
                raise ColumnMissing(f"no header in line {number}: {bad.why}") from None
            self._file.malformed.append(Malformed(number, bad.column, bad.value, bad.why, served))
            return
        self._file.records.append(record)

    def done(self) -> RecordFile:
        starts = [record.start for record in self._file.records]
        self._file.period = Span(min(starts), max(starts)) if starts else None
        return self._file

    def _cells(self, line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=self._profile.file.delimiter, strict=True))
        except csv.Error as error:
            raise _Bad("", line, str(error)) from None

    def _numbered(self, header: list[str]) -> dict[str, int]:
        """What the profile names -> its place in a line, from 0."""
        wanted: dict[str, Column | None] = dict(self._profile.columns)
        return {name: _place(name, column, header) for name, column in wanted.items() if column is not None}

    def _cell(self, name: str, cells: list[str]) -> str | None:
        """None where the profile has no such column."""
        assert self._places is not None
        place = self._places.get(name)
        if place is None:
            return None
        if place >= len(cells):
            raise _Bad(name, "", f"the line has only {len(cells)} columns")
        value = cells[place].strip()
        if any("\udc80" <= char <= "\udcff" for char in value):
            raise _Bad(name, value, f"not {self._profile.file.encoding}")
        return value

    def _service(self, cells: list[str]) -> Service | None:
        kind = self._cell("type", cells)
        if kind is None:
            return Service.CALL
        if kind not in self._services:
            raise _Bad("type", kind, "a type that the profile does not have")
        return self._services[kind]

    def _record(self, number: int, service: Service, served: str, cells: list[str]) -> CallRecord:
        other, start = self._number("other", cells), self._start(cells)
        seconds, duration = 0.0, Span(0.0, 0.0)
        if service is not Service.MESSAGE:
            seconds, duration = self._duration(self._cell("duration", cells))
        return CallRecord(
            number,
            self._cell("id", cells) or "",
            service,
            served,
            other,
            start,
            seconds,
            duration,
            self._charge(cells),
        )

    def _number(self, name: str, cells: list[str]) -> str:
        value = self._cell(name, cells) or ""
        if not value:
            raise _Bad(name, value, "no number")
        if _SPREADSHEET.fullmatch(value):
            raise _Bad(name, value, "a spreadsheet has spoilt this number; export the column as text")
        if _MASKED.fullmatch(value):
            raise _Bad(name, value, "this number is masked; ask for all of its digits")
        if not _DIALLED.fullmatch(value) and sum(char.isdigit() for char in value) >= _LONG:
            raise _Bad(name, value, "more than a number stands here")
        return self._profile.numbers.plain(value)

    def _start(self, cells: list[str]) -> float:
        value = self._cell("start", cells) or ""
        start = self._profile.start
        try:
            at = start.read(value)
        except (ValueError, OverflowError):
            wanted = f"no time as {start.format}" if start.epoch is None else f"no {start.epoch} since 1970"
            raise _Bad("start", value, wanted) from None
        if not isfinite(at) or abs(at) > _LATEST:
            raise _Bad("start", value, "no time of ours")
        return at

    def _duration(self, value: str | None) -> tuple[float, Span]:
        part = self._profile.duration
        if value is None:
            return 0.0, Span(0.0, inf)
        try:
            seconds = _seconds(value, part)
        except ValueError:
            raise _Bad("duration", value, f"no duration in {part.unit}") from None
        if not isfinite(seconds) or seconds < 0:
            raise _Bad("duration", value, "no duration")
        return seconds, _before_rounding(seconds, part)

    def _charge(self, cells: list[str]) -> Decimal | None:
        value = self._cell("charge", cells)
        if not value:
            return None
        unit = self._profile.charge.unit
        try:
            charge = Decimal(value)
        except InvalidOperation:
            raise _Bad("charge", value, f"no amount in {unit}") from None
        if not charge.is_finite() or charge.adjusted() > _DIGITS:
            raise _Bad("charge", value, f"no amount in {unit}")
        return charge * UNITS_OF_MONEY[unit]


def _place(name: str, column: Column, header: list[str]) -> int:
    if isinstance(column, int):
        return column - 1
    if column not in header:
        what = f"its header has {_shown(', '.join(header)) or 'nothing'}" if header else "it has no header"
        raise ColumnMissing(f'no column "{column}" ({name}): {what}')
    return header.index(column)


def _shown(text: str) -> str:
    """What strangers wrote, for a terminal."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:200])


def _seconds(value: str, part: DurationPart) -> float:
    if part.unit != "h:m:s":
        return float(value) * UNITS_OF_TIME[part.unit]
    hours, minutes, seconds = value.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _before_rounding(seconds: float, part: DurationPart) -> Span:
    step = UNITS_OF_TIME[part.unit]
    match part.rounding:
        case "up":
            return Span(max(0.0, seconds - step), seconds)
        case "down":
            return Span(seconds, seconds + step)
        case _:
            return Span(max(0.0, seconds - step / 2), seconds + step / 2)
