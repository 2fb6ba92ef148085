"""The service centre of the emulated country: store and forward (3GPP TS 23.040), reports, retries.

What it says about a message it took: 00 delivered; 43 no route to the number; 49 the number does not exist
(23.040 leaves the value for that to the service centre, and real ones use 49 as well); 46 validity over.
A message refused when it is submitted has a +CMS code instead and never a report. Gateways of service
providers hand messages in as `FromService`; what handsets write to their numbers goes back to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from drivers.emulated.air import Submitted, Terminal
from drivers.emulated.charging.accounts import Accounts
from drivers.emulated.defects import Defects
from drivers.emulated.hlr import OPERATORS, Hlr, Subscriber
from drivers.emulated.routing import EMERGENCY, OUT_OF_ORDER, Routing
from drivers.emulated.timers import Timers
from interop.numbering import smsc as smsc_facts
from interop.smspdu import (
    Address,
    Deliver,
    Direction,
    Enhanced,
    PduError,
    Relative,
    Status,
    StatusReport,
    Submit,
    Timestamp,
    TypeOfNumber,
    decode,
)

SEMANTICALLY_INCORRECT = 95
NO_SERVICE = 331
"""+CMS codes (27.005 3.2.5)"""

DELIVERED, NOT_OBTAINABLE, EXPIRED, UNKNOWN_NUMBER = 0x00, 0x43, 0x46, 0x49

ACCEPTANCE = (0.6, 1.8)
ON_THE_WAY = (0.9, 4.2)
REPORT = (0.4, 1.5)
BACK_OFF_S = (30, 60, 120, 300, 600, 1800)
"""between attempts; the last one repeats. A handset that registers is tried at once (alert, 23.040 3.2.7)"""
DEFAULT_VALIDITY = timedelta(hours=48)


IN_ORDER_S = 0.4
"""between two messages of services to one handset, which come in the order in which they were handed in"""


@dataclass(frozen=True, slots=True)
class FromService:
    """A message of a service provider to the subscriber with the number `to` (11 digits).

    `gateway`: the account it came by, as the lab file names it, "" of what came by none (an MMSC's push);
    `told`: hears the TP-Status, once, or never.
    """

    sender: Address
    to: str
    submit: Submit
    gateway: str
    told: Callable[[int], None]


class Services(Protocol):
    """The service numbers of the country, as far as somebody takes what is written to them."""

    def owner(self, number: str) -> Callable[[Subscriber, Submit], None] | None:
        """What takes a message to `number` from a subscriber; None for a number of nobody's."""


@dataclass(slots=True, eq=False)
class _Stored:
    """A message the centre has taken responsibility for."""

    sender: Subscriber | FromService
    submit: Submit
    smsc: str
    taken: datetime
    until: datetime
    recipient: Subscriber | None = None
    attempts: int = 0
    retry: Callable[[], None] | None = None


class ServiceCentre:
    """One for all operators, as far as a handset can see. `now` is the country's time (UTC+8)."""

    def __init__(
        self,
        hlr: Hlr,
        routing: Routing,
        accounts: Accounts,
        defects: Defects,
        timers: Timers,
        now: Callable[[], datetime],
    ) -> None:
        self._hlr = hlr
        self._routing = routing
        self._accounts = accounts
        self._defects = defects
        self._timers = timers
        self._now = now
        self._waiting: dict[str, list[_Stored]] = {}
        self._reports: dict[str, list[tuple[bytes, str]]] = {}
        self._free_at: dict[str, datetime] = {}
        self.services: Services | None = None
        self.enquiries: Services | None = None

    def take(self, message: FromService) -> None:
        """A gateway hands a message in."""
        now = self._now()
        recipient = self._hlr.by_msisdn(message.to)
        smsc = (recipient.smsc or OPERATORS[recipient.operator].smsc) if recipient else ""
        stored = _Stored(message, message.submit, smsc, now, _deadline(message.submit, now), recipient)
        late = None
        if recipient and message.gateway:
            if self._defects.on("smsc.dropped", recipient, gateway=message.gateway):
                return
            late = self._defects.on("smsc.late", recipient, gateway=message.gateway)
        if late:
            self._timers.later(float(late.values["after"]), self._on_the_way, stored)
        else:
            self._on_the_way(stored)

    def submit(self, terminal: Terminal, tpdu: bytes, smsc: str, done: Callable[[Submitted], None]) -> None:
        line = self._hlr.line(terminal.imsi)
        delay = self._timers.draw(f"sms/{terminal.imsi}", *ACCEPTANCE)
        if line is None or not line.in_service:
            self._timers.later(delay, done, Submitted(None, NO_SERVICE))
            return
        sender = line.subscriber
        try:
            submit = decode(tpdu, Direction.MS_TO_SC)
            if not isinstance(submit, Submit):
                raise PduError("TP-MTI", "is no SMS-SUBMIT")
        except PduError:
            self._timers.later(delay, done, Submitted(None, SEMANTICALLY_INCORRECT))
            return
        cause = self._refusal(sender, submit, smsc)
        if cause is None:
            self._timers.later(delay, self._take, sender, submit, smsc, done)
        else:
            self._timers.later(delay, done, Submitted(None, cause))

    def registered(self, subscriber: Subscriber) -> None:
        """A handset came back: what waits for it goes out at once."""
        for message in self._waiting.pop(subscriber.imsi, ()):
            if message.retry is not None:
                message.retry()
            self._on_the_way(message)
        for report, smsc in self._reports.pop(subscriber.imsi, ()):
            self._timers.later(self._delay(subscriber, REPORT), self._report_to, subscriber, report, smsc)

    def _refusal(self, sender: Subscriber, submit: Submit, smsc: str) -> int | None:
        if barred := self._defects.on("sms.barred", sender):
            return int(barred.values["cause"])
        if not _serves(sender, smsc):
            return OUT_OF_ORDER
        recipient = self._recipient(submit)
        if recipient and (refused := self._defects.between("sms.refused", "sms", sender, recipient)):
            return int(refused.values["cause"])
        return None

    def _recipient(self, submit: Submit) -> Subscriber | None:
        destination = self._routing.plain(str(submit.destination))
        return destination if isinstance(destination, Subscriber) else None

    def _take(self, sender: Subscriber, submit: Submit, smsc: str, done: Callable[[Submitted], None]) -> None:
        now = self._now()
        smsc = smsc or sender.smsc or OPERATORS[sender.operator].smsc
        message = _Stored(sender, submit, smsc, now, _deadline(submit, now), self._recipient(submit))
        self._accounts.message(sender, submit, now)
        done(Submitted(submit.reference))
        self._on_the_way(message)

    def _on_the_way(self, message: _Stored) -> None:
        sender = message.sender
        if isinstance(sender, FromService):
            delay = self._in_order(sender.to, self._timers.draw(f"sms/{sender.to}", *ON_THE_WAY))
        else:
            delay = self._delay(sender, ON_THE_WAY)
        self._timers.later(delay, self._forward, message)

    def _in_order(self, number: str, delay: float) -> float:
        """`delay`, or more where another message of a service is on its way to that number."""
        now = self._now()
        due = now + timedelta(seconds=delay)
        if number in self._free_at:
            due = max(due, self._free_at[number] + timedelta(seconds=IN_ORDER_S))
        self._free_at[number] = due
        return (due - now).total_seconds()

    def _forward(self, message: _Stored) -> None:
        """One attempt to deliver."""
        sender, recipient = message.sender, message.recipient
        if recipient is None:
            self._to_nobody(message)
        elif isinstance(sender, FromService):
            if self._hand_over(message, recipient):
                self._conclude(message, DELIVERED)
            else:
                self._try_again(message, recipient)
        elif self._defects.between("sms.lost", "sms", sender, recipient):
            return
        elif self._defects.between("route.missing", "sms", sender, recipient):
            self._conclude(message, NOT_OBTAINABLE)
        elif self._defects.between("route.unassigned", "sms", sender, recipient):
            self._conclude(message, UNKNOWN_NUMBER)
        elif self._defects.between("report.false", "sms", sender, recipient) or self._hand_over(
            message, recipient
        ):
            self._conclude(message, DELIVERED)
        else:
            self._try_again(message, recipient)

    def _to_nobody(self, message: _Stored) -> None:
        """Gateways own numbers, and operators some; other service codes take messages silently (banks), and
        the rest does not exist."""
        number = str(message.submit.destination).removeprefix("+")
        owner = self.services.owner(number) if self.services else None
        if owner is None and self.enquiries:
            owner = self.enquiries.owner(number)
        if owner is not None and isinstance(message.sender, Subscriber):
            owner(message.sender, message.submit)
            self._conclude(message, DELIVERED)
            return
        is_service = number in EMERGENCY or not (number.startswith("86") or len(number) == 11)
        self._conclude(message, DELIVERED if is_service else UNKNOWN_NUMBER)

    def _hand_over(self, message: _Stored, recipient: Subscriber) -> bool:
        line = self._hlr.reachable(recipient)
        if line is None:
            return False
        if isinstance(message.sender, FromService):
            return line.terminal.message(_deliver(message, message.sender.sender).encode(), message.smsc)
        deliver = _deliver(message, self._sender(message.sender, recipient))
        if self._defects.between("sms.text", "sms", message.sender, recipient):
            deliver = _garbled(deliver)
        return line.terminal.message(deliver.encode(), message.smsc)

    def _sender(self, sender: Subscriber, recipient: Subscriber) -> Address:
        if rewritten := self._defects.between("sms.sender", "sms", sender, recipient):
            return Address.parse(rewritten.values["number"])
        return Address(f"86{sender.msisdn}", TypeOfNumber.INTERNATIONAL)

    def _try_again(self, message: _Stored, recipient: Subscriber) -> None:
        wait = BACK_OFF_S[min(message.attempts, len(BACK_OFF_S) - 1)]
        message.attempts += 1
        single_shot = isinstance(message.submit.validity, Enhanced) and message.submit.validity.single_shot
        if single_shot or self._now() + timedelta(seconds=wait) > message.until:
            left = 0.0 if single_shot else (message.until - self._now()).total_seconds()
            message.retry = self._timers.later(max(0.0, left), self._expire, message, recipient)
        else:
            message.retry = self._timers.later(wait, self._retry, message, recipient)
        self._waiting.setdefault(recipient.imsi, []).append(message)

    def _retry(self, message: _Stored, recipient: Subscriber) -> None:
        self._waiting[recipient.imsi].remove(message)
        self._forward(message)

    def _expire(self, message: _Stored, recipient: Subscriber) -> None:
        self._waiting[recipient.imsi].remove(message)
        self._conclude(message, EXPIRED)

    def _conclude(self, message: _Stored, status: int) -> None:
        sender, recipient = message.sender, message.recipient
        if isinstance(sender, FromService):
            sender.told(status)
            return
        if not message.submit.report_request:
            return
        if recipient and self._defects.between("report.dropped", "sms", sender, recipient):
            return
        report = StatusReport(
            message.submit.reference,
            message.submit.destination,
            Timestamp.of(message.taken),
            Timestamp.of(self._now()),
            Status(status),
        )
        delay = self._delay(sender, REPORT)
        self._timers.later(delay, self._report_to, sender, report.encode(), message.smsc)

    def _report_to(self, sender: Subscriber, report: bytes, smsc: str) -> None:
        line = self._hlr.reachable(sender)
        if line is None:
            self._reports.setdefault(sender.imsi, []).append((report, smsc))
        else:
            line.terminal.report(report, smsc)

    def _delay(self, subscriber: Subscriber, span: tuple[float, float]) -> float:
        return self._timers.draw(f"sms/{subscriber.imsi}", *span)


def _serves(sender: Subscriber, smsc: str) -> bool:
    """A centre takes messages of its own operator's subscribers; IMS (Telecom) needs no address."""
    if not smsc or smsc == sender.smsc or not OPERATORS[sender.operator].circuit_switched:
        return True
    known = smsc_facts(smsc)
    return known is not None and known.operator == sender.operator


def _deadline(submit: Submit, taken: datetime) -> datetime:
    match submit.validity:
        case Relative() | Enhanced() as validity:
            return taken + (validity.duration or DEFAULT_VALIDITY)
        case Timestamp() as until:
            try:
                return until.when
            except PduError:
                return taken + DEFAULT_VALIDITY
        case _:
            return taken + DEFAULT_VALIDITY


def _deliver(message: _Stored, sender: Address) -> Deliver:
    """Header, alphabet and text go through untouched; TP-SCTS is when the centre took the message."""
    submit = message.submit
    return Deliver(
        sender,
        Timestamp.of(message.taken),
        submit.dcs,
        submit.user_data,
        submit.pid,
        report_indication=submit.report_request,
        reply_path=submit.reply_path,
    )


def _garbled(deliver: Deliver) -> Deliver:
    body = deliver.user_data.body
    if isinstance(body, bytes):
        return deliver
    plain = "".join(char if char.isascii() else "?" for char in body)
    return replace(deliver, user_data=replace(deliver.user_data, body=plain))
