"""What is registered under `interop.cards` is there, and is what the protocol asks for."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

from drivers.card.csim import ModemCards
from drivers.card.memory import MemoryCards
from drivers.card.pcsc import PcscCards
from interop.protocols.card import CardDriver


def test_entry_points() -> None:
    pyproject = Path(__file__).parents[3] / "pyproject.toml"
    rows = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["entry-points"]["interop.cards"]
    found = {}
    for name, place in rows.items():
        module, _, attribute = place.partition(":")
        found[name] = getattr(importlib.import_module(module), attribute)
    assert found == {"pcsc": PcscCards, "modem": ModemCards, "emulated": MemoryCards}


def test_each_is_a_card_driver() -> None:
    drivers: list[CardDriver] = [PcscCards(), ModemCards({}), MemoryCards({})]  # mypy looks closer
    assert all(callable(driver.open) for driver in drivers)
