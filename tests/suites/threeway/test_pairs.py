"""Pairs of defects and quirks drawn by a seed: each attempt is true or `inconc`, and each run ends."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.suites.mixtures import mixture, of_makers
from tests.suites.recognition.harsh import LEAST
from tests.suites.threeway.test_defects import ALONE
from tests.suites.threeway.truth import Threeway

PAIRS: Final = 300
DEFECTS: Final = tuple(dict.fromkeys(defect for defect, _ in ALONE))
_CASES: Final = ("CMCC", "CUCC", "CTCC", "MVNO", "fourth or refuses or is_busy")


def of_seed(seed: int) -> Threeway:
    """A fifth of the cases; every third one with modems of any maker."""
    injected = mixture(Threeway, seed, DEFECTS, LEAST)
    quirks = tuple(map(_not_deaf, injected.quirks))
    injected = replace(injected, quirks=quirks, keyword=Random(f"cases/{seed}").choice(_CASES))
    return of_makers(injected) if seed % 3 == 0 else injected


def _not_deaf(quirk: str) -> str:
    """A modem that tells hardly any tone is, to the eye, a network that carries none: another modem in its
    place tells them apart, nothing else does.
    """
    return re.sub(r"rate=(1|0\.5)\b", "rate=0.2", quirk) if quirk.startswith("tone.lost") else quirk


def _is_true(seed: int, folder: Path) -> None:
    injected = of_seed(seed)
    lies = injected.lies(injected.run(folder / "run"))
    assert not lies, "\n".join([f"pair {seed}", *lies])


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_pair(seed: int, tmp_path: Path) -> None:
    _is_true(seed, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5, PAIRS + 1))
def test_many_pairs(seed: int, tmp_path: Path) -> None:
    _is_true(seed, tmp_path)
