"""What a run of the codes suite with quirks may say: what the tables say of its defects, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from interop.record import Attempt, Finding, Verdict
from tests.suites.codes.tables import BESIDE, findings, says, seen, text_of
from tests.suites.injected import Injected


@dataclass(frozen=True)
class Codes(Injected):
    suite: ClassVar[str] = "codes"

    def is_true(self, attempt: Attempt) -> bool:
        """Of a contrast as well: the ordinary SIM meets what the tables say that it meets."""
        if attempt.verdict is Verdict.INCONC:
            return True
        sim, far, text = attempt.subject.sim, attempt.peer or "", text_of(attempt)
        ours = seen(attempt.service, sim, far, text, self.defects)
        if not any(_is_no_more(says(attempt), one) for one in ours):
            return False
        if attempt.control is None or attempt.control.finding is Finding.UNKNOWN:
            return True
        beside = seen(attempt.service, BESIDE[sim], far, text, self.defects)
        return any(attempt.control.finding in findings(one, beside) for one in ours)


def _is_no_more(said: object, tabled: object) -> bool:
    """Our equipment may hide which of several it is: then all are named, the right ones among them."""
    if isinstance(said, tuple) and isinstance(tabled, tuple):
        return set(said) >= set(tabled)
    return said == tabled
