"""Another modem as a sender: what it says of a text, and whole runs with it in the small emulated lab."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.originators.modem import ModemOriginator
from interop.engine import Bench
from interop.engine.attempt import BoundCase
from interop.engine.case import Cast, Contrast, case, role, spec_of
from interop.engine.session import Plan, Session
from interop.lab.equipment import all_emulated
from interop.lab.load import load
from interop.lab.model import Lab, OriginatorPart
from interop.lab.roles import bindings
from interop.protocols.engineer import NOBODY
from interop.protocols.errors import CommandRefused, DeviceLost, EquipmentError, NotAnswering, NotAvailable
from interop.protocols.modem import Modem, Submission
from interop.protocols.originator import Acceptance, Handing, Originator
from interop.protocols.stream import EventStream
from interop.record import InconcReason, Verdict
from interop.record.events import (
    GatewayClaimed,
    MessageFromHandset,
    MessageReceived,
    MessageSubmitted,
    RegistrationSeen,
    StatusReported,
)
from interop.record.reader import Run, read_run
from interop.reports.ladder import build
from interop.smspdu import PduError

CODE = "【甲银行】验证码 482913，5分钟内有效。"
PART = OriginatorPart(
    name="branch",
    title="网点手机",
    driver="modem",
    operator="CMCC",
    city="北京",
    sim="cmcc-bj",
    number="13900001234",
)


class ToyModem:
    """Answers a text with what it is given."""

    name, sim = "m04", "cmcc-bj"

    def __init__(self, answer: Submission | Exception = Submission((7,))) -> None:  # noqa: B008
        self.events = EventStream()
        self.sent: list[tuple[str, str, bool]] = []
        self._answer = answer

    async def send_message(self, to: str, text: str, *, report: bool = True) -> Submission:
        self.sent.append((to, text, report))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def originator(modem: Any) -> ModemOriginator:
    def allow() -> None:
        raise AssertionError("the modem's own SIM pays")

    return ModemOriginator(PART, modem=modem, engineer=NOBODY, allow=allow)


def handing(answer: Submission | Exception) -> Handing:
    return asyncio.run(originator(ToyModem(answer)).send("17090001234", CODE))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Submission((7,)), Handing(Acceptance.ACCEPTED, ("7",))),
        (Submission((255, 0, 1)), Handing(Acceptance.ACCEPTED, ("255", "0", "1"))),
        (
            Submission((), 38, "+CMS ERROR: 38", refused=True),
            Handing(Acceptance.REFUSED, (), 38, "+CMS ERROR: 38"),
        ),
        (
            Submission((9,), 21, "+CMS ERROR: 21", refused=True),  # the second part of two
            Handing(Acceptance.REFUSED, ("9",), 21, "+CMS ERROR: 21"),
        ),
        (NotAnswering("m04", "no answer in 65 s"), Handing(Acceptance.UNKNOWN, text="no answer in 65 s")),
    ],
)
def test_accepted_refused_unknown(answer: Submission | Exception, said: Handing) -> None:
    assert handing(answer) == said


@pytest.mark.parametrize(
    "trouble",
    [
        DeviceLost("m04", "gone"),
        CommandRefused("m04", "AT+CMGS", "+CMS ERROR: 310", 310, InconcReason.SIM),
    ],
)
def test_trouble_of_our_own_equipment_is_no_word_of_the_network(trouble: EquipmentError) -> None:
    with pytest.raises(type(trouble)):
        handing(trouble)


def test_what_cannot_be_sent_is_said_in_the_words_of_equipment() -> None:
    with pytest.raises(NotAvailable, match="branch: this text cannot be sent: too long"):
        handing(PduError("too long", ""))
    modem = ToyModem()
    with pytest.raises(NotAvailable, match="branch: '110' is no mobile number of 11 digits"):
        asyncio.run(originator(modem).send("110", CODE))
    assert modem.sent == []


def test_the_wish_for_a_report_is_passed_on() -> None:
    modem = ToyModem()
    asyncio.run(originator(modem).send("17090001234", CODE, report=False))
    assert modem.sent == [("17090001234", CODE, False)]


@pytest.mark.parametrize(
    ("status", "state", "delivered"),  # 3GPP TS 23.040 9.2.3.15
    [
        (0x00, "DELIVRD", True),
        (0x01, "TP-ST 01", False),  # forwarded, and nobody knows
        (0x02, "TP-ST 02", False),  # replaced: this text will never come
        (0x20, "ENROUTE", False),
        (0x30, "ENROUTE", False),  # specific to the service centre, of the same class
        (0x41, "TP-ST 41", False),
        (0x46, "EXPIRED", False),
        (0x47, "DELETED", False),
        (0x62, "TP-ST 62", False),  # temporary, but the service centre has given up
        (0x2A, "TP-ST 2A", False),  # reserved: counts as 63, service rejected
        (0xFF, "TP-ST FF", False),
    ],
)
def test_a_status_report_is_a_claim(status: int, state: str, delivered: bool) -> None:
    modem = ToyModem()
    sender = originator(modem)
    modem.events.append(StatusReported(7, "17090001234", status))
    assert sender.events.since(0) == [GatewayClaimed("7", state, delivered)]


def test_a_message_is_one_from_a_handset_until_it_is_closed() -> None:
    modem = ToyModem()
    sender = originator(modem)
    modem.events.append(MessageReceived("+8617090001234", 0x91, "回复", "2026-01-05T09:00:00+08:00"))
    modem.events.append(MessageSubmitted("17090001234", CODE))  # the modem's own affair
    asyncio.run(sender.close())
    modem.events.append(MessageReceived("+8617090001234", 0x91, "再见", "2026-01-05T09:00:01+08:00"))
    assert sender.events.since(0) == [MessageFromHandset("+8617090001234", "13900001234", "回复")]


# Whole runs

TOY: dict[str, Any] = {"service": "sms-mt", "standard": "-", "expected_s": 10, "contrast": Contrast.NONE}


def comes_and_goes() -> Any:
    @case(**TOY)
    async def comes_and_goes(
        bench: Bench,
        *,
        subject: Modem = role("modem", "sms"),
        sender: Originator = role("originator", "reports", "replies", cast=Cast.EACH),
    ) -> None:
        """A text, the claim on it, and the answer to it."""
        mark, told = subject.events.mark(), sender.events.mark()
        handed = await sender.send(bench.sims["subject"].msisdn, CODE)
        came = await subject.events.wait(MessageReceived, within=120, since=mark)
        claim = await sender.events.wait(GatewayClaimed, within=120, since=told)
        await subject.send_message(sender.number, "收到")
        reply = await sender.events.wait(MessageFromHandset, within=120, since=told)
        bench.check("accepted", expected=Acceptance.ACCEPTED, actual=handed.acceptance)
        bench.check("text", expected=CODE, actual=came.text if came else None)
        bench.check("sender", expected=f"+86{sender.number}", actual=came.sender if came else None)
        bench.check("claim", expected=GatewayClaimed(handed.references[0], "DELIVRD", True), actual=claim)
        bench.check("reply", expected="收到", actual=reply.text if reply else None)
        bench.check("to", expected=sender.number, actual=reply.to if reply else None)
        bench.check("own part", expected="branch", actual=bench.parts["sender"].name)

    return comes_and_goes


def leaves_before_the_claim() -> Any:
    @case(**TOY)
    async def leaves_before_the_claim(
        bench: Bench,
        *,
        subject: Modem = role("modem", "sms"),
        sender: Originator = role("originator", cast=Cast.EACH),
    ) -> None:
        del subject
        handed = await sender.send(bench.sims["subject"].msisdn, CODE)
        bench.check("accepted", expected=Acceptance.ACCEPTED, actual=handed.acceptance)
        if bench.subject.sim == "snail-1718":
            await asyncio.sleep(20)

    return leaves_before_the_claim


def lab(part: OriginatorPart = PART) -> Lab:
    part = part.model_copy(update={"number": None})
    return load("small").model_copy(update={"forms": (), "gateways": (), "originators": (part,)})


def played(
    function: Callable[..., Awaitable[None]], lab: Lab, directory: Path, subjects: tuple[str, ...]
) -> Run:
    spec = spec_of(function)
    assert spec is not None
    cases = [
        BoundCase("toy.case", spec, function, binding, {})
        for binding in bindings(spec, lab)
        if binding.subject.sim.name in subjects
    ]
    assert len(cases) == len(subjects) and not any(one.binding.missing for one in cases)

    class Nobody:
        def started(self, case: BoundCase) -> None: ...

        def ended(self, case: BoundCase, attempt: Any) -> None: ...

    Session(Plan(lab, "small", directory), cases, {}).run(Nobody())
    return read_run(directory)


def test_a_run_with_claims_and_replies(tmp_path: Path) -> None:
    assert all_emulated(lab())
    run = played(comes_and_goes(), lab(), tmp_path / "run", ("mi-1709", "snail-1718"))
    assert [
        (one.verdict, one.detail, one.checks) for one in run.attempts if one.verdict is not Verdict.PASS
    ] == []
    for attempt in run.attempts:
        assert attempt.devices["sender"] == "m04"
        mine = [seen for seen in run.observed if seen.attempt == attempt.key]
        mine = [seen for seen in mine if not isinstance(seen.event, RegistrationSeen)]
        assert {seen.party for seen in mine} == {attempt.subject.sim, "cmcc-bj"}
        ladder = build(mine, start=attempt.started, first=attempt.subject.sim)
        lane = ladder.lanes.index("cmcc-bj")
        of_sender = [step.text for step in ladder.steps if lane in step.lanes]
        number = {"mi-1709": "17090001234", "snail-1718": "17180001234"}[attempt.subject.sim]
        reference = of_sender[1].rpartition(" ")[2]
        assert of_sender == [
            f"SMS to {number}: {CODE}",
            f"accepted, reference {reference}",
            f"report on {reference}: 0x00 (received), {number}",
            f"SMS from +86{number}: 收到",
        ]


def test_a_late_report_is_told_to_its_own_case(tmp_path: Path) -> None:
    run = played(leaves_before_the_claim(), lab(), tmp_path / "run", ("mi-1709", "snail-1718"))
    first, second = sorted(run.attempts, key=lambda attempt: attempt.started)
    reports = [seen for seen in run.observed if isinstance(seen.event, StatusReported)]
    assert [(seen.party, seen.attempt) for seen in reports] == [
        ("cmcc-bj", first.key),
        ("cmcc-bj", second.key),
    ]
    assert reports[0].at > first.started + first.duration_s
    assert [(late.case, late.party, late.what) for late in run.late] == [
        (first.case, "cmcc-bj", "the service centre's report on 1: 00")
    ]
