"""Quectel's MMS client, which sends: QMMSCFG, QMMSEDIT, QMMSEND, with files in the modem's RAM.

LTE Standard MMS Application Note V1.1, FILE AT Commands Manual V1.0 (QFUPL, QFOPEN, QFWRITE, QFDEL).
What comes is fetched by our own PDUs over the modem's sockets: it has no commands for that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from drivers.at.answers import fields
from drivers.at.exchange import ESCAPE, Command
from drivers.mms.client import file_names, recipients, settings
from drivers.mms.commands import Commands
from drivers.mms.http import HttpError, endpoint
from drivers.mms.news import News
from drivers.mms.pdus import Pdus
from drivers.mms.sockets import Sockets
from drivers.mms.way import Confirmation, Refused, handed_over
from interop.mms import NotificationInd, RetrieveConf, SendReq
from interop.protocols.errors import NotAvailable
from interop.protocols.mms import MmsCapabilities, MmsOutcome, MmsService, MmsStage

LARGEST: Final = 300 * 1024
_UPLOAD_S: Final = 120
_TO, _CC, _BCC, _TITLE, _FILE = 1, 2, 3, 4, 5
"""fields of +QMMSEDIT"""


class Quectel:
    """A `Way`."""

    def __init__(self, commands: Commands, news: News) -> None:
        self._commands = commands
        self._news = news
        self._own = Pdus(Sockets(commands, news), commands.mms.answer_s)
        self._service = MmsService("", "")
        self._files: list[str] = []

    async def capabilities(self) -> MmsCapabilities:
        fetching = await self._own.capabilities()
        if await self._commands.has("+QMMSCFG", "+QMMSEDIT", "+QMMSEND", "+QFUPL"):
            return replace(fetching, send=True, reports=True, largest=LARGEST)
        return replace(fetching, send=False, reports=False, lacks="this firmware has no MMS (AT+QMMSEND)")

    def write(self, message: SendReq) -> bytes:
        settings(self._commands.device, message)
        recipients(self._commands.device, (*message.to, *message.cc, *message.bcc))
        return b""

    async def up(self, service: MmsService) -> str | None:
        self._service = service
        return await self._own.up(service)

    async def is_up(self) -> bool:
        return await self._own.is_up()

    async def down(self) -> None:
        if self._files:
            await self._commands.try_to("AT+QMMSEDIT=0")
        while self._files:
            await self._commands.try_to(f'AT+QFDEL="{self._files.pop()}"')
        await self._own.down()

    async def send(self, message: SendReq, pdu: bytes) -> tuple[str, int | None]:
        """+QMMSEND: 0,200 alone says that the centre was there and answered; not what."""
        del pdu
        commands = self._commands
        await self._configure()
        await commands.say(f'AT+QMMSCFG="sendparam",{settings(commands.device, message)}')
        await commands.say("AT+QMMSEDIT=0")
        for field, addresses in ((_TO, message.to), (_CC, message.cc), (_BCC, message.bcc)):
            for address in recipients(commands.device, addresses):
                await commands.say(f"AT+QMMSEDIT={field},1,{address}")
        await self._title(message.subject)
        media = message.body.media
        for part, name in zip(media, file_names(media), strict=True):
            await self._upload(f"RAM:{name}", part.data)
            await commands.say(f'AT+QMMSEDIT={_FILE},1,"RAM:{name}"')
        await self._sent()
        return "", None

    async def _configure(self) -> None:
        commands, service = self._commands, self._service
        try:
            host, port = endpoint(service.mmsc, service.proxy)
        except HttpError as error:
            raise NotAvailable(commands.device, str(error)) from None
        await commands.say(f'AT+QMMSCFG="contextid",{commands.mms.cid}')
        await commands.say(f'AT+QMMSCFG="mmsc",{commands.quote(service.mmsc)}')
        await commands.say(f'AT+QMMSCFG="proxy",{commands.quote(host)},{port}')

    async def _title(self, subject: str) -> None:
        """In hex of UCS2: so it is no other parameter, nor another command, whatever it says."""
        if subject:
            await self._commands.say('AT+QMMSCFG="character","UCS2"')
            hexed = subject.encode("utf-16-be").hex().upper()
            await self._commands.say(f'AT+QMMSEDIT={_TITLE},1,"{hexed}"')
        await self._commands.say('AT+QMMSCFG="character","UTF8"')

    async def _upload(self, name: str, data: bytes) -> None:
        """By QFUPL; what has +++ in it, which would end that, by QFWRITE."""
        self._files.append(name)
        if ESCAPE not in data:
            await self._put(f'AT+QFUPL="{name}",{len(data)},{_UPLOAD_S}', data)
            return
        opened = await self._commands.read(f'AT+QFOPEN="{name}",1', "+QFOPEN:")
        handle = fields(opened[0])[0] if opened else ""
        if not handle.isdecimal():
            raise Refused(MmsStage.DEVICE, f"no file {name} can be opened")
        try:
            await self._put(f"AT+QFWRITE={handle},{len(data)},{_UPLOAD_S}", data)
        finally:
            await self._commands.try_to(f"AT+QFCLOSE={handle}")

    async def _put(self, text: str, data: bytes) -> None:
        prefix = text.removeprefix("AT").partition("=")[0] + ":"
        upload = Command(
            text=text, expect=(prefix,), upload=data, deadline=_UPLOAD_S + 30.0, retry_busy=False
        )
        answer = await self._commands.run(upload)
        size = fields(answer.lines[0].removeprefix(prefix))[0] if answer.lines else ""
        if size != str(len(data)):
            raise Refused(MmsStage.DEVICE, f"of {len(data)} octets the modem has {size or 'none'}")

    async def _sent(self) -> None:
        commands, patience = self._commands, int(self._commands.mms.answer_s)
        sending = Command(text=f"AT+QMMSEND={patience}", setting=True, retry_busy=False, deadline=10.0)
        with self._news.heard() as ear, handed_over(MmsStage.SUBMIT):
            await commands.carry_out(sending, MmsStage.SUBMIT, (MmsStage.DEVICE, MmsOutcome.REJECTED))
            values = [*await self._news.result(ear, "+QMMSEND:", patience + 30.0), ""]
        error, http = (int(value) if value.isdecimal() else None for value in values[:2])
        said = f"+QMMSEND: {','.join(values[:-1])}"
        if http is not None and not 200 <= http < 300:
            raise Refused(MmsStage.SUBMIT, said, http=http, code=error or None)
        if error != 0 or http is None:
            raise commands.judged(error, said, (MmsStage.MMSC, MmsOutcome.UNKNOWN), http=http)

    async def get(self, notification: NotificationInd) -> tuple[RetrieveConf, int]:
        return await self._own.get(notification)

    async def confirm(self, what: Confirmation) -> bool | None:
        return await self._own.confirm(what)
