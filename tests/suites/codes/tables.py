"""What each defect means for whoever holds the handset and reads what the gateway says: by hand.

Nothing here is computed from the model that injects the defects. Two tables: `SELECTED` says whom a selector
selects, `EFFECTS` what is then seen of a case that meets the defect, in the order of the way that a code
goes: of two defects the one that stands higher is seen first, and the other one not at all. Where that is not
so, `together` says what is seen of both. Whatever is named nowhere must pass.

The small lab: mi-1709 and snail-1718 (CUCC) are held against the ordinary cucc-bj, hna-1700 against ctcc-gz.
Four accounts at gateways send to each of them, and bank-a does, by cmcc-gw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from interop.record import Attempt, Blame, Cause, Finding, InconcReason, Layer, Verdict
from tests.suites.injected import OF_CALL_CONTROL, OF_CHARGING, OF_MMS

MI, SNAIL, HNA = "mi-1709", "snail-1718", "hna-1700"
CMCC, CUCC, CTCC = "cmcc-bj", "cucc-bj", "ctcc-gz"
EVERYBODY: Final = (MI, SNAIL, HNA, CMCC, CUCC, CTCC)
BESIDE: Final = {MI: CUCC, SNAIL: CUCC, HNA: CTCC}
"""the ordinary SIM that each is held against"""

SELECTED: Final[dict[str, tuple[str, ...]]] = {
    "": EVERYBODY,
    "segment=171": (SNAIL,),
    "segment=1709": (MI,),
    "segment=170": (MI, HNA),
    "segment=186": (CUCC,),
    "msisdn=18600001234": (CUCC,),
    "mvno=海航通信": (HNA,),
    "operator=CUCC": (MI, SNAIL, CUCC),
    "operator=CTCC": (HNA, CTCC),
    "city=上海": (SNAIL,),
    "city=北京": (MI, CMCC, CUCC),
    "city=广州": (HNA, CTCC),
}

GATEWAYS: Final = ("cmcc-gw", "cucc-gw", "ctcc-gw", "smsc")
BANK: Final = "bank-a"
BY: Final = {**{name: name for name in GATEWAYS}, BANK: "cmcc-gw"}
"""the gateway that brings it"""
CODE_LIFE_S, PATIENCE_S = 300, 900

TEXTS: Final = ("latin", "chinese", "long-latin", "long-chinese")
CHINESE, LONG = ("chinese", "long-chinese"), ("long-latin", "long-chinese")
"""Gateways cut a long text into UCS2 of 67 characters: the one of 220 is four messages, that of 140 three."""
OF_A_REPORT: Final = "latin"
"""the text that code-report sends"""

SENT = ("code", "code-report")
CODE, REPORT, REPLY, SITE = ("code",), ("code-report",), ("code-reply",), ("site-code",)


@dataclass(frozen=True)
class Effect:
    """What is seen of the cases of `services`: who may be to blame, or why nothing can be said."""

    services: tuple[str, ...]
    suspects: tuple[Blame, ...] | InconcReason
    at: tuple[str, ...] = (*GATEWAYS, BANK)
    texts: tuple[str, ...] = TEXTS

    def is_of(self, service: str, far: str, text: str) -> bool:
        return service in self.services and far in self.at and (text in self.texts or service not in SENT)


def gateway_or_core(cause: Cause) -> tuple[Blame, ...]:
    return ((Layer.GATEWAY, cause), (Layer.CORE, cause))


GW, CORE, SITE_LAYER, TEXT = Layer.GATEWAY, Layer.CORE, Layer.ORIGINATOR, Layer.FORMATTING

# A code that never comes: at the handset all of these look the same, and the bank does not tell.
NOWHERE: Final[tuple[Blame, ...]] = (
    (SITE_LAYER, Cause.CODE_NOT_SENT),
    (SITE_LAYER, Cause.CODE_MISDIRECTED),
    (GW, Cause.MESSAGE_REFUSED),
    (GW, Cause.ACCEPTED_AND_DROPPED),
    (CORE, Cause.MESSAGE_LOST),
)
# Who holds an account himself knows that the gateway took it.
TAKEN_AND_LOST: Final[tuple[Blame, ...]] = ((GW, Cause.ACCEPTED_AND_DROPPED), (CORE, Cause.MESSAGE_LOST))
CLAIMED: Final = gateway_or_core(Cause.REPORT_FALSE)
REFUSED, NO_ROUTE = ((GW, Cause.NUMBER_REFUSED),), ((GW, Cause.NO_ROUTE),)
LOST: Final = (Effect(SENT, TAKEN_AND_LOST), Effect(SITE, NOWHERE))
MISDIRECTED: Final[tuple[Blame, ...]] = ((SITE_LAYER, Cause.CODE_MISDIRECTED),)
TWICE_BY_SITE: Final[tuple[Blame, ...]] = (
    (SITE_LAYER, Cause.MESSAGE_DUPLICATED),
    (GW, Cause.MESSAGE_DUPLICATED),
)
LATE_BY_GATEWAY: Final[tuple[Blame, ...]] = ((GW, Cause.MESSAGE_LATE),)
LATE_BY_SITE: Final[tuple[Blame, ...]] = ((SITE_LAYER, Cause.SENT_LATE), (GW, Cause.MESSAGE_LATE))
LATE_BY_CENTRE: Final[tuple[Blame, ...]] = ((CORE, Cause.MESSAGE_LATE),)
CUT_OR_REWRITTEN: Final = (*gateway_or_core(Cause.SENDER_CUT), *gateway_or_core(Cause.SENDER_REWRITTEN))
UNREADABLE: Final[tuple[Blame, ...]] = ((TEXT, Cause.TEXT_CORRUPTED),)

LATE: Final = ("site.code_late", "gateway.late", "smsc.late")
"""Their delays add up; what becomes of the sum stands in `EFFECTS` under what follows."""
BEYOND_PATIENCE, BEFORE, BEHIND, BOTH = "too late", "late to the centre", "late from it", "late by both"


def part_lost(texts: tuple[str, ...]) -> tuple[Effect, ...]:
    return (Effect(CODE, gateway_or_core(Cause.PART_LOST), texts=texts),)


def refused(cause: Cause) -> tuple[Effect, ...]:
    return (Effect(SITE, ((SITE_LAYER, cause),)),)


EFFECTS: Final[dict[str, tuple[Effect, ...]]] = {
    # our own side: without registration nothing can be said -------------------------------------------
    "registration.barred": (Effect((*SENT, *REPLY, *SITE), InconcReason.NOT_REGISTERED),),
    # the way back ---------------------------------------------------------------------------------------
    "sms.barred": (Effect(REPLY, ((Layer.SUBSCRIPTION, Cause.MESSAGE_BARRED),)),),
    "gateway.reply_lost": (Effect(REPLY, ((CORE, Cause.REPLY_LOST), (GW, Cause.REPLY_LOST))),),
    "gateway.reply_text": (Effect(REPLY, UNREADABLE),),
    # the bank -------------------------------------------------------------------------------------------
    "site.down": (Effect(SITE, InconcReason.SITE),),
    "site.format": refused(Cause.REJECTED_BY_FORMAT),
    "site.policy": refused(Cause.REJECTED_BY_POLICY),
    "site.opaque": (
        Effect(SITE, ((SITE_LAYER, Cause.REJECTED_BY_FORMAT), (SITE_LAYER, Cause.REJECTED_BY_POLICY))),
    ),
    "site.code_not_sent": (Effect(SITE, NOWHERE),),
    "site.code_elsewhere": (Effect(SITE, MISDIRECTED),),
    # the gateway's table: what a number that is none, and what no route, is called in each protocol -----
    "gateway.segment": (
        Effect(SENT, REFUSED, ("cmcc-gw", "smsc")),
        Effect(SENT, NO_ROUTE, ("cucc-gw", "ctcc-gw")),
        Effect(SITE, NOWHERE),
    ),
    **{
        f"gateway.segment@code={code}": (Effect(SENT, suspects, (gateway,)), Effect(SITE, NOWHERE))
        for gateway, code, suspects in (
            ("cmcc-gw", 9, REFUSED),
            ("cmcc-gw", 12, REFUSED),
            ("cmcc-gw", 13, REFUSED),
            ("cucc-gw", 6, REFUSED),
            ("cucc-gw", 21, NO_ROUTE),
            ("cucc-gw", 23, NO_ROUTE),
            ("ctcc-gw", 47, REFUSED),
            ("ctcc-gw", 58, NO_ROUTE),
            ("ctcc-gw", 65, REFUSED),
            ("smsc", 11, REFUSED),
        )
    },
    "gateway.throttled": (Effect(SENT, ((GW, Cause.THROTTLED),)), Effect(SITE, NOWHERE)),
    # nothing comes --------------------------------------------------------------------------------------
    "gateway.dropped": LOST,
    "gateway.false_report": (Effect(SENT, CLAIMED), Effect(SITE, NOWHERE)),
    "smsc.dropped": LOST,
    BEYOND_PATIENCE: LOST,
    "gateway.part_lost": part_lost(LONG),
    "gateway.part_lost@part=1": part_lost(LONG),
    "gateway.part_lost@part=3": part_lost(LONG),
    "gateway.part_lost@part=4": part_lost(("long-latin",)),
    "gateway.part_lost@part=5": (),
    # it comes, and something is wrong with it -----------------------------------------------------------
    BEFORE: (Effect(CODE, LATE_BY_GATEWAY), Effect(SITE, LATE_BY_SITE)),
    BEHIND: (Effect((*CODE, *SITE), LATE_BY_CENTRE),),
    BOTH: (
        Effect(CODE, (*LATE_BY_GATEWAY, *LATE_BY_CENTRE)),
        Effect(SITE, (*LATE_BY_SITE, *LATE_BY_CENTRE)),
    ),
    "gateway.sender_cut": (Effect((*CODE, *SITE), gateway_or_core(Cause.SENDER_CUT)),),
    "gateway.sender_cut@digits=6": (
        # 106579 and 1065 can still be known; of 95588 nothing is left but a 9, which may be anybody's
        Effect(CODE, gateway_or_core(Cause.SENDER_CUT), ("cmcc-gw", "cucc-gw", "ctcc-gw")),
        Effect(CODE, CUT_OR_REWRITTEN, ("smsc",)),
        Effect(SITE, gateway_or_core(Cause.SENDER_CUT)),
    ),
    "gateway.sender_rewritten": (Effect((*CODE, *SITE), gateway_or_core(Cause.SENDER_REWRITTEN)),),
    "gateway.sender_rewritten@number=861065595588": (
        # +86 before it is no other number: right for the one account that owns it
        Effect(CODE, gateway_or_core(Cause.SENDER_REWRITTEN), ("cmcc-gw", "ctcc-gw", "smsc")),
        Effect(SITE, gateway_or_core(Cause.SENDER_REWRITTEN)),
    ),
    "gateway.encoding": (Effect((*CODE, *SITE), ((TEXT, Cause.CODING_WRONG),)),),
    "gateway.text": (Effect(CODE, UNREADABLE, texts=CHINESE), Effect(SITE, UNREADABLE)),
    "gateway.duplicate": (
        Effect(CODE, ((GW, Cause.MESSAGE_DUPLICATED),)),
        Effect(SITE, TWICE_BY_SITE),
    ),
    "gateway.parts_reordered": (),
    "site.code_wrong": (Effect(SITE, ((SITE_LAYER, Cause.CODE_WRONG),)),),
    # what is reported of it -----------------------------------------------------------------------------
    "gateway.report_missing": (Effect(REPORT, gateway_or_core(Cause.REPORT_MISSING)),),
    "gateway.undelivered_report": (Effect(REPORT, CLAIMED),),
}
OWN: Final = ("after", "code", "digits", "number", "part", "receiver")
"""the parameters of these defects that are no selectors"""

# calls, messages between subscribers, cards, labels: nothing that a code meets on its way
NO_CONCERN: Final = (
    "route.missing", "route.unassigned", "clip.missing", "clip.wrong", "clip.doubled86", "clip.type",
    "release.masked", "call.silent", "call.dropped", "call.barred", "report.dropped", "report.false",
    "sms.lost", "sms.refused", "sms.sender", "sms.text", "plmn.foreign", "hotline.empty", "free.unreachable",
    "label.marked", "sim.imsi", "sim.iccid", "sim.msisdn", "sim.spn", "sim.smsc", *OF_CALL_CONTROL,
    *OF_MMS, *OF_CHARGING,
)  # fmt: skip

Seen = tuple[Blame, ...] | InconcReason | None
"""of one case: who may be to blame, why nothing can be said, or None where all is well"""


@dataclass(frozen=True)
class Wrong:
    """A defect: `own` "after=900", `whom` "segment=171"; `gateway` is "" for all."""

    name: str
    own: str
    whom: str
    gateway: str

    @classmethod
    def parse(cls, text: str) -> Wrong:
        name, _, given = text.partition("@")
        values = dict(pair.split("=", 1) for pair in given.split(",") if pair)
        gateway = values.pop("gateway", "")
        values.pop("site", None)  # there is but one
        own = [f"{key}={values.pop(key)}" for key in OWN if key in values]
        return cls(name, ",".join(own), ",".join(f"{key}={value}" for key, value in values.items()), gateway)

    def meets(self, sim: str, far: str) -> bool:
        return sim in SELECTED[self.whom] and self.gateway in ("", BY[far])

    @property
    def key(self) -> str:
        return f"{self.name}@{self.own}" if f"{self.name}@{self.own}" in EFFECTS else self.name

    @property
    def delay_s(self) -> int:
        return int(self.own.partition("=")[2] or 900)


def seen(service: str, sim: str, far: str, text: str, defects: Sequence[str]) -> tuple[Seen, ...]:
    """What a case may say, one or several: each is as right as the others."""
    wrongs = [wrong for wrong in map(Wrong.parse, defects) if wrong.name in EFFECTS or wrong.name in LATE]
    met = [wrong for wrong in wrongs if wrong.meets(sim, far)]
    if service == "site-code" and any(wrong.name == "site.code_elsewhere" for wrong in met):
        met = [wrong for wrong in met if wrong.name.startswith(("site.", "registration."))]
        met += [wrong for wrong in wrongs if wrong.name[:4] in ("gate", "smsc") and wrong.meets(CMCC, far)]
    names = {wrong.name for wrong in met}
    keys = {wrong.key for wrong in met if wrong.name not in LATE}
    keys |= _lateness([wrong for wrong in met if wrong.name != "site.code_late" or far == BANK])
    if both := together(service, names, keys, text):
        return both
    for key, effects in EFFECTS.items():
        first = next((effect for effect in effects if effect.is_of(service, far, text)), None)
        if key in keys and first is not None:
            if key.startswith("gateway.part_lost") and {BEFORE, BEHIND, BOTH} & keys:
                # the parts that came were late: what is missing may just be later still
                return ((*first.suspects, (GW, Cause.MESSAGE_LATE), (CORE, Cause.MESSAGE_LATE)),)
            return (first.suspects,)
    return (None,)


def _lateness(met: Sequence[Wrong]) -> set[str]:
    """What the delays are together: the code lives 300 s, and is waited for 900 s more."""
    before = sum(wrong.delay_s for wrong in met if wrong.name in ("site.code_late", "gateway.late"))
    behind = sum(wrong.delay_s for wrong in met if wrong.name == "smsc.late")
    if before + behind > CODE_LIFE_S + PATIENCE_S:
        return {BEYOND_PATIENCE}
    if before > CODE_LIFE_S:
        return {BEFORE}
    if behind > CODE_LIFE_S:
        return {BEHIND}
    return {BOTH} if before + behind > CODE_LIFE_S else set()


def together(service: str, names: set[str], keys: set[str], text: str) -> tuple[Seen, ...]:
    """Where two defects meet and it is not simply the first one that is seen; () where it is."""
    if service == "site-code":
        return _together_at_a_site(names, keys)
    if service not in SENT:
        return ()
    if {"gateway.dropped", "gateway.false_report"} <= names:
        return (TAKEN_AND_LOST, CLAIMED)  # at odds about the report
    if {"gateway.false_report", "gateway.report_missing"} <= names:
        return (TAKEN_AND_LOST,)
    if {"gateway.false_report", "gateway.undelivered_report"} <= names:
        return (gateway_or_core(Cause.MESSAGE_REFUSED),)  # nothing came, and that is what is claimed
    if BEYOND_PATIENCE in keys and "gateway.part_lost" in names and service == "code" and text in LONG:
        # pieces of one text come while the next one is waited for, and say nothing of whose they are
        return (TAKEN_AND_LOST, gateway_or_core(Cause.PART_LOST))
    if {"gateway.text", "gateway.encoding"} <= names:
        return ((*CLAIMED, *UNREADABLE),)  # only ???? came, though a delivery is claimed
    if {"gateway.sender_cut", "gateway.sender_rewritten"} <= names and service == "code":
        return tuple(map(gateway_or_core, (Cause.SENDER_CUT, Cause.SENDER_REWRITTEN)))  # at odds
    return ()


_OUT_OF_SIGHT: Final = {
    "gateway.segment", "gateway.throttled", "gateway.dropped", "smsc.dropped", "gateway.false_report",
    BEYOND_PATIENCE, "gateway.sender_cut", "gateway.sender_rewritten", "gateway.encoding", "gateway.text",
}  # fmt: skip
_SAID_BY_THE_FORM: Final = {
    "registration.barred", "site.down", "site.format", "site.policy", "site.opaque", "site.code_not_sent"
}  # fmt: skip


def _together_at_a_site(names: set[str], keys: set[str]) -> tuple[Seen, ...]:
    if _SAID_BY_THE_FORM & names:
        return ()
    if "site.code_elsewhere" in names and _OUT_OF_SIGHT & (names | keys):
        return (NOWHERE,)  # at another phone it is known only whole, and from its sender
    if {"gateway.text", "gateway.encoding"} <= names:
        return (UNREADABLE,)
    if {"gateway.text", "gateway.sender_rewritten"} <= names:
        return ((*NOWHERE, *UNREADABLE),)  # ???? from a stranger: it may be the code, or anything
    if {"gateway.sender_cut", "gateway.sender_rewritten"} <= names:
        return tuple(map(gateway_or_core, (Cause.SENDER_CUT, Cause.SENDER_REWRITTEN)))
    return ()


def findings(ours: Seen, beside: Sequence[Seen]) -> set[Finding | None]:
    """What the ordinary SIM, which saw one of `beside`, adds to what ours saw."""
    if not isinstance(ours, tuple):
        return {None}
    return {
        Finding.SEGMENT if other is None else Finding.PATH if other == ours else Finding.UNKNOWN
        for other in beside
    }


def text_of(attempt: Attempt) -> str:
    """Which of `TEXTS` it sends: the last word of the case's name, where there is a choice."""
    if attempt.service != "code":
        return OF_A_REPORT
    return attempt.case.partition(f"@{attempt.peer}-")[2].removesuffix("]")


def is_as_tabled(attempt: Attempt, defects: Sequence[str]) -> bool:
    """Verdict, layer, cause and finding of the attempt that counts for its case."""
    sim, far = attempt.subject.sim, attempt.peer or ""
    text = text_of(attempt)
    beside = seen(attempt.service, BESIDE[sim], far, text, defects)
    finding = attempt.control.finding if attempt.control else None
    return any(
        says(attempt) == ours and (is_tardy(attempt) or finding in findings(ours, beside))
        for ours in seen(attempt.service, sim, far, text, defects)
    )


def is_tardy(attempt: Attempt) -> bool:
    """The ordinary SIM had no time: it waits in vain as often as all those whose codes are late or lost."""
    return attempt.control is not None and attempt.control.why == "the control was not within the hour"


def says(attempt: Attempt) -> Seen | Verdict:
    if attempt.verdict is Verdict.PASS:
        return None
    if attempt.verdict is Verdict.INCONC and attempt.reason is not None:
        return attempt.reason
    if attempt.verdict is not Verdict.FAIL:
        return attempt.verdict
    if attempt.ambiguous:
        return attempt.ambiguous
    return ((attempt.layer, attempt.cause),) if attempt.layer and attempt.cause else attempt.verdict
