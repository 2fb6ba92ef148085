"""What a check of a card found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from interop.uicc.catalogue import Ef


class Severity(StrEnum):
    """ERROR: against a standard, and something will not work. WARNING: most likely wrong. NOTE: to be looked
    at."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return tuple(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is there, `why` it matters, and the `source` that says so. `place` is `Ef.place` of `file`."""

    file: str
    place: str
    severity: Severity
    what: str
    why: str
    source: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.file}: {self.what}"


def error(ef: Ef, what: str, why: str, source: str) -> Finding:
    return Finding(str(ef), ef.place, Severity.ERROR, what, why, source)


def warning(ef: Ef, what: str, why: str, source: str) -> Finding:
    return Finding(str(ef), ef.place, Severity.WARNING, what, why, source)


def note(ef: Ef, what: str, why: str, source: str) -> Finding:
    return Finding(str(ef), ef.place, Severity.NOTE, what, why, source)
