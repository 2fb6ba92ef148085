"""What the nearest name of a code says of a number: is it right at it, and on which side?"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from interop.otp.candidate import Candidate, Shape
from interop.otp.text import NEAR, Name, Text

SAME_SENTENCE: Final = 12
"""what a name in the same sentence is worth at least"""
_REACH: Final = 24
"""characters at most between a name and the value right at it"""
_SENTENCE: Final = re.compile(r"[。!?;；\n]|\. ")
_BEHIND: Final = re.compile(
    r"[\])）】」』\"'” ]*[-—:,，]?(?:[ ]?(?:is|are|为|是|作为|as)[ ]?)?"
    r"[ ]?(?:your|the|您的|你的|您|本次|此次|[(（])?[^0-9。!?;\n]{0,14}$",
    re.IGNORECASE,
)
_YOURS: Final = re.compile(r"\W*(?:your|您的|你的)", re.IGNORECASE)
"""what a new sentence begins with that names the number before it: 902-184. Your Signal code."""
_YOURS_REACH: Final = 40
_FRAMED: Final = ("(", "]", ")", "】", "」")
"""behind a number that stands in brackets, or before a name that does: 839201（手机验证）"""
_STILL_NAME: Final = re.compile(r"[^0-9,、。!?;\n]{0,30}[:=] ?")
"""how the name of a password goes on to its value: Parol dlya podtverzhdeniya: 123456"""


@dataclass(frozen=True, slots=True)
class Near:
    """What a name is worth to a candidate, and why; `adjacent`: it stands right at it."""

    worth: int = 0
    reason: str = ""
    adjacent: bool = False
    pickup: bool = False


def nearest(candidate: Candidate, text: Text) -> Near:
    """The name of a code, or of what is handed out, that is worth most to the candidate."""
    best = Near()
    if far := text.named_before(candidate):
        best = Near(10, f'far behind "{text.raw[far.start : far.end]}"', pickup=far.pickup)
    for name in text.names_near(candidate):
        side = _behind if name.end <= candidate.start else _before
        found = side(name, candidate, text)
        if found.worth > best.worth:
            best = replace(found, pickup=name.pickup)
    return best


def right_behind(name: Name, candidate: Candidate, text: Text) -> bool:
    """Does the candidate follow the name with nothing between but what links them?"""
    if not name.end <= candidate.start <= name.end + _REACH:
        return False
    return text.words.link.fullmatch(text.plain, name.end, candidate.start) is not None


def _behind(name: Name, candidate: Candidate, text: Text) -> Near:
    said, between = text.raw[name.start : name.end], text.plain[name.end : candidate.start]
    if right_behind(name, candidate, text) and not _reads_on(candidate, said, text):
        return Near(60 if name.listed else 40, f'right behind "{said}"', True)
    speaks_of_it = name.listed or _STILL_NAME.fullmatch(between)
    if len(between) > NEAR or _SENTENCE.search(between) or not speaks_of_it:
        return Near()
    return Near(max(35 - len(between), SAME_SENTENCE), f'behind "{said}" in one sentence')


def _before(name: Name, candidate: Candidate, text: Text) -> Near:
    if name.start < candidate.end:
        return Near()
    said, between = text.raw[name.start : name.end], text.plain[candidate.end : name.start]
    ended = _SENTENCE.search(between) is not None
    yours = ended and len(between) <= _YOURS_REACH and _YOURS.match(between)
    free = name not in text.used and (not ended or yours)
    if free and text.words.equals.match(between):
        return Near(60 if name.listed else 40, f'said to be the "{said}"', True)
    clear = (name.listed and candidate.shape is not Shape.LETTERS) or between.lstrip().startswith(_FRAMED)
    if free and clear and (yours or (len(between) <= _REACH and _BEHIND.fullmatch(between))):
        return Near(45 if name.listed else 30, f'right before "{said}"', True)
    if name.listed and not ended:
        return Near(SAME_SENTENCE, f'before "{said}" in one sentence')
    return Near()


def _reads_on(candidate: Candidate, said: str, text: Text) -> bool:
    """Letters behind an English name are the next word, but for a sign that they are its value."""
    if candidate.shape is not Shape.LETTERS or not said.isascii():
        return False
    return not text.words.introduced.search(text.before(candidate))
