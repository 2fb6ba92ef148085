"""A multimedia message on its way from the MMSC to a receiver: announced, fetched, once; with the checks that
this owes. The name of a check begins with its stage (`interop.protocols.mms.MmsStage`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from interop import mms
from interop.engine import Bench
from interop.mms import NotificationInd, RetrieveConf
from interop.numbering import Msisdn, NumberError, same_number
from interop.protocols.mms import MmsFetched, MmsOutcome, MmsStage
from interop.record import Blame, Cause, InconcReason, Layer, mms_codes
from interop.record.events import MessageReceived, MmsNotified, MmsReported, PartReceived
from suites.mms.contents import is_another
from suites.mms.sending import Submitted, can_fetch, told
from suites.mms.watch import Watch
from suites.parties import Party, has_room

NOTIFY_S: Final = 180.0
"""how long an announcement may take before the message counts as lost (the T of verdicts.md section 4)"""
PATIENCE_S: Final = 900.0
"""how much longer to look for it, to tell late from lost"""
REPEAT_S: Final = 30.0
"""how long to look for the same message coming twice"""
_LINKS: Final = ("http://", "https://", "wap.", "www.", "彩信")
"""in a short message that stands for one that its receiver is said to be unable to show"""


@dataclass(slots=True)
class Arriving:
    """The message on its way to one recipient. `not_ours`: where what turned out to be another one lies."""

    submitted: Submitted
    receiver: Watch
    not_ours: set[str] = field(default_factory=set)

    def may_be(self, event: MmsNotified) -> bool:
        """By its serial; where the subject has none, by its sender, if it names one."""
        if event.location in self.not_ours or is_another(self.submitted.content, event.subject):
            return False
        sender = self.submitted.sender.party.number
        return self.is_sure(event) or not event.sender or same_number(event.sender, sender)

    def is_sure(self, event: MmsNotified) -> bool:
        return self.submitted.content.serial in event.subject

    def suspects(self, cause: Cause) -> tuple[Blame, ...]:
        return on_way(self.submitted.sender.party, self.receiver.party, cause)


def on_way(sender: Party, receiver: Party, cause: Cause) -> tuple[Blame, ...]:
    """What one operator's MMSC keeps to itself passes no interconnection."""
    core = (Layer.CORE, cause)
    if sender.sim.base_operator == receiver.sim.base_operator:
        return (core,)
    return (core, (Layer.INTERCONNECT, cause))


async def is_announced(bench: Bench, arriving: Arriving) -> MmsNotified:
    """The first notification that is, or may be, of this message. Ends the case where there is none."""
    submitted, receiver = arriving.submitted, arriving.receiver
    for until in (NOTIFY_S, NOTIFY_S + PATIENCE_S):
        left = max(0.0, submitted.ended + until - bench.now())
        event = await receiver.wait(MmsNotified, left, arriving.may_be)
        if event is not None:
            _is_in_time(bench, arriving, receiver.at(event) - submitted.ended)
            return event
        await receiver.party.modem.fetch_unread()  # a lost +CMTI loses no notification
        event = await receiver.wait(MmsNotified, 0.0, arriving.may_be)
        if event is not None and until > NOTIFY_S and not submitted.unknown:
            what = "it was never announced: when it came is not known"
            bench.inconclusive(InconcReason.MODEM, f"{receiver.party.modem.name}: {what}")
        if event is not None:
            _is_in_time(bench, arriving, None)
            return event
        await has_room(bench, receiver.party)
        if submitted.unknown or _link(arriving) or reports_on(submitted, receiver.party, ()):
            break
    _is_lost(bench, arriving)


def _is_in_time(bench: Bench, arriving: Arriving, after_s: float | None) -> None:
    """`after_s`: from when it was taken, None where it was found in the modem's memory in time."""
    bench.check("notify: the message is announced", expected="yes", actual="yes")
    if arriving.submitted.unknown or after_s is None:
        return
    bench.measure("mms_notification_time", max(0.0, after_s), "s")
    bench.check(
        "notify: in time",
        expected=f"within {NOTIFY_S:g} s",
        actual=f"after {after_s:.0f} s",
        ok=after_s <= NOTIFY_S,
        ambiguous=arriving.suspects(Cause.MESSAGE_LATE),
    )


def _is_lost(bench: Bench, arriving: Arriving) -> NoReturn:
    """What came instead, and what is reported to the sender, say whom to ask first. Ends the case."""
    submitted, receiver = arriving.submitted, arriving.receiver
    if submitted.unknown:
        bench.inconclusive(InconcReason.INDETERMINATE, "nobody knows whether it was sent, and nothing came")
    crosses = _may_be_between(arriving.suspects(Cause.MESSAGE_LOST))
    stage = MmsStage.INTERWORKING if crosses else MmsStage.NOTIFY
    suspects: tuple[Blame, ...] = ((Layer.CORE, Cause.NOTIFICATION_MISSING),)
    if crosses:
        suspects = (*suspects, (Layer.INTERCONNECT, Cause.MESSAGE_LOST))
    what = "nothing came"
    reports = reports_on(submitted, receiver.party, ())
    if link := _link(arriving):
        stage, what = MmsStage.NOTIFY, f"only a short message came: {link}"
        suspects = ((Layer.CORE, Cause.REPLACED_BY_LINK),)
    elif reports:
        suspects = mms_codes.of_delivery(reports[-1].status)
        what = f"nothing came, reported as {mms_word(reports[-1].status)}"
        if not crosses:
            suspects = tuple((Layer.CORE, cause) for _, cause in suspects[:1])
        stage = MmsStage.INTERWORKING if _may_be_between(suspects) else MmsStage.NOTIFY
    elif part := _of_half_a_push(receiver):
        what = f"only part {part.number} of {part.total} of a push came, of this message or another"
    bench.require(
        f"{stage}: the message is announced",
        expected=f"within {NOTIFY_S:g} s",
        actual=what,
        ok=False,
        ambiguous=suspects,
    )
    raise AssertionError("a failed requirement ends the case")


def _of_half_a_push(receiver: Watch) -> PartReceived | None:
    """Octets for a port, which have no text, of which not all parts came."""
    pushes: dict[tuple[str, int, int], dict[int, PartReceived]] = {}
    for part in receiver.all(PartReceived):
        if not part.text:
            pushes.setdefault((part.sender, part.reference, part.total), {})[part.number] = part
    halves = (parts for (_, _, total), parts in pushes.items() if len(parts) < total)
    return next((part for parts in halves for part in parts.values()), None)


def _may_be_between(suspects: Sequence[Blame]) -> bool:
    return any(layer is Layer.INTERCONNECT for layer, _ in suspects)


def _link(arriving: Arriving) -> str:
    """A short message that may stand in its place: from its sender or a service number, with a link."""
    sender = arriving.submitted.sender.party.number
    for event in arriving.receiver.all(MessageReceived):
        may_be = same_number(event.sender, sender) or not _is_subscribers(event.sender)
        if may_be and any(sign in event.text.lower() for sign in _LINKS):
            return event.text
    return ""


def _is_subscribers(number: str) -> bool:
    try:
        Msisdn.parse(number)
    except NumberError:
        return False
    return True


def mms_word(status: int) -> str:
    """X-Mms-Status in words."""
    return mms.Status(status).name.lower() if status in {*mms.Status} else str(status)


def reports_on(submitted: Submitted, receiver: Party, ids: Sequence[str]) -> list[MmsReported]:
    """Delivery reports about this recipient, and this message as far as its id is known: not every modem
    tells it. `ids`: what else it was called.
    """
    known = {one for one in (submitted.sent.message_id, *ids) if one}
    return [
        event
        for event in submitted.sender.all(MmsReported)
        if same_number(event.recipient, receiver.number) and (not known or event.message_id in known)
    ]


async def arrives(bench: Bench, arriving: Arriving) -> tuple[MmsNotified, RetrieveConf]:
    """It is announced and fetched; what turns out to be another one is passed over."""
    while True:
        event = await is_announced(bench, arriving)
        message = await is_fetched(bench, arriving, event)
        if message is not None:
            return event, message
        arriving.not_ours.add(event.location)


async def is_fetched(
    bench: Bench, arriving: Arriving, event: MmsNotified, *, deferred: bool = False
) -> RetrieveConf | None:
    """None where it turns out to be another message. Ends the case where it cannot be fetched."""
    party, submitted = arriving.receiver.party, arriving.submitted
    can = await can_fetch(bench, party, submitted.content)
    began = bench.now()
    got = await fetch(bench, party, pdu_of(arriving, event), deferred=deferred and can.confirm)
    message = got.message
    if message is None:
        if not arriving.is_sure(event) and not event.sender:
            return None
        is_not_fetched(bench, party, got)
    assert message is not None
    content = submitted.content
    if not (arriving.is_sure(event) or content.is_in(message.subject, message.body.parts)):
        shown = " ".join((message.subject, *(part.text for part in message.body.media)))
        if is_another(content, shown) or not event.sender:
            return None
    bench.check(f"fetch: {party.sim.name} fetches the message", expected="yes", actual="yes")
    bench.measure("mms_retrieval_time", bench.now() - began, "s")
    if not deferred:
        bench.measure("mms_end_to_end_time", bench.now() - submitted.began, "s")
    return message


def is_not_fetched(bench: Bench, party: Party, got: MmsFetched) -> None:
    """Ends the case."""
    suspects = mms_codes.of_retrieval(got.stage, status=got.status, http=got.http, code=got.code)
    if isinstance(suspects, InconcReason):
        bench.inconclusive(suspects, f"{party.sim.name} at {got.stage}: {told(got)}")
    name = f"{got.stage}: {party.sim.name} fetches the message"
    bench.require(name, expected="yes", actual=told(got), ok=False, ambiguous=suspects)


async def fetch(
    bench: Bench, party: Party, notification: NotificationInd, *, deferred: bool = False
) -> MmsFetched:
    """Once more where our modem lost the answer; what the MMSC then says is no answer to the first try."""
    got = await party.modem.mms.fetch(notification, deferred=deferred)
    if got.outcome is MmsOutcome.UNKNOWN:
        first, got = got, await party.modem.mms.fetch(notification, deferred=deferred)
        if got.message is None:
            what = f"{party.modem.name}: {told(first)}, and then {told(got)}"
            bench.inconclusive(InconcReason.INDETERMINATE, what)
    return got


def pdu_of(arriving: Arriving, event: MmsNotified) -> NotificationInd:
    receiver = arriving.receiver
    announced = receiver.party.modem.mms.notifications(receiver.mark)
    return next(one for one in announced if one.location == event.location)


async def comes_once(bench: Bench, arriving: Arriving, first: MmsNotified) -> None:
    """A reminder names the same place; a second copy lies elsewhere."""

    def another(event: MmsNotified) -> bool:
        return event.location != first.location and arriving.may_be(event)

    again = await arriving.receiver.wait(MmsNotified, REPEAT_S, another)
    if again is not None and not arriving.is_sure(again):
        again = again if await is_fetched(bench, arriving, again) is not None else None
    bench.check(
        "notify: exactly once",
        expected="one copy",
        actual="a second copy" if again else "one copy",
        ok=again is None,
        ambiguous=arriving.suspects(Cause.MESSAGE_DUPLICATED),
    )
