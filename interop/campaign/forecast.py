"""What a campaign will take and cost, before it starts: the engine's own scheduler on expected durations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from interop.campaign.cells import Cell, Trial, stage_seed
from interop.campaign.spending import NOTHING, Spend
from interop.engine.scheduler import Job, lower_bound, makespan, simulate
from interop.results.sequential import Plan

TRUTHS = (0.0, 0.5)
"""ratios of failures for which a test is forecast, beside the plan's own two"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of so many cases. `makespan_s`: when its last one ends, by the engine's scheduler; no schedule
    ends before `lower_bound_s`. `spend`: at most, if no case is tried twice and none fails.
    """

    cases: int
    makespan_s: float
    lower_bound_s: float
    spend: Spend


@dataclass(frozen=True, slots=True)
class TestForecast:
    """One sequential test of a ratio that is in truth `ratio`: its mean number of cases, and the chances of
    its verdicts.
    """

    __test__ = False  # to pytest

    ratio: float
    cases: float
    works: float
    does_not: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """`home`, `rotated`: the screening in its two seatings, `swap_s` between them. `controls`: how many cells
    will be tested though nobody suspects them, at most; `control_cases` in all if they work. `tests`: what
    one suspect or control takes, by what is true of it. `case_s`: seconds of one case of a test, many running
    at once; `case_spend`: calls, messages and multimedia messages of one, on average.
    """

    home: Stretch
    rotated: Stretch
    swap_s: float
    controls: int
    tests: tuple[TestForecast, ...]
    case_s: float
    case_spend: tuple[float, float, float]
    longest: int

    @property
    def screening_s(self) -> float:
        return self.home.makespan_s + self.rotated.makespan_s + (self.swap_s if self.rotated.cases else 0.0)

    @property
    def control_cases(self) -> float:
        return self.controls * self.tests[1].cases

    @property
    def spend(self) -> Spend:
        """Of the screening."""
        return self.home.spend + self.rotated.spend


def stretch(trials: Iterable[Trial], cooldown: Mapping[str, float], seed: int) -> Stretch:
    """Of one stage with this seed; `cooldown`: as the scheduler wants it."""
    played = list(trials)
    jobs = [
        Job(
            trial.case,
            trial.cell.expected_s,
            {role: (player,) for role, player in trial.cast(seed).items()},
        )
        for trial in played
    ]
    return Stretch(
        cases=len(jobs),
        makespan_s=makespan(simulate(jobs, cooldown=cooldown)),
        lower_bound_s=lower_bound(((job.pools, job.expected_s) for job in jobs), cooldown=cooldown),
        spend=reduce(Spend.__add__, (trial.cell.spend for trial in played), NOTHING),
    )


def forecast(
    home: Sequence[Trial],
    rotated: Sequence[Trial],
    cells: Sequence[Cell],
    *,
    plan: Plan,
    controls: int,
    swap_s: float,
    cooldown: Mapping[str, float],
    seed: int,
) -> Forecast:
    """`cells`: those that tests may draw from; `seed`: of the campaign."""
    at_home = stretch(home, cooldown, stage_seed(seed, 1))
    tests = []
    for ratio in (TRUTHS[0], plan.good, plan.bad, TRUTHS[1]):
        prospect = plan.prospect(ratio)
        tests.append(TestForecast(ratio, prospect.mean_cases, prospect.passes, prospect.fails))
    spends = [(cell.spend.calls, cell.spend.messages, cell.spend.multimedia) for cell in cells]
    calls, messages, multimedia = (sum(column) / len(cells) for column in zip(*spends, strict=True))
    return Forecast(
        home=at_home,
        rotated=stretch(rotated, cooldown, stage_seed(seed, 2)),
        swap_s=swap_s,
        controls=controls,
        tests=tuple(tests),
        case_s=at_home.makespan_s / max(1, at_home.cases),
        case_spend=(calls, messages, multimedia),
        longest=plan.longest,
    )
