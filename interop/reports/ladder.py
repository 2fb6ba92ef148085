"""A ladder diagram as data: the events of all parties of one attempt over time, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from interop.record import Event, Flow, Observed
from interop.record.events import (
    CallsListed,
    CallSteered,
    ForwardingSeen,
    ForwardingSet,
    MessageSubmitted,
    Notified,
    RegistrationSeen,
    SteeringDone,
    SteeringRefused,
    ToneHeard,
    ToneSent,
)
from interop.reports import multimedia
from interop.reports.text import one_line

NETWORK = "network"
_ONE_ANSWER_S = 0.5
_ONE_BURST_S = 2.0
_BESIDE_S = 0.5
_SHORT_NOTE = 24
"""characters, so that two notes stand in one row"""

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
    "CallSteered": "{what} (+CHLD={action})",
    "SteeringDone": "OK",
    "SteeringRefused": "refused{code}{cause} ({text})",
    "Notified": "told: {notice}",
    "CallsListed": "lists {calls}",
    "ToneSent": "tone {digits}",
    "ToneHeard": "hears {digit}",
    "ForwardingSeen": "forwarding ({when}): {number}",
    "ForwardingSet": "forwards calls {when} to {number}",
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

# <code1> of +CSSI, <code2> of +CSSU (27.007 7.17), by whether it is about the party's own call set-up.
_NOTICES: dict[bool, dict[int, str]] = {
    True: {
        0: "all its own calls are forwarded",
        1: "some of its own calls are forwarded",
        2: "the call is forwarded",
        3: "the call waits",
        4: "a closed user group call",
        5: "outgoing calls are barred",
        6: "incoming calls are barred there",
        7: "the number stays withheld",
        8: "the call is deflected",
    },
    False: {
        0: "a forwarded call",
        1: "a closed user group call",
        2: "on hold",
        3: "retrieved",
        4: "in a conference",
        5: "the held call is released",
        6: "a forward check",
        7: "transferred to a phone that rings",
        8: "transferred",
        9: "a deflected call",
        10: "one more call was forwarded",
    },
}

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
    "calls": {(): "no call"},
    "when": {
        "busy": "when busy",
        "no_reply": "when nobody answers",
        "not_reachable": "when not reachable",
    },
    "file": {
        "2FE2": "EF_ICCID",
        "6F07": "EF_IMSI",
        "6F40": "EF_MSISDN",
        "6F42": "EF_SMSP",
        "6F46": "EF_SPN",
    },
}


# What is told apart at a glance in a conference; the page has a style for each.
_KINDS = {
    CallSteered: "call",
    SteeringDone: "call",
    SteeringRefused: "call",
    Notified: "told",
    ToneSent: "tone",
    ToneHeard: "tone",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One event, or the same at several parties. `at`: seconds since the attempt's start; `lanes`: indexes
    into the ladder's lanes; `kind`: "call" control, "told" by a notification, a "tone", or "".
    """

    at: float
    lanes: tuple[int, ...]
    flow: Flow
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """`lanes`: the parties, with the network (at index `network`) in the middle."""

    lanes: tuple[str, ...]
    network: int
    steps: tuple[Step, ...]


def build(events: Iterable[Observed], *, start: float, first: str) -> Ladder:
    """Events by (time, sequence). The party `first` (the subject's SIM) stands leftmost if it took part; the
    others follow in the order in which they came into it.
    """
    ordered = _folded(sorted(events, key=lambda item: (item.at, item.seq)))
    came = [item.party for item in ordered if not isinstance(item.event, RegistrationSeen | CallsListed)]
    others = sorted({item.party for item in ordered})
    parties = sorted(dict.fromkeys([*came, *others]), key=lambda party: party != first)
    middle = (len(parties) + 1) // 2
    lanes = (*parties[:middle], NETWORK, *parties[middle:])
    position = {party: index + (index >= middle) for index, party in enumerate(parties)}
    steps = [
        Step(
            round(item.at - start, 3),
            (position[item.party],),
            item.event.flow,
            text,
            _KINDS.get(type(item.event), ""),
        )
        for item, text in _counted(ordered)
    ]
    return Ladder(tuple(one_line(lane) for lane in lanes), middle, tuple(_beside(steps)))


def label(event: Event) -> str:
    """One line for any event; a missing value is "?".

    >>> from interop.record.events import Released
    >>> label(Released(16, "Normal call clearing"))
    'released, cause 16 (Normal call clearing)'
    """
    if (text := multimedia.label(event)) is not None:
        return one_line(text)
    values = {name: _word(name, value) for name, value in asdict(event).items()}
    template = _LABELS[type(event).__name__]
    match event:
        case MessageSubmitted(parts=parts):
            values["part"] = "" if parts == 1 else f"part {event.part} of {parts}, "
        case Notified(code=code, own=own):
            service = "+CSSI" if own else "+CSSU"
            known = _NOTICES[own].get(code)
            values["notice"] = f"{known} ({service}: {code})" if known else f"{service}: {code}"
        case SteeringRefused(code=code, cause=cause):
            values["code"] = "" if code is None else f", +CME ERROR {code}"
            values["cause"] = "" if cause is None else f", cause {cause}"
        case ToneSent(digits=digits) if len(digits) > 1:
            template = "tones {digits}"
        case ForwardingSeen(number=""):
            template = "forwarding ({when}): none"
        case ForwardingSeen(active=False):
            template = "forwarding ({when}): {number}, switched off"
        case ForwardingSet(number=""):
            template = "forwards calls {when} no more"
    text = template.format_map(values)
    return one_line(text.replace(" ()", "")).rstrip(": ")


def _counted(ordered: list[Observed]) -> list[tuple[Observed, str]]:
    """Each with its label. A list that is looked at again and again until it changes is one row."""
    rows: list[tuple[Observed, str]] = []
    looks: dict[str, tuple[int, int]] = {}
    for item in ordered:
        text = label(item.event)
        if not isinstance(item.event, CallsListed):
            looks.pop(item.party, None)
            rows.append((item, text))
            continue
        place, count = looks.get(item.party, (len(rows), 0))
        if count and rows[place][0].event == item.event:
            shown = rows[place][0]
            rows[place] = shown, f"{text}, {count + 1} times in {item.at - shown.at:.1f} s"
        else:
            place, count = len(rows), 0
            rows.append((item, text))
        looks[item.party] = place, count + 1
    return rows


def _beside(steps: list[Step]) -> list[Step]:
    """What several parties are told, hear or list at about the same time stands in one row, unless that would
    put it before something else of the same party.
    """
    rows: list[Step] = []
    last: dict[int, int] = {}
    for step in steps:
        (lane,) = step.lanes
        place = len(rows) - 1
        while place > last.get(lane, -1) and step.at - rows[place].at <= _BESIDE_S:
            if _is_same(rows[place], step):
                rows[place] = replace(rows[place], lanes=tuple(sorted((*rows[place].lanes, lane))))
                break
            place -= 1
        else:
            place = len(rows)
            rows.append(step)
        last[lane] = place
    return rows


def _is_same(one: Step, other: Step) -> bool:
    if other.flow is Flow.OUT or (other.flow is Flow.NOTE and len(other.text) > _SHORT_NOTE):
        return False
    return (one.flow, one.kind, one.text) == (other.flow, other.kind, other.text)


def _folded(ordered: list[Observed]) -> list[Observed]:
    """One answer to a probe reports each domain on its own; the diagram says "(cs, eps, ims)" once. Tones are
    sent and heard one by one; it says "tones 4985", of one speaker until another speaks.
    """
    folded: list[Observed] = []
    last: dict[str, tuple[int, int]] = {}
    speaker, turn = "", 0
    for item in ordered:
        if isinstance(item.event, ToneSent) and item.party != speaker:
            speaker, turn = item.party, turn + 1
        place, at_turn = last.get(item.party, (-1, turn))
        one = _as_one(folded[place], item) if place >= 0 and at_turn == turn else None
        if one is None:
            place = len(folded)
            folded.append(item)
        else:
            folded[place] = replace(folded[place], event=one)
        last[item.party] = place, turn
    return folded


def _as_one(before: Observed, item: Observed) -> Event | None:
    """Both in one, where they are of one kind and close to each other."""
    apart = item.at - before.at
    match before.event, item.event:
        case RegistrationSeen(domain=domain) as old, RegistrationSeen() as new:
            if apart <= _ONE_ANSWER_S and replace(old, domain=new.domain) == new:
                return replace(old, domain=f"{domain}, {new.domain}")
        case ToneSent(digits=digits), ToneSent(digits=more) if apart <= _ONE_BURST_S:
            return ToneSent(digits + more)
        case ToneHeard(digit=digits), ToneHeard(digit=more) if apart <= _ONE_BURST_S:
            return ToneHeard(digits + more)
    return None


def _word(name: str, value: object) -> object:
    words = _WORDS.get(name, {})
    if value == () and value in words:
        return words[value]
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
