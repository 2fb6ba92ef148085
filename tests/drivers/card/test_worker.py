"""Threads for calls that may never return."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from functools import partial

import pytest

from drivers.card.worker import Worker

GENEROUS_S = 60.0


def test_results_and_errors_in_their_order() -> None:
    async def main() -> None:
        worker = Worker("w")
        seen: list[int] = []
        await asyncio.gather(*[worker.call(partial(seen.append, number), GENEROUS_S) for number in range(9)])
        assert seen == [*range(9)]
        assert await worker.call(lambda: 7, GENEROUS_S) == 7
        with pytest.raises(ZeroDivisionError):
            await worker.call(lambda: 1 // 0, GENEROUS_S)
        ended = threading.Event()
        worker.end(ended.set)
        assert await asyncio.to_thread(ended.wait, GENEROUS_S)

    asyncio.run(main())


def test_what_has_not_begun_when_it_is_cancelled_is_not_done() -> None:
    async def main() -> None:
        worker, go = Worker("w"), threading.Event()
        done: list[int] = []
        first = asyncio.create_task(worker.call(lambda: go.wait(GENEROUS_S), GENEROUS_S))
        second = asyncio.create_task(worker.call(lambda: done.append(2), GENEROUS_S))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        go.set()
        assert await first
        await worker.call(lambda: done.append(3), GENEROUS_S)
        assert done == [3]
        worker.end(lambda: None)

    asyncio.run(main())


def test_a_program_ends_though_a_call_does_not() -> None:
    program = (
        "import asyncio, threading\n"
        "from drivers.card.worker import Worker\n"
        "async def main():\n"
        "    try: await Worker('w').call(threading.Event().wait, 0.01)\n"
        "    except TimeoutError: print('given up')\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=GENEROUS_S)
    assert (done.stdout, done.stderr, done.returncode) == ("given up\n", "", 0)
