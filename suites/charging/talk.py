"""Calls of a measured length, and what a tariff says that they cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from interop.engine import Bench
from interop.lab import tariff
from interop.lab.model import TariffPart
from interop.protocols.modem import Call, CallOutcome
from interop.record import InconcReason, codes
from interop.record.events import Connected
from suites.call_steps import (
    ALERTING_S,
    ANSWER_S,
    RELEASE_S,
    is_connected,
    line_is_free,
    nobody_rang,
    rings,
    tells,
    told,
)
from suites.parties import Party

MARGIN_S: Final = 2.0
"""by which the network's count of seconds may differ from ours"""
_INSIDE_S: Final = 15.0
"""how far to go into a unit"""


@dataclass(frozen=True, slots=True)
class Talked:
    """Seconds, at least and at most, for which the call was up: between what is said to a modem and what it
    shows lies time of which nobody knows whether it counts.
    """

    least: float
    most: float


def within_one(paid: TariffPart) -> float:
    """Seconds, well inside the first unit."""
    return min(_INSIDE_S, paid.unit_s / 2)


def into_second(paid: TariffPart) -> float:
    """Seconds, well inside the second unit: a wrong unit shows."""
    return paid.unit_s + within_one(paid)


def price(bench: Bench, paid: TariffPart, number: str, talked: Talked) -> Decimal:
    """What the call costs; ends the attempt where that depends on whose clock is right."""
    least = tariff.of_call(paid, bench, number, max(0.0, talked.least - MARGIN_S))
    most = tariff.of_call(paid, bench, number, talked.most + MARGIN_S)
    if least != most:
        lasted = f"{talked.least:.1f} to {talked.most:.1f} s"
        what = f"it lasted {lasted}, too close to the end of a unit of {paid.unit_s:g} s"
        bench.inconclusive(InconcReason.INDETERMINATE, what)
    return most


async def talk(bench: Bench, caller: Party, called: Party, seconds: float) -> Talked:
    """The caller calls, the called phone answers, the caller hangs up."""
    ring = await rings(bench, caller, called)
    accepted = bench.now()
    await ring.offer.call.answer()
    await is_connected(bench, ring)
    connected = bench.now()
    await _goes_on(bench, caller, ring.call, seconds)
    hung_up = bench.now()
    await ring.call.hang_up()
    progress = await ring.offer.call.released(within=RELEASE_S)
    if progress.outcome is not CallOutcome.RELEASED:
        what = f"{caller.modem.name} hung up, {called.modem.name} does not show it: {told(progress)}"
        bench.inconclusive(InconcReason.INDETERMINATE, what)
    return Talked(hung_up - connected, bench.now() - accepted)


async def talk_to_service(bench: Bench, caller: Party, number: str, seconds: float) -> Talked:
    """As `talk`, with a service number."""
    mark = caller.modem.events.mark()
    await line_is_free(bench, caller)
    began = bench.now()
    call = await caller.modem.dial(number)
    progress = await call.alerting(within=ALERTING_S)
    if progress.outcome is CallOutcome.ALERTING:
        began = bench.now()
    if progress.outcome is not CallOutcome.RELEASED:
        progress = await call.connected(within=ANSWER_S)
    if progress.outcome is CallOutcome.RELEASED:
        nobody_rang(bench, caller, mark)
    tells(bench, caller, progress)
    bench.require(
        f"{number} answers",
        expected="connected",
        actual=told(progress),
        ok=progress.outcome is CallOutcome.CONNECTED,
        blame=codes.of_release(progress.cause),
    )
    connected = bench.now()
    await _goes_on(bench, caller, call, seconds)
    hung_up = bench.now()
    await call.hang_up()
    if await caller.modem.calls():
        bench.inconclusive(InconcReason.MODEM, f"{caller.modem.name} hung up and still has a call")
    return Talked(hung_up - connected, bench.now() - began)


async def _goes_on(bench: Bench, caller: Party, call: Call, seconds: float) -> None:
    began = bench.now()
    progress = await call.released(within=seconds)
    tells(bench, caller, progress)
    if progress.outcome is not CallOutcome.SILENT:
        what = f"the call ended after {bench.now() - began:.0f} s by itself: {told(progress)}"
        bench.inconclusive(InconcReason.INDETERMINATE, what)


async def is_refused(bench: Bench, caller: Party, called: Party) -> None:
    """The caller calls, it rings, the called phone refuses, and nothing answers in its place."""
    mark = caller.modem.events.mark()
    ring = await rings(bench, caller, called)
    await ring.offer.call.hang_up()
    progress = await ring.call.released(within=RELEASE_S)
    answered = any(isinstance(event, Connected) for event in caller.modem.events.since(mark))
    if answered or progress.outcome is not CallOutcome.RELEASED:
        shown = "connected" if answered else told(progress)
        what = f"{called.modem.name} refused, {caller.modem.name} shows: {shown}"
        bench.inconclusive(InconcReason.INDETERMINATE, what)
