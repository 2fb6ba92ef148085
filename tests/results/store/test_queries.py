"""The answers of a store, against the attempts themselves; and that none walks through all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil, inf
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event

from interop.record import Attempt, Subject, Verdict
from interop.results.intervals import wilson
from interop.results.kpi import found, sample
from interop.results.store import Store, import_run, queries
from tests.reports.conftest import attempt
from tests.results.store.test_import import EPOCH, delivered, run_at

SHARE = 0.95
DAY = 86_400.0
WALKS: dict[str, Callable[[Store], Sequence[Any]]] = {
    "latest_verdicts": lambda store: queries.latest_verdicts(store),
    "trend": lambda store: queries.trend(store),
    "trend of a cell": lambda store: queries.trend(store, mvno="mvno-1", city="city-1", service="sms-mo"),
    "times_by_peer": lambda store: queries.times_by_peer(store, "sms_delivery_time", days=3),
    "worst_cells": lambda store: queries.worst_cells(store),
}


@pytest.fixture(scope="module")
def attempts() -> list[Attempt]:
    """12 days, 12 cells that fail from never to always, 4 peers whose times differ."""
    random = Random("queries")
    made = []
    for number in range(700):
        which = random.randrange(12)
        peer = random.randrange(4)
        subject = Subject("sim", "17090001234", "1709", f"mvno-{which % 4}", "CUCC", f"city-{which % 3}")
        lost = random.random() < which / 11
        seconds = inf if lost else round(random.lognormvariate(peer, 0.5), 3)
        started = random.random() * 12 * DAY
        made.append(
            delivered(
                seconds,
                subject=subject,
                peer=f"peer-{peer}",
                attempt=number,
                started=started,
                devices={"subject": f"m{number % 7}"},
            )
        )
    # one failure of one attempt is 100 %, and not the worst cell
    alone = replace(attempt().subject, mvno="alone")
    return [*made, delivered(inf, subject=alone, attempt=9_999, started=11.5 * DAY)]


@pytest.fixture(scope="module")
def run(attempts: list[Attempt], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_at(tmp_path_factory.mktemp("queries") / "run", attempts)


@pytest.fixture
def store(place: str, run: Path) -> Store:
    opened = Store(place)
    import_run(opened, run)
    return opened


def of_days(attempts: list[Attempt], days: int) -> list[Attempt]:
    def day(one: Attempt) -> float:
        return (EPOCH + one.started + 28_800) // DAY

    last = max(map(day, attempts))
    return [one for one in attempts if day(one) > last - days]


@pytest.mark.parametrize("days", [None, 3])
def test_quantiles_by_peer_are_true_to_two_percent(
    store: Store, attempts: list[Attempt], days: int | None
) -> None:
    answers = queries.times_by_peer(store, "sms_delivery_time", share=SHARE, days=days)
    assert [one.at_most for one in answers] == sorted((one.at_most for one in answers), reverse=True)
    by_peer: dict[str, list[float]] = {}
    for one in of_days(attempts, days or 99):
        values = [item.value for item in one.measurements]
        by_peer.setdefault(one.peer or "", []).append(sum(values) if values else inf)
    assert {one.peer: one.attempts for one in answers} == {peer: len(all_) for peer, all_ in by_peer.items()}
    for answer in answers:
        times = sorted(by_peer[answer.peer])
        assert answer.never == times.count(inf)
        for share in (0.2, 0.4, SHARE):
            exact = times[ceil(share * len(times)) - 1]
            (asked,) = (
                each
                for each in queries.times_by_peer(store, "sms_delivery_time", share=share, days=days)
                if each.peer == answer.peer
            )
            assert asked.at_most == exact == inf or exact <= asked.at_most <= exact * 1.0201


def test_the_worst_cells_are_those_that_certainly_are(store: Store, attempts: list[Attempt]) -> None:
    tally: dict[tuple[str, str], list[bool]] = {}
    for one in of_days(attempts, 7):
        key = one.subject.mvno, one.subject.city
        tally.setdefault(key, []).append(one.verdict is Verdict.FAIL)
    lows = {key: wilson(sum(failed), len(failed))[0] for key, failed in tally.items() if any(failed)}
    answers = queries.worst_cells(store, days=7, limit=5)
    assert [one.cell[:2] for one in answers] == sorted(lows, key=lambda key: -lows[key])[:5]
    assert [one.low for one in answers] == pytest.approx([lows[one.cell[:2]] for one in answers])
    assert all(one.cell.mvno != "alone" for one in answers)


@pytest.mark.parametrize(
    "asked", [{}, {"mvno": "mvno-1"}, {"city": "city-2", "days": 4}, {"service": "voice-mo"}]
)
def test_kpis_of_a_store_are_those_of_its_runs(
    store: Store, attempts: list[Attempt], asked: dict[str, Any]
) -> None:
    chosen = [
        one
        for one in of_days(attempts, asked.get("days", 99))
        if asked.get("mvno", one.subject.mvno) == one.subject.mvno
        and asked.get("city", one.subject.city) == one.subject.city
        and asked.get("service", one.service) == one.service
    ]
    ratios, times = found(one for each in chosen if (one := sample(each, EPOCH)) is not None)
    stored_ratios, stored_times = found(queries.samples(store, **asked))
    assert [
        (one.kpi, one.failed, one.valid, one.low, one.high, one.clusters.clusters) for one in stored_ratios
    ] == [(one.kpi, one.failed, one.valid, one.low, one.high, one.clusters.clusters) for one in ratios]
    assert [sorted(map(repr, one.cases)) for one in stored_times] == [
        sorted(map(repr, one.cases)) for one in times
    ]


def test_an_empty_store_has_no_answers(place: str) -> None:
    with Store(place) as store:
        assert queries.last_day(store) is None
        assert [list(ask(store)) for ask in WALKS.values()] == [[]] * len(WALKS)
        assert list(queries.samples(store)) == []


@pytest.mark.parametrize("name", WALKS)
def test_no_question_walks_through_the_attempts(run: Path, tmp_path: Path, name: str) -> None:
    """At 10 million attempts that takes half a minute: by SQLite's own account of its plans."""
    with Store(str(tmp_path / "store.sqlite")) as store:
        import_run(store, run)
        plans = _plans(store, WALKS[name])
    assert plans
    tables = [plan for plan in plans if plan.startswith("SCAN") and "USING" not in plan]
    assert not any("attempt" in plan or "daily" in plan or "hist" in plan for plan in tables), plans
    assert not any("attempt" in plan and "SCAN" in plan for plan in plans), plans


def _plans(store: Store, ask: Callable[[Store], Any]) -> list[str]:
    said: list[tuple[str, Any]] = []

    def hear(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            said.append((statement, parameters))

    event.listen(store._engine, "before_cursor_execute", hear)
    ask(store)
    event.remove(store._engine, "before_cursor_execute", hear)
    with store.reading() as connection:
        return [
            row[3]
            for statement, parameters in said
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
