"""Card readers through PC/SC, and those that the kernel sees while PC/SC does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from drivers.card.pcsc import PcscCards
from drivers.card.scard import pyscard
from interop.protocols.card import Reader
from interop.protocols.errors import EquipmentError
from interop.protocols.found import FoundReader, Problem, Trouble

USB_DEVICES = Path("/sys/bus/usb/devices")
_SMART_CARD_CLASS = "0b"
"""bInterfaceClass of a CCID reader (USB-IF, "Smart Card Device Class")"""


class ReaderFinder:
    """Satisfies `interop.protocols.found.Finder`."""

    async def find(self, places: Sequence[str], progress: Callable[[str], None]) -> list[FoundReader]:
        """Readers have no ports: with `places` there is nothing to look for here. No card is disturbed."""
        if places:
            return []
        progress("looking for card readers")
        trouble = Trouble.READER_WITHOUT_LIBRARY
        try:
            await asyncio.to_thread(pyscard)
            trouble = Trouble.READER_WITHOUT_SERVICE
            return [_found(reader) for reader in await PcscCards().readers()]
        except EquipmentError as error:
            problem = Problem(trouble, "", f"{error.text}.")
            return [FoundReader(name, problems=(problem,)) for name in usb_readers()]


def usb_readers(devices: Path = USB_DEVICES) -> list[str]:
    """What USB calls the card readers that are plugged in, whether or not PC/SC knows them."""
    found = {}
    for interface in sorted(devices.glob("*/bInterfaceClass")):
        if _text(interface) == _SMART_CARD_CLASS:
            socket = interface.parent.name.partition(":")[0]
            found[socket] = _text(devices / socket / "product") or f"USB device {socket}"
    return list(found.values())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _found(reader: Reader) -> FoundReader:
    if reader.mute:
        advice = "clean the contacts, turn the card over."
        return FoundReader(reader.name, problems=(Problem(Trouble.CARD_MUTE, "", advice),))
    if not reader.atr:
        return FoundReader(reader.name, problems=(Problem(Trouble.CARD_MISSING, "", "put a card in."),))
    return FoundReader(reader.name, reader.atr.hex().upper())
