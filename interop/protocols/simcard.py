"""The card of a SIM by its files, whether it sits in a modem or in a card reader."""

from __future__ import annotations

from typing import Protocol

from interop.protocols.modem import Health
from interop.protocols.stream import EventStream


class SimCard(Protocol):
    """A `Modem` is one, too, by +CRSM. Raises only EquipmentError."""

    name: str
    """of the modem or card reader in the lab file"""
    sim: str
    """the SIM's name in the lab file: the party in events"""
    events: EventStream

    async def read_file(self, file_id: int) -> bytes | None:
        """A transparent EF, None when the card has no such file (6A82, 9404)."""

    async def read_records(self, file_id: int) -> list[bytes] | None:
        """All records of a linear fixed EF, None when the card has no such file."""

    async def health(self, *, registered: bool = True) -> Health:
        """Whether it answers. In a card reader nothing can be registered, and nobody asks."""
