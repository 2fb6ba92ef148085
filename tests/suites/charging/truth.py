"""What a run of the charging suite may say: what the tables say of its defects, or nothing (`inconc`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from interop.record import Attempt, Finding, Verdict
from tests.suites.charging.tables import finding, seen
from tests.suites.codes.tables import says
from tests.suites.injected import Injected


@dataclass(frozen=True)
class Charging(Injected):
    suite: ClassVar[str] = "charging"

    def is_true(self, attempt: Attempt) -> bool:
        """Of one defect at most; of a contrast as well."""
        if attempt.verdict is Verdict.INCONC:
            return True
        if not self.defects:
            return attempt.verdict is Verdict.PASS
        [defect] = self.defects
        ours = seen(attempt, defect)
        if says(attempt) != ours:
            return False
        if attempt.control is None or attempt.control.finding is Finding.UNKNOWN:
            return True
        return attempt.control.finding is finding(attempt, ours, defect)
