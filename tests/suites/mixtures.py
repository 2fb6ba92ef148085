"""Quirks and defects thrown together by a seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import TypeVar

from tests.forked import MAKERS
from tests.suites.injected import QUIRKS, Injected, variants

RATES = (1, 0.5, 0.2, 0.05)
MODEMS = ("*", "m0[1-3]", "m0[4-6]", "m02", "m04")

AnInjected = TypeVar("AnInjected", bound=Injected)


def mixture(
    kind: type[AnInjected], seed: int, defects: Iterable[str], rows: Mapping[str, float]
) -> AnInjected:
    """One to four quirks, none to two defects, the parameters of each (`rows`: the quirks as they do most
    harm): by the seed alone.
    """
    random = Random(seed)
    names = random.sample(QUIRKS, random.randint(1, 4))
    injected = random.sample(sorted(defects), random.choice([0, 1, 1, 2]))
    return kind(tuple(_quirk(random, name, rows) for name in names), tuple(injected), seed)


def _quirk(random: Random, name: str, rows: Mapping[str, float]) -> str:
    chosen = random.choice(variants(name, rows))
    given = [] if "rate=" in chosen else [f"rate={random.choice(RATES)}"]
    given.append(f"modem={random.choice(MODEMS)}")
    return chosen + ("," if "@" in chosen else "@") + ",".join(given)


def of_makers(injected: AnInjected) -> AnInjected:
    """The same in a small lab whose modems are of any maker, as a real lab's are."""
    random = Random(f"makers/{injected.seed}")
    return replace(injected, dialects=tuple(random.choice(MAKERS) for _ in range(6)))
