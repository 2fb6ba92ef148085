"""Serial ports and pyserial URLs as links.

pyserial opens the port and sets termios; from then on a plain port's descriptor is read in bulk by the event
loop (its own read paths are hundreds of times slower and end at 203 ports). Other URLs have no descriptor
to rely on: a thread reads them, another writes.
"""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, ClassVar

from interop.protocols.errors import DeviceLost

if TYPE_CHECKING:
    from pydantic import BaseModel
    from serial import SerialBase

    from interop.lab.model import ModemPart
    from interop.protocols.equipment import Setting

_BULK = 65536
_THREAD_POLL_S = 0.2
"""how often a reader thread looks whether the link was closed; data wakes it at once"""


class SerialLinks:
    """The link driver of everything that is not emulated: device paths and pyserial URLs."""

    name = "serial"
    section: ClassVar[type[BaseModel] | None] = None

    def __init__(self, setting: Setting) -> None:
        injected = [*setting.defects, *setting.quirks]
        if injected and all(self.serves(modem.port) for modem in setting.lab.modems):
            raise ValueError(f"{injected[0]!r} needs an emulated device to inject it into; this lab has none")

    @staticmethod
    def serves(port: str) -> bool:
        return port != "emulated"

    async def start(self) -> None: ...

    def link(self, modem: ModemPart) -> SerialLink | UrlLink:
        if "://" in modem.port:
            return UrlLink(modem.name, modem.port, modem.baudrate)
        return SerialLink(modem.name, modem.port, modem.baudrate)

    def endpoint(self, url: str) -> tuple[str, str | None]:
        return url, None

    async def stop(self) -> None: ...


class SerialLink:
    """A device path, opened exclusively, 8N1. Satisfies `interop.protocols.link.Link`."""

    emulated = False

    def __init__(self, name: str, port: str, baudrate: int = 115200) -> None:
        self.name = name
        self._port_name = port
        self._baudrate = baudrate
        self._port: SerialBase | None = None
        self._fd = -1
        self._backlog = bytearray()
        self._writing_later = False

    async def open(self, received: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        import serial

        try:
            port = serial.Serial(self._port_name, self._baudrate, timeout=0, write_timeout=0, exclusive=True)
        except (OSError, ValueError) as error:  # serial.SerialException is an OSError
            raise DeviceLost(self.name, _why_not_open(self._port_name, error)) from error
        self._port, self._fd = port, port.fileno()
        self._received, self._lost = received, lost
        os.set_blocking(self._fd, False)
        asyncio.get_running_loop().add_reader(self._fd, self._readable)

    def write(self, data: bytes) -> None:
        if self._port is None:
            return
        waiting = bool(self._backlog)
        self._backlog += data
        if not waiting:
            self._writable()

    async def close(self) -> None:
        self._release()

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, _BULK)
        except BlockingIOError:
            return
        except OSError as error:
            self._die(os.strerror(error.errno or errno.EIO))
            return
        if data:
            self._received(data)
        else:
            self._die("hung up")

    def _writable(self) -> None:
        try:
            while self._backlog:
                del self._backlog[: os.write(self._fd, self._backlog)]
        except BlockingIOError:
            asyncio.get_running_loop().add_writer(self._fd, self._writable)
            self._writing_later = True
        except OSError as error:
            # the caller of write() is in the middle of its own step: the news must not come from within
            asyncio.get_running_loop().call_soon(self._die, os.strerror(error.errno or errno.EIO))
        else:
            if self._writing_later:
                asyncio.get_running_loop().remove_writer(self._fd)
                self._writing_later = False

    def _die(self, why: str) -> None:
        if self._port is not None:
            self._release()
            self._lost(f"{self._port_name}: {why}")

    def _release(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._fd)
            loop.remove_writer(self._fd)
            self._backlog.clear()
            port.close()


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
            raise DeviceLost(self.name, _why_not_open(self._url, error)) from error
        self._port = port
        self._outbox = SimpleQueue()
        loop = asyncio.get_running_loop()

        def deliver(data: bytes) -> None:
            if self._port is port:
                received(data)

        def die(why: str) -> None:
            if self._port is port:
                self._stop()
                port.close()
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
                while (data := self._outbox.get()) is not None:
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
            port.close()

    def _stop(self) -> None:
        self._port = None
        self._outbox.put(None)


def _why_not_open(port: str, error: Exception) -> str:
    """What went wrong and what to do, from the errno that pyserial wraps or only quotes."""
    number = getattr(error, "errno", None)
    text = str(error)
    if number is None:
        number = next((n for n in (errno.ENOENT, errno.EACCES, errno.EBUSY) if f"[Errno {n}]" in text), None)
    if number == errno.ENOENT or ("://" not in port and not Path(port).exists()):
        return f"no such port {port}: is the modem plugged in?"
    if number in (errno.EACCES, errno.EPERM):
        return f"no permission to open {port}: add yourself to group dialout and log in again"
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return f"{port} is held by another program (ModemManager?): stop it or exclude the port from it"
    return f"cannot open {port}: {text}"
