"""A stream of octets cut into PDUs, and PDUs made into octets; what a protocol's header and commands are is
data of the protocol. Sans-I/O, the same for client and server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from interop.gateway.wire import Form, GatewayError, Number, decode_fields, encode_fields

RESPONSE: Final = 0x80000000
"""the bit of a command that says that it answers one"""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A PDU of a command that is not known here: an answer can still be given, by its number."""

    command: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """One PDU and its header. `sequence`: a number, in SGIP (node, time, count); `status`: SMPP's."""

    pdu: Any
    sequence: Any
    status: int = 0


@dataclass(frozen=True, slots=True)
class Dialect:
    """One protocol: its commands, and how a sequence number is written.

    `status`: there is a command status between command and sequence (SMPP), and a response whose status is
    an error may come without a body. `longest`: octets of a PDU; more is an attack or a lost step.
    """

    name: str
    commands: Mapping[int, type]
    sequence: Form = field(default_factory=lambda: Number(4))
    status: bool = False
    longest: int = 4096

    @property
    def header(self) -> int:
        """Octets of the header."""
        return 8 + 4 * self.status + len(self.sequence.encode(self.first, "sequence"))

    @property
    def first(self) -> Any:
        return 1 if isinstance(self.sequence, Number) else (0, 0, 0)

    def command(self, pdu: Any) -> int:
        if isinstance(pdu, Unknown):
            return pdu.command
        for command, kind in self.commands.items():
            if kind is type(pdu):
                return command
        raise GatewayError("command", f"{self.name} has no {type(pdu).__name__}")

    def encode(self, frame: Frame, version: int) -> bytes:
        """Raises GatewayError for values that the PDU cannot carry."""
        pdu = frame.pdu
        body = pdu.body if isinstance(pdu, Unknown) else encode_fields(pdu, version)
        head = Number(4).encode(self.command(pdu), "command")
        if self.status:
            head += Number(4).encode(frame.status, "status")
        head += self.sequence.encode(frame.sequence, "sequence")
        return (4 + len(head) + len(body)).to_bytes(4, "big") + head + body

    def decode(self, data: bytes, version: int) -> Frame:
        """One whole PDU. Raises GatewayError; its offset counts from the length field."""
        command, at = Number(4).decode(data, 4, "command")
        status = 0
        if self.status:
            status, at = Number(4).decode(data, at, "status")
        sequence, at = self.sequence.decode(data, at, "sequence")
        kind = self.commands.get(command)
        if kind is None:
            return Frame(Unknown(command, data[at:]), sequence, status)
        if status and at == len(data):
            return Frame(kind(), sequence, status)
        return Frame(decode_fields(kind, data, at, version), sequence, status)


class Frames:
    """Octets in, whole PDUs out, however the stream was cut.

    A length that cannot be ends the stream: nothing after it can be trusted, so `GatewayError` is raised
    again for all that follows.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._buffer = bytearray()
        self._broken: GatewayError | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Every PDU that is complete now. Raises GatewayError."""
        if self._broken is not None:
            raise self._broken
        self._buffer += data
        while len(self._buffer) >= 4:
            length = int.from_bytes(self._buffer[:4], "big")
            if not self._dialect.header <= length <= self._dialect.longest:
                limits = f"{self._dialect.header}..{self._dialect.longest}"
                self._broken = GatewayError("length", f"{length} is not in {limits}", 0)
                raise self._broken
            if len(self._buffer) < length:
                return
            pdu = bytes(self._buffer[:length])
            del self._buffer[:length]
            yield pdu
