"""The typed lines of results.jsonl: started, attempt, late (DESIGN section 3).

Each is a frozen dataclass; `to_json` and `parse` are inverse. Times are seconds since the run's epoch
(`run.json` holds the epoch), so that one seed gives one file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from interop.record.verdict import Blame, Cause, Finding, InconcReason, Layer, Verdict


@dataclass(frozen=True, slots=True)
class Subject:
    """The number under test. `segment` is the longest known prefix ("1709", "162")."""

    sim: str
    msisdn: str
    segment: str
    mvno: str
    base_operator: str
    city: str


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation and what came. A failed check carries its blame: layer and cause, or several that look
    the same from outside in `ambiguous`; then `layer` is the one that they share, if any, and `cause` None.
    """

    name: str
    expected: str
    actual: str
    verdict: Verdict
    layer: Layer | None = None
    cause: Cause | None = None
    ambiguous: tuple[Blame, ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Control:
    """The same case with an ordinary SIM of the same base operator on the same path."""

    finding: Finding
    case: str = ""
    sim: str = ""
    verdict: Verdict = Verdict.NONE
    layer: Layer | None = None
    cause: Cause | None = None
    why: str = ""
    """why there is no contrast; "pending" in a line that a later line of the same attempt replaces"""


@dataclass(frozen=True, slots=True)
class Started:
    """fsync'd before the first side effect: without an attempt line after it, the attempt was interrupted."""

    case: str
    attempt: int
    devices: dict[str, str]
    started: float
    control_of: str | None = None
    type: Literal["started"] = "started"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt's result.

    `case` "recognition.voice.originates[mi-1709->CMCC]"; `devices` role -> device name; `spent` SIM ->
    {"calls": n, "messages": n, "multimedia": n}; `evidence`: the journals and sequence range of its events.
    `control_of` is set on attempts that only serve as a contrast: they never enter a KPI.
    The last line of one (case, attempt) counts: a fail is written at once with a pending control,
    and again when the control is known.
    """

    case: str
    suite: str
    service: str
    standard: str
    subject: Subject
    peer: str | None
    devices: dict[str, str]
    attempt: int
    verdict: Verdict
    started: float
    duration_s: float
    layer: Layer | None = None
    cause: Cause | None = None
    ambiguous: tuple[Blame, ...] = ()
    reason: InconcReason | None = None
    detail: str = ""
    control: Control | None = None
    control_of: str | None = None
    checks: tuple[Check, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    spent: dict[str, dict[str, int]] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)
    type: Literal["attempt"] = "attempt"

    @property
    def key(self) -> str:
        """Unique in a run: what events and controls refer to."""
        return f"{self.case}#{self.attempt}"


@dataclass(frozen=True, slots=True)
class Late:
    """Something that came after its case had ended, recorded against the case that asked for it."""

    case: str
    attempt: int
    at: float
    party: str
    what: str
    after_s: float
    type: Literal["late"] = "late"


def blame(accused: Attempt | Check) -> str:
    """ "interconnect: no_route", "originator: rejected_by_format or rejected_by_policy",
    "gateway: part_lost or core: part_lost"; "" for nobody.
    """
    suspects = accused.ambiguous
    if suspects and accused.layer is None:
        return " or ".join(f"{layer}: {cause}" for layer, cause in suspects)
    causes = " or ".join(cause for _, cause in suspects) or (accused.cause or "")
    return ": ".join(part for part in (accused.layer or "", causes) if part)


Line = Started | Attempt | Late

_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    "started": TypeAdapter(Started),
    "attempt": TypeAdapter(Attempt),
    "late": TypeAdapter(Late),
}


def to_json(line: Line) -> bytes:
    """One line of results.jsonl, without the newline."""
    return _ADAPTERS[line.type].dump_json(line)


def parse(data: dict[str, Any]) -> Line:
    """Raises ValueError naming the field and the value that do not fit."""
    adapter = _ADAPTERS.get(str(data.get("type")))
    if adapter is None:
        raise ValueError(f"unknown line type {data.get('type')!r}")
    try:
        line: Line = adapter.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{data['type']} line: {place}: {first['msg']} ({first['input']!r})") from None
    return line
