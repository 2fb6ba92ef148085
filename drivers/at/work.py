"""What a URC makes necessary (read the message, ask the cause), done one after another in the background."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from interop.protocols.errors import EquipmentError
from interop.protocols.link import Journal
from interop.protocols.stream import EventStream
from interop.record.events import EquipmentTrouble

Piece = Callable[[], Awaitable[None]]


class Work:
    """A queue and the task that empties it; the task exists only while there is work."""

    def __init__(self, journal: Journal, events: EventStream) -> None:
        self._journal = journal
        self._events = events
        self._pieces: deque[Piece] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def add(self, piece: Piece) -> None:
        if self._closed:
            return
        self._pieces.append(piece)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        self._closed = True
        self._pieces.clear()
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while self._pieces:
            piece = self._pieces.popleft()
            try:
                await piece()
            except EquipmentError as error:
                # nothing waits for this piece, but what it would have told may be what a case waits for
                self._journal.note(str(error))
                self._events.append(EquipmentTrouble(str(error)))
