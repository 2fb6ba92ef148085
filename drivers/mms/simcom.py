"""The MMS clients of SIMCom modules: files put in and read out, one by one, around +CMMSSEND and +CMMSRECV.

`Simcom2g`: SIM800, SIM900 (SIM800 Series AT Command Manual V1.09 15 and 20.15, MMS Application Note V1.00).
`Simcom`: SIM5320, SIM7100, SIM7500, SIM7600 (SIMCOM MMS AT Command Set V1.00).
Both confirm unasked what they fetch.
"""

from __future__ import annotations

from functools import partial
from typing import Final, Literal

from drivers.at.answers import fields
from drivers.at.exchange import Command
from drivers.mms.client import content_type, file_names, recipients, settings, text_of
from drivers.mms.commands import Commands, octets_behind
from drivers.mms.http import HttpError, endpoint
from drivers.mms.news import News
from drivers.mms.packet import Packet
from drivers.mms.way import Confirmation, Pushes, Refused, handed_over
from interop.mms import MIXED, Body, NotificationInd, Part, RetrieveConf, SendReq, of_number
from interop.protocols.errors import NotAvailable
from interop.protocols.mms import MmsCapabilities, MmsOutcome, MmsService, MmsStage

LARGEST: Final = 300 * 1024
"""15.2.6: of one file; messages of more are refused as oversize"""
_UPLOAD_S: Final = 120.0
"""300 kB at 38400 bit/s"""
_KINDS: Final = {"text/plain": "TEXT", "image": "PIC"}
_SIMCOM_KINDS: Final = {**_KINDS, "audio": "AUDIO", "video": "VIDEO"}
_SIMCOM2G_KINDS: Final = {
    **_KINDS,
    "audio/aac": "AUDIO_AAC",
    "audio/amr": "AUDIO_AMR",
    "audio/basic": "AUDIO_BASIC",
    "audio/midi": "AUDIO_MID",
    "audio/mpeg": "AUDIO_MPEG",
    "video/3gpp": "VIDEO_3GPP",
    "video/mp4": "VIDEO_MP4",
}
"""15.2.6; 15.2.17 says that texts are read out as UCS2, little endian"""
_ROWS: Final = tuple(f"{number}," for number in range(1, 100))
"""how the lines begin that name files: <index>,"<name>",<type>,<size>"""
_NOBODY_KNOWS: Final = (MmsStage.MMSC, MmsOutcome.UNKNOWN)
_NOT_BEGUN: Final = (MmsStage.DEVICE, MmsOutcome.REJECTED)


class Simcom2g:
    """A `Way`. What it fetches it finds by the push in its memory, so that is left there until then."""

    def __init__(self, commands: Commands, pushes: Pushes) -> None:
        self._commands = commands
        self._pushes = pushes
        self._files = _Files(commands, "CONNECT", _SIMCOM2G_KINDS, read_as="utf-16-le")

    async def capabilities(self) -> MmsCapabilities:
        there = await self._commands.has("+CMMSINIT", "+CMMSEDIT", "+SAPBR")
        return _capabilities(there, reports=there)

    def write(self, message: SendReq) -> bytes:
        self._files.check(message)
        return b""

    async def up(self, service: MmsService) -> str | None:
        commands = self._commands
        if not await commands.try_to("AT+CMMSINIT"):
            await commands.try_to("AT+CMMSTERM")  # of somebody who did not get so far
            await commands.say("AT+CMMSINIT")
        await commands.say(f"AT+CMMSCURL={commands.quote(_without_scheme(service.mmsc))}")
        await commands.say("AT+CMMSCID=1")
        await commands.say(f"AT+CMMSPROTO={_gateway(commands, service)}")
        patience = int(commands.mms.answer_s)
        await commands.try_to(f"AT+CMMSTIMEOUT={patience},{patience}")
        if _is_connected(await commands.read("AT+SAPBR=2,1", "+SAPBR:")):
            await commands.try_to("AT+SAPBR=0,1", deadline=commands.mms.bearer_s)
        access = {"Contype": "GPRS", "APN": service.apn, "USER": service.user, "PWD": service.password}
        for name, value in access.items():
            if value or name != "PWD":
                text = f'AT+SAPBR=3,1,"{name}",{commands.quote(value)}'
                await commands.say(text, secret=name == "PWD")
        await commands.say("AT+SAPBR=1,1", MmsStage.BEARER, deadline=commands.mms.bearer_s)
        rows = await commands.read("AT+SAPBR=2,1", "+SAPBR:")
        return fields(rows[0])[-1] if rows else ""

    async def is_up(self) -> bool:
        return _is_connected(await self._commands.read("AT+SAPBR=2,1", "+SAPBR:"))

    async def down(self) -> None:
        await self._commands.try_to("AT+CMMSEDIT=0")
        await self._commands.try_to("AT+CMMSTERM")
        await self._commands.try_to("AT+SAPBR=0,1", deadline=self._commands.mms.bearer_s)

    async def send(self, message: SendReq, pdu: bytes) -> tuple[str, int | None]:
        """OK to +CMMSSEND says that the centre has taken it (15.2.8); nothing else is told."""
        del pdu
        device = self._commands.device
        subject = "" if message.subject.isascii() else ",1"  # <subctrl>: Chinese
        await self._commands.say(f"AT+CMMSSENDCFG={settings(device, message)}{subject}")
        await self._files.put(message)
        sending = _final("AT+CMMSSEND", self._commands.mms.answer_s)
        await self._commands.carry_out(sending, MmsStage.SUBMIT, _NOBODY_KNOWS)
        return "", None

    async def get(self, notification: NotificationInd) -> tuple[RetrieveConf, int]:
        await self._commands.say("AT+CMMSEDIT=0")
        async with self._pushes.stored(notification) as index:
            if index is None:
                what = "the notification is not in the modem's memory, by which its MMS client fetches"
                raise Refused(MmsStage.DEVICE, what)
            asked = Command(
                text=f"AT+CMMSRECV={index}",
                expect=("+CMMSRECV:", *_ROWS),
                may_be_empty=True,
                deadline=self._commands.mms.answer_s + 30.0,
                retry_busy=False,
            )
            lines = (await self._commands.carry_out(asked, MmsStage.FETCH, _NOT_BEGUN)).lines
            (sender, _, subject), rows = _shown(lines, "+CMMSRECV:", 3)
            return await self._files.read(sender, subject, rows), 0

    async def confirm(self, what: Confirmation) -> bool | None:
        del what
        return None


class Simcom:
    """A `Way`. It fetches by the address of the message.

    The client sets up the packet connection by itself, but has one number for all that is wrong up to the
    MMSC's answer (190). So it is set up before, where the modem can: that tells the network's own cause.
    """

    def __init__(self, commands: Commands, news: News) -> None:
        self._commands = commands
        self._news = news
        self._packet: Packet | None = None
        self._files = _Files(commands, ">", _SIMCOM_KINDS)
        self._reports = False

    async def capabilities(self) -> MmsCapabilities:
        there = await self._commands.has("+CMMSEDIT", "+CMMSSEND", "+CGSOCKCONT")
        self._reports = there and await self._commands.has("+CMMSSENDCFG")
        packet = Packet(self._commands)
        self._packet = packet if there and await packet.is_there() else None
        return _capabilities(there, reports=self._reports)

    def write(self, message: SendReq) -> bytes:
        self._files.check(message)
        return b""

    async def up(self, service: MmsService) -> str | None:
        commands, cid = self._commands, self._commands.mms.cid
        address = await self._packet.up(service) if self._packet is not None else None
        await commands.say(f'AT+CGSOCKCONT={cid},"IP",{commands.quote(service.apn)}')
        if service.user:
            name, password = commands.quote(service.user), commands.quote(service.password)
            await commands.say(f"AT+CSOCKAUTH={cid},1,{name},{password}", secret=True)
        await commands.try_to(f"AT+CSOCKSETPN={cid}")
        await commands.say(f"AT+CMMSCURL={commands.quote(_without_scheme(service.mmsc))}")
        await commands.say(f"AT+CMMSPROTO=1,{_gateway(commands, service)}")
        return address

    async def is_up(self) -> bool:
        return self._packet is None or await self._packet.is_up()

    async def down(self) -> None:
        await self._commands.try_to("AT+CMMSEDIT=0")
        if self._packet is not None:
            await self._packet.down()

    async def send(self, message: SendReq, pdu: bytes) -> tuple[str, int | None]:
        """OK, and behind it +CMMSSEND: 0 says that the centre has taken it; nothing else is told."""
        del pdu
        if self._reports:
            await self._commands.say(f"AT+CMMSSENDCFG={settings(self._commands.device, message)}")
        await self._files.put(message)
        await self._ended("AT+CMMSSEND", MmsStage.SUBMIT)
        return "", None

    async def get(self, notification: NotificationInd) -> tuple[RetrieveConf, int]:
        await self._commands.say("AT+CMMSEDIT=0")
        await self._ended(f"AT+CMMSRECV={self._commands.quote(notification.location)}", MmsStage.FETCH)
        asked = Command(text="AT+CMMSVIEW", expect=("+CMMSVIEW:", *_ROWS), may_be_empty=True, deadline=10.0)
        with handed_over(MmsStage.FETCH):
            lines = (await self._commands.run(asked)).lines
        (_, sender, _, _, _, _, subject), rows = _shown(lines, "+CMMSVIEW:", 7)
        return await self._files.read(sender, subject, rows), 0

    async def confirm(self, what: Confirmation) -> bool | None:
        del what
        return None

    async def _ended(self, text: str, stage: MmsStage) -> None:
        """Until the modem tells how a command that it said OK to has ended."""
        key = text.removeprefix("AT").partition("=")[0] + ":"
        with self._news.heard() as ear:
            await self._commands.carry_out(_final(text, self._commands.mms.answer_s), stage, _NOT_BEGUN)
            with handed_over(stage):
                values = await self._news.result(ear, key, self._commands.mms.answer_s)
        if values[0] != "0":
            code = int(values[0]) if values[0].isdecimal() else None
            raise self._commands.judged(code, f"{key} {','.join(values)}", _NOBODY_KNOWS)


class _Files:
    """The parts of a message, in and out of the client's buffer. `kinds`: <type> of +CMMSDOWN by content
    type, or by its first half; `read_as`: the coding in which it hands texts out, "" for their own.
    """

    def __init__(
        self, commands: Commands, prompt: Literal["CONNECT", ">"], kinds: dict[str, str], read_as: str = ""
    ) -> None:
        self._commands = commands
        self._prompt = prompt
        self._kinds = kinds
        self._read_as = read_as

    def check(self, message: SendReq) -> None:
        """Raises NotAvailable for what the client cannot send."""
        device = self._commands.device
        settings(device, message)
        recipients(device, (*message.to, *message.cc, *message.bcc))
        for part in message.body.media:
            if not self._kind(part):
                raise NotAvailable(device, f"its MMS client sends no {part.content_type}")

    def _kind(self, part: Part) -> str:
        first = part.content_type.partition("/")[0]
        return self._kinds.get(part.content_type) or self._kinds.get(first, "")

    async def put(self, message: SendReq) -> None:
        commands = self._commands
        await commands.say("AT+CMMSEDIT=0")  # what is left of another message would go with this one
        await commands.say("AT+CMMSEDIT=1")
        media = message.body.media
        if message.subject:
            await self._upload("TITLE", message.subject.encode(), "")
        for part, name in zip(media, file_names(media), strict=True):
            await self._upload(self._kind(part), part.data, name)
        for command, addresses in (
            ("CMMSRECP", message.to),
            ("CMMSCC", message.cc),
            ("CMMSBCC", message.bcc),
        ):
            for address in recipients(commands.device, addresses):
                await commands.say(f"AT+{command}={address}")

    async def _upload(self, kind: str, data: bytes, name: str) -> None:
        limit = f",{int(_UPLOAD_S * 1000)}" if self._prompt == "CONNECT" else ""
        named = f',"{name}"' if name else ""
        await self._commands.run(
            Command(
                text=f'AT+CMMSDOWN="{kind}",{len(data)}{limit}{named}',
                upload=data,
                upload_at=self._prompt,
                deadline=_UPLOAD_S + 30.0,
                retry_busy=False,
            )
        )

    async def read(self, sender: str, subject: str, rows: list[str]) -> RetrieveConf:
        """The message of which `rows` name the files."""
        parts = [await self._part(fields(row)) for row in rows]
        address = of_number(sender) if sender.strip("+").isdecimal() else sender
        return RetrieveConf(Body(tuple(parts), MIXED), sender=address, subject=subject)

    async def _part(self, row: list[str]) -> Part:
        if len(row) < 4:
            raise Refused(MmsStage.DEVICE, f"{','.join(row)!r} names no file")
        asked = Command(
            text=f"AT+CMMSREAD={row[0]}",
            expect=("+CMMSREAD:",),
            block=partial(octets_behind, value=-1),
            deadline=_UPLOAD_S,
            retry_busy=False,
        )
        with handed_over(MmsStage.FETCH):
            data = b"".join((await self._commands.run(asked)).blocks)
        if not data and row[3] != "0":
            raise Refused(MmsStage.DEVICE, f"{row[1]} of {row[3]} octets is handed out empty")
        kind = content_type(int(row[2]) if row[2].isdecimal() else None, row[1])
        if not kind.startswith("text/") and row[3].isdecimal() and int(row[3]) != len(data):
            raise Refused(MmsStage.DEVICE, f"of {row[1]}, {row[3]} octets, {len(data)} are handed out")
        if kind.startswith("text/") and self._read_as:
            data = data.decode(self._read_as, "replace").removeprefix("\ufeff").encode()
        charset = "utf-8" if kind.startswith("text/") else ""
        return Part(kind, data, name=row[1], location=row[1], charset=charset)


def _final(text: str, answer_s: float) -> Command:
    """A command whose final result is all that it says, in its time."""
    return Command(text=text, deadline=answer_s + 30.0, retry_busy=False, setting=True)


def _shown(lines: list[str], prefix: str, count: int) -> tuple[list[str], list[str]]:
    """The first `count` values behind the prefix, "" for those that are missing, and the lines behind."""
    at = next((at for at, line in enumerate(lines) if line.startswith(prefix)), None)
    if at is None:
        raise Refused(MmsStage.DEVICE, f"nothing is shown behind {prefix}")
    values = fields(text_of(lines[at].removeprefix(prefix)))
    return (values + [""] * count)[:count], lines[at + 1 :]


def _capabilities(there: bool, *, reports: bool) -> MmsCapabilities:
    lacks = "" if there else "this firmware has no MMS (AT+CMMSEDIT)"
    return MmsCapabilities(
        send=there, fetch=there, confirm=False, exact=False, reports=reports, largest=LARGEST, lacks=lacks
    )


def _without_scheme(url: str) -> str:
    """As the manuals have it: "mmsc.monternet.com"."""
    return url.removeprefix("http://")


def _gateway(commands: Commands, service: MmsService) -> str:
    """Raises NotAvailable: these clients know no MMSC without a proxy before it."""
    try:
        host, port = endpoint(service.mmsc, service.proxy)
    except HttpError as error:
        raise NotAvailable(commands.device, str(error)) from None
    return f"{commands.quote(host)},{port}"


def _is_connected(rows: list[str]) -> bool:
    """+SAPBR: <cid>,<status>,<address>: 1 is connected (9.2.1)."""
    return bool(rows) and fields(rows[0])[1:2] == ["1"]
