"""What reports say of every verdict, and making foreign text (SMS, site answers) harmless to show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta, timezone

from interop.record import Verdict

CHINA = timezone(timedelta(hours=8))
"""whose time reports tell"""


@dataclass(frozen=True, slots=True)
class Sign:
    """A verdict is never shown by colour alone. `ascii`: for encodings that lack `symbol`."""

    symbol: str
    ascii: str
    word: str
    style: str
    """of the terminal"""


SIGNS: dict[Verdict, Sign] = {
    Verdict.PASS: Sign("✓", "+", "pass", "green"),
    Verdict.FAIL: Sign("✗", "X", "fail", "bold red"),
    Verdict.INCONC: Sign("?", "?", "inconc", "yellow"),
    Verdict.ERROR: Sign("!", "!", "error", "bold magenta"),
    Verdict.NONE: Sign("-", "-", "none", "dim"),
}

# Controls but \t and \n, lone surrogates, bidirectional overrides (they make text look like other text),
# and the two code points that XML 1.0 forbids: no report can carry all of these safely.
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)

# A cell that begins so is a formula to Excel, LibreOffice or WPS; full-width forms too in a Chinese Excel.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def clean(text: str) -> str:
    """`text` with what no report can show replaced by U+FFFD; line ends become "\\n"."""
    return _UNSHOWABLE.sub("\ufffd", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """`clean` on one line."""
    return " ".join(clean(text).split())


def cell(text: str) -> str:
    """`clean` for a spreadsheet: what it would compute gets a leading apostrophe."""
    text = clean(text)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def counted(number: int, what: str) -> str:
    """
    >>> counted(1, "case"), counted(2, "case")
    ('1 case', '2 cases')
    """
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def encodable(text: str, encoding: str) -> bool:
    """Can a stream of this encoding carry `text`?"""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def clock(seconds: float) -> str:
    """Seconds since the run's start as h:mm:ss.

    >>> clock(3725.4)
    '1:02:05'
    """
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
