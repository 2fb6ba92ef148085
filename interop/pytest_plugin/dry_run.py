"""The schedule of a run that does not happen: case, devices, expected start and end, lower bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from interop.engine.attempt import BoundCase
from interop.engine.scheduler import Job, lower_bound, makespan, simulate
from interop.reports.text import counted


def schedule(
    cases: Sequence[BoundCase], *, cooldown: Mapping[str, float], limit: int | None
) -> Iterator[str]:
    """One line per case in order of start (seconds), then what can never run, then the sum."""
    able = [case for case in cases if not case.binding.missing]
    jobs = [Job(case.name, case.spec.expected_s, case.binding.candidates) for case in able]
    rows = simulate(jobs, cooldown=cooldown, limit=limit)
    width = max((len(case.name) for case in able), default=0)
    yield f"{'start':>8} {'end':>8}  {'case':<{width}}  devices"
    for row in rows:
        devices = ", ".join(f"{role} {player.name}" for role, player in row.claim.players.items())
        yield f"{row.start:8.1f} {row.end:8.1f}  {row.claim.job.key:<{width}}  {devices}"
    for case in cases:
        if case.binding.missing:
            yield f"{'never':>17}  {case.name:<{width}}  {'; '.join(case.binding.missing)}"
    bound = lower_bound(((job.pools, job.expected_s) for job in jobs), cooldown=cooldown)
    total = makespan(rows)
    ratio = f", {total / bound:.3f} times it" if bound else ""
    yield f"{counted(len(rows), 'case')}, expected makespan {total:.1f} s; lower bound {bound:.1f} s{ratio}"
