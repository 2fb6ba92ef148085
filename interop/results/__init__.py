"""What a run's attempts come to: one verdict per case, counts, ratios. Knows only the record."""

from interop.results.cases import CaseResult, cases_of, counts, interrupted
from interop.results.finding import sentence, unmet
from interop.results.intervals import wilson
from interop.results.ratio import Ratio, ratio
from interop.results.spread import Measured, Spread, measured

__all__ = [
    "CaseResult",
    "Measured",
    "Ratio",
    "Spread",
    "cases_of",
    "counts",
    "interrupted",
    "measured",
    "ratio",
    "sentence",
    "unmet",
    "wilson",
]
