"""Who hears whom, over any tangle of calls, against every path walked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.emulated.air import ACTIVE, HELD, Leg
from drivers.emulated.media import hearers

END = st.tuples(st.integers(0, 4), st.sampled_from([ACTIVE, ACTIVE, ACTIVE, HELD]), st.booleans())


class Tangle:
    def __init__(self, calls: list[Any]) -> None:
        self.handsets: list[Any] = [SimpleNamespace(imsi=str(number)) for number in range(5)]
        self.legs: list[Leg] = []
        for ends in calls:
            one, other = (
                Leg(False, "", 129, state, self.handsets[who], multiparty=joined)
                for who, state, joined in ends
            )
            one.far, other.far = other, one
            self.legs += [one, other]

    def of(self, handset: Any) -> list[Leg]:
        return [leg for leg in self.legs if leg.terminal is handset]

    def heard(self, speaker: int) -> list[int]:
        legs = hearers(self.handsets[speaker], self.of)
        assert all(leg in self.legs for leg in legs)
        return [int(leg.terminal.imsi) for leg in legs]

    def walked(self, here: Any, into: Leg | None, used: tuple[Leg, ...]) -> Iterator[int]:
        """Every handset at the end of a walk that uses no call twice."""
        if into is not None:
            yield int(here.imsi)
        for leg in self.of(here):
            far = leg.far
            assert far is not None
            bridged = into is None or (into.multiparty and leg.multiparty)
            if bridged and leg not in used and leg.state == far.state == ACTIVE:
                yield from self.walked(far.terminal, far, (*used, leg, far))


@given(st.lists(st.tuples(END, END), max_size=7))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_hearing_is_what_every_path_gives(calls: list[Any]) -> None:
    tangle = Tangle(calls)
    for speaker in range(5):
        heard = tangle.heard(speaker)
        assert len(heard) == len(set(heard)) and speaker not in heard, "each once, and himself never"
        assert set(heard) == {*tangle.walked(tangle.handsets[speaker], None, ())} - {speaker}


def test_a_ring_of_conferences_has_no_echo() -> None:
    """Each of three has the two others in a conference of his own."""
    ring = Tangle([((a, ACTIVE, True), ((a + 1) % 3, ACTIVE, True)) for a in range(3)])
    assert [sorted(ring.heard(speaker)) for speaker in range(5)] == [[1, 2], [0, 2], [0, 1], [], []]
