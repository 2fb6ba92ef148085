"""Quirks and defects thrown together by a seed: each attempt is true or `inconc`, and each run ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.suites.mixtures import mixture
from tests.suites.mms.harsh import LEAST
from tests.suites.mms.test_defects import ALONE
from tests.suites.mms.truth import Multimedia

PAIRS: Final = 300
DEFECTS: Final = tuple(dict.fromkeys(defect for _, defects in ALONE for defect in defects))
_CASES: Final = (
    "CMCC and not large",
    "CUCC and not large",
    "CTCC and not large",
    "MVNO and not large",
    "large",
)


def of_seed(seed: int) -> Multimedia:
    """A fifth of the cases. No two defects are of one kind: one of them would win."""
    random = Random(f"cases/{seed}")
    kinds = {defect.partition("@")[0]: defect for defect in random.sample(DEFECTS, len(DEFECTS))}
    injected = mixture(Multimedia, seed, kinds.values(), LEAST)
    return replace(injected, keyword=random.choice(_CASES))


def _is_true(seed: int, folder: Path) -> None:
    injected = of_seed(seed)
    lies = injected.lies(injected.run(folder / "run"))
    assert not lies, "\n".join([f"pair {seed}", *lies])


@pytest.mark.parametrize("seed", range(1, 3))
def test_a_pair(seed: int, tmp_path: Path) -> None:
    _is_true(seed, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3, PAIRS + 1))
def test_many_pairs(seed: int, tmp_path: Path) -> None:
    _is_true(seed, tmp_path)
