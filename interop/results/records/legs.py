"""A phone's events made into calls: when each began and ended, as surely as its modem tells. Pure.

An event does not say which of several calls it is about. Where only one can be meant, that is it; else a call
ended somewhere between the first and the last end that may have been its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from interop.record.events import (
    Answered,
    CallSteered,
    Connected,
    Dialled,
    EquipmentTrouble,
    Event,
    HungUp,
    LinkGivenUp,
    LinkLost,
    ModemReset,
    Observed,
    Released,
    Ringing,
)

CONNECTED_WITHIN_S: Final = 1.0
"""A modem without URCs is asked twice a second what became of a call that is not answered yet."""
HUNG_UP_WITHIN_S: Final = 2.0
"""The network ends the call when the command comes; that is told when the modem has answered it."""
RELEASED_WITHIN_S: Final = 3.0
"""A call that is up is looked at every two seconds, and then the modem is asked why it ended."""
_TRANSFER: Final = "4"
"""+CHLD (27.007 7.13): the other two go on without us, and we pay"""


@dataclass(frozen=True, slots=True)
class Span:
    """Something happened between `low` and `high`, in seconds."""

    low: float
    high: float

    def apart(self, other: Span) -> float:
        """Seconds between them; 0 where they meet."""
        return max(0.0, self.low - other.high, other.low - self.high)

    def meets(self, other: Span) -> Span:
        """What both say; of two that contradict each other, all that either says."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low <= high:
            return Span(low, high)
        return Span(min(self.low, other.low), max(self.high, other.high))


@dataclass(slots=True, eq=False)
class Leg:
    """One call at one phone; times in seconds since the run's start. `number`: as dialled, "" of a call that
    came; `answer_sent`: when this phone took it; `ended`: None where nobody told.
    """

    party: str
    attempt: str | None
    began: float
    outgoing: bool
    number: str = ""
    answer_sent: float | None = None
    connected: float | None = None
    ended: Span | None = None
    doubt: str = ""

    @property
    def started(self) -> Span | None:
        """When it was answered, as this phone tells; None for a call that was not."""
        if self.connected is None:
            return None
        earliest = max(self.began, self.connected - CONNECTED_WITHIN_S, self.answer_sent or 0.0)
        return Span(min(earliest, self.connected), self.connected)


def legs_of(observed: Iterable[Observed]) -> list[Leg]:
    """Every call of every party, in the order in which they began."""
    phones: dict[str, _Phone] = {}
    for one in observed:
        if isinstance(one.event, _HEARD):
            phone = phones.get(one.party)
            if phone is None:
                phone = phones[one.party] = _Phone(one.party)
            phone.hears(one.at, one.event, one.attempt)
    for phone in phones.values():
        phone.lose("nobody told how it ended")
    return sorted((leg for phone in phones.values() for leg in phone.legs), key=lambda leg: leg.began)


class _Phone:
    """`_open`: what may still be up; of these `_gone` have ended, and nobody knows which."""

    def __init__(self, party: str) -> None:
        self.legs: list[Leg] = []
        self._party = party
        self._open: list[Leg] = []
        self._gone = 0

    def hears(self, at: float, event: Event, attempt: str | None) -> None:
        match event:
            case Dialled():
                self._dials(Leg(self._party, attempt, at, outgoing=True, number=event.number))
            case Ringing():
                self._begin(Leg(self._party, attempt, at, outgoing=False))
            case Answered():
                self._takes(at, attempt)
            case Connected():
                self._connects(at)
            case HungUp():
                self._ends(at, HUNG_UP_WITHIN_S)
            case Released():
                self._ends(at, RELEASED_WITHIN_S)
            case CallSteered() if event.action == _TRANSFER:
                self._suspect("it was handed to another, and lasts without us")
            case EquipmentTrouble():
                self._suspect(event.what)
            case LinkLost() | LinkGivenUp():
                self.lose(f"the modem was lost: {event.why}")
            case ModemReset():
                self.lose(f"the modem began anew: {event.sign}")

    def lose(self, why: str) -> None:
        """Whatever is up is out of sight."""
        self._suspect(why)
        self._open.clear()
        self._gone = 0

    def _dials(self, leg: Leg) -> None:
        # a phone sets up one call at a time, and no call of a case outlives it
        stale = [
            other
            for other in self._open
            if (other.outgoing and other.connected is None) or other.attempt != leg.attempt
        ]
        if stale and self._gone:
            self._suspect("nobody told which of several calls ended")
            self._gone = 0
        for other in stale:
            self._suspect_one(other, "nobody told what became of it")
            self._open.remove(other)
        self._begin(leg)

    def _begin(self, leg: Leg) -> None:
        self.legs.append(leg)
        self._open.append(leg)

    def _takes(self, at: float, attempt: str | None) -> None:
        ringing = [leg for leg in self._open if not leg.outgoing and leg.answer_sent is None]
        if not ringing:  # its RING was lost
            self._begin(Leg(self._party, attempt, at, outgoing=False))
            ringing = self._open
        ringing[-1].answer_sent = at

    def _connects(self, at: float) -> None:
        waiting = [leg for leg in self._open if leg.connected is None and (leg.outgoing or leg.answer_sent)]
        if len(waiting) > 1:
            for leg in waiting:
                self._suspect_one(leg, "several calls were to be answered at once")
        if waiting:
            waiting[-1].connected = at
            waiting[-1].ended = None  # no earlier end was this one's

    def _ends(self, at: float, within: float) -> None:
        self._gone += 1
        for leg in self._open:
            low = max(leg.began, at - within) if leg.ended is None else leg.ended.low
            leg.ended = Span(low, at)
        if self._gone >= len(self._open):
            self._open.clear()
            self._gone = 0

    def _suspect(self, why: str) -> None:
        for leg in self._open:
            self._suspect_one(leg, why)

    @staticmethod
    def _suspect_one(leg: Leg, why: str) -> None:
        leg.doubt = leg.doubt or why


_HEARD = (
    Dialled, Ringing, Answered, Connected, HungUp, Released, CallSteered, EquipmentTrouble,
    LinkLost, LinkGivenUp, ModemReset,
)  # fmt: skip
