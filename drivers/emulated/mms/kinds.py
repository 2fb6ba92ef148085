"""The defects of multimedia messages, as rows for `drivers.emulated.defect_kinds`.

Between two subscribers `out` is what the subject sends, `in` what is sent to it; reports go the other way and
belong to their message. One operator's own messages never meet what sits between operators.
"""

from __future__ import annotations

from typing import Final

from drivers.emulated.defect_kind import DIGITS, LATE, Kind, Parameter, Scope

_RESPONSE: Final = r"129|13[0-6]|19[2-6]|22[4-9]|23[0-4]"
_RETRIEVE: Final = r"19[2-4]|22[4-7]"
_OCTETS: Final = r"[1-9][0-9]{2,6}"

_TO_THE_MMSC: Final = (
    Kind(
        "mms.unsubscribed",
        Scope.SUBSCRIBER,
        "the number lacks multimedia messages: no packet connection for them (bearer: cause 33), or the MMSC"
        " denies sending (225; 130 before MMS 1.1) and fetching (status)",
        own={"as": Parameter("bearer or status", "bearer|status", "status")},
    ),
    Kind("mms.apn", Scope.SUBSCRIBER, "the access point for MMS is not known for the number (cause 27)"),
    Kind(
        "mms.proxy",
        Scope.SUBSCRIBER,
        "the WAP proxy does not answer to TCP, or answers every request with a status of its own",
        own={"as": Parameter("unreachable, 502 or 407", "unreachable|502|407", "unreachable")},
    ),
    Kind(
        "mms.mmsc_down",
        Scope.SUBSCRIBER,
        "the MMSC refuses TCP (the proxy then says 502), or answers 503",
        own={"as": Parameter("refused or 503", "refused|503", "refused")},
    ),
    Kind(
        "mms.size_limit",
        Scope.SUBSCRIBER,
        "the MMSC refuses what is within the size that its operator declares (229; 135 before MMS 1.1)",
        own={"size": Parameter("the largest M-Send.req it takes, octets", _OCTETS, "102400")},
    ),
    Kind(
        "mms.refused",
        Scope.PAIR,
        "the MMSC refuses the message; of several recipients one is enough",
        "out",
        {
            "status": Parameter(
                "X-Mms-Response-Status: 129 to 136, 192 to 196 (transient), 224 to 234 (permanent)",
                _RESPONSE,
                "224",
            )
        },
    ),
)

_ON_THE_WAY: Final = (
    Kind("mms.dropped", Scope.PAIR, "messages are taken and vanish: no notification, no report", "in"),
    Kind(
        "mms.interworking_lost",
        Scope.PAIR,
        "messages to another base operator's subscribers are lost between the MMSCs",
        "in",
        {
            "report": Parameter(
                "what the sender hears of it: none, false (retrieved), failed (indeterminate)",
                "none|false|failed",
                "none",
            )
        },
    ),
    Kind(
        "mms.notification_lost",
        Scope.PAIR,
        "messages lie at the recipient's MMSC, are never announced, and are reported as expired in the end",
        "in",
    ),
    Kind("mms.notification_late", Scope.PAIR, "the recipient's MMSC announces messages late", "in", LATE),
    Kind(
        "mms.as_link",
        Scope.PAIR,
        "instead of a notification comes a short message with a link to the content",
        "in",
    ),
    Kind("mms.duplicated", Scope.PAIR, "every message is announced and can be fetched twice", "in"),
    Kind(
        "mms.sender",
        Scope.PAIR,
        "messages arrive with another sender, or none",
        "out",
        {"number": Parameter("the sender shown instead, or none", f"none|{DIGITS}", "106550109988")},
    ),
)

_AT_RETRIEVAL: Final = (
    Kind(
        "mms.fetch_refused",
        Scope.PAIR,
        "what was announced cannot be fetched: HTTP 404, an M-Retrieve.conf with `status`, or one that says"
        " not found (226) as after expiry",
        "in",
        {
            "as": Parameter("404, status or expired", "404|status|expired", "404"),
            "status": Parameter(
                "X-Mms-Retrieve-Status: 192 to 194 (transient), 224 to 227 (permanent)", _RETRIEVE, "224"
            ),
        },
    ),
    Kind(
        "mms.expires_early",
        Scope.PAIR,
        "messages are gone (226) and reported as expired long before the expiry that was announced",
        "in",
        {"after": Parameter("seconds that they are kept, 1 to 99999", r"[1-9][0-9]{0,4}", "120")},
    ),
)

_CONTENT: Final = (
    Kind("mms.recompressed", Scope.PAIR, "pictures arrive smaller than they were sent", "out"),
    Kind(
        "mms.part_lost",
        Scope.PAIR,
        "the last part of a message with several is lost, its SMIL not counted",
        "out",
    ),
    Kind("mms.subject", Scope.PAIR, "every character of the subject outside ASCII arrives as '?'", "out"),
    Kind(
        "mms.text",
        Scope.PAIR,
        "text outside ASCII arrives marked as iso-8859-1, whatever it is",
        "out",
    ),
    Kind(
        "mms.truncated",
        Scope.PAIR,
        "parts are cut off beyond a size, all of them counted together",
        "out",
        {"size": Parameter("octets that arrive", _OCTETS, "102400")},
    ),
)

_REPORTS: Final = (
    Kind("mms.report_missing", Scope.PAIR, "the sender never gets a delivery report", "out"),
    Kind(
        "mms.report_false",
        Scope.PAIR,
        "retrieval is reported although the message vanished and was never announced",
        "in",
    ),
    Kind("mms.read_report_missing", Scope.PAIR, "read reports never come back to the sender", "out"),
)

MULTIMEDIA: Final = (*_TO_THE_MMSC, *_ON_THE_WAY, *_AT_RETRIEVAL, *_CONTENT, *_REPORTS)
