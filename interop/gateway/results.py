"""What the numbers in answers and reports of gateways say, in words.

CMPP 3.0 7.4.3.2 and 7.4.2.2; SGIP 1.2 appendix (also in yedamao/go_sgip constants.go); SMGP 3.0.3 appendix
(also in yedamao/go_smgp status.go); SMPP 3.4 5.1.3.

>>> meaning("CMPP", 13)
'13, illegal receiver number'
"""

from __future__ import annotations

from typing import Final

SUBMIT: Final[dict[str, dict[int, str]]] = {
    "CMPP": {
        1: "wrong message structure",
        2: "wrong command",
        3: "sequence number used twice",
        4: "wrong message length",
        5: "wrong fee code",
        6: "message too long",
        7: "wrong service code",
        8: "flow control",
        9: "this gateway does not serve the number that pays",
        10: "illegal source number",
        11: "illegal SP id",
        12: "illegal number that pays",
        13: "illegal receiver number",
    },
    "SGIP": {
        1: "illegal login",
        2: "logged in twice",
        3: "too many connections",
        4: "wrong login type",
        5: "wrong parameter format",
        6: "illegal mobile number",
        7: "wrong message id",
        8: "wrong message length",
        9: "illegal sequence number",
        10: "illegal operation",
        11: "node busy",
        21: "destination cannot be reached",
        22: "wrong route",
        23: "no route",
        24: "illegal number that pays",
        25: "user cannot be reached",
        26: "handset memory full",
        27: "handset takes no messages",
        28: "handset reports an error",
        29: "unknown user",
        30: "function not offered",
        31: "illegal equipment",
        32: "system failure",
        33: "queue full",
    },
    "SMGP": {
        1: "system busy",
        2: "too many connections",
        10: "wrong message structure",
        11: "wrong command",
        12: "sequence number used twice",
        20: "wrong IP address",
        21: "wrong authentication",
        22: "version too high",
        30: "illegal message type",
        31: "illegal priority",
        32: "illegal fee type",
        33: "illegal fee code",
        34: "illegal message format",
        35: "illegal time format",
        36: "illegal message length",
        37: "validity is over",
        39: "wrong route",
        40: "illegal monthly fee",
        42: "illegal route number",
        43: "illegal service code",
        44: "illegal validity",
        45: "illegal delivery time",
        46: "illegal source number",
        47: "illegal receiver number",
        48: "illegal number that pays",
        49: "illegal SP service code",
        56: "illegal source gateway",
        58: "no matching route",
        62: "illegal destination gateway",
        65: "illegal number range in the route",
        66: "illegal home province",
        69: "illegal SP id",
        73: "illegal service id",
        74: "not at this time of day",
        75: "daily limit exceeded",
        76: "account expired",
    },
    "SMPP": {
        0x01: "wrong message length",
        0x02: "wrong command length",
        0x03: "unknown command",
        0x04: "not bound for this command",
        0x05: "already bound",
        0x06: "illegal priority",
        0x07: "illegal registered delivery",
        0x08: "system error",
        0x0A: "illegal source address",
        0x0B: "illegal destination address",
        0x0C: "illegal message id",
        0x0D: "bind failed",
        0x0E: "wrong password",
        0x0F: "unknown system id",
        0x14: "queue full",
        0x15: "illegal service type",
        0x43: "illegal esm_class",
        0x45: "submission failed",
        0x48: "illegal source TON",
        0x49: "illegal source NPI",
        0x50: "illegal destination TON",
        0x51: "illegal destination NPI",
        0x53: "illegal system type",
        0x58: "throttled",
        0x61: "illegal delivery time",
        0x62: "illegal validity",
        0x64: "receiver: temporary error",
        0x65: "receiver: permanent error",
        0x66: "receiver: refused",
        0xC3: "optional parameter missing",
        0xC4: "illegal optional parameter",
        0xFE: "delivery failed",
        0xFF: "unknown error",
    },
}
"""protocol -> result of a submission -> words; in SGIP also the error of a report"""

CMPP_LOGIN: Final = {
    1: "wrong message structure",
    2: "illegal source address",
    3: "wrong authentication",
    4: "version too high",
}
"""the status of a CONNECT_RESP; the other protocols have one table for everything"""

SLOW_DOWN: Final[dict[str, frozenset[int]]] = {
    "CMPP": frozenset({8}),
    "SGIP": frozenset({11, 33}),
    "SMGP": frozenset({1}),
    "SMPP": frozenset({0x14, 0x58}),
}
"""refused for the moment, whatever the number: the same message may be handed over again, more slowly"""

UNREADABLE: Final = {"CMPP": 1, "SGIP": 5, "SMGP": 10, "SMPP": 0x01}
"""with what a request that cannot be read is answered"""


def meaning(protocol: str, code: int | None, *, login: bool = False) -> str:
    """Number and words: hexadecimal in SMPP, as its documents write it."""
    if code is None:
        return "without a code"
    number = f"0x{code:02X}" if protocol == "SMPP" else str(code)
    table = CMPP_LOGIN if login and protocol == "CMPP" else SUBMIT[protocol]
    return f"{number}, {table.get(code, 'a code of the vendor')}"
