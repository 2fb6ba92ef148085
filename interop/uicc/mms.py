"""Multimedia messaging on a card: MMSN, MMSICP, MMSUCP, MMSUP (3GPP TS 31.102 4.2.67 to 4.2.71, examples in
annex J).

`parameters` are those of TS 23.140 annex A: pairs of a code and a token (128 to 255) or a text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from interop.smspdu import PduError, gsm7
from interop.uicc.alpha import decode_alpha, exact_alpha
from interop.uicc.errors import EfError, need, padded
from interop.uicc.tlv import decode_tlv, encode_tlv

_SET: Final = 0xAB
_IMPLEMENTATION: Final = 0x80
_RELAY: Final = 0x81
_INTERFACE: Final = 0x82
_GATEWAY: Final = 0x83
_PROFILE: Final = 0x81
_PREFERENCES: Final = 0x82

WAP: Final = 0x01
"""the implementation of TS 23.140"""
ADDRESS: Final = 0x08
"""code of an access point or number in an interface"""
GATEWAY_ADDRESS: Final = 0x20

Parameters = tuple[tuple[int, int | str], ...]


@dataclass(frozen=True, slots=True)
class Mmsn:
    """One record of notifications. `status`: bit 1 used, bit 2 read, bits 3 and 4 retrieved, rejected,
    forwarded (first octet of the two); `notification` with its padding; `extension` a record of EXT8."""

    status: int = 0
    implementation: int = 0
    notification: bytes = b""
    extension: int = 0xFF

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_MMSN") -> Self:
        """Raises EfError."""
        need(data, 0, 4, file)
        return cls(int.from_bytes(data[:2], "big"), data[2], data[3:-1], data[-1])

    def encode(self, size: int, file: str = "EF_MMSN") -> bytes:
        """Raises EfError."""
        if not (
            0 <= self.status <= 0xFFFF and 0 <= self.implementation <= 0xFF and 0 <= self.extension <= 0xFF
        ):
            raise EfError(file, f"{self.status}, {self.implementation} or {self.extension} is out of range")
        head = self.status.to_bytes(2, "big") + bytes((self.implementation,))
        return head + padded(self.notification, size - 4, file) + bytes((self.extension,))


@dataclass(frozen=True, slots=True)
class Connectivity:
    """One set: how to reach the MMSC at `relay`. `interfaces` are access points, the preferred one first."""

    relay: str
    interfaces: tuple[Parameters, ...] = ()
    gateway: Parameters = ()
    implementation: int = WAP

    @property
    def access_points(self) -> tuple[str, ...]:
        return tuple(str(value) for pairs in self.interfaces for code, value in pairs if code == ADDRESS)


@dataclass(frozen=True, slots=True)
class MmsConnectivity:
    """MMSICP (of the issuer) and MMSUCP (of the user); the first set is the default."""

    sets: tuple[Connectivity, ...] = ()

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_MMSICP") -> Self:
        """Raises EfError."""
        sets = []
        for tag, start, end in decode_tlv(data, 0, len(data), file):
            if tag != _SET:
                raise EfError(file, f"tag {tag:02X}, AB is expected", start)
            sets.append(_decode_set(data, start, end, file))
        return cls(tuple(sets))

    def encode(self, size: int, file: str = "EF_MMSICP") -> bytes:
        """Raises EfError."""
        return padded(
            b"".join([encode_tlv(_SET, _encode_set(one, file), file) for one in self.sets]), size, file
        )


@dataclass(frozen=True, slots=True)
class MmsPreferences:
    """One record of MMSUP. `preferences` as WAP headers; a record of FF only has no `profile`."""

    profile: str | None = None
    preferences: bytes = b""
    implementation: int = WAP

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_MMSUP") -> Self:
        """Raises EfError."""
        found = {tag: (start, data[start:end]) for tag, start, end in decode_tlv(data, 0, len(data), file)}
        if not found:
            return cls()
        _only(found, (_IMPLEMENTATION, _PROFILE, _PREFERENCES), file)
        at, name = found.get(_PROFILE, (0, b""))
        implementation = _implementation(found, file)
        return cls(decode_alpha(name, file, at), found.get(_PREFERENCES, (0, b""))[1], implementation)

    def encode(self, size: int, file: str = "EF_MMSUP") -> bytes:
        """Raises EfError."""
        if self.profile is None:
            return padded(b"", size, file)
        name = exact_alpha(self.profile, 255, file)
        body = encode_tlv(_IMPLEMENTATION, _octet(self.implementation, file), file)
        body += encode_tlv(_PROFILE, name, file) + encode_tlv(_PREFERENCES, self.preferences, file)
        return padded(body, size, file)


def _decode_set(data: bytes, start: int, end: int, file: str) -> Connectivity:
    found: dict[int, tuple[int, bytes]] = {}
    interfaces = []
    for tag, begin, stop in decode_tlv(data, start, end, file):
        if tag == _INTERFACE:
            interfaces.append(_decode_parameters(data[begin:stop], file, begin))
        else:
            found[tag] = begin, data[begin:stop]
    _only(found, (_IMPLEMENTATION, _RELAY, _GATEWAY), file)
    at, relay = found.get(_RELAY, (start, b""))
    if not relay.isascii():
        raise EfError(file, "the address of the relay is not ASCII", at)
    place, gateway = found.get(_GATEWAY, (start, b""))
    return Connectivity(
        relay.decode(),
        tuple(interfaces),
        _decode_parameters(gateway, file, place),
        _implementation(found, file),
    )


def _encode_set(one: Connectivity, file: str) -> bytes:
    if not one.relay.isascii():
        raise EfError(file, "the address of the relay is not ASCII")
    body = encode_tlv(_IMPLEMENTATION, _octet(one.implementation, file), file)
    body += encode_tlv(_RELAY, one.relay.encode(), file)
    for interface in one.interfaces:
        body += encode_tlv(_INTERFACE, _encode_parameters(interface, file), file)
    return body + encode_tlv(_GATEWAY, _encode_parameters(one.gateway, file), file)


def _decode_parameters(value: bytes, file: str, at: int) -> Parameters:
    pairs: list[tuple[int, int | str]] = []
    place = 0
    while place < len(value):
        code = value[place]
        need(value, place, 2, file)
        if value[place + 1] & 0x80:
            pairs.append((code, value[place + 1]))
            place += 2
            continue
        end = value.find(0, place + 1)
        text = value[place + 1 : end]
        if end < 0 or any(octet & 0x80 for octet in text):
            raise EfError(
                file, f"the text of parameter {code:02X} does not end, or is not of the GSM alphabet", at
            )
        pairs.append((code, gsm7.decode(text)))
        place = end + 1
    return tuple(pairs)


def _encode_parameters(pairs: Parameters, file: str) -> bytes:
    body = b""
    for code, value in pairs:
        body += _octet(code, file)
        if isinstance(value, str):
            body += _text(value, file) + b"\0"
        elif 0x80 <= value <= 0xFF:
            body += bytes((value,))
        else:
            raise EfError(file, f"token {value} of parameter {code:02X} is not in 128..255")
    return body


def _text(text: str, file: str) -> bytes:
    try:
        octets = gsm7.encode(text)
    except PduError:
        raise EfError(file, f"a text of {len(text)} characters is not of the GSM alphabet") from None
    if 0 in octets:
        raise EfError(file, f"a text of {len(text)} characters has an @, which ends a text here")
    return octets


def _only(found: dict[int, tuple[int, bytes]], tags: tuple[int, ...], file: str) -> None:
    for tag, (at, _) in found.items():
        if tag not in tags:
            raise EfError(file, f"tag {tag:02X} is not expected", at)


def _implementation(found: dict[int, tuple[int, bytes]], file: str) -> int:
    at, value = found.get(_IMPLEMENTATION, (0, b""))
    if len(value) != 1:
        raise EfError(file, "no MMS implementation of one octet", at)
    return value[0]


def _octet(value: int, file: str) -> bytes:
    if not 0 <= value <= 0xFF:
        raise EfError(file, f"{value} is no octet")
    return bytes((value,))
