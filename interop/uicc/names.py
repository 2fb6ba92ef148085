"""Names of networks and languages: PNN, OPL, ONS, LI, PL, LP (3GPP TS 31.102 4.2, TS 51.011 10.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from interop.smspdu import PduError, gsm7
from interop.uicc.alpha import decode_alpha, encode_alpha
from interop.uicc.errors import EfError, need, padded
from interop.uicc.plmn import Plmn
from interop.uicc.tlv import decode_tlv, encode_tlv

_FULL: Final = 0x43
_SHORT: Final = 0x45
# Octet 3 of a network name (24.008 10.5.3.5a)
_EXTENSION: Final = 0x80
_UCS2: Final = 0x10
_CODING: Final = 0x70
_INITIALS: Final = 0x08
_SPARE: Final = 0x07


@dataclass(frozen=True, slots=True)
class NetworkName:
    """`initials`: the handset writes the letters of the country before it (24.008 10.5.3.5a)."""

    text: str
    initials: bool = False

    @classmethod
    def decode(cls, value: bytes, file: str, at: int = 0) -> Self:
        """`at`: where `value` stands in the file. Raises EfError."""
        if not value:
            raise EfError(file, "a name without its coding", at)
        coding, text = value[0] & _CODING, value[1:]
        if coding == _UCS2:
            if len(text) % 2:
                raise EfError(file, "half a UCS2 character", at + len(value) - 1)
            return cls(text.decode("utf-16-be", "surrogatepass"), bool(value[0] & _INITIALS))
        if coding:
            raise EfError(file, f"coding scheme {coding >> 4} is reserved", at)
        bits = 8 * len(text) - (value[0] & _SPARE)
        if bits < 0:
            raise EfError(file, f"{value[0] & _SPARE} spare bits in no octet", at)
        return cls(gsm7.decode(gsm7.unpack(text, bits // 7)), bool(value[0] & _INITIALS))

    def encode(self) -> bytes:
        """Packed septets where the GSM alphabet has all of it, else UCS2."""
        flags = _EXTENSION | (_INITIALS if self.initials else 0)
        try:
            septets = gsm7.encode(self.text)
        except PduError:
            return bytes((flags | _UCS2,)) + self.text.encode("utf-16-be", "surrogatepass")
        packed = gsm7.pack(septets)
        return bytes((flags | 8 * len(packed) - 7 * len(septets),)) + packed


@dataclass(frozen=True, slots=True)
class Pnn:
    """One record of network names; record 1 is that of the home network (31.102 4.2.58).

    `rest`: other objects as they are, tag and value.
    """

    full: NetworkName | None = None
    short: NetworkName | None = None
    rest: tuple[tuple[int, bytes], ...] = ()

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_PNN") -> Self:
        """Raises EfError."""
        found: dict[int, NetworkName] = {}
        rest = []
        for tag, start, end in decode_tlv(data, 0, len(data), file):
            if tag in (_FULL, _SHORT) and tag not in found:
                found[tag] = NetworkName.decode(data[start:end], file, start)
            else:
                rest.append((tag, data[start:end]))
        return cls(found.get(_FULL), found.get(_SHORT), tuple(rest))

    def encode(self, size: int, file: str = "EF_PNN") -> bytes:
        """Raises EfError."""
        names = ((_FULL, self.full), (_SHORT, self.short))
        objects = [(tag, name.encode()) for tag, name in names if name is not None] + list(self.rest)
        return padded(b"".join([encode_tlv(*item, file) for item in objects]), size, file)


@dataclass(frozen=True, slots=True)
class Opl:
    """One record: in these areas of `plmn`, record `pnn` of PNN is the network's name; 0: no record is, but
    another source (31.102 4.2.59). A D in `plmn` is any digit. An unused record has no `plmn`.
    """

    plmn: Plmn | None = None
    first_lac: int = 0xFFFF
    last_lac: int = 0xFFFF
    pnn: int = 0xFF

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_OPL") -> Self:
        """Raises EfError."""
        need(data, 0, 8, file)
        plmn = None if data[:3] == b"\xff\xff\xff" else Plmn.decode(data, 0, file, wild=True)
        return cls(plmn, int.from_bytes(data[3:5], "big"), int.from_bytes(data[5:7], "big"), data[7])

    def encode(self, size: int = 8, file: str = "EF_OPL") -> bytes:
        """Raises EfError."""
        if (
            not all(0 <= lac <= 0xFFFF for lac in (self.first_lac, self.last_lac))
            or not 0 <= self.pnn <= 0xFF
        ):
            raise EfError(file, f"areas {self.first_lac:X} to {self.last_lac:X} or record {self.pnn}")
        plmn = self.plmn.encode(file, wild=True) if self.plmn else b"\xff\xff\xff"
        areas = self.first_lac.to_bytes(2, "big") + self.last_lac.to_bytes(2, "big")
        return padded(plmn + areas + bytes((self.pnn,)), size, file)


@dataclass(frozen=True, slots=True)
class OperatorName:
    """ONS and its short form, of CPHS (Common PCN Handset Specification 4.2, B.4.1.2)."""

    name: str

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_ONS") -> Self:
        """Raises EfError."""
        return cls(decode_alpha(data, file))

    def encode(self, size: int, file: str = "EF_ONS") -> bytes:
        """Raises EfError."""
        return encode_alpha(self.name, size, file)


@dataclass(frozen=True, slots=True)
class Languages:
    """LI and PL: ISO 639 codes in order of preference, "zh" (102 221 13.3); unused entries (FFFF) are left
    out."""

    codes: tuple[str, ...] = ()

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_PL") -> Self:
        """Raises EfError."""
        if len(data) % 2:
            raise EfError(file, f"{len(data)} octets are no whole number of codes", len(data) - 1)
        codes = []
        for at in range(0, len(data), 2):
            if data[at : at + 2] != b"\xff\xff":
                code = data[at : at + 2].decode("latin-1")
                if not (code.isascii() and code.isalpha()):
                    raise EfError(file, f"{data[at : at + 2].hex().upper()} is no language code", at)
                codes.append(code)
        return cls(tuple(codes))

    def encode(self, size: int, file: str = "EF_PL") -> bytes:
        """Raises EfError."""
        for code in self.codes:
            if len(code) != 2 or not (code.isascii() and code.isalpha()):
                raise EfError(file, f"{len(code)} characters are no language code of two letters")
        return padded("".join(self.codes).encode(), size, file)


@dataclass(frozen=True, slots=True)
class LanguagePreference:
    """LP of a SIM: languages as the data coding scheme of cell broadcast numbers them (51.011 10.3.1;
    23.038 5: 01 English), in order of preference."""

    codes: tuple[int, ...] = ()

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_LP") -> Self:
        del file
        return cls(tuple(octet for octet in data if octet != 0xFF))

    def encode(self, size: int, file: str = "EF_LP") -> bytes:
        """Raises EfError."""
        if not all(0 <= code < 0xFF for code in self.codes):
            raise EfError(file, f"codes {self.codes} are not in 0..254")
        return padded(bytes(self.codes), size, file)
