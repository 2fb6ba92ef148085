"""What every gateway protocol says on the gateway's side, in one vocabulary; `cmpp`, `sgip`, `smgp` and
`smpp` beside this module are its words. Pure: PDUs in, PDUs out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any, ClassVar, Protocol

from drivers.emulated.gateways.texts import Message
from interop.gateway import Dialect, Frame, GatewayError
from interop.gateway.text import Piece
from interop.numbering import Msisdn, NumberError
from interop.smspdu import Address, Status, StatusClass, Validity


class Refusal(Enum):
    """Why a gateway refuses; each protocol has its own number for it."""

    NAME = auto()
    """login: no such account"""
    SECRET = auto()
    STRUCTURE = auto()
    CONTENT = auto()
    """too long, or in a coding that cannot be read"""
    SENDER = auto()
    """the number shown is not the account's"""
    NUMBER = auto()
    """no mobile number"""
    SEGMENT = auto()
    """not in the gateway's table"""
    THROTTLED = auto()


@dataclass(frozen=True, slots=True)
class Login:
    """`version`: of the PDUs from now on; `sends`, `receives`: what the provider wants of this connection."""

    account: str
    version: int
    sends: bool = True
    receives: bool = True


class Wanted(Enum):
    """When the provider wants a status report."""

    NEVER = auto()
    ON_FAILURE = auto()
    ALWAYS = auto()


@dataclass(frozen=True, slots=True)
class Submission:
    """One message to one number. `sender` None: the account's own number; `messages`: what goes on air."""

    sender: Address | None
    destination: str
    messages: Sequence[Message]
    report: Wanted
    pid: int = 0
    validity: Validity = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the message `message_id` to `number` (11 digits), as the service centre told it."""

    message_id: Any
    status: Status
    sender: str
    number: str
    submitted: datetime
    done: datetime

    @property
    def state(self) -> str:
        """In the words that CMPP, SMGP and SMPP share."""
        if self.status.delivered:
            return "DELIVRD"
        if self.status.value == _EXPIRED:
            return "EXPIRED"
        trying = self.status.status_class in (StatusClass.TRYING, StatusClass.COMPLETED)
        return "UNKNOWN" if trying else "UNDELIV"


_EXPIRED = 0x46


class Host(Protocol):
    """A gateway's half of one protocol.

    `heartbeat_s`: silence after which it asks whether the provider is there; `idle_s`: silence after which it
    closes; `connects_back`: it delivers on a connection of its own.
    """

    dialect: ClassVar[Dialect]
    heartbeat_s: ClassVar[float | None]
    idle_s: ClassVar[float | None]
    connects_back: ClassVar[bool]
    codes: ClassVar[Mapping[Refusal, int]]

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        """What numbers the requests of a connection."""

    def login(self, pdu: Any) -> Login | None:
        """None: `pdu` is no login."""

    def proves(self, pdu: Any, secret: str) -> bool:
        """Whether a login knows the secret."""

    def logged_in(self, pdu: Any, code: int, secret: str, version: int) -> Any: ...

    def submissions(self, pdu: Any, reference: int) -> list[Submission] | None:
        """None: `pdu` submits nothing. `reference`: of a text that has to be cut. Raises GatewayError."""

    def national(self, number: str) -> str:
        """The 11 digits of a destination as this protocol writes it. Raises GatewayError."""

    def message_id(self, frame: Frame, now: datetime, number: int) -> Any:
        """What names the message of a Submit in its answer and in reports."""

    def submitted(self, pdu: Any, message_id: Any, code: int) -> Any:
        """The answer to a Submit; `message_id` is None where it is refused."""

    def reports(self, report: Report, version: int) -> Any: ...

    def delivers(self, source: str, destination: str, piece: Piece, now: datetime, number: int) -> Any:
        """A message from the handset `source` (11 digits)."""

    def took(self, answer: Frame) -> bool:
        """Whether the provider has what was delivered or reported."""

    def answer(self, pdu: Any) -> Any | None:
        """The answer to a heartbeat or a goodbye; None where `pdu` is neither."""

    def says_goodbye(self, pdu: Any) -> bool: ...

    def alive(self) -> Any | None: ...

    def leave(self) -> Any: ...

    def bind(self, account: str, secret: str) -> Any | None:
        """The login with which it connects back; None where it never does."""


def national(number: str) -> str:
    """The 11 digits of a mobile number. Raises GatewayError."""
    try:
        found = Msisdn.parse(number).national
    except NumberError:
        found = ""
    if len(found) != 11:
        raise GatewayError("destination", f"{number!r} is no mobile number")
    return found


def short_time(when: datetime) -> str:
    """YYMMDDhhmm, as status reports write it."""
    return when.strftime("%y%m%d%H%M")
