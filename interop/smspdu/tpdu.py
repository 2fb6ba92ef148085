"""SMS-DELIVER, SMS-SUBMIT and SMS-STATUS-REPORT (3GPP TS 23.040 9.2.2).

`decode` needs the direction, because both use the same message type numbers. Dataclasses are exact: what
`decode` gives, `encode` sends again, but for what the standard leaves free (padding bits, the sign of a
time zone of 0).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Final, Self

from interop.smspdu.address import Address, decode_address, encode_address
from interop.smspdu.dcs import DCS, Dcs
from interop.smspdu.errors import PduError, need, octet
from interop.smspdu.status import Status
from interop.smspdu.timestamps import Timestamp, decode_timestamp, encode_timestamp
from interop.smspdu.userdata import UserData, decode_user_data, encode_text, encode_user_data
from interop.smspdu.validity import Validity, decode_validity, encode_validity


class Direction(Enum):
    SC_TO_MS = "from the service centre to the mobile"
    MS_TO_SC = "from the mobile to the service centre"


# First octet (9.2.3.1 ..): TP-MTI in bits 1..0, TP-VPF in bits 4..3
_NO_MORE_MESSAGES: Final = 0x04  # TP-MMS, 0 means that more wait
_LOOP: Final = 0x08  # TP-LP
_REPORT: Final = 0x20  # TP-SRI, TP-SRR, TP-SRQ
_HEADER: Final = 0x40  # TP-UDHI
_REPLY_PATH: Final = 0x80  # TP-RP
_REJECT_DUPLICATES: Final = 0x04  # TP-RD

# TP-Parameter-Indicator (9.2.3.27)
_PI_PID: Final = 0x01
_PI_DCS: Final = 0x02
_PI_UDL: Final = 0x04
_PI_RESERVED: Final = 0x78
_PI_EXTENSION: Final = 0x80

REPORT_USER_DATA: Final = 131  # octets of TP-UD in a status report


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
        indicator = 0
        optional = []
        if self.pid is not None:
            indicator |= _PI_PID
            optional.append(bytes((octet("TP-PID", self.pid),)))
        if self.dcs is not None:
            indicator |= _PI_DCS
            optional.append(bytes((self.dcs.value,)))
        if self.user_data is not None:
            indicator |= _PI_UDL
            optional.append(encode_user_data(self.user_data, self.dcs or DCS[0], REPORT_USER_DATA))
        if indicator:
            out += [bytes((indicator,)), *optional]
        return b"".join(out)


Tpdu = Deliver | Submit | StatusReport


def decode(data: bytes, direction: Direction, at: int = 0) -> Tpdu:
    """The TPDU that fills `data` from offset `at` to the end.

    Raises PduError, whose `offset` counts from the start of `data`, on anything truncated, over-long,
    inconsistent or of a type that is not read here.
    """
    need(data, at, 1, "TP-MTI")
    decoder = _DECODERS.get((direction, data[at] & 3))
    if decoder is None:
        name = _UNREAD.get((direction, data[at] & 3), "reserved")
        raise PduError("TP-MTI", f"message type {data[at] & 3} ({name}) is not read", at)
    tpdu, end = decoder(data, at)
    if end != len(data):
        raise PduError("TPDU", f"{len(data) - end} octet(s) too many", end)
    return tpdu


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
    pid, dcs, user_data, at = _decode_optional(data, at + 1, bool(first & _HEADER))
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


def _decode_optional(
    data: bytes, at: int, header_follows: bool
) -> tuple[int | None, Dcs | None, UserData | None, int]:
    """TP-PI and what it announces; all None at the end of `data`."""
    pid = dcs = user_data = None
    if at == len(data):
        return pid, dcs, user_data, at
    indicator = more = data[at]
    at += 1
    while more & _PI_EXTENSION:
        need(data, at, 1, "TP-PI")
        more = data[at]
        at += 1
    if indicator & _PI_PID:
        need(data, at, 1, "TP-PID")
        pid, at = data[at], at + 1
    if indicator & _PI_DCS:
        need(data, at, 1, "TP-DCS")
        dcs, at = DCS[data[at]], at + 1
    if indicator & _PI_UDL:
        user_data, at = decode_user_data(data, at, dcs or DCS[0], header_follows, REPORT_USER_DATA)
    if indicator & (_PI_RESERVED | _PI_EXTENSION):
        at = len(data)  # 9.2.3.27: fields of later versions of the standard are to be ignored
    return pid, dcs, user_data, at


_DECODERS: Final = {
    (Direction.SC_TO_MS, 0): _decode_deliver,
    (Direction.SC_TO_MS, 2): _decode_status_report,
    (Direction.MS_TO_SC, 1): _decode_submit,
}
_UNREAD: Final = {
    (Direction.SC_TO_MS, 1): "SMS-SUBMIT-REPORT",
    (Direction.MS_TO_SC, 0): "SMS-DELIVER-REPORT",
    (Direction.MS_TO_SC, 2): "SMS-COMMAND",
}
