"""Where a card was last registered and the keys of that registration: PSLOCI, EPSLOCI, 5GS3GPPLOCI, Kc, Keys
(3GPP TS 31.102 4.2 and 4.4, TS 51.011 10.3). A new card has none of it: each class without arguments says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self

from interop.uicc.errors import EfError, need, padded
from interop.uicc.plmn import Plmn

_UNUSED: Final = b"\xff\xff\xff"
NO_KEY: Final = 7
"""sequence number or key set identifier of keys that are not to be used (24.008 10.5.1.2)"""


@dataclass(frozen=True, slots=True)
class PsLoci:
    """PSLOCI of a USIM and LOCIGPRS of a SIM (31.102 4.2.23).

    `status`: 0 updated, 1 not updated, 2 PLMN not allowed, 3 routing area not allowed.
    """

    p_tmsi: bytes = b"\xff\xff\xff\xff"
    signature: bytes = b"\xff\xff\xff"
    plmn: Plmn | None = None
    lac: int = 0
    rac: int = 0xFF
    status: int = 1

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_PSLOCI") -> Self:
        """Raises EfError."""
        need(data, 0, 14, file)
        plmn = _plmn(data, 7, file)
        return cls(data[:4], data[4:7], plmn, int.from_bytes(data[10:12], "big"), data[12], data[13])

    def encode(self, size: int = 14, file: str = "EF_PSLOCI") -> bytes:
        """Raises EfError."""
        area = _number(self.lac, 2, file) + _number(self.rac, 1, file)
        content = _sized(self.p_tmsi, 4, file) + _sized(self.signature, 3, file)
        return padded(content + _area(self.plmn, file) + area + _number(self.status, 1, file), size, file)


@dataclass(frozen=True, slots=True)
class EpsLoci:
    """EPSLOCI (31.102 4.2.91). `guti` as 24.301 9.9.3.12 has it, with its length; `plmn` and `tac` are of the
    last tracking area. `status`: 0 updated, 1 not updated, 2 roaming not allowed.
    """

    guti: bytes = b"\xff" * 12
    plmn: Plmn | None = None
    tac: int = 0
    status: int = 1

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_EPSLOCI") -> Self:
        """Raises EfError."""
        need(data, 0, 18, file)
        return cls(data[:12], _plmn(data, 12, file), int.from_bytes(data[15:17], "big"), data[17])

    def encode(self, size: int = 18, file: str = "EF_EPSLOCI") -> bytes:
        """Raises EfError."""
        area = _area(self.plmn, file) + _number(self.tac, 2, file)
        return padded(_sized(self.guti, 12, file) + area + _number(self.status, 1, file), size, file)


@dataclass(frozen=True, slots=True)
class FiveGsLoci:
    """5GS3GPPLOCI (31.102 4.4.11.2): as EPSLOCI, with a GUTI of 13 octets and a TAC of three."""

    guti: bytes = b"\xff" * 13
    plmn: Plmn | None = None
    tac: int = 0
    status: int = 1

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_5GS3GPPLOCI") -> Self:
        """Raises EfError."""
        need(data, 0, 20, file)
        return cls(data[:13], _plmn(data, 13, file), int.from_bytes(data[16:19], "big"), data[19])

    def encode(self, size: int = 20, file: str = "EF_5GS3GPPLOCI") -> bytes:
        """Raises EfError."""
        area = _area(self.plmn, file) + _number(self.tac, 3, file)
        return padded(_sized(self.guti, 13, file) + area + _number(self.status, 1, file), size, file)


@dataclass(frozen=True, slots=True)
class Kc:
    """Kc and KcGPRS: the 2G key and its sequence number, NO_KEY if there is none (51.011 10.3.3)."""

    kc: bytes = field(default=b"\xff" * 8, repr=False)
    sequence: int = NO_KEY

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_Kc") -> Self:
        """Raises EfError."""
        need(data, 0, 9, file)
        return cls(data[:8], data[8])

    def encode(self, size: int = 9, file: str = "EF_Kc") -> bytes:
        """Raises EfError."""
        return padded(_sized(self.kc, 8, file) + _number(self.sequence, 1, file), size, file)


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys and KeysPS: the 3G keys and their set identifier, NO_KEY if there are none (31.102 4.2.3)."""

    identifier: int = NO_KEY
    ck: bytes = field(default=b"\xff" * 16, repr=False)
    ik: bytes = field(default=b"\xff" * 16, repr=False)

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_Keys") -> Self:
        """Raises EfError."""
        need(data, 0, 33, file)
        return cls(data[0], data[1:17], data[17:33])

    def encode(self, size: int = 33, file: str = "EF_Keys") -> bytes:
        """Raises EfError."""
        content = _number(self.identifier, 1, file) + _sized(self.ck, 16, file) + _sized(self.ik, 16, file)
        return padded(content, size, file)


@dataclass(frozen=True, slots=True)
class StartHfn:
    """START of each domain: how much the keys have been used (31.102 4.2.51; F00000 on a new card)."""

    cs: int = 0xF00000
    ps: int = 0xF00000

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_START-HFN") -> Self:
        """Raises EfError."""
        need(data, 0, 6, file)
        return cls(int.from_bytes(data[:3], "big"), int.from_bytes(data[3:6], "big"))

    def encode(self, size: int = 6, file: str = "EF_START-HFN") -> bytes:
        """Raises EfError."""
        return padded(_number(self.cs, 3, file) + _number(self.ps, 3, file), size, file)


@dataclass(frozen=True, slots=True)
class Threshold:
    """From this START on new keys are needed (31.102 4.2.52)."""

    start: int

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_THRESHOLD") -> Self:
        """Raises EfError."""
        need(data, 0, 3, file)
        return cls(int.from_bytes(data[:3], "big"))

    def encode(self, size: int = 3, file: str = "EF_THRESHOLD") -> bytes:
        """Raises EfError."""
        return padded(_number(self.start, 3, file), size, file)


def _plmn(data: bytes, at: int, file: str) -> Plmn | None:
    return None if data[at : at + 3] == _UNUSED else Plmn.decode(data, at, file)


def _area(plmn: Plmn | None, file: str) -> bytes:
    return plmn.encode(file) if plmn else _UNUSED


def _sized(value: bytes, size: int, file: str) -> bytes:
    if len(value) != size:
        raise EfError(file, f"{len(value)} octets where {size} belong")
    return value


def _number(value: int, count: int, file: str) -> bytes:
    if not 0 <= value < 1 << 8 * count:
        raise EfError(file, f"{value} is not of {count} octet(s)")
    return value.to_bytes(count, "big")
