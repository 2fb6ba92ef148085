"""The call records that an emulated operator hands over: a CSV file that grows as things are charged."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Final, Literal

FILE: Final = "cdr.csv"
COLUMNS: Final = (
    "record_id",
    "type",
    "served",
    "other",
    "start",
    "duration_s",
    "charge_fen",
    "balance_fen",
)

Type = Literal["MOC", "CF", "SMSMO"]
"""a call that was made (mobile originated), one that was forwarded, a message that was sent (32.298 5.1.2)"""


@dataclass(frozen=True, slots=True)
class Record:
    """One charged thing. `msisdn`: who pays, 11 digits; `start`: of the answer, or when the message was
    taken, in China's time; `balance`: what is left after it. Money in yuan.
    """

    type: Type
    msisdn: str
    other: str
    start: datetime
    seconds: Decimal
    charge: Decimal
    balance: Decimal


class Records:
    """Appends to `folder`/cdr.csv, UTF-8 with LF, each record at once; writes nothing without a folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._next = 0
        """the line that the next record takes; the header's is 0"""

    def append(self, record: Record) -> None:
        """A file that is there already is continued. Raises OSError."""
        if self._folder is None:
            return
        path = self._folder / FILE
        if not self._next:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._next = len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0
        with path.open("a", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            if not self._next:
                rows.writerow(COLUMNS)
                self._next = 1
            rows.writerow((
                self._next,
                record.type,
                f"86{record.msisdn}",
                record.other.removeprefix("+"),
                f"{record.start:%Y-%m-%d %H:%M:%S}",
                ceil(record.seconds),
                _fen(record.charge),
                _fen(record.balance),
            ))  # fmt: skip
        self._next += 1


def _fen(yuan: Decimal) -> str:
    """Without an exponent, and without decimals unless there is a part of a fen."""
    return f"{(yuan * 100).normalize():f}"
