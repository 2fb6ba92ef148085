"""Short messages of one modem: sent in PDU mode, received by +CMTI, +CMT, +CDS, +CDSI (3GPP TS 27.005)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from drivers.at import answers
from drivers.at.channel import Channel
from drivers.at.dialect import UrcKind
from drivers.at.exchange import (
    Command,
    Unsolicited,
)
from drivers.at.guard_numbers import EXACT
from drivers.at.work import Work
from interop.protocols.equipment import Spend
from interop.protocols.errors import CommandRefused, NotAnswering
from interop.protocols.link import Journal
from interop.protocols.modem import Submission
from interop.protocols.stream import EventStream
from interop.record.events import (
    EquipmentTrouble,
    MessageAccepted,
    MessageReceived,
    MessageRefused,
    MessageSubmitted,
    StatusReported,
)
from interop.smspdu import Address, Deliver, Direction, PduError, StatusReport, Submit, from_at, to_cmgs

SUBMIT_DEADLINE_S = 65.0
"""24.011 TR1N is 30 s and the message may be repeated once at the relay layer"""


READ_TRIES = 3
"""Reading has no effect on the network: a message is not given up for one lost answer."""


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
        self._events.append(MessageSubmitted(to, text))
        try:
            answer = await self._channel.run(command)
        except CommandRefused as refused:
            self._events.append(MessageRefused(refused.code, refused.final))
            if answers.is_ours(refused.final):
                raise
            return Submission(None, refused.code, refused.final)
        try:
            reference = answers.message_reference(answer.lines[0].removeprefix("+CMGS:").strip())
        except (IndexError, answers.Unreadable):
            what = f"accepted the message with {answer.lines}: its reference is unknown"
            raise NotAnswering(self._channel.device, what) from None
        self._events.append(MessageAccepted(reference))
        return Submission(reference)

    def unsolicited(self, urc: Unsolicited) -> None:
        """A URC about messages. Raises Unreadable."""
        if urc.rule.event in (UrcKind.MESSAGE, UrcKind.REPORT):
            self._take(urc.tail)
        else:
            memory, index = answers.memory_place(urc.body)
            self._work.add(_Fetch(self, memory, index))

    def reset(self) -> None:
        """The modem began anew: which memory it reads is forgotten."""
        self._memory = ""

    async def fetch_unread(self) -> None:
        """What came unheard or was never announced; marked as read by being listed, then deleted."""
        listed = Command(text="AT+CMGL=0", expect=("+CMGL:",), pdu=True, may_be_empty=True, deadline=30.0)
        lines = (await self._channel.run(listed)).lines
        for head, pdu in pairwise(lines):
            place = answers.fields(head.removeprefix("+CMGL:"))[0]
            if head.startswith("+CMGL:") and not pdu.startswith("+CMGL:") and place.isdigit():
                self._take(pdu)
                await self._channel.run(Command(text=f"AT+CMGD={place}"))

    async def fetch(self, memory: str, index: int) -> None:
        """Read one stored message from the memory that was named, then make room."""
        if memory != self._memory:
            choose = Command(text=f'AT+CPMS="{memory}"', expect=("+CPMS:",), may_be_empty=True)
            await self._channel.run(choose)
            self._memory = memory
        read = Command(text=f"AT+CMGR={index}", expect=("+CMGR:",), pdu=True, may_be_empty=True)
        for left in reversed(range(READ_TRIES)):
            try:
                lines = (await self._channel.run(read)).lines
                break
            except NotAnswering:
                if not left:
                    raise
        if len(lines) < 2:
            self._events.append(EquipmentTrouble(f"{self._channel.device}: {memory} {index} is empty"))
            return
        self._take(lines[1])
        await self._channel.run(Command(text=f"AT+CMGD={index}"))

    def _take(self, pdu: str) -> None:
        try:
            smsc, tpdu = from_at(pdu, Direction.SC_TO_MS)
        except PduError as error:
            # it may be the very one that a case waits for
            what = f"{self._channel.device}: a message that cannot be read: {error}"
            self._events.append(EquipmentTrouble(what))
            return
        if isinstance(tpdu, StatusReport):
            self._events.append(StatusReported(tpdu.reference, str(tpdu.recipient), tpdu.status.value))
        elif isinstance(tpdu, Deliver):
            body = tpdu.user_data.body
            self._events.append(
                MessageReceived(
                    sender=str(tpdu.originator),
                    toa=tpdu.originator.type_octet,
                    text=body if isinstance(body, str) else body.hex().upper(),
                    sent_at=str(tpdu.timestamp),
                    smsc="" if smsc is None else str(smsc),
                )
            )


@dataclass(slots=True)
class _Fetch:
    """A piece of work: read a stored message."""

    messages: Messages
    memory: str
    index: int

    async def __call__(self) -> None:
        await self.messages.fetch(self.memory, self.index)
