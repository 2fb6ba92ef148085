"""SMGP 3.0, China Telecom's gateway protocol (SMGP V3.0.3, 2008; facts/gateway_spec.csv)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import md5
from typing import Final

from interop.gateway.frame import Dialect
from interop.gateway.wire import GatewayError, counted, raw, receivers, string, tags, uint

VERSION: Final = 0x30
TP_PID: Final = 0x0001
TP_UDHI: Final = 0x0002
PK_TOTAL: Final = 0x0009
PK_NUMBER: Final = 0x000A
MSG_SRC: Final = 0x0010


@dataclass(frozen=True, slots=True)
class Login:
    """`mode`: 0 to send, 1 to receive, 2 both."""

    client: str = string(8)
    authenticator: bytes = raw(16)
    mode: int = uint(1, default=2)
    timestamp: int = uint(4)
    version: int = uint(1, default=VERSION)


@dataclass(frozen=True, slots=True)
class LoginResp:
    status: int = uint(4)
    authenticator: bytes = raw(16)
    version: int = uint(1, default=VERSION)


@dataclass(frozen=True, slots=True)
class Submit:
    message_type: int = uint(1, default=6)
    need_report: int = uint(1)
    priority: int = uint(1)
    service: str = string(10)
    fee_type: str = string(2)
    fee_code: str = string(6)
    fixed_fee: str = string(6)
    coding: int = uint(1)
    valid_time: str = string(17)
    at_time: str = string(17)
    source: str = string(21)
    charge: str = string(21)
    destinations: tuple[str, ...] = receivers(21)
    content: bytes = counted(1, 160)
    reserve: str = string(8)
    options: tuple[tuple[int, bytes], ...] = tags()


@dataclass(frozen=True, slots=True)
class SubmitResp:
    """`message_id`: ten octets of BCD: gateway 3, MMDDHHMM 4, count 3."""

    message_id: bytes = raw(10)
    status: int = uint(4)


@dataclass(frozen=True, slots=True)
class Deliver:
    message_id: bytes = raw(10)
    is_report: int = uint(1)
    coding: int = uint(1)
    received: str = string(14)
    source: str = string(21)
    destination: str = string(21)
    content: bytes = counted(1, 160)
    reserve: str = string(8)
    options: tuple[tuple[int, bytes], ...] = tags()


@dataclass(frozen=True, slots=True)
class DeliverResp:
    message_id: bytes = raw(10)
    status: int = uint(4)


@dataclass(frozen=True, slots=True)
class ActiveTest: ...


@dataclass(frozen=True, slots=True)
class ActiveTestResp: ...


@dataclass(frozen=True, slots=True)
class Exit: ...


@dataclass(frozen=True, slots=True)
class ExitResp: ...


SMGP: Final = Dialect(
    "SMGP",
    {
        0x00000001: Login,
        0x80000001: LoginResp,
        0x00000002: Submit,
        0x80000002: SubmitResp,
        0x00000003: Deliver,
        0x80000003: DeliverResp,
        0x00000004: ActiveTest,
        0x80000004: ActiveTestResp,
        0x00000006: Exit,
        0x80000006: ExitResp,
    },
)


def authenticator(client: str, secret: str, timestamp: int) -> bytes:
    """AuthenticatorClient: MD5 of client id, seven NULs, secret, and the time in ten digits."""
    return md5(client.encode() + bytes(7) + secret.encode() + f"{timestamp:010d}".encode()).digest()


def server_authenticator(status: int, client: bytes, secret: str) -> bytes:
    return md5(status.to_bytes(4, "big") + client + secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class Report:
    """The content of a Deliver with `is_report` 1: 122 octets of text, but for the id, which is raw BCD.

    `state`: DELIVRD, EXPIRED, DELETED, UNDELIV, ACCEPTD, UNKNOWN, REJECTD. Times are YYMMDDhhmm.
    """

    message_id: bytes
    submitted: str
    done: str
    state: str
    error: str = "000"
    text: str = ""
    sub: str = "001"
    delivered: str = "001"

    def encode(self) -> bytes:
        """Raises GatewayError."""
        if len(self.message_id) != 10:
            raise GatewayError("id", f"{len(self.message_id)} octets, not 10")
        words = (
            f" sub:{self.sub:.3} dlvrd:{self.delivered:.3} submit date:{self.submitted:.10}"
            f" done date:{self.done:.10} stat:{self.state:.7} err:{self.error:.3} text:"
        )
        if not (words + self.text).isascii():
            raise GatewayError("text", "is not ASCII")
        return b"id:" + self.message_id + words.encode() + self.text[:20].ljust(20).encode()


_REPORT: Final = re.compile(
    rb"id:(?P<id>[\x00-\xff]{10}) ?sub:(?P<sub>.{0,3}?) ?dlvrd:(?P<dlvrd>.{0,3}?)"
    rb" ?submit[ _]date:(?P<submitted>\d{10}) ?done[ _]date:(?P<done>\d{10})"
    rb" ?stat:(?P<state>[A-Z]{2,7}[^ ]{0,5}?) ?err:(?P<error>.{0,3}?) ?te?xt:(?P<text>.*)",
    re.IGNORECASE | re.DOTALL,
)


def decode_report(data: bytes) -> Report:
    """Case, blanks and underscores differ in the field ("Submit_Date", go_smgp). Raises GatewayError."""
    found = _REPORT.match(data)
    if found is None:
        raise GatewayError("report", f"{data[:40]!r} is no status report", 0)
    words = {
        name: value.decode("latin-1").strip() for name, value in found.groupdict().items() if name != "id"
    }
    return Report(
        found["id"], words["submitted"], words["done"], words["state"].upper(), words["error"], words["text"],
        words["sub"], words["dlvrd"],
    )  # fmt: skip
