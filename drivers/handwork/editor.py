"""A line editor for the console: keys in, lines out, and what the screen must show meanwhile. Pure: no I/O.

readline cannot mask while one types, nor let a URC in between; this does both.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

_ERASE_LINE = "\r\x1b[K"
_KEYS = {
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1b[C": "right",
    "\x1b[D": "left",
    "\x1b[H": "home",
    "\x1b[F": "end",
    "\x1bOA": "up",
    "\x1bOB": "down",
    "\x1bOC": "right",
    "\x1bOD": "left",
    "\x01": "home",
    "\x05": "end",
    "\x15": "clear",
    "\x7f": "back",
    "\x08": "back",
}


@dataclass(frozen=True, slots=True)
class Entered:
    """A whole line, as typed."""

    text: str


class Key(Enum):
    INTERRUPT = "Ctrl-C"
    END = "Ctrl-D on an empty line"


class Editor:
    """`mask` gets a line and gives one of equal length to show; a line that it changes leaves no history."""

    def __init__(
        self, mask: Callable[[str], str], prompt: str = "> ", history: list[str] | None = None
    ) -> None:
        self.prompt = prompt
        self.history = history if history is not None else []
        self._mask = mask
        self._decode = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._at = 0
        self._place = 0
        self._escape = ""

    def feed(self, data: bytes) -> Iterator[Entered | Key]:
        """Keys as a terminal in raw mode sends them."""
        for char in self._decode.decode(data):
            if self._escape or char == "\x1b":
                self._escape += char
                if self._escape in _KEYS:
                    self._key(_KEYS[self._escape])
                if (len(self._escape) > 2 and (char.isalpha() or char == "~")) or len(self._escape) > 8:
                    self._escape = ""
            elif char in "\r\n":
                yield self._enter()
            elif char == "\x03":
                self._text, self._at = "", 0
                yield Key.INTERRUPT
            elif char == "\x04":
                if not self._text:
                    yield Key.END
            elif char in _KEYS:
                self._key(_KEYS[char])
            elif char.isprintable():
                self._text = self._text[: self._at] + char + self._text[self._at :]
                self._at += 1

    def screen(self) -> str:
        """What redraws the line, masked, with the cursor where it is."""
        left = len(self._text) - self._at
        return _ERASE_LINE + self.prompt + self._mask(self._text) + (f"\x1b[{left}D" if left else "")

    def above(self, text: str) -> str:
        """What prints `text` above the line that is being typed."""
        return _ERASE_LINE + text.replace("\n", "\r\n") + "\r\n" + self.screen()

    def _enter(self) -> Entered:
        text = self._text
        if text.strip() and self._mask(text) == text and self.history[-1:] != [text]:
            self.history.append(text)
        self._text, self._at, self._place = "", 0, len(self.history)
        return Entered(text)

    def _key(self, key: str) -> None:
        match key:
            case "left":
                self._at = max(0, self._at - 1)
            case "right":
                self._at = min(len(self._text), self._at + 1)
            case "home":
                self._at = 0
            case "end":
                self._at = len(self._text)
            case "clear":
                self._text, self._at = self._text[self._at :], 0
            case "back" if self._at:
                self._text = self._text[: self._at - 1] + self._text[self._at :]
                self._at -= 1
            case "up" | "down":
                self._place = min(max(0, self._place + (-1 if key == "up" else 1)), len(self.history))
                self._text = self.history[self._place] if self._place < len(self.history) else ""
                self._at = len(self._text)
