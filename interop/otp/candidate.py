"""Every piece of a text that could be a code, and how it is written. What it is, is judged elsewhere.

All patterns run over a text of the same length in which full-width characters are ASCII and every blank is
a space, so an offset means the same place in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    (0x00A0, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000, 0xFEFF, 0x200B), 0x20
)
_HAN: Final = dict(
    zip("零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖貳參陸", "00012345678912123456789236", strict=True)
)
MOST_TEXT: Final = 4096
"""characters looked at: more than any message of 255 parts that people read"""


class Shape(Enum):
    DIGITS = "digits"
    SPLIT = "digits in groups"
    MIXED = "letters and digits"
    LETTERS = "letters"
    HAN = "Chinese digits"


@dataclass(frozen=True, slots=True)
class Candidate:
    """`code` without what only parts it; `written` as it stands in the text, from `start` to `end`."""

    start: int
    end: int
    code: str
    written: str
    shape: Shape


# A code is no part of a longer word, number, decimal or masked number; only "Code123456" is written in one.
_GLUED: Final = r"(?:code|pin|otp|password)"
_EDGE: Final = r"(?:(?<![0-9A-Za-z])|(?<=code)|(?<=pin)|(?<=otp)|(?<=password))(?<![0-9][.,])"
_END: Final = r"(?![0-9A-Za-z])(?!\.[0-9])"
_SHAPES: Final = (
    (Shape.SPLIT, r"[0-9](?:[-. ·、,][0-9]){3,7}"),
    (Shape.SPLIT, r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}"),
    (Shape.SPLIT, r"(?:[0-9]{3}[ -][0-9]{3}|[0-9]{4}[ -][0-9]{4}|[0-9]{2}(?:[ -][0-9]{2}){2})"),
    (Shape.MIXED, r"G-(?P<code>[0-9]{4,8})"),
    (Shape.MIXED, rf"(?!{_GLUED}[0-9]+\b)(?=[0-9A-Za-z]*[0-9])(?=[0-9A-Za-z]*[A-Za-z])[0-9A-Za-z]{{4,10}}"),
    (Shape.DIGITS, r"[0-9]{3,10}"),
    (Shape.LETTERS, r"[A-Za-z]{4,8}"),
)
_PATTERNS: Final = (
    *((shape, re.compile(_EDGE + pattern + _END, re.IGNORECASE)) for shape, pattern in _SHAPES),
    (Shape.HAN, re.compile(f"[{''.join(_HAN)}]{{4,8}}")),
)
# What is never a code, and what stands in it is none either.
_NEVER: Final = re.compile(
    r"https?://[!-~]+|(?:www\.)[!-~]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|top|xyz|cc|me|io|example|hk|tw)\b(?:/[!-~]*)?"
    r"|[\w.+-]+@[\w-]+\.[\w.]+"
    r"|(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9])"
    r"|1[3-9][0-9][*•xX]{3,8}[0-9]{0,4}"
    r"|(?<![0-9])[48]00[- ]?[0-9]{3,4}[- ]?[0-9]{3,4}(?![0-9])"
    r"|(?<![0-9])0[0-9]{2,3}-[0-9]{7,8}(?![0-9])"
    r"|(?<![0-9])(?:19|20)[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}"
    r"|(?<![0-9])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9])"
    r"|(?<![0-9])[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|(?<![0-9])[0-9]+\.[0-9]+(?![0-9.])",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """`text` in the form that everything here is matched against: as long, full width made ASCII."""
    return text[:MOST_TEXT].translate(_WIDE)


def candidates(text: str) -> Iterator[Candidate]:
    """In the order of the text; none overlaps another. `text` as `plain` gives it."""
    taken = [match.span() for match in _NEVER.finditer(text)]
    found = []
    for shape, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if all(end <= a or start >= b for a, b in taken) and not _masked(text, start, end):
                taken.append((start, end))
                found.append(Candidate(start, end, _code(match, shape), match[0], shape))
    yield from sorted(found, key=lambda candidate: candidate.start)


_STARS: Final = "*•"


def _masked(text: str, start: int, end: int) -> bool:
    """Is it what is left of a number under stars (6222****1234)? Stars on their own are emphasis."""
    before, after = text[:start].rstrip(_STARS), text[end:].lstrip(_STARS)
    left = len(before) < start and before[-1:].isalnum() and before[-1:].isascii()
    right = len(after) < len(text) - end and after[:1].isalnum() and after[:1].isascii()
    return left or right


def _code(match: re.Match[str], shape: Shape) -> str:
    if shape is Shape.HAN:
        return "".join(_HAN[char] for char in match[0])
    if shape is Shape.SPLIT:
        return re.sub("[^0-9]", "", match[0])
    return match.groupdict().get("code") or match[0]
