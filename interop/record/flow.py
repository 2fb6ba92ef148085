"""Which way the arrow of an event points."""

from __future__ import annotations

from enum import StrEnum


class Flow(StrEnum):
    OUT = "out"
    IN = "in"
    NOTE = "note"
