"""The card end of vpcd: an emulated card in a virtual reader of pcscd, for any PC/SC program.

vsmartcard's reader listens (port 35963 for its first slot, one more for the second); the card dials. Frames
both ways are a length of two octets, big-endian, and so many octets: one alone is a signal at the card's
contacts, more are a command.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from drivers.emulated.uicc.card import Card
from interop.protocols.card import CardLost
from interop.protocols.errors import NotAvailable

FIRST_PORT: Final = 35963
_POWER_OFF: Final = b"\x00"
_POWER_ON: Final = b"\x01"
_RESET: Final = b"\x02"
_ATR: Final = b"\x04"
_AWAY_S: Final = 1.0
"""pcscd looks every 0.4 s whether a card is there; one that is back sooner was never away"""

Dial = Callable[[], Awaitable[socket.socket]]
"""a connected socket that does not block; raises OSError"""


class Slot:
    """A slot of a virtual reader and the card in it, which may be swapped at any time. `answered` gets each
    command that the card had, before its answer leaves.

    >>> slot = Slot(card, lambda: dial("127.0.0.1", FIRST_PORT))
    >>> task = asyncio.create_task(slot.run())
    """

    def __init__(
        self, card: Card | None, dial: Dial, answered: Callable[[bytes], None] | None = None
    ) -> None:
        self.powered = asyncio.Event()
        """the reader has given power to the card that is in it"""
        self._card = card
        self._dial = dial
        self._answered_to = answered
        self._swapped = asyncio.Event()
        self._line: socket.socket | None = None

    @property
    def empty(self) -> bool:
        return self._card is None or not self._card.inserted

    def swap(self, card: Card | None) -> None:
        """Pull out what is in it and put `card` in, which may be the same one; None leaves it empty."""
        self._card = card
        self._swapped.set()
        self.powered.clear()
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    async def run(self) -> None:
        """Until vpcd hangs up. Raises NotAvailable where nobody listens."""
        while True:
            while (card := self._card) is None or not card.inserted:
                await self._swapped.wait()
                self._swapped.clear()
            try:
                self._line = await self._dial()
            except OSError as error:
                raise NotAvailable("vpcd", f"{error}; is pcscd running, with vsmartcard-vpcd?") from None
            self._swapped.clear()
            try:
                await self._serve(card, self._line)
                if not self._swapped.is_set():
                    return
            except CardLost:
                pass  # which a reader sees by our hanging up
            finally:
                self._line.close()
                self._line = None
            await asyncio.sleep(_AWAY_S)

    async def _serve(self, card: Card, line: socket.socket) -> None:
        """Until vpcd hangs up, or the card is swapped. Raises CardLost."""
        while head := await _receive(line, 2):
            octets = await _receive(line, int.from_bytes(head))
            if octets == _ATR:
                answer = card.atr
            elif len(octets) > 1:
                answer = await self._answered(card, octets)
            else:
                answer = b""
                if octets == _POWER_OFF:
                    card.power_off()
                elif octets in (_POWER_ON, _RESET):
                    card.power_on()
                    self.powered.set()
            if answer:  # vpcd would wait for ever for the octets of an empty one
                try:
                    await asyncio.get_running_loop().sock_sendall(line, len(answer).to_bytes(2) + answer)
                except ConnectionError:
                    return

    async def _answered(self, card: Card, octets: bytes) -> bytes:
        """A late answer is dropped where the card is swapped before."""
        try:
            answer = card.answer(octets)
        finally:
            if self._answered_to is not None:
                self._answered_to(octets)
        if answer.late:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._swapped.wait(), answer.late)
                return b""
        return answer.data + answer.sw.to_bytes(2)


async def _receive(line: socket.socket, count: int) -> bytes:
    """b"" at the end. Debian's vpcd 3.3 sends length and octets apart, with Nagle's algorithm on: the second
    waits 40 ms unless the first is acknowledged at once, and Linux forgets that wish at every recv."""
    loop, octets = asyncio.get_running_loop(), b""
    while len(octets) < count:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        try:
            more = await loop.sock_recv(line, count - len(octets))
        except ConnectionError:
            return b""
        if not more:
            return b""
        octets += more
    return octets


async def dial(host: str, port: int) -> socket.socket:
    """Raises OSError."""
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    line.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(line, (host, port))
    except BaseException:
        line.close()
        raise
    return line
