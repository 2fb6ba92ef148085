"""What was measured in a run, in few numbers: by measurement and segment, all peers together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from interop.record import Attempt


@dataclass(frozen=True, slots=True)
class Spread:
    """`count` values: their median, the value that 95 % do not exceed, and the largest."""

    count: int
    median: float
    p95: float
    worst: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement of a run; `by_segment` has no entry where there was none."""

    name: str
    unit: str
    by_segment: dict[str, Spread]


def measured(attempts: Iterable[Attempt]) -> list[Measured]:
    """Of conclusive attempts that are no controls, in the order of the measurements' names."""
    found: dict[tuple[str, str], dict[str, list[float]]] = {}
    for attempt in attempts:
        if attempt.control_of is None and attempt.verdict.conclusive:
            for item in attempt.measurements:
                segments = found.setdefault((item.name, item.unit), {})
                segments.setdefault(attempt.subject.segment, []).append(item.value)
    return [
        Measured(name, unit, {segment: spread(values) for segment, values in sorted(segments.items())})
        for (name, unit), segments in sorted(found.items())
    ]


def spread(values: Sequence[float]) -> Spread:
    """Values that were really measured, by nearest rank: none is interpolated.

    >>> spread([3.0, 1.0, 2.0, 10.0])
    Spread(count=4, median=2.0, p95=10.0, worst=10.0)
    """
    ordered = sorted(values)
    return Spread(len(ordered), _at(ordered, 0.5), _at(ordered, 0.95), ordered[-1])


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
