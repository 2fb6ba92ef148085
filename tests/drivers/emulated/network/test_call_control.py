"""Call control against a naive account of it: who is in which state, is told what, and hears whom."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from interop.engine.clock import VirtualLoop

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.emulated.air import Leg
    from tests.drivers.emulated.network.conftest import Town

T = TypeVar("T")

PARTIES = ("mi-1709", "snail-1718", "hna-1700", "suning-1705", "cmcc-bj", "cmcc-gz", "cucc-bj", "ctcc-gz")
ACTIVE, HELD, ALERTING, INCOMING = 0, 1, 3, 4
WHO = st.sampled_from((*PARTIES, *PARTIES[:1] * 6, *PARTIES[1:2] * 3))
"""some more than others, or no conference grows"""
NTH = st.integers(0, 6)


@dataclass(eq=False)
class Side:
    party: str
    state: int
    leg: Leg
    began: float
    other: Side
    joined: bool = False


class Account:
    """What a subscriber would say of it, from 22.082 to 22.091: lists, no timers."""

    def __init__(self) -> None:
        self.sides: dict[str, list[Side]] = {party: [] for party in PARTIES}
        self.waiting = dict.fromkeys(PARTIES, False)
        self.told: dict[str, list[tuple[str, int]]] = {party: [] for party in PARTIES}

    def those(self, party: str, *states: int) -> list[Side]:
        return [side for side in self.sides[party] if side.state in states]

    def occupied(self, party: str) -> bool:
        return bool(self.those(party, ACTIVE, ALERTING))

    def busy(self, party: str) -> bool:
        if not self.waiting[party]:
            return bool(self.sides[party])
        return bool(self.those(party, ALERTING, INCOMING))

    def tell(self, side: Side, *notices: int) -> None:
        self.told[side.party] += [("notified", notice) for notice in notices]

    def remove(self, side: Side) -> None:
        rest = self.sides[side.party]
        rest.remove(side)
        joined = [other for other in rest if other.joined]
        if len(joined) == 1:
            joined[0].joined = False

    def end(self, side: Side, cause: int) -> None:
        """The network tells `side` that it is over."""
        self.remove(side)
        if side.state == HELD and self.those(side.party, ACTIVE):
            self.tell(side, 5)
        self.told[side.party].append(("released", cause))

    def hold(self, sides: list[Side]) -> None:
        for side in sides:
            side.state = HELD
            self.tell(side.other, 2)

    def hear(self) -> set[tuple[str, str]]:
        """Transitive closure over all sides: to the far side, and across a conference."""
        sides = [side for some in self.sides.values() for side in some]
        reach = {
            (a, b): (a.other is b and a.state == b.state == ACTIVE)
            or (a is not b and a.party == b.party and a.joined and b.joined and a.state == b.state == ACTIVE)
            for a, b in product(sides, sides)
        }
        for k, a, b in product(sides, sides, sides):
            reach[a, b] = reach[a, b] or (reach[a, k] and reach[k, b])
        return {
            (a.party, b.party)
            for a, b in product(sides, sides)
            if a.party != b.party and reach[a, b] and a.state == b.state == ACTIVE
        }


class Machine(RuleBasedStateMachine):
    """Every rule acts on both and waits until the network has come to rest."""

    def __init__(self, town: type[Town], lab: Any) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.failures: list[Any] = []
        self.loop.set_exception_handler(lambda _, context: self.failures.append(context))
        self.here = self.loop.run_until_complete(self._start(town, lab))
        self.account = Account()
        self.done: list[int | None] = []

    async def _start(self, town: type[Town], lab: Any) -> Town:
        return await town(lab=lab).settle()

    def teardown(self) -> None:
        for party in PARTIES:
            for leg in self.here.network.legs(self.here[party]):
                self.act(self.here.network.hang_up, leg, rest=0)
        self.act(lambda: None, rest=2)
        assert all(self.here.network.legs(self.here[party]) == [] for party in PARTIES), "a ghost call"
        self.act(lambda: None, rest=100)
        assert not self.failures
        self.loop.close()

    def act(self, what: Callable[..., T], *args: Any, rest: float = 1) -> T:
        """Ask the network for something and wait until it has done it."""

        async def acted() -> T:
            returned = what(*args)
            await asyncio.sleep(rest)
            return returned

        return self.loop.run_until_complete(acted())

    def expect(self, cause: int | None) -> None:
        assert self.done == [cause]
        self.done.clear()

    def pick(self, party: str, nth: int) -> Side | None:
        sides = self.account.sides[party]
        return sides[nth % len(sides)] if sides else None

    @rule(who=WHO, on=st.booleans())
    def switch_waiting(self, who: str, on: bool) -> None:
        assert self.act(self.here.network.set_call_waiting, self.here[who], on) is None
        self.account.waiting[who] = on

    @rule(caller=WHO, called=WHO, answers=st.booleans())
    def dial(self, caller: str, called: str, answers: bool) -> None:
        self.nothing_rings_too_long()
        account, a, b = self.account, self.here[caller], self.here[called]
        occupied, now = account.occupied(caller), self.loop.time()
        leg = self.act(a.dial, b.msisdn, rest=8)
        if occupied:
            account.told[caller].append(("released", 101))
        elif caller == called or account.busy(called):
            account.told[caller].append(("released", 17))
        else:
            if account.sides[called]:
                account.told[caller].append(("hinted", 3))
            side = Side(caller, ALERTING, leg, now, None)  # type: ignore[arg-type]
            side.other = Side(called, INCOMING, b.offers[-1][0], now, side)
            account.sides[caller].append(side)
            account.sides[called].append(side.other)
            if answers:
                self.answer(called)

    @rule(
        who=WHO,
        called=st.lists(st.sampled_from(PARTIES), min_size=2, max_size=7, unique=True),
        joins=st.booleans(),
    )
    def fetch(self, who: str, called: list[str], joins: bool) -> None:
        """As people make conferences: hold, call one more, join."""
        for party in called:
            if self.account.those(who, ACTIVE) and self.account.those(who, HELD):
                self.join(who)
            else:
                self.hold(who)
            self.dial(who, party, True)
        if joins:
            self.join(who)

    @rule(who=WHO, called=WHO)
    def come_back(self, who: str, called: str) -> None:
        """To who is held, while the other does not answer; then that one does."""
        self.hold(who)
        self.dial(who, called, False)
        self.retrieve(who)
        self.answer(called)

    @rule(who=WHO, called=WHO, answers=st.booleans())
    def hand_over(self, who: str, called: str, answers: bool) -> None:
        self.hold(who)
        self.dial(who, called, answers)
        self.transfer(who)

    @rule(who=WHO)
    def answer(self, who: str) -> None:
        for side in self.account.those(who, INCOMING):
            self.act(self.here.network.answer, side.leg)
            if not self.account.occupied(who):
                if side.other.state != ALERTING:
                    self.account.tell(side.other, 8)
                else:
                    side.other.state = ACTIVE
                side.state = ACTIVE

    @rule(who=WHO, nth=NTH)
    def hang_up(self, who: str, nth: int) -> None:
        if side := self.pick(who, nth):
            self.act(self.here.network.hang_up, side.leg)
            self.account.remove(side)
            self.account.end(side.other, 21 if side.state == INCOMING else 16)

    @rule(who=WHO)
    def hold(self, who: str) -> None:
        if active := self.account.those(who, ACTIVE):
            self.act(self.here.network.hold, [side.leg for side in active], self.done.append)
            refused = 17 if self.account.those(who, HELD) else None
            self.expect(refused)
            if refused is None:
                self.account.hold(active)

    @rule(who=WHO)
    def retrieve(self, who: str) -> None:
        """With another call active it is an exchange."""
        if held := self.account.those(who, HELD):
            self.act(self.here.network.retrieve, [side.leg for side in held], self.done.append)
            active = self.account.those(who, ACTIVE)
            refused = 17 if not active and self.account.those(who, ALERTING) else None
            self.expect(refused)
            if refused is None:
                for side in held:
                    side.state = ACTIVE
                    self.account.tell(side.other, 3)
                self.account.hold(active)

    @rule(who=WHO)
    def join(self, who: str) -> None:
        self.act(self.here.network.join, self.here[who], self.done.append)
        active, held = self.account.those(who, ACTIVE), self.account.those(who, HELD)
        if not active or not held:
            return self.expect(17)
        if len(active) + len(held) > 5:
            return self.expect(126)
        self.expect(None)
        for side in active + held:
            self.account.tell(side.other, *((3, 4) if side in held else (4,)))
            side.state, side.joined = ACTIVE, True
        return None

    @rule(who=WHO, nth=NTH)
    def split(self, who: str, nth: int) -> None:
        side = self.pick(who, nth)
        if side is None:
            return
        self.act(self.here.network.split, side.leg, self.done.append)
        if side.state != ACTIVE or not side.joined or self.account.those(who, HELD):
            return self.expect(17)
        self.expect(None)
        others = [other for other in self.account.those(who, ACTIVE) if other is not side]
        side.joined = False
        for other in others:
            other.joined = len(others) > 1
        self.account.hold(others)

    @rule(nth=NTH, again=st.booleans())
    def private(self, nth: int, again: bool) -> None:
        """Whoever has a conference talks to one alone, and perhaps with all again."""
        for who in PARTIES:
            if any(side.joined for side in self.account.those(who, ACTIVE)):
                self.split(who, nth)
                self.all_agree()
                self.each_hears_whom_it_should()
                if again:
                    self.join(who)

    @rule(who=WHO)
    def transfer(self, who: str) -> None:
        self.act(self.here.network.transfer, self.here[who], self.done.append)
        held, others = self.account.those(who, HELD), self.account.those(who, ACTIVE, ALERTING)
        if len(held) != 1 or len(others) != 1 or held[0].other.party == others[0].other.party:
            return self.expect(17)
        ringing = [side for side in held + others if side.other.state == INCOMING]
        if ringing not in ([], [side for side in others if side.state == ALERTING]):
            return self.expect(17)
        self.expect(None)
        b, c = held[0].other, others[0].other
        b.other, c.other = c, b
        self.account.told[who] += [("released", 16)] * 2
        self.account.remove(held[0])
        self.account.remove(others[0])
        if others[0].state == ACTIVE:
            self.account.tell(b, 8)
            self.account.tell(c, 8)
        else:
            self.account.tell(b, 7)
        return None

    @invariant()
    def all_agree(self) -> None:
        for party in PARTIES:
            handset, sides = self.here[party], self.account.sides[party]
            legs = self.here.network.legs(handset)
            assert [(leg.state, leg.multiparty) for leg in legs] == [(s.state, s.joined) for s in sides]
            assert all(
                leg is side.leg and leg.far is side.other.leg for leg, side in zip(legs, sides, strict=True)
            )
            told = [
                (kind, int(what))
                for _, kind, what in handset.log
                if kind in ("released", "notified", "hinted")
            ]
            assert sorted(told) == sorted(self.account.told[party]), (party, told, self.account.told[party])
            handset.log.clear()
            self.account.told[party].clear()
        assert not self.failures

    @invariant()
    def each_hears_whom_it_should(self) -> None:
        for party, digit in zip(PARTIES, "12345678", strict=True):
            self.act(self.here.network.tone, self.here[party], digit, rest=0)
        self.act(lambda: None)
        heard = {
            (PARTIES[int(digit) - 1], party) for party in PARTIES for digit in self.here[party].saw("heard")
        }
        assert heard == self.account.hear()
        assert all(len(self.here[party].saw("heard")) <= len(PARTIES) - 1 for party in PARTIES), "an echo"
        for party in PARTIES:
            self.here[party].log.clear()

    @invariant()
    def nothing_rings_too_long(self) -> None:
        for party in PARTIES:
            for side in self.account.those(party, ALERTING, INCOMING):
                if self.loop.time() - side.began > 40 and side in self.account.sides[party]:
                    self.act(self.here.network.hang_up, side.leg)
                    self.account.remove(side)
                    self.account.end(side.other, 21 if side.state == INCOMING else 16)


def test_call_control_is_as_a_naive_account_of_it_says(town: type[Town]) -> None:
    lab = town.read()

    class Here(Machine):
        def __init__(self) -> None:
            super().__init__(town, lab)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=120,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
