"""The journal of a batch: what was done to which card, a JSON line each, on the disk before it is done.

    {"entry": "Writing", "run": "1", "job": ..., "card": ..., "time": ..., "path": "3F00/7FFF/6F46", ...}

It only grows. A line that the power tore in two never counted: what it would have announced was not done.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, get_args, get_origin, get_type_hints

from interop.personalise.entries import Began, Ended, Entry, Verifying, Writing, Written
from interop.record.writer import sync_directory

_KINDS: Final[dict[str, type[Entry]]] = {kind.__name__: kind for kind in get_args(Entry)}
_HINTS: Final[dict[str, dict[str, Any]]] = {name: get_type_hints(kind) for name, kind in _KINDS.items()}
_IN_HEX: Final = frozenset(("atr", "before", "after"))
_KIND: Final = "entry"
_TORN: Final = "Torn"
"""keeps what was left of a line; nobody reads it but people"""
_NO_FILE: Final = "is no file that a journal can be kept in"


class JournalError(Exception):
    """One sentence: the file, its line where one is to blame, and what to do."""


@dataclass(slots=True)
class Run:
    """One execution for one card. `entries`: all of it, `began` included. `line`: of the file, where it
    begins; 0 if it began in this process.
    """

    began: Began
    line: int
    entries: list[Entry] = field(default_factory=list)

    @property
    def ended(self) -> Ended | None:
        """None: the run goes on, or its program was killed."""
        last = self.entries[-1]
        return last if isinstance(last, Ended) else None

    @property
    def writings(self) -> list[Writing]:
        return [entry for entry in self.entries if isinstance(entry, Writing)]

    @property
    def verified(self) -> bool:
        """A try of a key was spent, or may have been."""
        return any(isinstance(entry, Verifying) for entry in self.entries)

    @property
    def unfinished(self) -> Writing | None:
        """What was being written when it ended: nobody knows how much of it the card has."""
        last = next((each for each in reversed(self.entries) if isinstance(each, Writing | Written)), None)
        return last if isinstance(last, Writing) else None


class Journal:
    """A journal that is open for writing, by this process alone; made where there is none.

    Raises JournalError where another process writes to it, where a line is broken that is not its last one,
    and where the disk does not take it.

    >>> with Journal(Path("batch.csv.journal.jsonl")) as journal:
    ...     journal.note(Began(run=journal.new_run(), ...))
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.runs: list[Run] = []
        self._spoilt = ""
        self._opened = 0
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        except OSError as error:
            what = "the journal cannot be written: choose another place with --journal"
            raise JournalError(f"{path}: {error.strerror}: {what}") from None
        try:
            self._begin()
        except BaseException:
            os.close(self._file)
            raise

    def _begin(self) -> None:
        if not stat.S_ISREG(os.fstat(self._file).st_mode):
            raise JournalError(f"{self.path}: {_NO_FILE}")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = "another process writes to it: wait until it ends, or choose another file with --journal"
            raise JournalError(f"{self.path}: {what}") from None
        except OSError as error:
            raise JournalError(f"{self.path}: {error.strerror}: it cannot be locked") from None
        try:
            data = self.path.read_bytes()
            self.runs = _runs(self.path, data)
            self._mend(data)
            if not data:
                sync_directory(self.path.parent)
        except OSError as error:
            raise JournalError(f"{self.path}: {error.strerror}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def new_run(self) -> str:
        """A name that no run in this journal has."""
        taken = {run.began.run for run in self.runs}
        self._opened = max(self._opened, len(self.runs)) + 1
        while str(self._opened) in taken:
            self._opened += 1
        return str(self._opened)

    def note(self, entry: Entry) -> None:
        """It is on the disk when this returns. Raises JournalError, and from then on for every entry: what
        is left of a line that did not fit must stay the last one.
        """
        if self._spoilt:
            raise JournalError(f"{self.path}: {self._spoilt}")
        try:
            self._append({_KIND: type(entry).__name__, **asdict(entry)})
        except OSError as error:
            self._spoilt = f"{error.strerror}: nothing more is written to any card"
            raise JournalError(f"{self.path}: {self._spoilt}") from None
        _put(self.runs, entry, 0)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append(self, form: dict[str, Any]) -> None:
        rest = memoryview(json.dumps(form, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        while rest:
            rest = rest[os.write(self._file, rest) :]
        os.fsync(self._file)

    def _mend(self, data: bytes) -> None:
        """A last line without its end gets one, or if it was torn makes room for a line that says so."""
        whole = data.rfind(b"\n") + 1
        if not (rest := data[whole:]):
            return
        if _parsed(rest):
            os.write(self._file, b"\n")
        else:
            os.ftruncate(self._file, whole)
            self._append({_KIND: _TORN, "text": rest.decode("utf-8", "replace")})


def read(path: Path) -> list[Run]:
    """Its runs in the order in which they began, also while another process writes. Raises JournalError."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise JournalError(f"{path}: {_NO_FILE}")
        return _runs(path, path.read_bytes())
    except OSError as error:
        raise JournalError(f"{path}: {error.strerror}") from None


def _runs(path: Path, data: bytes) -> list[Run]:
    runs: list[Run] = []
    *lines, last = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        _take(runs, path, number, line)
    if _parsed(last):
        _take(runs, path, len(lines) + 1, last)
    return runs


def _take(runs: list[Run], path: Path, number: int, line: bytes) -> None:
    form = _parsed(line)
    if form and form.get(_KIND) == _TORN:
        return
    try:
        _put(runs, _entry(form), number)
    except ValueError as error:
        what = f"{path}:{number}: {error}: the journal is damaged"
        raise JournalError(f"{what}; keep it, and begin another one with --journal") from None


def _parsed(line: bytes) -> dict[str, Any] | None:
    """None for what is not a JSON object."""
    try:
        form = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return form if isinstance(form, dict) else None


def _entry(form: dict[str, Any] | None) -> Entry:
    """Raises ValueError, which names no value."""
    if form is None:
        raise ValueError("not a line of JSON")
    kind = _KINDS.get(str(form.get(_KIND)))
    if kind is None:
        raise ValueError(f"no entry of this name: {form.get(_KIND)!r}")
    values = {name: value for name, value in form.items() if name != _KIND}
    hints = _HINTS[kind.__name__]
    if odd := sorted(values.keys() ^ hints.keys()):
        raise ValueError(f"{kind.__name__} {'without' if odd[0] in hints else 'has no'} {odd[0]!r}")
    for name, value in values.items():
        if not _fits(value, hints[name]):
            raise ValueError(f"{kind.__name__} with an impossible {name!r}")
    for name in _IN_HEX.intersection(values):
        _hex(kind, name, values[name])
    return kind(**values)


def _fits(value: object, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    return isinstance(value, hint) and isinstance(value, bool) is (hint is bool)


def _hex(kind: type[Entry], name: str, value: str | None) -> None:
    try:
        bytes.fromhex(value or "")
    except ValueError:
        raise ValueError(f"{kind.__name__} with an impossible {name!r}") from None


def _put(runs: list[Run], entry: Entry, line: int) -> None:
    """To its run. Raises ValueError where that has not begun, or has ended."""
    run = next((each for each in reversed(runs) if each.began.run == entry.run), None)
    if isinstance(entry, Began):
        if run is not None:
            raise ValueError(f"run {entry.run} begins a second time")
        runs.append(Run(entry, line, [entry]))
    elif run is None or run.ended is not None:
        raise ValueError(f"run {entry.run} has {'not begun' if run is None else 'ended'}")
    else:
        run.entries.append(entry)
