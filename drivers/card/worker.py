"""A thread for calls that may never return: waited for with a deadline, left behind when it passes.

No executor does this: they join their threads when the program ends, which then never does.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
_Future = asyncio.Future[Any]
_Job = tuple[Callable[[], Any], asyncio.AbstractEventLoop, _Future]


class Worker:
    """Jobs in their order, one at a time, in a daemon thread of their own."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[_Job | Callable[[], Any]] = SimpleQueue()
        threading.Thread(target=_work, args=(self._jobs,), name=name, daemon=True).start()

    async def call(self, job: Callable[[], T], within: float) -> T:
        """What `job` returns or raises. TimeoutError after `within` seconds: whether it was done is then
        unknown, and everything behind it waits.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((job, loop, future))
        async with asyncio.timeout(within):
            return await future

    def end(self, last: Callable[[], object]) -> None:
        """The thread ends with `last`, if it ever comes to it; nobody waits, and what it raises is lost."""
        self._jobs.put(last)


def _work(jobs: SimpleQueue[_Job | Callable[[], Any]]) -> None:
    while isinstance(queued := jobs.get(), tuple):
        job, loop, future = queued
        if future.cancelled():  # whoever wanted it is gone, and it has not begun
            continue
        result, failure = None, None
        try:
            result = job()
        except Exception as error:
            failure = error
        try:
            loop.call_soon_threadsafe(_settle, future, result, failure)
        except RuntimeError:  # the loop is closed: nobody is left to tell
            continue
    try:
        queued()
    except Exception:
        return


def _settle(future: _Future, result: object, failure: Exception | None) -> None:
    if future.done():
        return
    if failure is None:
        future.set_result(result)
    else:
        future.set_exception(failure)
