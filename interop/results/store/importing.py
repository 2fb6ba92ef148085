"""A run directory into the store: all of it or nothing, as often as one likes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isinf
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from interop.record import Attempt, Verdict
from interop.record.reader import Run, RunDamaged, read_run
from interop.record.writer import RESULTS
from interop.results.kpi import sample
from interop.results.store.database import Store
from interop.results.store.migrations import StoreRefused
from interop.results.store.schema import ALL, attempt, cell, run, series
from interop.results.store.summaries import CellKey, Change, Share, chunks, numbers

_SERIES = ("cell_id", "case_name", "suite", "sim", "segment", "base_operator", "peer")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `new`, `changed`: attempts; both 0 where everything was there already.
    `interrupted`: attempts that began and have no result; they are in no table.
    """

    name: str
    new: int
    changed: int
    interrupted: int


def import_run(store: Store, directory: Path) -> Imported:
    """Everything that the record says of its attempts, and nothing that it masks.

    A run that went on since adds its new attempts, and replaces those that its record has written again; an
    older copy of it changes nothing, and an evidence file's choice of its cases is refused: they would count
    twice. Raises RunDamaged naming file and line, and StoreRefused.
    """
    content = _content(directory)
    read = read_run(directory)
    if "excerpt" in read.meta:
        raise RunDamaged(
            f"{directory}: only some cases of run {_name(read)}, packed as evidence; give the run"
        )
    if b"\n" not in content:  # killed before its first line was written
        return Imported(_name(read), 0, 0, 0)
    with store.writing() as connection:
        number, known = _of_run(connection, _run_row(read, content))
        if known >= content.count(b"\n"):
            return Imported(_name(read), 0, 0, len(read.unfinished))
        new, changed = _write(connection, read.attempts, number, epoch_of(read), _late(read))
    return Imported(_name(read), new, changed, len(read.unfinished))


class Importer:
    """A run that goes on, attempt by attempt, for those who watch the store meanwhile.

    None of the record's lines is then taken for known, so that `import_run` looks at all of them in the end:
    late messages and what a control found are only there.
    """

    def __init__(self, store: Store, directory: Path) -> None:
        self._store = store
        self._directory = directory
        self._run: tuple[dict[str, Any], float] | None = None

    def add(self, attempts: Sequence[Attempt]) -> None:
        """In one transaction, once their lines are in the record. Raises RunDamaged and StoreRefused."""
        if self._run is None:
            content = _content(self._directory)
            read = read_run(self._directory)
            self._run = _run_row(read, content) | {"lines": 0}, epoch_of(read)
        row, epoch = self._run
        with self._store.writing() as connection:
            number, known = _of_run(connection, row)
            if known:
                connection.execute(update(run).where(run.c.id == number).values(lines=0))
            _write(connection, attempts, number, epoch, {})


def _content(directory: Path) -> bytes:
    """Read before the record is: what is written meanwhile is then imported again, not left out."""
    try:
        return (directory / RESULTS).read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise RunDamaged(f"{directory / RESULTS}: {error.strerror}") from None


def _name(read: Run) -> str:
    return str(read.meta.get("run", read.directory.resolve().name))


def _run_row(read: Run, content: bytes) -> dict[str, Any]:
    """Of the table `run`. A run is known by its name, its epoch and its first line: its record only grows."""
    epoch = epoch_of(read)
    first = content.partition(b"\n")[0]
    return {
        "name": _name(read),
        "origin": hashlib.sha256(f"{epoch!r} ".encode() + first).hexdigest()[:16],
        "directory": str(read.directory.resolve()),
        "lab": str(read.meta.get("lab", "")),
        "emulated": read.emulated,
        "epoch": epoch,
        "state": str(read.meta.get("state", "")),
        "lines": content.count(b"\n"),
        "interrupted": len(read.unfinished),
    }


def _of_run(connection: Connection, row: Mapping[str, Any]) -> tuple[int, int]:
    """The run's number, and how many lines of it the store has already."""
    _of_one_kind(connection, row)
    same = run.c.name == row["name"], run.c.origin == row["origin"]
    there = connection.execute(select(run.c.id, run.c.lines).where(*same)).one_or_none()
    if there is None:
        made = connection.execute(insert(run).values(row))
        assert made.inserted_primary_key is not None
        return int(made.inserted_primary_key[0]), 0
    if there.lines <= row["lines"]:
        connection.execute(update(run).where(run.c.id == there.id).values(row))
    return there.id, there.lines


def epoch_of(read: Run) -> float:
    """POSIX time of the run's second 0. Raises RunDamaged."""
    try:
        return float(read.meta["epoch"])
    except (KeyError, TypeError, ValueError):
        raise RunDamaged(f"{read.directory / 'run.json'}: no epoch, so nobody knows when it was") from None


def _of_one_kind(connection: Connection, row: Mapping[str, Any]) -> None:
    """What an emulated network did says nothing about a real one."""
    other = connection.execute(select(run.c.name).where(run.c.emulated != row["emulated"]).limit(1)).scalar()
    if other is not None:
        own, others = ("an emulated lab", "real ones") if row["emulated"] else ("a real lab", "emulated ones")
        raise StoreRefused(
            f"{row['name']}: a run of {own}, and this store holds runs of {others} ({other}); "
            "give another store"
        )


def _late(read: Run) -> dict[tuple[str, int], float]:
    """Case, number -> so many seconds after the attempt's end what it had asked for came."""
    late: dict[tuple[str, int], float] = {}
    for line in read.late:
        key = line.case, line.attempt
        late[key] = min(line.after_s, late.get(key, line.after_s))
    return late


def _write(
    connection: Connection,
    items: Sequence[Attempt],
    number: int,
    epoch: float,
    late: Mapping[tuple[str, int], float],
) -> tuple[int, int]:
    """Attempts of the run `number`: how many were not there yet, and how many others have changed."""
    rows = [
        _row(item, epoch)
        | {"run_id": number, "series_id": one, "late_s": late.get((item.case, item.attempt))}
        for item, one in zip(items, _series_of(connection, items), strict=True)
    ]
    there = _there(connection, number, rows)
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    change = Change()
    for row, item in zip(rows, items, strict=True):
        old = there.get((row["series_id"], row["number"]))
        if old is not None and all(old[name] == value for name, value in row.items()):
            continue
        if old is not None:
            change.add(_share(old, item), -1)
        change.add(_share(row, item))
        (new if old is None else changed).append(row)
    if new:
        connection.execute(insert(attempt), new)
    if changed:
        key = ("run_id", "series_id", "number")
        same = [attempt.c[name] == bindparam(f"of_{name}") for name in key]
        statement = update(attempt).where(*same)
        connection.execute(statement, [row | {f"of_{name}": row[name] for name in key} for row in changed])
    change.apply(connection)
    return len(new), len(changed)


def _there(
    connection: Connection, number: int, rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[int, int], dict[str, Any]]:
    """Series, number -> what the store has of the run's attempts in the series of `rows`."""
    statement = select(*list(attempt.c)[1:]).where(attempt.c.run_id == number)
    return {
        (old.series_id, old.number): old._asdict()
        for part in chunks(sorted({row["series_id"] for row in rows}))
        for old in connection.execute(statement.where(attempt.c.series_id.in_(part)))
    }


def _series_of(connection: Connection, items: Sequence[Attempt]) -> list[int]:
    cells = numbers(connection, cell, CellKey._fields, [_cell(item) for item in items])
    places = [_series(item, cells[CellKey(**_names(item))]) for item in items]
    found = numbers(connection, series, _SERIES, places)
    return [found[tuple(place.values())] for place in places]


def _row(item: Attempt, epoch: float) -> dict[str, Any]:
    counted = sample(item)
    times = {} if counted is None else counted.times
    return {
        "number": item.attempt,
        "control": item.control_of is not None,
        "verdict": item.verdict,
        "layer": item.layer,
        "cause": item.cause,
        "ambiguous": _json(item.ambiguous),
        "reason": item.reason,
        "finding": item.control and item.control.finding,
        "modem": item.devices.get("subject", ""),
        "started": epoch + item.started,
        "duration_s": item.duration_s,
        "measured": _json([(one.name, one.value, one.unit) for one in item.measurements]),
        "failed": _json(dict(counted.failed) if counted else {}),
        "times": _json({name: None if isinf(value) else value for name, value in times.items()}),
    }


def _names(item: Attempt) -> dict[str, str]:
    return {"mvno": item.subject.mvno, "city": item.subject.city, "service": item.service}


def _cell(item: Attempt) -> dict[str, Any]:
    names = _names(item)
    if ALL in names.values():
        raise StoreRefused(f"{item.case}: {ALL!r} is no name of an MVNO, a city or a service")
    return names | {"whole": True}


def _series(item: Attempt, number: int) -> dict[str, Any]:
    """In the order of `_SERIES`."""
    subject = item.subject
    return {
        "cell_id": number,
        "case_name": item.case,
        "suite": item.suite,
        "sim": subject.sim,
        "segment": subject.segment,
        "base_operator": subject.base_operator,
        "peer": item.peer or "",
    }


def _share(row: Mapping[str, Any], item: Attempt) -> Share:
    return Share(
        CellKey(**_names(item)),
        item.peer or "",
        row["control"],
        Verdict(row["verdict"]),
        row["started"],
        json.loads(row["times"] or "{}"),
    )


def _json(value: Any) -> str | None:
    """None for what is empty: most attempts are blamed on nobody."""
    return json.dumps(value) if value else None
