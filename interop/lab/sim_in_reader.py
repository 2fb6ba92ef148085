"""The SIM in a card reader, for a case that asks what its files say: by APDUs, and without a modem."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from interop.lab.model import ReaderPart, SimPart
from interop.protocols.card import CardDriver, CardLink
from interop.protocols.errors import EquipmentError
from interop.protocols.link import Journal
from interop.protocols.modem import Health
from interop.protocols.stream import EventStream
from interop.record.apdus import Conversation
from interop.record.events import SimFileRead
from interop.uicc import EfError, Iccid
from interop.uicc.paths import ADF_USIM, DF_GSM, EF_ICCID, MF
from interop.uicc.session import CardRefused, Session, View
from interop.uicc.statuswords import LOCKED, NO_SUCH_FILE, OK, meaning

T = TypeVar("T")

_DF_TELECOM: Final = f"{MF}/7F10"
_DIRECTORIES: Final = {View.UICC: (ADF_USIM, _DF_TELECOM, DF_GSM), View.SIM: (DF_GSM, _DF_TELECOM)}
"""where a modem looks for a file of which it is told the identifier alone"""
_OF_THE_MF: Final = 0x2F

_PIN1: Final = 1
_FULL: Final = 3
"""tries of a PIN that nobody has mistaken"""

_NO_SUCH_CLASS: Final = (0x6E00, 0x6D00)


class SimInReader:
    """Satisfies `interop.protocols.simcard.SimCard`. `pin`: in digits, where the lab file has one.

    The reader is opened when it is first needed, and anew after trouble: an attempt gets the card that is
    there then. It is held alone, for another program's SELECT would have us read another file; and what a
    card says of a file counts when it says so twice, since a `fail` rests on it. All trouble is an
    EquipmentError of the reader, by its name in the lab file.
    """

    def __init__(
        self, reader: ReaderPart, sim: SimPart, cards: CardDriver, journal: Journal, pin: str | None
    ) -> None:
        self.name = reader.name
        self.sim = sim.name
        self.events = EventStream()
        self._place = reader.place
        self._iccid = sim.iccid
        self._cards = cards
        self._journal = journal
        self._pin = pin
        self._pin_given = False
        self._link: CardLink | None = None
        self._said = Conversation()
        self._session = Session(self._transmit)

    async def read_file(self, file_id: int) -> bytes | None:
        content = await self._content(file_id, self._session.read)
        if content is not None:
            self.events.append(SimFileRead(f"{file_id:04X}", content.hex().upper()))
        return content

    async def read_records(self, file_id: int) -> list[bytes] | None:
        records = await self._content(file_id, self._session.records)
        for number, record in enumerate(records or (), 1):
            self.events.append(SimFileRead(f"{file_id:04X}#{number}", record.hex().upper()))
        return records

    async def health(self, *, registered: bool = True) -> Health:
        del registered
        try:
            await self._open()
            with self._refusals():
                await self._session.select(MF)
        except EquipmentError as error:
            return Health(error.reason, error.text)
        return Health(None)

    async def close(self) -> None:
        """Let go of the reader; never raises."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    # Files

    async def _content(self, file_id: int, read: Callable[[str], Awaitable[T]]) -> T | None:
        """None where the card has no such file. Raises EquipmentError."""
        await self._open()
        with self._refusals():
            first = await self._found(file_id, read)
            if await self._found(file_id, read) != first:
                raise EquipmentError(self.name, f"the card says now this, now that of file {file_id:04X}")
        return first

    async def _found(self, file_id: int, read: Callable[[str], Awaitable[T]]) -> T | None:
        directories = (MF,) if file_id >> 8 == _OF_THE_MF else _DIRECTORIES[self._session.view]
        for directory in directories:
            path = f"{directory}/{file_id:04X}"
            if await self._has(path):
                return await self._unlocked(read, path)
        return None

    async def _has(self, path: str) -> bool:
        try:
            await self._session.select(path)
        except CardRefused as refused:
            if refused.sw in NO_SUCH_FILE:
                return False
            raise
        return True

    async def _unlocked(self, read: Callable[[str], Awaitable[T]], path: str) -> T:
        try:
            return await read(path)
        except CardRefused as refused:
            if refused.sw not in LOCKED:
                raise
        with self._refusals():
            await self._give_pin()
        return await read(path)

    async def _give_pin(self) -> None:
        """Once in a run, to the card that the lab file describes, and only if nobody has spent a try."""
        if self._pin is None:
            raise EquipmentError(self.name, f"the card asks for PIN1, and the lab gives none for {self.sim}")
        if not re.fullmatch("[0-9]{4,8}", self._pin):
            raise EquipmentError(self.name, "the PIN in the lab file is not 4 to 8 digits")
        if self._pin_given:
            raise EquipmentError(self.name, "the card asks for its PIN again; it is given once in a run")
        iccid = Iccid.decode(await self._session.read(EF_ICCID)).digits
        if iccid != self._iccid:
            raise EquipmentError(self.name, f"the PIN of {self.sim} is not tried on the card {iccid}")
        left = (await self._session.tries(_PIN1)).left
        if left is None or left < _FULL:
            told = (
                "does not tell how many tries are left"
                if left is None
                else f"has {left} of {_FULL} tries left"
            )
            raise EquipmentError(self.name, f"the card {told}: its PIN is not tried")
        self._pin_given = True
        sw = await self._session.verify(_PIN1, self._pin.encode().ljust(8, b"\xff"))
        if sw != OK:
            raise EquipmentError(self.name, f"the card refused its PIN: {sw:04X} ({meaning(sw)})")

    # Reader

    async def _open(self) -> None:
        """Raises EquipmentError."""
        if self._link is not None:
            return
        try:
            self._link = await self._cards.open(self._place, write=True)
        except EquipmentError as error:
            raise EquipmentError(self.name, error.text) from None
        self._said = Conversation()
        self._journal.note(f"reader {self._place}, ATR {self._link.atr.hex().upper()}")
        try:
            with self._refusals():
                await self._begin()
        except EquipmentError:
            await self.close()
            raise

    async def _begin(self) -> None:
        """Its 2G view may be another subscription: only for a card that has no 3G one, and says so twice."""
        for _ in range(2):
            try:
                await self._session.begin(View.UICC)
                return
            except CardRefused as refused:
                if refused.sw not in _NO_SUCH_CLASS:
                    raise
        await self._session.begin(View.SIM)

    async def _transmit(self, tpdu: bytes) -> tuple[bytes, int]:
        assert self._link is not None
        self._journal.sent(f"{self._said.command(tpdu)}\n".encode())
        try:
            data, sw = await self._link.transmit(tpdu)
        except EquipmentError as error:
            self._journal.note(f"card lost: {error.text}")
            await self.close()
            raise EquipmentError(self.name, error.text) from None
        self._journal.received(f"{self._said.answer(data, sw)}\n".encode())
        return data, sw

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """What the card refuses, and what of its answers cannot be read, is trouble of this reader."""
        try:
            yield
        except (CardRefused, EfError) as error:
            raise EquipmentError(self.name, str(error)) from None
