"""`interop benchmark store`: what it fills is what it asks; how fast that is, is not a test's business."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from drivers.benchmark import store as benchmark
from drivers.benchmark.commands import app
from interop.results.store import Store, queries


def test_every_figure_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in {"OF_A_RUN": 500, "ALONE": 20, "ROUNDS": 2}.items():
        monkeypatch.setattr(benchmark, name, count)
    done = CliRunner().invoke(app, ["store", "--attempts", "9000", "--json"])
    assert done.exit_code == 0, done.output
    figures = [one["what"] for one in json.loads(done.stdout)["figures"]]
    assert len(figures) == 4 + len(benchmark.QUESTIONS)
    assert all(any(one.startswith(name) for one in figures) for name in benchmark.QUESTIONS)


def test_as_many_attempts_a_day_as_asked_for() -> None:
    with Store(":memory:") as store:
        benchmark.fill(store, 9_000, lambda _: None)
        days = [sum(one.attempts) for one in queries.trend(store, days=benchmark.DAYS)]
        assert days == [100] * benchmark.DAYS
        worst = queries.worst_cells(store, limit=10_000)
        last = queries.trend(store, days=7)
        assert sum(one.failed for one in worst) == sum(day.attempts.failed for day in last)
