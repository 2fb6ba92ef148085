"""Segments against the published lists, prefix by prefix: 1703 must not be read as 1702 or 170."""

import re

import phonenumbers
import pytest
from phonenumbers import carrier

from interop.numbering import BaseOperator, Confidence, Msisdn, NumberError, segment, segment_label, segments

CMCC, CUCC, CTCC, CBN = BaseOperator

# reference/china.md 2.1: the three published lists agree
RESALE = {
    CMCC: ["165", "1703", "1705", "1706"],
    CUCC: ["167", "1704", "1707", "1708", "1709", *(str(n) for n in range(1710, 1720))],
    CTCC: ["162", "1700", "1701", "1702"],
}

# VincentSit/ChinaMobilePhoneNumberRegex README-CN @2da699d: ordinary, data and IoT numbers per operator
PUBLISHED = {
    CMCC: r"1(?:3(?:4[^9\D]|[5-9]\d)|47\d|5[^3-6\D]\d|7[28]\d|8[23478]\d|9[578]\d)\d{7}|14(?:4[01]|8\d)\d{9}",
    CUCC: r"1(?:3[0-2]|45|[578][56]|66|96)\d{8}|146\d{10}",
    CTCC: r"1(?:3(?:3\d|49)\d|53\d{2}|8[019]\d{2}|7(?:[37]\d{2}|40[0-5])|9[0139]\d{2})\d{6}"
    r"|149\d{8}|1410\d{9}",
    CBN: r"192\d{8}",
}


def every_number() -> list[Msisdn]:
    """One 11-digit number per five-digit prefix from 13000 to 19999, and one 13-digit one per 14xxx."""
    eleven = [Msisdn(f"{prefix}000123") for prefix in range(13000, 20000)]
    return eleven + [Msisdn(f"{prefix}00001234") for prefix in range(14000, 15000)]


@pytest.mark.parametrize(
    ("operator", "prefix"), [(op, prefix) for op, listed in RESALE.items() for prefix in listed]
)
def test_resale_segments(operator: BaseOperator, prefix: str) -> None:
    for tail in ("0", "9"):
        number = prefix.ljust(11, tail)
        found = segment(number)
        assert (found.prefix, found.base_operator, found.resale) == (prefix, operator, True)
        assert (found.assigned, found.confidence) == (True, Confidence.HIGH)
        assert segment_label(number) == prefix
        assert found.family == prefix[:3]
        assert found.sources and found.since


def test_no_other_segment_is_resale() -> None:
    assert sorted(s.prefix for s in segments() if s.resale) == sorted(
        prefix for listed in RESALE.values() for prefix in listed
    )


def test_every_prefix_has_the_operator_of_the_published_regexes() -> None:
    patterns = {operator: re.compile(regex) for operator, regex in PUBLISHED.items()}
    resale = {prefix: operator for operator, listed in RESALE.items() for prefix in listed}
    for number in every_number():
        published = [operator for operator, regex in patterns.items() if regex.fullmatch(number.national)]
        if len(number.national) == 11:
            published += [op for prefix, op in resale.items() if number.national.startswith(prefix)]
        found = segment(number)
        if found.prefix == "1610":  # newer than the list
            assert found.base_operator is CBN
        else:
            assert published == ([found.base_operator] if found.base_operator else []), number


def test_every_prefix_begins_its_numbers() -> None:
    for number in every_number():
        assert number.national.startswith(segment(number).prefix)


def test_validity_column_against_libphonenumber_itself() -> None:
    """The table says what was measured; this asks the installed library again."""
    says_invalid = "libphonenumber rejects the number"
    for number in every_number():
        found = segment(number)
        if not (found.known and len(number.national) == 11 and found.assigned):
            continue
        theirs = phonenumbers.parse(number.e164)
        assert phonenumbers.is_valid_number(theirs) == (says_invalid not in found.disputes), number
        named = carrier.name_for_number(theirs, "en")
        if found.base_operator and says_invalid not in found.disputes:
            expected = (
                named
                if named == found.base_operator.english
                else f"libphonenumber names {named or 'no carrier'}"
            )
            assert expected in (found.base_operator.english, *found.disputes), number


@pytest.mark.parametrize(
    ("number", "plan_valid", "assigned"),
    [
        ("17090001234", True, True),
        ("15400000000", True, False),  # china.md 2.4: in plan, not assigned
        ("16400000000", True, False),
        ("19400000000", True, False),
        ("17430000000", True, False),
        ("17480000000", True, False),
        ("16110000000", True, False),
        ("16100000000", True, True),
        ("17420000000", None, None),
        ("14200000000", False, False),
        ("14000000000", False, None),
        ("1440000000001", False, True),
        ("16700000000", None, True),  # two readings of the plan differ
        ("92000000000", None, False),
        ("98000000000", None, False),
    ],
)
def test_plan_valid_and_assigned_are_two_answers(
    number: str, plan_valid: bool | None, assigned: bool | None
) -> None:
    found = segment(number)
    assert (found.plan_valid, found.assigned) == (plan_valid, assigned)


@pytest.mark.parametrize("number", ["17420000000", "14100000000", "14600000000", "1450000000000"])
def test_an_unknown_prefix_says_so(number: str) -> None:
    """142.. exists as 11 digits and 146 as 13: neither says anything about the other length."""
    found = segment(number)
    assert not found.known
    assert (found.base_operator, found.assigned, found.plan_valid, found.resale) == (None, None, None, False)
    assert "unknown" in found.status and found.confidence is Confidence.LOW
    assert found.prefix == number[:3]


def test_length_chooses_the_segment() -> None:
    assert segment("14000000000").prefix == "140"
    assert not segment("1400000000000").known
    assert segment("1410000000000").base_operator is CTCC


def test_no_number_is_no_segment() -> None:
    with pytest.raises(NumberError):
        segment("10086")


@pytest.mark.parametrize(
    ("prefix", "dispute"),
    [
        ("1349", "satellite"),
        ("1349", "libphonenumber names no carrier"),
        ("162", "libphonenumber names no carrier"),
        ("165", "libphonenumber names no carrier"),
        ("167", "2017 plan"),
        ("149", "libphonenumber rejects the number"),
        ("1749", "libphonenumber rejects the number"),
        ("1700", "phone.dat 2312 labels 1000 of 1000 rows otherwise: CT 1000"),
        ("1709", "CM-MVNO 130"),
        ("154", "phone.dat 2312 has 25 rows here"),
        ("1610", "only libphonenumber"),
    ],
)
def test_disputes_are_shown(prefix: str, dispute: str) -> None:
    assert any(dispute in text for text in segment(prefix.ljust(11, "0")).disputes)


@pytest.mark.parametrize("prefix", ["139", "186", "1703", "1705"])
def test_nobody_disputes_these(prefix: str) -> None:
    assert segment(prefix.ljust(11, "0")).disputes == ()


def test_a_disputed_operator_is_not_of_high_confidence() -> None:
    assert segment("13490000000").confidence is Confidence.MEDIUM


def test_table_is_whole() -> None:
    table = segments()
    assert len({(s.prefix, s.kind) for s in table}) == len(table) == 120
    assert all(s.sources and s.status for s in table)
    assert not [s.prefix for s in table if "unverified" in " ".join((*s.sources, *s.disputes))]
    assert all(s.base_operator for s in table if s.assigned and s.confidence is Confidence.HIGH)


def test_names() -> None:
    assert [operator.chinese for operator in BaseOperator] == ["中国移动", "中国联通", "中国电信", "中国广电"]
    assert BaseOperator("CUCC") is BaseOperator.by_english("China Unicom")
    assert BaseOperator.by_english("") is BaseOperator.by_english("China Tietong") is None


@pytest.mark.parametrize("prefix", ["154", "160", "194"])
def test_to_reject_what_nobody_holds_is_no_dispute(prefix: str) -> None:
    found = segment(prefix.ljust(11, "0"))
    assert found.assigned is False
    assert not [text for text in found.disputes if "libphonenumber" in text]
