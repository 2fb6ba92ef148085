"""Advice of charge: ACM, ACMmax, PUCT (3GPP TS 51.011 10.3.6, 10.3.8, 10.3.12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from interop.smspdu import PduError, gsm7
from interop.uicc.errors import EfError, need, padded


@dataclass(frozen=True, slots=True)
class Meter:
    """ACM (a record) and ACMmax: units; a maximum of 0 is none."""

    units: int = 0

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_ACM") -> Self:
        """Raises EfError."""
        need(data, 0, 3, file)
        return cls(int.from_bytes(data[:3], "big"))

    def encode(self, size: int = 3, file: str = "EF_ACM") -> bytes:
        """Raises EfError."""
        if not 0 <= self.units < 1 << 24:
            raise EfError(file, f"{self.units} units are not of three octets")
        return padded(self.units.to_bytes(3, "big"), size, file)


@dataclass(frozen=True, slots=True)
class Puct:
    """Price of a unit: `price` (0..4095) times ten to the `exponent` (-7..7), in `currency` of three letters.

    >>> Puct("CNY", 25, -2).encode().hex()
    '434e590159'
    """

    currency: str
    price: int = 0
    exponent: int = 0

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_PUCT") -> Self:
        """Raises EfError."""
        need(data, 0, 5, file)
        if any(octet & 0x80 for octet in data[:3]):
            raise EfError(file, f"{data[:3].hex().upper()} is not of the GSM alphabet", 0)
        exponent = data[4] >> 5
        price = data[3] << 4 | data[4] & 0x0F
        return cls(gsm7.decode(data[:3]), price, -exponent if data[4] & 0x10 else exponent)

    def encode(self, size: int = 5, file: str = "EF_PUCT") -> bytes:
        """Raises EfError."""
        try:
            currency = gsm7.encode(self.currency)
        except PduError:
            raise EfError(file, "the currency is not of the GSM alphabet") from None
        if len(currency) != 3 or not 0 <= self.price <= 4095 or not -7 <= self.exponent <= 7:
            length = len(self.currency)
            problem = f"{length} letters of 3, {self.price} of 4095 or 10^{self.exponent} does not fit"
            raise EfError(file, problem)
        sign = 0x10 if self.exponent < 0 else 0
        tail = bytes((self.price >> 4, abs(self.exponent) << 5 | sign | self.price & 0x0F))
        return padded(currency + tail, size, file)
