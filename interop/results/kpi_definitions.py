"""Which checks of which services make which KPI: the terms of ETSI TS 102 250-2, our AT trigger points.

Rows, and nothing but rows: `interop.results.kpi` reads them. Clause numbers are those of TS 102 250-2 V2.x as
we know them and were not compared with the document; "" is a KPI of our own that the standard does not have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from interop.record import Cause


@dataclass(frozen=True, slots=True)
class RatioKpi:
    """Failed / valid attempts of `services`, in percent.

    A valid attempt is a conclusive one, no control, in which a check of `tried` passed or one of `failed`
    failed; it is a failed one in the second case. Both are names of checks, `*` for any text. With `cause`,
    only those failed checks count that accuse of nothing else. `start`, `success`, `failure`: trigger points.
    """

    key: str
    name: str
    clause: str
    services: tuple[str, ...]
    tried: tuple[str, ...]
    failed: tuple[str, ...]
    start: str
    success: str
    failure: str
    cause: Cause | None = None
    unit: str = "%"


@dataclass(frozen=True, slots=True)
class TimeKpi:
    """The sum of `measures` of a conclusive attempt of `services`, where it has all of them; infinite where a
    check of `never` failed.
    """

    key: str
    name: str
    clause: str
    services: tuple[str, ...]
    measures: tuple[str, ...]
    never: tuple[str, ...]
    start: str
    end: str
    unit: str = "s"


_CALLS: Final = ("voice-mo", "voice-mt", "release-mo", "release-mt")
_TALKS: Final = ("voice-mo", "voice-mt")
_MESSAGES: Final = ("sms-mo", "sms-mt", "report-mo", "report-mt")
_MMS_AT_ONCE: Final = ("mms-mo", "mms-mt", "mms-report-mo", "mms-report-mt", "mms-read-mo", "mms-read-mt")
_MMS: Final = (*_MMS_AT_ONCE, "mms-deferred")
_CONFERENCES: Final = ("conference-mo", "conference-mt", "conference-transfer")
_FORWARDED: Final = tuple(f"forwarding-{when}" for when in ("always", "busy", "no-reply", "not-reachable"))
_ACCEPTED: Final = "the network accepts the message"
_TAKEN: Final = "mmsc: the message is taken"
_ANNOUNCED: Final = ("notify: the message is announced", "interworking: the message is announced")
_FETCHED: Final = "*: * fetches the message"
_UNSENT: Final = ("bearer: * is connected", "submit: * reaches its MMSC", _TAKEN)
_MMS_REPORTED: Final = ("ack: the delivery report comes", "ack: the delivery report is true")
_MMS_READ: Final = ("ack: the read report comes", "ack: the read report is true")
_UNJOINED: Final = ("join", "calls of * after join", "calls of * in the conference")

RATIOS: Final = (
    RatioKpi(
        "network_non_accessibility", "Network Non-Accessibility", "5.2", ("registration",),
        ("registered",), ("registration is not denied", "registered"),
        "AT+CREG? of a modem that is switched on", "+CREG, +CEREG or +CIREG: 1 or 5",
        "stat 3, or none in 60 s",
    ),
    RatioKpi(
        "pdp_activation_failure", "PDP Context Activation Failure Ratio", "5.5", _MMS,
        ("bearer: * is connected",), ("bearer: * is connected",),
        "AT+CGACT=1 for the APN of MMS", "OK, an address", "ERROR, T",
    ),
    RatioKpi(
        "telephony_non_accessibility", "Telephony Service Non-Accessibility", "6.6.1", _CALLS,
        ("it rings there",), ("the called phone is alerted", "it rings there"),
        "ATD<n>;", "+CLCC stat 3 at A and RING at B", "released, or no RING at B in T",
    ),
    RatioKpi(
        "telephony_cutoff", "Telephony Cut-off Call Ratio", "6.6.5", _TALKS,
        ("stays up *",), ("stays up *",),
        "+CLCC stat 0 at both", "up until the planned ATH", "released before",
    ),
    RatioKpi(
        "cli_failure", "CLI Transparency Failure Ratio", "", _TALKS,
        ("caller identity",), ("caller identity",),
        "RING at B", '+CLIP: "<n>",<type> is the caller\'s number', "other digits, withheld, not available",
    ),
    RatioKpi(
        "service_number_non_accessibility", "Service Number Non-Accessibility", "",
        ("hotline", "free-numbers"), ("* answers",), ("* rings", "* answers"),
        "ATD<n>;", "+CLCC stat 0 at A", "released, or not answered in T",
    ),
    RatioKpi(
        "sms_non_accessibility", "SMS Service Non-Accessibility", "7.4.2", _MESSAGES,
        (_ACCEPTED,), (_ACCEPTED,),
        "AT+CMGS", "+CMGS: <mr>", "+CMS ERROR",
    ),
    RatioKpi(
        "sms_completion_failure", "SMS Completion Failure Ratio", "7.4.4", _MESSAGES,
        (_ACCEPTED,), (_ACCEPTED, "the message arrives"),
        "AT+CMGS", "+CMTI or +CMT at B in 60 s", "+CMS ERROR, or nothing at B in 60 s",
    ),
    RatioKpi(
        "sms_corrupted", "SMS Corrupted Ratio", "7.4.4", ("sms-mo", "sms-mt"),
        ("text",), ("text",),
        "+CMTI or +CMT at B", "the text that was sent", "another text",
    ),
    RatioKpi(
        "sms_duplicated", "SMS Duplicated Ratio", "7.4.4", ("sms-mo", "sms-mt"),
        ("exactly once",), ("exactly once",),
        "+CMTI or +CMT at B", "no second copy in 5 s", "a second copy",
    ),
    RatioKpi(
        "sms_confirmation_failure", "SMS Receive Confirmation Failure Ratio", "7.4.6",
        ("report-mo", "report-mt"),
        ("the report says delivered",), ("the status report comes", "the report says delivered"),
        "AT+CMGS with TP-SRR", "+CDS or +CDSI, TP-Status 00 to 1F", "no report in 60 s, another status",
    ),
    RatioKpi(
        "code_non_acceptance", "Code Submission Failure Ratio", "", ("code", "code-report"),
        ("the gateway takes the text",), ("the gateway takes the text",),
        "submit PDU", "response with status 0", "another status",
    ),
    RatioKpi(
        "code_delivery_failure", "Code Delivery Failure Ratio", "", ("code", "site-code"),
        ("in time",),
        ("the message arrives", "the code arrives", "in time", "sender", "code", "exactly once"),
        "accepted by the gateway, or the site's form", "+CMT with the right sender and code, once",
        "nothing while the code lives, a wrong sender or code, two codes",
    ),
    RatioKpi(
        "dlr_untruth", "False Delivery Report Ratio", "", ("code", "code-report"),
        ("the report agrees with the handset",), ("the message arrives",),
        "the gateway reports delivered", "the handset has it", "the handset has nothing",
        cause=Cause.REPORT_FALSE,
    ),
    RatioKpi(
        "dlr_failure", "Delivery Report Failure Ratio", "", ("code-report",),
        ("the report comes",), ("the report comes",),
        "the handset has the code", "the gateway's report on each part", "none in 60 s",
    ),
    RatioKpi(
        "reply_failure", "Reply Delivery Failure Ratio", "", ("code-reply",),
        ("text",), ("the reply arrives", "text"),
        "+CMGS: <mr> of the reply", "the gateway has the text that was sent", "nothing in 120 s, or another",
    ),
    RatioKpi(
        "mms_send_failure", "MMS Send Failure Ratio", "7.3.2", _MMS,
        (_TAKEN,), _UNSENT,
        "bearer for m-send-req", "m-send-conf Ok", "another status, T, no bearer",
    ),
    RatioKpi(
        "mms_notification_failure", "MMS Notification Failure Ratio", "7.3.6", _MMS,
        _ANNOUNCED, (*_ANNOUNCED, "notify: in time"),
        "m-send-conf", "m-notification-ind at B in 180 s", "none in 180 s",
    ),
    RatioKpi(
        "mms_retrieval_failure", "MMS Retrieval Failure Ratio", "7.3.3", _MMS,
        (_FETCHED,), (_FETCHED,),
        "GET", "m-retrieve-conf, whole", "HTTP or MMS error, T",
    ),
    RatioKpi(
        "mms_end_to_end_failure", "MMS End-to-End Failure Ratio", "7.3.8", _MMS_AT_ONCE,
        (_FETCHED,),
        (*_UNSENT, *_ANNOUNCED, "notify: in time", _FETCHED),
        "bearer for m-send-req", "m-retrieve-conf, whole", "any step before",
    ),
    RatioKpi(
        "mms_report_failure", "MMS Delivery Report Failure Ratio", "", ("mms-report-mo", "mms-report-mt"),
        _MMS_REPORTED[1:], _MMS_REPORTED,
        "m-retrieve-conf, whole", "m-delivery-ind at A: retrieved", "none in 120 s, another status",
    ),
    RatioKpi(
        "mms_read_report_failure", "MMS Read Report Failure Ratio", "", ("mms-read-mo", "mms-read-mt"),
        _MMS_READ[1:], _MMS_READ,
        "m-read-rec-ind", "m-read-orig-ind at A: read", "none in 120 s, another status",
    ),
    RatioKpi(
        "forwarding_failure", "Call Forwarding Failure Ratio", "", _FORWARDED,
        ("the call goes there",), ("the call goes there",),
        "ATD<n>; of a number that is forwarded", "RING where it is forwarded to", "no RING there",
    ),
    RatioKpi(
        "waiting_failure", "Call Waiting Failure Ratio", "", ("call-waiting", "waiting-refused"),
        ("the call waits",), ("the call waits",),
        "ATD<n>; of a number in a call", "+CCWA there", "no +CCWA in 10 s",
    ),
    RatioKpi(
        "mpty_setup_failure", "Conference Set-up Failure Ratio", "", _CONFERENCES,
        ("join",), _UNJOINED,
        "AT+CHLD=3", "OK, +CLCC two calls with mpty 1, each peer's stat 0", "ERROR, mpty 0, a leg dropped",
    ),
    RatioKpi(
        "hold_failure", "Hold and Resume Failure Ratio", "", ("hold",),
        ("retrieve",), ("hold", "calls of * on hold", "retrieve", "calls of * retrieved"),
        "AT+CHLD=2", "+CLCC stat 1, and 0 again", "ERROR, +CLCC as before",
    ),
)  # fmt: skip

TIMES: Final = (
    TimeKpi(
        "telephony_setup_time", "Telephony Setup Time", "6.6.2", _CALLS,
        ("post_dial_delay",), ("the called phone is alerted", "it rings there"),
        "ATD<n>;", "+CLCC stat 3 at A",
    ),
    TimeKpi(
        "sms_access_delay", "SMS Access Delay", "7.4.3", _MESSAGES,
        ("sms_access_delay",), (_ACCEPTED,), "AT+CMGS", "+CMGS: <mr>",
    ),
    TimeKpi(
        "sms_delivery_time", "SMS End-to-End Delivery Time", "7.4.5", _MESSAGES,
        ("sms_access_delay", "sms_delivery_time"), (_ACCEPTED, "the message arrives"),
        "AT+CMGS", "+CMTI or +CMT at B",
    ),
    TimeKpi(
        "code_acceptance_delay", "Code Submission Delay", "", ("code", "code-report"),
        ("gateway_acceptance_delay",), ("the gateway takes the text",), "submit PDU", "response",
    ),
    TimeKpi(
        "code_delivery_time", "Code Delivery Time", "", ("code", "site-code"),
        ("code_delivery_time",), ("the message arrives", "the code arrives"),
        "submit PDU, or the site's form", "+CMT",
    ),
    TimeKpi(
        "dlr_time", "Delivery Report Time", "", ("code-report",),
        ("report_delay",), ("the report comes",), "the handset has the code", "the gateway's last report",
    ),
    TimeKpi(
        "reply_delivery_time", "Reply Delivery Time", "", ("code-reply",),
        ("reply_delivery_time",), ("the reply arrives",), "+CMGS: <mr> of the reply", "the gateway has it",
    ),
    TimeKpi(
        "mms_send_time", "MMS Send Time", "7.3.4", _MMS,
        ("mms_send_time",), _UNSENT, "bearer for m-send-req", "m-send-conf",
    ),
    TimeKpi(
        "mms_notification_time", "MMS Notification Time", "7.3.7", _MMS,
        ("mms_notification_time",), _ANNOUNCED, "m-send-conf", "m-notification-ind at B",
    ),
    TimeKpi(
        "mms_retrieval_time", "MMS Retrieval Time", "7.3.5", _MMS,
        ("mms_retrieval_time",), (_FETCHED,), "GET", "m-retrieve-conf",
    ),
    TimeKpi(
        "mms_end_to_end_time", "MMS End-to-End Time", "7.3.9", _MMS_AT_ONCE,
        ("mms_end_to_end_time",), (*_UNSENT, *_ANNOUNCED, _FETCHED),
        "bearer for m-send-req", "m-retrieve-conf",
    ),
    TimeKpi(
        "mms_report_time", "MMS Delivery Report Time", "", ("mms-report-mo", "mms-report-mt"),
        ("mms_report_time",), _MMS_REPORTED[:1], "m-retrieve-conf, whole", "m-delivery-ind at A",
    ),
    TimeKpi(
        "mms_read_report_time", "MMS Read Report Time", "", ("mms-read-mo", "mms-read-mt"),
        ("mms_read_report_time",), _MMS_READ[:1], "m-read-rec-ind", "m-read-orig-ind at A",
    ),
    TimeKpi(
        "forwarding_time", "Call Forwarding Time", "", _FORWARDED,
        ("forwarding_delay",), ("the call goes there",), "ATD<n>;", "RING where it is forwarded to",
    ),
    TimeKpi(
        "mpty_setup_time", "Conference Set-up Time", "", _CONFERENCES,
        ("join_time",), _UNJOINED, "AT+CHLD=3", "+CLCC two calls with mpty 1",
    ),
    TimeKpi(
        "hold_time", "Hold Time", "", ("hold",),
        ("hold_time",), ("hold", "calls of * on hold"), "AT+CHLD=2", "+CLCC stat 1",
    ),
)  # fmt: skip
