"""The journal of a recorded run as a link: checks what the driver sends, gives what was received.

`port: replay:/runs/x/evidence/m02.jsonl`. What was received comes in its order, at its recorded time on the
loop's clock (counted from the first byte), and never before all has been sent that was sent before it.
A mask of the redaction (interop.record.redaction) matches whatever stands in its place. The first byte that
differs ends the link with one sentence; nothing leaves this process whatever the driver does.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path

from interop.protocols.errors import DeviceLost, EquipmentError
from interop.record.redaction import Redactor

SCHEME = "replay"
_LOSS = "link lost: "
_EMULATED = "port emulated"
"""notes of the driver: an emulated modem is not under the emergency guard, so it was spoken to otherwise"""
_RUN_OF_MASKS = re.compile(r"\*{4,}")
_LINE = re.compile(r"[^\r\x1a\x1b]*[\r\x1a\x1b]?")
_EARLY_S = 1e-5
"""times in a journal are rounded to 1e-6 s"""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What came: all that was received from `start` to `end`, or the end of the link.

    `after`: how many bytes had been sent before it.
    """

    at: float
    after: int
    start: int
    end: int
    loss: str = ""


@dataclass(slots=True)
class Recording:
    """A journal, taken apart: all that was sent and all that was received, as Latin-1.

    `sent_at`: (offset in `sent`, time, line of the file).
    """

    emulated: bool = False
    sent: str = ""
    received: str = ""
    sent_at: list[tuple[int, float, int]] = field(default_factory=list)
    arrivals: list[_Arrival] = field(default_factory=list)

    @property
    def begin(self) -> float:
        return min([at for _, at, _ in self.sent_at[:1]] + [one.at for one in self.arrivals[:1]], default=0.0)

    def line_of(self, offset: int) -> int:
        return next((line for start, _, line in reversed(self.sent_at) if start <= offset), 0)

    def next_sent(self, offset: int) -> float | None:
        """When the first byte from `offset` on was sent."""
        return next((at for start, at, _ in self.sent_at if start >= offset), None)


def read(path: Path) -> Recording:
    """Raises OSError, and ValueError naming the line that is none of a journal."""
    rows = []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            rows.append((int(entry["seq"]), number, float(entry["at"]), entry))
        except (ValueError, KeyError, TypeError) as error:
            if number == len(lines) and not line.endswith("\n"):
                break  # the run was killed in the middle of it
            raise ValueError(f"line {number} is none of a journal: {error}") from None
    recording = Recording()
    for _, number, at, entry in sorted(rows, key=lambda row: row[:2]):
        note, data = entry.get("note", ""), entry.get("data", "")
        if entry.get("dir") == ">":
            recording.sent_at.append((len(recording.sent), at, number))
            recording.sent += data
        elif entry.get("dir") == "<":
            start = len(recording.received)
            recording.received += data
            recording.arrivals.append(_Arrival(at, len(recording.sent), start, start + len(data)))
        elif note.startswith(_LOSS):
            here, why = len(recording.received), note.removeprefix(_LOSS)
            recording.arrivals.append(_Arrival(at, len(recording.sent), here, here, why))
        elif note == _EMULATED:
            recording.emulated = True
    return recording


class ReplayLink:
    """Satisfies `interop.protocols.link.Link` and `Returning`. `left`: bytes that are still to be sent."""

    def __init__(self, name: str, port: str) -> None:
        self.name = name
        self.place = ""
        self._path = Path(port.removeprefix(f"{SCHEME}:").removeprefix("//"))
        self._trouble: EquipmentError | None = None
        try:
            self._recording = read(self._path)
        except OSError as error:
            self._recording = Recording()
            self._trouble = EquipmentError(name, f"no journal {self._path}: {error.strerror}")
        except ValueError as error:
            self._recording = Recording()
            self._trouble = EquipmentError(name, f"{self._path}: {error}")
        self.emulated = self._recording.emulated
        self._wild = _wildcards(self._recording.sent)
        self._inbound = bytearray(self._recording.received, "latin-1")
        self._sent = self._arrived = 0
        self._offset: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._received: Callable[[bytes], None] | None = None
        self._lost: Callable[[str], None] | None = None

    @property
    def left(self) -> int:
        return len(self._recording.sent) - self._sent

    async def open(self, received: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        """Raises DeviceLost while the device was away, EquipmentError after a divergence."""
        if self._trouble is not None:
            raise self._trouble
        now = asyncio.get_running_loop().time()
        if self._offset is None:
            self._offset = now - self._recording.begin
        elif (due := self._recording.next_sent(self._sent)) is None or now + _EARLY_S < due + self._offset:
            raise DeviceLost(self.name, "the device was not there at this time of the recording")
        self._received, self._lost = received, lost
        self._schedule()

    def write(self, data: bytes) -> None:
        if self._received is None:
            return
        text, start = data.decode("latin-1"), self._sent
        expected = self._recording.sent[start : start + len(text)]
        for place, char in enumerate(text):
            if place >= len(expected) or not self._fits(start + place, char):
                self._diverge(start + place, text[place:])
                return
        if expected != text:
            self._unmask_echo(expected.strip(), text.strip())
        self._sent += len(text)
        self._schedule()

    async def close(self) -> None:
        self._shut()

    async def returned(self) -> None:
        loop = asyncio.get_running_loop()
        due = self._recording.next_sent(self._sent)
        if due is None or self._offset is None or due + self._offset <= loop.time():
            await loop.create_future()
        else:
            await asyncio.sleep(due + self._offset - loop.time())

    def elsewhere(self) -> bool:
        return False

    def _fits(self, offset: int, char: str) -> bool:
        recorded = self._recording.sent[offset]
        return recorded == char or (offset in self._wild and char not in '\r\n\x1a\x1b" \t')

    def _diverge(self, offset: int, rest: str) -> None:
        sent = self._recording.sent
        start = max((sent.rfind(end, 0, offset) for end in "\r\x1a\x1b"), default=-1) + 1
        expected = _first_line(sent[start:])
        got = _first_line(sent[start:offset] + rest)
        wanted = repr(expected) if offset < len(sent) else "nothing more"
        line = self._recording.line_of(offset)
        shown = Redactor()(got)
        text = (
            f"the driver leaves the recording at byte {offset} of what was sent "
            f"({self._path}:{line}): expected {wanted}, got {shown!r}"
        )
        self._trouble = EquipmentError(self.name, text)
        lost = self._lost
        self._shut()
        if lost is not None:
            asyncio.get_running_loop().call_soon(lost, text)

    def _schedule(self) -> None:
        """The next arrival, once all has been sent that came before it."""
        if self._timer is not None or self._received is None or self._offset is None:
            return
        if self._arrived < len(self._recording.arrivals):
            arrival = self._recording.arrivals[self._arrived]
            if arrival.after <= self._sent:
                when = arrival.at + self._offset
                loop = asyncio.get_running_loop()
                self._timer = loop.call_at(when, self._arrive, arrival, context=Context())

    def _arrive(self, arrival: _Arrival) -> None:
        self._timer = None
        self._arrived += 1
        if arrival.loss:
            lost = self._lost
            self._shut()
            if lost is not None:
                lost(arrival.loss)
        elif self._received is not None:
            self._received(bytes(self._inbound[arrival.start : arrival.end]))
            self._schedule()

    def _unmask_echo(self, masked: str, real: str) -> None:
        """The modem echoed what it got: the line that comes next like this one was not masked then."""
        arrivals = self._recording.arrivals[self._arrived :]
        if arrivals and (at := self._inbound.find(masked.encode("latin-1"), arrivals[0].start)) >= 0:
            self._inbound[at : at + len(real)] = real.encode("latin-1")

    def _shut(self) -> None:
        self._received = self._lost = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _wildcards(sent: str) -> frozenset[int]:
    """Where a mask stands: where a secret stands by its command, and wherever it is too long for an MMI."""
    masked = Redactor()(sent)
    places = {place for place, (was, now) in enumerate(zip(sent, masked, strict=True)) if was != now}
    for found in _RUN_OF_MASKS.finditer(sent):
        places.update(range(found.start(), found.end()))
    return frozenset(places)


def _first_line(text: str) -> str:
    found = _LINE.match(text)
    return found[0] if found else ""
