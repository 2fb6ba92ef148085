"""Which row is which leg's, where the index alone does not say it."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.at.legs import Leg, Phase
from drivers.at.rows import claimant, conference
from interop.protocols.modem import CallEntry, CallStat

B, C = "13022100000", "13900001234"
FOCUS = "+862100000000"


def party(index: int | None, number: str, **further: Any) -> Leg:
    """As it is once the two were ordered to be joined."""
    ready: dict[str, Any] = {"shown": number, "answered": True, "joining": True, "phase": Phase.ACTIVE}
    return Leg(True, number, index=index, placed=True, listed=True, **(ready | further))


def row(index: int, number: str = "", *, joined: bool = True, outgoing: bool = True) -> CallEntry:
    return CallEntry(index, outgoing, CallStat.ACTIVE, joined, number)


@pytest.mark.parametrize("number", ["", FOCUS, "sip:mmtel@conf-factory.ims.mnc001.mcc460.3gppnetwork.org"])
@pytest.mark.parametrize("index", [1, 2, 3])
def test_the_one_row_of_a_conference(index: int, number: str) -> None:
    legs = [party(1, B), party(2, C)]
    assert conference(legs, [row(index, number)]) == (row(index, number), legs)


def test_it_stays_so_and_takes_in_who_is_joined_later() -> None:
    legs = [party(1, B, merged=True, shown=""), party(2, C, merged=True, shown=""), party(4, "10010")]
    assert conference(legs, [row(1)]) == (row(1), legs)
    legs[2].joining = False
    assert conference(legs, [row(1)]) == (row(1), legs[:2])
    apart = row(4, "10010", joined=False)
    legs[2].joining = True
    assert conference(legs, [row(1), apart]) == (row(1), legs[:2])


@pytest.mark.parametrize(
    ("legs", "rows"),
    [
        ([party(1, B), party(2, C)], [row(1, B), row(2, C)]),  # as 27.007 has it
        ([party(1, B), party(2, C)], [row(1), row(2)]),  # without numbers
        ([party(1, B), party(2, C), party(3, "10010")], [row(3), row(4)]),  # two rows, none of them for all
        ([party(1, B), party(2, C)], [row(2, C)]),  # B has left, and the flag stays on what is left of it
        ([party(1, B), party(2, C)], [row(2, "+86" + C)]),
        ([party(1, B, shown=""), party(2, C, shown="")], [row(2)]),  # the same from one that shows no numbers
        ([party(1, B), party(2, C, joining=False)], [row(1)]),  # it was never joined
        ([party(1, B, leaving=3), party(2, C)], [row(2)]),  # it is leaving at our wish
        ([party(1, B)], [row(1)]),  # we were invited to another's
        ([party(1, B), party(2, C)], [row(1, joined=False)]),
        ([party(1, B), party(2, C)], []),
    ],
)
def test_what_is_none(legs: list[Leg], rows: list[CallEntry]) -> None:
    assert conference(legs, rows) is None


def test_a_second_call_to_the_same_number_is_another_call() -> None:
    first = party(1, B)
    assert claimant([first], row(2, B), listed=[1, 2]) is None
    assert claimant([first], row(2, B), listed=[2]) is first  # it has moved
    second = party(None, B)
    assert claimant([first, second], row(2, B), listed=[1, 2]) is second


def test_a_caller_may_look_different_to_clip_and_clcc() -> None:
    """+CLIP may show a name's number or none at all; only what the lists show counts against a row."""
    caller = Leg(False, "02161230000", index=None, placed=True)
    assert claimant([caller], row(1, C, outgoing=False), listed=[1]) is caller
    caller.index, caller.shown = 1, C
    assert claimant([caller], row(1, B, outgoing=False), listed=[1]) is None
    assert claimant([caller], row(1, B, outgoing=True), listed=[1]) is None
