"""Status words of a UICC (ETSI TS 102 221 10.2, 3GPP TS 31.102 7.3), and of a SIM instead (TS 51.011 9.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OK: Final = 0x9000
RESPONSE: Final = 0x6100
PROACTIVE: Final = 0x9100
RESPONSE_SIM: Final = 0x9F00
NOTHING_FOUND: Final = 0x6282
DEACTIVATED: Final = 0x6283
TRIES_LEFT: Final = 0x63C0
WORN: Final = 0x6581
WRONG_LENGTH: Final = 0x6700
NO_CHANNEL: Final = 0x6881
NO_SECURE_MESSAGING: Final = 0x6882
WRONG_STRUCTURE: Final = 0x6981
NO_ACCESS: Final = 0x6982
BLOCKED: Final = 0x6983
INVALIDATED: Final = 0x6984
NO_CONDITION: Final = 0x6985
NO_FILE: Final = 0x6986
WRONG_DATA: Final = 0x6A80
NO_FUNCTION: Final = 0x6A81
NOT_FOUND: Final = 0x6A82
NO_RECORD: Final = 0x6A83
WRONG_P1P2: Final = 0x6A86
NO_REFERENCE: Final = 0x6A88
OUT_OF_FILE: Final = 0x6B00
EXACT_LENGTH: Final = 0x6C00
UNKNOWN_INS: Final = 0x6D00
UNKNOWN_CLASS: Final = 0x6E00
TECHNICAL: Final = 0x6F00
WRONG_MAC: Final = 0x9862
NO_CONTEXT: Final = 0x9864

SIM_WORDS: Final[Mapping[int, int]] = {
    NO_FILE: 0x9400,
    OUT_OF_FILE: 0x9402,
    NO_RECORD: 0x9402,
    NOT_FOUND: 0x9404,
    WRONG_STRUCTURE: 0x9408,
    NO_ACCESS: 0x9804,
    INVALIDATED: 0x9810,
    BLOCKED: 0x9840,
    WORN: 0x9240,
    NO_REFERENCE: 0x9802,
    NO_CONDITION: 0x9808,
    WRONG_P1P2: 0x6B00,
}
"""what CLA A0 is told instead; 63Cx becomes 9804, which tells no number (51.011 9.4.5)"""


def for_sim(sw: int) -> int:
    """The status word in CLA A0 for what a UICC would say."""
    if sw & 0xFFF0 == TRIES_LEFT:
        return 0x9804 if sw & 0xF else 0x9840
    if sw & 0xFF00 == EXACT_LENGTH:
        return WRONG_LENGTH | sw & 0xFF
    return SIM_WORDS.get(sw, sw)
