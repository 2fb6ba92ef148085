"""What a run of the mms suite with quirks may say: what the tables say of its defects, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from interop.record import Attempt, Finding, Verdict
from tests.suites.injected import Injected
from tests.suites.mms.reading import case_of, finding, says, seen


@dataclass(frozen=True)
class Multimedia(Injected):
    suite: ClassVar[str] = "mms"

    def is_true(self, attempt: Attempt) -> bool:
        """Of a contrast as well: the ordinary SIM meets what the tables say that it meets."""
        if attempt.verdict is Verdict.INCONC:
            return True
        ours = seen(case_of(attempt), self.defects)
        if not _is_no_more(says(attempt), ours):
            return False
        if attempt.control is None or attempt.control.finding is Finding.UNKNOWN:
            return True
        return attempt.control.finding is finding(attempt, ours, self.defects)


def _is_no_more(said: object, tabled: object) -> bool:
    """Our equipment may hide which of several it is: then all are named, the right ones among them."""
    if isinstance(said, tuple) and isinstance(tabled, tuple):
        return bool(said[1] >= tabled[1])
    return said == tabled
