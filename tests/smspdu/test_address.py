"""3GPP TS 23.040 9.1.2.5. Vectors: python-gsmmodem test/test_pdu.py, ModemManager test-sms-part-3gpp.c."""

from __future__ import annotations

import pytest

from interop.smspdu import Address, PduError, TypeOfNumber, decode_smsc, encode_smsc
from interop.smspdu.address import decode_address, encode_address

ALPHANUMERIC = TypeOfNumber.ALPHANUMERIC

VECTORS = [
    (Address.parse("+9876543210"), "0A918967452301"),
    (Address.parse("+987654321"), "099189674523F1"),
    (Address.parse("+19037029920"), "0B919130079229F0"),
    (Address.parse("9037029920"), "0A810973209902"),
    (Address.parse("abc"), "06D061F118"),
    (Address.parse("FRANCOIS"), "0ED04669D0397C26A7"),
    (Address.parse("a[]{}€"), "14D0E10D6FE3DBA036A94D19"),
    (Address("0129998765", TypeOfNumber.NATIONAL), "0AA11092997856"),
    # PyPI smspdu made these international, or names
    (Address.parse("10086"), "05810180F6"),
    (Address.parse("*100#"), "05811A00FB"),
    (Address.parse("00861380013"), "0B810068310810F3"),
    (Address("0017012345678", TypeOfNumber.NATIONAL), "0DA1007110325476F8"),
    (Address("1a2b3c"), "0681C1D2E3"),
    # seven characters are 49 bits, 13 useful semi-octets in 7 octets; eight are 14 in the same 7
    (Address("1234567", ALPHANUMERIC, 0), "0DD031D98C56B3DD00"),
    (Address("123456@", ALPHANUMERIC, 0), "0DD031D98C56B30100"),
    (Address("1234567@", ALPHANUMERIC, 0), "0ED031D98C56B3DD00"),
    (Address("", TypeOfNumber.UNKNOWN), "0081"),
]


@pytest.mark.parametrize(("address", "octets"), VECTORS)
def test_address_field(address: Address, octets: str) -> None:
    assert encode_address(address, "TP-DA").hex().upper() == octets
    data = b"\xee" + bytes.fromhex(octets) + b"\x77\x77"
    assert decode_address(data, 1, "TP-DA") == (address, len(data) - 2)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("+8617012345678", Address("8617012345678", TypeOfNumber.INTERNATIONAL)),
        ("17012345678", Address("17012345678")),
        ("10086", Address("10086")),
        ("*#06#", Address("*#06#")),
        ("95588ICBC", Address("95588ICBC", ALPHANUMERIC, 0)),
    ],
)
def test_parse(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize("text", ["", "+", "138 0013 8000", "+86-138", "+86abc", "138-0013", "(010)"])
def test_parse_refuses_mistyped_numbers(text: str) -> None:
    with pytest.raises(PduError):
        Address.parse(text)


@pytest.mark.parametrize(
    "address",
    [
        Address("1" * 21),
        Address("12 34"),
        Address("+8613"),
        Address("twelve chars", ALPHANUMERIC, 0),
        Address("€€€€€€", ALPHANUMERIC, 0),
        Address("支付宝", ALPHANUMERIC, 0),
        Address("1", npi=16),
    ],
)
def test_what_no_address_field_holds(address: Address) -> None:
    with pytest.raises(PduError):
        encode_address(address, "TP-DA")


@pytest.mark.parametrize(
    ("octets", "offset"),
    [
        ("", 0),
        ("05", 0),
        ("1591" + "11" * 11, 0),  # 21 digits
        ("0511", 1),  # bit 8 of the type missing
        ("05810180", 2),  # an octet short
        ("058101F0F6", 3),  # F among the digits
    ],
)
def test_bad_address_fields(octets: str, offset: int) -> None:
    with pytest.raises(PduError) as caught:
        decode_address(bytes.fromhex(octets), 0, "TP-OA")
    assert (caught.value.field, caught.value.offset) == ("TP-OA", offset)


@pytest.mark.parametrize(
    ("number", "octets"),
    [
        (None, "00"),
        ("+9876543210", "06918967452301"),
        ("+987654321", "069189674523F1"),
        ("+19037029920", "07919130079229F0"),
        ("9037029920", "06810973209902"),
        ("+8613800100500", "0891683108100005F0"),
    ],
)
def test_smsc(number: str | None, octets: str) -> None:
    address = Address.parse(number) if number else None
    assert encode_smsc(address).hex().upper() == octets
    assert decode_smsc(bytes.fromhex(octets) + b"\x01") == (address, len(octets) // 2)


@pytest.mark.parametrize(
    "octets", ["", "01", "0191", "0C91" + "11" * 11, "0711326040000F0A", "03911FF1", "02D011"]
)
def test_bad_smsc(octets: str) -> None:
    with pytest.raises(PduError):
        decode_smsc(bytes.fromhex(octets))


@pytest.mark.parametrize("address", [Address.parse("Alipay"), Address(""), Address("1" * 21)])
def test_no_smsc(address: Address) -> None:
    with pytest.raises(PduError):
        encode_smsc(address)
