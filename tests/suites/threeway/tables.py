"""What each defect means for whoever holds the three phones: by hand, as in `tests.suites.codes.tables`.

Nothing here is computed from the model that injects the defects. `EFFECTS` says which cases see a defect of
whom; what silence looks like depends on who has a tone detector, so `_oneway` and `_silent` go through the
directions in the order in which the cases listen. Whatever is named nowhere must pass.

The small lab: m05 (cucc-bj, any modem) has no tone detector; hna-1700 and ctcc-gz are on IMS only, where
tones need not cross a conference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from interop.record import Attempt, Blame, Cause, Finding, InconcReason, Layer
from tests.suites.codes.tables import (
    BESIDE,
    CMCC,
    CTCC,
    CUCC,
    HNA,
    MI,
    SELECTED,
    SNAIL,
    Seen,
    says,
)
from tests.suites.injected import OF_CHARGING, OF_MMS

SIM_OF: Final = {"m01": MI, "m02": SNAIL, "m03": HNA, "m04": CMCC, "m05": CUCC, "m06": CTCC}
DETECTORS: Final = ("quectel", "simcom", "telit", "huawei", "ublox")
"""whose modems tell tones"""
DEAF: Final = (CUCC,)
"""in the lab as it is shipped"""
OVER_IMS: Final = (HNA, CTCC)

HOLD, MO, MT, TRANSFER, FOUR = (
    "hold", "conference-mo", "conference-mt", "conference-transfer", "conference-four"
)  # fmt: skip
WAITING, REFUSED, OFF = "call-waiting", "waiting-refused", "waiting-off"
FORWARDING: Final = (
    "forwarding-always",
    "forwarding-busy",
    "forwarding-no-reply",
    "forwarding-not-reachable",
)
JOINED: Final = (MO, MT, FOUR)
HELD: Final = (HOLD, MO, MT, TRANSFER, FOUR)

Pair = tuple[str, str]
"""two roles"""


def _roles(service: str, first: bool) -> tuple[str, ...]:
    """The controller, and whom it calls, in that order. `first`: the invited subject is called first."""
    return {
        HOLD: ("subject", "peer"),
        MO: ("subject", "peer", "third"),
        TRANSFER: ("subject", "peer", "third"),
        FOUR: ("subject", "second", "third", "fourth"),
        MT: ("peer", "subject", "third") if first else ("peer", "third", "subject"),
        WAITING: ("subject", "peer"),
        REFUSED: ("subject", "second"),
        OFF: ("subject", "second"),
        "forwarding-busy": ("subject", "fourth"),
    }.get(service, ())


def dials(service: str, first: bool) -> list[Pair]:
    """Who calls whom, up to what makes the case end; the second leg of a forwarded call included."""
    roles = _roles(service, first)
    calls = [(roles[0], other) for other in roles[1:]]
    if service in (WAITING, REFUSED, OFF, *FORWARDING):
        calls.append(("third", "subject"))
    if service in FORWARDING:
        calls.append(("subject", "peer"))
    return calls


def spoken(service: str, first: bool) -> list[Pair]:
    """Who must hear whom, both ways, in the order in which it is tried."""
    roles = _roles(service, first)
    if service in FORWARDING:
        return [("third", "peer")]
    if service == WAITING:
        return [("subject", "peer"), ("subject", "third")]
    pairs = [(roles[0], other) for other in roles[1:]]
    if service in (MO, MT, TRANSFER, FOUR):
        pairs.append((roles[1], roles[2]))
    return pairs


def blames(layer: Layer, *causes: Cause) -> tuple[Blame, ...]:
    return tuple((layer, cause) for cause in causes)


@dataclass(frozen=True)
class Effect:
    """What is seen by cases of `services` in which a SIM with the defect plays `who`."""

    services: tuple[str, ...]
    suspects: tuple[Blame, ...] | InconcReason
    who: str = "controller"


SUBSCRIPTION: Final = blames(Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED)
HOLD_REFUSED: Final = blames(Layer.CORE, Cause.HOLD_REFUSED)
NOT_APPLIED: Final = blames(Layer.CORE, Cause.HOLD_NOT_APPLIED)
DROPPED: Final = blames(Layer.CORE, Cause.LEG_DROPPED)
NOT_JOINED: Final = blames(Layer.CORE, Cause.CONFERENCE_NOT_JOINED)
REFUSED_TO_JOIN: Final = blames(Layer.CORE, Cause.CONFERENCE_REFUSED)
CONGESTED: Final = blames(Layer.CORE, Cause.CONGESTION)
NO_TRANSFER: Final = blames(Layer.CORE, Cause.TRANSFER_REFUSED)
NOT_WAITING: Final = blames(Layer.CORE, Cause.CALL_NOT_WAITING)
NOT_FORWARDED: Final = blames(Layer.CORE, Cause.FORWARDING_REFUSED)
IGNORED: Final = blames(Layer.CORE, Cause.FORWARDING_IGNORED)
NO_NUMBER: Final[tuple[Blame, ...]] = (
    (Layer.CORE, Cause.CLI_MISSING),
    (Layer.INTERCONNECT, Cause.CLI_MISSING),
)
WRONG_CAUSE: Final = blames(Layer.INTERCONNECT, Cause.RELEASE_CAUSE_WRONG)
ONE_WAY: Final = blames(Layer.CORE, Cause.MEDIA_ONE_WAY)
SILENT: Final = blames(Layer.CORE, Cause.MEDIA_SILENT)
EITHER: Final = (*SILENT, *ONE_WAY)
"""where the other direction cannot be listened to"""

# in the order in which they are met
EFFECTS: Final[dict[str, tuple[Effect, ...]]] = {
    "registration.barred": (),  # `_barred`
    "waiting.unsubscribed": (Effect((WAITING, REFUSED), SUBSCRIPTION, "subject"),),
    "waiting.unsubscribed@cause=50": (Effect((WAITING, REFUSED), SUBSCRIPTION, "subject"),),
    "forwarding.refused": (Effect(FORWARDING, SUBSCRIPTION, "subject"),),
    "forwarding.refused@cause=18": (Effect(FORWARDING, NOT_FORWARDED, "subject"),),
    "hold.unsubscribed": (Effect((*HELD, WAITING), SUBSCRIPTION),),
    "hold.unsubscribed@cause=50": (Effect((*HELD, WAITING), SUBSCRIPTION),),
    "hold.unsubscribed@cause=21": (Effect((*HELD, WAITING), HOLD_REFUSED),),
    "hold.dropped": (Effect((*HELD, WAITING), DROPPED),),
    "hold.not_applied": (Effect((MO, MT, TRANSFER, FOUR, WAITING), NOT_APPLIED),),
    "retrieve.refused": (Effect((HOLD, MO, WAITING), HOLD_REFUSED),),
    "mpty.unsubscribed": (Effect(JOINED, SUBSCRIPTION),),
    "mpty.unsubscribed@cause=50": (Effect(JOINED, SUBSCRIPTION),),
    "mpty.refused": (Effect(JOINED, SUBSCRIPTION),),
    "mpty.refused@cause=17": (Effect(JOINED, REFUSED_TO_JOIN),),
    "mpty.refused@cause=47": (Effect(JOINED, CONGESTED),),
    "mpty.fake": (Effect(JOINED, NOT_JOINED),),
    "mpty.leg_dropped": (Effect(JOINED, DROPPED),),
    "mpty.leg_dropped@leg=first": (Effect(JOINED, DROPPED),),
    "mpty.row": (),
    "media.oneway": (),  # `_oneway`
    "media.silent": (),  # `_silent`
    "transfer.refused": (Effect((TRANSFER,), SUBSCRIPTION),),
    "transfer.refused@cause=17": (Effect((TRANSFER,), NO_TRANSFER),),
    "waiting.busy": (Effect((WAITING, REFUSED), NOT_WAITING, "subject"),),
    "release.masked": (Effect((REFUSED, OFF), WRONG_CAUSE, "subject"),),
    "forwarding.ignored": (Effect(FORWARDING, IGNORED, "subject"),),
    "forwarding.cli_lost": (Effect(FORWARDING, NO_NUMBER, "subject"),),
    "notices.missing": (),
    # what the recognition suite is about: any call of the case may meet it (`_met_by_a_call`)
    "call.barred": (),
    "route.missing": (),
    "route.unassigned": (),
    "call.silent": (),
    "clip.missing": (),
    "clip.wrong": (),
    "clip.doubled86": (),
    "clip.type": (),
    "call.dropped": (),
}
OF_HEARING: Final = ("hold.not_applied", "media.oneway", "media.silent")
_CALLED: Final = {
    "route.missing": blames(Layer.INTERCONNECT, Cause.NO_ROUTE),
    "route.unassigned": blames(Layer.INTERCONNECT, Cause.NUMBER_UNASSIGNED),
    "call.silent": blames(Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED),
}
_SHOWN: Final = {
    "clip.missing": Cause.CLI_MISSING,
    "clip.wrong": Cause.CLI_REWRITTEN,
    "clip.doubled86": Cause.CLI_DOUBLED_86,
    "clip.type": Cause.CLI_TYPE_WRONG,
}

NO_CONCERN: Final = (
    "report.dropped", "report.false", "sms.lost", "sms.refused", "sms.sender", "sms.text", "sms.barred",
    "plmn.foreign", "hotline.empty", "free.unreachable", "label.marked", "site.format", "site.policy",
    "site.opaque", "site.down", "site.code_elsewhere", "site.code_wrong", "site.code_not_sent",
    "site.code_late", "gateway.segment", "gateway.throttled", "gateway.dropped", "smsc.dropped", "smsc.late",
    "gateway.false_report", "gateway.report_missing", "gateway.undelivered_report", "gateway.late",
    "gateway.sender_cut", "gateway.sender_rewritten", "gateway.text", "gateway.encoding",
    "gateway.part_lost", "gateway.parts_reordered", "gateway.duplicate", "gateway.reply_lost",
    "gateway.reply_text", "sim.imsi", "sim.iccid", "sim.msisdn", "sim.spn", "sim.smsc", *OF_MMS, *OF_CHARGING,
)  # fmt: skip
OWN: Final = ("after", "cause", "leg", "direction", "speaker", "listener", "number")


@dataclass(frozen=True)
class Wrong:
    """A defect: `own` its own parameters, `sims` whom it is of."""

    name: str
    own: dict[str, str]
    sims: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Wrong:
        name, _, given = text.partition("@")
        values: dict[str, str] = dict(pair.split("=", 1) for pair in given.split(",") if pair)
        own: dict[str, str] = {key: values.pop(key) for key in OWN if key in values}
        return cls(name, own, SELECTED[",".join(f"{key}={value}" for key, value in values.items())])

    @property
    def effects(self) -> tuple[Effect, ...]:
        for key, value in self.own.items():
            if f"{self.name}@{key}={value}" in EFFECTS:
                return EFFECTS[f"{self.name}@{key}={value}"]
        return EFFECTS[self.name]


@dataclass(frozen=True)
class Scene:
    """One case as it was played: `cast` role -> SIM; `deaf`: whose modems detect no tones."""

    service: str
    cast: Mapping[str, str]
    first: bool
    deaf: tuple[str, ...] = DEAF

    @classmethod
    def of(cls, attempt: Attempt, dialects: Sequence[str] = ()) -> Scene:
        """`dialects`: of m01 to m06, where they are not as shipped."""
        cast = {role: SIM_OF[modem] for role, modem in attempt.devices.items()}
        makers = zip(SIM_OF.values(), dialects, strict=bool(dialects))
        deaf = tuple(sim for sim, maker in makers if maker not in DETECTORS) if dialects else DEAF
        return cls(attempt.service, cast, "-first]" in attempt.case, deaf)

    def with_subject(self, sim: str) -> Scene:
        return replace(self, cast={**self.cast, "subject": sim})

    @property
    def controller(self) -> str:
        return self.cast["peer" if self.service == MT else "subject"]

    def who(self, role: str) -> str:
        return self.controller if role == "controller" else self.cast[role]


def seen(scene: Scene, defect: str) -> tuple[Seen, ...]:
    """What a case may say, one or several: each is as right as the others."""
    wrong = Wrong.parse(defect)
    match wrong.name:
        case "media.oneway":
            return (_oneway(scene, wrong),)
        case "media.silent":
            return (_silent(scene, wrong),)
        case "registration.barred":
            barred = [sim for sim in scene.cast.values() if sim in wrong.sims]
            return (InconcReason.NOT_REGISTERED,) if barred else (None,)
        case "call.dropped" if scene.service == "forwarding-busy":
            # cut some seconds after the answer: before the third's call gets there, or not
            met = _met_by_a_call(scene, wrong)
            return (met, None) if met is InconcReason.PEER else (met,)
        case "call.barred" | "call.dropped":
            return (_met_by_a_call(scene, wrong),)
        case name if name in _CALLED or name in _SHOWN:
            return (_met_by_a_call(scene, wrong),)
    for effect in wrong.effects:
        if scene.service in effect.services and scene.who(effect.who) in wrong.sims:
            if wrong.name == "hold.not_applied" and not _is_overheard(scene):
                return (None,)
            return (effect.suspects,)
    return (None,)


def _is_overheard(scene: Scene) -> bool:
    """Whether a held party that goes on hearing has a detector: the first called is held while the next is
    called; in a private talk the second of three is, or the invited; each of two while the other speaks.
    """
    if scene.service == WAITING:
        held = [scene.cast["peer"], scene.cast["third"]]
    else:
        held = [scene.cast[role] for role in _roles(scene.service, scene.first)[1:]]
    if scene.service == TRANSFER:
        held = held[:1]
    elif scene.service == MO:
        held = held[:2]
    elif scene.service == MT:
        held = [held[0], scene.cast["subject"]]
    elif scene.service == FOUR:
        held = held[:2]
    return any(sim not in scene.deaf for sim in held)


def _oneway(scene: Scene, wrong: Wrong) -> Seen:
    """One SIM of the case: nobody hears it (out), or it hears nobody (in). Who hears nothing at all in a case
    may have a detector that tells nothing: no more can be said of it.
    """
    inward = wrong.own.get("direction") == "in"
    pairs = [(scene.cast[one], scene.cast[other]) for one, other in spoken(scene.service, scene.first)]
    crossing = scene.service in JOINED and scene.controller in OVER_IMS
    pairs = [pair for pair in pairs if not (crossing and scene.controller not in pair)]
    heard = [(a, b) for pair in pairs for a, b in (pair, pair[::-1]) if b not in scene.deaf]
    lost = [(a, b) for a, b in heard if (b if inward else a) in wrong.sims]
    proved = {b for a, b in heard if (a, b) not in lost}
    found = next(((a, b) for a, b in lost if b in proved), None)
    if found is None:
        return InconcReason.DEVICE if lost else None
    return EITHER if found[0] in scene.deaf else ONE_WAY


def _silent(scene: Scene, wrong: Wrong) -> Seen:
    """In a conference of this controller, of whom by whom."""
    if scene.service not in JOINED or scene.controller not in wrong.sims:
        return None
    if scene.controller in OVER_IMS:
        all_of_them = not {"speaker", "listener"} & wrong.own.keys()
        return InconcReason.DEVICE if all_of_them else None
    cast = [scene.cast[role] for role in _roles(scene.service, scene.first)]
    places = dict(zip(("controller", "first", "second", "later"), cast, strict=False))

    def is_lost(speaker: str, listener: str) -> bool:
        return (
            wrong.own.get("speaker", speaker) == speaker and wrong.own.get("listener", listener) == listener
        )

    for speaker, listener in _matrix("later" in places):
        if is_lost(speaker, listener) and places[listener] not in scene.deaf:
            if places[speaker] in scene.deaf:
                return EITHER
            return SILENT if is_lost(listener, speaker) else ONE_WAY
    return None


def _matrix(four: bool) -> Iterator[Pair]:
    """In the order of listening: three join first, the fourth later."""
    pairs = [("controller", "first"), ("controller", "second"), ("first", "second")]
    pairs += [(one, "later") for one in ("controller", "first", "second") if four]
    for one, other in pairs:
        yield one, other
        yield other, one


def _met_by_a_call(scene: Scene, wrong: Wrong) -> Seen:
    """Calls to the SIM (routes), from it (bars, numbers), or both (drops): the first that meets it."""
    for number, (caller, called) in enumerate(dials(scene.service, scene.first)):
        to, by = scene.cast[called] in wrong.sims, scene.cast[caller] in wrong.sims
        diverted = scene.service in FORWARDING and (caller, called) == ("subject", "peer")
        # a second call that should have been told busy: what it was told may be what became of that
        doubted = WRONG_CAUSE if scene.service == OFF and number else ()
        if wrong.name == "call.dropped" and (to or by):
            if scene.service in FORWARDING:
                # the forwarded call ends sooner; the one that makes the subject busy does not
                return InconcReason.PEER if called == "fourth" else None
            if scene.service in (REFUSED, OFF) and number:
                continue  # it never gets through
            return DROPPED if number else blames(Layer.CORE, Cause.CALL_DROPPED)
        if wrong.name == "call.silent" and to:
            if scene.service == "forwarding-always" and called == "subject":
                continue  # it never gets there
            return _CALLED[wrong.name]
        if wrong.name in _CALLED and to:
            return (*_CALLED[wrong.name], *doubted)
        if wrong.name == "call.barred" and by:  # a forwarded call leaves the subject's exchange as his own
            return (*blames(Layer.SUBSCRIPTION, Cause.CALL_BARRED), *doubted)
        if wrong.name in _SHOWN and (shown := _shown(scene, wrong, number, diverted, by)):
            return shown
    return None


def _shown(scene: Scene, wrong: Wrong, number: int, diverted: bool, by: bool) -> tuple[Blame, ...]:
    """A caller's number is looked at where the call ends up: the third's at the peer, if it was forwarded."""
    cause = _SHOWN[wrong.name]
    if diverted:
        lost = (*blames(Layer.CORE, cause), *blames(Layer.INTERCONNECT, cause))
        return lost if scene.cast["third"] in wrong.sims else ()
    into_diversion = scene.service in FORWARDING and number == len(dials(scene.service, scene.first)) - 2
    unseen = scene.service == OFF and number
    return blames(Layer.INTERCONNECT, cause) if by and not into_diversion and not unseen else ()


def findings(scene: Scene, sim: str, ours: Seen, defect: str) -> set[Finding | None]:
    """What the ordinary SIM of the same operator adds to what ours saw."""
    if not isinstance(ours, tuple):
        return {None}
    beside = BESIDE[sim]
    if beside in scene.cast.values():
        return {Finding.UNKNOWN}  # it plays another part already
    found: set[Finding | None] = set()
    for other in seen(scene.with_subject(beside), defect):
        found.add(Finding.SEGMENT if other is None else Finding.PATH if other == ours else Finding.UNKNOWN)
    if beside in scene.deaf and defect.partition("@")[0] in OF_HEARING:
        found.add(Finding.UNKNOWN)  # it may have passed without listening
    return found


def is_as_tabled(attempt: Attempt, defects: Sequence[str]) -> bool:
    """Verdict, layer, cause and finding of the attempt that counts for its case."""
    assert len(defects) == 1
    scene, sim = Scene.of(attempt), attempt.subject.sim
    finding = attempt.control.finding if attempt.control else None
    return any(
        says(attempt) == ours and finding in findings(scene, sim, ours, defects[0])
        for ours in seen(scene, defects[0])
    )
