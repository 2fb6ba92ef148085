"""Text as gateways carry it: a coding number and octets, long ones in parts with a user data header.

The numbers mean the same in CMPP, SGIP and SMGP: 0 ASCII, 4 octets, 8 UCS2, 15 GB18030. SMPP's are other
ones: 0 the centre's default alphabet, here GSM 7 bit one octet a character as most centres take it, 1 ASCII,
3 Latin-1, 8 UCS2.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from interop.gateway.wire import GatewayError
from interop.smspdu import Part, gsm7, part_of
from interop.smspdu.errors import PduError
from interop.smspdu.userdata import decode_header, encode_header

ASCII: Final = 0
OCTETS: Final = 4
UCS2: Final = 8
GB18030: Final = 15

LONGEST_ASCII: Final = 159
"""CMPP 3.0 7.4.3.1: fewer than 160 octets of ASCII, at most 140 of any other coding"""
LONGEST: Final = 140


@dataclass(frozen=True, slots=True)
class Piece:
    """One message: `content` begins with a user data header where `header` says so (TP_udhi)."""

    coding: int
    header: bool
    content: bytes

    @property
    def part(self) -> Part:
        """Which part it is; 1 of 1 where it stands alone."""
        return read(OCTETS, self.header, self.content)[1] or Part(0, 1, 1)


def pieces(text: str, *, reference: int, ascii_coding: int = ASCII) -> list[Piece]:
    """`text` in ASCII where it is ASCII, else UCS2; in parts of 67 characters where it is long.

    No part ends inside a surrogate pair. Raises GatewayError for more than 255 parts.
    """
    if text.isascii() and len(text) <= LONGEST_ASCII:
        return [Piece(ascii_coding, False, text.encode("ascii"))]
    octets = text.encode("utf-16-be", "surrogatepass")
    if len(octets) <= LONGEST:
        return [Piece(UCS2, False, octets)]
    room = LONGEST - len(encode_header((Part(0, 1, 1).element(),)))
    cuts = [0]
    while cuts[-1] < len(octets):
        end = min(cuts[-1] + room - room % 2, len(octets))
        if end < len(octets) and 0xDC <= octets[end] <= 0xDF:
            end -= 2
        cuts.append(end)
    total = len(cuts) - 1
    if total > 255:
        raise GatewayError("text", f"{len(text)} characters need {total} parts, 255 are possible")
    return [
        Piece(UCS2, True, encode_header((Part(reference & 0xFF, total, n).element(),)) + octets[start:end])
        for n, (start, end) in enumerate(pairwise(cuts), 1)
    ]


def read(coding: int, header: bool, content: bytes, *, smpp: bool = False) -> tuple[str | bytes, Part | None]:
    """Text, or octets where the coding has no text, and which part it is. Raises GatewayError."""
    part = None
    if header:
        try:
            elements, at = decode_header(content, 0, len(content))
        except PduError as error:
            raise GatewayError("user data header", str(error)) from None
        part, content = part_of(elements), content[at:]
    name = _CODECS.get(coding) if not smpp else _SMPP_CODECS.get(coding)
    if name is None:
        return content, part
    if name == "gsm7":
        return gsm7.decode(bytes(octet & 0x7F for octet in content)), part
    if name == "utf-16-be" and len(content) % 2:
        raise GatewayError("content", f"UCS2 text of {len(content)} octets, an odd number")
    return content.decode(name, "surrogatepass" if name == "utf-16-be" else "replace"), part


_CODECS: Final = {ASCII: "ascii", UCS2: "utf-16-be", GB18030: "gb18030"}
_SMPP_CODECS: Final = {0: "gsm7", 1: "ascii", 3: "latin-1", 8: "utf-16-be"}
