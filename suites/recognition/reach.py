"""Service numbers: the MVNO's own hotline and the base operators' free numbers ring and are answered."""

from __future__ import annotations

import pytest

from interop.engine import Bench, case, role
from interop.protocols.modem import CallOutcome, Modem
from interop.record import codes
from suites.call_steps import ALERTING_S, ANSWER_S, line_is_free, nobody_rang, tells, told
from suites.parties import party

FREE_NUMBERS = ("10086", "10010", "10000")
"""Customer service of CMCC, CUCC, CTCC (facts/service_codes.csv): free to call from every network."""


async def _answers(bench: Bench, subject: Modem, number: str) -> None:
    caller = party(bench, "subject", subject)
    mark = subject.events.mark()
    await line_is_free(bench, caller)
    started = bench.now()
    call = await subject.dial(number)
    progress = await call.alerting(within=ALERTING_S)
    if progress.outcome in (CallOutcome.SILENT, CallOutcome.UNKNOWN):
        progress = await call.connected(within=ANSWER_S)  # under early media some modems show no alerting
    if progress.outcome is CallOutcome.RELEASED:
        nobody_rang(bench, caller, mark)
    tells(bench, caller, progress)
    bench.require(
        f"{number} rings",
        expected="alerting",
        actual=told(progress),
        ok=progress.outcome in (CallOutcome.ALERTING, CallOutcome.CONNECTED),
        blame=codes.of_release(progress.cause),
    )
    bench.measure("post_dial_delay", bench.now() - started, "s")
    progress = await call.connected(within=ANSWER_S)
    tells(bench, caller, progress)
    bench.check(
        f"{number} answers",
        expected="connected",
        actual=told(progress),
        ok=progress.outcome is CallOutcome.CONNECTED,
        blame=codes.of_release(progress.cause),
    )
    await call.hang_up()


@case(service="hotline", standard="facts: MVNO service numbers 100xx", expected_s=12, own_control=True)
async def hotline_answers(bench: Bench, *, subject: Modem = role("modem", "voice", "hotline")) -> None:
    """The MVNO's customer service rings and answers; it is not an empty number."""
    assert bench.tested.hotline is not None
    await _answers(bench, subject, bench.tested.hotline)


@pytest.mark.parametrize("number", FREE_NUMBERS)
@case(service="free-numbers", standard="facts: operators' service numbers 100xx", expected_s=12)
async def free_number_answers(bench: Bench, number: str, *, subject: Modem = role("modem", "voice")) -> None:
    """The base operators' customer service rings and answers, whoever's number calls."""
    await _answers(bench, subject, number)
