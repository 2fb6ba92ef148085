"""Calls as the modem tells of them, piece by piece, made into legs with one history each. Pure: no I/O.

News come as URCs with or without an index, as rows of +CLCC and as final results. What a sign without an
index means ("NO CARRIER": which call?) is never guessed: it asks for a look at +CLCC, so the end of an old
call cannot end a new one.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from enum import IntEnum

from drivers.at.answers import Clip
from interop.protocols.modem import CallEntry, CallStat
from interop.record.events import (
    Alerting,
    CallerId,
    Connected,
    EquipmentTrouble,
    Event,
    Released,
    Ringing,
)

_NATIONAL = 11
"""digits of a mobile number, whatever stands before them"""
_ABSENT = 2
"""looks at +CLCC without a call, and no other sign, until it counts as ended: an answer may be lost"""
_DENIED = 2
"""lists that may be older than the word"""


class Phase(IntEnum):
    """Only ever grows."""

    STARTED = 0
    """dialling, or ringing here"""
    ALERTING = 1
    ACTIVE = 2
    ENDING = 3
    """gone, its cause not yet asked"""
    ENDED = 4


@dataclass(slots=True, eq=False)
class Leg:
    """One call at this modem. `index`: <id> of +CLCC once known; `placed`: the modem has taken the ATD."""

    outgoing: bool
    number: str = ""
    phase: Phase = Phase.STARTED
    index: int | None = None
    placed: bool = False
    listed: bool = False
    absent: int = 0
    rings: int = 0
    clip: Clip | None = None
    waiting: bool = False
    """it came while another call was up (27.007 7.12) and rings only in the other's ear"""
    answered: bool = False
    offered: bool = False
    closing: bool = False
    """we are ending it: signs of its end are our own doing"""
    denied: int = 0
    """it was said to be answered, and so many lists of calls in a row say that it is not"""
    confirmed: bool = False
    """that it is answered was said of this very call, not by a bare CONNECT"""
    end_said: bool = False
    """a word said that some call is over, while this one was up"""
    cut: str = ""
    """why nobody can know any more what becomes of it: the link was lost"""
    cause: int | None = None
    text: str = ""

    @property
    def live(self) -> bool:
        return self.phase < Phase.ENDING


@dataclass(slots=True)
class Look:
    """+CLCC has to be asked what is left."""


@dataclass(slots=True)
class Explain:
    """The leg is gone and +CEER may know why; `cause` is what the sign itself said.

    `vague`: the sign was a word without an index (BUSY), which need not have been about this call.
    """

    leg: Leg
    cause: int | None = None
    vague: bool = False


News = Event | Look | Explain


class Calls:
    """The legs that are not over, oldest first."""

    def __init__(self) -> None:
        self.legs: list[Leg] = []
        self._closed: list[int] = []  # indices of calls that we ended: the modem may still tell of it
        self._hint: int | None = None
        self._told = False  # that some call has ended

    def dialled(self, number: str) -> Leg:
        leg = Leg(outgoing=True, number=number)
        self.legs.append(leg)
        return leg

    def forget(self, leg: Leg) -> None:
        """The call was never placed, or nobody knows."""
        leg.phase = Phase.ENDED
        self._drop(leg)

    def cut(self, why: str) -> None:
        """The link is lost: every leg is out of our hands, and none of them is said to have ended."""
        for leg in tuple(self.legs):
            leg.cut = why
            self.forget(leg)
        self._closed.clear()
        self._hint = None

    def ring(self) -> Iterator[News]:
        leg = self._ringing()
        if leg is None and not any(leg.live and not leg.waiting for leg in self.legs):
            leg = self._ringing(waiting=True)  # nothing is left that it waits for
            if leg is not None:
                leg.waiting = False
        if leg is None:
            leg = yield from self._rings(waiting=False)
        leg.rings += 1

    def caller_id(self, clip: Clip) -> Iterator[News]:
        leg = self._ringing()
        if leg is not None and leg.clip is not None and leg.clip.number != clip.number:
            yield from self._gone(leg, None)  # gave up, unseen: this is the next caller
        if self._ringing() is None:
            yield from self.ring()
        leg = self._ringing()
        if leg is not None and leg.clip is None:
            yield self._shown(leg, clip)

    def waits(self, clip: Clip) -> Iterator[News]:
        """+CCWA: another caller while a call is up; some modems say it again and again."""
        leg = self._ringing(waiting=True)
        if leg is None or (leg.clip is not None and leg.clip.number != clip.number):
            leg = yield from self._rings(waiting=True)
        if leg.clip is None:
            yield self._shown(leg, clip)

    def _rings(self, *, waiting: bool) -> Generator[News, None, Leg]:
        leg = Leg(outgoing=False, placed=True, waiting=waiting)
        self.legs.append(leg)
        yield Ringing(waiting)
        return leg

    def _shown(self, leg: Leg, clip: Clip) -> News:
        leg.clip = clip
        leg.number = clip.number
        return CallerId(clip.number, clip.toa, clip.validity)

    def started(self, index: int) -> None:
        leg = self._new()
        if leg is not None:
            leg.index = index

    def alerting(self, index: int | None) -> Iterator[News]:
        yield from self._to(self._outgoing(index), Phase.ALERTING)

    def connected(self, index: int | None) -> Iterator[News]:
        leg = self._by_index(index) or self._outgoing(index) or self._ringing()
        if leg is not None and index is not None:
            leg.confirmed = True
        yield from self._to(leg, Phase.ACTIVE)

    def answered(self, leg: Leg) -> Iterator[News]:
        leg.waiting = False
        yield from self._to(leg, Phase.ACTIVE)

    def row(self, entry: CallEntry) -> Iterator[News]:
        """One row, of an answer or as a URC."""
        leg = self._by_index(entry.index)
        if leg is not None and leg.outgoing and entry.outgoing and _differ(leg.number, entry.number):
            yield from self._gone(leg, None)  # unnoticed: its index is another call's now
            leg = None
        if leg is None or leg.outgoing != entry.outgoing:
            waiting = entry.stat is CallStat.WAITING
            leg = self._new() if entry.outgoing else self._unindexed_incoming(waiting)
            if leg is None and entry.stat in (CallStat.INCOMING, CallStat.WAITING):
                leg = yield from self._rings(waiting=waiting)
        if leg is None:
            return
        leg.index, leg.listed, leg.absent = entry.index, True, 0
        leg.waiting = leg.waiting and entry.stat is CallStat.WAITING
        denied = leg.outgoing and leg.answered and entry.stat in (CallStat.DIALLING, CallStat.ALERTING)
        leg.denied = leg.denied + 1 if denied else 0
        if leg.denied == _DENIED:
            stat = entry.stat.name.lower()
            yield EquipmentTrouble(f"a call was said to be connected and is listed as {stat}")
        if entry.stat is CallStat.ALERTING:
            yield from self._to(leg, Phase.ALERTING)
        elif entry.stat in (CallStat.ACTIVE, CallStat.HELD):
            leg.confirmed = True
            yield from self._to(leg, Phase.ACTIVE)

    def ended(self, index: int | None, cause: int | None) -> Iterator[News]:
        """A sign that a call is over; without a known index it only asks for a look."""
        leg = self._by_index(index)
        if leg is not None:
            yield from self._gone(leg, cause)
        elif index is not None and index in self._closed:
            self._closed.remove(index)
        elif self.legs:
            self._hint, self._told = cause, True
            for one in self.legs:
                one.end_said = one.placed
            yield Look()

    def listed(self, entries: list[CallEntry], *, whole: bool = True) -> Iterator[News]:
        """An answer to +CLCC: what is missing is over, unless a row of it could not be read."""
        for entry in entries:
            yield from self.row(entry)
        if not whole:
            return
        present = {entry.index for entry in entries}
        hint, self._hint = self._hint, None
        told, self._told = self._told or bool(entries), False
        for leg in tuple(self.legs):
            if not leg.placed or leg.index in present:
                continue
            leg.absent += 1
            if (leg.listed and told) or leg.absent >= _ABSENT:
                # BUSY and NO ANSWER are of calls that were never answered
                word = hint if leg.outgoing and leg.phase < Phase.ACTIVE else None
                yield from self._gone(leg, word, vague=word is not None)
            else:
                self._hint = hint
                yield Look()

    def risen(self, entries: list[CallEntry]) -> Iterator[Event]:
        """Calls of ours that were said to be over, and are listed."""
        known = {leg.index for leg in self.legs}
        unknown = any(leg.outgoing and leg.index is None for leg in self.legs)
        for entry in entries:
            if entry.outgoing and entry.index not in known and not unknown:
                yield EquipmentTrouble(f"call {entry.index} was said to be over and is listed")

    def hung_up(self, leg: Leg) -> None:
        """We ended it."""
        if leg.index is not None:
            self._closed.append(leg.index)
            del self._closed[:-8]
        leg.text = leg.text or "hung up here"
        leg.phase = Phase.ENDED
        self._drop(leg)

    def explained(self, leg: Leg, cause: int | None, text: str) -> Iterator[News]:
        """What +CEER said."""
        if leg.phase is Phase.ENDING:
            leg.cause, leg.text, leg.phase = cause, text, Phase.ENDED
            yield Released(cause, text)

    def _to(self, leg: Leg | None, phase: Phase) -> Iterator[News]:
        if leg is not None and leg.phase < phase:
            leg.phase = phase
            leg.answered = phase is Phase.ACTIVE
            yield Connected() if leg.answered else Alerting()

    def _gone(self, leg: Leg, cause: int | None, *, vague: bool = False) -> Iterator[News]:
        if leg.closing:
            return
        leg.phase = Phase.ENDING
        self._drop(leg)
        yield Explain(leg, cause, vague)

    def _drop(self, leg: Leg) -> None:
        if leg in self.legs:
            self.legs.remove(leg)

    def _by_index(self, index: int | None) -> Leg | None:
        return next((leg for leg in self.legs if index is not None and leg.index == index), None)

    def _new(self) -> Leg | None:
        return next((leg for leg in self.legs if leg.outgoing and leg.index is None), None)

    def _outgoing(self, index: int | None) -> Leg | None:
        if index is None:
            unanswered = [leg for leg in self.legs if leg.outgoing and leg.phase < Phase.ACTIVE]
            return unanswered[0] if len(unanswered) == 1 else None
        leg = self._by_index(index)
        if leg is None:
            leg = self._new()
            if leg is not None:
                leg.index = index
        return leg

    def _ringing(self, *, waiting: bool = False) -> Leg | None:
        legs = (leg for leg in self.legs if not leg.outgoing and leg.phase is Phase.STARTED)
        return next((leg for leg in legs if leg.waiting == waiting), None)

    def _unindexed_incoming(self, waiting: bool) -> Leg | None:
        """Also one that was answered before any row named it, or that waits no more: its row is not another
        call's.
        """
        legs = [leg for leg in self.legs if not leg.outgoing and leg.index is None]
        exact = next((leg for leg in legs if leg.waiting == waiting), None)
        return exact or (None if waiting else next(iter(legs), None))


def _differ(one: str, other: str) -> bool:
    """Two numbers of which neither can be the other in another form."""
    if not (one and other):
        return False
    return not (one.endswith(other[-_NATIONAL:]) or other.endswith(one[-_NATIONAL:]))
