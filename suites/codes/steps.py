"""The steps of a text from an originator to a handset, each with the check it owes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from interop import otp
from interop.engine import Bench
from interop.protocols.originator import PENDING, Acceptance, Handing, Originator
from interop.record import Blame, Cause, InconcReason, Layer, codes
from interop.record.events import GatewayClaimed, MessageReceived, PartReceived
from suites.codes.arrival import (
    PART_LOST,
    Arrived,
    Waited,
    arrives,
    comes_once,
    is_in_time,
    parts_of,
)
from suites.codes.path import BY_US, Source, on_path
from suites.codes.senders import is_from, same_number
from suites.codes.texts import CodeText, Damage, is_of_ours
from suites.parties import Party, has_room

REPORT_S: Final = 60.0
"""how long a status report may take once the message is there"""

_QUEUE: Final[Blame] = (Layer.GATEWAY, Cause.MESSAGE_LATE)
_CENTRE: Final[Blame] = (Layer.CORE, Cause.MESSAGE_LATE)
_DROPPED: Final[tuple[Blame, ...]] = (
    (Layer.GATEWAY, Cause.ACCEPTED_AND_DROPPED),
    (Layer.CORE, Cause.MESSAGE_LOST),
)
_REFUSED: Final[tuple[Blame, ...]] = (
    (Layer.GATEWAY, Cause.MESSAGE_REFUSED),
    (Layer.CORE, Cause.MESSAGE_REFUSED),
)
_UNREADABLE: Final[Blame] = (Layer.FORMATTING, Cause.TEXT_CORRUPTED)
_FALSE: Final[tuple[Blame, ...]] = ((Layer.GATEWAY, Cause.REPORT_FALSE), (Layer.CORE, Cause.REPORT_FALSE))
_SILENT: Final[tuple[Blame, ...]] = (
    (Layer.GATEWAY, Cause.REPORT_MISSING),
    (Layer.CORE, Cause.REPORT_MISSING),
)
BLAME_OF_DAMAGE: Final = {
    Damage.TEXT: _UNREADABLE,
    Damage.CODING: (Layer.FORMATTING, Cause.CODING_WRONG),
}
_PROTOCOLS: Final = {"smpp": "SMPP", "cmpp2": "CMPP", "cmpp3": "CMPP", "sgip": "SGIP", "smgp": "SMGP"}


async def hands_over(
    bench: Bench, originator: Originator, source: Source, handset: Party, sent: CodeText
) -> Handing:
    """The gateway takes the text, or the case ends. Where it did not answer, the handset may still tell."""
    bench.expect_message(handset.sim.name, sent.serial)
    started = bench.now()
    handing = await originator.send(handset.number, sent.text)
    if handing.acceptance is Acceptance.UNKNOWN:
        bench.not_checked("the gateway takes the text", handing.text or "no answer")
        return handing
    bench.measure("gateway_acceptance_delay", bench.now() - started, "s")
    refused = handing.acceptance is Acceptance.REFUSED
    suspects = _of_refusal(source, handing.code) if refused else ()
    if isinstance(suspects, InconcReason):
        bench.inconclusive(suspects, f"{source.name} refused: {handing.text}")
    bench.require(
        "the gateway takes the text",
        expected=Acceptance.ACCEPTED,
        actual=f"{handing.acceptance}: {handing.text}" if refused else handing.acceptance,
        ok=not refused,
        ambiguous=suspects,
    )
    return handing


def _of_refusal(source: Source, code: int | None) -> tuple[Blame, ...] | InconcReason:
    if protocol := _PROTOCOLS.get(source.driver):
        blame = codes.of_gateway_refusal(protocol, code)
        return blame if isinstance(blame, InconcReason) else (blame,)
    # an engineer who was refused cannot tell by whom
    return _REFUSED if code is None else (codes.of_message_refusal(code),)


async def reaches(
    bench: Bench,
    originator: Originator,
    source: Source,
    handset: Party,
    sent: CodeText,
    *,
    waited: Waited,
    mark: int,
) -> tuple[Handing, Arrived]:
    """Handed over, and there, late or not. `mark`: where the originator's events stood before."""
    handing = await hands_over(bench, originator, source, handset, sent)
    arrived = await arrives(
        bench,
        handset,
        waited,
        life_s=source.code_life_s,
        patience_s=source.patience_s,
        ours=lambda message: sent.damage(message.text) is not None,
        by_us=source.driver in BY_US,
    )
    if arrived is None:
        await has_room(bench, handset)
        _is_lost(bench, originator, source, handset, sent, handing, waited, mark)
    assert arrived is not None
    return handing, arrived


def _is_lost(
    bench: Bench,
    originator: Originator,
    source: Source,
    handset: Party,
    sent: CodeText,
    handing: Handing,
    waited: Waited,
    mark: int,
) -> None:
    """What came instead, and what the gateway claims, say whom to ask first. Ends the case."""
    if handing.acceptance is Acceptance.UNKNOWN:
        bench.inconclusive(InconcReason.INDETERMINATE, f"{source.name} did not answer, and nothing came")
    parts = parts_of(handset, waited, lambda one: _are_of(one, sent, originator.number))
    claims = [claim for claim in last_claims(originator, handing, mark) if claim is not None]
    suspects: Sequence[Blame]
    if parts:
        what, suspects = f"only part {parts}", PART_LOST
        if waited.part_after(source.code_life_s):
            suspects = (*PART_LOST, _QUEUE, _CENTRE)  # what is missing may just be later still
    elif failed := next((claim for claim in claims if not claim.delivered), None):
        blame = codes.of_claim(failed.state)
        if isinstance(blame, InconcReason):
            bench.inconclusive(blame, f"{source.name} claims {failed.state}")
        # that the centre said so is the gateway's word
        suspects = ((Layer.GATEWAY, blame[1]), blame) if blame[0] is Layer.CORE else (blame,)
        what = f"nothing came, the gateway claims {failed.state}"
    elif claims:
        what, suspects = f"nothing came, the gateway claims {claims[0].state}", _FALSE
    else:
        what, suspects = "nothing came, no claim either", _DROPPED
    if others := _others(handset, waited, originator.number):
        what, suspects = f"only {others[0].text!r} came", (*suspects, _UNREADABLE)
    bench.require(
        "the message arrives",
        expected=f"within {source.code_life_s:g} s",
        actual=f"{what} in {source.code_life_s + source.patience_s:g} s",
        ok=False,
        ambiguous=on_path(source, suspects),
    )


def _are_of(parts: Sequence[PartReceived], sent: CodeText, number: str) -> bool:
    """Pieces of this text, as far as can be known: from this number or its words, and of no other serial."""
    if any(is_of_ours(part.text) and sent.serial not in part.text for part in parts):
        return False
    return any(part.text in sent.text or same_number(part.sender, number) for part in parts)


def _others(handset: Party, waited: Waited, number: str) -> list[MessageReceived]:
    """What came from this number and is nothing we know: ours beyond recognition, perhaps."""
    events = handset.modem.events.since(waited.handset.mark)
    messages = [event for event in events if isinstance(event, MessageReceived)]
    strange = [each for each in messages if not is_of_ours(each.text)]  # late ones of others are not
    return [each for each in strange if same_number(each.sender, number)]


def last_claims(originator: Originator, handing: Handing, mark: int) -> list[GatewayClaimed | None]:
    """The gateway's last word on each part, None where there was none."""
    claims = [event for event in originator.events.since(mark) if isinstance(event, GatewayClaimed)]
    final = {claim.reference: claim for claim in claims if claim.state != PENDING}
    return [final.get(reference) for reference in handing.references]


def in_time(bench: Bench, arrived: Arrived, source: Source) -> None:
    is_in_time(bench, arrived, source.code_life_s, before=on_path(source, (_QUEUE,)), behind=_CENTRE)


async def is_intact(
    bench: Bench, handset: Party, arrived: Arrived, sent: CodeText, source: Source, number: str
) -> None:
    """Right sender, right text, the code in it, once."""
    message = arrived.message
    is_from(bench, message, number, source)
    damage = sent.damage(message.text) or Damage.TEXT
    blame = BLAME_OF_DAMAGE.get(damage)
    bench.check("text", expected=sent.text, actual=message.text, ok=damage is Damage.NONE, blame=blame)
    if blame is not None:
        found = otp.find(message.text).code
        bench.check("code", expected=sent.code, actual=found or "none found", blame=blame)
    await comes_once(
        bench,
        handset,
        message,
        same=lambda other: sent.damage(other.text) is not None,
        handed_twice=on_path(source, ((Layer.GATEWAY, Cause.MESSAGE_DUPLICATED),)),
    )


async def report_agrees(
    bench: Bench, originator: Originator, source: Source, handing: Handing, mark: int
) -> None:
    """The gateway's report on each part says what is so: the handset has it."""
    if not handing.references:
        bench.inconclusive(InconcReason.INDETERMINATE, f"{source.name} gave no reference to report on")
    started = bench.now()
    for reference in handing.references:

        def last(claim: GatewayClaimed, reference: str = reference) -> bool:
            return claim.reference == reference and claim.state != PENDING

        left = max(0.0, started + REPORT_S - bench.now())
        await originator.events.wait(GatewayClaimed, within=left, since=mark, where=last)
    claims = last_claims(originator, handing, mark)
    came = sum(1 for claim in claims if claim is not None)
    bench.require(
        "the report comes",
        expected=f"{len(claims)} in {REPORT_S:g} s",
        actual=str(came),
        ok=came == len(claims),
        ambiguous=on_path(source, _SILENT),
    )
    bench.measure("report_delay", bench.now() - started, "s")
    false = next((claim for claim in claims if claim is not None and not claim.delivered), None)
    bench.check(
        "the report agrees with the handset",
        expected="delivered",
        actual=false.state if false else "delivered",
        ok=false is None,
        ambiguous=on_path(source, _FALSE),
    )
