"""Calls of one modem: dialling, waiting, answering, hanging up, over `calls.Calls` and the channel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.at import answers
from drivers.at.call_urcs import heard
from drivers.at.calls import Calls, Explain, Leg, Look, News, Phase
from drivers.at.causes import Causes
from drivers.at.channel import Channel
from drivers.at.exchange import Answer, Command, Unsolicited
from drivers.at.work import Work
from interop.protocols.equipment import Spend
from interop.protocols.errors import CommandRefused, DeviceLost
from interop.protocols.link import Journal
from interop.protocols.modem import CallEntry, CallOutcome, Offer, Progress
from interop.protocols.stream import EventStream
from interop.record.events import Answered, Dialled, HungUp, Unclaimed

CALLER_ID_WITHIN_S = 8.0
"""+CLIP follows the first or second +CRING; two cadences of 3GPP ring tone are 8 to 10 s"""
INDEX_WITHIN_S = 3.0
_CALL_FINALS = ("NO CARRIER", "BUSY", "NO ANSWER")
"""NO DIALTONE is none: there was no network to dial in, and +CEER would tell of an older call"""
_HINTS = {"BUSY": 17, "NO ANSWER": 19}
_LIST = Command(text="AT+CLCC", expect=("+CLCC:",), may_be_empty=True, again=True)
LIST_TRIES = 3
REFUSED_WITHIN_S = 2.0
"""a modem that answers ATD only when the far end does refuses what it cannot dial at once"""


class Voice:
    """Satisfies the calling part of `protocols.Modem`."""

    def __init__(
        self, channel: Channel, journal: Journal, events: EventStream, work: Work, spend: Spend
    ) -> None:
        self._channel = channel
        self._journal = journal
        self._events = events
        self._work = work
        self._spend = spend
        self._calls = Calls()
        self._causes = Causes(channel, journal)
        self._dialect = channel.dialect.calls
        self._waiters: list[asyncio.Future[None]] = []
        self._poll: asyncio.TimerHandle | None = None
        self._looks = False
        self._control = asyncio.Lock()
        """dialling, answering, releasing: one at a time, for what a modem makes of two is anybody's guess"""
        self._pending: asyncio.Task[Answer] | None = None
        """an ATD that gets its answer only with the far end's"""

    # What a case does

    async def dial(self, number: str) -> AtCall:
        if not number or number.strip("0123456789+*#"):
            raise ValueError(f"{number!r} is no number to dial")
        command = Command(
            text=f"ATD{number};", dials=True, deadline=self._dialect.dial_deadline_s, retry_busy=False
        )
        self._channel.permit(command)
        async with self._control:
            self._spend("calls")
            await self._causes.ask()  # what +CEER says now is of an older call
            self._events.append(Dialled(number))
            leg = self._calls.dialled(number)
            try:
                await self._placed(command, leg)
            except BaseException:
                self._calls.forget(leg)
                raise
            leg.placed = True
            self._poll_later()
        return AtCall(self, leg)

    async def _placed(self, command: Command, leg: Leg) -> None:
        """ATD, up to its answer, or where that comes with the far end's, until it is not refused."""
        if not self._dialect.answers_late:
            try:
                await self._channel.run(command)
            except CommandRefused as refused:
                if refused.final not in _CALL_FINALS:
                    raise
                leg.placed = True
                self.take(self._calls.ended(None, _HINTS.get(refused.final)))
            return
        await self._abort()
        pending = self._pending = asyncio.get_running_loop().create_task(self._channel.run(command))
        try:
            await asyncio.wait({pending}, timeout=REFUSED_WITHIN_S)
        except asyncio.CancelledError:
            await self._abort()
            raise
        error = pending.exception() if pending.done() else None
        if error is not None and not (isinstance(error, CommandRefused) and error.final in _CALL_FINALS):
            self._pending = None
            raise error
        leg.placed = True
        pending.add_done_callback(lambda task: self._dialled_at_last(task, leg))

    def _dialled_at_last(self, task: asyncio.Task[Answer], leg: Leg) -> None:
        """CONNECT is the answer; OK is that of one modem and a refusal of another: +CLCC tells."""
        if self._pending is task:
            self._pending = None
        if task.cancelled():
            return
        error = task.exception()
        if error is None and task.result().final.startswith("CONNECT"):
            self.take(self._calls.answered(leg))
        elif isinstance(error, CommandRefused):
            self.take(self._calls.ended(None, _HINTS.get(error.final)))
        else:
            if error is not None:
                self._journal.note(str(error))
            self.take((Look(),))

    async def _abort(self) -> None:
        """Give up an ATD that is not answered yet: the next byte ends the call (V.250 5.6.1)."""
        pending, self._pending = self._pending, None
        if pending is not None and not pending.done():
            pending.cancel()
            await asyncio.wait({pending})

    async def offered(self, within: float, *, waiting: bool = False) -> Offer | None:
        """`waiting`: a call that came while another was up, which is never offered as one that rings."""
        if not await self.until(lambda: self._unoffered(waiting) is not None, within):
            return None
        leg = self._unoffered(waiting)
        assert leg is not None
        leg.offered = True
        await self.until(lambda: leg.clip is not None or leg.rings >= 3 or not leg.live, CALLER_ID_WITHIN_S)
        clip = leg.clip or answers.Clip("", None, None)
        return Offer(AtCall(self, leg), clip.number, clip.toa, clip.validity)

    async def calls(self) -> list[CallEntry]:
        return (await self._listed())[0]

    async def _listed(self) -> tuple[list[CallEntry], bool]:
        """The calls that +CLCC tells of, and whether every row of it could be read."""
        answer = await self._channel.run(_LIST)
        entries, whole = [], True
        for line in answer.lines:
            try:
                entry = answers.call_entry(line.removeprefix("+CLCC:").strip())
            except answers.Unreadable as error:
                self._journal.note(str(error))
                self._events.append(Unclaimed(line))
                whole = False
                continue
            if entry is not None:
                entries.append(entry)
        return entries, whole

    async def hang_up_all(self) -> None:
        async with self._control:
            await self._abort()
            for command in (*self._dialect.hang_up, "AT+CHLD=1", "AT+CHLD=0"):
                try:
                    if not (entries := await self.calls()):
                        break
                    for what in self._calls.risen(entries):
                        self._events.append(what)
                except CommandRefused as error:  # error 100 in the middle of a call
                    self._journal.note(str(error))
                await self._try(command)
            for leg in tuple(self._calls.legs):
                self._hung_up(leg)

    async def answer(self, leg: Leg) -> None:
        """A call that waits is taken in place of the one that is up (27.007 7.13, +CHLD=1)."""
        async with self._control:
            self._events.append(Answered())
            instead = [other for other in self._calls.legs if leg.waiting and other.answered]
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
                self.take(self._calls.ended(None, None))
                return
            for other in instead:
                self._hung_up(other)
            self.take(self._calls.answered(leg))

    async def hang_up(self, leg: Leg) -> None:
        async with self._control:
            if not leg.live:
                return
            if self._dialect.needs_index and leg.index is None:
                await self.until(lambda: leg.index is not None or not leg.live, INDEX_WITHIN_S)
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
        others = any(other is not leg for other in self._calls.legs)
        if others and leg.outgoing and self._dialect.release_one_from_alerting:
            await self.until(lambda: leg.phase >= Phase.ALERTING, INDEX_WITHIN_S)
        await self._abort()
        one = (f"AT+CHLD=1{leg.index}",) if others and leg.index is not None else ()
        for command in (*one, *self._dialect.hang_up):
            if await self._try(command):
                return
        if any(entry.index == leg.index for entry in await self.calls()):
            raise DeviceLost(self._channel.device, "the modem refuses to end the call")

    async def until(self, done: Callable[[], bool], within: float) -> bool:
        """Wait for something about a call; False when it did not come. Raises DeviceLost with the link."""
        try:
            async with asyncio.timeout(within):
                while not done():
                    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                    self._waiters.append(waiter)
                    await waiter
        except TimeoutError:
            return False
        return True

    async def unsure_of(self, leg: Leg) -> str:
        """Why nobody can say that nothing has become of a call; "" where +CLCC bears it out.

        The end of a call may have been said in a line that was lost, or asked about in vain. Raises
        NotAnswering, DeviceLost.
        """
        if self._pending is not None:
            return "the modem has not answered ATD"
        why = ""
        for _ in range(LIST_TRIES):
            try:
                await self._look_at_once()
                why = ""
            except CommandRefused as error:
                why = f"the modem does not list its calls: {error.final}"
            if not (why or leg.denied):
                break
            await asyncio.sleep(self._dialect.poll_s)
        if why:
            return why
        await self.until(lambda: not leg.absent or leg.phase is Phase.ENDED, INDEX_WITHIN_S)
        if leg.absent and leg.live:
            return "the modem does not list the call, nor say that it is over"
        return "the modem said that it was answered, and lists it as not answered" if leg.denied else ""

    def sure_of(self, leg: Leg) -> None:
        """Raises DeviceLost for a call of before a loss: whether it goes on, nobody knows."""
        if leg.cut:
            raise DeviceLost(self._channel.device, leg.cut)

    # What the modem says

    def unsolicited(self, urc: Unsolicited) -> None:
        """A URC of a kind that is about calls. Raises Unreadable."""
        self.take(heard(self._calls, urc))

    def reset(self) -> None:
        """The modem began anew: its calls are gone and nobody will tell why."""
        for leg in tuple(self._calls.legs):
            leg.phase = Phase.ENDING
            self._calls.legs.remove(leg)
            self.take(self._calls.explained(leg, None, "the modem restarted"))

    def lost(self, error: DeviceLost) -> None:
        """The link is dead: whoever waits for a call, or asks about one later, is told."""
        self.close()
        self._calls.cut(error.text)
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(error)

    def close(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        if self._poll is not None:
            self._poll.cancel()
            self._poll = None

    def take(self, news: Iterable[News]) -> None:
        """Tell the events, ask the modem what has to be asked, wake whoever waits."""
        for item in news:
            if isinstance(item, Look):
                self._looks = True
                self._poll_later(soon=True)
            elif isinstance(item, Explain):
                self._work.add(_Why(self, item))
            else:
                self._events.append(item)
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._poll_later()

    async def explain(self, end: Explain) -> None:
        """Ask for the release cause."""
        self.take(self._calls.explained(end.leg, *await self._causes.of(end)))

    # Looking at +CLCC

    def _poll_later(self, *, soon: bool = False) -> None:
        legs = self._calls.legs
        if not (soon or any(leg.placed for leg in legs)) or not self._channel.usable or self._pending:
            return
        pause = self._dialect.poll_s
        if not soon and self._channel.ledger.holds(*self._dialect.told_by):
            pause = self._dialect.told_poll_s
        elif not soon and all(leg.phase is Phase.ACTIVE for leg in legs):
            pause = self._dialect.active_poll_s
        loop = asyncio.get_running_loop()
        if self._poll is not None:
            if self._poll.when() <= loop.time() + pause:
                return
            self._poll.cancel()
        self._poll = loop.call_later(pause, self._look_now)

    def _look_now(self) -> None:
        self._poll = None
        self._work.add(self._look)

    async def _look(self) -> None:
        if (self._calls.legs or self._looks) and not self._pending:
            asked = self._looks and bool(self._calls.legs)
            try:
                await self._look_at_once()
            except CommandRefused as error:
                self._journal.note(str(error))  # error 100 in the middle of a call is harmless
                self._looks = self._looks or asked
                self._poll_later(soon=asked)

    async def _look_at_once(self) -> None:
        self._looks = False
        entries, whole = await self._listed()
        self.take(self._calls.listed(entries, whole=whole))

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
            self.take(())

    def _unoffered(self, waiting: bool) -> Leg | None:
        legs = (leg for leg in self._calls.legs if not leg.outgoing and not leg.offered)
        return next((leg for leg in legs if leg.waiting == waiting), None)


@dataclass(slots=True)
class _Why:
    """A piece of work: ask why a leg was released."""

    voice: Voice
    asked: Explain

    async def __call__(self) -> None:
        await self.voice.explain(self.asked)


class AtCall:
    """Satisfies `protocols.Call`."""

    def __init__(self, voice: Voice, leg: Leg) -> None:
        self._voice = voice
        self._leg = leg
        self.outgoing = leg.outgoing

    async def alerting(self, within: float) -> Progress:
        return await self._reach(Phase.ALERTING, within)

    async def connected(self, within: float) -> Progress:
        return await self._reach(Phase.ACTIVE, within)

    async def released(self, within: float) -> Progress:
        return await self._reach(Phase.ENDED, within)

    async def answer(self) -> None:
        self._voice.sure_of(self._leg)
        await self._voice.answer(self._leg)

    async def hang_up(self) -> None:
        await self._voice.hang_up(self._leg)

    async def _reach(self, phase: Phase, within: float) -> Progress:
        leg = self._leg
        self._voice.sure_of(leg)
        # a leg that is gone counts only once its cause has been asked
        reached = await self._voice.until(lambda: phase <= leg.phase is not Phase.ENDING, within)
        bare = leg.phase is Phase.ACTIVE and leg.outgoing and not leg.confirmed  # CONNECT may be a lie
        unsure = "" if reached and not bare else await self._voice.unsure_of(leg)
        unsure = "" if reached and not leg.denied else unsure
        if leg.phase >= Phase.ENDING:
            return Progress(CallOutcome.RELEASED, leg.cause, leg.text)
        if unsure:
            return Progress(CallOutcome.UNKNOWN, text=unsure)
        if leg.phase < phase:
            said = "the modem said that a call is over, and lists it all the same" if leg.end_said else ""
            return Progress(CallOutcome.SILENT, text=said)
        return Progress(CallOutcome.CONNECTED if leg.phase is Phase.ACTIVE else CallOutcome.ALERTING)
