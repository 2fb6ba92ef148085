"""What cases spend: calls, messages, multimedia messages, and the money they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from importlib.resources import files

from interop.engine.verdicts import MOST_RETRIES
from interop.record import Attempt

KINDS = ("calls", "messages", "multimedia")

MOST_ATTEMPTS = 2 * (1 + MOST_RETRIES)
"""of one case: itself and, if it fails, its contrast, each tried again where it was inconclusive"""


@dataclass(frozen=True, slots=True)
class Spend:
    calls: int = 0
    messages: int = 0
    multimedia: int = 0

    def __add__(self, other: Spend) -> Spend:
        return Spend(
            self.calls + other.calls,
            self.messages + other.messages,
            self.multimedia + other.multimedia,
        )

    def __mul__(self, times: int) -> Spend:
        return Spend(self.calls * times, self.messages * times, self.multimedia * times)


NOTHING = Spend()


@dataclass(frozen=True, slots=True)
class Budget:
    """Most of each that a whole campaign may spend; None is no limit. `prices`: of one of each, in the
    currency of `money`.
    """

    calls: int | None = None
    messages: int | None = None
    multimedia: int | None = None
    money: float | None = None
    prices: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def cost(self, spend: Spend) -> float:
        calls, messages, multimedia = self.prices
        return calls * spend.calls + messages * spend.messages + multimedia * spend.multimedia

    def beyond(self, spend: Spend) -> str | None:
        """Which limit this would exceed, the first of "calls", "messages", "multimedia", "money"."""
        for kind in KINDS:
            limit = getattr(self, kind)
            if limit is not None and getattr(spend, kind) > limit:
                return kind
        over = self.money is not None and self.cost(spend) > self.money + 1e-9  # prices are decimal fractions
        return "money" if over else None


UNLIMITED = Budget()


def total(spends: Mapping[str, Mapping[str, int]]) -> Spend:
    """Of all SIMs in `Attempt.spent`."""
    parts = (Spend(*(counts.get(kind, 0) for kind in KINDS)) for counts in spends.values())
    return reduce(Spend.__add__, parts, NOTHING)


def spent_by(attempt: Attempt) -> Spend:
    return total(attempt.spent)


def of_service(service: str) -> Spend:
    """What one attempt at a case of this service spends at most; of a service that the table does not have,
    the most that any does.

    >>> of_service("report-mt")
    Spend(calls=0, messages=2, multimedia=0)
    """
    table = _table()
    return table.get(service) or Spend(*(max(getattr(one, kind) for one in table.values()) for kind in KINDS))


@cache
def _table() -> dict[str, Spend]:
    """As measured on the shipped suites in the emulated country."""
    text = files("interop.campaign").joinpath("spending.csv").read_text("utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return {row["service"]: Spend(*(int(row[kind]) for kind in KINDS)) for row in rows}
