"""Calls as the modem tells of them, piece by piece, made into legs with one history each. Pure: no I/O.

News come as URCs with or without an index, as rows of +CLCC and as final results. What a sign without an
index means ("NO CARRIER": which call?) is never guessed: it asks for a look at +CLCC, so the end of an old
call cannot end a new one, nor that of one leg of three another. Nor is what a command was to do to the calls
(+CHLD): its OK proves nothing, and only what is listed counts.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator

from drivers.at.answers import Clip
from drivers.at.legs import Explain, Leg, Look, News, Phase
from drivers.at.rows import by_index, claimant, conference, is_anothers
from interop.protocols.modem import CallEntry, CallStat
from interop.record.events import (
    Alerting,
    CallerId,
    Connected,
    EquipmentTrouble,
    Event,
    HungUp,
    Released,
    Ringing,
)

_ABSENT = 2
"""looks at +CLCC without a call, and no other sign, until it counts as ended: an answer may be lost"""
_DENIED = 2
"""lists that may be older than the word"""
LEAVES_WITHIN = 4
"""lists of calls in which one may still stand that we asked the network to end"""


class Calls:
    """The legs that are not over, oldest first."""

    def __init__(self) -> None:
        self.legs: list[Leg] = []
        self._closed: list[int] = []  # indices of calls that we ended: the modem may still tell of it
        self._hint: int | None = None
        self._told = False  # that some call has ended
        self._known = False  # which one, so that a word without an index may just say so once more

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
        leg = by_index(self.legs, index) or self._outgoing(index) or self._ringing()
        if leg is not None and index is not None:
            leg.confirmed = True
        yield from self._to(leg, Phase.ACTIVE)

    def answered(self, leg: Leg) -> Iterator[News]:
        leg.waiting = False
        yield from self._to(leg, Phase.ACTIVE)

    def row(self, entry: CallEntry) -> Iterator[News]:
        """One row as a URC, which says nothing of the other calls."""
        if self._displaced([entry]):
            yield Look()
        yield from self._row(entry, [leg.index for leg in self.legs if leg.index is not None])

    def _displaced(self, entries: Iterable[CallEntry]) -> list[Leg]:
        """Legs whose index is another call's now."""
        before = [(by_index(self.legs, entry.index), entry) for entry in entries]
        displaced = [leg for leg, entry in before if leg is not None and is_anothers(leg, entry)]
        for leg in displaced:
            leg.index = None
        return displaced

    def _row(self, entry: CallEntry, listed: Collection[int]) -> Generator[News, None, Leg | None]:
        """The leg that the row is about."""
        leg = claimant(self.legs, entry, listed)
        if leg is None and not entry.outgoing and entry.stat in (CallStat.INCOMING, CallStat.WAITING):
            leg = yield from self._rings(waiting=entry.stat is CallStat.WAITING)
        if leg is None:
            return None
        leg.index = entry.index
        leg.waiting = leg.waiting and entry.stat is CallStat.WAITING
        yield from self._stands(leg, entry.stat)
        return leg

    def _stands(self, leg: Leg, stat: CallStat) -> Iterator[News]:
        """What a row says of a leg."""
        leg.listed, leg.absent, leg.held = True, 0, stat is CallStat.HELD
        denied = leg.outgoing and leg.answered and stat in (CallStat.DIALLING, CallStat.ALERTING)
        leg.denied = leg.denied + 1 if denied else 0
        if leg.denied == _DENIED:
            yield EquipmentTrouble(f"a call was said to be connected and is listed as {stat.name.lower()}")
        if stat is CallStat.ALERTING:
            yield from self._to(leg, Phase.ALERTING)
        elif stat in (CallStat.ACTIVE, CallStat.HELD):
            leg.confirmed = True
            yield from self._to(leg, Phase.ACTIVE)

    def ended(self, index: int | None, cause: int | None) -> Iterator[News]:
        """A sign that a call is over; without a known index it only asks for a look."""
        leg = by_index(self.legs, index)
        if leg is not None:
            yield from self._gone(leg, cause)
            self._which_is_known()
        elif index is not None and index in self._closed:
            self._closed.remove(index)
        elif self.legs:
            self._hint, self._told = cause, True
            for one in self.legs:
                one.end_said = one.end_said or (one.placed and not self._known)
            yield Look()

    def listed(self, entries: list[CallEntry], *, whole: bool = True) -> Iterator[News]:
        """An answer to +CLCC: what is missing is over, unless a row of it could not be read."""
        present: list[Leg] = []
        some_listed = bool(entries)
        joined, parties = conference(self.legs, entries) or (None, [])
        if joined is not None:
            present += parties
            yield from self._merge(joined, parties)
            entries = [entry for entry in entries if entry is not joined]
        displaced = self._displaced(entries)
        for entry in entries:
            leg = yield from self._row(entry, [each.index for each in entries])
            if leg is not None:
                present.append(leg)
                leg.merged, leg.multiparty = False, entry.multiparty
                leg.shown = entry.number or leg.shown
        for leg in present:
            leg.leaving = max(0, leg.leaving - 1)
        if whole:
            missing = [leg for leg in self.legs if leg not in present]
            yield from self._missing(missing, displaced, some_listed)

    def _merge(self, row: CallEntry, parties: Iterable[Leg]) -> Iterator[News]:
        for leg in parties:
            leg.merged = leg.multiparty = True
            yield from self._stands(leg, row.stat)

    def _missing(self, legs: list[Leg], displaced: list[Leg], some_listed: bool) -> Iterator[News]:
        hint, self._hint = self._hint, None
        told, self._told = self._told or some_listed, False
        self._known = False
        for leg in legs:
            if not leg.placed:
                continue
            leg.absent += 1
            if leg in displaced or (leg.listed and told) or leg.absent >= _ABSENT:
                # BUSY and NO ANSWER are of calls that were never answered
                word = hint if leg.outgoing and leg.phase < Phase.ACTIVE else None
                yield from self._gone(leg, word, vague=word is not None)
                self._which_is_known()
            else:
                self._hint = hint
                yield Look()

    def _which_is_known(self) -> None:
        self._known = True
        for leg in self.legs:
            leg.end_said = False

    def risen(self, entries: list[CallEntry]) -> Iterator[Event]:
        """Calls of ours that were said to be over, and are listed."""
        known = {leg.index for leg in self.legs}
        unknown = any(leg.merged or (leg.outgoing and leg.index is None) for leg in self.legs)
        for entry in entries:
            if entry.outgoing and entry.index not in known and not unknown:
                yield EquipmentTrouble(f"call {entry.index} was said to be over and is listed")

    def leave(self, legs: Iterable[Leg]) -> None:
        """We ask for the end of these, and shall see whether it comes."""
        for leg in legs:
            leg.leaving = LEAVES_WITHIN

    def stay(self, legs: Iterable[Leg]) -> None:
        """It was refused."""
        for leg in legs:
            leg.leaving = 0

    def join(self) -> list[Leg]:
        """We ask to have them joined: those of which that is new."""
        new = [leg for leg in self.legs if leg.answered and not leg.joining]
        for leg in new:
            leg.joining = True
        return new

    def hung_up(self, leg: Leg) -> None:
        """We ended it."""
        self._known = True
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
        if leg.leaving:
            self.hung_up(leg)
            yield HungUp()
            return
        leg.phase = Phase.ENDING
        self._drop(leg)
        yield Explain(leg, cause, vague)

    def _drop(self, leg: Leg) -> None:
        if leg in self.legs:
            self.legs.remove(leg)

    def _new(self) -> Leg | None:
        return next((leg for leg in self.legs if leg.outgoing and leg.index is None), None)

    def _outgoing(self, index: int | None) -> Leg | None:
        if index is None:
            unanswered = [leg for leg in self.legs if leg.outgoing and leg.phase < Phase.ACTIVE]
            return unanswered[0] if len(unanswered) == 1 else None
        leg = by_index(self.legs, index)
        if leg is None:
            leg = self._new()
            if leg is not None:
                leg.index = index
        return leg

    def _ringing(self, *, waiting: bool = False) -> Leg | None:
        legs = (leg for leg in self.legs if not leg.outgoing and leg.phase is Phase.STARTED)
        return next((leg for leg in legs if leg.waiting == waiting), None)
