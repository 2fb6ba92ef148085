"""Bytes from a modem cut into lines and prompts. Sans-I/O; never fails, never decodes (bytes as Latin-1).

CR and LF each end a line and blank lines vanish, so `\\r\\n`, `\\r\\r\\n`, bare `\\n` and the bare `\\r` of
ATV0 are one thing, and a line is out as soon as its first end is in: however bytes are split into reads,
the tokens are the same (modems.md 4.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

MOST_PER_LINE = 16384
"""more than any answer to a command of ours, and the bound of what the lexer keeps"""

_LONG = 512
"""an answer of fewer bytes is through sooner one line at a time"""
_BLANK = " \t\0\x1b"
_ENDS_AND_BLANKS = b"\r\n \t\0\x1b"
_PROMPT = ord(">")
_END = re.compile(rb"[\r\n]")
_REST_OF_END = re.compile(rb"\r{0,2}\n")
"""behind the CR that ended a line: `\\r\\n` and `\\r\\r\\n` are one line end, and a block begins behind it"""
_LINE = re.compile(rb"[\r\n]*([^\r\n]*)")
"""ends of blank lines, then what may be a line: always matches"""


@dataclass(slots=True)
class Line:
    """One line without its end, blanks, NULs and echoed ESCs around it; `cut` if it was over-long."""

    text: str
    cut: bool = False


@dataclass(slots=True)
class Prompt:
    """The `> ` of 27.005 3.5.1, in any of its variants."""


@dataclass(slots=True)
class Raw:
    """Counted bytes that were asked for with `take`."""

    data: bytes


Token = Line | Prompt | Raw


class Lexer:
    """Feed, then pull until None: what `expect_prompt`, `take` and `pass_over` change holds from the next
    token on.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0
        self._discarding = False
        self._raw = 0
        self._in_end = False
        self._echo = b""
        self.expect_prompt = False
        """only then is ">" at the start of a line a prompt; it may start a line of text otherwise"""

    def feed(self, data: bytes) -> None:
        if self._at:
            del self._buffer[: self._at]
            self._at = 0
        self._buffer += data

    def take(self, count: int) -> None:
        """The next `count` octets, behind the end of the line just read, are one Raw token."""
        self._raw = count
        self._behind_cr()

    def pass_over(self, octets: bytes) -> None:
        """`octets` have been sent: should they come back next, right behind the prompt, as an echo (Quectel's
        AT+QISDE), they are no token. An answer that is the very same octets is passed over, too.
        """
        self._echo = octets
        self._behind_cr()

    def forget(self) -> None:
        """A block that is not complete, or an echo, will not be; what has come of it is nothing."""
        if self._raw or self._echo:
            self._buffer.clear()
            self._at = self._raw = 0
            self._in_end, self._echo = False, b""

    def reset(self) -> None:
        """Forget what is unfinished."""
        self._buffer.clear()
        self._at = self._raw = 0
        self._discarding = self._in_end = self.expect_prompt = False
        self._echo = b""

    def hand_over(self, keeps: Callable[[str], bool]) -> None:
        """Give complete lines to `keeps`, up to the first that it does not keep, which is the next token.

        The fast way for long answers; it stands back where `next` has more to look at than lines.
        """
        buffer = self._buffer
        if len(buffer) < _LONG or self._raw or self._echo or self._discarding or self.expect_prompt:
            return
        end = max(buffer.rfind(b"\n", self._at), buffer.rfind(b"\r", self._at))
        if end < 0:
            return
        for line in buffer[self._at : end].decode("latin-1").replace("\r", "\n").split("\n"):
            text = line.strip(_BLANK)
            if text and (len(line) > MOST_PER_LINE or not keeps(text)):
                return
            self._at += len(line) + 1

    def next(self) -> Token | None:
        """The next token, None when more bytes are needed."""
        if self._raw:
            return self._next_raw()
        if self._echo and not self._after_echo():
            return None
        buffer = self._buffer
        while True:
            if self._discarding and not self._discard():
                return None
            if self.expect_prompt and self._at_prompt():
                return Prompt()
            found = _LINE.match(buffer, self._at)
            assert found is not None
            start, end = found.span(1)
            if end == len(buffer) or end - start > MOST_PER_LINE:
                self._at = start
                return self._cut() if end - start > MOST_PER_LINE else None
            text = buffer[start:end].decode("latin-1").strip(_BLANK)
            self._at = end + 1
            if text:
                return Line(text)

    def _next_raw(self) -> Raw | None:
        buffer = self._buffer
        if self._in_end and not self._line_end():
            return None
        if len(buffer) - self._at < self._raw:
            return None
        data = bytes(buffer[self._at : self._at + self._raw])
        self._at += self._raw
        self._raw = 0
        return Raw(data)

    def _after_echo(self) -> bool:
        """Pass over the echo, if it is one; False where more bytes are needed to tell."""
        if self._in_end and not self._line_end():
            return False
        buffer, echo = self._buffer, self._echo
        undecided = False
        for at in (self._at, self._at + 1) if buffer[self._at : self._at + 1] == b" " else (self._at,):
            came = bytes(buffer[at : at + len(echo)])
            undecided = undecided or (echo.startswith(came) and came != echo)
            if came == echo:
                self._at = at + len(came)
                undecided = False
                break
        if not undecided:
            self._echo = b""
        return not undecided

    def _behind_cr(self) -> None:
        self._in_end = self._at > 0 and self._buffer[self._at - 1 : self._at] == b"\r"

    def _line_end(self) -> bool:
        """Pass over the rest of a line end, if it has one; False where more bytes are needed to tell."""
        if (found := _REST_OF_END.match(self._buffer, self._at)) is not None:
            self._at = found.end()
        elif bytes(self._buffer[self._at : self._at + 3]) in (b"", b"\r", b"\r\r"):
            return False
        self._in_end = False
        return True

    def _at_prompt(self) -> bool:
        at, buffer = self._at, self._buffer
        while at < len(buffer) and buffer[at] in _ENDS_AND_BLANKS:
            at += 1
        if at == len(buffer) or buffer[at] != _PROMPT:
            return False
        self._at = at + 1
        self.expect_prompt = False
        return True

    def _cut(self) -> Line:
        text = self._buffer[self._at : self._at + MOST_PER_LINE].decode("latin-1").strip(_BLANK)
        self._at += MOST_PER_LINE
        self._discarding = True
        return Line(text, cut=True)

    def _discard(self) -> bool:
        """Skip the rest of an over-long line; False while its end is not in."""
        end = _END.search(self._buffer, self._at)
        if end is None:
            self._at = len(self._buffer)
            return False
        self._at = end.end()
        self._discarding = False
        return True
