"""The words that say what a number is, from `words.yaml`, made into one pattern for each use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from interop.otp.candidate import LETTERS, plain
from interop.shipped import shipped


@dataclass(frozen=True, slots=True)
class Words:
    """`before` and `typed` stand right before a number, so does `introduced`; `after`, `told` and `equals`
    right behind it; `link` between a name and its code, `bare` against a whole name; the others anywhere.
    `unlisted` are names by their end alone, but for what `unlike` matches."""

    keyword: re.Pattern[str]
    unlisted: re.Pattern[str]
    weak: re.Pattern[str]
    unlike: re.Pattern[str]
    pickup: re.Pattern[str]
    coupon: re.Pattern[str]
    bare: re.Pattern[str]
    selling: re.Pattern[str]
    setting: re.Pattern[str]
    typed: re.Pattern[str]
    introduced: re.Pattern[str]
    equals: re.Pattern[str]
    told: re.Pattern[str]
    before: dict[str, re.Pattern[str]]
    after: dict[str, re.Pattern[str]]
    link: re.Pattern[str]


_REMARK: Final = r"\([^()0-9]{1,16}\)|\[[^\[\]0-9]{1,16}\]"
"""between a name and its code: 还车验证码（还车时提供）：8820"""
_AT_ONCE: Final = r"[ \"'“「『(\[【]*[0-9A-Za-z]"


@cache
def words() -> Words:
    data = shipped("interop.otp", "words.yaml")
    copula = _choice(data["copulas"])
    gap = rf"[ :,(\"'“「*]*(?:{copula})?[ :(\"'“「*]*$"
    return Words(
        keyword=_any(data["keywords"]),
        unlisted=re.compile(
            rf"[一-鿿]{{0,2}}(?:{_choice(data['heads'])})"
            rf"|(?<![{LETTERS}-])[{LETTERS}-]{{0,30}}?(?:{'|'.join(data['stems'])})[{LETTERS}]{{0,3}}(?![{LETTERS}])",
            re.I,
        ),
        weak=_any(data["weak"]),
        unlike=_any(data["unlike"]),
        pickup=re.compile(
            rf"{_choice(data['pickup'])}|(?:{_choice(data['handed'])})(?={_AT_ONCE})"
            rf"|(?:{_choice(data['taking'])})(?:{_choice(data['things'])})(?:{_choice(data['tokens'])})",
            re.I,
        ),
        coupon=_any(data["coupons"]),
        bare=_any(data["bare"]),
        selling=_any(data["selling"]),
        setting=_any(data["settings"]),
        typed=re.compile(f"(?:{_choice(data['typed'])})[ :\"'“「]*$", re.I),
        equals=re.compile(rf"[ \"'”」)\]]*(?:{copula})(?![{LETTERS}])[^,、]*$", re.I),
        told=re.compile(rf"[ \"'”」)\]]*[-—,:]?[ ]*(?:{_choice(data['told'])})", re.I),
        introduced=re.compile(rf"(?:{copula}|[:=])[ \"'“「]*$", re.I),
        before={kind: re.compile(f"(?:{_choice(rows)}){gap}", re.I) for kind, rows in data["before"].items()},
        after={
            kind: re.compile(rf"[ )\]）]*(?:{_choice(rows)})", re.I) for kind, rows in data["after"].items()
        },
        link=re.compile(rf"(?:\s|{_REMARK}|{_choice(data['links'])}|{copula})*", re.I),
    )


def _any(rows: list[str]) -> re.Pattern[str]:
    return re.compile(_choice(rows), re.I)


def _choice(rows: list[str]) -> str:
    """Longest first; words of letters end where the word ends."""
    known = {plain(str(row)) for row in rows}
    return "|".join(_bounded(row) for row in sorted(known, key=lambda row: (-len(row), row)))


def _bounded(word: str) -> str:
    before = rf"(?<![{LETTERS}])" if re.match(f"[{LETTERS}]", word) else ""
    after = rf"(?![{LETTERS}])" if re.search(f"[{LETTERS}]$", word) else ""
    return before + re.escape(word) + after
