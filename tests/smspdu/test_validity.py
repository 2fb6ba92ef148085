"""3GPP TS 23.040 9.2.3.12; relative vectors from python-gsmmodem test/test_pdu.py."""

from __future__ import annotations

from datetime import timedelta

import pytest

from interop.smspdu import Address, Direction, Enhanced, PduError, Relative, Submit, decode


@pytest.mark.parametrize(
    ("value", "duration"),
    [
        (0, timedelta(minutes=5)),
        (5, timedelta(minutes=30)),
        (143, timedelta(hours=12)),
        (144, timedelta(hours=12, minutes=30)),
        (151, timedelta(hours=16)),
        (167, timedelta(hours=24)),
        (168, timedelta(days=2)),
        (169, timedelta(days=3)),
        (196, timedelta(days=30)),
        (197, timedelta(weeks=5)),
        (255, timedelta(weeks=63)),
    ],
)
def test_relative(value: int, duration: timedelta) -> None:
    assert Relative(value).duration == duration
    assert Relative.of(duration) == Relative(value)
    assert Relative.of(duration - timedelta(seconds=1)) == Relative(value)


def test_longer_than_relative() -> None:
    with pytest.raises(PduError):
        Relative.of(timedelta(weeks=63, seconds=1))


@pytest.mark.parametrize(
    ("octets", "duration", "single_shot"),
    [
        ("00000000000000", None, False),
        ("40000000000000", None, True),
        ("01A90000000000", timedelta(days=3), False),
        ("021E0000000000", timedelta(seconds=30), False),
        ("42FF0000000000", timedelta(seconds=255), True),
        ("02000000000000", None, False),  # 0 s is reserved
        ("03214365000000", timedelta(hours=12, minutes=34, seconds=56), False),
        ("0321436A000000", None, False),  # not BCD
        ("04111111111111", None, False),  # reserved formats
        ("07111111111111", None, False),
        ("82001E00000000", timedelta(seconds=30), False),  # an extension of the indicator in between
        ("82FFFFFFFFFFFF", None, False),
    ],
)
def test_enhanced(octets: str, duration: timedelta | None, single_shot: bool) -> None:
    validity = Enhanced(bytes.fromhex(octets))
    assert (validity.duration, validity.single_shot) == (duration, single_shot)
    submit = Submit.of_text(Address.parse("10086"), "x", validity=validity)
    assert submit.encode().hex().upper() == f"090005810180F60000{octets}0178"
    assert decode(submit.encode(), Direction.MS_TO_SC) == submit


def test_enhanced_made_here() -> None:
    assert Enhanced.seconds(30).octets.hex() == "021e0000000000"
    assert Enhanced.clock(12, 34, 56, single_shot=True).octets.hex() == "43214365000000"


@pytest.mark.parametrize(
    "make", [lambda: Enhanced.seconds(0), lambda: Enhanced.seconds(256), lambda: Enhanced.clock(1, 2, 100)]
)
def test_enhanced_out_of_range(make: object) -> None:
    assert callable(make)
    with pytest.raises(PduError):
        make()


@pytest.mark.parametrize("validity", [Enhanced(b"\x02\x01"), Relative(256), Relative(-1)])
def test_validity_that_cannot_be_sent(validity: Enhanced | Relative) -> None:
    with pytest.raises(PduError):
        Submit.of_text(Address.parse("10086"), "x", validity=validity).encode()
