"""What is known of a card after its run: a record of its origin, and a label for it. Neither holds a secret.

Both come from the journal, so that they can be had again at any time.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final, Self

from interop.personalise.journal import Run
from interop.reports.text import cell, one_line


class RecordsError(Exception):
    """One sentence: the file, and why it takes nothing."""


@dataclass(frozen=True, slots=True)
class Record:
    """One run of one card, as its row in a spreadsheet. `time`: its end, ISO 8601 in UTC; `result`: done,
    refused, stopped, or interrupted where nobody wrote its end down; `task`: "written" or "undone". `imsi`
    and `msisdn` only of a card that is done: what another one has is not known.
    """

    iccid: str
    imsi: str
    msisdn: str
    result: str
    task: str
    time: str
    operator: str
    profile: str
    atr: str
    reader: str
    tool: str
    job: str
    why: str

    @classmethod
    def of(cls, run: Run) -> Self:
        began, ended = run.began, run.ended
        done = ended if ended and ended.result == "done" else None
        return cls(
            iccid=(ended.iccid if ended else "") or began.card,
            imsi=done.imsi if done else "",
            msisdn=done.msisdn if done else "",
            result=ended.result if ended else "interrupted",
            task="undone" if began.undo else "written",
            time=ended.time if ended else began.time,
            operator=began.operator,
            profile=began.profile,
            atr=began.atr,
            reader=began.reader,
            tool=began.tool,
            job=began.job,
            why=ended.why if ended else "",
        )

    def row(self) -> str:
        """RFC 4180, with its line end."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerow([cell(one_line(value)) for value in astuple(self)])
        return text.getvalue()

    def label(self) -> str:
        """For the envelope: what is printed on the card, and what is on it."""
        lines = [
            f"ICCID {self.iccid}",
            f"IMSI {self.imsi}",
            f"MSISDN {self.msisdn}",
            f"{self.result}, {self.task} {self.time} {self.operator}",
            f"profile {self.profile}",
        ]
        return "".join(f"{one_line(line)}\n" for line in lines)


HEADING: Final = ",".join(field.name for field in fields(Record))
_MARK: Final = "\ufeff"
"""without a byte order mark a Chinese Excel reads GBK"""


class Labels:
    """A file that grows by a label for each card: rows of a table in *.csv, else text.

    >>> Labels(Path("labels.csv")).add(Record.of(run))
    """

    def __init__(self, path: Path) -> None:
        """Raises RecordsError where the file cannot be written, or is a table of something else."""
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise RecordsError(f"{path}: is no file that labels can be kept in")
        self.path = path
        self._heading = f"{_MARK}{HEADING}\r\n".encode() if path.suffix.lower() == ".csv" else b""
        self._append(b"")

    def add(self, record: Record) -> None:
        """On the disk when this returns; what a crash tore stays a line of its own. Raises RecordsError."""
        self._append((record.row() if self._heading else f"{record.label()}\n").encode("utf-8", "replace"))

    def _append(self, octets: bytes) -> None:
        try:
            with self.path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if size := file.seek(0, os.SEEK_END):
                    file.seek(0)
                    if file.read(len(self._heading)) != self._heading:
                        raise RecordsError(f"{self.path}: a table of something else: choose another file")
                    file.seek(size - 1)
                    octets = (b"" if file.read() == b"\n" else b"\r\n") + octets
                else:
                    octets = self._heading + octets
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise RecordsError(f"{self.path}: {error.strerror}") from None
