"""Which of the candidates is the code: each is weighed by what stands around it, and says why.

>>> finding = find("【小米移动】您尾号1234的卡正在登录，验证码880712，5分钟内有效。")
>>> finding.code
'880712'
>>> finding.chosen[0].reasons
('6 digits', 'right behind "验证码"', 'nothing else could be it')
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from interop.otp.bound import OriginBound, origin_bound
from interop.otp.candidate import Candidate, Shape, candidates, is_locker, plain
from interop.otp.near import SAME_SENTENCE, Near, nearest, right_behind
from interop.otp.text import Text, read, touching

ENOUGH: Final = 50
"""a candidate that weighs less is no code"""
CLOSE: Final = 15
"""candidates that weigh so much less than the heaviest are codes as well as it"""
DOUBT: Final = 30
"""what weighs so much less than it would have to could still be what a person reads"""
_COUPON: Final = 9
"""characters from a coupon's name within which its number begins"""
_HOTLINE: Final = re.compile(r"9[56][0-9]{3,4}$|(?:12|11|10)[0-9]{3}$")
_LISTED: Final = re.compile(r" ?(?:、|/|和|及|与|與|&| and ) ?")


class Kind(StrEnum):
    """What sort of message it is."""

    CODE = "code"
    PICKUP = "pickup"
    """what is shown or typed to be handed a parcel, a ticket or a meal"""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate, its weight, and what made it: `reasons` in plain words. It is a code from `ENOUGH` on,
    where none weighs over `CLOSE` more."""

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

    @property
    def doubtful(self) -> bool:
        """Is this no ground to accuse anybody on? So it is with several codes; with a code that had hardly
        enough for it, or a rival not far behind; and with no code, but a number that lacked little. The
        program at the other end wrote an origin-bound line to be read by programs: that is certain."""
        if self.bound is not None:
            return False
        others = [item.weight for item in self.weighed if item not in self.chosen]
        rival = max(others, default=0)
        if not self.chosen:
            return rival >= ENOUGH - DOUBT
        best = max(item.weight for item in self.chosen)
        return len(self.codes) > 1 or best < ENOUGH + CLOSE or rival >= best - DOUBT


def find(text: str) -> Finding:
    """The code in a message. Never raises; a text of any length and content has an answer."""
    bound = origin_bound(text)
    look = read(text)
    sign = text[look.signs[0][0] + 1 : look.signs[0][1] - 1] if look.signs else ""
    weighed = _weighed(look)
    if bound is not None:
        chosen = tuple(item for item in weighed if item.code == bound.code)[:1]
        return Finding(Kind.CODE, (bound.code,), chosen, weighed, sign, bound)
    good = [item for item in weighed if item.weight >= ENOUGH]
    if not good:
        return Finding(Kind.NONE, (), (), weighed, sign)
    best = max(item.weight for item in good)
    chosen = tuple(item for item in good if item.weight >= best - CLOSE)
    best_of_all = next(item for item in chosen if item.weight == best)
    pickup = nearest(best_of_all.candidate, look).pickup
    handed = any(name.pickup for name in look.names)
    codes = tuple(dict.fromkeys(_said(item.candidate, handed) for item in chosen))
    return Finding(Kind.PICKUP if pickup else Kind.CODE, codes, chosen, weighed, sign)


def _weighed(look: Text) -> tuple[Weighed, ...]:
    found = [
        replace(candidate, written=look.raw[candidate.start : candidate.end])
        for candidate in candidates(look.plain)
        if not _is_word(candidate, look)
    ]
    near = _all_near(found, look)
    if not any(item.adjacent for item in near):
        look.add_unlisted()
        near = _all_near(found, look)
    weighed = [_weigh(candidate, by, look) for candidate, by in zip(found, near, strict=True)]
    return _with_listed(_with_only(weighed, look), look)


def _all_near(found: list[Candidate], look: Text) -> list[Near]:
    look.used = {name for item in found for name in look.names_near(item) if right_behind(name, item, look)}
    return [nearest(candidate, look) for candidate in found]


def _said(candidate: Candidate, handed: bool) -> str:
    """What is typed: groups of a locker's code (2-1-0387) keep their dashes, all others are one number."""
    return plain(candidate.written) if handed and is_locker(candidate) else candidate.code


def _with_only(weighed: list[Weighed], look: Text) -> list[Weighed]:
    """Where a text names a code and one number of it alone can be that, it is likelier."""
    left = [item for item in weighed if item.weight > 0]
    if len(left) != 1 or nearest(left[0].candidate, look).worth < SAME_SENTENCE:
        return weighed
    (only,) = left
    void = any(_WHY["old"] in item.reasons for item in weighed)
    if not void and not look.setting and not look.words.introduced.search(look.before(only.candidate)):
        return weighed
    more = Weighed(only.candidate, only.weight + 10, (*only.reasons, "nothing else could be it"))
    return [more if item is only else item for item in weighed]


def _with_listed(weighed: list[Weighed], look: Text) -> tuple[Weighed, ...]:
    """In "取件码 7-3-4015、7-3-4022" the second is what the first is: it weighs as much."""
    for index in range(1, len(weighed)):
        first, item = weighed[index - 1], weighed[index]
        between = look.plain[first.candidate.end : item.candidate.start]
        alike = first.candidate.shape is item.candidate.shape and len(first.code) == len(item.code)
        if alike and first.weight >= ENOUGH and item.weight > 0 and _LISTED.fullmatch(between):
            reason = f'listed with "{first.candidate.written}"'
            weighed[index] = Weighed(item.candidate, max(item.weight, first.weight), (*item.reasons, reason))
    return tuple(weighed)


def _weigh(candidate: Candidate, near: Near, look: Text) -> Weighed:
    weight, reasons = _by_shape(candidate)
    if near.reason:
        weight += near.worth
        reasons.append(near.reason)
    if not near.adjacent and _needs_name(candidate):
        weight = weight - 20 if candidate.shape is Shape.MIXED else min(weight, 0)
        reasons.append("no name of a code right at it")
    for gain, why in (*_for(candidate, near, look), *_against(candidate, near, look)):
        weight += gain
        reasons.append(why)
    return Weighed(candidate, weight, tuple(reasons))


def _for(candidate: Candidate, near: Near, look: Text) -> Iterator[tuple[int, str]]:
    """What speaks for it beside a name: (gain, why)."""
    before = look.before(candidate)
    if near.worth and look.words.introduced.search(before):
        yield 15, "introduced as a value"
    if look.words.typed.search(before):
        yield 25, "to be typed in"
    if look.words.told.match(look.after(candidate)):
        yield 25, "to be told or typed in"
    if candidate.shape is not Shape.LETTERS and look.raw.strip() == candidate.written:
        yield ENOUGH, "the text is nothing else"
    if look.setting and not look.listed and not look.coupons:
        yield 25, "the text speaks as codes' texts do"


def _needs_name(candidate: Candidate) -> bool:
    """Words, counts and times are written so, too."""
    if candidate.shape is not Shape.SPLIT or is_locker(candidate):
        return candidate.shape in (Shape.LETTERS, Shape.HAN, Shape.MIXED)
    groups = [len(group) for group in re.findall("[0-9]+", plain(candidate.written))]
    return groups == [2, 2] or len(set(groups)) > 1


_BY_LENGTH: Final = {6: 30, 4: 27, 5: 22, 8: 22, 7: 20, 3: 0, 9: 5, 10: 5}


def _by_shape(candidate: Candidate) -> tuple[int, list[str]]:
    size = len(candidate.code)
    match candidate.shape:
        case Shape.DIGITS:
            return _BY_LENGTH.get(size, 0), [f"{size} digits"]
        case Shape.SPLIT:
            one_by_one = 2 * size - 1 == len(candidate.written)
            return (30 if one_by_one else 22), [f"{size} digits in groups"]
        case Shape.MIXED:
            return (30 if candidate.code.isdigit() else 20), [f"{size} letters and digits"]
        case Shape.HAN:
            return 20, [f"{size} Chinese digits"]
        case Shape.LETTERS:
            return (15 if candidate.code.isupper() else 5), [f"{size} letters"]


def _is_word(candidate: Candidate, look: Text) -> bool:
    """Lower-case letters are a code only behind a Chinese word; behind English they are the next word."""
    if candidate.shape is not Shape.LETTERS or candidate.code.isupper():
        return False
    letters = re.sub(r"[\s:：\"'“「(]+", "", look.before(candidate))
    return not (letters and "一" <= letters[-1] <= "鿿")


_MOBILE: Final = 7
"""digits that a telephone number has at least: 验证您的手机号：082917"""
_WHY: Final = {
    "card": "the end of a card or account",
    "amount": "an amount or a count",
    "place": "a room, a seat or a house",
    "serial": "a serial or order number",
    "phone": "a telephone number",
    "mobile": "a telephone number",
    "old": "a code that is void",
    "time": "a time or a number of days",
}


def _against(candidate: Candidate, near: Near, look: Text) -> Iterator[tuple[int, str]]:
    """What speaks against it: (loss, why)."""
    names = [name for name in look.names_near(candidate) if name.listed]
    named = near.adjacent and any(right_behind(name, candidate, look) for name in names)
    for patterns, at, test in (
        (look.words.before, look.before(candidate), re.Pattern.search),
        (look.words.after, look.after(candidate), re.Pattern.match),
    ):
        kinds = [kind for kind in patterns if kind == "old" or not named]
        if len(candidate.code) < _MOBILE and "mobile" in kinds:
            kinds.remove("mobile")
        if kind := next((kind for kind in kinds if test(patterns[kind], at)), None):
            yield -75, _WHY[kind]
    introduced = look.words.introduced.search(look.before(candidate))
    if not near.adjacent and not introduced and near.worth and _HOTLINE.match(candidate.code):
        yield -25, "looks like a hotline"
    if touching(look.signs, candidate.start, candidate.end):
        yield -90, "stands in the sender's sign"
    if look.hidden and touching([look.hidden], candidate.start, candidate.end):
        yield -200, "is the hash of an app"
    for start, end in reversed(touching(look.coupons, candidate.start - _COUPON, candidate.start)):
        if not any(end <= name.start < candidate.start for name in names):
            yield -150, f'belongs to "{look.raw[start:end]}", no code to prove oneself with'
            break
