"""The PDUs of MM1 as dataclasses (OMA-TS-MMS_ENC-V1_3 6). Addresses stand as on the wire: see `address`.

`interop.mms.encode` and `decode` know how they look in octets. What a PDU need not have is None or "".
`transaction`: X-Mms-Transaction-Id, chosen by whoever asks and given back with the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from interop.mms.charsets import text_of

VERSION: Final = 0x12
"""MMS 1.2, which every centre and handset understands"""

RELATED: Final = "application/vnd.wap.multipart.related"
MIXED: Final = "application/vnd.wap.multipart.mixed"
SMIL: Final = "application/smil"


class Status(IntEnum):
    """X-Mms-Status (7.3.54)."""

    EXPIRED = 128
    RETRIEVED = 129
    REJECTED = 130
    DEFERRED = 131
    UNRECOGNISED = 132
    INDETERMINATE = 133
    FORWARDED = 134
    UNREACHABLE = 135


class ResponseStatus(IntEnum):
    """X-Mms-Response-Status (7.3.48). 192 to 223 are transient, 224 to 255 permanent."""

    OK = 128
    UNSPECIFIED = 129
    SERVICE_DENIED = 130
    FORMAT_CORRUPT = 131
    ADDRESS_UNRESOLVED = 132
    MESSAGE_NOT_FOUND = 133
    NETWORK_PROBLEM = 134
    CONTENT_NOT_ACCEPTED = 135
    UNSUPPORTED_MESSAGE = 136
    TRANSIENT_FAILURE = 192
    TRANSIENT_ADDRESS_UNRESOLVED = 193
    TRANSIENT_MESSAGE_NOT_FOUND = 194
    TRANSIENT_NETWORK_PROBLEM = 195
    PARTIAL_SUCCESS = 196
    PERMANENT_FAILURE = 224
    PERMANENT_SERVICE_DENIED = 225
    PERMANENT_FORMAT_CORRUPT = 226
    PERMANENT_ADDRESS_UNRESOLVED = 227
    PERMANENT_MESSAGE_NOT_FOUND = 228
    PERMANENT_CONTENT_NOT_ACCEPTED = 229
    REPLY_CHARGING_LIMITATIONS = 230
    REPLY_CHARGING_REQUEST_NOT_ACCEPTED = 231
    REPLY_CHARGING_FORWARDING_DENIED = 232
    REPLY_CHARGING_NOT_SUPPORTED = 233
    ADDRESS_HIDING_NOT_SUPPORTED = 234


class RetrieveStatus(IntEnum):
    """X-Mms-Retrieve-Status (7.3.50)."""

    OK = 128
    TRANSIENT_FAILURE = 192
    TRANSIENT_MESSAGE_NOT_FOUND = 193
    TRANSIENT_NETWORK_PROBLEM = 194
    PERMANENT_FAILURE = 224
    PERMANENT_SERVICE_DENIED = 225
    PERMANENT_MESSAGE_NOT_FOUND = 226
    PERMANENT_CONTENT_UNSUPPORTED = 227


class ReadStatus(IntEnum):
    """X-Mms-Read-Status (7.3.37)."""

    READ = 128
    DELETED_UNREAD = 129


def named(status: int, kind: type[IntEnum]) -> str:
    """With what the standard calls it, where it does.

    >>> named(132, ResponseStatus), named(255, ResponseStatus)
    ('132 (address unresolved)', '255')
    """
    known = {int(one): one.name.lower().replace("_", " ") for one in kind}
    return f"{status} ({known[status]})" if status in known else str(status)


class Priority(IntEnum):
    LOW = 128
    NORMAL = 129
    HIGH = 130


PERSONAL: Final = "personal"
"""X-Mms-Message-Class: also advertisement, informational, auto (7.3.27), or any token"""


@dataclass(frozen=True, slots=True)
class After:
    """A time counted from when the centre has the message: X-Mms-Expiry, X-Mms-Delivery-Time."""

    seconds: int


When = After | datetime
"""relative, or absolute (with zone)"""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body. `content_type`: lower case, "image/jpeg"; `charset`: "utf-8", of text.

    `name`: Name of the content type, `content_id`: without its brackets, `location`: Content-Location.
    """

    content_type: str
    data: bytes
    name: str = ""
    content_id: str = ""
    location: str = ""
    charset: str = ""

    @property
    def text(self) -> str:
        """The text of a text part, as its charset says; see `charsets.text_of` where that says too little."""
        return text_of(self.data, self.charset)


@dataclass(frozen=True, slots=True)
class Body:
    """`content_type`: RELATED, MIXED, or that of the only part where there is no multipart at all.

    `start`: content id of the part to begin with (the SMIL), `start_type`: its content type.
    """

    parts: tuple[Part, ...]
    content_type: str = RELATED
    start: str = ""
    start_type: str = ""

    @property
    def media(self) -> tuple[Part, ...]:
        """What a person sent: all but the SMIL, which centres may write anew."""
        return tuple(part for part in self.parts if part.content_type != SMIL)


EMPTY: Final = Body(())


@dataclass(frozen=True, slots=True)
class SendReq:
    """M-Send.req (6.1.1). `sender` "": the centre fills it in (insert-address-token)."""

    transaction: str
    to: tuple[str, ...]
    body: Body
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    sender: str = ""
    subject: str = ""
    date: datetime | None = None
    message_class: str = ""
    expiry: When | None = None
    delivery_time: When | None = None
    priority: int | None = None
    sender_hidden: bool | None = None
    delivery_report: bool | None = None
    read_report: bool | None = None
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class SendConf:
    """M-Send.conf (6.1.2). `status`: a ResponseStatus, or what a centre says instead."""

    transaction: str
    status: int
    text: str = ""
    message_id: str = ""
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class NotificationInd:
    """M-Notification.ind (6.2). `location`: where to GET the message; `size`: octets."""

    transaction: str
    location: str
    size: int
    expiry: When
    message_class: str = PERSONAL
    sender: str = ""
    subject: str = ""
    delivery_report: bool | None = None
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class NotifyRespInd:
    """M-NotifyResp.ind (6.2)."""

    transaction: str
    status: int
    report_allowed: bool | None = None
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class RetrieveConf:
    """M-Retrieve.conf (6.3). `status` None: all is well, as 1.0 had no such field."""

    body: Body
    transaction: str = ""
    message_id: str = ""
    date: datetime | None = None
    sender: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    message_class: str = ""
    priority: int | None = None
    delivery_report: bool | None = None
    read_report: bool | None = None
    status: int | None = None
    text: str = ""
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class AcknowledgeInd:
    """M-Acknowledge.ind (6.4), after a message that was fetched later than at once."""

    transaction: str
    report_allowed: bool | None = None
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class DeliveryInd:
    """M-Delivery.ind (6.6): what became of `message_id` at the recipient `to`."""

    message_id: str
    to: str
    date: datetime
    status: int
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class ReadRecInd:
    """M-Read-Rec.ind (6.7): the handset to its centre. `sender` "": filled in there."""

    message_id: str
    to: str
    status: int
    sender: str = ""
    date: datetime | None = None
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class ReadOrigInd:
    """M-Read-Orig.ind (6.7): the centre to the handset that sent `message_id`."""

    message_id: str
    to: str
    sender: str
    date: datetime
    status: int
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class ForwardReq:
    """M-Forward.req (6.5): send on what lies at `location` without fetching it."""

    transaction: str
    to: tuple[str, ...]
    location: str
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    sender: str = ""
    date: datetime | None = None
    expiry: When | None = None
    delivery_time: When | None = None
    report_allowed: bool | None = None
    delivery_report: bool | None = None
    read_report: bool | None = None
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class ForwardConf:
    """M-Forward.conf (6.5)."""

    transaction: str
    status: int
    text: str = ""
    message_id: str = ""
    version: int = VERSION


Pdu = (
    SendReq | SendConf | NotificationInd | NotifyRespInd | RetrieveConf | AcknowledgeInd
    | DeliveryInd | ReadRecInd | ReadOrigInd | ForwardReq | ForwardConf
)  # fmt: skip
