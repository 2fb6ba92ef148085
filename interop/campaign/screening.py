"""Which cases a campaign plays first: crossed at random, every level of every factor about as often."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from interop.campaign.cells import Cell, Level, Trial, shuffled, stage_seed
from interop.results.factors import FACTORS

_HANDS = 6
"""Of so many cells drawn at random the one whose levels were played least is taken: chance still crosses
everything with everything, and no level is left behind.
"""


@dataclass(frozen=True, slots=True)
class Short:
    """A level that fewer cases touch than were asked for; `cells` of the matrix have it."""

    level: Level
    cases: int
    cells: int


@dataclass(frozen=True, slots=True)
class Screening:
    """`home`: with every SIM where the lab file has it; `rotated`: with them moved on. `columns`: levels of
    several factors that the very same cases have: their failures cannot be told apart, whatever comes.
    """

    home: tuple[Trial, ...]
    rotated: tuple[Trial, ...]
    short: tuple[Short, ...]
    columns: tuple[tuple[Level, ...], ...]

    @property
    def trials(self) -> tuple[Trial, ...]:
        return (*self.home, *self.rotated)

    @property
    def rotated_share(self) -> float:
        return len(self.rotated) / len(self.trials)


def screen(
    home: Sequence[Cell], rotated: Sequence[Cell], *, size: int, each: int, share: float, seed: int
) -> Screening:
    """Draw `size` cases, the `share` of them from `rotated` if there are any; the same seed, the same cases.

    `each`: cases that every level should have. Raises ValueError without cells.
    """
    if not home:
        raise ValueError("no cells to draw from")
    deck = _Deck(Random(f"screening {seed}"))
    moved = min(size - 1, round(share * size)) if rotated else 0
    played_rotated = deck.draw(shuffled(rotated, seed), moved, 0)
    played_home = deck.draw(shuffled(home, seed), size - moved, each)
    trials = [*played_home, *played_rotated]
    cells = Counter(level for cell in home for level in cell.applied)
    cases = Counter(level for trial in trials for level in trial.cell.applied)
    short = tuple(
        Short(level, cases[level], cells[level]) for level in sorted(cells, key=_order) if cases[level] < each
    )
    stages = (played_home, played_rotated)
    levels = [
        trial.levels(stage_seed(seed, number)) for number, stage in enumerate(stages, 1) for trial in stage
    ]
    return Screening(tuple(played_home), tuple(played_rotated), short, tuple(_columns(levels)))


class _Deck:
    """Draws cells and remembers how often each level was played."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._played: Counter[Level] = Counter()
        self._repeats: Counter[Cell] = Counter()

    def draw(self, cells: Sequence[Cell], size: int, each: int) -> list[Trial]:
        trials: list[Trial] = []
        of_level: dict[Level, list[Cell]] = defaultdict(list)
        for cell in cells:
            for level in cell.applied:
                of_level[level].append(cell)
        for level in sorted(of_level, key=lambda level: (len(of_level[level]), _order(level))):
            while self._played[level] < each and len(trials) < size:
                trials.append(self._play(min(of_level[level], key=self._wear)))
        weight = Counter(factor for factor, _ in of_level)
        pool: list[Cell] = []
        while len(trials) < size:
            if not pool:
                least = min(self._repeats[cell] for cell in cells)
                pool = [cell for cell in cells if self._repeats[cell] == least]
            trials.append(self._play(self._pick(pool, weight)))
        return trials

    def _pick(self, pool: list[Cell], weight: Counter[str]) -> Cell:
        """Take one out of the pool."""
        hands = [self._random.randrange(len(pool)) for _ in range(_HANDS)]
        best = min(hands, key=lambda place: self._wear_of_levels(pool[place], weight))
        pool[best], pool[-1] = pool[-1], pool[best]
        return pool.pop()

    def _wear(self, cell: Cell) -> tuple[int, int]:
        return self._repeats[cell], sum(self._played[level] for level in cell.applied)

    def _wear_of_levels(self, cell: Cell, weight: Counter[str]) -> float:
        """How often its levels were played, in comparison to the other levels of their factors."""
        levels = cell.applied
        return sum(self._played[level] * weight[level[0]] for level in levels) / max(1, len(levels))

    def _play(self, cell: Cell) -> Trial:
        self._repeats[cell] += 1
        self._played.update(cell.applied)
        return Trial(cell, self._repeats[cell])


def _columns(drawn: Iterable[Mapping[str, str]]) -> Iterable[tuple[Level, ...]]:
    """`drawn`: the levels of each case."""
    rows: dict[Level, list[int]] = defaultdict(list)
    for row, levels in enumerate(drawn):
        for factor, name in levels.items():
            if name:
                rows[factor, name].append(row)
    same: dict[tuple[int, ...], list[Level]] = defaultdict(list)
    for level in sorted(rows, key=_order):
        same[tuple(rows[level])].append(level)
    return (tuple(group) for group in same.values() if len(group) > 1)


def _order(level: Level) -> tuple[int, str]:
    return FACTORS.index(level[0]), level[1]
