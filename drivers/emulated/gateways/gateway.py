"""One gateway: who may log in, what it takes and refuses, what becomes of it, who gets the replies.

Nothing here knows sockets: PDUs come from `server`, messages go to the service centre.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from drivers.emulated.defects import Defect, Defects
from drivers.emulated.gateways.hosts import Host, Refusal, Report, Submission, Wanted
from drivers.emulated.gateways.outbox import Outbox
from drivers.emulated.gateways.spoilt import garbled, swapped
from drivers.emulated.gateways.tables import Tables
from drivers.emulated.gateways.texts import Message, from_handset
from drivers.emulated.hlr import Hlr, Subscriber
from drivers.emulated.messages import DELIVERED, NOT_OBTAINABLE, FromService, ServiceCentre
from drivers.emulated.timers import Timers
from interop.gateway import Frame, GatewayError
from interop.lab.model import GatewayPart
from interop.smspdu import Address, Part, Status, Submit, part_of
from interop.smspdu.address import MAX_DIGITS

QUEUE_S: Final = 0.3
"""in the gateway, before the service centre has it; the same for all, so parts stay in order"""
REPORT_S: Final = (0.3, 1.2)
MOST_PER_SECOND: Final = 100
"""messages of one account; more is flow control"""
_HELD_BACK_S: Final = 15.0
"""the first part of a message whose parts come out of order"""
_TWICE_S: Final = 18.0
"""until the second copy; the same for all, so it has its parts in order and a later TP-SCTS"""


@dataclass(eq=False)
class Account:
    """A provider's account: `part` is what the lab file says of it. Without a secret nobody logs in."""

    part: GatewayPart
    secret: str | None = field(repr=False)
    outbox: Outbox = field(default_factory=Outbox)
    _recent: list[float] = field(default_factory=list)

    def allows(self, messages: int, now: float) -> bool:
        """Whether so many more may pass this second."""
        self._recent = [at for at in self._recent if at > now - 1.0]
        if len(self._recent) + messages > MOST_PER_SECOND:
            return False
        self._recent += [now] * messages
        return True


@dataclass(slots=True, eq=False)
class _Taken:
    """A submission on its way; it is reported when all that it was cut into is concluded."""

    account: Account
    submission: Submission
    message_id: Any
    subject: Subscriber
    submitted: datetime
    left: int
    worst: int = DELIVERED


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a gateway has around it. `clock`: the loop's seconds, `now`: the country's time."""

    hlr: Hlr
    centre: ServiceCentre
    defects: Defects
    timers: Timers
    tables: Tables
    clock: Callable[[], float]
    now: Callable[[], datetime]


class Gateway:
    """`accounts` share one protocol, `host`, and one address; `name` is that address's last word."""

    def __init__(self, name: str, host: Host, accounts: Sequence[Account], around: Surroundings) -> None:
        self.name = name
        self.host = host
        self.accounts = {account.part.account: account for account in accounts}
        self._around = around
        self._count = 0

    def sequence(self) -> Callable[[], Any]:
        """What numbers the requests of one connection."""
        return self.host.sequence(self._around.now)

    def admit(self, pdu: Any) -> tuple[Account | None, int]:
        """Whose login it is, and the code of the answer; None where it is refused."""
        login = self.host.login(pdu)
        account = self.accounts.get(login.account) if login else None
        if account is None:
            return None, self.host.codes[Refusal.NAME]
        if account.secret is None or not self.host.proves(pdu, account.secret):
            return None, self.host.codes[Refusal.SECRET]
        return account, 0

    def submit(self, account: Account, frame: Frame) -> tuple[Any, int] | None:
        """The answer to a Submit and its code; None for any other PDU."""
        host, around = self.host, self._around
        try:
            submissions = host.submissions(frame.pdu, self._next())
        except GatewayError:
            return host.submitted(frame.pdu, None, code := host.codes[Refusal.CONTENT]), code
        if submissions is None:
            return None
        if not account.allows(len(submissions), around.clock()):
            return host.submitted(frame.pdu, None, code := host.codes[Refusal.THROTTLED]), code
        for submission in submissions:
            if code := self._refusal(account, submission):
                return host.submitted(frame.pdu, None, code), code
        message_id = host.message_id(frame, around.now(), self._count)
        for submission in submissions:
            self._take(account, submission, message_id)
        return host.submitted(frame.pdu, message_id, 0), 0

    def send(self, account: Account, submission: Submission) -> int:
        """A submission of a provider that is in this process (a site): 0 or the code of its refusal."""
        code = self._refusal(account, submission)
        if not code:
            self._take(account, submission, None)
        return code

    def reply(self, account: Account, source: str, submit: Submit) -> None:
        """A handset's message to a number of `account`."""
        subject = self._subject(source)
        if self._defect("gateway.reply_lost", subject, account):
            return
        if self._defect("gateway.reply_text", subject, account):
            submit = replace(submit, user_data=garbled((submit.dcs, submit.user_data))[1])
        number = str(submit.destination).removeprefix("+")
        for piece in from_handset(submit, smpp=self.host.dialect.status):
            account.outbox.put(
                _always(self.host.delivers(source, number, piece, self._around.now(), self._next()))
            )

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _refusal(self, account: Account, submission: Submission) -> int:
        """The code with which a submission is refused, 0 where it is taken."""
        codes, sender = self.host.codes, submission.sender
        if sender is not None and not _extends(sender.value, account.part.number):
            return codes[Refusal.SENDER]
        try:
            number = self.host.national(submission.destination)
        except GatewayError:
            return codes[Refusal.NUMBER]
        if self._around.tables.find(number) is None:
            return codes[Refusal.SEGMENT]
        subject = self._subject(number)
        if missing := self._defect("gateway.segment", subject, account):
            return int(missing.values.get("code", codes[Refusal.SEGMENT]))
        if self._defect("gateway.throttled", subject, account):
            return codes[Refusal.THROTTLED]
        return 0

    def _defect(self, name: str, subject: Subscriber, account: Account) -> Defect | None:
        return self._around.defects.on(name, subject, gateway=account.part.name)

    def _subject(self, number: str) -> Subscriber:
        row = self._around.tables.find(number)
        return self._around.hlr.subject(number, row.city if row else "")

    def _take(self, account: Account, submission: Submission, message_id: Any) -> None:
        around = self._around
        subject = self._subject(self.host.national(submission.destination))
        taken = _Taken(account, submission, message_id, subject, around.now(), len(submission.messages))
        if self._defect("gateway.dropped", subject, account):
            return
        if self._defect("gateway.false_report", subject, account):
            around.timers.later(self._delay(account, (2.0, 6.0)), self._report, taken, DELIVERED)
            return
        for message in submission.messages:
            delay = self._queue(account, subject, part_of(message[1].header))
            if delay is None:
                continue
            around.timers.later(delay, self._hand_on, taken, message, True)
            if self._defect("gateway.duplicate", subject, account):
                around.timers.later(delay + _TWICE_S, self._hand_on, taken, message, False)

    def _queue(self, account: Account, subject: Subscriber, part: Part | None) -> float | None:
        """Seconds that a message lies here; None: it is never seen again."""
        late = self._defect("gateway.late", subject, account)
        delay = QUEUE_S + (float(late.values["after"]) if late else 0.0)
        if part is None:
            return delay
        lost = self._defect("gateway.part_lost", subject, account)
        if lost and part.number == int(lost.values["part"]):
            return None
        if part.number == 1 < part.total and self._defect("gateway.parts_reordered", subject, account):
            delay += _HELD_BACK_S
        return delay

    def _hand_on(self, taken: _Taken, message: Message, first: bool) -> None:
        """To the service centre, which tells what became of it; of a second copy nobody hears."""
        account, subject = taken.account, taken.subject
        if self._defect("gateway.encoding", subject, account):
            message = swapped(message)
        if self._defect("gateway.text", subject, account):
            message = garbled(message)
        dcs, user_data = message
        submission = taken.submission
        submit = Submit(
            Address(subject.msisdn), dcs, user_data, validity=submission.validity, pid=submission.pid
        )
        told = (lambda status: self._concluded(taken, status)) if first else (lambda _status: None)
        sender = self._shown(submission.sender or Address(account.part.number), subject, account)
        self._around.centre.take(FromService(sender, subject.msisdn, submit, account.part.name, told))

    def _shown(self, sender: Address, subject: Subscriber, account: Account) -> Address:
        """The sender that the handset sees: 106... and 955xx have no country, so their type is unknown."""
        if cut := self._defect("gateway.sender_cut", subject, account):
            return replace(sender, value=sender.value[: -int(cut.values["digits"])] or sender.value[:1])
        if rewritten := self._defect("gateway.sender_rewritten", subject, account):
            return Address.parse(rewritten.values["number"])
        return sender

    def _concluded(self, taken: _Taken, status: int) -> None:
        """The service centre has done with one of the messages that it was cut into."""
        taken.left -= 1
        taken.worst = taken.worst or status
        if taken.left:
            return
        denied = self._defect("gateway.undelivered_report", taken.subject, taken.account)
        self._report(taken, taken.worst or (NOT_OBTAINABLE if denied else DELIVERED))

    def _report(self, taken: _Taken, status: int) -> None:
        account, subject, wanted = taken.account, taken.subject, taken.submission.report
        if taken.message_id is None or wanted is Wanted.NEVER:
            return
        if wanted is Wanted.ON_FAILURE and status == DELIVERED:
            return
        if self._defect("gateway.report_missing", subject, account):
            return
        report = Report(
            taken.message_id,
            Status(status),
            (taken.submission.sender or Address(account.part.number)).value,
            subject.msisdn,
            taken.submitted,
            self._around.now(),
        )
        delay = self._delay(account, REPORT_S)
        self._around.timers.later(
            delay, account.outbox.put, lambda version: self.host.reports(report, version)
        )

    def _delay(self, account: Account, span: tuple[float, float]) -> float:
        return self._around.timers.draw(f"gateway/{account.part.name}", *span)


def _extends(shown: str, number: str) -> bool:
    """Whether it is the account's number, or that with digits behind it, as many as TP-OA holds."""
    return shown.startswith(number) and shown.isdecimal() and len(shown) <= MAX_DIGITS


def _always(pdu: Any) -> Callable[[int], Any]:
    """The same in every version."""
    return lambda _version: pdu
