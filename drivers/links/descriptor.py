"""An open non-blocking descriptor on the running loop: read in bulk, written as far as it takes.

pyserial's own read paths are hundreds of times slower and end at 203 ports (modems.md section 6).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

_BULK = 65536


class Descriptor:
    """Calls `received` with what comes and `died` once with why. The owner closes `fd` after `release`."""

    def __init__(self, fd: int, received: Callable[[bytes], None], died: Callable[[str], None]) -> None:
        self._fd = fd
        self._received = received
        self._died = died
        self._backlog = bytearray()
        self._writing_later = False
        self._released = False
        os.set_blocking(fd, False)
        asyncio.get_running_loop().add_reader(fd, self._readable)

    def write(self, data: bytes) -> None:
        waiting = bool(self._backlog)
        self._backlog += data
        if not waiting:
            self._writable()

    def release(self) -> None:
        """Let go of the loop; nothing is called any more."""
        if not self._released:
            self._released = True
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._fd)
            loop.remove_writer(self._fd)
            self._backlog.clear()

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, _BULK)
        except BlockingIOError:
            return
        except OSError as error:
            self._die(error.strerror or str(error))
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
            asyncio.get_running_loop().call_soon(self._die, error.strerror or str(error))
        else:
            if self._writing_later:
                asyncio.get_running_loop().remove_writer(self._fd)
                self._writing_later = False

    def _die(self, why: str) -> None:
        if not self._released:
            self.release()
            self._died(why)
