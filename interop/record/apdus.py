"""What may be written down of a card's commands and answers: all but its keys.

Hex digits in and out; a secret one becomes `*`, so that lengths stay. Instructions: ETSI TS 102 221 table
10.5, TS 102 222; answers of AUTHENTICATE: 3GPP TS 31.102 7.1.2.1, TS 51.011 8.16.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_HEADER: Final = 10
"""hex digits before the data of a command"""
_SW: Final = 4

_SECRET_DATA: Final = frozenset((
    0x20, 0x24, 0x26, 0x28, 0x2C,  # VERIFY, CHANGE, DISABLE, ENABLE, UNBLOCK PIN
    0xD6, 0xDC, 0xDB, 0xE2, 0xD4,  # UPDATE BINARY and RECORD, SET DATA, APPEND RECORD; keys of GRcard's SIMs
    0xD8, 0x99,  # PUT KEY of GlobalPlatform; keys of sysmoUSIM-GR1
))  # fmt: skip
"""Any file may be one with keys, and only whoever selected it knows which it is."""

_SELECT: Final = 0xA4
SECRET_ANSWER: Final = frozenset((0x88, 0x89, 0xB1, 0xB3, 0xCB))
"""AUTHENTICATE (RUN GSM ALGORITHM), READ of files whose name is in the data, RETRIEVE DATA"""

_AUTHENTICATED: Final = re.compile(
    r"DB(?:0[4-9A-F]|10)"  # success, and RES; its beginning, for an answer may come in pieces
    r"|04.{8}08.{16}.{4}$"  # SRES and Kc of GSM context
    r"|.{24}.{4}$",  # the two of RUN GSM ALGORITHM; whatever else has 12 octets looks the same
    re.IGNORECASE | re.DOTALL,
)


def command(octets: str) -> str:
    """A command with its data masked where that may be a key.

    >>> command("0020000A083132333435363738")
    '0020000A08****************'
    """
    try:
        instruction = int(octets[2:4], 16)
    except ValueError:
        return octets
    if instruction not in _SECRET_DATA:
        return octets
    return octets[:_HEADER] + "*" * len(octets[_HEADER:])


def answer(octets: str) -> str:
    """An answer, its status word last, of which nobody knows what was asked: masked where it may be that of
    AUTHENTICATE.

    >>> answer("DB04" + 8 * "A" + "10" + 32 * "B" + "10" + 32 * "C" + "9000")[-8:]
    '****9000'
    """
    return _hidden(octets) if _AUTHENTICATED.match(octets) else octets


def public(file_id: int) -> bool:
    """Whether it is known what this file holds, and that it is no key."""
    return file_id in _public()


class Conversation:
    """Commands and answers of one card in their order: here it is known what each answer answers.

    >>> said = Conversation()
    >>> said.command(bytes.fromhex("00A40004026F08")), said.answer(b"", 0x6120)
    ('00A40004026F08', '6120')
    >>> said.command(bytes.fromhex("00B0000021")), said.answer(bytes(33), 0x9000)[-8:]
    ('00B0000021', '****9000')
    """

    def __init__(self) -> None:
        self._known = False
        """the file that is selected is public"""
        self._secret = False
        """the answer to what was said last is"""

    def command(self, tpdu: bytes) -> str:
        _, instruction, p1, p2 = tpdu[:4].ljust(4, b"\0")
        if instruction == _SELECT:
            self._known = public(int.from_bytes(tpdu[-2:]))
        match instruction:
            case 0xB0:  # READ BINARY
                self._secret = p1 >= 0x80 or not self._known  # 80: by a short identifier, of whatever file
            case 0xB2:  # READ RECORD
                self._secret = p2 >= 0x08 or not self._known
            case 0xC0:
                pass  # GET RESPONSE: what was asked before
            case _:
                self._secret = instruction in SECRET_ANSWER
        return command(tpdu.hex().upper())

    def answer(self, data: bytes, sw: int) -> str:
        octets = f"{data.hex().upper()}{sw:04X}"
        return _hidden(octets) if self._secret else octets


def _hidden(octets: str) -> str:
    return "*" * (len(octets) - _SW) + octets[-_SW:]


@cache
def _public() -> frozenset[int]:
    # imported only where a card is spoken to: a report is drawn without it
    from interop.uicc.catalogue import FILES
    from interop.uicc.octets import SecretOctets
    from interop.uicc.registration import Kc, Keys

    secret = {ef.id for ef in FILES if ef.content in (SecretOctets, Kc, Keys)}
    return frozenset(ef.id for ef in FILES) - secret
