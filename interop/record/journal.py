"""Every byte of a link on disk: time, direction, sequence; secrets masked before they are written.

A line of `evidence/<modem>.jsonl` is `{"at": 1.5, "seq": 17, "dir": ">", "data": "AT\\r"}` (`>` to the
modem, `<` from it, `data` as Latin-1) or `{"at": ..., "seq": ..., "note": "..."}`.
"""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring_ascii as quoted
from typing import TextIO

from interop.record.redaction import Redactor

PROTOCOL = "protocol "
"""A note that begins so ("protocol CMPP/3") says what comes after it: a PDU a line, in hexadecimal."""

_LINE_ENDS = ("\r", "\n", "\x1a", "\x1b")  # V.250 S3 and S4; Ctrl-Z and Esc end a message text (27.005 3.3)
_ENDS = tuple(char.encode() for char in _LINE_ENDS)
_PROMPT = "> "
_MOST_UNFINISHED = 65536
_MOST_PENDING = 256
_MOST_PENDING_SIZE = 65536


class LinkJournal:
    """The journal of one link. Satisfies `interop.protocols.link.Journal`.

    Pieces are only kept as they come, with time and sequence; they are masked and written in the next
    `flush`, or once there are `_MOST_PENDING` of them: an answer does not wait for its own record.

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
        self._pending: list[tuple[str, float, int, bytes | str]] = []
        self._size = 0

    def sent(self, data: bytes) -> None:
        self._bytes(">", data)

    def received(self, data: bytes) -> None:
        self._bytes("<", data)

    def note(self, text: str) -> None:
        self._come("note", text)

    def settle(self) -> None:
        """Write what is held although its line has not ended."""
        self._work_off()
        for direction in self._held:
            self._release(direction)

    def flush(self) -> None:
        self._work_off()
        self._file.flush()

    def close(self) -> None:
        self.settle()
        self._file.close()

    def _bytes(self, direction: str, data: bytes) -> None:
        if not data.endswith(_ENDS) and (end := max(data.rfind(char) for char in _ENDS) + 1):
            self._come(direction, data[:end])
            data = data[end:]
        if data:
            self._come(direction, data)

    def _come(self, kind: str, data: bytes | str) -> None:
        self._pending.append((kind, self._now(), self._sequence(), data))
        self._size += len(data)
        if len(self._pending) >= _MOST_PENDING or self._size >= _MOST_PENDING_SIZE:
            self._work_off()

    def _work_off(self) -> None:
        pending, self._pending, self._size = self._pending, [], 0
        for kind, at, sequence, data in pending:
            if isinstance(data, str):
                self._file.write(f'{{"at":{at:.6f},"seq":{sequence},"note":{quoted(self._redact(data))}}}\n')
            else:
                self._keep(kind, at, sequence, data.decode("latin-1"))

    def _keep(self, direction: str, at: float, sequence: int, text: str) -> None:
        held = self._held[direction]
        if not held and text.endswith(_LINE_ENDS):
            self._write(direction, at, sequence, self._redact(text))
            return
        held.append((at, sequence, text))
        ended = text == _PROMPT or text.endswith(_LINE_ENDS)
        if ended or sum(len(piece) for _, _, piece in held) > _MOST_UNFINISHED:
            self._release(direction)

    def _release(self, direction: str) -> None:
        held = self._held[direction]
        whole = self._redact("".join(piece for _, _, piece in held))
        start = 0
        for at, sequence, piece in held:
            self._write(direction, at, sequence, whole[start : start + len(piece)])
            start += len(piece)
        held.clear()

    def _write(self, direction: str, at: float, sequence: int, shown: str) -> None:
        self._file.write(f'{{"at":{at:.6f},"seq":{sequence},"dir":"{direction}","data":{quoted(shown)}}}\n')
