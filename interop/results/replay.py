"""One failed case, replayed until it is known what failed it: next is the swap that tells most a second.

Any set of suspects may be swapped at once, each for one known to work. Pure: the history decides what is
next, so an investigation resumes from its record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

CHANCE = "chance"
"""nothing on this path is at fault: the case failed as any case sometimes does"""

MOST_SUSPECTS = 12
LEAST_INFORMATION = 1e-9
"""nats; a replay that tells less tells nothing"""


@dataclass(frozen=True, slots=True)
class Suspect:
    """`price_s`: seconds to swap it, there or back; None for one that cannot be. `prior`: relative weight."""

    name: str
    price_s: float | None
    prior: float = 1.0


SUSPECTS = (
    Suspect("sim", 60),
    Suspect("modem", 45),
    Suspect("radio", 40),
    Suspect("core", 30),
    Suspect("interconnect", 25),
    Suspect("originator", 20),
)
"""Prices are assumed; a lab's own history knows better."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One conclusive replay, with these suspects swapped."""

    swapped: frozenset[str]
    failed: bool


@dataclass(frozen=True, slots=True)
class Swap:
    """What to replay with next: `swapped` are the suspects to be other ones than in the failed case.

    `information`: expected, in nats about who it was; `seconds`: the swaps there and back, and the case.
    """

    swapped: tuple[str, ...]
    information: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Investigation:
    """`depths`: how often a fault may show, all as likely; `background`: how often a case fails without one.

    `chance`: how likely it was, before the failure was seen, that no suspect is at fault.
    Raises ValueError for suspects of one name, none or more than `MOST_SUSPECTS`, and chances beyond 0..1.

    >>> both = Investigation((Suspect("sim", 60), Suspect("originator", 20)))
    >>> history = [Replayed(frozenset({"originator"}), failed=False)] * 2
    >>> both.next([]).swapped, {name: round(share, 2) for name, share in both.posterior(history).items()}
    (('originator',), {'sim': 0.11, 'originator': 0.84, 'chance': 0.05})
    """

    suspects: tuple[Suspect, ...] = SUSPECTS
    case_s: float = 20.0
    depths: tuple[float, ...] = (0.25, 0.5, 0.75, 0.95)
    background: float = 0.02
    chance: float = 0.5
    sure: float = 0.95

    def __post_init__(self) -> None:
        names = [suspect.name for suspect in self.suspects]
        if not 1 <= len(names) <= MOST_SUSPECTS or len({*names, CHANCE}) <= len(names):
            raise ValueError(f"suspects {', '.join(names)}: from 1 to {MOST_SUSPECTS}, each of its own name")
        if self.case_s <= 0 or any(
            suspect.price_s is not None and suspect.price_s < 0 for suspect in self.suspects
        ):
            raise ValueError("a swap takes no less than 0 seconds, a case more")
        if not self.depths or not all(0 < depth <= 1 for depth in self.depths):
            raise ValueError(f"depths {self.depths}: each above 0, at most 1")
        if not (0 < self.background < 1 and 0 <= self.chance < 1 and 0 < self.sure < 1):
            raise ValueError("background and sure are between 0 and 1, chance from 0 to less than 1")
        if any(suspect.prior <= 0 for suspect in self.suspects):
            raise ValueError("a prior is above 0")

    def posterior(self, history: Sequence[Replayed]) -> dict[str, float]:
        """How likely each suspect is to be the one at fault, and `CHANCE`; together 1."""
        joint = self._joint(history)
        return {name: sum(weights) for name, weights in joint.items()}

    def culprit(self, history: Sequence[Replayed]) -> str | None:
        """The suspect, or `CHANCE`, that is sure; None while nobody is."""
        name, share = max(self.posterior(history).items(), key=lambda item: item[1])
        return name if share >= self.sure else None

    def next(self, history: Sequence[Replayed], now: frozenset[str] | None = None) -> Swap | None:
        """The swap with most information a second; None when somebody is sure, or no replay tells more.

        `now`: what is swapped at this moment; as in the last replay where it is not given.
        """
        if self.culprit(history) is not None:
            return None
        joint = self._joint(history)
        if now is None:
            now = history[-1].swapped if history else frozenset()
        swaps = [self._swap(swapped, joint, now) for swapped in self._sets()]
        best = max(swaps, key=lambda swap: swap.information / swap.seconds)  # of equals, the fewest swaps
        return best if best.information > LEAST_INFORMATION else None

    def _sets(self) -> list[tuple[str, ...]]:
        names = [suspect.name for suspect in self.suspects if suspect.price_s is not None]
        return [chosen for size in range(len(names) + 1) for chosen in combinations(names, size)]

    def _joint(self, history: Sequence[Replayed]) -> dict[str, list[float]]:
        """Of who it is and, per suspect, how often it shows; the failure itself is the first thing known."""
        names = {suspect.name for suspect in self.suspects}
        for replayed in history:
            if unknown := sorted(replayed.swapped - names):
                known = ", ".join(suspect.name for suspect in self.suspects)
                raise ValueError(f"{unknown[0]} was swapped: no such suspect (there are: {known})")
        priors = sum(suspect.prior for suspect in self.suspects)
        joint = {
            suspect.name: [(1 - self.chance) * suspect.prior / priors / len(self.depths)] * len(self.depths)
            for suspect in self.suspects
        }
        joint[CHANCE] = [self.chance]
        for replayed in (Replayed(frozenset(), True), *history):
            for name, weights in joint.items():
                fails = self._fails(name, replayed.swapped)
                joint[name] = [
                    weight * (fail if replayed.failed else 1 - fail)
                    for weight, fail in zip(weights, fails, strict=True)
                ]
            total = sum(map(sum, joint.values()))
            joint = {name: [weight / total for weight in weights] for name, weights in joint.items()}
        return joint

    def _fails(self, culprit: str, swapped: frozenset[str]) -> list[float]:
        """The chance that a replay fails, for each depth."""
        if culprit == CHANCE:
            return [self.background]
        if culprit in swapped:
            return [self.background] * len(self.depths)
        return [1 - (1 - self.background) * (1 - depth) for depth in self.depths]

    def _swap(self, swapped: tuple[str, ...], joint: dict[str, list[float]], now: frozenset[str]) -> Swap:
        chosen = frozenset(swapped)
        shares, failing = [], []
        for name, weights in joint.items():
            fails = self._fails(name, chosen)
            shares.append(sum(weights))
            failing.append(sum(weight * fail for weight, fail in zip(weights, fails, strict=True)))
        passing = [share - fail for share, fail in zip(shares, failing, strict=True)]
        # I(who; outcome) = H(who) + H(outcome) - H(who, outcome)
        information = (
            _entropy(shares) + _entropy([sum(failing), sum(passing)]) - _entropy([*failing, *passing])
        )
        prices = (suspect.price_s or 0.0 for suspect in self.suspects if suspect.name in chosen ^ now)
        return Swap(swapped, information, self.case_s + sum(prices))


def _entropy(shares: Sequence[float]) -> float:
    return -sum(share * log(share) for share in shares if share > 0)
