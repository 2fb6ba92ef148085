"""What single lines mean, by the standards and a dialect: final results, URCs, signs of a restart."""

from __future__ import annotations

from drivers.at.dialect import Dialect, Urc
from drivers.at.exchange import Command

_CALL_FINALS = {
    "CONNECT": True,
    "NO CARRIER": False,
    "BUSY": False,
    "NO ANSWER": False,
    "NO DIALTONE": False,
    "NO DIAL TONE": False,
}
# ATV0 (V.250 6.2.5): what a modem says whose settings were lost. 2 is RING.
_DIGITS = {"0": "OK", "4": "ERROR"}
_CALL_DIGITS = {"1": "CONNECT", "3": "NO CARRIER", "6": "NO DIALTONE", "7": "BUSY", "8": "NO ANSWER"}
_DIGIT_OK = {"0": True, "4": False}
_CALL_DIGIT_OK = {digit: _CALL_FINALS[word] for digit, word in _CALL_DIGITS.items()}


class Words:
    """The vocabulary of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.urcs = dialect.urcs
        self.finals: dict[str, bool] = {
            "OK": True,
            "ERROR": False,
            **dict.fromkeys(dialect.finals_ok, True),
            **dict.fromkeys(dialect.finals_error, False),
        }
        further = (text for text in dialect.finals_error if text.endswith(":"))
        self.errors = ("+CME ERROR:", "+CMS ERROR:", *further)
        self.ready = frozenset(dialect.ready)
        self._resets = frozenset(dialect.resets)

    def final(self, text: str, command: Command) -> bool | None:
        """True or False as the command is answered well or ill, None when `text` is no final result."""
        ok = self.finals.get(text)
        if ok is None and text.startswith(self.errors):
            return False
        if ok is None and len(text) == 1 and not command.bare:
            ok = _DIGIT_OK.get(text)
        if ok is None and command.dials:
            ok = _CALL_FINALS.get(text, _CALL_DIGIT_OK.get(text) if not command.bare else None)
            if ok is None and text.startswith("CONNECT "):
                return True
        return ok

    def is_final(self, text: str) -> bool:
        """Of whatever command; digits and call results may be something else."""
        return text in self.finals or text.startswith(self.errors)

    def is_reset(self, text: str) -> bool:
        return text in self._resets or text[: text.find(":") + 1] in self._resets

    def rule(self, text: str) -> tuple[str, Urc | None]:
        """The row of the URC table for a line, and what it was found by."""
        rule = self.urcs.get(text)
        if rule is not None:
            return text, rule
        key = text[: text.find(":") + 1]
        return key, self.urcs.get(key) if key else None


def in_words(final: str) -> str:
    """Of ATV0's digits, the word."""
    return _DIGITS.get(final) or _CALL_DIGITS.get(final, final)
