"""Emulated cards where PC/SC programs find them: behind vpcd, in a pcscd of our own or in one that runs."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Self

from drivers.card.cardfile import CardFile, files
from drivers.emulated.uicc import Card
from drivers.emulated.uicc.pcscd import SLOTS, Pcscd
from drivers.emulated.uicc.vpcd import Dial, Slot, dial
from interop.protocols.errors import NotAvailable

_WITHIN_S: Final = 20.0
"""until pcscd has given power to a card; it looks twice a second"""
_LAST_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class ReaderPort:
    """An emulated card as PC/SC programs find it. `name`: of its file, or of its reader in the lab; `reader`:
    as PC/SC calls it, "" in a pcscd that is not ours; `vpcd`: where that one listens.
    """

    name: str
    reader: str
    vpcd: str
    iccid: str
    atr: str


@dataclass(frozen=True, slots=True)
class Seat:
    """What is put into a reader. `answered` gets each command before its answer leaves."""

    name: str
    card: Card | None
    answered: Callable[[bytes], None] | None = None


@dataclass(frozen=True, slots=True)
class Vpcd:
    """One that listens already, on this machine: a port for each card, from `port` on."""

    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> Self:
        """HOST:PORT. Raises ValueError for any address that another machine could have."""
        host, colon, port = text.rpartition(":")
        host = "127.0.0.1" if host == "localhost" else host
        try:
            here = ipaddress.IPv4Address(host).is_loopback
        except ValueError:
            here = False
        if not (colon and here and port.isascii() and port.isdigit() and 0 < int(port) <= _LAST_PORT):
            raise ValueError(f"{text!r} is no HOST:PORT of this machine, such as 127.0.0.1:35963")
        return cls(host, int(port))


class Readers:
    """Cards that are in their readers. `ports`: in their order; `socket`: of our pcscd, None without."""

    def __init__(
        self, ports: Sequence[ReaderPort], socket: Path | None, tasks: set[asyncio.Task[None]]
    ) -> None:
        self.ports = ports
        self.socket = socket
        self._tasks = tasks

    async def ended(self) -> None:
        """Waits; raises NotAvailable when pcscd has hung up, OSError for what went wrong with a card."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        done.pop().result()
        raise NotAvailable("pcscd", "it has ended")


def seats(directory: Path) -> list[Seat]:
    """Each card of the folder, held until this process ends. Raises EquipmentError."""
    found = files(directory)
    if not found:
        raise NotAvailable(str(directory), "no cards in it; interop sim blank makes one")
    held = [(name, CardFile.open(name, path)) for name, path in found.items()]
    return [Seat(name, file.card, file.answered) for name, file in held]


@asynccontextmanager
async def plugged(seats: Sequence[Seat], directory: Path, vpcd: Vpcd | None) -> AsyncIterator[Readers]:
    """Every card has power. `directory`: for the files of our pcscd, which runs unless `vpcd` is told.

    Raises NotAvailable.
    """
    if vpcd and vpcd.port + len(seats) - 1 > _LAST_PORT:
        raise NotAvailable(
            "vpcd", f"{len(seats)} cards from port {vpcd.port} on: the last is beyond {_LAST_PORT}"
        )
    pcscd = None if vpcd else await asyncio.to_thread(Pcscd, directory, slots=len(seats))
    slots = [Slot(seat.card, _dial(index, pcscd, vpcd), seat.answered) for index, seat in enumerate(seats)]
    tasks = {asyncio.create_task(slot.run()) for slot in slots}
    try:
        for slot in slots:
            await _powered(slot, tasks)
        ports = [_port(index, seat, vpcd) for index, seat in enumerate(seats)]
        yield Readers(ports, pcscd.path if pcscd else None, tasks)
    finally:
        for task in tasks:  # before pcscd, which would wait for an answer that is late
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if pcscd is not None:
            await asyncio.to_thread(pcscd.close)


def _dial(index: int, pcscd: Pcscd | None, vpcd: Vpcd | None) -> Dial:
    if pcscd is not None:
        return partial(pcscd.dial, index)
    assert vpcd is not None
    return partial(dial, vpcd.host, vpcd.port + index)


async def _powered(slot: Slot, tasks: set[asyncio.Task[None]]) -> None:
    """Raises NotAvailable."""
    if slot.empty:
        return
    powered = asyncio.create_task(slot.powered.wait())
    try:
        async with asyncio.timeout(_WITHIN_S):
            done, _ = await asyncio.wait({powered, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    except TimeoutError:
        what = f"no card got power within {_WITHIN_S:g} s: are there others in these slots?"
        raise NotAvailable("vpcd", what) from None
    finally:
        powered.cancel()
    for task in done & tasks:
        task.result()
        raise NotAvailable("vpcd", "it has hung up: is there another card in this slot?")


def _port(index: int, seat: Seat, vpcd: Vpcd | None) -> ReaderPort:
    reader = "" if vpcd else f"Lab Reader {index // SLOTS} 00 {index % SLOTS:02}"
    at = f"{vpcd.host}:{vpcd.port + index}" if vpcd else ""
    if seat.card is None:
        return ReaderPort(seat.name, reader, at, "", "")
    return ReaderPort(seat.name, reader, at, seat.card.identity.iccid, seat.card.atr.hex().upper())
