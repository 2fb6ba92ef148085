"""A card by its octets: what carries APDUs to it, whatever reader or modem it sits in.

Entry-point group `interop.cards`: a `CardDriver` class each ("pcsc", "modem", "emulated").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from interop.protocols.errors import DeviceLost, EquipmentError


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
    without one.
    """

    name: str
    atr: bytes


class CardLink(Protocol):
    """One card, connected. Raises only EquipmentError; after CardLost every call does.

    `alone`: nobody else moves its selection while we hold it, so that it may be written to. PC/SC in
    exclusive mode and the emulated card are; AT+CSIM is only where the modem leaves the channel to us.
    """

    name: str
    atr: bytes
    alone: bool

    async def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """One TPDU of T=0 as it is, and what the card answered: octets and status word. Never repeated."""

    async def reset(self) -> bytes:
        """The ATR of the card that is there now, which may be another one. PIN, ADM and selection are lost."""

    async def close(self) -> None:
        """Never raises."""


class CardDriver(Protocol):
    async def readers(self) -> Sequence[Reader]:
        """In the order of the bus. Raises NotAvailable with what to install or start."""

    async def open(self, name: str, *, write: bool) -> CardLink:
        """`name`: of a reader, in full, never an index. `write`: exclusively; raises CardBusy, NotAvailable
        where the link cannot be had for us alone. Raises CardLost where there is no card.
        """
