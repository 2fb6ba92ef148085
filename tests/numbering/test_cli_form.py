"""The judgement of a received calling number: a table by hand, then what must hold for every number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.numbering import CliForm, Msisdn, cli_form

MVNO = Msisdn("17090001234")

INTERNATIONAL, NATIONAL, UNKNOWN = 145, 161, 129


@pytest.mark.parametrize(
    ("received", "toa", "form"),
    [
        # digits and type agree
        ("+8617090001234", INTERNATIONAL, CliForm.EXACT),
        ("8617090001234", INTERNATIONAL, CliForm.EXACT),
        ("17090001234", UNKNOWN, CliForm.EXACT),
        ("17090001234", NATIONAL, CliForm.EXACT),
        # prefixes belong to type unknown and to no other (24.008 10.5.4.7)
        ("017090001234", UNKNOWN, CliForm.EXACT),
        ("008617090001234", UNKNOWN, CliForm.EXACT),
        ("017090001234", NATIONAL, CliForm.WRONG_TYPE),
        ("008617090001234", NATIONAL, CliForm.WRONG_TYPE),
        ("017090001234", INTERNATIONAL, CliForm.WRONG_TYPE),
        ("008617090001234", INTERNATIONAL, CliForm.WRONG_TYPE),
        ("0017090001234", UNKNOWN, CliForm.MALFORMED),
        ("00017090001234", UNKNOWN, CliForm.MALFORMED),
        # 1-709 is Newfoundland: national digits called international reach somebody else
        ("17090001234", INTERNATIONAL, CliForm.WRONG_TYPE),
        ("+17090001234", INTERNATIONAL, CliForm.WRONG_TYPE),
        ("+17090001234", UNKNOWN, CliForm.WRONG_TYPE),
        ("+8617090001234", UNKNOWN, CliForm.WRONG_TYPE),
        ("8617090001234", UNKNOWN, CliForm.WRONG_TYPE),
        ("+8617090001234", NATIONAL, CliForm.WRONG_TYPE),
        ("8617090001234", NATIONAL, CliForm.WRONG_TYPE),
        # other octets: ISDN plan without bit 8, unknown plan, then types no subscriber has
        ("8617090001234", 0x11, CliForm.EXACT),
        ("17090001234", 0x80, CliForm.EXACT),
        ("17090001234", 0xB1, CliForm.WRONG_TYPE),
        ("17090001234", 0xC1, CliForm.WRONG_TYPE),
        ("8617090001234", 0x99, CliForm.WRONG_TYPE),
        ("17090001234", 0xD0, CliForm.WRONG_TYPE),
        # country code twice, whatever the type says
        ("868617090001234", INTERNATIONAL, CliForm.DOUBLED_COUNTRY_CODE),
        ("+868617090001234", INTERNATIONAL, CliForm.DOUBLED_COUNTRY_CODE),
        ("868617090001234", UNKNOWN, CliForm.DOUBLED_COUNTRY_CODE),
        ("00868617090001234", UNKNOWN, CliForm.DOUBLED_COUNTRY_CODE),
        ("+86008617090001234", INTERNATIONAL, CliForm.DOUBLED_COUNTRY_CODE),
        ("+86868617090001234", INTERNATIONAL, CliForm.DOUBLED_COUNTRY_CODE),
        # carrier selection left in front
        ("1795117090001234", UNKNOWN, CliForm.CARRIER_PREFIX),
        ("17951017090001234", UNKNOWN, CliForm.CARRIER_PREFIX),
        ("1259317090001234", NATIONAL, CliForm.CARRIER_PREFIX),
        ("+861795117090001234", INTERNATIONAL, CliForm.CARRIER_PREFIX),
        # digits lost or added
        ("7090001234", UNKNOWN, CliForm.MALFORMED),
        ("1709000123", UNKNOWN, CliForm.MALFORMED),
        ("+86709000123", INTERNATIONAL, CliForm.MALFORMED),
        ("170900012340", UNKNOWN, CliForm.MALFORMED),
        ("086017090001234", UNKNOWN, CliForm.MALFORMED),
        # somebody else
        ("17090001235", UNKNOWN, CliForm.OTHER_NUMBER),
        ("17090001243", UNKNOWN, CliForm.OTHER_NUMBER),
        ("+8618600001234", INTERNATIONAL, CliForm.OTHER_NUMBER),
        ("+4917090001235", INTERNATIONAL, CliForm.OTHER_NUMBER),
        ("1234", UNKNOWN, CliForm.OTHER_NUMBER),
        ("10086", UNKNOWN, CliForm.OTHER_NUMBER),
        ("Bank", 0xD0, CliForm.OTHER_NUMBER),
        ("0", UNKNOWN, CliForm.OTHER_NUMBER),
        ("+86", INTERNATIONAL, CliForm.OTHER_NUMBER),
        # a modem's text is taken as it stands: what is written otherwise has been through other hands
        ("+86 170 9000 1234", INTERNATIONAL, CliForm.OTHER_NUMBER),
    ],
)
def test_table(received: str, toa: int, form: CliForm) -> None:
    assert cli_form(received, toa, MVNO) is form


@pytest.mark.parametrize(
    ("received", "validity", "form"),
    [
        ("", 1, CliForm.WITHHELD),
        (None, 1, CliForm.WITHHELD),
        ("", 2, CliForm.UNAVAILABLE),
        ("", 0, CliForm.UNAVAILABLE),
        (None, 0, CliForm.UNAVAILABLE),
        # override category: digits are shown although withheld, and are judged
        ("17090001234", 1, CliForm.EXACT),
        ("17090001235", 1, CliForm.OTHER_NUMBER),
    ],
)
def test_no_digits(received: str | None, validity: int, form: CliForm) -> None:
    assert cli_form(received, 128 if not received else UNKNOWN, MVNO, validity) is form


numbers = st.from_regex(r"1[3-9][0-9]{9}|14[0-9]{11}", fullmatch=True).map(Msisdn)
octets = st.integers(0, 255)


@given(numbers, numbers, octets)
def test_a_different_number_is_never_exact(expected: Msisdn, other: Msisdn, toa: int) -> None:
    for written in (*other.forms.values(), f"0{other.national}"):
        right = cli_form(written, toa, expected) in (CliForm.EXACT, CliForm.WRONG_TYPE)
        assert not right or other == expected


@given(numbers, octets)
def test_a_doubled_country_code_is_seen_for_every_number_and_type(expected: Msisdn, toa: int) -> None:
    assert cli_form(f"86{expected.international}", toa, expected) is CliForm.DOUBLED_COUNTRY_CODE


@given(numbers, octets, st.text(max_size=20) | st.text("0123456789+", max_size=20), st.integers(0, 4))
def test_every_text_and_octet_has_an_answer(expected: Msisdn, toa: int, received: str, validity: int) -> None:
    form = cli_form(received, toa, expected, validity)
    if form is CliForm.EXACT:
        assert received.endswith(expected.national)


@given(numbers)
def test_one_form_per_type_beside_the_plus(expected: Msisdn) -> None:
    forms = [expected.national, expected.international, expected.e164]
    exact = {
        toa: [f for f in forms if cli_form(f, toa, expected) is CliForm.EXACT] for toa in (129, 145, 161)
    }
    assert exact == {129: forms[:1], 145: forms[1:], 161: forms[:1]}
