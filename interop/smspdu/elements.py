"""What the elements of a user data header say (3GPP TS 23.040 9.2.3.24): parts, ports, languages, waiting.

Each reader takes a header as it was decoded and gives None where the element is not there, or is there in a
length that the standard does not give it: 9.2.3.24 wants such an element ignored, never the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from interop.smspdu.errors import PduError, octet

CONCAT_8: Final = 0x00
WAITING: Final = 0x01
PORTS_8: Final = 0x04
PORTS_16: Final = 0x05
CONCAT_16: Final = 0x08
SINGLE_SHIFT: Final = 0x24
LOCKING_SHIFT: Final = 0x25

WAP_PUSH_PORT: Final = 2948
"""connectionless WSP push, where an MMS notification comes"""
WAP_PORT: Final = 9200


@dataclass(frozen=True, slots=True)
class InformationElement:
    """One element of a user data header: identifier (9.2.3.24, 00 is concatenation) and its octets."""

    identifier: int
    data: bytes


Header = Sequence[InformationElement]


@dataclass(frozen=True, slots=True)
class Part:
    """Part `number` of `total` (from 1) of the long message `reference`; `wide`: a 16 bit reference."""

    reference: int
    total: int
    number: int
    wide: bool = False

    def element(self) -> InformationElement:
        """Raises PduError for a part that there cannot be."""
        limit = 0xFFFF if self.wide else 0xFF
        if not 0 <= self.reference <= limit:
            raise PduError("concatenation", f"the reference {self.reference} is not in 0..{limit}")
        if not 1 <= self.number <= self.total <= 0xFF:
            raise PduError("concatenation", f"part {self.number} of {self.total} cannot be")
        size, identifier = (2, CONCAT_16) if self.wide else (1, CONCAT_8)
        return InformationElement(
            identifier, self.reference.to_bytes(size, "big") + bytes((self.total, self.number))
        )


@dataclass(frozen=True, slots=True)
class Ports:
    """Application ports: 16 bit, or 8 bit (240 to 255) where `narrow`."""

    destination: int
    source: int
    narrow: bool = False

    def element(self) -> InformationElement:
        """Raises PduError for a port that does not fit."""
        size, identifier, limit = (1, PORTS_8, 0xFF) if self.narrow else (2, PORTS_16, 0xFFFF)
        for port in (self.destination, self.source):
            if not 0 <= port <= limit:
                raise PduError("port", f"{port} is not in 0..{limit}")
        return InformationElement(
            identifier, self.destination.to_bytes(size, "big") + self.source.to_bytes(size, "big")
        )


@dataclass(frozen=True, slots=True)
class Indication:
    """Special SMS message indication (9.2.3.24.2): `count` messages of `kind` wait; `store` this one."""

    kind: int
    """type and profile, bits 6..0: 0 voice, 1 fax, 2 electronic mail, 3 other"""
    count: int
    store: bool

    def element(self) -> InformationElement:
        return InformationElement(
            WAITING, bytes((octet("waiting", self.kind) | 0x80 * self.store, octet("count", self.count)))
        )


def part_of(header: Header) -> Part | None:
    """The last element counts where there are two (9.2.3.24). A part of 0, or beyond the total, is none."""
    found = None
    for element in header:
        size = {CONCAT_8: 3, CONCAT_16: 4}.get(element.identifier)
        if size is None or len(element.data) != size:
            continue
        total, number = element.data[-2:]
        if 1 <= number <= total:
            reference = int.from_bytes(element.data[:-2], "big")
            found = Part(reference, total, number, wide=element.identifier == CONCAT_16)
    return found


def ports_of(header: Header) -> Ports | None:
    found = None
    for element in header:
        size = {PORTS_8: 1, PORTS_16: 2}.get(element.identifier)
        if size is not None and len(element.data) == 2 * size:
            destination, source = (int.from_bytes(element.data[at : at + size], "big") for at in (0, size))
            found = Ports(destination, source, narrow=size == 1)
    return found


def indications_of(header: Header) -> tuple[Indication, ...]:
    """Several may stand in one header, one for each kind."""
    return tuple(
        Indication(element.data[0] & 0x7F, element.data[1], bool(element.data[0] & 0x80))
        for element in header
        if element.identifier == WAITING and len(element.data) == 2
    )


def languages_of(header: Header) -> tuple[int, int]:
    """National language of the locking and of the single shift table; 0 is the default alphabet."""
    locking = single = 0
    for element in header:
        if len(element.data) == 1:
            if element.identifier == LOCKING_SHIFT:
                locking = element.data[0]
            elif element.identifier == SINGLE_SHIFT:
                single = element.data[0]
    return locking, single


def language_elements(locking: int, single: int) -> tuple[InformationElement, ...]:
    """The elements that announce these tables; none for the default."""
    elements = ((LOCKING_SHIFT, locking), (SINGLE_SHIFT, single))
    return tuple(InformationElement(name, bytes((octet("NLI", code),))) for name, code in elements if code)
