"""How sure a ratio of failures is, and whether it meets a target. Each interval for its own question:

`wilson` to show a ratio, `clopper_pearson` to judge it, `confidence_sequence` to look at it after every case.
Cases that fail together (same modem, same hour) say less than their number: `Clusters.effective`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from math import inf, log, log1p, sqrt
from statistics import NormalDist

from interop.record import Verdict
from interop.results.beta import beta_quantile, incomplete_beta, log_beta, student_quantile

Interval = tuple[float, float]

MOST_CASES = 10_000_000
"""More than these nobody will run: a judgement that needs more is told to need no number."""

ASSUMED_CORRELATION = 0.1
"""of two cases on the same modem in the same hour, until a lab's history says otherwise"""

TELLING_CLUSTERS = 10
EVEN_CLUSTERS = 30
"""with fewer the correlation is not measured but assumed"""


def wilson(failed: float, valid: float, confidence: float = 0.95) -> Interval:
    """Wilson's score interval (E. B. Wilson, JASA 22, 1927): for display.

    It covers `confidence` on the average over all true ratios; for one of 2 % and n = 50 it covers 92 %.
    (0, 1) where nothing is valid.

    >>> [round(bound, 3) for bound in wilson(3, 150)]
    [0.007, 0.057]
    """
    _check(failed, valid, confidence)
    if valid == 0:
        return (0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = failed / valid, z * z / valid
    centre = share + spread / 2
    reach = z * sqrt(share * (1 - share) / valid + spread / (4 * valid))
    low, high = (centre - reach) / (1 + spread), (centre + reach) / (1 + spread)
    return (0.0 if failed == 0 else low, 1.0 if failed == valid else high)


def clopper_pearson(failed: float, valid: float, confidence: float = 0.95) -> Interval:
    """The exact two-sided interval (Clopper and Pearson, Biometrika 26, 1934): covers at least `confidence`.

    Counts may be effective ones, hence fractions (Korn and Graubard, Survey Methodology 24, 1998).

    >>> [round(bound, 3) for bound in clopper_pearson(3, 150)]
    [0.004, 0.057]
    """
    each = (1 + confidence) / 2
    return lower_bound(failed, valid, each), upper_bound(failed, valid, each)


def upper_bound(failed: float, valid: float, confidence: float = 0.95) -> float:
    """The true ratio is at most this, one-sided and exact; 1 where all failed or nothing is valid.

    >>> round(upper_bound(0, 59), 4)
    0.0495
    """
    _check(failed, valid, confidence)
    return 1.0 if failed >= valid else beta_quantile(confidence, failed + 1, valid - failed)


def lower_bound(failed: float, valid: float, confidence: float = 0.95) -> float:
    """The true ratio is at least this, one-sided and exact; 0 where none failed.

    >>> round(lower_bound(59, 59), 4)
    0.9505
    """
    _check(failed, valid, confidence)
    return 0.0 if failed <= 0 else beta_quantile(1 - confidence, failed, valid - failed + 1)


def confidence_sequence(failed: float, valid: float, confidence: float = 0.95) -> Interval:
    """Holds at every n at once, so one may look after each case and stop when one likes.

    The ratios that a Beta(1/2, 1/2) mixture of likelihoods does not refute (Robbins, Annals of Mathematical
    Statistics 41, 1970; Ville's inequality). About 1.7 times as wide as the interval for one look.

    >>> [round(bound, 3) for bound in confidence_sequence(3, 150)]
    [0.001, 0.085]
    """
    _check(failed, valid, confidence)
    bar = -log1p(-confidence)
    share = failed / valid if valid else 0.5

    def kept(ratio: float) -> bool:
        return _evidence_against(ratio, failed, valid) < bar

    low = 0.0 if failed == 0 else _edge(kept, 0.0, share)
    high = 1.0 if failed == valid else _edge(kept, 1.0, share)
    return low, high


def _evidence_against(ratio: float, failed: float, valid: float) -> float:
    """ln of the mixture's likelihood over that of `ratio`."""
    passed = valid - failed
    if (ratio <= 0 and failed > 0) or (ratio >= 1 and passed > 0):
        return inf
    own = (failed * log(ratio) if failed else 0.0) + (passed * log1p(-ratio) if passed else 0.0)
    return log_beta(0.5 + failed, 0.5 + passed) - log_beta(0.5, 0.5) - own


def _edge(kept: Callable[[float], bool], out: float, inside: float) -> float:
    """Where the kept ratios end, on the side of `out`, to 1e-14."""
    while abs(inside - out) > 1e-14 * max(inside, out):
        middle = (out + inside) / 2
        if kept(middle):
            inside = middle
        else:
            out = middle
    return out


@dataclass(frozen=True, slots=True)
class Clusters:
    """Cases in groups that may fail together: the same modem in the same hour.

    `design_effect`: how many times the variance of the ratio is that of independent cases, at least 1.
    `effective`: the number of independent cases that say as much.
    """

    failed: int
    valid: int
    clusters: int
    design_effect: float

    @classmethod
    def of(cls, cases: Iterable[tuple[Hashable, bool]], assumed: float = ASSUMED_CORRELATION) -> Clusters:
        """From (cluster, whether it failed) of each valid case; the cluster is for example (modem, hour).

        The ratio estimator's variance between clusters (Kish, Survey Sampling, 1965, 6.5). Where it is mostly
        luck, for the clusters are worth fewer than `EVEN_CLUSTERS` of one size, or fewer than
        `TELLING_CLUSTERS` have a failure, or a pass, it is at least that of the `assumed` correlation.
        """
        groups: dict[Hashable, list[bool]] = {}
        for cluster, failed in cases:
            groups.setdefault(cluster, []).append(failed)
        counts = [(sum(group), len(group)) for group in groups.values()]
        bad, valid, number = sum(k for k, _ in counts), sum(n for _, n in counts), len(counts)
        if bad in (0, valid):  # whatever weight each cluster has, the share is the same: the best ones
            worth = sum(n / (1 + (n - 1) * assumed) for _, n in counts)
            return cls(bad, valid, number, valid / worth if valid else 1.0)
        effect, share = 1.0, bad / valid
        if number > 1:
            between = number / (number - 1) * sum((k - share * n) ** 2 for k, n in counts) / valid**2
            effect = max(1.0, between / (share * (1 - share) / valid))
        size = sum(n * n for _, n in counts) / valid  # of the cluster that a case is in, on the average
        telling = min(sum(k > 0 for k, _ in counts), sum(k < n for k, n in counts))
        if valid / size < EVEN_CLUSTERS or telling < TELLING_CLUSTERS:
            effect = max(effect, 1 + (size - 1) * assumed)
        return cls(bad, valid, number, effect)

    def effective(self, confidence: float = 0.95) -> float:
        """n / design effect, less what so few clusters leave unknown of it (Korn and Graubard, 1998).

        0 for a single cluster: nobody can tell its failures from one common cause.
        """
        if self.clusters < 2:
            return 0.0
        each = (1 + confidence) / 2
        known = student_quantile(each, self.valid - 1) / student_quantile(each, self.clusters - 1)
        return self.valid / self.design_effect * min(1.0, known * known)

    def interval(self, confidence: float = 0.95) -> Interval:
        """`clopper_pearson` of as many independent cases; (0, 1) for a single cluster."""
        effective = self.effective(confidence)
        share = self.failed / self.valid if self.valid else 0.0
        return clopper_pearson(share * effective, effective, confidence)


@dataclass(frozen=True, slots=True)
class Judgement:
    """PASS, FAIL or INCONC of a ratio against its target, and what it rests on.

    `low` and `high` each hold with the confidence asked for. `needs`: how many more cases would decide if the
    share of failures stays as it is; 0 when decided, None where no number would.
    """

    verdict: Verdict
    failed: int
    valid: int
    target: float
    low: float
    high: float
    needs: int | None

    def __str__(self) -> str:
        """ "0/59 failed, at most 4.95 %; target 5 %: pass" """
        bounds = {
            Verdict.PASS: f"at most {_percent(self.high)}",
            Verdict.FAIL: f"at least {_percent(self.low)}",
        }.get(self.verdict, f"{_percent(self.low)} to {_percent(self.high)}")
        said = f"{self.failed}/{self.valid} failed, {bounds}; target {_percent(self.target)}: {self.verdict}"
        if self.verdict is not Verdict.INCONC:
            return said
        return (
            f"{said}, needs {self.needs} more" if self.needs else f"{said}, and no number of cases would tell"
        )


def judge(
    failed: int,
    valid: int,
    target: float,
    *,
    confidence: float = 0.95,
    effective: float | None = None,
    watched: bool = False,
) -> Judgement:
    """Is the true ratio of failures at most `target` (0..1)?

    PASS if its upper bound is at most the target, FAIL if its lower bound is above; either is wrong with a
    chance of at most 1 - confidence, whatever the true ratio, for only one of the two can be wrong.
    Bounds are Clopper and Pearson's, good for one look at a number of cases chosen beforehand; `watched`:
    those of `confidence_sequence`, where one looks as results come and stops when decided.
    `effective`: see `Clusters`. "90 % within 60 s" is a target of 0.1 on those slower or lost.
    Raises ValueError for counts or a target that cannot be.

    >>> print(judge(0, 59, 0.05))
    0/59 failed, at most 4.95 %; target 5 %: pass
    >>> print(judge(1, 59, 0.05))
    1/59 failed, 0.09 % to 7.79 %; target 5 %: inconc, needs 71 more
    """
    _check(failed, valid, confidence)
    if not 0 <= target <= 1:
        raise ValueError(f"target {target}: a ratio of failures is from 0 to 1")
    worth = valid if effective is None else effective
    if not 0 <= worth <= valid:
        raise ValueError(f"effective {effective}: from 0 to the {valid} valid cases")
    each = worth / valid if valid else 1.0
    bad = worth if failed == valid else failed * each  # rounding must not leave more failed than there are
    decide = _watched if watched else _once
    verdict = decide(bad, worth, target, confidence)
    if watched:
        low, high = confidence_sequence(bad, worth, confidence)
    else:
        low, high = lower_bound(bad, worth, confidence), upper_bound(bad, worth, confidence)
    needs: int | None = 0
    if verdict is Verdict.INCONC:
        share = failed / valid if valid else 0.0

        def decided(cases: int) -> bool:
            return decide(share * (cases * each), cases * each, target, confidence) is not Verdict.INCONC

        total = None if share == target or each == 0 else _least(decided, valid + 1)
        needs = None if total is None else total - valid
    return Judgement(verdict, failed, valid, target, low, high, needs)


def _once(failed: float, valid: float, target: float, confidence: float) -> Verdict:
    """Clopper and Pearson's bounds against the target, without solving for them."""
    if target >= 1 or (failed < valid and incomplete_beta(failed + 1, valid - failed, target) >= confidence):
        return Verdict.PASS
    if failed > 0 and incomplete_beta(failed, valid - failed + 1, target) < 1 - confidence:
        return Verdict.FAIL
    return Verdict.INCONC


def _watched(failed: float, valid: float, target: float, confidence: float) -> Verdict:
    if target >= 1:
        return Verdict.PASS
    if _evidence_against(target, failed, valid) < -log1p(-confidence):
        return Verdict.INCONC
    return Verdict.FAIL if failed > target * valid else Verdict.PASS


def _least(decided: Callable[[int], bool], first: int) -> int | None:
    """The least number of cases, from `first` on, that decides; None if `MOST_CASES` do not."""
    low, high = first, first
    while not decided(high):
        low, high = high + 1, high * 2
        if low > MOST_CASES:
            return None
    while low < high:
        middle = (low + high) // 2
        if decided(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _percent(ratio: float) -> str:
    return f"{100 * ratio:.2f}".rstrip("0").rstrip(".") + " %"


def _check(failed: float, valid: float, confidence: float) -> None:
    if not 0 <= failed <= valid:
        raise ValueError(f"{failed} failed of {valid} valid cases")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: between 0 and 1, such as 0.95")
