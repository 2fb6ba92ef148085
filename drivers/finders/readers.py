"""Card readers through PC/SC (pyscard), and those that the kernel sees while PC/SC does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from drivers.card.scard import pyscard
from interop.protocols.errors import NotAvailable
from interop.protocols.found import FoundReader, Problem, Trouble

USB_DEVICES = Path("/sys/bus/usb/devices")
_SMART_CARD_CLASS = "0b"
"""bInterfaceClass of a CCID reader (USB-IF, "Smart Card Device Class")"""
_SERVICE = "start it (sudo systemctl start pcscd.socket; it is in the package pcscd)."


class ReaderFinder:
    """Satisfies `interop.protocols.found.Finder`."""

    async def find(self, places: Sequence[str], progress: Callable[[str], None]) -> list[FoundReader]:
        """Readers have no ports: with `places` there is nothing to look for here."""
        if places:
            return []
        progress("looking for card readers")
        return await asyncio.to_thread(_readers)


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


def _readers() -> list[FoundReader]:
    seen = usb_readers()
    try:
        pyscard()
        from smartcard.System import readers
    except (NotAvailable, ImportError) as error:
        advice = error.text if isinstance(error, NotAvailable) else "install pyscard again."
        problem = Problem(Trouble.READER_WITHOUT_LIBRARY, "", advice)
        return [FoundReader(name, problems=(problem,)) for name in seen]
    try:
        listed = readers()
    except Exception as error:  # pyscard: EstablishContextException and others, by version
        problem = Problem(Trouble.READER_WITHOUT_SERVICE, f"pcscd does not answer ({error})", _SERVICE)
        return [FoundReader(name, problems=(problem,)) for name in seen]
    return [_reader(reader) for reader in listed]


def _reader(reader: object) -> FoundReader:
    from smartcard.Exceptions import NoCardException

    name = str(reader)
    try:
        connection = reader.createConnection()  # type: ignore[attr-defined]
        connection.connect()
        atr = bytes(connection.getATR()).hex().upper()
        connection.disconnect()
    except NoCardException:
        return FoundReader(name, problems=(Problem(Trouble.CARD_MISSING, "", "put a card in."),))
    except Exception as error:  # a mute card, a reader pulled out: one sentence each, by version
        advice = "clean the contacts, turn the card over."
        return FoundReader(name, problems=(Problem(Trouble.CARD_MUTE, str(error), advice),))
    return FoundReader(name, atr)
