"""What each defect means for whoever sends a multimedia message and whoever waits for it: by hand.

Nothing here is computed from the model that injects the defects. `SELECTED` says whom a selector selects,
`EFFECTS` what is then seen, in the order of the way that a message goes: of two defects the one that is met
first is seen, and the other one not at all. Whatever is named nowhere must pass.

The small lab: mi-1709 and snail-1718 (CUCC) are held against the ordinary cucc-bj, hna-1700 against ctcc-gz.
m02, which holds snail-1718, is a SIMCom: it sends and fetches by its own client, which says of most troubles
only that there was one, and shows of a message what it likes. The others show every octet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from interop.record import Blame, Cause, InconcReason, Layer
from tests.suites.injected import OF_CALL_CONTROL, OF_CHARGING

MI, SNAIL, HNA = "mi-1709", "snail-1718", "hna-1700"
CMCC, CUCC, CTCC = "cmcc-bj", "cucc-bj", "ctcc-gz"
HOLDS: Final = {"m01": MI, "m02": SNAIL, "m03": HNA, "m04": CMCC, "m05": CUCC, "m06": CTCC}
OPERATOR: Final = {MI: "CUCC", SNAIL: "CUCC", HNA: "CTCC", CMCC: "CMCC", CUCC: "CUCC", CTCC: "CTCC"}
BESIDE: Final = {MI: CUCC, SNAIL: CUCC, HNA: CTCC}
"""the ordinary SIM that each is held against"""
OWN_CLIENT: Final = (SNAIL,)

SELECTED: Final[dict[str, tuple[str, ...]]] = {
    "": (MI, SNAIL, HNA, CMCC, CUCC, CTCC),
    "segment=171": (SNAIL,),
    "segment=1709": (MI,),
    "segment=170": (MI, HNA),
    "segment=186": (CUCC,),
    "mvno=海航通信": (HNA,),
    "operator=CUCC": (MI, SNAIL, CUCC),
    "operator=CTCC": (HNA, CTCC),
    "city=上海": (SNAIL,),
    "city=广州": (HNA, CTCC),
}

# Contents, by what is in them ---------------------------------------------------------------------
TEXTS: Final = ("latin", "chinese")
CHINESE_SUBJECT: Final = ("chinese", "picture", "sound")
CHINESE_TEXT: Final = ("chinese", "picture", "sound", "parts")
PICTURES: Final = ("picture", "parts", "large")
SEVERAL_PARTS: Final = (*PICTURES, "sound")
ALL_CONTENTS: Final = (*TEXTS, "picture", "parts", "sound", "large")
CONTENT_OF: Final = {
    "sends_to_several": "picture",
    "over_the_limit": "large",
    "fetches_later": "picture",
    "expires": "picture",
}
"""of a case that has no choice of them; those about reports send Latin text"""

# Who shows what -----------------------------------------------------------------------------------
COMPARED: Final = ("sends", "receives", "sends_to_several", "fetches_later", "expires")
COUNTED: Final = ("sends", "receives", "sends_to_several")
DELIVERED: Final = ("gets_delivery_reports", "is_reported_as_delivered", "fetches_later", "expires")
READ: Final = ("gets_read_reports", "is_reported_as_read")
BY_PEER: Final = ("receives", "is_reported_as_delivered", "is_reported_as_read", "fetches_later", "expires")
"""the peer sends and the subject receives"""

SUB, CORE, BETWEEN, TEXT = Layer.SUBSCRIPTION, Layer.CORE, Layer.INTERCONNECT, Layer.FORMATTING
Suspects = frozenset[Blame]


def only(layer: Layer, cause: Cause) -> Suspects:
    return frozenset({(layer, cause)})


UNSUBSCRIBED: Final = only(SUB, Cause.SERVICE_NOT_SUBSCRIBED)
NO_BEARER: Final = only(SUB, Cause.BEARER_REFUSED)
NO_PROXY: Final = only(CORE, Cause.PROXY_UNREACHABLE)
NO_CENTRE: Final = only(CORE, Cause.MMSC_UNREACHABLE)
NOBODY_BEHIND: Final = NO_PROXY | NO_CENTRE
NETWORK_ERROR: Final = UNSUBSCRIBED | NO_BEARER | NOBODY_BEHIND
"""190 of a SIMCom: it got no answer from the MMSC"""
DENIED: Final = UNSUBSCRIBED | frozenset(
    {
        (TEXT, Cause.MMS_REFUSED),
        (BETWEEN, Cause.NO_ROUTE),
        (CORE, Cause.NETWORK_FAILURE),
        (CORE, Cause.CONTENT_REFUSED),
        (CORE, Cause.MMS_REFUSED),
    }
)
"""189: the MMSC said no, and not what"""
NOT_FETCHED: Final = NETWORK_ERROR | frozenset(
    {
        (CORE, Cause.MESSAGE_EXPIRED),
        (CORE, Cause.NETWORK_FAILURE),
        (CORE, Cause.CONTENT_REFUSED),
        (CORE, Cause.RETRIEVAL_REFUSED),
    }
)
"""188, or 190 at that: it was not received"""


@dataclass(frozen=True)
class Way:
    """Between operators either side may have done it; inside one there is but one MMSC."""

    cause: Cause
    between: Cause | None = None

    def suspects(self, sender: str, receiver: str) -> Suspects:
        inside = OPERATOR[sender] == OPERATOR[receiver]
        here = only(CORE, self.cause)
        return here if inside else here | only(BETWEEN, self.between or self.cause)


VANISHED: Final = Way(Cause.NOTIFICATION_MISSING, Cause.MESSAGE_LOST)


@dataclass(frozen=True)
class Case:
    """An attempt, as far as the tables matter. `receivers`: in the order in which they are waited for."""

    name: str
    content: str
    sender: str
    receivers: tuple[str, ...]


Told = Suspects | Way | InconcReason | None


@dataclass(frozen=True)
class Effect:
    """`stage` and who may be to blame, for `cases` with `contents`. `own`: what it is where a client of the
    modem's own stands at this end ("", None: nothing at all).
    """

    stage: str
    told: Told
    cases: tuple[str, ...] = ()
    contents: tuple[str, ...] = ALL_CONTENTS
    own: tuple[str, Told] | None = None
    crossing: bool = False
    """only between operators"""


def statuses(suspects: Suspects, *values: int) -> dict[str, Effect]:
    return {f"mms.refused@status={value}": Effect("mmsc", suspects, own=("mmsc", DENIED)) for value in values}


def fetching(told: Suspects) -> Effect:
    return Effect("fetch", told, own=("fetch", NOT_FETCHED))


SIZED: Final = only(CORE, Cause.SIZE_LIMIT_WRONG)
ALTERED, CUT = Way(Cause.MEDIA_ALTERED), Way(Cause.MESSAGE_TRUNCATED)
CORRUPTED: Final = only(TEXT, Cause.TEXT_CORRUPTED)
NOT_SHOWN: Final = ("", InconcReason.DEVICE)
NOTHING: Final = ("", None)

# At the sender, until the MMSC has it -------------------------------------------------------------
TO_THE_MMSC: Final[dict[str, Effect]] = {
    "mms.unsubscribed@as=bearer": Effect("bearer", UNSUBSCRIBED, own=("bearer", UNSUBSCRIBED)),
    "mms.apn": Effect("bearer", NO_BEARER, own=("bearer", NO_BEARER)),
    "mms.proxy": Effect("submit", NO_PROXY, own=("submit", NETWORK_ERROR)),
    "mms.proxy@as=502": Effect("submit", NOBODY_BEHIND, own=("submit", NETWORK_ERROR)),
    "mms.proxy@as=407": Effect("submit", NO_PROXY, own=("submit", NETWORK_ERROR)),
    "mms.mmsc_down": Effect("submit", NOBODY_BEHIND, own=("submit", NETWORK_ERROR)),
    "mms.mmsc_down@as=503": Effect("submit", NO_CENTRE, own=("submit", NETWORK_ERROR)),
    "mms.size_limit": Effect("mmsc", SIZED, contents=("large",), own=("mmsc", DENIED)),
    "mms.unsubscribed": Effect("mmsc", UNSUBSCRIBED, own=("mmsc", DENIED)),
    **statuses(only(CORE, Cause.MMS_REFUSED), 129, 133, 136, 224, 228, 230, 234),
    **statuses(UNSUBSCRIBED, 130, 225),
    **statuses(only(TEXT, Cause.MMS_REFUSED), 131, 226),
    **statuses(only(BETWEEN, Cause.NO_ROUTE), 132, 193, 196, 227),
    **statuses(only(CORE, Cause.NETWORK_FAILURE), 134, 192, 195),
    **statuses(only(CORE, Cause.CONTENT_REFUSED), 135, 229),
}
NEAR_THE_LIMIT: Final = ("mms.refused@status=135", "mms.refused@status=229")
"""what of a message near the limit says that it is the limit that is wrong"""

# From there to the receiver's phone ---------------------------------------------------------------
ANNOUNCED: Final[dict[str, Effect]] = {
    "mms.dropped": Effect("lost", VANISHED),
    "mms.interworking_lost": Effect("lost", VANISHED, crossing=True),
    "mms.interworking_lost@report=false": Effect("claimed", Way(Cause.REPORT_FALSE), crossing=True),
    "mms.interworking_lost@report=failed": Effect("claimed", VANISHED, crossing=True),
    "mms.report_false": Effect("claimed", Way(Cause.REPORT_FALSE)),
    "mms.notification_lost": Effect("lost", VANISHED),
    "mms.as_link": Effect("notify", only(CORE, Cause.REPLACED_BY_LINK)),
    "mms.notification_late": Effect("notify", Way(Cause.MESSAGE_LATE)),
    "mms.notification_late@after=120": Effect("notify", None),
    "mms.notification_late@after=2000": Effect("lost", VANISHED),
}

# The receiver fetches it --------------------------------------------------------------------------
FETCHED: Final[dict[str, Effect]] = {
    "mms.unsubscribed@as=bearer": Effect("bearer", UNSUBSCRIBED, own=("bearer", UNSUBSCRIBED)),
    "mms.apn": Effect("bearer", NO_BEARER, own=("bearer", NO_BEARER)),
    "mms.proxy": Effect("submit", NO_PROXY, own=("submit", NOT_FETCHED)),
    "mms.proxy@as=502": fetching(NOBODY_BEHIND),
    "mms.proxy@as=407": fetching(NO_PROXY),
    "mms.mmsc_down": fetching(NOBODY_BEHIND),
    "mms.mmsc_down@as=503": fetching(NO_CENTRE),
    "mms.fetch_refused": fetching(only(CORE, Cause.RETRIEVAL_REFUSED)),
    "mms.fetch_refused@as=status": fetching(only(CORE, Cause.RETRIEVAL_REFUSED)),
    "mms.fetch_refused@as=status,status=194": fetching(only(CORE, Cause.NETWORK_FAILURE)),
    "mms.fetch_refused@as=status,status=225": fetching(UNSUBSCRIBED),
    "mms.unsubscribed": fetching(UNSUBSCRIBED),
    "mms.fetch_refused@as=expired": fetching(only(CORE, Cause.MESSAGE_EXPIRED)),
    "mms.expires_early": Effect(
        "fetch", only(CORE, Cause.MESSAGE_EXPIRED), ("expires",), own=("fetch", NOT_FETCHED)
    ),
    "mms.expires_early@after=30": Effect(
        "fetch",
        only(CORE, Cause.MESSAGE_EXPIRED),
        ("expires", "fetches_later"),
        own=("fetch", NOT_FETCHED),
    ),
}

# What he finds ------------------------------------------------------------------------------------
FOUND: Final[dict[str, Effect]] = {
    "mms.sender": Effect(
        "fetch", Way(Cause.SENDER_REWRITTEN), COMPARED, own=("fetch", Way(Cause.SENDER_REWRITTEN))
    ),
    "mms.sender@number=none": Effect("fetch", Way(Cause.SENDER_REWRITTEN), COMPARED, own=NOTHING),
    "mms.subject": Effect("fetch", CORRUPTED, COMPARED, CHINESE_SUBJECT, own=("fetch", CORRUPTED)),
    "mms.truncated": Effect("fetch", CUT, COMPARED, ("large",), own=("fetch", CUT)),
    "mms.truncated@size=1000": Effect("fetch", CUT, COMPARED, (*PICTURES, "sound"), own=("fetch", CUT)),
    "mms.recompressed": Effect("fetch", ALTERED, COMPARED, PICTURES, own=("fetch", ALTERED)),
    "mms.text": Effect("fetch", CORRUPTED, COMPARED, CHINESE_TEXT, own=NOTHING),
    "mms.part_lost": Effect("fetch", Way(Cause.PART_LOST), COMPARED, SEVERAL_PARTS, own=NOT_SHOWN),
}

TWICE: Final[dict[str, Effect]] = {
    "mms.duplicated": Effect(
        "notify", Way(Cause.MESSAGE_DUPLICATED), COUNTED, own=("notify", Way(Cause.MESSAGE_DUPLICATED))
    ),
}

# What the sender hears of it ----------------------------------------------------------------------
HEARD: Final[dict[str, Effect]] = {
    "mms.report_missing": Effect("ack", Way(Cause.REPORT_MISSING), DELIVERED, own=NOT_SHOWN),
    "mms.read_report_missing": Effect("ack", Way(Cause.REPORT_MISSING), READ),
}

OUT, IN = "out", "in"
DIRECTION: Final = {
    "mms.refused": OUT,
    "mms.dropped": IN,
    "mms.interworking_lost": IN,
    "mms.notification_lost": IN,
    "mms.notification_late": IN,
    "mms.as_link": IN,
    "mms.duplicated": IN,
    "mms.report_false": IN,
    "mms.fetch_refused": IN,
    "mms.expires_early": IN,
    "mms.sender": OUT,
    "mms.recompressed": OUT,
    "mms.part_lost": OUT,
    "mms.subject": OUT,
    "mms.text": OUT,
    "mms.truncated": OUT,
    "mms.report_missing": OUT,
    "mms.read_report_missing": OUT,
}
"""what `interop list defects` says of each that sits between two subscribers"""
OWN: Final = ("as", "status", "size", "report", "after", "number")
"""the parameters of these defects that are no selectors"""

# calls, short messages, gateways, sites, cards, labels: nothing that a multimedia message meets on its way
NO_CONCERN: Final = (
    "route.missing", "route.unassigned", "clip.missing", "clip.wrong", "clip.doubled86", "clip.type",
    "release.masked", "call.silent", "call.dropped", "call.barred", "report.dropped", "report.false",
    "sms.lost", "sms.refused", "sms.sender", "sms.text", "sms.barred", "plmn.foreign", "hotline.empty",
    "free.unreachable", "label.marked", "sim.imsi", "sim.iccid", "sim.msisdn", "sim.spn", "sim.smsc",
    "gateway.segment", "gateway.throttled", "gateway.dropped", "gateway.false_report",
    "gateway.report_missing", "gateway.undelivered_report", "gateway.late", "gateway.sender_cut",
    "gateway.sender_rewritten",
    "gateway.text", "gateway.encoding", "gateway.part_lost", "gateway.parts_reordered", "gateway.duplicate",
    "gateway.reply_lost", "gateway.reply_text", "smsc.dropped", "smsc.late", "site.format", "site.policy",
    "site.opaque", "site.down", "site.code_not_sent", "site.code_late", "site.code_wrong",
    "site.code_elsewhere", *OF_CALL_CONTROL, *OF_CHARGING,
)  # fmt: skip
