"""PLMNs and the files made of them (3GPP TS 24.008 10.5.1.3, TS 31.102 4.2, TS 51.011 10.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Final, Self

from interop.uicc.errors import EfError, need, outline, padded
from interop.uicc.tlv import decode_tlv, encode_tlv

_UNUSED: Final = b"\xff\xff\xff"
_DIGITS: Final = "0123456789"
_WILD: Final = _DIGITS + "D"


@dataclass(frozen=True, slots=True)
class Plmn:
    """Mobile country and network code: `Plmn("460", "11")`, 64F011. The MNC has 2 or 3 digits."""

    mcc: str
    mnc: str

    def __str__(self) -> str:
        return self.mcc + self.mnc

    def encode(self, file: str = "PLMN", *, wild: bool = False) -> bytes:
        """Three octets. `wild`: D stands for any digit, as in OPL. Raises EfError."""
        digits = self.mcc + self.mnc
        allowed = _WILD if wild else _DIGITS
        if len(self.mcc) != 3 or len(self.mnc) not in (2, 3) or digits.strip(allowed):
            raise EfError(file, f"{outline(digits, allowed)}, a PLMN has 3 + 2 or 3 digits")
        mcc, mnc = self.mcc, self.mnc.ljust(3, "F")
        return bytes.fromhex(mcc[1] + mcc[0] + mnc[2] + mcc[2] + mnc[1] + mnc[0])

    @classmethod
    def decode(cls, data: bytes, at: int = 0, file: str = "PLMN", *, wild: bool = False) -> Self:
        """From the three octets at `at`. Raises EfError."""
        need(data, at, 3, file)
        text = data[at : at + 3].hex().upper()
        mcc, mnc = text[1] + text[0] + text[3], text[5] + text[4] + text[2].replace("F", "")
        if (mcc + mnc).strip(_WILD if wild else _DIGITS):
            raise EfError(file, f"{text} is no PLMN", at)
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


class AccessTechnology(IntFlag):
    """Bits of the two octets behind a PLMN (31.102 4.2.5). E_UTRAN alone means both of its kinds, GSM alone
    both of its own."""

    UTRAN = 0x8000
    E_UTRAN = 0x4000
    E_UTRAN_WB_S1 = 0x2000
    E_UTRAN_NB_S1 = 0x1000
    NG_RAN = 0x0800
    SATELLITE_NG_RAN = 0x0400
    SATELLITE_E_UTRAN_WB_S1 = 0x0200
    SATELLITE_E_UTRAN_NB_S1 = 0x0100
    GSM = 0x0080
    GSM_COMPACT = 0x0040
    CDMA2000_HRPD = 0x0020
    CDMA2000_1XRTT = 0x0010
    EC_GSM_IOT = 0x0008
    GSM_WITHOUT_EC_GSM_IOT = 0x0004


@dataclass(frozen=True, slots=True)
class PlmnWithAct:
    """One entry of the selectors with access technology: `PlmnWithAct(Plmn("460", "00"), 0xC080)`."""

    plmn: Plmn
    technologies: AccessTechnology


@dataclass(frozen=True, slots=True)
class PlmnActList:
    """PLMNwAcT, OPLMNwAcT, HPLMNwAcT: in order of preference; unused entries (FFFFFF0000) are left out."""

    entries: tuple[PlmnWithAct, ...] = ()

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_PLMNwAcT") -> Self:
        """Raises EfError."""
        if len(data) % 5:
            raise EfError(file, f"{len(data)} octets are no whole number of entries", len(data) // 5 * 5)
        used = [at for at in range(0, len(data), 5) if data[at : at + 3] != _UNUSED]
        return cls(
            tuple(
                PlmnWithAct(
                    Plmn.decode(data, at, file),
                    AccessTechnology(int.from_bytes(data[at + 3 : at + 5], "big")),
                )
                for at in used
            )
        )

    def encode(self, size: int, file: str = "EF_PLMNwAcT") -> bytes:
        """Raises EfError."""
        if size % 5 or len(self.entries) > size // 5:
            raise EfError(file, f"{len(self.entries)} entries of 5 octets do not fit {size}")
        if not all(0 <= entry.technologies <= 0xFFFF for entry in self.entries):
            raise EfError(file, "access technologies are not of two octets")
        used = [entry.plmn.encode(file) + entry.technologies.to_bytes(2, "big") for entry in self.entries]
        return b"".join(used) + (_UNUSED + b"\0\0") * (size // 5 - len(used))


@dataclass(frozen=True, slots=True)
class Hpplmn:
    """How often to look for a better network, in minutes; 0: never (31.102 4.2.6)."""

    minutes: int

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_HPPLMN") -> Self:
        """Raises EfError."""
        need(data, 0, 1, file)
        return cls(6 * data[0])

    def encode(self, size: int = 1, file: str = "EF_HPPLMN") -> bytes:
        """Raises EfError."""
        if self.minutes % 6 or not 0 <= self.minutes <= 6 * 0xFF:
            raise EfError(file, f"{self.minutes} minutes are no multiple of 6 up to 1530")
        return padded(bytes((self.minutes // 6,)), size, file)


@dataclass(frozen=True, slots=True)
class EhplmnPi:
    """Which of the equivalent home networks a list of networks shows: 0 as the handset likes, 1 the first of
    EHPLMN that is there, 2 all of them (31.102 4.2.85)."""

    indication: int = 0

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_EHPLMNPI") -> Self:
        """Raises EfError."""
        need(data, 0, 1, file)
        return cls(data[0])

    def encode(self, size: int = 1, file: str = "EF_EHPLMNPI") -> bytes:
        """Raises EfError."""
        if not 0 <= self.indication <= 0xFF:
            raise EfError(file, f"indication {self.indication} is no octet")
        return padded(bytes((self.indication,)), size, file)


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
        if not self.plmns:
            return padded(b"", size, file)
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
            raise EfError(file, f"TMSI of {len(self.tmsi)} octets or LAC {self.lac:X} is out of range")
        if not (0 <= self.tmsi_time <= 0xFF and 0 <= self.status <= 0xFF):
            raise EfError(file, f"TMSI TIME {self.tmsi_time} or status {self.status} is no octet")
        plmn = self.plmn.encode(file) if self.plmn else _UNUSED
        lai = plmn + self.lac.to_bytes(2, "big")
        return padded(self.tmsi + lai + bytes((self.tmsi_time, self.status)), size, file)


def _plmns(data: bytes, at: int, end: int, file: str) -> tuple[Plmn, ...]:
    return tuple(
        Plmn.decode(data, entry, file) for entry in range(at, end, 3) if data[entry : entry + 3] != _UNUSED
    )
