"""What each defect means for what is paid: by hand, as in `tests.suites.codes.tables`.

Nothing here is computed from the model that injects the defects. `EFFECTS` says which cases of a SIM with the
defect see it, and as what. Whatever is named nowhere must pass.

The small lab: mi-1709 and snail-1718 ask for their balance by SMS and pay for their hotlines; hna-1700, whose
hotline is free, and the ordinary SIMs ask by USSD. Two messages, two units of a call and one of a hotline
are bought at a time; a call lasts 75 s of units of 60 s, that to a hotline 15 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from interop.record import Attempt, Blame, Cause, Finding, InconcReason, Layer
from tests.suites.codes.tables import BESIDE, CMCC, CTCC, CUCC, HNA, MI, SELECTED, SNAIL, Seen, says
from tests.suites.injected import OF_CALL_CONTROL, OF_MMS

SIM_OF: Final = {"m01": MI, "m02": SNAIL, "m03": HNA, "m04": CMCC, "m05": CUCC, "m06": CTCC}

BALANCE, CALL, SMS, HOTLINE, FREE = "balance", "cost-call", "cost-sms", "cost-hotline", "cost-free-number"
REFUSED, CALLED, TEXTED = "cost-refused-call", "cost-received-call", "cost-received-sms"
PAID: Final = (CALL, SMS, HOTLINE)
MONEY: Final = (*PAID, FREE, REFUSED, CALLED, TEXTED)
"""all that look at the balance before and after"""
FREE_HOTLINE: Final = (HNA,)


def blames(*causes: Cause) -> tuple[Blame, ...]:
    return tuple((Layer.CHARGING, cause) for cause in causes)


NOTHING: Final = blames(Cause.NOT_CHARGED, Cause.BALANCE_NOT_TOLD)
TWICE: Final = blames(Cause.CHARGED_TWICE, Cause.RATE_WRONG)
RATE: Final = blames(Cause.RATE_WRONG)
NOT_FREE: Final = blames(Cause.CHARGED_WHILE_FREE)
NOT_TOLD: Final = blames(Cause.BALANCE_NOT_TOLD)
CALLS_BARRED: Final = ((Layer.SUBSCRIPTION, Cause.CALL_BARRED),)
TEXTS_BARRED: Final = ((Layer.SUBSCRIPTION, Cause.MESSAGE_BARRED),)
UNTOLD: Final = InconcReason.INDETERMINATE


@dataclass(frozen=True)
class Effect:
    """`by`: only of SIMs that ask for their balance this way."""

    services: tuple[str, ...]
    seen: Seen
    by: str = ""


EFFECTS: Final[dict[str, tuple[Effect, ...]]] = {
    "charging.rate": (Effect(PAID, TWICE),),
    "charging.rate@factor=1.5": (Effect(PAID, RATE),),
    "charging.rate@factor=0": (Effect(PAID, NOTHING),),
    "charging.rate@factor=0.5,service=sms": (Effect((SMS,), RATE),),
    "charging.double": (Effect(PAID, TWICE),),
    "charging.double@service=voice": (Effect((CALL, HOTLINE), TWICE),),
    "charging.missing": (Effect(PAID, NOTHING),),
    "charging.missing@service=sms": (Effect((SMS,), NOTHING),),
    "charging.not_free": (Effect((FREE,), NOT_FREE),),  # and a hotline that is free: `seen`
    "charging.not_free@number=10010": (),  # the same
    "charging.not_free@number=10044": (),
    "charging.duration": (Effect((CALL,), RATE), Effect((HOTLINE,), TWICE)),  # 136 s, 76 s
    "charging.duration@extra=120": (Effect((CALL,), TWICE), Effect((HOTLINE,), RATE)),  # 195 s, 135 s
    # within the units that are paid for all the same: 105 s, 45 s
    "charging.duration@extra=30": (),
    # longer than operators take (30 s), and known to be late, or not longer than is waited
    "charging.late": (Effect(PAID, UNTOLD),),
    "charging.late@after=100": (Effect(PAID, UNTOLD),),
    "charging.late@after=45": (),
    # seen in records alone
    "charging.record_lost": (),
    "charging.record_doubled": (),
    "balance.silent": (Effect((BALANCE,), NOT_TOLD), Effect(MONEY, UNTOLD)),
    "balance.stale": (Effect(PAID, NOTHING),),
    # what other suites are about, and reaches these calls and messages as well
    "call.barred": (Effect((CALL, REFUSED, HOTLINE, FREE), CALLS_BARRED),),
    "sms.barred": (
        Effect((BALANCE,), TEXTS_BARRED, by="sms"),
        Effect(MONEY, UNTOLD, by="sms"),
        Effect((SMS,), TEXTS_BARRED),
    ),
}
BY_SMS: Final = (MI, SNAIL)

ELSEWHERE: Final = (
    "route.missing", "route.unassigned", "call.silent", "call.dropped", "sms.lost", "sms.refused",
    "registration.barred", "hotline.empty", "free.unreachable", "report.false",
)  # fmt: skip
"""Calls and messages that they stop are not judged, or not charged, by anybody: the recognition suite's."""

NO_CONCERN: Final = (
    "clip.missing", "clip.wrong", "clip.doubled86", "clip.type", "release.masked", "report.dropped",
    "sms.sender", "plmn.foreign", "label.marked", "site.format", "site.policy", "site.opaque",
    "site.down", "site.code_elsewhere", "site.code_wrong", "site.code_not_sent", "site.code_late",
    "gateway.segment", "gateway.throttled", "gateway.dropped", "smsc.dropped", "smsc.late",
    "gateway.false_report", "gateway.report_missing", "gateway.undelivered_report", "gateway.late",
    "gateway.sender_cut", "gateway.sender_rewritten", "gateway.text", "gateway.encoding", "gateway.part_lost",
    "gateway.parts_reordered", "gateway.duplicate", "gateway.reply_lost", "gateway.reply_text",
    "sim.imsi", "sim.iccid", "sim.msisdn", "sim.spn", "sim.smsc", "sms.text", *OF_CALL_CONTROL, *OF_MMS,
)  # fmt: skip
_OF_WHOM: Final = ("segment", "operator", "mvno", "msisdn", "city")


@dataclass(frozen=True)
class Wrong:
    """A defect: `key` of EFFECTS, `number` that it is limited to, `sims` whom it is of."""

    key: str
    number: str
    sims: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Wrong:
        name, _, rest = text.partition("@")
        words = [word.partition("=")[::2] for word in rest.split(",") if word]
        whom = ",".join(f"{key}={value}" for key, value in words if key in _OF_WHOM)
        own = ",".join(sorted(f"{key}={value}" for key, value in words if key not in _OF_WHOM))
        number = dict(words).get("number", "")
        return cls(f"{name}@{own}" if own else name, number, SELECTED[whom])


BY_THE_PEER: Final = {("call.barred", CALLED): CALLS_BARRED, ("sms.barred", TEXTED): TEXTS_BARRED}
"""of a peer with the defect, who calls and sends here"""


def seen(attempt: Attempt, defect: str, sim: str = "") -> Seen:
    """What this attempt says of the defect, or what it would with another SIM under test; None: it passes."""
    sim, service, case = sim or attempt.subject.sim, attempt.service, attempt.case
    wrong = Wrong.parse(defect)
    peer = SIM_OF[attempt.devices["peer"]] if "peer" in attempt.devices else ""
    by_the_peer = BY_THE_PEER.get((wrong.key, service)) if peer in wrong.sims else None
    if sim not in wrong.sims:
        return by_the_peer
    hotline_is_free = service == HOTLINE and sim in FREE_HOTLINE
    if wrong.key.startswith("charging.not_free"):
        if hotline_is_free and wrong.number in ("", "10044"):
            return NOT_FREE
        return NOT_FREE if service == FREE and (not wrong.number or wrong.number in case) else None
    if hotline_is_free and wrong.key.startswith(("charging.", "balance.stale")):
        return None
    for effect in EFFECTS[wrong.key]:
        if service in effect.services and (not effect.by or (sim in BY_SMS) is (effect.by == "sms")):
            return effect.seen
    return by_the_peer


def finding(attempt: Attempt, ours: Seen, defect: str) -> Finding | None:
    """What the ordinary SIM of the same operator adds, if it is not the peer already."""
    if not isinstance(ours, tuple):
        return None
    sim = BESIDE[attempt.subject.sim]
    if sim in {SIM_OF[modem] for modem in attempt.devices.values()}:
        return Finding.UNKNOWN
    theirs = seen(attempt, defect, sim)
    return Finding.SEGMENT if theirs is None else Finding.PATH if theirs == ours else Finding.UNKNOWN


def is_as_tabled(attempt: Attempt, defect: str) -> bool:
    """Verdict, layer, cause and finding of the attempt that counts for its case."""
    ours = seen(attempt, defect)
    found = attempt.control.finding if attempt.control else None
    return says(attempt) == ours and found is finding(attempt, ours, defect)
