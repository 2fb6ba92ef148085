"""Any other pyserial URL as a link. It has no descriptor to rely on: a thread reads it, another writes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from drivers.links.opening import why_not_open
from interop.protocols.errors import DeviceLost

_BULK = 65536
_THREAD_POLL_S = 0.2
"""how often a reader thread looks whether the link was closed; data wakes it at once"""


class UrlLink:
    """Any other pyserial URL: socket://, rfc2217://, spy://, loop:// ... Counts as real, loopback or not."""

    emulated = False

    def __init__(self, name: str, url: str, baudrate: int = 115200) -> None:
        self.name = name
        self._url = url
        self._baudrate = baudrate
        self._port: Any = None  # pyserial's stubs know in_waiting on the platform classes only
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    async def open(self, received: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        import serial

        try:
            port = await asyncio.to_thread(
                serial.serial_for_url, self._url, baudrate=self._baudrate, timeout=_THREAD_POLL_S
            )
        except (OSError, ValueError) as error:
            raise DeviceLost(self.name, why_not_open(self._url, error)) from error
        self._port = port
        outbox = self._outbox = SimpleQueue[bytes | None]()
        loop = asyncio.get_running_loop()

        def deliver(data: bytes) -> None:
            if self._port is port:
                received(data)

        def die(why: str) -> None:
            if self._port is port:
                self._stop()
                loop.run_in_executor(None, port.close)  # rfc2217:// takes 0.3 s for it
                lost(f"{self._url}: {why}")

        def tell(call: Callable[..., None], argument: bytes | str) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(call, argument)

        def read() -> None:
            try:
                while self._port is port:
                    chunk = port.read(1)
                    while chunk and (waiting := port.in_waiting):
                        chunk += port.read(min(waiting, _BULK))
                        if len(chunk) >= _BULK:
                            break
                    if chunk:
                        tell(deliver, bytes(chunk))
            except (OSError, TypeError, AttributeError) as error:
                # pyserial's handlers fail in these ways when the port is closed under a read
                tell(die, str(error) or type(error).__name__)

        def write() -> None:
            try:
                while (data := outbox.get()) is not None:
                    port.write(data)
            except OSError as error:
                tell(die, str(error) or type(error).__name__)

        self._threads = [threading.Thread(target=body, daemon=True, name=self.name) for body in (read, write)]
        for thread in self._threads:
            thread.start()

    def write(self, data: bytes) -> None:
        if self._port is not None:
            self._outbox.put(bytes(data))

    async def close(self) -> None:
        port = self._port
        self._stop()
        if port is not None:
            threads, self._threads = self._threads, []
            for thread in threads:
                await asyncio.to_thread(thread.join, 5)
            await asyncio.to_thread(port.close)

    def _stop(self) -> None:
        self._port = None
        self._outbox.put(None)
