"""What a party of a case did or saw: the one vocabulary of drivers, evidence and ladder diagrams.

A report draws these and never parses AT. `flow` says which way the arrow points: OUT from the party
to the network, IN from the network to the party, NOTE at the party's own line.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar


class Flow(StrEnum):
    OUT = "out"
    IN = "in"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Dialled:
    flow: ClassVar[Flow] = Flow.OUT
    number: str


@dataclass(frozen=True, slots=True)
class Answered:
    flow: ClassVar[Flow] = Flow.OUT


@dataclass(frozen=True, slots=True)
class HungUp:
    flow: ClassVar[Flow] = Flow.OUT


@dataclass(frozen=True, slots=True)
class Alerting:
    """The far end rings (27.007 +CLCC stat 3)."""

    flow: ClassVar[Flow] = Flow.IN


@dataclass(frozen=True, slots=True)
class Connected:
    flow: ClassVar[Flow] = Flow.IN


@dataclass(frozen=True, slots=True)
class Released:
    """The call ended. `cause`: 3GPP TS 24.008 table 10.5.123, None where the modem does not tell."""

    flow: ClassVar[Flow] = Flow.IN
    cause: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Ringing:
    """`waiting`: it came while another call was up (call waiting, 27.007 7.12)."""

    flow: ClassVar[Flow] = Flow.IN
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class CallerId:
    """+CLIP (27.007 7.6). `validity`: 0 valid, 1 withheld, 2 not available; None where omitted."""

    flow: ClassVar[Flow] = Flow.IN
    number: str
    toa: int | None
    validity: int | None = None


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
    """Part `number` of `total` of a long message, as it came (23.040 9.2.3.24.1); a second copy as well."""

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
    | MessageSubmitted | MessageAccepted | MessageRefused | MessageReceived | PartReceived | StatusReported
    | RegistrationSeen | UssdSent | UssdAnswered | SimFileRead
    | FormSubmitted | FormAnswered | CodeEntered | CodeAnswered | LabelAsked | LabelAnswered
    | TextHanded | TextTaken | GatewayClaimed | MessageFromHandset
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
