"""A card by its octets: what carries APDUs to it, whatever reader or modem it sits in.

Entry-point group `interop.cards`: a `CardDriver` class each. "pcsc" is made of nothing, "modem" of the
channels of open modems by name, "emulated" of cards by the names of their readers, "folder" of a directory
that holds emulated cards as files, "lab" of a lab. A lab file names those that need nothing, and "emulated".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from interop.protocols.errors import DeviceLost, EquipmentError, NotAvailable

CHANGING: Final = frozenset((
    0x04, 0x44, 0x24, 0x26, 0x28, 0x2C, 0x32, 0xD4, 0xDB, 0xE0, 0xE4, 0xE6, 0xE8, 0xFE,
    0x0C, 0x0E, 0x0F, 0x46, 0xD0, 0xD1, 0xD2, 0xD6, 0xD7, 0xDA, 0xDC, 0xDD, 0xE2, 0xD8, 0xF0,
))  # fmt: skip
"""instructions that change a card: (DE)ACTIVATE FILE, CHANGE, DISABLE, ENABLE, UNBLOCK PIN, INCREASE, RESIZE
FILE, SET DATA, CREATE, DELETE FILE, TERMINATE DF, EF, CARD USAGE (ETSI TS 102 221 table 10.5, TS 102 222;
E6, E8 also INSTALL, LOAD); ERASE RECORD, BINARY, GENERATE KEY PAIR, WRITE BINARY, RECORD, UPDATE BINARY, PUT
DATA, UPDATE RECORD, APPEND RECORD (ISO/IEC 7816-4 table 4); PUT KEY, SET STATUS (GlobalPlatform 11)"""

_UNBLOCK: Final = 0x2C


class CardLost(DeviceLost):
    """The card was pulled out, or its reader: nothing more is known of it."""


class CardReset(EquipmentError):
    """Somebody else reset the card (0x80100068): selection, PIN and ADM are gone, and it may be another card.

    Whoever was writing stops, and begins by asking whose card this is.
    """


class CardBusy(EquipmentError):
    """Another program holds the reader (0x8010000B), and kept it for as long as we tried."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A place for a card. `name`: as PC/SC or the lab file calls it, in full; `atr`: of the card in it, b""
    without one, and of a modem, which does not tell. `changes`: grows whenever a card is put in or taken out,
    so that whoever looks twice knows of a swap between. `mute`: a card is there that did not answer to reset.
    """

    name: str
    atr: bytes
    changes: int = 0
    mute: bool = False


def changes(apdu: bytes) -> bool:
    """Whether it changes the card. UNBLOCK PIN without data only asks for tries (102 221 11.1.13)."""
    return apdu[1:2] != b"" and apdu[1] in CHANGING and not (apdu[1] == _UNBLOCK and apdu[4:] == b"\0")


def permit(name: str, apdu: bytes, *, alone: bool) -> None:
    """Raises NotAvailable for a command that changes the card, where others share it: their SELECT would move
    our current file, and it would be written to another one (sims.md 7).
    """
    if not alone and changes(apdu):
        raise NotAvailable(name, f"instruction {apdu[1]:02X} writes: the card was opened for reading only")


class CardLink(Protocol):
    """One card, connected. Raises only EquipmentError: CardLost and after it nothing else; CardReset until
    `reset`; NotAnswering where nobody knows whether the card has done it, and CardLost from then on where it
    was the reader that did not answer.

    `alone`: nobody else moves its selection while we hold it, so that it may be written to; else `permit`
    refuses. PC/SC in exclusive mode and the emulated card are; in a modem only a channel of our own is.
    """

    name: str
    atr: bytes
    alone: bool

    async def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """One TPDU of T=0 as it is, and what the card answered: octets and status word. Never repeated."""

    async def reset(self) -> bytes:
        """The ATR of the card that is there now, which may be another one. PIN, ADM and selection are lost.

        Raises NotAvailable where a modem holds the card.
        """

    async def close(self) -> None:
        """Never raises."""


class CardDriver(Protocol):
    async def readers(self) -> Sequence[Reader]:
        """In the order of the bus; no card is disturbed. Raises NotAvailable with what to install or start,
        NotAnswering.
        """

    async def open(self, name: str, *, write: bool) -> CardLink:
        """`name`: of a reader, in full, never an index. `write`: exclusively; raises CardBusy, NotAvailable
        where the link cannot be had for us alone. Raises CardLost where there is no card, NotAnswering.
        """

    async def swapped(self, seen: Reader) -> Reader:
        """Waits until a card is in this reader that was put in after `seen` was told. Raises NotAvailable
        where nobody can swap (a modem, a folder of emulated cards), CardLost when the reader is unplugged.
        """

    async def close(self) -> None:
        """Never raises."""


class CardMaker(Protocol):
    """A card driver whose cards are made, not bought ("folder"), also offers this as a static method."""

    @staticmethod
    def blank(
        path: Path, *, layout: str, iccid: str = "", adm: bytes = b"", ki: bytes = b"", opc: bytes = b""
    ) -> None:
        """A card as it leaves its maker, in a new file: `layout` says where Ki and OPc lie; 8, 16 and 16
        octets, none for the driver's own. Raises ValueError with a sentence, FileExistsError, OSError.
        """
