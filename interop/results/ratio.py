"""A ratio of failures and how sure it is. Inconclusive cases are never in the denominator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from interop.record import Verdict


@dataclass(frozen=True, slots=True)
class Ratio:
    """`failed` of `valid` cases, and the bounds of its 95 % Wilson interval (0..1)."""

    failed: int
    valid: int
    low: float
    high: float


def wilson(failed: int, valid: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson score interval (1927), for display; a verdict on a ratio wants Clopper-Pearson.

    >>> [round(bound, 3) for bound in wilson(3, 150)]
    [0.007, 0.057]
    """
    if valid == 0:
        return (0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = failed / valid, z * z / valid
    centre = share + spread / 2
    reach = z * sqrt(share * (1 - share) / valid + spread / (4 * valid))
    low, high = (centre - reach) / (1 + spread), (centre + reach) / (1 + spread)
    return (0.0 if failed == 0 else low, 1.0 if failed == valid else high)


def ratio(verdicts: Iterable[Verdict]) -> Ratio:
    """Failures among the conclusive verdicts."""
    valid = [verdict for verdict in verdicts if verdict.conclusive]
    failed = valid.count(Verdict.FAIL)
    return Ratio(failed, len(valid), *wilson(failed, len(valid)))
