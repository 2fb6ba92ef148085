"""Numbers of third parties, verification codes and identities of SIMs, hidden for a file that leaves us.

In what people read (texts, numbers, checks) each becomes a mask of its own, the same one everywhere. Octets
are another matter: a number can stand in them as digits, ASCII, UCS-2, semi-octets or septets at any bit,
and be torn by the border of two parts. So octets of messages and files are hidden whole, and of what is asked
of a gateway, or by it, all behind length and command. Whatever is hidden in a journal keeps its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

Finder = Callable[[str], Iterable[str]]
"""The verification codes in a text."""

_MOBILE: Final = re.compile(r"(?<!\d)(?:00|\+)?(?:86)?([1１][3-9３-９]\d[ -]?\d{4}[ -]?\d{4})(?!\d)")
_IDENTITY: Final = re.compile(r"(?<![0-9])(?:4[0-9]{14}|89[0-9]{17,18})(?![0-9])")
"""IMSI and ICCID, ITU-T E.212 and E.118"""
_CODE: Final = re.compile(r"(?<![\dA-Za-z])(?:\d{4,8}|\d{3}[ -]\d{3})(?![\dA-Za-z])")
"""with digits of any width, as Chinese texts may have them"""
_PUBLIC: Final = re.compile(r"9[56][0-9]{3,4}|1[012][0-9]{3}")
"""10086, 95588, 12306: service numbers of everybody, no codes"""
_SERVICE: Final = re.compile(r"(?:86)?10(?:65|66|69)[0-9]*")
"""access codes of service providers (MIIT, 2003 numbering plan of short messages): the senders of codes"""

_BETWEEN: Final = " -"
"""what people write between the groups of a number"""
_OCTETS: Final = re.compile(r"\bATD|[0-9A-Fa-f]{12,}")
"""and what a number that is dialled begins with, whose D would be a digit"""
_DIGITS: Final = re.compile(r"[0-9]{6,}")
"""Shorter ones are no half of a number: one that is torn in two has six digits on one side."""
_GATEWAY_HEAD: Final = 24
"""hexadecimal digits that every protocol of gateways has before anything of a message"""

_NAMES: Final = frozenset(
    {"attempt", "case", "control_of", "party", "kind", "type", "suite", "service", "standard", "sim"}
    | {"segment", "mvno", "base_operator", "city", "peer", "sent_at", "verdict", "layer", "cause", "reason"}
    | {"devices", "spent", "evidence", "measurements", "ambiguous", "finding"}
)
"""Members of the record that have no number in them, but may look as if: a case named after a segment."""
_RAW: Final = frozenset({"content", "line", "what", "why", "SimFileRead", "Note"})
"""Members in which what a modem said stands as it was."""


def numbers_in(text: str) -> list[str]:
    """Mobile numbers, without what is before them.

    >>> numbers_in('+CLIP: "+8613900001234",145 and 13812345678')
    ['13900001234', '13812345678']
    """
    return [_plain(found) for found in _MOBILE.findall(text)]


def _plain(number: str) -> str:
    """
    >>> _plain("１３９ 0000-1234")
    '13900001234'
    """
    return "".join(str(int(one)) if one.isdecimal() else one for one in number if one not in _BETWEEN)


def codes_in(text: str, find: Finder) -> set[str]:
    """What `find` says, and all that might be one: better to hide too much of a message than too little.

    >>> sorted(codes_in("Your code is 483920, ask 10086", lambda text: ()))
    ['483920']
    """
    return {code for code in (*find(text), *_CODE.findall(text)) if code and not _PUBLIC.fullmatch(code)}


class Hiding:
    """`numbers`, but those that `stay`, are hidden, and so are `codes`, and IMSI and ICCID anywhere."""

    def __init__(self, *, numbers: Iterable[str], stay: Iterable[str], codes: Iterable[str]) -> None:
        self._stay = frozenset(stay)
        self._numbers = _alternatives(map(_written, sorted({*numbers} - self._stay - {""})))
        self._codes = _alternatives(map(re.escape, {*codes}), "(?<![0-9A-Za-z*])(?:{})(?![0-9A-Za-z*])")
        self._masks: dict[str, str] = {}
        self._kinds = {"numbers": 0, "codes": 0, "identities": 0}

    @property
    def counts(self) -> dict[str, int]:
        """How many different ones were hidden: numbers, codes, identities (IMSI, ICCID)."""
        return dict(self._kinds)

    def text(self, text: str) -> str:
        """As people wrote it."""
        text = _IDENTITY.sub(lambda found: self._mask(found[0], "identities"), text)
        text = self._numbers.sub(lambda found: self._number(found[0]), text)
        return self._codes.sub(lambda found: self._mask(found[0], "codes"), text)

    def said(self, text: str) -> str:
        """As it came from a modem: what may be octets is hidden whole, so is any number that is long."""
        return self.text(_DIGITS.sub(self._long, _OCTETS.sub(self._hexadecimal, text)))

    def pdu(self, text: str) -> str:
        """Of a gateway, in hexadecimal. A response has neither number nor text in it, in any protocol."""
        if re.match("[0-9A-Fa-f]{8}[89A-Fa-f]", text):
            return text
        return text[:_GATEWAY_HEAD] + re.sub("[0-9A-Fa-f]", "*", text[_GATEWAY_HEAD:])

    def line(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """A line of the record, or an event."""
        return {key: self._member(key, value, line) for key, value in line.items()}

    def _member(self, key: str, value: Any, line: Mapping[str, Any]) -> Any:
        if key in _NAMES:
            return value
        if key == "tpdu":
            return ""
        if isinstance(value, Mapping):
            return self.line(value)
        if isinstance(value, list | tuple):
            return [self._member(key, item, line) for item in value]
        if not isinstance(value, str):
            return value
        if key == "text" and _is_part(line):  # a code may be torn by its border
            return re.sub("[0-9]", "*", value)
        return self.said(value) if key in _RAW or line.get("kind") in _RAW else self.text(value)

    def _hexadecimal(self, found: re.Match[str]) -> str:
        if found[0] == "ATD":
            return found[0]
        if self._stays(found[0]) or _IDENTITY.fullmatch(found[0]):
            return found[0]
        if self._numbers.search(found[0]) and _MOBILE.fullmatch(found[0]):
            return found[0]
        return "*" * len(found[0])

    def _long(self, found: re.Match[str]) -> str:
        known = self._numbers.search(found[0]) or self._codes.fullmatch(found[0])
        keeps = self._stays(found[0]) or known or _IDENTITY.fullmatch(found[0])
        return found[0] if keeps else "*" * len(found[0])

    def _stays(self, digits: str) -> bool:
        return any(digits in (number, f"86{number}") for number in self._stay) or bool(
            _SERVICE.fullmatch(digits)
        )

    def _number(self, written: str) -> str:
        mask = iter(self._mask(_plain(written), "numbers"))
        return "".join(char if char in _BETWEEN else next(mask) for char in written)

    def _mask(self, what: str, kind: str) -> str:
        if what not in self._masks:
            self._kinds[kind] += 1
            self._masks[what] = _masked(what, kind, self._kinds[kind])
        return self._masks[what]


def _masked(what: str, kind: str, number: int) -> str:
    """
    >>> _masked("13900001234", "numbers", 1), _masked("17090001234", "numbers", 2)
    ('139****0001', '1709***0002')
    >>> _masked("483920", "codes", 3), _masked("460001234567890", "identities", 1)
    ('*****3', '46000******0001')
    """
    shown, digits = {
        # of a virtual operator the segment has four digits
        "numbers": (4 if what.startswith(("170", "171")) else 3, 4),
        "identities": (5, 4),
    }.get(kind, (0, 1))
    end = f"{number:0{digits}}"
    if shown + len(end) >= len(what):
        return "*" * len(what)
    return what[:shown] + "*" * (len(what) - shown - len(end)) + end


def _is_part(line: Mapping[str, Any]) -> bool:
    return line.get("kind") == "PartReceived" or (
        line.get("kind") == "MessageSubmitted" and line.get("parts", 1) > 1
    )


def _written(number: str) -> str:
    """A pattern of the ways in which people write it: 139 0000 1234, and with wide digits."""
    digits = [f"[{one}{chr(0xFF10 + int(one))}]" if one.isdecimal() else re.escape(one) for one in number]
    return "".join(f"[{_BETWEEN}]?{digit}" if at in (3, 7) else digit for at, digit in enumerate(digits))


def _alternatives(patterns: Iterable[str], form: str = "{}") -> re.Pattern[str]:
    """The longest first; what never matches for none."""
    longest = sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
    return re.compile(form.format("|".join(longest)) if longest else "(?!)")


def texts_in(value: Any) -> Iterator[str]:
    """Every text in JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_in(item)
