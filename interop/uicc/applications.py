"""Applications of a UICC: EF_DIR (ETSI TS 102 221 13.1), and the files of an ISIM (3GPP TS 31.103 4.2).

>>> Identity("460000123456789@ims.mnc000.mcc460.3gppnetwork.org").encode(60)[:4].hex()
'80313436'
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final, Self

from interop.uicc.alpha import decode_alpha, exact_alpha
from interop.uicc.errors import EfError, padded
from interop.uicc.tlv import decode_tlv, encode_tlv

_TEMPLATE: Final = 0x61
_AID: Final = 0x4F
_LABEL: Final = 0x50
_VALUE: Final = 0x80

USIM_AID: Final = bytes.fromhex("A0000000871002")
ISIM_AID: Final = bytes.fromhex("A0000000871004")
"""how the identifiers of such applications begin (101 220 annex E)"""


@dataclass(frozen=True, slots=True)
class Application:
    """One record of EF_DIR; an unused one has no `aid`. `rest`: other objects as they are, tag and value."""

    aid: bytes = b""
    label: str = ""
    rest: tuple[tuple[int, bytes], ...] = ()

    @property
    def name(self) -> str:
        """ "USIM", "ISIM", or the identifier in hex."""
        known = {USIM_AID: "USIM", ISIM_AID: "ISIM"}
        return known.get(self.aid[:7], self.aid.hex().upper())

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_DIR") -> Self:
        """Raises EfError."""
        aid, label, rest = b"", "", []
        for template, start, end in decode_tlv(data, 0, len(data), file):
            if template != _TEMPLATE:
                raise EfError(file, f"tag {template:02X}, 61 is expected", start)
            for tag, begin, stop in decode_tlv(data, start, end, file):
                if tag == _AID:
                    aid = data[begin:stop]
                elif tag == _LABEL:
                    label = decode_alpha(data[begin:stop], file, begin)
                else:
                    rest.append((tag, data[begin:stop]))
            if not aid:
                raise EfError(file, "an application without identifier (tag 4F)", start)
        return cls(aid, label, tuple(rest))

    def encode(self, size: int, file: str = "EF_DIR") -> bytes:
        """Raises EfError."""
        if not self.aid:
            return padded(b"", size, file)
        body = encode_tlv(_AID, self.aid, file)
        if self.label:
            body += encode_tlv(_LABEL, exact_alpha(self.label, 255, file), file)
        body += b"".join([encode_tlv(*item, file) for item in self.rest])
        return padded(encode_tlv(_TEMPLATE, body, file), size, file)


@dataclass(frozen=True, slots=True)
class Identity:
    """IMPI, DOMAIN and a record of IMPU: one text each, "" in an unused file (31.103 4.2.2 to 4.2.4)."""

    text: str = ""

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_IMPI") -> Self:
        """Raises EfError."""
        at, value = _value(data, file)
        try:
            return cls(value.decode())
        except UnicodeDecodeError as error:
            raise EfError(file, "is not UTF-8", at + error.start) from None

    def encode(self, size: int, file: str = "EF_IMPI") -> bytes:
        """Raises EfError."""
        return padded(encode_tlv(_VALUE, _utf8(self.text, file), file) if self.text else b"", size, file)


class AddressKind(IntEnum):
    NAME = 0
    IPV4 = 1
    IPV6 = 2


@dataclass(frozen=True, slots=True)
class Pcscf:
    """One record of P-CSCF: a domain name or an IP address, "" in an unused one (31.103 4.2.8)."""

    address: str = ""
    kind: AddressKind = AddressKind.NAME

    @classmethod
    def of(cls, address: str) -> Self:
        """The kind by how it is written."""
        for kind, parse in ((AddressKind.IPV4, IPv4Address), (AddressKind.IPV6, IPv6Address)):
            try:
                return cls(str(parse(address)), kind)
            except AddressValueError:
                pass
        return cls(address)

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_PCSCF") -> Self:
        """Raises EfError."""
        at, value = _value(data, file)
        if not value:
            return cls()
        try:
            match AddressKind(value[0]):
                case AddressKind.IPV4:
                    return cls(str(IPv4Address(value[1:])), AddressKind.IPV4)
                case AddressKind.IPV6:
                    return cls(str(IPv6Address(value[1:])), AddressKind.IPV6)
                case AddressKind.NAME if len(value) > 1:
                    return cls(value[1:].decode())
        except ValueError:
            pass
        raise EfError(file, f"{value.hex().upper()} is no address", at)

    def encode(self, size: int, file: str = "EF_PCSCF") -> bytes:
        """Raises EfError."""
        if not self.address:
            return padded(b"", size, file)
        try:
            match self.kind:
                case AddressKind.IPV4:
                    value = IPv4Address(self.address).packed
                case AddressKind.IPV6:
                    value = IPv6Address(self.address).packed
                case AddressKind.NAME:
                    value = _utf8(self.address, file)
        except AddressValueError:
            raise EfError(file, f"{len(self.address)} characters are no address of its kind") from None
        return padded(encode_tlv(_VALUE, bytes((self.kind,)) + value, file), size, file)


def _value(data: bytes, file: str) -> tuple[int, bytes]:
    """Where the object under tag 80 stands, and what it holds; nothing in a file of FF."""
    for tag, start, end in decode_tlv(data, 0, len(data), file):
        if tag == _VALUE:
            return start, data[start:end]
        raise EfError(file, f"tag {tag:02X}, 80 is expected", start)
    return 0, b""


def _utf8(text: str, file: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise EfError(file, f"half a character among {len(text)}") from None
