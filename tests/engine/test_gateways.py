"""Gateways in a run: leased and rested like any resource, claims told to the case they are about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from interop.engine import Bench
from interop.engine.case import Cast, Contrast, case, role
from interop.engine.verdicts import outcome_unknown
from interop.lab.load import load
from interop.lab.model import GatewayPart, Lab, OriginatorPart
from interop.protocols.errors import NotAvailable
from interop.protocols.stream import EventStream
from interop.record import Cause, InconcReason, Layer, Verdict
from interop.record.events import GatewayClaimed, TextHanded, TextTaken

HANDED = TextHanded("17090000001", "482913", "1069")
TAKEN = TextTaken("accepted", ("r1",))


class ToyGateway:
    def __init__(self, name: str) -> None:
        self.name = name
        self.events = EventStream()
        self.connected = 0

    async def connect(self) -> None:
        self.connected += 1


def with_gateway(make_toy: Callable[..., Any], new_lab: Callable[..., Lab], **part: Any) -> Any:
    small = load("small")
    gateway = GatewayPart.model_validate(small.gateways[0].model_dump() | {"name": "gw", **part})
    toy = make_toy(lab=new_lab().model_copy(update={"gateways": (gateway,)}))
    toy.devices["gw"] = ToyGateway("gw")
    return toy


def hands() -> Any:
    """A case that hands a text over; of one SIM the claim comes when the other's case runs."""

    @case(service="sms-mt", standard="-", expected_s=2, contrast=Contrast.NONE)
    async def hands(
        bench: Bench,
        *,
        subject: Any = role("modem"),
        sender: Any = role("originator", cast=Cast.EACH),
    ) -> None:
        sender.events.append(HANDED)
        number = "r1" if bench.subject.sim == "mvno-a" else "r2"
        sender.events.append(TextTaken("accepted", (number,)))
        if number == "r1":
            loop = asyncio.get_running_loop()
            loop.call_later(11, sender.events.append, GatewayClaimed("r1", "DELIVRD", True))
        else:
            await asyncio.sleep(20)
        bench.check("taken", expected=True, actual=True)

    return hands


def test_a_late_claim_is_told_to_its_own_case(make_toy: Any, new_lab: Any) -> None:
    toy = with_gateway(make_toy, new_lab)
    run = toy.run(toy.cases(hands()))
    first, second = "toy.hands[mvno-a@gw]", "toy.hands[mvno-b@gw]"
    assert {attempt.case for attempt in run.attempts} == {first, second}
    [late] = run.late
    assert (late.case, late.what) == (first, "the gateway's claim about r1: DELIVRD")
    claimed = [seen for seen in run.observed if isinstance(seen.event, GatewayClaimed)]
    assert [(seen.party, seen.attempt) for seen in claimed] == [("gw", f"{first}#1")]
    owners = [seen.attempt for seen in run.observed if isinstance(seen.event, TextHanded)]
    assert sorted(owners) == [f"{first}#1", f"{second}#1"]
    assert all("gw" in attempt.evidence["journals"] for attempt in run.attempts)


def test_a_gateway_hears_before_the_case_begins(make_toy: Any, new_lab: Any) -> None:
    """A reply may be the first thing that a case waits for; a gateway gives it to who is logged in."""

    @case(service="sms-mo", standard="-", expected_s=2, contrast=Contrast.NONE)
    async def is_answered(
        bench: Bench,
        *,
        subject: Any = role("modem"),
        sender: Any = role("originator", cast=Cast.EACH),
    ) -> None:
        bench.check("connections", expected=1, actual=sender.connected, blame=(Layer.CORE, Cause.REPLY_LOST))

    toy = with_gateway(make_toy, new_lab)
    run = toy.run(toy.cases(is_answered, only="mvno-a"))
    assert [attempt.verdict for attempt in run.attempts] == [Verdict.PASS]


def test_a_gateway_rests_between_two_cases(make_toy: Any, new_lab: Any) -> None:
    toy = with_gateway(make_toy, new_lab, cooldown_s=100.0)
    run = toy.run(toy.cases(hands()))
    first, second = sorted(run.attempts, key=lambda attempt: attempt.started)
    assert second.started >= first.started + first.duration_s + 100


def test_two_originators_of_one_modem_have_a_control_each(make_toy: Any, new_lab: Any) -> None:
    """Each has its own patience, and its own verdict."""

    @case(service="sms-mt", standard="-", expected_s=2)
    async def loses(
        bench: Bench,
        *,
        subject: Any = role("modem"),
        sender: Any = role("originator", cast=Cast.EACH),
    ) -> None:
        lost = (Layer.CORE, Cause.MESSAGE_LOST)
        bench.check("it came", expected=True, actual=bench.control, blame=lost)

    twins = tuple(
        OriginatorPart(name=name, title=name, driver="modem", operator="CMCC", city="北京", sim="cmcc-1")
        for name in ("quick", "quicker")
    )
    toy = make_toy(lab=new_lab().model_copy(update={"originators": twins}))
    toy.devices |= {twin.name: ToyGateway(twin.name) for twin in twins}
    run = toy.run(toy.cases(loses, only="mvno-a"))
    tried = {attempt.case for attempt in run.attempts if attempt.control_of}
    assert len(run.final) == 2
    assert tried == {"toy.loses[cucc-1@quick]", "toy.loses[cucc-1@quicker]"}


@pytest.mark.parametrize(("acceptance", "attempts"), [("unknown", 1), ("refused", 3)])
def test_after_an_unknown_outcome_nothing_is_sent_again(
    make_toy: Any, new_lab: Any, acceptance: str, attempts: int
) -> None:
    @case(service="sms-mt", standard="-", expected_s=2, contrast=Contrast.NONE)
    async def breaks(
        bench: Bench,
        *,
        subject: Any = role("modem"),
        sender: Any = role("originator", cast=Cast.EACH),
    ) -> None:
        sender.events.append(HANDED)
        sender.events.append(TextTaken(acceptance))
        raise NotAvailable("gw", "connection lost")

    toy = with_gateway(make_toy, new_lab)
    run = toy.run(toy.cases(breaks, only="mvno-a"))
    assert [attempt.verdict for attempt in run.attempts] == [Verdict.INCONC] * attempts
    assert run.attempts[0].reason is InconcReason.DEVICE


@pytest.mark.parametrize(
    ("events", "unknown"),
    [
        ([HANDED], True),
        ([HANDED, TAKEN], False),
        ([HANDED, TextTaken("unknown")], True),
        ([HANDED, TextTaken("refused", code=13)], False),
        ([HANDED, TAKEN, HANDED], True),
        ([], False),
    ],
)
def test_what_is_known_of_a_text(events: list[Any], unknown: bool) -> None:
    assert outcome_unknown(None, [("gw", event) for event in events]) is unknown
