"""What is reported to the sender of a multimedia message: that it was delivered, read, or thrown away."""

from __future__ import annotations

from typing import Final, NoReturn

from interop import mms
from interop.engine import Bench
from interop.mms import RetrieveConf
from interop.numbering import same_number
from interop.protocols.mms import MmsCapabilities
from interop.record import Cause, InconcReason
from interop.record.events import MmsReadHeard, MmsReported
from suites.mms.arrival import Arriving, mms_word, reports_on
from suites.parties import Party, has_room

NOT_YET: Final = frozenset({mms.Status.DEFERRED, mms.Status.INDETERMINATE, mms.Status.FORWARDED})
"""reports that leave open what becomes of a message (OMA-TS-MMS_ENC 7.3.54)"""
REPORT_S: Final = 120.0
"""how long a report may take"""


def can_report(bench: Bench, one: Party, can: MmsCapabilities) -> None:
    if not can.reports:
        bench.inconclusive(InconcReason.DEVICE, f"{one.modem.name} cannot ask for reports")


async def delivery(
    bench: Bench,
    arriving: Arriving,
    expected: mms.Status,
    *,
    message: RetrieveConf | None = None,
    since: float = 0.0,
) -> None:
    """A report comes in time, and says what became of the message. `message`: what was fetched, if it was;
    `since`: second of the bench before which nothing can have become of it.
    """
    started = bench.now()
    report = await _report(bench, arriving, expected, message, since)
    says_so = report is not None and report.status == expected
    if message is not None and not says_so and not arriving.confirmed:
        _may_not_know(bench, arriving)
    bench.require(
        "ack: the delivery report comes",
        expected=f"within {REPORT_S:g} s",
        actual="came" if report else "none",
        ok=report is not None,
        ambiguous=arriving.suspects(Cause.REPORT_MISSING),
    )
    assert report is not None
    bench.measure("mms_report_time", max(0.0, arriving.submitted.sender.at(report) - started), "s")
    bench.check(
        "ack: the delivery report is true",
        expected=mms_word(expected),
        actual=mms_word(report.status),
        ambiguous=arriving.suspects(Cause.REPORT_FALSE),
    )


def _may_not_know(bench: Bench, arriving: Arriving) -> NoReturn:
    """An MMSC reports what it was told: that a message was fetched, it hears from the handset."""
    modem = arriving.receiver.party.modem.name
    if arriving.confirmed is None:
        bench.inconclusive(InconcReason.DEVICE, f"{modem} does not tell whether it acknowledged the message")
    bench.inconclusive(InconcReason.MODEM, f"the acknowledgement of {modem} got no answer")


async def _report(
    bench: Bench, arriving: Arriving, expected: mms.Status, message: RetrieveConf | None, since: float
) -> MmsReported | None:
    """The last word on the message. Where the sender's modem does not tell what the message is called, a
    report that says what is so may be of it: the receiver's centre need not call it the same.
    """
    submitted, receiver = arriving.submitted, arriving.receiver.party
    sender, called = submitted.sender, submitted.sent.message_id
    ids = {called, message.message_id if message else ""} - {""}

    def final() -> MmsReported | None:
        true = {one.message_id for one in sender.all(MmsReported) if one.status == expected}
        known = ids if called else ids | true
        reports = [one for one in reports_on(submitted, receiver, known) if sender.at(one) >= since]
        return next((one for one in reports if one.status not in NOT_YET), None)

    await sender.wait(MmsReported, REPORT_S, lambda event: event is final())
    if final() is None:
        await sender.party.modem.fetch_unread()
    if final() is None:
        await has_room(bench, sender.party)
    return final()


def is_not_delivered_yet(bench: Bench, arriving: Arriving) -> None:
    """Who has fetched nothing has nothing, and before he has."""
    name, submitted = "ack: no delivery is reported before", arriving.submitted
    if not submitted.sent.message_id:
        bench.not_checked(
            name, f"{submitted.sender.party.modem.name} does not tell what its message is called"
        )
        return
    reports = reports_on(submitted, arriving.receiver.party, {submitted.sent.message_id})
    came = submitted.sender.at
    early = [one for one in reports if one.status == mms.Status.RETRIEVED and came(one) < arriving.asked]
    bench.check(
        name,
        expected="none",
        actual=mms_word(early[0].status) if early else "none",
        ok=not early,
        ambiguous=arriving.suspects(Cause.REPORT_FALSE),
    )


async def reading(bench: Bench, arriving: Arriving, message: RetrieveConf) -> None:
    """The receiver says that it has read the message, and the sender hears of it."""
    submitted, receiver = arriving.submitted, arriving.receiver.party
    can = await receiver.modem.mms.capabilities()
    asks = submitted.sender.party.modem
    if can.exact and not message.read_report and not (await asks.mms.capabilities()).exact:
        bench.inconclusive(InconcReason.DEVICE, f"{asks.name} may not have asked for a read report")
    if can.exact:
        bench.require(
            "fetch: a read report is asked for",
            expected=True,
            actual=bool(message.read_report),
            ambiguous=arriving.suspects(Cause.REPORT_MISSING),
        )
    started = bench.now()
    if not await receiver.modem.mms.report_read(message):
        bench.inconclusive(
            InconcReason.INDETERMINATE, f"the MMSC gave {receiver.sim.name} no answer to its report"
        )
    called = submitted.sent.message_id  # the receiver's centre need not call it the same
    known = {one for one in (called, message.message_id) if one} if called else set()

    def ours(event: MmsReadHeard) -> bool:
        return same_number(event.reader, receiver.number) and (not known or event.message_id in known)

    sender = submitted.sender
    heard = await sender.wait(MmsReadHeard, REPORT_S, ours)
    if heard is None:
        await sender.party.modem.fetch_unread()
        heard = await sender.wait(MmsReadHeard, 0.0, ours)
    if heard is None:
        await has_room(bench, sender.party)
    bench.require(
        "ack: the read report comes",
        expected=f"within {REPORT_S:g} s",
        actual="came" if heard else "none",
        ok=heard is not None,
        ambiguous=arriving.suspects(Cause.REPORT_MISSING),
    )
    assert heard is not None
    bench.measure("mms_read_report_time", max(0.0, sender.at(heard) - started), "s")
    bench.check(
        "ack: the read report is true",
        expected=mms.ReadStatus.READ,
        actual=heard.status,
        ambiguous=arriving.suspects(Cause.REPORT_FALSE),
    )
