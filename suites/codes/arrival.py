"""Waiting for one message at a handset: until its code has died, and longer, to tell late from lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from interop.engine import Bench
from interop.record import Blame, Cause, Event, InconcReason, Layer
from interop.record.events import EquipmentTrouble, MessageReceived, PartReceived
from suites.parties import Party
from suites.watch import Watch

LONGEST_S: Final = 86_400.0
"""of a case: the lab file says how long a code lives and how patient to be"""
FIRST_LOOK_S: Final = 60.0
"""after which what was never announced is looked for in the modem's memory"""
REPEAT_S: Final = 30.0
"""how long to look for the same message coming twice"""
_CLOCKS: Final = timedelta(seconds=90)
"""by which a service centre's clock and ours may differ; beyond that its stamps say nothing"""

PART_LOST: Final[tuple[Blame, ...]] = ((Layer.GATEWAY, Cause.PART_LOST), (Layer.CORE, Cause.PART_LOST))


@dataclass(frozen=True, slots=True)
class Waited:
    """`began`: seconds of the bench; `at`: the same as time of day; `handset`: what came there since: a site
    may take longer to say yes than its code takes to come.
    """

    began: float
    at: datetime
    handset: Watch

    @classmethod
    def now(cls, bench: Bench, handset: Party) -> Waited:
        """To be taken before anything is asked for."""
        return cls(bench.now(), bench.clock(), Watch.of(bench, handset))

    def part_after(self, seconds: float) -> bool:
        """Whether a part of a long message came later than that."""
        return any(self.handset.at(part) - self.began > seconds for part in self.handset.all(PartReceived))

    def after_s(self, message: MessageReceived) -> float:
        """From the asking to this very event."""
        return self.handset.at(message) - self.began


@dataclass(frozen=True, slots=True)
class Arrived:
    """`after_s`: from the asking to the handset; `seen`: heard when it came, not found in the modem's memory
    later, which is then the latest that it came; `before_s`, `behind_s`: what of it was before TP-SCTS and
    behind it, None where the centre's clock is none to go by; `ours_s`: how much of it we may have taken
    ourselves to send it or have it sent.
    """

    message: MessageReceived
    after_s: float
    seen: bool
    before_s: float | None
    behind_s: float | None
    ours_s: float


async def arrives(
    bench: Bench,
    handset: Party,
    waited: Waited,
    *,
    life_s: float,
    patience_s: float,
    ours: Callable[[MessageReceived], bool],
    by_us: bool = False,
    given_up: Callable[[], Awaitable[bool]] | None = None,
) -> Arrived | None:
    """The first message that is `ours`; None when none came in `life_s + patience_s`. To be called when the
    asking is over; `by_us`: it was our modem, or the engineer, who took that long.

    `given_up` is asked after each look into the modem's memory, of which one is when the code dies: what is
    found then came in time.
    """
    ours_s = bench.now() - waited.began if by_us else 0.0
    for until in (min(FIRST_LOOK_S, life_s), life_s, life_s + patience_s):
        left = max(0.0, waited.began + until - bench.now())
        message = await waited.handset.wait(MessageReceived, left, ours)
        seen = message is not None
        if message is None:
            await handset.modem.fetch_unread()
            message = await waited.handset.wait(MessageReceived, 0.0, ours)
        if message is not None:
            # what a look into the memory takes is no part of the message's way
            after = waited.after_s(message) if seen else min(until, bench.now() - waited.began)
            return Arrived(message, after, seen, *_legs(waited, message, after), ours_s)
        if given_up is not None and await given_up():
            break
    return None


def _legs(waited: Waited, message: MessageReceived, after_s: float) -> tuple[float | None, float | None]:
    """Seconds before and behind TP-SCTS, which counts whole seconds of the centre's own clock."""
    try:
        stamp = datetime.fromisoformat(message.sent_at)
    except ValueError:
        return None, None
    now = waited.at + timedelta(seconds=after_s)
    if stamp.tzinfo is None or not waited.at - _CLOCKS <= stamp <= now + _CLOCKS:
        return None, None
    before = max(0.0, (stamp - waited.at).total_seconds())
    return before, max(0.0, (now - stamp).total_seconds())


def is_in_time(
    bench: Bench, arrived: Arrived, life_s: float, *, before: tuple[Blame, ...], behind: Blame
) -> bool:
    """While the code is good. `before`: who may have held it up to TP-SCTS; `behind`: who after that. One of
    them alone is to blame only where it took longer than the code lives, and nobody where we may have been
    that slow ourselves.
    """
    if arrived.seen and not arrived.ours_s:
        bench.measure("code_delivery_time", arrived.after_s, "s")
    if arrived.seen and not arrived.ours_s and arrived.before_s is not None and arrived.behind_s is not None:
        bench.measure("code_time_to_centre", arrived.before_s, "s")
        bench.measure("code_time_from_centre", arrived.behind_s, "s")
    suspects: tuple[Blame, ...] = (*before, behind)
    where = "TP-SCTS cannot be believed"
    if arrived.before_s is not None and arrived.behind_s is not None:
        where = f"{arrived.before_s:.0f} s before the service centre had it, {arrived.behind_s:.0f} s after"
        if arrived.before_s - arrived.ours_s > life_s:
            suspects = before
        elif arrived.behind_s > life_s:
            suspects = (behind,)
    if arrived.after_s > life_s and not arrived.seen and suspects != before:
        what = "it came too late and was never announced: when it came is not known"
        bench.inconclusive(InconcReason.MODEM, what)
    if life_s < arrived.after_s <= life_s + arrived.ours_s:
        what = (
            f"it came after {arrived.after_s:.0f} s, of which it took up to {arrived.ours_s:.0f} s to send it"
        )
        bench.inconclusive(InconcReason.INDETERMINATE, what)
    return bench.check(
        "in time",
        expected=f"within {life_s:g} s",
        actual=f"after {arrived.after_s:.1f} s: {where}",
        ok=arrived.after_s <= life_s,
        ambiguous=suspects,
    )


async def comes_once(
    bench: Bench,
    handset: Party,
    first: MessageReceived,
    *,
    same: Callable[[MessageReceived], bool],
    handed_twice: tuple[Blame, ...],
) -> None:
    """A second copy with another TP-SCTS was given to the centre twice (`handed_twice`: by whom); one with
    the same may have been as well, within the second that TP-SCTS counts.
    """
    events = handset.modem.events

    def other(message: MessageReceived) -> bool:
        return message is not first and same(message)

    second = await events.wait(MessageReceived, within=REPEAT_S, since=0, where=other)
    if second is None:
        await handset.modem.fetch_unread()
        second = await events.wait(MessageReceived, within=0.0, since=0, where=other)
    if second is None and (why := _may_have_come_again(events.since(0), first)):
        bench.inconclusive(InconcReason.MODEM, f"whether it came twice is not known: {why}")
    again = second is not None and second.sent_at != first.sent_at
    bench.check(
        "exactly once",
        expected="one copy",
        actual=f"a second copy, of {second.sent_at}" if second else "one copy",
        ambiguous=handed_twice if again else (*handed_twice, (Layer.CORE, Cause.MESSAGE_DUPLICATED)),
    )


def _may_have_come_again(events: Sequence[Event], first: MessageReceived) -> str:
    """What our modem has lost of a second copy; "" for nothing."""
    if trouble := next((event for event in events if isinstance(event, EquipmentTrouble)), None):
        return trouble.what
    parts = Counter(
        event.number for event in events if isinstance(event, PartReceived) and event.text in first.text
    )
    again = [number for number, copies in parts.items() if copies > 1]
    return f"part {again[0]} of it did" if again else ""


def parts_of(handset: Party, waited: Waited, ours: Callable[[Sequence[PartReceived]], bool]) -> str:
    """What came of a long message that is not whole: "1 and 3 of 3"; "" for none.

    `ours` is asked of all parts of one message: those of another attempt's, come late, may be the same words.
    """
    events = handset.modem.events.since(waited.handset.mark)
    whole = [event.text for event in events if isinstance(event, MessageReceived)]
    messages: dict[tuple[str, int, int], list[PartReceived]] = {}
    for event in events:
        if isinstance(event, PartReceived):
            messages.setdefault((event.sender, event.reference, event.total), []).append(event)
    for (_, _, total), parts in messages.items():
        numbers = sorted({part.number for part in parts})
        known = any(all(part.text in text for part in parts) for text in whole)
        if len(numbers) < total and not known and ours(parts):
            return f"{' and '.join(map(str, numbers))} of {total}"
    return ""
