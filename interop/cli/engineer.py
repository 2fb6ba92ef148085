"""The engineer at the terminal that a command was started from."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
import termios
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Final

_LONGEST_LINE: Final = 4096
"""octets: no terminal gives more at once"""


class AtTerminal:
    """Implements `Engineer` on a terminal, without holding up the event loop.

    Lines are edited by the terminal itself, and Ctrl-C is what it always is. Ctrl-D says that nobody is here
    any more. `aside` is entered while a question stands: whoever else draws there makes room.
    """

    def __init__(
        self, terminal: str | None, aside: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        """`terminal`: its device path, as `terminal()` finds it; None where there is none."""
        self._aside = aside
        self._turn = asyncio.Lock()
        self._keys = self._screen = -1
        if terminal is not None:
            try:
                # descriptors of our own: not blocking must not become true of the shell's
                self._keys = os.open(terminal, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
                self._screen = os.open(terminal, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
            except OSError:
                self.close()

    @property
    def present(self) -> bool:
        """A process in the background would be stopped if it read: there, nobody can be asked."""
        return self._keys >= 0 and _in_foreground(self._keys)

    async def ask(self, question: str, answers: Mapping[str, str], *, within: float) -> str | None:
        async with self._turn:
            if not self.present:
                return None
            with self._aside():
                termios.tcflush(self._keys, termios.TCIFLUSH)  # typed before there was a question
                self._say(f"\a\n{question}\n\n")
                for key, meaning in answers.items():
                    self._say(f"  {key}  {meaning}\n")
                return await self._answer(answers, within)

    async def _answer(self, answers: Mapping[str, str], within: float) -> str | None:
        keys = ", ".join(answers)
        self._say(f"{keys}? (within {within:g} s; Ctrl-D: nobody is here) ")
        try:
            async with asyncio.timeout(within):
                while (line := await self._line()) is not None:
                    # an input method for Chinese gives full-width letters
                    answer = unicodedata.normalize("NFKC", line).strip().casefold()
                    if answer in answers:
                        return answer
                    self._say(f"{keys}? ")
        except TimeoutError:
            self._say(f"\nno answer within {within:g} s\n")
        except asyncio.CancelledError:
            self._say("\n")
            raise
        return None

    async def _line(self) -> str | None:
        """What was typed up to the Enter key, None when nobody will type any more."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._keys, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._keys)
        try:
            data = os.read(self._keys, _LONGEST_LINE) if self.present else b""
        except BlockingIOError:
            return ""
        except OSError:  # the terminal was closed
            data = b""
        if not data:
            self._say("\n")
            self.close()
            return None
        return data.decode("utf-8", "replace")

    def _say(self, text: str) -> None:
        """What is sent to a phone must not command the terminal."""
        shown = "".join(char if _harmless(char) else ascii(char)[1:-1] for char in text)
        try:
            os.write(self._screen, shown.encode("utf-8", "replace"))
        except OSError:
            self.close()

    def close(self) -> None:
        """Ask nobody any more."""
        for descriptor in (self._keys, self._screen):
            if descriptor >= 0:
                os.close(descriptor)
        self._keys = self._screen = -1


def terminal() -> str | None:
    """The terminal that standard input is; None where it is none, or where CI says that nobody watches it."""
    if os.environ.get("CI"):
        return None
    try:
        return os.ttyname(sys.stdin.fileno())
    except (OSError, ValueError):
        return None


def _in_foreground(descriptor: int) -> bool:
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError as error:
        return error.errno == errno.ENOTTY  # not the terminal that controls us: nothing stops us


def _harmless(char: str) -> bool:
    return char in "\a\n" or not unicodedata.category(char).startswith("C")
