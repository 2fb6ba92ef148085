"""A modem as it stands, asked and left as it was: identity, SIM, registration, by queries alone.

Nothing that lasts is sent: no PIN, no ATZ, and no message is fetched (that would mark it as read). The one
setting touched is +CMEE, where a bare ERROR hides why the SIM does not answer, and it is put back.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from drivers.at import answers, iccid
from drivers.at.channel import Channel
from drivers.at.dialect import load, of_maker
from drivers.at.exchange import Command, Deaf
from drivers.at.guard import Guard
from drivers.at.setup import sim_state
from drivers.at.sim_files import SimFiles
from interop.numbering import Msisdn as Number
from interop.numbering import NumberError
from interop.protocols.errors import CommandRefused, NotAnswering, NotAvailable
from interop.protocols.found import FoundSim
from interop.protocols.link import Link, NoJournal
from interop.protocols.modem import ModemIdentity, Registration, SimState, Stat
from interop.protocols.stream import EventStream
from interop.smspdu import Address
from interop.uicc import EfError, Msisdn, Spn

WAKE_S = 4.0
"""an AT port answers the first or the second probe; one that stays silent so long is none"""
_EF_SPN, _EF_MSISDN = 0x6F46, 0x6F40
_MOST_WITNESSED = 4096


@dataclass(frozen=True, slots=True)
class Look:
    """What a modem said of itself."""

    identity: ModemIdentity
    dialect: str
    sim: FoundSim
    registration: Registration | None
    network: str
    """what the modem calls it: +COPS in whatever format is set"""
    signal_dbm: int | None


class Witness(NoJournal):
    """The first bytes that came, to tell a silent port from one that speaks something else."""

    def __init__(self) -> None:
        self.heard = bytearray()

    def received(self, data: bytes) -> None:
        self.heard += data[: _MOST_WITNESSED - len(self.heard)]


class Probe:
    """One port being asked. Every method raises EquipmentError."""

    def __init__(self, link: Link) -> None:
        self.witness = Witness()
        self._channel = Channel(link.name, link, self.witness, load("generic"), Deaf(), Guard())

    async def open(self) -> None:
        await self._channel.open()

    async def answers(self) -> bool:
        """Does it speak AT? Whatever state it is in, a prompt included."""
        try:
            async with asyncio.timeout(WAKE_S):
                await self._channel.wake()
        except (NotAnswering, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        await self._channel.close()

    async def look(self) -> Look:
        return await Interview(self._channel).look()


class Interview:
    """The questions, over a channel that is open and in step."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def look(self) -> Look:
        """Raises EquipmentError."""
        texts = [await self._bare(command) for command in ("AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN")]
        identity = ModemIdentity(texts[0], texts[1], texts[2], texts[3].partition(",")[0])
        sim = await self._sim()
        ready = sim.state is SimState.READY
        return Look(
            identity,
            of_maker(identity.manufacturer, model=identity.model),
            sim,
            await self._registration() if ready else None,
            await self._network() if ready else "",
            await self._signal() if ready else None,
        )

    # The SIM

    async def _sim(self) -> FoundSim:
        state = await self._sim_state()
        if state in (SimState.MISSING, SimState.FAILED):
            return FoundSim(state)
        number = await iccid.read(self._channel.run, NoJournal())
        if state is not SimState.READY:
            return FoundSim(state, number)
        imsi = await self._bare("AT+CIMI")
        return FoundSim(
            state,
            number,
            imsi if imsi.isdigit() else "",
            await self._msisdn(),
            await self._spn(),
            await self._smsc(),
        )

    async def _sim_state(self) -> SimState:
        state = await sim_state(self._channel)
        if state is not SimState.FAILED:
            return state
        try:
            before = await self._channel.ask("AT+CMEE?")
            if before != "0":
                return state
            await self._channel.run(Command(text="AT+CMEE=1"))
            try:
                return await sim_state(self._channel)
            finally:
                await self._channel.run(Command(text="AT+CMEE=0"))
        except (CommandRefused, NotAvailable):
            return state

    async def _msisdn(self) -> str:
        try:
            for record in await self._files().records(_EF_MSISDN) or ():
                if national := _national(Msisdn.decode(record).number):
                    return national
        except (CommandRefused, NotAvailable, EfError):
            pass
        return ""

    async def _spn(self) -> str:
        try:
            content = await self._files().read(_EF_SPN)
            return Spn.decode(content).name if content else ""
        except (CommandRefused, NotAvailable, EfError):
            return ""

    async def _smsc(self) -> str:
        try:
            return answers.service_centre(await self._channel.ask("AT+CSCA?"))
        except (CommandRefused, NotAvailable, answers.Unreadable):
            return ""

    def _files(self) -> SimFiles:
        return SimFiles(self._channel, EventStream())

    # The network

    async def _registration(self) -> Registration:
        cs, eps, ims = [await self._stat(name) for name in ("CREG", "CEREG", "CIREG")]
        return Registration(cs, eps, ims)

    async def _network(self) -> str:
        """<oper> of +COPS? (27.007 7.3); the format is left as it is, so this may be a name or digits."""
        try:
            values = answers.fields(await self._channel.ask("AT+COPS?"))
        except (CommandRefused, NotAvailable, answers.Unreadable):
            return ""
        return values[2].strip('"') if len(values) > 2 else ""

    async def _stat(self, name: str) -> Stat | None:
        try:
            body = await self._channel.ask(f"AT+{name}?", shape=answers.is_registration_answer)
            return answers.ims_registration(body) if name == "CIREG" else answers.registration(body)
        except (CommandRefused, NotAvailable, answers.Unreadable):
            return None

    async def _signal(self) -> int | None:
        try:
            return answers.signal(await self._channel.ask("AT+CSQ"))
        except (CommandRefused, NotAvailable, answers.Unreadable):
            return None

    async def _bare(self, command: str) -> str:
        """The first line of an answer without a prefix of its own; "" where the command is refused."""
        try:
            lines = (await self._channel.run(Command(text=command, bare=True))).lines
        except CommandRefused:
            return ""
        text = lines[0] if lines else ""
        return text.removeprefix(command[2:].rstrip("?") + ":").strip().strip('"')


def _national(number: Address | None) -> str:
    if number is None:
        return ""
    try:
        return Number.parse(str(number)).national
    except NumberError:
        return ""


def what_it_speaks(heard: bytes) -> str:
    """Of a port that sent something and no answer: in words, for the engineer."""
    if not heard.strip(b"\x00"):
        return f"only NULs ({len(heard)})"
    if b"\x7e" in heard:
        return "frames in 0x7E, as a diagnostic port (QCDM) sends"
    text = heard.decode("latin-1")
    if any(line.startswith("$G") for line in text.splitlines()):
        return "NMEA: a positioning receiver"
    printable = sum(char.isprintable() or char in "\r\n\t" for char in text)
    if printable < len(text) * 0.8:
        return f"{len(heard)} bytes that are no text (another speed?)"
    return f"{text.strip()[:40]!r} and no answer to AT"
