"""Corners of hold, conference and transfer, each by hand; the whole is in test_call_control."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from drivers.emulated.air import ACTIVE, HELD, Hint, Leg, Notice
from interop.engine.clock import run_virtual

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.drivers.emulated.network.conftest import Town

OTHERS = ("cucc-bj", "cmcc-bj", "ctcc-gz", "hna-1700", "suning-1705", "cmcc-gz")


async def answer(here: Town, called: str) -> None:
    here.network.answer(here[called].offers[-1][0])
    await asyncio.sleep(1)


async def connect(here: Town, to: str, caller: str = "mi-1709") -> Leg:
    leg = here[caller].dial(here[to].msisdn)
    await asyncio.sleep(8)
    await answer(here, to)
    return leg


async def ask(what: Callable[..., None], *args: Any) -> int | None:
    answers: list[int | None] = []
    what(*args, answers.append)
    await asyncio.sleep(1)
    [cause] = answers
    return cause


async def conference(here: Town, *parties: str) -> list[Leg]:
    legs: list[Leg] = []
    for party in parties:
        if legs:
            assert await ask(here.network.hold, legs) is None
        legs.append(await connect(here, party))
        if len(legs) > 1:
            assert await ask(here.network.join, here["mi-1709"]) is None
    return legs


@pytest.mark.parametrize(("others", "cause"), [(5, None), (6, 126)])
def test_a_conference_has_five_others_at_most(town: type[Town], others: int, cause: int | None) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a = here["mi-1709"]
        legs = await conference(here, *OTHERS[: others - 1])
        await ask(here.network.hold, legs)
        last = await connect(here, OTHERS[others - 1])
        assert await ask(here.network.join, a) == cause
        assert last.multiparty is (cause is None)
        here.network.tone(here[OTHERS[0]], "7")
        await asyncio.sleep(1)
        hear = [sim for sim, handset in here.handsets.items() if handset.saw("heard") == ["7"]]
        assert sorted(hear) == (sorted(["mi-1709", *OTHERS[1:others]]) if cause is None else [])

    run_virtual(scenario())


def test_a_party_of_one_conference_may_hold_another(town: type[Town]) -> None:
    """B, in A's conference with C, joins D to it from his side: all four speak."""

    async def scenario() -> None:
        here = await town().settle()
        await conference(here, "cucc-bj", "cmcc-bj")
        b = here["cucc-bj"]
        at_b = here.network.legs(b)
        await ask(here.network.hold, at_b)
        await connect(here, "ctcc-gz", "cucc-bj")
        here.network.tone(here["ctcc-gz"], "1")
        await asyncio.sleep(1)
        assert [sim for sim, handset in here.handsets.items() if handset.saw("heard")] == ["cucc-bj"]
        await ask(here.network.join, b)
        here.network.tone(here["ctcc-gz"], "2")
        await asyncio.sleep(1)
        heard = {sim: handset.saw("heard") for sim, handset in here.handsets.items() if handset.saw("heard")}
        assert heard == {"cucc-bj": ["1", "2"], "mi-1709": ["2"], "cmcc-bj": ["2"]}

    run_virtual(scenario())


def test_tones_arrive_in_order(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        await conference(here, "cucc-bj", "cmcc-bj")
        for digit in "0123456789*#ABCD":
            here.network.tone(here["cmcc-bj"], digit)
        await asyncio.sleep(1)
        for sim in ("mi-1709", "cucc-bj"):
            assert "".join(here[sim].saw("heard")) == "0123456789*#ABCD"

    run_virtual(scenario())


def test_nobody_retrieves_while_his_second_call_is_set_up(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        first = await connect(here, "cucc-bj")
        await ask(here.network.hold, [first])
        second = here["mi-1709"].dial(here["cmcc-bj"].msisdn)
        await asyncio.sleep(8)
        assert await ask(here.network.retrieve, [first]) == 17
        await answer(here, "cmcc-bj")
        assert (first.state, second.state) == (HELD, ACTIVE)

    run_virtual(scenario())


def test_a_call_waits_while_it_was_accepted_and_the_held_one_stays_held(town: type[Town]) -> None:
    """Accepting takes a moment, in which the held call is not taken up and nobody else is dialled."""

    async def scenario() -> None:
        here = await town().settle()
        a = here["mi-1709"]
        here.network.set_call_waiting(a, True)
        first = await connect(here, "cucc-bj")
        await ask(here.network.hold, [first])
        here["cmcc-bj"].dial(a.msisdn)
        await asyncio.sleep(8)
        causes: list[int | None] = []
        here.network.retrieve([first], causes.append)
        here.network.answer(a.offers[0][0])
        here.network.dial(a, "10010")
        await asyncio.sleep(1)
        active = [leg for leg in here.network.legs(a) if leg.state == ACTIVE]
        assert len(active) == 1 and causes in ([None], [17]) and a.saw("released") == [101]

    run_virtual(scenario())


def test_a_second_call_needs_hold_at_either_side(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b, c = here["mi-1709"], here["cucc-bj"], here["cmcc-bj"]
        here.network.set_call_waiting(a, True)
        first = a.dial(b.msisdn)
        await asyncio.sleep(8)
        await answer(here, "cucc-bj")
        second = a.dial("10010")
        await asyncio.sleep(1)
        assert a.saw("released") == [101] and here.network.legs(a) == [first] and second.state == 2
        c.dial(a.msisdn)
        await asyncio.sleep(8)
        waiting = a.offers[0][0]
        await answer(here, "mi-1709")
        assert waiting.state == 4 and c.saw("hinted") == [Hint.WAITING], (
            "accepted only when the first is held"
        )
        answers: list[int | None] = []
        here.network.hold([first], answers.append)
        await asyncio.sleep(1)
        await answer(here, "mi-1709")
        assert answers == [None] and (first.state, waiting.state) == (HELD, ACTIVE)
        here.network.hang_up(b.offers[0][0])
        await asyncio.sleep(1)
        assert a.saw("notified") == [Notice.HELD_CALL_RELEASED] and a.saw("released") == [101, 16]

    run_virtual(scenario())


def test_a_call_that_was_transferred_is_not_cut_with_its_first_half(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town("call.dropped@msisdn=18600001234,after=30").settle()
        a, b, c = here["mi-1709"], here["cucc-bj"], here["cmcc-bj"]
        first = a.dial(b.msisdn)
        await asyncio.sleep(8)
        await answer(here, "cucc-bj")
        here.network.hold([first], lambda _: None)
        await asyncio.sleep(1)
        a.dial(c.msisdn)
        await asyncio.sleep(8)
        await answer(here, "cmcc-bj")
        here.network.transfer(a, lambda _: None)
        await asyncio.sleep(60)
        assert a.saw("released") == [16, 16] and b.saw("released") == c.saw("released") == []
        here.network.hang_up(b.offers[0][0])
        await asyncio.sleep(1)
        assert c.saw("released") == [16]

    run_virtual(scenario())


def test_who_transferred_may_hang_up_before_he_is_told(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b, c = here["mi-1709"], here["cucc-bj"], here["cmcc-bj"]
        first = await connect(here, "cucc-bj")
        await ask(here.network.hold, [first])
        await connect(here, "cmcc-bj")

        def hang_up(cause: int | None) -> None:
            assert cause is None
            for leg in here.network.legs(a):
                here.network.hang_up(leg)

        here.network.transfer(a, hang_up)
        await asyncio.sleep(5)
        assert here.network.legs(a) == [] and b.saw("released") == c.saw("released") == []
        here.network.tone(b, "5")
        await asyncio.sleep(1)
        assert c.saw("heard") == ["5"]

    run_virtual(scenario())


def test_what_rings_after_a_transfer_is_not_transferred_again(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        b, c = here["cucc-bj"], here["cmcc-bj"]
        first = await connect(here, "cucc-bj")
        await ask(here.network.hold, [first])
        here["mi-1709"].dial(c.msisdn)
        await asyncio.sleep(8)
        assert await ask(here.network.transfer, here["mi-1709"]) is None
        assert b.saw("notified") == [Notice.HELD, Notice.TRANSFER_ALERTING]
        [left] = here.network.legs(b)
        await ask(here.network.hold, [left])
        await connect(here, "ctcc-gz", "cucc-bj")
        assert await ask(here.network.transfer, b) == 17
        await asyncio.sleep(60)
        assert c.saw("released") == [16] and b.saw("released") == [19], "it does not ring for ever"
        assert b.saw("notified")[-1] is Notice.HELD_CALL_RELEASED

    run_virtual(scenario())
