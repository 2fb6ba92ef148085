"""One connection of a gateway protocol, seen from either end: requests, their answers, the window. Sans-I/O.

It does not know which side it plays. Octets come in by `receive` and go out as the values of `request` and
`answer`; time is the caller's: he calls `give_up` when an answer did not come, and whatever comes after that
is `Stray`, never the answer of something else.

    request -> (outstanding) -> Answered                     or give_up -> (late answer) -> Stray
    receive -> Asked -> answer
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from interop.gateway.frame import RESPONSE, Dialect, Frame, Frames
from interop.gateway.wire import GatewayError

NACK: Final = 0x80000000
"""SMPP's generic_nack answers any request, with that request's sequence number"""


class WindowFull(Exception):
    """As many requests are unanswered as the peer allows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The peer wants something of us: `answer(frame, ...)`."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a request of ours."""

    request: Frame
    frame: Frame


@dataclass(frozen=True, slots=True)
class Stray:
    """An answer that nothing waits for: late, double, or of another command than was asked."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Garbled:
    """A PDU that cannot be read; the stream is still in step. To be refused, if it was a request.

    `command` and `sequence` are those of its header, None where not even that is there.
    """

    error: GatewayError
    command: int | None
    sequence: Any


Event = Asked | Answered | Stray | Garbled


class Session:
    """`sequence` gives the number of each new request; `window`: most requests unanswered at once."""

    def __init__(
        self, dialect: Dialect, version: int, *, sequence: Callable[[], Any], window: int = 16
    ) -> None:
        self.dialect = dialect
        self.version = version
        self.window = window
        self._sequence = sequence
        self._frames = Frames(dialect)
        self._outstanding: dict[Any, Frame] = {}

    @property
    def outstanding(self) -> list[Frame]:
        """Requests without an answer, oldest first."""
        return list(self._outstanding.values())

    @property
    def room(self) -> bool:
        return len(self._outstanding) < self.window

    def request(self, pdu: Any) -> tuple[Frame, bytes]:
        """The request and its octets. Raises WindowFull, and GatewayError for what cannot be sent."""
        if not self.room:
            raise WindowFull(f"{len(self._outstanding)} requests are unanswered")
        frame = Frame(pdu, self._sequence())
        data = self.dialect.encode(frame, self.version)
        self._outstanding[frame.sequence] = frame
        return frame, data

    def answer(self, asked: Frame, pdu: Any, status: int = 0) -> bytes:
        """The octets of an answer to what the peer asked. Raises GatewayError."""
        return self.dialect.encode(Frame(pdu, asked.sequence, status), self.version)

    def give_up(self, request: Frame) -> None:
        """Its answer is not waited for any more."""
        self._outstanding.pop(request.sequence, None)

    def receive(self, data: bytes) -> Iterator[Event]:
        """What the octets say. Raises GatewayError where the stream is out of step: close it."""
        for octets in self._frames.feed(data):
            try:
                frame = self.dialect.decode(octets, self.version)
            except GatewayError as error:
                yield self._garbled(error, octets)
                continue
            command = self.dialect.command(frame.pdu)
            yield self._answered(frame, command) if command & RESPONSE else Asked(frame)

    def _answered(self, frame: Frame, command: int) -> Event:
        request = self._outstanding.get(frame.sequence)
        if request is None:
            return Stray(frame)
        wanted = self.dialect.command(request.pdu) | RESPONSE
        if command != wanted and not (command == NACK and self.dialect.status):
            return Stray(frame)
        del self._outstanding[frame.sequence]
        return Answered(request, frame)

    def _garbled(self, error: GatewayError, octets: bytes) -> Garbled:
        at = 12 if self.dialect.status else 8
        try:
            sequence, _ = self.dialect.sequence.decode(octets, at, "sequence")
        except GatewayError:
            return Garbled(error, None, None)
        return Garbled(error, int.from_bytes(octets[4:8], "big"), sequence)


def counting(first: int = 1, last: int = 0x7FFFFFFF) -> Callable[[], int]:
    """Sequence numbers from `first`; after `last` they begin anew (SMPP 5.1.4: 1 to 7FFFFFFF)."""
    following = first

    def take() -> int:
        nonlocal following
        number = following
        following = first if number >= last else number + 1
        return number

    return take
