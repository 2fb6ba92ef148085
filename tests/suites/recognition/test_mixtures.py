"""Quirks and defects thrown together by a seed: each attempt is true or `inconc`, and each run ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.suites.recognition.harsh import NAMES, variants
from tests.suites.recognition.test_defects import TABLE
from tests.suites.recognition.truth import MAKERS, Injected

RATES = (1, 0.5, 0.2, 0.05)
MODEMS = ("*", "m0[1-3]", "m0[4-6]", "m02", "m04")


def mixture(seed: int) -> Injected:
    """One to four quirks, none to two defects, the parameters of each: by the seed alone."""
    random = Random(seed)
    names = random.sample(NAMES, random.randint(1, 4))
    defects = random.sample(sorted(TABLE), random.choice([0, 1, 1, 2]))
    return Injected(tuple(_quirk(random, name) for name in names), tuple(defects), seed)


def _quirk(random: Random, name: str) -> str:
    chosen = random.choice(variants(name))
    given = [] if "rate=" in chosen else [f"rate={random.choice(RATES)}"]
    given.append(f"modem={random.choice(MODEMS)}")
    return chosen + ("," if "@" in chosen else "@") + ",".join(given)


@pytest.mark.parametrize("seed", range(1, 21))
def test_mixture(seed: int, tmp_path: Path) -> None:
    _is_true(seed, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(21, 521))
def test_many_mixtures(seed: int, tmp_path: Path) -> None:
    _is_true(seed, tmp_path)


def of_makers(seed: int) -> Injected:
    """A mixture in a small lab whose modems are of any maker, as a real lab's are."""
    random = Random(f"makers/{seed}")
    return replace(mixture(seed), dialects=tuple(random.choice(MAKERS) for _ in range(6)))


@pytest.mark.parametrize("seed", range(1001, 1009))
def test_mixture_of_makers(seed: int, tmp_path: Path) -> None:
    _is_true(seed, tmp_path, of_makers(seed))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1009, 1301))
def test_many_mixtures_of_makers(seed: int, tmp_path: Path) -> None:
    _is_true(seed, tmp_path, of_makers(seed))


def _is_true(seed: int, folder: Path, injected: Injected | None = None) -> None:
    injected = injected or mixture(seed)
    lies = injected.lies(injected.run(folder / "run"))
    assert not lies, "\n".join([f"mixture {seed}", *lies])


def test_mixtures_are_as_meant() -> None:
    mixtures = [mixture(seed) for seed in range(1, 521)]
    assert {len(one.quirks) for one in mixtures} == {1, 2, 3, 4}
    assert {len(one.defects) for one in mixtures} == {0, 1, 2}
    assert {quirk.partition("@")[0] for one in mixtures for quirk in one.quirks} == set(NAMES)
    assert mixture(7) == mixture(7) != mixture(8)
