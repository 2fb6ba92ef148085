"""What is said of an order before a card is there: sims.md 12.10."""

from __future__ import annotations

from pathlib import Path

import pytest

from interop.personalise.batch import parse_batch
from interop.personalise.lint import contents_of, lint_order
from interop.personalise.order import Order
from interop.personalise.profile import parse_profile

GOOD = {
    "iccid": "89860120831100171010", "imsi": "460010000000001", "msisdn": "17180002001"
}  # fmt: skip
FILES = "AD: {}, SPN: {name: 蜗牛移动}, EHPLMN: ['46001'], SMSP: {smsc: '+8613010112500'}"


def order(files: str = FILES, **row: str) -> Order:
    cells = GOOD | row
    profile = parse_profile(f"name: p\ncard: sysmoUSIM-SJS1\nfiles: {{{files}}}\n".encode(), source="p.yaml")
    table = f"{','.join(cells)}\n{','.join(cells.values())}\n"
    (found,) = parse_batch(table.encode(), profile, source="b.csv", directory=Path())
    return found


def test_nothing_is_said_of_a_good_one() -> None:
    assert lint_order(order()) == []


@pytest.mark.parametrize(
    ("files", "row", "expected"),
    [
        ("ACC: [5]", {}, "error: EF_ACC 6F78: class 5, but the IMSI ends with 1"),
        ("AD: {mnc_length: 3}", {}, "error: EF_AD 6FAD: MNC length 3"),
        ("EHPLMN: ['46006']", {}, "warning: EF_EHPLMN 6FD9: 46001 of the IMSI is not among 46006"),
        ("FPLMN: ['46001']", {}, "error: EF_FPLMN 6F7B: forbids 46001, which is home"),
        ("SMSP: {}", {}, "error: EF_SMSP 6F42: no service centre"),
        ("SMSP: {smsc: '+8613800100500'}", {}, "is of CMCC, but the IMSI of CUCC"),
        (
            "SPN: {name: 一二三四五六七八}",
            {},
            "in UCS2, 16 fit",
        ),
        ("UST: [19]", {}, ""),
        ("UST: [1000]", {}, "error: EF_UST 6F38: service 1000 is not in 1..136"),
        ("UST: [12], SPN: {name: a}", {}, "warning: EF_UST 6F38: EF_SPN is filled, but service 19"),
        (
            "SPN: {name: 中国移动}",
            {},
            "warning: EF_SPN 6F46: '中国移动' is the name of CMCC, but the IMSI is of CUCC",
        ),
        ("SPN: {name: 中国联通}", {}, "but segment 1718 is a reseller's"),
        ("AD: {}", {"msisdn": "16210002001"}, "segment 162 is of CTCC, but the IMSI of CUCC"),
        ("AD: {}", {"imsi": "460000000000001"}, "issued by CUCC, but the IMSI is of CMCC"),
        ("AD: {}", {"imsi": "460090000000001"}, ""),
        (
            "EHPLMN: []",
            {"imsi": "460090000000001"},
            "warning: EF_EHPLMN 6FD9: empty, and the IMSI is of 46009",
        ),
        ("AD: {}", {"iccid": "89860012345678901234"}, "warning: EF_ICCID 2FE2: check digit 4, 8 is right"),
    ],
)
def test_what_is_said(files: str, row: dict[str, str], expected: str) -> None:
    found = [str(finding) for finding in lint_order(order(files, **row))]
    if expected:
        assert any(expected in finding for finding in found), found
    assert found == [
        str(finding) for finding in sorted(lint_order(order(files, **row)), key=lambda f: f.severity.rank)
    ]


def test_keys_are_no_contents() -> None:
    found = order(ki="465b5ce8b199b49faa5f0a2ee238a6bc", opc="cd63cb71954a9f4e48a5994e37a02baf")
    contents, problems = contents_of(found.wishes)
    assert not problems
    secret = {wish.path for wish in found.wishes if wish.secret}
    assert secret and not secret & contents.keys()


def test_records_that_are_ordered() -> None:
    contents, _ = contents_of(order("IMPU: {2: sip:b, 1: sip:a}, SMSP: {2: {smsc: '+8613010112500'}}").wishes)
    records = [bytes(octets)[2:7] for octets in contents["3F00/ADF.ISIM/6F04"]]
    assert records == [b"sip:a", b"sip:b"]
    assert len(contents["3F00/7FFF/6F42"]) == 1
