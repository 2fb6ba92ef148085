"""A message as the finder reads it: where it names codes, and what else it is about."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from interop.otp.bound import retriever_hash
from interop.otp.candidate import Candidate, plain
from interop.otp.words import Words, words

Span = tuple[int, int]
NEAR: Final = 60
"""characters from a number within which a name can speak of it"""
_RIGHT: Final = 32
"""characters that hold the longest word right before a number and what parts them"""
_SIGN: Final = re.compile(r"【[^】]{1,30}】|^\[[^\]]{1,30}\]|\[[^\]]{1,30}\]$")


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """The name of a code or of what is handed out (`pickup`); not `listed`: it only ends as such names do."""

    start: int
    end: int
    listed: bool = True
    pickup: bool = False


@dataclass(slots=True)
class Text:
    """`plain` as the function of that name gives it, `raw` as it came; an offset means the same in both.
    `names` in their order; `listed`: is one of them? `selling`: what it calls a code can be a coupon.
    `setting`: it speaks as the texts of codes do."""

    plain: str
    raw: str
    words: Words
    names: list[Name] = field(default_factory=list)
    signs: list[Span] = field(default_factory=list)
    coupons: list[Span] = field(default_factory=list)
    hidden: Span | None = None
    listed: bool = False
    setting: bool = False
    selling: bool = False
    used: set[Name] = field(default_factory=set)
    """names that have a candidate right behind them: they name no other"""

    def before(self, candidate: Candidate) -> str:
        """What stands right before it, as far as a word reaches."""
        return self.plain[max(candidate.start - _RIGHT, 0) : candidate.start]

    def after(self, candidate: Candidate) -> str:
        return self.plain[candidate.end : candidate.end + _RIGHT]

    def names_near(self, candidate: Candidate) -> list[Name]:
        first = bisect_left(self.names, candidate.start - NEAR, key=lambda name: name.end)
        last = bisect_right(self.names, candidate.end + NEAR, key=lambda name: name.start)
        return self.names[first:last]

    def named_before(self, candidate: Candidate) -> Name | None:
        """The last listed name before it, however far."""
        if not self.listed:
            return None
        last = bisect_right(self.names, candidate.start, key=lambda name: name.end)
        return next((name for name in reversed(self.names[:last]) if name.listed), None)

    def add_unlisted(self) -> None:
        """Names that only end as those of codes do. What is sold has such names, too."""
        if self.selling:
            return
        other = [*self.coupons, *self.signs, *((name.start, name.end) for name in self.names)]
        weak = _apart(self.words.weak, self.plain, other)
        unlike = [match.span() for match in self.words.unlike.finditer(self.plain)]
        found = weak + _apart(self.words.unlisted, self.plain, [*weak, *unlike, *other])
        self.names = sorted([*self.names, *(Name(*span, listed=False) for span in found)])


def read(raw: str) -> Text:
    text = plain(raw)
    known = words()
    look = Text(text, raw, known)
    spans = [match.span() for match in _SIGN.finditer(text)]
    look.signs = [span for span in spans if not _is_label(text[span[0] + 1 : span[1] - 1], known)]
    look.hidden = retriever_hash(text)
    look.coupons = [match.span() for match in known.coupon.finditer(text)]
    pickups = [match.span() for match in known.pickup.finditer(text)]
    keywords = _apart(known.keyword, text, [*look.coupons, *pickups, *look.signs])
    look.setting = known.setting.search(text) is not None
    look.selling = not look.setting and known.selling.search(text) is not None
    if look.selling:
        bare = {span for span in keywords if known.bare.fullmatch(text[slice(*span)])}
        keywords = [span for span in keywords if span not in bare]
        look.coupons = sorted([*look.coupons, *bare])
    look.names = [Name(*span) for span in keywords] + [Name(*span, pickup=True) for span in pickups]
    look.names.sort()
    look.listed = bool(look.names)
    return look


def touching(spans: list[Span], start: int, end: int) -> list[Span]:
    """Those of `spans`, which are in their order and apart, that overlap what lies between."""
    first = bisect_right(spans, start, key=lambda span: span[1])
    return spans[first : bisect_left(spans, end, key=lambda span: span[0])]


def _apart(pattern: re.Pattern[str], text: str, other: Iterable[Span]) -> list[Span]:
    """Where the pattern matches without touching any of `other`."""
    taken = bytearray(len(text))
    for start, end in other:
        taken[start:end] = bytes([1]) * (end - start)
    return [match.span() for match in pattern.finditer(text) if not any(taken[slice(*match.span())])]


def _is_label(inside: str, known: Words) -> bool:
    """【123456】 and [验证码:123456] hold the code itself, they sign nothing."""
    return bool(re.fullmatch(r"[0-9 -]{4,10}", inside)) or known.keyword.search(inside) is not None
