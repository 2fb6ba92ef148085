"""Which messages cases wait for, at which SIM: whose a late one is, which came to the wrong phone. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from interop.engine.lease import Lease
from interop.record.events import MessageReceived, MmsNotified

_REMEMBERED: Final = 256
"""messages that nobody asked for: more than come while one case runs"""


@dataclass(eq=False, slots=True)
class _Expectation:
    """`text` is in it (in the subject of a multimedia message), and it comes from `sender` or a number that
    begins so; "" matches everything.
    """

    lease: Lease
    text: str
    sender: str
    awaited: bool
    met: bool = False

    def matches(self, message: MessageReceived | MmsNotified) -> bool:
        said = message.subject if isinstance(message, MmsNotified) else message.text
        return self.text in said and self.is_from(message.sender)

    def is_from(self, sender: str) -> bool:
        """Some networks put +86 before 106... and 955xx, which have no country."""
        shown = sender.removeprefix("+")
        return shown.startswith(self.sender) or shown.removeprefix("86").startswith(self.sender)


@dataclass(frozen=True, slots=True)
class Stray:
    """A message that nobody asked for at the SIM where it came. `place`: counts all messages of the run."""

    place: int
    sim: str
    message: MessageReceived


@dataclass(slots=True)
class Expectations:
    """Of all attempts of a run."""

    _of_sim: dict[str, list[_Expectation]] = field(default_factory=dict)
    _strays: deque[Stray] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _count: int = 0

    @property
    def place(self) -> int:
        """How many messages have come in this run."""
        return self._count

    def expect(self, lease: Lease, sim: str, text: str, sender: str, awaited: bool) -> None:
        self._of_sim.setdefault(sim, []).append(_Expectation(lease, text, sender, awaited))

    def settle(self, lease: Lease, sim: str) -> None:
        """What this attempt expected at this SIM will not come any more."""
        for one in self._of_sim.get(sim, ()):
            one.met = one.met or one.lease is lease

    def owed(self, lease: Lease, sim: str, sender: str) -> int:
        """Messages from `sender` that other attempts asked for at this SIM, or at any where `sim` is "", and
        that have not come.
        """
        asked = chain.from_iterable(self._of_sim.values()) if not sim else self._of_sim.get(sim, ())
        others = (one for one in asked if one.lease is not lease and not one.met)
        return sum(1 for one in others if one.sender and sender.startswith(one.sender))

    def came(self, sim: str, message: MessageReceived | MmsNotified) -> Lease | None:
        """Take note of a message. Returns the ended attempt that it belongs to, if it does.

        A known text outranks a known sender, and then an attempt that runs those that have ended. What an
        attempt asked for and did not wait for belongs to it, and is not late.
        """
        self._count += 1
        matching = [one for one in self._of_sim.get(sim, ()) if one.matches(message)]
        matching.sort(key=lambda one: (not one.text, one.lease.ended is not None, one.met))
        if not matching:
            if isinstance(message, MessageReceived):
                self._strays.append(Stray(self._count, sim, message))
            return None
        first = matching[0]
        again, first.met = first.met, True
        if first.lease.ended is None or not first.awaited or (again and not first.text):
            return None
        return first.lease

    def strays(self, since: int, without: Sequence[str]) -> list[Stray]:
        """What came after `since` (a `place`) at SIMs other than `without`, and was asked for by nobody."""
        return [stray for stray in self._strays if stray.place > since and stray.sim not in without]
