"""A device's events in order: waited for without polling, and none lost between an action and its wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from interop.record import Event

E = TypeVar("E", bound=Event)


class EventStream:
    """Append-only within a lease; every wait names the point it starts from, so order never races.

    >>> mark = modem.events.mark()
    >>> await modem.dial("10086")
    >>> released = await modem.events.wait(Released, within=30, since=mark)
    """

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._offset = 0
        self._waiters: list[asyncio.Future[None]] = []
        self._listeners: list[Callable[[Event], None]] = []

    def mark(self) -> int:
        """The place after the newest event."""
        return self._offset + len(self._events)

    def append(self, event: Event) -> None:
        self._events.append(event)
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        for listener in tuple(self._listeners):
            listener(event)

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` for each event from now on; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def forget(self) -> None:
        """Drop what has been seen; marks stay valid."""
        self._offset += len(self._events)
        self._events.clear()

    def since(self, mark: int) -> list[Event]:
        return self._events[max(0, mark - self._offset) :]

    async def wait(
        self,
        kind: type[E],
        *,
        within: float,
        since: int,
        where: Callable[[E], bool] = lambda _event: True,
    ) -> E | None:
        """The first matching event after `since`, or None when `within` seconds passed without one."""
        try:
            async with asyncio.timeout(within):
                while True:
                    for event in self.since(since):
                        if isinstance(event, kind) and where(event):
                            return event
                    since = self.mark()
                    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                    self._waiters.append(waiter)
                    await waiter
        except TimeoutError:
            return None
