"""Attempts -> one verdict per case (DESIGN section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from interop.record import Attempt, Started, Verdict
from interop.record.reader import Run


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case of a run. `attempts`: its own, in order; `controls`: those that served them as a contrast.

    One control may serve several cases.
    """

    final: Attempt
    attempts: tuple[Attempt, ...]
    controls: tuple[Attempt, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return self.final.verdict

    @property
    def control(self) -> Attempt | None:
        """The attempt that the final one's finding rests on."""
        if self.final.control is None:
            return None
        return next((item for item in self.controls if item.key == self.final.control.case), None)


def cases_of(run: Run) -> tuple[CaseResult, ...]:
    """One result per case that has an attempt, in the order of case names; controls are no cases."""
    attempts: dict[str, list[Attempt]] = {}
    for attempt in run.attempts:
        if attempt.control_of is None:
            attempts.setdefault(attempt.case, []).append(attempt)
    by_key = {attempt.key: attempt for attempt in run.attempts}
    results = []
    for case, final in sorted(run.final.items()):
        own = tuple(sorted(attempts[case], key=lambda item: item.attempt))
        keys = dict.fromkeys(item.control.case for item in own if item.control is not None)
        results.append(CaseResult(final, own, tuple(by_key[key] for key in keys if key in by_key)))
    return tuple(results)


def interrupted(run: Run) -> tuple[Started, ...]:
    """Cases that began and have no attempt line at all: inconc (interrupted), whose subject nobody wrote."""
    ended = {attempt.case for attempt in run.attempts}
    begun = {item.case: item for item in run.unfinished if item.control_of is None and item.case not in ended}
    return tuple(begun[case] for case in sorted(begun))


def counts(results: Iterable[CaseResult], cut_short: Iterable[Started] = ()) -> dict[Verdict, int]:
    """Cases by verdict, every verdict present; a case cut short is inconclusive."""
    tally = dict.fromkeys(Verdict, 0)
    for result in results:
        tally[result.verdict] += 1
    tally[Verdict.INCONC] += sum(1 for _ in cut_short)
    return tally
