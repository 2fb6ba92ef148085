"""Cards in PC/SC readers (pcscd and pyscard): readers by their names, every call with a deadline.

What goes wrong comes as result codes; which of them means what was measured (sims.md 7).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, TypeVar

from drivers.card import scard
from drivers.card.scard import SERVICE, Connection, Failed
from drivers.card.worker import Worker
from interop.protocols.card import CardBusy, CardLost, CardReset, Reader, permit
from interop.protocols.errors import EquipmentError, NotAnswering, NotAvailable

T = TypeVar("T")

DEADLINE_S: Final = 15.0
"""the slowest commands of cards take some seconds; a reader that hangs, or another program's transaction, for
ever"""
PATIENCE_S: Final = 1.5
"""a program that has just ended holds its reader for about a second"""
_PAUSE_S: Final = 0.1
_LOOK_S: Final = 1.0
"""the longest wait for a change in one call, which nobody can end"""

_GONE = "the card was pulled out, or has lost contact: put it in again"
_START = "start it (sudo systemctl start pcscd.socket)"
_SERVICE_GONE = f"pcscd has ended: {_START} and open the reader again"

# Result code -> what it means for us, and what to do next
_OPENING: Final[dict[int, tuple[type[EquipmentError], str]]] = {
    0x80100009: (NotAvailable, "a reader was unplugged just now: look again"),
    0x8010000B: (CardBusy, "another program holds the reader: close it (pcsc_scan, gpg, a browser)"),
    0x8010000C: (CardLost, "no card in it: put one in"),
    0x8010000F: (NotAvailable, "the card does not speak T=0, which every SIM does"),
    0x80100016: (CardLost, _GONE),
    0x80100017: (CardLost, "the reader was unplugged: plug it in again"),
    0x8010001D: (NotAvailable, f"pcscd does not run: {_START} (package pcscd)"),
    0x8010001E: (NotAvailable, f"pcscd is stopping: {_START}"),
    0x80100066: (NotAvailable, "the card does not answer to reset: clean the contacts, turn it over"),
    0x80100067: (NotAvailable, "the card has no power: clean the contacts, turn it over"),
    0x80100068: (CardReset, "another program reset the card: ask first which card it is"),
    0x80100069: (CardLost, "the card was pulled out: put it in again"),
    0x8010006A: (
        NotAvailable,
        "pcscd does not let us in: add a polkit rule for org.debian.pcsc-lite.access_pcsc, or where polkitd"
        " does not run, start pcscd with --disable-polkit",
    ),
}  # fmt: skip
_OPEN: Final = _OPENING | {
    0x80100003: (CardLost, _SERVICE_GONE),
    0x80100009: (CardLost, "the reader was unplugged: plug it in again"),
    0x80100013: (CardLost, _SERVICE_GONE),
    0x8010001D: (CardLost, _SERVICE_GONE),
    0x8010001E: (CardLost, _SERVICE_GONE),
}


class PcscCards:
    """Satisfies `interop.protocols.card.CardDriver`. `deadline`, `patience`: seconds."""

    def __init__(self, *, deadline: float = DEADLINE_S, patience: float = PATIENCE_S) -> None:
        self._deadline = deadline
        self._patience = patience

    async def readers(self) -> Sequence[Reader]:
        worker = Worker(SERVICE)
        try:
            return await worker.call(scard.listed, self._deadline)
        except TimeoutError:
            hangs = f"pcscd did not answer within {self._deadline:g} s: restart it"
            raise NotAnswering(SERVICE, hangs) from None
        except Failed as failed:
            raise _error(SERVICE, failed, _OPENING) from None
        finally:
            worker.end(lambda: None)

    async def open(self, name: str, *, write: bool) -> PcscLink:
        link = PcscLink(name, Connection(name, exclusive=write), self._deadline, alone=write)
        try:
            await self._connect(link)
        except BaseException:
            link.abandon("was not opened")
            raise
        return link

    async def swapped(self, seen: Reader) -> Reader:
        """Also a card that does not answer to reset, which `open` then tells. Nothing asks again and again:
        PC/SC wakes us; that a wait is bounded only lets its thread end when nobody waits any more.
        """
        worker, within = Worker(f"change of {seen.name}"), _LOOK_S + self._deadline
        now, state = seen, scard.state_of(seen)
        try:
            while not (now.atr or now.mute) or now.changes == seen.changes:
                look = partial(scard.changed, seen.name, state, _LOOK_S)
                now, state = await worker.call(look, within)
        except TimeoutError:
            hangs = f"pcscd did not answer within {self._deadline:g} s: restart it"
            raise NotAnswering(seen.name, hangs) from None
        except Failed as failed:
            raise _error(seen.name, failed, _OPEN) from None
        finally:
            worker.end(lambda: None)
        return now

    async def close(self) -> None:
        """Nothing is held between calls."""

    async def _connect(self, link: PcscLink) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience
        while True:
            try:
                await link.connect()
                return
            except Failed as failed:
                if failed.code == scard.UNKNOWN_READER:
                    known = ", ".join([reader.name for reader in await self.readers()])
                    what = f"no reader of this name; there are: {known or 'none'}"
                    raise NotAvailable(link.name, what) from None
                if failed.code != scard.SHARING_VIOLATION or loop.time() >= until:
                    raise _error(link.name, failed, _OPENING) from None
            await asyncio.sleep(_PAUSE_S)


class PcscLink:
    """Satisfies `interop.protocols.card.CardLink`. `alone`: connected exclusively; `deadline`: in seconds, of
    each call.
    """

    def __init__(self, name: str, connection: Connection, deadline: float, *, alone: bool) -> None:
        self.name = name
        self.atr = b""
        self.alone = alone
        self._connection = connection
        self.deadline = deadline
        self._worker = Worker(f"reader {name}")
        self._lost = ""

    async def connect(self) -> None:
        """Raises Failed, for the driver to judge, NotAvailable, NotAnswering."""
        self.atr = await self._call(self._connection.connect)

    async def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        permit(self.name, apdu, alone=self.alone)
        try:
            answer = await self._call(lambda: self._connection.transmit(apdu))
        except Failed as failed:
            raise self._judged(failed) from None
        if len(answer) < 2:  # success, as PC/SC has it, and no status word
            raise self._judged(Failed(scard.NOT_TRANSACTED))
        return answer[:-2], int.from_bytes(answer[-2:])

    async def reset(self) -> bytes:
        try:
            self.atr = await self._call(self._connection.reset)
        except Failed as failed:
            raise self._judged(failed) from None
        return self.atr

    async def close(self) -> None:
        if not self._lost:
            self._lost = "closed"
            with suppress(TimeoutError):  # then the thread is left to itself
                await self._worker.call(self._connection.close, self.deadline)
            self._worker.end(self._connection.close)

    def abandon(self, why: str) -> None:
        """The thread lets go of the card if it ever returns; nobody waits for it."""
        if not self._lost:
            self._lost = why
            self._worker.end(self._connection.close)

    def _judged(self, failed: Failed) -> EquipmentError:
        error = _error(self.name, failed, _OPEN)
        if isinstance(error, CardLost):
            self.abandon(error.text)
        return error

    async def _call(self, job: Callable[[], T]) -> T:
        if self._lost:
            raise CardLost(self.name, self._lost)
        try:
            return await self._worker.call(job, self.deadline)
        except TimeoutError:
            why = (
                f"the reader did not answer within {self.deadline:g} s: another program may hold the card in"
                " a transaction; else unplug the reader and plug it in again"
            )
            self.abandon(why)
            raise NotAnswering(self.name, why) from None


def _error(name: str, failed: Failed, table: dict[int, tuple[type[EquipmentError], str]]) -> EquipmentError:
    """What is not in the table may have happened before or after the card got its command: nobody knows."""
    kind, text = table.get(
        failed.code, (NotAnswering, f"PC/SC failed with {failed}; what the card did is not known")
    )
    return kind(name, text)
