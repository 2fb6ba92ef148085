"""report.html: one self-contained file. The page is in template.html.j2, style.css and script.js beside this.

Of hostile texts (see `page`) the script sets text and never markup, and the embedded JSON cannot end its
element.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from interop.record import Attempt, Check, Observed, Verdict, blame
from interop.record.reader import Run
from interop.reports import ladder, page
from interop.reports import matrix as model
from interop.reports.text import SIGNS, clean, clock, one_line
from interop.reports.transcript import when
from interop.results import CaseResult, cases_of, counts, interrupted, measured, ratio, sentence


def draw(run: Run) -> bytes:
    """The whole page, UTF-8."""
    results = cases_of(run)
    return page.render(
        "template.html.j2",
        styles=("style.css",),
        script="script.js",
        data=Markup(_embedded(_data(run, results))),
        excerpt=_excerpt(run),
        results=len(results),
        **_view(run, results),
    )


def _excerpt(run: Run) -> dict[str, Any]:
    """What run.json says of chosen cases that were taken out of a run, for somebody else; else nothing."""
    said = run.meta.get("excerpt")
    return said if isinstance(said, dict) else {}


def _view(run: Run, results: tuple[CaseResult, ...]) -> dict[str, Any]:
    """What the template itself shows: everything but what opens."""
    matrix = model.build(results, run.meta.get("services", ()))
    cut_short = interrupted(run)
    tally = counts(results, cut_short)
    index = {result.final.case: number for number, result in enumerate(results)}
    worst_first = sorted(results, key=lambda result: (-result.verdict.rank, result.final.case))
    meta = run.meta
    return {
        "meta": meta,
        "facts": _facts(meta),
        "tally": [
            (verdict, tally[verdict])
            for verdict in Verdict
            if tally[verdict] or verdict in (Verdict.PASS, Verdict.INCONC, Verdict.FAIL)
        ],
        "matrix": matrix,
        "numbers": {
            key: ",".join(str(index[result.final.case]) for result in cell.cases)
            for key, cell in matrix.cells.items()
        },
        "findings": [
            {
                "number": index[result.final.case],
                "final": result.final,
                "blame": blame(result.final),
                "sentence": sentence(result),
            }
            for result in worst_first
            if result.verdict is not Verdict.PASS
        ],
        "interrupted": cut_short,
        # cases that were chosen are no sample of anything
        "ratios": [
            (service, ratio(result.verdict for result in results if result.final.service == service))
            for service, _ in matrix.services
            if not _excerpt(run)
        ],
        "inconclusive": {
            service: sum(
                result.final.service == service and result.verdict is Verdict.INCONC for result in results
            )
            for service, _ in matrix.services
        },
        "late": run.late,
        "measured": () if _excerpt(run) else measured(run.attempts),
        "audit": meta.get("audit") or [],
        "never": meta.get("never") or {},
        "torn": run.torn,
    }


def _facts(meta: dict[str, Any]) -> list[tuple[str, str]]:
    """The head of the page: what run.json says, as far as it goes (a killed run says less)."""
    facts: list[tuple[str, str]] = [
        (name, str(meta[name])) for name in ("lab", "seed", "run", "state", "clock") if name in meta
    ]
    if isinstance(epoch := meta.get("epoch"), int | float):
        facts.append(("epoch", f"{datetime.fromtimestamp(int(epoch), UTC):%Y-%m-%d %H:%M:%S} UTC"))
    simulated, wall = meta.get("simulated_s"), meta.get("wall_s")
    if isinstance(simulated, int | float):
        facts.append(("simulated time", clock(simulated)))
    if isinstance(wall, int | float):
        facts.append(("wall time", f"{wall:.1f} s"))
    makespan, bound = meta.get("makespan_s"), meta.get("lower_bound_s")
    if isinstance(makespan, int | float):
        facts.append(("makespan", f"{makespan:.0f} s"))
        if isinstance(bound, int | float) and bound:
            facts.append(("over lower bound", f"{makespan / bound:.2f} (bound {bound:.0f} s)"))
    versions = meta.get("versions")
    if isinstance(versions, dict):
        facts.append(("versions", ", ".join(f"{name} {version}" for name, version in versions.items())))
    injected = [(name, meta[name]) for name in ("defects", "quirks") if meta.get(name)]
    return facts + [(f"injected {name}", ", ".join(map(str, items))) for name, items in injected]


def _data(run: Run, results: tuple[CaseResult, ...]) -> dict[str, Any]:
    """What the script opens cells from: compact, every text already cleaned."""
    events: dict[str | None, list[Observed]] = defaultdict(list)
    for observed in run.observed:
        events[observed.attempt].append(observed)
    return {
        "opened": bool(_excerpt(run)),
        "signs": {verdict: [sign.symbol, sign.word] for verdict, sign in SIGNS.items()},
        "cases": [
            {
                "case": clean(result.final.case),
                "standard": clean(result.final.standard),
                "verdict": result.verdict,
                "blame": blame(result.final),
                "finding": clean(sentence(result)),
                "subject": _subject(result.final),
                "attempts": [
                    _attempt(run, attempt, events[attempt.key], counts=attempt is result.final)
                    for attempt in (*result.attempts, *result.controls)
                ],
            }
            for result in results
        ],
    }


def _attempt(run: Run, attempt: Attempt, events: list[Observed], *, counts: bool) -> dict[str, Any]:
    drawn = ladder.build(events, start=attempt.started, first=attempt.subject.sim)
    if attempt.control_of is None:
        title, role = f"attempt {attempt.attempt}", "final" if counts else "retried"
    else:
        title, role = f"control with {attempt.subject.sim} ({attempt.subject.segment})", "control"
    return {
        "title": one_line(title),
        "role": role,
        "verdict": attempt.verdict,
        "blame": blame(attempt),
        "why": clean(": ".join(part for part in (attempt.reason or "", attempt.detail) if part)),
        "started": when(run, attempt.started) if _excerpt(run) else clock(attempt.started),
        "duration": f"{attempt.duration_s:.1f} s",
        "devices": [[clean(role), clean(device)] for role, device in attempt.devices.items()],
        "checks": [_check(check) for check in attempt.checks],
        "measurements": [
            [clean(item.name), f"{round(item.value, 3):g}", clean(item.unit)] for item in attempt.measurements
        ],
        "evidence": [[clean(name), one_line(_listed(value))] for name, value in attempt.evidence.items()],
        "lanes": drawn.lanes,
        "network": drawn.network,
        "steps": [[step.at, step.lanes, step.flow, step.text, step.kind] for step in drawn.steps],
    }


def _listed(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _check(check: Check) -> list[str]:
    return [clean(check.name), clean(check.expected), clean(check.actual), check.verdict, blame(check)]


def _subject(attempt: Attempt) -> list[list[str]]:
    subject = attempt.subject
    pairs = [
        ["SIM", subject.sim],
        ["MSISDN", subject.msisdn],
        ["segment", subject.segment],
        ["MVNO", subject.mvno],
        ["base operator", subject.base_operator],
        ["city", subject.city],
        ["peer", attempt.peer or ""],
    ]
    return [[name, clean(value)] for name, value in pairs if value]


def _embedded(data: dict[str, Any]) -> str:
    """JSON that an HTML parser cannot read as markup, whatever the texts in it are."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
