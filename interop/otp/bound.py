"""Codes in a form that programs agreed on: WICG origin-bound codes and Android's SMS Retriever."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_ORIGIN: Final = re.compile(r"@(?P<host>[^\s#@%/]+) #(?P<code>[^\s]+)(?: @(?P<embedded>[^\s#@%/]+))?(?=\s|$)")
_RETRIEVER: Final = re.compile(r"(?s)^(?:<#>|\[#\]).*?(?P<hash>[A-Za-z0-9+/]{11})\s*$")


@dataclass(frozen=True, slots=True)
class OriginBound:
    """The last line of a message: `@host #code`, with the host of a frame it may be used in."""

    host: str
    code: str
    embedded: str = ""


def origin_bound(text: str) -> OriginBound | None:
    """WICG "Origin-bound one-time codes delivered via SMS": the last line must begin with @ and have exactly
    one space before #; what follows the code is ignored."""
    match = _ORIGIN.match(text.rstrip("\n").rpartition("\n")[2])
    if match is None:
        return None
    return OriginBound(match["host"], match["code"], match["embedded"] or "")


def retriever_hash(text: str) -> tuple[int, int] | None:
    """Where the 11 characters of the app stand that is to get the message (SMS Retriever), None without."""
    match = _RETRIEVER.match(text)
    return match.span("hash") if match else None
