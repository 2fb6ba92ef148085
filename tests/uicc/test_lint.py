"""One card with nothing wrong, and what is found when one thing of it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop import numbering
from interop.smspdu import Address, Relative
from interop.uicc import (
    FILES,
    GSM,
    ISIM,
    Acc,
    Ad,
    Content,
    DiallingNumber,
    EpsLoci,
    Est,
    Iccid,
    Identity,
    Imsi,
    Kc,
    Keys,
    Loci,
    Meter,
    Opl,
    Plmn,
    PlmnActList,
    PlmnList,
    Pnn,
    PsLoci,
    Smsp,
    SmsRecord,
    Smss,
    Spdi,
    Spn,
    Sst,
    Ust,
    find,
)
from interop.uicc.findings import Finding, Severity
from interop.uicc.lint import lint

CARD_NUMBER = "8986011701234567890"
HOME = (Plmn("460", "01"), Plmn("460", "06"), Plmn("460", "09"))
AVAILABLE = (10, 12, 19, 20, 21, 27, 33, 71, 85)

Changes = Mapping[tuple[str, str | None], Sequence[Content] | None]

CLEAN: Changes = {
    ("ICCID", None): [Iccid(CARD_NUMBER + numbering.luhn_digit(CARD_NUMBER))],
    ("IMSI", None): [Imsi("460011234567895")],
    ("IMSI", GSM): [Imsi("460011234567895")],
    ("ACC", None): [Acc((5,))],
    ("AD", None): [Ad(mnc_length=2)],
    ("SPN", None): [Spn("小米移动", hide_abroad=True)],
    ("UST", None): [Ust(AVAILABLE)],
    ("EHPLMN", None): [PlmnList(HOME)],
    ("FPLMN", None): [PlmnList()],
    ("SPDI", None): [Spdi()],
    ("PLMNwAcT", None): [PlmnActList()],
    ("LOCI", None): [Loci()],
    ("PSLOCI", None): [PsLoci()],
    ("EPSLOCI", None): [EpsLoci()],
    ("EPSNSC", None): [find("EPSNSC").decode(b"\xff" * 54)],  # type: ignore[union-attr]
    ("Keys", None): [Keys()],
    ("Kc", "7FFF/5F3B"): [Kc()],
    ("KcGPRS", "7FFF/5F3B"): [Kc()],
    ("MSISDN", None): [DiallingNumber(Address.parse("+8617090001234")), DiallingNumber(None)],
    ("SMSP", None): [Smsp(Address.parse("+8613010112500"), validity=Relative(0xA9)), Smsp()],
    ("SMS", None): [SmsRecord(3, b"\x00" * 20), SmsRecord(0, b"\xff" * 175)],
    ("SMSS", None): [Smss()],
}


def contents(changes: Changes | None = None) -> dict[str, Any]:
    octets: dict[str, Any] = {}
    for (name, path), records in {**CLEAN, **(changes or {})}.items():
        ef = find(name, path)
        assert ef is not None
        if records is not None:
            data = [ef.encode(record) for record in records]
            octets[ef.place] = data if ef.record_length else data[0]
    return octets


def of(name: str, path: str | None = None) -> tuple[str, str | None]:
    return name, path


def test_a_card_with_nothing_wrong() -> None:
    assert lint(contents()) == []


CASES: list[tuple[Changes, str]] = [
    (
        {of("ICCID"): [Iccid(CARD_NUMBER + "0")]},
        "warning: EF_ICCID 2FE2: check digit 0, " + numbering.luhn_digit(CARD_NUMBER) + " is right",
    ),
    ({of("ICCID"): [Iccid("12345678901234567890")]}, "error: EF_ICCID 2FE2: is not a card number"),
    (
        {of("ICCID"): [Iccid("8986001234567890123")]},
        "warning: EF_ICCID 2FE2: issued by CMCC, but the IMSI is of CUCC",
    ),
    ({of("IMSI"): [Imsi("46001123456785")], of("IMSI", GSM): None}, "warning: EF_IMSI 6F07: 14 digits"),
    ({of("ACC"): [Acc((4,))]}, "error: EF_ACC 6F78: class 4, but the IMSI ends with 5"),
    ({of("ACC"): [Acc(())]}, "error: EF_ACC 6F78: ordinary classes: none"),
    ({of("ACC"): [Acc((5, 6))]}, "error: EF_ACC 6F78: ordinary classes: 5, 6"),
    ({of("ACC"): [Acc((5, 10))]}, "error: EF_ACC 6F78: class 10 is set"),
    ({of("AD"): [Ad(mnc_length=3)]}, "error: EF_AD 6FAD: MNC length 3"),
    ({of("AD"): [Ad(mnc_length=0)]}, "error: EF_AD 6FAD: MNC length 0"),
    ({of("AD"): [Ad(0x80, mnc_length=2)]}, "warning: EF_AD 6FAD: mode 80"),
    (
        {of("EHPLMN"): [PlmnList(HOME[1:])]},
        "warning: EF_EHPLMN 6FD9: 46001 of the IMSI is not among 46006, 46009",
    ),
    ({of("FPLMN"): [PlmnList((Plmn("460", "06"),))]}, "error: EF_FPLMN 6F7B: forbids 46006, which is home"),
    (
        {of("EHPLMN"): [PlmnList((*HOME[:2], Plmn("460", "00")))]},
        "warning: EF_EHPLMN 6FD9: has 46000, but the IMSI is of CUCC",
    ),
    (
        {of("SPDI"): [Spdi((Plmn("460", "11"),))], of("UST"): [Ust((*AVAILABLE, 51))]},
        "warning: EF_SPDI 6FCD: has 46011",
    ),
    ({of("LOCI"): [Loci(status=2)]}, "warning: EF_LOCI 6F7E: status 2: PLMN not allowed"),
    ({of("PSLOCI"): [PsLoci(status=3)]}, "warning: EF_PSLOCI 6F73: status 3: area not allowed"),
    ({of("EPSLOCI"): [EpsLoci(status=2)]}, "warning: EF_EPSLOCI 6FE3: status 2: roaming not allowed"),
    ({of("SMSP"): [Smsp()]}, "error: EF_SMSP 6F42: no service centre"),
    (
        {of("SMSP"): [Smsp(Address.parse("+8613800100500"))]},
        "warning: EF_SMSP 6F42: +8613800100500 is of CMCC, but the IMSI of CUCC",
    ),
    ({of("SMSP"): [Smsp(Address.parse("+86999"))]}, "note: EF_SMSP 6F42: +86999 is not known"),
    (
        {of("MSISDN"): [DiallingNumber(Address.parse("+8613900001234"))]},
        "warning: EF_MSISDN 6F40: segment 139 is of CMCC, but the IMSI of CUCC",
    ),
    ({of("MSISDN"): [DiallingNumber(Address("12"))]}, "note: EF_MSISDN 6F40: 12 "),
    (
        {of("SPN"): [Spn("中国联通")]},
        "note: EF_SPN 6F46: '中国联通' is a network's own name, but segment 1709",
    ),
    ({of("IMSI", GSM): [Imsi("460011234567885")]}, "warning: EF_IMSI 6F07: is not what 3F00/7F20/6F07 has"),
    (
        {of("SPN"): None},
        "error: EF_UST 6F38: service 19 (Service Provider Name) is available, but EF_SPN is not",
    ),
    (
        {of("UST"): [Ust(tuple(n for n in AVAILABLE if n != 21))]},
        "warning: EF_UST 6F38: EF_MSISDN is filled, but service 21 (MSISDN) is not available",
    ),
    (
        {of("PNN"): [Pnn()], of("UST"): [Ust((*AVAILABLE, 46))]},
        "error: EF_UST 6F38: service 46 (Operator PLMN List)",
    ),
    (
        {of("UST"): [Ust((*AVAILABLE, 95))], of("IMPI", ISIM): [Identity("a@b")]},
        "warning: EF_UST 6F38: service 95 ",
    ),
    (
        {of("SST"): [Sst.of([17])]},
        "error: EF_SST 6F38: service 17 (Service Provider Name) is available, but EF_SPN",
    ),
    ({of("EST"): [Est((1,))]}, "note: EF_EST 6F56: FDN is enabled"),
    ({of("SMSS"): [Smss(full=True)]}, "warning: EF_SMSS 6F43: memory full"),
    ({of("SMS"): [SmsRecord(1, b"\0")]}, "warning: EF_SMS 6F3C: all 1 records are in use"),
    (
        {of("ACM"): [Meter(100)], of("ACMmax"): [Meter(100)], of("UST"): [Ust((*AVAILABLE, 13))]},
        "error: EF_ACM 6F39: 100 units of 100 are used",
    ),
]


@pytest.mark.parametrize(("changes", "expected"), CASES, ids=[text for _, text in CASES])
def test_one_thing_wrong(changes: Changes, expected: str) -> None:
    found = lint(contents(changes))
    assert any(str(finding).startswith(expected) for finding in found), list(map(str, found))
    # what else is found is a consequence, not a chance hit on the rest of the card
    assert len(found) <= 3, list(map(str, found))
    for finding in found:
        assert finding.why and finding.source
        assert finding.place.endswith(finding.file.split()[1])


def test_the_trap_of_46009() -> None:
    """facts/plmn.csv: no network sends 46009; without EHPLMN the handset believes itself abroad."""
    changes: Changes = {
        of("IMSI"): [Imsi("460091234567895")],
        of("IMSI", GSM): None,
        of("EHPLMN"): [PlmnList()],
    }
    (found,) = lint(contents(changes))
    assert str(found) == "warning: EF_EHPLMN 6FD9: empty, and the IMSI is of 46009"
    assert "46009" in found.why
    assert lint(contents({**changes, of("EHPLMN"): [PlmnList(HOME)]})) == []


def test_the_name_of_another_network() -> None:
    changes: Changes = {of("SPN"): [Spn("China Mobile")]}
    assert str(lint(contents(changes))[0]) == (
        "warning: EF_SPN 6F46: 'China Mobile' is the name of CMCC, but the IMSI is of CUCC"
    )


def test_an_ad_that_cannot_say_it() -> None:
    """Three octets: the home network of a Chinese IMSI is known all the same."""
    card = contents({of("EHPLMN"): [PlmnList(HOME[1:])]})
    card["3F00/7FFF/6FAD"] = bytes(3)
    assert [str(finding) for finding in lint(card)] == [
        "warning: EF_AD 6FAD: no MNC length: the file has three octets",
        "warning: EF_EHPLMN 6FD9: 46001 of the IMSI is not among 46006, 46009",
    ]


def test_files_as_on_a_new_card_need_no_service() -> None:
    without = {of("UST"): [Ust(tuple(number for number in AVAILABLE if number != 27))]}
    assert lint(contents(without)) == []
    used: Changes = {**without, of("Kc", "7FFF/5F3B"): [Kc(b"\x01" * 8, 0)]}
    assert [str(finding) for finding in lint(contents(used))] == [
        "warning: EF_UST 6F38: EF_Kc is filled, but service 27 (GSM Access) is not available"
    ]


def test_services_that_belong_together() -> None:
    pair: Changes = {of("UST"): [Ust((*AVAILABLE, 45, 46))], of("PNN"): [Pnn()], of("OPL"): [Opl()]}
    assert lint(contents(pair)) == []


def test_what_was_not_looked_for_is_not_missing() -> None:
    card = contents()
    del card["3F00/7FFF/6F46"]
    assert [finding.severity for finding in lint(card)] == [Severity.ERROR]
    assert lint(card, looked_for=card) == []


def test_bad_content() -> None:
    card = contents()
    card["3F00/7FFF/6F78"] = b"\x00"
    card["3F00/7FFF/6F40"][1] = b"\xff" * 20 + b"\x0c" + b"\xff" * 13
    card["3F00/7FFF/6FFF"] = b"any"
    assert [(finding.file, finding.what) for finding in lint(card)] == [
        ("EF_ACC 6F78", "needs 2 octet(s), 1 left (octet 0)"),
        ("EF_MSISDN 6F40", "record 2: " + lint(card)[1].what.removeprefix("record 2: ")),
    ]
    assert lint({}, looked_for=()) == []


@pytest.mark.parametrize("octet", [0x00, 0xFF])
@pytest.mark.parametrize("place", ["3F00/2FE2", "3F00/7F20/6F07", "3F00/7FFF/6F7E", "3F00/7FFF/6FE3"])
def test_erased_files(place: str, octet: int) -> None:
    """As a torn write or a worn cell leaves them."""
    card = contents()
    card[place] = bytes((octet,)) * len(card[place])
    assert [
        (finding.place, finding.what) for finding in lint(card) if finding.severity is Severity.ERROR
    ] == [(place, f"all {len(card[place])} octets are {octet:02X}")]


def test_access_classes_of_a_card_as_its_maker_delivers_it() -> None:
    """One finding says it, and none of what all classes at once would mean."""
    card = contents() | {"3F00/7FFF/6F78": b"\xff\xff"}
    assert [str(finding) for finding in lint(card) if finding.file == "EF_ACC 6F78"] == [
        "error: EF_ACC 6F78: all FF: not personalised"
    ]


def test_the_worst_comes_first() -> None:
    changes: Changes = {
        of("SMSP"): [Smsp(Address.parse("+86999"))],
        of("ACC"): [Acc((1,))],
        of("LOCI"): [Loci(status=2)],
    }
    assert [finding.severity.rank for finding in lint(contents(changes))] == [0, 1, 2]


def test_a_foreign_card_is_not_judged_by_chinese_facts() -> None:
    foreign: Changes = {
        of("ICCID"): [Iccid("8949" + "0" * 15)],
        of("IMSI"): [Imsi("262011234567895")],
        of("IMSI", GSM): None,
        of("EHPLMN"): [PlmnList((Plmn("262", "01"),))],
        of("SPN"): [Spn("Telekom")],
        of("MSISDN"): [DiallingNumber(Address.parse("+4917112345678"))],
        of("SMSP"): [Smsp(Address.parse("+491710760000"))],
    }
    assert [finding for finding in lint(contents(foreign)) if finding.file != "EF_ICCID 2FE2"] == []


CLEAN_OCTETS = contents()
PLACES = sorted(CLEAN_OCTETS)


@given(
    st.sampled_from(PLACES),
    st.integers(0, 1 << 12),
    st.sampled_from([ef.place for ef in FILES]),
    st.binary(max_size=60),
)
def test_nothing_makes_it_fail(place: str, bit: int, other: str, junk: bytes) -> None:
    card = dict(CLEAN_OCTETS)
    records = [card[place]] if isinstance(card[place], bytes) else card[place]
    data = bytearray(records[0])
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    card[place] = [bytes(data), *records[1:]]
    card[other] = junk
    for finding in lint(card):
        assert isinstance(finding, Finding)
        assert str(finding)
