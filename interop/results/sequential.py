"""Does this cell work? Wald's sequential probability ratio test: as few cases as the answer needs.

A. Wald, Sequential Tests of Statistical Hypotheses, Annals of Mathematical Statistics 16, 1945. Truncated:
a ratio between the two hypotheses could go on for ever. Only conclusive cases are fed: inconc says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log

from interop.record import Verdict
from interop.results.beta import binomial_at_most, binomial_quantile


@dataclass(frozen=True, slots=True)
class Plan:
    """`good`: the ratio of failures at which a cell works; `bad`: at which it does not, 0 < good < bad < 1.

    `false_fail`, `false_pass`: the chances that a good cell fails and that a bad one passes (Wald's bounds).
    `longest`: valid cases after which an undecided test is inconclusive; twice `fixed_size` when not given.
    Raises ValueError for numbers that make no test.
    """

    good: float
    bad: float
    false_fail: float = 0.05
    false_pass: float = 0.05
    longest: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.good < self.bad < 1:
            raise ValueError(f"good {self.good}, bad {self.bad}: 0 < good < bad < 1 is wanted")
        if not (self.false_fail > 0 and self.false_pass > 0 and self.false_fail + self.false_pass < 1):
            raise ValueError(
                f"false_fail {self.false_fail}, false_pass {self.false_pass}: above 0, and below 1 together"
            )
        if self.longest < 0:
            raise ValueError(f"longest {self.longest}: a number of cases")
        if self.longest == 0:
            object.__setattr__(self, "longest", 2 * self.fixed_size())

    @property
    def fail_step(self) -> float:
        """What one failed case adds to the log likelihood ratio."""
        return log(self.bad / self.good)

    @property
    def pass_step(self) -> float:
        """What one passed case takes from it."""
        return log((1 - self.good) / (1 - self.bad))

    @property
    def upper(self) -> float:
        return log((1 - self.false_pass) / self.false_fail)

    @property
    def lower(self) -> float:
        return log(self.false_pass / (1 - self.false_fail))

    def verdict(self, failed: int, valid: int) -> Verdict:
        """NONE while it goes on. Counts are looked at after every case: the first verdict stands."""
        ratio = failed * self.fail_step - (valid - failed) * self.pass_step
        if ratio >= self.upper:
            return Verdict.FAIL
        if ratio <= self.lower:
            return Verdict.PASS
        return Verdict.INCONC if valid >= self.longest else Verdict.NONE

    def fixed_size(self) -> int:
        """The cases that a test of one look needs for the same two chances, exactly.

        >>> Plan(0.02, 0.10).fixed_size(), Plan(0.05, 0.15).fixed_size(), Plan(0.01, 0.05).fixed_size()
        (89, 93, 181)
        """
        size = 1
        while True:
            most = binomial_quantile(1 - self.false_fail, size, self.good)  # failures that still pass
            if binomial_at_most(most, size, self.bad) <= self.false_pass:
                return size
            size += 1

    def prospect(self, ratio: float) -> Prospect:
        """What becomes of a cell whose true ratio of failures is this: exact, over every path."""
        running, passes, fails, mean = {0: 1.0}, 0.0, 0.0, 0.0
        for valid in range(1, self.longest + 1):
            mean += sum(running.values())
            reached: dict[int, float] = {}
            for failed, chance in running.items():
                reached[failed] = reached.get(failed, 0.0) + chance * (1 - ratio)
                reached[failed + 1] = reached.get(failed + 1, 0.0) + chance * ratio
            running = {}
            for failed, chance in reached.items():
                match self.verdict(failed, valid):
                    case Verdict.PASS:
                        passes += chance
                    case Verdict.FAIL:
                        fails += chance
                    case Verdict.NONE:
                        running[failed] = chance
        return Prospect(passes, fails, max(0.0, 1 - passes - fails), mean)


@dataclass(frozen=True, slots=True)
class Prospect:
    """Chances of the three verdicts, and the mean number of valid cases until one is reached."""

    passes: float
    fails: float
    inconclusive: float
    mean_cases: float


@dataclass(slots=True)
class Sprt:
    """One cell under test; `verdict` is NONE while it wants more cases.

    Its whole state is three counts: a campaign that resumes feeds the results again in their order.

    >>> cell = Sprt(Plan(good=0.02, bad=0.10))
    >>> [cell.feed(failed=True) for _ in range(2)]
    [<Verdict.NONE: 'none'>, <Verdict.FAIL: 'fail'>]
    """

    plan: Plan
    failed: int = field(default=0, init=False)
    valid: int = field(default=0, init=False)
    late: int = field(default=0, init=False)
    """results that were under way when the test ended: they change nothing"""
    verdict: Verdict = field(default=Verdict.NONE, init=False)

    def feed(self, *, failed: bool) -> Verdict:
        """One more conclusive case, in the order of their ends."""
        if self.verdict is not Verdict.NONE:
            self.late += 1
            return self.verdict
        self.failed += failed
        self.valid += 1
        self.verdict = self.plan.verdict(self.failed, self.valid)
        return self.verdict
