"""Every byte of a link on disk: time, direction, sequence; secrets masked before they are written.

A line of `evidence/<modem>.jsonl` is `{"at": 1.5, "seq": 17, "dir": ">", "data": "AT\\r"}` (`>` to the
modem, `<` from it, `data` as Latin-1) or `{"at": ..., "seq": ..., "note": "..."}`.
"""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring_ascii as quoted
from typing import TextIO

from interop.record.redaction import Redactor

_LINE_ENDS = "\r\n\x1a\x1b"  # V.250 S3 and S4; Ctrl-Z and Esc end a message text (27.005 3.3)
_PROMPT = "> "
_MOST_UNFINISHED = 65536


class LinkJournal:
    """The journal of one link. Satisfies `interop.protocols.link.Journal`.

    An unfinished line is held until it ends, so that a secret echoed in pieces is still seen whole; what is
    held keeps the time and sequence of its arrival, and a note that comes meanwhile stands before it.
    """

    def __init__(
        self, file: TextIO, *, now: Callable[[], float], sequence: Callable[[], int], redact: Redactor
    ) -> None:
        self._file = file
        self._now = now
        self._sequence = sequence
        self._redact = redact
        self._held: dict[str, list[tuple[float, int, str]]] = {">": [], "<": []}

    def sent(self, data: bytes) -> None:
        self._keep(">", data.decode("latin-1"))

    def received(self, data: bytes) -> None:
        self._keep("<", data.decode("latin-1"))

    def note(self, text: str) -> None:
        text = quoted(self._redact(text))
        self._file.write(f'{{"at":{self._now():.6f},"seq":{self._sequence()},"note":{text}}}\n')

    def settle(self) -> None:
        """Write what is held although its line has not ended."""
        for direction in self._held:
            self._release(direction)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self.settle()
        self._file.close()

    def _keep(self, direction: str, text: str) -> None:
        if not text:
            return
        held = self._held[direction]
        at = self._now()
        end = max(text.rfind(char) for char in _LINE_ENDS) + 1
        if end:
            held.append((at, self._sequence(), text[:end]))
            self._release(direction)
        if rest := text[end:]:
            held.append((at, self._sequence(), rest))
            if rest == _PROMPT or sum(len(piece) for _, _, piece in held) > _MOST_UNFINISHED:
                self._release(direction)

    def _release(self, direction: str) -> None:
        held = self._held[direction]
        whole = self._redact("".join(piece for _, _, piece in held))
        start = 0
        for at, sequence, piece in held:
            shown = quoted(whole[start : start + len(piece)])
            self._file.write(f'{{"at":{at:.6f},"seq":{sequence},"dir":"{direction}","data":{shown}}}\n')
            start += len(piece)
        held.clear()
