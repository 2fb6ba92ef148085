"""Wald's sequential test: its lines as published, its chances exactly and by simulation."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from scipy import stats

from interop.record import Verdict
from interop.results.sequential import Plan, Sprt

CELL = Plan(good=0.02, bad=0.10)


def test_the_lines_of_the_nist_handbook() -> None:
    """NIST/SEMATECH e-Handbook 6.2.6: p1 .01, p2 .10, alpha .05, beta .10 gives -0.939 + 0.0397 n and
    1.205 + 0.0397 n. Its two chances differ: swapped ones would show."""
    plan = Plan(good=0.01, bad=0.10, false_fail=0.05, false_pass=0.10)
    scale = plan.fail_step + plan.pass_step
    assert -plan.lower / scale == pytest.approx(0.939, abs=5e-4)
    assert plan.upper / scale == pytest.approx(1.205, abs=5e-4)
    assert plan.pass_step / scale == pytest.approx(0.0397, abs=1e-4)


def test_the_first_verdicts_of_the_handbook() -> None:
    """No sooner than after 24 passed ones; after two failures if they come by the 19th."""
    plan = Plan(good=0.01, bad=0.10, false_fail=0.05, false_pass=0.10)
    cell = Sprt(plan)
    assert [cell.feed(failed=False) for _ in range(24)] == [Verdict.NONE] * 23 + [Verdict.PASS]
    assert plan.verdict(2, 2) is Verdict.FAIL and plan.verdict(2, 19) is Verdict.FAIL
    assert plan.verdict(2, 20) is Verdict.NONE and plan.verdict(1, 1) is Verdict.NONE


@pytest.mark.parametrize(("good", "bad", "size"), [(0.02, 0.10, 89), (0.05, 0.15, 93), (0.01, 0.05, 181)])
def test_fixed_sizes(good: float, bad: float, size: int) -> None:
    """verdicts.md section 8, and by scipy: so many cases have an acceptance number, one fewer has none."""
    plan = Plan(good, bad)
    assert plan.fixed_size() == size and plan.longest == 2 * size

    def possible(cases: int) -> bool:
        return any(
            stats.binom.sf(most, cases, good) <= 0.05 and stats.binom.cdf(most, cases, bad) <= 0.05
            for most in range(cases)
        )

    assert possible(size) and not possible(size - 1)


@pytest.mark.parametrize(("ratio", "cases"), [(0.02, 55), (0.10, 38), (0.20, 14), (0.50, 4.3)])
def test_mean_number_of_cases(ratio: float, cases: float) -> None:
    """As simulated independently: verdicts.md section 8."""
    assert CELL.prospect(ratio).mean_cases == pytest.approx(cases, rel=0.025)


def test_prospects_are_those_of_every_path() -> None:
    """A short plan, each of its paths walked; the machine itself, not the formula, decides where it ends."""
    plan = Plan(0.1, 0.6, 0.1, 0.2, longest=9)
    passes = fails = inconclusive = mean = 0.0
    for path in product([False, True], repeat=9):
        cell = Sprt(plan)
        for failed in path:
            cell.feed(failed=failed)
        chance = 0.3 ** sum(path) * 0.7 ** (9 - sum(path))
        passes += chance * (cell.verdict is Verdict.PASS)
        fails += chance * (cell.verdict is Verdict.FAIL)
        inconclusive += chance * (cell.verdict is Verdict.INCONC)
        mean += chance * cell.valid
        assert cell.valid + cell.late == 9
    found = plan.prospect(0.3)
    assert (found.passes, found.fails) == pytest.approx((passes, fails))
    assert (found.inconclusive, found.mean_cases) == pytest.approx((inconclusive, mean))
    assert min(passes, fails, inconclusive) > 0.01


def test_wrong_verdicts_are_as_rare_as_asked() -> None:
    """Wald's bounds hold, and not because nothing is ever failed."""
    for plan in (CELL, Plan(0.05, 0.15), Plan(0.01, 0.05), Plan(0.02, 0.10, 0.01, 0.10)):
        good, bad = plan.prospect(plan.good), plan.prospect(plan.bad)
        assert good.fails <= plan.false_fail and bad.passes <= plan.false_pass
        assert good.fails > plan.false_fail / 3
        assert good.inconclusive < 0.01


def test_between_the_two_it_ends_too() -> None:
    midway = CELL.prospect(0.05)
    assert 0.02 < midway.inconclusive < 0.08  # verdicts.md: 5 %
    cell, random = Sprt(CELL), Random(5)
    while cell.verdict is Verdict.NONE:
        cell.feed(failed=random.random() < 0.05)
    assert cell.valid <= CELL.longest
    undecided = Sprt(Plan(0.1, 0.2, longest=3))
    assert [undecided.feed(failed=False) for _ in range(3)][-1] is Verdict.INCONC


def test_what_comes_late_changes_nothing() -> None:
    cell = Sprt(CELL)
    cell.feed(failed=True)
    assert cell.feed(failed=True) is Verdict.FAIL
    for _ in range(500):
        assert cell.feed(failed=False) is Verdict.FAIL
    assert (cell.failed, cell.valid, cell.late) == (2, 2, 500)


def test_the_ends() -> None:
    assert CELL.prospect(0.0).passes == 1.0 and CELL.prospect(1.0).fails == 1.0
    assert CELL.prospect(1.0).mean_cases == 2.0
    assert CELL.verdict(0, 0) is Verdict.NONE


@pytest.mark.parametrize(
    ("good", "bad", "options", "told"),
    [
        (0.1, 0.1, {}, "good 0.1, bad 0.1"),
        (0.2, 0.1, {}, "good 0.2, bad 0.1"),
        (0.0, 0.1, {}, "good 0"),
        (0.1, 1.0, {}, "bad 1"),
        (0.1, 0.2, {"false_fail": 0.0}, "false_fail 0"),
        (0.1, 0.2, {"false_fail": 0.5, "false_pass": 0.5}, "false_pass 0.5"),
        (0.1, 0.2, {"longest": -1}, "longest -1"),
    ],
)
def test_what_is_no_test(good: float, bad: float, options: dict[str, float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Plan(good, bad, **options)  # type: ignore[arg-type]
