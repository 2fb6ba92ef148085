"""The memory link: order, context, loss."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

import pytest

from drivers.links import memory_pair
from interop.engine.clock import run_virtual
from interop.protocols.errors import DeviceLost

WHO: ContextVar[str] = ContextVar("WHO", default="nobody")


def test_chunks_arrive_in_order_and_never_within_the_write() -> None:
    async def main() -> None:
        link, far = memory_pair("m1")
        got: list[bytes] = []
        far.connect(lambda data: far.write(b"<" + data))
        await link.open(got.append, lambda _why: None)
        for data in (b"a", b"b"):
            link.write(data)
        far.write(b"c")
        assert got == []
        await asyncio.sleep(0)
        assert got == [b"c"]
        await asyncio.sleep(0)
        assert got == [b"c", b"<a", b"<b"]

    run_virtual(main())


def test_the_device_does_not_run_in_the_writers_context() -> None:
    async def main() -> None:
        link, far = memory_pair("m1")
        seen: list[str] = []
        far.connect(lambda _data: seen.append(WHO.get()))
        await link.open(lambda _data: None, lambda _why: None)
        WHO.set("a case")
        link.write(b"x")
        await asyncio.sleep(0)
        assert seen == ["nobody"]

    run_virtual(main())


def test_what_was_written_arrives_before_the_loss_and_nothing_after_it() -> None:
    async def main() -> None:
        link, far = memory_pair("m1")
        seen: list[str] = []
        heard: list[bytes] = []
        far.connect(heard.append)
        await link.open(lambda data: seen.append(data.decode()), lambda why: seen.append(f"lost: {why}"))
        far.write(b"last words")
        far.lose("unplugged")
        far.lose("again")
        far.write(b"from the grave")
        link.write(b"to the grave")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert seen == ["last words", "lost: unplugged"]
        assert heard == []
        with pytest.raises(DeviceLost, match="m1: no such device: unplugged"):
            await link.open(heard.append, seen.append)
        far.return_()
        await link.open(heard.append, seen.append)

    run_virtual(main())


def test_only_one_may_open_it_and_nobody_hears_before_or_after() -> None:
    async def main() -> None:
        link, far = memory_pair("m1")
        got: list[bytes] = []
        far.write(b"early")
        await link.open(got.append, lambda _why: None)
        with pytest.raises(DeviceLost, match="open already"):
            await link.open(got.append, lambda _why: None)
        far.write(b"now")
        await asyncio.sleep(0)
        await link.close()
        far.write(b"late")
        await asyncio.sleep(0)
        assert got == [b"now"]

    run_virtual(main())


def test_a_link_is_real_unless_an_emulated_country_says_otherwise() -> None:
    assert memory_pair("m1")[0].emulated is False
    assert memory_pair("m1", emulated=True)[0].emulated is True
