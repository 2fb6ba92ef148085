"""Messages on a card, and which it wants: SMS, SMSS, CBMI, CBMID, CBMIR (3GPP TS 51.011 10.3 and 10.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from interop.uicc.errors import EfError, need, padded

_USED: Final = 0x01
_ROOM: Final = 0x01  # of the second octet of SMSS: 0 says that the memory is full


@dataclass(frozen=True, slots=True)
class SmsRecord:
    """One record of SMS (51.011 10.5.3). `message`: service centre and TPDU as `smspdu.from_at` takes them,
    and the padding behind.

    `status`: 0 free, 1 received and read, 3 received and unread, 5 sent, 7 to be sent; 0D, 15 and 1D: sent, a
    report is awaited, came, and is in SMSR.
    """

    status: int = 0
    message: bytes = b""

    @property
    def free(self) -> bool:
        return not self.status & _USED

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_SMS") -> Self:
        """Raises EfError."""
        need(data, 0, 1, file)
        return cls(data[0], data[1:])

    def encode(self, size: int = 176, file: str = "EF_SMS") -> bytes:
        """Raises EfError."""
        if not 0 <= self.status <= 0xFF:
            raise EfError(file, f"status {self.status} is no octet")
        return padded(bytes((self.status,)) + self.message, size, file)


@dataclass(frozen=True, slots=True)
class Smss:
    """The last TP-MR, FF on a new card; `full`: a message was refused for want of room (51.011 10.5.7)."""

    reference: int = 0xFF
    full: bool = False

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_SMSS") -> Self:
        """Raises EfError."""
        need(data, 0, 2, file)
        return cls(data[0], not data[1] & _ROOM)

    def encode(self, size: int = 2, file: str = "EF_SMSS") -> bytes:
        """Raises EfError."""
        if not 0 <= self.reference <= 0xFF:
            raise EfError(file, f"reference {self.reference} is no octet")
        return padded(bytes((self.reference, 0xFE if self.full else 0xFF)), size, file)


@dataclass(frozen=True, slots=True)
class CellBroadcast:
    """CBMI and CBMID: message identifiers that are wanted (51.011 10.3.13, 10.3.26); unused entries (FFFF)
    are left out."""

    identifiers: tuple[int, ...] = ()

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_CBMI") -> Self:
        """Raises EfError."""
        return cls(tuple(number for number in _pairs(data, 2, file) if number != 0xFFFF))

    def encode(self, size: int, file: str = "EF_CBMI") -> bytes:
        """Raises EfError."""
        if not all(0 <= number < 0xFFFF for number in self.identifiers):
            raise EfError(file, f"identifiers {self.identifiers} are not in 0..FFFE")
        return padded(b"".join([number.to_bytes(2, "big") for number in self.identifiers]), size, file)


@dataclass(frozen=True, slots=True)
class CellBroadcastRanges:
    """CBMIR: first and last message identifier of ranges that are wanted (51.011 10.3.28).

    Warnings are in 1100 to 1112 (23.041 9.4.1.2.2).
    """

    ranges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_CBMIR") -> Self:
        """Raises EfError."""
        found = [(number >> 16, number & 0xFFFF) for number in _pairs(data, 4, file)]
        return cls(tuple(pair for pair in found if pair != (0xFFFF, 0xFFFF)))

    def encode(self, size: int, file: str = "EF_CBMIR") -> bytes:
        """Raises EfError."""
        for pair in self.ranges:
            if not all(0 <= number <= 0xFFFF for number in pair) or pair == (0xFFFF, 0xFFFF):
                raise EfError(file, f"{pair} is no range of identifiers")
        octets = [number.to_bytes(2, "big") for pair in self.ranges for number in pair]
        return padded(b"".join(octets), size, file)


def _pairs(data: bytes, width: int, file: str) -> list[int]:
    if len(data) % width:
        whole = len(data) // width * width
        raise EfError(file, f"{len(data)} octets are no whole number of entries of {width}", whole)
    return [int.from_bytes(data[at : at + width], "big") for at in range(0, len(data), width)]
