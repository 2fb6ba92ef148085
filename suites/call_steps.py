"""The steps of a basic call, each with the check it owes. Times are limits in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from interop.engine import Bench
from interop.engine.forwarding import PutBack, is_of_lab
from interop.numbering import CliForm
from interop.protocols.modem import Call, CallOutcome, CallStat, Divert, Forwarding, Offer, Progress
from interop.record import Cause, InconcReason, Layer, codes
from interop.record.events import CallerId, Ringing
from suites.parties import BLAME_OF_CLI, Party

ALERTING_S = 30.0
"""Post-dial delay limit: MIIT's 3G service norm allows 19 s between mobiles; beyond 30 s nothing comes."""
OFFER_S = 10.0
ANSWER_S = 15.0
CONVERSATION_S = 10.0
RELEASE_S = 15.0

CALLER_ID_S = 8.0

NORMAL_CLEARING = (16, 31, 127)
"""24.008 annex H: 31 (normal, unspecified) and 127 (interworking) are what other networks make of a 16."""
REFUSED = (17, 21)
"""24.008: user busy, call rejected. Networks report a refused call as either."""
ANONYMOUS = frozenset({CliForm.OTHER_NUMBER, CliForm.WITHHELD, CliForm.UNAVAILABLE})
"""Such a caller may be anybody: real SIMs are called by strangers, too."""


@dataclass(slots=True)
class Ring:
    """Our call at both ends. `ours`: proved, by the number shown or because one end followed the other;
    `forwarded`: the caller dialled another number, whose calls go to the called one.
    """

    caller: Party
    called: Party
    call: Call
    offer: Offer
    number: str
    toa: int | None
    form: CliForm
    ours: bool
    forwarded: bool = False

    def unless_a_stranger(self, bench: Bench) -> None:
        """What the caller does not see of a call that need not be his own proves nothing."""
        if not self.ours:
            name, number = self.called.modem.name, self.number or "nobody"
            bench.inconclusive(InconcReason.PEER, f"{name} was called, by {number} it says: was it us?")


def told(progress: Progress) -> str:
    """What came of a call, in words for a check."""
    if progress.outcome is not CallOutcome.RELEASED:
        return str(progress.outcome)
    cause = "cause not told" if progress.cause is None else f"cause {progress.cause}"
    return f"released, {cause}" + (f" ({progress.text})" if progress.text else "")


def tells(bench: Bench, party: Party, progress: Progress) -> None:
    """What this phone's modem cannot tell accuses nobody: whether the call goes on, or why it does not."""
    silent = progress.outcome in (CallOutcome.SILENT, CallOutcome.UNKNOWN)
    if silent and progress.text:
        bench.inconclusive(InconcReason.MODEM, f"{party.modem.name}: {progress.text}")
    if progress.outcome is CallOutcome.RELEASED and progress.cause is None:
        bench.inconclusive(InconcReason.MODEM, f"{party.modem.name} does not tell why the call ended")


async def line_is_free(bench: Bench, party: Party) -> None:
    """Before dialling: no call of an earlier case, no stranger's, at this phone."""
    if await party.modem.calls():
        await party.modem.hang_up_all()
        bench.inconclusive(InconcReason.PEER, f"{party.modem.name} had another call")


async def rings(bench: Bench, caller: Party, called: Party, *, in_call: bool = False) -> Ring:
    """Dial; the far end is offered the call. `in_call`: the caller has others already."""
    # before the look: a stranger may ring while it lasts
    marks = caller.modem.events.mark(), called.modem.events.mark()
    for party in (called,) if in_call else (caller, called):
        await line_is_free(bench, party)
    started = bench.now()
    call = await caller.modem.dial(called.number)
    progress = await call.alerting(within=ALERTING_S)
    offer = None
    if progress.outcome is CallOutcome.RELEASED:
        await _nobody_else_called(bench, caller, called, progress, marks)
        await is_not_forwarded(bench, called, Divert.ALWAYS)
    if progress.outcome in (CallOutcome.SILENT, CallOutcome.UNKNOWN):
        # some modems show no alerting under early media (ring-back music): the far end knows
        offer = await called.modem.offered(within=0.0)
    if offer is None:
        tells(bench, caller, progress)
    bench.require(
        "the called phone is alerted",
        expected="alerting",
        actual=told(progress) if offer is None else "it rings, the caller's modem does not say so",
        ok=offer is not None or progress.outcome in (CallOutcome.ALERTING, CallOutcome.CONNECTED),
        blame=_of_no_alerting(progress),
    )
    if offer is None:
        bench.measure("post_dial_delay", bench.now() - started, "s")
        offer = await called.modem.offered(within=OFFER_S)
    if offer is None and await called.modem.calls():
        bench.inconclusive(InconcReason.MODEM, f"{called.modem.name} has the call but never said RING")
    if offer is None:
        await is_not_forwarded(bench, called, Divert.ALWAYS)
    bench.require(
        "it rings there",
        expected="RING",
        actual="RING" if offer else f"no RING within {OFFER_S:g} s, the caller is told: {told(progress)}",
        ok=offer is not None,
        blame=(Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED),
    )
    assert offer is not None
    return await recognised(caller, called, call, offer)


async def _nobody_else_called(
    bench: Bench, caller: Party, called: Party, progress: Progress, marks: tuple[int, int]
) -> None:
    """A phone that a stranger rings is busy for us, and nobody is to blame."""
    nobody_rang(bench, caller, marks[0])
    events = called.modem.events
    rang_before = any(isinstance(event, Ringing) for event in events.since(marks[1]))
    # the stranger's call was first in the network, and may still be on its way to the phone
    wait = OFFER_S if progress.cause in REFUSED else 0.0
    if await events.wait(Ringing, within=wait, since=marks[1]) is None:
        return
    shown = await events.wait(CallerId, within=CALLER_ID_S, since=marks[1])
    if shown is None or caller.identity(shown.number, shown.toa, shown.validity) in ANONYMOUS:
        bench.inconclusive(InconcReason.PEER, f"somebody else called {called.modem.name} meanwhile")
    if not rang_before:
        bench.inconclusive(InconcReason.MODEM, f"{caller.modem.name} says it is over, then it rings")


async def is_not_forwarded(bench: Bench, called: Party, *conditions: Divert) -> None:
    """Calls that the SIM itself has sent elsewhere (22.082) accuse nobody for not coming. Asked only where
    one did not. What goes to another of the lab's own numbers, as a run leaves it that was killed, is erased.
    """
    for when in conditions:
        found = await called.modem.diverted(when)
        if found is not None:
            goes_nowhere(bench, called, when, found)


def goes_nowhere(bench: Bench, called: Party, when: Divert, found: Forwarding) -> None:
    """As `is_not_forwarded`, of what the network has just been asked."""
    if not found.goes_to:
        return
    what = f"calls to {called.sim.name} go to {found.number} ({when.name.lower().replace('_', ' ')})"
    if is_of_lab(found, bench.numbers):
        bench.on_exit(PutBack(called.modem, when), owed_at=called.modem.name)
        what += ", as a run left it that was killed: erased"
    bench.inconclusive(InconcReason.SIM, what)


def nobody_rang(bench: Bench, caller: Party, mark: int) -> None:
    """Whoever dials is called by strangers only, and they spoil his own call."""
    if any(isinstance(event, Ringing) for event in caller.modem.events.since(mark)):
        bench.inconclusive(InconcReason.PEER, f"somebody called {caller.modem.name} meanwhile")


async def recognised(caller: Party, called: Party, call: Call, offer: Offer) -> Ring:
    """Whose call it is, by +CLIP or, where that was lost or another caller's, by the number in +CLCC."""
    number, toa = offer.number, offer.toa
    form = caller.identity(number, toa, offer.validity)
    if form in ANONYMOUS:
        for entry in await called.modem.calls():
            type_shown = entry.toa if entry.toa is not None else 145 if entry.number[:1] == "+" else 129
            listed = caller.identity(entry.number, type_shown)
            if not entry.outgoing and listed not in ANONYMOUS:
                number, toa, form = entry.number, type_shown, listed
    return Ring(caller, called, call, offer, number, toa, form, ours=form not in ANONYMOUS)


def _of_no_alerting(progress: Progress) -> tuple[Layer, Cause]:
    if progress.outcome is CallOutcome.RELEASED:
        return codes.of_release(progress.cause)
    return (Layer.CORE, Cause.NETWORK_FAILURE)


def check_caller_identity(bench: Bench, ring: Ring) -> None:
    """+CLIP shows the caller's number, in a form a phone can match and call back."""
    if ring.toa is None and not ring.number:
        bench.inconclusive(InconcReason.MODEM, f"{ring.called.modem.name} never said +CLIP")
    blame = BLAME_OF_CLI.get(ring.form)
    bench.check(
        "caller identity",
        expected=ring.caller.number,
        actual=f"{ring.number or '(none)'} type {ring.toa}, {ring.form}",
        ok=blame is None,
        # the exchange that forwards a call may lose its number, and so may whatever stands behind it
        ambiguous=() if blame is None else ((Layer.CORE, blame[1]), blame) if ring.forwarded else (blame,),
    )


async def is_answered(bench: Bench, ring: Ring) -> None:
    """The caller's number is shown; answered, both ends are connected."""
    if shown_before := ring.ours:
        check_caller_identity(bench, ring)
    await ring.offer.call.answer()
    await is_connected(bench, ring)
    ring.ours = True
    if not shown_before:
        check_caller_identity(bench, ring)


async def is_connected(bench: Bench, ring: Ring) -> None:
    """The called phone has accepted: so the caller is told."""
    called = ring.called
    progress = await ring.call.connected(within=ANSWER_S)
    if progress.outcome is CallOutcome.SILENT:
        there = await called.modem.calls()
        if any(entry.stat is CallStat.INCOMING for entry in there):
            bench.inconclusive(InconcReason.MODEM, f"{called.modem.name} said OK to ATA and still rings")
    if progress.outcome is not CallOutcome.CONNECTED:
        ring.unless_a_stranger(bench)
        tells(bench, ring.caller, progress)
    bench.require(
        "answered",
        expected="connected",
        actual=told(progress),
        ok=progress.outcome is CallOutcome.CONNECTED,
        blame=codes.of_release(progress.cause),
    )


async def converses(bench: Bench, ring: Ring) -> None:
    """As `is_answered`, and they stay so."""
    await is_answered(bench, ring)
    progress = await ring.call.released(within=CONVERSATION_S)
    if progress.outcome is CallOutcome.UNKNOWN:
        tells(bench, ring.caller, progress)
    bench.require(
        f"stays up {CONVERSATION_S:g} s",
        expected="up",
        actual="up" if progress.outcome is CallOutcome.SILENT else told(progress),
        ok=progress.outcome is CallOutcome.SILENT,
        blame=(Layer.CORE, Cause.CALL_DROPPED),
    )


async def is_cleared(bench: Bench, ring: Ring) -> None:
    """The called phone ends the conversation; the caller learns that it was ended normally."""
    progress = await _is_released(bench, ring)
    if progress.cause is None:
        bench.not_checked("release cause", "the caller's modem does not tell it")
    else:
        _check_cause(bench, progress, NORMAL_CLEARING)


async def is_refused(bench: Bench, ring: Ring) -> None:
    """The called phone refuses the ringing call; the caller learns that, and not another cause."""
    progress = await _is_released(bench, ring, refused=True)
    if progress.cause is None:
        bench.inconclusive(InconcReason.MODEM, f"{ring.caller.modem.name} does not tell release causes")
    if progress.cause == 16:
        # 24.008 lets a phone refuse with it, and +CHUP does not say which cause it sends
        bench.inconclusive(InconcReason.MODEM, f"{ring.called.modem.name} may itself have refused with 16")
    if progress.cause not in REFUSED:
        await is_not_forwarded(bench, ring.called, Divert.BUSY)
    _check_cause(bench, progress, REFUSED)


async def _is_released(bench: Bench, ring: Ring, *, refused: bool = False) -> Progress:
    await ring.offer.call.hang_up()
    if await ring.called.modem.calls():
        name = ring.called.modem.name
        bench.inconclusive(InconcReason.MODEM, f"{name} hung up and still has the call")
    progress = await ring.call.released(within=RELEASE_S)
    if progress.outcome is not CallOutcome.RELEASED:
        ring.unless_a_stranger(bench)
        tells(bench, ring.caller, progress)
        if refused:  # 22.082: forwarded as that of a busy phone
            await is_not_forwarded(bench, ring.called, Divert.BUSY)
    bench.require(
        "the caller is released",
        expected="released",
        actual=told(progress),
        ok=progress.outcome is CallOutcome.RELEASED,
        blame=(Layer.CORE, Cause.NETWORK_FAILURE),
    )
    return progress


def _check_cause(bench: Bench, progress: Progress, causes: tuple[int, ...]) -> None:
    bench.check(
        "release cause",
        expected=" or ".join(map(str, causes)),
        actual=told(progress),
        ok=progress.cause in causes,
        blame=(Layer.INTERCONNECT, Cause.RELEASE_CAUSE_WRONG),
    )
