"""TP-Protocol-Identifier: what a receiver is to do with a message beyond showing it (TS 23.040 9.2.3.9)."""

from __future__ import annotations

from typing import Final

NORMAL: Final = 0x00
SILENT: Final = 0x40
"""short message type 0: acknowledged, shown to nobody"""
RETURN_CALL: Final = 0x5F
ME_DATA_DOWNLOAD: Final = 0x7D
SIM_DATA_DOWNLOAD: Final = 0x7F


def replace_type(number: int) -> int:
    """Replace Short Message Type 1 to 7: the next one of the same type and sender takes its place.

    Raises ValueError.
    """
    if not 1 <= number <= 7:
        raise ValueError(f"replace short message types are 1 to 7, not {number}")
    return 0x40 + number


def replaces(pid: int) -> int | None:
    """The replace type of a TP-PID, None for every other value."""
    return pid - 0x40 if 0x41 <= pid <= 0x47 else None
