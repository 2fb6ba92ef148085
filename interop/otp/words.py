"""The words that say what a number is, from `words.yaml`, made into one pattern for each use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import yaml

from interop.otp.candidate import plain


@dataclass(frozen=True, slots=True)
class Words:
    """`before` and `after` are matched right at a number, `typed` right before it, `link` between a name and
    its code, `bare` against a whole name; the others anywhere."""

    keyword: re.Pattern[str]
    pickup: re.Pattern[str]
    coupon: re.Pattern[str]
    bare: re.Pattern[str]
    selling: re.Pattern[str]
    setting: re.Pattern[str]
    typed: re.Pattern[str]
    before: dict[str, re.Pattern[str]]
    after: dict[str, re.Pattern[str]]
    link: re.Pattern[str]


_AT_ONCE: Final = r"[ \"'“「『(\[【]*[0-9A-Za-z]"


@cache
def words() -> Words:
    text = resources.files(__package__).joinpath("words.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    gap = r"[ :：,，(\"'“「*]*(?:为|是|為|is)?[ :：(\"'“「*]*$"
    return Words(
        keyword=_any(data["keywords"]),
        pickup=re.compile(rf"{_choice(data['pickup'])}|(?:{_choice(data['handed'])})(?={_AT_ONCE})", re.I),
        coupon=_any(data["coupons"]),
        bare=_any(data["bare"]),
        selling=_any(data["selling"]),
        setting=_any(data["settings"]),
        typed=re.compile(f"(?:{_choice(data['typed'])})[ :\"'“「]*$", re.I),
        before={kind: re.compile(f"(?:{_choice(rows)}){gap}", re.I) for kind, rows in data["before"].items()},
        after={
            kind: re.compile(rf"[ )\]）]*(?:{_choice(rows)})", re.I) for kind, rows in data["after"].items()
        },
        link=re.compile(rf"(?:\s|{_choice(data['links'])})*", re.I),
    )


def _any(rows: list[str]) -> re.Pattern[str]:
    return re.compile(_choice(rows), re.I)


def _choice(rows: list[str]) -> str:
    """Longest first; words of letters end where the word ends."""
    known = {plain(str(row)) for row in rows}
    return "|".join(_bounded(row) for row in sorted(known, key=lambda row: (-len(row), row)))


def _bounded(word: str) -> str:
    before = r"(?<![a-z])" if re.match(r"[a-zA-Z]", word) else ""
    after = r"(?![a-z])" if re.search(r"[a-zA-Z]$", word) else ""
    return before + re.escape(word) + after
