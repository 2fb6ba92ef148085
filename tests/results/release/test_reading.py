"""Run directories made by hand through a store, and what a board is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from interop.record import Attempt, Cause, Check, Finding, Layer, Measurement, Verdict
from interop.results.release import Item, ReleaseList, boards, reading
from interop.results.store import Store, import_run
from tests.reports.conftest import ORDINARY, SUBJECTS, attempt, failed, write
from tests.results.store.conftest import new_place, place, postgres

__all__ = ["new_place", "place", "postgres"]  # fixtures: the same store, on SQLite and on PostgreSQL

EPOCH = 1_767_542_400.0  # 2026-01-05 begins in China
DAY = 86_400.0
SNAIL, MI = SUBJECTS[2], SUBJECTS[3]


def kept(store: Store, directory: Path, attempts: list[Attempt], day: int = 0, **meta: Any) -> Path:
    told = {"run": directory.name, "epoch": EPOCH + DAY * day, "lab": "x", "clock": "virtual"} | meta
    import_run(store, write(directory, attempts, meta=told))
    return directory


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with Store(place) as opened:
        yield opened


def test_attempts_come_with_their_blame_and_run_and_without_contrasts(store: Store, tmp_path: Path) -> None:
    lost = failed(
        SNAIL,
        service="sms-mo",
        ambiguous=((Layer.CORE, Cause.MESSAGE_LOST), (Layer.GATEWAY, Cause.MESSAGE_LOST)),
        layer=None,
        cause=None,
        checks=(Check("the message arrives", "in 60 s", "nothing", Verdict.FAIL),),
        devices={"subject": "m07"},
    )
    good = attempt(
        SNAIL,
        "sms-mo",
        "CTCC",
        checks=(Check("the network accepts the message", "OK", "OK", Verdict.PASS),),
        measurements=(Measurement("sms_access_delay", 1.0, "s"), Measurement("sms_delivery_time", 2.5, "s")),
    )
    contrast = replace(attempt(SNAIL, "sms-mo", "CUCC"), control_of="y#1")
    run = kept(store, tmp_path / "r", [lost, good, contrast, attempt(ORDINARY, control_of=lost.key)])
    found = reading.known(store, SNAIL.mvno, SNAIL.city)
    first, second = sorted(found.tried, key=lambda one: one.peer)
    assert (first.case, first.number, first.run, first.modem) == (lost.case, 1, str(run), "m07")
    assert first.blame == "core: message_lost or gateway: message_lost"
    assert (first.finding, first.started) == (Finding.SEGMENT, EPOCH + lost.started)
    assert first.times == {"sms_access_delay": 0.0, "sms_delivery_time": inf} or first.times == {
        "sms_delivery_time": inf
    }
    assert second.times == {"sms_access_delay": 1.0, "sms_delivery_time": 3.5}
    assert (second.failed["sms_completion_failure"], first.failed["sms_completion_failure"]) == (False, True)
    assert {place.peer for place in found.places} == {"CMCC", "CTCC"}


def test_one_mvno_in_one_city_and_nobody_else(store: Store, tmp_path: Path) -> None:
    elsewhere = replace(SNAIL, city="上海")
    attempts = [attempt(one, case=f"calls[{one.city}]") for one in (SNAIL, elsewhere, MI)]
    kept(store, tmp_path / "r", [*attempts, attempt(replace(ORDINARY, mvno=""))])
    assert reading.cities(store) == sorted((one.mvno, one.city) for one in (SNAIL, elsewhere, MI))
    assert reading.cities(store, city="上海") == [(SNAIL.mvno, "上海")]
    assert reading.cities(store, mvno=MI.mvno) == [(MI.mvno, MI.city)]
    assert len(reading.known(store, SNAIL.mvno, SNAIL.city).tried) == 1


def test_days_count_back_from_the_last_one_of_the_store(store: Store, tmp_path: Path) -> None:
    kept(store, tmp_path / "old", [attempt(SNAIL, peer="CTCC"), attempt(SNAIL, peer="CUCC")])
    kept(store, tmp_path / "new", [attempt(SNAIL, peer="CUCC")], day=39)
    kept(store, tmp_path / "other", [attempt(MI)], day=40)
    every, month = (reading.known(store, SNAIL.mvno, SNAIL.city, days=days) for days in (None, 30))
    assert (len(every.tried), [one.peer for one in month.tried]) == (3, ["CUCC"])
    assert sorted((place.peer, place.days_ago) for place in month.places) == [("CTCC", 40), ("CUCC", 1)]
    assert len(reading.known(store, SNAIL.mvno, SNAIL.city, days=2).tried) == 1
    assert len(reading.known(store, SNAIL.mvno, SNAIL.city, days=1).tried) == 0
    assert len(reading.known(store, SNAIL.mvno, SNAIL.city, days=41).tried) == 3
    of = Item(id="x", title="t", area="a", services=("voice-mo",), peers="each", works=True)
    (board,) = boards(store, ReleaseList(name="l", items=(of,)), mvno=SNAIL.mvno, days=30)
    assert board.answers[0].missing == ("no case with CMCC, MVNO", "no case with CTCC, last seen 40 days ago")


def test_a_place_was_last_tried_when_any_of_its_cases_was(store: Store, tmp_path: Path) -> None:
    for day, case in ((0, "a"), (9, "b"), (3, "c"), (12, "d")):
        service = "sms-mo" if case == "d" else "voice-mo"
        kept(store, tmp_path / case, [attempt(SNAIL, service, case=case)], day=day)
    places = reading.known(store, SNAIL.mvno, SNAIL.city, days=1).places
    assert sorted((one.service, one.days_ago) for one in places) == [("sms-mo", 0), ("voice-mo", 3)]


def test_where_it_comes_from(store: Store, tmp_path: Path) -> None:
    assert reading.origin(store) is None and reading.cities(store) == []
    kept(store, tmp_path / "a", [attempt(SNAIL)])
    kept(store, tmp_path / "b", [attempt(SNAIL)], day=2)
    told = reading.origin(store)
    assert told is not None
    assert (told.runs, told.interrupted, told.emulated, told.last) == (2, 0, True, EPOCH + 2 * DAY + 10.0)
    assert told.unended == 0
    for state in ("running", "interrupted", "broken", "finished"):  # "running" is also what was killed
        kept(store, tmp_path / state, [attempt(SNAIL)], state=state)
    told = reading.origin(store)
    assert told is not None and (told.runs, told.unended) == (6, 3)


def test_of_two_runs_the_later_one_decides_and_is_the_evidence(store: Store, tmp_path: Path) -> None:
    of = Item(id="x", title="t", area="a", services=("voice-mo",), works=True)
    wanted = ReleaseList(name="l", items=(of,))
    kept(store, tmp_path / "second", [attempt(SNAIL)], day=1)
    kept(store, tmp_path / "first", [failed(SNAIL)])  # imported later, but it was before
    ((answer,),) = ([*board.answers] for board in boards(store, wanted))
    assert answer.verdict is Verdict.PASS and answer.evidence[0][0].run == str(tmp_path / "second")
    kept(store, tmp_path / "third", [failed(SNAIL)], day=2)
    ((answer,),) = ([*board.answers] for board in boards(store, wanted))
    assert answer.verdict is Verdict.FAIL and answer.evidence[0][0].run == str(tmp_path / "third")


def test_of_emulated_runs_that_begin_at_one_time_the_last_one_decides(store: Store, tmp_path: Path) -> None:
    """The newer one fails, and earlier after its beginning than the older one passed."""
    of = Item(id="x", title="t", area="a", services=("voice-mo",), works=True)
    wanted = ReleaseList(name="l", items=(of,))
    kept(store, tmp_path / "passes", [replace(attempt(SNAIL), started=90.0)])
    kept(store, tmp_path / "fails", [replace(failed(SNAIL), started=5.0)])
    ((answer,),) = ([*board.answers] for board in boards(store, wanted))
    assert answer.verdict is Verdict.FAIL and answer.evidence[0][0].run == str(tmp_path / "fails")
    kept(store, tmp_path / "elsewhere", [replace(attempt(SNAIL), started=95.0)], lab="another")
    ((answer,),) = ([*board.answers] for board in boards(store, wanted))
    assert (answer.verdict, answer.failed, answer.valid) == (Verdict.FAIL, 1, 2)


def test_one_board_walks_through_no_table_of_attempts(tmp_path: Path) -> None:
    """Each statement, explained by SQLite: a scan of the attempts would be all ten million of them."""
    with Store(str(tmp_path / "s.sqlite")) as store:
        many = [attempt(subject, peer=peer) for subject in SUBJECTS for peer in ("CMCC", "CUCC")]
        kept(store, tmp_path / "r", many)
        said: list[tuple[str, Any]] = []
        hear: Callable[..., None] = lambda *given: said.append((given[2], given[3]))  # noqa: E731
        event.listen(store._engine, "before_cursor_execute", hear)
        assert len(reading.known(store, SNAIL.mvno, SNAIL.city, days=3).tried) == 2
        assert reading.origin(store) is not None
        event.remove(store._engine, "before_cursor_execute", hear)
        assert len(said) >= 5
        for statement, values in said:
            with store.reading() as connection:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            for step in plan:
                assert "SCAN attempt" not in step[3] and "SCAN series" not in step[3], (statement, step[3])
