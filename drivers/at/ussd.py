"""+CUSD: <m>[,<str>[,<dcs>]] (3GPP TS 27.007 7.15) as modems give it. Pure.

What <str> is should follow from <dcs> and +CSCS and often does not: UCS2 in hex under dcs 15 (gammu issue
358, Quectel M35) or 7 (sms_tool 13, ZTE), packed GSM 7 bit in hex (chan_dongle 38, 98), ASCII in hex under 0
(gammu 513), plain text, pieces of both (gammu 150), cut off, unquoted, ended by NUL and FFFF (Telit HE910).
So what reads like text decides where dcs does not say UCS2.
"""

from __future__ import annotations

import re

from drivers.at.answers import Unreadable
from interop.smspdu import gsm7

_HEX = re.compile("[0-9A-Fa-f]{4,}")
_USUAL = re.compile(r"[A-Za-z0-9 .,:;!?*#/()+%'&=@$\r\n-]")
"""what most of a short text in ASCII consists of"""
_READS = 0.85


def reply(body: str, charset: str = "GSM") -> tuple[int, str | None]:
    """<m> and the text, of what follows "+CUSD:"; `charset`: +CSCS as it is set. Raises Unreadable.

    >>> reply('0,"4F60597D",72')
    (0, '你好')
    """
    found = re.match(r"(\d)\s*(?:,\s*(.*))?$", body, re.DOTALL)
    if found is None:
        raise Unreadable("+CUSD", body)
    mode, rest = int(found[1]), found[2]
    if not rest:
        return mode, None
    closed = re.match(r'"(.*)"\s*(?:,\s*(\d{1,3}))?\s*$', rest, re.DOTALL)
    bare = re.match(r'([^",]*)(?:,\s*(\d{1,3}))?\s*$', rest, re.DOTALL)
    taken = closed or bare
    content, dcs = (taken[1], int(taken[2]) if taken[2] else None) if taken else (rest.strip('"'), None)
    return mode, _text(content, dcs, charset)


def _text(content: str, dcs: int | None, charset: str) -> str:
    if '"' in content:  # a quotation inside: what is hex around it is a text of its own
        return '"'.join(_text(piece, dcs, charset) for piece in content.split('"'))
    if not _HEX.fullmatch(content) or (content.isdigit() and len(content) < 8):
        return _plain(content)  # an amount or a code is no hex
    ucs2 = _ucs2(content)
    if charset == "UCS2" or (dcs is not None and _says_ucs2(dcs)):
        return ucs2 if ucs2 is not None else _plain(content)
    if len(content) % 2:
        return ucs2 if ucs2 is not None and _is_language(ucs2) else content
    octets = bytes.fromhex(content)
    eight, seven = _printable(octets.decode("latin-1")), _printable(_unpacked(octets))
    if reads := next((text for text in (eight, seven) if _reads(text)), None):
        return ucs2 if ucs2 is not None and _is_language(ucs2) and not _reads_well(reads) else reads
    if ucs2 is not None and _is_language(ucs2):
        return ucs2
    return content


def _says_ucs2(dcs: int) -> bool:
    """3GPP TS 23.038 5: UCS2 after a language, in the general and in the message-class coding groups."""
    return dcs == 0x11 or (dcs >> 6 == 1 and dcs & 0x0C == 0x08) or (dcs >> 4 == 9 and dcs & 0x0C == 0x08)


def _plain(content: str) -> str:
    """The channel reads Latin-1; a modem that sends UTF-8 shows in what was read."""
    try:
        return content.encode("latin-1").decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return content


def _ucs2(content: str) -> str | None:
    """A text that was cut off ends with its last whole character."""
    try:
        text = bytes.fromhex(content[: len(content) // 4 * 4]).decode("utf-16-be").rstrip("\0\uffff")
    except UnicodeDecodeError:
        return None
    return text or None


def _is_language(text: str) -> bool:
    """Latin, Cyrillic, Greek, or the Chinese that people write; any two octets are some rarer character."""
    return all(
        " " <= char <= "~" or char in "\r\n\t" or "\xa0" <= char <= "\u024f" or _is_in_gb2312(char)
        for char in text
    )  # fmt: skip


def _is_in_gb2312(char: str) -> bool:
    try:
        return bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _unpacked(octets: bytes) -> str:
    """Packed septets; CR fills up the last octet (23.038 6.1.2.3.1), and so do seven zero bits, an @."""
    return gsm7.decode(gsm7.unpack(octets, len(octets) * 8 // 7)).rstrip("\r@")


def _printable(text: str) -> str:
    return text if all(char.isprintable() or char in "\r\n\t" for char in text) else ""


def _reads(text: str) -> bool:
    return bool(text) and len(_USUAL.findall(text)) >= _READS * len(text)


def _reads_well(text: str) -> bool:
    """Beyond what chance makes of two or three Chinese characters."""
    return len(text) > 6 or text.isalnum()
