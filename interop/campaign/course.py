"""Where a campaign stands: a pure function of its plan and of the lines it has written.

It goes in stages, each a run of its own: the screening, then blocks of the sequential tests. What a stage
holds depends on nothing but the stages before it, whole, and results are looked at in the order in which
they were planned, not in which they came. So a campaign that is killed anywhere and goes on comes to the same
conclusions, as long as a budget does not end it: what was interrupted may have to be paid twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, zip_longest

from interop.campaign.cells import Cell, Trial, stage_seed
from interop.campaign.screening import Screening
from interop.campaign.spending import MOST_ATTEMPTS, NOTHING, UNLIMITED, Budget, Spend
from interop.campaign.stages import Played, Stage
from interop.campaign.suspects import Test, controls_of, tests_of
from interop.record import Attempt, Verdict
from interop.results.localise import Localisation, Table
from interop.results.sequential import Plan, Sprt

MOST_PLAYED = 2
"""times `Plan.longest`: a test of which so many cases say nothing is given up"""


class Conclusion(StrEnum):
    WORKS = "works"
    DOES_NOT = "does not"
    NOT_DECIDED = "not decided"


_CONCLUSIONS = {Verdict.PASS: Conclusion.WORKS, Verdict.FAIL: Conclusion.DOES_NOT}


@dataclass(frozen=True, slots=True)
class Course:
    """What a campaign is played by. `cells`: of the matrix in every seating, the lab file's own first."""

    cells: tuple[Cell, ...]
    screening: Screening
    test: Plan
    block: int = 8
    controls: float = 0.01
    budget: Budget = UNLIMITED
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Began:
    """The stage's run is about to begin; the attempts after it are its own."""

    stage: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over: what has no result now gets none."""

    stage: int


@dataclass(frozen=True, slots=True)
class Lost:
    """What attempts of the stage that a crash cut short have spent, as long as no line of theirs says so."""

    spend: Spend


@dataclass(frozen=True, slots=True)
class Unknown:
    """Attempts of the stage, by their keys: something left, and nobody knows what became of it. They are not
    made again.
    """

    keys: frozenset[str]


Line = Began | Attempt | Lost | Unknown | Ended


@dataclass(frozen=True, slots=True)
class Tested:
    """A test as far as it came: `failed` of `valid` cases until it was decided, of `played` in all. `open`:
    it wants more cases. `why` it is not decided. `unpaid`: cells for which the budgets of SIMs do not reach
    any more. They are not played again, and do not count when a test is given up for saying nothing.
    """

    test: Test
    conclusion: Conclusion
    failed: int
    valid: int
    played: int
    open: bool = False
    why: str = ""
    unpaid: frozenset[Cell] = frozenset()


@dataclass(frozen=True, slots=True)
class State:
    """`stage`: the one to play, or to go on with where it `began`; None when the campaign is `over`, and why.
    `left`: its trials to play still, as far as the budget reaches; none: the stage is to be ended.

    `screened` of the screening's cases have a result, `inconclusive` of all that were played have none:
    `unpaid` of these because the budget of a SIM is spent. `localisation`: None before the screening's end.
    """

    stage: Stage | None
    began: bool
    left: tuple[Trial, ...]
    over: str
    spent: Spend
    screened: int
    inconclusive: int
    localisation: Localisation | None
    tests: tuple[Tested, ...]
    unpaid: int = 0


def state(course: Course, lines: Iterable[Line]) -> State:
    """From all lines so far; the last line of an attempt counts. Raises ValueError for lines that no such
    campaign writes.
    """
    replay = Replay(course)
    for line in lines:
        replay.hear(line)
    return replay.state()


class Replay:
    """The same, told line by line: the stages so far, and the next."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._done: list[Played] = []
        self._spent = NOTHING
        self._tests: list[Test] = []
        self._localisation: Localisation | None = None
        self._over = ""
        self._open = self._next()

    def hear(self, line: Line) -> None:
        """Raises ValueError for a line that cannot come now."""
        if self._open is None:
            raise ValueError(f"the campaign goes on after its end ({self._over})")
        if isinstance(line, Attempt):
            if not self._open.began:
                raise ValueError(f"{line.case} was played before stage {self._open.stage.number} began")
            self._open.hear(line)
        elif isinstance(line, Lost):
            self._open.lost = line.spend
        elif isinstance(line, Unknown):
            self._open.unknown = line.keys
        elif line.stage != self._open.stage.number:
            raise ValueError(f"stage {line.stage}, where stage {self._open.stage.number} comes next")
        elif isinstance(line, Began):
            self._open.began = True
        else:
            self._spent = self._spent + self._open.spent
            self._done.append(self._open)
            self._open = self._next()

    @property
    def stages(self) -> Sequence[Played]:
        """Those that began."""
        return [*self._done, *([self._open] if self._open and self._open.began else [])]

    def state(self) -> State:
        spent = self._spent + (self._open.spent if self._open else NOTHING)
        stages = [*self._done, self._open] if self._open else self._done
        unsettled = self._open.unsettled if self._open else []
        waiting = set(unsettled)
        verdicts = [
            (one.stage.purpose, one.verdict(trial))
            for one in stages
            for trial in one.stage.trials
            if trial not in waiting
        ]
        return State(
            stage=self._open.stage if self._open else None,
            began=self._open is not None and self._open.began,
            left=self._affordable(unsettled, spent),
            over=self._over,
            spent=spent,
            screened=sum(purpose == "screening" and verdict.conclusive for purpose, verdict in verdicts),
            inconclusive=sum(not verdict.conclusive for _, verdict in verdicts),
            localisation=self._localisation,
            tests=tuple(self._tested()),
            unpaid=sum(bool(one.unpaid(trial)) for one in stages for trial in one.stage.trials),
        )

    def _next(self) -> Played | None:
        course = self._course
        played = {trial for one in self._done for trial in one.stage.trials}
        for seating, drawn in enumerate((course.screening.home, course.screening.rotated)):
            if left := [trial for trial in drawn if trial not in played]:
                return self._stage(seating, left, [])
        if self._localisation is None:
            self._localise()
        undecided = [(place, one) for place, one in enumerate(self._tested()) if one.open]
        if not undecided:
            decided = "every suspect and every control was tested"
            self._over = decided if self._tests else "nothing is suspected, and no control was wanted"
            return None
        return self._block(undecided)

    def _block(self, undecided: Sequence[tuple[int, Tested]]) -> Played | None:
        """The next cases of the open tests of one seating, one of each test in turn."""
        seating = min(one.test.seating for _, one in undecided)
        rows = [
            (turn, place, cell)
            for place, one in undecided
            if one.test.seating == seating
            for turn, cell in enumerate(self._following(place, one))
        ]
        repeats: Counter[Cell] = Counter()
        trials: list[Trial] = []
        places: list[int] = []
        for _, place, cell in sorted(rows, key=lambda row: row[:2]):
            repeats[cell] += 1
            trials.append(self._tests[place].trial(cell, repeats[cell]))
            places.append(place)
        return self._stage(seating, trials, places)

    def _following(self, place: int, one: Tested) -> Iterable[Cell]:
        """The test's next cells, of those that can be paid."""
        able = (cell for cell in one.test.order(self._course.seed) if cell not in one.unpaid)
        before = one.played
        if one.unpaid:
            stages = [done.stage for done in self._done if done.stage.tests]
            rows = [row for stage in stages for row in zip(stage.trials, stage.tests, strict=True)]
            before = sum(at == place and trial.cell not in one.unpaid for trial, at in rows)
        return islice(able, before, before + self._course.block)

    def _stage(self, seating: int, trials: Sequence[Trial], tests: Sequence[int]) -> Played | None:
        chosen = self._affordable(trials, self._spent)
        if chosen:
            return Played(Stage(len(self._done) + 1, seating, chosen, tuple(tests[: len(chosen)])))
        kind = self._course.budget.beyond(self._spent + trials[0].cell.spend * MOST_ATTEMPTS)
        self._over = f"what is left of the budget ({kind}) may not reach for one more case"
        if self._localisation is None and self._done:
            self._localise()
        return None

    def _affordable(self, trials: Sequence[Trial], spent: Spend) -> tuple[Trial, ...]:
        """As many, from the first on, as the budget holds even if each is tried as often as can be."""
        chosen: list[Trial] = []
        for trial in trials:
            spent = spent + trial.cell.spend * MOST_ATTEMPTS
            if self._course.budget.beyond(spent):
                break
            chosen.append(trial)
        return tuple(chosen)

    def _localise(self) -> None:
        course = self._course
        rows = [
            (trial.levels(stage_seed(course.seed, one.stage.number)), verdict is Verdict.FAIL)
            for one in self._done
            for trial in one.stage.trials
            if (verdict := one.verdict(trial)).conclusive
        ]
        self._localisation = Table.of(rows).localise()
        suspects = tests_of(self._localisation.accused, course.cells)
        controls = controls_of(suspects, course.cells, share=course.controls, seed=course.seed)
        self._tests = [*suspects, *controls]

    def _tested(self) -> Iterable[Tested]:
        fed = [Sprt(self._course.test) for _ in self._tests]
        played: Counter[int] = Counter()
        tries: Counter[int] = Counter()
        unpaid: dict[Cell, str] = {}
        for one in self._done:
            for trial, place in zip_longest(one.stage.trials, one.stage.tests):  # of a screening: no place
                if (verdict := one.verdict(trial)).conclusive and place is not None:
                    fed[place].feed(failed=verdict is Verdict.FAIL)
                why = one.unpaid(trial)
                unpaid |= {trial.cell: why} if why else {}
                played[place] += 1
                tries[place] += not why
        for place, (test, sprt) in enumerate(zip(self._tests, fed, strict=True)):
            out = {cell: unpaid[cell] for cell in test.cells if cell in unpaid}
            conclusion = _CONCLUSIONS.get(sprt.verdict, Conclusion.NOT_DECIDED)
            why = self._why_not(test, sprt, tries[place], out) if conclusion is Conclusion.NOT_DECIDED else ""
            wants = conclusion is Conclusion.NOT_DECIDED and not why
            why = why or (self._over if wants else "")
            yield Tested(test, conclusion, sprt.failed, sprt.valid, played[place], wants, why, frozenset(out))

    def _why_not(self, test: Test, sprt: Sprt, tries: int, unpaid: Mapping[Cell, str]) -> str:
        """Why the test was given up; "" while it wants more. `tries`: cases that could be paid."""
        plan = self._course.test
        if sprt.verdict is Verdict.INCONC:
            return f"after {sprt.valid} cases it is between {plan.good:.0%} and {plan.bad:.0%}"
        if tries >= MOST_PLAYED * plan.longest:
            return f"{tries - sprt.valid} of {tries} cases were inconclusive"
        if len(unpaid) == len(test.cells):
            return f"no case of it can be paid any more; {next(iter(unpaid.values()))}"
        return ""
