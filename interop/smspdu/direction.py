"""Which way a TPDU goes: the same message type numbers mean other things each way (TS 23.040 9.2.3.1)."""

from __future__ import annotations

from enum import Enum


class Direction(Enum):
    SC_TO_MS = "from the service centre to the mobile"
    MS_TO_SC = "from the mobile to the service centre"
