"""Runs cases: what one is, who plays its roles when, what its attempts mean. Knows no modem."""

from interop.engine.bench import Bench, Inconclusive
from interop.engine.case import Cast, Contrast, Probe, case, role

__all__ = ["Bench", "Cast", "Contrast", "Inconclusive", "Probe", "case", "role"]
