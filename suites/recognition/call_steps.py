"""The steps of a basic call, each with the check it owes. Times are limits in seconds."""

from __future__ import annotations

from interop.engine import Bench
from interop.protocols.modem import Call, CallOutcome, CallStat, Offer, Progress
from interop.record import Cause, InconcReason, Layer, codes
from suites.recognition.parties import BLAME_OF_CLI, Party

ALERTING_S = 30.0
"""Post-dial delay limit: MIIT's 3G service norm allows 19 s between mobiles; beyond 30 s nothing comes."""
OFFER_S = 10.0
ANSWER_S = 15.0
CONVERSATION_S = 10.0
RELEASE_S = 15.0

NORMAL_CLEARING = (16,)
REFUSED = (17, 21)
"""24.008: user busy, call rejected. Networks report a refused call as either."""


def told(progress: Progress) -> str:
    """What came of a call, in words for a check."""
    if progress.outcome is not CallOutcome.RELEASED:
        return str(progress.outcome)
    cause = "cause not told" if progress.cause is None else f"cause {progress.cause}"
    return f"released, {cause}" + (f" ({progress.text})" if progress.text else "")


async def rings(bench: Bench, caller: Party, called: Party) -> tuple[Call, Offer]:
    """Dial; the far end is offered the call."""
    started = bench.now()
    call = await caller.modem.dial(called.number)
    progress = await call.alerting(within=ALERTING_S)
    bench.require(
        "the called phone is alerted",
        expected="alerting",
        actual=told(progress),
        ok=progress.outcome in (CallOutcome.ALERTING, CallOutcome.CONNECTED),
        blame=_of_no_alerting(progress),
    )
    bench.measure("post_dial_delay", bench.now() - started, "s")
    offer = await called.modem.offered(within=OFFER_S)
    if offer is None and await called.modem.calls():
        bench.inconclusive(InconcReason.MODEM, f"{called.modem.name} has the call but never said RING")
    bench.require(
        "it rings there",
        expected="RING",
        actual="RING" if offer else f"no RING within {OFFER_S:g} s, while the caller hears it ringing",
        ok=offer is not None,
        blame=(Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED),
    )
    assert offer is not None
    return call, offer


def _of_no_alerting(progress: Progress) -> tuple[Layer, Cause]:
    if progress.outcome is CallOutcome.RELEASED:
        return codes.of_release(progress.cause)
    return (Layer.CORE, Cause.NETWORK_FAILURE)


def check_caller_identity(bench: Bench, caller: Party, offer: Offer) -> None:
    """+CLIP shows the caller's number, in a form a phone can match and call back."""
    form = caller.identity(offer.number, offer.toa, offer.validity)
    bench.check(
        "caller identity",
        expected=caller.number,
        actual=f"{offer.number or '(none)'} type {offer.toa}, {form}",
        ok=form not in BLAME_OF_CLI,
        blame=BLAME_OF_CLI.get(form),
    )


async def converses(bench: Bench, called: Party, call: Call, offer: Offer) -> None:
    """Answer; both ends are connected and stay so."""
    await offer.call.answer()
    progress = await call.connected(within=ANSWER_S)
    if progress.outcome is CallOutcome.SILENT:
        there = await called.modem.calls()
        if any(entry.stat is CallStat.INCOMING for entry in there):
            bench.inconclusive(InconcReason.MODEM, f"{called.modem.name} said OK to ATA and still rings")
    bench.require(
        "answered",
        expected="connected",
        actual=told(progress),
        ok=progress.outcome is CallOutcome.CONNECTED,
        blame=codes.of_release(progress.cause),
    )
    progress = await call.released(within=CONVERSATION_S)
    bench.require(
        f"stays up {CONVERSATION_S:g} s",
        expected="up",
        actual="up" if progress.outcome is CallOutcome.SILENT else told(progress),
        ok=progress.outcome is CallOutcome.SILENT,
        blame=(Layer.CORE, Cause.CALL_DROPPED),
    )


async def hangs_up(bench: Bench, called: Party, offer: Offer) -> None:
    """The called phone ends or refuses the call; nothing may be blamed on a call that it still has."""
    await offer.call.hang_up()
    if await called.modem.calls():
        bench.inconclusive(InconcReason.MODEM, f"{called.modem.name} hung up and still has the call")


async def is_released(bench: Bench, call: Call, causes: tuple[int, ...]) -> None:
    """The caller learns that the called party ended or refused the call, and how."""
    progress = await call.released(within=RELEASE_S)
    bench.require(
        "the caller is released",
        expected="released",
        actual=told(progress),
        ok=progress.outcome is CallOutcome.RELEASED,
        blame=(Layer.CORE, Cause.NETWORK_FAILURE),
    )
    if progress.cause is not None:
        bench.check(
            "release cause",
            expected=" or ".join(map(str, causes)),
            actual=told(progress),
            ok=progress.cause in causes,
            blame=(Layer.INTERCONNECT, Cause.RELEASE_CAUSE_WRONG),
        )
