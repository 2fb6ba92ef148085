"""What waits for a provider: reports and replies, in order, until it has taken them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

MOST_TRIES: Final = 3
"""CMPP 3.0 5.4, SMGP: N=3, then it is thrown away"""
MOST_WAITING: Final = 1000
"""for a provider that never comes; the oldest goes"""


@dataclass(slots=True, eq=False)
class Item:
    """`pdu` makes the PDU for a version of the protocol."""

    pdu: Callable[[int], Any]
    tries: int = 0


class Carrier(Protocol):
    """A connection on which the provider receives."""

    @property
    def room(self) -> bool: ...

    def carry(self, item: Item) -> None: ...


class Outbox:
    """`wanted` is called when something waits and nobody carries: SGIP connects back then."""

    def __init__(self, wanted: Callable[[], None] = lambda: None) -> None:
        self._waiting: deque[Item] = deque(maxlen=MOST_WAITING)
        self._carriers: list[Carrier] = []
        self.wanted = wanted

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, pdu: Callable[[int], Any]) -> None:
        self._waiting.append(Item(pdu))
        self.pump()

    def again(self, item: Item) -> None:
        """It was not taken."""
        item.tries += 1
        if item.tries < MOST_TRIES:
            self._waiting.appendleft(item)
        self.pump()

    def join(self, carrier: Carrier) -> None:
        self._carriers.append(carrier)
        self.pump()

    def leave(self, carrier: Carrier) -> None:
        if carrier in self._carriers:
            self._carriers.remove(carrier)

    def pump(self) -> None:
        while self._waiting and (carrier := next((c for c in self._carriers if c.room), None)):
            carrier.carry(self._waiting.popleft())
        if self._waiting and not self._carriers:
            self.wanted()
