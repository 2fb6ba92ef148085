"""Character sets of the interface (+CSCS, 27.007 5.5): how text stands between quotes."""

from __future__ import annotations

from interop.smspdu import PduError, gsm7

NAMES = ("IRA", "GSM", "UCS2", "HEX")


def encoded(text: str, charset: str) -> str:
    """`text` as characters of the line, each one byte.

    IRA and GSM have "?" for what they lack; UCS2 and HEX are hex of UTF-16 and of GSM septets.
    """
    if charset == "UCS2":
        return text.encode("utf-16-be").hex().upper()
    if charset == "IRA":
        return text.encode("ascii", "replace").decode()
    septets = gsm7.encode("".join(char if fits_gsm(char) else "?" for char in text))
    return septets.hex().upper() if charset == "HEX" else septets.decode("latin-1")


def decoded(text: str, charset: str) -> str:
    """The inverse. Plain text where UCS2 or HEX is set passes as it is: many clients send it so."""
    if charset in ("UCS2", "HEX"):
        try:
            octets = bytes.fromhex(text)
            return octets.decode("utf-16-be") if charset == "UCS2" else gsm7.decode(octets)
        except ValueError:
            return text
    if charset == "GSM":
        try:
            return gsm7.decode(text.encode("latin-1"))
        except (ValueError, UnicodeEncodeError):
            return text
    return text


def fits_gsm(text: str) -> bool:
    try:
        gsm7.encode(text)
    except PduError:
        return False
    return True
