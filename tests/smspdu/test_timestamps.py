"""3GPP TS 23.040 9.2.3.11. Vectors: python-gsmmodem test/test_pdu.py (`TestTimestamp`)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from interop.smspdu import PduError, Timestamp
from interop.smspdu.timestamps import decode_timestamp, encode_timestamp


def at_hours(hours: float, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone(timedelta(hours=hours)))  # type: ignore[arg-type,misc]


VECTORS = [
    (at_hours(0, 2015, 11, 27), "51117200000000"),
    (at_hours(2, 2015, 11, 27), "51117200000080"),
    (at_hours(8, 2007, 4, 12, 23, 25, 42), "70402132522423"),
    (at_hours(-8, 2007, 4, 12, 23, 25, 42), "7040213252242B"),
    # PyPI smspdu read the zone as hex: -12 h became -18 h, -5 h became -8 h
    (at_hours(-12, 2026, 1, 2, 3, 4, 5), "6210203040508C"),
    (at_hours(-5, 2026, 1, 2, 3, 4, 5), "6210203040500A"),
    (at_hours(-3.5, 2026, 1, 2, 3, 4, 5), "62102030405049"),
    (at_hours(5.75, 2026, 1, 2, 3, 4, 5), "62102030405032"),
    (at_hours(19.75, 2026, 1, 2, 3, 4, 5), "62102030405097"),  # 79 quarters: the most that BCD and sign hold
    (at_hours(-19.75, 2026, 1, 2, 3, 4, 5), "6210203040509F"),
]


@pytest.mark.parametrize(("when", "octets"), VECTORS)
def test_timestamp(when: datetime, octets: str) -> None:
    assert encode_timestamp(Timestamp.of(when), "TP-SCTS").hex().upper() == octets
    stamp, end = decode_timestamp(b"\xff" + bytes.fromhex(octets), 1, "TP-SCTS")
    assert end == 8
    assert (stamp.when, stamp.when.utcoffset()) == (when, when.utcoffset())
    assert str(stamp) == when.isoformat()


def test_zone_of_python_gsmmodem() -> None:
    """ "B2" is -8 h there with its digits swapped: 23, and the sign."""
    assert decode_timestamp(bytes.fromhex("5111720000002B"), 0, "TP-SCTS")[0].quarters == -32


def test_a_time_that_is_none_can_be_carried() -> None:
    stamp, _ = decode_timestamp(bytes(7), 0, "TP-DT")
    assert encode_timestamp(stamp, "TP-DT") == bytes(7)
    with pytest.raises(PduError):
        _ = stamp.when


@pytest.mark.parametrize(
    "when",
    [
        datetime(2026, 1, 1),  # noqa: DTZ001 - that it is refused is the test
        datetime(1999, 12, 31, tzinfo=UTC),
        datetime(2100, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(minutes=10))),
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=20))),
    ],
)
def test_no_coding(when: datetime) -> None:
    with pytest.raises(PduError):
        Timestamp.of(when)


@pytest.mark.parametrize(
    "stamp",
    [Timestamp(1999, 1, 1, 0, 0, 0), Timestamp(2000, 100, 1, 0, 0, 0), Timestamp(2000, 1, 1, 0, 0, 0, 80)],
)
def test_too_many_digits(stamp: Timestamp) -> None:
    with pytest.raises(PduError):
        encode_timestamp(stamp, "TP-SCTS")


@pytest.mark.parametrize("octets", ["A1117200000000", "511A7200000000", "511172000000F0", "511172000000", ""])
def test_bad_octets(octets: str) -> None:
    with pytest.raises(PduError) as caught:
        decode_timestamp(bytes.fromhex(octets), 0, "TP-SCTS")
    assert caught.value.offset == 0
