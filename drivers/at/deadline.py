"""One deadline after another on one timer of the loop: setting and clearing it costs next to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from math import inf


class Deadline:
    """Calls `passed` when the moment last set has come, unless it was cleared.

    A timer that finds the deadline moved sets itself anew, so a command that is answered in time leaves no
    cancelled timer behind. `passed` runs in an empty context: it belongs to no command's caller.
    """

    def __init__(self, passed: Callable[[], None]) -> None:
        self._passed = passed
        self._when = inf
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._when = loop.time() + seconds
        if self._timer is None or self._when < self._timer.when():
            self._arm(loop)

    def clear(self) -> None:
        self._when = inf

    def close(self) -> None:
        """Leave nothing behind in the loop."""
        self.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(self._when, self._due, context=Context())

    def _due(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        if self._when == inf:
            return
        if self._when > loop.time():
            self._arm(loop)
            return
        self._when = inf
        self._passed()
