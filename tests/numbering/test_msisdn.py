"""Reading numbers as people and systems write them."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.numbering import Msisdn, NumberError, is_short_code, same_number

NUMBER = "17090001234"

WRITTEN = [
    "17090001234",
    "+8617090001234",
    "008617090001234",
    "8617090001234",
    "017090001234",
    "1795117090001234",
    "1259317090001234",
    "17951017090001234",
    "170 9000 1234",
    "+86 170-9000-1234",
    "(+86) 170.9000.1234",
    "＋８６　１７０－９０００－１２３４",
    "\u202d17090001234\u202c",
    "\ufeff170\u00a09000\u20111234\n",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_every_way_of_writing_gives_one_number(text: str) -> None:
    assert Msisdn.parse(text) == Msisdn(NUMBER)


@pytest.mark.parametrize(
    "text", ["17090001234", "+8617090001234", "8617090001234", "1795117090001234", "017090001234"]
)
def test_libphonenumber_reads_the_same(text: str) -> None:
    theirs = phonenumbers.parse(text, "CN")
    assert phonenumbers.format_number(theirs, phonenumbers.PhoneNumberFormat.E164) == Msisdn.parse(text).e164


def test_normal_forms() -> None:
    number = Msisdn.parse(NUMBER)
    assert str(number) == number.national == "17090001234"
    assert number.international == "8617090001234"
    assert number.e164 == "+8617090001234"
    assert number.forms == {
        "national": "17090001234",
        "E.164": "+8617090001234",
        "0086": "008617090001234",
        "86": "8617090001234",
        "readable": "170 9000 1234",
    }


def test_iot_numbers_of_13_digits() -> None:
    assert Msisdn.parse("+86 14400 0000 0001").national == "1440000000001"
    assert Msisdn.parse("1440000000001").forms["readable"] == "14400 0000 0001"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no digits"),
        ("+", "no digits"),
        ("868617090001234", "country code 86 twice"),
        ("+86+8617090001234", "'+' at position 4"),
        ("+868617090001234", "country code 86 twice"),
        ("00868617090001234", "country code 86 twice"),
        ("1709000123", "10 digits beginning 170"),
        ("170900012345", "12 digits beginning 170"),
        ("+86 1709000123", "10 digits beginning 170"),
        ("1709000l234", "'l' at position 8"),
        ("170٠0001234", "at position 4"),
        ("17090001234,17090001235", "',' at position 12"),
        ("17090001234 17090001235", "22 digits"),
        ("+17090001234", "not in country code 86"),
        ("0017090001234", "not in country code 86"),
        ("+85217090001", "not in country code 86"),
        ("8608617090001234", "beginning 086"),
        ("0017951", "not in country code 86"),
        ("10086", "service code"),
        ("+8610086", "service code"),
        ("95588", "service code"),
        ("10690123456", "service code"),
        ("1069012345678", "service code"),
        ("010-12345678", "11 digits beginning 010"),
    ],
)
def test_what_is_no_subscriber_number(text: str, reason: str) -> None:
    with pytest.raises(NumberError, match=re.escape(reason)) as caught:
        Msisdn.parse(text)
    assert repr(text)[1:8] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_error_stays_short() -> None:
    with pytest.raises(NumberError) as caught:
        Msisdn.parse("1" * 100_000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("text", ["+8617090001234", "1709000123", "10086", "12000001234", "1234500000000"])
def test_an_msisdn_holds_national_digits_only(text: str) -> None:
    with pytest.raises(NumberError):
        Msisdn(text)


@given(st.text(max_size=24) | st.text("0123456789+ -", max_size=24))
def test_parsing_either_answers_or_declares(text: str) -> None:
    try:
        number = Msisdn.parse(text)
    except NumberError:
        return
    assert re.fullmatch(r"[0-9]{11}|[0-9]{13}", number.national)
    assert all(Msisdn.parse(form) == number for form in number.forms.values())


@pytest.mark.parametrize(
    "code", ["110", "10086", "1008611", "12123", "95588", "9555801", "962999", "10690661695566"]
)
def test_service_codes_are_short_codes(code: str) -> None:
    assert is_short_code(code)


@pytest.mark.parametrize(
    "text", ["17090001234", "1440000000001", "", "abc", "86", "1" * 21, "106" + "0" * 18]
)
def test_other_things_are_not(text: str) -> None:
    assert not is_short_code(text)


@pytest.mark.parametrize(
    "form", ["17090001234", "+8617090001234", "008617090001234", "8617090001234", "017090001234"]
)
def test_same_number_in_any_normal_form(form: str) -> None:
    assert same_number(form, Msisdn(NUMBER))
    assert same_number(NUMBER, form)


@pytest.mark.parametrize(
    "other",
    [
        "868617090001234",
        "+868617090001234",
        "1795117090001234",
        "17090001235",
        "7090001234",
        "17090001234" * 2,
        "10086",
        "",
    ],
)
def test_not_the_same_number(other: str) -> None:
    assert not same_number(other, NUMBER)
    assert not same_number(NUMBER, other)
    assert not same_number(Msisdn(NUMBER), other)


@pytest.mark.parametrize("text", ["868617090001234", "10086", "1795117090001234", ""])
def test_what_is_no_number_equals_nothing_not_even_itself(text: str) -> None:
    assert not same_number(text, text)
