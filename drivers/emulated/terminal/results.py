"""How a command ends when it does not end in OK, and the numbers and words of V.250 6.2.7 and 27.007 9.2."""

from __future__ import annotations

from functools import cache
from typing import Any

from interop.shipped import shipped

# V.250 table 1: what ATV0 says.
DIGITS = {
    "OK": "0",
    "CONNECT": "1",
    "RING": "2",
    "NO CARRIER": "3",
    "ERROR": "4",
    "NO DIALTONE": "6",
    "BUSY": "7",
    "NO ANSWER": "8",
}


@cache
def table(name: str) -> dict[int, str]:
    """`cme` (27.007 9.2), `cms` (27.005 3.2.5) or `causes` (24.008 table 10.5.123): code to words."""
    return dict(_data()[name])


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = shipped("drivers.emulated.terminal", "data", "codes.yaml")
    return loaded


class Ended(Exception):
    """A final result that is neither OK nor an error number: "NO CARRIER", "ERROR"."""

    def __init__(self, result: str) -> None:
        super().__init__(result)
        self.result = result

    def final(self, cmee: int) -> str:
        del cmee
        return self.result


class Refused(Ended):
    """+CME ERROR `code`; ERROR while +CMEE=0 (27.007 9.1). `words`: of codes that are a maker's own."""

    def __init__(self, code: int, words: str = "") -> None:
        super().__init__("ERROR")
        self.code = code
        self.words = words

    def final(self, cmee: int) -> str:
        if cmee == 0:
            return "ERROR"
        words = self.words or table("cme").get(self.code, str(self.code))
        return f"+CME ERROR: {words if cmee == 2 else self.code}"


class MessageRefused(Refused):
    """+CMS ERROR `code`, whatever +CMEE says but words (27.005 3.2.5)."""

    def final(self, cmee: int) -> str:
        return f"+CMS ERROR: {table('cms').get(self.code, self.code) if cmee == 2 else self.code}"


# Numbers that commands raise by name.
NOT_ALLOWED = 3
NOT_SUPPORTED = 4
NO_SIM = 10
PIN_REQUIRED = 11
PUK_REQUIRED = 12
WRONG_PASSWORD = 16
MEMORY_FULL = 20
INDEX_INVALID = 21
NOT_FOUND = 22
TEXT_TOO_LONG = 24
NO_SERVICE = 30
WRONG_PARAMETERS = 50

CMS_NOT_ALLOWED = 302
CMS_PARAMETER = 304
CMS_TEXT_PARAMETER = 305
CMS_INDEX = 321
CMS_FULL = 322
CMS_NO_SMSC = 330
CMS_NO_SERVICE = 331
CMS_NO_ACK_EXPECTED = 340
