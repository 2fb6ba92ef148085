"""Seven-octet time stamps: TP-SCTS, TP-DT, absolute TP-VP (3GPP TS 23.040 9.2.3.11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

from interop.smspdu.errors import PduError, need

_SWAPPED: Final = {
    value: 10 * (value & 0xF) + (value >> 4) for value in range(256) if value & 0xF < 10 and value >> 4 < 10
}
_OCTETS: Final = {number: value for value, number in _SWAPPED.items()}


@dataclass(frozen=True, slots=True)
class Timestamp:
    """Local time and its distance from UTC in quarter hours (-79..79).

    Kept as sent, so that a message with a nonsense time (service centres do send zeros) can still be
    read; `when` gives the datetime. The year is sent with two digits and read as 20yy.
    """

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    quarters: int = 0

    @classmethod
    def of(cls, when: datetime) -> Timestamp:
        """Of an aware datetime of the years 2000..2099 whose UTC offset is whole quarter hours below
        20 h; microseconds do not exist here. Raises PduError.
        """
        offset = when.utcoffset()
        if offset is None:
            raise PduError("time stamp", f"{when.isoformat()} has no UTC offset")
        quarters, rest = divmod(offset, timedelta(minutes=15))
        if rest or abs(quarters) > 79 or not 2000 <= when.year <= 2099:
            raise PduError("time stamp", f"{when.isoformat()} has no coding (20yy, quarter hours below 20 h)")
        return cls(when.year, when.month, when.day, when.hour, when.minute, when.second, quarters)

    @property
    def when(self) -> datetime:
        """Aware datetime. Raises PduError if there is no such day or time."""
        zone = timezone(timedelta(minutes=15 * self.quarters))
        try:
            return datetime(self.year, self.month, self.day, self.hour, self.minute, self.second, tzinfo=zone)
        except ValueError as error:
            raise PduError("time stamp", f"{self} is no time: {error}") from None

    def __str__(self) -> str:
        sign = "-" if self.quarters < 0 else "+"
        hours, quarters = divmod(abs(self.quarters), 4)
        return (
            f"{self.year:04}-{self.month:02}-{self.day:02}T{self.hour:02}:{self.minute:02}:{self.second:02}"
            f"{sign}{hours:02}:{15 * quarters:02}"
        )


def encode_timestamp(stamp: Timestamp, field: str) -> bytes:
    """Seven octets. Raises PduError if a part has more than two digits."""
    parts = (stamp.year - 2000, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second)
    try:
        octets = [_OCTETS[part] for part in (*parts, abs(stamp.quarters))]
        if octets[6] & 0x8:
            raise KeyError
    except KeyError:
        raise PduError(field, f"{stamp} has no coding (20yy, two digits each, 79 quarter hours)") from None
    if stamp.quarters < 0:
        octets[6] |= 0x8
    return bytes(octets)


def decode_timestamp(data: bytes, at: int, field: str) -> tuple[Timestamp, int]:
    """The time stamp at `at` and the offset behind it.

    The zone is BCD as the rest, its sign the fourth bit of the tens. Raises PduError on non-BCD.
    """
    need(data, at, 7, field)
    zone = data[at + 6]
    try:
        year, month, day, hour, minute, second = [_SWAPPED[value] for value in data[at : at + 6]]
        quarters = -_SWAPPED[zone & 0xF7] if zone & 0x8 else _SWAPPED[zone]
    except KeyError:
        raise PduError(field, f"{data[at : at + 7].hex().upper()} is not BCD", at) from None
    return Timestamp(2000 + year, month, day, hour, minute, second, quarters), at + 7
