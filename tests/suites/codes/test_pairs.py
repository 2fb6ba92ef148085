"""Two defects at once, drawn by a seed with parameters and selectors: the first that can be seen counts.

What each pair leads to is said by the tables of `tables`: by their order, or where two defects really meet,
by `together`.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.suites.codes.tables import EFFECTS, GATEWAYS, LATE, SELECTED
from tests.suites.codes.test_defects import disagreements
from tests.suites.codes.truth import Codes

PAIRS: Final = 300

VARIED: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(LATE, ("after=200", "after=301", "after=900", "after=1300")),
    "gateway.segment": (
        "", "code=9,gateway=cmcc-gw", "code=6,gateway=cucc-gw", "code=21,gateway=cucc-gw",
        "code=47,gateway=ctcc-gw", "code=65,gateway=ctcc-gw", "code=11,gateway=smsc",
    ),
    "gateway.part_lost": ("", "part=1", "part=4"),
    "gateway.sender_cut": ("", "digits=6"),
    "gateway.sender_rewritten": ("", "number=861065595588"),
    "site.code_elsewhere": ("receiver=13900001234",),
}  # fmt: skip
WHOM: Final = tuple(SELECTED)
WHERE: Final = ("", "", *(f"gateway={one}" for one in GATEWAYS))
NAMES: Final = (*dict.fromkeys(key.partition("@")[0] for key in EFFECTS if "." in key), *LATE)


def pair(seed: int) -> tuple[str, str]:
    """Half of them are of the same numbers, and half of those of one gateway are of the same: they meet."""
    random = Random(f"pair/{seed}")
    names = random.sample(NAMES, 2)
    whom, gateway = random.choice(WHOM), random.choice(WHERE)
    drawn = []
    for name in names:
        own = random.choice(VARIED.get(name, ("",)))
        where = gateway if name.startswith(("gateway.", "smsc.")) and "gateway=" not in own else ""
        drawn.append("@".join(filter(None, (name, ",".join(filter(None, (own, whom, where)))))))
        whom, gateway = (
            random.choice((whom, random.choice(WHOM))),
            random.choice((gateway, random.choice(WHERE))),
        )
    return drawn[0], drawn[1]


def _is_as_tabled(seed: int, folder: Path) -> None:
    defects = pair(seed)
    injected = Codes((), defects)
    wrong = disagreements(injected.run(folder / "run"), defects)
    assert not wrong, "\n".join([f"pair {seed}: {injected}", *wrong])


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_pair(seed: int, tmp_path: Path) -> None:
    _is_as_tabled(seed, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(6, PAIRS + 1))
def test_many_pairs(seed: int, tmp_path: Path) -> None:
    _is_as_tabled(seed, tmp_path)


def test_pairs_are_as_meant() -> None:
    """Every defect, every selector and every value is among them."""
    drawn = [pair(seed) for seed in range(1, PAIRS + 1)]
    spelled = [defect for both in drawn for defect in both]
    assert {defect.partition("@")[0] for defect in spelled} == set(NAMES)
    for value in (*SELECTED, *(own for values in VARIED.values() for own in values)):
        assert any(value in defect for defect in spelled), value
    assert pair(7) == pair(7) != pair(8)
