"""The steps of a short message between two SIMs, each with the check it owes."""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher

from interop.engine import Bench
from interop.protocols.modem import Submission
from interop.record import Cause, InconcReason, Layer, codes
from interop.record.events import MessageReceived, StatusReported
from suites.parties import BLAME_OF_CLI, Party, has_room, is_accepted

DELIVERY_S = 60.0
"""How long a message or a report may take before it counts as lost (the case's T, verdicts.md section 4)."""
REPEAT_S = 5.0
"""How long to look for the same message coming twice."""

TOKEN = "IOP"
ALIKE = 0.5
"""Share of a text that must be left of it to know it again."""
LATIN = "Interop {token} ok?"
CHINESE = "互通测试 {token}，请勿回复"


def text_with_token(bench: Bench, pattern: str) -> tuple[str, str]:
    """A text that no other attempt of this or another run sends, and its token: "IOP" and 8 hex digits."""
    token = f"{TOKEN}{bench.random.getrandbits(32):08X}"
    return pattern.format(token=token), token


async def submits(bench: Bench, sender: Party, receiver: Party, text: str) -> Submission:
    """The network takes the message."""
    bench.expect_message(receiver.sim.name, text)
    started = bench.now()
    submission = await sender.modem.send_message(receiver.number, text)
    is_accepted(bench, submission, "message")
    bench.measure("sms_access_delay", bench.now() - started, "s")
    return submission


async def arrives(
    bench: Bench, sender: Party, receiver: Party, text: str, token: str, marks: tuple[int, int]
) -> tuple[MessageReceived, int | None]:
    """Submit and wait at the far end: what came, and the TP-MR that its report will carry.

    `marks`: where the event streams of sender and receiver stood before.
    """
    sent, received = marks
    submission = await submits(bench, sender, receiver, text)
    started = bench.now()

    def ours(message: MessageReceived) -> bool:
        return token in message.text

    events = receiver.modem.events
    message = await events.wait(MessageReceived, within=DELIVERY_S, since=received, where=ours)
    if message is not None:
        bench.measure("sms_delivery_time", bench.now() - started, "s")
        return message, submission.references[0]
    await receiver.modem.fetch_unread()  # a lost +CMTI loses no message
    message = await events.wait(MessageReceived, within=0.0, since=received, where=ours)
    if message is None:
        message = _mutilated(bench, sender, receiver, text, received)
    if message is None:
        await has_room(bench, receiver)
        _lost(bench, sender, receiver, submission, sent)
    assert message is not None
    return message, submission.references[0]


def _mutilated(bench: Bench, sender: Party, receiver: Party, text: str, mark: int) -> MessageReceived | None:
    """Our text with its token damaged. What else comes in the sender's name (missed-call notices do) may be
    ours beyond recognition or not: then either cause could be behind it.
    """
    others = [
        event
        for event in receiver.modem.events.since(mark)
        if isinstance(event, MessageReceived)
        and sender.number[-8:] in event.sender
        and TOKEN not in event.text
    ]
    for event in others:
        if SequenceMatcher(None, text, event.text, autojunk=False).ratio() >= ALIKE:
            return event
    if others:
        bench.require(
            "the message arrives",
            expected=text,
            actual=others[0].text,
            ok=False,
            ambiguous=(
                (Layer.INTERCONNECT, Cause.MESSAGE_LOST),
                (Layer.INTERCONNECT, Cause.TEXT_CORRUPTED),
            ),
        )
    return None


def _reports_on(receiver: Party, reference: int | None) -> Callable[[StatusReported], bool]:
    """TP-MR comes round every 256 messages and after restarts: a report on somebody else is an older one."""
    return lambda report: report.reference == reference and receiver.number[-8:] in report.recipient


def _lost(bench: Bench, sender: Party, receiver: Party, submission: Submission, mark: int) -> None:
    """Nothing came: what the network claims in its report says whom to ask first."""
    ours = _reports_on(receiver, submission.references[0])
    seen = sender.modem.events.since(mark)
    reports = [event for event in seen if isinstance(event, StatusReported) and ours(event)]
    if reports and reports[-1].status in codes.REPORT_CODES_OF_OURS:
        what = f"the service centre heard so from {receiver.modem.name}"
        bench.inconclusive(InconcReason.MODEM, f"TP-Status 0x{reports[-1].status:02X}: {what}")
    if not reports:
        claim, blame = "no report either", (Layer.INTERCONNECT, Cause.MESSAGE_LOST)
    elif reports[-1].status == 0:
        claim, blame = 'reported as "delivered"', (Layer.INTERCONNECT, Cause.REPORT_FALSE)
    else:
        claim, blame = (
            f"reported as TP-Status 0x{reports[-1].status:02X}",
            codes.of_report(reports[-1].status),
        )
    bench.require(
        "the message arrives",
        expected=f"within {DELIVERY_S:g} s",
        actual=f"nothing came, {claim}",
        ok=False,
        blame=blame,
    )


async def is_intact(
    bench: Bench, sender: Party, receiver: Party, message: MessageReceived, text: str, token: str
) -> None:
    """Right sender, right text, once."""
    form = sender.identity(message.sender, message.toa)
    bench.check(
        "originating address",
        expected=sender.number,
        actual=f"{message.sender} type {message.toa}, {form}",
        ok=form not in BLAME_OF_CLI,
        blame=(Layer.INTERCONNECT, Cause.SENDER_REWRITTEN),
    )
    bench.check("text", expected=text, actual=message.text, blame=(Layer.FORMATTING, Cause.TEXT_CORRUPTED))
    mark = receiver.modem.events.mark()
    again = await receiver.modem.events.wait(
        MessageReceived, within=REPEAT_S, since=mark, where=lambda other: token in other.text
    )
    bench.check(
        "exactly once",
        expected="one copy",
        actual="a second copy" if again else "one copy",
        blame=(Layer.INTERCONNECT, Cause.MESSAGE_DUPLICATED),
    )


async def report_on(
    bench: Bench, sender: Party, receiver: Party, reference: int | None, mark: int
) -> StatusReported | None:
    """The final status report on a message that has arrived; None when none came in time."""
    ours = _reports_on(receiver, reference)

    def ours_and_final(report: StatusReported) -> bool:
        # 0x20..0x3F: the service centre is still trying, another report follows (23.040 9.2.3.15)
        return ours(report) and not 0x20 <= report.status < 0x40

    events = sender.modem.events
    report = await events.wait(StatusReported, within=DELIVERY_S, since=mark, where=ours_and_final)
    if report is None:
        await has_room(bench, sender)
        await sender.modem.fetch_unread()
        report = await events.wait(StatusReported, within=0.0, since=mark, where=ours_and_final)
    if report is None:
        for other in events.since(mark):
            if isinstance(other, StatusReported) and other.reference == reference and not ours(other):
                what = f"a report on {other.recipient} carries our reference {reference}"
                bench.inconclusive(InconcReason.INDETERMINATE, what)
    return report


def says_delivered(bench: Bench, report: StatusReported | None) -> None:
    """The report came, and says what is so."""
    bench.require(
        "the status report comes",
        expected=f"within {DELIVERY_S:g} s of delivery",
        actual="came" if report else "none",
        ok=report is not None,
        blame=(Layer.INTERCONNECT, Cause.REPORT_MISSING),
    )
    assert report is not None
    bench.check(
        "the report says delivered",
        expected="TP-Status 0x00 to 0x1F",
        actual=f"TP-Status 0x{report.status:02X}",
        ok=report.status < 0x20,
        blame=(Layer.INTERCONNECT, Cause.REPORT_FALSE),
    )
