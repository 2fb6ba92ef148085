"""Which places a store opens, and which it refuses with a sentence."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text, update

from interop.results.store import Store, StoreRefused, default_place, schema
from interop.results.store.migrations import bring_up


def test_a_newer_store_is_refused(place: str) -> None:
    with Store(place) as store, store.writing() as connection:
        connection.execute(update(schema.version).values(number=schema.VERSION + 1))
    with pytest.raises(
        StoreRefused, match=rf"version {schema.VERSION + 1}, .* up to {schema.VERSION}; use a newer"
    ):
        Store(place)


def test_a_database_of_something_else_is_refused_and_left_alone(place: str) -> None:
    with Store(place) as store, store.writing() as connection:
        schema.metadata.drop_all(connection)
        connection.execute(text("CREATE TABLE version (number TEXT)"))
    with pytest.raises(StoreRefused, match="something else"):
        Store(place)


def test_an_older_store_takes_the_steps_it_lacks_and_no_other(place: str) -> None:
    taken: list[int] = []

    def step(connection: Connection) -> None:
        taken.append(connection.execute(select(schema.version.c.number)).scalar_one())
        connection.execute(insert(schema.run).values(run("made by a step")))

    def fails(connection: Connection) -> None:
        connection.execute(insert(schema.run).values(run("half a step")))
        raise RuntimeError

    with Store(place) as store:
        with store.writing() as connection:
            bring_up(connection, "", target=schema.VERSION + 1, steps={0: fails, schema.VERSION: step})
        with pytest.raises(RuntimeError), store.writing() as connection:
            bring_up(connection, "", target=schema.VERSION + 2, steps={schema.VERSION + 1: fails})
        with store.reading() as connection:
            names = connection.execute(select(schema.run.c.name)).scalars().all()
            number = connection.execute(select(schema.version.c.number)).scalar_one()
    assert (taken, names, number) == ([schema.VERSION], ["made by a step"], schema.VERSION + 1)


def run(name: str) -> dict[str, object]:
    made = {"name": name, "origin": "", "directory": "", "lab": "", "emulated": False, "epoch": 0.0}
    return {**made, "state": "", "lines": 0, "interrupted": 0}


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("mysql://me:geheim@host/d", "mysql: a store is a file of SQLite or a postgresql:// URL"),
        ("postgresql://me:geheim@host:port/d", "the store's URL cannot be read"),
        ("://", "the store's URL cannot be read"),
        ("/dev/null/a/store", "/dev/null/a/store: Not a directory"),
        ("/", "/: unable to open database file"),
    ],
)
def test_other_places_are_refused(place: str, says: str) -> None:
    with pytest.raises(StoreRefused) as refused:
        Store(place)
    assert says in str(refused.value) and "geheim" not in str(refused.value)


def test_a_password_is_not_shown() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreRefused) as refused:
        Store("postgresql://me:geheim@127.0.0.1:1/store")
    assert "geheim" not in str(refused.value) and "127.0.0.1" in str(refused.value)


def test_a_file_that_is_no_database_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database\n" * 100)
    with pytest.raises(StoreRefused, match=r"notes\.txt: file is not a database"):
        Store(str(path))
    assert path.read_text() == "not a database\n" * 100


def test_sqlite_is_as_the_measurements_want_it(tmp_path: Path) -> None:
    with Store(str(tmp_path / "new" / "store.sqlite")) as store, store.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 30_000}


def test_one_writes_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with Store(str(path)) as store, store.writing():
        other = sqlite3.connect(path, timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"XDG_STATE_HOME": "/var/state"}, "/var/state/interop/results.sqlite"),
        ({"XDG_STATE_HOME": "relative"}, str(Path.home() / ".local/state/interop/results.sqlite")),
        ({}, str(Path.home() / ".local/state/interop/results.sqlite")),
    ],
)
def test_the_default_place(given: dict[str, str], place: str) -> None:
    assert default_place(given) == place
