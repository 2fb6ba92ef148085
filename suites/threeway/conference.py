"""A controller and the others, from the first call to the conference and to its end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

from interop.engine import Bench
from interop.protocols.modem import Call, CallOutcome, CallStat, Steering
from interop.record import Blame, Cause, InconcReason, Layer
from suites.call_steps import Ring, is_answered, rings, tells, told
from suites.parties import Party
from suites.threeway import steering
from suites.threeway.steering import (
    ACTIVE_AND_HELD,
    HELD,
    MULTIPARTY,
    NO_CALL,
    NOT_HELD,
    ONE_ACTIVE,
    ONE_HELD,
    RETRIEVED,
    TRANSFERRED,
    Listing,
    Phone,
    joined,
    lists,
    steers,
)
from suites.threeway.talk import HEARD_S, Direction, Talk, both_ways

LIVES_S: Final = 5.0
"""how long a call must stay up by itself before it is steered, and the other leg when one is dropped"""
NOT_JOINED: Final[Blame] = (Layer.CORE, Cause.CONFERENCE_NOT_JOINED)
_CUT: Final[Blame] = (Layer.CORE, Cause.CALL_DROPPED)


class Conference:
    """`a` controls; `rings`: its calls that are up, by whom they are with, in order of their set-up."""

    def __init__(self, bench: Bench, a: Party) -> None:
        self.bench = bench
        self.a = a
        self.talk = Talk(bench)
        self.rings: dict[str, Ring] = {}
        self.as_one = False
        """the controller's modem lists all as one call, and none of them can be named to it"""
        self._began = 0.0

    @classmethod
    async def of_three(cls, bench: Bench, a: Party, b: Party, c: Party) -> Conference:
        """Two calls joined: everybody hears everybody."""
        for what in (Steering.SWAP, Steering.JOIN):
            await steering.can(bench, a, what)
        conference = await cls.of_two_calls(bench, a, b, c)
        await conference.joins()
        await conference.everybody_hears()
        return conference

    @classmethod
    async def of_two_calls(cls, bench: Bench, a: Party, b: Party, c: Party) -> Conference:
        """The first is held while the second is set up; not yet joined."""
        conference = cls(bench, a)
        await conference.calls(b)
        await conference.holds()
        await conference.adds(c)
        return conference

    @property
    def others(self) -> list[Party]:
        return [ring.called for ring in self.rings.values()]

    @property
    def controller(self) -> Phone:
        return Phone(self.a, tuple(ring.call for ring in self.rings.values()))

    def phone(self, party: Party) -> Phone:
        return Phone(party, (self.rings[party.sim.name].offer.call,))

    def call_to(self, party: Party) -> Call:
        return self.rings[party.sim.name].call

    # Calls

    async def calls(self, party: Party) -> None:
        """The first call, or one more while what was active is held: answered, both hear each other."""
        first = not self.rings
        ring = await rings(self.bench, self.a, party, in_call=not first)
        await is_answered(self.bench, ring)
        self.rings[party.sim.name] = ring
        if first:
            await self._lasts(ring, _CUT, f"stays up {LIVES_S:g} s")
        await self.hear(both_ways(self.a, party), "in a call")

    async def _lasts(self, ring: Ring, blame: Blame, name: str) -> None:
        """The call is still up after a while, as far as the controller's modem knows."""
        progress = await ring.call.released(within=LIVES_S)
        if progress.outcome is CallOutcome.UNKNOWN:
            tells(self.bench, self.a, progress)
        up = progress.outcome is not CallOutcome.RELEASED
        self.bench.require(name, expected="up", actual="up" if up else told(progress), ok=up, blame=blame)

    async def holds(self, *, joined_calls: bool = False) -> None:
        """What is active, a call or the whole conference; nobody hears anybody of it."""
        held = joined(len(self.rings), CallStat.HELD) if joined_calls else ONE_HELD
        await self._swaps("hold", held, HELD, joined_calls)
        a, others = self.a, self.others
        await self.talk.nobody_hears([one for other in others for one in both_ways(a, other)], "while held")

    async def retrieves(self, *, joined_calls: bool = False) -> None:
        active = joined(len(self.rings)) if joined_calls else ONE_ACTIVE
        await self._swaps("retrieve", active, RETRIEVED, joined_calls)

    async def _swaps(self, name: str, expected: Listing, notice: int, joined_calls: bool) -> None:
        marks = self._marks()
        started = self.bench.now()
        await self._steers(Steering.SWAP, name, Cause.HOLD_REFUSED)
        after = "on hold" if name == "hold" else "retrieved"
        await lists(self.bench, self.controller, expected, after=after, blame=NOT_HELD, one_row=joined_calls)
        self.bench.measure(f"{name}_time", self.bench.now() - started, "s")
        await self.all_up("while held" if name == "hold" else "retrieved")
        await self._are_told(notice, marks)

    async def adds(self, party: Party) -> None:
        """One more call, what was active being held meanwhile, and not hearing what is said."""
        before = self.others
        await self.calls(party)
        held: Listing = ONE_HELD if len(before) == 1 else joined(len(before), CallStat.HELD)
        await lists(
            self.bench,
            self.controller,
            (*ONE_ACTIVE, *held),
            after=f"with {len(before) + 1} calls",
            blame=NOT_HELD,
            one_row=self.as_one,
        )
        a = self.a
        await self.talk.nobody_hears([Direction(a, one) for one in before], f"with {len(before) + 1} calls")
        await self.are_still_up()

    async def joins(self, name: str = "join") -> None:
        """All are one conference, at every phone."""
        marks = self._marks()
        started = self.bench.now()
        await self._steers(Steering.JOIN, name, Cause.CONFERENCE_REFUSED)
        self.as_one = await lists(
            self.bench,
            self.controller,
            joined(len(self.rings)),
            after=f"after {name}",
            blame=NOT_JOINED,
            one_row=True,
            doubt=self._they_hear_each_other,
        )
        await self.all_up("in the conference")
        self.bench.measure(f"{name.replace(' ', '_')}_time", self.bench.now() - started, "s")
        self._began = self._began or started
        await self._are_told(MULTIPARTY, marks)

    async def _they_hear_each_other(self) -> None:
        """Then they are one conference, whatever the controller's modem lists."""
        for pair in combinations(self.others, 2):
            for direction in both_ways(*pair, bridge=self.a):
                if await self.talk.is_heard(direction, HEARD_S):
                    name = self.a.modem.name
                    self.bench.inconclusive(
                        InconcReason.MODEM, f"{direction}, and {name} lists no conference"
                    )

    # Who hears whom

    async def everybody_hears(self, when: str = "in the conference") -> None:
        """Every direction of the conference: six of three parties, twelve of four. Where nobody at all was
        heard, because of detectors or of IMS, nothing is proved.
        """
        pairs = combinations((self.a, *self.others), 2)
        if not await self.hear([one for pair in pairs for one in both_ways(*pair, bridge=self.a)], when):
            self.bench.inconclusive(InconcReason.DEVICE, f"no tone could be looked for {when}")

    async def hear(self, directions: Sequence[Direction], when: str) -> int:
        return await self.talk.all_hear(directions, when, self.are_still_up)

    async def all_up(self, when: str) -> None:
        """Every other phone has its call, and that one only: its own leg is held or joined by nobody else."""
        for one in self.others:
            await lists(self.bench, self.phone(one), ONE_ACTIVE, after=when, blame=steering.DROPPED)

    async def are_still_up(self) -> None:
        """No call was cut off before its planned end; says nothing where it is so."""
        for one in self.others:
            call = self.rings[one.sim.name].call
            progress = await call.released(within=0.0)
            if progress.outcome is CallOutcome.RELEASED:
                self.bench.require(
                    "no call is cut off",
                    expected="up",
                    actual=told(progress),
                    ok=False,
                    blame=steering.DROPPED,
                )

    # Privately

    async def talks_privately(self, party: Party) -> bool:
        """With one party; the other is held and hears nothing. False where that cannot be tried."""
        if self.as_one:
            self.bench.not_checked("private call", "the modem lists the conference as one call")
            return False
        (other,) = (one for one in self.others if one is not party)
        marks = self._marks()
        await self._steers(Steering.PRIVATE, "private call", Cause.CONFERENCE_REFUSED, self.call_to(party))
        # of a conference with one left the flag goes (22.084), or networks leave it
        await lists(
            self.bench, self.controller, ACTIVE_AND_HELD, after="in private", blame=NOT_HELD, flags=False
        )
        await steering.is_told(self.bench, self.phone(other), HELD, since=marks[other.sim.name])
        await self.all_up("while two talk privately")
        a = self.a
        await self.hear(both_ways(a, party), "in private")
        await self.talk.nobody_hears([*both_ways(a, other), *both_ways(party, other)], "in private")
        await self.are_still_up()
        return True

    # The end

    async def lives(self) -> None:
        """A while by itself; no call of it is cut off."""
        *_, last = self.rings.values()
        await self._lasts(last, steering.DROPPED, f"the conference lives {LIVES_S:g} s")
        await self.are_still_up()

    async def drops(self, party: Party) -> None:
        """One is out; with the others it goes on, and they hear each other."""
        ring = self.rings.pop(party.sim.name)
        if self.as_one:
            await party.modem.hang_up_all()
        else:
            await ring.call.hang_up()
        await lists(self.bench, Phone(party), NO_CALL, after="dropped", blame=steering.GHOST)
        for other in self.rings.values():
            await self._lasts(other, steering.DROPPED, f"the other leg lives {LIVES_S:g} s")
        await lists(
            self.bench,
            self.controller,
            ONE_ACTIVE,
            after="after one was dropped",
            blame=NOT_JOINED,
            flags=False,
        )
        await self.all_up("after one was dropped")
        left = [one for other in self.others for one in both_ways(self.a, other)]
        await self.hear(left, "after one was dropped")

    async def transfers(self) -> None:
        """The controller leaves, the two others go on and hear each other."""
        b, c = self.others
        marks = self._marks()
        await self._steers(Steering.TRANSFER, "transfer", Cause.TRANSFER_REFUSED)
        blame = (Layer.CORE, Cause.TRANSFER_REFUSED)
        await lists(self.bench, Phone(self.a), NO_CALL, after="after the transfer", blame=blame)
        await self.all_up("after the transfer")
        await self._are_told(TRANSFERRED, marks)
        await self.talk.all_hear(
            both_ways(b, c), "after the transfer", lambda: self.all_up("in the transferred call")
        )
        await self.rings[b.sim.name].offer.call.released(within=LIVES_S)
        await self.all_up(f"{LIVES_S:g} s later")
        self.talk.ends()

    async def ends(self) -> None:
        """The controller leaves; every call is over."""
        self.talk.ends()
        if self._began:
            self.bench.measure("conference_time", self.bench.now() - self._began, "s")
        await steering.leaves(self.bench, self.a, self.others)

    async def _steers(self, what: Steering, name: str, refused: Cause, call: Call | None = None) -> None:
        await steers(self.bench, self.controller, what, name, refused=refused, call=call)

    def _marks(self) -> dict[str, int]:
        return {one.sim.name: one.modem.events.mark() for one in self.others}

    async def _are_told(self, notice: int, marks: dict[str, int]) -> None:
        for one in self.others:
            await steering.is_told(self.bench, self.phone(one), notice, since=marks[one.sim.name])
