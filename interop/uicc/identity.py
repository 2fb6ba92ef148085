"""Files that say whose card it is: ICCID, IMSI, AD, SPN, ACC, GID (3GPP TS 31.102 4.2, TS 51.011 10.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from interop.uicc.alpha import decode_alpha, encode_alpha
from interop.uicc.errors import EfError, need, outline, padded

_DIGITS: Final = "0123456789"
_ICCID_DIGITS: Final = _DIGITS + "ABCDE"
_SHOW_PLMN: Final = 0x01
_HIDE_SPN: Final = 0x02


@dataclass(frozen=True, slots=True)
class Iccid:
    """Card number, up to 20 digits (ETSI TS 102 221 13.2). Chinese issuers also put letters A-E in it."""

    digits: str

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_ICCID") -> Self:
        """Raises EfError on an empty file, and on a filler among the digits."""
        need(data, 0, 10, file)
        digits = _swapped(data).rstrip("F")
        if not digits or "F" in digits or len(digits) > 20:
            problem = f"{data.hex().upper()} is not 1 to 20 digits and filler F"
            raise EfError(file, problem, digits.find("F") // 2 if "F" in digits else 0)
        return cls(digits)

    def encode(self, size: int = 10, file: str = "EF_ICCID") -> bytes:
        """Raises EfError."""
        if not 1 <= len(self.digits) <= 20 or self.digits.strip(_ICCID_DIGITS):
            raise EfError(file, f"{outline(self.digits, _ICCID_DIGITS)}, an ICCID has 1 to 20 digits")
        return padded(_unswapped(self.digits), size, file)


@dataclass(frozen=True, slots=True)
class Imsi:
    """International mobile subscriber identity, 6 to 15 digits (31.102 4.2.2)."""

    digits: str

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_IMSI") -> Self:
        """Raises EfError. The first octet counts those that follow; the first half octet says that it is
        an IMSI, and whether its digits are odd in number."""
        need(data, 0, 9, file)
        length = data[0]
        if not 1 <= length <= 8:
            raise EfError(file, f"length {length}, at most 8", 0)
        kind, digits = data[1] & 0xF, _swapped(data[1 : length + 1])[1:].removesuffix("F")
        if kind & 7 != 1:
            raise EfError(file, f"type of identity {kind & 7}, 1 is an IMSI", 1)
        if len(digits) % 2 != kind >> 3 or not digits.isdecimal() or len(digits) < 6:
            raise EfError(file, f"{digits!r} is no IMSI, or not of the parity that it announces", 1)
        return cls(digits)

    def encode(self, size: int = 9, file: str = "EF_IMSI") -> bytes:
        """Raises EfError."""
        if not 6 <= len(self.digits) <= 15 or self.digits.strip(_DIGITS):
            raise EfError(file, f"{outline(self.digits, _DIGITS)}, an IMSI has 6 to 15 digits")
        content = _unswapped(("9" if len(self.digits) % 2 else "1") + self.digits)
        return padded(bytes((len(content),)) + content, size, file)


@dataclass(frozen=True, slots=True)
class Ad:
    """Administrative data (31.102 4.2.18).

    `mode` 00 is normal operation, 80 type approval; `mnc_length` 2 or 3 (others are reserved), None in
    a file of three octets, which cannot say it; `rest` is what later releases may add.
    """

    mode: int = 0
    info: bytes = b"\x00\x00"
    mnc_length: int | None = 2
    rest: bytes = b""

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_AD") -> Self:
        """Raises EfError."""
        need(data, 0, 3, file)
        return cls(data[0], data[1:3], data[3] & 0xF if len(data) > 3 else None, data[4:])

    def encode(self, size: int = 4, file: str = "EF_AD") -> bytes:
        """Raises EfError, also if `size` has no room for the MNC length."""
        if not 0 <= self.mode <= 0xFF or len(self.info) != 2:
            raise EfError(file, f"mode {self.mode}, {len(self.info)} octets of information")
        content = bytes((self.mode,)) + self.info
        if self.mnc_length is None:
            if size > 3 or self.rest:
                raise EfError(file, f"{size} octets need an MNC length")
        elif 0 <= self.mnc_length <= 0xF:
            content += bytes((self.mnc_length,)) + self.rest
        else:
            raise EfError(file, f"MNC length {self.mnc_length}")
        return padded(content, size, file)


@dataclass(frozen=True, slots=True)
class Spn:
    """Service provider name (31.102 4.2.12).

    `show_plmn`: at home, show the network's name as well; `hide_abroad`: do not show this one in other
    networks than home and those of SPDI.
    """

    name: str
    show_plmn: bool = False
    hide_abroad: bool = False

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_SPN") -> Self:
        """Raises EfError."""
        need(data, 0, 1, file)
        return cls(decode_alpha(data[1:], file, 1), bool(data[0] & _SHOW_PLMN), bool(data[0] & _HIDE_SPN))

    def encode(self, size: int = 17, file: str = "EF_SPN") -> bytes:
        """Raises EfError: 16 characters fit, or 7 Chinese ones."""
        condition = (_SHOW_PLMN if self.show_plmn else 0) | (_HIDE_SPN if self.hide_abroad else 0)
        return bytes((condition,)) + encode_alpha(self.name, size - 1, file)


@dataclass(frozen=True, slots=True)
class Acc:
    """Access control classes of the subscriber, 0..15, ascending (31.102 4.2.15)."""

    classes: tuple[int, ...]

    @classmethod
    def of_imsi(cls, imsi: str) -> Self:
        """The last digit of the IMSI, as for any ordinary subscriber (3GPP TS 22.011 4.2). Raises EfError."""
        if imsi[-1:] not in tuple(_DIGITS):
            raise EfError("EF_ACC", f"an IMSI of {len(imsi)} characters does not end with a digit")
        return cls((int(imsi[-1]),))

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_ACC") -> Self:
        """Raises EfError."""
        need(data, 0, 2, file)
        bits = int.from_bytes(data[:2], "big")
        return cls(tuple(number for number in range(16) if bits >> number & 1))

    def encode(self, size: int = 2, file: str = "EF_ACC") -> bytes:
        """Raises EfError."""
        if not all(0 <= number <= 15 for number in self.classes):
            raise EfError(file, f"classes {self.classes} are not in 0..15")
        bits = sum({1 << number for number in self.classes})
        return padded(bits.to_bytes(2, "big"), size, file)


@dataclass(frozen=True, slots=True)
class Gid:
    """Group identifier, level 1 or 2 (31.102 4.2.10): octets by which handsets know an MVNO."""

    value: bytes

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_GID1") -> Self:
        """Octets without the FF behind them."""
        return cls(data.rstrip(b"\xff"))

    def encode(self, size: int, file: str = "EF_GID1") -> bytes:
        """Raises EfError."""
        return padded(self.value, size, file)


def _swapped(octets: bytes) -> str:
    """Hex digits, the low half of each octet first."""
    text = octets.hex().upper()
    return "".join([text[at + 1] + text[at] for at in range(0, len(text), 2)])


def _unswapped(digits: str) -> bytes:
    if len(digits) % 2:
        digits += "F"
    return bytes.fromhex("".join([digits[at + 1] + digits[at] for at in range(0, len(digits), 2)]))
