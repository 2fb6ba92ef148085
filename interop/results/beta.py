"""The incomplete beta function: what exact binomial bounds, binomial sums and Student's t are made of.

Standard library only, so that a report and a release board need no scipy; scipy is the stranger in the tests.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, inf, lgamma, log, log1p, sqrt

_STEEPEST = 700.0
"""the logarithm of a slope beyond which Newton's step is nothing, and halving goes on"""


def incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b), regularised, for a, b > 0 and 0 <= x <= 1 (DLMF 8.17).

    >>> round(incomplete_beta(1, 3, 0.2), 3)  # 1 - 0.8^3
    0.488
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast only below the mean
        return 1.0 - _below_mean(b, a, 1 - x)
    return _below_mean(a, b, x)


def beta_quantile(share: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = share.

    >>> round(beta_quantile(0.95, 1, 59), 4)
    0.0495
    """
    low, high, x = 0.0, 1.0, a / (a + b)
    scale = log_beta(a, b)
    while high - low > 1e-14 * high:
        miss = incomplete_beta(a, b, x) - share
        if miss < 0:
            low = x
        else:
            high = x
        steep = (a - 1) * log(x) + (b - 1) * log1p(-x) - scale
        slope = exp(steep) if steep < _STEEPEST else 0.0
        step = miss / slope if slope > 0 else inf
        if abs(step) < 1e-14 * x:
            return x - step
        x = x - step if low < x - step < high else (low + high) / 2  # Newton's, where it stays between
        if x in (low, high):
            break
    return x


def binomial_at_most(count: int, trials: int, chance: float) -> float:
    """P(K <= count) of `trials` that each hit with `chance` (DLMF 8.17.5)."""
    if count < 0:
        return 0.0
    return 1.0 if count >= trials else incomplete_beta(trials - count, count + 1, 1 - chance)


def binomial_quantile(share: float, trials: int, chance: float) -> int:
    """The least count with P(K <= count) >= share."""
    low, high = 0, trials
    while low < high:
        middle = (low + high) // 2
        if binomial_at_most(middle, trials, chance) < share:
            low = middle + 1
        else:
            high = middle
    return low


@lru_cache(maxsize=4096)
def student_quantile(share: float, degrees: float) -> float:
    """Student's t for 0.5 <= share < 1; infinite for no degree of freedom.

    >>> round(student_quantile(0.975, 10), 3)
    2.228
    """
    if degrees <= 0:
        return inf
    x = beta_quantile(2 * (1 - share), degrees / 2, 0.5)
    return sqrt(degrees * (1 - x) / x)


def log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _below_mean(a: float, b: float, x: float) -> float:
    """DLMF 8.17.22 by Lentz's method; it takes some sqrt(max(a, b)) steps."""
    front = exp(a * log(x) + b * log1p(-x) - log_beta(a, b)) / a
    c, d = 1.0, 1.0 / _off_zero(1 - (a + b) * x / (a + 1))
    fraction, m = d, 0
    while True:
        m += 1
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / _off_zero(1 + term * d)
            c = _off_zero(1 + term / c)
            fraction *= c * d
        if abs(c * d - 1) < 1e-15 or m > 100_000:
            return front * fraction


def _off_zero(value: float) -> float:
    return value if abs(value) > 1e-300 else 1e-300
