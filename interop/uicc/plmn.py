"""PLMNs and the files made of them (3GPP TS 24.008 10.5.1.3, TS 31.102 4.2, TS 51.011 10.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from interop.uicc.errors import EfError, need, padded
from interop.uicc.tlv import decode_tlv, encode_tlv

_UNUSED: Final = b"\xff\xff\xff"


@dataclass(frozen=True, slots=True)
class Plmn:
    """Mobile country and network code: `Plmn("460", "11")`, 64F011. The MNC has 2 or 3 digits."""

    mcc: str
    mnc: str

    def __str__(self) -> str:
        return self.mcc + self.mnc

    def encode(self, file: str = "PLMN") -> bytes:
        """Three octets. Raises EfError."""
        digits = self.mcc + self.mnc
        if len(self.mcc) != 3 or len(self.mnc) not in (2, 3) or not (digits.isascii() and digits.isdecimal()):
            raise EfError(file, f"{self.mcc}-{self.mnc} is not 3 + 2 or 3 digits")
        mcc, mnc = self.mcc, self.mnc.ljust(3, "F")
        return bytes.fromhex(mcc[1] + mcc[0] + mnc[2] + mcc[2] + mnc[1] + mnc[0])

    @classmethod
    def decode(cls, data: bytes, at: int = 0, file: str = "PLMN") -> Self:
        """From the three octets at `at`. Raises EfError."""
        need(data, at, 3, file)
        text = data[at : at + 3].hex()
        mcc, mnc = text[1] + text[0] + text[3], text[5] + text[4] + text[2].replace("f", "")
        if not (mcc + mnc).isdecimal():
            raise EfError(file, f"{text.upper()} is no PLMN", at)
        return cls(mcc, mnc)


@dataclass(frozen=True, slots=True)
class PlmnList:
    """EHPLMN, FPLMN, PLMNsel: PLMNs in order of preference; unused entries (FFFFFF) are left out."""

    plmns: tuple[Plmn, ...] = ()

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_EHPLMN") -> Self:
        """Raises EfError."""
        if len(data) % 3:
            raise EfError(file, f"{len(data)} octets are no whole number of PLMNs", len(data) // 3 * 3)
        return cls(_plmns(data, 0, len(data), file))

    def encode(self, size: int, file: str = "EF_EHPLMN") -> bytes:
        """Raises EfError."""
        return padded(b"".join([plmn.encode(file) for plmn in self.plmns]), size, file)


@dataclass(frozen=True, slots=True)
class Spdi:
    """Service provider display information (31.102 4.2.66): networks in which the SPN is shown."""

    plmns: tuple[Plmn, ...] = ()

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_SPDI") -> Self:
        """Raises EfError. A file of FF only is an empty list."""
        plmns: tuple[Plmn, ...] = ()
        for outer, start, end in decode_tlv(data, 0, len(data), file):
            if outer != 0xA3:
                raise EfError(file, f"tag {outer:02X}, A3 is expected", 0)
            for tag, begin, stop in decode_tlv(data, start, end, file):
                if tag == 0x80:
                    if (stop - begin) % 3:
                        raise EfError(file, f"{stop - begin} octets are no whole number of PLMNs", begin)
                    plmns += _plmns(data, begin, stop, file)
        return cls(plmns)

    def encode(self, size: int, file: str = "EF_SPDI") -> bytes:
        """Raises EfError."""
        plmns = b"".join([plmn.encode(file) for plmn in self.plmns])
        return padded(encode_tlv(0xA3, encode_tlv(0x80, plmns, file), file), size, file)


@dataclass(frozen=True, slots=True)
class Loci:
    """Location information (31.102 4.2.17): where the card was last registered.

    `status`: 0 updated, 1 not updated, 2 PLMN not allowed, 3 location area not allowed. `plmn` is None
    where there is none (FFFFFF).
    """

    tmsi: bytes = b"\xff\xff\xff\xff"
    plmn: Plmn | None = None
    lac: int = 0
    tmsi_time: int = 0xFF
    status: int = 1

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_LOCI") -> Self:
        """Raises EfError."""
        need(data, 0, 11, file)
        plmn = None if data[4:7] == _UNUSED else Plmn.decode(data, 4, file)
        return cls(data[:4], plmn, int.from_bytes(data[7:9], "big"), data[9], data[10])

    def encode(self, size: int = 11, file: str = "EF_LOCI") -> bytes:
        """Raises EfError."""
        if len(self.tmsi) != 4 or not 0 <= self.lac <= 0xFFFF:
            raise EfError(file, f"TMSI {self.tmsi.hex()} or LAC {self.lac:X} is out of range")
        if not (0 <= self.tmsi_time <= 0xFF and 0 <= self.status <= 0xFF):
            raise EfError(file, f"TMSI TIME {self.tmsi_time} or status {self.status} is no octet")
        plmn = self.plmn.encode(file) if self.plmn else _UNUSED
        lai = plmn + self.lac.to_bytes(2, "big")
        return padded(self.tmsi + lai + bytes((self.tmsi_time, self.status)), size, file)


def _plmns(data: bytes, at: int, end: int, file: str) -> tuple[Plmn, ...]:
    return tuple(
        Plmn.decode(data, entry, file) for entry in range(at, end, 3) if data[entry : entry + 3] != _UNUSED
    )
