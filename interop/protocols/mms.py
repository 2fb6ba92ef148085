"""Sending and fetching multimedia messages at one modem, whatever carries them there (MM1).

Receiving begins with our own reading of the WAP push: it comes as an `MmsNotified` event of the modem, and
`notifications` has its PDU. What fetches the message then may be the modem's own client or ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from interop.mms import NotificationInd, RetrieveConf, SendReq, Status


class MmsStage(StrEnum):
    """How far a message came: the last stage that was reached is where to look first."""

    DEVICE = "device"
    """our own modem: it lacks the service, or takes no message"""
    BEARER = "bearer"
    """the packet connection to the operator's MMS network (APN)"""
    SUBMIT = "submit"
    """from there to the MMSC, by way of the proxy: TCP, HTTP"""
    MMSC = "mmsc"
    """the MMSC itself, by what it answers"""
    INTERWORKING = "interworking"
    """from one operator's MMSC to the other's (MM4)"""
    NOTIFY = "notify"
    FETCH = "fetch"
    ACK = "ack"
    """delivery and read reports"""


@dataclass(frozen=True, slots=True)
class MmsService:
    """How a subscriber reaches its MMSC. `mmsc`: URL; `proxy`: "10.0.0.172:80", "" for none."""

    apn: str
    mmsc: str
    proxy: str = ""
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class MmsCapabilities:
    """What is there, found out by asking. `exact`: what is fetched is the PDU itself, octet for octet; else
    the parts as the modem hands them out, with as much of the header as it tells.

    `largest`: octets of one message, None where no limit is known. `lacks`: why something is missing.
    """

    send: bool
    fetch: bool
    confirm: bool
    """can answer a notification, acknowledge and report as read"""
    exact: bool
    reports: bool
    """can ask for delivery and read reports"""
    largest: int | None = None
    lacks: str = ""


class MmsOutcome(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    """`stage`, and the code that was given there"""
    UNKNOWN = "unknown"
    """nobody can tell; it is never repeated"""


@dataclass(frozen=True, slots=True)
class MmsSent:
    """`status`: X-Mms-Response-Status where the MMSC said one; `http`: a status of HTTP; `code`: the modem's
    own, as the dialect has it, or a 24.008 cause of the bearer. `text`: what was said, in words.
    """

    outcome: MmsOutcome
    stage: MmsStage
    message_id: str = ""
    status: int | None = None
    http: int | None = None
    code: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MmsFetched:
    """`message` where ACCEPTED. `status`: X-Mms-Retrieve-Status, otherwise as in `MmsSent`. `confirmed`:
    whether the MMSC took our notify response or acknowledgement, None where the modem does not tell.
    """

    outcome: MmsOutcome
    stage: MmsStage
    message: RetrieveConf | None = None
    confirmed: bool | None = None
    status: int | None = None
    http: int | None = None
    code: int | None = None
    text: str = ""


class MmsTransport(Protocol):
    """Raises only EquipmentError (NotAvailable for what `capabilities` says is missing).

    Nothing that the MMSC may have taken is ever sent again. The bearer is set up for each transaction that
    needs it and let go after it.
    """

    service: MmsService

    async def capabilities(self) -> MmsCapabilities:
        """Asked once; what the firmware lacks is no error."""

    async def send(self, message: SendReq) -> MmsSent:
        """Raises BudgetSpent before anything is sent."""

    def notifications(self, since: int) -> list[NotificationInd]:
        """What was announced to this SIM, as it came; `since`: a mark of the modem's events."""

    async def fetch(self, notification: NotificationInd, *, deferred: bool = False) -> MmsFetched:
        """GET the message, and confirm it: by M-NotifyResp.ind, or `deferred` by M-Acknowledge.ind."""

    async def respond(self, notification: NotificationInd, status: Status) -> bool:
        """M-NotifyResp.ind without fetching (DEFERRED, REJECTED); whether the MMSC took it."""

    async def report_read(self, message: RetrieveConf) -> bool:
        """M-Read-Rec.ind; whether the MMSC took it."""
