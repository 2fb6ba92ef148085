"""What a party does with its calls: +CHLD (3GPP TS 27.007 7.13, 22.083 hold, 22.084 multiparty, 22.091 ECT).

An OK says that the modem took the order. Whether calls were held, joined or released is only in +CLCC, which
is looked at soon after each order; the answer itself changes nothing that is known of a call.
"""

from __future__ import annotations

import re

from drivers.at.channel import Channel
from drivers.at.exchange import Command
from drivers.at.legs import Leg, Look
from drivers.at.watching import INDEX_WITHIN_S, Watch
from interop.protocols.errors import CommandRefused, NotAvailable
from interop.protocols.link import Journal
from interop.protocols.modem import Steered, Steering
from interop.protocols.stream import EventStream
from interop.record.events import CallSteered, SteeringDone, SteeringRefused

DEADLINE_S = 30.0
"""24.083 and 24.084 let the network take up to some ten seconds each to hold, retrieve and build an MPTY"""
_WORDS = {
    Steering.RELEASE_HELD: "release what is held or waits",
    Steering.RELEASE_ACTIVE: "release what is active, take the other",
    Steering.RELEASE_ONE: "release one call",
    Steering.SWAP: "hold or swap",
    Steering.PRIVATE: "talk to one alone",
    Steering.JOIN: "join",
    Steering.TRANSFER: "transfer",
}
_OF_ONE = (Steering.RELEASE_ONE, Steering.PRIVATE)
_RELEASES = (Steering.RELEASE_HELD, Steering.RELEASE_ACTIVE, Steering.RELEASE_ONE, Steering.TRANSFER)
_TOKEN = re.compile(r"([0-4])(x|<\w+>|[1-7])?(?:-([0-4])[1-7]?)?")


class Chld:
    """Orders, one at a time with dialling and releasing (`Watch.control`); none is ever repeated."""

    def __init__(self, channel: Channel, journal: Journal, events: EventStream, watch: Watch) -> None:
        self._channel = channel
        self._journal = journal
        self._events = events
        self._watch = watch

    async def supported(self) -> frozenset[Steering]:
        """What +CHLD=? lists; empty where the modem does not answer it."""
        asked = Command(text="AT+CHLD=?", expect=("+CHLD:",), again=True)
        try:
            answer = await self._channel.run(asked)
        except CommandRefused as refused:
            self._journal.note(str(refused))
            return frozenset()
        return listed(",".join(line.removeprefix("+CHLD:") for line in answer.lines))

    async def perform(self, what: Steering, leg: Leg | None = None) -> Steered:
        """Raises EquipmentError, but CommandRefused: that is `Steered`.

        Nothing is sent, and that is `Steered` too, for a call that is over or that the modem does not list
        as one of its own (`rows.conference`).
        """
        if (leg is not None) != (what in _OF_ONE):
            raise ValueError(f"{what.name} is {'of one call' if what in _OF_ONE else 'not of one call'}")
        if leg is not None:
            self._watch.sure_of(leg)
        async with self._watch.control:
            if self._watch.pending is not None:
                raise NotAvailable(self._channel.device, "ATD is not answered, and any command would end it")
            if what not in (Steering.SWAP, Steering.JOIN):
                await self._watch.glance()  # which index a call has and what is on hold, as of now
            if leg is None:
                action = what.value
            elif why := await self._unnamed(leg):
                return Steered(False, text=why)
            else:
                action = what.value.replace("x", str(leg.index))
            refused = await self._order(what, action, self._leaving(what, leg))
            return Steered(True) if refused is None else await self._refused(refused)

    async def hold(self) -> None:
        """Hold what is active, before dialling; with `Watch.control` held. Raises CommandRefused."""
        refused = await self._order(Steering.SWAP, Steering.SWAP.value, [])
        if refused is not None:
            await self._refused(refused)
            raise refused

    async def _unnamed(self, leg: Leg) -> str:
        """Why a call cannot be told to the modem by its index, "" if it can."""
        await self._watch.until(lambda: leg.index is not None or not leg.live, INDEX_WITHIN_S)
        if not leg.live:
            return "the call is over"
        if leg.merged:
            return "the modem lists the conference as one call, this party of it has no index"
        return "" if leg.index is not None else "the modem does not say which index the call has"

    def _leaving(self, what: Steering, leg: Leg | None) -> list[Leg]:
        legs = self._watch.calls.legs
        match what:
            case Steering.RELEASE_ONE if leg is not None:
                return [leg]
            case Steering.RELEASE_HELD:
                return [each for each in legs if each.waiting] or [each for each in legs if each.held]
            case Steering.RELEASE_ACTIVE:
                return [each for each in legs if (each.outgoing or each.answered) and not each.held]
            case Steering.TRANSFER:
                return [each for each in legs if each.outgoing or each.answered]
        return []

    async def _order(self, what: Steering, action: str, leaving: list[Leg]) -> CommandRefused | None:
        # NO CARRIER may be the answer to a release; to anything else it is news of one of the calls
        releases = what in _RELEASES
        command = Command(text=f"AT+CHLD={action}", dials=releases, deadline=DEADLINE_S, retry_busy=False)
        self._events.append(CallSteered(action, _WORDS[what]))
        calls = self._watch.calls
        calls.leave(leaving)
        joining = calls.join() if what is Steering.JOIN else []
        try:
            await self._channel.run(command)
        except CommandRefused as refused:
            if not releases or refused.final != "NO CARRIER":
                calls.stay(leaving)
                for leg in joining:
                    leg.joining = False
                return refused
        finally:
            self._watch.take((Look(),))
        self._events.append(SteeringDone())
        return None

    async def _refused(self, refused: CommandRefused) -> Steered:
        steered = await self._watch.causes.refusal(refused)
        self._events.append(SteeringRefused(steered.code, steered.cause, steered.text))
        return steered


def listed(text: str) -> frozenset[Steering]:
    """The values of +CHLD=? in whatever form: `(0,1,1x,2,2x,3,4)`, `0,1,2,3`, `(0-4,11-17,21-27)` (Wavecom),
    `("0","1","1<idx>")`.

    >>> sorted(listed("(0-3,11-17)"))
    [<Steering.RELEASE_HELD: '0'>, <Steering.RELEASE_ACTIVE: '1'>, <Steering.RELEASE_ONE: '1x'>, \
<Steering.SWAP: '2'>, <Steering.JOIN: '3'>]
    """
    found = set()
    for token in re.sub(r"[\s()\"]", "", text.lower()).split(","):
        if (match := _TOKEN.fullmatch(token)) is None:
            continue
        first, of_one, last = match.groups()
        for number in range(int(first), int(last or first) + 1):
            found.add(f"{number}x" if of_one else str(number))
    return frozenset(each for each in Steering if each.value in found)
