"""A campaign on disk: `campaign.json` says which, `campaign.jsonl` which stages it began and ended, and each
stage is a run directory of its own. A line of the journal is on the disk before what it announces happens.
`seating.json`: in which of the plan's seatings somebody has put the SIMs by hand.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from interop.campaign.course import Began, Ended, Line, Lost, Unknown
from interop.campaign.spending import NOTHING, Spend, spent_by, total
from interop.engine.resume import spent_before
from interop.engine.verdicts import is_try, outcome_unknown
from interop.lab.budget import Spent, added
from interop.record import Event, Verdict
from interop.record.reader import Run, read_run
from interop.record.writer import RESULTS, RUN, sync_directory

CAMPAIGN = "campaign.json"
JOURNAL = "campaign.jsonl"
SEATING = "seating.json"
_MARKS: Final[dict[str, type[Began] | type[Ended]]] = {"began": Began, "ended": Ended}


class JournalError(Exception):
    """One sentence: the file, its line where one is to blame, and what to do."""


class Journal:
    """A campaign's directory, made where there is none, open for writing by this process alone.

    `identity`: what has to be the same when it goes on. Raises JournalError for another campaign's directory,
    or one that is in use, and for a broken line that is not the last one.
    """

    def __init__(self, directory: Path, identity: Mapping[str, Any]) -> None:
        self.directory = directory
        self._paid: dict[int, Spent] = {}
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._file = (directory / JOURNAL).open("a+b")
        except OSError as error:
            raise JournalError(f"{directory}: cannot be written: {error.strerror}") from None
        try:
            self._lock()
            self._identify(identity)
            self._marks = self._read()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def lines(self) -> Iterator[Line]:
        """All of the campaign so far. Raises RunDamaged for a stage that cannot be read."""
        return lines(self.directory, self._marks)

    def note(self, mark: Began | Ended) -> None:
        kind = "began" if isinstance(mark, Began) else "ended"
        self._file.write(json.dumps({"type": kind, "stage": mark.stage}).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._marks.append(mark)

    @property
    def seating(self) -> int:
        """In which seating the SIMs were last said to be; 0, as the lab file says, before anybody moved one.
        Raises JournalError.
        """
        path = self.directory / SEATING
        try:
            return int(json.loads(path.read_text(encoding="utf-8"))["seating"])
        except FileNotFoundError:
            return 0
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise JournalError(f"{path}: {error!r}; it has to hold where the SIMs are") from None

    def seat(self, seating: int) -> None:
        _write_whole(self.directory / SEATING, {"seating": seating})

    def spent_before(self, stage: int) -> Spent:
        """By each SIM in the stages before this one, which are over."""
        for earlier in range(1, stage):
            if earlier not in self._paid:
                there = self.has_run(earlier)
                self._paid[earlier] = spent_before(read_run(self.place(earlier))) if there else {}
        return added(*(self._paid[earlier] for earlier in range(1, stage)))

    def place(self, stage: int) -> Path:
        return place(self.directory, stage)

    def played(self, stage: int) -> Iterator[Line]:
        """What the run of a stage that goes on has written."""
        return _played(self.place(stage), over=False)

    def has_run(self, stage: int) -> bool:
        return (self.place(stage) / RUN).exists()

    def prepare(self, stage: int) -> bool:
        """Whether its run is to be resumed; one that was killed before its first case is taken away."""
        if self.has_run(stage):
            return True
        place = self.place(stage)
        if place.exists():
            results = place / RESULTS
            if results.exists() and results.stat().st_size:
                raise JournalError(f"{place}: has results but no {RUN}; put it back, or the stage away")
            shutil.rmtree(place)
        return False

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise JournalError(f"{self.directory}: another process plays this campaign") from None

    def _identify(self, identity: Mapping[str, Any]) -> None:
        before = began_as(self.directory)
        if before is None:
            _write_whole(self.directory / CAMPAIGN, identity)
        else:
            refuse_another(self.directory, before, identity, "choose another directory (--out)")

    def _read(self) -> list[Began | Ended]:
        """A line that a crash tore never counted; it is taken away."""
        self._file.seek(0)
        content = self._file.read()
        self._file.truncate(content.rfind(b"\n") + 1)
        return _marks(content, self.directory / JOURNAL)


# What a directory holds, for whoever reads it: also while another process writes it


def place(directory: Path, stage: int) -> Path:
    """The stage's run directory."""
    return directory / f"stage-{stage:03}"


def marks_of(directory: Path) -> list[Began | Ended]:
    """The lines of its journal; one at its end that is not whole does not count, yet or ever. Raises
    JournalError.
    """
    path = directory / JOURNAL
    try:
        return _marks(path.read_bytes(), path)
    except OSError as error:
        raise JournalError(f"{path}: cannot be read: {error.strerror}") from None


def lines(directory: Path, marks: Iterable[Began | Ended]) -> Iterator[Line]:
    """The marks, and what the runs between them have written. Raises RunDamaged."""
    marks = tuple(marks)
    for mark in marks:
        yield mark
        if isinstance(mark, Began):
            yield from _played(place(directory, mark.stage), over=mark is not marks[-1])


def began_as(directory: Path) -> dict[str, Any] | None:
    """The identity of the campaign that began here; None where none did. Raises JournalError."""
    path = directory / CAMPAIGN
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise JournalError(f"{path}: {error}") from None
    if not isinstance(before, dict):
        raise JournalError(f"{path}: must hold one JSON object")
    return before


def refuse_another(directory: Path, before: Mapping[str, Any], now: Mapping[str, Any], advice: str) -> None:
    """Raises JournalError where this is not the campaign that began there."""
    for key, value in now.items():
        if before.get(key) != value:
            raise JournalError(f"{directory}: that campaign began with another {key}; {advice}")


def _marks(content: bytes, path: Path) -> list[Began | Ended]:
    marks: list[Began | Ended] = []
    for number, line in enumerate(content[: content.rfind(b"\n") + 1].splitlines(), start=1):
        try:
            entry = json.loads(line)
            marks.append(_MARKS[entry["type"]](int(entry["stage"])))
        except (ValueError, KeyError, TypeError):
            raise JournalError(f"{path}:{number}: no line of a campaign") from None
    return marks


def _played(directory: Path, *, over: bool) -> Iterator[Line]:
    """What a stage's run has written. `over`: nothing of it is played again."""
    if not (directory / RUN).exists():
        return
    run = read_run(directory)
    yield from run.attempts
    if not over and (unknown := _unknown(run)):
        yield Unknown(unknown)
    if run.unfinished:
        told = reduce(Spend.__add__, map(spent_by, run.attempts), NOTHING)
        yield Lost(total(spent_before(run)) + told * -1)


def _unknown(run: Run) -> frozenset[str]:
    """The inconclusive attempts of which something left, and nobody knows what became of it."""
    unclear = {one.key: one.reason for one in run.attempts if one.verdict is Verdict.INCONC and is_try(one)}
    events: dict[str, list[tuple[str, Event]]] = defaultdict(list)
    for seen in run.observed if unclear else ():
        if seen.attempt in unclear:
            events[seen.attempt].append((seen.party, seen.event))
    return frozenset(key for key, reason in unclear.items() if outcome_unknown(reason, events[key]))


def _write_whole(path: Path, content: Mapping[str, Any]) -> None:
    """All of it or nothing, also when the power fails."""
    draft = path.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_directory(path.parent)
