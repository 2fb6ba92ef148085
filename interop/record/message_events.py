"""Short messages, at a handset and at a gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from interop.record.flow import Flow


@dataclass(frozen=True, slots=True)
class MessageSubmitted:
    """One SUBMIT: `text` is what it carries of a text that needs `parts` of them. `tpdu`: hex, 23.040."""

    flow: ClassVar[Flow] = Flow.OUT
    to: str
    text: str
    part: int = 1
    parts: int = 1
    tpdu: str = ""


@dataclass(frozen=True, slots=True)
class MessageAccepted:
    """`reference`: TP-MR, 0..255."""

    flow: ClassVar[Flow] = Flow.IN
    reference: int


@dataclass(frozen=True, slots=True)
class MessageRefused:
    """`code`: +CMS ERROR (27.005 3.2.5)."""

    flow: ClassVar[Flow] = Flow.IN
    code: int | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A whole message. `sent_at`: TP-SCTS as ISO 8601 with zone; `toa`: type of address octet; `tpdu`: hex.

    A long one is told when its last part is there: `parts` says how many there were, `sent_at` is of the one
    that the service centre had last, and `tpdu` is "" for each part stands as a `PartReceived` before it.
    """

    flow: ClassVar[Flow] = Flow.IN
    sender: str
    toa: int
    text: str
    sent_at: str
    smsc: str = ""
    parts: int = 1
    tpdu: str = ""


@dataclass(frozen=True, slots=True)
class PartReceived:
    """Part `number` of `total` of a long message, as it came (23.040 9.2.3.24.1); a second copy as well.

    `text` is "" for a part of a WAP push: its octets are none.
    """

    flow: ClassVar[Flow] = Flow.IN
    sender: str
    toa: int
    reference: int
    number: int
    total: int
    text: str
    sent_at: str
    smsc: str = ""
    tpdu: str = ""


@dataclass(frozen=True, slots=True)
class StatusReported:
    """`status`: TP-ST (23.040 9.2.3.15)."""

    flow: ClassVar[Flow] = Flow.IN
    reference: int
    recipient: str
    status: int
    tpdu: str = ""


@dataclass(frozen=True, slots=True)
class TextHanded:
    """One text to a gateway, in `parts` messages; `sender`: the number that receivers are to see."""

    flow: ClassVar[Flow] = Flow.OUT
    to: str
    text: str
    sender: str
    parts: int = 1


@dataclass(frozen=True, slots=True)
class TextTaken:
    """The gateway's answer: `acceptance` accepted, refused or unknown; `code` in its own numbers."""

    flow: ClassVar[Flow] = Flow.IN
    acceptance: str
    references: tuple[str, ...] = ()
    code: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class GatewayClaimed:
    """A status report of the gateway: its claim about one part, not what the handset got."""

    flow: ClassVar[Flow] = Flow.IN
    reference: str
    state: str
    delivered: bool


@dataclass(frozen=True, slots=True)
class MessageFromHandset:
    """A reply that the gateway brought to the service number."""

    flow: ClassVar[Flow] = Flow.IN
    sender: str
    to: str
    text: str
