"""The number under test is in a call, and a third party calls it."""

from __future__ import annotations

from interop.engine import Bench, Cast, case, role
from interop.protocols.errors import NotAvailable
from interop.protocols.modem import CallOutcome, CallStat, Divert, Modem, Progress, Steering
from interop.record import Blame, Cause, InconcReason, Layer, codes
from suites.call_steps import (
    ALERTING_S,
    OFFER_S,
    REFUSED,
    RELEASE_S,
    Ring,
    check_caller_identity,
    is_connected,
    is_not_forwarded,
    line_is_free,
    nobody_rang,
    recognised,
    tells,
    told,
)
from suites.parties import Party, parties
from suites.threeway import steering
from suites.threeway.conference import Conference
from suites.threeway.steering import ACTIVE_AND_HELD, HELD, ONE_ACTIVE, RETRIEVED, Phone, lists
from suites.threeway.talk import Direction, both_ways

NOT_WAITING: Blame = (Layer.CORE, Cause.CALL_NOT_WAITING)
NOT_BUSY: Blame = (Layer.CORE, Cause.NETWORK_FAILURE)
_WITH_WAITING = (*ONE_ACTIVE, (CallStat.WAITING, False))


@case(service="call-waiting", standard="3GPP TS 22.083 1; 24.083", expected_s=90)
async def takes_the_waiting_call(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice", "multiparty"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """In a call with the peer, the third waits; it is accepted, the peer held, then they change places."""
    a, b, c = parties(bench, subject=subject, peer=peer, third=third)
    await steering.can(bench, a, Steering.SWAP)
    await sets_waiting(bench, a, on=True)
    conference = Conference(bench, a)
    await conference.calls(b)
    ring = await waits(bench, conference, c)
    both = Phone(a, (conference.call_to(b), ring.offer.call))
    talk = conference.talk

    async def are_up() -> None:
        await lists(bench, both, ACTIVE_AND_HELD, after="with two calls", blame=steering.NOT_HELD)

    for one, other, name in ((c, b, "accept"), (b, c, "swap")):
        marks = one.modem.events.mark(), other.modem.events.mark()
        started = bench.now()
        up = both if ring.ours else conference.controller
        await steering.steers(bench, up, Steering.SWAP, name, refused=Cause.HOLD_REFUSED, awaited=one is c)
        if one is c:
            await is_connected(bench, ring)
            is_ours(bench, ring)
        await lists(bench, both, ACTIVE_AND_HELD, after=f"after {name}", blame=steering.NOT_HELD)
        bench.measure(f"{name}_time", bench.now() - started, "s")
        await steering.is_told(bench, Phone(other), HELD, since=marks[1])
        if one is b:
            await steering.is_told(bench, Phone(one), RETRIEVED, since=marks[0])
        await talk.all_hear(both_ways(a, one), f"after {name}", are_up)
        await talk.nobody_hears(
            [Direction(a, other), Direction(one, other), Direction(other, a)], f"after {name}"
        )
        await are_up()  # who is cut off hears nothing either
    talk.ends()
    await steering.leaves(bench, a, (b, c))


@case(service="waiting-refused", standard="3GPP TS 22.083 1.3.5 (user determined user busy)", expected_s=40)
async def refuses_the_waiting_call(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice", "multiparty"),
    second: Modem = role("modem", "voice", cast=Cast.OTHER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """A call waits and is refused: its caller is told busy, the call that was up goes on."""
    a, b, c = parties(bench, subject=subject, second=second, third=third)
    await sets_waiting(bench, a, on=True)
    conference = Conference(bench, a)
    await conference.calls(b)
    ring = await waits(bench, conference, c)
    await ring.offer.call.hang_up()
    progress = await ring.call.released(within=RELEASE_S)
    if progress.outcome is not CallOutcome.RELEASED:
        ring.unless_a_stranger(bench)
        tells(bench, c, progress)
        await is_not_forwarded(bench, a, Divert.BUSY)  # 22.082: a refused call is forwarded as a busy one
    _is_busy(bench, ring.caller, progress)
    is_ours(bench, ring)
    await lists(bench, conference.controller, ONE_ACTIVE, after="after the refusal", blame=steering.DROPPED)
    await conference.hear(both_ways(a, b), "after the refusal")
    await conference.ends()


@case(service="waiting-off", standard="3GPP TS 22.083 1.3 (not active)", expected_s=40)
async def is_busy_without_call_waiting(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice"),
    second: Modem = role("modem", "voice", cast=Cast.OTHER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """Call waiting is off: the second caller is told busy, and nothing rings."""
    a, b, c = parties(bench, subject=subject, second=second, third=third)
    await sets_waiting(bench, a, on=False)
    conference = Conference(bench, a)
    await conference.calls(b)
    mark = c.modem.events.mark()
    await line_is_free(bench, c)
    call = await c.modem.dial(a.number)
    progress = await call.alerting(within=ALERTING_S)
    tells(bench, c, progress)
    if not (progress.outcome is CallOutcome.RELEASED and progress.cause in REFUSED):
        nobody_rang(bench, c, mark)
        await conference.are_still_up()  # who has no call any more is not busy
        await is_not_forwarded(bench, a, Divert.ALWAYS, Divert.BUSY)
    if progress.outcome is not CallOutcome.RELEASED and not await _has_one_that_waits(a):
        bench.require(
            "the second caller is told busy",
            expected="busy",
            actual=f"{told(progress)}, and nothing came to {a.sim.name}",
            ok=False,
            blame=(Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED),
        )
    _is_busy(bench, c, progress)
    await conference.are_still_up()
    await conference.ends()


async def sets_waiting(bench: Bench, one: Party, *, on: bool) -> None:
    """Call waiting as the case needs it, and as it was before at its end, whatever happens."""
    before = await one.modem.call_waiting()
    if before is None:
        bench.inconclusive(InconcReason.MODEM, f"{one.modem.name} cannot tell whether calls may wait")
    if before is on:
        return

    async def put_back() -> None:
        if await one.modem.call_waiting() is before:
            return  # it was refused, say
        answer = await one.modem.set_call_waiting(before)
        if not answer.done:
            raise NotAvailable(one.modem.name, f"call waiting could not be put back: {answer.text}")

    bench.on_exit(put_back, owed_at=one.modem.name)
    words = "on" if on else "off"
    answer = await one.modem.set_call_waiting(on)
    name = f"call waiting is switched {words}"
    steering.is_done(bench, one, answer, name, refused=Cause.SERVICE_NOT_SUBSCRIBED)
    now = await one.modem.call_waiting()
    if now is None:
        bench.not_checked(f"call waiting is {words}", "the network was asked in vain")
    else:
        blame = (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED)
        bench.require(f"call waiting is {words}", expected=on, actual=now, blame=blame)


async def waits(bench: Bench, conference: Conference, caller: Party) -> Ring:
    """A second caller dials the controller: it waits there with its number, the first call goes on."""
    called = conference.a
    mark = caller.modem.events.mark()
    await line_is_free(bench, caller)
    started = bench.now()
    call = await caller.modem.dial(called.number)
    progress = await call.alerting(within=ALERTING_S)
    offer = await called.modem.waiting(within=OFFER_S)
    if offer is None:
        nobody_rang(bench, caller, mark)
        await conference.are_still_up()
        await _did_not_wait(bench, caller, called, progress)
    assert offer is not None
    bench.check("the call waits", expected="+CCWA", actual="+CCWA")
    bench.measure("post_dial_delay", bench.now() - started, "s")
    ring = await recognised(caller, called, call, offer)
    if (await call.released(within=0.0)).outcome is CallOutcome.RELEASED:
        ring.unless_a_stranger(bench)  # who waited first, so that ours found it busy
    await _is_listed(bench, conference, ring)
    if ring.ours:
        check_caller_identity(bench, ring)
    return ring


def is_ours(bench: Bench, ring: Ring) -> None:
    """The caller has seen what was done to the waiting call: it is his, whatever number it showed."""
    if not ring.ours:
        ring.ours = True
        check_caller_identity(bench, ring)


async def _did_not_wait(bench: Bench, caller: Party, called: Party, progress: Progress) -> None:
    if await _has_one_that_waits(called):
        bench.inconclusive(InconcReason.MODEM, f"{called.modem.name} has the call but never said +CCWA")
    tells(bench, caller, progress)
    await is_not_forwarded(bench, called, Divert.ALWAYS, Divert.BUSY)
    released = progress.outcome is CallOutcome.RELEASED
    busy = released and progress.cause in REFUSED
    blame = codes.of_release(progress.cause) if released else (Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED)
    bench.require(
        "the call waits",
        expected="+CCWA",
        actual=f"no +CCWA within {OFFER_S:g} s, the caller is told: {told(progress)}",
        ok=False,
        blame=NOT_WAITING if busy else blame,
    )


async def _is_listed(bench: Bench, conference: Conference, ring: Ring) -> None:
    waiting = (ring.offer.call,) if ring.ours else ()  # a stranger may give up, and nobody has dropped him
    phone = Phone(conference.a, (*conference.controller.calls, *waiting))
    await lists(bench, phone, _WITH_WAITING, after="with one that waits", blame=NOT_WAITING)


async def _has_one_that_waits(one: Party) -> bool:
    return any(entry.stat is CallStat.WAITING for entry in await one.modem.calls())


def _is_busy(bench: Bench, caller: Party, progress: Progress) -> None:
    released = progress.outcome is CallOutcome.RELEASED
    if released and progress.cause is None:
        bench.inconclusive(InconcReason.MODEM, f"{caller.modem.name} does not tell release causes")
    bench.require(
        "the second caller is told busy",
        expected=" or ".join(f"cause {cause}" for cause in REFUSED),
        actual=told(progress),
        ok=released and progress.cause in REFUSED,
        ambiguous=_suspects(progress.cause) if released else (NOT_BUSY,),
    )


def _suspects(cause: int | None) -> tuple[Blame, ...]:
    """It never got there, or it did and the cause was changed on its way back."""
    wrong = (Layer.INTERCONNECT, Cause.RELEASE_CAUSE_WRONG)
    first = codes.of_release(cause)
    return (wrong,) if first[1] is Cause.NETWORK_FAILURE else (first, wrong)
