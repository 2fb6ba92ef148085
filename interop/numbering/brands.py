"""MVNO brands: who sells numbers. A brand cannot be told from a number: brands share segments."""

from dataclasses import dataclass
from functools import cache

from interop.numbering.operators import Confidence
from interop.numbering.tables import listed, rows


@dataclass(frozen=True, slots=True)
class Brand:
    """One MVNO; blank text where nothing is known."""

    names: tuple[str, ...]
    """Chinese names first, then English ones."""
    legal_entity: str
    licence_date: str
    hosts: str
    """Base operators it is known to use, in the words of the source; no source has a full list."""
    hotline: str
    """Customer-service short code, only where verified."""
    hotline_sources: tuple[str, ...]
    note: str
    sources: tuple[str, ...]
    confidence: Confidence

    @property
    def name(self) -> str:
        return self.names[0]


def brand(name: str) -> Brand | None:
    """A brand by any of its Chinese or English names; case, spaces and dots do not matter.

    >>> brand("mi mobile").hotline
    '10046'
    """
    return _by_name().get(_key(name))


@cache
def brands() -> tuple[Brand, ...]:
    """All known brands."""
    return tuple(
        Brand(
            names=tuple(name for name in f"{row['names_zh']}/{row['names_en']}".split("/") if name),
            legal_entity=row["legal_entity"],
            licence_date=row["batch_date"],
            hosts=row["base_operators"],
            hotline=row["short_code"],
            hotline_sources=listed(row["short_code_source"]),
            note=row["other"],
            sources=listed(row["source"]),
            confidence=Confidence(row["confidence"]),
        )
        for row in rows("mvno")
    )


@cache
def _by_name() -> dict[str, Brand]:
    return {_key(name): entry for entry in brands() for name in entry.names}


def _key(name: str) -> str:
    return "".join(char for char in name.casefold() if not char.isspace() and char not in ".-")
