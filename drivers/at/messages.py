"""Short messages of one modem: sent in PDU mode, received by +CMTI, +CMT, +CDS, +CDSI (3GPP TS 27.005)."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from drivers.at import answers
from drivers.at.channel import Channel
from drivers.at.dialect import UrcKind
from drivers.at.exchange import ESC, Command, Unsolicited
from drivers.at.guard_numbers import EXACT
from drivers.at.work import Work
from interop.protocols.equipment import Spend
from interop.protocols.errors import CommandRefused, NotAnswering, NotAvailable
from interop.protocols.link import Journal
from interop.protocols.modem import Submission
from interop.protocols.stream import EventStream
from interop.record.events import (
    EquipmentTrouble,
    MessageAccepted,
    MessageReceived,
    MessageRefused,
    MessageSubmitted,
    Note,
    StatusReported,
)
from interop.smspdu import Address, Deliver, Direction, PduError, StatusReport, Submit, from_at, to_cmgs

SUBMIT_DEADLINE_S = 65.0
"""24.011 TR1N is 30 s and the message may be repeated once at the relay layer"""

READ_TRIES = 3
"""Reading has no effect on the network: a message is not given up for one lost answer."""
REPORTS = "SR"
_BY_DEFAULT = ("SM", "ME")
CLOCKS_DIFFER_BY = timedelta(minutes=2)
"""the nodes of one service centre need not agree on the time"""
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
        self._received: deque[str] = deque(maxlen=32)
        self._drained = False
        self._old = False
        """what is read now was stored before we sent anything"""
        self._centre_time: datetime | None = None
        self._submitted: dict[int, datetime | None] = {}
        """TP-MR -> the service centre's time, as last heard of, when it was given"""

    async def send(self, to: str, text: str, *, report: bool) -> Submission:
        """Raises PduError (a ValueError) for what no single message can carry."""
        submit = Submit.of_text(Address.parse(to), text, report_request=report)
        length, pdu = to_cmgs(submit)
        command = Command(
            text=f"AT+CMGS={length}",
            expect=("+CMGS:",),
            payload=pdu.encode("ascii"),
            deadline=SUBMIT_DEADLINE_S,
            retry_busy=False,
        )
        self._channel.permit(command)
        self._spend("messages")
        if str(length) in EXACT:
            # should the modem have fallen back to text mode unseen, this length would be the number
            await self._channel.set("AT+CMGF=0")
        if report and not self._drained:
            await self._drain()
        if report and not self._reports_come():
            what = f"{self._channel.device}: status reports are not told, the modem refuses AT+CNMI"
            self._events.append(EquipmentTrouble(what))
        self._events.append(MessageSubmitted(to, text))
        try:
            answer = await self._channel.run(command)
        except CommandRefused as refused:
            self._events.append(MessageRefused(refused.code, refused.final))
            if answers.is_ours(refused.final):
                raise
            return Submission((), refused.code, refused.final, refused=True)
        try:
            reference = answers.message_reference(answer.lines[0].removeprefix("+CMGS:").strip())
        except (IndexError, answers.Unreadable):
            what = f"accepted the message with {answer.lines}: its reference is unknown"
            raise NotAnswering(self._channel.device, what) from None
        self._submitted[reference] = self._centre_time
        self._events.append(MessageAccepted(reference))
        return Submission((reference,))

    def unsolicited(self, urc: Unsolicited) -> None:
        """A URC about messages. Raises Unreadable."""
        if urc.rule.event in (UrcKind.MESSAGE, UrcKind.REPORT):
            self._take(urc.tail)
            kind = "message" if urc.rule.event is UrcKind.MESSAGE else "report"
            wanted = kind in self._channel.dialect.messages.acknowledges
            if wanted and self._channel.ledger.value("AT+CSMS") != "0":
                self._work.add(self._acknowledge)
            return
        place = answers.memory_place(urc.body)
        if place not in self._announced:
            self._announced.append(place)
            self._work.add(_Fetch(self, *place))

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
            self._take(lines[1])
            await self._delete(memory, index)

    async def _empty(self, memory: str) -> None:
        await self._choose(memory)
        listed = Command(text="AT+CMGL=0", expect=("+CMGL:",), pdu=True, may_be_empty=True, deadline=30.0)
        for head, pdu in pairwise((await self._channel.run(listed)).lines):
            place = answers.fields(head.removeprefix("+CMGL:"))[0]
            if not pdu.strip("Ff"):
                continue  # an empty slot of an MC35i
            if head.startswith("+CMGL:") and not pdu.startswith("+CMGL:") and place.isdigit():
                self._take(pdu)
                if (memory, int(place)) in self._announced:
                    self._announced.remove((memory, int(place)))
                await self._delete(memory, int(place))

    async def _read(self, index: int) -> list[str]:
        read = Command(text=f"AT+CMGR={index}", expect=("+CMGR:",), pdu=True, may_be_empty=True)
        for _ in range(READ_TRIES - 1):
            try:
                return (await self._channel.run(read)).lines
            except NotAnswering as error:
                self._journal.note(str(error))
        return (await self._channel.run(read)).lines

    async def _delete(self, memory: str, index: int) -> None:
        """Only what was read, and only where it was read."""
        if self._reads(memory):
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

    # What came

    def _take(self, pdu: str) -> None:
        try:
            smsc, tpdu = from_at(pdu, Direction.SC_TO_MS)
        except PduError as error:
            # it may be the very one that a case waits for
            what = f"{self._channel.device}: a message that cannot be read: {error}"
            self._events.append(EquipmentTrouble(what))
            return
        if isinstance(tpdu, StatusReport):
            self._reported(tpdu)
        elif isinstance(tpdu, Deliver):
            self._delivered(tpdu, "" if smsc is None else str(smsc))
            if pdu in self._received:
                # sent once by the sender, twice by the service centre: it may not have heard that we have it
                what = f"{self._channel.device}: the message of {tpdu.timestamp} came twice, unchanged"
                self._events.append(EquipmentTrouble(what))
            self._received.append(pdu)

    def _delivered(self, deliver: Deliver, smsc: str) -> None:
        body = deliver.user_data.body
        self._events.append(
            MessageReceived(
                sender=str(deliver.originator),
                toa=deliver.originator.type_octet,
                text=body if isinstance(body, str) else body.hex().upper(),
                sent_at=str(deliver.timestamp),
                smsc=smsc,
            )
        )

    def _reported(self, report: StatusReport) -> None:
        """TP-MR begins anew after 256 messages and after a restart. A report on a message that the service
        centre had before our latest one of that reference left is not on that one: its times say so.
        """
        try:
            taken = report.timestamp.when
        except PduError:
            taken = None  # some centres send zeros
        if self._old:
            self._events.append(Note(f"a report from before, on message {report.reference}"))
            return
        since = self._submitted.get(report.reference)
        if taken is not None and since is not None and taken < since - CLOCKS_DIFFER_BY:
            what = f"a report on an older message of the same reference, {report.reference}, of"
            self._events.append(Note(f"{what} {report.timestamp}"))
            return
        if taken is not None and report.reference in self._submitted:
            self._centre_time = max(taken, self._centre_time or taken)
        self._events.append(StatusReported(report.reference, str(report.recipient), report.status.value))


@dataclass(slots=True)
class _Fetch:
    """A piece of work: read a stored message."""

    messages: Messages
    memory: str
    index: int

    async def __call__(self) -> None:
        await self.messages.fetch(self.memory, self.index)
