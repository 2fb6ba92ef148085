"""TP-PI and what it announces at the end of a report: TP-PID, TP-DCS, TP-UD (3GPP TS 23.040 9.2.3.27)."""

from __future__ import annotations

from typing import Final

from interop.smspdu.dcs import DCS, Dcs
from interop.smspdu.errors import need, octet
from interop.smspdu.userdata import UserData, decode_user_data, encode_user_data

_PID: Final = 0x01
_DCS: Final = 0x02
_UDL: Final = 0x04
_RESERVED: Final = 0x78
_EXTENSION: Final = 0x80

REPORT_USER_DATA: Final = 131
"""octets of TP-UD in a status report"""


def encode_announced(
    pid: int | None, dcs: Dcs | None, user_data: UserData | None, limit: int = REPORT_USER_DATA
) -> bytes:
    """TP-PI, and the fields that are there. Raises PduError."""
    indicator, fields = 0, b""
    if pid is not None:
        indicator |= _PID
        fields += bytes((octet("TP-PID", pid),))
    if dcs is not None:
        indicator |= _DCS
        fields += bytes((dcs.value,))
    if user_data is not None:
        indicator |= _UDL
        fields += encode_user_data(user_data, dcs or DCS[0], limit)
    return bytes((indicator,)) + fields


def decode_announced(
    data: bytes, at: int, header_follows: bool, limit: int = REPORT_USER_DATA
) -> tuple[int | None, Dcs | None, UserData | None, int]:
    """What stands behind the TP-PI at `at`, and the offset behind it. Raises PduError."""
    indicator, at = decode_indicator(data, at)
    return decode_fields(data, at, indicator, header_follows, limit)


def decode_indicator(data: bytes, at: int) -> tuple[int, int]:
    need(data, at, 1, "TP-PI")
    indicator = more = data[at]
    at += 1
    while more & _EXTENSION:
        need(data, at, 1, "TP-PI")
        more = data[at]
        at += 1
    return indicator, at


def decode_fields(
    data: bytes, at: int, indicator: int, header_follows: bool, limit: int
) -> tuple[int | None, Dcs | None, UserData | None, int]:
    pid = dcs = user_data = None
    if indicator & _PID:
        need(data, at, 1, "TP-PID")
        pid, at = data[at], at + 1
    if indicator & _DCS:
        need(data, at, 1, "TP-DCS")
        dcs, at = DCS[data[at]], at + 1
    if indicator & _UDL:
        user_data, at = decode_user_data(data, at, dcs or DCS[0], header_follows, limit)
    if indicator & (_RESERVED | _EXTENSION):
        at = len(data)  # fields of later versions of the standard are to be ignored
    return pid, dcs, user_data, at
