"""The transport that every modem has: what its way of sending is asked for, paid for, told and cleaned up."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from drivers.at.channel import Channel
from drivers.at.exchange import Command
from drivers.mms.way import Confirmation, Pushes, Refused, Way, quoted
from interop.mms import (
    AcknowledgeInd,
    NotificationInd,
    NotifyRespInd,
    Part,
    ReadRecInd,
    ReadStatus,
    RetrieveConf,
    SendReq,
    Status,
    number_of,
)
from interop.protocols.equipment import Spend
from interop.protocols.errors import EquipmentError, NotAvailable
from interop.protocols.link import Journal
from interop.protocols.mms import MmsCapabilities, MmsFetched, MmsOutcome, MmsSent, MmsService, MmsStage
from interop.protocols.stream import EventStream
from interop.record.events import (
    BearerOpened,
    BearerRefused,
    MmsAsked,
    MmsConfirmed,
    MmsGot,
    MmsReadTold,
    MmsSubmitted,
    MmsTaken,
)


class Multimedia:
    """Satisfies `interop.protocols.mms.MmsTransport`. One transaction at a time."""

    def __init__(
        self,
        channel: Channel,
        service: MmsService,
        way: Way,
        journal: Journal,
        events: EventStream,
        spend: Spend,
        pushes: Pushes,
    ) -> None:
        self.service = service
        self._channel = channel
        self._device = channel.device
        self._way = way
        self._journal = journal
        self._events = events
        self._spend = spend
        self._pushes = pushes
        self._turn = asyncio.Lock()
        self._known: MmsCapabilities | None = None
        self._untidy = False
        """a transaction was given up before all was cleared and let go, or that did not succeed"""

    async def capabilities(self) -> MmsCapabilities:
        async with self._turn:
            return await self._can(lambda known: not known.lacks)

    def notifications(self, since: int) -> list[NotificationInd]:
        return self._pushes.notifications(since)

    async def send(self, message: SendReq) -> MmsSent:
        """Raises MmsError (a ValueError) for what no PDU can say, BudgetSpent and EmergencyRefused before
        anything is sent.
        """
        numbers = tuple(number_of(address) for address in (*message.to, *message.cc, *message.bcc))
        for number in numbers:
            # whatever way it goes, the guard judges it as this command's
            self._channel.permit(Command(text=f"AT+CMMSRECP={quoted(self._device, number)}"))
        async with self._turn:
            known = await self._need(lambda known: known.send)
            if (message.delivery_report or message.read_report) and not known.reports:
                raise NotAvailable(self._device, "its MMS client asks for no reports")
            pdu = self._way.write(message)
            self._spend("multimedia")
            # a client of the modem's own makes a SMIL of its own, too
            parts = described(message.body.parts if pdu else message.body.media)
            self._events.append(MmsSubmitted(numbers, message.subject, parts, len(pdu)))
            sent = await self._send(message, pdu)
        taken = MmsTaken(sent.outcome.value, sent.stage.value, sent.message_id, sent.status, sent.text)
        self._events.append(taken)
        return sent

    async def _send(self, message: SendReq, pdu: bytes) -> MmsSent:
        try:
            async with self._connection():
                message_id, status = await self._way.send(message, pdu)
        except Refused as no:
            return MmsSent(no.outcome, no.stage, "", no.status, no.http, no.code, no.text)
        return MmsSent(MmsOutcome.ACCEPTED, MmsStage.MMSC, message_id, status)

    async def fetch(self, notification: NotificationInd, *, deferred: bool = False) -> MmsFetched:
        async with self._turn:
            await self._need(lambda known: known.fetch and (known.confirm or not deferred))
            self._events.append(MmsAsked(notification.location))
            try:
                async with self._connection():
                    message, size = await self._way.get(notification)
                    self._events.append(_got(message, size))
                    confirmed = await self._confirm_fetched(notification, message, deferred=deferred)
            except Refused as no:
                text = no.text
                self._events.append(MmsGot(no.outcome.value, no.stage.value, status=no.status, text=text))
                return MmsFetched(no.outcome, no.stage, None, None, no.status, no.http, no.code, text)
        return MmsFetched(MmsOutcome.ACCEPTED, MmsStage.FETCH, message, confirmed, message.status)

    async def _confirm_fetched(
        self, notification: NotificationInd, message: RetrieveConf, *, deferred: bool
    ) -> bool | None:
        """6.2 and 6.4: M-Acknowledge.ind answers the retrieval, M-NotifyResp.ind the notification."""
        if deferred:
            taken = await self._confirm(AcknowledgeInd(message.transaction or notification.transaction))
        else:
            taken = await self._confirm(NotifyRespInd(notification.transaction, Status.RETRIEVED))
        self._events.append(MmsConfirmed(Status.RETRIEVED.name.lower(), taken))
        return taken

    async def respond(self, notification: NotificationInd, status: Status) -> bool:
        taken = await self._tell(NotifyRespInd(notification.transaction, status))
        self._events.append(MmsConfirmed(status.name.lower(), taken))
        return taken

    async def report_read(self, message: RetrieveConf) -> bool:
        taken = await self._tell(ReadRecInd(message.message_id, message.sender, ReadStatus.READ))
        self._events.append(MmsReadTold(message.message_id, number_of(message.sender)))
        return taken

    async def _tell(self, what: Confirmation) -> bool:
        async with self._turn:
            await self._need(lambda known: known.confirm)
            try:
                async with self._connection():
                    return bool(await self._confirm(what))
            except Refused as no:
                self._journal.note(f"{type(what).__name__} was not taken: {no.text}")
                return False

    async def _confirm(self, what: Confirmation) -> bool | None:
        """A message that is there is there, whatever becomes of its confirmation."""
        try:
            return await self._way.confirm(what)
        except (Refused, EquipmentError) as no:
            self._journal.note(f"{type(what).__name__} was not taken: {no}")
            return False

    async def _can(self, enough: Callable[[MmsCapabilities], bool]) -> MmsCapabilities:
        """As known; asked anew where that is not enough: an interface may come up, a modem be updated."""
        if self._known is None or not enough(self._known):
            self._known = await self._way.capabilities()
        return self._known

    async def _need(self, there: Callable[[MmsCapabilities], bool]) -> MmsCapabilities:
        """Raises NotAvailable."""
        known = await self._can(there)
        if not there(known):
            raise NotAvailable(self._device, known.lacks or "its MMS client cannot do this")
        return known

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[None]:
        """The packet connection for one transaction; raises Refused where there is none."""
        if self._untidy:
            await self._way.down()  # or what was left of one message goes with the next
        self._untidy = True
        try:
            address = await self._way.up(self.service)
            if address is not None:
                self._events.append(BearerOpened(self.service.apn, address))
            yield
        except Refused as no:
            if no.stage is MmsStage.SUBMIT and no.outcome is MmsOutcome.REJECTED and no.http is None:
                no = await self._blamed(no)
            if no.stage is MmsStage.BEARER:
                self._events.append(BearerRefused(self.service.apn, no.code, no.text))
            raise no from None
        finally:
            await self._let_go()

    async def _blamed(self, no: Refused) -> Refused:
        """Nobody answers behind a packet connection that is gone, as after a restart of the modem."""
        if await self._way.is_up():
            return no
        return Refused(MmsStage.BEARER, f"the packet connection is gone: {no.text}")

    async def _let_go(self) -> None:
        """What fails here is no part of the message's outcome."""
        try:
            await self._way.down()
            self._untidy = False
        except EquipmentError as error:
            self._journal.note(f"after a multimedia message: {error}")


def described(parts: tuple[Part, ...]) -> tuple[str, ...]:
    """A line for each part, as `interop.record.mms_events` has them."""
    return tuple(
        f"{part.content_type} {len(part.data)} sha256:{hashlib.sha256(part.data).hexdigest()[:16]}"
        for part in parts
    )


def _got(message: RetrieveConf, size: int) -> MmsGot:
    return MmsGot(
        MmsOutcome.ACCEPTED.value,
        MmsStage.FETCH.value,
        number_of(message.sender),
        message.subject,
        described(message.body.parts),
        size,
        message.message_id,
        message.status,
        message.text,
    )
