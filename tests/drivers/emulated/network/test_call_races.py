"""Whatever handsets do, however fast and with whatever defect: the calls of the network stay calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.emulated.air import ACTIVE, HELD, INCOMING, Forward, Forwarding
from drivers.emulated.defect_kinds import KINDS
from interop.engine.clock import run_virtual

if TYPE_CHECKING:
    from tests.drivers.emulated.network.conftest import Handset, Town

PARTIES = ("mi-1709", "snail-1718", "hna-1700", "cmcc-bj", "cucc-bj")
CONTROL = ("hold", "retrieve", "mpty", "media", "notices", "transfer", "waiting", "forwarding", "call")
DEFECTS = [name for name in KINDS if name.split(".")[0] in CONTROL and name != "call.barred"]
ACTS = (
    "call", "call", "second", "second", "dial", "dial", "answer", "answer", "answer", "hang up", "refuse",
    "hold", "hold", "retrieve", "join", "join", "split", "transfer", "deflect", "forward", "waiting",
    "waiting", "power", "tone", "nothing",
)  # fmt: skip

Act = tuple[str, str, str, int, float]
ACT = st.tuples(
    st.sampled_from(ACTS),
    st.sampled_from(PARTIES),
    st.sampled_from(PARTIES),
    st.integers(0, 3),
    st.sampled_from([0.0, 0.0, 0.05, 0.1, 0.3, 1.0, 8.0]),
)


class Observer:
    """Does acts, each answer of the network counted."""

    def __init__(self, here: Town) -> None:
        self.here = here
        self.asked = 0
        self.answers: list[int | None] = []

    def do(self, act: str, who: str, other: str, nth: int) -> None:
        network, handset = self.here.network, self.here[who]
        number = self.here[other].msisdn
        legs = network.legs(handset)
        states = {state: [leg for leg in legs if leg.state == state] for state in range(5)}
        leg = legs[nth % len(legs)] if legs else None
        before = self.asked
        self.asked += 1
        match act:
            case "join" | "transfer":
                getattr(network, act)(handset, self.answers.append)
            case "forward":
                to = Forwarding(number, 5) if nth else None
                network.set_forwarding(handset, Forward(nth), to, self.answers.append)
            case "hold" if states[ACTIVE]:
                network.hold(states[ACTIVE], self.answers.append)
            case "retrieve" if states[HELD]:
                network.retrieve(states[HELD], self.answers.append)
            case "split" if leg:
                network.split(leg, self.answers.append)
            case "deflect" if leg:
                network.deflect(leg, number, self.answers.append)
            case _:
                self.asked = before
                self._plain(act, handset, number, nth)

    def _plain(self, act: str, handset: Handset, number: str, nth: int) -> None:
        network = self.here.network
        legs = network.legs(handset)
        match act:
            case "dial":
                handset.dial(number, clir=nth == 3)
            case "answer":
                for leg in legs:
                    network.answer(leg)
            case "hang up" if legs:
                network.hang_up(legs[nth % len(legs)])
            case "refuse":
                for leg in legs:
                    if leg.state == INCOMING:
                        network.hang_up(leg, 17)
            case "waiting":
                network.set_call_waiting(handset, nth > 0)
            case "power":
                network.power_off(handset)
                network.power_on(handset, volte=True)
            case "tone":
                network.tone(handset, "5")

    def check(self) -> None:
        for party in PARTIES:
            legs = self.here.network.legs(self.here[party])
            active = [leg for leg in legs if leg.state == ACTIVE]
            held = [leg for leg in legs if leg.state == HELD]
            for group in (active, held):
                assert len(group) <= 1 or all(leg.multiparty for leg in group)
                assert len(group) <= 5
            joined = [leg for leg in legs if leg.multiparty]
            assert len(joined) != 1 and joined in ([], active, held)
            for leg in legs:
                assert leg.terminal is self.here[party]
                if leg.far is not None and leg.far in self.here.network.legs(leg.far.terminal):
                    assert leg.far.far is leg, "a leg without its peer"

    async def hears(self) -> set[tuple[str, str]]:
        for handset in self.here.handsets.values():
            handset.log.clear()
        for digit, party in enumerate(PARTIES):
            self.here.network.tone(self.here[party], str(digit))
        await asyncio.sleep(0.5)
        return {(PARTIES[int(digit)], party) for party in PARTIES for digit in self.here[party].saw("heard")}


async def scenario(here: Town, acts: list[Act], defect: str | None) -> None:
    observer = Observer(await here.settle())
    for act, who, other, nth, pause in acts:
        if act == "second":
            observer.do("hold", who, other, nth)
            await asyncio.sleep(0.5)
        observer.do("dial" if act in ("call", "second") else act, who, other, nth)
        observer.check()
        if act in ("call", "second"):
            await asyncio.sleep(7)
            observer.do("answer", other, who, nth)
        await asyncio.sleep(pause)
        observer.check()
    await asyncio.sleep(1)
    heard = await observer.hears()
    if defect is None or not defect.startswith(("media.", "hold.not_applied")):
        assert heard == {(b, a) for a, b in heard}, "speech goes both ways or none"
    for party in PARTIES:
        for when in Forward:
            here.network.hlr.set_forwarding(here[party].imsi, when, None)
        for leg in here.network.legs(here[party]):
            here.network.hang_up(leg)
    await asyncio.sleep(11)
    for party in PARTIES:  # whom a call was still on its way to
        for leg in here.network.legs(here[party]):
            here.network.hang_up(leg)
    await asyncio.sleep(1)
    assert all(not here.network.legs(here[party]) for party in PARTIES), "a ghost call"
    assert len(observer.answers) == observer.asked, "each request is answered once"


@pytest.mark.parametrize("defect", [None, *DEFECTS])
def test_calls_stay_calls(town: type[Town], defect: str | None) -> None:
    lab = town.read()

    @given(st.lists(ACT, min_size=20, max_size=60))
    @settings(max_examples=200 if defect is None else 8, deadline=None, derandomize=True, database=None)
    def races(acts: list[Act]) -> None:
        errors: list[Any] = []

        async def watched() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
            await scenario(town(*filter(None, [defect]), lab=lab), acts, defect)

        run_virtual(watched())
        assert not errors

    races()
