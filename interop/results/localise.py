"""Where the failures of a campaign come from: the levels, and pairs of levels, that explain them best.

A greedy likelihood-ratio localiser, and Ochiai's ranking (Abreu et al., PRDC 2006) beside it, which answers
better where there are few cases. Deterministic: ties go to the factor, then the level, that comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from interop.results.factors import FACTORS

PAIRS: Mapping[tuple[str, str], str] = {
    ("mvno", "originator"): "number filter",
    ("base_operator", "peer"): "interconnect",
    ("base_operator", "city"): "radio or region",
    ("mvno", "service"): "provisioning",
    ("base_operator", "originator"): "A2P gateway",
    ("mvno", "peer"): "routing of the range",
    ("base_operator", "service"): "service node",
    ("city", "service"): "regional service node",
    ("mvno", "base_operator"): "host of the MVNO",
}
"""Two factors whose meeting has an owner of its own, and who that is. No other pair is ever accused: none
with the far end either, which is equipment of ours and broken for everybody.
"""

LEAST_GAIN = 3.0
"""nats above the price of the choice: below, the rest of the failures is background"""
LEAST_ROWS = 3
LEAST_EXCESS = 0.05
"""a candidate that fails by less than this more often than the rest is told, not accused"""
FEW_ROWS = 8
"""touched by fewer cases nobody can decide about a level"""
PAIR_PRICE = log(8)
TOP = 5

Codes = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One level, or a pair of them: (("mvno", "Yuante"), ("originator", "bank"))."""

    levels: tuple[tuple[str, str], ...]
    meaning: str = ""

    def __str__(self) -> str:
        said = " with ".join(f"{factor} {level}" for factor, level in self.levels)
        return f"{said} ({self.meaning})" if self.meaning else said


@dataclass(frozen=True, slots=True)
class Accusation:
    """`group`: candidates with the very same cases; only a group of one accuses somebody.

    `failed` of `valid` cases that touch it, those of earlier accusations left out; `rest_failed` of the
    `rest_valid` others. `gain`: nats by which the data are likelier with it, less the price of the choice.
    """

    group: tuple[Candidate, ...]
    failed: int
    valid: int
    rest_failed: int
    rest_valid: int
    gain: float

    @property
    def slight(self) -> bool:
        return self.failed / self.valid - self.rest_failed / self.rest_valid < LEAST_EXCESS

    def __str__(self) -> str:
        who = " or ".join(map(str, self.group))
        doubt = ", which these cases cannot tell apart" if len(self.group) > 1 else ""
        few = f"; only {self.valid} cases touch it" if self.valid < FEW_ROWS else ""
        return (
            f"{who}{doubt}: {self.failed} of {self.valid} cases failed, "
            f"{self.rest_failed} of the {self.rest_valid} others{few}"
        )


@dataclass(frozen=True, slots=True)
class Ranked:
    """A group as in `Accusation`, over all cases, and Ochiai's similarity to the failures (0..1)."""

    group: tuple[Candidate, ...]
    score: float
    failed: int
    valid: int


@dataclass(frozen=True, slots=True)
class Thin:
    """Of `levels` levels (or pairs) of these factors that occur, the ones that fewer than 8 cases touch."""

    factors: tuple[str, ...]
    few: int
    levels: int
    named: tuple[str, ...]
    """their names, of a single factor"""

    def __str__(self) -> str:
        names = f": {', '.join(self.named)}" if self.named else ""
        who = " with ".join(self.factors)
        return f"too few cases touch {self.few} of {self.levels} levels of {who}{names}"


@dataclass(frozen=True, slots=True)
class Localisation:
    """What `failed` of `valid` cases come to. `accused`, in the order found; `slight`: those that make little
    difference, a city a little worse than the others or chance; `ochiai`: the top five; `thin`: what
    the cases cannot tell, for too few of them touch it.
    """

    failed: int
    valid: int
    accused: tuple[Accusation, ...]
    slight: tuple[Accusation, ...]
    ochiai: tuple[Ranked, ...]
    thin: tuple[Thin, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """A factor, or two, over all rows: `codes` index `names`, -1 where it does not apply to the row."""

    factors: tuple[str, ...]
    meaning: str
    codes: Codes
    names: tuple[tuple[str, ...], ...]
    price: float

    def candidate(self, code: int) -> Candidate:
        return Candidate(tuple(zip(self.factors, self.names[code], strict=True)), self.meaning)

    def count(self, rows: Flags) -> Codes:
        """How many of the rows have each level."""
        return np.bincount(self.codes[rows & (self.codes >= 0)], minlength=len(self.names))


class Table:
    """Conclusive cases by the levels of their factors; a level "" means that the factor does not apply."""

    def __init__(
        self,
        columns: Mapping[str, Sequence[str]],
        failed: Sequence[bool],
        pairs: Mapping[tuple[str, str], str] = PAIRS,
    ) -> None:
        """`columns`: per factor the level of every case. A pair of which a factor is missing is left out.

        Raises ValueError where a column is not as long as `failed`.
        """
        self.failed: Flags = np.array(failed, dtype=np.bool_)
        for factor, levels in columns.items():
            if len(levels) != len(self.failed):
                raise ValueError(f"{factor}: {len(levels)} levels for {len(self.failed)} cases")
        singles = {factor: _single(factor, levels) for factor, levels in columns.items()}
        self._columns = [
            *singles.values(),
            *(
                _pair(singles[first], singles[second], meaning)
                for (first, second), meaning in pairs.items()
                if first in singles and second in singles
            ),
        ]

    @classmethod
    def of(
        cls,
        rows: Iterable[tuple[Mapping[str, str], bool]],
        factors: Sequence[str] = FACTORS,
        pairs: Mapping[tuple[str, str], str] = PAIRS,
    ) -> Table:
        """From (level of each factor, whether it failed) of each conclusive case.

        >>> rows = [({"mvno": f"M{i % 5}", "service": f"S{i % 7}"}, i % 5 == 3) for i in range(70)]
        >>> for accusation in Table.of(rows).localise().accused:
        ...     print(accusation)
        mvno M3: 14 of 14 cases failed, 0 of the 56 others
        """
        kept = list(rows)
        columns = {factor: [levels.get(factor, "") for levels, _ in kept] for factor in factors}
        return cls(columns, [failed for _, failed in kept], pairs)

    def localise(self) -> Localisation:
        """Greedily: accuse the candidate with the largest gain, take its cases away, look again."""
        found: list[Accusation] = []
        rows = np.ones(len(self.failed), dtype=np.bool_)
        while (best := self._best(rows)) is not None:
            found.append(best[0])
            rows = rows & ~best[1]
        return Localisation(
            int(self.failed.sum()),
            len(self.failed),
            tuple(accusation for accusation in found if not accusation.slight),
            tuple(accusation for accusation in found if accusation.slight),
            self.ochiai(),
            tuple(self._thin()),
        )

    def touching(self, candidate: Candidate) -> int:
        """How many cases touch it: under `FEW_ROWS`, that it is not accused says nothing."""
        levels = dict(candidate.levels)
        for column in self._columns:
            if set(column.factors) == set(levels):
                name = tuple(levels[factor] for factor in column.factors)
                code = column.names.index(name) if name in column.names else len(column.names)
                return int((column.codes == code).sum())
        return 0

    def ochiai(self, top: int = TOP) -> tuple[Ranked, ...]:
        """The groups most like the failures: failed / sqrt(all failures * cases that touch it)."""
        rows = np.ones(len(self.failed), dtype=np.bool_)
        scored: list[tuple[float, int, int]] = []
        for place, column in enumerate(self._columns):
            failed, valid = column.count(self.failed), column.count(rows)
            scores = failed / np.sqrt(np.maximum(1, self.failed.sum() * valid))
            # no group has more members than there are columns, so these are enough
            best = np.argsort(-scores, kind="stable")[: top * len(self._columns)]
            scored += [(-float(scores[code]), place, int(code)) for code in best if failed[code]]
        ranked: list[Ranked] = []
        named: set[Candidate] = set()
        for score, place, code in sorted(scored):
            column = self._columns[place]
            if len(ranked) < top and column.candidate(code) not in named:
                touched = column.codes == code
                group = self._same(touched, rows)
                named.update(group)
                ranked.append(Ranked(group, -score, int(self.failed[touched].sum()), int(touched.sum())))
        return tuple(ranked)

    def _best(self, rows: Flags) -> tuple[Accusation, Flags] | None:
        all_failed, all_valid = int(self.failed[rows].sum()), int(rows.sum())
        best: tuple[float, _Column, int] | None = None
        for column in self._columns:
            if not column.names:
                continue
            gains = _gains(column.count(rows & self.failed), column.count(rows), all_failed, all_valid)
            code = int(np.argmax(gains))
            gain = float(gains[code]) - column.price
            if gain >= LEAST_GAIN and (best is None or gain > best[0]):
                best = gain, column, code
        if best is None:
            return None
        gain, column, code = best
        touched = rows & (column.codes == code)
        failed, valid = int(self.failed[touched].sum()), int(touched.sum())
        group = self._same(touched, rows)
        return Accusation(group, failed, valid, all_failed - failed, all_valid - valid, gain), touched

    def _same(self, touched: Flags, rows: Flags) -> tuple[Candidate, ...]:
        """Every candidate that has exactly these of the rows."""
        size, found = int(touched.sum()), []
        for column in self._columns:
            codes = column.codes[touched]
            if (
                codes[0] >= 0
                and (codes == codes[0]).all()
                and int((column.codes[rows] == codes[0]).sum()) == size
            ):
                found.append(column.candidate(int(codes[0])))
        return tuple(found)

    def _thin(self) -> Iterable[Thin]:
        rows = np.ones(len(self.failed), dtype=np.bool_)
        for column in self._columns:
            few = [int(code) for code in np.flatnonzero(column.count(rows) < FEW_ROWS)]
            if few:
                named = tuple(column.names[code][0] for code in few) if len(column.factors) == 1 else ()
                yield Thin(column.factors, len(few), len(column.names), named)


def _gains(failed: Codes, valid: Codes, all_failed: int, all_valid: int) -> Reals:
    """Per level: the log likelihood of two ratios over that of one; -inf where no worse than the rest."""
    rest_failed, rest_valid = all_failed - failed, all_valid - valid
    gains = _likelihood(failed, valid) + _likelihood(rest_failed, rest_valid)
    gains -= _likelihood(np.array([all_failed]), np.array([all_valid]))
    worse = failed * rest_valid > rest_failed * valid  # no rest, no worse
    return np.where(worse & (valid >= LEAST_ROWS), gains, -np.inf)


def _likelihood(failed: Codes, valid: Codes) -> Reals:
    """ln of the greatest likelihood of so many failures: at their own ratio."""
    return _x_ln_x(failed) + _x_ln_x(valid - failed) - _x_ln_x(valid)


def _x_ln_x(counts: Codes) -> Reals:
    reals = counts.astype(np.float64)
    return reals * np.log(np.maximum(reals, 1.0))


def _single(factor: str, levels: Sequence[str]) -> _Column:
    found, inverse = np.unique(np.array(levels, dtype=np.str_), return_inverse=True)
    codes = inverse.astype(np.int64)
    names = [str(name) for name in found]
    if names and names[0] == "":  # sorts first
        names, codes = names[1:], codes - 1
    return _Column((factor,), "", codes, tuple((name,) for name in names), log(max(1, len(names))))


def _pair(first: _Column, second: _Column, meaning: str) -> _Column:
    """Of both levels at once; pairs that do not occur are no levels."""
    applies = (first.codes >= 0) & (second.codes >= 0)
    width = max(1, len(second.names))
    found, inverse = np.unique((first.codes * width + second.codes)[applies], return_inverse=True)
    codes = np.full(len(first.codes), -1, dtype=np.int64)
    codes[applies] = inverse
    names = tuple((*first.names[code // width], *second.names[code % width]) for code in found.tolist())
    price = log(max(1, len(names))) + PAIR_PRICE
    return _Column((*first.factors, *second.factors), meaning, codes, names, price)
