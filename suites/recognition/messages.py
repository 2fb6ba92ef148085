"""Short messages and status reports between the number under test and every operator, both ways."""

from __future__ import annotations

import pytest

from interop.engine import Bench, Cast, case, role
from interop.protocols.modem import Modem
from interop.record import InconcReason
from interop.record.events import StatusReported
from suites.parties import Party, party
from suites.recognition.message_steps import (
    CHINESE,
    LATIN,
    arrives,
    is_intact,
    report_on,
    says_delivered,
    text_with_token,
)

ALPHABETS = pytest.mark.parametrize(
    "pattern", [pytest.param(LATIN, id="gsm7"), pytest.param(CHINESE, id="ucs2")]
)


async def _delivers(bench: Bench, sender: Party, receiver: Party, pattern: str) -> None:
    text, token = text_with_token(bench, pattern)
    marks = (sender.modem.events.mark(), receiver.modem.events.mark())
    message, _ = await arrives(bench, sender, receiver, text, token, marks)
    await is_intact(bench, sender, receiver, message, text, token)


async def _reported(bench: Bench, sender: Party, receiver: Party) -> StatusReported | None:
    text, token = text_with_token(bench, LATIN)
    marks = (sender.modem.events.mark(), receiver.modem.events.mark())
    _, reference = await arrives(bench, sender, receiver, text, token, marks)
    return await report_on(bench, sender, receiver, reference, marks[0])


async def _reports(bench: Bench, sender: Party, receiver: Party) -> None:
    report = await _reported(bench, sender, receiver)
    if report is None and await _reported(bench, sender, receiver) is not None:
        # a report that goes straight to the port (+CDS) leaves no trace when that line is lost on our side
        bench.inconclusive(InconcReason.INDETERMINATE, "no report on one message, one on the next")
    says_delivered(bench, report)


@ALPHABETS
@case(service="sms-mo", standard="GSMA IR.25 2.3.1; 3GPP TS 23.040", expected_s=14)
async def sends(
    bench: Bench,
    pattern: str,
    *,
    subject: Modem = role("modem", "sms"),
    peer: Modem = role("modem", "sms", cast=Cast.PEER),
) -> None:
    """The subject's message reaches the peer once, with the subject's number and the text as sent."""
    await _delivers(bench, party(bench, "subject", subject), party(bench, "peer", peer), pattern)


@ALPHABETS
@case(service="sms-mt", standard="GSMA IR.25 2.3.1; 3GPP TS 23.040", expected_s=14)
async def receives(
    bench: Bench,
    pattern: str,
    *,
    subject: Modem = role("modem", "sms"),
    peer: Modem = role("modem", "sms", cast=Cast.PEER),
) -> None:
    """The peer's message reaches the subject once, with the peer's number and the text as sent."""
    await _delivers(bench, party(bench, "peer", peer), party(bench, "subject", subject), pattern)


@case(service="report-mo", standard="3GPP TS 23.040 9.2.3.15 (TP-Status)", expected_s=10)
async def gets_reports(
    bench: Bench,
    *,
    subject: Modem = role("modem", "sms"),
    peer: Modem = role("modem", "sms", cast=Cast.PEER),
) -> None:
    """The subject learns by status report that its message was delivered, and it was."""
    await _reports(bench, party(bench, "subject", subject), party(bench, "peer", peer))


@case(service="report-mt", standard="3GPP TS 23.040 9.2.3.15 (TP-Status)", expected_s=10)
async def is_reported_to_others(
    bench: Bench,
    *,
    subject: Modem = role("modem", "sms"),
    peer: Modem = role("modem", "sms", cast=Cast.PEER),
) -> None:
    """The peer learns by status report that its message reached the subject, and it did."""
    await _reports(bench, party(bench, "peer", peer), party(bench, "subject", subject))
