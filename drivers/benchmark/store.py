"""A results store of millions of attempts: how fast they go in, and how soon it answers.

The attempts are made up: 40 MVNOs x 64 cities x 8 services x 4 peers in 90 days, 3 % of them failed; the rows
and the summaries of one day go in by the store's own code.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, literal, select

from drivers.benchmark.report import Figure
from interop.record import Attempt, Check, Measurement, Subject, Verdict
from interop.record.lines import to_json
from interop.results.store import Importer, Store, import_run, queries
from interop.results.store.schema import attempt, cell, daily, hist, run, series
from interop.results.store.summaries import (
    DAY_S,
    CellKey,
    Change,
    Share,
    day_of,
    numbers,
    sum_recent,
)

EPOCH: Final = 1_767_542_400.0
"""2026-01-05 begins in China; the attempts are of the days before"""
DAYS: Final = 90
OF_A_RUN: Final = 10_000
"""attempts of the run directory that is imported: a campaign"""
ALONE: Final = 1_000
"""attempts of a run that is written while it runs, each in a transaction of its own"""
ROUNDS: Final = 40
LIMIT_MS: Final = 50
"""what a question may take (issue 8)"""
SERVICES: Final = ("sms-mo", "sms-mt", "code", "voice-mo", "voice-mt", "registration", "mms-mo", "mms-mt")
PEERS: Final = ("CMCC", "CUCC", "CTCC", "MVNO")
GATEWAYS: Final = tuple(f"gateway-{number:02}" for number in range(30))
MVNOS: Final = tuple(f"移动转售{number:02}" for number in range(40))
CITIES: Final = tuple(f"城市{number:02}" for number in range(64))
_TIMED: Final = {"sms-mo": "sms_delivery_time", "sms-mt": "sms_delivery_time", "code": "code_delivery_time"}


@dataclass(frozen=True, slots=True)
class Query:
    """`ms`: best of `ROUNDS`, all rows fetched."""

    name: str
    rows: int
    ms: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Attempts a second, of a run directory that is read, checked and written; of a run that goes on, which
    writes each when it ends, and the time in ms that 99 % of those do not exceed.
    """

    together: float
    alone: float
    alone_p99_ms: float


def fill(store: Store, count: int, step: Callable[[str], None]) -> float:
    """Of `count` attempts the last day's by the store's own code, and how many a second that were; the other
    days are copies of it, which takes minutes and not an hour.
    """
    of_day = count // DAYS
    step(f"{of_day} attempts are written")
    began = time.perf_counter()
    with store.writing() as connection:
        last = _run(connection, DAYS)
        _of_a_day(connection, last, EPOCH - DAY_S, of_day, Random(count))
    rate = of_day / (time.perf_counter() - began)
    for before in range(1, DAYS):
        step(f"day {before + 1} of {DAYS}")
        with store.writing() as connection:
            _copy(connection, attempt, last, before, run_id=_run(connection, DAYS - before))
            _copy(connection, daily, last, before)
            _copy(connection, hist, last, before)
    with store.writing() as connection:
        sum_recent(connection, day_of(EPOCH - DAY_S))
        connection.exec_driver_sql("ANALYZE")
    return rate


def _run(connection: Connection, day: int) -> int:
    row = {"name": f"day-{day}", "origin": "", "directory": "", "lab": "made up", "emulated": True}
    row |= {"epoch": 0.0, "state": "finished", "lines": 0, "interrupted": 0}
    made = connection.execute(insert(run).values(row))
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def _copy(connection: Connection, table: Table, last: int, before: int, **other: Any) -> None:
    """The last day's rows, as of so many days before."""
    columns = [column for column in table.c if column.name != "id"]
    of_day = day_of(EPOCH - DAY_S)
    wanted = table.c.run_id == last if table is attempt else table.c.day == of_day
    shifted: dict[str, Any] = other
    if table is attempt:
        shifted["started"] = table.c.started - before * DAY_S
    else:
        shifted["day"] = literal(of_day - before)
    values = [shifted.get(column.name, column) for column in columns]
    chosen = select(*(literal(value) if isinstance(value, int) else value for value in values)).where(wanted)
    connection.execute(insert(table).from_select(columns, chosen))


def _of_a_day(connection: Connection, number: int, first: float, count: int, random: Random) -> None:
    change = Change()
    names = [
        CellKey(random.choice(MVNOS), random.choice(CITIES), random.choice(SERVICES)) for _ in range(count)
    ]
    peers = [random.choice(GATEWAYS if key.service == "code" else PEERS) for key in names]
    found = _series(connection, dict.fromkeys(zip(names, peers, strict=True)))
    rows: list[dict[str, Any]] = []
    tried: Counter[int] = Counter()
    for place, (key, peer) in enumerate(zip(names, peers, strict=True)):
        at = first + DAY_S * place / count
        one = found[key, peer]
        tried[one] += 1
        rows.append(_row(key, at, random) | {"run_id": number, "series_id": one, "number": tried[one]})
        last = rows[-1]
        change.add(Share(key, peer, False, last["verdict"], at, json.loads(last["times"] or "{}")))
    connection.execute(insert(attempt), rows)
    change.apply(connection)


def _series(
    connection: Connection, wanted: dict[tuple[CellKey, str], None]
) -> dict[tuple[CellKey, str], int]:
    cells = numbers(connection, cell, CellKey._fields, [key._asdict() | {"whole": True} for key, _ in wanted])
    names = ("cell_id", "case_name", "suite", "sim", "segment", "base_operator", "peer")
    rows = [
        dict(
            zip(
                names,
                (cells[key], f"{key.service}[{key.mvno}->{peer}]", "made up", key.mvno, "1709", "CUCC", peer),
                strict=True,
            )
        )
        for key, peer in wanted
    ]
    found = numbers(connection, series, names, rows)
    return {key: found[tuple(row.values())] for key, row in zip(wanted, rows, strict=True)}


def _row(key: CellKey, at: float, random: Random) -> dict[str, Any]:
    chance = random.random()
    verdict = Verdict.FAIL if chance < 0.03 else Verdict.INCONC if chance < 0.06 else Verdict.PASS
    row: dict[str, Any] = dict.fromkeys(
        ("layer", "cause", "ambiguous", "reason", "finding", "late_s", "measured", "failed", "times")
    )
    row |= {"control": False, "verdict": verdict, "modem": f"m{random.randrange(128):03}", "started": at}
    row["duration_s"] = 10 + 10 * random.random()
    kpi = _TIMED.get(key.service)
    if kpi is not None and verdict is not Verdict.INCONC:
        seconds = round(random.lognormvariate(1.5, 0.6), 3)
        lost = verdict is Verdict.FAIL
        row["times"] = json.dumps({kpi: None if lost else seconds})
        row["failed"] = json.dumps({"sms_completion_failure": lost})
        row["measured"] = None if lost else json.dumps([[kpi, seconds, "s"]])
    if verdict is Verdict.FAIL:
        row |= {"layer": "interconnect", "cause": "message_lost", "finding": "segment"}
    return row


def import_rate(store: Store, folder: Path) -> Rates:
    """Into a store as `fill` leaves it."""
    _campaign(folder, OF_A_RUN)
    began = time.perf_counter()
    done = import_run(store, folder)
    together = OF_A_RUN / (time.perf_counter() - began)
    assert done.new == OF_A_RUN
    live = folder.with_name("live")
    attempts = _campaign(live, ALONE)
    importer = Importer(store, live)
    taken = []
    for one in attempts:
        began = time.perf_counter()
        importer.add([one])
        taken.append(time.perf_counter() - began)
    return Rates(together, ALONE / sum(taken), 1000 * sorted(taken)[ALONE * 99 // 100])


def _campaign(folder: Path, count: int) -> list[Attempt]:
    """A run directory, and the attempts that its record holds."""
    folder.mkdir()
    accepted = Check("the network accepts the message", "+CMGS", "+CMGS", Verdict.PASS)
    random = Random(1)
    made = []
    for number in range(count):
        mvno, city = random.choice(MVNOS), random.choice(CITIES)
        made.append(
            Attempt(
                case=f"recognition.messages.sends[{mvno}-{city}->CMCC]",
                suite="recognition",
                service="sms-mo",
                standard="3GPP TS 23.040",
                subject=Subject(f"{mvno}-{city}", "17090001234", "1709", mvno, "CUCC", city),
                peer="CMCC",
                devices={"subject": f"m{number % 64:02}", "peer": "p01"},
                attempt=number,
                verdict=Verdict.PASS,
                started=number * 1.0,
                duration_s=14.0,
                checks=(accepted, *(replace(accepted, name=name) for name in ("text", "exactly once"))),
                measurements=(
                    Measurement("sms_access_delay", 1.0, "s"),
                    Measurement("sms_delivery_time", 3.0, "s"),
                ),
            )
        )
    (folder / "results.jsonl").write_bytes(b"".join(to_json(line) + b"\n" for line in made))
    (folder / "run.json").write_text(
        json.dumps({"run": folder.name, "clock": "virtual", "epoch": EPOCH - DAY_S})
    )
    return made


def asked(store: Store) -> Iterator[Query]:
    """Each once to warm up, then `ROUNDS` times."""
    for name, question in QUESTIONS.items():
        rows, taken = len(question(store)), []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            question(store)
            taken.append(time.perf_counter() - began)
        yield Query(name, rows, 1000 * min(taken))


def figures(written: float, imported: Rates, answers: Iterable[Query]) -> list[Figure]:
    return [
        Figure("attempts of a day into tables and summaries", round(written), "/s"),
        Figure(f"attempts of a run directory of {OF_A_RUN:,}, imported", round(imported.together), "/s"),
        Figure("attempts of a run that goes on, one per commit", round(imported.alone), "/s"),
        Figure("99 % of those commits take at most", round(imported.alone_p99_ms, 1), "ms"),
        *(Figure.at_most(f"{one.name}, {one.rows:,} rows", one.ms, LIMIT_MS, "ms") for one in answers),
    ]


QUESTIONS: Final[dict[str, Callable[[Store], Sequence[object]]]] = {
    "latest verdict by MVNO x city x service": queries.latest_verdicts,
    "latest verdict, one MVNO": lambda store: queries.latest_verdicts(store, mvno=MVNOS[7]),
    "trend, 90 days": queries.trend,
    "trend, 90 days, one cell": lambda store: queries.trend(
        store, mvno=MVNOS[7], city=CITIES[7], service=SERVICES[2]
    ),
    "p95 by originator, all time": lambda store: queries.times_by_peer(store, "code_delivery_time"),
    "p95 by originator, 30 days": lambda store: queries.times_by_peer(store, "code_delivery_time", days=30),
    "worst cells, 7 days": queries.worst_cells,
}
