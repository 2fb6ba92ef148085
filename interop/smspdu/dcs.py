"""TP-Data-Coding-Scheme (3GPP TS 23.038 4): one octet says alphabet, class and waiting indication."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Final

from interop.smspdu.errors import octet


class Alphabet(Enum):
    GSM7 = "GSM 7 bit"
    OCTETS = "8 bit data"
    UCS2 = "UCS2"


class WaitingKind(IntEnum):
    """Bits 1..0 of a message waiting group."""

    VOICEMAIL = 0
    FAX = 1
    EMAIL = 2
    OTHER = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """Message waiting indication: set or clear it for `kind`, and keep the text or discard it."""

    kind: WaitingKind
    active: bool
    store: bool


_ALPHABETS: Final = (Alphabet.GSM7, Alphabet.OCTETS, Alphabet.UCS2, Alphabet.GSM7)


@dataclass(frozen=True, slots=True)
class Dcs:
    """The octet and what it means; `Dcs(0x18)` is UCS2 of class 0.

    `message_class` 0..3 (flash, ME, SIM, TE) or None; `automatic_deletion` as group 01xx says. Reserved
    codings read as GSM 7 bit (23.038 4). `is_text`: user data in this coding is text; 8 bit and compressed
    data is octets. Raises PduError for a value that is no octet.
    """

    value: int
    alphabet: Alphabet = field(init=False, compare=False)
    compressed: bool = field(init=False, compare=False)
    message_class: int | None = field(init=False, compare=False)
    automatic_deletion: bool = field(init=False, compare=False)
    is_text: bool = field(init=False, compare=False)
    waiting: Waiting | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        value = octet("TP-DCS", self.value)
        group = value >> 4
        alphabet = Alphabet.GSM7
        compressed = False
        message_class = waiting = None
        if group < 0x8:
            alphabet = _ALPHABETS[value >> 2 & 3]
            compressed = bool(value & 0x20)
            message_class = value & 3 if value & 0x10 else None
        elif group == 0xF:
            alphabet = _ALPHABETS[value >> 2 & 1]
            message_class = value & 3
        elif group >= 0xC:
            alphabet = Alphabet.UCS2 if group == 0xE else Alphabet.GSM7
            waiting = Waiting(WaitingKind(value & 3), active=bool(value & 8), store=group != 0xC)
        put = object.__setattr__
        put(self, "alphabet", alphabet)
        put(self, "compressed", compressed)
        put(self, "message_class", message_class)
        put(self, "automatic_deletion", group >> 2 == 1)
        put(self, "is_text", alphabet is not Alphabet.OCTETS and not compressed)
        put(self, "waiting", waiting)

    @staticmethod
    def general(alphabet: Alphabet, message_class: int | None = None) -> Dcs:
        """The coding of the general group (00xx), uncompressed."""
        bits = _ALPHABETS.index(alphabet) << 2
        return DCS[bits if message_class is None else bits | 0x10 | message_class & 3]


DCS: Final = tuple(Dcs(value) for value in range(256))
"""All codings, by value: who needs one looks it up."""
