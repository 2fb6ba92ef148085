"""What one asks of a store: each an index seek or a walk through a summary, in 50 ms at 10 million attempts.

None groups `attempt` itself, which takes half a minute there; `samples` alone reads it, by time or by series.
Days are counted back from the last one that the store has attempts of.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import accumulate
from math import ceil, inf
from typing import NamedTuple

from sqlalchemy import ColumnElement, Float, Select, cast, desc, func, literal, select

from interop.record import Verdict
from interop.results.kpi import Sample
from interop.results.store.database import Store
from interop.results.store.schema import ALL, ALL_DAYS, attempt, cell, daily, hist, latest, recent, series
from interop.results.store.summaries import CHINA_S, DAY_S, NEVER, RECENT_DAYS, CellKey, edge, unpack
from interop.results.store.summaries import last_day as _last_day

_EPOCH = date(1970, 1, 1)
_Z = 1.959963984540054
"""of 95 %, two-sided"""


class Counts(NamedTuple):
    """Attempts, or cases, by verdict."""

    passed: int
    failed: int
    inconclusive: int
    errors: int

    @property
    def valid(self) -> int:
        return self.passed + self.failed


class Latest(NamedTuple):
    """Of a cell's cases the last attempts that count: the heaviest verdict, and how many have which.

    `verdict` equals a `Verdict`; `at`: POSIX time of the last of them. Flat and plain, for there are tens of
    thousands.
    """

    mvno: str
    city: str
    service: str
    verdict: str
    at: float
    passed: int
    failed: int
    inconclusive: int
    errors: int


class Day(NamedTuple):
    day: date
    attempts: Counts


class PeerTime(NamedTuple):
    """The time that `share` of the attempts with a peer do not exceed, to 2 %, in seconds; infinite where so
    many never came.
    """

    peer: str
    attempts: int
    never: int
    share: float
    at_most: float


class Worst(NamedTuple):
    """`low`: the lower bound (95 %, Wilson) of the share that fails."""

    cell: CellKey
    failed: int
    valid: int
    low: float


def last_day(store: Store) -> date | None:
    """None of an empty store."""
    with store.reading() as connection:
        day = _last_day(connection)
    return None if day is None else _EPOCH + timedelta(day)


def latest_verdicts(
    store: Store, *, mvno: str | None = None, city: str | None = None, service: str | None = None
) -> list[Latest]:
    """By MVNO, city and service, in that order; None: of every one."""
    names = (latest.c.mvno, latest.c.city, latest.c.service)
    counts = (latest.c.passed, latest.c.failed, latest.c.inconclusive, latest.c.errors)
    statement = select(*names, latest.c.verdict, latest.c.started, *counts).order_by(*names)
    for column, wanted in zip(names, (mvno, city, service), strict=True):
        if wanted is not None:
            statement = statement.where(column == wanted)
    with store.reading() as connection:
        # from the driver's own cursor: rows of SQLAlchemy take a third longer, which counts for so many
        cursor = connection.execute(statement).cursor
        assert cursor is not None
        return list(map(Latest._make, cursor.fetchall()))


def trend(store: Store, *, days: int = 90, mvno: str = ALL, city: str = ALL, service: str = ALL) -> list[Day]:
    """Attempts by day, the days without any left out."""
    columns = (daily.c.passed, daily.c.failed, daily.c.inconclusive, daily.c.errors)
    key = CellKey(mvno, city, service)
    with store.reading() as connection:
        last = _last_day(connection)
        number = connection.execute(select(cell.c.id).where(*_is(key))).scalar()
        if last is None or number is None:
            return []
        wanted = range(last - days + 1, last + 1)
        # each day by its key: a range of days would walk through all their cells
        rows = connection.execute(
            select(daily.c.day, *columns).where(daily.c.cell_id == number, daily.c.day.in_(wanted))
        ).all()
    found = (Day(_EPOCH + timedelta(day), Counts(*counts)) for day, *counts in sorted(map(tuple, rows)))
    return [one for one in found if one.attempts != Counts(0, 0, 0, 0)]


def times_by_peer(
    store: Store, kpi: str, *, share: float = 0.95, days: int | None = None, mvno: str = ALL
) -> list[PeerTime]:
    """Of a time KPI, slowest first. `days` None: of all time."""
    own = hist.c.kpi == kpi, hist.c.mvno == mvno
    with store.reading() as connection:
        last = _last_day(connection)
        if last is None:
            return []
        wanted = [ALL_DAYS] if days is None else list(range(last - days + 1, last + 1))
        rows = connection.execute(
            select(hist.c.peer, hist.c.counts).where(*own, hist.c.day.in_(wanted))
        ).all()
    by_peer: dict[str, dict[int, int]] = {}
    for peer, text in rows:
        unpack(text, by_peer.setdefault(peer, defaultdict(int)))
    found = [_peer_time(peer, counts, share) for peer, counts in by_peer.items() if any(counts.values())]
    return sorted(found, key=lambda one: (-one.at_most, one.peer))


def worst_cells(store: Store, *, days: int = RECENT_DAYS, limit: int = 20) -> list[Worst]:
    """Those that certainly fail most: by the lower bound, so that one failure of one attempt comes late.

    Of other than `RECENT_DAYS` days `daily` is summed up: 6 ms for each day at 10 million attempts.
    """
    with store.reading() as connection:
        last = _last_day(connection)
        if last is None:
            return []
        sums = _recent_sums() if days == RECENT_DAYS else _daily_sums(last - days + 1, last)
        failing = sums.subquery()
        failed, valid = failing.c.failed, failing.c.failed + failing.c.passed
        low = _wilson_low(cast(failed, Float), cast(valid, Float)).label("low")
        names = (cell.c.mvno, cell.c.city, cell.c.service)
        rows = connection.execute(
            select(*names, failed, valid, low)
            .join_from(failing, cell, cell.c.id == failing.c.cell_id)
            .order_by(desc(low), *names)
            .limit(limit)
        ).all()
    return [Worst(CellKey(*row[:3]), *row[3:]) for row in rows]


def _recent_sums() -> Select[tuple[int, int, int]]:
    return select(recent.c.cell_id, recent.c.failed, recent.c.passed).where(recent.c.failed > 0)


def _daily_sums(first: int, last: int) -> Select[tuple[int, int, int]]:
    failed, passed = func.sum(daily.c.failed), func.sum(daily.c.passed)
    return (
        select(daily.c.cell_id, failed.label("failed"), passed.label("passed"))
        .where(daily.c.day.between(first, last), daily.c.whole.is_(True))
        .group_by(daily.c.cell_id)
        .having(failed > 0)
    )


def samples(
    store: Store,
    *,
    days: int | None = None,
    mvno: str | None = None,
    city: str | None = None,
    service: str | None = None,
) -> Iterator[Sample]:
    """What the conclusive attempts add to KPIs (`interop.results.kpi.found`), as they are read."""
    wanted = ((cell.c.mvno, mvno), (cell.c.city, city), (cell.c.service, service))
    statement = (
        select(attempt.c.modem, attempt.c.started, attempt.c.failed, attempt.c.times)
        .where(attempt.c.control.is_(False), attempt.c.verdict.in_((Verdict.PASS, Verdict.FAIL)))
        .where(attempt.c.failed.is_not(None) | attempt.c.times.is_not(None))
    )
    if any(name is not None for _, name in wanted):
        statement = statement.join(series, series.c.id == attempt.c.series_id).join(cell)
        statement = statement.where(*(column == name for column, name in wanted if name is not None))
    with store.reading() as connection:
        last = _last_day(connection)
        if last is None:
            return
        if days is not None:
            statement = statement.where(attempt.c.started >= (last - days + 1) * DAY_S - CHINA_S)
        for row in connection.execution_options(yield_per=10_000).execute(statement):
            yield _sample(*row)


def _sample(modem: str, started: float, failed: str | None, times: str | None) -> Sample:
    seconds = {name: inf if value is None else value for name, value in json.loads(times or "{}").items()}
    return Sample(modem, started, json.loads(failed or "{}"), seconds)


def _is(key: CellKey) -> tuple[ColumnElement[bool], ...]:
    return cell.c.mvno == key.mvno, cell.c.city == key.city, cell.c.service == key.service


def _peer_time(peer: str, counts: Mapping[int, int], share: float) -> PeerTime:
    """By nearest rank, as `quantiles.quantile`; the upper edge of the bucket that it lies in."""
    total = sum(counts.values())
    rank = max(1, ceil(round(share * total, 9)))
    upto = accumulate(counts[place] for place in sorted(counts))
    place = next(place for place, seen in zip(sorted(counts), upto, strict=True) if seen >= rank)
    return PeerTime(peer, total, counts[NEVER], share, edge(place))


def _wilson_low(failed: ColumnElement[float], valid: ColumnElement[float]) -> ColumnElement[float]:
    """As `intervals.wilson`, by the database."""
    share, spread = failed / valid, literal(_Z * _Z) / valid
    reach = literal(_Z) * func.sqrt(share * (1 - share) / valid + spread / (4 * valid))
    return (share + spread / 2 - reach) / (1 + spread)
