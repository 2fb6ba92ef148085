"""TCP in the emulated country: who listens in an operator's own network, and connections to it.

The addresses of WAP proxies are private ones, 10.0.0.172 of one operator is not that of the other. What is
written travels in segments at a fixed rate, by the loop's timers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from typing import Final, Protocol

from drivers.emulated.air import Pipe, PipeEnd
from drivers.emulated.hlr import Subscriber
from drivers.emulated.timers import Timers

ROUND_TRIP: Final = (0.06, 0.16)
SILENCE_S: Final = 21.0
"""until a TCP connection to a host that does not answer is given up: SYN again after 3, 6 and 12 s"""
RATE: Final = 128 * 1024
"""octets a second, each way"""
_SEGMENT: Final = 4096
_MOST_UNDERWAY: Final = 4 << 20
"""octets on their way in one direction; whoever writes more loses the connection"""


class Reach(Enum):
    """What a connection attempt meets."""

    LISTENS = auto()
    REFUSES = auto()
    SILENT = auto()


class Listener(Protocol):
    """A server at one host and port."""

    def reach(self, caller: Subscriber) -> Reach: ...

    def accept(self, pipe: Pipe, caller: Subscriber) -> PipeEnd: ...


class Connection:
    """A connection, or an attempt at one. `cut` ends it for both ends."""

    def __init__(self) -> None:
        self._give_up: Callable[[], None] | None = None
        self._halves: tuple[_Half, ...] = ()

    def attempt(self, give_up: Callable[[], None]) -> None:
        self._give_up = give_up

    def ended(self, *halves: _Half) -> None:
        """The attempt: with a connection, or without one."""
        self._give_up, self._halves = None, halves

    @property
    def over(self) -> bool:
        return self._give_up is None and all(half.closed for half in self._halves)

    def cut(self) -> None:
        if self._give_up is not None:
            self._give_up()
        for half in self._halves:
            half.cut()


class Internet:
    """Networks by the operator that they belong to; see `Listener`."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self._listeners: dict[tuple[str, str, int], Listener] = {}

    def listen(self, operator: str, host: str, port: int, listener: Listener) -> None:
        self._listeners[operator, host, port] = listener

    def reach(self, caller: Subscriber, host: str, port: int) -> Reach:
        listener = self._listeners.get((caller.operator, host.lower(), port))
        return listener.reach(caller) if listener else Reach.SILENT

    def connect(
        self, caller: Subscriber, host: str, port: int, end: PipeEnd, done: Callable[[Pipe | None], None]
    ) -> Connection:
        """From a subscriber's address in his operator's network; `done` as in `Bearer.connect`."""
        latency = self._timers.draw(f"internet/{caller.imsi}", *ROUND_TRIP) / 2
        connection = Connection()

        def arrive() -> None:
            listener = self._listeners.get((caller.operator, host.lower(), port))
            if listener is None or listener.reach(caller) is not Reach.LISTENS:
                connection.ended()
                done(None)
                return
            here, there = _Half(self._timers, latency), _Half(self._timers, latency)
            here.far, there.far = there, here
            here.end, there.end = end, listener.accept(there, caller)
            connection.ended(here, there)
            done(here)

        def give_up() -> None:
            cancel()
            connection.ended()
            done(None)

        silent = self.reach(caller, host, port) is Reach.SILENT
        cancel = self._timers.later(SILENCE_S if silent else 2 * latency, arrive)
        connection.attempt(give_up)
        return connection


class _Half:
    """Implements `Pipe`: one end's way to the other."""

    far: _Half
    end: PipeEnd

    def __init__(self, timers: Timers, latency: float) -> None:
        self._timers = timers
        self._latency = latency
        self._underway: deque[bytes | None] = deque()
        self._size = 0
        self._free_at = 0.0
        self.closed = False

    def write(self, data: bytes) -> None:
        for at in range(0, len(data), _SEGMENT):
            if not self.closed:
                self._send(data[at : at + _SEGMENT])
        if self._size > _MOST_UNDERWAY:
            self.far.cut()
            self.cut()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._send(None)

    def cut(self) -> None:
        """Its holder is told, unless one of the two has closed it."""
        self._underway.clear()
        if not self.closed:
            self.closed = True
            self.end.closed()

    def _send(self, segment: bytes | None) -> None:
        now = asyncio.get_running_loop().time()
        size = len(segment or b"")
        self._free_at = max(now, self._free_at) + size / RATE
        self._size += size
        self._underway.append(segment)
        self._timers.later(self._free_at - now + self._latency, self._arrive)

    def _arrive(self) -> None:
        if not self._underway:
            return  # it was cut
        segment = self._underway.popleft()
        self._size -= len(segment or b"")
        if self.far.closed:
            return
        if segment is None:
            self.far.closed = True
            self.far.end.closed()
        else:
            self.far.end.received(segment)
