"""What a link delivers, and waiting for it."""

from __future__ import annotations

import asyncio

import pytest


class Heard:
    def __init__(self) -> None:
        self.data = b""
        self.lost: list[str] = []
        self._more = asyncio.Event()

    def received(self, data: bytes) -> None:
        self.data += data
        self._more.set()

    def gone(self, why: str) -> None:
        self.lost.append(why)
        self._more.set()

    async def more(self) -> None:
        async with asyncio.timeout(20):
            await self._more.wait()
        self._more.clear()

    async def until(self, length: int) -> bytes:
        while len(self.data) < length:
            await self.more()
        return self.data


@pytest.fixture
def heard() -> Heard:
    return Heard()
