"""Hundreds of generated TPDUs, read by tshark: each field is the one that was put in, tshark shows no other
one, and every octet is one of a field.

Left out is what tshark 4.0 itself gets wrong: enhanced validity of format 1, text behind a NUL, the tables of
national languages (test_validity and test_national hold those to the standard's own tables).
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
from tests.smspdu.conftest import Dissected

pytestmark = pytest.mark.foreign

Carrier = Deliver | Submit | StatusReport
GSM = gsm7.BASIC.replace("\x1b", "") + "".join(gsm7.EXTENSION.values())
CHINESE = "验证码您好,尊敬的客户【小米移动】170😀𠮷é"
CONCAT_8 = InformationElement(0x00, b"\x2a\x02\x01")
CONCAT_16 = InformationElement(0x08, b"\x01\x2a\x03\x02")
PORTS = InformationElement(0x05, b"\x3e\x81\x3e\x80")  # for applications; on 2948 tshark would read WAP push
SHIFT = InformationElement(0x24, b"\x01")
HEADERS = [
    (),
    (CONCAT_8,),
    (CONCAT_16,),
    (PORTS,),
    (PORTS, CONCAT_8),
    (PORTS, CONCAT_16),
    (CONCAT_8, SHIFT),
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
        "dis_field_addr.length": [str(semi_octets(address))],
        "dis_field_addr.extension": ["1"],
    }


def semi_octets(address: Address) -> int:
    """9.1.2.5: digits; of a name the semi-octets that its septets need."""
    if address.ton != TypeOfNumber.ALPHANUMERIC:
        return len(address.value)
    return -(-7 * septets(address.value) // 4)


def septets(text: str) -> int:
    return len(text) + sum(text.count(char) for char in gsm7.EXTENSION.values())


def expected_user_data(dcs: Dcs, user_data: UserData) -> dict[str, list[str]]:
    want = {
        "tp-udhi": [str(int(bool(user_data.header)))],
        "ie_identifier": [f"0x{element.identifier:02x}" for element in user_data.header],
        "dis_field_ud_iei.length": [str(len(element.data)) for element in user_data.header],
        "dis_iei_lang.single_shift": ["1"] * user_data.header.count(SHIFT),
        "sms_body": [],
    }
    for element in user_data.header:
        if element == PORTS:
            want |= {"destination_port": ["16001"], "originator_port": ["16000"]}
        elif element == CONCAT_8:
            want |= {"udh.mm.msg_id": ["42"], "udh.mm.msg_parts": ["2"], "udh.mm.msg_part": ["1"]}
        elif element == CONCAT_16:
            want |= {"udh.mm.msg_id": ["298"], "udh.mm.msg_parts": ["3"], "udh.mm.msg_part": ["2"]}
    return want | expected_lengths(dcs, user_data)


def expected_lengths(dcs: Dcs, user_data: UserData) -> dict[str, list[str]]:
    """TP-UDL counts septets in GSM 7 bit, else octets (9.2.3.16); text begins at a septet (9.2.3.24)."""
    header = sum(2 + len(element.data) for element in user_data.header)
    before = header + 1 if header else 0
    want = {"dis_field_udh.user_data_header_length": [str(header)] if header else []}
    match user_data.body:
        case bytes(body):
            length = before + len(body)
            want["sms_body"] = [body.hex(":")] if body else []
        case str(text) if dcs.alphabet is Alphabet.GSM7:
            length = -(-8 * before // 7) + septets(text)
            want["dis_field_udh.gsm.fill_bits"] = ["0x00"] if -8 * before % 7 else []  # their content
        case str(text):
            length = before + len(text.encode("utf-16-be"))
    return want | {"tp.user_data_length": [str(length)]}


def meaning(shown: Dissected) -> tuple[Alphabet, int | None, tuple[bool, int, bool] | None]:
    """TP-DCS as tshark reads it: alphabet, class, waiting (active, kind, stored); 23.038 4."""

    def number(name: str) -> int | None:
        found = shown.get(f"gsm_sms.{name}")
        return int(found[0].value, 0) if found else None

    group = number("coding_group_bits4")
    if "gsm_sms.gsm_7_bit_default_alphabet" in shown:
        return Alphabet.GSM7, None, None
    if group is None:
        charset = (Alphabet.GSM7, Alphabet.OCTETS, Alphabet.UCS2)[number("dcs.character_set") or 0]
        classed = number("dcs.message_class_defined")
        return charset, number("dcs.message_class") if classed else None, None
    if group == 0xF:
        octets = number("dcs.message_coding")
        return Alphabet.OCTETS if octets else Alphabet.GSM7, number("dcs.message_class"), None
    waiting = (bool(number("dcs.indication_sense")), number("dcs.message_waiting") or 0, group != 0xC)
    return Alphabet.UCS2 if group == 0xE else Alphabet.GSM7, None, waiting


def meant(dcs: Dcs) -> tuple[Alphabet, int | None, tuple[bool, int, bool] | None]:
    waiting = dcs.waiting
    told = (waiting.active, int(waiting.kind), waiting.store) if waiting else None
    return dcs.alphabet, dcs.message_class, told


ELSEWHERE = frozenset({
    "gsm_7_bit_default_alphabet", "coding_group_bits2", "coding_group_bits4", "dcs.character_set",
    "dcs.indication_sense", "dcs.message_class", "dcs.message_class_defined", "dcs.message_coding",
    "dcs.message_waiting", "dcs.reserved", "dcs.text_compressed",
    "tp.pid.format_subsequent_bits", "tp.pid.message_type", "tp.pid.sm_al_proto",
    "tp.pid.telematic_interworking", "dis_field.definition", "vp.validity_period_format",
    "sms_text",
})  # fmt: skip
"""What tshark shows of these is compared by `meaning`, or they are bits of an octet that is compared whole,
or, with the text, lines."""
ZERO = ("tp.extension", "tp.reserved", "vp.extension", "vp.reserved")


def zeroes(tpdu: Carrier, data: bytes) -> frozenset[int]:
    """The unused octets of an enhanced validity (9.2.3.12.3); tshark does not show them."""
    if not isinstance(tpdu, Submit) or not isinstance(tpdu.validity, Enhanced):
        return frozenset()
    start = 2 + 2 + (len(tpdu.destination.value) + 1) // 2 + 2
    used = {2: 2, 3: 4}[tpdu.validity.octets[0] & 7]
    unused = frozenset(range(start + used, start + 7))
    assert not any(data[at] for at in unused)
    return unused


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
            if tpdu.pid is None and tpdu.dcs is None and tpdu.user_data is None:  # no TP-PI is needed
                want |= {"tp.parameter_indicator": []}
            else:
                want |= expected_indicator(tpdu.pid, tpdu.dcs, tpdu.user_data)
    want["tp-dcs"] = [] if tpdu.dcs is None else [str(tpdu.dcs.value)]
    if tpdu.dcs is None or tpdu.user_data is None:
        return want | {"tp-udhi": ["0"], "sms_text": []}
    return want | expected_user_data(tpdu.dcs, tpdu.user_data)


def expected_indicator(pid: int | None, dcs: Dcs | None, user_data: UserData | None) -> dict[str, list[str]]:
    """TP-PI (9.2.3.27)."""
    there = {"pid": pid is not None, "dcs": dcs is not None, "udl": user_data is not None}
    bits = {f"tp.{name}.present": bit(is_there) for name, is_there in there.items()}
    value = sum(is_there << place for place, is_there in enumerate(there.values()))
    return bits | {"tp.parameter_indicator": [f"0x{value:02x}"]}


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
        agrees(shown, data, tpdu.dcs, expected(tpdu), lines(tpdu), zeroes(tpdu, data))
        assert decode(data, tpdu.direction) == tpdu


def agrees(
    shown: Dissected,
    data: bytes,
    dcs: Dcs | None,
    values: dict[str, list[str]],
    lines: dict[str, list[str]],
    unshown: frozenset[int] = frozenset(),
) -> None:
    """Field by field, both ways, to the last octet."""
    assert "gsm_sms" in shown and not shown.keys() & {"_ws.malformed", "_ws.expert"}, data.hex()
    got = {name: [s.value for s in shown.get(f"gsm_sms.{name}", [])] for name in values}
    assert got == values, data.hex()
    got = {name: [s.line for s in shown.get(f"gsm_sms.{name}", [])] for name in lines}
    assert got == lines, data.hex()
    assert dcs is None or meaning(shown) == meant(dcs), data.hex()
    for name in ZERO:
        assert all(int(s.value, 0) == 0 for s in shown.get(f"gsm_sms.{name}", [])), data.hex()
    fields = {name.removeprefix("gsm_sms.") for name in shown if name.startswith("gsm_sms.")}
    assert fields <= {*values, *lines, *ELSEWHERE, *ZERO}, data.hex()
    assert shown.covered | unshown == frozenset(range(len(data))), data.hex()


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
