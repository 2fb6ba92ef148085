"""Lines of the journal, in the order in which they come. None holds a secret, and none can.

Each names `card`, the ICCID by which the order knows it, `job` and `run` (one execution for one card). `time`
is ISO 8601 in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    run: str
    job: str
    card: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Began(Line):
    """Before anything else. `atr` in hex; `undo`: the run writes back what was there before `job`."""

    reader: str
    atr: str
    operator: str
    tool: str
    profile: str
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifying(Line):
    """On the disk before the key is sent: from here on the try counts as spent. `left`: tries before it."""

    reference: int
    left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified(Line):
    reference: int
    sw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing(Line):
    """On the disk before the UPDATE is sent. `before` and `after` in hex; None for what cannot be read, or
    must not be shown: such a step cannot be undone.
    """

    path: str
    record: int
    offset: int | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Line):
    """Read back and found equal, where it can be read. `sw`: 9000, or 63Cx from a memory that wears out."""

    path: str
    record: int
    sw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved(Line):
    """The card answered a challenge as only these keys do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Line):
    """`result`: "done" (as ordered, all of it read again), "refused" (nothing was written), "stopped" (in the
    middle: the next run plans anew). `why`: a sentence, "" when done. `iccid`: what it has now.
    """

    result: Literal["done", "refused", "stopped"]
    why: str
    iccid: str
    imsi: str = ""
    msisdn: str = ""


Entry = Began | Verifying | Verified | Writing | Written | Proved | Ended


class Stop(Exception):
    """Raised by `note`, or by the gate around VERIFY, instead of letting the next step happen: the batch
    stops (a wrong key elsewhere, Ctrl-C), and this card at a safe point. What was to be noted was not, and
    must not be done; the run still writes down its `Ended`, with `why`.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
