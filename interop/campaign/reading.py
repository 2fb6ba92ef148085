"""A campaign's directory read, while another process plays it, after `kill -9`, or when it is over.

Nothing is locked and nothing written. What a process is just writing is read as far as it is whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interop.campaign.cells import Trial, stage_seed
from interop.campaign.course import Replay, State
from interop.campaign.journal import JOURNAL, JournalError, began_as, lines, marks_of, place, refuse_another
from interop.campaign.planning import Planned
from interop.campaign.playing import Injected, identity
from interop.campaign.stages import Played
from interop.record import Verdict
from interop.record.writer import RESULTS
from interop.results.localise import Accusation


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
    replay = Replay(planned.course)
    for line in lines(directory, marks_of(directory)):
        replay.hear(line)
    state, history = replay.state(), History(directory, planned.campaign.seed, replay.stages)
    found = state.localisation
    accusations = (*found.accused, *found.slight) if found else ()
    return Reading(
        state=state,
        injected=injected,
        inconclusive=history.inconclusive(state),
        accused=tuple(history.touching(accusation, accusations) for accusation in accusations),
        tests=tuple(history.of_test(number) for number in range(len(state.tests))),
        written=history.written(),
        history=history,
    )


def _identified(planned: Planned, directory: Path) -> Injected:
    """What was injected into it, once it is this campaign."""
    began = began_as(directory)
    if began is None:
        raise JournalError(f"{directory}: no campaign has begun here")
    injected = Injected(_texts(began.get("--defect")), _texts(began.get("--quirk")))
    refuse_another(directory, began, identity(planned, injected), "give its own file")
    return injected


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


class History:
    """The stages that began, in a campaign's directory. `seed`: of the campaign."""

    def __init__(self, directory: Path, seed: int, stages: Sequence[Played]) -> None:
        self.stages = stages
        self._directory = directory
        self._seed = seed

    def written(self) -> float | None:
        places = [place(self._directory, each.stage.number) for each in self.stages]
        files = [self._directory / JOURNAL, *(run / RESULTS for run in places)]
        return max((path.stat().st_mtime for path in files if path.exists()), default=None)

    def inconclusive(self, state: State) -> dict[str, int]:
        reasons: Counter[str] = Counter()
        for each in self.stages:
            still_open = state.stage is not None and state.stage.number == each.stage.number
            waiting = set(each.unsettled) if still_open else set()
            for trial in each.stage.trials:
                if not each.verdict(trial).conclusive and trial not in waiting:
                    reasons[_reason(each, trial)] += 1
        return dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))

    def of_test(self, number: int) -> tuple[Failing, ...]:
        """The failing cases of a test."""
        return tuple(
            self.failing(each, trial)
            for each in self.stages
            for trial, test in zip(each.stage.trials, each.stage.tests, strict=False)  # of a screening: none
            if test == number and each.verdict(trial) is Verdict.FAIL
        )

    def touching(self, accusation: Accusation, accusations: Sequence[Accusation]) -> tuple[Failing, ...]:
        """The failing cases of the screening that touch whom it accuses, those that nobody else is accused
        of first.
        """
        others = [one for one in accusations if one is not accusation]
        found: list[tuple[bool, Failing]] = []
        for each, trial in self.failed():
            if not each.stage.tests:
                levels = trial.levels(stage_seed(self._seed, each.stage.number))
                if _touches(levels, accusation):
                    doubtful = any(_touches(levels, one) for one in others)
                    found.append((doubtful, self.failing(each, trial)))
        return tuple(failing for _, failing in sorted(found, key=lambda item: item[0]))

    def failed(self) -> Iterator[tuple[Played, Trial]]:
        return (
            (each, trial)
            for each in self.stages
            for trial in each.stage.trials
            if each.verdict(trial) is Verdict.FAIL
        )

    def failing(self, played: Played, trial: Trial) -> Failing:
        return Failing(place(self._directory, played.stage.number), trial.case)


def _touches(levels: Mapping[str, str], accusation: Accusation) -> bool:
    return any(
        all(levels.get(factor) == level for factor, level in candidate.levels)
        for candidate in accusation.group
    )


def _reason(played: Played, trial: Trial) -> str:
    attempts = played.attempts(trial)
    if not attempts:
        return "never played"
    if played.verdict(trial) is Verdict.ERROR:
        return "error"
    return str(attempts[-1].reason or "no reason given")
