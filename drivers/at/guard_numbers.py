"""Which digits reach an emergency service, however they are written.

The lists are policy (DESIGN section 4), not facts about one network: 110 police, 119 fire, 120 ambulance,
122 traffic accidents, 12395 rescue at sea (China); 112, 911, 000, 08, 118, 999 (3GPP TS 22.101 10.1.1,
always emergency without a SIM); 12110 is the police by message, with an area code behind it.
"""

from __future__ import annotations

import re

EXACT = frozenset({"110", "119", "120", "122", "12395", "112", "911", "000", "08", "118", "999"})

# No Chinese number begins with one of these, so an exchange may take the rest for surplus digits.
_BEGINNINGS = ("110", "119", "120", "122", "112", "12110")

# Behind an area code a city's own service answers.
_LOCAL_BEGINNINGS = ("110", "119", "120", "122", "12110")
_LOCAL = frozenset({"999"})

_CARRIER_PREFIX = re.compile(r"179\d\d|1259[013]|1258[23]|10193|11808|19[03]")
"""IP and carrier selection (17951, 12593, 193 ...): what follows is dialled"""
_MOBILE = re.compile(r"19[03]\d{8}")
"""190 and 193 are mobile segments, too: eleven digits are a subscriber, not a prefix and a number"""
_AREA_CODE = re.compile(r"0?(?:10|2\d|[3-9]\d\d)")
_AREA_CODE_WITH_ZERO = re.compile(r"0(?:10|2\d|[3-9]\d\d)")
_COUNTRY_CODE = re.compile(r"[1-9]\d{0,2}")

_URI = re.compile(r"(?:TEL|SIPS?):([^@;]*).*")
"""a number as RFC 3966 and 3261 write it: +CDU, +CCFCU (27.007 6.27, 7.33)"""
_PAUSES = re.compile(r"[TPWIG,!@]+")


def emergency_in(text: str, further: frozenset[str] = frozenset()) -> str:
    """The emergency number that a dial or MMI string reaches, "" if none. Separators do not matter.

    Digits behind a pause may be DTMF or, where P and T switch the way of dialling, part of the number: both
    readings count. Each group of an MMI string ("**21*110#") counts as a number.
    """
    text = _URI.sub(r"\1", re.sub(r"[\s().\-/]", "", text.upper()))
    if text.startswith("URN:SERVICE:SOS"):
        return "SOS"
    segments = [segment for segment in _PAUSES.split(text) if segment]
    for reading in ("".join(segments), *segments[:1]):
        for group in re.split(r"[*#]+", reading):
            if number := emergency_number(group, further):
                return number
    return ""


def emergency_number(number: str, further: frozenset[str] = frozenset()) -> str:
    """The emergency number that `number` ("+86110", "010110", "17951110", "110") reaches, else "".

    >>> emergency_number("+8610110"), emergency_number("17011012000"), emergency_number("10086")
    ('110', '', '')
    """
    seen: list[str] = []
    todo = [number]
    while todo:
        digits = todo.pop()
        if digits in seen or not digits:
            continue
        seen.append(digits)
        if found := _plain(digits, further):
            return found
        if digits.startswith("+") or digits.startswith("00"):
            abroad = digits[1:] if digits.startswith("+") else digits[2:]
            todo.append(abroad)
            if found := _behind_country_code(abroad, further):
                return found
        if digits.startswith("0"):
            # a trunk zero before the emergency number itself
            if digits[1:] in EXACT | further or digits[1:].startswith(_BEGINNINGS):
                return digits[1:]
            area = _AREA_CODE_WITH_ZERO.match(digits)
            if area and (found := _local(digits[area.end() :], further)):
                return found
        if digits.startswith("86"):
            todo.append(digits[2:])
            area = _AREA_CODE.match(digits, 2)
            if area and (found := _local(digits[area.end() :], further)):
                return found
        if (carrier := _CARRIER_PREFIX.match(digits)) and not _MOBILE.fullmatch(digits):
            todo.append(digits[carrier.end() :])
    return ""


def _plain(digits: str, further: frozenset[str]) -> str:
    if digits in EXACT or digits in further:
        return digits
    return next((found for found in _BEGINNINGS if digits.startswith(found)), "")


def _local(digits: str, further: frozenset[str]) -> str:
    if digits in _LOCAL or digits in further:
        return digits
    return next((found for found in _LOCAL_BEGINNINGS if digits.startswith(found)), "")


def _behind_country_code(digits: str, further: frozenset[str]) -> str:
    """Any country's code before one of the numbers: "+1911"."""
    country = _COUNTRY_CODE.match(digits)
    ends = range(1, country.end() + 1) if country else range(0)
    return next((digits[end:] for end in ends if digits[end:] in EXACT | further), "")
