"""The event loops of a run: real time, or a virtual clock that jumps when nothing can run.

On the virtual clock a plan of simulated hours ends in seconds, and one seed gives one result. What makes
that so was measured (reference: engine.md sections 4 and 5): I/O is polled only when nothing is runnable
and in order of registration, timers with one deadline run first in first out, executor jobs run inline,
tasks hash by their number. Links must be memory or unix sockets: a pty's bytes are invisible in flight.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import itertools
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, TypeVar

T = TypeVar("T")

BLOCKED_AFTER_S = 5.0
"""wall seconds without a turn of the loop after which the watch-dog names who holds it"""

_MOST_TURNS_WITHOUT_POLL = 100


class Deadlock(RuntimeError):
    """Nothing is scheduled and nothing can run: the text names who waits, and where."""


class _Task(asyncio.Task[Any]):
    """Hashes by its number, so that sets of tasks (asyncio.wait, TaskGroup) iterate alike in every run."""

    def __init__(self, coroutine: Any, *, loop: VirtualLoop, **options: Any) -> None:
        self.number = loop.next_task_number()
        super().__init__(coroutine, loop=loop, **options)

    def __hash__(self) -> int:
        return self.number


class _Timer(asyncio.TimerHandle):
    """A timer whose ties are broken by order of creation."""

    __slots__ = ("_sequence",)

    def __init__(
        self,
        sequence: int,
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: asyncio.AbstractEventLoop,
        context: contextvars.Context | None,
    ) -> None:
        super().__init__(when, callback, args, loop, context)
        self._sequence = sequence

    _when: float

    def __lt__(self, other: Any) -> bool:
        if self._when == other._when:
            return bool(self._sequence < other._sequence)
        return bool(self._when < other._when)


class _WatchedSelector(selectors.DefaultSelector):
    """Tells the watch-dog whether the loop turns (`turns`) or rightly waits (`waiting`)."""

    turns = 0
    waiting = False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.turns += 1
        self.waiting = True
        try:
            return super().select(timeout)
        finally:
            self.waiting = False


class _VirtualSelector(_WatchedSelector):
    """Never waits: where a real selector would, it moves its loop's time."""

    def __init__(self) -> None:
        super().__init__()
        self.loop: VirtualLoop | None = None
        self._order: dict[int, int] = {}
        self._registrations = itertools.count()
        self._unpolled = 0

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = super().register(fileobj, events, data)
        self._order[key.fd] = next(self._registrations)
        return key

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0 and self._unpolled < _MOST_TURNS_WITHOUT_POLL:
            self.turns += 1
            self._unpolled += 1
            return []
        self._unpolled = 0
        ready = super().select(0)
        if ready:
            ready.sort(key=lambda item: self._order[item[0].fd])
        elif timeout is None or timeout > 0:
            assert self.loop is not None
            self.loop.jump()
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time()` starts at 0.0 and moves only by jumps to the next timer.

    Raises Deadlock out of `run_forever` where an ordinary loop would wait for ever.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._timers = itertools.count()
        self._tasks = itertools.count()
        selector = _VirtualSelector()
        super().__init__(selector)
        selector.loop = self
        self._clock_resolution = 1e-6
        self.set_task_factory(_make_task)  # type: ignore[arg-type]

    def time(self) -> float:
        return self._now

    def next_task_number(self) -> int:
        return next(self._tasks)

    def jump(self) -> None:
        """To the next timer. Raises Deadlock when there is none."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        if not scheduled:
            raise Deadlock(f"nothing can ever run again; waiting for ever: {blocked(self) or 'no task'}")
        self._now = max(self._now, scheduled[0].when())

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        self._check_closed()  # type: ignore[attr-defined]
        timer = _Timer(next(self._timers), when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)  # type: ignore[attr-defined]
        timer._scheduled = True  # type: ignore[attr-defined]
        return timer

    def run_in_executor(  # type: ignore[override]
        self, executor: object, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Inline: a thread's end has no place on a virtual clock."""
        del executor
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    async def getaddrinfo(self, host: Any, port: Any, **hints: Any) -> Any:
        """Numeric addresses only: a resolver answers on the wall clock."""
        hints["flags"] = hints.get("flags", 0) | socket.AI_NUMERICHOST
        try:
            return socket.getaddrinfo(host, port, **hints)
        except socket.gaierror:
            raise OSError(f"{host!r} is not a numeric address: no host names on the virtual clock") from None


class RealLoop(asyncio.SelectorEventLoop):
    """The wall clock, under the same watch-dog."""

    def __init__(self) -> None:
        super().__init__(_WatchedSelector())


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """`run(main, virtual=True)`: what tests of timing code want."""
    return run(main, virtual=True)


def run(main: Coroutine[Any, Any, T], *, virtual: bool, complain: Callable[[str], None] | None = None) -> T:
    """Run `main` on a loop of its own and leave the thread's current loop as it was.

    The first Ctrl-C (or SIGTERM, or the end of the terminal) cancels `main`, lets it clean up and then raises
    KeyboardInterrupt; a second Ctrl-C raises at once. `complain` is called from a thread with one sentence
    when something blocks the loop (default: written to stderr).
    """
    loop: VirtualLoop | RealLoop = VirtualLoop() if virtual else RealLoop()
    try:
        task = loop.create_task(main, name="main")
        with _watch_dog(loop, complain or _to_stderr), _interruptible(loop, task) as interrupted:
            try:
                result = loop.run_until_complete(task)
            except asyncio.CancelledError:
                if interrupted:
                    raise KeyboardInterrupt from None
                raise
        if interrupted:
            raise KeyboardInterrupt
        return result
    finally:
        _wind_up(loop)


def where(task: asyncio.Task[Any]) -> str:
    """Where a suspended task waits, "modem.py:120 in dial": the innermost frame that is not asyncio's own."""
    place = ""
    step: Any = task.get_coro()
    while step is not None:
        frame = getattr(step, "cr_frame", None) or getattr(step, "ag_frame", None)
        if frame is not None and not _is_asyncio(frame.f_code):
            place = _place(frame)
        step = getattr(step, "cr_await", None) or getattr(step, "ag_await", None)
    return place


def blocked(loop: asyncio.AbstractEventLoop) -> str:
    """Every unfinished task by name and place, in order of creation."""
    tasks = sorted(asyncio.all_tasks(loop), key=lambda task: getattr(task, "number", 0))
    return ", ".join(f"{task.get_name()} at {where(task) or 'its start'}" for task in tasks)


def _make_task(loop: VirtualLoop, coroutine: Any, **options: Any) -> _Task:
    return _Task(coroutine, loop=loop, **options)


def _is_asyncio(code: CodeType) -> bool:
    return Path(code.co_filename).parent.name == "asyncio"


def _place(frame: FrameType) -> str:
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} in {frame.f_code.co_name}"


def _to_stderr(text: str) -> None:
    sys.stderr.write(f"{text}\n")


@contextmanager
def _interruptible(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> Iterator[list[int]]:
    """Signals cancel `task` the first time. Yields the signals that came."""
    came: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        if came and number == signal.SIGHUP:
            return  # the kernel's and the shell's: nobody is impatient
        came.append(number)
        if len(came) > 1 or task.done():
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(task.cancel)

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    usual: dict[signal.Signals, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGHUP: signal.SIG_DFL,
    }
    ours = [number for number, handler in usual.items() if signal.getsignal(number) is handler]
    for number in ours:
        signal.signal(number, interrupt)
    try:
        yield came
    finally:
        for number in ours:
            signal.signal(number, usual[number])


@contextmanager
def _watch_dog(loop: VirtualLoop | RealLoop, complain: Callable[[str], None]) -> Iterator[None]:
    """A thread that only looks: it never touches the loop, so it cannot change a result."""
    selector: _WatchedSelector = loop._selector  # type: ignore[union-attr]
    holder = threading.get_ident()
    over = threading.Event()

    def look() -> None:
        seen = -1
        while not over.wait(BLOCKED_AFTER_S):
            if selector.turns == seen and not selector.waiting:
                complain(_accusation(loop, sys._current_frames().get(holder)))
            seen = selector.turns

    thread = threading.Thread(target=look, name="interop watch-dog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _accusation(loop: asyncio.AbstractEventLoop, frame: FrameType | None) -> str:
    task = asyncio.current_task(loop)
    who = task.get_name() if task else "a callback"
    place = f" at {_place(frame)}" if frame else ""
    return f"{who} has blocked every case for {BLOCKED_AFTER_S:g} s{place}; cases must await, never sleep"


def _wind_up(loop: asyncio.AbstractEventLoop) -> None:
    try:
        left = sorted(asyncio.all_tasks(loop), key=lambda task: getattr(task, "number", 0))
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()
