"""A link inside this process: what the driver holds, and the far end that an emulated device holds.

Every chunk is handed over by `loop.call_soon`, so both ends see one order whoever runs first, and in an
empty context: the emulated side must not inherit the writer's context variables (reference/engine.md 3).

>>> link, far = memory_pair("modem-1")
>>> far.connect(device.received)        # bytes that the driver wrote
>>> far.write(b"RDY\\r\\n")             # bytes that the driver gets
>>> far.lose("unplugged")
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context

from interop.protocols.errors import DeviceLost


def memory_pair(name: str, *, emulated: bool = False) -> tuple[MemoryLink, Far]:
    """Both ends. `emulated`: only an emulated network of this process may say True (emergency guard)."""
    far = Far()
    return MemoryLink(name, far, emulated=emulated), far


class Far:
    """The device's end. Bytes for which nobody listens are dropped, as on a port that nobody opened."""

    def __init__(self) -> None:
        self._device: Callable[[bytes], None] = _nobody
        self._driver: Callable[[bytes], None] | None = None
        self._lost: Callable[[str], None] | None = None
        self._awaited: list[asyncio.Future[None]] = []
        self.gone = ""
        """why the device can be reached no more, "" while it can"""

    def connect(self, received: Callable[[bytes], None]) -> None:
        self._device = received

    def write(self, data: bytes) -> None:
        if self._driver is not None and data and not self.gone:
            _soon(self._hand_to_driver, data)

    def lose(self, why: str) -> None:
        """Unplug, after what has been written has arrived."""
        if not self.gone:
            self.gone = why
            _soon(self._report_loss, why)

    def return_(self) -> None:
        """Plug in again; the driver has to open the link anew."""
        self.gone = ""
        awaited, self._awaited = self._awaited, []
        for future in awaited:
            if not future.done():
                future.set_result(None)

    async def returned(self) -> None:
        """Until the next `return_`."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited.append(future)
        await future

    def _hand_to_driver(self, data: bytes) -> None:
        if self._driver is not None:
            self._driver(data)

    def _hand_to_device(self, data: bytes) -> None:
        self._device(data)

    def _report_loss(self, why: str) -> None:
        lost, self._lost, self._driver = self._lost, None, None
        if lost is not None:
            lost(why)


class MemoryLink:
    """The driver's end. Satisfies `interop.protocols.link.Link` and `Returning`."""

    place = ""

    def __init__(self, name: str, far: Far, *, emulated: bool = False) -> None:
        self.name = name
        self.emulated = emulated
        self._far = far

    async def open(self, received: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        if self._far.gone:
            raise DeviceLost(self.name, f"no such device: {self._far.gone}")
        if self._far._driver is not None:
            raise DeviceLost(self.name, "the link is open already")
        self._far._driver, self._far._lost = received, lost

    def write(self, data: bytes) -> None:
        if self._far._driver is not None and not self._far.gone:
            _soon(self._far._hand_to_device, data)

    async def close(self) -> None:
        self._far._driver = self._far._lost = None

    async def returned(self) -> None:
        await self._far.returned()

    def elsewhere(self) -> bool:
        return False


def _soon(call: Callable[[bytes], None] | Callable[[str], None], argument: bytes | str) -> None:
    asyncio.get_running_loop().call_soon(call, argument, context=Context())  # type: ignore[arg-type]


def _nobody(data: bytes) -> None:
    del data
