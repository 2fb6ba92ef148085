"""The run record: what was tried, what came, and what it means. Written by the engine, read by reports."""

from interop.record.events import Event, Flow, Observed
from interop.record.lines import Attempt, Check, Control, Late, Line, Measurement, Started, Subject, blame
from interop.record.verdict import Blame, Cause, Finding, InconcReason, Layer, Verdict, merge

__all__ = [
    "Attempt",
    "Blame",
    "Cause",
    "Check",
    "Control",
    "Event",
    "Finding",
    "Flow",
    "InconcReason",
    "Late",
    "Layer",
    "Line",
    "Measurement",
    "Observed",
    "Started",
    "Subject",
    "Verdict",
    "blame",
    "merge",
]
