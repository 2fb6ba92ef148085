"""T=0 to the letter: which TPDUs one command takes (ETSI TS 102 221 7.3.1.1, annex C.1).

Pure: a generator that yields TPDUs and is sent what the card said. Cards differ in what they make of anything
that is not exact (sims.md 9), so case 1 has P3=00, case 4 no Le, GET RESPONSE the length that was announced.
Readers differ, too: some do GET RESPONSE themselves and give data with 9000 (MddIdd/mdd-sim-gateway 52).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from interop.uicc.errors import EfError
from interop.uicc.statuswords import OK
from interop.uicc.tlv import decode_tlv

Reply = tuple[bytes, int]
"""octets and status word"""

SIM: Final = 0xA0
UICC: Final = 0x00

SELECT: Final = 0xA4
READ_BINARY: Final = 0xB0
READ_RECORD: Final = 0xB2
GET_RESPONSE: Final = 0xC0
UPDATE_BINARY: Final = 0xD6
UPDATE_RECORD: Final = 0xDC
VERIFY: Final = 0x20
AUTHENTICATE: Final = 0x88
FETCH: Final = 0x12
TERMINAL_RESPONSE: Final = 0x14

_PINS: Final = frozenset((VERIFY, 0x24, 0x26, 0x28, 0x2C))
"""sent once, whatever the card says: a try may be spent"""
_WITH_ANSWER: Final = frozenset((SELECT, AUTHENTICATE, 0x89, 0xA2, 0xCB))
"""case 4, so that there may be data behind a warning: ... SEARCH RECORD, RETRIEVE DATA"""
_MOST_ROUNDS: Final = 256
"""61xx after 61xx: an answer of 64 KiB"""
_MOST_LENGTHS: Final = 2
_MOST_PROACTIVE: Final = 16


def tpdu(apdu: bytes) -> bytes:
    """A short command APDU (ISO/IEC 7816-3 12.1) as T=0 carries it. Raises ValueError for anything else.

    >>> tpdu(bytes.fromhex("00A40004023F0000")).hex()
    '00a40004023f00'
    >>> tpdu(bytes.fromhex("0020000A")).hex()
    '0020000a00'
    """
    if len(apdu) == 4:
        return apdu + b"\x00"
    if len(apdu) == 5 or (len(apdu) > 5 and len(apdu) == 5 + apdu[4]):
        return apdu
    if len(apdu) > 6 and len(apdu) == 6 + apdu[4]:
        return apdu[:-1]
    raise ValueError(f"{len(apdu)} octets are no command: CLA INS P1 P2, then Lc and its data, or Le")


def whole(command: bytes) -> Generator[bytes, Reply, Reply]:
    """All of one command, a TPDU: what the card answered to it, and how it ended.

    Asked again with the right length after 6Cxx (67xx of a SIM), GET RESPONSE after 61xx and 9Fxx and, where
    data may stand behind it, after a warning; proactive commands (91xx) are fetched and answered with "beyond
    the terminal's capabilities" (TS 102 223 8.12.1), and the command has then ended with 9000.
    """
    cla, ins = command[:2]
    data, sw = yield from _exact(command)
    rounds = 0
    while sw >> 8 in (0x61, 0x9F) and rounds < _MOST_ROUNDS:
        piece, sw = yield from _exact(_get_response(cla, sw & 0xFF))
        data += piece
        rounds += 1
    if sw >> 8 in (0x62, 0x63) and ins in _WITH_ANSWER and not data:
        # it gives no length, so the card is asked for it by P3=00
        piece, end = yield from _exact(_get_response(cla, 0))
        data = piece if end == OK else b""
    if sw >> 8 == 0x91:
        yield from _proactive(cla, sw)
        sw = OK
    return data, sw


def _exact(command: bytes) -> Generator[bytes, Reply, Reply]:
    """6Cxx asks for another length; twice, for cards whose first one is wrong, too."""
    data, sw = yield command
    for _ in range(_MOST_LENGTHS):
        other = sw >> 8 == 0x6C or (sw >> 8 == 0x67 and command[0] == SIM and sw != 0x6700)
        if not other or len(command) != 5 or command[1] in _PINS:
            break
        data, sw = yield command[:4] + bytes((sw & 0xFF,))
    return data, sw


def _get_response(cla: int, length: int) -> bytes:
    """On the channel of the command, whose class may be 80 (102 221 tables 10.1 to 10.4a)."""
    if cla != SIM:
        cla = 0x40 | cla & 0x0F if cla & 0x40 else cla & 0x03
    return bytes((cla, GET_RESPONSE, 0, 0, length))


def _proactive(cla: int, sw: int) -> Generator[bytes, Reply, None]:
    """The command before is done: whatever goes wrong here is no trouble of its."""
    own = SIM if cla == SIM else 0x80
    for _ in range(_MOST_PROACTIVE):
        command, end = yield from _exact(bytes((own, FETCH, 0, 0, sw & 0xFF)))
        if end != OK:
            return
        # command details as they are, from the terminal (82) to the UICC (81), result 30
        response = b"\x81\x03" + _details(command) + b"\x82\x02\x82\x81\x83\x01\x30"
        _, sw = yield bytes((own, TERMINAL_RESPONSE, 0, 0, len(response))) + response
        if sw >> 8 != 0x91:
            return


def _details(command: bytes) -> bytes:
    """Number, type and qualifier of a proactive command (102 223 8.6); zeros where it has none to be read."""
    file = "proactive command"
    try:
        for _, start, end in decode_tlv(command, 0, len(command), file):
            for tag, begin, stop in decode_tlv(command, start, end, file):
                if tag & 0x7F == 0x01 and stop - begin == 3:
                    return command[begin:stop]
    except EfError:
        pass
    return b"\0\0\0"
