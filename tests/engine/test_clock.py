"""The virtual clock against what engine.md measured: order, jumps, no false time-outs, no hangs."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.engine import clock
from interop.engine.clock import Deadlock, run, run_virtual


@given(st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.30000000000000004, 5.0, 1e6]), max_size=60))
def test_timers_run_in_order_and_equal_deadlines_first_in_first_out(delays: list[float]) -> None:
    async def main() -> list[tuple[float, int]]:
        ran: list[tuple[float, int]] = []
        loop = asyncio.get_running_loop()
        for number, delay in enumerate(delays):
            loop.call_at(delay, ran.append, (delay, number))
        await asyncio.sleep(2e6)
        assert loop.time() == 2e6
        return ran

    assert run_virtual(main()) == sorted((delay, number) for number, delay in enumerate(delays))


def test_cancelled_timers_do_not_run_or_hold_the_clock() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        for _ in range(500):
            loop.call_later(1, pytest.fail).cancel()
        await asyncio.sleep(3)
        return loop.time()

    assert run_virtual(main()) == 3


def test_bytes_that_are_there_come_before_any_time_out() -> None:
    """1,000 exchanges over a unix socket pair, each guarded by a virtual second: none is lost."""

    async def main() -> float:
        here, there = socket.socketpair()
        reader, writer = await asyncio.open_unix_connection(sock=here)
        far_reader, far_writer = await asyncio.open_unix_connection(sock=there)

        async def echo() -> None:
            while line := await far_reader.readline():
                far_writer.write(line)

        task = asyncio.create_task(echo())
        for number in range(1000):
            async with asyncio.timeout(1):
                writer.write(b"%d\n" % number)
                assert await reader.readline() == b"%d\n" % number
        writer.close()
        await task
        far_writer.close()
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 0


def test_a_busy_loop_still_polls_its_sockets() -> None:
    async def main() -> bytes:
        here, there = socket.socketpair()
        reader, writer = await asyncio.open_unix_connection(sock=here)
        there.send(b"x")
        got = asyncio.ensure_future(reader.read(1))
        while not got.done():  # noqa: ASYNC110 - busy on purpose
            await asyncio.sleep(0)
        writer.close()
        there.close()
        return got.result()

    assert run_virtual(main()) == b"x"


def test_nothing_to_wait_for_names_who_waits_and_where() -> None:
    async def lonely() -> None:
        await asyncio.get_running_loop().create_future()

    async def main() -> None:
        await asyncio.gather(asyncio.create_task(lonely(), name="case a"), lonely())

    with pytest.raises(
        Deadlock, match=r"main at test_clock.py:\d+ in main, case a at test_clock.py:\d+ in lonely"
    ):
        run_virtual(main())


def test_executor_jobs_run_inline_and_names_are_not_resolved() -> None:
    async def main() -> None:
        import threading

        assert await asyncio.to_thread(threading.current_thread) is threading.main_thread()
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 / 0)
        loop = asyncio.get_running_loop()
        assert (await loop.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM))[0][4] == ("127.0.0.1", 80)
        with pytest.raises(OSError, match=r"'example\.org' is not a numeric address"):
            await loop.getaddrinfo("example.org", 80)

    run_virtual(main())


def test_sets_of_tasks_iterate_alike_in_every_run() -> None:
    async def main() -> list[int]:
        async def number(value: int) -> int:
            await asyncio.sleep(1)
            return value

        tasks = [asyncio.create_task(number(value)) for value in range(50)]
        done, _ = await asyncio.wait(tasks)
        return [task.result() for task in done]

    assert len({tuple(run_virtual(main())) for _ in range(5)}) == 1


@pytest.mark.parametrize("virtual", [True, False])
def test_the_current_loop_stays_what_it_was(virtual: bool) -> None:
    async def nothing() -> int:
        return 1

    mine = asyncio.new_event_loop()
    asyncio.set_event_loop(mine)
    try:
        assert run(nothing(), virtual=virtual) == 1
        assert asyncio.get_event_loop_policy().get_event_loop() is mine
    finally:
        asyncio.set_event_loop(None)
        mine.close()


@pytest.mark.parametrize("virtual", [True, False])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_cancels_and_lets_clean_up(virtual: bool, number: signal.Signals) -> None:
    said: list[str] = []

    async def main() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            await asyncio.sleep(0.001)
            said.append("cleaned up")
            raise

    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt):
        run(main(), virtual=virtual)
    assert said == ["cleaned up"]
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("virtual", [True, False])
def test_the_watch_dog_names_who_blocks_the_loop(virtual: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The culprit spins until it is accused: nothing here depends on how fast the machine is."""
    monkeypatch.setattr(clock, "BLOCKED_AFTER_S", 0.02)
    said: list[str] = []

    async def blocks() -> None:
        while not said:
            pass

    async def main() -> None:
        await asyncio.create_task(blocks(), name="a case")

    run(main(), virtual=virtual, complain=said.append)
    assert said[0].startswith("a case has blocked every case")
    assert "test_clock.py" in said[0] and "in blocks" in said[0]


def test_a_loop_that_rightly_waits_is_not_accused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "BLOCKED_AFTER_S", 0.01)
    said: list[str] = []
    run(asyncio.sleep(0.1), virtual=False, complain=said.append)
    assert said == []


def test_what_is_left_is_cancelled_and_closed() -> None:
    ended: list[str] = []

    async def lingers() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("task")

    async def values() -> Any:
        try:
            yield 1
        finally:
            ended.append("generator")

    async def main() -> None:
        task = asyncio.ensure_future(lingers())
        await anext(values())
        await asyncio.sleep(1)
        assert not task.done()

    run_virtual(main())
    assert sorted(ended) == ["generator", "task"]
