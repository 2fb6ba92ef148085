"""Card readers of a lab file: drivers, readers' names in PC/SC, what is wrong with emulated cards."""

from __future__ import annotations

from typing import Final

from interop.lab.device_rules import check_injected
from interop.lab.drivers import names
from interop.lab.item import Item
from interop.lab.model import EMULATED, ReaderPart
from interop.lab.shape import close, unknown

_ELSEWHERE: Final = {
    "modem": 'the card in a modem is read through it: describe the modem under "modems"',
    "folder": "cards in files are for interop sim --cards, not for a lab",
    "lab": "a lab is not a part of a lab",
}
"""card drivers that are made of what a lab file does not name"""


def check_reader(reader: Item, sims: list[str]) -> None:
    # a SIM whose own name is mistaken ("") may be the one that is meant
    if (sim := reader.text("sim")) and sim not in sims and "" not in sims:
        reader.refuse("sim", f'no SIM "{sim}" in this lab{close(sim, sims)}')
    driver = reader.text("driver") or str(ReaderPart.model_fields["driver"].default)
    known = [name for name in names("cards") if name not in _ELSEWHERE]
    if driver in _ELSEWHERE:
        reader.refuse("driver", f'driver: "{driver}": {_ELSEWHERE[driver]}')
    elif driver not in known:
        reader.refuse("driver", unknown("driver", driver, known))
    elif driver == EMULATED:
        if reader.data.get("reader"):
            reader.refuse("reader", "reader: an emulated one has no name beside its own")
    elif not reader.data.get("reader"):
        reader.refuse("reader", f'card reader {reader.text("name")} has no "reader", its whole name in PC/SC')
    if driver == EMULATED:
        check_injected(reader, "faults")
    elif reader.data.get("faults"):
        reader.refuse("faults", f"faults: only an emulated card has them, not one of {driver}")
