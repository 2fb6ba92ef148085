"""What goes on air for the content of a submission, and back: vectors by hand."""

from __future__ import annotations

import pytest

from drivers.emulated.gateways.texts import from_handset, messages
from interop.gateway import GatewayError
from interop.gateway.text import Piece
from interop.smspdu import Address, Alphabet, Dcs, Submit, UserData, part_of

PORTS = bytes.fromhex("0605040b8423f0")
PART_2 = bytes.fromhex("050003070302")


@pytest.mark.parametrize(
    ("coding", "content", "dcs", "body"),
    [
        (0, b"code 1 @[]", 0, "code 1 @[]"),
        (0, b"`grave`", 8, "`grave`"),  # not in GSM 7 bit
        (8, "A\U0001f600".encode("utf-16-be"), 8, "A\U0001f600"),
        (8, b"\0A", 8, "A"),  # UCS2 stays UCS2
        (15, "验证码".encode("gb18030"), 8, "验证码"),
        (15, b"code", 0, "code"),
        (4, b"\x01\xff", 4, b"\x01\xff"),
        (3, b"\x01", 0x16, b"\x01"),  # "write card": class 2
        (0x18, "闪".encode("utf-16-be"), 0x18, "闪"),
        (0xF0, b"flash", 0xF0, "flash"),
    ],
)
def test_codings_of_cmpp(coding: int, content: bytes, dcs: int, body: str | bytes) -> None:
    assert messages(coding, False, content, reference=1) == [(Dcs(dcs), UserData(body))]


@pytest.mark.parametrize(
    ("coding", "content", "dcs", "body"),
    [
        (0, b"\x00\x1b\x65", 0, "@€"),  # one septet an octet
        (1, b"@", 0, "@"),
        (3, b"\xe9\xa3", 0, "é£"),
        (3, b"\xb5", 8, "µ"),
        (2, b"\x00", 4, b"\x00"),
        (8, "验".encode("utf-16-be"), 8, "验"),
        (0xF0, b"\x00", 0xF0, "@"),
    ],
)
def test_codings_of_smpp(coding: int, content: bytes, dcs: int, body: str | bytes) -> None:
    assert messages(coding, False, content, reference=1, smpp=True) == [(Dcs(dcs), UserData(body))]


def test_a_header_stays_what_it_is() -> None:
    ((dcs, push),) = messages(4, True, PORTS + b"\x01\x06", reference=1)
    assert (dcs.value, push.body, push.header[0].data.hex()) == (4, b"\x01\x06", "0b8423f0")
    ((_, part),) = messages(8, True, PART_2 + "码".encode("utf-16-be"), reference=1)
    found = part_of(part.header)
    assert found is not None and (found.reference, found.total, found.number) == (7, 3, 2)


def test_what_is_too_long_is_cut() -> None:
    parts = messages(15, False, ("验证码" * 23 + "ab").encode("gb18030"), reference=9)
    assert len(parts) == 2 and "".join(str(part.body) for _, part in parts) == "验证码" * 23 + "ab"
    payload = messages(8, False, ("长" * 500).encode("utf-16-be"), reference=9, smpp=True)
    assert len(payload) == 8 and {dcs.alphabet for dcs, _ in payload} == {Alphabet.UCS2}


@pytest.mark.parametrize(
    ("coding", "header", "content"),
    [
        (0, False, b"\xff"),
        (8, False, b"\x00"),
        (8, True, b"\x09\x00\x03"),
        (9, False, b"x"),
        (15, False, b"\xff\xff"),
        (4, False, bytes(141)),
        (8, True, PART_2 + bytes(136)),
    ],
)
def test_what_cannot_be_read(coding: int, header: bool, content: bytes) -> None:
    with pytest.raises(GatewayError):
        messages(coding, header, content, reference=1)


def test_from_a_handset() -> None:
    def written(text: str) -> Submit:
        return Submit.of_text(Address("95588"), text)

    assert from_handset(written("TD")) == [Piece(0, False, b"TD")]
    assert from_handset(written("é")) == [Piece(8, False, b"\x00\xe9")]
    assert from_handset(written("é@"), smpp=True) == [Piece(0, False, b"\x05\x00")]
    assert from_handset(written("退")) == [Piece(8, False, "退".encode("utf-16-be"))]
    assert [len(piece.content) for piece in from_handset(written("é" * 160))] == [140, 140, 58]
    octets = Submit(Address("95588"), Dcs(4), UserData(b"\x00\xff"))
    assert from_handset(octets) == [Piece(4, False, b"\x00\xff")]
