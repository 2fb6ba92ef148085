"""DELIVER-REPORT, SUBMIT-REPORT and COMMAND, read by tshark and by us; truncated, and out of range."""

from __future__ import annotations

from typing import Any

import pytest

from interop.smspdu import (
    Address,
    CommandType,
    Dcs,
    DeliverReport,
    InformationElement,
    PduError,
    SmsCommand,
    SubmitReport,
    Timestamp,
    Tpdu,
    UserData,
    decode,
)

TIME = Timestamp(2026, 1, 5, 9, 0, 7, 32)
HEADER = (InformationElement(0x70, b"\x02"),)
REPORTS: list[tuple[Tpdu, dict[str, str]]] = [
    (DeliverReport(), {"tp-mti": "0"}),
    (DeliverReport(pid=0x7F, dcs=Dcs(0xF6), user_data=UserData(b"\x01\x02\x03")), {"tp-pid": "127"}),
    (DeliverReport(failure=0xD3), {"tp-fcs": "0xd3"}),
    (DeliverReport(failure=0xD5, dcs=Dcs(4), user_data=UserData(b"\x99", HEADER)), {"tp-fcs": "0xd5"}),
    (DeliverReport(dcs=Dcs(0), user_data=UserData("ok")), {"sms_text": "ok"}),
    (SubmitReport(TIME), {"tp-mti": "1", "scts.seconds": "7"}),
    (SubmitReport(TIME, failure=0xC1), {"tp-fcs": "0xc1", "scts.seconds": "7"}),
    (SubmitReport(TIME, pid=0, dcs=Dcs(8), user_data=UserData("验证码")), {"sms_text": "验证码"}),
    (
        SmsCommand(
            Address.parse("+8617012345678"), CommandType.ENQUIRY, 44, reference=3, report_request=True
        ),
        {
            "tp-mti": "2",
            "tp-mr": "3",
            "tp.command_type": "0",
            "tp.message_number": "44",
            "tp-da": "8617012345678",
            "tp-srr": "1",
        },
    ),
    (
        SmsCommand(Address.parse("10086"), CommandType.DELETE, 255, data=UserData(b"\x01\x02")),
        {"tp.command_type": "2", "tp.message_number": "255", "tp.command_data_length": "2", "tp-da": "10086"},
    ),
]


@pytest.mark.parametrize("tpdu", [tpdu for tpdu, _ in REPORTS])
def test_round_trip_and_every_truncation(tpdu: Tpdu) -> None:
    data = tpdu.encode()
    assert decode(data, tpdu.direction) == tpdu
    for end in range(len(data)):
        with pytest.raises(PduError) as caught:
            decode(data[:end], tpdu.direction)
        assert caught.value.offset is not None
        assert caught.value.offset <= end
    with pytest.raises(PduError):
        decode(data + b"\0", tpdu.direction)


@pytest.mark.foreign
def test_tshark_agrees(tshark: Any) -> None:
    shown = tshark([(tpdu.direction, tpdu.encode()) for tpdu, _ in REPORTS])
    for (tpdu, want), fields in zip(REPORTS, shown, strict=True):
        assert "_ws.malformed" not in fields, tpdu
        got = {name: fields[f"gsm_sms.{name}"][0].value for name in want}
        assert got == want, tpdu


@pytest.mark.parametrize(
    "tpdu",
    [
        DeliverReport(failure=0x7F),
        SubmitReport(TIME, failure=256),
        SubmitReport(TIME, dcs=Dcs(4), user_data=UserData(bytes(153))),
        DeliverReport(pid=300),
        SmsCommand(Address.parse("10086"), 0, 256),
        SmsCommand(Address.parse("10086"), 0, 1, data=UserData(bytes(158))),
        SmsCommand(Address.parse("10086"), 0, 1, data=UserData("text")),
    ],
)
def test_what_cannot_be_sent(tpdu: Tpdu) -> None:
    with pytest.raises(PduError):
        tpdu.encode()
