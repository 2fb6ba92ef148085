"""3GPP TS 23.038 6.2.1; packed vectors from python-gsmmodem test/test_pdu.py (`TestGsm7`)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.smspdu import PduError, gsm7

PACKED = [
    ("123", "31D90C"),
    ("12345678", "31D98C56B3DD70"),
    ("123456789", "31D98C56B3DD7039"),
    ("Hello World!", "C8329BFD065DDF72363904"),
    ("[{abc}]~", "1BDE0615168F37A98D6FD303"),
    ("{åΦΓΛΩΠΨΣΘ€}", "1BD44332A1542C174C6653DEA400"),
    ("a[]{}€", "E10D6FE3DBA036A94D19"),
]


@pytest.mark.parametrize(("text", "packed"), PACKED)
def test_packed(text: str, packed: str) -> None:
    septets = gsm7.encode(text)
    assert gsm7.pack(septets).hex().upper() == packed
    assert gsm7.decode(gsm7.unpack(bytes.fromhex(packed), len(septets))) == text


@pytest.mark.parametrize(
    ("char", "septets"),
    [
        ("@", "00"),
        ("Ç", "09"),  # not ç, which the alphabet lacks
        ("\f", "1B0A"),  # not LF
        ("\n", "0A"),
        ("§", "5F"),
        ("`", None),
        ("ç", None),
        ("€", "1B65"),
        ("|", "1B40"),
        ("\\", "1B2F"),
        ("^", "1B14"),
        ("Ξ", "1A"),
        ("\x1b", None),
        ("¡", "40"),
        ("¿", "60"),
        ("à", "7F"),
    ],
)
def test_characters(char: str, septets: str | None) -> None:
    if septets is None:
        with pytest.raises(PduError) as caught:
            gsm7.encode("ab" + char)
        assert caught.value.offset == 2
    else:
        assert gsm7.encode(char).hex().upper() == septets
        assert gsm7.decode(bytes.fromhex(septets)) == char


@pytest.mark.parametrize(
    ("septets", "text"),
    [
        ("1B41", "A"),  # not in the extension table: the basic character
        ("1B0D", "\r"),
        ("1B1B41", " A"),  # escape to a further table
        ("1B1B1B65", " €"),
        ("411B", "A "),
        ("1B", " "),
        ("1B651B3C41", "€[A"),
    ],
)
def test_escapes_a_receiver_does_not_know(septets: str, text: str) -> None:
    assert gsm7.decode(bytes.fromhex(septets)) == text


def bits_of(septets: bytes, fill_bits: int) -> bytes:
    """Packing as the standard draws it: bit by bit, least significant first."""
    bits = "0" * fill_bits + "".join(f"{septet:07b}"[::-1] for septet in septets)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))


@given(st.lists(st.integers(0, 127), max_size=256).map(bytes), st.integers(0, 6))
def test_packing_bit_by_bit(septets: bytes, fill_bits: int) -> None:
    packed = gsm7.pack(septets, fill_bits)
    assert packed == bits_of(septets, fill_bits)
    assert gsm7.unpack(packed + b"\xff", len(septets), fill_bits) == septets


@given(st.lists(st.integers(0, 127), max_size=160).map(bytes))
def test_any_septets_are_text(septets: bytes) -> None:
    text = gsm7.decode(septets)
    assert gsm7.decode(gsm7.encode(text)) == text
