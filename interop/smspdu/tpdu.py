"""SMS-DELIVER, SMS-SUBMIT, SMS-STATUS-REPORT and the decoder of all TPDUs (3GPP TS 23.040 9.2.2).

`decode` needs the direction, because both use the same message type numbers. Dataclasses are exact: what
`decode` gives, `encode` sends again, but for what the standard leaves free (padding bits, the sign of a
time zone of 0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from interop.smspdu.address import Address, decode_address, encode_address
from interop.smspdu.announced import decode_announced, encode_announced
from interop.smspdu.dcs import DCS, Dcs
from interop.smspdu.direction import Direction
from interop.smspdu.errors import PduError, need, octet
from interop.smspdu.reports import (
    DeliverReport,
    SmsCommand,
    SubmitReport,
    decode_command,
    decode_deliver_report,
    decode_submit_report,
)
from interop.smspdu.status import Status
from interop.smspdu.timestamps import Timestamp, decode_timestamp, encode_timestamp
from interop.smspdu.userdata import UserData, decode_user_data, encode_text, encode_user_data
from interop.smspdu.validity import Validity, decode_validity, encode_validity

# First octet (9.2.3.1 ..): TP-MTI in bits 1..0, TP-VPF in bits 4..3
_NO_MORE_MESSAGES: Final = 0x04  # TP-MMS, 0 means that more wait
_LOOP: Final = 0x08  # TP-LP
_REPORT: Final = 0x20  # TP-SRI, TP-SRR, TP-SRQ
_HEADER: Final = 0x40  # TP-UDHI
_REPLY_PATH: Final = 0x80  # TP-RP
_REJECT_DUPLICATES: Final = 0x04  # TP-RD


@dataclass(frozen=True, slots=True)
class Deliver:
    """SMS-DELIVER, service centre to mobile (9.2.2.1).

    `more_messages`: others wait at the service centre (TP-MMS, sent inverted); `report_indication`: the
    sender asked for a status report (TP-SRI).
    """

    direction: ClassVar[Direction] = Direction.SC_TO_MS

    originator: Address
    timestamp: Timestamp
    dcs: Dcs
    user_data: UserData
    pid: int = 0
    more_messages: bool = False
    loop_prevention: bool = False
    report_indication: bool = False
    reply_path: bool = False

    @classmethod
    def of_text(cls, originator: Address, timestamp: Timestamp, text: str, **fields: Any) -> Self:
        """GSM 7 bit or UCS2, as `text` needs; `fields` are those of the class."""
        dcs, user_data = encode_text(text)
        return cls(originator, timestamp, dcs, user_data, **fields)

    def encode(self) -> bytes:
        """Raises PduError if a field cannot be sent."""
        first = (
            (0 if self.more_messages else _NO_MORE_MESSAGES)
            | (_LOOP if self.loop_prevention else 0)
            | (_REPORT if self.report_indication else 0)
            | (_HEADER if self.user_data.header else 0)
            | (_REPLY_PATH if self.reply_path else 0)
        )
        return b"".join((
            bytes((first,)),
            encode_address(self.originator, "TP-OA"),
            bytes((octet("TP-PID", self.pid), self.dcs.value)),
            encode_timestamp(self.timestamp, "TP-SCTS"),
            encode_user_data(self.user_data, self.dcs),
        ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Submit:
    """SMS-SUBMIT, mobile to service centre (9.2.2.2).

    `reference` is TP-MR, which a modem replaces by its own; `report_request` TP-SRR.
    """

    direction: ClassVar[Direction] = Direction.MS_TO_SC

    destination: Address
    dcs: Dcs
    user_data: UserData
    reference: int = 0
    validity: Validity = None
    report_request: bool = False
    reject_duplicates: bool = False
    reply_path: bool = False
    pid: int = 0

    @classmethod
    def of_text(cls, destination: Address, text: str, **fields: Any) -> Self:
        """GSM 7 bit or UCS2, as `text` needs; `fields` are those of the class."""
        dcs, user_data = encode_text(text)
        return cls(destination, dcs, user_data, **fields)

    def encode(self) -> bytes:
        """Raises PduError if a field cannot be sent."""
        vpf, validity = encode_validity(self.validity)
        first = (
            0x01
            | (_REJECT_DUPLICATES if self.reject_duplicates else 0)
            | vpf << 3
            | (_REPORT if self.report_request else 0)
            | (_HEADER if self.user_data.header else 0)
            | (_REPLY_PATH if self.reply_path else 0)
        )
        return b"".join((
            bytes((first, octet("TP-MR", self.reference))),
            encode_address(self.destination, "TP-DA"),
            bytes((octet("TP-PID", self.pid), self.dcs.value)),
            validity,
            encode_user_data(self.user_data, self.dcs),
        ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatusReport:
    """SMS-STATUS-REPORT, service centre to mobile (9.2.2.3).

    `timestamp` is when the service centre got the message, `discharge` when `status` came about;
    `command` says that it answers an SMS-COMMAND (TP-SRQ). `pid`, `dcs`, `user_data` are None where
    TP-PI says so or is not there at all; user data without `dcs` is GSM 7 bit.
    """

    direction: ClassVar[Direction] = Direction.SC_TO_MS

    reference: int
    recipient: Address
    timestamp: Timestamp
    discharge: Timestamp
    status: Status
    more_messages: bool = False
    loop_prevention: bool = False
    command: bool = False
    pid: int | None = None
    dcs: Dcs | None = None
    user_data: UserData | None = None

    def encode(self) -> bytes:
        """Raises PduError if a field cannot be sent."""
        first = (
            0x02
            | (0 if self.more_messages else _NO_MORE_MESSAGES)
            | (_LOOP if self.loop_prevention else 0)
            | (_REPORT if self.command else 0)
            | (_HEADER if self.user_data and self.user_data.header else 0)
        )
        out = [
            bytes((first, octet("TP-MR", self.reference))),
            encode_address(self.recipient, "TP-RA"),
            encode_timestamp(self.timestamp, "TP-SCTS"),
            encode_timestamp(self.discharge, "TP-DT"),
            bytes((octet("TP-ST", self.status.value),)),
        ]
        announced = encode_announced(self.pid, self.dcs, self.user_data)
        return b"".join([*out, announced] if announced != b"\0" else out)


Message = Deliver | Submit | StatusReport
"""what a modem's memory can hold; the others go between the layers of a network"""
Tpdu = Message | DeliverReport | SubmitReport | SmsCommand


def decode(data: bytes, direction: Direction, at: int = 0) -> Tpdu:
    """The TPDU that fills `data` from offset `at` to the end.

    Raises PduError, whose `offset` counts from the start of `data`, on anything truncated, over-long,
    inconsistent or of the reserved type.
    """
    need(data, at, 1, "TP-MTI")
    decoder = _DECODERS.get((direction, data[at] & 3))
    if decoder is None:
        raise PduError("TP-MTI", f"message type {data[at] & 3} is reserved", at)
    tpdu, end = decoder(data, at)
    if end != len(data):
        raise PduError("TPDU", f"{len(data) - end} octet(s) too many", end)
    return tpdu


def decode_message(data: bytes, direction: Direction) -> Message:
    """As `decode`, for what a modem stores. Raises PduError for reports and commands of the link, too."""
    tpdu = decode(data, direction)
    if isinstance(tpdu, Deliver | Submit | StatusReport):
        return tpdu
    raise PduError("TP-MTI", f"a {type(tpdu).__name__} is no message", 0)


def _decode_deliver(data: bytes, at: int) -> tuple[Tpdu, int]:
    first = data[at]
    originator, at = decode_address(data, at + 1, "TP-OA")
    need(data, at, 2, "TP-PID")
    pid, dcs = data[at], DCS[data[at + 1]]
    timestamp, at = decode_timestamp(data, at + 2, "TP-SCTS")
    user_data, at = decode_user_data(data, at, dcs, bool(first & _HEADER))
    deliver = Deliver(
        originator,
        timestamp,
        dcs,
        user_data,
        pid,
        more_messages=not first & _NO_MORE_MESSAGES,
        loop_prevention=bool(first & _LOOP),
        report_indication=bool(first & _REPORT),
        reply_path=bool(first & _REPLY_PATH),
    )
    return deliver, at


def _decode_submit(data: bytes, at: int) -> tuple[Tpdu, int]:
    need(data, at, 2, "TP-MR")
    first, reference = data[at], data[at + 1]
    destination, at = decode_address(data, at + 2, "TP-DA")
    need(data, at, 2, "TP-PID")
    pid, dcs = data[at], DCS[data[at + 1]]
    validity, at = decode_validity(first >> 3 & 3, data, at + 2)
    user_data, at = decode_user_data(data, at, dcs, bool(first & _HEADER))
    submit = Submit(
        destination,
        dcs,
        user_data,
        reference,
        validity,
        report_request=bool(first & _REPORT),
        reject_duplicates=bool(first & _REJECT_DUPLICATES),
        reply_path=bool(first & _REPLY_PATH),
        pid=pid,
    )
    return submit, at


def _decode_status_report(data: bytes, at: int) -> tuple[Tpdu, int]:
    need(data, at, 2, "TP-MR")
    first, reference = data[at], data[at + 1]
    recipient, at = decode_address(data, at + 2, "TP-RA")
    timestamp, at = decode_timestamp(data, at, "TP-SCTS")
    discharge, at = decode_timestamp(data, at, "TP-DT")
    need(data, at, 1, "TP-ST")
    status = Status(data[at])
    at += 1
    pid = dcs = user_data = None
    if at < len(data):
        pid, dcs, user_data, at = decode_announced(data, at, bool(first & _HEADER))
    report = StatusReport(
        reference,
        recipient,
        timestamp,
        discharge,
        status,
        more_messages=not first & _NO_MORE_MESSAGES,
        loop_prevention=bool(first & _LOOP),
        command=bool(first & _REPORT),
        pid=pid,
        dcs=dcs,
        user_data=user_data,
    )
    return report, at


_DECODERS: Final[dict[tuple[Direction, int], Callable[[bytes, int], tuple[Tpdu, int]]]] = {
    (Direction.SC_TO_MS, 0): _decode_deliver,
    (Direction.SC_TO_MS, 1): decode_submit_report,
    (Direction.SC_TO_MS, 2): _decode_status_report,
    (Direction.MS_TO_SC, 0): decode_deliver_report,
    (Direction.MS_TO_SC, 1): _decode_submit,
    (Direction.MS_TO_SC, 2): decode_command,
}
