"""The number that a handset shows for a text, held against the one that it was sent from."""

from __future__ import annotations

from typing import Final

from interop.engine import Bench
from interop.lab.model import FormPart
from interop.record import Blame, Cause, Layer
from interop.record.events import MessageReceived
from suites.codes.path import Source, on_path

_SHORTEST: Final = 3
"""digits by which a cut number is still known"""
_CUT: Final[tuple[Blame, ...]] = ((Layer.GATEWAY, Cause.SENDER_CUT), (Layer.CORE, Cause.SENDER_CUT))
_REWRITTEN: Final[tuple[Blame, ...]] = (
    (Layer.GATEWAY, Cause.SENDER_REWRITTEN),
    (Layer.CORE, Cause.SENDER_REWRITTEN),
)


def same_number(shown: str, number: str) -> bool:
    """Whether both are one number, as handsets show it: 106... and 955xx have no country, yet some networks
    put +86 before them.

    >>> same_number("+861065795588", "1065795588"), same_number("10657955", "1065795588")
    (True, False)
    """
    return _plain(shown) == _plain(number)


def is_cut(shown: str, number: str) -> bool:
    """Whether digits are missing at the end."""
    shown, number = _plain(shown), _plain(number)
    return _SHORTEST <= len(shown) < len(number) and number.startswith(shown)


def is_from(bench: Bench, message: MessageReceived, number: str, source: Source | FormPart) -> None:
    """The right sender, in full: by it a customer, and his phone, know a bank from a fraud."""
    cut = is_cut(message.sender, number)
    bench.check(
        "sender",
        expected=number,
        actual=message.sender + (" (cut)" if cut else ""),
        ok=same_number(message.sender, number),
        ambiguous=on_path(source, _suspects(message.sender, number)),
    )


def _suspects(shown: str, number: str) -> tuple[Blame, ...]:
    """Of two digits or one that are left, nobody knows whether they are what was there."""
    if is_cut(shown, number):
        return _CUT
    return (*_CUT, *_REWRITTEN) if _plain(number).startswith(_plain(shown)) else _REWRITTEN


def _plain(number: str) -> str:
    """Without what says that it is in China."""
    digits = number.removeprefix("+")
    return digits.removeprefix("86") if len(digits) > 5 else digits
