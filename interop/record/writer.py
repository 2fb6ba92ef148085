"""A run on disk while it happens; `reader` reads it back, also after a crash."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from interop.record.events import Event, Observed, to_json
from interop.record.journal import LinkJournal
from interop.record.lines import Attempt, Late, Line
from interop.record.lines import to_json as line_to_json
from interop.record.redaction import Redactor

RUN = "run.json"
RESULTS = "results.jsonl"
EVENTS = "evidence/events.jsonl"


class RunWriter:
    """The run directory, open for writing: `run.json`, `results.jsonl`, `evidence/`.

    `now` gives seconds since the run's epoch; `secrets` are masked wherever they would reach the disk.
    An existing directory is continued: a line torn by a crash is moved to `torn.txt`, sequences go on.
    """

    def __init__(
        self, directory: Path, *, now: Callable[[], float] = lambda: 0.0, secrets: Iterable[str] = ()
    ) -> None:
        self.directory = directory
        self.now = now
        self.redact = Redactor(secrets)
        self._journals: dict[str, tuple[str, LinkJournal]] = {}
        (directory / "evidence").mkdir(parents=True, exist_ok=True)
        for path in (directory / RESULTS, *sorted((directory / "evidence").glob("*.jsonl"))):
            _set_torn_line_aside(path, directory / "torn.txt")
        self.sequence = _last_sequence(directory) + 1
        """the number the next piece of evidence gets"""
        self._results = (directory / RESULTS).open("ab")
        self._events = _appended(directory / EVENTS)
        sync_directory(directory)

    def describe(self, meta: Mapping[str, Any]) -> None:
        """Write `run.json`, whole or not at all."""
        path = self.directory / RUN
        draft = path.with_suffix(".tmp")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(meta, file, ensure_ascii=False, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_directory(self.directory)

    def write(self, line: Line) -> None:
        """Append one line to `results.jsonl`; it is on the disk when this returns, its evidence before it."""
        if isinstance(line, Attempt):
            self.flush()
        self._results.write(line_to_json(self.masked(line)) + b"\n")
        self._results.flush()
        os.fsync(self._results.fileno())

    def observe(self, party: str, event: Event, attempt: str | None = None) -> Observed:
        """Keep one event as evidence."""
        observed = Observed(round(self.now(), 6), self._take(), party, self.redact.event(event), attempt)
        head = {"at": observed.at, "seq": observed.seq, "party": party, "attempt": attempt}
        self._events.write(json.dumps({**head, "event": to_json(observed.event)}, ensure_ascii=False) + "\n")
        return observed

    def journal(self, name: str) -> LinkJournal:
        """The journal of the modem `name`; the same one each time it is asked for."""
        if name not in self._journals:
            place = self.journal_place(name)
            file = _appended(self.directory / place)
            made = LinkJournal(file, now=lambda: self.now(), sequence=self._take, redact=self.redact)
            self._journals[name] = (place, made)
        return self._journals[name][1]

    @staticmethod
    def journal_place(name: str) -> str:
        """Its path in the run directory (a modem may well be called "events")."""
        return f"evidence/{name}.jsonl" if name.rstrip("_") != "events" else f"evidence/{name}_.jsonl"

    def flush(self) -> None:
        """Hand everything to the operating system: it then survives the death of this process."""
        self._events.flush()
        for _, journal in self._journals.values():
            journal.flush()

    def close(self) -> None:
        for _, journal in self._journals.values():
            journal.close()
        self._events.close()
        self._results.close()

    def masked(self, line: Line) -> Line:
        """As it is written, and as it may be shown: without secrets in what was seen and said.

        Names stay, as they tie the lines of a run together.
        """
        match line:
            case Attempt():
                checks = (
                    replace(check, expected=self._told(check.expected), actual=self._told(check.actual))
                    for check in line.checks
                )
                control = line.control and replace(line.control, why=self._told(line.control.why))
                detail = self._told(line.detail)
                return replace(line, detail=detail, checks=tuple(checks), control=control)
            case Late():
                return replace(line, what=self._told(line.what))
            case _:
                return line

    def _told(self, text: str) -> str:
        """Half a surrogate pair, as a message in the wrong coding has it, shows as \\udxxx."""
        return self.redact(text).encode("utf-8", "backslashreplace").decode()

    def _take(self) -> int:
        self.sequence += 1
        return self.sequence - 1


def _appended(path: Path) -> TextIO:
    # half a surrogate pair, which a handset may well send, is written as JSON's own escape of it
    return path.open("a", encoding="utf-8", errors="backslashreplace", buffering=65536)


def sync_directory(directory: Path) -> None:
    """So that a file that was just made there is still there after the power went."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _set_torn_line_aside(path: Path, torn: Path) -> None:
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if rest := data[whole:]:
        with torn.open("ab") as file:
            file.write(path.name.encode() + b": " + rest + b"\n")
        with path.open("r+b") as file:
            file.truncate(whole)


def _last_sequence(directory: Path) -> int:
    """The highest sequence in the evidence: it only grows within a file, save for held lines of a journal."""
    highest = -1
    for path in sorted((directory / "evidence").glob("*.jsonl")):
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 262144))
            for line in file.read().splitlines()[-1000:]:
                try:
                    highest = max(highest, int(json.loads(line)["seq"]))
                except (ValueError, KeyError, TypeError):
                    continue  # the piece may begin inside a line; damage is the reader's to report
    return highest
