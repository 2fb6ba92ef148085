"""A multimedia message on its way from the MMSC to a receiver: announced, fetched, once; with the checks that
this owes. The name of a check begins with its stage (`interop.protocols.mms.MmsStage`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from interop import mms
from interop.engine import Bench
from interop.mms import NotificationInd, RetrieveConf
from interop.numbering import Msisdn, NumberError, same_number
from interop.protocols.mms import MmsFetched, MmsOutcome, MmsStage
from interop.record import Blame, Cause, InconcReason, Layer, mms_codes
from interop.record.events import MessageReceived, MmsNotified, MmsReported, PartReceived
from interop.smspdu import decode_push
from suites.mms.contents import is_another
from suites.mms.sending import Submitted, can_fetch, told
from suites.parties import Party, has_room
from suites.watch import Watch

NOTIFY_S: Final = 180.0
"""how long an announcement may take before the message counts as lost (the T of verdicts.md section 4)"""
PATIENCE_S: Final = 900.0
"""how much longer to look for it, to tell late from lost"""
REPEAT_S: Final = 30.0
"""how long to look for the same message coming twice"""
_LINKS: Final = ("http://", "https://", "wap.", "www.")
_MULTIMEDIA: Final = ("彩信", "多媒体", "mms", "multimedia")
"""in a short message that stands for one that its receiver is said to be unable to show"""


@dataclass(slots=True)
class Arriving:
    """The message on its way to one recipient. `not_ours`: where what turned out to be another one lies;
    `confirmed`: whether the MMSC knows that it was fetched, None where nobody can tell.
    """

    submitted: Submitted
    receiver: Watch
    not_ours: set[str] = field(default_factory=set)
    confirmed: bool | None = None
    refused: tuple[MmsFetched, float | None] | None = None
    """what was said of one that may be it, and when that was announced"""
    asked: float = math.inf
    """the second of the bench at which it was fetched"""

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
    event, after_s = await _announcement(bench, arriving)
    _is_in_time(bench, arriving, after_s)
    return event


async def _announcement(bench: Bench, arriving: Arriving) -> tuple[MmsNotified, float | None]:
    """As `is_announced`, and when it came, as `_is_in_time` wants it. Where one that may be of this message
    cannot be fetched, another is looked for in the time that it has.
    """
    submitted, receiver = arriving.submitted, arriving.receiver
    for until in (NOTIFY_S, NOTIFY_S + PATIENCE_S):
        left = max(0.0, submitted.ended + until - bench.now())
        event = await receiver.wait(MmsNotified, left, arriving.may_be)
        if event is not None:
            return event, receiver.at(event) - submitted.ended
        await receiver.party.modem.fetch_unread()  # a lost +CMTI loses no notification
        event = await receiver.wait(MmsNotified, 0.0, arriving.may_be)
        if event is not None and until > NOTIFY_S and not submitted.unknown:
            what = "it was never announced: when it came is not known"
            bench.inconclusive(InconcReason.MODEM, f"{receiver.party.modem.name}: {what}")
        if event is not None:
            return event, None
        await has_room(bench, receiver.party)
        if arriving.refused is not None:
            _is_in_time(bench, arriving, arriving.refused[1])
            is_not_fetched(bench, receiver.party, arriving.refused[0])
        if submitted.unknown or _link(arriving).sure or _claims(arriving):
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
    if why := _unreadable(receiver):
        bench.inconclusive(InconcReason.DEVICE, f"a push came that we cannot read, of this one or not: {why}")
    crosses = _may_be_between(arriving.suspects(Cause.MESSAGE_LOST))
    stage = MmsStage.INTERWORKING if crosses else MmsStage.NOTIFY
    suspects: tuple[Blame, ...] = ((Layer.CORE, Cause.NOTIFICATION_MISSING),)
    if crosses:
        suspects = (*suspects, (Layer.INTERCONNECT, Cause.MESSAGE_LOST))
    what = "nothing came"
    reports = _claims(arriving)
    link, replaced = _link(arriving), (Layer.CORE, Cause.REPLACED_BY_LINK)
    if link.sure:
        stage, what = MmsStage.NOTIFY, f"only a short message came: {link.text}"
        suspects = (replaced,)
    elif reports:
        suspects = mms_codes.of_delivery(reports[-1].status)
        what = f"nothing came, reported as {mms_word(reports[-1].status)}"
        if not crosses:
            suspects = tuple((Layer.CORE, cause) for _, cause in suspects[:1])
        stage = MmsStage.INTERWORKING if _may_be_between(suspects) else MmsStage.NOTIFY
    elif link.text:
        what = f"only a short message came, for it or not: {link.text}"
        suspects = (*suspects, replaced)
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


def _unreadable(receiver: Watch) -> str:
    """Why a push of a multimedia message said nothing to us, "" where none came: a handset may read it."""
    for event in receiver.all(MessageReceived):
        try:
            mms.from_push(decode_push(bytes.fromhex(event.text)))
        except mms.MmsError as error:
            if error.field != "Content-Type":
                return str(error)
        except ValueError:
            continue  # no octets, no push
    return ""


def _may_be_between(suspects: Sequence[Blame]) -> bool:
    return any(layer is Layer.INTERCONNECT for layer, _ in suspects)


@dataclass(frozen=True, slots=True)
class _Link:
    """What came as a short message, "" for nothing. `sure`: it is no advertisement, which have links, too."""

    text: str = ""
    sure: bool = False


def _link(arriving: Arriving) -> _Link:
    """A short message that may stand in its place: from its sender, or a service number, with a link or of
    multimedia messages; who says where one is to be seen says both.
    """
    sender = arriving.submitted.sender.party.number
    found = []
    for event in arriving.receiver.all(MessageReceived):
        is_senders, text = same_number(event.sender, sender), event.text.lower()
        links, tells = (any(sign in text for sign in signs) for signs in (_LINKS, _MULTIMEDIA))
        if (links or tells) and (is_senders or not _is_subscribers(event.sender)):
            found.append(_Link(event.text, links and (tells or is_senders)))
    return max(found, key=lambda link: link.sure, default=_Link())


def _is_subscribers(number: str) -> bool:
    try:
        Msisdn.parse(number)
    except NumberError:
        return False
    return True


def mms_word(status: int) -> str:
    """X-Mms-Status in words."""
    return mms.Status(status).name.lower() if status in {*mms.Status} else str(status)


def reports_on(submitted: Submitted, receiver: Party, ids: Collection[str]) -> list[MmsReported]:
    """Delivery reports on a message to this recipient, to its sender. `ids`: what it may be called."""
    return [
        event
        for event in submitted.sender.all(MmsReported)
        if same_number(event.recipient, receiver.number) and event.message_id in ids
    ]


def _claims(arriving: Arriving) -> list[MmsReported]:
    """What is reported on this message, for certain: not every modem tells what its message is called. One
    that is on its way to whoever will have it is not lost.
    """
    submitted = arriving.submitted
    known = submitted.sent.message_id
    reports = reports_on(submitted, arriving.receiver.party, {known}) if known else []
    return [one for one in reports if one.status not in (mms.Status.DEFERRED, mms.Status.FORWARDED)]


async def arrives(bench: Bench, arriving: Arriving) -> tuple[MmsNotified, RetrieveConf]:
    """It is announced and fetched; what turns out to be another one is passed over."""
    while True:
        event, after_s = await _announcement(bench, arriving)
        if sure := arriving.is_sure(event):
            _is_in_time(bench, arriving, after_s)
        began = bench.now()
        got = await _asked(bench, arriving, event)
        message = got.message
        if message is None and sure:
            is_not_fetched(bench, arriving.receiver.party, got)
        if message is not None and _is_ours(arriving, event, message):
            if not sure:
                _is_in_time(bench, arriving, after_s)
            _has_come(bench, arriving, began)
            return event, message
        if message is None and event.sender and arriving.refused is None:
            arriving.refused = got, after_s
        arriving.not_ours.add(event.location)


async def is_fetched(
    bench: Bench, arriving: Arriving, event: MmsNotified, *, until: float | None = None
) -> RetrieveConf | None:
    """Later than at once. None where it is, or may be, another message. Ends the case where it cannot be
    fetched. `until`: the second of the bench up to which it must be there.
    """
    party, began = arriving.receiver.party, bench.now()
    got = await _asked(bench, arriving, event, deferred=True)
    message = got.message
    if message is None and until is not None and bench.now() > until:
        what = f"{party.modem.name} took {bench.now() - began:.0f} s to ask for it, beyond its end"
        bench.inconclusive(InconcReason.MODEM, what)
    if message is None and arriving.is_sure(event):
        is_not_fetched(bench, party, got)
    if message is None or not _is_ours(arriving, event, message):
        return None
    _has_come(bench, arriving, began, deferred=True)
    return message


async def _asked(
    bench: Bench, arriving: Arriving, event: MmsNotified, *, deferred: bool = False
) -> MmsFetched:
    party = arriving.receiver.party
    can = await can_fetch(bench, party, arriving.submitted.content)
    arriving.asked = bench.now()
    got = await fetch(bench, party, pdu_of(arriving, event), deferred=deferred and can.confirm)
    arriving.confirmed = got.confirmed
    return got


def _is_ours(arriving: Arriving, event: MmsNotified, message: RetrieveConf) -> bool:
    """By its serial, a picture or sound of it; where all of that is lost, by its sender."""
    content = arriving.submitted.content
    if arriving.is_sure(event) or content.is_in(message.subject, message.body.parts):
        return True
    shown = " ".join((message.subject, *(part.text for part in message.body.media)))
    return bool(event.sender) and not is_another(content, shown)


def _has_come(bench: Bench, arriving: Arriving, began: float, *, deferred: bool = False) -> None:
    name = arriving.receiver.party.sim.name
    bench.check(f"fetch: {name} fetches the message", expected="yes", actual="yes")
    bench.measure("mms_retrieval_time", bench.now() - began, "s")
    if not deferred:
        bench.measure("mms_end_to_end_time", bench.now() - arriving.submitted.began, "s")


def is_not_fetched(bench: Bench, party: Party, got: MmsFetched) -> None:
    """Ends the case."""
    suspects = mms_codes.of_retrieval(got.stage, status=got.status, http=got.http, code=got.code)
    if isinstance(suspects, InconcReason):
        bench.inconclusive(suspects, f"{party.sim.name} at {got.stage}: {told(got)}")
    proxied = bool(party.modem.mms.service.proxy)
    suspects = mms_codes.as_reached(suspects, proxied=proxied, crosses=True)
    name = f"{got.stage}: {party.sim.name} fetches the message"
    bench.require(name, expected="yes", actual=told(got), ok=False, ambiguous=suspects)


async def fetch(
    bench: Bench, party: Party, notification: NotificationInd, *, deferred: bool = False
) -> MmsFetched:
    """Once more where our modem lost the answer, or its own client came to nobody: that may be its own doing,
    unless it is so again. What the MMSC then says is no answer to the first try.
    """
    got = await party.modem.mms.fetch(notification, deferred=deferred)
    lonely = got.stage is MmsStage.SUBMIT and got.code is not None
    if got.outcome is not MmsOutcome.UNKNOWN and not lonely:
        return got
    again = await party.modem.mms.fetch(notification, deferred=deferred)
    if again.message is None and not (lonely and (again.stage, again.code) == (got.stage, got.code)):
        what = f"{party.modem.name}: {told(got)}, and then {told(again)}"
        bench.inconclusive(InconcReason.INDETERMINATE, what)
    return again


def pdu_of(arriving: Arriving, event: MmsNotified) -> NotificationInd:
    receiver = arriving.receiver
    announced = receiver.party.modem.mms.notifications(receiver.mark)
    return next(one for one in announced if one.location == event.location)


async def comes_once(bench: Bench, arriving: Arriving, first: MmsNotified) -> None:
    """A reminder names the same place; a second copy lies elsewhere. What is not sure to be one must be there
    to be fetched.
    """
    again, until = False, bench.now() + REPEAT_S
    arriving.not_ours.add(first.location)
    while not again:
        event = await arriving.receiver.wait(MmsNotified, max(0.0, until - bench.now()), arriving.may_be)
        if event is None:
            break
        arriving.not_ours.add(event.location)
        again = arriving.is_sure(event) or await _is_a_copy(bench, arriving, event)
    bench.check(
        "notify: exactly once",
        expected="one copy",
        actual="a second copy" if again else "one copy",
        ok=not again,
        ambiguous=arriving.suspects(Cause.MESSAGE_DUPLICATED),
    )


async def _is_a_copy(bench: Bench, arriving: Arriving, event: MmsNotified) -> bool:
    message = (await _asked(bench, arriving, event)).message
    return message is not None and _is_ours(arriving, event, message)
