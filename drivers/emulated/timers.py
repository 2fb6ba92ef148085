"""Everything that takes time in the emulated country, with delays that one seed decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from random import Random
from typing import TypeVarTuple

Ts = TypeVarTuple("Ts")


class Timers:
    """Delays drawn from hash(seed, actor, counter), so no actor's traffic moves another's.

    Callbacks run in an empty context: calls come in from the context of a case, and what that case asked
    for may outlive it.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn: dict[str, int] = {}
        self._queues: dict[str, float] = {}
        self._pending: dict[int, asyncio.TimerHandle] = {}
        self._number = 0
        self._context = Context()

    def draw(self, actor: str, low: float, high: float) -> float:
        """Seconds between `low` and `high`, to the millisecond."""
        count = self._drawn[actor] = self._drawn.get(actor, 0) + 1
        return round(Random(f"{self._seed}/{actor}/{count}").uniform(low, high), 3)

    def later(self, delay: float, function: Callable[[*Ts], object], *args: *Ts) -> Callable[[], None]:
        """Call after `delay` seconds; returns what prevents it (harmless once it has happened)."""
        self._number += 1
        number = self._number

        def due() -> None:
            del self._pending[number]
            function(*args)

        def cancel() -> None:
            if handle := self._pending.pop(number, None):
                handle.cancel()

        loop = asyncio.get_running_loop()
        self._pending[number] = loop.call_later(delay, due, context=self._context)
        return cancel

    def queue(
        self, actor: str, span: tuple[float, float], function: Callable[[*Ts], None], *args: *Ts
    ) -> None:
        """Call after a drawn delay, but never before what was queued earlier for the same actor."""
        now = asyncio.get_running_loop().time()
        due = max(now + self.draw(actor, *span), self._queues.get(actor, 0.0) + 0.001)
        self._queues[actor] = due
        self.later(due - now, function, *args)

    def stop(self) -> None:
        for handle in self._pending.values():
            handle.cancel()
        self._pending.clear()
