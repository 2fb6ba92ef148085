"""Quirks and defects thrown together by a seed: each attempt is true or `inconc`, and each run ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.suites.injected import QUIRKS
from tests.suites.mixtures import mixture, of_makers
from tests.suites.recognition.harsh import LEAST
from tests.suites.recognition.test_defects import TABLE
from tests.suites.recognition.truth import Recognition


def of_seed(seed: int) -> Recognition:
    return mixture(Recognition, seed, TABLE, LEAST)


@pytest.mark.parametrize("seed", range(1, 13))
def test_mixture(seed: int, tmp_path: Path) -> None:
    _is_true(of_seed(seed), tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(13, 521))
def test_many_mixtures(seed: int, tmp_path: Path) -> None:
    _is_true(of_seed(seed), tmp_path)


@pytest.mark.parametrize("seed", range(1001, 1006))
def test_mixture_of_makers(seed: int, tmp_path: Path) -> None:
    _is_true(of_makers(of_seed(seed)), tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1006, 1301))
def test_many_mixtures_of_makers(seed: int, tmp_path: Path) -> None:
    _is_true(of_makers(of_seed(seed)), tmp_path)


def _is_true(injected: Recognition, folder: Path) -> None:
    lies = injected.lies(injected.run(folder / "run"))
    assert not lies, "\n".join([f"mixture {injected.seed}", *lies])


def test_mixtures_are_as_meant() -> None:
    mixtures = [of_seed(seed) for seed in range(1, 521)]
    assert {len(one.quirks) for one in mixtures} == {1, 2, 3, 4}
    assert {len(one.defects) for one in mixtures} == {0, 1, 2}
    assert {quirk.partition("@")[0] for one in mixtures for quirk in one.quirks} == set(QUIRKS)
    assert of_seed(7) == of_seed(7) != of_seed(8)
