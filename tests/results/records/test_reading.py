"""An operator's file as its profile describes it, and what becomes of lines that are none of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from interop.cli.record_profiles import read_profile
from interop.results.records import (
    CallRecord,
    ColumnMissing,
    Profile,
    RecordFile,
    Service,
    Span,
    read_records,
)
from tests.results.records.made import EPOCH

EMULATED = read_profile("emulated")
HEAD = "record_id,type,served,other,start,duration_s,charge_fen,balance_fen\n"
GOOD = "1,MOC,8617090001234,17180001234,2026-01-05 09:00:08,11,15,4985\n"


def profile(**changed: Any) -> Profile:
    return Profile.model_validate_json(
        Profile.model_validate({**EMULATED.model_dump(), **changed}, strict=False).model_dump_json()
    )


def read(text: str, rules: Profile = EMULATED, encoding: str = "utf-8") -> RecordFile:
    return read_records(text.encode(encoding), rules)


def test_a_row_of_the_emulated_operator() -> None:
    assert read(HEAD + GOOD).records == [
        CallRecord(
            line=2,
            id="1",
            service=Service.CALL,
            served="17090001234",
            other="17180001234",
            start=EPOCH + 8,
            duration_s=11.0,
            duration=Span(10.0, 11.0),
            charge=Decimal("0.15"),
        )
    ]


# Published by strangers. The first four are sample lines of Asterisk's in a comment of iopsys' TR-104 data
# model (bbf); the fifth is from the documentation of an Asterisk book (Joana D'Arc), with 16 columns.
ASTERISK = '''\
"","8001","8002","sip0","""8001"" <8001>","TELCHAN/5/22","SIP/sip0-00000013","Dial","SIP/8002@sip0,,gT","2020-08-27 11:02:40",,"2020-08-27 11:02:40",0,0,"BUSY","DOCUMENTATION","1598518960.99",""
"","8001","8002","sip0","""8001"" <8001>","TELCHAN/5/19","SIP/sip0-00000011","Dial","SIP/8002@sip0,,gT","2020-08-27 11:02:16","2020-08-27 11:02:20","2020-08-27 11:02:25",8,5,"ANSWERED","DOCUMENTATION","1598518936.86",""
"","7001","8001","call_line",""""" <7001>","SIP/sip0-00000015","TELCHAN/5/25","Dial","TELCHAN/5,,tF(hangup,h,2)","2020-08-27 11:09:40","2020-08-27 11:09:45","2020-08-27 11:20:40",660,654,"ANSWERED","DOCUMENTATION","1598519380.114",""
"","8001","7001","sip0","""8001"" <8001>","TELCHAN/5/1","SIP/sip0-00000001","Dial","SIP/7001@sip0,,gT","2020-08-25 16:11:41","2020-08-25 16:11:50","2020-08-25 16:12:02",21,11,"ANSWERED","DOCUMENTATION","1598364701.4",""
'''  # noqa: E501
SHORT = '''"1234","4830258576","*72*1234*8584","admin","""Joana D'Arc"" <4830258576>","PJSIP/8576-5f30","PJSIP/8584-9153","Dial","PJSIP/8584,30,tT","2006-03-27 16:05:00","2006-03-27 16:05:00","2006-03-27 16:05:00","0","0","ANSWERED","DOCUMENTATION"'''  # noqa: E501


def test_asterisks_own_lines() -> None:
    rules = read_profile("asterisk")
    start = rules.start.model_copy(update={"zone": "+02:00"})  # that machine stood in Sweden, in summer
    file = read(ASTERISK, rules.model_copy(update={"start": start}))
    assert not file.malformed
    assert file.left_out == 1  # BUSY, whose answer is empty
    assert [(one.served, one.other, one.duration_s, one.id) for one in file.records] == [
        ("8001", "8002", 5.0, "1598518936.86"),
        ("7001", "8001", 654.0, "1598519380.114"),
        ("8001", "7001", 11.0, "1598364701.4"),
    ]
    # 11:09:45 to 11:20:40 are 655 s by the clock: what is written was rounded down
    assert [one.duration for one in file.records] == [Span(5.0, 6.0), Span(654.0, 655.0), Span(11.0, 12.0)]
    # a uniqueid begins with the POSIX time at which the call came: 11:02:16, and it was answered at 11:02:20
    assert file.records[0].start == 1598518936 + 4
    # and the file of an Asterisk that logs no uniqueid is read by a profile that asks for none
    columns = rules.columns.model_copy(update={"id": None})
    assert read(SHORT, rules).malformed[0].why == "the line has only 16 columns"
    assert read(SHORT, rules.model_copy(update={"columns": columns})).records[0].other == "*72*1234*8584"


# the fourth to seventh column of a line that is not lost for others; what is told of it
BAD = [
    ("2,XYZ,8617090001234,10010,2026-01-05 09:00:08,11,15,0", "type", "XYZ", "a type that the profile"),
    ("2,MOC,,10010,2026-01-05 09:00:08,11,15,0", "served", "", "no number"),
    ("2,MOC,1.709E+10,10010,2026-01-05 09:00:08,11,15,0", "served", "1.709E+10", "a spreadsheet has spoilt"),
    ("2,MOC,17090001234.0,10010,2026-01-05 09:00:08,11,15,0", "served", "17090001234.0", "a spreadsheet"),
    (
        '2,MOC,="17090001234",10010,2026-01-05 09:00:08,11,15,0',
        "served",
        '="17090001234"',
        "more than a number stands here",
    ),
    (
        "2,MOC,１７０９０００１２３４,10010,2026-01-05 09:00:08,11,15,0",
        "served",
        "１７０９０００１２３４",
        "more than a",
    ),
    ("2,MOC,8617090001234,138****1234,2026-01-05 09:00:08,11,15,0", "other", "138****1234", "this number is"),
    ("2,MOC,8617090001234, ,2026-01-05 09:00:08,11,15,0", "other", "", "no number"),
    (
        "2,MOC,8617090001234,10010,2026-13-05 09:00:08,11,15,0",
        "start",
        "2026-13-05 09:00:08",
        "no time as %Y",
    ),
    ("2,MOC,8617090001234,10010,,11,15,0", "start", "", "no time as"),
    ("2,MOC,8617090001234,10010,2026-01-05 09:00:08,-1,15,0", "duration", "-1", "no duration"),
    ("2,MOC,8617090001234,10010,2026-01-05 09:00:08,nan,15,0", "duration", "nan", "no duration"),
    ("2,MOC,8617090001234,10010,2026-01-05 09:00:08,1:01,15,0", "duration", "1:01", "no duration in s"),
    ("2,MOC,8617090001234,10010,2026-01-05 09:00:08,11,15元,0", "charge", "15元", "no amount in fen"),
    ("2,MOC,8617090001234,10010,2026-01-05 09:00:08,11,NaN,0", "charge", "NaN", "no amount in fen"),
    ("2,MOC,8617090001234,10010,2026-01-05 09:00:08,11,1E+40,0", "charge", "1E+40", "no amount in fen"),
    ("2,MOC,8617090001234,10010,2026-01-05 09:00:08,11,9E+999999,0", "charge", "9E+999999", "no amount in"),
    ("2,MOC,8617090001234", "other", "", "the line has only 3 columns"),
    ('2,MOC,"8617090001234,10010,2026-01-05 09:00:08,11,15,0', "", None, "unexpected end of data"),
    ('2,MOC,"8617090001234"x,10010', "", None, "',' expected after '\"'"),
]


@pytest.mark.parametrize(("line", "column", "value", "why"), BAD)
def test_a_line_that_cannot_be_read_harms_no_other(
    line: str, column: str, value: str | None, why: str
) -> None:
    file = read(f"{HEAD}{GOOD}{line}\n{GOOD}")
    assert [one.line for one in file.records] == [2, 4]
    (bad,) = file.malformed
    assert (bad.line, bad.column, bad.value) == (3, column, line if value is None else value)
    assert bad.why.startswith(why)
    assert bad.served == ("17090001234" if column in ("other", "start", "duration", "charge") else "")


def test_bytes_of_another_encoding_harm_their_own_line_only() -> None:
    rules = profile(numbers={"prefixes": ["+86", "86"]})
    name = "移动客服"  # in a column that nobody asks for it does no harm at all
    text = f"{HEAD}1,MOC,8617090001234,10010,2026-01-05 09:00:08,11,15,{name}\n"
    assert len(read(text, rules, "gb18030").records) == 1
    spoilt = read(f"{HEAD}1,MOC,8617090001234,{name},2026-01-05 09:00:08,11,15,0\n{GOOD}", rules, "gb18030")
    assert [bad.why for bad in spoilt.malformed] == ["not utf-8"]
    assert [one.line for one in spoilt.records] == [3]


def test_a_file_of_a_chinese_operators_spreadsheet() -> None:
    """GB18030, tabs, a title, amounts in yuan, minutes, and what the call cost in its own words."""
    rules = profile(
        file={"encoding": "gb18030", "delimiter": "\t", "header": True, "skip": 1},
        columns={
            "type": "类型",
            "served": "主叫",
            "other": 3,
            "start": "时间",
            "duration": "时长",
            "charge": "费用",
        },
        start={"format": "%Y年%m月%d日 %H:%M:%S"},
        duration={"unit": "h:m:s", "rounding": "nearest"},
        charge={"unit": "yuan"},
        types={"call": ["主叫"], "message": ["短信"], "leave_out": ["被叫"]},
    )
    text = (
        "详单\r\n类型\t主叫\t对方\t时间\t时长\t费用\r\n"
        "主叫\t+86 170-9000-1234\t010-12345678\t2026年01月05日 09:00:08\t00:01:05\t0.15\r\n"
        "被叫\tx\r\n"
        "\r\n"
        "短信\t17090001234\t10086\t2026年01月05日 09:00:09\t\t0.10"
    )
    call, message = read(text, rules, "gb18030").records
    assert (call.line, call.served, call.other, call.start) == (3, "17090001234", "1012345678", EPOCH + 8)
    assert (call.duration_s, call.duration, call.charge) == (65.0, Span(64.5, 65.5), Decimal("0.15"))
    assert (message.service, message.line, message.duration) == (Service.MESSAGE, 6, Span(0.0, 0.0))


ROUNDED = [
    ("s", "up", "11", Span(10.0, 11.0)),
    ("s", "down", "11", Span(11.0, 12.0)),
    ("s", "nearest", "0", Span(0.0, 0.5)),
    ("min", "up", "2", Span(60.0, 120.0)),
    ("ms", "nearest", "1500", Span(1.4995, 1.5005)),
    ("h:m:s", "up", "1:00:01", Span(3600.0, 3601.0)),
]


@pytest.mark.parametrize(("unit", "rounding", "written", "meant"), ROUNDED)
def test_what_a_duration_may_have_been(unit: str, rounding: str, written: str, meant: Span) -> None:
    rules = profile(duration={"unit": unit, "rounding": rounding})
    (one,) = read(f"{HEAD}1,MOC,17090001234,10010,2026-01-05 09:00:08,{written},15,0", rules).records
    assert one.duration.low == pytest.approx(meant.low)
    assert one.duration.high == pytest.approx(meant.high)


@pytest.mark.parametrize(
    ("start", "written"),
    [
        ({"epoch": "s"}, "1767574808"),
        ({"epoch": "ms"}, "1767574808000"),
        ({"format": "%Y%m%d%H%M%S", "zone": "+00:00"}, "20260105010008"),
        ({"format": "%Y%m%d%H%M%S", "zone": "-03:30"}, "20260104213008"),
        ({"format": "%Y-%m-%dT%H:%M:%S%z"}, "2026-01-05T01:00:08+0000"),
    ],
)
def test_ways_to_write_one_moment(start: dict[str, Any], written: str) -> None:
    (one,) = read(f"{HEAD}1,MOC,17090001234,10010,{written},11,15,0", profile(start=start)).records
    assert one.start == EPOCH + 8


@pytest.mark.parametrize("start", ["inf", "1e300", "nan"])
def test_no_moment_at_all(start: str) -> None:
    file = read(f"{HEAD}1,MOC,17090001234,10010,{start},11,15,0", profile(start={"epoch": "s"}))
    assert not file.records
    assert file.malformed[0].column == "start"


NUMBERS = [
    ("+8613900001234", "13900001234"),
    ("008613900001234", "13900001234"),
    ("8613900001234", "13900001234"),
    ("013900001234", "13900001234"),
    ("13900001234", "13900001234"),
    ("86 139-0000-1234", "13900001234"),
    ("10086", "10086"),
    ("8610086", "10086"),
    ("8601", "8601"),  # nothing of a number would be left
    ("*100#", "*100#"),
]


@pytest.mark.parametrize(("written", "meant"), NUMBERS)
def test_prefixes_change_nothing(written: str, meant: str) -> None:
    assert EMULATED.numbers.plain(written) == meant


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_byte_order_mark_is_no_part_of_the_header(encoding: str) -> None:
    rules = profile(file={"encoding": encoding})
    assert len(read("\ufeff" + HEAD + GOOD, rules, encoding).records) == 1


def test_a_strange_header_does_nothing_to_the_terminal() -> None:
    with pytest.raises(ColumnMissing) as refused:
        read_records(b"a\x1b[2J\xff," + b"b" * 9999 + b"\n", EMULATED)
    assert len(str(refused.value)) < 300
    assert "a\ufffd[2J\ufffd, bbb" in str(refused.value)


def test_a_file_of_another_profile_says_which_column_it_lacks() -> None:
    with pytest.raises(ColumnMissing, match=r'no column "served" \(served\): its header has a, b'):
        read("a,b\n1,2\n")
    with pytest.raises(ColumnMissing, match="no header in line 1: unexpected end of data"):
        read('"\n1,2\n')


def test_what_only_python_takes_for_a_line_end_is_none() -> None:
    odd = GOOD.replace("4985", "a\u2028b\x85c\x1cd\x0be")
    assert [one.line for one in read(f"{HEAD}{odd}{GOOD}").records] == [2, 3]


def test_an_empty_file_holds_nothing() -> None:
    assert read("") == read(HEAD) == RecordFile()
