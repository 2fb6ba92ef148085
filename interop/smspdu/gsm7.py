"""The GSM 7 bit default alphabet and its septets (3GPP TS 23.038 6.1.2.1, 6.2.1).

Characters become septets (`encode`, one per octet, also the form used in SIM files), septets become
packed octets (`pack`), and back.
"""

from __future__ import annotations

from codecs import charmap_decode
from functools import cache
from typing import Final

from interop.smspdu.errors import PduError
from interop.smspdu.national import DEFAULT_ALPHABET, LOCKING, SINGLE, Language

ESCAPE: Final = 0x1B

BASIC: Final = DEFAULT_ALPHABET
EXTENSION: Final = SINGLE[Language.DEFAULT]
CHARACTERS: Final = frozenset(BASIC.replace(chr(ESCAPE), "")).union(EXTENSION.values())
"""all that text without national tables can hold"""


@cache
def _septets(locking: int, single: int) -> dict[str, bytes]:
    """Character to septets; the locking table's own place before the longer one behind an escape."""
    basic = LOCKING.get(locking, BASIC)
    extension = SINGLE.get(single, EXTENSION)
    return {char: bytes((ESCAPE, code)) for code, char in extension.items()} | {
        char: bytes((code,)) for code, char in enumerate(basic) if code != ESCAPE
    }


# Packing is a change of spacing: lanes of n septets lie 7n bits apart when packed, 8n when not. Doing
# it for lanes of 1, 2, 4 .. 128 septets moves a whole message in eight steps. Rows: shift, mask of the
# lower and of the upper lane of each pair when packed.
_LANES: Final = tuple(
    (n, sum((1 << 7 * n) - 1 << 16 * n * i for i in range(128 // n)),
     sum((1 << 7 * n) - 1 << 16 * n * i + 7 * n for i in range(128 // n)))
    for n in (1, 2, 4, 8, 16, 32, 64, 128)
)  # fmt: skip


def encode(text: str, locking: int = 0, single: int = 0) -> bytes:
    """Septets of `text`, one per octet; extension characters take two ("€" is 1B 65).

    `locking` and `single` are national languages (`national.Language`). Raises PduError with the index of
    the first character that the alphabet lacks.
    """
    table = _septets(locking, single)
    try:
        return b"".join([table[char] for char in text])
    except KeyError:
        at = next(i for i, char in enumerate(text) if char not in table)
        alphabet = "default alphabet" if not (locking or single) else "national alphabet"
        raise PduError("GSM 7 bit text", f"{text[at]!r} is not in the {alphabet}", at) from None


def decode(septets: bytes, locking: int = 0, single: int = 0) -> str:
    """Text of unpacked septets (each 0..127). A language that has no table here reads as the default.

    As 23.038 6.2.1.1 tells a receiver: an escape to an unknown character shows the character of the
    basic table, an escape to a further table (1B 1B) and an escape at the end show a space.
    """
    basic = LOCKING.get(locking, BASIC)
    if ESCAPE not in septets:
        return charmap_decode(septets, "strict", basic)[0]
    extension = SINGLE.get(single, EXTENSION)
    head, *rest = septets.split(b"\x1b")
    out = [charmap_decode(head, "strict", basic)[0]]
    escapes = iter(rest)
    for part in escapes:
        if part:
            out.append(extension.get(part[0], basic[part[0]]))
            out.append(charmap_decode(part[1:], "strict", basic)[0])
        else:
            out.append(" ")
            out.append(charmap_decode(next(escapes, b""), "strict", basic)[0])
    return "".join(out)


def pack(septets: bytes, fill_bits: int = 0) -> bytes:
    """Octets of at most 256 septets, preceded by `fill_bits` zero bits (23.038 6.1.2.1.1)."""
    value = int.from_bytes(septets, "little")
    for n, lower, upper in _LANES:
        if n >= len(septets):
            break
        value = value & lower | value >> n & upper
    return (value << fill_bits).to_bytes((7 * len(septets) + fill_bits + 7) // 8, "little")


def unpack(octets: bytes, count: int, fill_bits: int = 0) -> bytes:
    """The first `count` septets (at most 256) after `fill_bits` bits; `octets` must hold them all."""
    value = int.from_bytes(octets, "little") >> fill_bits & (1 << 7 * count) - 1
    for n, lower, upper in reversed(_LANES):
        if n < count:
            value = value & lower | (value & upper) << n
    return value.to_bytes(count, "little")
