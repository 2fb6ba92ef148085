"""Bytes in, bytes out: what carries AT, and what keeps every byte of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable


class Link(Protocol):
    """An open or openable byte pipe to one device.

    `emulated` is True only on a link object made in this process to an emulated network; everything
    else, a TCP port on loopback included, counts as real and is under the emergency guard.
    """

    name: str
    emulated: bool

    async def open(self, received: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        """Start calling `received` with what arrives and `lost` once, with why, when the link dies.

        Raises DeviceLost naming the port and what to do.
        """

    def write(self, data: bytes) -> None:
        """Queue bytes; never blocks. After loss it does nothing."""

    async def close(self) -> None: ...


@runtime_checkable
class Returning(Protocol):
    """A link that knows how its device comes back after a loss; any other is just opened again."""

    @property
    def place(self) -> str:
        """Where the device is or was, for messages: /dev/ttyUSB3; "" for the port of the lab file."""

    async def returned(self) -> None:
        """Until there is news that a device has come."""

    def elsewhere(self) -> bool:
        """What answers here is not our device. Is there another place that `open` would try next?"""


class Journal(Protocol):
    """Where every byte of a link goes, with time and sequence; secrets are masked on the way to disk."""

    def sent(self, data: bytes) -> None: ...

    def received(self, data: bytes) -> None: ...

    def note(self, text: str) -> None: ...


class NoJournal:
    """For handwork and tests that keep nothing."""

    def sent(self, data: bytes) -> None:
        del data

    def received(self, data: bytes) -> None:
        del data

    def note(self, text: str) -> None:
        del text
