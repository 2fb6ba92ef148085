"""Character sets by their number (MIBenum of IANA), as WSP writes them (WAP-230-WSP table 42)."""

from __future__ import annotations

import codecs
from typing import Final

MARKS: Final = {codecs.BOM_UTF16_BE: "utf-16-be", codecs.BOM_UTF16_LE: "utf-16-le"}
"""of the order of octets"""
UTF_8: Final = 106
ANY: Final = 0
"""any-charset: none is said"""

NAMES: Final[dict[int, str]] = {
    3: "us-ascii",
    4: "iso-8859-1",
    5: "iso-8859-2",
    6: "iso-8859-3",
    7: "iso-8859-4",
    8: "iso-8859-5",
    9: "iso-8859-6",
    10: "iso-8859-7",
    11: "iso-8859-8",
    12: "iso-8859-9",
    17: "shift_jis",
    18: "euc-jp",
    36: "ks_c_5601-1987",
    37: "iso-2022-kr",
    38: "euc-kr",
    39: "iso-2022-jp",
    106: "utf-8",
    113: "gbk",
    114: "gb18030",
    1000: "iso-10646-ucs-2",
    1012: "utf-7",
    1013: "utf-16be",
    1014: "utf-16le",
    1015: "utf-16",
    2025: "gb2312",
    2026: "big5",
    2084: "koi8-r",
    2085: "hz-gb-2312",
    2101: "big5-hkscs",
    2252: "windows-1252",
}
NUMBERS: Final = {name: number for number, name in NAMES.items()}

_WIDE: Final = {
    "iso-10646-ucs-2": "utf-16-be",
    "utf-16": "utf-16-be",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
}
"""Two octets a character; without a mark the order is that of the network (RFC 2781 4.3)."""
_WIDER: Final = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5-hkscs", "hz-gb-2312": "hz"}
"""What is said to be in the one is often in the other, which holds all of it (Encoding Standard, 4.2)."""


def is_wide(name: str) -> bool:
    """Two octets a character, so that an octet of 0 ends nothing."""
    return name in _WIDE


def text_of(data: bytes, name: str) -> str:
    """`name` "": none is said. What cannot be decoded is U+FFFD. Of no charset, of US-ASCII and of one that
    is not in NAMES it is UTF-8, and where that cannot be, ISO 8859-1.
    """
    name = name.lower()
    if name in _WIDE:
        return _wide(data, _WIDE[name])
    if name in NUMBERS and name != "us-ascii":
        return data.decode(_WIDER.get(name, name), "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("iso-8859-1")


def _wide(data: bytes, codec: str) -> str:
    if data[:2] in MARKS:
        data, codec = data[2:], MARKS[data[:2]]
    return data.decode(codec, "replace")
