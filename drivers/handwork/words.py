"""Codes of modems and networks in words, for whoever reads them at the hand."""

from __future__ import annotations

from drivers.at.answers import number_of
from drivers.at.codes import CME_TEXTS, CMS_TEXTS, RELEASE_TEXTS
from interop.protocols.modem import Progress


def _first(texts: dict[str, int]) -> dict[int, str]:
    """Number -> the standard's own wording, which stands first among the spellings."""
    words: dict[int, str] = {}
    for text, number in texts.items():
        words.setdefault(number, text)
    return words


_CME, _CMS, _RELEASE = _first(CME_TEXTS), _first(CMS_TEXTS), _first(RELEASE_TEXTS)


def final(text: str) -> str:
    """What a final result that is not OK means, "" where it says so itself or nobody knows.

    >>> final("+CME ERROR: 10")
    'SIM not inserted'
    """
    number = number_of(text)
    table = _CMS if text.startswith("+CMS") else _CME
    if text == "ERROR":
        return "the modem does not say why: it does not know the command, or not in this state"
    words = table.get(number, "") if number is not None else ""
    return "" if words and words in text.lower() else _capitals(words)


def message_code(code: int | None) -> str:
    return _capitals(_CMS.get(code, "")) if code is not None else ""


def released(progress: Progress) -> str:
    """Why a call ended: "cause 17, user busy"."""
    if progress.cause is None:
        return progress.text or "no cause given"
    words = _RELEASE.get(progress.cause, progress.text)
    return f"cause {progress.cause}, {words}" if words else f"cause {progress.cause}"


def _capitals(words: str) -> str:
    return words.replace("sim ", "SIM ").replace("puk", "PUK").replace("pin ", "PIN ").replace("smsc", "SMSC")
