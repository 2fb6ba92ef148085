"""From a localisation to the sequential tests that decide about it, and the controls beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil

from interop.campaign.cells import Cell, Level, Trial, shuffled
from interop.results.factors import FAR
from interop.results.localise import Accusation, Candidate

_Cases = tuple[tuple[Cell, ...], str, frozenset[str]]
"""of a test: its cells, who is at their far end, and who is not"""


@dataclass(frozen=True, eq=False, slots=True)
class Test:
    """Of one ratio: over all of `cells`, which have one seating. `accused`: none for a control, which is one
    cell; several where not even the whole matrix can tell them apart. `clean`: no case of it touches another
    suspect, which could fail in its place. `far`, `shunned`: who is, and is not, at the far end of its cases.
    """

    __test__ = False  # to pytest

    name: str
    accused: tuple[Candidate, ...]
    cells: tuple[Cell, ...]
    clean: bool = True
    far: str = ""
    shunned: frozenset[str] = frozenset()

    @property
    def control(self) -> bool:
        return not self.accused

    @property
    def seating(self) -> int:
        return self.cells[0].seating

    def order(self, seed: int) -> Iterator[Cell]:
        """The cells to play, for ever: each of them once, in some order, then each again."""
        for turn in count():
            yield from shuffled(self.cells, "test", self.name, seed, turn)

    def trial(self, cell: Cell, repeat: int) -> Trial:
        return Trial(cell, repeat, self.far, self.shunned)


def tests_of(accused: Sequence[Accusation], cells: Sequence[Cell]) -> list[Test]:
    """One per candidate that anybody accuses, in the order of the accusations; those that touch the very same
    cases share one. `cells`: the matrix in every seating, the lab file's own first.

    A candidate is tested where no other one is touched, if need be with its SIM in another modem: so even a
    group that the screening could not tell apart falls apart here, if anything can tell it.
    """
    everybody = list(dict.fromkeys(candidate for accusation in accused for candidate in accusation.group))
    found: dict[_Cases, list[Candidate]] = {}
    clean: dict[_Cases, bool] = {}
    for candidate in everybody:
        far = _far(candidate)
        touched = [cell for cell in cells if _may_touch(cell, candidate)]
        others = [one for one in everybody if not _implies(candidate.levels, one.levels)]
        shunned = frozenset[str]() if far else frozenset(map(_far, others)) - {""}
        alone = _untouched(touched, others, shunned)
        if chosen := _of_one_seating(alone or touched):
            # where nobody else can be there, to want this one changes nothing
            who = far if any(cell.fars != (far,) for cell in chosen) else ""
            cases = chosen, who, shunned if alone else frozenset[str]()
            found.setdefault(cases, []).append(candidate)
            clean[cases] = bool(alone)
    return [
        Test(" or ".join(map(str, group)), tuple(group), cases[0], clean[cases], *cases[1:])
        for cases, group in found.items()
    ]


def controls_of(tests: Sequence[Test], cells: Sequence[Cell], *, share: float, seed: int) -> list[Test]:
    """The share of the cells that no suspect touches, chosen at random, each tested for itself."""
    home = [cell for cell in cells if cell.seating == 0]
    accused = [candidate for test in tests for candidate in test.accused]
    suspects = frozenset(map(_far, accused)) - {""}
    free = _untouched(home, accused, suspects)
    chosen = shuffled(free, "controls", seed)[: ceil(share * len(free))]
    return [Test(cell.case(), (), (cell,), shunned=suspects) for cell in chosen]


def _untouched(cells: Iterable[Cell], suspects: Iterable[Candidate], shunned: frozenset[str]) -> list[Cell]:
    """Those that touch no suspect; whom of the far ends they may have, there are others for."""
    levels = [one.levels for one in suspects if not _far(one)]
    return [
        cell
        for cell in cells
        if not any(cell.touches(each) for each in levels) and not (cell.far and shunned.issuperset(cell.fars))
    ]


def _far(candidate: Candidate) -> str:
    """The SIM at the far end that it accuses; "" for any other accusation."""
    return dict(candidate.levels).get(FAR, "")


def _may_touch(cell: Cell, candidate: Candidate) -> bool:
    far = _far(candidate)
    return far in cell.fars if far else cell.touches(candidate.levels)


def _implies(levels: Sequence[Level], other: Sequence[Level]) -> bool:
    """Whatever touches the first touches the other: mvno and service both, and mvno alone."""
    return set(other) <= set(levels)


def _of_one_seating(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    return tuple(cell for cell in cells if cell.seating == cells[0].seating)
