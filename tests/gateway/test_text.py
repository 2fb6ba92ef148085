"""Text as gateways carry it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.gateway import GatewayError
from interop.gateway.text import GB18030, UCS2, Piece, pieces, read


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("", [0]),
        ("a" * 159, [159]),
        ("a" * 160, [134 + 6, 134 + 6, 52 + 6]),
        ("验" * 70, [140]),
        ("验" * 71, [140, 14]),
        ("验" * 66 + "😀" * 5, [138, 26]),  # the pair that would be cut goes to the next part
    ],
)
def test_how_it_is_cut(text: str, lengths: list[int]) -> None:
    assert [len(piece.content) for piece in pieces(text, reference=9)] == lengths


def test_the_form_that_smsgate_sends() -> None:
    """[SMSGate README] TP_udhi 1 and 05 00 03 reference total number, 67 characters a part."""
    first, second = pieces("验证码" * 30, reference=0x41)
    assert first.content[:6].hex() == "050003410201"
    assert second.content[:6].hex() == "050003410202"
    assert (first.coding, first.header) == (UCS2, True)


@given(st.text(max_size=400), st.integers(0, 70000))
def test_there_and_back(text: str, reference: int) -> None:
    found = [read(piece.coding, piece.header, piece.content) for piece in pieces(text, reference=reference)]
    whole = "".join(str(part) for part, _ in found)
    assert whole == text
    numbers = [part.number for _, part in found if part]
    assert numbers == (list(range(1, len(found) + 1)) if len(found) > 1 else [])


def test_codings() -> None:
    assert read(GB18030, False, "验证码①㐀".encode("gb18030"))[0] == "验证码①㐀"
    assert read(4, False, b"\x00\xff")[0] == b"\x00\xff"
    assert read(0, False, b"\x00\x1b\x65", smpp=True)[0] == "@€"
    assert read(0, False, b"\x00\x65")[0] == "\x00e"
    assert read(3, False, b"caf\xe9", smpp=True)[0] == "café"
    for broken in (Piece(8, False, b"abc"), Piece(8, True, b"\x05\x00\x03\x01"), Piece(8, True, b"")):
        with pytest.raises(GatewayError):
            read(broken.coding, broken.header, broken.content)
    with pytest.raises(GatewayError, match="255"):
        pieces("验" * (67 * 255 + 1), reference=1)
