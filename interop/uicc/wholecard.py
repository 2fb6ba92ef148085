"""A card as a whole, by what was read from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from interop import numbering
from interop.numbering import BaseOperator
from interop.uicc.catalogue import FILES, Content, Ef, at
from interop.uicc.errors import EfError
from interop.uicc.identity import Ad, Imsi
from interop.uicc.plmn import Plmn

Contents = Mapping[str, bytes | Sequence[bytes]]
"""Octets of a file, or of its records, by `Ef.place`; what is not there was not found on the card"""

# Files that hold something on any card: all 00 or all FF, they were erased
_NEVER_BLANK: Final = frozenset(("ICCID", "IMSI", "UST", "SST", "LOCI", "PSLOCI", "LOCIGPRS", "EPSLOCI"))

_PLACES: Final = tuple((ef.place, ef) for ef in FILES)

T = TypeVar("T")


class Card:
    """`contents` by file: decoded (`files`), or what is wrong with it: `erased`, or `bad` with the number of
    the record, 0 in a transparent file.
    """

    def __init__(self, contents: Contents, looked_for: Collection[str]) -> None:
        self.looked_for = looked_for
        self.octets = contents
        self.bad: list[tuple[Ef, int, EfError]] = []
        self.erased: list[tuple[Ef, bytes]] = []
        self.files: dict[str, list[Content]] = {}
        for place, octets in contents.items():
            if (ef := at(place)) is None:
                continue
            if isinstance(octets, bytes) and octets and ef.name in _NEVER_BLANK and _is_blank(octets):
                self.erased.append((ef, octets))
            else:
                self.files[place] = list(self._decode(ef, octets))

    def _decode(self, ef: Ef, octets: bytes | Sequence[bytes]) -> Iterator[Content]:
        for number, data in enumerate([octets] if isinstance(octets, bytes) else octets, 1):
            try:
                yield ef.decode(data)
            except EfError as problem:
                self.bad.append((ef, 0 if isinstance(octets, bytes) else number, problem))

    def all(self, kind: type[T], *names: str) -> Iterator[tuple[Ef, T]]:
        """File and content of each file, and of each record, of these names; in catalogue order."""
        for place, ef in _PLACES:
            for content in self.files.get(place, ()):
                if ef.name in names and isinstance(content, kind):
                    yield ef, content

    def first(self, kind: type[T], name: str) -> T | None:
        return next((content for _, content in self.all(kind, name)), None)

    @property
    def imsi(self) -> str:
        imsi = self.first(Imsi, "IMSI")
        return imsi.digits if imsi else ""

    @property
    def chinese(self) -> bool:
        return self.imsi.startswith("460")

    @property
    def home(self) -> Plmn | None:
        """Of the IMSI, if the card says or everybody knows how long the MNC is."""
        if not self.imsi:
            return None
        ad = self.first(Ad, "AD")
        length = ad.mnc_length if ad and ad.mnc_length in (2, 3) else None
        if self.chinese:
            length = 2
        return Plmn(self.imsi[:3], self.imsi[3 : 3 + length]) if length else None

    @property
    def operator(self) -> BaseOperator | None:
        return operator_of(self.home)


def _is_blank(octets: bytes) -> bool:
    return not (octets.strip(b"\x00") and octets.strip(b"\xff"))


def operator_of(plmn: Plmn | None) -> BaseOperator | None:
    return numbering.plmn(str(plmn)).operator if plmn and len(str(plmn)) == 5 else None
