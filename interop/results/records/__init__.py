"""A run's calls and messages beside the operator's own records of them (CDR)."""

from interop.results.records.events import Service, TestEvent, numbers_of, test_events
from interop.results.records.judging import Fault, Found, Matched, Price, Row, Scope, lasted, match, money
from interop.results.records.legs import Span
from interop.results.records.matching import Shift
from interop.results.records.profile import Profile
from interop.results.records.reading import CallRecord, ColumnMissing, Malformed, RecordFile, read_records

__all__ = [
    "CallRecord",
    "ColumnMissing",
    "Fault",
    "Found",
    "Malformed",
    "Matched",
    "Price",
    "Profile",
    "RecordFile",
    "Row",
    "Scope",
    "Service",
    "Shift",
    "Span",
    "TestEvent",
    "lasted",
    "match",
    "money",
    "numbers_of",
    "read_records",
    "test_events",
]
