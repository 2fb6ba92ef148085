"""The way back: from the handset to the number that its codes come from."""

from __future__ import annotations

from typing import Final

from interop.engine import Bench
from interop.numbering import same_number
from interop.protocols.originator import Originator
from interop.record import Blame, Cause, InconcReason, Layer, codes
from interop.record.events import MessageFromHandset, StatusReported
from suites.codes.path import Source, on_path
from suites.codes.steps import BLAME_OF_DAMAGE
from suites.codes.texts import CodeText, Damage
from suites.parties import Party, is_accepted

REPLY: Final = "互通测试回复 {code} {serial}"
"""never TD, T or 0000: those end a subscription"""
REPLY_S: Final = 120.0
REPEAT_S: Final = 10.0

_LOST: Final[tuple[Blame, ...]] = ((Layer.CORE, Cause.REPLY_LOST), (Layer.GATEWAY, Cause.REPLY_LOST))
_TWICE: Final[tuple[Blame, ...]] = (
    (Layer.CORE, Cause.MESSAGE_DUPLICATED),
    (Layer.GATEWAY, Cause.MESSAGE_DUPLICATED),
)
_REWRITTEN: Final[tuple[Blame, ...]] = (
    (Layer.CORE, Cause.SENDER_REWRITTEN),
    (Layer.GATEWAY, Cause.SENDER_REWRITTEN),
)


async def is_answered(bench: Bench, originator: Originator, source: Source, handset: Party) -> None:
    sent = CodeText.draw(REPLY, bench.random, source.code_life_s)
    mark, own_mark = originator.events.mark(), handset.modem.events.mark()
    submission = await handset.modem.send_message(originator.number, sent.text)
    is_accepted(bench, submission, "reply")
    started = bench.now()
    events = originator.events

    def ours(reply: MessageFromHandset) -> bool:
        return sent.damage(reply.text) is not None

    reply = await events.wait(MessageFromHandset, within=REPLY_S, since=mark, where=ours)
    if reply is None:
        await originator.connect()  # had it been cut off, the gateway would still hold the reply
        reply = await events.wait(MessageFromHandset, within=REPEAT_S, since=mark, where=ours)
    if reply is None:
        _is_lost(bench, handset, source, submission.references, own_mark)
    assert reply is not None
    bench.measure("reply_delivery_time", bench.now() - started, "s")
    bench.check(
        "sender",
        expected=handset.number,
        actual=reply.sender,
        ok=same_number(reply.sender, handset.number),
        ambiguous=on_path(source, _REWRITTEN),
    )
    damage = sent.damage(reply.text) or Damage.TEXT
    bench.check(
        "text",
        expected=sent.text,
        actual=reply.text,
        ok=damage is Damage.NONE,
        blame=BLAME_OF_DAMAGE.get(damage),
    )

    def once_more(other: MessageFromHandset) -> bool:
        return other is not reply and ours(other)

    again = await events.wait(MessageFromHandset, within=REPEAT_S, since=mark, where=once_more)
    bench.check(
        "exactly once",
        expected="one copy",
        actual="a second copy" if again else "one copy",
        ambiguous=on_path(source, _TWICE),
    )


def _is_lost(bench: Bench, handset: Party, source: Source, references: tuple[int, ...], mark: int) -> None:
    """What the service centre reports of the handset's message says whom to ask first. Ends the case."""
    reports = [
        event
        for event in handset.modem.events.since(mark)
        if isinstance(event, StatusReported) and event.reference in references
    ]
    failed = next((report for report in reports if report.status >= 0x20), None)
    if failed is not None and failed.status in codes.REPORT_CODES_OF_OURS:
        bench.inconclusive(InconcReason.INDETERMINATE, f"TP-Status 0x{failed.status:02X}")
    claim = f"reported as TP-Status 0x{reports[-1].status:02X}" if reports else "no report either"
    bench.require(
        "the reply arrives",
        expected=f"within {REPLY_S:g} s",
        actual=f"nothing came, {claim}",
        ok=False,
        ambiguous=(codes.of_report(failed.status),) if failed else on_path(source, _LOST),
    )
