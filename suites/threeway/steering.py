"""What a party does with its calls, and what must be seen of it at every phone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from interop.engine import Bench
from interop.protocols.modem import Call, CallEntry, CallStat, Steered, Steering
from interop.record import Blame, Cause, InconcReason, Layer, codes
from interop.record.events import Notified
from suites.parties import Party

WITHIN_S: Final = 8.0
"""for the calls to be listed as they should be"""
LOOK_AGAIN_S: Final = 1.0
NOTICE_S: Final = 4.0
HELD, RETRIEVED, MULTIPARTY, FORWARDED_HERE = 2, 3, 4, 0
"""<code2> of +CSSU (27.007 7.17)"""
_WORDS: Final = {
    HELD: "on hold",
    RETRIEVED: "retrieved",
    MULTIPARTY: "multiparty",
    FORWARDED_HERE: "forwarded",
}

Listing = tuple[tuple[CallStat, bool], ...]
"""calls as (state, multiparty)"""
ONE_ACTIVE: Final[Listing] = ((CallStat.ACTIVE, False),)
ONE_HELD: Final[Listing] = ((CallStat.HELD, False),)
NO_CALL: Final[Listing] = ()


def joined(parties: int) -> Listing:
    return ((CallStat.ACTIVE, True),) * parties


async def can(bench: Bench, party: Party, what: Steering) -> None:
    """A modem that does not offer it proves nothing about the network."""
    offered = await party.modem.steers()
    if offered and what not in offered:
        bench.inconclusive(InconcReason.DEVICE, f"{party.modem.name}: +CHLD=? has no {what}")


async def steers(
    bench: Bench, party: Party, what: Steering, name: str, *, refused: Cause, call: Call | None = None
) -> None:
    """The network does what the party asks for; what it says proves nothing yet."""
    await can(bench, party, what)
    started = bench.now()
    answer = await party.modem.steer(what, call)
    bench.require(
        name,
        expected="OK",
        actual="OK" if answer.done else _refusal(answer),
        ok=answer.done,
        blame=codes.of_steering(answer.cause, refused),
    )
    bench.measure(f"{name.replace(' ', '_')}_time", bench.now() - started, "s")


def _refusal(answer: Steered) -> str:
    cause = "cause not told" if answer.cause is None else f"cause {answer.cause}"
    code = "ERROR" if answer.code is None else f"+CME ERROR: {answer.code}"
    return f"{code}, {cause}" + (f" ({answer.text})" if answer.text else "")


async def lists(
    bench: Bench, party: Party, expected: Listing, *, after: str, blame: Blame, one_row: bool = False
) -> list[CallEntry]:
    """+CLCC there says so, soon. `one_row`: a conference may be listed as one call (IMS)."""
    name = f"calls of {party.sim.name} {after}"
    until = bench.now() + WITHIN_S
    while True:
        entries = await party.modem.calls()
        found = _listing(entries)
        as_one = one_row and found == joined(1)
        if found == _sorted(expected) or as_one or bench.now() >= until:
            break
        await asyncio.sleep(LOOK_AGAIN_S)  # no event tells of it: the list itself is what is proved
    bench.require(
        name,
        expected=_in_words(_sorted(expected)),
        actual=_in_words(found) + (" (one row for the conference)" if as_one else ""),
        ok=found == _sorted(expected) or as_one,
        blame=blame,
    )
    return entries


def _listing(entries: Iterable[CallEntry]) -> Listing:
    return _sorted((entry.stat, entry.multiparty) for entry in entries)


def _sorted(listing: Iterable[tuple[CallStat, bool]]) -> Listing:
    return tuple(sorted(listing))


def _in_words(listing: Listing) -> str:
    return ", ".join(f"{stat.name.lower()}{' mpty' if mpty else ''}" for stat, mpty in listing) or "none"


async def is_told(bench: Bench, party: Party, code: int, *, since: int) -> None:
    """+CSSU came; networks need not deliver it: that is recorded, and accuses nobody."""
    name = f"{party.sim.name} is told: {_WORDS[code]}"
    notice = await party.modem.events.wait(
        Notified, within=NOTICE_S, since=since, where=lambda event: not event.own and event.code == code
    )
    if notice is None:
        bench.not_checked(name, "no notification was delivered")
    else:
        bench.check(name, expected=code, actual=notice.code)


async def nothing_is_left(bench: Bench, parties: Iterable[Party]) -> None:
    """Everybody hangs up, and no phone lists a call any more."""
    parties = list(parties)
    for one in parties:
        await one.modem.hang_up_all()
    for one in parties:
        await lists(bench, one, NO_CALL, after="at the end", blame=(Layer.CORE, Cause.GHOST_CALL))
