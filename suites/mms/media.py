"""Pictures and sounds that nobody has sent before: small, valid, drawn from a case's random numbers. Pure.

A picture is a mosaic of grey squares in baseline JPEG (ITU-T T.81): every block holds its mean alone, so that
its whole code is a difference of means and an end of block. A sound is AMR at 12.2 kbit/s (RFC 4867 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

SQUARE: Final = 8
"""points along one side of a block"""
_QUANTISER: Final = 8
"""of every coefficient: a difference of 1 in a code is one grey level of the square"""
_LENGTHS: Final = bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0))
"""T.81 table K.3: how many codes there are of each length, for differences of 0 to 11 bits"""
_CODES: Final = (
    "00", "010", "011", "100", "101", "110", "1110", "11110", "111110", "1111110", "11111110", "111111110"
)  # fmt: skip
_END_OF_BLOCK: Final = "0"

_SMALLEST, _LARGEST = 4, 0xFFFF + 2
"""octets of a segment with its marker"""

_AMR: Final = b"#!AMR\n"
_FRAME: Final = b"\x3c"
"""the header of a good frame of 12.2 kbit/s: 31 octets follow, 20 ms"""
_FRAME_OCTETS: Final = 32


def picture(random: Random, columns: int = 24, rows: int = 18, *, octets: int = 0) -> bytes:
    """A JPEG of so many squares, each of some grey; about an octet a square. It has `octets` where more of
    them are asked for: the rest is in application segments, as that which cameras write beside the picture.
    """
    greys = [random.randrange(256) for _ in range(columns * rows)]
    size = (rows * SQUARE).to_bytes(2, "big") + (columns * SQUARE).to_bytes(2, "big")
    begin = b"\xff\xd8" + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    image = b"".join(
        (
            _segment(0xDB, b"\0" + bytes((_QUANTISER,)) * 64),
            _segment(0xC0, b"\x08" + size + b"\x01\x01\x11\0"),
            _segment(0xC4, b"\0" + _LENGTHS + bytes(range(12))),
            _segment(0xC4, b"\x10" + bytes((1,)) + bytes(15) + b"\0"),
            _segment(0xDA, b"\x01\x01\0\0\x3f\0"),
            _stuffed("".join(_blocks(greys))),
            b"\xff\xd9",
        )
    )
    return begin + _filling(random, octets - len(begin) - len(image)) + image


def _filling(random: Random, octets: int) -> bytes:
    """So many octets of application segments (T.81 B.2.4.6), none where there is no room for one."""
    filling = b""
    while octets - len(filling) >= _SMALLEST:
        left = octets - len(filling)
        size = left if left <= _LARGEST else min(_LARGEST, left - _SMALLEST)
        filling += _segment(0xEF, random.randbytes(size - _SMALLEST))
    return filling


def is_picture(data: bytes) -> bool:
    """A whole JPEG, GIF or PNG, by how it begins and ends: what an operator may make of a picture."""
    return any(data.startswith(begin) and data.endswith(end) for begin, end in _FRAMES)


_FRAMES: Final = (
    (b"\xff\xd8\xff", b"\xff\xd9"),
    (b"GIF8", b";"),
    (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
)


def sound(random: Random, octets: int) -> bytes:
    """AMR of about so many octets, never more."""
    frames = max(1, (octets - len(_AMR)) // _FRAME_OCTETS)
    return _AMR + b"".join(_FRAME + random.randbytes(_FRAME_OCTETS - 1) for _ in range(frames))


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def _blocks(greys: Sequence[int]) -> Iterable[str]:
    """T.81 F.1.2.1: each mean as its difference from the one before it, in so many bits."""
    before = 128
    for grey in greys:
        difference, before = grey - before, grey
        bits = abs(difference).bit_length()
        low = difference if difference >= 0 else difference + (1 << bits) - 1
        yield _CODES[bits] + (f"{low:0{bits}b}" if bits else "") + _END_OF_BLOCK


def _stuffed(bits: str) -> bytes:
    """Filled up with ones, and a zero octet behind each FF (T.81 F.1.2.3)."""
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
