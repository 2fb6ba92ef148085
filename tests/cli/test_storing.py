"""Every run goes into a results store as it ends, and trouble with the store is never trouble of the run."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import interop.cli.run as run_command
from interop.cli.progress import Progress
from interop.cli.storing import Live, keep
from interop.record import Verdict
from interop.record.reader import read_run
from interop.results.store import Store, import_run, queries
from tests.forked import interop
from tests.real_lab import at_ports
from tests.reports.conftest import attempt
from tests.results.store.test_import import run_at
from tests.suites.injected import LABS

CARDS = ("recognition", "--lab", "small", "-k", "card_is")
ALL = 3
"""cases of `CARDS`"""
KEEP = """
import sys
from pathlib import Path
import interop.results.store
from interop.cli.progress import Progress
from interop.cli.storing import keep
sys.stdin.read(1)
keep(Path(sys.argv[1]), "")
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the default stores are."""
    monkeypatch.delenv("INTEROP_STORE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "interop"


def attempts(store: Path) -> int:
    with sqlite3.connect(store) as connection:
        return int(connection.execute("SELECT count(*) FROM attempt").fetchone()[0])


def test_a_run_of_an_emulated_lab_is_found_where_emulated_ones_are(home: Path, tmp_path: Path) -> None:
    done = interop("run", *CARDS, "--out", "run", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in home.iterdir()] == ["results-emulated.sqlite"]
    assert attempts(home / "results-emulated.sqlite") == ALL
    shown = interop("results", "show", "--emulated", "--json")
    assert sum(one["passed"] for one in json.loads(shown.stdout)["latest"]) == ALL
    for command in ("show", "kpi"):
        refused = interop("results", command)
        assert refused.returncode == 2 and not (home / "results.sqlite").exists()
        assert "results.sqlite: no store there yet" in refused.stderr
        assert "there are runs of emulated labs: --emulated" in refused.stderr
    again = interop("results", "import", "run", cwd=tmp_path)
    assert again.stdout == "run: 0 new attempts\n"


def test_the_store_of_real_labs_is_the_default_one(home: Path, tmp_path: Path) -> None:
    real = run_at(tmp_path / "real", [attempt()], clock="real")
    emulated = run_at(tmp_path / "emulated", [attempt(started=9.0), attempt(attempt=2)])
    done = interop("results", "import", str(real), str(emulated))
    assert done.returncode == 0, done.stderr
    assert [attempts(home / name) for name in ("results.sqlite", "results-emulated.sqlite")] == [1, 2]
    (home / "results-emulated.sqlite").unlink()
    Store(str(home / "results-emulated.sqlite")).close()
    assert "there are runs of real labs: leave out" in interop("results", "show", "--emulated").stderr
    assert interop("results", "show").returncode == 0


ASKED = """
originators:
  - {name: console, title: web console, driver: keyboard, place: web console, number: "1069012345",
     operator: CMCC, city: 北京}
"""


def test_a_lab_that_is_emulated_in_part_is_no_real_one(home: Path, tmp_path: Path) -> None:
    """Its clock is real, for an engineer would be asked; its network is not."""
    file = tmp_path / "lab.yaml"
    file.write_text((LABS / "small.yaml").read_text(encoding="utf-8") + ASKED, encoding="utf-8")
    chosen = ("recognition", "-k", "card_is and mi-1709", "--lab", str(file), "--yes")
    done = interop("run", *chosen, "--out", "run", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert read_run(tmp_path / "run").meta["clock"] == "real"
    assert [path.name for path in home.iterdir()] == ["results-emulated.sqlite"]


def test_an_interrupted_run_is_kept_as_far_as_it_came(home: Path, tmp_path: Path) -> None:
    def interrupt(progress: Progress, attempt: object) -> None:
        if not progress.verdicts:  # a second Ctrl-C would not wait for the cases that run
            progress.verdicts[Verdict.PASS] += 1
            os.kill(os.getpid(), signal.SIGINT)

    done = interop(
        "run", *CARDS, "--repeat", "5", "--out", "run", cwd=tmp_path,
        before=lambda: setattr(Progress, "pytest_interop_ended", interrupt),
    )  # fmt: skip
    assert done.returncode == 130, done.stdout + done.stderr
    kept = attempts(home / "results-emulated.sqlite")
    assert 1 <= kept == len(read_run(tmp_path / "run").attempts) < 5 * ALL
    (line,) = done.stderr.splitlines()
    assert line.startswith("interrupted; go on with: ")
    assert interop("run", "--resume", "run", cwd=tmp_path).returncode == 0
    assert attempts(home / "results-emulated.sqlite") == len(read_run(tmp_path / "run").attempts) > kept


def test_one_store_for_all_is_as_strict_as_ever(home: Path, tmp_path: Path) -> None:
    """$INTEROP_STORE is for both kinds; what the store refuses is told, and the run is as it would be."""
    place = tmp_path / "mine.sqlite"
    with Store(str(place)) as store:
        import_run(store, run_at(tmp_path / "real", [attempt()], clock="real"))
    done = interop("run", *CARDS, "--out", "run", cwd=tmp_path, environment={"INTEROP_STORE": str(place)})
    assert done.returncode == 0 and attempts(place) == 1 and not home.exists()
    (line,) = done.stderr.splitlines()
    assert "run of an emulated lab, and this store holds runs of real ones" in line
    assert "interop results import run" in line


@pytest.mark.parametrize("said", [("--store", "none"), ()])
def test_none_is_no_store(home: Path, tmp_path: Path, said: tuple[str, ...]) -> None:
    environment = {} if said else {"INTEROP_STORE": "none"}
    done = interop("run", *CARDS, *said, cwd=tmp_path, environment=environment)
    assert (done.returncode, done.stderr) == (0, "") and not home.exists()
    for command in (("show",), ("import", ".")):
        refused = interop("results", *command, *said, cwd=tmp_path, environment=environment)
        assert refused.returncode == 2 and "none: no store is kept; give --store" in refused.stderr
    assert not (tmp_path / "none").exists() and not home.exists()


def damaged(place: Path) -> Path:
    place.write_text("not a database\n" * 100)
    return place


def newer(place: Path) -> Path:
    Store(str(place)).close()
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE version SET number = 99")
    return place


def nowhere(place: Path) -> Path:
    place.touch()
    return place / "in" / "store.sqlite"


@pytest.mark.parametrize(
    ("store", "says"),
    [
        (damaged, "file is not a database"),
        (newer, "its schema is version 99"),
        (nowhere, "Not a directory"),
        (lambda _: "mysql://me:geheim@host/d", "a store is a file of SQLite or"),
    ],
)
def test_trouble_with_the_store_is_one_line(
    tmp_path: Path, store: Callable[[Path], str | Path], says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    keep(run_at(tmp_path / "run", [attempt()]), str(store(tmp_path / "place")))
    said = capfd.readouterr()
    (line,) = said.err.splitlines()
    assert says in line and line.endswith(f"interop results import {tmp_path / 'run'}")
    assert said.out == "" and "geheim" not in line


def test_a_damaged_record_and_a_bug_of_ours_are_told_too(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_at(tmp_path / "run", [attempt()])
    (run / "run.json").write_text("{")
    keep(run, str(tmp_path / "store.sqlite"))
    assert f"{run}/run.json: " in capfd.readouterr().err

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("interop.results.store.import_run", breaks)
    keep(run, str(tmp_path / "store.sqlite"))
    (line,) = capfd.readouterr().err.splitlines()
    assert "ZeroDivisionError()" in line


def test_several_runs_that_end_at_once_make_one_store(home: Path, tmp_path: Path) -> None:
    runs = [run_at(tmp_path / f"run-{number}", [attempt(started=float(number))]) for number in range(3)]
    command = [sys.executable, "-c", KEEP]
    started = [
        subprocess.Popen([*command, run], stdin=subprocess.PIPE, stderr=subprocess.PIPE) for run in runs
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"x")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[1] for process in started] == [b""] * len(runs)
    assert attempts(home / "results-emulated.sqlite") == len(runs)
    with Store(str(home / "results-emulated.sqlite")) as store:
        assert sum(one.passed for one in queries.latest_verdicts(store)) == 1


def test_attempts_of_a_real_lab_are_there_before_the_run_is_over(
    ports: Path, home: Path, tmp_path: Path
) -> None:
    """Whatever the end adds is left out here."""
    chosen = ("recognition", "-k", "card_is", "--lab", str(at_ports(ports, tmp_path)), "--yes")
    done = interop(
        "run", *chosen, "--out", "run", cwd=tmp_path, before=lambda: setattr(run_command, "keep", print)
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert [path.name for path in home.iterdir()] == ["results.sqlite"]
    assert attempts(home / "results.sqlite") == len(read_run(tmp_path / "run").attempts) == ALL
    assert interop("results", "import", "run", cwd=tmp_path).stdout == "run: 0 new attempts\n"


@pytest.mark.parametrize("clock", ["real", "virtual"])
def test_a_locked_store_holds_up_nobody(home: Path, tmp_path: Path, clock: str) -> None:
    made = [attempt(attempt=number) for number in range(1, 4)]
    run = run_at(tmp_path / "run", made, clock=clock)
    place = home / "results.sqlite"
    Store(str(place)).close()
    locked = sqlite3.connect(place, isolation_level=None)
    with Live("") as live:
        live.pytest_interop_begins(run)
        locked.execute("BEGIN IMMEDIATE")
        for one in made:
            live.pytest_interop_ended(one)
        locked.execute("ROLLBACK")
    locked.close()
    assert attempts(place) == (3 if clock == "real" else 0)


def test_a_store_that_cannot_be_used_ends_no_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = run_at(tmp_path / "run", [attempt()], clock="real")
    with Live(str(damaged(tmp_path / "place"))) as live:
        live.pytest_interop_begins(run)
        live.pytest_interop_ended(attempt())
    assert capfd.readouterr() == ("", "")


def test_no_run_of_a_test_is_kept() -> None:
    """Else `make test` would fill the store of who starts it."""
    assert os.environ["INTEROP_STORE"] == "none"
