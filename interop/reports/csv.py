"""results.csv: one line per attempt, retried and control ones included, for a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection

from interop.record import Attempt
from interop.record.reader import Run
from interop.reports import spreadsheet
from interop.results import cases_of, unmet


def draw(run: Run) -> bytes:
    """`counts` says whether the case's verdict is this attempt's."""
    finals = {result.final.key for result in cases_of(run)}
    return spreadsheet.table(["counts", *_COLUMNS], (_row(attempt, finals) for attempt in run.attempts))


def _row(attempt: Attempt, finals: Collection[str]) -> list[object]:
    counts = attempt.control_of is None and attempt.key in finals
    return ["yes" if counts else "no", *(of(attempt) for of in _COLUMNS.values())]


_COLUMNS: dict[str, Callable[[Attempt], object]] = {
    "case": lambda a: a.case,
    "attempt": lambda a: a.attempt,
    "control_of": lambda a: a.control_of or "",
    "suite": lambda a: a.suite,
    "service": lambda a: a.service,
    "standard": lambda a: a.standard,
    "sim": lambda a: a.subject.sim,
    "msisdn": lambda a: a.subject.msisdn,
    "segment": lambda a: a.subject.segment,
    "mvno": lambda a: a.subject.mvno,
    "base_operator": lambda a: a.subject.base_operator,
    "city": lambda a: a.subject.city,
    "peer": lambda a: a.peer or "",
    "verdict": lambda a: a.verdict,
    "layer": lambda a: a.layer or "",
    "cause": lambda a: a.cause or "",
    "ambiguous": lambda a: " ".join(f"{layer}:{cause}" for layer, cause in a.ambiguous),
    "reason": lambda a: a.reason or "",
    "detail": lambda a: a.detail,
    "finding": lambda a: a.control.finding if a.control else "",
    "control_sim": lambda a: a.control.sim if a.control else "",
    "control_verdict": lambda a: a.control.verdict if a.control else "",
    "failed_checks": lambda a: "; ".join(unmet(a)),
    "measurements": lambda a: "; ".join(f"{item.name} {item.value:g} {item.unit}" for item in a.measurements),
    "started_s": lambda a: a.started,
    "duration_s": lambda a: a.duration_s,
    "devices": lambda a: "; ".join(f"{role}={device}" for role, device in a.devices.items()),
    "evidence": lambda a: json.dumps(a.evidence, ensure_ascii=False, sort_keys=True) if a.evidence else "",
}
