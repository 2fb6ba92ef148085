"""What is drawn: balanced, crossed, of the size and share that were asked for, the same for the same seed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.campaign.cells import Cell
from interop.campaign.screening import Screening, screen
from interop.results.factors import CROSSED
from tests.campaign.country import ORIGINATORS, cells

HOME, MOVED = cells(0), cells(1)


def drawn(size: int, *, each: int = 8, share: float = 0.08, seed: int = 1) -> Screening:
    return screen(HOME, MOVED, size=size, each=each, share=share, seed=seed)


@settings(max_examples=30, deadline=None)
@given(size=st.integers(20, 1500), share=st.floats(0.05, 0.10), seed=st.integers(0, 1000))
def test_size_and_rotated_share(size: int, share: float, seed: int) -> None:
    screening = drawn(size, share=share, seed=seed)
    assert len(screening.trials) == size
    assert abs(screening.rotated_share - share) <= 0.5 / size + 1e-12
    assert all(trial.cell.seating == 0 for trial in screening.home)
    assert all(trial.cell.seating == 1 for trial in screening.rotated)
    for part in (screening.home, screening.rotated):  # one run each, in which names are unique
        assert len({trial.case for trial in part}) == len(part)


@settings(max_examples=30, deadline=None)
@given(size=st.integers(20, 800), each=st.integers(1, 30), seed=st.integers(0, 1000))
def test_every_level_is_covered_or_told(size: int, each: int, seed: int) -> None:
    screening = drawn(size, each=each, seed=seed)
    played = Counter(level for trial in screening.trials for level in trial.cell.applied)
    levels = {level for cell in HOME for level in cell.applied}
    told = {short.level: short.cases for short in screening.short}
    assert told == {level: played[level] for level in levels if played[level] < each}


def test_levels_of_a_factor_are_played_about_as_often() -> None:
    """Ten cases of every level are enough to say something about it: 3000 must give each far more."""
    screening = drawn(3000)
    assert screening.short == ()
    played = Counter(level for trial in screening.trials for level in trial.cell.applied)
    for factor in CROSSED:
        counts = [count for (name, _), count in played.items() if name == factor]
        assert max(counts) <= 1.35 * min(counts), factor
    # and everything is crossed with everything: each MVNO with each originator
    pairs = Counter(
        (trial.cell.levels["mvno"], trial.cell.levels["originator"])
        for trial in screening.trials
        if trial.cell.levels.get("originator")
    )
    assert len(pairs) == 12 * len(ORIGINATORS)
    assert min(pairs.values()) >= 8


def test_no_cell_is_repeated_while_others_wait() -> None:
    screening = drawn(len(HOME), share=0.0, each=1)
    assert {trial.cell for trial in screening.home} == set(HOME)
    again = drawn(2 * len(HOME), share=0.0, each=1)
    assert set(Counter(trial.cell for trial in again.home).values()) == {2}


def test_rotation_takes_every_sim_and_splits_its_column_from_the_modems() -> None:
    fixed = screen(HOME, [], size=1000, each=8, share=0.08, seed=1)
    assert (("mvno", "M03"), ("modem", "m03")) in fixed.columns
    assert fixed.rotated == ()
    moved = drawn(1000)
    assert moved.columns == ((("peer", "CTCC"), ("far", "ctcc-1")),)  # its only SIM
    sims = Counter(trial.cell.levels["mvno"] for trial in moved.rotated)
    assert len(sims) == 12
    assert max(sims.values()) - min(sims.values()) <= 2


def test_one_seed_one_draw() -> None:
    def names(screening: Screening) -> list[str]:
        return [trial.case for trial in screening.trials]

    shuffled = screen(HOME[::-1], MOVED[::-1], size=300, each=8, share=0.08, seed=1)
    assert names(drawn(300)) == names(drawn(300)) == names(shuffled)
    assert names(drawn(300)) != names(drawn(300, seed=2))


def test_nothing_to_draw_from() -> None:
    none: list[Cell] = []
    with pytest.raises(ValueError, match="no cells"):
        screen(none, none, size=10, each=1, share=0.05, seed=1)
