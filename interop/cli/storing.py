"""Which results store a command means, and every run into it as it ends."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Self

import typer

if TYPE_CHECKING:
    from interop.record import Attempt
    from interop.results.store import Store

NONE = "none"
"""in place of a store: runs are not kept"""
Place = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="FILE|URL",
        help="The results store: a file, or postgresql://USER@HOST/DATABASE; none: no store. [default: "
        "$INTEROP_STORE, else ~/.local/state/interop/results.sqlite, or results-emulated.sqlite there]",
        envvar="INTEROP_STORE",
        show_default=False,
        show_envvar=False,
    ),
]
Emulated = Annotated[
    bool, typer.Option("--emulated", help="The default store of emulated labs, not that of real ones.")
]


def place_of(store: str, *, emulated: bool) -> str:
    """What `Store` opens: `store` itself, else $INTEROP_STORE, else the default place. `NONE`: nothing."""
    if given := store or os.environ.get("INTEROP_STORE"):
        return given
    from interop.results.store import default_place

    return default_place(emulated=emulated)


@contextmanager
def reading(store: str, *, emulated: bool) -> Iterator[Store]:
    """The store that is meant. Raises StoreRefused, also where it has no attempt: then it says who has."""
    from interop.results.store import Store, StoreRefused
    from interop.results.store.queries import last_day

    place = place_of(store, emulated=emulated)
    if place == NONE:
        raise StoreRefused(f"{NONE}: no store is kept; give --store, or set INTEROP_STORE to one")
    try:
        opened = Store(place, make=False)
        if last_day(opened) is None:
            opened.close()
            raise StoreRefused(f"{opened.shown}: the store has no attempt")
    except StoreRefused as refused:
        raise StoreRefused(f"{refused}{_hint(place, emulated=emulated)}") from None
    with opened:
        yield opened


def _hint(place: str, *, emulated: bool) -> str:
    """Where to look instead of a default store that has nothing."""
    from interop.results.store import Store, StoreRefused, default_place
    from interop.results.store.queries import last_day

    if place != default_place(emulated=emulated):
        return ""
    try:
        with Store(default_place(emulated=not emulated), make=False) as other:
            if last_day(other) is None:
                return ""
    except StoreRefused:
        return ""
    return "; there are runs of " + (
        "real labs: leave out --emulated" if emulated else "emulated labs: --emulated"
    )


def _is_none(store: str) -> bool:
    """Without SQLAlchemy, which takes a quarter of a second to import."""
    return (store or os.environ.get("INTEROP_STORE")) == NONE


def is_emulated(directory: Path) -> bool:
    """Whether devices of a run were emulated; False where run.json cannot be read, which is told later."""
    from interop.record.reader import emulated

    try:
        meta = json.loads((directory / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(meta, dict) and emulated(meta)


class Live:
    """A pytest plugin: the attempts of a run on a real lab go into the store as they end, for who watches it.

    They are written by a thread, so that a store that is locked or far away holds up no case. What is missing
    when the run is over is for `keep`, which also tells why.
    """

    def __init__(self, store: str) -> None:
        self._store = store
        self._directory: Path | None = None
        self._ended: SimpleQueue[Attempt | None] = SimpleQueue()
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._ended.put(None)
            self._thread.join()

    def pytest_interop_begins(self, directory: Path) -> None:
        self._directory = directory

    def pytest_interop_ended(self, attempt: Attempt) -> None:
        if self._directory is not None:  # the first one
            if not _is_none(self._store) and not is_emulated(self._directory):
                self._thread = Thread(target=self._write, args=(self._directory,), daemon=True)
                self._thread.start()
            self._directory = None
        if self._thread is not None:
            self._ended.put(attempt)

    def _write(self, directory: Path) -> None:
        from interop.record.reader import RunDamaged
        from interop.results.store import Importer, Store, StoreRefused

        # whatever it is, `keep` meets it again and tells it
        with suppress(Exception), Store(place_of(self._store, emulated=False)) as opened:
            importer = Importer(opened, directory)
            waiting: list[Attempt] = []
            over = False
            while not over:
                ended = [self._ended.get()]
                while not self._ended.empty():
                    ended.append(self._ended.get())
                waiting += [attempt for attempt in ended if attempt is not None]
                over = None in ended
                with suppress(StoreRefused, RunDamaged):  # then again with the next one
                    importer.add(waiting)
                    waiting.clear()


def keep(directory: Path, store: str) -> None:
    """A run directory into the results store at `store`, as `place_of` takes it.

    The record is safe whatever happens here: trouble is told on stderr in one line, and never raised.
    """
    if _is_none(store):
        return
    try:
        from interop.record.reader import RunDamaged
        from interop.results.store import Store, StoreRefused, import_run

        try:
            with Store(place_of(store, emulated=is_emulated(directory))) as opened:
                import_run(opened, directory)
        except (RunDamaged, StoreRefused) as refused:
            _tell(directory, str(refused))
    except Exception as error:
        _tell(directory, repr(error))


def _tell(directory: Path, why: str) -> None:
    typer.echo(
        f"not in the results store: {why}; the record is whole, and goes there later by: "
        f"interop results import {directory}",
        err=True,
    )
