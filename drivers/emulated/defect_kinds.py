"""The defects as data: name, what it does, its parameters. `interop list defects` prints this.

There is none for a service centre that delivers a message twice, unchanged: a handset whose acknowledgement
was lost looks the same, and the modem driver calls that a trouble of our own equipment.
"""

from __future__ import annotations

from drivers.emulated.charging.kinds import CHARGING
from drivers.emulated.defect_kind import DIGITS, LATE, Kind, Parameter, Scope, after, cause
from drivers.emulated.mms.kinds import MULTIMEDIA
from interop.protocols.equipment import Injectable

_SERVICE = {"service": Parameter("voice or sms; without it both", "voice|sms")}
_PARTY = "controller|first|second"

_CALL_CONTROL = (
    Kind(
        "hold.unsubscribed",
        Scope.SUBSCRIBER,
        "the number lacks call hold: refused with 19 (subscription violation), or 50 (not subscribed)",
        own=cause(19),
    ),
    Kind("hold.not_applied", Scope.SUBSCRIBER, "hold is said done, but the held party goes on hearing"),
    Kind("hold.dropped", Scope.SUBSCRIBER, "a call that is held is cut", own=cause(41)),
    Kind("retrieve.refused", Scope.SUBSCRIBER, "a held call cannot be taken up again", own=cause(17)),
    Kind(
        "mpty.unsubscribed",
        Scope.SUBSCRIBER,
        "the number lacks multiparty: refused with 19 (subscription violation), or 50 (not subscribed)",
        own=cause(19),
    ),
    Kind("mpty.refused", Scope.SUBSCRIBER, "the network refuses to join calls", own=cause(29)),
    Kind("mpty.fake", Scope.SUBSCRIBER, "joining is said done, and nothing is joined"),
    Kind(
        "mpty.leg_dropped",
        Scope.SUBSCRIBER,
        "one party is cut off some seconds after calls were joined",
        own={
            "leg": Parameter("first or second call that was set up", "first|second", "second"),
            **after("in the conference", 3),
            **cause(41),
        },
    ),
    Kind("mpty.row", Scope.SUBSCRIBER, "joined as IMS does it: the modem lists a conference as one call"),
    Kind(
        "media.oneway",
        Scope.SUBSCRIBER,
        "in all calls: nobody hears the subject (out), or the subject hears nobody (in)",
        own={"direction": Parameter("out or in", "out|in", "out")},
    ),
    Kind(
        "media.silent",
        Scope.SUBSCRIBER,
        "in conferences of the subject one party is not heard by another",
        own={
            "speaker": Parameter("who: controller, first or second call set up; without it each", _PARTY),
            "listener": Parameter("by whom: controller, first or second; without it each", _PARTY),
        },
    ),
    Kind(
        "notices.missing",
        Scope.PAIR,
        "what one party does to a call (hold, retrieve, join, forward ...) is not told to the other",
        "out",
    ),
    Kind("transfer.refused", Scope.SUBSCRIBER, "the network refuses explicit transfer", own=cause(19)),
    Kind("waiting.unsubscribed", Scope.SUBSCRIBER, "call waiting cannot be switched on", own=cause(19)),
    Kind("waiting.busy", Scope.SUBSCRIBER, "a second caller hears busy although call waiting is on"),
    Kind("forwarding.refused", Scope.SUBSCRIBER, "forwarding cannot be registered", own=cause(19)),
    Kind(
        "forwarding.ignored", Scope.SUBSCRIBER, "forwarding is registered, and calls ring here all the same"
    ),
    Kind(
        "forwarding.cli_lost",
        Scope.SUBSCRIBER,
        "calls that the subject forwards show no number where they arrive (CLI validity 2)",
    ),
)

_ROWS = (
    Kind(
        "route.missing",
        Scope.PAIR,
        "no route: calls end with cause 3; messages are taken, never delivered and reported as failed (43)",
        "in",
        _SERVICE,
    ),
    Kind(
        "route.unassigned",
        Scope.PAIR,
        "taken for an empty number: calls end with cause 1; messages are reported as failed (49)",
        "in",
        _SERVICE,
    ),
    Kind("clip.missing", Scope.PAIR, "the caller's number is not shown (CLI validity 2)", "out"),
    Kind(
        "clip.wrong",
        Scope.PAIR,
        "another number is shown as caller",
        "out",
        {"number": Parameter("the number shown instead", DIGITS, "01088880000")},
    ),
    Kind("clip.doubled86", Scope.PAIR, "the caller is shown with the country code twice", "out"),
    Kind("clip.type", Scope.PAIR, "the caller's national digits are marked as international", "out"),
    Kind(
        "release.masked",
        Scope.PAIR,
        "busy, refused, unanswered or absent reaches the caller as another cause",
        "in",
        cause(31),
    ),
    Kind("call.silent", Scope.PAIR, "the caller hears ringing but the called phone never rings", "in"),
    Kind(
        "call.dropped",
        Scope.PAIR,
        "the call is cut some seconds after the answer (cause 41)",
        "both",
        after("of talk", 3),
    ),
    Kind(
        "call.barred",
        Scope.SUBSCRIBER,
        "outgoing calls are barred (cause 8), emergency calls excepted",
        own=cause(8),
    ),
    *_CALL_CONTROL,
    Kind("report.dropped", Scope.PAIR, "messages arrive but the sender never gets a status report", "out"),
    Kind("report.false", Scope.PAIR, "delivery is reported although nothing is delivered", "in"),
    Kind("sms.lost", Scope.PAIR, "messages are taken and vanish: no delivery, no report", "in"),
    Kind("sms.refused", Scope.PAIR, "the service centre refuses the message", "out", cause(21)),
    Kind(
        "sms.sender",
        Scope.PAIR,
        "messages arrive with another sender",
        "out",
        {"number": Parameter("the sender shown instead", DIGITS, "106550109988")},
    ),
    Kind("sms.text", Scope.PAIR, "every character outside ASCII arrives as '?'", "out"),
    Kind("sms.barred", Scope.SUBSCRIBER, "sending messages is barred", own=cause(8)),
    Kind(
        "plmn.foreign",
        Scope.SUBSCRIBER,
        "registers as roaming at home: the network says so (core), or the card lacks EF_EHPLMN (card; only an"
        " IMSI of another PLMN than the network's, such as 46009, notices)",
        own={"mode": Parameter("core or card", "core|card", "core")},
    ),
    Kind("registration.barred", Scope.SUBSCRIBER, "registration is denied (+CREG: 3): no service at all"),
    Kind(
        "hotline.empty",
        Scope.SUBSCRIBER,
        "the subject's customer-service number ends as an empty number, whoever calls it",
        own=cause(1),
    ),
    Kind(
        "free.unreachable",
        Scope.SUBSCRIBER,
        "the free operator numbers (10086, 10010, 10000) cannot be reached",
        own={"number": Parameter("one of these numbers; without it all", r"\d{3,6}"), **cause(3)},
    ),
    Kind("site.format", Scope.SITE, "the form says the number is not a valid phone number"),
    Kind("site.policy", Scope.SITE, "the form says it does not serve virtual operators"),
    Kind("site.opaque", Scope.SITE, "the form refuses without saying why"),
    Kind("site.down", Scope.SITE, "the form or label service answers 503 for everything"),
    Kind(
        "label.marked",
        Scope.SITE,
        "the label service marks the number",
        own={"text": Parameter("the label", default="骚扰电话")},
    ),
    Kind(
        "site.code_elsewhere",
        Scope.SITE,
        "the form accepts the number and sends the code to another one",
        own={"receiver": Parameter("that number; without it the next subscriber's", r"1[0-9]{10}")},
    ),
    Kind("site.code_wrong", Scope.SITE, "the code that is sent is not the one that the site remembers"),
    Kind("site.code_not_sent", Scope.SITE, "the form says that a code was sent, and nothing leaves"),
    Kind(
        "site.code_late",
        Scope.SITE,
        "the site hands the code to its gateway beyond the code's life",
        own=LATE,
    ),
    Kind(
        "gateway.segment",
        Scope.GATEWAY,
        "the gateway's table lacks the number: refused with CMPP 13, SGIP 23, SMGP 58, SMPP 0B",
        own={"code": Parameter("another result code: SGIP 6, SMGP 47 or 65; 1 to 99", r"[1-9][0-9]?")},
    ),
    Kind(
        "gateway.throttled",
        Scope.GATEWAY,
        "refused as too much: CMPP 8, SGIP 33, SMGP 1, SMPP 58 (hex)",
    ),
    Kind("gateway.dropped", Scope.GATEWAY, "the gateway takes messages and loses them, without a report"),
    Kind("smsc.dropped", Scope.GATEWAY, "as gateway.dropped, but in the service centre behind the gateway"),
    Kind(
        "smsc.late",
        Scope.GATEWAY,
        "the service centre takes messages at once (TP-SCTS) and forwards them beyond the life of a code",
        own=LATE,
    ),
    Kind("gateway.false_report", Scope.GATEWAY, "DELIVRD is reported although nothing is delivered"),
    Kind("gateway.report_missing", Scope.GATEWAY, "messages arrive and are never reported"),
    Kind("gateway.undelivered_report", Scope.GATEWAY, "UNDELIV is reported although messages arrive"),
    Kind(
        "gateway.late",
        Scope.GATEWAY,
        "messages lie in the gateway's queue beyond the life of a code (TP-SCTS is when they leave it)",
        own=LATE,
    ),
    Kind(
        "gateway.sender_cut",
        Scope.GATEWAY,
        "the sender arrives without its last digits",
        own={"digits": Parameter("how many are lost, 1 to 19", r"1?[1-9]|10", "2")},
    ),
    Kind(
        "gateway.sender_rewritten",
        Scope.GATEWAY,
        "messages arrive with another sender",
        own={"number": Parameter("the sender shown instead", DIGITS, "106550109988")},
    ),
    Kind("gateway.text", Scope.GATEWAY, "every character outside ASCII arrives as '?'"),
    Kind(
        "gateway.encoding",
        Scope.GATEWAY,
        "texts go out in the wrong coding: UCS2 with its octets swapped, 7 bit text as UCS2",
    ),
    Kind(
        "gateway.part_lost",
        Scope.GATEWAY,
        "one part of every long message is lost",
        own={"part": Parameter("its number, 1 to 255", r"[1-9][0-9]{0,2}", "2")},
    ),
    Kind("gateway.parts_reordered", Scope.GATEWAY, "the first part of a long message comes last"),
    Kind("gateway.duplicate", Scope.GATEWAY, "every message is delivered twice"),
    Kind(
        "gateway.reply_lost", Scope.GATEWAY, "what handsets write to the account's number vanishes on its way"
    ),
    Kind("gateway.reply_text", Scope.GATEWAY, "replies arrive with every character outside ASCII as '?'"),
    *MULTIMEDIA,
    *CHARGING,
    *(
        Kind(
            f"sim.{file}",
            Scope.SUBSCRIBER,
            f"the card holds another {words} than the lab file says",
            own={"value": Parameter(f"the {words} on the card; without it a plausible other one")},
        )
        for file, words in (
            ("imsi", "IMSI"),
            ("iccid", "ICCID"),
            ("msisdn", "own number"),
            ("spn", "service provider name"),
            ("smsc", "service centre address"),
        )
    ),
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.name: kind for kind in _ROWS}


def listing() -> list[Injectable]:
    """All defects with their parameters, as `interop list defects` shows them."""
    return [
        Injectable(
            kind.name,
            {
                name: item.text + (f" (default {item.default})" if item.default else "")
                for name, item in kind.parameters.items()
            },
            kind.effect + (f"; direction {kind.direction} unless said" if kind.direction else ""),
        )
        for kind in _ROWS
    ]
