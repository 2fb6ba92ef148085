"""Opening a store: a file of SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import fcntl
import math
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from interop.results.store.migrations import StoreRefused, bring_up, is_current

BUSY_S = 30
"""how long a writer waits for another one"""
_WRITES = "interop_writes"


def default_place(environ: dict[str, str] | None = None, *, emulated: bool = False) -> str:
    """`$XDG_STATE_HOME/interop/results.sqlite`, by default below ~/.local/state (XDG Base Directory 0.8).

    Runs of emulated labs have a file of their own beside it: one store does not hold both.
    """
    given = (os.environ if environ is None else environ).get("XDG_STATE_HOME", "")
    # "if an implementation encounters a relative path it should consider the path invalid and ignore it"
    home = Path(given) if given.startswith("/") else Path.home() / ".local/state"
    return str(home / "interop" / ("results-emulated.sqlite" if emulated else "results.sqlite"))


class Store:
    """A results store, open. `place`: a path, or a URL such as postgresql://user@host/interop.

    Many may read and one writes at a time. With `make`, a file that is not there yet becomes a store. Raises
    StoreRefused, here and later, with one sentence; no password is ever in it.
    """

    def __init__(self, place: str, *, make: bool = True) -> None:
        self._url = _url(place, make)
        self.shown = (
            self._url.database or "" if self._url.drivername == "sqlite" else self._url.render_as_string()
        )
        with self._refusing():
            self._engine = _engine(self._url)
            with self.reading() as connection:
                current = is_current(connection, self.shown)
            if not current:
                with self.writing() as connection:
                    bring_up(connection, self.shown)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of the store, whatever is written meanwhile."""
        with self._refusing(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All that is done in it, or nothing; one at a time."""
        with (
            self._refusing(),
            self._engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                # readers go on; SQLite does the same by BEGIN IMMEDIATE. The key is any number of our own.
                connection.execute(text("SELECT pg_advisory_xact_lock(74617070)"))
            yield connection

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            lines = str(error.orig).strip().splitlines()
            raise StoreRefused(f"{self.shown}: {lines[0] if lines else type(error.orig).__name__}") from None


def _url(place: str, make: bool) -> URL:
    if "://" not in place:
        path = Path(place).expanduser()
        try:
            if not make and not path.exists():
                raise StoreRefused(f"{path}: no store there yet; interop results import makes one")
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreRefused(f"{place}: {error.strerror}") from None
        return URL.create("sqlite", database=str(path))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise StoreRefused("the store's URL cannot be read; postgresql://USER@HOST/DATABASE is one") from None
    if url.get_backend_name() == "sqlite" and url.database:
        return URL.create("sqlite", database=url.database)
    if url.get_backend_name() != "postgresql":
        raise StoreRefused(f"{url.drivername}: a store is a file of SQLite or a postgresql:// URL")
    return url.set(drivername="postgresql+psycopg")


def _engine(url: URL) -> Engine:
    try:
        if url.drivername == "sqlite":
            engine = create_engine(url, connect_args={"timeout": BUSY_S})
        else:
            engine = create_engine(url)
    except ModuleNotFoundError:
        raise StoreRefused("PostgreSQL needs psycopg: pip install 'interop-lab[postgres]'") from None
    except SQLAlchemyError as error:
        raise StoreRefused(str(error)) from None
    if url.drivername == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # transactions are begun by us: `_begin`
    with _alone(connection):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    try:
        connection.execute("SELECT sqrt(1.0)")
    except sqlite3.OperationalError:  # not compiled into every SQLite
        connection.create_function("sqrt", 1, math.sqrt, deterministic=True)


@contextmanager
def _alone(connection: sqlite3.Connection) -> Iterator[None]:
    """While a new file becomes one with a write-ahead log SQLite does not wait for another process that does
    the same: it says at once that the database is locked. So its directory is locked meanwhile.
    """
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    if not path:  # in memory
        yield
        return
    directory = os.open(Path(path).parent, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
