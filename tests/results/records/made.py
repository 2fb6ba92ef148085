"""Runs, events and files made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from interop.record import Attempt, Event, InconcReason, Started, Subject, Verdict
from interop.record.reader import Run, read_run
from interop.record.writer import RunWriter
from interop.results.records import (
    CallRecord,
    Matched,
    Profile,
    RecordFile,
    Scope,
    Service,
    Span,
    TestEvent,
    match,
)
from interop.results.records.profile import Columns, StartPart

EPOCH = 1_767_574_800.0  # 2026-01-05 09:00:00 in China
NUMBERS = {"mi": "17090001234", "snail": "17180001234", "cmcc": "13900001234"}
PLAIN = Profile(
    name="plain", columns=Columns(served="served", other="other", start="start"), start=StartPart(epoch="s")
)

Told = tuple[float, str, Event]
"""when, by which SIM, what"""


def run(
    folder: Path,
    told: Iterable[Told],
    *,
    key: str | None = "case#1",
    verdict: Verdict | None = Verdict.PASS,
    reason: InconcReason | None = None,
    meta: dict[str, Any] | None = None,
) -> Run:
    """One attempt ("case#1") in which all that happened; without a verdict it was interrupted."""
    clock = [0.0]
    writer = RunWriter(folder, now=lambda: clock[0])
    audit = [{"sim": sim, "msisdn": number} for sim, number in NUMBERS.items()]
    writer.describe({"run": folder.name, "state": "finished", "epoch": EPOCH, "audit": audit, **(meta or {})})
    writer.write(Started("case", 1, {}, 0.0))
    for at, sim, event in told:
        clock[0] = at
        writer.observe(sim, event, key)
    if verdict is not None:
        subject = Subject("mi", NUMBERS["mi"], "1709", "小米移动", "CUCC", "北京")
        writer.write(
            Attempt(
                case="case", suite="s", service="voice-mo", standard="", subject=subject, peer=None,
                devices={}, attempt=1, verdict=verdict, started=0.0, duration_s=60.0, reason=reason,
                detail="why",
            )
        )  # fmt: skip
    writer.close()
    return read_run(folder)


def event(
    start: float = 100.0,
    *,
    sim: str = "mi",
    other: str = NUMBERS["snail"],
    service: Service = Service.CALL,
    duration: float = 60.0,
    error: float = 1.0,
    answered: bool = True,
    doubt: str = "",
    key: str = "case#1",
) -> TestEvent:
    """Times from the epoch of these tests on."""
    if service is Service.MESSAGE:
        duration = error = 0.0
    return TestEvent(
        sim, NUMBERS[sim], other, service, EPOCH + start, 0.5, duration, error, answered, key, doubt
    )


def record(
    of: TestEvent, line: int = 2, *, late: float = 0.0, longer: float = 0.0, **changed: Any
) -> CallRecord:
    """As an operator would write it of this event, in whole seconds."""
    seconds = round(of.duration_s) + longer
    span = Span(0.0, 0.0) if of.service is Service.MESSAGE else Span(max(0.0, seconds - 0.5), seconds + 0.5)
    made: dict[str, Any] = {
        "line": line,
        "id": str(line),
        "service": of.service,
        "served": of.served,
        "other": of.other,
        "start": float(round(of.start + late)),
        "duration_s": seconds,
        "duration": span,
    }
    return CallRecord(**{**made, **changed})


def records_of(events: Sequence[TestEvent], *, late: float = 0.0) -> list[CallRecord]:
    """One for each, in their order."""
    return [record(one, line, late=late) for line, one in enumerate(events, start=2)]


def file_of(records: Sequence[CallRecord]) -> RecordFile:
    starts = [one.start for one in records]
    return RecordFile(list(records), period=Span(min(starts), max(starts)) if starts else None)


def scope(low: float = -1e5, high: float = 1e5, **changed: Any) -> Scope:
    """All of our SIMs' operator, a file that is whole, a run from `low` to `high`."""
    given: dict[str, Any] = {
        "numbers": NUMBERS,
        "run": Span(EPOCH + low, EPOCH + high),
        "whole": True,
        "sims": frozenset(NUMBERS),
        "period": Span(EPOCH - 1e6, EPOCH + 1e6),
    }
    return Scope(**{**given, **changed})


def matched(events: Sequence[TestEvent], records: Sequence[CallRecord], **changed: Any) -> Matched:
    return match(events, file_of(records), PLAIN, scope(**changed))


def found(result: Matched) -> list[str]:
    """ "missing record: fail" of each row that is not in order"""
    return [f"{row.found}: {row.verdict}" for row in result.rows if row.faults]
