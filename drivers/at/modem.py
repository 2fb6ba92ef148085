"""The AT modem: `protocols.Modem` over a channel, a dialect and the calls and messages of one SIM."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from drivers.at import answers
from drivers.at.channel import Channel
from drivers.at.dialect import DialectError, UrcKind, load, names, own_dialects, sends_mms
from drivers.at.exchange import Answer, Command, Unsolicited
from drivers.at.guard import Guard
from drivers.at.messages import Messages
from drivers.at.recovery import Recovery
from drivers.at.registration import Registered
from drivers.at.service_codes import ServiceCodes
from drivers.at.services import Services
from drivers.at.setup import Setup, sim_state
from drivers.at.sim_files import SimFiles
from drivers.at.steering import Chld
from drivers.at.tones import Tones
from drivers.at.voice import AtCall, Voice
from drivers.at.watching import Watch
from drivers.at.work import Work
from drivers.mms.choice import way
from drivers.mms.news import News
from drivers.mms.transport import Multimedia
from interop.lab.access import mms_service
from interop.lab.model import ModemPart, SimPart
from interop.protocols.equipment import Spend
from interop.protocols.errors import CommandRefused, DeviceLost, EquipmentError, NotAnswering, NotAvailable
from interop.protocols.link import Journal, Link
from interop.protocols.modem import (
    Call,
    CallEntry,
    Divert,
    Forwarding,
    Health,
    ModemIdentity,
    Offer,
    Registration,
    SimState,
    Stat,
    Steered,
    Steering,
    Submission,
)
from interop.protocols.stream import EventStream
from interop.record import InconcReason
from interop.record.events import (
    EquipmentTrouble,
    LinkLost,
    ModemReset,
    Unclaimed,
)

OPERATOR_DEADLINE_S = 120.0
"""+COPS: manuals allow up to three minutes, networks take some seconds"""
OPEN_AGAIN_S = (2.0, 8.0)
"""waits before a modem that did not answer at first is opened again"""
_RESTARTED = "restarted without a sign: its settings were lost"
WEAKEST_DBM = -109
"""+CSQ below 2: calls fail for want of signal, whatever the network does"""

_VOICE = frozenset({
    UrcKind.RING, UrcKind.CALLER_ID, UrcKind.CALL_WAITING, UrcKind.CALL_ROW, UrcKind.CALL_STATE,
    UrcKind.CALL_STARTED, UrcKind.CALL_ALERTING, UrcKind.CALL_CONNECTED, UrcKind.CALL_ENDED,
    UrcKind.SET_UP_NOTICE, UrcKind.CALL_NOTICE,
})  # fmt: skip
_MESSAGE = frozenset({UrcKind.MESSAGE, UrcKind.MESSAGE_STORED, UrcKind.REPORT, UrcKind.REPORT_STORED})
_TROUBLE = {
    SimState.PIN: "the SIM asks for its PIN",
    SimState.PUK: "the SIM asks for its PUK",
    SimState.MISSING: "no SIM",
    SimState.BUSY: "the SIM stays busy",
    SimState.FAILED: "the SIM does not work",
}


class AtModem:
    """Satisfies `protocols.Modem` and, by `open`, `protocols.equipment.ModemDriver`."""

    def __init__(
        self,
        modem: ModemPart,
        sim: SimPart,
        link: Link,
        journal: Journal,
        spend: Spend,
        secrets: Mapping[str, str],
        folder: Path | None = None,
        bearer: str | None = None,
    ) -> None:
        self.name = modem.name
        self.sim = sim.name
        self.events = EventStream()
        self._journal = journal
        self._emulated = link.emulated
        try:
            dialect = load(modem.dialect, *own_dialects(folder))
        except DialectError as error:
            raise EquipmentError(modem.name, str(error)) from None
        self.channel = Channel(modem.name, link, journal, dialect, self, Guard())
        work = self._work = Work(journal, self.events)
        watch = self._watch = Watch(self.channel, journal, self.events, work)
        self._chld = Chld(self.channel, journal, self.events, watch)
        self._voice = Voice(self.channel, journal, self.events, watch, self._chld, spend)
        self._tones = Tones(self.channel, self.events, watch)
        self._services = Services(self.channel, journal, self.events, watch.causes, spend)
        self._codes = ServiceCodes(self.channel, journal, self.events)
        self._messages = Messages(self.channel, journal, self.events, work, spend)
        self._files = SimFiles(self.channel, self.events)
        self._news = News(modem.name)
        self.mms = Multimedia(
            self.channel,
            mms_service(sim, secrets.get("mms.password")),
            way(self.channel, self._news, self._messages, journal, modem.mms, bearer),
            journal,
            self.events,
            spend,
            self._messages,
        )
        self._setup = Setup(self.channel, journal, sim, secrets.get("pin"))
        self._recovery = Recovery(modem, sim, link, self.channel, journal, self.events, self._settle)
        self._registered = Registered(self.channel, journal, self.events)
        self.heard: Callable[[str], None] | None = None
        """for handwork: gets every line that nobody asked for, as it came"""
        self._met = False

    @staticmethod
    async def open(
        modem: ModemPart,
        sim: SimPart,
        link: Link,
        journal: Journal,
        spend: Spend,
        secrets: Mapping[str, str],
        *,
        folder: Path | None = None,
        bearer: str | None = None,
    ) -> AtModem:
        """Raises EquipmentError. `folder`: where the lab file lies; dialects/ in it is looked in first."""
        opened = AtModem(modem, sim, link, journal, spend, secrets, folder, bearer)
        journal.note(f"port {modem.port}")
        try:
            await opened._begin()
        except BaseException:
            await opened._let_go()
            raise
        return opened

    @staticmethod
    def dialects(folder: Path | None = None) -> Sequence[str]:
        """What `dialect:` of a modem may say; `interop lab check` knows a misspelt one by it."""
        return names(*own_dialects(folder))

    @staticmethod
    def check_dialect(name: str, folder: Path | None = None) -> None:
        """Raises DialectError, a ValueError: which file, where in it, and what is wrong."""
        load.cache_clear()
        load(name, *own_dialects(folder))

    sends_mms = staticmethod(sends_mms)

    async def _begin(self) -> None:
        await self._first_contact()
        await self._recovery.meet()
        if not self._emulated:
            try:
                self.channel.beware(await self._files.emergency_numbers())
            except EquipmentError as error:
                self._journal.note(f"EF_ECC cannot be read, the usual emergency numbers hold: {error}")
        self.channel.ledger.before_restore = self._setup.again
        self.channel.ledger.after_restore = self._after_restore
        self._met = True

    async def _first_contact(self) -> None:
        """A modem may be restarting, or busy with somebody who has just let go of its port."""
        for pause in (*OPEN_AGAIN_S, None):
            await self.channel.open()
            try:
                await self._setup.run()
                return
            except (NotAnswering, DeviceLost) as error:
                if pause is None:
                    raise
                self._journal.note(f"{error}; opened again in {pause:g} s")
            await self.channel.close()
            await asyncio.sleep(pause)

    async def close(self) -> None:
        """Hang up and let go of the link; never raises."""
        try:
            if self.channel.usable:
                await self._voice.hang_up_all()
                await self._messages.let_go()
        except EquipmentError as error:
            self._journal.note(f"while closing: {error}")
        await self._let_go()

    async def _settle(self) -> None:
        """After a loss: a call that outlived it is nobody's."""
        await self._voice.hang_up_all()

    async def _let_go(self) -> None:
        await self._recovery.close()
        self._watch.close()
        await self._work.close()
        await self.channel.close()

    # Who and where

    async def identity(self) -> ModemIdentity:
        texts = [await self._text(command) for command in ("AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN")]
        return ModemIdentity(*texts)

    async def sim_state(self) -> SimState:
        return await sim_state(self.channel)

    async def registration(self) -> Registration:
        return await self._registered.ask()

    async def signal_dbm(self) -> int | None:
        text = await self.channel.ask("AT+CSQ")
        try:
            return answers.signal(text)
        except answers.Unreadable as error:
            self._journal.note(str(error))
            return None

    async def service_centre(self) -> str:
        try:
            return answers.service_centre(await self.channel.ask("AT+CSCA?"))
        except NotAvailable:
            return ""

    async def read_file(self, file_id: int) -> bytes | None:
        return await self._files.read(file_id)

    async def read_records(self, file_id: int) -> list[bytes] | None:
        return await self._files.records(file_id)

    async def health(self, *, registered: bool = True) -> Health:
        """As the protocol says. +CSQ 99 while registered is no trouble: many modems say it on LTE."""
        timeouts = self.channel.timeouts
        try:
            if not await self.channel.alive():
                return Health(InconcReason.MODEM, _RESTARTED)
            state = await self.sim_state()
            if state is not SimState.READY:
                return Health(InconcReason.SIM, _TROUBLE[state])
            await self._setup.complete()
            if not registered:
                return Health(None)
            seen = await self.registration()
            dbm = await self.signal_dbm()
            if self.channel.timeouts != timeouts and not await self.channel.alive():
                return Health(InconcReason.MODEM, _RESTARTED)
        except NotAnswering as error:
            return Health(InconcReason.MODEM, str(error))
        except EquipmentError as error:
            return Health(error.reason, str(error))
        if seen.usable:
            if dbm is not None and dbm < WEAKEST_DBM:
                return Health(InconcReason.COVERAGE, f"registered at {dbm} dBm only")
            return Health(None, "" if dbm is not None else "registered, signal strength not known")
        if seen.voice in (Stat.NOT_REGISTERED, Stat.SEARCHING) and (dbm is None or dbm < WEAKEST_DBM):
            return Health(InconcReason.COVERAGE, f"searching, signal {'unknown' if dbm is None else dbm}")
        return Health(InconcReason.NOT_REGISTERED, f"registration is {seen.voice.name}")

    # What a case does

    async def dial(self, number: str) -> AtCall:
        return await self._voice.dial(number)

    async def offered(self, within: float) -> Offer | None:
        return await self._voice.offered(within)

    async def waiting(self, within: float) -> Offer | None:
        """As `offered`, for a call that waits while another is up: answered, it takes the other's place."""
        return await self._voice.offered(within, waiting=True)

    async def calls(self) -> list[CallEntry]:
        return await self._watch.shown()

    async def steers(self) -> frozenset[Steering]:
        return await self._chld.supported()

    async def steer(self, what: Steering, call: Call | None = None) -> Steered:
        if call is not None and not isinstance(call, AtCall):
            raise ValueError(f"{call!r} is no call of {self.name}")
        return await self._chld.perform(what, call.leg if call else None)

    async def listen_for_tones(self) -> bool:
        return await self._tones.listen()

    async def send_tones(self, digits: str) -> None:
        await self._tones.send(digits)

    async def call_waiting(self) -> bool | None:
        return await self._services.call_waiting()

    async def set_call_waiting(self, on: bool) -> Steered:
        return await self._services.set_call_waiting(on)

    async def diverted(self, when: Divert) -> Forwarding | None:
        return await self._services.diverted(when)

    async def divert(self, when: Divert, to: str, *, after_s: int = 20, active: bool = True) -> Steered:
        return await self._services.divert(when, to, after_s=after_s, active=active)

    async def hang_up_all(self) -> None:
        await self._voice.hang_up_all()

    async def leave_network(self) -> None:
        await self.command("AT+COPS=2", deadline=OPERATOR_DEADLINE_S)

    async def join_network(self) -> None:
        await self.command("AT+COPS=0", deadline=OPERATOR_DEADLINE_S)

    async def send_message(self, to: str, text: str, *, report: bool = True) -> Submission:
        return await self._messages.send(to, text, report=report)

    async def fetch_unread(self) -> None:
        try:
            await self._messages.fetch_unread()
        except (CommandRefused, NotAvailable) as error:
            self._journal.note(str(error))

    async def full_memory(self) -> str:
        why = ""
        for _ in range(2):
            try:
                return answers.full_memory(await self.channel.ask("AT+CPMS?"))
            except (CommandRefused, NotAvailable) as error:
                why = str(error)
        what = f"nobody knows whether {self.name} has room for messages: {why}"
        self.events.append(EquipmentTrouble(what))
        return ""

    async def ussd(self, code: str, within: float = 30.0) -> str | None:
        return await self._codes.ask(code, within)

    async def command(self, text: str, *, deadline: float = 30.0) -> Answer:
        """One command line by hand, under the guard. Raises EquipmentError."""
        return await self.channel.run(Command(text=text, bare=True, deadline=deadline, retry_busy=False))

    # channel.Listener

    def unsolicited(self, urc: Unsolicited) -> None:
        if self.heard is not None:
            self.heard(f"{urc.text}\n{urc.tail}" if urc.tail else urc.text)
        kind = urc.rule.event
        if urc.rule.first and answers.fields(urc.body)[0] != urc.rule.first:
            return
        try:
            if kind in _VOICE:
                self._watch.unsolicited(urc)
            elif kind in _MESSAGE:
                self._messages.unsolicited(urc)
            elif kind is UrcKind.TONE:
                self._tones.heard(urc)
            elif kind is UrcKind.DATA:
                self._news.unsolicited(urc)
            elif kind is UrcKind.USSD:
                self._codes.answered(urc)
            elif kind is UrcKind.REGISTRATION:
                self._registered.unsolicited(urc)
        except answers.Unreadable as error:
            self._journal.note(str(error))
            self.events.append(Unclaimed(urc.text))

    def unowned(self, text: str) -> None:
        if self.heard is not None:
            self.heard(text)
        self.events.append(Unclaimed(text))

    def restarted(self, sign: str) -> None:
        self.events.append(ModemReset(sign))
        self._registered.reset()
        self._messages.reset()
        self._watch.reset()
        self._news.lost(f"restarted ({sign})")

    def lost(self, why: str) -> None:
        self.events.append(LinkLost(why))
        self._registered.reset()
        self._messages.reset()
        self._watch.lost(DeviceLost(self.name, why))
        self._news.lost(why)
        if self._met:
            self._recovery.begin()

    def _after_restore(self) -> None:
        self._work.add(self._messages.fetch_unread)

    # Single answers

    async def _text(self, command: str) -> str:
        """The bare line of +CGMI and its like; some modems put the prefix before it all the same."""
        answer = await self.channel.run(Command(text=command, bare=True))
        text = answer.lines[0] if answer.lines else ""
        return text.removeprefix(command[2:] + ":").strip().strip('"')
