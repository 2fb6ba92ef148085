"""Test event records for an operator, and what matching his own with them found: CSV, JSON, terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from interop.record import Verdict
from interop.reports import spreadsheet
from interop.reports.text import CHINA, SIGNS, clean, counted, one_line
from interop.results.records import CallRecord, Found, Malformed, Matched, Row, Service, TestEvent, money

_WORTH_TELLING_S = 2.0  # nearer than that clocks need not be, and starts are whole seconds


def export(events: Iterable[TestEvent]) -> bytes:
    """CSV for the operator: `doubt` says where our side is not sure."""
    return spreadsheet.table(_OF_EVENT, ([of(event) for of in _OF_EVENT.values()] for event in events))


def as_csv(matched: Matched) -> bytes:
    """A line for each event, then for each record that is of none."""
    columns = ["verdict", "layer", "cause", "found", "what", "doubt"]
    header = [*columns, *_OF_EVENT, *(f"record_{name}" for name in _OF_RECORD)]
    return spreadsheet.table(header, ([*_findings(row), *_sides(row)] for row in matched.rows))


def as_json(matched: Matched) -> dict[str, Any]:
    return {
        "verdict": matched.verdict,
        "counts": _counts(matched),
        "shift_s": round(matched.shift.seconds, 3),
        "shift_support": matched.shift.support,
        "others": matched.others,
        "left_out": matched.left_out,
        "silent": [{"sim": sim, "number": number} for sim, number in matched.silent],
        "malformed": [
            {"line": bad.line, "column": bad.column, "value": clean(bad.value), "why": bad.why}
            for bad in matched.malformed
        ],
        "rows": [_row(row) for row in matched.rows],
    }


def malformed(bad: Malformed, source: str) -> str:
    """`cdr.csv:17: start "2026-13-01": no time as %Y-%m-%d`"""
    value = f' "{one_line(bad.value)[:80]}"' if bad.column else ""
    return f"{source}:{bad.line}: {bad.column or 'the line'}{value}: {bad.why}"


class matching:  # noqa: N801 - reads as what it draws: console.print(matching(matched))
    """A row for whatever is wrong or not certain; then how many of each, and what was not looked at."""

    def __init__(self, matched: Matched) -> None:
        self._matched = matched

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        wrong = [row for row in self._matched.rows if row.faults]
        if wrong:
            yield _table(wrong)
            yield Text("")
        for sentence in sentences(self._matched):
            yield Text(sentence)


def sentences(matched: Matched) -> list[str]:
    """What came of it in whole sentences."""
    events = [row for row in matched.rows if row.event is not None]
    tally = ", ".join(f"{count} {found}" for found, count in _counts(matched).items())
    told = [f"{counted(len(events), 'event')}: {tally or 'nothing to match'}"]
    shift = matched.shift
    if shift.known and abs(shift.seconds) >= _WORTH_TELLING_S:
        way = "ahead of" if shift.seconds > 0 else "behind"
        told.append(
            f"the operator's clock is {abs(shift.seconds):.0f} s {way} ours, say {shift.support} of them"
        )
    if matched.others or matched.left_out:
        told.append(
            f"not looked at: {counted(matched.others, 'record')} of other numbers or times,"
            f" {matched.left_out} of types that the profile leaves out"
        )
    if matched.malformed:
        told.append(f"{counted(len(matched.malformed), 'line')} could not be read")
    if matched.silent:
        named = ", ".join(f"{number} ({sim})" for sim, number in matched.silent)
        told.append(f"no record at all of {named}: if the file is of their operator, say so with --sim")
    return told


def china(at: float) -> str:
    """POSIX -> China's time."""
    return f"{datetime.fromtimestamp(at, CHINA):%Y-%m-%d %H:%M:%S}"


def _counts(matched: Matched) -> dict[str, int]:
    counts = Counter(row.found for row in matched.rows)
    return {found: counts[found] for found in Found if counts[found]}


def _table(rows: Iterable[Row]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for header in ("verdict", "cause", "start", "served", "other", "service", "line"):
        table.add_column(header, no_wrap=header != "other")
    table.add_column("what", overflow="fold")
    for row in rows:
        one = row.event or row.record
        assert one is not None
        sign, fault = SIGNS[row.verdict], row.faults[0]
        table.add_row(
            Text(sign.word, sign.style),
            fault.cause if row.verdict is Verdict.FAIL else "",
            china(one.start),
            one_line(one.served),
            one_line(one.other),
            one.service,
            str(row.record.line) if row.record else "",
            Text(one_line("; ".join(_told(row)))),
        )
    return table


def _told(row: Row) -> list[str]:
    told = [f"{fault.what} ({fault.doubt})" if fault.doubt else fault.what for fault in row.faults]
    return [*told, row.event.attempt] if row.event is not None and row.event.attempt else told


def _findings(row: Row) -> list[object]:
    faults = row.faults
    causes = dict.fromkeys(fault.cause for fault in faults if not fault.doubt)
    return [
        row.verdict,
        "charging" if causes else "",
        " ".join(causes),
        " + ".join(dict.fromkeys(fault.found for fault in faults)) or row.found,
        "; ".join(fault.what for fault in faults),
        "; ".join(dict.fromkeys(fault.doubt for fault in faults if fault.doubt)),
    ]


def _sides(row: Row) -> list[object]:
    event, record = row.event, row.record
    ours = [of(event) for of in _OF_EVENT.values()] if event else [""] * len(_OF_EVENT)
    return [*ours, *([of(record) for of in _OF_RECORD.values()] if record else [""] * len(_OF_RECORD))]


def _row(row: Row) -> dict[str, Any]:
    event, record = row.event, row.record
    return {
        "verdict": row.verdict,
        "found": row.found,
        "faults": [
            {
                "found": fault.found,
                "layer": "charging",
                "cause": fault.cause,
                "what": fault.what,
                "doubt": fault.doubt,
            }
            for fault in row.faults
        ],
        "event": event and {name: of(event) for name, of in _OF_EVENT.items()},
        "record": record and {name: clean(str(of(record))) for name, of in _OF_RECORD.items()},
    }


_OF_EVENT: dict[str, Callable[[TestEvent], object]] = {
    "attempt": lambda e: e.attempt,
    "sim": lambda e: e.sim,
    "a_number": lambda e: e.served,
    "b_number": lambda e: e.other,
    "service": lambda e: e.service,
    "answered": lambda e: "yes" if e.answered else "no",
    "start": lambda e: china(e.start),
    "start_posix": lambda e: round(e.start, 3),
    "start_error_s": lambda e: round(e.start_error_s, 3),
    "duration_s": lambda e: "" if e.service is Service.MESSAGE else round(e.duration_s, 3),
    "duration_error_s": lambda e: "" if e.service is Service.MESSAGE else round(e.duration_error_s, 3),
    "doubt": lambda e: e.doubt,
}
_OF_RECORD: dict[str, Callable[[CallRecord], object]] = {
    "line": lambda r: r.line,
    "id": lambda r: r.id,
    "served": lambda r: r.served,
    "other": lambda r: r.other,
    "service": lambda r: r.service,
    "start": lambda r: china(r.start),
    "duration_s": lambda r: r.duration_s,
    "charge": lambda r: "" if r.charge is None else money(r.charge),
}
