"""Network codes -> first guess of layer and cause, as data (reference: verdicts.md section 5).

A guess is where to look first, not a judgement: the contrast with an ordinary SIM decides whether the
segment is to blame. Codes that speak of our own side of the air give an InconcReason instead.
"""

from __future__ import annotations

import re

from interop.record.verdict import Blame, Cause, InconcReason, Layer

# 3GPP TS 24.008 table 10.5.123 / annex H, as +CEER or a dialect's release event gives it.
RELEASE_CAUSES: dict[int, Blame] = {
    1: (Layer.INTERCONNECT, Cause.NUMBER_UNASSIGNED),
    3: (Layer.INTERCONNECT, Cause.NO_ROUTE),
    8: (Layer.SUBSCRIPTION, Cause.CALL_BARRED),
    10: (Layer.SUBSCRIPTION, Cause.CALL_BARRED),
    17: (Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED),  # "busy", "rejected" by a phone that never rang
    18: (Layer.INTERCONNECT, Cause.SUBSCRIBER_ABSENT),
    19: (Layer.INTERCONNECT, Cause.SUBSCRIBER_ABSENT),
    20: (Layer.INTERCONNECT, Cause.SUBSCRIBER_ABSENT),
    21: (Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED),
    27: (Layer.INTERCONNECT, Cause.NETWORK_FAILURE),
    28: (Layer.INTERCONNECT, Cause.NUMBER_UNASSIGNED),
    31: (Layer.INTERCONNECT, Cause.NETWORK_FAILURE),
    34: (Layer.CORE, Cause.CONGESTION),
    38: (Layer.CORE, Cause.NETWORK_FAILURE),
    41: (Layer.CORE, Cause.NETWORK_FAILURE),
    42: (Layer.CORE, Cause.CONGESTION),
    47: (Layer.CORE, Cause.CONGESTION),
    50: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
    57: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
    58: (Layer.CORE, Cause.CONGESTION),
    69: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
}

# What +CEER says when the network refuses to hold, join, transfer or forward: 24.008 causes, and errors of
# supplementary services (24.080 4.3.1, values of 29.002 17.6) where a cause of 24.008 makes no sense there:
# bearer service (10) or teleservice (11) not provisioned, call barred (13), subscription violation (19).
# Not 30, which is a long term denial of call completion (29.002 RegisterCC-Entry) and nothing of these.
STEERING_CAUSES: dict[int, Blame] = {
    10: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
    11: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
    13: (Layer.SUBSCRIPTION, Cause.CALL_BARRED),
    19: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
    29: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
    50: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
    69: (Layer.CORE, Cause.SERVICE_NOT_SUBSCRIBED),
    34: (Layer.CORE, Cause.CONGESTION),
    42: (Layer.CORE, Cause.CONGESTION),
    47: (Layer.CORE, Cause.CONGESTION),
    63: (Layer.CORE, Cause.CONGESTION),
    127: (Layer.CORE, Cause.CONGESTION),
}

# Of these it is our own modem that did wrong: 24.008 81 and 95..101 (invalid, or not in this state), and of
# 24.080 illegal equipment (12), data missing (35) or unexpected (36).
STEERING_CODES_OF_OURS = frozenset({12, 35, 36, 81, *range(95, 102)})

# +CMS ERROR (27.005 3.2.5; 0..127 are 24.011 annex E-2, 128..255 are TP-FCS of 23.040 9.2.3.22).
MESSAGE_CODES: dict[int, Blame] = {
    1: (Layer.INTERCONNECT, Cause.NUMBER_UNASSIGNED),
    8: (Layer.SUBSCRIPTION, Cause.MESSAGE_BARRED),
    10: (Layer.SUBSCRIPTION, Cause.MESSAGE_BARRED),
    17: (Layer.CORE, Cause.NETWORK_FAILURE),
    21: (Layer.INTERCONNECT, Cause.MESSAGE_REFUSED),
    22: (Layer.CORE, Cause.CONGESTION),
    27: (Layer.INTERCONNECT, Cause.SUBSCRIBER_ABSENT),
    28: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
    29: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
    30: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
    38: (Layer.CORE, Cause.NETWORK_FAILURE),
    41: (Layer.CORE, Cause.NETWORK_FAILURE),
    42: (Layer.CORE, Cause.CONGESTION),
    47: (Layer.CORE, Cause.CONGESTION),
    50: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
    69: (Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),
}

# Our equipment, our card, our coverage: +CMS ERROR 300..., what 24.011 and 23.040 say of a malformed TPDU or
# of a handset (SIM full, error in MS), +CME ERROR. After a network time-out nobody knows what became of it.
MESSAGE_CODES_OF_OURS: dict[int, InconcReason] = {
    81: InconcReason.MODEM,
    **dict.fromkeys(range(95, 100), InconcReason.MODEM),
    208: InconcReason.SIM,
    209: InconcReason.SIM,
    **dict.fromkeys(range(210, 214), InconcReason.MODEM),
    **dict.fromkeys(range(300, 310), InconcReason.MODEM),
    **dict.fromkeys(range(310, 323), InconcReason.SIM),
    330: InconcReason.MODEM,
    331: InconcReason.COVERAGE,
    332: InconcReason.INDETERMINATE,
    500: InconcReason.MODEM,
}
EQUIPMENT_CODES_OF_OURS: dict[int, InconcReason] = {
    **dict.fromkeys(range(0, 10), InconcReason.MODEM),
    **dict.fromkeys(range(10, 19), InconcReason.SIM),
    30: InconcReason.COVERAGE,
    31: InconcReason.INDETERMINATE,
}

# TP-Status of a STATUS-REPORT (23.040 9.2.3.15): 0x2X still trying, 0x4X permanent, 0x6X given up.
REPORT_CODES: dict[int, Blame] = {
    0x20: (Layer.INTERCONNECT, Cause.CONGESTION),
    0x22: (Layer.INTERCONNECT, Cause.SUBSCRIBER_ABSENT),
    0x23: (Layer.INTERCONNECT, Cause.MESSAGE_REFUSED),
    0x40: (Layer.INTERCONNECT, Cause.NETWORK_FAILURE),
    0x41: (Layer.INTERCONNECT, Cause.NO_ROUTE),
    0x42: (Layer.INTERCONNECT, Cause.MESSAGE_REFUSED),
    0x43: (Layer.INTERCONNECT, Cause.NO_ROUTE),
    0x45: (Layer.INTERCONNECT, Cause.NO_ROUTE),
    0x49: (Layer.INTERCONNECT, Cause.NUMBER_UNASSIGNED),
    0x60: (Layer.INTERCONNECT, Cause.CONGESTION),
    0x62: (Layer.INTERCONNECT, Cause.SUBSCRIBER_ABSENT),
    0x63: (Layer.INTERCONNECT, Cause.MESSAGE_REFUSED),
}

# Results of a submission to a gateway, and SGIP's errors in a report (china.md 7.3; words in
# interop.gateway.results). By the standards gateways route by tables of segments that operators must extend:
# what says "no such number" or "no route" accuses those tables, not the number.
_TABLE: Blame = (Layer.GATEWAY, Cause.NUMBER_REFUSED)
_ROUTE: Blame = (Layer.GATEWAY, Cause.NO_ROUTE)
_BUSY: Blame = (Layer.GATEWAY, Cause.THROTTLED)
_FAILED: Blame = (Layer.GATEWAY, Cause.NETWORK_FAILURE)
_CONTENT: Blame = (Layer.GATEWAY, Cause.CONTENT_REFUSED)
GATEWAY_CODES: dict[str, dict[int, Blame]] = {
    "CMPP": {8: _BUSY, 9: _TABLE, 12: _TABLE, 13: _TABLE},
    "SGIP": {
        6: _TABLE,
        11: _BUSY,
        21: _ROUTE,
        22: _ROUTE,
        23: _ROUTE,
        24: _TABLE,
        25: (Layer.CORE, Cause.SUBSCRIBER_ABSENT),
        27: (Layer.CORE, Cause.SERVICE_NOT_SUBSCRIBED),
        29: (Layer.CORE, Cause.NUMBER_UNASSIGNED),
        30: (Layer.CORE, Cause.SERVICE_NOT_SUBSCRIBED),
        32: _FAILED,
        33: _BUSY,
    },
    "SMGP": {
        1: _BUSY,
        39: _ROUTE,
        42: _ROUTE,
        47: _TABLE,
        48: _TABLE,
        58: _ROUTE,
        62: _ROUTE,
        65: _TABLE,
        66: _TABLE,
    },
    "SMPP": {
        0x08: _FAILED,
        0x0B: _TABLE,
        0x14: _BUSY,
        0x45: _FAILED,
        0x50: _TABLE,
        0x51: _TABLE,
        0x58: _BUSY,
        0x64: (Layer.CORE, Cause.SUBSCRIBER_ABSENT),
        0x65: (Layer.CORE, Cause.MESSAGE_REFUSED),
        0x66: (Layer.CORE, Cause.MESSAGE_REFUSED),
        0xFE: (Layer.CORE, Cause.MESSAGE_REFUSED),
    },
}

# What a gateway has against our account or our PDU: it says nothing about the number.
GATEWAY_CODES_OF_OURS: dict[str, dict[int, InconcReason]] = {
    "CMPP": dict.fromkeys((*range(1, 8), 10, 11), InconcReason.DEVICE),
    "SGIP": {
        **dict.fromkeys((*range(1, 6), *range(7, 11)), InconcReason.DEVICE),
        **dict.fromkeys((26, 28, 31), InconcReason.MODEM),
    },
    "SMGP": dict.fromkeys(
        (2, *range(10, 13), *range(20, 23), *range(30, 39), 40, 41, *range(43, 47), 49, 56, 57, 59, 69,
         *range(72, 77)),
        InconcReason.DEVICE,
    ),
    "SMPP": dict.fromkeys(
        (*range(1, 8), 0x0A, *range(0x0C, 0x10), 0x15, 0x43, 0x48, 0x49, 0x53, 0x61, 0x62,
         *range(0xC0, 0xC5)),
        InconcReason.DEVICE,
    ),
}  # fmt: skip

# What a status report claims (CMPP 3.0 7.4.4.1, SMPP 3.4 appendix B); DELIVRD accuses nobody.
GATEWAY_STATES: dict[str, Blame] = {
    "ACCEPTD": (Layer.GATEWAY, Cause.MESSAGE_LOST),
    "EXPIRED": (Layer.CORE, Cause.SUBSCRIBER_ABSENT),
    "DELETED": (Layer.CORE, Cause.MESSAGE_LOST),
    "UNDELIV": (Layer.CORE, Cause.MESSAGE_REFUSED),
    "REJECTD": _CONTENT,
    "UNKNOWN": (Layer.CORE, Cause.MESSAGE_LOST),
}

# Vendors' codes as MA:0001: by who it was that failed (CMPP 3.0 7.4.4.1).
GATEWAY_STATE_PREFIXES: dict[str, Blame | InconcReason] = {
    "M": (Layer.CORE, Cause.MESSAGE_REFUSED),
    "C": (Layer.CORE, Cause.NETWORK_FAILURE),
    "D": (Layer.CORE, Cause.NETWORK_FAILURE),
    "I": _ROUTE,
    "S": InconcReason.DEVICE,
}
"""M the message centre, C charging, D the service platform, I the next gateway, S the provider: us"""

REPORT_CODES_OF_OURS = frozenset({0x21, 0x25, 0x61, 0x65})
"""SME busy, error in SME: what the service centre heard from the receiving phone, which is ours."""


def of_release(cause: int | None) -> Blame:
    """What a call's release cause accuses first; an unknown or missing one accuses the core."""
    if cause is None:
        return (Layer.CORE, Cause.NETWORK_FAILURE)
    return RELEASE_CAUSES.get(cause, (Layer.CORE, Cause.NETWORK_FAILURE))


def of_steering(cause: int | None, otherwise: Cause) -> Blame:
    """What a refusal to steer calls accuses first; `otherwise`: HOLD_REFUSED, CONFERENCE_REFUSED ..."""
    return STEERING_CAUSES.get(cause, (Layer.CORE, otherwise)) if cause else (Layer.CORE, otherwise)


def of_message_refusal(code: int | None) -> Blame:
    """What a +CMS ERROR below 256 accuses first."""
    if code is None:
        return (Layer.CORE, Cause.MESSAGE_REFUSED)
    return MESSAGE_CODES.get(code, (Layer.CORE, Cause.MESSAGE_REFUSED))


def of_report(status: int) -> Blame:
    """What a failed TP-Status accuses first."""
    return REPORT_CODES.get(status, (Layer.INTERCONNECT, Cause.MESSAGE_LOST))


def of_gateway_refusal(protocol: str, code: int | None) -> Blame | InconcReason:
    """What a gateway's refusal accuses first, or why it says nothing about the number.

    `protocol`: CMPP, SGIP, SMGP or SMPP. An unknown code of a vendor accuses the gateway.

    >>> of_gateway_refusal("SGIP", 23)
    (<Layer.GATEWAY: 'gateway'>, <Cause.NO_ROUTE: 'no_route'>)
    """
    if code is not None and (ours := GATEWAY_CODES_OF_OURS[protocol].get(code)):
        return ours
    unknown = (Layer.GATEWAY, Cause.MESSAGE_REFUSED)
    return unknown if code is None else GATEWAY_CODES[protocol].get(code, unknown)


def of_claim(state: str) -> Blame | InconcReason:
    """What a status report that does not claim delivery accuses: EXPIRED, MA:0001, UNDELIV:23 (SGIP), and
    TP-ST 41, which is a service centre's own (another modem as originator).
    """
    said, _, detail = state.upper().partition(":")
    if found := re.fullmatch(r"TP-ST ([0-9A-F]{2})", said):
        status = int(found[1], 16)
        return InconcReason.INDETERMINATE if status in REPORT_CODES_OF_OURS else of_report(status)
    if said == "UNDELIV" and detail.isdecimal():
        return of_gateway_refusal("SGIP", int(detail))
    if said in GATEWAY_STATES:
        return GATEWAY_STATES[said]
    unknown: Blame = (Layer.CORE, Cause.MESSAGE_LOST)
    return GATEWAY_STATE_PREFIXES.get(said[:1], unknown) if len(said) == 2 else unknown
