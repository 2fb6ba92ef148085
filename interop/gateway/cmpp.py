"""CMPP 2.0 and 3.0, China Mobile's gateway protocol (QB-GF-028-2003; facts/gateway_spec.csv).

Version 2 here is CMPP 2.x, version 3 is CMPP 3.0; one class is both, its fields have both sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from typing import Final

from interop.gateway.frame import Dialect
from interop.gateway.wire import counted, decode_fields, encode_fields, raw, receivers, string, uint

VERSIONS: Final = {2: 0x20, 3: 0x30}
"""the Version octet of CONNECT; 21 is 2.1, and jumpserver's client sends 02 for 2.0"""
DELIVERED: Final = "DELIVRD"


@dataclass(frozen=True, slots=True)
class Connect:
    """`authenticator`: see `authenticator()`; `timestamp`: MMDDHHMMSS as a number."""

    source: str = string(6)
    authenticator: bytes = raw(16)
    version: int = uint(1)
    timestamp: int = uint(4)


@dataclass(frozen=True, slots=True)
class ConnectResp:
    status: int = uint(1, v3=4)
    authenticator: bytes = raw(16)
    version: int = uint(1)


@dataclass(frozen=True, slots=True)
class Terminate: ...


@dataclass(frozen=True, slots=True)
class TerminateResp: ...


@dataclass(frozen=True, slots=True)
class Submit:
    """`source` is the number shown, `sender` the SP's id; `link_id` is Reserve in version 2."""

    message_id: int = uint(8)
    parts: int = uint(1, default=1)
    part: int = uint(1, default=1)
    registered_delivery: int = uint(1)
    level: int = uint(1)
    service: str = string(10)
    fee_user_type: int = uint(1)
    fee_terminal: str = string(21, v3=32)
    fee_terminal_type: int = uint(1, only_v3=True)
    pid: int = uint(1)
    udhi: int = uint(1)
    coding: int = uint(1)
    sender: str = string(6)
    fee_type: str = string(2)
    fee_code: str = string(6)
    valid_time: str = string(17)
    at_time: str = string(17)
    source: str = string(21)
    destinations: tuple[str, ...] = receivers(21, v3=32)
    destination_type: int = uint(1, only_v3=True)
    content: bytes = counted(1, 160)
    link_id: str = string(8, v3=20)


@dataclass(frozen=True, slots=True)
class SubmitResp:
    message_id: int = uint(8)
    result: int = uint(1, v3=4)


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message from a handset, or with `registered_delivery` 1 a status report (`Report`) as its content."""

    message_id: int = uint(8)
    destination: str = string(21)
    service: str = string(10)
    pid: int = uint(1)
    udhi: int = uint(1)
    coding: int = uint(1)
    source: str = string(21, v3=32)
    source_type: int = uint(1, only_v3=True)
    registered_delivery: int = uint(1)
    content: bytes = counted(1, 160)
    link_id: str = string(8, v3=20)


@dataclass(frozen=True, slots=True)
class DeliverResp:
    message_id: int = uint(8)
    result: int = uint(1, v3=4)


@dataclass(frozen=True, slots=True)
class ActiveTest: ...


@dataclass(frozen=True, slots=True)
class ActiveTestResp:
    reserved: int = uint(1)


@dataclass(frozen=True, slots=True)
class Report:
    """The content of a Deliver that is a status report: 60 octets, in version 3 71.

    `state`: DELIVRD, EXPIRED, DELETED, UNDELIV, UNKNOWN, REJECTD, or a code such as MA:0001.
    Times are YYMMDDHHMM.
    """

    message_id: int = uint(8)
    state: str = string(7)
    submitted: str = string(10)
    done: str = string(10)
    destination: str = string(21, v3=32)
    smsc_sequence: int = uint(4)

    def encode(self, version: int) -> bytes:
        """Raises GatewayError."""
        return encode_fields(self, version)


SHORT_REPORT: Final = 60


def decode_report(octets: bytes) -> Report:
    """Some peers send the report of version 2 in version 3, too: its length tells. Raises GatewayError."""
    return decode_fields(Report, octets, 0, 2 if len(octets) == SHORT_REPORT else 3)


CMPP: Final = Dialect(
    "CMPP",
    {
        0x00000001: Connect,
        0x80000001: ConnectResp,
        0x00000002: Terminate,
        0x80000002: TerminateResp,
        0x00000004: Submit,
        0x80000004: SubmitResp,
        0x00000005: Deliver,
        0x80000005: DeliverResp,
        0x00000008: ActiveTest,
        0x80000008: ActiveTestResp,
    },
)


def authenticator(source: str, secret: str, timestamp: int) -> bytes:
    """AuthenticatorSource: MD5 of SP id, nine NULs, secret, and the time in ten digits."""
    return md5(source.encode() + bytes(9) + secret.encode() + f"{timestamp:010d}".encode()).digest()


def server_authenticator(status: int, client: bytes, secret: str, size: int) -> bytes:
    """AuthenticatorISMG. `size`: octets that the status takes; peers disagree, a client accepts 1 and 4."""
    return md5(status.to_bytes(size, "big") + client + secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class MessageId:
    """What the 64 bits of a Msg_Id say: month 4, day 5, hour 5, minute 6, second 6, gateway 22, count 16."""

    month: int
    day: int
    hour: int
    minute: int
    second: int
    gateway: int
    count: int

    def __int__(self) -> int:
        value = 0
        for part, bits in zip(self._parts(), _BITS, strict=True):
            value = value << bits | part & (1 << bits) - 1
        return value

    def _parts(self) -> tuple[int, ...]:
        return (self.month, self.day, self.hour, self.minute, self.second, self.gateway, self.count)

    @classmethod
    def of(cls, value: int) -> MessageId:
        parts = []
        for bits in reversed(_BITS):
            parts.append(value & (1 << bits) - 1)
            value >>= bits
        return cls(*reversed(parts))


_BITS: Final = (4, 5, 5, 6, 6, 22, 16)
