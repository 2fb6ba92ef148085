"""What a card means by its status word (ETSI TS 102 221 10.2.1, 3GPP TS 31.102 7.3, TS 51.011 9.4)."""

from __future__ import annotations

from typing import Final

OK: Final = 0x9000
UNKNOWN_KEY: Final = 0x6A88
BLOCKED: Final = 0x6983

# Of the two classes, in this order: CLA 00, CLA A0
NO_SUCH_FILE: Final = (0x6A82, 0x9404)
LOCKED: Final = (0x6982, 0x9804)
"""a key has to be given first"""

_MEANINGS: Final = {
    0x6281: "part of the data may be corrupted",
    0x6282: "the file ends before that",
    0x6283: "the file is deactivated",
    0x6285: "the file is terminated",
    0x6581: "memory problem: the card may be worn out",
    0x6700: "wrong length",
    0x6881: "logical channel not supported",
    0x6981: "wrong structure of file for this command",
    0x6982: "a key has to be given first",
    0x6983: "the key is blocked",
    0x6984: "deactivated",
    0x6985: "conditions of use not satisfied",
    0x6986: "no file is selected",
    0x6A80: "wrong data",
    0x6A81: "function not supported",
    0x6A82: "no such file",
    0x6A83: "no such record",
    0x6A84: "not enough memory in the file",
    0x6A86: "wrong P1 or P2",
    0x6A88: "no such key or data",
    0x6B00: "outside the file",
    0x6D00: "no such instruction",
    0x6E00: "no such class",
    0x6F00: "technical problem",
    0x9240: "memory problem: the card may be worn out",
    0x9400: "no file is selected",
    0x9402: "outside the file",
    0x9404: "no such file",
    0x9408: "wrong structure of file for this command",
    0x9802: "no such key",
    0x9804: "a key has to be given first, or it was wrong",
    0x9808: "in contradiction with the state of the key",
    0x9810: "the file is invalidated",
    0x9840: "the key is blocked",
    0x9862: "wrong MAC: the keys differ",
    0x9864: "security context not supported",
}


def meaning(sw: int) -> str:
    """In words, "" for one that is not listed.

    >>> meaning(0x63C2)
    '2 tries left'
    """
    if sw & 0xFFF0 == 0x63C0:
        return f"{sw & 0x0F} tries left"
    return _MEANINGS.get(sw, "")


def retried(sw: int) -> bool:
    """Written, after the card had to try more than once: the memory wears out (63Cx, and 920x of a SIM)."""
    return sw & 0xFFF0 in (0x63C0, 0x9200) and sw & 0x0F != 0
