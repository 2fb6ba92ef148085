"""Files that hold numbers: MSISDN, ADN its kin, EXT, SMSP, ECC (3GPP TS 31.102 4.2, TS 51.011 10.3, 10.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from interop.smspdu import Address, PduError, Relative, TypeOfNumber, decode_smsc, encode_smsc
from interop.smspdu.address import decode_address, encode_address, semi_octets, swapped
from interop.uicc.alpha import decode_alpha, encode_alpha
from interop.uicc.errors import EfError, need, outline, padded

_DIGITS: Final = "0123456789*#abc"
_DIALLING_FIXED: Final = 14  # octets behind the alpha identifier
_SMSP_FIXED: Final = 28
_ADDRESS: Final = 12

# Parameter indicators of SMSP: a bit that is 0 says "present"
_DESTINATION: Final = 0x01
_SMSC: Final = 0x02
_PID: Final = 0x04
_DCS: Final = 0x08
_VALIDITY: Final = 0x10


@dataclass(frozen=True, slots=True)
class DiallingNumber:
    """One record of MSISDN, ADN, FDN, SDN, LND or MBDN: a number, None in an unused record, and its name.

    `capability` and `extension` are record numbers in CCP and in the EXT of the file (EXT5 of MSISDN, EXT1 of
    ADN and LND, EXT2 of FDN, EXT3 of SDN, EXT6 of MBDN), FF for none (51.011 10.5.1 to 10.5.5).
    """

    number: Address | None
    alpha: str = ""
    capability: int = 0xFF
    extension: int = 0xFF

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_MSISDN") -> Self:
        """Raises EfError."""
        need(data, 0, _DIALLING_FIXED, file)
        at = len(data) - _DIALLING_FIXED
        return cls(_number(data, at, file), decode_alpha(data[:at], file), data[-2], data[-1])

    def encode(self, size: int, file: str = "EF_MSISDN") -> bytes:
        """Raises EfError."""
        if not (0 <= self.capability <= 0xFF and 0 <= self.extension <= 0xFF):
            raise EfError(file, f"record {self.capability} or {self.extension} is no octet")
        alpha = encode_alpha(self.alpha, size - _DIALLING_FIXED, file)
        return alpha + _number_field(self.number, file) + bytes((self.capability, self.extension))


Msisdn = DiallingNumber
"""the subscriber's own number is coded as those of a phone book are"""


@dataclass(frozen=True, slots=True)
class Extension:
    """One record of EXT1 to EXT8: more of what does not fit a record (51.011 10.5.10).

    `kind`: 1 a called party's subaddress, 2 more digits, 0 an unused record. `data`: 11 octets, the first of
    which counts those in use; `next` is the record that follows, FF for none.
    """

    kind: int = 0
    data: bytes = b"\xff" * 11
    next: int = 0xFF

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_EXT1") -> Self:
        """Raises EfError."""
        need(data, 0, 2, file)
        return cls(data[0], data[1:-1], data[-1])

    def encode(self, size: int = 13, file: str = "EF_EXT1") -> bytes:
        """Raises EfError."""
        if not (0 <= self.kind <= 0xFF and 0 <= self.next <= 0xFF):
            raise EfError(file, f"kind {self.kind} or record {self.next} is no octet")
        return bytes((self.kind,)) + padded(self.data, size - 2, file) + bytes((self.next,))


@dataclass(frozen=True, slots=True)
class Smsp:
    """One record of short message parameters; None where the card has none (51.011 10.5.6).

    `destination` is a TP-DA, `smsc` the service centre, `validity` a relative TP-VP.
    """

    smsc: Address | None = None
    alpha: str = ""
    destination: Address | None = None
    pid: int | None = None
    dcs: int | None = None
    validity: Relative | None = None

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_SMSP") -> Self:
        """Raises EfError."""
        need(data, 0, _SMSP_FIXED, file)
        at = len(data) - _SMSP_FIXED
        absent = data[at]
        destination = None
        if not absent & _DESTINATION and data[at + 1] != 0xFF:
            try:
                destination = decode_address(data[: at + 1 + _ADDRESS], at + 1, "TP-DA")[0]
            except PduError as error:
                raise EfError(file, str(error), error.offset) from None
        return cls(
            smsc=None if absent & _SMSC else _number(data, at + 1 + _ADDRESS, file),
            alpha=decode_alpha(data[:at], file),
            destination=destination,
            pid=None if absent & _PID else data[-3],
            dcs=None if absent & _DCS else data[-2],
            validity=None if absent & _VALIDITY else Relative(data[-1]),
        )

    def encode(self, size: int, file: str = "EF_SMSP") -> bytes:
        """Raises EfError."""
        absent = 0xFF
        destination = b""
        if self.destination is not None:
            absent &= ~_DESTINATION
            try:
                destination = encode_address(self.destination, "TP-DA")
            except PduError:
                raise EfError(file, _unfit(self.destination)) from None
        if self.smsc is not None:
            absent &= ~_SMSC
        tail = bytearray()
        for bit, value in (
            (_PID, self.pid),
            (_DCS, self.dcs),
            (_VALIDITY, None if self.validity is None else self.validity.value),
        ):
            if value is None:
                tail.append(0xFF)
            elif 0 <= value <= 0xFF:
                absent &= ~bit
                tail.append(value)
            else:
                raise EfError(file, f"{value} is no octet")
        alpha = encode_alpha(self.alpha, size - _SMSP_FIXED, file)
        addresses = padded(destination, _ADDRESS, file) + _number_field(self.smsc, file)
        return alpha + bytes((absent,)) + addresses + tail


@dataclass(frozen=True, slots=True)
class EmergencyCodes:
    """ECC of a SIM: numbers of up to six digits; unused entries are left out (51.011 10.3.27)."""

    codes: tuple[str, ...] = ()

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_ECC") -> Self:
        """Raises EfError."""
        if len(data) % 3:
            raise EfError(file, f"{len(data)} octets are no whole number of entries", len(data) // 3 * 3)
        codes = [_code(data, at, file) for at in range(0, len(data), 3)]
        return cls(tuple(code for code in codes if code))

    def encode(self, size: int = 15, file: str = "EF_ECC") -> bytes:
        """Raises EfError."""
        return padded(b"".join([_code_field(code, file) for code in self.codes]), size, file)


@dataclass(frozen=True, slots=True)
class EmergencyCode:
    """One record of ECC of a USIM; an unused one has the code "" (31.102 4.2.21).

    `category` is the service category of 24.008 10.5.4.33: 01 police, 02 ambulance, 04 fire brigade.
    """

    code: str
    category: int = 0
    alpha: str = ""

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_ECC") -> Self:
        """Raises EfError."""
        need(data, 0, 4, file)
        return cls(_code(data, 0, file), data[-1], decode_alpha(data[3:-1], file, 3))

    def encode(self, size: int, file: str = "EF_ECC") -> bytes:
        """Raises EfError."""
        if not 0 <= self.category <= 0xFF:
            raise EfError(file, f"category {self.category} is no octet")
        return (
            _code_field(self.code, file) + encode_alpha(self.alpha, size - 4, file) + bytes((self.category,))
        )


def _number(data: bytes, at: int, file: str) -> Address | None:
    """The 12 octets at `at`: length with the type, type, digits (3GPP TS 24.011 8.2.5.2)."""
    if data[at] == 0xFF:
        return None
    try:
        return decode_smsc(data[: at + _ADDRESS], at, "number")[0]
    except PduError as error:
        raise EfError(file, str(error), error.offset) from None


def _number_field(number: Address | None, file: str) -> bytes:
    if number is None:
        return b"\xff" * _ADDRESS
    try:
        return padded(encode_smsc(number, "number"), _ADDRESS, file)
    except PduError:
        raise EfError(file, _unfit(number)) from None


def _unfit(number: Address) -> str:
    """Why it is none that a card holds."""
    if not 0 <= number.npi <= 0xF:
        return f"numbering plan {number.npi} is not in 0..15"
    if number.ton is TypeOfNumber.ALPHANUMERIC:
        return f"a name of {len(number.value)} characters where a number belongs"
    return f"{outline(number.value, _DIGITS)}, a number has 1 to 20 of {_DIGITS}"


def _code(data: bytes, at: int, file: str) -> str:
    code = swapped(data[at : at + 3]).rstrip("F")
    if "F" in code:
        raise EfError(file, "filler F among the digits", at + code.index("F") // 2)
    return code


def _code_field(code: str, file: str) -> bytes:
    try:
        return padded(semi_octets(code, "code"), 3, file)
    except PduError:
        raise EfError(file, f"{outline(code, _DIGITS)}, a code has up to 6 of {_DIGITS}") from None
