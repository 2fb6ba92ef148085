"""What a run with quirks may say: what the tables of test_defects.py say, or nothing (`inconc`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from interop.record import Attempt, Cause, Finding, Layer, Verdict
from tests.suites.injected import Injected
from tests.suites.recognition.test_defects import TABLE, TEXTS_IN, TEXTS_OUT, Row, far_end

# Two defects in one path: the second takes away the sign by which the first would be known.
HIDDEN: dict[tuple[str, str], tuple[Layer, Cause]] = {
    # a report says why a message did not arrive; where none comes it is seen to be lost, and no more
    ("route.missing", "report.dropped"): (Layer.INTERCONNECT, Cause.MESSAGE_LOST),
    ("route.unassigned", "report.dropped"): (Layer.INTERCONNECT, Cause.MESSAGE_LOST),
}


@dataclass(frozen=True)
class Recognition(Injected):
    suite: ClassVar[str] = "recognition"

    def is_true(self, attempt: Attempt) -> bool:
        if attempt.verdict is Verdict.INCONC:
            return True
        if attempt.control_of is not None:
            # what a contrast says counts by the finding drawn from it
            return attempt.verdict in (Verdict.PASS, Verdict.FAIL)
        rows = [row for defect in self.defects for row in TABLE[defect]]
        touching = [row for row in rows if row.names(attempt, far_end(attempt))]
        if not touching:
            return attempt.verdict is Verdict.PASS
        if attempt.verdict is not Verdict.FAIL:
            return False
        names = {defect.partition("@")[0] for defect in self.defects}
        hidden = [as_seen for pair, as_seen in HIDDEN.items() if names.issuperset(pair)]
        if attempt.service in (*TEXTS_IN, *TEXTS_OUT) and (attempt.layer, attempt.cause) in hidden:
            return True
        return any(_is_as(attempt, row, len(self.defects)) for row in touching)


def _is_as(attempt: Attempt, row: Row, defects: int) -> bool:
    """Two defects may meet in one path: then a contrast may rightly say more than the table of either."""
    finding = attempt.control.finding if attempt.control else None
    if defects < 2 and finding not in (row.finding, Finding.UNKNOWN, None):
        return False
    return (attempt.layer, attempt.cause, attempt.ambiguous) == (row.layer, row.cause, row.ambiguous)
