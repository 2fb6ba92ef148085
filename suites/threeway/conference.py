"""A controller and two others, from the first call to the conference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from interop.engine import Bench
from interop.protocols.modem import CallOutcome, CallStat, Steering
from interop.record import Cause, Layer
from suites.call_steps import Ring, is_answered, rings
from suites.parties import Party
from suites.threeway import steering
from suites.threeway.steering import (
    HELD,
    MULTIPARTY,
    ONE_ACTIVE,
    ONE_HELD,
    RETRIEVED,
    Listing,
    joined,
    lists,
    steers,
)
from suites.threeway.talk import Direction, all_hear, both_ways, listen, nobody_hears

LIVES_S: Final = 5.0
"""how long the other leg must live when one is dropped"""
_NOT_HELD = (Layer.CORE, Cause.HOLD_NOT_APPLIED)
_NOT_JOINED = (Layer.CORE, Cause.CONFERENCE_NOT_JOINED)
_DROPPED = (Layer.CORE, Cause.LEG_DROPPED)
_AFTER_HOLD: Final[Listing] = ((CallStat.ACTIVE, False), (CallStat.HELD, False))


@dataclass
class Conference:
    """`a` controls; `first` and `second`: its calls to `b` and `c`."""

    bench: Bench
    a: Party
    b: Party
    c: Party
    first: Ring
    second: Ring | None = None

    @classmethod
    async def begins(cls, bench: Bench, a: Party, b: Party, c: Party) -> Conference:
        """The first call is up, both ways."""
        await steering.can(bench, a, Steering.SWAP)
        await steering.can(bench, a, Steering.JOIN)
        ring = await rings(bench, a, b)
        await is_answered(bench, ring)
        await listen(bench, (a, b, c))
        return cls(bench, a, b, c, ring)

    async def holds(self) -> None:
        mark = self.b.modem.events.mark()
        await steers(self.bench, self.a, Steering.SWAP, "hold", refused=Cause.HOLD_REFUSED)
        await lists(self.bench, self.a, ONE_HELD, after="on hold", blame=_NOT_HELD)
        await lists(self.bench, self.b, ONE_ACTIVE, after="while held", blame=_DROPPED)
        await steering.is_told(self.bench, self.b, HELD, since=mark)

    async def retrieves(self) -> None:
        mark = self.b.modem.events.mark()
        await steers(self.bench, self.a, Steering.SWAP, "retrieve", refused=Cause.HOLD_REFUSED)
        await lists(self.bench, self.a, ONE_ACTIVE, after="retrieved", blame=_NOT_HELD)
        await steering.is_told(self.bench, self.b, RETRIEVED, since=mark)

    async def calls_the_third(self) -> None:
        self.second = await rings(self.bench, self.a, self.c, second=True)
        await is_answered(self.bench, self.second)
        await lists(self.bench, self.a, _AFTER_HOLD, after="with two calls", blame=_DROPPED)

    async def joins(self) -> None:
        marks = self.b.modem.events.mark(), self.c.modem.events.mark()
        await steers(self.bench, self.a, Steering.JOIN, "join", refused=Cause.CONFERENCE_REFUSED)
        await lists(self.bench, self.a, joined(2), after="joined", blame=_NOT_JOINED, one_row=True)
        for one in (self.b, self.c):
            await lists(self.bench, one, ONE_ACTIVE, after="in the conference", blame=_DROPPED)
        for one, mark in zip((self.b, self.c), marks, strict=True):
            await steering.is_told(self.bench, one, MULTIPARTY, since=mark)

    async def everybody_hears(self) -> None:
        a, b, c = self.a, self.b, self.c
        await all_hear(self.bench, [*both_ways(a, b), *both_ways(a, c), *both_ways(b, c, bridge=a)])

    async def talks_privately(self) -> None:
        """With B; C is held, hears nothing and is not heard."""
        mark = self.c.modem.events.mark()
        await steers(
            self.bench,
            self.a,
            Steering.PRIVATE,
            "private call",
            refused=Cause.CONFERENCE_REFUSED,
            call=self.first.call,
        )
        await steering.is_told(self.bench, self.c, HELD, since=mark)
        await lists(self.bench, self.c, ONE_ACTIVE, after="while held", blame=_DROPPED)
        await all_hear(self.bench, both_ways(self.a, self.b))
        a, b, c = self.a, self.b, self.c
        await nobody_hears(self.bench, [Direction(a, c), Direction(b, c), Direction(c, a), Direction(c, b)])

    async def drops_the_first(self) -> None:
        """B is out; C goes on for a while, and both hear each other."""
        assert self.second is not None
        await self.first.call.hang_up()
        await lists(
            self.bench, self.b, steering.NO_CALL, after="dropped", blame=(Layer.CORE, Cause.GHOST_CALL)
        )
        progress = await self.second.call.released(within=LIVES_S)
        self.bench.require(
            f"the other leg lives {LIVES_S:g} s",
            expected="up",
            actual="up" if progress.outcome is CallOutcome.SILENT else str(progress.outcome),
            ok=progress.outcome is not CallOutcome.RELEASED,
            blame=_DROPPED,
        )
        await all_hear(self.bench, both_ways(self.a, self.c))

    async def ends(self) -> None:
        await steering.nothing_is_left(self.bench, (self.a, self.b, self.c))
