"""What stands in the columns of a batch: numbers, keys, and references to keys.

All raise ValueError with what is wrong, never with the value of a secret, and with that of another column
only where it looks like a number: who forgot a column has keys in the next one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from interop import numbering
from interop.lab.secrets import SecretError, resolve
from interop.personalise.order import KEY_SIZE

SECRETS: Final = ("adm", "pin", "ki", "opc", "op")
"""columns whose values are never shown, and which no file of a profile may hold"""

PUBLIC: Final = ("iccid", "imsi", "msisdn", "new_iccid")
"""the other ones that any batch may have"""

_EXCEL: Final = re.compile(r"[0-9]+([.,][0-9]+)?[Ee]\+?[0-9]+")
_LIKE_A_NUMBER: Final = re.compile(r"[0-9 +().,EFef-]{1,24}")
_LIKE_A_KEY: Final = re.compile(r"[0-9A-Fa-f]{4,8}|[0-9A-Fa-f]{16}")
"""a PIN or an ADM in characters, an ADM in hex: often digits only"""
_VARIABLE: Final = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_SHORTENED: Final = (
    "is what a spreadsheet made of a long number, and its last digits are lost: format the column as text, "
    "and fill it in again"
)
_FORMS: Final = "must begin with ascii: (4 to 8 characters) or hex: (16 digits)"
_KEY: Final = 16
_SHORTEST: Final = 4
"""characters of a PIN (102 221 9.5.1)"""


class NotThere(ValueError):
    """What a reference stands for cannot be had here."""


def iccid(text: str) -> str:
    """As EF_ICCID of the card at hand has it: 19 or 20 digits. Some Chinese issuers put letters among them,
    and not all end with a check digit, so that it is for `lint_order` to say what is odd.
    """
    digits = _compact(text)
    if not re.fullmatch(r"[0-9A-E]{19,20}", digits):
        raise ValueError(f"{shown(text)} is not 19 or 20 digits")
    return digits


def new_iccid(text: str) -> str:
    """As it will be written: E.118 with the right check digit."""
    digits = _compact(text)
    try:
        known = numbering.iccid(digits)
    except numbering.NumberError as error:
        raise ValueError(f"{shown(text)} {error.reason}") from None
    if known.luhn_ok is False:
        right = numbering.luhn_digit(digits[:-1])
        raise ValueError(f"{shown(text)} has a wrong check digit, {right} is right")
    return known.digits


def imsi(text: str) -> str:
    """15 digits."""
    if not re.fullmatch(r"[0-9]{15}", text):
        raise ValueError(f"{shown(text)} is not 15 digits")
    return text


def msisdn(text: str) -> str:
    """National digits of a Chinese mobile number, written in any way."""
    try:
        return numbering.Msisdn.parse(text).national
    except numbering.NumberError as error:
        raise ValueError(f"{shown(text)} {error.reason}") from None


def public(name: str, text: str) -> str:
    """The value of any column that is no secret, in its one form; "" stays."""
    if _EXCEL.fullmatch(text) and (name in PUBLIC or "+" in text):
        raise ValueError(f"{shown(text)} {_SHORTENED}")
    reader = {"iccid": iccid, "imsi": imsi, "msisdn": msisdn, "new_iccid": new_iccid}.get(name)
    return reader(text) if reader and text else text


def resolved(text: str, directory: Path) -> str:
    """A secret itself: what env:NAME, or file:PATH from `directory` on, stands for, or the text as it is.

    Raises NotThere.
    """
    if not text.startswith(("env:", "file:")):
        return text
    if text.startswith("env:") and not _VARIABLE.fullmatch(text):
        raise ValueError("env: takes the name of an environment variable")
    try:
        return resolve(text, directory).strip()
    except SecretError as error:
        raise NotThere(str(error)) from None


def adm(text: str) -> bytes:
    """Eight octets of "ascii:..." (padded with FF, as 102 221 9.5.1 pads PINs and pySim pads this) or
    "hex:...".
    """
    octets = _key(text)
    if octets is None:
        raise ValueError(f"{_FORMS}: bare, it could be either, and a wrong key costs one of few tries")
    return octets


def pin(text: str) -> bytes:
    """The same of a PIN, which has four to eight digits."""
    octets = _key(text)
    if octets is None:
        raise ValueError(f"{_FORMS}; without it a spreadsheet drops leading zeros")
    if text.startswith("ascii:") and not octets.rstrip(b"\xff").isdigit():
        raise ValueError("a PIN has digits only")
    return octets


def _key(text: str) -> bytes | None:
    """None where the text does not say what it is."""
    kind, _, value = text.partition(":")
    if kind == "ascii":
        plain = value.isascii() and value.isprintable() and " " not in value
        if not (plain and _SHORTEST <= len(value) <= KEY_SIZE):
            raise ValueError(f"ascii: takes {_SHORTEST} to {KEY_SIZE} characters, not these {len(value)}")
        return value.encode().ljust(KEY_SIZE, b"\xff")
    return _hex(value, KEY_SIZE, "hex: takes") if kind == "hex" else None


def key(text: str) -> bytes:
    """Ki, OPc or OP: 16 octets in hex, "hex:" before them or not."""
    if len(text) != 2 * _KEY and _EXCEL.fullmatch(text):
        raise ValueError(_SHORTENED)
    return _hex(text.removeprefix("hex:"), _KEY, "takes")


def shown(text: str) -> str:
    """In quotes, or only how long it is."""
    if _LIKE_A_NUMBER.fullmatch(text) and not _LIKE_A_KEY.fullmatch(text):
        return f'"{text}"'
    return f"a text of {len(text)} characters"


def _hex(text: str, size: int, takes: str) -> bytes:
    if not re.fullmatch(rf"[0-9A-Fa-f]{{{2 * size}}}", text):
        raise ValueError(f"{takes} {2 * size} hexadecimal digits, not {len(text)} characters like these")
    return bytes.fromhex(text)


def _compact(text: str) -> str:
    """Without spaces and the filler of EF_ICCID."""
    digits = "".join(text.split()).upper()
    return digits[:-1] if len(digits) == 20 and digits.endswith("F") else digits
