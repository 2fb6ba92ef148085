"""What attempts add to the tables that are summed up from them, and how it gets there.

A change of an attempt takes away what the old row added and adds what the new one does: nothing is counted
again. Only `latest` is looked up anew, for the cells that changed: who comes before the last is not in it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import inf, isinf, log
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, delete, func, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from interop.record import Verdict, merge
from interop.results.store.schema import ALL, ALL_DAYS, attempt, cell, daily, hist, latest, recent, series

CHINA_S = 8 * 3600
DAY_S = 86_400
RECENT_DAYS = 7
"""that `recent` sums up"""
_WIDTH = log(1.02)
NEVER = 10_000
"""the bucket of what never came, behind all others"""
_AT_ONCE = 500
"""keys in one statement: SQLite takes 32,766 values, PostgreSQL 65,535"""
_FEW = 20
"""keys that are looked for by all of their columns: those of one attempt"""

COLUMNS: Mapping[Verdict, str] = {
    Verdict.PASS: "passed",
    Verdict.FAIL: "failed",
    Verdict.INCONC: "inconclusive",
    Verdict.ERROR: "errors",
}
"""A verdict's column in `latest` and `daily`; what was not run is counted nowhere."""
COUNTING = (Verdict.PASS, Verdict.FAIL, Verdict.ERROR)
"""Of several attempts, the last of these is the one that counts, else the last of all."""


class CellKey(NamedTuple):
    mvno: str
    city: str
    service: str

    @property
    def whole(self) -> bool:
        return ALL not in self


def day_of(time: float) -> int:
    """Days of China since 1970-01-01, of POSIX time."""
    return int((time + CHINA_S) // DAY_S)


def last_day(connection: Connection) -> int | None:
    """The last one with an attempt; None of an empty store."""
    last = connection.execute(select(func.max(attempt.c.started))).scalar()
    return None if last is None else day_of(last)


def bucket(seconds: float) -> int:
    """Times in one bucket differ by at most 2 %.

    >>> bucket(1.0), bucket(1.03), bucket(inf) == NEVER
    (0, 1, True)
    """
    return NEVER if isinf(seconds) else int(log(max(seconds, 0.001)) // _WIDTH)


def edge(place: int) -> float:
    """The upper bound of a bucket's times, in seconds."""
    return inf if place == NEVER else 1.02 ** (place + 1)


def packed(counts: Mapping[int, int]) -> str:
    """As `hist` holds it: how many never came, the first bucket, and the counts from there on, in JSON.

    >>> packed({NEVER: 2, 81: 1, 83: 5})
    '[2, 81, 1, 0, 5]'
    """
    places = [place for place, count in counts.items() if count and place != NEVER]
    first, last = min(places, default=0), max(places, default=-1)
    return json.dumps([counts.get(NEVER, 0), first, *(counts.get(at, 0) for at in range(first, last + 1))])


def unpack(text: str, into: dict[int, int]) -> None:
    """Add what `packed` made."""
    never, first, *counts = json.loads(text)
    into[NEVER] += never
    for place, count in enumerate(counts, first):
        into[place] += count


@dataclass(frozen=True, slots=True)
class Share:
    """What one attempt adds: nothing where it is a control."""

    cell: CellKey
    peer: str
    control: bool
    verdict: Verdict
    started: float
    times: Mapping[str, float | None]


class Change:
    """What is to be added to the summaries, and taken away from them."""

    def __init__(self) -> None:
        self._daily: Counter[tuple[int, CellKey, str]] = Counter()
        self._hist: dict[tuple[int, str, str, str], Counter[int]] = {}
        self._cells: dict[CellKey, None] = {}

    def add(self, share: Share, times: int = 1) -> None:
        """`times` -1 takes it away."""
        if share.control:
            return
        self._cells[share.cell] = None
        day = day_of(share.started)
        if share.verdict in COLUMNS:
            self._daily[day, share.cell, COLUMNS[share.verdict]] += times
        for kpi, seconds in share.times.items():
            place = bucket(inf if seconds is None else seconds)
            self._hist.setdefault((day, kpi, share.cell.mvno, share.peer), Counter())[place] += times

    def apply(self, connection: Connection) -> None:
        parts = {CellKey(*part) for key in self._cells for part in _parts(key)}
        rows = [{**key._asdict(), "whole": key.whole} for key in sorted(parts)]
        found = numbers(connection, cell, CellKey._fields, rows)
        cells = {CellKey(*key): number for key, number in found.items()}
        self._add_daily(connection, cells)
        self._add_hist(connection)
        _look_up_latest(connection, {cells[key]: key for key in sorted(self._cells)})

    def _add_daily(self, connection: Connection, cells: Mapping[CellKey, int]) -> None:
        rows: dict[tuple[int, int], dict[str, int]] = {}
        for (day, key, column), count in self._daily.items():
            for part in _parts(key):
                place = day, cells[part]
                if place not in rows:
                    rows[place] = {"whole": part.whole, **dict.fromkeys(COLUMNS.values(), 0)}
                rows[place][column] += count
        keyed = [{"day": day, "cell_id": number, **rows[day, number]} for day, number in sorted(rows)]
        if keyed:
            connection.execute(_upsert(connection, daily, add=COLUMNS.values()), keyed)
        _add_recent(connection, keyed)

    def _add_hist(self, connection: Connection) -> None:
        added: dict[tuple[Any, ...], Counter[int]] = {}
        for (day, kpi, mvno, peer), counts in self._hist.items():
            for key in product((day, ALL_DAYS), (kpi,), (mvno, ALL), (peer,)):
                added.setdefault(key, Counter()).update(counts)
        if not added:
            return
        names = ("day", "kpi", "mvno", "peer")
        columns = [hist.c[name] for name in names]
        # by each part of the key: a list of whole ones takes longer to say than these to read
        parts = [sorted(set(part)) for part in zip(*added, strict=True)]
        there = [column.in_(part) for column, part in zip(columns, parts, strict=True)]
        for *place, text in connection.execute(select(*columns, hist.c.counts).where(*there)).all():
            if tuple(place) in added:
                unpack(text, added[tuple(place)])
        rows = [dict(zip(names, key, strict=True)) | {"counts": packed(added[key])} for key in sorted(added)]
        connection.execute(_upsert(connection, hist, replace=("counts",)), rows)


def sum_recent(connection: Connection, last: int) -> None:
    """`recent` anew, from `daily`."""
    connection.execute(delete(recent))
    sums = (
        select(daily.c.cell_id, literal(last), func.sum(daily.c.passed), func.sum(daily.c.failed))
        .where(daily.c.day.between(last - RECENT_DAYS + 1, last), daily.c.whole.is_(True))
        .group_by(daily.c.cell_id)
    )
    connection.execute(insert(recent).from_select(["cell_id", "last", "passed", "failed"], sums))


def _add_recent(connection: Connection, added: Sequence[Mapping[str, Any]]) -> None:
    """What was added to `daily`; a new last day moves the days on, and all of it is summed up."""
    last = last_day(connection)
    if last is None:
        return
    if connection.execute(select(recent.c.last).limit(1)).scalar() != last:
        sum_recent(connection, last)
        return
    rows: dict[int, dict[str, int]] = {}
    for each in added:
        if each["whole"] and last - RECENT_DAYS < each["day"] <= last:
            number = each["cell_id"]
            row = rows.setdefault(number, {"cell_id": number, "last": last, "passed": 0, "failed": 0})
            row["passed"] += each["passed"]
            row["failed"] += each["failed"]
    if rows:
        connection.execute(_upsert(connection, recent, add=("passed", "failed")), list(rows.values()))


def numbers(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[Any, ...], int]:
    """Key -> `id` of each row, whose key is in the columns `names`; those that are not there are inserted."""
    columns = [table.c[name] for name in names]
    wanted = {tuple(row[name] for name in names): row for row in rows}
    found = _there(connection, table, columns, wanted)
    missing = [row for key, row in wanted.items() if key not in found]
    if missing:
        connection.execute(insert(table), missing)
        found = _there(connection, table, columns, wanted)
    return found


def _there(
    connection: Connection,
    table: Table,
    columns: Sequence[Column[Any]],
    wanted: Mapping[tuple[Any, ...], Any],
) -> dict[tuple[Any, ...], int]:
    """A few by all parts of their keys, as in `_add_hist`; many by the first, of which there are few."""
    parts = [sorted(set(part)) for part in zip(*wanted, strict=True)]
    said = parts if len(wanted) <= _FEW else parts[:1]
    found = {}
    for first in chunks(said[0]) if said else ():
        there = [column.in_(part) for column, part in zip(columns, (first, *said[1:]), strict=False)]
        for *key, number in connection.execute(select(*columns, table.c.id).where(*there)).all():
            if tuple(key) in wanted:
                found[tuple(key)] = number
    return found


def _parts(key: CellKey) -> Iterator[CellKey]:
    """The cell, and all that it is a part of: of each name or of all."""
    return map(CellKey._make, product(*((name, ALL) for name in key)))


def _look_up_latest(connection: Connection, cells: Mapping[int, CellKey]) -> None:
    """By one seek for each series: a GROUP BY would walk through all attempts (300 times slower)."""
    own = attempt.c.series_id == series.c.id, attempt.c.control.is_(False)
    # emulated runs of one seed begin at the same times: then the later attempt, and the heavier verdict
    order = attempt.c.started.desc(), attempt.c.number.desc(), attempt.c.verdict
    last = select(attempt.c.id).where(*own).order_by(*order).limit(1)
    counting = last.where(attempt.c.verdict.in_(COUNTING))
    final = func.coalesce(
        counting.correlate(series).scalar_subquery(), last.correlate(series).scalar_subquery()
    )
    for part in chunks(list(cells)):
        chosen = select(series.c.cell_id, final.label("final")).where(series.c.cell_id.in_(part)).subquery()
        found: dict[int, list[tuple[Verdict, float]]] = {}
        for number, verdict, started in connection.execute(
            select(chosen.c.cell_id, attempt.c.verdict, attempt.c.started).join_from(
                chosen, attempt, attempt.c.id == chosen.c.final
            )
        ).all():
            found.setdefault(number, []).append((Verdict(verdict), started))
        rows = [cells[number]._asdict() | _of_finals(finals) for number, finals in found.items()]
        if rows:
            changed = ("verdict", "started", *COLUMNS.values())
            connection.execute(_upsert(connection, latest, replace=changed), rows)


def _of_finals(finals: Sequence[tuple[Verdict, float]]) -> dict[str, Any]:
    verdicts = [verdict for verdict, _ in finals]
    counts = {column: verdicts.count(verdict) for verdict, column in COLUMNS.items()}
    return {"verdict": merge(verdicts), "started": max(started for _, started in finals), **counts}


def _upsert(
    connection: Connection, table: Table, *, add: Iterable[str] = (), replace: Iterable[str] = ()
) -> Any:
    """Insert, or where the key is there already add to columns or replace them."""
    return _upsert_of(connection.dialect.name, table, tuple(add), tuple(replace))


@cache
def _upsert_of(dialect: str, table: Table, add: tuple[str, ...], replace: tuple[str, ...]) -> Any:
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    new = statement.excluded
    changes = {name: table.c[name] + new[name] for name in add} | {name: new[name] for name in replace}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes)


def chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """As many as one statement takes."""
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
