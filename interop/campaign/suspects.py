"""From a localisation to the sequential tests that decide about it, and the controls beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil

from interop.campaign.cells import Cell, Level, shuffled
from interop.results.localise import Accusation, Candidate


@dataclass(frozen=True, eq=False, slots=True)
class Test:
    """Of one ratio: over all of `cells`, which have one seating. `accused`: none for a control, which is one
    cell; several where not even the whole matrix can tell them apart. `clean`: no cell of it touches another
    suspect, which could fail in its place.
    """

    __test__ = False  # to pytest

    name: str
    accused: tuple[Candidate, ...]
    cells: tuple[Cell, ...]
    clean: bool = True

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


def tests_of(accused: Sequence[Accusation], cells: Sequence[Cell]) -> list[Test]:
    """One per candidate that anybody accuses, in the order of the accusations; those that touch the very same
    cells share one. `cells`: the matrix in every seating, the lab file's own first.

    A candidate is tested where no other one is touched, if need be with its SIM in another modem: so even a
    group that the screening could not tell apart falls apart here, if anything can tell it.
    """
    everybody = list(dict.fromkeys(candidate for accusation in accused for candidate in accusation.group))
    found: dict[tuple[Cell, ...], list[Candidate]] = {}
    clean: dict[tuple[Cell, ...], bool] = {}
    for candidate in everybody:
        touched = [cell for cell in cells if cell.touches(candidate.levels)]
        others = [one.levels for one in everybody if not _implies(candidate.levels, one.levels)]
        alone = [cell for cell in touched if not any(cell.touches(levels) for levels in others)]
        if chosen := _of_one_seating(alone or touched):
            found.setdefault(chosen, []).append(candidate)
            clean[chosen] = bool(alone)
    return [
        Test(" or ".join(map(str, candidates)), tuple(candidates), chosen, clean[chosen])
        for chosen, candidates in found.items()
    ]


def controls_of(tests: Sequence[Test], cells: Sequence[Cell], *, share: float, seed: int) -> list[Test]:
    """The share of the cells that no suspect touches, chosen at random, each tested for itself."""
    home = [cell for cell in cells if cell.seating == 0]
    accused = [candidate.levels for test in tests for candidate in test.accused]
    free = [cell for cell in home if not any(cell.touches(levels) for levels in accused)]
    chosen = shuffled(free, "controls", seed)[: ceil(share * len(free))]
    return [Test(cell.case(), (), (cell,)) for cell in chosen]


def _implies(levels: Sequence[Level], other: Sequence[Level]) -> bool:
    """Whatever touches the first touches the other: mvno and service both, and mvno alone."""
    return set(other) <= set(levels)


def _of_one_seating(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    return tuple(cell for cell in cells if cell.seating == cells[0].seating)
