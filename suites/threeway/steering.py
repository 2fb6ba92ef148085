"""What a party does with its calls, and what must be seen of it at every phone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from interop.engine import Bench
from interop.protocols.modem import Call, CallEntry, CallOutcome, CallStat, Progress, Steered, Steering
from interop.record import Blame, Cause, InconcReason, Layer, codes
from interop.record.events import Notified
from suites.call_steps import told
from suites.parties import Party

WITHIN_S: Final = 8.0
"""for the calls to be listed as they should be"""
LOOK_AGAIN_S: Final = 1.0
NOTICE_S: Final = 4.0
HELD, RETRIEVED, MULTIPARTY, FORWARDED_HERE = 2, 3, 4, 0
"""<code2> of +CSSU (27.007 7.17)"""
TRANSFERRED: Final = 8
_WORDS: Final = {
    HELD: "on hold",
    RETRIEVED: "retrieved",
    MULTIPARTY: "multiparty",
    FORWARDED_HERE: "forwarded",
    TRANSFERRED: "transferred",
}

Listing = tuple[tuple[CallStat, bool], ...]
"""calls as (state, multiparty)"""
ONE_ACTIVE: Final[Listing] = ((CallStat.ACTIVE, False),)
ONE_HELD: Final[Listing] = ((CallStat.HELD, False),)
ACTIVE_AND_HELD: Final[Listing] = (*ONE_ACTIVE, *ONE_HELD)
NO_CALL: Final[Listing] = ()
_COMING: Final = (CallStat.INCOMING, CallStat.WAITING)

DROPPED: Final[Blame] = (Layer.CORE, Cause.LEG_DROPPED)
NOT_HELD: Final[Blame] = (Layer.CORE, Cause.HOLD_NOT_APPLIED)
GHOST: Final[Blame] = (Layer.CORE, Cause.GHOST_CALL)


@dataclass(frozen=True, slots=True)
class Phone:
    """A party, and those of its calls that must be up."""

    party: Party
    calls: tuple[Call, ...] = ()

    @property
    def name(self) -> str:
        return self.party.sim.name


def joined(parties: int, stat: CallStat = CallStat.ACTIVE) -> Listing:
    return ((stat, True),) * parties


async def can(bench: Bench, party: Party, what: Steering) -> None:
    """A modem that does not offer it proves nothing about the network."""
    offered = await party.modem.steers()
    if offered and what not in offered:
        bench.inconclusive(InconcReason.DEVICE, f"{party.modem.name}: +CHLD=? has no {what}")


async def steers(
    bench: Bench,
    phone: Phone,
    what: Steering,
    name: str,
    *,
    refused: Cause,
    call: Call | None = None,
    awaited: bool = False,
) -> None:
    """The network does what the party asks for; that it says so proves nothing yet. `phone`: its calls that
    were up before; `awaited`: that one waits is meant so.
    """
    await can(bench, phone.party, what)
    if not awaited:
        await nobody_waits(bench, phone.party)
    answer = await phone.party.modem.steer(what, call)
    if not answer.done:
        if (cut := await _cut(phone)) is not None:
            bench.require(name, expected="OK", actual=f"the call was {told(cut)}", ok=False, blame=DROPPED)
        if not awaited:
            await nobody_waits(bench, phone.party)
    is_done(bench, phone.party, answer, name, refused=refused)


async def nobody_waits(bench: Bench, party: Party) -> None:
    """A stranger's call that waits comes first in all that is steered (27.007 7.13)."""
    if any(entry.stat in _COMING for entry in await party.modem.calls()):
        bench.inconclusive(InconcReason.PEER, f"somebody else calls {party.modem.name}")


def is_done(bench: Bench, party: Party, answer: Steered, name: str, *, refused: Cause) -> None:
    """A refusal accuses by its cause; one without may be our modem's own."""
    if not answer.done and answer.cause is None:
        why = f"{party.modem.name} does not tell why: {_refusal(answer)}"
        bench.inconclusive(InconcReason.MODEM, f"{name} refused, and {why}")
    if not answer.done and answer.cause in codes.STEERING_CODES_OF_OURS:
        at_fault = f"{party.modem.name} is at fault, says the network: {_refusal(answer)}"
        bench.inconclusive(InconcReason.MODEM, f"{name} refused, and {at_fault}")
    bench.require(
        name,
        expected="OK",
        actual="OK" if answer.done else _refusal(answer),
        ok=answer.done,
        blame=codes.of_steering(answer.cause, refused),
    )


def _refusal(answer: Steered) -> str:
    cause = "cause not told" if answer.cause is None else f"cause {answer.cause}"
    code = "ERROR" if answer.code is None else f"+CME ERROR: {answer.code}"
    return f"{code}, {cause}" + (f" ({answer.text})" if answer.text else "")


async def lists(
    bench: Bench,
    phone: Phone,
    expected: Listing,
    *,
    after: str,
    blame: Blame,
    one_row: bool = False,
    flags: bool = True,
    doubt: Callable[[], Awaitable[None]] | None = None,
) -> bool:
    """+CLCC there says so, soon; whether it listed a conference as one call (IMS), where `one_row` allows it.

    `blame`: of calls that are otherwise than they should be; one that is missing was dropped. `flags`:
    whether the flags of a conference count; `doubt`: asked before it is blamed on anybody.
    """
    name, expected = f"calls of {phone.name} {after}", _sorted(expected)
    until = bench.now() + WITHIN_S
    while True:
        entries = await phone.party.modem.calls()
        found = _listing(entries, expected, flags)
        as_one = one_row and found != expected and found == _as_one(expected)
        if found == expected or as_one or bench.now() >= until:
            break
        await asyncio.sleep(LOOK_AGAIN_S)  # no event tells of it: the list itself is what is proved
    actual = _in_words(found) + (" (one row for the conference)" if as_one else "")
    if len(found) < len(expected) and not as_one:
        cut = await _cut(phone)
        if cut is None:
            what = f"{phone.party.modem.name} does not list its calls, nor say that they are over"
            bench.inconclusive(InconcReason.MODEM, f"{name}: {what}")
        actual, blame = f"{actual}: {told(cut)}", DROPPED
    elif len(found) > len(expected) > 0 and _has_a_strangers(phone, entries):
        bench.inconclusive(InconcReason.PEER, f"{name}: {_in_words(found)}, one of them a stranger's")
    elif found != expected and not as_one and doubt is not None:
        await doubt()
    bench.require(
        name,
        expected=_in_words(expected),
        actual=actual,
        ok=found == expected or as_one,
        blame=blame,
    )
    return as_one


async def _cut(phone: Phone) -> Progress | None:
    """How a call ended that must be up, None where none is known to have."""
    for call in phone.calls:
        progress = await call.released(within=0.0)
        if progress.outcome is CallOutcome.RELEASED:
            return progress
    return None


def _has_a_strangers(phone: Phone, entries: Iterable[CallEntry]) -> bool:
    """Whoever rang between a look and the order was taken by it, as a call that waits is (27.007 7.13)."""
    incoming = sum(not entry.outgoing for entry in entries if entry.stat not in _COMING)
    return incoming > sum(not call.outgoing for call in phone.calls)


def _listing(entries: Iterable[CallEntry], expected: Listing, flags: bool) -> Listing:
    """Without strangers, who may ring any phone at any time."""
    awaited = {stat for stat, _ in expected}
    return _sorted(
        (entry.stat, flags and entry.multiparty)
        for entry in entries
        if entry.stat not in _COMING or entry.stat in awaited
    )


def _as_one(listing: Listing) -> Listing:
    """With one row for all that are joined."""
    alone = [row for row in listing if not row[1]]
    return _sorted([*alone, *{row for row in listing if row[1]}])


def _sorted(listing: Iterable[tuple[CallStat, bool]]) -> Listing:
    return tuple(sorted(listing))


def _in_words(listing: Listing) -> str:
    return ", ".join(f"{stat.name.lower()}{' mpty' if mpty else ''}" for stat, mpty in listing) or "none"


async def is_told(bench: Bench, phone: Phone, code: int, *, since: int) -> None:
    """+CSSU came; networks need not deliver it: that is recorded, and accuses nobody."""
    name = f"{phone.name} is told: {_WORDS[code]}"
    notice = await phone.party.modem.events.wait(
        Notified, within=NOTICE_S, since=since, where=lambda event: not event.own and event.code == code
    )
    if notice is None:
        bench.not_checked(name, "no notification was delivered")
    else:
        bench.check(name, expected=code, actual=notice.code)


async def leaves(bench: Bench, party: Party, others: Sequence[Party]) -> None:
    """This party hangs up all its calls; the others' end with them, and none is left anywhere."""
    await party.modem.hang_up_all()
    if await party.modem.calls():
        bench.inconclusive(InconcReason.MODEM, f"{party.modem.name} hung up and still has a call")
    for one in others:
        await lists(bench, Phone(one), NO_CALL, after="at the end", blame=GHOST)
