"""A run read back from its directory, also while it runs and after `kill -9`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from interop.record.events import Observed, from_json
from interop.record.lines import Attempt, Late, Started, parse
from interop.record.verdict import Verdict
from interop.record.writer import EVENTS, RESULTS, RUN


class RunDamaged(ValueError):
    """No run, or one with a line that cannot be understood; says which file and line."""


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a journal. `direction`: ">" to the device, "<" from it, "" a note."""

    at: float
    seq: int
    direction: str
    text: str


@dataclass
class Run:
    """What a run directory holds.

    `attempts`: in the order in which they ended, the last line of each counts. `torn`: lines that a crash cut
    short, "results.jsonl: ...": what they would have said is unknown.
    """

    directory: Path
    meta: dict[str, Any]
    attempts: list[Attempt] = field(default_factory=list)
    started: list[Started] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)

    @property
    def emulated(self) -> bool:
        return emulated(self.meta)

    @property
    def unfinished(self) -> list[Started]:
        """What was begun and has no result."""
        ended = {(attempt.case, attempt.attempt) for attempt in self.attempts}
        return [start for start in self.started if (start.case, start.attempt) not in ended]

    @property
    def final(self) -> dict[str, Attempt]:
        """Case -> the attempt that counts: the last conclusive or erroneous one, else the last."""
        counting: dict[str, Attempt] = {}
        for attempt in self.attempts:
            if attempt.control_of is None:
                before = counting.get(attempt.case)
                if before is None or _counts(attempt) or not _counts(before):
                    counting[attempt.case] = attempt
        return counting

    @cached_property
    def observed(self) -> list[Observed]:
        """The events of all parties by (time, sequence). Raises RunDamaged."""
        return sorted(self.events(), key=lambda event: (event.at, event.seq))

    def events(self) -> Iterator[Observed]:
        """The events as they were written, none kept in memory. Raises RunDamaged."""
        return (_observed(data, where) for data, where in _lines(self.directory / EVENTS, []))

    def journals(self) -> dict[str, Path]:
        """Device -> its journal, by name."""
        paths = sorted((self.directory / EVENTS).parent.glob("*.jsonl"))
        # "events_" is the journal of a device called "events" (`RunWriter.journal_place`)
        devices = {path.stem if path.stem.rstrip("_") != "events" else path.stem[:-1]: path for path in paths}
        return {name: path for name, path in devices.items() if path.name != Path(EVENTS).name}


def emulated(meta: Mapping[str, Any]) -> bool:
    """Of run.json: whether any device was. Older runs do not say it, but where their clock was virtual."""
    return bool(meta.get("emulated", meta.get("clock") == "virtual"))


def read_run(directory: Path) -> Run:
    """Raises RunDamaged naming file and line."""
    try:
        meta = json.loads((directory / RUN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunDamaged(f"{directory}: no {RUN} here, so this is no run directory") from None
    except (OSError, ValueError) as error:
        raise RunDamaged(f"{directory / RUN}: {error}") from None
    if not isinstance(meta, dict):
        raise RunDamaged(f"{directory / RUN}: must hold one JSON object")
    run = Run(directory, meta)
    places: dict[str, int] = {}
    for data, where in _lines(directory / RESULTS, run.torn):
        try:
            line = parse(data)
        except ValueError as error:
            raise RunDamaged(f"{where}: {error}") from None
        if isinstance(line, Started):
            run.started.append(line)
        elif isinstance(line, Late):
            run.late.append(line)
        elif line.key in places:
            run.attempts[places[line.key]] = line
        else:
            places[line.key] = len(run.attempts)
            run.attempts.append(line)
    aside = directory / "torn.txt"
    if aside.exists():
        run.torn += aside.read_text(encoding="utf-8", errors="replace").splitlines()
    return run


def read_journal(path: Path) -> Iterator[Said]:
    """The lines as they were written, none kept in memory. Raises RunDamaged."""
    for data, where in _lines(path, []):
        try:
            direction = data.get("dir", "")
            text = str(data["data" if direction else "note"])
            said = Said(float(data["at"]), int(data["seq"]), direction, text)
        except KeyError as error:
            raise RunDamaged(f"{where}: no field {error.args[0]!r}") from None
        except (TypeError, ValueError) as error:
            raise RunDamaged(f"{where}: {error}") from None
        yield said


def _counts(attempt: Attempt) -> bool:
    return attempt.verdict.conclusive or attempt.verdict is Verdict.ERROR


def _lines(path: Path, torn: list[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Each JSON object of a file with its "file:line"; an unfinished last line goes to `torn`."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    except OSError as error:
        raise RunDamaged(f"{path}: {error.strerror}") from None
    with file:
        for number, line in enumerate(file, start=1):
            where = f"{path}:{number}"
            if not line.endswith(b"\n"):
                torn.append(f"{path.name}: {line.decode('utf-8', 'replace')}")
                return
            try:
                item = json.loads(line)
            except ValueError as error:
                raise RunDamaged(f"{where}: not JSON: {error}") from None
            if not isinstance(item, dict):
                raise RunDamaged(f"{where}: must be one JSON object")
            yield item, where


def _observed(data: dict[str, Any], where: str) -> Observed:
    try:
        return Observed(data["at"], data["seq"], data["party"], from_json(data["event"]), data["attempt"])
    except KeyError as error:
        raise RunDamaged(f"{where}: no field {error.args[0]!r}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise RunDamaged(f"{where}: {error}") from None
