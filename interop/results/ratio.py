"""A ratio of failures and how sure it is. Inconclusive cases are never in the denominator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from interop.record import Verdict
from interop.results.intervals import wilson


@dataclass(frozen=True, slots=True)
class Ratio:
    """`failed` of `valid` cases, and the bounds of its 95 % Wilson interval (0..1)."""

    failed: int
    valid: int
    low: float
    high: float


def ratio(verdicts: Iterable[Verdict]) -> Ratio:
    """Failures among the conclusive verdicts."""
    valid = [verdict for verdict in verdicts if verdict.conclusive]
    failed = valid.count(Verdict.FAIL)
    return Ratio(failed, len(valid), *wilson(failed, len(valid)))
