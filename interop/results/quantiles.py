"""Delivery times: which quantile so many cases can bear, and between which two of them it lies.

No distribution is assumed: the bounds are two of the measured times (order statistics; David and Nagaraja,
Order Statistics, 2003, 7.1). A message that never came in time took longer than any that did: +inf.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, inf, isinf, isnan, log

from interop.results.beta import binomial_quantile

SHARES = (0.95, 0.9, 0.5)
"""What is reported, the first that there are cases enough for."""


@dataclass(frozen=True, slots=True)
class Quantile:
    """The time that `share` of all cases do not exceed, in the unit of the times given.

    `value`: of these cases, nearest rank. `low`, `high`: two-sided bounds of the true one. `at_most`: its
    one-sided bound. Infinite means "longer than we waited"; `low` is 0 where there are too few cases.
    """

    share: float
    value: float
    low: float
    high: float
    at_most: float
    count: int
    timed_out: int


def quantile(times: Iterable[float], share: float, confidence: float = 0.95) -> Quantile:
    """Raises ValueError without a time, for one that is negative or no number, and for a share beyond 0..1.

    >>> found = quantile([float(second) for second in range(1, 101)], 0.95)
    >>> found.value, found.low, found.high, found.at_most
    (95.0, 90.0, 100.0, 99.0)
    """
    ordered = sorted(times)
    if not ordered:
        raise ValueError("no times: no quantile")
    for time in ordered:
        if isnan(time) or time < 0:
            raise ValueError(f"{time}: no delivery time")
    _check(share, confidence)
    count, tail = len(ordered), (1 - confidence) / 2

    def ranked(rank: int) -> float:
        """1 is the shortest; there is none before it but 0, and none behind the longest."""
        return 0.0 if rank < 1 else ordered[rank - 1] if rank <= count else inf

    return Quantile(
        share,
        value=ranked(max(1, ceil(round(share * count, 9)))),
        low=ranked(binomial_quantile(tail, count, share)),
        high=ranked(binomial_quantile(1 - tail, count, share) + 1),
        at_most=ranked(binomial_quantile(confidence, count, share) + 1),
        count=count,
        timed_out=sum(map(isinf, ordered)),
    )


def cases_needed(share: float, confidence: float = 0.95) -> int:
    """The least number of cases of which the longest exceeds the quantile with `confidence` (one-sided).

    >>> [cases_needed(share) for share in (0.99, 0.95, 0.9, 0.5)]
    [299, 59, 29, 5]
    """
    _check(share, confidence)
    return ceil(log(1 - confidence) / log(share))


def reportable(count: int, confidence: float = 0.95, shares: Iterable[float] = SHARES) -> float | None:
    """The largest of the shares that `count` cases can bound from above; None where they are too few for any.

    >>> [reportable(count) for count in (59, 58, 28, 4)]
    [0.95, 0.9, 0.5, None]
    """
    return max((share for share in shares if count >= cases_needed(share, confidence)), default=None)


def _check(share: float, confidence: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"share {share}: between 0 and 1, such as 0.95")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: between 0 and 1, such as 0.95")
