"""Calls to the number under test go to the peer instead: always, or when it is busy, silent or away."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from interop.engine import Bench, Cast, Probe, case, role
from interop.engine.forwarding import PutBack, can_be_set, to_keep
from interop.protocols.errors import BudgetSpent
from interop.protocols.modem import CallOutcome, CallStat, Divert, Forwarding, Modem, Progress
from interop.record import Blame, Cause, InconcReason, Layer, codes
from interop.record.events import CallerId, Ringing
from suites.call_steps import (
    ALERTING_S,
    ANONYMOUS,
    OFFER_S,
    Ring,
    goes_nowhere,
    is_answered,
    line_is_free,
    nobody_rang,
    recognised,
    rings,
    tells,
    told,
)
from suites.parties import Party, parties
from suites.threeway import steering
from suites.threeway.steering import FORWARDED_HERE, NO_CALL, ONE_ACTIVE, Phone, lists
from suites.threeway.talk import Talk, both_ways
from suites.threeway.waiting import sets_waiting

NO_REPLY_S: Final = 10
"""how long it rings first; networks take 5 to 30 in steps of 5 (22.082)"""
AWAY_S: Final = 45.0
"""for a phone to leave its network, and to be back"""
LOOK_AGAIN_S: Final = 2.0

IGNORED: Final[Blame] = (Layer.CORE, Cause.FORWARDING_IGNORED)
_AS_IF_NOT_FORWARDED: Final = {
    Divert.ALWAYS: (),
    Divert.BUSY: (17,),
    Divert.NO_REPLY: (18, 19),
    Divert.NOT_REACHABLE: (18, 20),
}
"""24.008 causes that a caller is told of a phone that is busy, silent or away"""


@case(service="forwarding-always", standard="3GPP TS 22.082 1; 24.082", expected_s=45)
async def diverts_always(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """The third calls the subject: only the peer rings, with the third's number."""
    a, b, c = parties(bench, subject=subject, peer=peer, third=third)
    await registers(bench, a, Divert.ALWAYS, b)
    await _goes_there(bench, await arrives(bench, c, a, b, Divert.ALWAYS))


@case(service="forwarding-busy", standard="3GPP TS 22.082 2; 24.082", expected_s=70)
async def diverts_when_busy(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
    fourth: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """The subject is in a call with the fourth, no call may wait; the third calls it: the peer rings."""
    a, b, c, d = parties(bench, subject=subject, peer=peer, third=third, fourth=fourth)
    await sets_waiting(bench, a, on=False)
    await registers(bench, a, Divert.BUSY, b)
    own = await rings(bench, a, d)
    await is_answered(bench, own)
    ring = await arrives(bench, c, a, b, Divert.BUSY, own=own)
    await _goes_there(bench, ring)


@case(service="forwarding-no-reply", standard="3GPP TS 22.082 3; 24.082", expected_s=60)
async def diverts_without_reply(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """The third calls the subject: it rings, is not answered, and the peer rings instead."""
    a, b, c = parties(bench, subject=subject, peer=peer, third=third)
    await registers(bench, a, Divert.NO_REPLY, b)
    await _goes_there(bench, await arrives(bench, c, a, b, Divert.NO_REPLY))


# our own phone leaves the network here, and that is no trouble
@case(
    service="forwarding-not-reachable",
    standard="3GPP TS 22.082 4; 24.082",
    expected_s=90,
    probe=Probe.ALIVE,
)
async def diverts_when_away(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """The subject's phone leaves its network; the third calls it: the peer rings."""
    a, b, c = parties(bench, subject=subject, peer=peer, third=third)
    for one in (a, b, c):
        if not (await one.modem.registration()).usable:
            bench.inconclusive(InconcReason.NOT_REGISTERED, f"{one.modem.name} is not registered")
    await registers(bench, a, Divert.NOT_REACHABLE, b)
    await goes_away(bench, a)
    await _goes_there(bench, await arrives(bench, c, a, b, Divert.NOT_REACHABLE))


async def registers(bench: Bench, one: Party, when: Divert, to: Party) -> None:
    """Calls to `one` go to `to` under this condition until the case ends, whatever happens."""
    words = when.name.lower().replace("_", " ")
    before = await _registered(bench, one, when)
    if not can_be_set(before):
        bench.inconclusive(InconcReason.SIM, f"forwarding ({words}) to {before.number} could not be put back")
    if when is not Divert.ALWAYS:
        goes_nowhere(bench, one, Divert.ALWAYS, await _registered(bench, one, Divert.ALWAYS))
    restore = PutBack(one.modem, when, to_keep(before, bench.numbers))

    async def put_back() -> None:
        with suppress(BudgetSpent):  # nor was anything set
            await restore()

    bench.on_exit(put_back, owed_at=one.modem.name)
    answer = await one.modem.divert(when, to.number, after_s=NO_REPLY_S)
    name = f"forwarding ({words}) is registered"
    steering.is_done(bench, one, answer, name, refused=Cause.FORWARDING_REFUSED)
    kept = await one.modem.diverted(when)
    if kept is None:
        bench.not_checked(f"forwarding ({words}) is kept", "the network was asked in vain")
        return
    bench.require(
        f"forwarding ({words}) is kept",
        expected=to.number,
        actual=kept.goes_to or "none",
        ok=kept.goes_to.endswith(to.number),
        blame=(Layer.CORE, Cause.FORWARDING_REFUSED),
    )


async def _registered(bench: Bench, one: Party, when: Divert) -> Forwarding:
    found = await one.modem.diverted(when)
    if found is None:
        bench.inconclusive(InconcReason.MODEM, f"{one.modem.name} cannot tell where calls go")
    return found


async def goes_away(bench: Bench, one: Party) -> None:
    """Out of the network, and back at the end, whatever happens."""

    async def comes_back() -> None:
        await one.modem.join_network()
        await _is_in_service(bench, one, True)

    bench.on_exit(comes_back, owed_at=one.modem.name)
    await one.modem.leave_network()
    if not await _is_in_service(bench, one, False):
        bench.inconclusive(InconcReason.MODEM, f"{one.modem.name} does not leave its network")


async def _is_in_service(bench: Bench, one: Party, wanted: bool) -> bool:
    until = bench.now() + AWAY_S
    while (await one.modem.registration()).usable is not wanted:
        if bench.now() >= until:
            return False
        await asyncio.sleep(LOOK_AGAIN_S)  # not every modem tells when its registration changes
    return True


async def arrives(
    bench: Bench, caller: Party, dialled: Party, called: Party, when: Divert, *, own: Ring | None = None
) -> Ring:
    """The caller dials one number, another phone rings. `own`: the call that makes the dialled one busy."""
    marks = tuple(one.modem.events.mark() for one in (caller, called, dialled))
    for one in (caller, called) if own else (caller, called, dialled):
        await line_is_free(bench, one)
    mark, started = called.modem.events.mark(), bench.now()
    call = await caller.modem.dial(dialled.number)
    progress = await call.alerting(within=ALERTING_S)
    within = OFFER_S
    if when is Divert.NO_REPLY and progress.outcome is not CallOutcome.RELEASED:
        within += NO_REPLY_S
        await _rings_first(bench, caller, dialled, progress, marks[2])
    released = progress.outcome is CallOutcome.RELEASED
    offer = await called.modem.offered(within=0.0 if released else within)
    if offer is None:
        nobody_rang(bench, caller, marks[0])
        nobody_rang(bench, called, marks[1])
        nobody_else_rang(bench, caller, dialled, marks[2])
        if own is not None and (await own.call.released(within=0.0)).outcome is CallOutcome.RELEASED:
            bench.inconclusive(InconcReason.PEER, f"{dialled.sim.name} was busy no more")
        if (end := await call.released(within=0.0)).outcome is CallOutcome.RELEASED:
            progress = end
        await _is_lost(bench, caller, dialled, called, when, progress)
    assert offer is not None
    bench.check("the call goes there", expected="RING", actual="RING")
    bench.measure("forwarding_delay", bench.now() - started, "s")
    await steering.is_told(bench, Phone(called), FORWARDED_HERE, since=mark)
    ring = await recognised(caller, called, call, offer)
    ring.forwarded = True
    return ring


def nobody_else_rang(bench: Bench, caller: Party, dialled: Party, mark: int) -> None:
    """Where it was dialled it may well ring, but as the caller's: a stranger makes it busy."""
    events = dialled.modem.events.since(mark)
    shown = [event for event in events if isinstance(event, CallerId)]
    rang = any(isinstance(event, Ringing) for event in events)
    forms = [caller.identity(one.number, one.toa, one.validity) for one in shown]
    if any(form in ANONYMOUS for form in forms) or (rang and not shown):
        bench.inconclusive(InconcReason.PEER, f"somebody else may have called {dialled.modem.name} meanwhile")


async def _rings_first(bench: Bench, caller: Party, dialled: Party, progress: Progress, mark: int) -> None:
    """Where nobody answers. That it does not ring here at all is no matter of forwarding."""
    offer = await dialled.modem.offered(within=OFFER_S)
    if offer is None and await dialled.modem.calls():
        bench.inconclusive(InconcReason.MODEM, f"{dialled.modem.name} has the call but never said RING")
    if offer is None:
        tells(bench, caller, progress)
    else:
        nobody_else_rang(bench, caller, dialled, mark)
    bench.require(
        "it rings first where it was dialled",
        expected="RING",
        actual="RING" if offer else f"no RING within {OFFER_S:g} s, the caller is told: {told(progress)}",
        ok=offer is not None,
        blame=(Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED),
    )


async def _is_lost(
    bench: Bench, caller: Party, dialled: Party, called: Party, when: Divert, progress: Progress
) -> None:
    """Where the call is instead, and what the caller is told, say whom to ask first. Ends the case."""
    if await called.modem.calls():
        bench.inconclusive(InconcReason.MODEM, f"{called.modem.name} has the call but never said RING")
    coming = (CallStat.INCOMING, CallStat.WAITING)
    rings_there = any(entry.stat in coming for entry in await dialled.modem.calls())
    tells(bench, caller, progress)
    released = progress.outcome is CallOutcome.RELEASED
    ignored = rings_there or (released and progress.cause in _AS_IF_NOT_FORWARDED[when])
    blame = codes.of_release(progress.cause) if released else (Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED)
    where = f"{dialled.sim.name} itself rings, " if rings_there else ""
    bench.require(
        "the call goes there",
        expected="RING",
        actual=f"no RING, {where}the caller is told: {told(progress)}",
        ok=False,
        blame=IGNORED if ignored else blame,
    )


async def _goes_there(bench: Bench, ring: Ring) -> None:
    """Answered: caller and called hear each other, and it ends as any call does."""
    await is_answered(bench, ring)
    caller, called = ring.caller, ring.called
    phone = Phone(called, (ring.offer.call,))

    async def is_up() -> None:
        await lists(bench, phone, ONE_ACTIVE, after="in the forwarded call", blame=steering.DROPPED)

    talk = Talk(bench)
    await talk.all_hear(both_ways(caller, called), "in the forwarded call", is_up)
    talk.ends()
    await caller.modem.hang_up_all()
    await lists(bench, Phone(called), NO_CALL, after="at the end", blame=steering.GHOST)
