"""Intervals of a ratio against published tables and against scipy, and what is judged from them."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from math import log
from random import Random
from statistics import mean, variance
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import special, stats

from interop.record import Verdict
from interop.results import beta, intervals, quantiles, replay, sequential
from interop.results.beta import beta_quantile, binomial_quantile, incomplete_beta, student_quantile
from interop.results.intervals import (
    Clusters,
    clopper_pearson,
    confidence_sequence,
    judge,
    lower_bound,
    upper_bound,
    wilson,
)

NEWCOMBE = [
    # failed, valid, Wilson, Clopper-Pearson: R. G. Newcombe, Statistics in Medicine 17 (1998), table I
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]
TEN = [  # Clopper and Pearson's 95 % limits for n = 10, as the tables of exact limits print them
    (0, (0.0000, 0.3085)),
    (1, (0.0025, 0.4450)),
    (2, (0.0252, 0.5561)),
    (3, (0.0667, 0.6525)),
    (4, (0.1216, 0.7376)),
    (5, (0.1871, 0.8129)),
]


@pytest.mark.parametrize("module", [beta, intervals, quantiles, replay, sequential])
def test_examples_in_docstrings(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted and not results.failed


@pytest.mark.parametrize(("failed", "valid", "score", "exact"), NEWCOMBE)
def test_published_intervals(
    failed: int, valid: int, score: tuple[float, float], exact: tuple[float, float]
) -> None:
    assert wilson(failed, valid) == pytest.approx(score, abs=5e-5)
    assert clopper_pearson(failed, valid) == pytest.approx(exact, abs=5e-5)


@pytest.mark.parametrize(("failed", "limits"), TEN)
def test_the_table_for_ten(failed: int, limits: tuple[float, float]) -> None:
    assert clopper_pearson(failed, 10) == pytest.approx(limits, abs=5e-5)
    mirrored = tuple(1 - bound for bound in reversed(limits))
    assert clopper_pearson(10 - failed, 10) == pytest.approx(mirrored, abs=5e-5)


@pytest.mark.parametrize("valid", [1, 2, 7, 59, 400, 20_000])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_scipy_finds_the_same(valid: int, confidence: float) -> None:
    for failed in sorted({0, 1, valid // 50, valid // 2, valid - 1, valid}):
        test = stats.binomtest(failed, valid)
        for ours, method in ((clopper_pearson, "exact"), (wilson, "wilson")):
            theirs = test.proportion_ci(confidence, method)
            assert ours(failed, valid, confidence) == pytest.approx((theirs.low, theirs.high), rel=1e-7), (
                method
            )


def test_ten_million_cases() -> None:
    """Sums and fractions that lose their digits would show here first."""
    theirs = stats.binomtest(12_345, 10_000_000).proportion_ci(0.95, "exact")
    assert clopper_pearson(12_345, 10_000_000) == pytest.approx((theirs.low, theirs.high), rel=1e-6)


def test_no_failures_are_a_power() -> None:
    """(1 - p)^n = 1 - confidence, solved by hand: verdicts.md section 8."""
    for valid in (29, 59, 149, 299):
        assert upper_bound(0, valid) == pytest.approx(1 - 0.05 ** (1 / valid), rel=1e-12)
        assert lower_bound(valid, valid) == pytest.approx(0.05 ** (1 / valid), rel=1e-12)
    assert [round(100 * upper_bound(0, valid), 2) for valid in (29, 59, 149, 299)] == [9.81, 4.95, 1.99, 1.0]


@pytest.mark.parametrize("interval", [wilson, clopper_pearson, confidence_sequence])
def test_the_ends(interval: Callable[[int, int], tuple[float, float]]) -> None:
    """Nothing known is (0, 1); none failed begins at 0 and all failed ends at 1, exactly."""
    assert interval(0, 0) == (0.0, 1.0)
    for valid in (1, 10, 1000):
        none, every = interval(0, valid), interval(valid, valid)
        assert none[0] == 0.0 and 0 < none[1] < 1
        assert every[1] == 1.0 and every[0] == pytest.approx(1 - none[1])


@pytest.mark.parametrize(("failed", "valid"), [(-1, 5), (6, 5), (0, -1)])
def test_counts_that_cannot_be(failed: int, valid: int) -> None:
    for interval in (wilson, clopper_pearson, confidence_sequence, upper_bound, lower_bound):
        with pytest.raises(ValueError, match=f"^{failed} failed of {valid} valid cases$"):
            interval(failed, valid)
    with pytest.raises(ValueError, match="confidence 95: between 0 and 1"):
        wilson(1, 5, 95)
    with pytest.raises(ValueError, match="target 5: a ratio"):
        judge(0, 59, 5)
    with pytest.raises(ValueError, match="effective 60"):
        judge(0, 59, 0.05, effective=60)


def test_the_beta_function_beside_scipy() -> None:
    random = Random(1)
    for _ in range(300):
        a, b, x = 10 ** random.uniform(-1, 5), 10 ** random.uniform(-1, 5), random.random()
        assert incomplete_beta(a, b, x) == pytest.approx(
            float(special.betainc(a, b, x)), rel=1e-8, abs=1e-290
        )
        assert beta_quantile(x, a, b) == pytest.approx(float(stats.beta.ppf(x, a, b)), rel=1e-7, abs=1e-290)
    for degrees in (1, 2, 5, 29, 1000):
        for share in (0.5, 0.9, 0.975, 0.9995):
            theirs = float(stats.t.ppf(share, degrees))
            assert student_quantile(share, degrees) == pytest.approx(theirs, rel=1e-6, abs=1e-5)
    for trials in (1, 2, 59, 1000):
        for chance in (0.02, 0.5, 0.95):
            for share in (0.025, 0.5, 0.975):
                assert binomial_quantile(share, trials, chance) == stats.binom.ppf(share, trials, chance)


# the confidence sequence


@pytest.mark.parametrize(
    ("failed", "valid"), [(0, 1), (0, 50), (3, 150), (75, 150), (150, 150), (1, 100_000)]
)
def test_the_sequence_ends_where_the_mixture_refutes(failed: int, valid: int) -> None:
    """There the mixture is 20 times as likely, say scipy's beta-binomial and binomial probabilities."""
    low, high = confidence_sequence(failed, valid)
    assert low <= failed / valid <= high
    mixture = stats.betabinom.logpmf(failed, valid, 0.5, 0.5)
    for bound in (low, high):
        if 0 < bound < 1:
            own = stats.binom.logpmf(failed, valid, bound)
            assert mixture - own == pytest.approx(log(20), abs=1e-6)


def test_looking_always_costs_width() -> None:
    """1.6 to 1.7 times at n = 100: verdicts.md section 8. A sequence as narrow as one look would be wrong."""
    for failed in (2, 5, 20):
        low, high = confidence_sequence(failed, 100)
        once = clopper_pearson(failed, 100)
        assert low < once[0] and once[1] < high
        assert 1.3 < (high - low) / (once[1] - once[0]) < 1.8


# clusters


def test_equal_clusters_are_their_means() -> None:
    """Of equal clusters the variance of the ratio is that of the clusters' means over their number."""
    counts = [0, 5, 1, 0, 3, 0, 0, 2]
    found = Clusters.of(
        [(group, case < count) for group, count in enumerate(counts) for case in range(5)], assumed=0.0
    )
    share = sum(counts) / 40
    expected = variance(count / 5 for count in counts) / 8 / (share * (1 - share) / 40)
    assert expected > 1 and found.design_effect == pytest.approx(expected)
    assert (found.failed, found.valid, found.clusters) == (11, 40, 8)
    known = stats.t.ppf(0.975, 39) / stats.t.ppf(0.975, 7)
    assert found.effective() == pytest.approx(40 / expected * known**2)
    low, high = found.interval()
    theirs = stats.beta.ppf([0.025, 0.975], [(k := share * found.effective()), k + 1],
                            [found.effective() - k + 1, found.effective() - k])  # fmt: skip
    assert (low, high) == pytest.approx(tuple(theirs))
    assert found.interval(0.99)[0] < low and high < found.interval(0.99)[1]
    assert found.interval(0.8) == clopper_pearson(share * found.effective(0.8), found.effective(0.8), 0.8)


def test_unequal_clusters_beside_the_jackknife() -> None:
    """Leaving out one cluster after the other is another way to the same variance."""
    random = Random(3)
    groups = [
        [random.random() < share for _ in range(random.randint(5, 30))]
        for share in (random.betavariate(1, 4) for _ in range(60))
    ]
    found = Clusters.of([(number, case) for number, group in enumerate(groups) for case in group])
    failed, valid = sum(map(sum, groups)), sum(map(len, groups))
    without = [(failed - sum(group)) / (valid - len(group)) for group in groups]
    jackknife = 59 / 60 * sum((ratio - mean(without)) ** 2 for ratio in without)
    share = failed / valid
    assert found.design_effect == pytest.approx(jackknife / (share * (1 - share) / valid), rel=0.03)
    assert found.design_effect > 2


def test_what_fails_together_counts_once() -> None:
    """Twenty hours of ten cases, all or none of each fail: worth twenty cases, not two hundred."""
    found = Clusters.of([(hour, hour % 4 == 0) for hour in range(20) for _ in range(10)])
    assert found.valid / found.design_effect == pytest.approx(19)  # one degree of freedom is the mean's
    assert found.effective() < 20
    judged = judge(50, 200, 0.15, effective=found.effective())
    assert judge(50, 200, 0.15).verdict is Verdict.FAIL and judged.verdict is Verdict.INCONC


def test_clusters_that_say_nothing() -> None:
    """One modem in one hour is one observation, and none failed has no variance to measure."""
    one = Clusters.of([("A", False)] * 59)
    assert one.effective() == 0.0 and one.interval() == (0.0, 1.0)
    judged = judge(0, 59, 0.05, effective=one.effective())
    assert judged.verdict is Verdict.INCONC and judged.needs is None
    none = Clusters.of([(number % 20, False) for number in range(200)])
    assert none.design_effect == pytest.approx(1 + 9 * 0.1) and 90 < none.effective() < 200 / 1.9
    apart = Clusters.of([(number, False) for number in range(59)])  # each on another modem or in another hour
    assert apart.design_effect == 1.0 and apart.effective() == 59
    assert Clusters.of([]) == Clusters(0, 0, 0, 1.0) and Clusters.of([]).interval() == (0.0, 1.0)


def test_even_clusters_are_no_bonus() -> None:
    """Clusters more alike than chance do not make more cases of them."""
    found = Clusters.of([(group, case == 0) for group in range(50) for case in range(10)])
    assert found.design_effect == 1.0 and found.effective() <= 500


# judgement


def test_a_verdict_is_an_exact_test() -> None:
    """PASS where scipy's exact test refutes "more than the target", FAIL where it refutes "at most"."""
    seen = dict.fromkeys(Verdict, 0)
    for valid in (1, 5, 29, 59, 150):
        for failed in range(0, valid + 1, max(1, valid // 20)):
            for target in (0.01, 0.04, 0.3, 0.8):
                less = stats.binomtest(failed, valid, target, alternative="less").pvalue
                greater = stats.binomtest(failed, valid, target, alternative="greater").pvalue
                expected = (
                    Verdict.PASS if less <= 0.05 else Verdict.FAIL if greater < 0.05 else Verdict.INCONC
                )
                judged = judge(failed, valid, target)
                assert judged.verdict is expected, judged
                assert (judged.high <= target) == (expected is Verdict.PASS), judged
                assert (judged.low > target) == (expected is Verdict.FAIL), judged
                seen[expected] += 1
    assert min(seen[verdict] for verdict in (Verdict.PASS, Verdict.FAIL, Verdict.INCONC)) > 20


@pytest.mark.parametrize(("target", "least"), [(0.1, 29), (0.05, 59), (0.02, 149), (0.01, 299)])
def test_how_many_without_a_failure(target: float, least: int) -> None:
    """The numbers of verdicts.md section 8, from nothing at all and from half of the way."""
    for valid in (0, least // 2, least - 1):
        judged = judge(0, valid, target)
        assert judged.verdict is Verdict.INCONC and judged.needs == least - valid
    assert judge(0, least, target).verdict is Verdict.PASS and judge(0, least, target).needs == 0


@pytest.mark.parametrize("watched", [False, True])
@pytest.mark.parametrize(
    ("failed", "valid", "target"), [(1, 10, 0.3), (1, 10, 0.02), (1, 10, 0.09), (5, 10, 0.45)]
)
def test_what_it_needs_is_what_it_needs(failed: int, valid: int, target: float, watched: bool) -> None:
    """Ten times as many whole tens: the verdict comes with the first that reach the number told."""
    judged = judge(failed, valid, target, watched=watched)
    assert judged.verdict is Verdict.INCONC and judged.needs
    total = valid + judged.needs
    tens = -(-total // 10)
    decided = judge(failed * tens, 10 * tens, target, watched=watched)
    assert decided.verdict is (Verdict.PASS if failed / valid < target else Verdict.FAIL)
    before = judge(failed * (tens - 1), 10 * (tens - 1), target, watched=watched)
    assert before.verdict is Verdict.INCONC


def test_where_no_number_decides() -> None:
    assert judge(5, 100, 0.05).needs is None  # the share of failures is the target
    assert judge(0, 1000, 0.0).needs is None  # never: no number of cases proves that none will fail
    assert judge(1, 1000, 0.0).verdict is Verdict.FAIL
    assert judge(10, 10, 1.0).verdict is Verdict.PASS
    assert str(judge(5, 100, 0.05)).endswith("5 %: inconc, and no number of cases would tell")


def test_watched_verdicts_come_later() -> None:
    assert judge(0, 59, 0.05, watched=True).verdict is Verdict.INCONC
    needs = judge(0, 59, 0.05, watched=True).needs
    assert needs and judge(0, 59 + needs, 0.05, watched=True).verdict is Verdict.PASS
    for failed in range(0, 101, 5):
        low, high = confidence_sequence(failed, 100)
        judged = judge(failed, 100, 0.2, watched=True)
        expected = Verdict.PASS if high <= 0.2 else Verdict.FAIL if low > 0.2 else Verdict.INCONC
        assert judged.verdict is expected and (judged.low, judged.high) == (low, high)


def test_effective_cases_need_more_of_them() -> None:
    """At a design effect of 2 and none failed, twice as many."""
    judged = judge(0, 40, 0.05, effective=20)
    assert (
        judged.verdict is Verdict.INCONC and judged.needs == 117 - 40
    )  # of 58.4 by the formula, 59 whole ones


def test_few_clusters_with_a_failure_are_taken_for_correlated() -> None:
    """Nine that fail tell nothing of how alike cases are, ten do; and as few that pass tell as little."""
    for turned in (False, True):
        nine, ten = (
            Clusters.of(
                [
                    (group, (group < bad and case == 0) is not turned)
                    for group in range(50)
                    for case in range(8)
                ]
            )
            for bad in (9, 10)
        )
        assert nine.design_effect == pytest.approx(1 + 7 * 0.1) and ten.design_effect == 1.0


def test_few_or_uneven_clusters_are_taken_for_correlated() -> None:
    """29 are too few to measure it, 30 enough; and those are too few of which one has most of the cases."""

    def found(sizes: list[int]) -> Clusters:
        return Clusters.of(
            [(group, case == 0) for group, size in enumerate(sizes) for case in range(size)], assumed=0.2
        )

    assert (
        found([8] * 29).design_effect == pytest.approx(1 + 7 * 0.2) and found([8] * 30).design_effect == 1.0
    )
    assert found([2] * 30).design_effect == 1.0
    size = (200**2 + 30 * 2**2) / 260
    assert found([200] + [2] * 30).design_effect >= 1 + (size - 1) * 0.2


def test_of_none_failed_every_cluster_counts_for_itself() -> None:
    """Five hundred cases in one hour take nothing from five hundred that are each in an hour of their own."""
    unequal = Clusters.of([("A", False)] * 30 + [("B", False)] * 10, assumed=0.5)
    assert unequal.valid / unequal.design_effect == pytest.approx(30 / (1 + 29 * 0.5) + 10 / (1 + 9 * 0.5))
    cases = [(0, False)] * 500 + [(hour, False) for hour in range(1, 501)]
    assert Clusters.of(cases).valid / Clusters.of(cases).design_effect == pytest.approx(500 + 500 / 50.9)
    every = Clusters.of([(cluster, True) for cluster, _ in cases])
    assert every.design_effect == Clusters.of(cases).design_effect


@given(
    st.integers(1, 400).flatmap(lambda valid: st.tuples(st.integers(0, valid), st.just(valid))),
    st.floats(0.001, 1),
    st.sampled_from([0.0, 0.02, 0.5, 1.0]),
)
@example((31, 31), 0.9839, 0.02)
@example((1, 33), 0.10122962380912938 / 33, 0.02)
def test_however_little_the_cases_are_worth_they_are_judged(
    counts: tuple[int, int], share: float, target: float
) -> None:
    failed, valid = counts
    made = judge(failed, valid, target, effective=valid * share)
    assert 0 <= made.low <= made.high <= 1
    alone = judge(failed, valid, target)
    if made.verdict is not Verdict.INCONC:
        assert made.verdict is alone.verdict, "less than all cases decide what all of them do not"
