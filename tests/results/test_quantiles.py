"""Bounds of delivery times: which of the times they are, and where there are none."""

from __future__ import annotations

from math import inf, nan

import pytest
from scipy import stats

from interop.results.quantiles import cases_needed, quantile, reportable

TIMES = [float(second) for second in range(1, 201)]  # the rank is the time


@pytest.mark.parametrize("count", [5, 28, 29, 58, 59, 71, 72, 100, 200])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_the_ranks_are_the_narrowest_that_hold(count: int, share: float, confidence: float) -> None:
    """By scipy: how many of the times are at most the true quantile is binomial."""
    found = quantile(TIMES[:count], share, confidence)
    below = stats.binom(count, share)
    tail = (1 - confidence) / 2
    low, high = int(found.low), count + 1 if found.high == inf else int(found.high)
    assert low == 0 or below.cdf(low - 1) <= tail
    assert below.cdf(low) > tail  # the next one up would not hold
    assert high == count + 1 or below.sf(high - 1) <= tail + 1e-12
    assert below.sf(high - 2) > tail
    most = count + 1 if found.at_most == inf else int(found.at_most)
    assert most == count + 1 or below.cdf(most - 1) >= confidence - 1e-12
    assert below.cdf(most - 2) < confidence


def test_when_there_is_an_upper_bound() -> None:
    """59 one-sided and 72 two-sided for the 95th percentile: verdicts.md section 8."""
    assert quantile(TIMES[:58], 0.95).at_most == inf and quantile(TIMES[:59], 0.95).at_most == 59
    assert quantile(TIMES[:71], 0.95).high == inf and quantile(TIMES[:72], 0.95).high == 72
    assert quantile(TIMES[:28], 0.9).at_most == inf and quantile(TIMES[:29], 0.9).at_most == 29


@pytest.mark.parametrize(
    ("count", "share"),
    [(0, None), (4, None), (5, 0.5), (28, 0.5), (29, 0.9), (58, 0.9), (59, 0.95), (10_000, 0.95)],
)
def test_what_may_be_reported(count: int, share: float | None) -> None:
    assert reportable(count) == share


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.95, 0.99])
def test_needed_is_the_first_with_a_bound(share: float, confidence: float) -> None:
    needed = cases_needed(share, confidence)
    times = [1.0] * needed
    assert quantile(times, share, confidence).at_most == 1.0
    assert quantile(times[1:], share, confidence).at_most == inf
    assert (
        reportable(needed, confidence, (share,)) == share
        and reportable(needed - 1, confidence, (share,)) is None
    )


def test_time_outs_are_longer_than_any_time() -> None:
    """Of 100 messages 4 never came: the 95th percentile was seen, its bound was not. 6: neither."""
    four = quantile([*TIMES[:96], *[inf] * 4], 0.95)
    assert (four.value, four.high, four.at_most, four.timed_out, four.count) == (95.0, inf, inf, 4, 100)
    six = quantile([*[inf] * 6, *TIMES[:94]], 0.95)
    assert six.value == inf and six.low == 90.0
    assert quantile([inf] * 6, 0.5).low == inf  # that it is longer than we waited is sure
    left_out = quantile(TIMES[:94], 0.95)
    assert left_out.value < six.value  # what leaving time-outs out would have told


def test_the_value_is_a_measured_one_by_nearest_rank() -> None:
    assert quantile(reversed(TIMES[:100]), 0.95).value == 95.0
    assert quantile(TIMES[:59], 0.95).value == 57.0
    assert quantile([7.0], 0.5).value == 7.0
    assert quantile(TIMES[:20], 0.05).value == 1.0
    assert quantile(TIMES[:100], 0.55).value == 55.0  # 0.55 * 100 is a little more than 55


@pytest.mark.parametrize(
    ("times", "share", "told"),
    [
        ([], 0.5, "no times"),
        ([nan], 0.5, "nan"),
        ([1.0, -2.0], 0.5, "-2.0"),
        ([1.0], 95, "share 95"),
        ([1.0], 0, "share"),
    ],
)
def test_what_is_no_time(times: list[float], share: float, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        quantile(times, share)
