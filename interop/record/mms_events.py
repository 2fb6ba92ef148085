"""Multimedia messages, at a handset: MM1 as it goes by (OMA-TS-MMS_ENC-V1_3).

`parts` of a message: a line each, "image/jpeg 20480 sha256:3f...": type, octets, the first 16 hex digits.
`tpdu`: of the push, as in `MessageReceived`; "" where a `PartReceived` stands before it for each part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from interop.record.flow import Flow


@dataclass(frozen=True, slots=True)
class BearerOpened:
    """A packet connection for MMS. `address`: the one it was given, "" where the modem does not tell."""

    flow: ClassVar[Flow] = Flow.NOTE
    apn: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class BearerRefused:
    """`code`: 24.008 10.5.6.6, or the modem's own error."""

    flow: ClassVar[Flow] = Flow.IN
    apn: str
    code: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MmsSubmitted:
    """`size`: octets of what was sent, 0 where the modem makes the PDU itself."""

    flow: ClassVar[Flow] = Flow.OUT
    to: tuple[str, ...]
    subject: str
    parts: tuple[str, ...]
    size: int = 0


@dataclass(frozen=True, slots=True)
class MmsTaken:
    """What came of it: `outcome` accepted, rejected or unknown, and the `stage` that it came to."""

    flow: ClassVar[Flow] = Flow.IN
    outcome: str
    stage: str
    message_id: str = ""
    status: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MmsNotified:
    """M-Notification.ind. `size`: octets, as announced; `expires_s`: from when it came, None if unreadable;
    `report`: the sender wants to know of its delivery.
    """

    flow: ClassVar[Flow] = Flow.IN
    transaction: str
    location: str
    size: int
    sender: str = ""
    subject: str = ""
    message_class: str = ""
    expires_s: float | None = None
    report: bool = False
    tpdu: str = ""


@dataclass(frozen=True, slots=True)
class MmsAsked:
    """GET, or the modem's own command for it."""

    flow: ClassVar[Flow] = Flow.OUT
    location: str


@dataclass(frozen=True, slots=True)
class MmsGot:
    """What came of it: as in `MmsTaken`; `size`: octets of the PDU, 0 where the modem does not show it."""

    flow: ClassVar[Flow] = Flow.IN
    outcome: str
    stage: str
    sender: str = ""
    subject: str = ""
    parts: tuple[str, ...] = ()
    size: int = 0
    message_id: str = ""
    status: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MmsConfirmed:
    """M-NotifyResp.ind or M-Acknowledge.ind. `status`: retrieved, deferred, rejected; `taken`: by the MMSC,
    None where the modem does it and does not tell.
    """

    flow: ClassVar[Flow] = Flow.OUT
    status: str
    taken: bool | None = None


@dataclass(frozen=True, slots=True)
class MmsReported:
    """M-Delivery.ind: `status` as X-Mms-Status, `at` ISO 8601 as the MMSC says."""

    flow: ClassVar[Flow] = Flow.IN
    message_id: str
    recipient: str
    status: int
    at: str = ""
    tpdu: str = ""


@dataclass(frozen=True, slots=True)
class MmsReadTold:
    """M-Read-Rec.ind."""

    flow: ClassVar[Flow] = Flow.OUT
    message_id: str
    to: str


@dataclass(frozen=True, slots=True)
class MmsReadHeard:
    """M-Read-Orig.ind: `status` as X-Mms-Read-Status."""

    flow: ClassVar[Flow] = Flow.IN
    message_id: str
    reader: str
    status: int
    tpdu: str = ""
