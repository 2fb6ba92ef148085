"""Emulated campaigns with planted faults, failed cases with a planted culprit: who is found, how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import process_time

import numpy as np
from numpy.typing import NDArray

from interop.results.localise import FEW_ROWS, PAIRS, Candidate, Localisation, Table
from interop.results.replay import Investigation, Replayed

LEVELS: Mapping[str, int] = {
    "mvno": 40,
    "base_operator": 4,
    "city": 8,
    "service": 8,
    "originator": 16,
    "modem": 64,
    "peer": 4,
    "far": 24,
}
"""of each factor of an emulated campaign, crossed at random; SIMs at the far end are of one class each"""

MEANINGS: Mapping[tuple[str, ...], str] = dict(PAIRS.items())
KINDS: Sequence[tuple[str, ...]] = (*((factor,) for factor in LEVELS), *PAIRS)
"""of a fault: at a level of one factor, or where two meet"""

MVNO_OR_MODEM: Sequence[tuple[str, ...]] = (("mvno",), ("modem",))

SIZES = (3_000, 10_000)
FAULTS = (0, 1, 2, 3)
ROTATIONS = ((1_000, 0.05), (3_000, 0.05), (10_000, 0.05), (1_000, 0.1))
SHOWS = (0.9, 0.4)
DEPTH = (0.25, 0.95)
BACKGROUND = (0.02, 0.05)


Levels = NDArray[np.int64]
Drawn = Mapping[str, Levels]
"""per factor the level of each case, -1 where it does not apply"""
Draw = Callable[[np.random.Generator, int], Drawn]


@dataclass(frozen=True, slots=True)
class Planted:
    """`depth`: the share of its cases that it fails, besides the background. `touched`: its cases;
    `hidden`: those of them that another planted fault touches too."""

    candidate: Candidate
    depth: float
    touched: int
    hidden: int


@dataclass(frozen=True, slots=True)
class Campaign:
    table: Table
    faults: tuple[Planted, ...]


def even(random: np.random.Generator, cases: int) -> Drawn:
    """Every level of every factor as often, crossed at random."""
    drawn = {factor: random.integers(size, size=cases) for factor, size in LEVELS.items()}
    return {**drawn, "peer": drawn["far"] % LEVELS["peer"]}


def rotating(share: float) -> Draw:
    """As `even`, but a SIM is in the modem of its MVNO, save in this share of cases: there it is in any."""

    def draw(random: np.random.Generator, cases: int) -> Drawn:
        drawn = even(random, cases)
        modem = np.where(random.random(cases) < share, drawn["modem"], drawn["mvno"])
        return {**drawn, "modem": modem}

    return draw


def lopsided(random: np.random.Generator, cases: int) -> Drawn:
    """As labs are: levels as often as 1 / sqrt(rank), an MVNO at one or two base operators, an originator in
    half of the services and a peer in the others, of one class a single SIM, and a SIM in another modem in
    8 % of cases only.
    """

    def ranked(factor: str) -> Levels:
        weights = 1 / np.sqrt(np.arange(1, LEVELS[factor] + 1))
        return random.choice(LEVELS[factor], size=cases, p=weights / weights.sum())

    hosts = random.integers(LEVELS["base_operator"], size=(LEVELS["mvno"], 2))
    mvno, service = ranked("mvno"), ranked("service")
    own = random.random(cases) >= 0.08
    far, classes = ranked("far"), LEVELS["peer"]
    peer = np.where(far == classes - 1, far, far % (classes - 1))
    return {
        "mvno": mvno,
        "base_operator": hosts[mvno, random.integers(2, size=cases)],
        "city": ranked("city"),
        "service": service,
        "originator": np.where(service % 2 == 0, ranked("originator"), -1),
        "modem": np.where(own, mvno, random.integers(LEVELS["mvno"], size=cases)),
        "peer": np.where(service % 2 == 1, peer, -1),
        "far": np.where(service % 2 == 1, far, -1),
    }


def campaign(
    seed: Sequence[int],
    cases: int,
    faults: int,
    depth: tuple[float, float] = DEPTH,
    background: tuple[float, float] = BACKGROUND,
    kinds: Sequence[tuple[str, ...]] = KINDS,
    draw: Draw = even,
) -> Campaign:
    """Cases as `draw` draws their levels; each fault is of one of the kinds, drawn evenly.

    Depths and the background are drawn evenly between their two bounds.
    """
    random = np.random.default_rng(seed)
    drawn = draw(random, cases)
    chance = np.full(cases, random.uniform(*background))
    planted: dict[Candidate, tuple[float, NDArray[np.bool_]]] = {}
    while len(planted) < faults:
        kind = kinds[int(random.integers(len(kinds)))]
        row = int(random.integers(cases))  # so that the level, or pair, occurs
        codes = {factor: int(drawn[factor][row]) for factor in kind}
        levels = tuple((factor, _level(factor, code)) for factor, code in codes.items())
        name = Candidate(levels, MEANINGS.get(kind, ""))
        if name in planted or min(codes.values()) < 0:
            continue
        own = random.uniform(*depth)
        touched = np.logical_and.reduce([drawn[factor] == code for factor, code in codes.items()])
        chance = np.where(touched, 1 - (1 - chance) * (1 - own), chance)
        planted[name] = own, touched
    touches = sum((touched.astype(np.int64) for _, touched in planted.values()), np.zeros(cases, np.int64))
    failed = random.random(cases) < chance
    columns = {factor: [_level(factor, code) for code in codes.tolist()] for factor, codes in drawn.items()}
    return Campaign(
        Table(columns, failed.tolist()),
        tuple(
            Planted(name, own, int(touched.sum()), int((touches[touched] > 1).sum()))
            for name, (own, touched) in planted.items()
        ),
    )


def _level(factor: str, code: int) -> str:
    return f"{factor}-{code}" if code >= 0 else ""


@dataclass(slots=True)
class Score:
    """Of many campaigns. Ochiai is told how many faults there are, and names as many."""

    campaigns: int = 0
    planted: int = 0
    found: int = 0
    accused: int = 0
    right: int = 0
    ochiai_right: int = 0
    spent_s: float = 0.0
    thin: int = 0
    """not found, and fewer than 8 cases touch it"""
    hidden: int = 0
    """not found, and at least half of its cases are those of another fault"""

    def add(self, campaign: Campaign, located: Localisation, spent_s: float) -> None:
        """A group of several counts as right where one of them was planted: nobody could say more."""
        planted = {fault.candidate for fault in campaign.faults}
        named = {candidate for accusation in located.accused for candidate in accusation.group}
        self.campaigns += 1
        self.planted += len(planted)
        self.found += len(planted & named)
        self.accused += len(located.accused)
        self.right += sum(not planted.isdisjoint(accusation.group) for accusation in located.accused)
        top = located.ochiai[: len(planted)]
        self.ochiai_right += sum(not planted.isdisjoint(ranked.group) for ranked in top)
        self.spent_s += spent_s
        missed = [fault for fault in campaign.faults if fault.candidate not in named]
        self.thin += sum(fault.touched < FEW_ROWS for fault in missed)
        self.hidden += sum(FEW_ROWS <= fault.touched <= 2 * fault.hidden for fault in missed)

    @property
    def recall(self) -> float:
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.accused if self.accused else 1.0

    @property
    def ochiai(self) -> float:
        return self.ochiai_right / self.planted if self.planted else 1.0


def study(cases: int, faults: int, campaigns: int, draw: Draw = even, seed: int = 8) -> Score:
    score = Score()
    for number in range(campaigns):
        made = campaign((seed, cases, faults, number), cases, faults, draw=draw)
        begun = process_time()
        located = made.table.localise()
        score.add(made, located, process_time() - begun)
    return score


def told_apart(cases: int, rotated: float, campaigns: int, seed: int = 8) -> float:
    """The share of campaigns in which a fault of an MVNO, or of a modem, is the first accused, and alone.

    So many cases are on another modem than the MVNO's own: with none, the two are one column.
    """
    alone, draw = 0, rotating(rotated)
    for number in range(campaigns):
        made = campaign((seed, cases, number), cases, 1, (0.5, 0.95), BACKGROUND, MVNO_OR_MODEM, draw)
        accused = made.table.localise().accused
        alone += bool(accused) and accused[0].group == (made.faults[0].candidate,)
    return alone / campaigns


def together(scores: Sequence[Score]) -> Score:
    """Their sums."""
    total = Score()
    for score in scores:
        for name in Score.__slots__:
            setattr(total, name, getattr(total, name) + getattr(score, name))
    return total


@dataclass(slots=True)
class Replays:
    """Of many investigations of a failed case."""

    cases: int = 0
    right: int = 0
    replays: int = 0
    seconds: float = 0.0


def investigate(depth: float, cases: int, most: int = 60, seed: int = 8) -> Replays:
    """`cases` failed cases; the culprit, drawn evenly, shows in `depth` of the replays that keep it."""
    investigation = Investigation()
    total = Replays()
    for number in range(cases):
        random = np.random.default_rng((seed, number))
        culprit = investigation.suspects[random.integers(len(investigation.suspects))].name
        history: list[Replayed] = []
        while len(history) < most and (swap := investigation.next(history)):
            shows = 0.0 if culprit in swap.swapped else depth
            chance = 1 - (1 - investigation.background) * (1 - shows)
            history.append(Replayed(frozenset(swap.swapped), bool(random.random() < chance)))
            total.seconds += swap.seconds
        total.cases += 1
        total.replays += len(history)
        total.right += investigation.culprit(history) == culprit
    return total
