"""IMSI, ICCID, service centre, Luhn: vectors from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.numbering import BaseOperator, Confidence, NumberError, iccid, luhn_digit, luhn_ok, plmn, smsc

CMCC, CUCC, CTCC, CBN = BaseOperator


@pytest.mark.parametrize(
    ("mccmnc", "operator"),
    [  # reference/china.md section 5
        *((f"460{mnc}", CMCC) for mnc in ("00", "02", "07", "08")),
        *((f"460{mnc}", CUCC) for mnc in ("01", "06", "09")),
        *((f"460{mnc}", CTCC) for mnc in ("03", "05", "11")),
        ("46015", CBN),
        ("46004", None),
        ("46020", None),
        ("00101", None),
        ("46099", None),
        ("20404", None),
    ],
)
def test_home_network(mccmnc: str, operator: BaseOperator | None) -> None:
    assert plmn(mccmnc + "1234567890").operator is operator
    assert plmn(mccmnc).mccmnc == plmn(mccmnc + "1234567890").mccmnc == mccmnc
    assert plmn(mccmnc).known and plmn(mccmnc).holder and plmn(mccmnc).sources


def test_the_46009_trap_and_the_46004_dispute_are_told() -> None:
    trap = plmn("460090123456789")
    assert "171" in trap.note and "roam" in trap.note and trap.confidence is Confidence.HIGH
    assert plmn("46004").disputes and plmn("46004").confidence is not Confidence.HIGH
    assert plmn("46012").confidence is Confidence.LOW


def test_an_unlisted_network_says_so() -> None:
    found = plmn("262011234567890")
    assert (found.known, found.operator, found.mccmnc) == (False, None, "26201")


@pytest.mark.parametrize(
    "text", ["", "4600", "46000123456789", "4600012345678901", "46000123456789a", "４６０００"]
)
def test_what_is_no_imsi(text: str) -> None:
    with pytest.raises(NumberError):
        plmn(text)


@pytest.mark.parametrize(
    ("payload", "digit"),
    [  # ISO/IEC 7812-1's usual example; Visa, Mastercard and Amex test cards; 3GPP's usual IMEI
        ("7992739871", "3"),
        ("411111111111111", "1"),
        ("555555555555444", "4"),
        ("37828224631000", "5"),
        ("49015420323751", "8"),
        ("0", "0"),
    ],
)
def test_luhn_vectors(payload: str, digit: str) -> None:
    assert luhn_digit(payload) == digit
    assert [last for last in "0123456789" if luhn_ok(payload + last)] == [digit]


@given(st.text("0123456789", min_size=1, max_size=30), st.data())
def test_luhn_sees_every_single_wrong_digit(payload: str, data: st.DataObject) -> None:
    digits = payload + luhn_digit(payload)
    place = data.draw(st.integers(0, len(payload)))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[place]]))
    assert not luhn_ok(digits[:place] + wrong + digits[place + 1 :])


@pytest.mark.parametrize("text", ["", "7", "79927398713 ", "7992739871a", "７９９２７３９８７１３"])
def test_luhn_of_what_is_not_digits(text: str) -> None:
    assert not luhn_ok(text)


def card(prefix: str, rest: str = "") -> str:
    payload = (prefix + rest).ljust(19, "0")
    return payload + luhn_digit(payload)


@pytest.mark.parametrize(
    ("prefix", "operator"),
    [
        ("898600", CMCC),
        ("898602", CMCC),
        ("898604", CMCC),
        ("898607", CMCC),
        ("898601", CUCC),
        ("898609", CUCC),
        ("898603", CTCC),
        ("898611", CTCC),
        ("898606", None),
    ],
)
def test_issuer(prefix: str, operator: BaseOperator | None) -> None:
    found = iccid(card(prefix))
    assert (found.prefix, found.operator, found.known, found.luhn_ok) == (prefix, operator, True, True)


def test_the_owner_of_898606_is_disputed() -> None:
    found = iccid(card("898606"))
    assert found.confidence is Confidence.LOW
    assert "China Unicom" in str(found.disputes) and "China Telecom" in str(found.disputes)


@pytest.mark.parametrize("prefix", ["898605", "898608", "898615", "894901"])
def test_an_unlisted_issuer_says_so(prefix: str) -> None:
    found = iccid(card(prefix))
    assert (found.known, found.operator, found.luhn_ok) == (False, None, True)


@pytest.mark.parametrize(
    ("digits", "provinces"),
    [
        (card("898600", "1501"), ("北京",)),
        (card("898600", "1519"), ("广东",)),
        (card("898600", "1526"), ("陕西",)),
        (card("898600", "1523"), ("贵州", "重庆")),
        (card("898600", "1531"), ("重庆", "西藏")),
        (card("898600", "1599"), ()),
        (card("898601", "15811"), ("北京",)),
        (card("898601", "15851"), ("广东",)),
        (card("898603", "115100"), ()),
    ],
)
def test_province(digits: str, provinces: tuple[str, ...]) -> None:
    found = iccid(digits)
    assert found.provinces == provinces
    assert any(text.startswith("province code:") for text in found.disputes) == (len(provinces) > 1)


def test_check_digit_of_19_and_20_digits() -> None:
    digits = card("898600", "15010")
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    assert iccid(digits).luhn_ok is True
    assert iccid(wrong).luhn_ok is False
    nineteen = "898600" + "1" * 12
    assert iccid(nineteen + luhn_digit(nineteen)).luhn_ok is True
    assert (
        iccid(nineteen + str((int(luhn_digit(nineteen)) + 1) % 10)).luhn_ok is None
    )  # check digit may be missing
    assert iccid("8986031700a200123456").luhn_ok is None


def test_ef_iccid_filler_and_spaces() -> None:
    assert iccid("8986 0015 0100 0000 000F").digits == "8986001501000000000"


@pytest.mark.parametrize(
    "text", ["", "898600", "89860015010000000000F", "8986001501000000000G", "1" * 20, "8986" * 6]
)
def test_what_is_no_iccid(text: str) -> None:
    with pytest.raises(NumberError):
        iccid(text)


@pytest.mark.parametrize(
    ("address", "operator", "city", "confidence"),
    [
        ("+8613800100500", CMCC, "北京", Confidence.MEDIUM),
        ("8613800755500", CMCC, "", Confidence.LOW),
        ("+8613010112500", CUCC, "北京", Confidence.MEDIUM),
        ("+8613010999500", CUCC, "", Confidence.LOW),
    ],
)
def test_service_centre(address: str, operator: BaseOperator, city: str, confidence: Confidence) -> None:
    found = smsc(address)
    assert found is not None
    assert (found.operator, found.city, found.confidence) == (operator, city, confidence)


@pytest.mark.parametrize(
    "address", ["", "+8613800100501", "+861380010050", "+86138001005000", "+4917224110", "x"]
)
def test_unknown_service_centre(address: str) -> None:
    assert smsc(address) is None
