"""Short messages of one modem: sent in PDU mode, received by +CMTI, +CMT, +CDS, +CDSI (3GPP TS 27.005)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise

from drivers.at import answers
from drivers.at.channel import Channel
from drivers.at.dialect import UrcKind
from drivers.at.exchange import ESC, Command, Unsolicited
from drivers.at.guard_numbers import EXACT
from drivers.at.inbox import Inbox
from drivers.at.pushes import Place
from drivers.at.work import Work
from interop.mms import NotificationInd
from interop.protocols.equipment import Spend
from interop.protocols.errors import CommandRefused, NotAnswering, NotAvailable
from interop.protocols.link import Journal
from interop.protocols.modem import Submission
from interop.protocols.stream import EventStream
from interop.record.events import EquipmentTrouble, MessageAccepted, MessageRefused, MessageSubmitted
from interop.smspdu import Address, Dcs, Submit, UserData, split_text, submits, to_cmgs

SUBMIT_DEADLINE_S = 65.0
"""24.011 TR1N is 30 s and the message may be repeated once at the relay layer"""

READ_TRIES = 3
"""Reading has no effect on the network: a message is not given up for one lost answer."""
REPORTS = "SR"
_BY_DEFAULT = ("SM", "ME")
_CMGS = "AT+CMGS="
_KEEP_OPEN = Command(text="AT+CMMS=1", retry_busy=False)
"""27.005 3.5.6: the link stays open between messages, and the modem closes it by itself after the last"""
_NOBODY_KNOWS = "?"
"""the memory at work after a choice that got no answer: it may have been made all the same"""


class Messages:
    """Satisfies the message part of `protocols.Modem`."""

    def __init__(
        self, channel: Channel, journal: Journal, events: EventStream, work: Work, spend: Spend
    ) -> None:
        self._channel = channel
        self._journal = journal
        self._events = events
        self._work = work
        self._spend = spend
        self._memory = ""
        self._storage = asyncio.Lock()
        """which memory is read, and what is deleted in it, is one piece of work"""
        self._announced: list[tuple[str, int]] = []
        self._inbox = Inbox(channel.device, events, keeps_pushes=channel.dialect.messages.keeps_pushes)
        self._drained = False
        self._old = False
        """what is read now was stored before we sent anything"""
        self._joint: int | None = None
        """reference of the next long message"""
        self._keeps_open = True

    async def send(self, to: str, text: str, *, report: bool) -> Submission:
        """Every part is paid for before the first leaves, and none leaves after one that was refused.

        Raises PduError (a ValueError) for what 255 parts cannot carry.
        """
        first = Submit.of_text(Address.parse(to), "", report_request=report)
        parts = submits(self._split(text), first)
        commands = [_cmgs(part) for part in parts]
        for command in commands:
            self._channel.permit(command)
        for _ in commands:
            self._spend("messages")
        await self._prepare(commands, report=report)
        references: list[int] = []
        for number, (part, command) in enumerate(zip(parts, commands, strict=True), 1):
            octets = part.encode().hex().upper()
            self._events.append(MessageSubmitted(to, str(part.user_data.body), number, len(parts), octets))
            try:
                references.append(await self._submit(command))
            except CommandRefused as refused:
                self._events.append(MessageRefused(refused.code, refused.final))
                if answers.is_ours(refused.final):
                    raise
                return Submission(tuple(references), refused.code, refused.final, refused=True)
        return Submission(tuple(references))

    def _split(self, text: str) -> list[tuple[Dcs, UserData]]:
        """References are counted from the loop's time: the next command by hand is a new process, and its
        parts must not be taken for those of this one.
        """
        if self._joint is None:
            self._joint = int(asyncio.get_running_loop().time())
        parts = split_text(text, reference=self._joint & 0xFF)
        self._joint += len(parts) > 1
        return parts

    async def _prepare(self, commands: list[Command], *, report: bool) -> None:
        if any(command.text.removeprefix(_CMGS) in EXACT for command in commands):
            # should the modem have fallen back to text mode unseen, this length would be the number
            await self._channel.set("AT+CMGF=0")
        if report and not self._drained:
            await self._drain()
        if report and not self._reports_come():
            what = f"{self._channel.device}: status reports are not told, the modem refuses AT+CNMI"
            self._events.append(EquipmentTrouble(what))
        if len(commands) > 1 and self._keeps_open:
            try:
                await self._channel.run(_KEEP_OPEN)
            except (CommandRefused, NotAnswering) as error:
                self._keeps_open = False
                self._journal.note(f"the link is opened for each part anew: {error}")

    async def _submit(self, command: Command) -> int:
        """TP-MR. Raises CommandRefused; NotAnswering where nobody knows whether the message left."""
        answer = await self._channel.run(command)
        try:
            reference = answers.message_reference(answer.lines[0].removeprefix("+CMGS:").strip())
        except (IndexError, answers.Unreadable):
            what = f"accepted the message with {answer.lines}: its reference is unknown"
            raise NotAnswering(self._channel.device, what) from None
        self._inbox.submitted(reference)
        self._events.append(MessageAccepted(reference))
        return reference

    def unsolicited(self, urc: Unsolicited) -> None:
        """A URC about messages. Raises Unreadable."""
        if urc.rule.event in (UrcKind.MESSAGE, UrcKind.REPORT):
            self._inbox.take(urc.tail)
            kind = "message" if urc.rule.event is UrcKind.MESSAGE else "report"
            wanted = kind in self._channel.dialect.messages.acknowledges
            if wanted and self._channel.ledger.value("AT+CSMS") != "0":
                self._work.add(self._acknowledge)
            return
        place = answers.memory_place(urc.body)
        if place not in self._announced:
            self._announced.append(place)
            self._work.add(_Fetch(self, *place))

    def notifications(self, since: int) -> list[NotificationInd]:
        """What WAP pushes announced, as it came; `since`: a mark of the modem's events. Each is told as an
        `MmsNotified`, too.
        """
        return self._inbox.pushes.notifications(since)

    @asynccontextmanager
    async def stored(self, notification: NotificationInd) -> AsyncIterator[int | None]:
        """Its index in the modem's memory (of the first part), for a client that fetches by it (SIM800:
        AT+CMMSRECV=<index>); None where it is not there, which it only is if the dialect keeps pushes.

        That memory is chosen, and nothing else is read from any, until the end; then the push is deleted,
        but not where that ends in an exception: it may be tried again. Raises EquipmentError for what comes
        before.
        """
        pushes = self._inbox.pushes
        async with self._storage:
            place = pushes.place(notification)
            if place is not None:
                await self._choose(place[0])
            yield None if place is None else place[1]
            pushes.let_go(notification)
            try:
                await self._make_room(pushes.gone())
            except (CommandRefused, NotAnswering) as error:
                self._journal.note(f"a push that has been fetched is not deleted: {error}")

    async def let_go(self) -> None:
        """Of pushes that were kept for nothing: make room for the next. Raises EquipmentError."""
        async with self._storage:
            self._inbox.pushes.let_go()
            await self._make_room(self._inbox.pushes.gone())

    def reset(self) -> None:
        """The modem began anew: which memory it reads is forgotten."""
        self._memory = ""

    async def fetch_unread(self) -> None:
        """What came unheard or was never announced; marked as read by being listed, then deleted."""
        receiving = self._receiving() or await self._receiving_unset()
        # what came between a restart and our settings lies where the modem itself puts it
        others = [memory for memory in (REPORTS, *_BY_DEFAULT) if memory != receiving]
        async with self._storage:
            await self._empty(receiving)
            for memory in others:
                try:
                    await self._empty(memory)
                except CommandRefused as error:
                    self._journal.note(f"no memory {memory}: {error}")

    async def _drain(self) -> None:
        """Reports that wait from before: one may carry the very reference that the next message gets."""
        if self._channel.ledger.value("AT+CNMI").split(",")[3:4] == ["2"]:
            self._old = True
            try:
                await self.fetch_unread()
            except CommandRefused as error:
                self._journal.note(f"stored reports of before cannot be read: {error}")
            finally:
                self._old = False
                self._inbox.drained()
        self._drained = True

    async def fetch(self, memory: str, index: int) -> None:
        """Read one stored message from the memory that was named, then make room."""
        async with self._storage:
            if (memory, index) not in self._announced:
                return  # `fetch_unread` was faster
            try:
                await self._choose(memory)
                lines = await self._read(index)
            finally:
                self._announced.remove((memory, index))
            if len(lines) < 2 or not lines[1].strip("Ff"):  # an empty slot; of an MC35i it is all FF
                self._events.append(EquipmentTrouble(f"{self._channel.device}: {memory} {index} is empty"))
                return
            await self._make_room(self._inbox.take(lines[1], old=self._old, place=(memory, index)))

    async def _empty(self, memory: str) -> None:
        await self._choose(memory)
        listed = Command(text="AT+CMGL=0", expect=("+CMGL:",), pdu=True, may_be_empty=True, deadline=30.0)
        for head, pdu in pairwise((await self._channel.run(listed)).lines):
            place = answers.fields(head.removeprefix("+CMGL:"))[0]
            if not pdu.strip("Ff"):
                continue  # an empty slot of an MC35i
            if head.startswith("+CMGL:") and not pdu.startswith("+CMGL:") and place.isdigit():
                gone = self._inbox.take(pdu, old=self._old, place=(memory, int(place)))
                if (memory, int(place)) in self._announced:
                    self._announced.remove((memory, int(place)))
                await self._make_room(gone)

    async def _read(self, index: int) -> list[str]:
        read = Command(text=f"AT+CMGR={index}", expect=("+CMGR:",), pdu=True, may_be_empty=True)
        for _ in range(READ_TRIES - 1):
            try:
                return (await self._channel.run(read)).lines
            except NotAnswering as error:
                self._journal.note(str(error))
        return (await self._channel.run(read)).lines

    async def _make_room(self, places: list[Place]) -> None:
        """Only what was read is deleted, and only where it was read."""
        for memory, index in places:
            await self._choose(memory)
            await self._channel.run(Command(text=f"AT+CMGD={index}"))

    async def _choose(self, memory: str) -> None:
        """Where +CMGR, +CMGL and +CMGD are at work; after the set-up that is the memory that receives."""
        if not self._reads(memory):
            choose = Command(text=f'AT+CPMS="{memory}"', expect=("+CPMS:",), may_be_empty=True)
            before, self._memory = self._memory, _NOBODY_KNOWS
            try:
                await self._channel.run(choose)
            except CommandRefused:
                self._memory = before
                raise
            self._memory = memory

    def _reads(self, memory: str) -> bool:
        return not memory or memory == (self._memory or self._receiving())

    def _receiving(self) -> str:
        """The third memory of +CPMS as it was set, "" where it was not (27.005 3.2.2)."""
        return answers.fields(self._channel.ledger.value("AT+CPMS"))[-1]

    async def _receiving_unset(self) -> str:
        """Where +CPMS= was refused: the third memory as the modem has it."""
        try:
            memory = answers.fields(await self._channel.ask("AT+CPMS?"))[-3:][0]
            return memory if memory.isalpha() else ""
        except (CommandRefused, NotAvailable) as error:
            self._journal.note(str(error))
            return ""

    def _reports_come(self) -> bool:
        """<ds> of +CNMI (27.005 3.4.1)."""
        return self._channel.ledger.value("AT+CNMI").split(",")[3:4] in (["1"], ["2"])

    async def _acknowledge(self) -> None:
        """+CNMA (27.005 3.4.4). A SIM800C answers with a prompt: it gets ESC (asterisk-chan-quectel)."""
        try:
            await self._channel.run(Command(text="AT+CNMA", payload=ESC, retry_busy=False))
        except CommandRefused as refused:  # +CMS ERROR 340: none is expected
            self._journal.note(str(refused))


@dataclass(slots=True)
class _Fetch:
    """A piece of work: read a stored message."""

    messages: Messages
    memory: str
    index: int

    async def __call__(self) -> None:
        await self.messages.fetch(self.memory, self.index)


def _cmgs(submit: Submit) -> Command:
    """Raises PduError."""
    length, pdu = to_cmgs(submit)
    return Command(
        text=f"{_CMGS}{length}",
        expect=("+CMGS:",),
        payload=pdu.encode("ascii"),
        deadline=SUBMIT_DEADLINE_S,
        retry_busy=False,
    )
