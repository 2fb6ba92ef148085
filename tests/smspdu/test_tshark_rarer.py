"""What phones seldom send, in hundreds, read by tshark: COMMAND, DELIVER-REPORT, SUBMIT-REPORT, WAP push."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from interop.smspdu import (
    Address,
    Deliver,
    DeliverReport,
    Push,
    SmsCommand,
    SubmitReport,
    Timestamp,
    UserData,
    decode,
    part_of,
)
from interop.smspdu.wap import MMS_NOTIFICATION
from tests.smspdu.test_tshark import (
    ADDRESSES,
    agrees,
    bit,
    expected_address,
    expected_indicator,
    expected_times,
    expected_user_data,
    flag,
    shown_text,
    some_time,
    some_user_data,
    zone,
)

pytestmark = pytest.mark.foreign

Rarer = SmsCommand | DeliverReport | SubmitReport
EACH = 100
PIDS = (0, 0x40, 0x41, 0x7F)


def some_command(rng: random.Random) -> SmsCommand:
    return SmsCommand(
        rng.choice(ADDRESSES),
        rng.choice((0, 1, 2, 3, 0x80, 0xE0, 0xFF)),
        rng.randint(0, 255),
        rng.randint(0, 255),
        rng.choice(PIDS),
        UserData(rng.randbytes(rng.choice((0, 1, 7, 156, 157)))),
        report_request=flag(rng),
    )


def some_deliver_report(rng: random.Random) -> DeliverReport:
    failure = rng.choice((None, None, 0x80, 0xC0, 0xD0, 0xD3, 0xD5, 0xFF))
    report = DeliverReport(failure, rng.choice((None, *PIDS)))
    if flag(rng):
        dcs, user_data = some_user_data(rng)
        report = replace(report, dcs=dcs, user_data=user_data)
    return report


def some_submit_report(rng: random.Random) -> SubmitReport:
    told = some_deliver_report(rng)
    return SubmitReport(some_time(rng), told.failure, told.pid, told.dcs, told.user_data)


def expected(tpdu: Rarer) -> dict[str, list[str]]:
    if isinstance(tpdu, SmsCommand):
        assert isinstance(tpdu.data.body, bytes)
        return expected_address("tp-da", tpdu.destination) | {
            "tp-mti": ["2"],
            "tp-udhi": ["0"],
            "tp-srr": bit(tpdu.report_request),
            "tp-mr": [str(tpdu.reference)],
            "tp-pid": [str(tpdu.pid)],
            "tp.command_type": [str(tpdu.type)],
            "tp.message_number": [str(tpdu.number)],
            "tp.command_data_length": [str(len(tpdu.data.body))],
            "tp.command_data": [""] if tpdu.data.body else [],
        }
    want = {
        "tp-mti": ["0" if isinstance(tpdu, DeliverReport) else "1"],
        "tp-fcs": [] if tpdu.failure is None else [f"0x{tpdu.failure:02x}"],
        "tp-pid": [] if tpdu.pid is None else [str(tpdu.pid)],
        "tp-dcs": [] if tpdu.dcs is None else [str(tpdu.dcs.value)],
    } | expected_indicator(tpdu.pid, tpdu.dcs, tpdu.user_data)
    if isinstance(tpdu, SubmitReport):
        want |= expected_times([tpdu.timestamp])
    if tpdu.dcs is None or tpdu.user_data is None:
        return want | {"tp-udhi": ["0"]}
    return want | expected_user_data(tpdu.dcs, tpdu.user_data)


def lines(tpdu: Rarer) -> dict[str, list[str]]:
    want: dict[str, list[str]] = {}
    if isinstance(tpdu, SubmitReport):
        want["scts.timezone"] = [zone(tpdu.timestamp.quarters)]
    if not isinstance(tpdu, SmsCommand) and tpdu.user_data and isinstance(tpdu.user_data.body, str):
        text = tpdu.user_data.body
        want |= {"sms_text": ["SMS text: " + shown_text(text)]} if text else {}
    return want


def test_tshark_reads_commands_and_reports(tshark: Any) -> None:
    makers: list[Callable[[random.Random], Rarer]] = [some_command, some_deliver_report, some_submit_report]
    tpdus = [maker(random.Random(f"rarer/{n}")) for n in range(EACH) for maker in makers]
    octets = [tpdu.encode() for tpdu in tpdus]
    dissected = tshark([(tpdu.direction, data) for tpdu, data in zip(tpdus, octets, strict=True)])
    for tpdu, data, shown in zip(tpdus, octets, dissected, strict=True):
        agrees(shown, data, None if isinstance(tpdu, SmsCommand) else tpdu.dcs, expected(tpdu), lines(tpdu))
        assert decode(data, tpdu.direction) == tpdu


def notification(transaction: str, size: int, expiry_s: int, location: str) -> bytes:
    """m-notification-ind 1.2 (OMA MMS encapsulation 7), class personal."""
    return b"".join((
        b"\x8c\x82\x98" + transaction.encode() + b"\0\x8d\x92\x8a\x80",
        b"\x8e\x03" + size.to_bytes(3, "big"),
        b"\x88\x05\x81\x03" + expiry_s.to_bytes(3, "big"),
        b"\x83" + location.encode() + b"\0",
    ))  # fmt: skip


def test_tshark_reads_wap_push(tshark: Any) -> None:
    """Every part is told apart, and put together they are the notification that was put in."""
    sent: list[tuple[Deliver, dict[str, str] | None]] = []
    for n in range(EACH):
        rng = random.Random(f"push/{n}")
        name, size, expiry = f"T{rng.randrange(10**8)}", rng.randint(1, 2**24 - 1), rng.randint(1, 2**24 - 1)
        location = "http://mmsc.example/" + "x" * rng.choice((0, 5, 60, 77, 78, 79, 90, 250, 700))
        push = Push(MMS_NOTIFICATION, b"\xaf\x84", notification(name, size, expiry, location), n)
        parts = push.messages(reference=n, wide=flag(rng))
        told = {
            "wsp.TID": f"0x{n:02x}",
            "wsp.pdu_type": "0x06",
            "wsp.headers_length": "3",
            "wsp.header.content_type": "application/vnd.wap.mms-message",
            "wsp.header.x_wap_application_id": "x-wap-application:mms.ua",
            "mmse.message_type": "0x82",
            "mmse.transaction_id": name,
            "mmse.mms_version": "1.2",
            "mmse.message_class.id": "0x80",
            "mmse.message_size": str(size),
            "mmse.expiry.rel": f"{expiry}.000000000",
            "mmse.content_location": location,
        }
        sender, when = Address.parse(f"1065{n}"), some_time(rng)
        for place, (dcs, data) in enumerate(parts, 1):
            sent.append((Deliver(sender, when, dcs, data), told if place == len(parts) else None))
    assert len(sent) > 2 * EACH
    shown = tshark([(deliver.direction, deliver.encode()) for deliver, _ in sent], whole=True)
    for (deliver, content), fields in zip(sent, shown, strict=True):
        assert not fields.keys() & {"_ws.malformed", "_ws.expert"}, deliver
        values = {name: [one.value for one in found] for name, found in fields.items()}
        assert values["gsm_sms.destination_port"] == ["2948"]
        assert values["gsm_sms.originator_port"] == ["9200"]
        if part := part_of(deliver.user_data.header):
            numbers = [values[f"gsm_sms.udh.mm.msg_{name}"] for name in ("id", "parts", "part")]
            assert numbers == [[str(number)] for number in (part.reference, part.total, part.number)]
        assert ("wsp" in fields) == (content is not None)
        if content is not None:
            assert {name: values[name] for name in content} == {
                name: [value] for name, value in content.items()
            }


def test_tshark_reads_other_pushes(tshark: Any) -> None:
    """A service indication as WBXML and as text (WAP-167): content types with parameters and by name."""
    compiled = b"\x02\x05\x6a\x00\x45\xc6\x0c\x03wap.x\x00\x01\x03hello\x00\x01\x01"
    pushes = [
        (Push(b"\xae\x81\xea", b"\xaf\x82", compiled, 1), "application/vnd.wap.sic", "wbxml.str_i", "hello"),
        (Push(0x2E, b"", compiled, 2), "application/vnd.wap.sic", "wbxml.str_i", "hello"),
        (Push("text/vnd.wap.si", b"\xaf\x82", b"<si/>", 3), "text/vnd.wap.si", "xml.tag", "<si/>"),
    ]
    delivers = []
    for push, *_ in pushes:
        ((dcs, data),) = push.messages(reference=1)
        delivers.append(Deliver(Address.parse("10086"), Timestamp(2026, 1, 5, 9, 0, 7, 32), dcs, data))
    shown = tshark([(deliver.direction, deliver.encode()) for deliver in delivers], whole=True)
    for (push, kind, name, value), fields in zip(pushes, shown, strict=True):
        assert not fields.keys() & {"_ws.malformed", "_ws.expert"}, push
        assert fields["wsp.TID"][0].value == f"0x{push.transaction:02x}"
        assert fields["wsp.header.content_type"][0].value == kind
        assert fields[name][-1].value == value
