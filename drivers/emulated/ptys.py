"""A pty as bearer of an emulated modem, so that any program can open it like a serial port.

What a pty needs is measured in modems.md section 3: the slave stays open here and raw from the start,
else reads fail without a client and what the modem says first is echoed back into it. Loopback of this
machine only; on the virtual clock use a memory link.

What a modem says while no program has the port open is lost, as on a real one, and what a program left
unread goes when the last one leaves: a pty would keep both for the next. So does the mark of one that asked
for the port alone (TIOCEXCL), which would lock out everybody after it.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import termios
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from drivers.emulated.opens import Opens

_READ: Final = 65_536
_TIOCGEXCL: Final = 0x80045440
"""Linux 3.8, asm-generic/ioctls.h: is TIOCEXCL set? The termios module does not name it"""
UNREAD_LIMIT: Final = 65_536
"""Bytes kept for a client that does not read; what comes on top is dropped, as by a real port"""


class Bearable(Protocol):
    """What a bearer needs of a modem."""

    def attach(self, write: Callable[[bytes], None]) -> None: ...

    def detach(self, write: Callable[[bytes], None]) -> None: ...

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
        self._opens: Opens | None = None
        self.used = True
        """a program has it open, as far as can be told"""
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
        loop = asyncio.get_running_loop()
        loop.add_reader(self._master, self._readable)
        try:
            self._opens = Opens.join()
        except OSError:
            self.used = True  # it cannot be told: better a stale line than a lost one
        else:
            self.used = False
            self._opens.watch(self.device, self._come_or_gone)
        self._modem.attach(self.write)

    def write(self, data: bytes) -> None:
        """Never blocks."""
        if self._master < 0 or not self.used:
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
            self.used = True
            self._modem.received(data)

    # Programs that come and go

    def _come_or_gone(self) -> None:
        """Somebody opened or closed the port: is it used now?

        The master says so, by a hang-up, once our own end is closed as well. A program that opens the port
        while it is looked at and then says nothing is taken for none until it does.
        """
        assert self._opens is not None
        self._opens.ignore(self.device)
        alone = fcntl.ioctl(self._slave, _TIOCGEXCL, b"\0\0\0\0") != b"\0\0\0\0"
        fcntl.ioctl(self._slave, termios.TIOCNXCL)
        os.close(self._slave)
        self.used = not _hung_up(self._master)
        self._slave = os.open(self.device, os.O_RDWR | os.O_NOCTTY)
        self._opens.watch(self.device, self._come_or_gone)
        if self.used:
            if alone:
                fcntl.ioctl(self._slave, termios.TIOCEXCL)
            return
        termios.tcflush(self._slave, termios.TCIFLUSH)
        tty.setraw(self._slave)
        if self._unsent:
            self._unsent = b""
            asyncio.get_running_loop().remove_writer(self._master)

    # The plug

    def cable(self, pulled: bool) -> None:
        """Pull the plug, or put it in again: another /dev/pts/N then, behind the same `link`."""
        if pulled:
            self.close()
        elif self._master < 0:
            self.open()

    def close(self) -> None:
        """The device vanishes; the modem lives on, unheard."""
        if self._master < 0:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._master)
        loop.remove_writer(self._master)
        if self._opens is not None:
            self._opens.ignore(self.device)
            self._opens.leave()
            self._opens = None
        self._modem.detach(self.write)
        if self._link is not None and self._link.is_symlink() and str(self._link.readlink()) == self.device:
            self._link.unlink()
        self._close_ends()

    def _close_ends(self) -> None:
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1


def _hung_up(master: int) -> bool:
    """Nobody has the other end open."""
    poll = select.poll()
    poll.register(master, 0)
    return bool(poll.poll(0))
