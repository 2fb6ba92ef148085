"""A batch as spreadsheets save it: encodings, separators, lines; and what is said where it is none."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interop.personalise.table import BatchError, Table, parse_table


def table(content: bytes | str) -> Table:
    return parse_table(content.encode() if isinstance(content, str) else content, "b.csv")


def mistakes(content: bytes | str) -> list[str]:
    with pytest.raises(BatchError) as raised:
        table(content)
    return str(raised.value).splitlines()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_as_spreadsheets_write_it(separator: str, end: str, start: str) -> None:
    lines = [
        ["Iccid", " imsi ", "brand"],
        ["0012", "007", '"a;b,c\td"'],
        ["", "", ""],
        ["0013", " 008 ", "小米"],
    ]
    found = table(start + end.join(separator.join(line) for line in lines) + end)
    assert (found.line, found.columns) == (1, ("iccid", "imsi", "brand"))
    assert [(row.line, row.cells) for row in found.rows] == [
        (2, {"iccid": "0012", "imsi": "007", "brand": "a;b,c\td"}),
        (4, {"iccid": "0013", "imsi": "008", "brand": "小米"}),
    ]


def test_quotes_and_lines_within_a_value() -> None:
    found = table('\niccid,note\n1,"two\nlines"\n2,"a ""b"" c"\n')
    assert found.line == 2
    assert [(row.line, row.cells["note"]) for row in found.rows] == [(3, "two\nlines"), (5, 'a "b" c')]


def test_columns_without_a_name_may_be_there_as_long_as_they_are_empty() -> None:
    assert table("iccid,,\n1,,\n").rows[0].cells["iccid"] == "1"
    assert mistakes("iccid,\n1,\n2,3\n") == ["b.csv:3: has a value in a column without a name"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", 'b.csv: has no header with a column "iccid" in its first line'),
        ("imsi,adm\n1,2\n", 'b.csv: has no header with a column "iccid" in its first line'),
        ("sep=;\niccid;imsi\n1;2\n", 'b.csv: has no header with a column "iccid" in its first line'),
        ("iccid|imsi\n1|2\n", 'b.csv: has no header with a column "iccid" in its first line'),
        ("iccid,imsi\n", "b.csv:1: has no row below its header"),
        ("iccid,imsi\n\n,\n", "b.csv:1: has no row below its header"),
        ("iccid,imsi,IMSI\n1,2,3\n", "b.csv:1:imsi: stands in the header twice"),
        ("iccid,imsi\n1\n", "b.csv:2: has 1 values, the header 2 columns"),
        ("iccid,imsi\n1,2,3\n", "b.csv:2: has 3 values, the header 2 columns"),
        ('iccid,imsi\n1,"2\n', "b.csv:2: is no CSV: unexpected end of data"),
        ('iccid,imsi\n1,"2"3\n', "b.csv:2: is no CSV: ',' expected after '\"'"),
        ("iccid\n" + "1" * 140_000, "b.csv:2: is no CSV: field larger than field limit (131072)"),
        ("iccid\n1\x002\n", 'b.csv:2: holds a control character (0x00): save it as "CSV UTF-8"'),
        (
            "iccid,brand\n1,远特\n".encode("gbk"),
            "b.csv:2: is not UTF-8; it can be read as GBK, in which Chinese Windows saves CSV: "
            'save it as "CSV UTF-8"',
        ),
        ("iccid\n1\n".encode("utf-16"), 'b.csv:1: is UTF-16, which spreadsheets call "Unicode text"'),
        ("iccid\n1\n".encode("utf-16-le"), "b.csv:1: holds a control character (0x00)"),
        (b"PK\x03\x04\x14\x00", "b.csv: is a workbook, not a CSV table: save it as"),
        (b"PK\x03\x04\x14\x00\xff\xff", "b.csv:1: is a workbook, not a CSV table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "b.csv:1: is a workbook, not a CSV table"),
        (b"iccid\n\xff\xff", "b.csv:2: is not UTF-8: save it as"),
    ],
)
def test_what_is_no_table(content: bytes | str, expected: str) -> None:
    (mistake,) = mistakes(content)
    assert mistake.startswith(expected)


def test_a_forgotten_header_does_not_show_the_keys_of_the_first_row() -> None:
    (mistake,) = mistakes("89860120831100171010,ascii:31337314,465b5ce8b199b49faa5f0a2ee238a6bc\n")
    assert not {"31337314", "465b5ce8b199b49faa5f0a2ee238a6bc"} & set(mistake.replace(":", " ").split())


def test_a_problem_is_one_line_whatever_a_column_is_called() -> None:
    assert mistakes('iccid,"a\nb","a\nb"\n1,2,3\n') == [
        "b.csv:1: column 3 (a text of 3 characters) stands in the header twice"
    ]


@given(st.binary(max_size=200) | st.text(alphabet='iccid1",;\t\r\n\x00é', max_size=60).map(str.encode))
@example(b"\xef\xbb\xbficcid")
@example(b"iccid\r\r\n\r1")
def test_garbage_is_a_table_or_a_batch_error(content: bytes) -> None:
    try:
        found = table(content)
    except BatchError as error:
        assert str(error)
    else:
        assert found.rows and all(set(found.columns) <= set(row.cells) for row in found.rows)
