"""Texts with codes from every originator of the lab (gateways, other modems, an engineer) to the number under
test, and its answers."""

from __future__ import annotations

import pytest

from interop.engine import Bench, Cast, case, role
from interop.lab.model import GatewayPart, OriginatorPart
from interop.protocols.modem import Modem
from interop.protocols.originator import Originator
from suites.codes.arrival import LONGEST_S, Waited
from suites.codes.path import Source
from suites.codes.replies import is_answered
from suites.codes.steps import in_time, is_intact, reaches, report_agrees
from suites.codes.texts import CHINESE, LATIN, LONG_CHINESE, LONG_LATIN, CodeText
from suites.parties import party

TEXTS = pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(LATIN, id="latin"),
        pytest.param(CHINESE, id="chinese"),
        pytest.param(LONG_LATIN, id="long-latin"),
        pytest.param(LONG_CHINESE, id="long-chinese"),
    ],
)


@TEXTS
@case(service="code", standard="3GPP TS 23.040; ETSI TS 102 250-2 7.4", expected_s=35, timeout_s=LONGEST_S)
async def code_arrives(
    bench: Bench,
    pattern: str,
    *,
    subject: Modem = role("modem", "sms"),
    originator: Originator = role("originator", cast=Cast.EACH),
) -> None:
    """A text with a code comes in time, from the sender in full, as it was sent, and once."""
    source, handset = _source(bench), party(bench, "subject", subject)
    sent = CodeText.draw(pattern, bench.random, source.code_life_s)
    waited, mark = Waited.now(bench, handset), originator.events.mark()
    _, arrived = await reaches(bench, originator, source, handset, sent, waited=waited, mark=mark)
    in_time(bench, arrived, source)
    await is_intact(bench, handset, arrived, sent, source, originator.number)


@case(
    service="code-report", standard="SMPP 3.4 appendix B; CMPP 3.0 7.4.4.1", expected_s=8, timeout_s=LONGEST_S
)
async def report_is_true(
    bench: Bench,
    *,
    subject: Modem = role("modem", "sms"),
    originator: Originator = role("originator", "reports", cast=Cast.EACH),
) -> None:
    """What the gateway reports of a text agrees with what the handset got."""
    source, handset = _source(bench), party(bench, "subject", subject)
    sent = CodeText.draw(LATIN, bench.random, source.code_life_s)
    waited, mark = Waited.now(bench, handset), originator.events.mark()
    handing, _ = await reaches(bench, originator, source, handset, sent, waited=waited, mark=mark)
    await report_agrees(bench, originator, source, handing, mark)


@case(service="code-reply", standard="CMPP 3.0 7.4.4; SMPP 3.4 4.6", expected_s=20)
async def reply_arrives(
    bench: Bench,
    *,
    subject: Modem = role("modem", "sms"),
    originator: Originator = role("originator", "replies", cast=Cast.EACH),
) -> None:
    """What the subject writes to the originator's number (106..., 955xx) comes there, from it, and once."""
    await is_answered(bench, originator, _source(bench), party(bench, "subject", subject))


def _source(bench: Bench) -> Source:
    part = bench.parts["originator"]
    assert isinstance(part, (GatewayPart, OriginatorPart))
    return part
