"""Verdicts and who is to blame: the closed vocabularies of a run record."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """TTCN-3 order (ETSI ES 201 873-1 24.1): a later one outweighs every earlier one."""

    NONE = "none"
    PASS = "pass"
    INCONC = "inconc"
    FAIL = "fail"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return _RANK[self]

    @property
    def conclusive(self) -> bool:
        """Only these say something about the network, and only these enter a KPI."""
        return self in (Verdict.PASS, Verdict.FAIL)


_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}


def merge(verdicts: Iterable[Verdict]) -> Verdict:
    """The heaviest of the verdicts; NONE when there are none."""
    return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.NONE)


class Layer(StrEnum):
    """Where on the path the first observable cause lies."""

    SIM = "sim"
    SUBSCRIPTION = "subscription"
    RADIO = "radio"
    CORE = "core"
    INTERCONNECT = "interconnect"
    GATEWAY = "gateway"
    ORIGINATOR = "originator"
    FORMATTING = "formatting"
    CHARGING = "charging"
    """what is deducted and what is written into call records"""


class Cause(StrEnum):
    """What went wrong, in the words a report to the other operator uses."""

    SIM_IDENTITY_MISMATCH = "sim_identity_mismatch"
    EHPLMN_MISSING = "ehplmn_missing"
    REGISTRATION_DENIED = "registration_denied"
    NOT_REGISTERED = "not_registered"
    ROAMING_AT_HOME = "roaming_at_home"
    CALL_BARRED = "call_barred"
    MESSAGE_BARRED = "message_barred"
    SERVICE_NOT_SUBSCRIBED = "service_not_subscribed"
    NUMBER_UNASSIGNED = "number_unassigned"
    NO_ROUTE = "no_route"
    CONGESTION = "congestion"
    NETWORK_FAILURE = "network_failure"
    SUBSCRIBER_ABSENT = "subscriber_absent"
    CALL_NOT_OFFERED = "call_not_offered"
    CALL_DROPPED = "call_dropped"
    RELEASE_CAUSE_WRONG = "release_cause_wrong"
    CLI_MISSING = "cli_missing"
    CLI_REWRITTEN = "cli_rewritten"
    CLI_DOUBLED_86 = "cli_doubled_86"
    CLI_TYPE_WRONG = "cli_type_wrong"
    MESSAGE_REFUSED = "message_refused"
    MESSAGE_LOST = "message_lost"
    MESSAGE_DUPLICATED = "message_duplicated"
    SENDER_REWRITTEN = "sender_rewritten"
    TEXT_CORRUPTED = "text_corrupted"
    REPORT_MISSING = "report_missing"
    REPORT_FALSE = "report_false"
    REJECTED_BY_FORMAT = "rejected_by_format"
    REJECTED_BY_POLICY = "rejected_by_policy"
    NUMBER_LABELLED = "number_labelled"
    NUMBER_REFUSED = "number_refused"
    """a gateway says that the number, or its segment, is none that it knows"""
    ACCEPTED_AND_DROPPED = "accepted_and_dropped"
    MESSAGE_LATE = "message_late"
    """it came, but when the code in it was no longer good"""
    SENT_LATE = "sent_late"
    """as `message_late`, but the site let it go only then"""
    THROTTLED = "throttled"
    CONTENT_REFUSED = "content_refused"
    SENDER_CUT = "sender_cut"
    PART_LOST = "part_lost"
    """of a long message"""
    CODING_WRONG = "coding_wrong"
    CODE_NOT_SENT = "code_not_sent"
    """the site said that it sent one, and nothing left it"""
    CODE_WRONG = "code_wrong"
    CODE_MISDIRECTED = "code_misdirected"
    """sent to another number than the one given"""
    HOLD_REFUSED = "hold_refused"
    HOLD_NOT_APPLIED = "hold_not_applied"
    """said to be done, and the call is not held, or the held party goes on hearing"""
    CONFERENCE_REFUSED = "conference_refused"
    CONFERENCE_NOT_JOINED = "conference_not_joined"
    """said to be done, and nobody is joined"""
    MEDIA_SILENT = "media_silent"
    """of two parties of a call neither hears the other"""
    MEDIA_ONE_WAY = "media_one_way"
    LEG_DROPPED = "leg_dropped"
    """one party's call ended where another's was steered"""
    GHOST_CALL = "ghost_call"
    """a call that is still there when everybody has hung up"""
    TRANSFER_REFUSED = "transfer_refused"
    """or said to be done, and not done"""
    CALL_NOT_WAITING = "call_not_waiting"
    """a second caller is told busy, though call waiting is on"""
    FORWARDING_REFUSED = "forwarding_refused"
    FORWARDING_IGNORED = "forwarding_ignored"
    """registered, and calls do not go there"""
    REPLY_LOST = "reply_lost"
    """a handset's answer did not reach the service number"""
    BEARER_REFUSED = "bearer_refused"
    """no packet connection for this APN"""
    PROXY_UNREACHABLE = "proxy_unreachable"
    MMSC_UNREACHABLE = "mmsc_unreachable"
    MMS_REFUSED = "mms_refused"
    """the MMSC does not take the message; a refusal that says why has a cause of its own"""
    NOTIFICATION_MISSING = "notification_missing"
    """the MMSC took the message, and the other end never heard of it"""
    RETRIEVAL_REFUSED = "retrieval_refused"
    """what was announced cannot be fetched"""
    MESSAGE_EXPIRED = "message_expired"
    """gone before the time that it was said to be kept"""
    EXPIRY_IGNORED = "expiry_ignored"
    """kept longer than its sender asked, or not said to have expired"""
    MEDIA_ALTERED = "media_altered"
    """a picture, sound or text arrived as another one"""
    MESSAGE_TRUNCATED = "message_truncated"
    REPLACED_BY_LINK = "replaced_by_link"
    """a short message with a link came in the place of the message itself"""
    SIZE_LIMIT_WRONG = "size_limit_wrong"
    """a message within the size that the operator declares is refused"""
    RECIPIENTS_ALTERED = "recipients_altered"
    """of several, some are missing or others"""
    BALANCE_NOT_TOLD = "balance_not_told"
    """asked as the operator says one should, the network names no amount"""
    NOT_CHARGED = "not_charged"
    CHARGED_WHILE_FREE = "charged_while_free"
    CHARGED_TWICE = "charged_twice"
    RATE_WRONG = "rate_wrong"
    """another amount was deducted than the tariff says"""
    RECORD_MISSING = "record_missing"
    """of something that was charged, or should be, the operator has no record"""
    RECORD_DOUBLED = "record_doubled"
    RECORD_WRONG = "record_wrong"
    """another number, time or duration"""


Blame = tuple[Layer, Cause]
"""Who, and of what."""


class InconcReason(StrEnum):
    """Why an attempt says nothing about the network: our side of the air, or no statement possible."""

    MODEM = "modem"
    SIM = "sim"
    COVERAGE = "coverage"
    NOT_REGISTERED = "not_registered"
    PEER = "peer"
    SITE = "site"
    BUDGET = "budget"
    DEVICE = "device"
    INDETERMINATE = "indeterminate"
    INTERRUPTED = "interrupted"
    NO_CONTROL = "no_control"


class Finding(StrEnum):
    """What the contrast with an ordinary SIM of the same base operator adds to a fail."""

    SEGMENT = "segment"
    """fails for the segment, works for the ordinary number"""
    PATH = "path"
    """fails for both: the segment is not what is wrong"""
    UNKNOWN = "unknown"
    """no ordinary SIM could be tried, or trying it was inconclusive"""
