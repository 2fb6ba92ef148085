"""Network codes -> first guess of layer and cause, as data (reference: verdicts.md section 5).

A guess is where to look first, not a judgement: the contrast with an ordinary SIM decides whether the
segment is to blame. Codes that speak of our own side of the air give an InconcReason instead.
"""

from __future__ import annotations

from interop.record.verdict import Cause, InconcReason, Layer

Blame = tuple[Layer, Cause]

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

REPORT_CODES_OF_OURS = frozenset({0x21, 0x25, 0x61, 0x65})
"""SME busy, error in SME: what the service centre heard from the receiving phone, which is ours."""


def of_release(cause: int | None) -> Blame:
    """What a call's release cause accuses first; an unknown or missing one accuses the core."""
    if cause is None:
        return (Layer.CORE, Cause.NETWORK_FAILURE)
    return RELEASE_CAUSES.get(cause, (Layer.CORE, Cause.NETWORK_FAILURE))


def of_message_refusal(code: int | None) -> Blame:
    """What a +CMS ERROR below 256 accuses first."""
    if code is None:
        return (Layer.CORE, Cause.MESSAGE_REFUSED)
    return MESSAGE_CODES.get(code, (Layer.CORE, Cause.MESSAGE_REFUSED))


def of_report(status: int) -> Blame:
    """What a failed TP-Status accuses first."""
    return REPORT_CODES.get(status, (Layer.INTERCONNECT, Cause.MESSAGE_LOST))
