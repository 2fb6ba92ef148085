"""A modem whose link was lost: looked for, proved to be the same one with the same SIM, put to work again.

A path proves nothing: ttyUSB numbers move, a hub hands out another modem, somebody changes cards meanwhile.
The IMEI proves the modem; the ICCID proves the card, and is read before any PIN is given.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from itertools import chain, repeat

from drivers.at import iccid
from drivers.at.channel import Channel
from drivers.at.exchange import Answer, Command
from interop.lab.model import ModemPart, SimPart
from interop.protocols.errors import CommandRefused, DeviceLost, EquipmentError, NotAnswering
from interop.protocols.link import Journal, Link, Returning
from interop.protocols.stream import EventStream
from interop.record.events import LinkBack, LinkGivenUp

PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0)
LAST_PAUSE_S = 30.0
GIVE_UP_AFTER_S = 3600.0

_IMEI = Command(text="AT+CGSN", bare=True, retry_busy=False)
_IMEI_TRIES = 2


class _Stranger(DeviceLost):
    """A modem is there, and it is another one."""


class Recovery:
    """`settle` is run once the modem answers again, before anybody else may use it."""

    def __init__(
        self,
        modem: ModemPart,
        sim: SimPart,
        link: Link,
        channel: Channel,
        journal: Journal,
        events: EventStream,
        settle: Callable[[], Awaitable[None]],
    ) -> None:
        self._modem = modem
        self._link = link
        self._channel = channel
        self._journal = journal
        self._events = events
        self._settle = settle
        self._imei = modem.imei or ""
        self._iccid = sim.iccid.upper()
        self._task: asyncio.Task[None] | None = None

    async def meet(self) -> None:
        """Remember whose modem and card these are. Raises EquipmentError for an IMEI that the lab denies."""
        imei = await self._first_imei()
        if self._imei and imei and imei != self._imei:
            text = f"wrong device at {self._place}: its IMEI is {imei}, the lab file says {self._imei}"
            raise EquipmentError(self._modem.name, text)
        self._imei = imei or self._imei
        if found := await iccid.read(self._channel.run, self._journal):
            # what the card really says counts: the lab file may be what is wrong
            self._iccid = found
        else:
            self._journal.note("the ICCID cannot be read; after a loss it must be the one of the lab file")

    def begin(self) -> None:
        """The link is lost: look for the modem in the background until it is back or given up."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._look())

    async def close(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    @property
    def _place(self) -> str:
        return (self._link.place if isinstance(self._link, Returning) else "") or self._modem.port

    async def _first_imei(self) -> str:
        for _ in range(_IMEI_TRIES):
            try:
                return _imei_in(await self._channel.run(_IMEI))
            except CommandRefused:
                break
            except NotAnswering as error:
                self._journal.note(str(error))
        return ""

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        lost_at = loop.time()
        last = ""
        for pause in chain(PAUSES_S, repeat(LAST_PAUSE_S)):
            if loop.time() - lost_at >= GIVE_UP_AFTER_S:
                self._give_up(f"away for {loop.time() - lost_at:.0f} s, not looked for any more ({last})")
                return
            await self._wait(pause)
            try:
                await self._open_again()
            except (DeviceLost, NotAnswering) as error:
                last = error.text
                self._journal.note(f"not back yet: {last}")
            except EquipmentError as error:
                self._give_up(error.text)
                return
            else:
                if self._channel.usable:
                    self._events.append(LinkBack(self._place, round(loop.time() - lost_at, 3)))
                    return

    async def _wait(self, pause: float) -> None:
        """Until there is news of a device, at most `pause` seconds."""
        if not isinstance(self._link, Returning):
            await asyncio.sleep(pause)
            return
        try:
            async with asyncio.timeout(pause):
                await self._link.returned()
        except TimeoutError:
            return

    async def _open_again(self) -> None:
        """At every place where it may be now. Raises EquipmentError."""
        while True:
            try:
                await self._channel.reopen(self._prove)
                break
            except _Stranger:
                if not (isinstance(self._link, Returning) and self._link.elsewhere()):
                    raise
        try:
            await self._settle()
        except EquipmentError as error:
            self._journal.note(f"after the loss: {error}")

    async def _prove(self) -> None:
        ask = self._channel.exchange
        imei = _imei_in(await ask(_IMEI))
        if self._imei and imei != self._imei:
            raise _Stranger(self._modem.name, f"{self._place} has IMEI {imei or '?'}, not {self._imei}")
        found = await iccid.read(ask, self._journal)
        if not found:
            raise DeviceLost(self._modem.name, "the ICCID cannot be read: not proved to be the same SIM")
        if not iccid.same(found, self._iccid):
            if not self._imei:
                raise _Stranger(self._modem.name, f"at {self._place} is ICCID {found}, not {self._iccid}")
            text = f"came back with another SIM: ICCID {found}, before the loss {self._iccid}"
            raise EquipmentError(self._modem.name, text)

    def _give_up(self, why: str) -> None:
        self._channel.give_up(why)
        self._journal.note(f"given up: {why}")
        self._events.append(LinkGivenUp(why))


def _imei_in(answer: Answer) -> str:
    """The 15 digits among the lines of +CGSN, "" where there are none."""
    text = " ".join(answer.lines) if answer.ok else ""
    found = re.search(r"(?<!\d)\d{15}(?!\d)", text)
    return found[0] if found else ""
