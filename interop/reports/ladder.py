"""A ladder diagram as data: the events of all parties of one attempt over time, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from interop.record import Event, Flow, Observed
from interop.record.events import MessageSubmitted, RegistrationSeen
from interop.reports.text import one_line

NETWORK = "network"
_ONE_ANSWER_S = 0.5

# What the diagram says of each kind of event; the fields are the event's own.
_LABELS: dict[str, str] = {
    "Dialled": "dials {number}",
    "Answered": "answers",
    "HungUp": "hangs up",
    "Alerting": "the far end rings",
    "Connected": "connected",
    "Released": "released, cause {cause} ({text})",
    "Ringing": "{waiting}",
    "CallerId": "CLI {number}, type {toa}{validity}",
    "MessageSubmitted": "{part}SMS to {to}: {text}",
    "MessageAccepted": "accepted, reference {reference}",
    "MessageRefused": "refused, +CMS ERROR {code} ({text})",
    "MessageReceived": "SMS from {sender}{parts}: {text}",
    "PartReceived": "part {number} of {total} from {sender}: {text}",
    "StatusReported": "report on {reference}: {status}, {recipient}",
    "RegistrationSeen": "{stat} ({domain}) {plmn}",
    "UssdSent": "USSD {code}",
    "UssdAnswered": "USSD answer: {text}",
    "SimFileRead": "{file} = {content}",
    "FormSubmitted": "form {site}: {number}",
    "FormAnswered": "{http_status}{outcome}: {text}",
    "TextHanded": "text to {to} from {sender}{parts}: {text}",
    "TextTaken": "{acceptance}: {text} {references}",
    "GatewayClaimed": "{reference}: the gateway claims {state} ({delivered})",
    "MessageFromHandset": "reply from {sender} to {to}: {text}",
    "CodeEntered": "{site}: code {code} for {number}",
    "CodeAnswered": "{http_status}{outcome}: {text}",
    "LabelAsked": "label of {number}?",
    "LabelAnswered": "label: {label}",
    "ModemReset": "modem reset: {sign}",
    "EquipmentTrouble": "our equipment: {what}",
    "LinkLost": "link lost: {why}",
    "LinkBack": "link back after {after_s} s: {port}",
    "LinkGivenUp": "given up: {why}",
    "Unclaimed": "unclaimed: {line}",
    "MessageExpected": "{awaited}: {text} {sender}",
    "NoMessageExpected": "waits for no message any more",
    "Note": "{text}",
}
_EMPTY = {"label": "not marked", "number": "none", "state": "nothing"}

# Words for the codes of 27.007 7.2 (+CREG), 27.007 7.6 (+CLIP), 23.040 9.2.3.15 (TP-ST) and 31.102 4.2.
_WORDS: dict[str, dict[object, str]] = {
    "stat": {
        0: "not registered",
        1: "registered at home",
        2: "searching",
        3: "registration denied",
        4: "registration unknown",
        5: "registered, roaming",
        6: "registered at home, SMS only",
        7: "registered, roaming, SMS only",
    },
    "validity": {None: "", 0: ", valid", 1: ", withheld", 2: ", not available"},
    "waiting": {False: "rings", True: "another call waits"},
    "status": {0: "0x00 (received)"},
    "parts": {1: ""},
    "http_status": {0: ""},
    "awaited": {True: "waits for a message", False: "may get a message"},
    "delivered": {True: "delivered", False: "not delivered"},
    "file": {
        "2FE2": "EF_ICCID",
        "6F07": "EF_IMSI",
        "6F40": "EF_MSISDN",
        "6F42": "EF_SMSP",
        "6F46": "EF_SPN",
    },
}


@dataclass(frozen=True, slots=True)
class Step:
    """One event. `at`: seconds since the attempt's start; `lane`: index into the ladder's lanes."""

    at: float
    lane: int
    flow: Flow
    text: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """`lanes`: the parties, with the network (at index `network`) in the middle."""

    lanes: tuple[str, ...]
    network: int
    steps: tuple[Step, ...]


def build(events: Iterable[Observed], *, start: float, first: str) -> Ladder:
    """Events by (time, sequence); the party `first` (the subject's SIM) stands leftmost when it took part."""
    ordered = _folded(sorted(events, key=lambda item: (item.at, item.seq)))
    parties = sorted({item.party for item in ordered}, key=lambda party: (party != first, party))
    middle = (len(parties) + 1) // 2
    lanes = (*parties[:middle], NETWORK, *parties[middle:])
    position = {party: index + (index >= middle) for index, party in enumerate(parties)}
    steps = tuple(
        Step(round(item.at - start, 3), position[item.party], item.event.flow, label(item.event))
        for item in ordered
    )
    return Ladder(tuple(one_line(lane) for lane in lanes), middle, steps)


def label(event: Event) -> str:
    """One line for any event; a missing value is "?".

    >>> from interop.record.events import Released
    >>> label(Released(16, "Normal call clearing"))
    'released, cause 16 (Normal call clearing)'
    """
    values = {name: _word(name, value) for name, value in asdict(event).items()}
    if isinstance(event, MessageSubmitted):
        values["part"] = "" if event.parts == 1 else f"part {event.part} of {event.parts}, "
    text = _LABELS[type(event).__name__].format_map(values)
    return one_line(text.replace(" ()", "")).rstrip(": ")


def _folded(ordered: list[Observed]) -> list[Observed]:
    """One answer to a probe reports each domain on its own; the diagram says "(cs, eps, ims)" once."""
    folded: list[Observed] = []
    for item in ordered:
        before = folded[-1] if folded else item
        old, new = before.event, item.event
        if (
            folded
            and isinstance(old, RegistrationSeen)
            and isinstance(new, RegistrationSeen)
            and before.party == item.party
            and replace(old, domain=new.domain) == new
            and item.at - before.at <= _ONE_ANSWER_S
        ):
            folded[-1] = replace(before, event=replace(old, domain=f"{old.domain}, {new.domain}"))
        else:
            folded.append(item)
    return folded


def _word(name: str, value: object) -> object:
    words = _WORDS.get(name, {})
    if name == "file" and isinstance(value, str):
        number, record = value[:4], value[4:]
        return f"{words[number]}{record}" if number in words else value
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if value in words:
        return words[value]
    if name == "parts":
        return f" in {value} parts"
    if name == "http_status":
        return f"HTTP {value} "
    if name == "status" and isinstance(value, int):
        return f"0x{value:02X}"
    if value == "":
        return _EMPTY.get(name, "")
    return "?" if value is None else value
