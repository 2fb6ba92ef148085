"""SGIP 1.2, China Unicom's gateway protocol (SGIP 1.2, 2001; 1.3, 2009; facts/gateway_spec.csv).

Both sides are clients: the SP connects to submit (login type 1), the gateway connects back to deliver and
report (login type 2). Number fields hold 86 and the mobile number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from interop.gateway.frame import Dialect
from interop.gateway.wire import Triple, counted, receivers, string, triple, uint

SP_TO_GATEWAY: Final = 1
GATEWAY_TO_SP: Final = 2


@dataclass(frozen=True, slots=True)
class Bind:
    """Name and password go in clear text."""

    login_type: int = uint(1, default=SP_TO_GATEWAY)
    name: str = string(16)
    password: str = string(16)
    reserve: str = string(8)

    def __repr__(self) -> str:
        return f"Bind(login_type={self.login_type}, name={self.name!r}, password=...)"


@dataclass(frozen=True, slots=True)
class BindResp:
    result: int = uint(1)
    reserve: str = string(8)


@dataclass(frozen=True, slots=True)
class Unbind: ...


@dataclass(frozen=True, slots=True)
class UnbindResp: ...


@dataclass(frozen=True, slots=True)
class Submit:
    """`report`: 0 on a final error only, 1 always, 2 never. `coding`: 0 ASCII, 8 UCS2, 15 GBK."""

    source: str = string(21)
    charge: str = string(21)
    destinations: tuple[str, ...] = receivers(21)
    corporation: str = string(5)
    service: str = string(10)
    fee_type: int = uint(1)
    fee_value: str = string(6)
    given_value: str = string(6)
    agent: int = uint(1)
    more_late_to_mt: int = uint(1)
    priority: int = uint(1)
    expire_time: str = string(16)
    schedule_time: str = string(16)
    report: int = uint(1)
    pid: int = uint(1)
    udhi: int = uint(1)
    coding: int = uint(1)
    message_type: int = uint(1)
    content: bytes = counted(4, 160)
    reserve: str = string(8)


@dataclass(frozen=True, slots=True)
class SubmitResp:
    result: int = uint(1)
    reserve: str = string(8)


@dataclass(frozen=True, slots=True)
class Deliver:
    source: str = string(21)
    destination: str = string(21)
    pid: int = uint(1)
    udhi: int = uint(1)
    coding: int = uint(1)
    content: bytes = counted(4, 160)
    reserve: str = string(8)


@dataclass(frozen=True, slots=True)
class DeliverResp:
    result: int = uint(1)
    reserve: str = string(8)


@dataclass(frozen=True, slots=True)
class Report:
    """`submitted`: the sequence number of the Submit; `state`: 0 delivered, 1 waiting, 2 failed (`error`)."""

    submitted: tuple[int, int, int] = triple()
    report_type: int = uint(1)
    number: str = string(21)
    state: int = uint(1)
    error: int = uint(1)
    reserve: str = string(8)


@dataclass(frozen=True, slots=True)
class ReportResp:
    result: int = uint(1)
    reserve: str = string(8)


@dataclass(frozen=True, slots=True)
class UserReport:
    """`condition`: 0 cancelled, 1 stopped for arrears, 2 normal."""

    service_number: str = string(21)
    number: str = string(21)
    condition: int = uint(1)
    reserve: str = string(8)


@dataclass(frozen=True, slots=True)
class UserReportResp:
    result: int = uint(1)
    reserve: str = string(8)


@dataclass(frozen=True, slots=True)
class AddSegment:
    """ADDTELESEG: a seven-digit number segment that a gateway serves from now on, as 1709000."""

    gateway: str = string(6)
    segment: str = string(7)
    prepaid: str = string(1)
    area: str = string(4)
    reserve: str = string(8)


SGIP: Final = Dialect(
    "SGIP",
    {
        0x00000001: Bind,
        0x80000001: BindResp,
        0x00000002: Unbind,
        0x80000002: UnbindResp,
        0x00000003: Submit,
        0x80000003: SubmitResp,
        0x00000004: Deliver,
        0x80000004: DeliverResp,
        0x00000005: Report,
        0x80000005: ReportResp,
        0x00000011: UserReport,
        0x80000011: UserReportResp,
        0x0000000A: AddSegment,
    },
    sequence=Triple(),
    longest=4096,
)


def node_of(area: str, corporation: str) -> int:
    """The node of an SP: 3, its area code in four digits (10 is 1000), its corporation id in five."""
    return int(f"3{area.lstrip('0').ljust(4, '0')}{corporation.rjust(5, '0')}")
