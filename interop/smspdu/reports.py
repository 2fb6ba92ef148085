"""SMS-DELIVER-REPORT, SMS-SUBMIT-REPORT and SMS-COMMAND (3GPP TS 23.040 9.2.2.1a, 9.2.2.2a, 9.2.2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Final

from interop.smspdu.address import Address, decode_address, encode_address
from interop.smspdu.announced import decode_fields, decode_indicator, encode_announced
from interop.smspdu.dcs import Dcs
from interop.smspdu.direction import Direction
from interop.smspdu.errors import PduError, need, octet
from interop.smspdu.timestamps import Timestamp, decode_timestamp, encode_timestamp
from interop.smspdu.userdata import UserData, decode_header, encode_header

_HEADER: Final = 0x40  # TP-UDHI
_REPORT: Final = 0x20  # TP-SRR

# Octets of TP-UD: a report must fit the RP-User-Data of its RP-ACK or RP-ERROR (24.011 8.2.5.3).
_DELIVER_REPORT: Final = {False: 159, True: 158}
_SUBMIT_REPORT: Final = {False: 152, True: 151}


def _failure(value: int | None) -> bytes:
    """TP-FCS, the octet that says why (9.2.3.22); values below 80 are reserved."""
    if value is None:
        return b""
    if not 0x80 <= value <= 0xFF:
        raise PduError("TP-FCS", f"{value} is not in 128..255")
    return bytes((value,))


@dataclass(frozen=True, slots=True)
class DeliverReport:
    """The mobile's answer to a DELIVER or STATUS-REPORT. `failure`: TP-FCS of a refusal, None where taken."""

    direction: ClassVar[Direction] = Direction.MS_TO_SC

    failure: int | None = None
    pid: int | None = None
    dcs: Dcs | None = None
    user_data: UserData | None = None

    def encode(self) -> bytes:
        """Raises PduError if a field cannot be sent."""
        first = _HEADER if self.user_data and self.user_data.header else 0
        limit = _DELIVER_REPORT[self.failure is not None]
        fields = encode_announced(self.pid, self.dcs, self.user_data, limit)
        return bytes((first,)) + _failure(self.failure) + fields


@dataclass(frozen=True, slots=True)
class SubmitReport:
    """The service centre's answer to a SUBMIT or COMMAND. `failure` as in DeliverReport."""

    direction: ClassVar[Direction] = Direction.SC_TO_MS

    timestamp: Timestamp
    failure: int | None = None
    pid: int | None = None
    dcs: Dcs | None = None
    user_data: UserData | None = None

    def encode(self) -> bytes:
        """Raises PduError if a field cannot be sent."""
        first = 0x01 | (_HEADER if self.user_data and self.user_data.header else 0)
        limit = _SUBMIT_REPORT[self.failure is not None]
        fields = encode_announced(self.pid, self.dcs, self.user_data, limit)
        stamp = encode_timestamp(self.timestamp, "TP-SCTS")
        return bytes((first,)) + _failure(self.failure) + fields[:1] + stamp + fields[1:]


NO_DATA: Final = UserData(b"")


class CommandType(IntEnum):
    """TP-CT (9.2.3.19); 128 to 255 are a service centre's own."""

    ENQUIRY = 0
    CANCEL_REPORT = 1
    DELETE = 2
    ENABLE_REPORT = 3


@dataclass(frozen=True, slots=True)
class SmsCommand:
    """SMS-COMMAND: asks the service centre about message `number` (TP-MN), sent earlier to `destination`."""

    direction: ClassVar[Direction] = Direction.MS_TO_SC

    destination: Address
    type: int
    number: int
    reference: int = 0
    pid: int = 0
    data: UserData = NO_DATA
    report_request: bool = False

    def encode(self) -> bytes:
        """Raises PduError if a field cannot be sent."""
        header = encode_header(self.data.header)
        if not isinstance(self.data.body, bytes):
            raise PduError("TP-CD", "command data is octets, not text")
        content = header + self.data.body
        first = 0x02 | (_REPORT if self.report_request else 0) | (_HEADER if header else 0)
        if len(content) > _COMMAND_DATA:
            raise PduError("TP-CD", f"{len(content)} octets, {_COMMAND_DATA} fit")
        return b"".join((
            bytes((first, octet("TP-MR", self.reference), octet("TP-PID", self.pid))),
            bytes((octet("TP-CT", self.type), octet("TP-MN", self.number))),
            encode_address(self.destination, "TP-DA"),
            bytes((len(content),)),
            content,
        ))  # fmt: skip


_COMMAND_DATA: Final = 157


def decode_deliver_report(data: bytes, at: int) -> tuple[DeliverReport, int]:
    header, failure, at = _begin(data, at)
    indicator, at = decode_indicator(data, at)
    limit = _DELIVER_REPORT[failure is not None]
    pid, dcs, user_data, at = decode_fields(data, at, indicator, header, limit)
    return DeliverReport(failure, pid, dcs, user_data), at


def decode_submit_report(data: bytes, at: int) -> tuple[SubmitReport, int]:
    header, failure, at = _begin(data, at)
    indicator, at = decode_indicator(data, at)
    timestamp, at = decode_timestamp(data, at, "TP-SCTS")
    limit = _SUBMIT_REPORT[failure is not None]
    pid, dcs, user_data, at = decode_fields(data, at, indicator, header, limit)
    return SubmitReport(timestamp, failure, pid, dcs, user_data), at


def _begin(data: bytes, at: int) -> tuple[bool, int | None, int]:
    """TP-UDHI and TP-FCS. Only an RP-ERROR carries a TP-FCS; it begins at 80, where a TP-PI that any
    version of the standard knows has bit 7 clear, so the octet itself says which of the two it is."""
    need(data, at, 2, "TP-PI")
    failure = data[at + 1] if data[at + 1] & 0x80 else None
    return bool(data[at] & _HEADER), failure, at + (1 if failure is None else 2)


def decode_command(data: bytes, at: int) -> tuple[SmsCommand, int]:
    first = data[at]
    need(data, at + 1, 4, "TP-MR")
    reference, pid, kind, number = data[at + 1 : at + 5]
    destination, at = decode_address(data, at + 5, "TP-DA")
    need(data, at, 1, "TP-CDL")
    length = data[at]
    need(data, at + 1, length, "TP-CD")
    at, end = at + 1, at + 1 + length
    header, at = decode_header(data, at, end) if first & _HEADER else ((), at)
    content = UserData(data[at:end], header)
    command = SmsCommand(
        destination, kind, number, reference, pid, content, report_request=bool(first & _REPORT)
    )
    return command, end
