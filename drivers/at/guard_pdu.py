"""What the guard reads in hex: the destination of a SUBMIT, and strings hidden in a character set.

By hand and not through `interop.smspdu`: the guard's reading has to stay right when the codec changes.
"""

from __future__ import annotations

from collections.abc import Iterator

_SEMI_OCTETS = "0123456789*#abc"


def destination_of(octets: bytes) -> str:
    """TP-DA of an SMS-SUBMIT behind its service centre address (27.005 3.1, 23.040 9.2.2.2).

    Raises ValueError for what is no SUBMIT or too short to tell.
    """
    try:
        first = 1 + octets[0]
        if octets[first] & 3 != 1:
            raise ValueError("not an SMS-SUBMIT")
        length, kind = octets[first + 2], octets[first + 3]
        value = octets[first + 4 : first + 4 + (length + 1) // 2]
    except IndexError:
        raise ValueError("too short") from None
    if len(value) < (length + 1) // 2:
        raise ValueError("too short")
    if kind & 0x70 == 0x50:
        return _septets(value)[: length * 4 // 7]
    nibbles = [nibble for octet in value for nibble in (octet & 15, octet >> 4)][:length]
    number = "".join(_SEMI_OCTETS[nibble] if nibble < 15 else "" for nibble in nibbles)
    return ("+" if kind & 0x70 == 0x10 else "") + number


def hidden_strings(text: str) -> Iterator[str]:
    """`text` as it stands and, where it is hex, as UCS2, as 8 bit and as packed GSM 7 bit characters."""
    yield text
    if len(text) < 4 or len(text) % 2 or text.strip("0123456789ABCDEF"):
        return
    octets = bytes.fromhex(text)
    for decoded in (octets.decode("utf-16-be", "ignore"), octets.decode("latin-1"), _septets(octets)):
        if decoded and not decoded.strip("0123456789+*# \0\rTPW,"):
            yield decoded.strip(" \0\r")


def _septets(octets: bytes) -> str:
    bits = int.from_bytes(octets, "little")
    return "".join(chr(bits >> 7 * at & 0x7F) for at in range(len(octets) * 8 // 7))
