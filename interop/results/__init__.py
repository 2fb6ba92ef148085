"""What a run's attempts come to: one verdict per case, counts, ratios. Knows only the record."""

from interop.results.cases import CaseResult, cases_of, counts, interrupted
from interop.results.finding import sentence, unmet
from interop.results.ratio import Ratio, ratio, wilson

__all__ = [
    "CaseResult",
    "Ratio",
    "cases_of",
    "counts",
    "interrupted",
    "ratio",
    "sentence",
    "unmet",
    "wilson",
]
