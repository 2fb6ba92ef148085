"""Quirks and defects thrown together by a seed: each attempt is true or `inconc`, and each run ends."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.suites.codes.harsh import LEAST
from tests.suites.codes.test_defects import ALONE
from tests.suites.codes.truth import Codes
from tests.suites.mixtures import mixture, of_makers

NEARLY = ("after=290", "after=1190")


def of_seed(seed: int) -> Codes:
    """Every third one with modems of any maker. No two defects are of one kind: one of them would win; and
    none makes codes nearly too late, for another one may make them just that.
    """
    random = Random(f"defects/{seed}")
    shuffled = random.sample(ALONE, len(ALONE))
    kinds = {defect.partition("@")[0]: defect for defect in shuffled if not defect.endswith(NEARLY)}
    injected = mixture(Codes, seed, kinds.values(), LEAST)
    return of_makers(injected) if seed % 3 == 0 else injected


@pytest.mark.parametrize("seed", range(1, 5))
def test_mixture(seed: int, tmp_path: Path) -> None:
    _is_true(seed, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5, 305))
def test_many_mixtures(seed: int, tmp_path: Path) -> None:
    _is_true(seed, tmp_path)


def _is_true(seed: int, folder: Path) -> None:
    injected = of_seed(seed)
    lies = injected.lies(injected.run(folder / "run"))
    assert not lies, "\n".join([f"mixture {seed}", *lies])
