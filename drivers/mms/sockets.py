"""TCP by a modem's own sockets: Quectel's QICSGP, QIACT, QIOPEN, QISEND, QIRD, QICLOSE.

Quectel LTE Standard TCP/IP Application Note V1.1 2.1. In buffer access mode (0) what comes is told once by
+QIURC: "recv", and again only after all of it was read.
"""

from __future__ import annotations

import asyncio
from functools import partial

from drivers.at.answers import fields
from drivers.at.exchange import Command
from drivers.mms.commands import Commands, octets_behind
from drivers.mms.news import Ear, News
from drivers.mms.pdus import Broken, Connection
from drivers.mms.way import Refused
from interop.protocols.errors import EquipmentError
from interop.protocols.mms import MmsService, MmsStage

_ID = "0"
"""<connectID>: one connection at a time"""
_MOST_SENT = 1460
_MOST_READ = 1500
_OPEN_S = 150.0
"""2.1.4"""
_SEND_S = 30.0
_READ_S = 15.0
"""for _MOST_READ octets, at 1200 bit/s"""
_CLOSE_S = 15.0
_NOBODY_THERE = frozenset({"565", "566", "567", "569"})
"""4: the name is not known, connecting failed, the socket was closed, time-out; all else is the modem's"""
_FULL_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""waits for room: SEND FAIL says that the buffer is full (2.1.7), and a packet connection may be slow"""


class Sockets:
    """A `Carrier`."""

    def __init__(self, commands: Commands, news: News) -> None:
        self._commands = commands
        self._news = news

    async def lacks(self) -> str:
        there = await self._commands.has("+QIACT", "+QIOPEN", "+QISEND", "+QIRD")
        return "" if there else "the modem has no sockets (AT+QIOPEN)"

    async def up(self, service: MmsService) -> str:
        return await activate(self._commands, service)

    async def is_up(self) -> bool:
        return await _address(self._commands) is not None

    async def down(self) -> None:
        await deactivate(self._commands)

    async def connect(self, host: str, port: int) -> Connection:
        ear = self._news.open()
        socket = _Socket(self._commands, self._news, ear)
        try:
            await socket.open(host, port)
        except BaseException:
            await socket.close()  # 2.1.4: also after an error
            raise
        return socket


class _Socket:
    def __init__(self, commands: Commands, news: News, ear: Ear) -> None:
        self._commands = commands
        self._news = news
        self._ear = ear
        self._closed = False

    async def open(self, host: str, port: int) -> None:
        where = f'{self._commands.mms.cid},{_ID},"TCP",{self._commands.quote(host)},{port},0,0'
        await self._commands.say(f"AT+QIOPEN={where}", deadline=_OPEN_S)
        values = await self._ear.wait("+QIOPEN:", lambda values: values[0] == _ID, within=_OPEN_S)
        error = "".join(values[1:2])
        if error in _NOBODY_THERE:
            raise Broken(f"no connection to {host}:{port}: +QIOPEN error {error}")
        if error != "0":
            code = int(error) if error.isdecimal() else None
            raise Refused(MmsStage.DEVICE, f"+QIOPEN: {','.join(values)}", code=code)

    async def write(self, data: bytes) -> None:
        for at in range(0, len(data), _MOST_SENT):
            chunk = data[at : at + _MOST_SENT]
            send = Command(
                text=f"AT+QISEND={_ID},{len(chunk)}",
                upload=chunk,
                upload_at=">",
                deadline=_SEND_S,
                retry_busy=False,
            )
            await self._write(send)

    async def _write(self, send: Command) -> None:
        for pause in (*_FULL_S, None):
            try:
                await self._commands.run(send)
                return
            except Refused as no:
                if pause is None or "SEND FAIL" not in no.text:
                    raise Broken(no.text) from None
                await asyncio.sleep(pause)

    async def read(self) -> bytes:
        asked = Command(
            text=f"AT+QIRD={_ID},{_MOST_READ}",
            expect=("+QIRD:",),
            block=partial(octets_behind, value=0),
            deadline=_READ_S,
            retry_busy=False,
        )
        while True:
            try:
                answer = await self._commands.run(asked)
            except Refused as no:
                raise Broken(no.text) from None
            if data := b"".join(answer.blocks):
                return data
            if self._closed:
                return b""
            news = (await self._ear.wait("+QIURC:", self._is_about_us, within=None))[0]
            if news == "pdpdeact":
                raise Broken("the network has ended the packet connection")
            self._closed = news == "closed"

    def _is_about_us(self, values: list[str]) -> bool:
        ours = {"recv": _ID, "closed": _ID, "pdpdeact": str(self._commands.mms.cid)}
        return ours.get(values[0]) == "".join(values[1:2])

    async def close(self) -> None:
        try:
            await self._commands.try_to(f"AT+QICLOSE={_ID}", deadline=_CLOSE_S)
        except EquipmentError:
            pass  # whoever is next finds out
        finally:
            self._news.close(self._ear)


async def activate(commands: Commands, service: MmsService) -> str:
    """QICSGP and QIACT: the packet connection's address. Raises Refused at stage BEARER.

    QIACT does not say why it is refused. +CGACT does (27.007 9.2.2), on the same contexts, so it comes first.
    """
    cid = commands.mms.cid
    if await _address(commands) is not None:
        await deactivate(commands)  # of somebody who did not let go of it
    access = f"{cid},1,{commands.quote(service.apn)}"
    access += f",{commands.quote(service.user)},{commands.quote(service.password)},{int(bool(service.user))}"
    await commands.say(f"AT+QICSGP={access}", secret=bool(service.password))
    why: Refused | None = None
    for text in (f"AT+CGACT=1,{cid}", f"AT+QIACT={cid}"):
        try:
            await commands.say(text, MmsStage.BEARER, deadline=commands.mms.bearer_s)
        except Refused as no:
            why = why or no
            if text.startswith("AT+QIACT"):
                raise why from None
    return await _address(commands) or ""


async def deactivate(commands: Commands) -> None:
    """2.1.3: at most 40 s."""
    await commands.try_to(f"AT+QIDEACT={commands.mms.cid}", deadline=40.0)
    await commands.try_to(f"AT+CGACT=0,{commands.mms.cid}", deadline=40.0)


async def _address(commands: Commands) -> str | None:
    """Of the connection, None where it is not up: +QIACT: 1,1,1,"10.7.157.1"."""
    for row in await commands.read("AT+QIACT?", "+QIACT:"):
        values = fields(row)
        if values[:1] == [str(commands.mms.cid)] and values[1:2] == ["1"]:
            return values[3] if len(values) > 3 else ""
    return None
