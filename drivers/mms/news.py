"""URCs about data and the modem's own MMS client, for whoever waits for one of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from drivers.at.answers import fields
from drivers.at.exchange import Unsolicited
from interop.protocols.errors import DeviceLost, NotAnswering

OWED_S = 1800.0
"""how long a result that nobody waits for any more may still come, and must not be taken for the next one"""


class Ear:
    """What was heard since it was opened, in order; what is waited for is taken out."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._heard: deque[Unsolicited] = deque()
        self._lost: DeviceLost | None = None
        self._changed = asyncio.Event()

    def heard(self, urc: Unsolicited) -> None:
        self._heard.append(urc)
        self._changed.set()

    def lost(self, error: DeviceLost) -> None:
        self._lost = error
        self._changed.set()

    def take(self, key: str, where: Callable[[list[str]], bool] = lambda _values: True) -> list[str] | None:
        """The values of the first URC `key` (with its colon) that fits, if there was one."""
        for urc in self._heard:
            if urc.key == key and where(values := fields(urc.body)):
                self._heard.remove(urc)
                return values
        return None

    async def wait(
        self, key: str, where: Callable[[list[str]], bool] = lambda _values: True, *, within: float | None
    ) -> list[str]:
        """As `take`. Raises NotAnswering, and DeviceLost after a restart: it will never come then."""
        try:
            async with asyncio.timeout(within):
                while (values := self.take(key, where)) is None:
                    if self._lost is not None:
                        raise self._lost
                    self._changed.clear()
                    await self._changed.wait()
                return values
        except TimeoutError:
            patience = f"{within or 0:.0f} s"
            raise NotAnswering(self._device, f"no {key.rstrip(':')} within {patience}") from None


class News:
    """Hands them to the ears that are open."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._ears: list[Ear] = []
        self._owed: dict[str, list[float]] = {}
        """by key: since when, of results that did not come in time"""

    def unsolicited(self, urc: Unsolicited) -> None:
        for ear in self._ears:
            ear.heard(urc)
        if not self._ears:
            self._settled(urc.key)

    def lost(self, why: str) -> None:
        """The modem restarted, or its link is gone."""
        self._owed.clear()
        for ear in self._ears:
            ear.lost(DeviceLost(self._device, why))

    def open(self) -> Ear:
        """Before the command whose news is waited for."""
        ear = Ear(self._device)
        self._ears.append(ear)
        return ear

    def close(self, ear: Ear) -> None:
        self._ears.remove(ear)

    @contextmanager
    def heard(self) -> Iterator[Ear]:
        ear = self.open()
        try:
            yield ear
        finally:
            self.close(ear)

    async def result(self, ear: Ear, key: str, within: float) -> list[str]:
        """How what a command began has ended, told once by `key`. Raises as `Ear.wait`.

        Results come in the order of what they are of. One that did not come in time may come now: as long
        as one is owed, the first that comes is that one.
        """
        loop = asyncio.get_running_loop()
        ends, since = loop.time() + within, loop.time()
        try:
            while True:
                values = await ear.wait(key, within=ends - loop.time())
                if (owed := self._settled(key)) is None:
                    return values
                since = min(since, owed)
        except NotAnswering:
            # of two one came: if it was ours after all, the older one is what is still missing
            self._owed.setdefault(key, []).append(since)
            raise

    def _settled(self, key: str) -> float | None:
        """Since when a result was owed that has come now; None where none was."""
        oldest = asyncio.get_running_loop().time() - OWED_S
        owed = self._owed[key] = [since for since in self._owed.get(key, []) if since > oldest]
        return owed.pop(0) if owed else None
