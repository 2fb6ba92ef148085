"""Calls that go elsewhere: forwarded or deflected, whose number is shown there, and how loops end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from drivers.emulated.air import ACTIVE, ALERTING, Cli, Forward, Forwarding, Hint, Notice
from interop.engine.clock import run_virtual

if TYPE_CHECKING:
    from tests.drivers.emulated.network.conftest import Town


def _busy(here: Town) -> None:
    here["cucc-bj"].dial("10010")


def _off(here: Town) -> None:
    here.network.power_off(here["cucc-bj"])


def _refuses(here: Town) -> None:
    here["cucc-bj"].refuses = 16


def _refuses_as_busy(here: Town) -> None:
    here["cucc-bj"].refuses = 17


def _nothing(_here: Town) -> None: ...


async def answer(here: Town, called: str) -> None:
    here.network.answer(here[called].offers[-1][0])
    await asyncio.sleep(1)


def forwards(here: Town, who: str, when: Forward, to: str, after_s: int = 20) -> None:
    answers: list[int | None] = []
    forwarding = Forwarding(here[to].msisdn, after_s)
    here.network.set_forwarding(here[who], when, forwarding, answers.append)


@pytest.mark.parametrize("when", [Forward.ALWAYS, Forward.NO_REPLY])
def test_what_is_switched_off_sends_no_call_elsewhere(town: type[Town], when: Forward) -> None:
    async def scenario() -> None:
        here = await town().settle()
        off = Forwarding(here["cmcc-bj"].msisdn, 5, active=False)
        here.network.set_forwarding(here["cucc-bj"], when, off, lambda _: None)
        await asyncio.sleep(1)
        assert here.network.forwarding(here["cucc-bj"], when) == off
        here["mi-1709"].dial(here["cucc-bj"].msisdn)
        await asyncio.sleep(20)
        assert here["cucc-bj"].offers and not here["cmcc-bj"].offers
        assert here["mi-1709"].saw("hinted") == [] and here["cucc-bj"].saw("released") == []
        here["cucc-bj"].dial(here["cmcc-bj"].msisdn)
        await asyncio.sleep(1)
        assert here["cucc-bj"].saw("hinted") == [], "there is nothing to remind its holder of"

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("when", "before", "after_s"),
    [
        (Forward.ALWAYS, _nothing, 0),
        (Forward.BUSY, _busy, 0),
        (Forward.BUSY, _refuses_as_busy, 0),
        (Forward.NO_REPLY, _nothing, 15),
        (Forward.NOT_REACHABLE, _off, 0),
    ],
)
def test_forwarding_leads_to_the_other_with_the_callers_number(
    town: type[Town], when: Forward, before: Any, after_s: int
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b, c = here["mi-1709"], here["cucc-bj"], here["cmcc-bj"]
        forwards(here, "cucc-bj", when, "cmcc-bj", 15)
        await asyncio.sleep(1)
        before(here)
        leg = a.dial(b.msisdn)
        await asyncio.sleep(15 + after_s)
        [(incoming, cli)] = c.offers
        assert (cli.number, cli.toa, cli.validity) == ("+8617090001234", 145, 0)
        assert a.saw("hinted") == [Hint.FORWARDED] and c.saw("notified") == [Notice.FORWARDED_HERE]
        assert b.saw("released") == ([16] if after_s else []) and incoming.far is leg
        await answer(here, "cmcc-bj")
        assert leg.state == ACTIVE and leg.connected == Cli("+8613900001234", 145)
        here.network.hang_up(leg)
        await asyncio.sleep(1)
        assert c.saw("released") == [16] and here.network.legs(c) == []

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("when", "before"),
    [
        (Forward.BUSY, _nothing),
        (Forward.NOT_REACHABLE, _nothing),
        (Forward.BUSY, _refuses),
        (Forward.NO_REPLY, _busy),
        (Forward.NOT_REACHABLE, _busy),
        (Forward.NO_REPLY, _off),
    ],
)
def test_forwarding_waits_for_its_reason(town: type[Town], when: Forward, before: Any) -> None:
    async def scenario() -> None:
        here = await town().settle()
        forwards(here, "cucc-bj", when, "cmcc-bj")
        await asyncio.sleep(1)
        before(here)
        here["mi-1709"].dial("18600001234")
        await asyncio.sleep(100)
        assert here["cmcc-bj"].offers == [] and here["mi-1709"].saw("released") != []

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("when", "before", "cause"),
    [(Forward.ALWAYS, _nothing, 21), (Forward.NO_REPLY, _nothing, 19), (Forward.NOT_REACHABLE, _off, 20)],
)
def test_a_loop_of_forwardings_ends(town: type[Town], when: Forward, before: Any, cause: int) -> None:
    async def scenario() -> None:
        here = await town().settle()
        forwards(here, "cucc-bj", when, "cmcc-bj", 5)
        forwards(here, "cmcc-bj", when, "cucc-bj", 5)
        await asyncio.sleep(1)
        before(here)
        if before is _off:
            here.network.power_off(here["cmcc-bj"])
        here["mi-1709"].dial("18600001234")
        await asyncio.sleep(120)
        assert here["mi-1709"].saw("released") == [cause]
        assert here["mi-1709"].saw("hinted") == [Hint.FORWARDED] * 5
        assert all(here.network.legs(handset) == [] for handset in here.handsets.values())

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("when", "to", "after_s", "cause"),
    [
        (Forward.ALWAYS, "110", 20, 16),
        (Forward.BUSY, "+", 20, 16),
        (Forward.NO_REPLY, "13900001234", 7, 16),
        (Forward.NO_REPLY, "13900001234", 35, 16),
        (Forward.NO_REPLY, "13900001234", 30, None),
        (Forward.ALWAYS, "10010", 20, None),
    ],
)
def test_what_can_be_registered(
    town: type[Town], when: Forward, to: str, after_s: int, cause: int | None
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, answers = here["mi-1709"], []  # type: ignore[var-annotated]
        forwarding = Forwarding(to, after_s)
        here.network.set_forwarding(a, when, forwarding, answers.append)
        assert here.network.forwarding(a, when) is None, "a request takes time"
        await asyncio.sleep(1)
        assert answers == [cause]
        assert here.network.forwarding(a, when) == (forwarding if cause is None else None)
        here.network.set_forwarding(a, when, None, answers.append)
        await asyncio.sleep(1)
        assert here.network.forwarding(a, when) is None

    run_virtual(scenario())


def test_who_forwards_is_reminded_when_he_calls(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        for when, hint in (
            (Forward.BUSY, Hint.SOME_FORWARDING_ACTIVE),
            (Forward.ALWAYS, Hint.FORWARDING_ACTIVE),
        ):
            forwards(here, "mi-1709", when, "cmcc-bj")
            await asyncio.sleep(1)
            leg = here["mi-1709"].dial("18600001234")
            await asyncio.sleep(1)
            assert here["mi-1709"].saw("hinted")[-1] is hint
            here.network.hang_up(leg)

    run_virtual(scenario())


def test_forwarding_to_a_service_reaches_it(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        here.network.set_forwarding(here["cucc-bj"], Forward.ALWAYS, Forwarding("10010"), lambda _: None)
        await asyncio.sleep(1)
        leg = here["mi-1709"].dial("18600001234")
        await asyncio.sleep(20)
        assert leg.state == ACTIVE and here["cucc-bj"].offers == []

    run_virtual(scenario())


def test_who_may_not_call_may_not_forward_either(town: type[Town]) -> None:
    """The onward call is his own, with his barring and from his switch."""

    async def scenario() -> None:
        here = await town("call.barred@msisdn=18600001234", "route.missing@segment=171,from=CMCC").settle()
        forwards(here, "cucc-bj", Forward.ALWAYS, "cmcc-bj")
        forwards(here, "cmcc-gz", Forward.ALWAYS, "snail-1718")
        await asyncio.sleep(1)
        for called, cause in (("cucc-bj", 8), ("cmcc-gz", 3)):
            here["mi-1709"].dial(here[called].msisdn)
            await asyncio.sleep(20)
            assert here["mi-1709"].saw("released")[-1] == cause

    run_virtual(scenario())


def test_deflection(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b, c = here["mi-1709"], here["cucc-bj"], here["cmcc-bj"]
        leg = a.dial(b.msisdn)
        await asyncio.sleep(8)
        incoming, answers = b.offers[0][0], []  # type: ignore[var-annotated]
        for number in ("110", c.msisdn):
            here.network.deflect(incoming, number, answers.append)
            await asyncio.sleep(1)
        assert answers == [16, None] and b.saw("released") == [16] and here.network.legs(b) == []
        await asyncio.sleep(10)
        assert a.saw("hinted") == [Hint.DEFLECTED] and c.saw("notified") == [Notice.DEFLECTED_HERE]
        assert c.offers[0][1].number == "+8617090001234"
        await answer(here, "cmcc-bj")
        assert leg.state == ACTIVE and a.saw("progressed") == [ALERTING, ACTIVE]

    run_virtual(scenario())
