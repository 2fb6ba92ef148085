"""A campaign's directory read, while another process plays it, after `kill -9`, or when it is over.

Nothing is locked and nothing written. What a process is just writing is read as far as it is whole.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, Final

from interop.campaign.cells import Trial, stage_seed
from interop.campaign.course import Began, Ended, Line, Lost, Replay, Stage, State
from interop.campaign.journal import CAMPAIGN, JOURNAL, JournalError
from interop.campaign.planning import Planned
from interop.campaign.playing import Injected, identity
from interop.campaign.spending import NOTHING, Spend, spent_by, total
from interop.engine.resume import spent_before
from interop.engine.verdicts import MOST_RETRIES, PENDING
from interop.record import Attempt, InconcReason, Verdict
from interop.record.reader import read_run
from interop.record.writer import RESULTS, RUN
from interop.results.localise import Accusation

_MARKS: Final[dict[str, type[Began] | type[Ended]]] = {"began": Began, "ended": Ended}


@dataclass(frozen=True, slots=True)
class Failing:
    """A case that failed, and the run directory that has its record."""

    directory: Path
    case: str


@dataclass(frozen=True, slots=True)
class Reading:
    """`inconclusive`: reason -> cases, of all that were played and are not to be tried again; `accused`: the
    failing cases of each accusation of the localisation (the slight ones after the others), those that touch
    nobody else accused first; `tests`: those of each test; `written`: when anything was last recorded, POSIX
    seconds, None where nothing is.
    """

    state: State
    injected: Injected
    inconclusive: Mapping[str, int]
    accused: tuple[tuple[Failing, ...], ...]
    tests: tuple[tuple[Failing, ...], ...]
    written: float | None
    history: History


def read(planned: Planned, directory: Path) -> Reading:
    """Where the campaign that is planned so stands in this directory.

    Raises JournalError where there is no campaign, or another one than is planned, or a broken line;
    RunDamaged for a stage that cannot be read; ValueError for lines that no such campaign writes.
    """
    injected = _identified(planned, directory)
    marks = marks_of(directory / JOURNAL)
    replay, history = Replay(planned.course), History(directory, planned.campaign.seed)
    for mark in marks:
        if isinstance(mark, Began):
            history.begin(replay.state().stage)
        replay.hear(mark)
        if isinstance(mark, Began):
            for line in played(place(directory, mark.stage)):
                replay.hear(line)
                history.hear(line)
    state = replay.state()
    found = state.localisation
    accusations = (*found.accused, *found.slight) if found else ()
    return Reading(
        state=state,
        injected=injected,
        inconclusive=history.inconclusive(state),
        accused=tuple(history.touching(accusation, accusations) for accusation in accusations),
        tests=tuple(history.of_test(number) for number in range(len(state.tests))),
        written=_written(directory, history.stages),
        history=history,
    )


def marks_of(path: Path) -> list[Began | Ended]:
    """The lines of a journal; one at its end that is not whole does not count, yet or ever. Raises
    JournalError.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise JournalError(f"{path}: cannot be read: {error.strerror}") from None
    marks: list[Began | Ended] = []
    for number, line in enumerate(content[: content.rfind(b"\n") + 1].splitlines(), start=1):
        try:
            entry = json.loads(line)
            marks.append(_MARKS[entry["type"]](int(entry["stage"])))
        except (ValueError, KeyError, TypeError):
            raise JournalError(f"{path}:{number}: no line of a campaign") from None
    return marks


def place(directory: Path, stage: int) -> Path:
    """The stage's run directory."""
    return directory / f"stage-{stage:03}"


def played(run_directory: Path) -> Iterator[Line]:
    """What a stage's run has written. Raises RunDamaged."""
    if not (run_directory / RUN).exists():
        return
    run = read_run(run_directory)
    yield from run.attempts
    if run.unfinished:
        told = reduce(Spend.__add__, map(spent_by, run.attempts), NOTHING)
        yield Lost(total(spent_before(run)) + told * -1)


def _identified(planned: Planned, directory: Path) -> Injected:
    """What was injected into it, once it is this campaign."""
    path = directory / CAMPAIGN
    try:
        began = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise JournalError(f"{directory}: no campaign has begun here") from None
    except (OSError, ValueError) as error:
        raise JournalError(f"{path}: {error}") from None
    if not isinstance(began, dict):
        raise JournalError(f"{path}: must hold one JSON object")
    injected = Injected(_texts(began.get("--defect")), _texts(began.get("--quirk")))
    for key, now in identity(planned, injected).items():
        if began.get(key) != now:
            raise JournalError(f"{directory}: that campaign began with another {key}; give its own file")
    return injected


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _written(directory: Path, stages: Iterable[Stage]) -> float | None:
    files = [directory / JOURNAL, *(place(directory, stage.number) / RESULTS for stage in stages)]
    times = [path.stat().st_mtime for path in files if path.exists()]
    return max(times, default=None)


class History:
    """The stages that began, and the attempts of each. `seed`: of the campaign."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.stages: list[Stage] = []
        self._directory = directory
        self._seed = seed
        self._attempts: dict[tuple[int, str], list[Attempt]] = defaultdict(list)

    def begin(self, stage: Stage | None) -> None:
        if stage is not None:  # where there is none, `Replay` refuses the line
            self.stages.append(stage)

    def hear(self, line: Line) -> None:
        if isinstance(line, Attempt) and line.control_of is None:
            self._attempts[self.stages[-1].number, line.case].append(line)

    def inconclusive(self, state: State) -> dict[str, int]:
        reasons: Counter[str] = Counter()
        for stage in self.stages:
            still_open = state.stage is not None and state.stage.number == stage.number
            for trial in stage.trials:
                attempts = self.attempts(stage, trial)
                verdict = _verdict(attempts)
                waits = still_open and verdict is Verdict.INCONC and _has_tries(attempts)
                if not (verdict.conclusive or waits):
                    reasons[_reason(attempts)] += 1
        return dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))

    def of_test(self, number: int) -> tuple[Failing, ...]:
        """The failing cases of a test."""
        return tuple(
            self.failing(stage, trial)
            for stage in self.stages
            for trial, test in zip(stage.trials, stage.tests, strict=False)  # of a screening: none
            if test == number and self.failed(stage, trial)
        )

    def touching(self, accusation: Accusation, accusations: Sequence[Accusation]) -> tuple[Failing, ...]:
        """The failing cases of the screening that touch whom it accuses, those that nobody else is accused
        of first.
        """
        others = [one for one in accusations if one is not accusation]
        found: list[tuple[bool, Failing]] = []
        for stage, trial in self._screened():
            if self.failed(stage, trial):
                levels = trial.levels(stage_seed(self._seed, stage.number))
                if _touches(levels, accusation):
                    doubtful = any(_touches(levels, one) for one in others)
                    found.append((doubtful, self.failing(stage, trial)))
        return tuple(failing for _, failing in sorted(found, key=lambda item: item[0]))

    def _screened(self) -> Iterator[tuple[Stage, Trial]]:
        return ((stage, trial) for stage in self.stages if not stage.tests for trial in stage.trials)

    def failing(self, stage: Stage, trial: Trial) -> Failing:
        return Failing(place(self._directory, stage.number), trial.case)

    def failed(self, stage: Stage, trial: Trial) -> bool:
        return self.verdict(stage, trial) is Verdict.FAIL

    def verdict(self, stage: Stage, trial: Trial) -> Verdict:
        return _verdict(self.attempts(stage, trial))

    def attempts(self, stage: Stage, trial: Trial) -> Sequence[Attempt]:
        """As they ended; contrasts are none."""
        return self._attempts.get((stage.number, trial.case), [])


def _touches(levels: Mapping[str, str], accusation: Accusation) -> bool:
    return any(
        all(levels.get(factor) == level for factor, level in candidate.levels)
        for candidate in accusation.group
    )


def _verdict(attempts: Sequence[Attempt]) -> Verdict:
    """As `interop.campaign.course` has it: a fail whose contrast is not known yet may become inconclusive."""
    for one in reversed(attempts):
        waits = one.control is not None and one.control.why == PENDING
        if one.verdict is Verdict.ERROR or (one.verdict.conclusive and not waits):
            return one.verdict
    return Verdict.INCONC


def _has_tries(attempts: Sequence[Attempt]) -> bool:
    """What a crash cut short was none. Nobody fills up a SIM's budget again."""
    tries = sum(one.reason is not InconcReason.INTERRUPTED for one in attempts)
    unpaid = attempts and attempts[-1].reason is InconcReason.BUDGET
    return tries <= MOST_RETRIES and not unpaid


def _reason(attempts: Sequence[Attempt]) -> str:
    if not attempts:
        return "never played"
    if _verdict(attempts) is Verdict.ERROR:
        return "error"
    return str(attempts[-1].reason or "no reason given")
