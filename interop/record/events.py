"""What a party of a case did or saw: the one vocabulary of drivers, evidence and ladder diagrams.

A report draws these and never parses AT. `flow` says which way the arrow points: OUT from the party
to the network, IN from the network to the party, NOTE at the party's own line.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from interop.record.call_events import (
    Alerting,
    Answered,
    CallerId,
    CallsListed,
    CallSteered,
    Connected,
    Dialled,
    ForwardingSeen,
    ForwardingSet,
    HungUp,
    Notified,
    Released,
    Ringing,
    SteeringDone,
    SteeringRefused,
    ToneHeard,
    ToneSent,
)
from interop.record.flow import Flow
from interop.record.message_events import (
    GatewayClaimed,
    MessageAccepted,
    MessageFromHandset,
    MessageReceived,
    MessageRefused,
    MessageSubmitted,
    PartReceived,
    StatusReported,
    TextHanded,
    TextTaken,
)
from interop.record.mms_events import (
    BearerOpened,
    BearerRefused,
    MmsAsked,
    MmsConfirmed,
    MmsGot,
    MmsNotified,
    MmsReadHeard,
    MmsReadTold,
    MmsReported,
    MmsSubmitted,
    MmsTaken,
)

__all__ = [
    "KINDS",
    "Alerting",
    "Answered",
    "BearerOpened",
    "BearerRefused",
    "CallSteered",
    "CallerId",
    "CallsListed",
    "CodeAnswered",
    "CodeEntered",
    "Connected",
    "Dialled",
    "EquipmentTrouble",
    "Event",
    "Flow",
    "FormAnswered",
    "FormSubmitted",
    "ForwardingSeen",
    "ForwardingSet",
    "GatewayClaimed",
    "HungUp",
    "LabelAnswered",
    "LabelAsked",
    "LinkBack",
    "LinkGivenUp",
    "LinkLost",
    "MessageAccepted",
    "MessageFromHandset",
    "MessageReceived",
    "MessageRefused",
    "MessageSubmitted",
    "MmsAsked",
    "MmsConfirmed",
    "MmsGot",
    "MmsNotified",
    "MmsReadHeard",
    "MmsReadTold",
    "MmsReported",
    "MmsSubmitted",
    "MmsTaken",
    "ModemReset",
    "Note",
    "Notified",
    "Observed",
    "PartReceived",
    "RegistrationSeen",
    "Released",
    "Ringing",
    "SimFileRead",
    "StatusReported",
    "SteeringDone",
    "SteeringRefused",
    "TextHanded",
    "TextTaken",
    "ToneHeard",
    "ToneSent",
    "Unclaimed",
    "UssdAnswered",
    "UssdSent",
    "from_json",
    "to_json",
]


@dataclass(frozen=True, slots=True)
class RegistrationSeen:
    """`domain`: cs, ps, eps or ims; `stat`: 27.007 7.2; `plmn` where the modem was asked."""

    flow: ClassVar[Flow] = Flow.IN
    domain: str
    stat: int
    plmn: str = ""


@dataclass(frozen=True, slots=True)
class UssdSent:
    flow: ClassVar[Flow] = Flow.OUT
    code: str


@dataclass(frozen=True, slots=True)
class UssdAnswered:
    """`mode`: <m> of +CUSD (27.007 7.15). The string as the modem gave it stands in the journal."""

    flow: ClassVar[Flow] = Flow.IN
    text: str
    mode: int


@dataclass(frozen=True, slots=True)
class SimFileRead:
    flow: ClassVar[Flow] = Flow.NOTE
    file: str
    content: str


@dataclass(frozen=True, slots=True)
class FormSubmitted:
    flow: ClassVar[Flow] = Flow.OUT
    site: str
    number: str


@dataclass(frozen=True, slots=True)
class FormAnswered:
    flow: ClassVar[Flow] = Flow.IN
    site: str
    http_status: int
    outcome: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class CodeEntered:
    """A verification code, given back to the site that asked for it."""

    flow: ClassVar[Flow] = Flow.OUT
    site: str
    number: str
    code: str


@dataclass(frozen=True, slots=True)
class CodeAnswered:
    """`outcome`: right, wrong or unclear."""

    flow: ClassVar[Flow] = Flow.IN
    site: str
    http_status: int
    outcome: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class LabelAsked:
    flow: ClassVar[Flow] = Flow.OUT
    service: str
    number: str


@dataclass(frozen=True, slots=True)
class LabelAnswered:
    flow: ClassVar[Flow] = Flow.IN
    service: str
    label: str


@dataclass(frozen=True, slots=True)
class ModemReset:
    flow: ClassVar[Flow] = Flow.NOTE
    sign: str


@dataclass(frozen=True, slots=True)
class LinkLost:
    flow: ClassVar[Flow] = Flow.NOTE
    why: str


@dataclass(frozen=True, slots=True)
class LinkBack:
    """The same modem with the same SIM answers again, at `port`; its settings are as they were."""

    flow: ClassVar[Flow] = Flow.NOTE
    port: str
    after_s: float


@dataclass(frozen=True, slots=True)
class LinkGivenUp:
    """After a loss: not looked for any more in this run."""

    flow: ClassVar[Flow] = Flow.NOTE
    why: str


@dataclass(frozen=True, slots=True)
class EquipmentTrouble:
    """Our own equipment failed at something in the background: a fail beside it proves nothing."""

    flow: ClassVar[Flow] = Flow.NOTE
    what: str


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A line that neither a transaction nor a URC of the dialect owned."""

    flow: ClassVar[Flow] = Flow.NOTE
    line: str


@dataclass(frozen=True, slots=True)
class MessageExpected:
    """A case asked for a message to this SIM: `text` is in it, and it comes from `sender` or a number that
    begins so; "" matches everything. `awaited`: one that comes after the case's end is late.
    """

    flow: ClassVar[Flow] = Flow.NOTE
    text: str
    sender: str
    awaited: bool


@dataclass(frozen=True, slots=True)
class NoMessageExpected:
    """What the case had asked for will not come to this SIM any more: it was refused, or went elsewhere."""

    flow: ClassVar[Flow] = Flow.NOTE


@dataclass(frozen=True, slots=True)
class Note:
    flow: ClassVar[Flow] = Flow.NOTE
    text: str


Event = (
    Dialled | Answered | HungUp | Alerting | Connected | Released | Ringing | CallerId
    | CallSteered | SteeringDone | SteeringRefused | Notified | CallsListed | ToneSent | ToneHeard
    | ForwardingSeen
    | ForwardingSet
    | MessageSubmitted | MessageAccepted | MessageRefused | MessageReceived | PartReceived | StatusReported
    | RegistrationSeen | UssdSent | UssdAnswered | SimFileRead
    | FormSubmitted | FormAnswered | CodeEntered | CodeAnswered | LabelAsked | LabelAnswered
    | TextHanded | TextTaken | GatewayClaimed | MessageFromHandset
    | BearerOpened | BearerRefused | MmsSubmitted | MmsTaken | MmsNotified | MmsAsked | MmsGot | MmsConfirmed
    | MmsReported | MmsReadTold | MmsReadHeard
    | ModemReset | LinkLost | LinkBack | LinkGivenUp | EquipmentTrouble | Unclaimed
    | MessageExpected | NoMessageExpected | Note
)  # fmt: skip

KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in Event.__args__}


def to_json(event: Event) -> dict[str, Any]:
    """`{"kind": "CallerId", "number": ...}`; the inverse of `from_json`."""
    return {"kind": type(event).__name__, **asdict(event)}


def from_json(line: dict[str, Any]) -> Event:
    """Raises ValueError naming the kind or field that this version does not know."""
    kind = KINDS.get(line.get("kind", ""))
    if kind is None:
        raise ValueError(f"unknown event kind {line.get('kind')!r}")
    known = {field.name for field in fields(kind)}
    given = {key: value for key, value in line.items() if key != "kind"}
    if unknown := sorted(given.keys() - known):
        raise ValueError(f"event {kind.__name__} has no field {unknown[0]!r}")
    # JSON knows no tuples, and no event holds a list
    event: Event = kind(**{key: tuple(it) if isinstance(it, list) else it for key, it in given.items()})
    return event


@dataclass(frozen=True, slots=True)
class Observed:
    """One event as evidence: `at` seconds since the run's start, `seq` unique in the run.

    `party` is the SIM, site or service that acted; `attempt` its owner ("case#1") or None between cases.
    """

    at: float
    seq: int
    party: str
    event: Event
    attempt: str | None = None
