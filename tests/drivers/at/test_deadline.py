"""One timer for one deadline after another, on the virtual clock."""

from __future__ import annotations

import asyncio

from drivers.at.deadline import Deadline
from interop.engine.clock import run_virtual


def passed_at(*steps: tuple[float, float | None]) -> list[float]:
    """When a deadline passed: at each moment it is set to so many seconds, or cleared (None)."""

    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        found: list[float] = []
        deadline = Deadline(lambda: found.append(round(loop.time(), 3)))
        for moment, seconds in steps:
            await asyncio.sleep(moment - loop.time())
            if seconds is None:
                deadline.clear()
            else:
                deadline.set(seconds)
        await asyncio.sleep(100)
        deadline.close()
        return found

    return run_virtual(main())


def test_it_passes_once_at_its_moment() -> None:
    assert passed_at((0, 5)) == [5]


def test_cleared_it_never_passes() -> None:
    assert passed_at((0, 5), (1, None)) == []


def test_a_later_one_does_not_pass_at_the_first_ones_moment() -> None:
    assert passed_at((0, 5), (1, None), (2, 5)) == [7]


def test_an_earlier_one_does_not_wait_for_the_first_ones_timer() -> None:
    assert passed_at((0, 60), (1, None), (2, 5)) == [7]
    assert passed_at((0, 60), (1, 2)) == [3]


def test_it_serves_again_after_it_has_passed() -> None:
    assert passed_at((0, 5), (10, 5), (20, None), (21, 1)) == [5, 15, 22]


def test_closed_it_leaves_no_timer() -> None:
    async def main() -> bool:
        deadline = Deadline(lambda: None)
        deadline.set(5)
        deadline.close()
        return all(timer.cancelled() for timer in asyncio.get_running_loop()._scheduled)  # type: ignore[attr-defined]

    assert run_virtual(main())
