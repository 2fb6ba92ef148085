"""Names in SIM files: octets of the GSM alphabet, or UCS2 in three forms (3GPP TS 51.011 annex B, ETSI
TS 102 221 annex A)."""

from __future__ import annotations

from typing import Final

from interop.smspdu import PduError, gsm7
from interop.uicc.errors import EfError, fitting, padded

_UCS2: Final = 0x80  # two octets a character, FFFF after the last
_HALF_PAGE: Final = 0x81  # length, bits 15..8 of a 15-bit base, then one octet a character
_BASE: Final = 0x82  # length, a 16-bit base, then one octet a character


def encode_alpha(text: str, size: int, file: str) -> bytes:
    """`size` octets, padded with FF: the GSM alphabet where it has all of `text`, else the first of the
    forms 80, 81 and 82 that fits. Raises EfError.
    """
    return padded(exact_alpha(text, size, file), size, file)


def exact_alpha(text: str, limit: int, file: str) -> bytes:
    """The same without padding, as TLV objects hold it. Raises EfError where it takes more than `limit`."""
    try:
        return fitting(gsm7.encode(text), limit, file)
    except PduError:
        pass
    plain = bytes((_UCS2,)) + text.encode("utf-16-be", "surrogatepass")
    based = (plain, _on_base(text, _HALF_PAGE), _on_base(text, _BASE))
    short = [content for content in based if content and len(content) <= limit]
    if not short:
        raise EfError(file, f"{len(text)} characters take {len(plain)} octets in UCS2, {limit} fit")
    return short[0]


def _on_base(text: str, form: int) -> bytes | None:
    """Form 81 or 82; None if the characters outside the GSM alphabet lie too far apart for it."""
    parts: list[bytes | int] = []
    for char in text:
        try:
            parts.append(gsm7.encode(char))
        except PduError:
            parts.append(ord(char))
    codes = [part for part in parts if isinstance(part, int)]
    base = min(codes) if form == _BASE else min(codes) & 0x7F80
    if max(codes) - base > 0x7F or max(codes) > 0xFFFF:
        return None
    body = b"".join([bytes((0x80 | part - base,)) if isinstance(part, int) else part for part in parts])
    if len(body) > 0xFF:
        return None
    head = base.to_bytes(2, "big") if form == _BASE else bytes((base >> 7,))
    return bytes((form, len(body))) + head + body


def decode_alpha(data: bytes, file: str, at: int = 0) -> str:
    """The name that `data`, with its padding, holds. `at` is where `data` stands in the file.

    Raises EfError on an octet that is none of the GSM alphabet, half a UCS2 character, or a length
    that the field does not have.
    """
    form = data[0] if data else 0xFF
    if form == _UCS2:
        return _ucs2(data, file, at)
    if form in (_HALF_PAGE, _BASE):
        head = 3 if form == _HALF_PAGE else 4
        if len(data) < head or data[1] > len(data) - head:
            raise EfError(file, f"form {form:02X} runs over the end of {len(data)} octets", at + 1)
        base = data[2] << 7 if form == _HALF_PAGE else int.from_bytes(data[2:4], "big")
        return _characters(data[head : head + data[1]], base, file, at + head)
    name = data.split(b"\xff", 1)[0]
    bad = next((i for i, octet in enumerate(name) if octet > 0x7F), None)
    if bad is not None:
        raise EfError(file, f"{name[bad]:02X} is not in the GSM alphabet", at + bad)
    return gsm7.decode(name)


def _ucs2(data: bytes, file: str, at: int) -> str:
    end = next((i for i in range(1, len(data), 2) if data[i : i + 2] in (b"\xff\xff", b"\xff")), len(data))
    if end % 2 == 0:
        raise EfError(file, "half a UCS2 character", at + end - 1)
    return data[1:end].decode("utf-16-be", "surrogatepass")


def _characters(octets: bytes, base: int, file: str, at: int) -> str:
    """Octets above 7F are characters from `base` on; runs of the others are of the GSM alphabet."""
    text, run = "", b""
    for offset, octet in enumerate(octets, at):
        code = base + octet - 0x80
        if octet < 0x80:
            run += bytes((octet,))
        elif 0xD800 <= code <= 0xDFFF or code > 0xFFFF:
            raise EfError(file, f"{code:X} is no UCS2 character", offset)
        else:
            text += gsm7.decode(run) + chr(code)
            run = b""
    return text + gsm7.decode(run)
