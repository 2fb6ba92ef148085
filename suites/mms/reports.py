"""What is reported to the sender of a multimedia message: that it was delivered, read, or thrown away."""

from __future__ import annotations

from typing import Final

from interop import mms
from interop.engine import Bench
from interop.mms import RetrieveConf
from interop.numbering import same_number
from interop.protocols.mms import MmsCapabilities
from interop.record import Cause, InconcReason
from interop.record.events import MmsReadHeard, MmsReported
from suites.mms.arrival import Arriving, mms_word, reports_on
from suites.parties import Party, has_room

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
    `since`: second of the bench, before which nothing can have become of it.
    """
    ids = (message.message_id,) if message else ()
    started = bench.now()
    report = await _report(bench, arriving, ids, since)
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


async def _report(bench: Bench, arriving: Arriving, ids: tuple[str, ...], since: float) -> MmsReported | None:
    """The last word on the message: a report that it was deferred is followed by another."""
    submitted, receiver = arriving.submitted, arriving.receiver.party
    sender = submitted.sender

    def final() -> MmsReported | None:
        reports = [one for one in reports_on(submitted, receiver, ids) if sender.at(one) >= since]
        return next((one for one in reports if one.status != mms.Status.DEFERRED), None)

    await sender.wait(MmsReported, REPORT_S, lambda event: event is final())
    if final() is None:
        await sender.party.modem.fetch_unread()
    if final() is None:
        await has_room(bench, sender.party)
    return final()


def is_not_delivered_yet(bench: Bench, arriving: Arriving) -> None:
    """Who has fetched nothing has nothing."""
    early = [
        report
        for report in reports_on(arriving.submitted, arriving.receiver.party, ())
        if report.status == mms.Status.RETRIEVED
    ]
    bench.check(
        "ack: no delivery is reported before",
        expected="none",
        actual=mms_word(early[0].status) if early else "none",
        ok=not early,
        ambiguous=arriving.suspects(Cause.REPORT_FALSE),
    )


async def reading(bench: Bench, arriving: Arriving, message: RetrieveConf) -> None:
    """The receiver says that it has read the message, and the sender hears of it."""
    submitted, receiver = arriving.submitted, arriving.receiver.party
    can = await receiver.modem.mms.capabilities()
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
    known = {one for one in (submitted.sent.message_id, message.message_id) if one}

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
