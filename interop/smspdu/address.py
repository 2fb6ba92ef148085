"""Addresses of short messages (3GPP TS 23.040 9.1.2.5) and their semi-octets (9.1.2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from interop.smspdu import gsm7
from interop.smspdu.errors import PduError, need

MAX_DIGITS: Final = 20  # an address field is at most 12 octets: length, type and 10 of value


class TypeOfNumber(IntEnum):
    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK_SPECIFIC = 3
    SUBSCRIBER = 4
    ALPHANUMERIC = 5
    ABBREVIATED = 6
    RESERVED = 7


class NumberingPlan(IntEnum):
    """The plans with a name; an `Address` carries the others (reserved) as plain numbers."""

    UNKNOWN = 0
    ISDN = 1
    DATA = 3
    TELEX = 4
    SC_SPECIFIC = 5
    SC_SPECIFIC_2 = 6
    NATIONAL = 8
    PRIVATE = 9
    ERMES = 10


_DIGITS: Final = "0123456789*#abc"
_DIGIT_SET: Final = frozenset(_DIGITS)
_TO_HEX: Final = str.maketrans(_DIGITS, "0123456789abcde")
_FROM_HEX: Final = str.maketrans("0123456789abcdef", _DIGITS + "F")
_HALVES_SWAPPED: Final = bytes(value >> 4 | (value & 0xF) << 4 for value in range(256))
_TON: Final = tuple(TypeOfNumber)
# to read a member off its class is slow (0.1 us in Python 3.11): each is read once, here
_UNKNOWN, _INTERNATIONAL = TypeOfNumber.UNKNOWN, TypeOfNumber.INTERNATIONAL
_ALPHANUMERIC = TypeOfNumber.ALPHANUMERIC


@dataclass(frozen=True, slots=True)
class Address:
    """A number, or the name of an alphanumeric sender.

    `value` holds digits 0-9 * # a b c without "+", or up to 11 characters of the GSM alphabet where
    `ton` is ALPHANUMERIC. `str()` gives the usual form: "+8613800100500", "10086", "Alipay".
    """

    value: str
    ton: TypeOfNumber = TypeOfNumber.UNKNOWN
    npi: int = NumberingPlan.ISDN

    def __str__(self) -> str:
        return "+" + self.value if self.ton is _INTERNATIONAL else self.value

    @property
    def type_octet(self) -> int:
        """Type-of-address: 0x91 for "+86...", 0x81 for "10086", 0xD0 for a name."""
        return 0x80 | self.ton << 4 | self.npi

    @classmethod
    def parse(cls, text: str) -> Address:
        """What people write: "+8617..." is international, "10086" and "*100#" of unknown type, text
        with a letter in it is alphanumeric.

        Raises PduError on anything else (spaces and dashes in a number, "+" before a non-digit): a
        mistyped number must not become the name of a sender.
        """
        plus = text.startswith("+")
        number = text.removeprefix("+")
        if number and not number.strip("0123456789*#"):
            return cls(number, _INTERNATIONAL if plus else _UNKNOWN)
        if plus or not any(map(str.isalpha, text)):
            raise PduError("address", f"{text!r} is neither a number nor the name of a sender")
        return cls(text, TypeOfNumber.ALPHANUMERIC, NumberingPlan.UNKNOWN)


def semi_octets(digits: str, field: str = "address") -> bytes:
    """Digits two to an octet, the first in the low half; F fills the last of an odd number.

    Raises PduError on a character that is no digit of 23.040 9.1.2.3.
    """
    if not _DIGIT_SET.issuperset(digits):
        at = next(i for i, digit in enumerate(digits) if digit not in _DIGIT_SET)
        raise PduError(field, f"{digits[at]!r} in {digits!r} is no digit 0-9 * # a b c", at)
    filler = "f" if len(digits) % 2 else ""
    return bytes.fromhex(digits.translate(_TO_HEX) + filler).translate(_HALVES_SWAPPED)


def swapped(octets: bytes) -> str:
    """All digits in `octets`, the low half first; F, which is no digit, as "F"."""
    return octets.translate(_HALVES_SWAPPED).hex().translate(_FROM_HEX)


def encode_address(address: Address, field: str) -> bytes:
    """Address field of a TPDU: length in useful semi-octets, type, value; 2..12 octets. Raises PduError."""
    _check_plan(address, field)
    if address.ton is _ALPHANUMERIC:
        septets = gsm7.encode(address.value)
        value = gsm7.pack(septets)
        length = (7 * len(septets) + 3) // 4
    else:
        value = semi_octets(address.value, field)
        length = len(address.value)
    if length > MAX_DIGITS:
        raise PduError(field, f"{address.value!r} takes {length} semi-octets, {MAX_DIGITS} fit")
    return bytes((length, address.type_octet)) + value


def decode_address(data: bytes, at: int, field: str) -> tuple[Address, int]:
    """The address field at `at` and the offset behind it. Raises PduError."""
    need(data, at, 2, field)
    length, kind = data[at], data[at + 1]
    if length > MAX_DIGITS:
        raise PduError(field, f"length {length} semi-octets, at most {MAX_DIGITS} are allowed", at)
    if not kind & 0x80:
        raise PduError(field, f"type of address {kind:02X} lacks bit 8", at + 1)
    end = at + 2 + (length + 1) // 2
    need(data, at + 2, end - at - 2, field)
    ton = _TON[kind >> 4 & 7]
    if ton is _ALPHANUMERIC:
        value = gsm7.decode(gsm7.unpack(data[at + 2 : end], length * 4 // 7))
    else:
        value = swapped(data[at + 2 : end])[:length]
        if "F" in value:
            raise PduError(field, "filler F among the digits", at + 2 + value.index("F") // 2)
    return Address(value, ton, kind & 0xF), end


def encode_smsc(address: Address | None, field: str = "SMSC") -> bytes:
    """Service centre address as in front of a TPDU (3GPP TS 27.005 3.1) and in RP-DA (24.011 8.2.5.2):
    length in octets with the type, type, digits. None, "the one of the SIM", is a single 00.

    Raises PduError.
    """
    if address is None:
        return b"\x00"
    _check_plan(address, field)
    if address.ton is _ALPHANUMERIC or not 0 < len(address.value) <= MAX_DIGITS:
        raise PduError(field, f"{address.value!r} is no number of 1 to {MAX_DIGITS} digits")
    value = semi_octets(address.value, field)
    return bytes((len(value) + 1, address.type_octet)) + value


def decode_smsc(data: bytes, at: int = 0, field: str = "SMSC") -> tuple[Address | None, int]:
    """The service centre address at `at`, None if empty, and the offset behind it. Raises PduError."""
    need(data, at, 1, field)
    length = data[at]
    if not length:
        return None, at + 1
    if not 2 <= length <= 1 + MAX_DIGITS // 2:
        raise PduError(field, f"length {length} octets, 2 to {1 + MAX_DIGITS // 2} are allowed", at)
    need(data, at + 1, length, field)
    kind, end = data[at + 1], at + 1 + length
    ton = _TON[kind >> 4 & 7]
    if not kind & 0x80 or ton is TypeOfNumber.ALPHANUMERIC:
        raise PduError(field, f"type of address {kind:02X} is not that of a number", at + 1)
    value = swapped(data[at + 2 : end]).removesuffix("F")
    if "F" in value or not value:
        raise PduError(field, "filler F among the digits", at + 2 + value.find("F") // 2)
    return Address(value, ton, kind & 0xF), end


def _check_plan(address: Address, field: str) -> None:
    if not 0 <= address.npi <= 0xF:
        raise PduError(field, f"numbering plan {address.npi} is not in 0..15")
