"""What a store knows of one MVNO in one city: all attempts, by seeks from its cells to its series to them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from sqlalchemy import Connection, Row, func, select, true

from interop.record import Cause, Check, Finding, InconcReason, Layer, Verdict, blame
from interop.results.store import Store
from interop.results.store.schema import attempt, cell, latest, run, series
from interop.results.store.summaries import CHINA_S, DAY_S, day_of

_AT_ONCE = 500
"""series in one statement: SQLite takes 32,766 values"""


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt, no contrast. `run`: its run directory; `started`: POSIX time; `blame` as
    `interop.record.blame` says it; `failed` by ratio KPI; `times` by time KPI, seconds, infinite for never.

    `run_id`: of the run in the store, which came there after those of lesser numbers; `epoch`: its second 0,
    the same for all emulated runs, so that `started` tells no order between them.
    """

    run: str
    suite: str
    case: str
    number: int
    service: str
    segment: str
    base_operator: str
    peer: str
    verdict: Verdict
    started: float
    lab: str = ""
    run_id: int = 0
    epoch: float = 0.0
    modem: str = ""
    blame: str = ""
    reason: InconcReason | None = None
    finding: Finding | None = None
    failed: Mapping[str, bool] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """What is tried of a number of `segment` on `base_operator`: a service with a peer ("" for none).

    `days_ago`: when it was last tried, in days before the store's last one.
    """

    segment: str
    base_operator: str
    service: str
    peer: str
    days_ago: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """Of one MVNO in one city. `tried`: in the days asked for; `places`: of all time; `last`: POSIX time."""

    mvno: str
    city: str
    tried: tuple[Tried, ...]
    places: tuple[Place, ...]
    last: float


@dataclass(frozen=True, slots=True)
class Origin:
    """What boards are drawn from. `interrupted`: attempts that have no result; `unended`: runs that did not
    come to their end, or have not yet; `last`: POSIX time.
    """

    runs: int
    interrupted: int
    emulated: bool
    last: float
    unended: int = 0


def origin(store: Store) -> Origin | None:
    """None of an empty store."""
    sums = select(func.count(), func.sum(run.c.interrupted)).select_from(run)
    with store.reading() as connection:
        runs, interrupted = connection.execute(sums).one()
        unended = select(func.count()).select_from(run).where(run.c.state.not_in(("finished", "")))
        cut_short = connection.execute(unended).scalar_one()
        emulated = connection.execute(select(run.c.emulated).limit(1)).scalar()  # a store has one kind
        last = _last(connection)
    return None if last is None else Origin(runs, interrupted or 0, bool(emulated), last, cut_short)


def cities(store: Store, *, mvno: str | None = None, city: str | None = None) -> list[tuple[str, str]]:
    """(MVNO, city) of which there are attempts, in that order; None: of every one."""
    statement = select(latest.c.mvno, latest.c.city).distinct().where(latest.c.mvno != "")
    for column, wanted in ((latest.c.mvno, mvno), (latest.c.city, city)):
        if wanted is not None:
            statement = statement.where(column == wanted)
    with store.reading() as connection:
        return [(one.mvno, one.city) for one in connection.execute(statement.order_by("mvno", "city"))]


def known(store: Store, mvno: str, city: str, *, days: int | None = None) -> Known:
    """`days`: only what was tried in the last so many, counted back from the store's last one."""
    with store.reading() as connection:
        last = _last(connection)
        today = 0 if last is None else day_of(last)
        since = -inf if days is None else (today - days + 1) * DAY_S - CHINA_S
        rows = connection.execute(
            select(series, cell.c.service)
            .join_from(cell, series, series.c.cell_id == cell.c.id)
            .where(cell.c.mvno == mvno, cell.c.city == city)
            .order_by(series.c.id)
        ).all()
        of_series = {row.id: row for row in rows}
        seen = _last_seen(connection, list(of_series))
        tried = tuple(
            _tried(row, of_series[row.series_id]) for row in _attempts(connection, list(of_series), since)
        )
    places: dict[Place, int] = {}
    for number, started in seen.items():
        row = of_series[number]
        place = Place(row.segment, row.base_operator, row.service, row.peer)
        places[place] = min(today - day_of(started), places.get(place, today))
    found = tuple(
        Place(one.segment, one.base_operator, one.service, one.peer, ago) for one, ago in places.items()
    )
    return Known(mvno, city, tried, found, max(seen.values(), default=-inf))


def _last(connection: Connection) -> float | None:
    last: float | None = connection.execute(select(func.max(attempt.c.started))).scalar()
    return last


def _last_seen(connection: Connection, numbers: Sequence[int]) -> dict[int, float]:
    """Series -> when its last attempt began; those that only served as contrasts are left out."""
    own = attempt.c.series_id == series.c.id, attempt.c.control.is_(False)
    newest = select(attempt.c.started).where(*own).order_by(attempt.c.started.desc()).limit(1)
    found: dict[int, float] = {}
    for part in _parts(numbers):
        statement = select(series.c.id, newest.correlate(series).scalar_subquery()).where(
            series.c.id.in_(part)
        )
        found |= {number: at for number, at in connection.execute(statement) if at is not None}
    return found


def _attempts(connection: Connection, numbers: Sequence[int], since: float) -> Iterator[Row[Any]]:
    own = attempt.c.control.is_(False), attempt.c.started >= since if since > -inf else true()
    for part in _parts(numbers):
        yield from connection.execute(
            select(attempt, run.c.directory, run.c.lab, run.c.epoch)
            .join_from(attempt, run, run.c.id == attempt.c.run_id)
            .where(attempt.c.series_id.in_(part), *own)
            .order_by(attempt.c.series_id, attempt.c.started, attempt.c.number)
        )


def _tried(row: Row[Any], of: Row[Any]) -> Tried:
    verdict = Verdict(row.verdict)
    accused = Check(
        of.case_name,
        "",
        "",
        verdict,
        row.layer and Layer(row.layer),
        row.cause and Cause(row.cause),
        tuple((Layer(layer), Cause(cause)) for layer, cause in json.loads(row.ambiguous or "[]")),
    )
    times = json.loads(row.times or "{}")
    return Tried(
        run=row.directory,
        suite=of.suite,
        case=of.case_name,
        number=row.number,
        service=of.service,
        segment=of.segment,
        base_operator=of.base_operator,
        peer=of.peer,
        verdict=verdict,
        started=row.started,
        lab=row.lab,
        run_id=row.run_id,
        epoch=row.epoch,
        modem=row.modem,
        blame=blame(accused),
        reason=row.reason and InconcReason(row.reason),
        finding=row.finding and Finding(row.finding),
        failed=json.loads(row.failed or "{}"),
        times={name: inf if value is None else value for name, value in times.items()},
    )


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
