"""Calls without defects: who rings, with which number, and how each kind of end is told to both sides."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from drivers.emulated.air import ACTIVE, ALERTING
from interop.engine.clock import run_virtual

if TYPE_CHECKING:
    from tests.drivers.emulated.network.conftest import Handset, Town


def test_a_call_rings_is_answered_and_ends(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cmcc-bj"]
        leg = a.dial(b.msisdn)
        assert here.network.legs(a) == [leg] and leg.state == 2
        await asyncio.sleep(10)
        assert a.saw("progressed") == [3] and len(b.offers) == 1
        assert b.when("offered") <= a.when("progressed")
        incoming = b.offers[0][0]
        assert incoming.state == 4 and incoming.far is leg and leg.far is incoming
        here.network.answer(incoming)
        await asyncio.sleep(1)
        assert a.saw("progressed") == [3, 0] and b.saw("progressed") == [0]
        here.network.hang_up(incoming)
        await asyncio.sleep(1)
        assert a.saw("released") == [16] and b.saw("released") == []
        assert here.network.legs(a) == here.network.legs(b) == []

    run_virtual(scenario())


@pytest.mark.parametrize(
    "dialled",
    ["13900001234", "+8613900001234", "8613900001234", "008613900001234", "1795113900001234", "013900001234"],
)
def test_a_number_may_be_dialled_in_any_of_its_forms(town: type[Town], dialled: str) -> None:
    async def scenario() -> None:
        here = await town().settle()
        here["mi-1709"].dial(dialled)
        await asyncio.sleep(10)
        assert len(here["cmcc-bj"].offers) == 1

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("caller", "called", "shown"),
    [
        ("mi-1709", "cmcc-bj", ("+8617090001234", 145, 0)),
        ("mi-1709", "cucc-bj", ("17090001234", 129, 0)),
        ("ctcc-gz", "hna-1700", ("18900001234", 129, 0)),
        ("ctcc-gz", "mi-1709", ("+8618900001234", 145, 0)),
    ],
)
def test_caller_identity_is_national_at_home_and_international_between(
    town: type[Town], caller: str, called: str, shown: tuple[Any, ...]
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        await here.call(caller, called)
        cli = here[called].offers[0][1]
        assert (cli.number, cli.toa, cli.validity) == shown

    run_virtual(scenario())


def test_a_withheld_number_is_withheld(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        here["mi-1709"].dial("13900001234", clir=True)
        await asyncio.sleep(10)
        cli = here["cmcc-bj"].offers[0][1]
        assert (cli.number, cli.validity) == ("", 1)

    run_virtual(scenario())


def test_set_up_takes_longer_between_networks(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        for called, low, high in (("cucc-bj", 2, 5), ("cmcc-bj", 3, 7)):
            dialled = asyncio.get_running_loop().time()
            leg = here["mi-1709"].dial(here[called].msisdn)
            await asyncio.sleep(10)
            assert low <= here[called].when("offered") - dialled <= high
            here.network.hang_up(leg)
            await asyncio.sleep(1)

    run_virtual(scenario())


def _busy(here: Town) -> None:
    here["cucc-bj"].dial("10010")


def _off(here: Town) -> None:
    here.network.power_off(here["cucc-bj"])


def _refuses(here: Town) -> None:
    here["cucc-bj"].refuses = 16


def _refuses_as_busy(here: Town) -> None:
    here["cucc-bj"].refuses = 17


def _nothing(_here: Town) -> None: ...


@pytest.mark.parametrize(
    ("before", "dialled", "cause"),
    [
        (_busy, "18600001234", 17),
        (_off, "18600001234", 20),
        (_refuses, "18600001234", 21),
        (_refuses_as_busy, "18600001234", 17),
        (_nothing, "18600001234", 19),
        (_nothing, "18699999999", 1),
        (_nothing, "10099", 1),
        (_nothing, "10022", 1),
        (_nothing, "01088880000", 1),
        (_nothing, "1", 28),
        (_nothing, "*21#", 28),
        (_nothing, "17090001234", 17),
    ],
)
def test_release_causes(town: type[Town], before: Any, dialled: str, cause: int) -> None:
    async def scenario() -> None:
        here = await town().settle()
        before(here)
        here["mi-1709"].dial(dialled)
        await asyncio.sleep(100)
        assert here["mi-1709"].saw("released") == [cause]
        assert here.network.legs(here["mi-1709"]) == []
        assert here["cucc-bj"].saw("released") == ([16] if cause == 19 else [])

    run_virtual(scenario())


def test_nobody_rings_for_ever(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        here["mi-1709"].dial("18600001234")
        await asyncio.sleep(100)
        a, b = here["mi-1709"], here["cucc-bj"]
        assert a.when("released") - a.when("progressed") == pytest.approx(60)
        assert here.network.legs(b) == []

    run_virtual(scenario())


def test_a_caller_may_give_up_before_and_while_it_rings(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cucc-bj"]
        here.network.hang_up(a.dial(b.msisdn))
        await asyncio.sleep(10)
        assert b.offers == [] and a.saw("released") == []
        leg = a.dial(b.msisdn)
        await asyncio.sleep(10)
        here.network.hang_up(leg)
        await asyncio.sleep(1)
        assert b.saw("released") == [16] and here.network.legs(b) == []

    run_virtual(scenario())


def test_switching_off_ends_the_call_at_the_other_side(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cucc-bj"]
        a.dial(b.msisdn)
        await asyncio.sleep(10)
        here.network.answer(b.offers[0][0])
        await asyncio.sleep(1)
        here.network.power_off(b)
        await asyncio.sleep(1)
        assert a.saw("released") == [16] and here.network.legs(a) == []

    run_virtual(scenario())


@pytest.mark.parametrize("number", ["10086", "10010", "10000", "10046", "110", "112"])
def test_services_answer_and_stay_until_hung_up(town: type[Town], number: str) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a = here["mi-1709"]
        leg = a.dial(number)
        await asyncio.sleep(300)
        assert a.saw("progressed") == [3, 0] and a.saw("released") == []
        here.network.hang_up(leg)
        assert here.network.legs(a) == []

    run_virtual(scenario())


def test_a_call_refused_at_once_never_rings_for_the_caller(
    town: type[Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cmcc-bj"]
        monkeypatch.setattr(b, "offered", lambda leg, _cli: here.network.hang_up(leg, 17))
        a.dial(b.msisdn)
        await asyncio.sleep(10)
        assert (a.saw("progressed"), a.saw("released")) == ([], [17])

    run_virtual(scenario())


def test_call_waiting(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        one, two, three, busy = (here[name] for name in ("mi-1709", "cmcc-bj", "cucc-bj", "snail-1718"))

        async def second_call(caller: Handset) -> object:
            caller.dial(busy.msisdn)
            await asyncio.sleep(10)
            return caller.saw("released")[-1:] or caller.saw("progressed")[-1]

        one.dial(busy.msisdn)
        await asyncio.sleep(10)
        here.network.set_call_waiting(busy, True)
        assert await second_call(two) == [17], "a phone that still rings is busy"
        here.network.answer(busy.offers[-1][0])
        await asyncio.sleep(1)
        assert await second_call(three) == ALERTING, "a phone in a call is not"
        assert len(busy.offers) == 2 and here.network.call_waiting(busy)
        assert await second_call(two) == [17], "one call waits at a time"
        here.network.hang_up(busy.offers[0][0])
        here.network.answer(busy.offers[1][0])
        await asyncio.sleep(1)
        assert three.saw("progressed")[-1] == ACTIVE and one.saw("released") == [16]
        here.network.set_call_waiting(busy, False)
        assert await second_call(two) == [17]

    run_virtual(scenario())


def test_a_call_that_ended_is_not_answered(town: type[Town]) -> None:
    """The caller gave up, and the called handset answers before it hears of that."""

    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cucc-bj"]
        leg = a.dial(b.msisdn)
        await asyncio.sleep(8)
        here.network.hang_up(leg)
        here.network.answer(b.offers[0][0])
        await asyncio.sleep(1)
        assert b.saw("progressed") == [] and b.saw("released") == [16] and here.network.legs(b) == []

    run_virtual(scenario())
