"""What becomes of the calls at one modem: its URCs and +CLCC, followed for whoever waits or asks.

Calls are listened to where the modem tells of them and looked up by the clock besides (dialect: `calls`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.at import answers
from drivers.at.call_urcs import heard
from drivers.at.calls import Calls
from drivers.at.causes import Causes
from drivers.at.channel import Channel
from drivers.at.exchange import Answer, Command, Unsolicited
from drivers.at.legs import Explain, Leg, Look, News, Phase
from drivers.at.work import Work
from interop.protocols.errors import CommandRefused, DeviceLost
from interop.protocols.link import Journal
from interop.protocols.modem import CallEntry
from interop.protocols.stream import EventStream
from interop.record.events import CallsListed, Unclaimed

INDEX_WITHIN_S = 3.0
_LIST = Command(text="AT+CLCC", expect=("+CLCC:",), may_be_empty=True, again=True)
LIST_TRIES = 3


class Watch:
    """`calls` as far as they are known, `until` something about them is so, `look` what the modem lists."""

    def __init__(self, channel: Channel, journal: Journal, events: EventStream, work: Work) -> None:
        self.calls = Calls()
        self.causes = Causes(channel, journal)
        self.control = asyncio.Lock()
        """dialling, answering, releasing, steering: one at a time, for what a modem makes of two is anybody's
        guess"""
        self.pending: asyncio.Task[Answer] | None = None
        """an ATD that gets its answer only with the far end's: until then nothing may be sent"""
        self._channel = channel
        self._journal = journal
        self._events = events
        self._work = work
        self._dialect = channel.dialect.calls
        self._waiters: list[asyncio.Future[None]] = []
        self._poll: asyncio.TimerHandle | None = None
        self._looks = False

    # Asked

    async def shown(self) -> list[CallEntry]:
        """The calls for a case that looks at them. Raises EquipmentError."""
        entries = await self.look()
        self._events.append(CallsListed(tuple(map(_in_words, entries))))
        return entries

    async def look(self) -> list[CallEntry]:
        """What +CLCC lists, and `calls` told of it. Raises EquipmentError."""
        self._looks = False
        entries, whole = await self.listed()
        self.take(self.calls.listed(entries, whole=whole))
        return entries

    async def glance(self) -> None:
        """As `look`, where it is as well to go on with what is known: error 100 in a call is harmless."""
        try:
            await self.look()
        except CommandRefused as refused:
            self._journal.note(str(refused))

    async def listed(self) -> tuple[list[CallEntry], bool]:
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
        if self.pending is not None:
            return "the modem has not answered ATD"
        why = ""
        for _ in range(LIST_TRIES):
            try:
                await self.look()
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
        self.take(heard(self.calls, urc))

    def reset(self) -> None:
        """The modem began anew: its calls are gone and nobody will tell why."""
        for leg in tuple(self.calls.legs):
            leg.phase = Phase.ENDING
            self.calls.legs.remove(leg)
            self.take(self.calls.explained(leg, None, "the modem restarted"))

    def lost(self, error: DeviceLost) -> None:
        """The link is dead: whoever waits for a call, or asks about one later, is told."""
        self.close()
        self.calls.cut(error.text)
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(error)

    def close(self) -> None:
        if self.pending is not None:
            self.pending.cancel()
            self.pending = None
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
        self.take(self.calls.explained(end.leg, *await self.causes.of(end)))

    # Looking at +CLCC

    def _poll_later(self, *, soon: bool = False) -> None:
        legs = self.calls.legs
        if not (soon or any(leg.placed for leg in legs)) or not self._channel.usable or self.pending:
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
        if (self.calls.legs or self._looks) and not self.pending:
            asked = self._looks and bool(self.calls.legs)
            try:
                await self.look()
            except CommandRefused as error:
                self._journal.note(str(error))  # error 100 in the middle of a call is harmless
                self._looks = self._looks or asked
                self._poll_later(soon=asked)


@dataclass(slots=True)
class _Why:
    """A piece of work: ask why a leg was released."""

    watch: Watch
    asked: Explain

    async def __call__(self) -> None:
        await self.watch.explain(self.asked)


def _in_words(entry: CallEntry) -> str:
    joined = " mpty" if entry.multiparty else ""
    return f"{entry.index} {entry.stat.name.lower()}{joined}"
