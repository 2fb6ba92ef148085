"""A pty as bearer of an emulated modem, so that any program can open it like a serial port.

What a pty needs is measured in modems.md section 3: the slave stays open here and raw from the start,
else reads fail without a client and what the modem says first is echoed back into it. Loopback of this
machine only; on the virtual clock use a memory link.
"""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

_READ: Final = 65_536
UNREAD_LIMIT: Final = 65_536
"""Bytes kept for a client that does not read; what comes on top is dropped, as by a real port"""


class Bearable(Protocol):
    """What a bearer needs of a modem."""

    def attach(self, write: Callable[[bytes], None]) -> None: ...

    def detach(self) -> None: ...

    def received(self, data: bytes) -> None: ...


class PtyPort:
    """One modem on one pty, from `open` to `close`, within a running loop.

    `path` is what a client opens: /dev/pts/N, or `link`, a stable symbolic link to it, which must not
    exist yet unless it is a link itself. Closing is what unplugging looks like to the client.
    """

    def __init__(self, modem: Bearable, link: Path | None = None) -> None:
        self._modem = modem
        self._link = link
        self._master = self._slave = -1
        self._unsent = b""
        self.device = ""

    @property
    def path(self) -> str:
        return str(self._link) if self._link is not None else self.device

    def open(self) -> None:
        """Raises OSError: no more ptys, or `link` cannot be made."""
        self._master, self._slave = os.openpty()
        try:
            tty.setraw(self._slave)
            os.set_blocking(self._master, False)
            self.device = os.ttyname(self._slave)
            if self._link is not None:
                if self._link.is_symlink():
                    self._link.unlink()
                self._link.symlink_to(self.device)
        except OSError:
            self._close_ends()
            raise
        asyncio.get_running_loop().add_reader(self._master, self._readable)
        self._modem.attach(self.write)

    def write(self, data: bytes) -> None:
        """Never blocks."""
        if self._master < 0:
            return
        if self._unsent:
            self._unsent = (self._unsent + data)[:UNREAD_LIMIT]
            return
        self._unsent = data[self._write(data) :][:UNREAD_LIMIT]
        if self._unsent:
            asyncio.get_running_loop().add_writer(self._master, self._writable)

    def _write(self, data: bytes) -> int:
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0

    def _writable(self) -> None:
        self._unsent = self._unsent[self._write(self._unsent) :]
        if not self._unsent:
            asyncio.get_running_loop().remove_writer(self._master)

    def _readable(self) -> None:
        try:
            data = os.read(self._master, _READ)
        except BlockingIOError:
            return
        if data:
            self._modem.received(data)

    def close(self) -> None:
        """The device vanishes; the modem lives on, unheard."""
        if self._master < 0:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._master)
        loop.remove_writer(self._master)
        self._modem.detach()
        if self._link is not None and self._link.is_symlink() and str(self._link.readlink()) == self.device:
            self._link.unlink()
        self._close_ends()

    def _close_ends(self) -> None:
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1
