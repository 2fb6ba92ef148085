"""What is registered under `interop.cards` is there, and is what the protocol asks for."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

from drivers.card.csim import ModemCards
from drivers.card.folder import FolderCards
from drivers.card.lab import LabCards
from drivers.card.memory import MemoryCards
from drivers.card.pcsc import PcscCards
from interop.lab.load import load
from interop.protocols.card import CardDriver, CardMaker


def test_entry_points() -> None:
    pyproject = Path(__file__).parents[3] / "pyproject.toml"
    rows = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["entry-points"]["interop.cards"]
    found = {}
    for name, place in rows.items():
        module, _, attribute = place.partition(":")
        found[name] = getattr(importlib.import_module(module), attribute)
    assert found == {
        "pcsc": PcscCards,
        "modem": ModemCards,
        "emulated": MemoryCards,
        "folder": FolderCards,
        "lab": LabCards,
    }


def test_each_is_a_card_driver() -> None:
    drivers: list[CardDriver] = [  # mypy looks closer
        PcscCards(),
        ModemCards({}),
        MemoryCards({}),
        FolderCards(Path()),
        LabCards(load("small")),
    ]
    assert all(callable(driver.open) for driver in drivers)


def test_cards_in_files_can_be_made() -> None:
    maker: CardMaker = FolderCards(Path())  # mypy looks closer
    assert callable(maker.blank)
