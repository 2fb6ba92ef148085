"""Nothing that could reach an emergency service leaves on a link that counts as real (DESIGN section 4)."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.at.exchange import (
    Command,
)
from drivers.at.guard import Guard
from interop.engine.clock import run_virtual
from interop.protocols.errors import EmergencyRefused, EquipmentError
from interop.smspdu import Address, NumberingPlan, Submit, TypeOfNumber, to_cmgs

EMERGENCY = ("110", "119", "120", "122", "12395", "112", "911", "000", "08", "118", "999")
CHINESE = ("110", "119", "120", "122")
OF_THE_SIM = "10995"  # as if EF_ECC held it

numbers = st.sampled_from((*EMERGENCY, "12110", "12110021", OF_THE_SIM))


def spelled(number: str) -> st.SearchStrategy[str]:
    """Separators between the digits, and what may stand around them and still reach the number."""
    separators = st.lists(
        st.sampled_from(["", "", " ", "-", ".", "(", ")"]), min_size=len(number), max_size=len(number)
    )
    spread = separators.map(
        lambda gaps: "".join(gap + digit for gap, digit in zip(gaps, number, strict=True))
    )
    fronts = [
        "",
        "+",
        "+86",
        "0086",
        "86",
        "17951",
        "12593",
        "+8617951",
        "T",
        "P",
        "W",
        ",",
        "!",
        "@",
        "TP",
        "0",
        "*31#",
        "#31#",
        "*31#+86",
        "+1",
        "001",
    ]
    if number in CHINESE or number.startswith("12110"):
        fronts += ["010", "021", "0755", "+8610", "+86755", "008610", "8601", "17951010"]
        fronts.remove("8601")
    ends = ["", "", "I", "G", "i", "IG", ",", "P1", "W12", ",,99#", "T1", "p1w2"]
    return st.tuples(st.sampled_from(fronts), spread, st.sampled_from(ends)).map("".join)


def cased(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from([text, text.lower(), text.upper()])


def dial_line(number: str) -> st.SearchStrategy[str]:
    before = [
        "AT",
        "AT ",
        "ATE0",
        "ATE0;",
        "ATH0",
        "ATV1E0Q0 ",
        "ATX4&C1",
        "AT+CREG?;",
        'AT+CSCS="GSM";',
        "AT+CMEE=1;",
        "ATS0=0",
        "ATDT10086;",
        "xxAT",
        "ATZ",
        "AT&F",
        "AT+CLIP=1;+CRC=1;",
        'AT+X="a;b";',
    ]
    after = [";", "", ";+CREG?", ";H", "; "]
    parts = st.tuples(
        st.sampled_from(before),
        st.sampled_from(["D", "DT", "DP", "D ", "D,"]),
        spelled(number),
        st.sampled_from(after),
    )
    return parts.map("".join).flatmap(cased)


def ucs2(text: str) -> str:
    return text.encode("utf-16-be").hex().upper()


def packed(text: str) -> str:
    bits = sum(ord(char) << 7 * at for at, char in enumerate(text))
    return bits.to_bytes((7 * len(text) + 7) // 8, "little").hex().upper()


def parameter_line(number: str) -> st.SearchStrategy[str]:
    mmi = st.sampled_from(
        [f"**21*{number}#", f"*21*{number}#", f"**61*{number}**20#", f"*31#{number}", number, f"*{number}#"]
    )
    hidings: list[Callable[[str], str]] = [str, ucs2, packed, lambda text: text.encode().hex()]
    ussd = st.tuples(mmi, st.sampled_from(hidings)).map(lambda pair: f'AT+CUSD=1,"{pair[1](pair[0])}",15')
    return st.one_of(
        mmi.map(lambda text: f"ATD{text};"),
        ussd,
        st.sampled_from(
            [
                f"AT+CHLD=4*{number}",
                f"AT+CTFR={number}",
                f"AT+CTFR={number},129",
                f'AT+CTFR="{number}"',
                f'AT+CCFC=0,3,"{number}",129',
                f"AT+CCFC=2,3,{number},129,1",
                f'AT+CCFC=0,3,"{ucs2(number)}",129',
                f'AT+CMGS="{number}"',
                f'AT+CMGS="{ucs2(number)}",129',
                f'AT+CMGW="{number}"',
                f'AT+CMSS=1,"{number}"',
                f'AT+CPBW=1,"{number}",129,"p"',
                f"AT^CDV{number}",
                f"AT+CDV={number}",
                f"AT+CDV{number}",
                f"AT+CDU={number}",
                f'AT+QDIAL="{number}"',
                f'AT+CMGSEX="{number}",145',
                f'AT+QCMGS="{number}",145',
            ]
        ),
    ).flatmap(cased)


UNKNOWABLE = [
    "A/",
    "a/",
    "ATDL",
    "ATDL;",
    "atdl",
    "ATDS=1",
    "ATDS",
    "ATD>1;",
    "ATD>SM1;",
    'ATD>"police";',
    'ATD"police";',
    "ATD;",
    "ATD",
    "ATE0DL",
    "AT+CREG?;D>1;",
    "AT+CMSS=3",
    'AT+CKPD="110S"',
    "AT+CUSATT=1",
    'AT+CUSATE="D0"',
    "AT+CUSATR",
    "AT+STGR=81,1",
    "AT^STGR=1",
    "AT+QSTKR=1,0",
    "AT*STKR=1",
    'AT+CSIM=20,"A0C2000005D103820281"',
    'AT+CSIM=10,"80140000"',
    "AT^SSTR=16,0",  # Cinterion
    "AT^CSTR=16,0",  # Huawei
    "AT+ZSTR=16,0",  # ZTE
    "AT#STSR=16,0",  # Telit
    "AT+CHLD=4,110",
    "AT+CMSS=1,12110",
    'AT+CDU=1,"tel:110"',
    'AT+CDU=1,"urn:service:sos.police"',
    'AT+CCFCU=1,1,2,1,"sip:110@ims.example"',
    'AT+CSCS="UCS2";D003100310030;',
    'AT+CSIM=4,"zz"',
    'AT+CGLA=1,20,"80C2000005D103820281"',
    'AT+CRSM=194,0,0,0,5,"D1"',
    "AT+CECALL=1",
    "AT+QECALL=1",
    "AT+CMUX=0",
    "AT&Z0=110",
    "ATS3=59",
    "ATS5=51",
    "ATS03=59",
    "AT+CMGC=9",
    "ATD1\x0010;",
    "ATD\xb11\xb0;",
    'AT+X="D110;',
    "AT\rATD110;",
    "ATD11\x0810;",
    "+CREG?",
    "ATD10086E;",
    'AT+CTFR="110',
]


def attempt(command: Command, scripted: Any) -> tuple[bytes, EquipmentError | None]:
    """What reached the wire of a real link, and what was raised."""

    async def main() -> tuple[bytes, EquipmentError | None]:
        device = scripted(emulated=False)
        channel, _ = device.channel(guard=Guard([OF_THE_SIM]))
        await channel.open()
        error = None
        try:
            await channel.run(command)
        except EquipmentError as raised:
            error = raised
        await channel.close()
        return device.wire, error

    return run_virtual(main())


def assert_refused(text: str, scripted: Any, payload: bytes | None = None) -> None:
    wire, error = attempt(Command(text=text, payload=payload, deadline=1), scripted)
    assert isinstance(error, EmergencyRefused), f"{text!r} passed as {wire!r}"
    assert wire == b""


@settings(max_examples=600, deadline=None)
@given(line=numbers.flatmap(dial_line))
def test_dial_strings_and_compound_lines(line: str, scripted: Any) -> None:
    assert_refused(line, scripted)


@settings(max_examples=400, deadline=None)
@given(line=numbers.flatmap(parameter_line))
def test_numbers_as_parameters(line: str, scripted: Any) -> None:
    assert_refused(line, scripted)


@pytest.mark.parametrize("line", UNKNOWABLE)
def test_what_cannot_be_known_or_read(line: str, scripted: Any) -> None:
    assert_refused(line, scripted)


def submit(number: str, kind: TypeOfNumber = TypeOfNumber.UNKNOWN, text: str = "help") -> Submit:
    return Submit.of_text(Address(number, kind, NumberingPlan.ISDN), text)


@pytest.mark.parametrize("command", ["CMGS", "CMGW", "^SMGS"])
@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (number, TypeOfNumber.UNKNOWN)
        for number in (*EMERGENCY, "12110", "12110010", OF_THE_SIM, "86110", "010110")
    ]
    + [
        ("86110", TypeOfNumber.INTERNATIONAL),
        ("8612110", TypeOfNumber.INTERNATIONAL),
        ("112", TypeOfNumber.NATIONAL),
    ]
    + [("110", TypeOfNumber.ALPHANUMERIC)],
)
def test_messages_in_pdu_mode(command: str, number: str, kind: TypeOfNumber, scripted: Any) -> None:
    length, pdu = to_cmgs(submit(number, kind))
    assert_refused(f"AT{'' if command[0] == '^' else '+'}{command}={length}", scripted, pdu.encode())


def test_a_pdu_from_the_standard_by_hand(scripted: Any) -> None:
    """Not through our codec: TP-DA 03 81 11 F0 is 110."""
    assert_refused("AT+CMGS=11", scripted, b"000100038111F000000361F118")


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        ("AT+CMGS=9", b"00"),
        ("AT+CMGS=9", b"not hex"),
        ("AT+CMGS=110", b"help"),
        ("AT+CMGS=110", to_cmgs(submit("10086"))[1].encode()),  # text mode: the "length" would be the number
        ('AT+CMGS="10086"', b"hello\x1a\rATD110;\r"),
        ('AT+CMGS="10086"', b"ATD110;"),
        ("AT+QIOPEN=1", b"AT"),
    ],
)
def test_texts_after_a_prompt_that_cannot_be_judged(command: str, payload: bytes, scripted: Any) -> None:
    assert_refused(command, scripted, payload)


fragments = st.sampled_from(
    [
        "AT",
        "at",
        "D",
        "DT",
        "d",
        "1",
        "1",
        "0",
        "110",
        "119",
        "12110",
        "9",
        "10086",
        ";",
        ";",
        '"',
        ",",
        "P",
        " ",
        "+CREG?",
        "+CHLD=",
        "4",
        "*",
        "#",
        "E0",
        "H",
        "I",
        "=",
        "+86",
        "86",
        "010",
        "17951",
        "-",
        "A/",
        "+CTFR=",
        "X",
        "&F",
    ]
)


def dumb_dials(wire: str) -> list[str]:
    """Every digit stream behind a D outside quotes, up to a letter that is no modifier, "=" or ";"."""
    out = []
    for at, char in enumerate(wire):
        if char in "Dd" and wire[:at].count('"') % 2 == 0:
            run = ""
            for one in wire[at + 1 :]:
                if one in ';="' or (one.isalpha() and one.upper() not in "TPWIG"):
                    break
                run += one if one.isdigit() else ""
            out.append(run)
    return out


@settings(max_examples=1500, deadline=None)
@given(pieces=st.lists(fragments, min_size=1, max_size=9))
def test_an_oracle_that_knows_no_grammar_agrees(pieces: list[str]) -> None:
    line = "AT" + "".join(pieces)
    if Guard().danger(line.encode() + b"\r") == "":
        for digits in dumb_dials(line):
            for prefix in ("", "86", "0086", "17951", "010", "86010", "8610", "1795186", "17951010"):
                assert digits not in {prefix + number for number in (*CHINESE, "12110")}, line
            assert digits not in EMERGENCY, line


LEGITIMATE = [
    *(
        f"ATD{number};"
        for number in (
            "10086",
            "10010",
            "10000",
            "95588",
            "10690001234",
            "17011012000",
            "12321",
            "12306",
            "12315",
            "13800110110",
            "19311012000",
            "+8617011012000",
            "+8613800110110",
            "008617090001234",
            "1795117090001234",
            "118114",
            "11185",
            "96110",
            "+8610010",
            "+8610000",
            "+8695508",
            "01062283888",
            "013800110110",
            "*99#",
            "*21#",
            "**21*17090001234#",
            "10086,1,1",
            "10086P1",
            "17090001234I",
            "400-811-0110",
        )
    ),
    "AT",
    "ATE0",
    "ATE0V1Q0",
    "ATA",
    "ATH",
    "ATI",
    "ATZ",
    "AT&F",
    "ATX4 &C1",
    "ATS0=0",
    "AT+CHUP",
    "AT+CMEE=1",
    "AT+CREG?;+CSQ",
    'AT+CSCS="GSM"',
    'AT+CPMS="ME","ME","ME"',
    "AT+CNMI=2,1,0,1,0",
    "AT+CHLD=1",
    "AT+CHLD=11",
    "AT+CHLD=2",
    "AT+CHLD=3",
    "AT+CHLD=4",
    "AT+CHLD=?",
    "AT+CMGR=110",
    "AT+CMGD=119",
    "AT+CMGD=112,0",
    "AT+CMGL=4",
    "AT+CRSM=176,28486,0,0,17",
    "AT+CRSM=178,28480,1,4,112",
    'AT+CSIM=14,"A0A40000022FE2"',
    'AT+CUSD=1,"*100#",15',
    'AT+CUSD=1,"002A0031003000300023",72',
    'AT+CUSD=1,"AA180C3602",15',
    "AT+CUSD=2",
    'AT+CPIN="1120"',
    'AT+CPIN="0110"',
    'AT+CLCK="SC",1,"0110"',
    'AT+QINDCFG="ccinfo",1',
    "AT^DSCI=1",
    "AT^CURC=1",
    'AT+CGDCONT=1,"IP","CMNET"',
    "AT+CCFC=0,2",
    'AT+CCFC=0,3,"17090001234",129',
    "AT+COPS=3,2",
    "AT+CGATT?",
    "AT+VTS=1",
    'AT+CMSS=1,"10086"',
    "AT+CMGS=119",
    "AT+CUSATR?",
    "AT+CSMP=17,167,0,0",
    "AT+CEER",
    "AT+CCLK?",
]


@pytest.mark.parametrize("line", LEGITIMATE)
def test_legitimate_traffic_passes(line: str) -> None:
    assert Guard([OF_THE_SIM]).danger(line.encode() + b"\r") == ""


def test_legitimate_messages_pass(scripted: Any) -> None:
    for number in ("10086", "17011012000", "106900110", "13800110110"):
        length, pdu = to_cmgs(submit(number, text="110 119 12110"))
        assert Guard().danger(pdu.encode() + b"\x1a", f"AT+CMGS={length}") == ""


def test_every_service_number_that_is_not_an_emergency_passes() -> None:
    source = resources.files("interop.numbering") / "facts" / "service_codes.csv"
    with source.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["number"].isdigit()]
    assert len(rows) > 100
    for row in rows:
        danger = Guard().danger(f"ATD{row['number']};\r".encode())
        assert bool(danger) == (row["number"] in EMERGENCY), row


def test_an_emulated_network_may_be_called(scripted: Any) -> None:
    async def main() -> bytes:
        device = scripted(emulated=True)
        channel, _ = device.channel()
        await channel.open()
        await channel.run(Command(text="ATD110;", dials=True))
        wire: bytes = device.wire
        return wire

    assert run_virtual(main()) == b"ATD110;\r"


# At the API of the modem


@pytest.mark.parametrize(
    "number", [*EMERGENCY, "+86110", "010119", "17951120", "12110", "12110021", OF_THE_SIM]
)
def test_the_modem_refuses_before_anything_is_sent_or_spent(number: str, scripted: Any) -> None:
    async def main() -> None:
        # EF_ECC as a transparent file of a SIM: 10995 in semi-octets (3GPP TS 51.011 10.3.27)
        device = scripted(
            {
                "AT+CRSM=192,28599": b'\r\n+CRSM: 144,0,"000000036FB7040000000001020000"\r\n\r\nOK\r\n',
                "AT+CRSM=176,28599,0,0,3": b'\r\n+CRSM: 144,0,"0199F5"\r\n\r\nOK\r\n',
            },
            emulated=False,
        )
        modem = await device.modem()
        before = device.wire
        events = modem.events.mark()
        with pytest.raises(EmergencyRefused):
            await modem.dial(number)
        with pytest.raises(EmergencyRefused):
            await modem.send_message(number, "help")
        with pytest.raises(EmergencyRefused):
            await modem.ussd(f"**21*{number.strip('+')}#")
        with pytest.raises(EmergencyRefused):
            await modem.command(f"ATD{number};")
        await asyncio.sleep(1)
        assert device.wire == before
        assert device.spent == []
        assert modem.events.since(events) == []
        await modem.dial("10086")
        assert device.spent == ["calls"]
        await modem.close()

    run_virtual(main())
