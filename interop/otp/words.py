"""The words that say what a number is, from `words.yaml`, made into one pattern for each use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml


@dataclass(frozen=True, slots=True)
class Words:
    """`before` and `after` are matched right at a number; the others anywhere."""

    keyword: re.Pattern[str]
    pickup: re.Pattern[str]
    coupon: re.Pattern[str]
    setting: re.Pattern[str]
    typed: re.Pattern[str]
    before: dict[str, re.Pattern[str]]
    after: dict[str, re.Pattern[str]]
    link: re.Pattern[str]


@cache
def words() -> Words:
    text = resources.files(__package__).joinpath("words.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    gap = r"[ :：,，(\"'“「*]*(?:为|是|為|is)?[ :：(\"'“「*]*$"
    return Words(
        keyword=_any(data["keywords"]),
        pickup=_any(data["pickup"]),
        coupon=_any(data["coupons"]),
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
    return "|".join(_bounded(str(row)) for row in sorted(map(str, rows), key=len, reverse=True))


def _bounded(word: str) -> str:
    before = r"(?<![a-z])" if re.match(r"[a-zA-Z]", word) else ""
    after = r"(?![a-z])" if re.search(r"[a-zA-Z]$", word) else ""
    return before + re.escape(word) + after
