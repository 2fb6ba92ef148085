"""3GPP TS 23.040 9.2.3.16 and 9.2.3.24: lengths, fill bits, limits."""

from __future__ import annotations

from typing import Any

import pytest

from interop.smspdu import Alphabet, Dcs, InformationElement, PduError, UserData, encode_text
from interop.smspdu.userdata import decode_user_data, encode_user_data

GSM7, OCTETS, UCS2 = Dcs(0), Dcs(4), Dcs(8)
CONCAT = InformationElement(0, b"\x01\x02\x01")


def element_of(size: int) -> tuple[InformationElement, ...]:
    """One element that makes a header of `size` octets, UDHL included."""
    return (InformationElement(0x70, bytes(size - 3)),)


@pytest.mark.parametrize("header_octets", range(3, 30))
def test_text_begins_on_a_septet_boundary(header_octets: int) -> None:
    """PyPI smspdu was right for UDHL 3, 5, 6 and wrong for 8, 11, 12."""
    data = encode_user_data(UserData("hello world", element_of(header_octets)), GSM7)
    bits = "".join(f"{octet:08b}"[::-1] for octet in data[1:])
    begin = next(n for n in range(0, 1000, 7) if n >= 8 * header_octets)
    assert data[0] == begin // 7 + 11
    assert set(bits[8 * header_octets : begin]) <= {"0"}
    septets = [int(bits[begin + 7 * n :][:7][::-1], 2) for n in range(11)]
    assert bytes(septets) == b"hello world"
    assert decode_user_data(data, 0, GSM7, True) == (
        UserData("hello world", element_of(header_octets)),
        len(data),
    )


@pytest.mark.parametrize("count", range(17))
def test_trailing_at_signs_are_kept(count: int) -> None:
    text = "1234567"[: count % 8] + "@" * count
    data = encode_user_data(UserData(text), GSM7)
    assert decode_user_data(data, 0, GSM7, False)[0].body == text


@pytest.mark.parametrize(
    ("dcs", "header", "fits"),
    [
        (GSM7, (), "a" * 160),
        (GSM7, (), "€" * 80),
        (GSM7, (CONCAT,), "a" * 153),
        (GSM7, (InformationElement(8, b"\x00\x01\x02\x01"),), "a" * 152),
        (UCS2, (), "验" * 70),
        (UCS2, (), "😀" * 35),
        (UCS2, (CONCAT,), "验" * 67),
        (OCTETS, (), b"a" * 140),
        (OCTETS, (CONCAT,), b"a" * 134),
    ],
)
def test_limits(dcs: Dcs, header: tuple[InformationElement, ...], fits: Any) -> None:
    data = encode_user_data(UserData(fits, header), dcs)
    assert len(data) <= 141
    assert decode_user_data(data, 0, dcs, bool(header))[0] == UserData(fits, header)
    with pytest.raises(PduError):
        encode_user_data(UserData(fits + fits[:1], header), dcs)


@pytest.mark.parametrize(
    ("text", "alphabet"),
    [
        ("", Alphabet.GSM7),
        ("Your code is 123456 [€]", Alphabet.GSM7),
        ("façade", Alphabet.UCS2),
        ("`", Alphabet.UCS2),
        ("验证码", Alphabet.UCS2),
        ("ok 😀", Alphabet.UCS2),
    ],
)
def test_encode_text_chooses(text: str, alphabet: Alphabet) -> None:
    dcs, user_data = encode_text(text, message_class=0)
    assert (dcs.alphabet, dcs.message_class, user_data.body) == (alphabet, 0, text)
    assert decode_user_data(encode_user_data(user_data, dcs), 0, dcs, False)[0].body == text


def test_surrogates() -> None:
    assert encode_user_data(UserData("😀"), UCS2).hex() == "04d83dde00"
    halves = [decode_user_data(bytes.fromhex(h), 0, UCS2, False)[0].body for h in ("02d83d", "02de00")]
    assert halves == ["\ud83d", "\ude00"]
    assert encode_user_data(UserData("\ud83d"), UCS2).hex() == "02d83d"


@pytest.mark.parametrize(
    ("body", "dcs"),
    [(b"octets", GSM7), (b"octets", UCS2), ("text", OCTETS), ("text", Dcs(0x20)), ("ç", GSM7)],
)
def test_body_of_the_wrong_kind(body: str | bytes, dcs: Dcs) -> None:
    with pytest.raises(PduError):
        encode_user_data(UserData(body), dcs)


def test_compressed_is_carried() -> None:
    assert decode_user_data(b"\x03abc", 0, Dcs(0x20), False) == (UserData(b"abc"), 4)


@pytest.mark.parametrize(
    ("octets", "dcs", "header", "field", "offset"),
    [
        ("", GSM7, False, "TP-UDL", 0),
        ("01", GSM7, False, "TP-UDL", 0),
        ("09" + "00" * 7, GSM7, False, "TP-UDL", 0),
        ("A1" + "00" * 141, GSM7, False, "TP-UDL", 0),
        ("8D" + "00" * 141, OCTETS, False, "TP-UDL", 0),
        ("03597D59", UCS2, False, "TP-UDL", 0),
        ("00", GSM7, True, "UDHL", 1),
        ("0406000301", OCTETS, True, "UDHL", 1),
        ("06050004020100", OCTETS, True, "IEDL", 2),
        ("020100", OCTETS, True, "IEDL", 2),
        ("06050003010201", GSM7, True, "TP-UDL", 0),
    ],
)
def test_lengths_that_lie(octets: str, dcs: Dcs, header: bool, field: str, offset: int) -> None:
    data = bytes.fromhex(octets)
    with pytest.raises(PduError) as caught:
        decode_user_data(data, 0, dcs, header)
    assert (caught.value.field, caught.value.offset) == (field, offset)


def test_element_too_large() -> None:
    for element in (
        InformationElement(0, bytes(256)),
        InformationElement(256, b""),
        InformationElement(1, bytes(254)),
    ):
        with pytest.raises(PduError):
            encode_user_data(UserData(b"", (element,)), OCTETS)
