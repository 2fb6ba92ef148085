"""BER-TLV with tags of one octet, as SIM files and FCP templates use it (ETSI TS 101 220)."""

from __future__ import annotations

from collections.abc import Iterator

from interop.uicc.errors import EfError, need


def encode_tlv(tag: int, value: bytes, file: str) -> bytes:
    """Raises EfError for a value of more than 255 octets."""
    if len(value) > 0xFF:
        raise EfError(file, f"value of {len(value)} octets under tag {tag:02X}, 255 fit")
    length = bytes((len(value),)) if len(value) < 0x80 else bytes((0x81, len(value)))
    return bytes((tag,)) + length + value


def decode_tlv(data: bytes, at: int, end: int, file: str) -> Iterator[tuple[int, int, int]]:
    """Tag, start and end of each value in `data[at:end]`, up to padding with FF.

    Raises EfError on a length that runs over `end`, or is not of 1 or 2 octets.
    """
    data = data[:end]
    while at < end and data[at] != 0xFF:
        need(data, at, 2, file)
        tag, length, start = data[at], data[at + 1], at + 2
        if length == 0x81:
            need(data, start, 1, file)
            length, start = data[start], start + 1
        elif length > 0x7F:
            raise EfError(file, f"length octet {length:02X} under tag {tag:02X}", at + 1)
        if length > end - start:
            raise EfError(file, f"{length} octets under tag {tag:02X}, {end - start} left", at + 1)
        yield tag, start, start + length
        at = start + length
