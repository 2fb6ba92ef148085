"""Who opens and closes files, by inotify(7), for which the standard library has no binding. Linux only."""

from __future__ import annotations

import asyncio
import ctypes
import os
import struct
from collections.abc import Callable
from typing import ClassVar, Final
from weakref import WeakKeyDictionary

_OPEN: Final = 0x20
_CLOSE: Final = 0x08 | 0x10
_EVENT: Final = struct.Struct("iIII")
"""watch, mask, cookie, octets of a name, which the events of a file do not have"""
_BULK: Final = 4096 * _EVENT.size


class Opens:
    """Tells when somebody opened or closed a watched file: one for all files of a loop, as a user may have
    128 by default. The kernel merges equal events in a row: they say that something happened, not how often.
    """

    _of_loops: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, Opens]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(self._libc, "inotify_init1"):
            raise OSError("no inotify on this system")
        self._descriptor = self._checked(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self._watches: dict[str, int] = {}
        self._told: dict[int, Callable[[], None]] = {}
        self._users = 0

    @classmethod
    def join(cls) -> Opens:
        """The one of the running loop, until `leave`. Raises OSError where the system has none (left)."""
        loop = asyncio.get_running_loop()
        opens = cls._of_loops.get(loop)
        if opens is None:
            opens = cls._of_loops[loop] = cls()
            loop.add_reader(opens._descriptor, opens._happened)
        opens._users += 1
        return opens

    def leave(self) -> None:
        self._users -= 1
        if not self._users:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            del self._of_loops[loop]

    def watch(self, path: str, told: Callable[[], None]) -> None:
        """Call `told` when `path` has been opened or closed. Raises OSError."""
        number = self._libc.inotify_add_watch(self._descriptor, os.fsencode(path), _OPEN | _CLOSE)
        self._watches[path] = self._checked(number)
        self._told[number] = told

    def ignore(self, path: str) -> None:
        """Also what happened and was not told yet: every watch has a number of its own."""
        number = self._watches.pop(path)
        self._told.pop(number)
        self._libc.inotify_rm_watch(self._descriptor, number)

    def _happened(self) -> None:
        numbers = [event[0] for event in _EVENT.iter_unpack(os.read(self._descriptor, _BULK))]
        for number in dict.fromkeys(numbers):
            if told := self._told.get(number):
                told()

    @staticmethod
    def _checked(result: int) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return result
