"""Masks for secrets on their way to disk: PINs, PUKs, passwords and keys in AT commands and in APDUs.

A mask has the length of what it hides, so offsets and lengths in evidence stay true, and a replay can take
`*` as a wildcard. Sources: +CPIN 27.007 8.3, +CLCK 7.4, +CPWD 7.5, +CSIM 8.17, +CRSM 8.18, +CGLA 8.43;
dialled ones 22.030 6.5.4, 6.6 and annex B. What is secret in an APDU is said in `interop.record.apdus`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from functools import partial
from typing import Any

from interop.record import apdus
from interop.record.events import Event, SimFileRead

# command -> the first of its arguments that is a secret; every later one is too
SECRET_ARGUMENTS = {"CPIN": 0, "CPIN2": 0, "CLCK": 2, "CPWD": 1, "EPIN": 0}

APDU_COMMANDS = ("CSIM", "CGLA")

FILE_COMMAND = "CRSM"
_UPDATES = ("214", "220")
_DATA = 5
"""the place of <data> in AT+CRSM=<command>,<fileid>,<P1>,<P2>,<P3>,<data>,<pathid>"""

# a literal shorter than this is masked only where it stands alone: a PIN is not a piece of a number
_SHORT = 8
_SHORTEST_PIN = 4


# Dialled or sent by USSD: **04*OLD*NEW*NEW# changes the PIN (042: PIN2), **05*PUK*NEW*NEW# unblocks it (052),
# *03*SERVICE*OLD*NEW*NEW# changes the password of call barring, *33*PASSWORD# sets barring (33x, 35x).
_MMI = re.compile(r"(?<=[*#])(0(?:42?|52?|3)|3(?:3[0-3]?|5[13]?))\*([0-9*]*)")
# the same in hex, as AT+CUSD takes it after AT+CSCS="UCS2" or "HEX"
_MMI_IN_HEX = tuple(
    (unit, re.compile(rf"(?:{pad}(?:2A|23|3[0-9])){{6,}}", re.IGNORECASE))
    for unit, pad in ((4, "00"), (2, ""))
)


def _spaced(names: Iterable[str]) -> str:
    # V.250 5.2.1 lets spaces stand anywhere in a command line; longest first, or CPIN would take CPIN2
    return "|".join(r"\s*".join(name) for name in sorted(names, key=len, reverse=True))


_NAMES = _spaced([*SECRET_ARGUMENTS, *APDU_COMMANDS, FILE_COMMAND])
_SUSPECT = re.compile(rf"[+^*]\s*({_NAMES})\s*=([^\r\n;]*)", re.IGNORECASE)
_APDU = re.compile(r"(?:[0-9A-F]\s*){10,}", re.IGNORECASE)
_ANSWER = re.compile(r"(\+C(?:SIM|GLA):\s*[0-9]+\s*,\s*\"?)([0-9A-F]{10,})", re.IGNORECASE)


def mask(secret: str) -> str:
    """As long as the secret and different from it in every place; quotes and blanks stay.

    >>> mask('"1234"')
    '"****"'
    """
    return "".join(char if char in '" \t' else "#" if char == "*" else "*" for char in secret)


class Redactor:
    """Masks what is secret by its place in a command, and each of `secrets` wherever it stands."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._literals: dict[str, None] = {}
        self._literal: re.Pattern[str] | None = None
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Also its ASCII bytes in hex, as an APDU carries them."""
        if not secret:
            return
        if len(secret) >= _SHORTEST_PIN:
            self._literals[re.escape(secret.encode().hex())] = None
        alone = re.escape(secret)
        self._literals[rf"(?<![0-9A-Za-z]){alone}(?![0-9A-Za-z])" if len(secret) < _SHORT else alone] = None
        longest_first = sorted(self._literals, key=len, reverse=True)
        self._literal = re.compile("|".join(longest_first), re.IGNORECASE)

    def __call__(self, text: str) -> str:
        """`text`: whole lines, or an unfinished last one; its length does not change."""
        if "=" in text:
            text = _SUSPECT.sub(_mask_command, text)
        if "+C" in text:
            text = _ANSWER.sub(lambda found: found[1] + apdus.answer(found[2]), text)
        if "*" in text:
            text = _MMI.sub(_mask_mmi, text)
        if "2A" in text or "2a" in text:
            for unit, pattern in _MMI_IN_HEX:
                text = pattern.sub(partial(_mask_hex, unit), text)
        if self._literal is not None:
            text = self._literal.sub(lambda found: mask(found[0]), text)
        return text

    def event(self, event: Event) -> Event:
        """A site may echo what it was given, a line of a modem its PIN: every text is looked at."""
        if isinstance(event, SimFileRead) and _has_keys(event):
            event = replace(event, content=mask(event.content))
        shown: dict[str, Any] = {}
        for name in (field.name for field in fields(event)):
            match getattr(event, name):
                case str() as text:
                    shown[name] = self(text)
                case tuple() as texts:
                    shown[name] = tuple(map(self, texts))
        return replace(event, **shown)


def _mask_command(found: re.Match[str]) -> str:
    name = re.sub(r"\s", "", found[1]).upper()
    head = found[0][: len(found[0]) - len(found[2])]
    if name in APDU_COMMANDS:
        return head + _APDU.sub(_mask_apdu, found[2])
    arguments = found[2].split(",")
    if name == FILE_COMMAND:
        first = (
            _DATA if arguments[0].strip() in _UPDATES and not _of_public_file(arguments) else len(arguments)
        )
    else:
        first = SECRET_ARGUMENTS[name]
    return head + ",".join(part if place < first else mask(part) for place, part in enumerate(arguments))


def _mask_mmi(found: re.Match[str]) -> str:
    return f"{found[1]}*" + "*" * len(found[2])


def _mask_hex(unit: int, found: re.Match[str]) -> str:
    """Each digit that is masked in the text is masked in all its hex places."""
    octets = found[0]
    places = range(0, len(octets), unit)
    plain = "".join(chr(int(octets[at : at + unit], 16)) for at in places)
    shown = _MMI.sub(_mask_mmi, plain)
    return "".join(
        octets[at : at + unit] if plain[number] == shown[number] else "*" * unit
        for number, at in enumerate(places)
    )


def _mask_apdu(found: re.Match[str]) -> str:
    shown = iter(apdus.command(re.sub(r"\s", "", found[0])))
    return "".join(char if char.isspace() else next(shown) for char in found[0])


def _of_public_file(arguments: list[str]) -> bool:
    """Of +CRSM; no identifier is nobody's file."""
    file_id = arguments[1].strip() if len(arguments) > 1 else ""
    return file_id.isdecimal() and apdus.public(int(file_id))


def _has_keys(read: SimFileRead) -> bool:
    """`read.file`: 6F08, 6F42#1"""
    found = re.match("[0-9A-F]{4}", read.file)
    return found is not None and not apdus.public(int(found[0], 16))
