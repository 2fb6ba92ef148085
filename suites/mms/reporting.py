"""Delivery and read reports between the number under test and every operator, both ways."""

from __future__ import annotations

from interop import mms
from interop.engine import Bench, Cast, case, role
from interop.protocols.modem import Modem
from interop.record import InconcReason
from suites.mms import contents, reports
from suites.mms.arrival import Arriving, arrives
from suites.mms.sending import can_fetch, can_send, hands_over, is_taken, largest
from suites.parties import Party, party
from suites.watch import Watch

_DELIVERY, _READING = "OMA-TS-MMS_ENC-V1_3 6.6", "OMA-TS-MMS_ENC-V1_3 6.7"


async def _is_reported(bench: Bench, sender: Party, receiver: Party, *, read: bool) -> None:
    content = contents.drawn(bench, contents.latin, largest(sender, receiver))
    reports.can_report(bench, sender, await can_send(bench, sender, content))
    can = await can_fetch(bench, receiver, content)
    if read and not can.confirm:
        bench.inconclusive(InconcReason.DEVICE, f"{receiver.modem.name} cannot say that it has read anything")
    watched = Watch.of(bench, sender), Watch.of(bench, receiver)
    submitted = await hands_over(bench, watched[0], (receiver,), content, read_report=read)
    is_taken(bench, submitted)
    arriving = Arriving(submitted, watched[1])
    _, message = await arrives(bench, arriving)
    if read:
        await reports.reading(bench, arriving, message)
    else:
        reports.is_not_delivered_yet(bench, arriving)
        await reports.delivery(bench, arriving, mms.Status.RETRIEVED, message=message)


@case(service="mms-report-mo", standard=_DELIVERY, expected_s=25, timeout_s=3600)
async def gets_delivery_reports(
    bench: Bench,
    *,
    subject: Modem = role("modem", "mms"),
    peer: Modem = role("modem", "mms", cast=Cast.PEER),
) -> None:
    """The subject is told that its message was delivered, and it was."""
    await _is_reported(bench, party(bench, "subject", subject), party(bench, "peer", peer), read=False)


@case(service="mms-report-mt", standard=_DELIVERY, expected_s=25, timeout_s=3600)
async def is_reported_as_delivered(
    bench: Bench,
    *,
    subject: Modem = role("modem", "mms"),
    peer: Modem = role("modem", "mms", cast=Cast.PEER),
) -> None:
    """The peer is told that its message was delivered to the subject, and it was."""
    await _is_reported(bench, party(bench, "peer", peer), party(bench, "subject", subject), read=False)


@case(service="mms-read-mo", standard=_READING, expected_s=30, timeout_s=3600)
async def gets_read_reports(
    bench: Bench,
    *,
    subject: Modem = role("modem", "mms"),
    peer: Modem = role("modem", "mms", "mms_pdu", cast=Cast.PEER),
) -> None:
    """The subject asks to hear that its message was read, and does."""
    await _is_reported(bench, party(bench, "subject", subject), party(bench, "peer", peer), read=True)


@case(service="mms-read-mt", standard=_READING, expected_s=30, timeout_s=3600)
async def is_reported_as_read(
    bench: Bench,
    *,
    subject: Modem = role("modem", "mms", "mms_pdu"),
    peer: Modem = role("modem", "mms", cast=Cast.PEER),
) -> None:
    """The peer asks to hear that the subject has read its message, and does."""
    await _is_reported(bench, party(bench, "peer", peer), party(bench, "subject", subject), read=True)
