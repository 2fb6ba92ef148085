"""Hundreds of generated TPDUs, read by tshark: each field must be the one that was put in.

Left out is what tshark 4.0 itself gets wrong: enhanced validity of format 1, text behind a NUL.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from interop.smspdu import (
    Address,
    Alphabet,
    Dcs,
    Deliver,
    Direction,
    Enhanced,
    InformationElement,
    Relative,
    Status,
    StatusReport,
    Submit,
    Timestamp,
    TypeOfNumber,
    UserData,
    Validity,
    decode,
    gsm7,
)

pytestmark = pytest.mark.foreign

Carrier = Deliver | Submit | StatusReport
GSM = gsm7.BASIC.replace("\x1b", "") + "".join(gsm7.EXTENSION.values())
CHINESE = "验证码您好,尊敬的客户【小米移动】170😀𠮷é"
CONCAT_8 = InformationElement(0x00, b"\x2a\x02\x01")
CONCAT_16 = InformationElement(0x08, b"\x01\x2a\x03\x02")
PORTS = InformationElement(0x05, b"\x3e\x81\x3e\x80")  # for applications; on 2948 tshark would read WAP push
HEADERS = [
    (),
    (CONCAT_8,),
    (CONCAT_16,),
    (PORTS,),
    (PORTS, CONCAT_8),
    (PORTS, CONCAT_16),
    (CONCAT_8, InformationElement(0x24, b"\x01")),
]
"""UDHL 5, 6, 6, 11, 12, 8: every length that other codecs got wrong, and different fill bits."""

ADDRESSES = [
    Address.parse(text)
    for text in ("+8617012345678", "+861", "10086", "95588", "*100#", "#31#", "106575551234567890")
] + [
    Address("12345678901234567890"),
    Address("17012345678", TypeOfNumber.NATIONAL),
    Address("0017012345", TypeOfNumber.NATIONAL),
    Address("4412", TypeOfNumber.NETWORK_SPECIFIC, 9),
    Address("1234567", TypeOfNumber.SUBSCRIBER, 0),
    Address("123", TypeOfNumber.ABBREVIATED, 0),
    Address("1a2b3c"),
]
SENDERS = [Address.parse(text) for text in ("Alipay", "ICBC-95588", "sevenAt", "seven@@", "Üñé 1", "x{€")]


def some_text(rng: random.Random, characters: str, longest: int) -> str:
    return "".join(rng.choices(characters, k=rng.randint(0, longest)))


def some_user_data(rng: random.Random) -> tuple[Dcs, UserData]:
    header = rng.choice(HEADERS) if rng.random() < 0.6 else ()
    kind = rng.choice(("gsm7", "gsm7", "gsm7 @", "ucs2", "octets"))
    message_class = rng.choice((None, None, 0, 1, 2, 3))
    if kind == "octets":
        dcs = rng.choice([Dcs.general(Alphabet.OCTETS, message_class), Dcs(0xF5)])
        return dcs, UserData(rng.randbytes(rng.randint(1, 120)), header)
    if kind == "ucs2":
        dcs = rng.choice([Dcs.general(Alphabet.UCS2, message_class), Dcs(0xE8)])
        return dcs, UserData(some_text(rng, CHINESE, 30), header)
    dcs = rng.choice([Dcs.general(Alphabet.GSM7, message_class), Dcs(0xF0), Dcs(0xC8), Dcs(0xD1)])
    text = some_text(rng, GSM, 60) if kind == "gsm7" else "@" * rng.choice((1, 7, 8, 9, 16, 104))
    return dcs, UserData(text, header)


def some_time(rng: random.Random) -> Timestamp:
    return Timestamp(
        2000 + rng.randint(0, 79),  # later years are of the last century for nobody but others' programs
        rng.randint(1, 12),
        rng.randint(1, 28),
        rng.randint(0, 23),
        rng.randint(0, 59),
        rng.randint(0, 59),
        rng.choice((32, 0, 1, -1, 79, -79, -48, -20, rng.randint(-79, 79))),
    )


def flag(rng: random.Random) -> bool:
    return rng.random() < 0.5


def some_deliver(rng: random.Random) -> Deliver:
    originator = rng.choice(ADDRESSES + SENDERS)
    flags: dict[str, Any] = {
        name: flag(rng)
        for name in ("more_messages", "loop_prevention", "report_indication", "reply_path")
    }  # fmt: skip
    return Deliver(
        originator, some_time(rng), *some_user_data(rng), rng.choice((0, 0x40, 0x41, 0x7F)), **flags
    )


def some_submit(rng: random.Random) -> Submit:
    validity: Validity = rng.choice((
        None,
        Relative(rng.randint(0, 255)),
        some_time(rng),
        Enhanced.seconds(rng.randint(1, 255), single_shot=flag(rng)),
        Enhanced.clock(rng.randint(0, 99), rng.randint(0, 59), rng.randint(0, 59)),
    ))  # fmt: skip
    flags: dict[str, Any] = {
        name: flag(rng) for name in ("report_request", "reject_duplicates", "reply_path")
    }
    return Submit(rng.choice(ADDRESSES), *some_user_data(rng), rng.randint(0, 255), validity, **flags)


def some_report(rng: random.Random) -> StatusReport:
    report = StatusReport(
        rng.randint(0, 255),
        rng.choice(ADDRESSES),
        some_time(rng),
        some_time(rng),
        Status(rng.choice((0, 1, 2, 0x21, 0x30, 0x40, 0x45, 0x46, 0x49, 0x60, 0x65, 0x7F))),
        more_messages=flag(rng),
        loop_prevention=flag(rng),
        command=flag(rng),
    )
    if flag(rng):
        dcs, user_data = some_user_data(rng)
        report = replace(report, pid=rng.choice((None, 0x40)), dcs=dcs, user_data=user_data)
    return report


def generate() -> list[Carrier]:
    makers: list[Callable[[random.Random], Carrier]] = [some_deliver, some_submit, some_report]
    generated = [maker(random.Random(f"tshark/{n}")) for n in range(200) for maker in makers]
    alphabet = [
        Submit.of_text(Address.parse("10086"), GSM[at : at + 70], reference=at) for at in range(0, 140, 70)
    ]
    headers = [
        Submit(Address.parse("10086"), Dcs(0), UserData("hello world" + "@" * n, header))
        for header in HEADERS
        for n in range(8)
    ]
    return [*generated, *alphabet, *headers]


def shown_text(text: str) -> str:
    """As tshark writes text on a line."""
    return text.replace("\n", "\\n").replace("\r", "\\r").replace("\f", "\\f")


def zone(quarters: int) -> str:
    hours, rest = divmod(abs(quarters), 4)
    return f"Timezone: GMT {'-' if quarters < 0 else '+'} {hours} hours {15 * rest} minutes"


PARTS = ("year", "month", "day", "hour", "minutes", "seconds")


def expected_times(stamps: Sequence[Timestamp]) -> dict[str, list[str]]:
    rows = [(t.year - 2000, t.month, t.day, t.hour, t.minute, t.second) for t in stamps]
    return {f"scts.{part}": [str(row[i]) for row in rows] for i, part in enumerate(PARTS) if rows}


def expected_address(name: str, address: Address) -> dict[str, list[str]]:
    return {
        name: [address.value],
        "dis_field_addr.num_type": [str(int(address.ton))],
        "dis_field_addr.num_plan": [str(int(address.npi))],
    }


def expected_user_data(user_data: UserData) -> dict[str, list[str]]:
    want = {
        "tp-udhi": [str(int(bool(user_data.header)))],
        "ie_identifier": [f"0x{element.identifier:02x}" for element in user_data.header],
    }
    for element in user_data.header:
        if element == PORTS:
            want |= {"destination_port": ["16001"], "originator_port": ["16000"]}
        elif element == CONCAT_8:
            want |= {"udh.mm.msg_id": ["42"], "udh.mm.msg_parts": ["2"], "udh.mm.msg_part": ["1"]}
        elif element == CONCAT_16:
            want |= {"udh.mm.msg_id": ["298"], "udh.mm.msg_parts": ["3"], "udh.mm.msg_part": ["2"]}
    if isinstance(user_data.body, bytes):
        want["sms_body"] = [user_data.body.hex(":")]
    return want


def bit(value: bool) -> list[str]:
    return [str(int(value))]


def expected(tpdu: Carrier) -> dict[str, list[str]]:
    match tpdu:
        case Deliver():
            want = expected_address("tp-oa", tpdu.originator) | expected_times([tpdu.timestamp])
            want |= {
                "tp-mti": ["0"],
                "tp-mms": bit(not tpdu.more_messages),
                "tp-lp": bit(tpdu.loop_prevention),
                "tp-sri": bit(tpdu.report_indication),
                "tp-rp": bit(tpdu.reply_path),
                "tp-pid": [str(tpdu.pid)],
            }
        case Submit():
            want = expected_address("tp-da", tpdu.destination) | {
                "tp-mti": ["1"],
                "tp-mr": [str(tpdu.reference)],
                "tp-srr": bit(tpdu.report_request),
                "tp-rd": bit(tpdu.reject_duplicates),
                "tp-rp": bit(tpdu.reply_path),
                "tp-pid": ["0"],
            }
            match tpdu.validity:
                case Timestamp():
                    want |= {"tp-vpf": ["3"]} | expected_times([tpdu.validity])
                case Relative(value):
                    want |= {"tp-vpf": ["2"], "vp.validity_period": [str(value)]}
                case Enhanced():
                    want |= {"tp-vpf": ["1"], "vp.single_shot_sm": bit(tpdu.validity.single_shot)}
                case None:
                    want |= {"tp-vpf": ["0"], "vp.validity_period": []}
        case StatusReport():
            want = expected_address("tp-ra", tpdu.recipient)
            want |= expected_times([tpdu.timestamp, tpdu.discharge]) | {
                "tp-mti": ["2"],
                "tp-mr": [str(tpdu.reference)],
                "tp-mms": bit(not tpdu.more_messages),
                "tp-lp": bit(tpdu.loop_prevention),
                "tp-srq": bit(tpdu.command),
                "tp-pid": [] if tpdu.pid is None else [str(tpdu.pid)],
                "dis_field.st_error": [str(tpdu.status.value >> 5)],
                "dis.field_st_reason": [str(tpdu.status.value & 0x1F)],
            }
    want["tp-dcs"] = [] if tpdu.dcs is None else [str(tpdu.dcs.value)]
    return want | (expected_user_data(tpdu.user_data) if tpdu.user_data else {"sms_text": []})


def lines(tpdu: Carrier) -> dict[str, list[str]]:
    """Fields whose meaning stands only in the line that tshark writes."""
    want: dict[str, list[str]] = {}
    stamps: list[Any] = []
    match tpdu:
        case Deliver():
            stamps = [tpdu.timestamp]
        case Submit():
            stamps = [tpdu.validity]
        case StatusReport():
            stamps = [tpdu.timestamp, tpdu.discharge]
    want["scts.timezone"] = [zone(stamp.quarters) for stamp in stamps if isinstance(stamp, Timestamp)]
    if tpdu.user_data and isinstance(tpdu.user_data.body, str) and tpdu.user_data.body:
        want["sms_text"] = ["SMS text: " + shown_text(tpdu.user_data.body)]
    if isinstance(tpdu, Submit) and isinstance(tpdu.validity, Enhanced):
        duration = tpdu.validity.duration
        assert duration is not None
        if tpdu.validity.octets[0] & 7 == 2:
            want["vp.validity_period"] = [f"TP-Validity-Period: {duration.seconds} seconds"]
        else:
            minutes, seconds = divmod(int(duration.total_seconds()), 60)
            want["vp.validity_period.hour"] = [f"Hour: {minutes // 60}"]
            want["vp.validity_period.minutes"] = [f"Minutes: {minutes % 60}"]
            want["vp.validity_period.seconds"] = [f"Seconds: {seconds}"]
    return want


def test_tshark_reads_what_was_put_in(tshark: Any) -> None:
    tpdus = generate()
    assert len(tpdus) > 600
    octets = [tpdu.encode() for tpdu in tpdus]
    dissected = tshark([(tpdu.direction, data) for tpdu, data in zip(tpdus, octets, strict=True)])
    assert len(dissected) == len(tpdus)
    for tpdu, data, shown in zip(tpdus, octets, dissected, strict=True):
        assert "gsm_sms" in shown and "_ws.malformed" not in shown, data.hex()
        got = {name: [s.value for s in shown.get(f"gsm_sms.{name}", [])] for name in expected(tpdu)}
        assert got == expected(tpdu), data.hex()
        got_lines = {name: [s.line for s in shown.get(f"gsm_sms.{name}", [])] for name in lines(tpdu)}
        assert got_lines == lines(tpdu), data.hex()
        assert decode(data, tpdu.direction) == tpdu


def test_relative_validity_is_what_tshark_shows(tshark: Any) -> None:
    unit_seconds = {"minutes": 60, "day(s)": 86400, "week(s)": 7 * 86400}
    submits = [Submit.of_text(Address.parse("10086"), "x", validity=Relative(n)) for n in range(256)]
    dissected = tshark([(Direction.MS_TO_SC, submit.encode()) for submit in submits])
    for n, shown in enumerate(dissected):
        words = shown["gsm_sms.vp.validity_period"][0].line.removeprefix("TP-Validity-Period: ").split()
        if "hours" in words:
            seconds = int(words[0]) * 3600 + int(words[2]) * 60
        else:
            seconds = int(words[0]) * unit_seconds[words[1]]
        assert Relative(n).duration.total_seconds() == seconds, (n, words)
