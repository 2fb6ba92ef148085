"""Who opens and closes a file: told when it has happened, never after `ignore`; nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from drivers.emulated.opens import Opens

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify(7) is of Linux")


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def told(event: asyncio.Event) -> None:
    async with asyncio.timeout(20):
        await event.wait()
    event.clear()


@pytest.mark.parametrize("mode", [os.O_RDONLY, os.O_RDWR])
def test_an_open_and_a_close_are_told_to_whoever_watches_that_file(mode: int, tmp_path: Path) -> None:
    async def main() -> None:
        one, other = tmp_path / "one", tmp_path / "other"
        one.touch()
        other.touch()
        opens, event = Opens.join(), asyncio.Event()
        opens.watch(str(one), event.set)
        opens.watch(str(other), lambda: pytest.fail("nobody opened it"))
        file = os.open(one, mode)
        await told(event)
        os.close(file)
        await told(event)
        opens.leave()

    asyncio.run(main())


def test_what_happened_before_ignore_is_not_told_after_it(tmp_path: Path) -> None:
    async def main() -> None:
        gone, here = tmp_path / "gone", tmp_path / "here"
        gone.touch()
        here.touch()
        opens, event = Opens.join(), asyncio.Event()
        opens.watch(str(gone), lambda: pytest.fail("it is ignored"))
        opens.watch(str(here), event.set)
        gone.read_bytes()
        opens.ignore(str(gone))
        here.read_bytes()
        await told(event)
        opens.leave()

    asyncio.run(main())


def test_one_of_a_loop_and_none_when_the_last_has_left() -> None:
    async def main() -> None:
        before = descriptors()
        first, second = Opens.join(), Opens.join()
        assert first is second
        assert descriptors() == before + 1
        first.leave()
        assert descriptors() == before + 1
        second.leave()
        assert descriptors() == before

    asyncio.run(main())


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    async def main() -> None:
        opens = Opens.join()
        with pytest.raises(FileNotFoundError):
            opens.watch(str(tmp_path / "none"), lambda: None)
        opens.leave()

    asyncio.run(main())
