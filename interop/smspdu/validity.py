"""TP-Validity-Period in its three forms (3GPP TS 23.040 9.2.3.12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from interop.smspdu.address import semi_octets, swapped
from interop.smspdu.errors import PduError, need, octet
from interop.smspdu.timestamps import Timestamp, decode_timestamp, encode_timestamp

_MINUTE: Final = timedelta(minutes=1)

# 9.2.3.12.1: first value of each range, duration just before it, step
_RANGES: Final = (
    (0, 0 * _MINUTE, 5 * _MINUTE),
    (144, 720 * _MINUTE, 30 * _MINUTE),
    (168, timedelta(days=1), timedelta(days=1)),
    (197, timedelta(weeks=4), timedelta(weeks=1)),
)


@dataclass(frozen=True, slots=True)
class Relative:
    """One octet: 5 minutes (0) to 63 weeks (255) from the time the service centre has the message."""

    value: int

    @classmethod
    def of(cls, duration: timedelta) -> Relative:
        """The shortest coding that lasts at least `duration`. Raises PduError above 63 weeks."""
        for value in range(256):
            if _DURATIONS[value] >= duration:
                return cls(value)
        raise PduError("TP-VP", f"{duration} is more than 63 weeks")

    @property
    def duration(self) -> timedelta:
        return _DURATIONS[octet("TP-VP", self.value)]


def _duration(value: int) -> timedelta:
    first, before, step = next(row for row in reversed(_RANGES) if value >= row[0])
    return before + (value - first + 1) * step


_DURATIONS: Final = tuple(_duration(value) for value in range(256))


@dataclass(frozen=True, slots=True)
class Enhanced:
    """Seven octets: a functionality indicator, a validity of its own format, padding (9.2.3.12.3).

    Carried as sent; bit 8 of an indicator says that another one follows. `seconds()` and `clock()` make
    the two forms that only exist here.
    """

    octets: bytes

    @classmethod
    def seconds(cls, count: int, *, single_shot: bool = False) -> Enhanced:
        """Relative, 1..255 seconds (format 2). Raises PduError."""
        if not 1 <= count <= 255:
            raise PduError("TP-VP", f"{count} s is not in 1..255")
        return cls(bytes((0x40 * single_shot | 2, count, 0, 0, 0, 0, 0)))

    @classmethod
    def clock(cls, hours: int, minutes: int, seconds: int, *, single_shot: bool = False) -> Enhanced:
        """Relative, hours, minutes and seconds of two digits each (format 3). Raises PduError."""
        if not all(0 <= part <= 99 for part in (hours, minutes, seconds)):
            raise PduError("TP-VP", f"{hours}:{minutes}:{seconds} is not of two digits each")
        digits = semi_octets(f"{hours:02}{minutes:02}{seconds:02}")
        return cls(bytes((0x40 * single_shot | 3, *digits, 0, 0, 0)))

    @property
    def single_shot(self) -> bool:
        """The service centre tries once only."""
        return len(self.octets) > 0 and bool(self.octets[0] & 0x40)

    @property
    def duration(self) -> timedelta | None:
        """None where no validity is given: format 0, a reserved one, or not the digits it asks for."""
        last = next((i for i, indicator in enumerate(self.octets) if indicator < 0x80), len(self.octets))
        decoder = _FORMATS.get(self.octets[0] & 7) if self.octets else None
        return decoder(self.octets[last + 1 :]) if decoder else None


def _whole_octet(body: bytes) -> timedelta | None:
    return _DURATIONS[body[0]] if body else None


def _count_of_seconds(body: bytes) -> timedelta | None:
    return timedelta(seconds=body[0]) if body and body[0] else None


def _clock_digits(body: bytes) -> timedelta | None:
    digits = swapped(body[:3])
    if len(digits) < 6 or not digits.isdecimal():
        return None
    return timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:]))


_FORMATS: Final[dict[int, Callable[[bytes], timedelta | None]]] = {
    1: _whole_octet,
    2: _count_of_seconds,
    3: _clock_digits,
}

Validity = Relative | Timestamp | Enhanced | None
"""None: no TP-VP; Timestamp: absolute."""


def encode_validity(validity: Validity) -> tuple[int, bytes]:
    """TP-VPF (0..3) and TP-VP. Raises PduError."""
    match validity:
        case None:
            return 0, b""
        case Enhanced(octets):
            if len(octets) != 7:
                raise PduError("TP-VP", f"enhanced form is 7 octets, not {len(octets)}")
            return 1, octets
        case Relative(value):
            return 2, bytes((octet("TP-VP", value),))
        case Timestamp():
            return 3, encode_timestamp(validity, "TP-VP")


def decode_validity(vpf: int, data: bytes, at: int) -> tuple[Validity, int]:
    """The TP-VP of format `vpf` at `at` and the offset behind it. Raises PduError."""
    if vpf == 0:
        return None, at
    if vpf == 2:
        need(data, at, 1, "TP-VP")
        return Relative(data[at]), at + 1
    if vpf == 3:
        return decode_timestamp(data, at, "TP-VP")
    need(data, at, 7, "TP-VP")
    return Enhanced(data[at : at + 7]), at + 7
