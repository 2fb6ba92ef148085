"""APDUs to the emulated UICC: SELECT, READ, UPDATE, GET RESPONSE, STATUS, VERIFY (ETSI TS 102 221 11)."""

from __future__ import annotations

from typing import Final

from drivers.emulated.card import (
    EXACT_LENGTH,
    NOT_FOUND,
    OK,
    PIN_TRIES,
    PUK_TRIES,
    READ_BINARY,
    READ_RECORD,
    UNKNOWN_INS,
    UPDATE_BINARY,
    UPDATE_RECORD,
    USIM_AID,
    WRONG_LENGTH,
    WRONG_P1P2,
    Card,
    File,
)
from interop.uicc import GSM, MF, TELECOM, USIM

NO_CONDITION: Final = 0x6985
NO_FILE: Final = 0x6986
WRONG_CLASS: Final = 0x6E00
NOT_FOUND_SIM: Final = 0x9404
RESPONSE: Final = 0x6100
RESPONSE_SIM: Final = 0x9F00
TRIES_LEFT: Final = 0x63C0
PIN_BLOCKED: Final = 0x6983
PIN2: Final = 0x81
"""key reference of the second PIN, which guards no file here (102 221 table 9.3)"""


class Channel:
    """The basic logical channel of a card: what is selected, and the answer that GET RESPONSE fetches.

    T=0 as cards speak it: a command of case 4 is answered 61xx (9Fxx in CLA A0), READ with a wrong
    length 6Cxx.
    """

    def __init__(self, card: Card) -> None:
        self._card = card
        self._directory = MF
        self._file: File | None = None
        self._response = b""

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Answer and status word of one command APDU, with or without Le."""
        cla, ins, p1, p2 = apdu[:4]
        p3, data = (apdu[4], apdu[5:]) if len(apdu) > 4 else (0, b"")
        gsm = cla == 0xA0
        if cla not in (0x00, 0x80, 0xA0):
            return b"", WRONG_CLASS
        match ins:
            case 0xA4:
                return self._select(p1, p2, data[:p3], gsm)
            case 0xC0:
                if not self._response:
                    return b"", NO_CONDITION
                return self._response[: p3 or len(self._response)], OK
            case 0xF2:
                header = self._directory_header(gsm)
                return (header[:p3], OK) if 0 < p3 <= len(header) else (b"", EXACT_LENGTH | len(header))
            case 0x20:
                return b"", self._verify(p2, data[:p3])
            case 0x2C if not p3:
                return b"", TRIES_LEFT | (PUK_TRIES if p2 == PIN2 else self._card.puk_tries)
        if self._file is None:
            known = ins in (READ_BINARY, READ_RECORD, UPDATE_BINARY, UPDATE_RECORD)
            return b"", (NO_FILE if known else UNKNOWN_INS)
        return self._card.access(self._file, ins, p1, p2, p3, data[:p3])

    def _select(self, p1: int, p2: int, data: bytes, gsm: bool) -> tuple[bytes, int]:
        missing = b"", (NOT_FOUND_SIM if gsm else NOT_FOUND)
        if p1 == 4:
            if gsm or len(data) < 5 or not USIM_AID.startswith(data):
                return missing
            self._directory, self._file = USIM, None
        elif p1 in (0, 8, 9):
            steps = [data[at : at + 2].hex().upper() for at in range(0, len(data), 2)]
            if not steps or len(data) % 2:
                return b"", WRONG_LENGTH
            before = self._directory, self._file
            if p1 == 8:
                self._directory, self._file = MF, None
            if not all(self._step(step) for step in steps):
                self._directory, self._file = before
                return missing
        else:
            return b"", WRONG_P1P2
        if self._file is None:
            self._response = self._directory_header(gsm)
        else:
            self._response = self._file.status.encode_sim() if gsm else self._file.status.encode_fcp()
        if p2 & 0x0C == 0x0C and not gsm:
            return b"", OK
        return b"", (RESPONSE_SIM if gsm else RESPONSE) | len(self._response)

    def _step(self, name: str) -> bool:
        if name in (MF, TELECOM, GSM, USIM):
            self._directory, self._file = name, None
            return True
        found = self._card.file(int(name, 16), self._directory)
        if found is not None:
            self._file = found
        return found is not None

    def _directory_header(self, gsm: bool) -> bytes:
        identifier = bytes.fromhex(self._directory)
        if gsm:
            kind = 1 if self._directory == MF else 2
            locked = 0x00 if self._card.pin_enabled else 0x80
            counters = bytes((0x80 | self._card.tries, 0x8A, 0x83, 0x8A))
            return b"\0\0\0\0" + identifier + bytes((kind, 0, 0, 0, 0, 0, 9, locked, 3, 12, 4, 0)) + counters
        application = b"\x84\x10" + USIM_AID if self._directory == USIM else b""
        enabled = 0x80 if self._card.pin_enabled else 0x00
        body = b"\x82\x02\x78\x21\x83\x02" + identifier + application + b"\x8a\x01\x05\x8b\x03\x2f\x06\x01"
        body += bytes((0xC6, 6, 0x90, 1, enabled, 0x83, 1, 1))
        return bytes((0x62, len(body))) + body

    def _verify(self, which: int, data: bytes) -> int:
        """An empty VERIFY asks how many tries are left, whether the PIN is needed or not (102 221 11.1.9)."""
        card = self._card
        if which == PIN2:
            return TRIES_LEFT | PIN_TRIES if not data else NO_CONDITION
        if card.blocked:
            return PIN_BLOCKED
        if not data:
            return TRIES_LEFT | card.tries
        return OK if card.verify(data.rstrip(b"\xff").decode("latin-1")) else TRIES_LEFT | card.tries
