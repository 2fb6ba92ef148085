"""Parts of long messages put together again (3GPP TS 23.040 9.2.3.24.1).

>>> from interop.smspdu import Address, Deliver, Timestamp, split_text
>>> sender, time = Address.parse("95588"), Timestamp(2026, 1, 5, 9, 0, 0, 32)
>>> one, two = (Deliver(sender, time, *part) for part in split_text("验证码" * 40, reference=7))
>>> parts = Reassembly()
>>> parts.add(two)
>>> parts.add(one).body == "验证码" * 40
True
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from interop.smspdu.elements import part_of
from interop.smspdu.errors import PduError
from interop.smspdu.tpdu import Deliver

WITHIN: Final = timedelta(minutes=30)
"""between parts of one message; what Kannel waits for them (sms-combine-concatenated-mo-timeout, 1800 s)"""
REPEATED_WITHIN: Final = timedelta(seconds=30)
"""What doubles a message treats its parts alike. A copy whose parts are so much further apart is none, but a
part that came again and one of the next message, in which the same words stand.
"""
MOST_MESSAGES: Final = 128
"""kept at a time: who sends single parts with ever new references must not fill the memory"""
MOST_COPIES: Final = 4
"""of one part that belong to no complete message"""


@dataclass(slots=True)
class Incomplete:
    """A long message of which some parts came. `parts` by number; `duplicates`: parts that came again."""

    total: int
    parts: dict[int, Deliver] = field(default_factory=dict)
    duplicates: int = 0

    @property
    def missing(self) -> list[int]:
        return [number for number in range(1, self.total + 1) if number not in self.parts]


@dataclass(frozen=True, slots=True)
class Complete:
    """A message as it was written: `body` is the text or the octets of all parts in order.

    `copy`: 2 where every part came a second time, and so on.
    """

    body: str | bytes
    parts: tuple[Deliver, ...]
    """in their order, one without a part number alone"""
    copy: int = 1


Key = tuple[str, str, int, bool, int]
"""Written to whom, by whom, with which reference, in how many bits, in how many parts."""


@dataclass(slots=True)
class _Message:
    """What came under one key. `copies`: by number, what is in no complete message yet; `told`: the parts of
    the latest complete one; `before`: those of the message that had the reference before.
    """

    total: int
    within: timedelta
    copies: dict[int, list[Deliver]] = field(default_factory=dict)
    told: tuple[Deliver, ...] = ()
    before: tuple[Deliver, ...] = ()
    complete: int = 0

    def known(self, number: int) -> Deliver | None:
        if number in self.copies:
            return self.copies[number][-1]
        return self.told[number - 1] if self.told else None

    def part_with(self, far: Callable[[Deliver], bool]) -> _Message:
        """Leave the copies that are `far` to a message of their own, which is returned."""
        left = {number: [one for one in copies if far(one)] for number, copies in self.copies.items()}
        kept = {number: [one for one in copies if not far(one)] for number, copies in self.copies.items()}
        self.copies = {number: copies for number, copies in kept.items() if copies}
        left = {number: copies for number, copies in left.items() if copies}
        return _Message(self.total, self.within, left, self.told, complete=self.complete)

    def take(self, number: int, deliver: Deliver) -> Complete | None:
        copies = self.copies.setdefault(number, [])
        copies.append(deliver)
        del copies[:-MOST_COPIES]
        if len(self.copies) < self.total:
            return None
        parts = tuple(
            min(self.copies[at], key=lambda one: _apart(one, deliver)) for at in range(1, self.total + 1)
        )
        if self.told and _span(parts) > _span(self.told) + REPEATED_WITHIN:
            return None
        for at, one in enumerate(parts, 1):
            self.copies[at].remove(one)
        self.copies = {at: copies for at, copies in self.copies.items() if copies}
        self.told = parts
        self.complete += 1
        return Complete(_joined(self.told), self.told, self.complete)

    def incomplete(self) -> Incomplete:
        parts = {number: self.copies[number][0] for number in sorted(self.copies)}
        return Incomplete(self.total, parts, sum(map(len, self.copies.values())) - len(parts))


class Reassembly:
    """Parts in any order, with duplicates and losses.

    A message is told again only when every part came again. References come round: 8 bit ones after 256
    messages, and some senders always use 0. So a part whose number is there already with another content
    belongs to a new message, and whatever else waits goes with the one of the two that it is nearer to in
    time; the old one is given up, through `lost` if it was never complete. So is what lies further than
    `within` from a part that comes, and the oldest of more than `MOST_MESSAGES`.
    """

    def __init__(
        self, lost: Callable[[Incomplete], None] = lambda _incomplete: None, within: timedelta = WITHIN
    ) -> None:
        self._lost = lost
        self._within = within
        self._messages: dict[Key, _Message] = {}
        """the one that a part came of latest is last"""

    @property
    def waiting(self) -> list[Incomplete]:
        """What was never complete yet, oldest first."""
        return [each.incomplete() for each in self._messages.values() if each.copies and not each.complete]

    def add(self, deliver: Deliver, to: str = "") -> Complete | None:
        """The message that `deliver` completes, None while parts are missing. `to`: the recipient, where one
        object serves several.
        """
        part = part_of(deliver.user_data.header)
        if part is None or part.total == 1:
            return Complete(deliver.user_data.body, (deliver,))
        key = (to, str(deliver.originator), part.reference, part.wide, part.total)
        message = self._messages.pop(key, None) or _Message(part.total, self._within)
        message = self._messages[key] = self._that_takes(part.number, deliver, message)
        if len(self._messages) > MOST_MESSAGES:
            self._give_up(self._messages.pop(next(iter(self._messages))))
        if deliver in message.before:
            return None  # the service centre's second try of a message that is over
        return message.take(part.number, deliver)

    def narrow(self, within: timedelta) -> None:
        """What has come until now is joined only by what is so near to it."""
        for message in self._messages.values():
            message.within = within

    def _that_takes(self, number: int, deliver: Deliver, message: _Message) -> _Message:
        """`message`, if `deliver` can be of it, or the one that follows it."""
        self._give_up(message.part_with(lambda one: _apart(one, deliver) > message.within))
        if all(_apart(one, deliver) > message.within for one in message.told):
            message.told, message.complete = (), 0
        there = message.known(number)
        if there is None or there.user_data == deliver.user_data or deliver in message.before:
            return message
        old = message.part_with(lambda one: _apart(one, there) <= _apart(one, deliver))
        self._give_up(old)
        before = (*message.told, *(one for copies in old.copies.values() for one in copies))
        return _Message(message.total, self._within, message.copies, before=before)

    def _give_up(self, message: _Message) -> None:
        if message.copies and not message.complete:
            self._lost(message.incomplete())

    def give_up(self) -> list[Incomplete]:
        """What will not be completed any more."""
        waiting = self.waiting
        self._messages.clear()
        return waiting


def _apart(one: Deliver, other: Deliver) -> timedelta:
    """Nothing where a service centre sends no time (zeros)."""
    try:
        return abs(one.timestamp.when - other.timestamp.when)
    except PduError:
        return timedelta()


def _span(parts: tuple[Deliver, ...]) -> timedelta:
    """Between the earliest and the latest: what is farthest from any of them is one of these."""
    end = max(parts, key=lambda one: _apart(one, parts[0]))
    return max(_apart(one, end) for one in parts)


def _joined(parts: tuple[Deliver, ...]) -> str | bytes:
    """Text where every part is text; halves of a surrogate pair in two parts find each other."""
    bodies = [part.user_data.body for part in parts]
    texts = [body for body in bodies if isinstance(body, str)]
    if len(texts) == len(bodies):
        return "".join(texts).encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")
    return b"".join(
        body.encode("utf-16-be", "surrogatepass") if isinstance(body, str) else body for body in bodies
    )
