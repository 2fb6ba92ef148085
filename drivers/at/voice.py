"""Calls of one modem set up and released: dialling, waiting, answering, hanging up."""

from __future__ import annotations

import asyncio

from drivers.at import answers
from drivers.at.channel import Channel
from drivers.at.exchange import Answer, Command
from drivers.at.legs import Leg, Look, Phase
from drivers.at.steering import Chld
from drivers.at.watching import INDEX_WITHIN_S, Watch
from interop.protocols.equipment import Spend
from interop.protocols.errors import CommandRefused, DeviceLost, NotAvailable
from interop.protocols.link import Journal
from interop.protocols.modem import CallEntry, CallOutcome, Offer, Progress
from interop.protocols.stream import EventStream
from interop.record.events import Answered, Dialled, EquipmentTrouble, HungUp

CALLER_ID_WITHIN_S = 8.0
"""+CLIP follows the first or second +CRING; two cadences of 3GPP ring tone are 8 to 10 s"""
_CALL_FINALS = ("NO CARRIER", "BUSY", "NO ANSWER")
"""NO DIALTONE is none: there was no network to dial in, and +CEER would tell of an older call"""
_HINTS = {"BUSY": 17, "NO ANSWER": 19}
REFUSED_WITHIN_S = 2.0
"""a modem that answers ATD only when the far end does refuses what it cannot dial at once"""


class Voice:
    """Satisfies the calling part of `protocols.Modem`, but for what is done to calls that are up."""

    def __init__(
        self, channel: Channel, journal: Journal, events: EventStream, watch: Watch, chld: Chld, spend: Spend
    ) -> None:
        self._channel = channel
        self._journal = journal
        self._events = events
        self._watch = watch
        self._chld = chld
        self._spend = spend
        self._calls = watch.calls
        self._dialect = channel.dialect.calls

    async def dial(self, number: str) -> AtCall:
        """A call that is up is put on hold first: by the modem itself, which dials, or where its dialect says
        that it does not, by +CHLD=2. Raises CommandRefused also where that is refused.
        """
        if not number or number.strip("0123456789+*#"):
            raise ValueError(f"{number!r} is no number to dial")
        command = Command(
            text=f"ATD{number};", dials=True, deadline=self._dialect.dial_deadline_s, retry_busy=False
        )
        self._channel.permit(command)
        async with self._watch.control:
            self._spend("calls")
            await self._hold_first()
            await self._watch.causes.ask()  # what +CEER says now is of an older call
            self._events.append(Dialled(number))
            leg = self._calls.dialled(number)
            try:
                await self._placed(command, leg)
            except BaseException:
                self._calls.forget(leg)
                raise
            leg.placed = True
            self._watch.take(())
        return AtCall(self, self._watch, leg)

    async def _hold_first(self) -> None:
        if not self._dialect.holds_first or not self._calls.legs:
            return
        await self._watch.glance()  # AT+CHLD=2 would bring back what is on hold already
        if any(leg.answered and not leg.held for leg in self._calls.legs):
            await self._chld.hold()

    async def _placed(self, command: Command, leg: Leg) -> None:
        """ATD, up to its answer, or where that comes with the far end's, until it is not refused."""
        if not self._dialect.answers_late:
            try:
                await self._channel.run(command)
            except CommandRefused as refused:
                if refused.final not in _CALL_FINALS:
                    raise
                leg.placed = True
                self._watch.take(self._calls.ended(None, _HINTS.get(refused.final)))
            return
        await self._abort()
        pending = self._watch.pending = asyncio.get_running_loop().create_task(self._channel.run(command))
        try:
            await asyncio.wait({pending}, timeout=REFUSED_WITHIN_S)
        except asyncio.CancelledError:
            await self._abort()
            raise
        error = pending.exception() if pending.done() else None
        if error is not None and not (isinstance(error, CommandRefused) and error.final in _CALL_FINALS):
            self._watch.pending = None
            raise error
        leg.placed = True
        pending.add_done_callback(lambda task: self._dialled_at_last(task, leg))

    def _dialled_at_last(self, task: asyncio.Task[Answer], leg: Leg) -> None:
        """CONNECT is the answer; OK is that of one modem and a refusal of another: +CLCC tells."""
        if self._watch.pending is task:
            self._watch.pending = None
        if task.cancelled():
            return
        error = task.exception()
        if error is None and task.result().final.startswith("CONNECT"):
            self._watch.take(self._calls.answered(leg))
        elif isinstance(error, CommandRefused):
            self._watch.take(self._calls.ended(None, _HINTS.get(error.final)))
        else:
            if error is not None:
                self._journal.note(str(error))
            self._watch.take((Look(),))

    async def _abort(self) -> None:
        """Give up an ATD that is not answered yet: the next byte ends the call (V.250 5.6.1)."""
        pending, self._watch.pending = self._watch.pending, None
        if pending is not None and not pending.done():
            pending.cancel()
            await asyncio.wait({pending})

    async def offered(self, within: float, *, waiting: bool = False) -> Offer | None:
        """`waiting`: a call that came while another was up, which is never offered as one that rings."""
        if not await self._watch.until(lambda: self._unoffered(waiting) is not None, within):
            return None
        leg = self._unoffered(waiting)
        assert leg is not None
        leg.offered = True
        await self._watch.until(lambda: bool(leg.clip) or leg.rings >= 3 or not leg.live, CALLER_ID_WITHIN_S)
        clip = leg.clip or answers.Clip("", None, None)
        return Offer(AtCall(self, self._watch, leg), clip.number, clip.toa, clip.validity)

    async def hang_up_all(self) -> None:
        """Every way there is, until nothing is listed any more: +CHUP may leave what is on hold."""
        async with self._watch.control:
            await self._abort()
            self._calls.leave(self._calls.legs)
            for command in (*self._dialect.hang_up, "AT+CHLD=0", "AT+CHLD=1"):
                try:
                    if not await self._left():
                        break
                except CommandRefused as error:  # error 100 in the middle of a call
                    self._journal.note(str(error))
                await self._try(command)
            else:
                await self._one_by_one()
            for leg in tuple(self._calls.legs):
                self._hung_up(leg)

    async def _left(self) -> list[CallEntry]:
        entries, _ = await self._watch.listed()
        for what in self._calls.risen(entries):
            self._events.append(what)
        return entries

    async def _one_by_one(self) -> None:
        """What still stands: one call of a conference may have come to life when the other ended."""
        try:
            for entry in await self._left():
                await self._try(f"AT+CHLD=1{entry.index}")
            left = [str(entry.index) for entry in await self._left()]
        except CommandRefused as error:
            self._journal.note(str(error))
            return
        if left:
            self._events.append(EquipmentTrouble(f"the modem does not end call {' and '.join(left)}"))

    async def answer(self, leg: Leg) -> None:
        """A call that waits is taken in place of the one that is up (27.007 7.13, +CHLD=1)."""
        async with self._watch.control:
            self._events.append(Answered())
            instead = [
                other for other in self._calls.legs if leg.waiting and other.answered and not other.held
            ]
            text = "AT+CHLD=1" if leg.waiting else "ATA"
            for other in instead:
                other.closing = True
            try:
                await self._channel.run(Command(text=text, dials=True, deadline=20.0, retry_busy=False))
            except BaseException as error:
                for other in instead:
                    other.closing = False
                if not isinstance(error, CommandRefused) or error.final not in _CALL_FINALS:
                    raise
                self._watch.take(self._calls.ended(None, None))
                return
            for other in instead:
                self._hung_up(other)
            self._watch.take(self._calls.answered(leg))

    async def hang_up(self, leg: Leg) -> None:
        async with self._watch.control:
            if not leg.live:
                return
            if self._dialect.needs_index and leg.index is None:
                await self._watch.until(lambda: leg.index is not None or not leg.live, INDEX_WITHIN_S)
            await self._abort()
            if any(other is not leg for other in self._calls.legs):
                await self._watch.glance()  # which index it has, what is on hold, whether it is up at all
                if leg.absent and leg.live:
                    await self._watch.glance()  # one list may have been lost
                if not leg.live:
                    return
            leg.closing = True
            try:
                await self._end(leg)
            except BaseException:
                leg.closing = False
                raise
            self._hung_up(leg)

    async def _end(self, leg: Leg) -> None:
        if leg.waiting and await self._try("AT+CHLD=0"):  # 27.007 7.13: busy to the waiting one, no other
            return
        others = [other for other in self._calls.legs if other is not leg]
        if others and leg.outgoing and self._dialect.release_one_from_alerting:
            await self._watch.until(lambda: leg.phase >= Phase.ALERTING, INDEX_WITHIN_S)
        if leg.merged:
            why = "the modem lists the conference as one call: no party of it can be hung up alone"
            raise NotAvailable(self._channel.device, why)
        one = (f"AT+CHLD=1{leg.index}",) if others and leg.index is not None else ()
        for command in (*one, *self._ways_to_end(leg, others)):
            if await self._try(command):
                return
        if any(leg.index in (None, entry.index) for entry in await self._left()):
            raise DeviceLost(self._channel.device, "the modem refuses to end the call")

    def _ways_to_end(self, leg: Leg, others: list[Leg]) -> tuple[str, ...]:
        """Where one call cannot be named: what ends it and no other (27.007 7.13, 6.5)."""
        if leg.held:
            return () if any(other.held or other.waiting for other in others) else ("AT+CHLD=0",)
        shared = leg.multiparty and not all(other.held or other.waiting for other in others)
        return () if shared or (others and leg.absent) else self._dialect.hang_up

    async def _try(self, text: str) -> bool:
        """False where the modem refuses."""
        try:
            await self._channel.run(Command(text=text, dials=True, deadline=10.0, retry_busy=False))
        except CommandRefused as refused:
            return refused.final == "NO CARRIER"
        return True

    def _hung_up(self, leg: Leg) -> None:
        if leg.live:
            self._calls.hung_up(leg)
            self._events.append(HungUp())
            self._watch.take(())

    def _unoffered(self, waiting: bool) -> Leg | None:
        legs = (leg for leg in self._calls.legs if not leg.outgoing and not leg.offered)
        return next((leg for leg in legs if leg.waiting == waiting), None)


class AtCall:
    """Satisfies `protocols.Call`."""

    def __init__(self, voice: Voice, watch: Watch, leg: Leg) -> None:
        self._voice = voice
        self._watch = watch
        self.leg = leg
        self.outgoing = leg.outgoing

    async def alerting(self, within: float) -> Progress:
        return await self._reach(Phase.ALERTING, within)

    async def connected(self, within: float) -> Progress:
        return await self._reach(Phase.ACTIVE, within)

    async def released(self, within: float) -> Progress:
        return await self._reach(Phase.ENDED, within)

    async def answer(self) -> None:
        self._watch.sure_of(self.leg)
        await self._voice.answer(self.leg)

    async def hang_up(self) -> None:
        await self._voice.hang_up(self.leg)

    async def _reach(self, phase: Phase, within: float) -> Progress:
        leg = self.leg
        self._watch.sure_of(leg)
        # a leg that is gone counts only once its cause has been asked
        reached = await self._watch.until(lambda: phase <= leg.phase is not Phase.ENDING, within)
        bare = leg.phase is Phase.ACTIVE and leg.outgoing and not leg.confirmed  # CONNECT may be a lie
        unsure = "" if reached and not bare else await self._watch.unsure_of(leg)
        unsure = "" if reached and not leg.denied else unsure
        if leg.phase >= Phase.ENDING:
            return Progress(CallOutcome.RELEASED, leg.cause, leg.text)
        if unsure:
            return Progress(CallOutcome.UNKNOWN, text=unsure)
        if leg.phase < phase:
            said = "the modem said that a call is over, and lists it all the same" if leg.end_said else ""
            return Progress(CallOutcome.SILENT, text=said)
        return Progress(CallOutcome.CONNECTED if leg.phase is Phase.ACTIVE else CallOutcome.ALERTING)
