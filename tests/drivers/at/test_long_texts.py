"""Long texts as they are sent: where they are cut, what is paid, when it ends, what each part is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interop.engine.clock import run_virtual
from interop.protocols.errors import BudgetSpent, CommandRefused, EmergencyRefused, NotAnswering
from interop.protocols.modem import Submission
from interop.record.events import (
    EquipmentTrouble,
    MessageAccepted,
    MessageRefused,
    MessageSubmitted,
    StatusReported,
)
from interop.smspdu import (
    Address,
    Direction,
    Part,
    PduError,
    Status,
    StatusReport,
    Submit,
    Timestamp,
    from_at,
    part_of,
)

OK = b"\r\nOK\r\n"
# README of node-sms-pdu 0.3.0, "Generating a SUBMIT-PDU for long text"; it shows the first two parts cut off
TO = "09012345678"
TEXT = (
    "SMS (short message service) is a text messaging service component of most telephone, Internet, and "
    "mobile device systems. It uses standardized communication protocols to enable mobile devices to "
    "exchange short text messages. An intermediary service can facilitate a text-to-voice conversion to be "
    "sent to landlines."
)
PUBLISHED = (
    (153, "0041000B819010325476F80000A0050003000301A6CD29083547BFE57450BB"),
    (153, "0041000B819010325476F80000A0050003000302D26F37082E7FD3DFE3377B"),
    (27, "0041000B819010325476F8000010050003000303C26E323BED2ECF5D"),
)
JOINT = slice(34, 36)
"""where the parts' reference stands in these"""


def lines(*texts: str) -> bytes:
    return "".join(f"\r\n{text}\r\n" for text in (*texts, "OK")).encode()


class Answers(dict[str, Any]):
    """A modem that prompts for every message and gives `final` to one PDU after another."""

    def __init__(self, table: dict[str, Any], finals: list[bytes | None]) -> None:
        super().__init__(table)
        self.finals = finals
        self.sent: list[str] = []

    def get(self, line: str, default: Any = None) -> Any:
        if line.startswith("AT+CMGS="):
            return b"\r\n> "
        if line.startswith("00") and len(line) > 20:
            self.sent.append(line)
            return self.finals.pop(0) if self.finals else lines(f"+CMGS: {len(self.sent) % 256}")
        return super().get(line, default)


class Budget(list[str]):
    """Of two messages."""

    def append(self, what: str) -> None:
        if len(self) == 2:
            raise BudgetSpent("m1", "2 of the 2 messages of sim-1 are spent")
        super().append(what)


def network(scripted: Any, *finals: bytes | None, **options: Any) -> tuple[Any, Answers]:
    device = scripted(**options)
    device.table = answers = Answers(device.table, list(finals))
    return device, answers


def kinds(modem: Any, *wanted: type[Any]) -> list[Any]:
    return [event for event in modem.events.since(0) if isinstance(event, wanted)]


def submits(answers: Answers) -> list[Submit]:
    found = [from_at(sent, Direction.MS_TO_SC)[1] for sent in answers.sent]
    assert all(isinstance(each, Submit) for each in found)
    return found  # type: ignore[return-value]


def test_a_published_text(scripted: Any) -> None:
    async def main() -> None:
        device, answers = network(scripted)
        modem = await device.modem()
        taken = await modem.send_message(TO, TEXT, report=False)
        assert taken == Submission((1, 2, 3))
        joint = answers.sent[0][JOINT]
        for sent, (length, shown) in zip(answers.sent, PUBLISHED, strict=True):
            assert (len(sent) // 2 - 1, sent[JOINT]) == (length, joint)
            assert (sent[:34] + "00" + sent[36:]).startswith(shown)
        assert [line for line in device.heard if "CMGS" in line] == [f"AT+CMGS={n}" for n in (153, 153, 27)]
        submitted = kinds(modem, MessageSubmitted)
        assert "".join(each.text for each in submitted) == TEXT
        assert [(each.to, each.part, each.parts, each.tpdu) for each in submitted] == [
            (TO, number, 3, sent[2:]) for number, sent in enumerate(answers.sent, 1)
        ]
        assert device.spent == ["messages"] * 3

    run_virtual(main())


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("0123456789" * 16 + "0", [153, 8]),  # ModemManager, test-sms-part-3gpp.c, text split
        ("你好" * 34 + "你好好", [67, 4]),  # as well
        ("a" * 152 + "€" + "b" * 20, [152, 21]),  # 23.038 6.2.1.1: an escape and what it stands before
        ("验" * 66 + "😀" * 5, [66, 5]),
        ("x" * 160, [160]),
        ("验" * 70, [70]),
    ],
)
def test_where_it_is_cut(text: str, lengths: list[int], scripted: Any) -> None:
    async def main() -> None:
        device, answers = network(scripted)
        modem = await device.modem()
        assert len((await modem.send_message("10086", text)).references) == len(lengths)
        bodies = [each.user_data.body for each in submits(answers)]
        assert [len(body) for body in bodies] == lengths and "".join(map(str, bodies)) == text
        assert all(each.report_request for each in submits(answers))
        assert ("AT+CMMS=1" in device.heard) is (len(lengths) > 1)

    run_virtual(main())


def test_references_do_not_repeat_soon(scripted: Any) -> None:
    async def main() -> None:
        device, answers = network(scripted)
        modem = await device.modem()
        for _ in range(256):
            await modem.send_message("10086", "x" * 161, report=False)
        found = [part_of(each.user_data.header) for each in submits(answers)]
        joints = [part.reference for part in found if part]
        assert joints[::2] == joints[1::2] and sorted(joints[::2]) == list(range(256))
        assert found[:2] == [Part(joints[0], 2, 1), Part(joints[0], 2, 2)]

    run_virtual(main())


def test_the_next_process_begins_with_another_reference(scripted: Any) -> None:
    """Two texts by hand, one command after the other, to one handset."""

    async def main() -> None:
        seen = set()
        for _ in range(3):
            device, answers = network(scripted)
            modem = await device.modem()
            await modem.send_message("10086", "x" * 161, report=False)
            seen.add(answers.sent[0])
            await modem.close()
            await asyncio.sleep(2)
        assert len(seen) == 3

    run_virtual(main())


def test_a_link_that_cannot_be_kept_open_is_no_error(scripted: Any) -> None:
    async def main() -> None:
        device, answers = network(scripted)
        answers["AT+CMMS=1"] = b"\r\n+CMS ERROR: 302\r\n"
        modem = await device.modem()
        for _ in range(2):
            assert (await modem.send_message("10086", TEXT)).accepted
        assert device.heard.count("AT+CMMS=1") == 1 and not kinds(modem, EquipmentTrouble)

    run_virtual(main())


def test_all_parts_are_paid_before_the_first_leaves(scripted: Any) -> None:
    async def main() -> None:
        device, answers = network(scripted)
        device.spent = Budget()
        modem = await device.modem()
        with pytest.raises(BudgetSpent):
            await modem.send_message("10086", TEXT)
        assert answers.sent == [] and kinds(modem, MessageSubmitted) == []

    run_virtual(main())


def test_nothing_leaves_after_a_part_that_was_refused(scripted: Any) -> None:
    async def main() -> None:
        device, answers = network(scripted, lines("+CMGS: 9"), b"\r\n+CMS ERROR: 38\r\n")
        modem = await device.modem()
        taken = await modem.send_message("10086", TEXT)
        assert taken == Submission((9,), 38, "+CMS ERROR: 38", refused=True) and not taken.accepted
        assert len(answers.sent) == 2
        told = kinds(modem, MessageSubmitted, MessageAccepted, MessageRefused)
        assert [type(each) for each in told] == [
            MessageSubmitted,
            MessageAccepted,
            MessageSubmitted,
            MessageRefused,
        ]

    run_virtual(main())


def test_our_own_modem_refuses_in_the_middle(scripted: Any) -> None:
    async def main() -> None:
        device, answers = network(scripted, lines("+CMGS: 9"), b"\r\n+CMS ERROR: 331\r\n")
        modem = await device.modem()
        with pytest.raises(CommandRefused):
            await modem.send_message("10086", TEXT)
        assert len(answers.sent) == 2 and len(kinds(modem, MessageRefused)) == 1

    run_virtual(main())


def test_silence_in_the_middle_is_unknown(scripted: Any) -> None:
    """Whether the second part left nobody knows: it is not sent again, and the third not at all."""

    async def main() -> None:
        device, answers = network(scripted, lines("+CMGS: 9"), None)
        modem = await device.modem()
        with pytest.raises(NotAnswering):
            await modem.send_message("10086", TEXT)
        assert len(answers.sent) == 2
        assert [event.reference for event in kinds(modem, MessageAccepted)] == [9]
        assert len(kinds(modem, MessageSubmitted)) == 2 and not kinds(modem, MessageRefused)

    run_virtual(main())


def test_each_part_has_its_report(scripted: Any) -> None:
    async def main() -> None:
        device, _ = network(scripted)
        modem = await device.modem()
        taken = await modem.send_message("10086", TEXT)
        time = Timestamp(2026, 1, 5, 12, 0, 0, 32)
        for reference in reversed(taken.references):
            told = StatusReport(reference, Address.parse("10086"), time, time, Status(0)).encode()
            device.say(f"+CDS: {len(told)}", "00" + told.hex().upper())
        await asyncio.sleep(1)
        assert [event.reference for event in kinds(modem, StatusReported)] == [3, 2, 1]

    run_virtual(main())


@pytest.mark.parametrize("real", [False, True])
def test_what_cannot_be_sent_costs_nothing(real: bool, scripted: Any) -> None:
    async def main() -> None:
        device, answers = network(scripted, emulated=not real)
        modem = await device.modem()
        with pytest.raises(PduError, match="255 are possible"):
            await modem.send_message("10086", "验" * (255 * 67 + 1))
        if real:
            with pytest.raises(EmergencyRefused):
                await modem.send_message("12110", TEXT)
        assert (device.spent, answers.sent) == ([], []) and not kinds(modem, MessageSubmitted)

    run_virtual(main())
