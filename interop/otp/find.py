"""Which of the candidates is the code: each is weighed by what stands around it, and says why.

>>> finding = find("【小米移动】您尾号1234的卡正在登录，验证码880712，5分钟内有效。")
>>> finding.code
'880712'
>>> finding.chosen[0].reasons
('6 digits', 'right behind "验证码"')
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from interop.otp.bound import OriginBound, origin_bound, retriever_hash
from interop.otp.candidate import Candidate, Shape, candidates, is_locker, plain
from interop.otp.words import Words, words

ENOUGH: Final = 50
"""a candidate that weighs less is no code"""
_SENTENCE: Final = re.compile(r"[。!?;；\n]|\. ")
_SIGN: Final = re.compile(r"【[^】]{1,30}】|^\[[^\]]{1,30}\]|\[[^\]]{1,30}\]$")
_HOTLINE: Final = re.compile(r"9[56][0-9]{3,4}$|(?:12|11|10)[0-9]{3}$")
_INTRODUCED: Final = re.compile(r"(?:为|是|is|[:：=])[ \"'“「]*$", re.I)
_BEHIND: Final = re.compile(
    r"[\])）】」』\"'” ]*[-—:,，]?(?:[ ]?(?:is|are|为|是|作为|as)[ ]?)?"
    r"[ ]?(?:your|the|您的|你的|您|本次|此次|[(（])?[^0-9。!?;\n]{0,14}$",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(r" ?(?:、|/|和|及|与|與|&| and ) ?")
_YOURS: Final = re.compile(r"\W*(?:your|您的|你的)", re.IGNORECASE)
"""what a new sentence begins with that names the number before it: 902-184. Your Signal code."""
_IS: Final = re.compile(r"\b(?:is|are)\b|[为是]", re.IGNORECASE)


class Kind(StrEnum):
    """What sort of message it is."""

    CODE = "code"
    PICKUP = "pickup"
    """what is shown or typed to be handed a parcel, a ticket or a meal"""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate, its weight, and what made it: `reasons` in plain words. It is a code from `ENOUGH` on,
    where none weighs over 15 more."""

    candidate: Candidate
    weight: int
    reasons: tuple[str, ...]

    @property
    def code(self) -> str:
        return self.candidate.code


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is what the reader is to type, None where the text has none; `codes` all of a text that has
    several, each once and in its order (a locker's with its dashes), `chosen` the places they were
    read from. `weighed`: every candidate in the order of the text, for whoever wants to know why. `sign`: the
    sender's name in 【】 or [], else "". An origin-bound last line (`bound`) gives the code whatever else
    stands in the text; `chosen` is then empty where no candidate is that code.
    """

    kind: Kind
    codes: tuple[str, ...]
    chosen: tuple[Weighed, ...] = ()
    weighed: tuple[Weighed, ...] = ()
    sign: str = ""
    bound: OriginBound | None = None

    @property
    def code(self) -> str | None:
        return self.codes[0] if self.codes else None


@dataclass(slots=True)
class _Text:
    """A text as `plain` gives it and as it came, and where in both the words stand."""

    text: str
    raw: str
    words: Words
    keywords: list[tuple[int, int]] = field(default_factory=list)
    signs: list[tuple[int, int]] = field(default_factory=list)
    coupons: list[tuple[int, int]] = field(default_factory=list)
    pickups: list[tuple[int, int]] = field(default_factory=list)
    hidden: tuple[int, int] | None = None
    setting: bool = False
    used: set[tuple[int, int]] = field(default_factory=set)
    """names that have a candidate right behind them: they name no other"""


def find(text: str) -> Finding:
    """The code in a message. Never raises; a text of any length and content has an answer."""
    bound = origin_bound(text)
    look = _look(text)
    sign = text[look.signs[0][0] + 1 : look.signs[0][1] - 1] if look.signs else ""
    found = [
        replace(candidate, written=text[candidate.start : candidate.end])
        for candidate in candidates(look.text)
        if not _is_word(candidate, look)
    ]
    look.used = {name for name in look.keywords if any(_right_behind(name, item, look) for item in found)}
    weighed = _with_listed([_weigh(candidate, look) for candidate in found], look)
    if bound is not None:
        chosen = tuple(item for item in weighed if item.code == bound.code)[:1]
        return Finding(Kind.CODE, (bound.code,), chosen, weighed, sign, bound)
    good = [item for item in weighed if item.weight >= ENOUGH]
    if not good:
        return Finding(Kind.NONE, (), (), weighed, sign)
    best = max(item.weight for item in good)
    chosen = tuple(item for item in good if item.weight >= best - 15)
    pickup = any(item.weight == best and _nearest(item.candidate, look).pickup for item in chosen)
    codes = tuple(dict.fromkeys(_said(item.candidate, look) for item in chosen))
    return Finding(Kind.PICKUP if pickup else Kind.CODE, codes, chosen, weighed, sign)


def _said(candidate: Candidate, look: _Text) -> str:
    """What is typed: groups of a locker's code (2-1-0387) keep their dashes, all others are one number."""
    locker = look.pickups and is_locker(candidate)
    return plain(candidate.written) if locker else candidate.code


def _with_listed(weighed: list[Weighed], look: _Text) -> tuple[Weighed, ...]:
    """In "取件码 7-3-4015、7-3-4022" the second is what the first is: it weighs as much."""
    for index in range(1, len(weighed)):
        first, item = weighed[index - 1], weighed[index]
        between = look.text[first.candidate.end : item.candidate.start]
        alike = first.candidate.shape is item.candidate.shape and len(first.code) == len(item.code)
        if alike and first.weight >= ENOUGH and item.weight > 0 and _LISTED.fullmatch(between):
            reason = f'listed with "{first.candidate.written}"'
            weighed[index] = Weighed(item.candidate, max(item.weight, first.weight), (*item.reasons, reason))
    return tuple(weighed)


def _look(raw: str) -> _Text:
    text = plain(raw)
    look = _Text(text, raw, words())
    spans = [match.span() for match in _SIGN.finditer(text)]
    look.signs = [span for span in spans if not _is_label(text[span[0] + 1 : span[1] - 1], look.words)]
    look.hidden = retriever_hash(text)
    look.coupons = [match.span() for match in look.words.coupon.finditer(text)]
    look.pickups = [match.span() for match in look.words.pickup.finditer(text)]
    other = look.coupons + look.pickups
    look.keywords = [
        match.span()
        for match in look.words.keyword.finditer(text)
        if not any(_overlap(match.span(), span) for span in (*other, *look.signs))
    ]
    look.setting = look.words.setting.search(text) is not None
    if not look.setting and look.words.selling.search(text):
        bare = [span for span in look.keywords if look.words.bare.fullmatch(text[slice(*span)])]
        look.keywords = [span for span in look.keywords if span not in bare]
        look.coupons += bare
    return look


def _is_label(inside: str, known: Words) -> bool:
    """【123456】 and [验证码:123456] hold the code itself, they sign nothing."""
    return bool(re.fullmatch(r"[0-9 -]{4,10}", inside)) or known.keyword.search(inside) is not None


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _weigh(candidate: Candidate, look: _Text) -> Weighed:
    weight, reasons = _by_shape(candidate)
    near = _nearest(candidate, look)
    adjacent = near.adjacent
    if near.reason:
        weight += near.worth
        reasons.append(near.reason)
    if not adjacent and candidate.shape in (Shape.LETTERS, Shape.HAN, Shape.MIXED):
        weight = weight - 20 if candidate.shape is Shape.MIXED else min(weight, 0)
        reasons.append("no name of a code right at it")
    if _INTRODUCED.search(look.text[: candidate.start]) and near.worth:
        weight += 15
        reasons.append("introduced as a value")
    elif not adjacent and look.keywords and _HOTLINE.match(candidate.code):
        weight -= 25
        reasons.append("looks like a hotline")
    if look.words.typed.search(look.text[: candidate.start]):
        weight += 25
        reasons.append("to be typed in")
    for loss, why in _against(candidate, look, adjacent):
        weight -= loss
        reasons.append(why)
    if not look.keywords and not look.pickups and look.setting and not look.coupons:
        weight += 25
        reasons.append("the text speaks as codes' texts do")
    return Weighed(candidate, weight, tuple(reasons))


_BY_LENGTH: Final = {6: 30, 4: 27, 5: 22, 8: 22, 7: 20, 3: 0, 9: 5, 10: 5}


def _by_shape(candidate: Candidate) -> tuple[int, list[str]]:
    size = len(candidate.code)
    match candidate.shape:
        case Shape.DIGITS:
            return _BY_LENGTH.get(size, 0), [f"{size} digits"]
        case Shape.SPLIT:
            return 22, [f"{size} digits in groups"]
        case Shape.MIXED:
            return (30 if candidate.code.isdigit() else 20), [f"{size} letters and digits"]
        case Shape.HAN:
            return 20, [f"{size} Chinese digits"]
        case Shape.LETTERS:
            return (15 if candidate.code.isupper() else 5), [f"{size} letters"]


def _right_behind(name: tuple[int, int], candidate: Candidate, look: _Text) -> bool:
    between = look.text[name[1] : candidate.start]
    return name[1] <= candidate.start <= name[1] + 12 and look.words.link.fullmatch(between) is not None


def _is_word(candidate: Candidate, look: _Text) -> bool:
    """Lower-case letters are a code only behind a Chinese word; behind English they are the next word."""
    if candidate.shape is not Shape.LETTERS or candidate.code.isupper():
        return False
    letters = re.sub(r"[\s:：\"'“「(]+", "", look.text[: candidate.start])
    return not (letters and "一" <= letters[-1] <= "鿿")


@dataclass(frozen=True, slots=True)
class _Near:
    """What a name is worth to a candidate, and why; `adjacent`: it stands right at it."""

    worth: int = 0
    reason: str = ""
    adjacent: bool = False
    pickup: bool = False


def _nearest(candidate: Candidate, look: _Text) -> _Near:
    """The name of a code, or of what is handed out, that is worth most to the candidate."""
    best = _Near()
    for start, end in look.keywords + look.pickups:
        name = look.raw[start:end]
        if end <= candidate.start:
            between = look.text[end : candidate.start]
            if _right_behind((start, end), candidate, look):
                found = _Near(60, f'right behind "{name}"', True)
            elif not _SENTENCE.search(between) and len(between) <= 40:
                found = _Near(max(35 - len(between), 12), f'behind "{name}" in one sentence')
            else:
                found = _Near(10, f'far behind "{name}"')
        elif candidate.end <= start:
            between = look.text[candidate.end : start]
            ended = _SENTENCE.search(between) and not _YOURS.match(between)
            named = not ended and (start, end) not in look.used and _BEHIND.fullmatch(between)
            if named and len(between) <= 24 and (candidate.shape is not Shape.LETTERS or _IS.search(between)):
                found = _Near(45, f'right before "{name}"', True)
            elif not _SENTENCE.search(between):
                found = _Near(12, f'before "{name}" in one sentence')
            else:
                continue
        else:
            continue
        if found.worth > best.worth:
            best = replace(found, pickup=(start, end) in look.pickups)
    return best


_WHY: Final = {
    "card": "the end of a card or account",
    "amount": "an amount or a count",
    "place": "a room, a seat or a house",
    "serial": "a serial or order number",
    "phone": "a telephone number",
    "old": "a code that is void",
    "time": "a time or a number of days",
}


def _against(candidate: Candidate, look: _Text, adjacent: bool) -> list[tuple[int, str]]:
    """What speaks against it: (loss, why)."""
    before, after = look.text[: candidate.start], look.text[candidate.end :]
    found = []
    named = adjacent and any(_right_behind(name, candidate, look) for name in look.keywords + look.pickups)
    for kind, pattern in look.words.before.items():
        if pattern.search(before) and (kind == "old" or not named):
            found.append((75, _WHY[kind]))
            break
    for kind, pattern in look.words.after.items():
        if pattern.match(after) and (kind == "old" or not named):
            found.append((75, _WHY[kind]))
            break
    span = (candidate.start, candidate.end)
    if any(_overlap(span, sign) for sign in look.signs):
        found.append((90, "stands in the sender's sign"))
    if look.hidden and _overlap(span, look.hidden):
        found.append((200, "is the hash of an app"))
    for start, end in look.coupons:
        if end <= candidate.start <= end + 8:
            found.append((150, f'belongs to "{look.raw[start:end]}", no code to prove oneself with'))
            break
    return found
