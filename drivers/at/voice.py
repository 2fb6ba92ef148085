"""Calls of one modem: dialling, waiting, answering, hanging up, over `calls.Calls` and the channel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.at import answers
from drivers.at.calls import Calls, Explain, Leg, Look, News, Phase
from drivers.at.channel import Channel
from drivers.at.dialect import UrcKind
from drivers.at.exchange import (
    Command,
    Unsolicited,
)
from drivers.at.work import Work
from interop.protocols.equipment import Spend
from interop.protocols.errors import CommandRefused, DeviceLost, EquipmentError
from interop.protocols.link import Journal
from interop.protocols.modem import CallEntry, CallOutcome, Offer, Progress
from interop.protocols.stream import EventStream
from interop.record.events import Answered, Dialled, HungUp

CALLER_ID_WITHIN_S = 8.0
"""+CLIP follows the first or second +CRING; two cadences of 3GPP ring tone are 8 to 10 s"""
INDEX_WITHIN_S = 3.0
_CALL_FINALS = ("NO CARRIER", "BUSY", "NO ANSWER")
"""NO DIALTONE is none: there was no network to dial in, and +CEER would tell of an older call"""
_HINTS = {"BUSY": 17, "NO ANSWER": 19}
_LIST = Command(text="AT+CLCC", expect=("+CLCC:",), may_be_empty=True)


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
        self._dialect = channel.dialect.calls
        self._waiters: list[asyncio.Future[None]] = []
        self._poll: asyncio.TimerHandle | None = None

    # What a case does

    async def dial(self, number: str) -> AtCall:
        if not number or number.strip("0123456789+*#"):
            raise ValueError(f"{number!r} is no number to dial")
        command = Command(
            text=f"ATD{number};", dials=True, deadline=self._dialect.dial_deadline_s, retry_busy=False
        )
        self._channel.permit(command)
        self._spend("calls")
        self._events.append(Dialled(number))
        leg = self._calls.dialled(number)
        try:
            await self._channel.run(command)
        except CommandRefused as refused:
            if refused.final not in _CALL_FINALS:
                self._calls.forget(leg)
                raise
            leg.placed = True
            self.take(self._calls.ended(None, _HINTS.get(refused.final)))
        except BaseException:
            self._calls.forget(leg)
            raise
        leg.placed = True
        self._poll_later()
        return AtCall(self, leg)

    async def offered(self, within: float) -> Offer | None:
        if not await self.until(lambda: self._unoffered() is not None, within):
            return None
        leg = self._unoffered()
        assert leg is not None
        leg.offered = True
        await self.until(lambda: leg.clip is not None or leg.rings >= 3 or not leg.live, CALLER_ID_WITHIN_S)
        clip = leg.clip or answers.Clip("", None, None)
        return Offer(AtCall(self, leg), clip.number, clip.toa, clip.validity)

    async def calls(self) -> list[CallEntry]:
        answer = await self._channel.run(_LIST)
        entries = []
        for line in answer.lines:
            try:
                entry = answers.call_entry(line.removeprefix("+CLCC:").strip())
            except answers.Unreadable as error:
                self._journal.note(str(error))
                continue
            if entry is not None:
                entries.append(entry)
        return entries

    async def hang_up_all(self) -> None:
        for command in (*self._dialect.hang_up, "AT+CHLD=1", "AT+CHLD=0"):
            if not await self.calls():
                break
            await self._try(command)
        for leg in tuple(self._calls.legs):
            self._hung_up(leg)

    async def answer(self, leg: Leg) -> None:
        self._events.append(Answered())
        try:
            await self._channel.run(Command(text="ATA", dials=True, deadline=20.0, retry_busy=False))
        except CommandRefused as refused:
            if refused.final not in _CALL_FINALS:
                raise
            self.take(self._calls.ended(None, None))
        else:
            self.take(self._calls.answered(leg))

    async def hang_up(self, leg: Leg) -> None:
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
        others = any(other is not leg for other in self._calls.legs)
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

    # What the modem says

    def unsolicited(self, urc: Unsolicited) -> None:
        """A URC of a kind that is about calls. Raises Unreadable."""
        kind, calls = urc.rule.event, self._calls
        if kind is UrcKind.RING:
            self.take(calls.ring())
        elif kind is UrcKind.CALLER_ID:
            self.take(calls.caller_id(answers.caller_id(urc.body)))
        elif kind is UrcKind.CALL_ROW:
            self._row(urc)
        else:
            index, cause = _named(urc, "index"), _named(urc, "cause") or urc.rule.cause
            if kind is UrcKind.CALL_STARTED and index is not None:
                calls.started(index)
                self.take(())
            elif kind is UrcKind.CALL_ALERTING:
                self.take(calls.alerting(index))
            elif kind is UrcKind.CALL_CONNECTED:
                self.take(calls.connected(index))
            elif kind is UrcKind.CALL_ENDED:
                self.take(calls.ended(index, cause))

    def reset(self) -> None:
        """The modem began anew: its calls are gone and nobody will tell why."""
        for leg in tuple(self._calls.legs):
            leg.phase = Phase.ENDING
            self._calls.legs.remove(leg)
            self.take(self._calls.explained(leg, None, "the modem restarted"))

    def lost(self, error: DeviceLost) -> None:
        """The link is dead: whoever waits for a call is told."""
        self.close()
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(error)

    def close(self) -> None:
        if self._poll is not None:
            self._poll.cancel()
            self._poll = None

    def take(self, news: Iterable[News]) -> None:
        """Tell the events, ask the modem what has to be asked, wake whoever waits."""
        for item in news:
            if isinstance(item, Look):
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

    async def explain(self, leg: Leg, hint: int | None) -> None:
        """Ask for the release cause at once: the next call would overwrite it."""
        cause, text = None, ""
        if self._channel.dialect.reports_causes:
            try:
                text = (await self._channel.ask("AT+CEER")).strip('"')
                cause = answers.release_cause(text)
            except EquipmentError as error:
                self._journal.note(f"no release cause: {error}")
        self.take(self._calls.explained(leg, cause if hint is None else hint, text))

    # Looking at +CLCC

    def _row(self, urc: Unsolicited) -> None:
        """+CLCC, ^DSCI or +QIND: "ccinfo" as a URC."""
        values = dict(zip(urc.rule.fields, answers.fields(urc.body), strict=False))
        if values.get("mode", "0") not in ("0", ""):
            return
        index = _named(urc, "index")
        try:
            stat = int(values.get("stat", ""))
        except ValueError:
            raise answers.Unreadable("state of a call", urc.text) from None
        if stat in urc.rule.ended:
            self.take(self._calls.ended(index, None))
            return
        stat = urc.rule.states.get(stat, stat)
        entry = answers.call_entry(f"{values.get('index', '')},{values.get('dir', '')},{stat},0,0")
        if entry is not None:
            self.take(self._calls.row(entry))

    def _poll_later(self, *, soon: bool = False) -> None:
        if not any(leg.placed for leg in self._calls.legs) or not self._channel.usable:
            return
        pause = self._dialect.poll_s
        if not soon and self._channel.holds(*self._dialect.told_by):
            pause = self._dialect.told_poll_s
        elif not soon and all(leg.phase is Phase.ACTIVE for leg in self._calls.legs):
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
        if self._calls.legs:
            try:
                self.take(self._calls.listed(await self.calls()))
            except CommandRefused as error:
                self._journal.note(str(error))  # error 100 in the middle of a call is harmless
                self._poll_later()

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

    def _unoffered(self) -> Leg | None:
        legs = (leg for leg in self._calls.legs if not leg.outgoing and not leg.offered)
        return next(legs, None)


@dataclass(slots=True)
class _Why:
    """A piece of work: ask why a leg was released."""

    voice: Voice
    asked: Explain

    async def __call__(self) -> None:
        await self.voice.explain(self.asked.leg, self.asked.cause)


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
        await self._voice.answer(self._leg)

    async def hang_up(self) -> None:
        await self._voice.hang_up(self._leg)

    async def _reach(self, phase: Phase, within: float) -> Progress:
        leg = self._leg
        # a leg that is gone counts only once its cause has been asked
        await self._voice.until(lambda: leg.phase >= phase and leg.phase is not Phase.ENDING, within)
        if leg.phase >= Phase.ENDING:
            return Progress(CallOutcome.RELEASED, leg.cause, leg.text)
        if leg.phase < phase:
            return Progress(CallOutcome.SILENT)
        return Progress(CallOutcome.CONNECTED if leg.phase is Phase.ACTIVE else CallOutcome.ALERTING)


def _named(urc: Unsolicited, name: str) -> int | None:
    """The number that the dialect calls `name` in this URC."""
    if name not in urc.rule.fields:
        return None
    values = answers.fields(urc.body)
    at = urc.rule.fields.index(name)
    value = values[at] if at < len(values) else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else None
