"""What a run of the threeway suite may say: what the tables say of its defects, or nothing (`inconc`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from interop.record import Attempt, Verdict
from tests.suites.codes.tables import says
from tests.suites.injected import Injected
from tests.suites.threeway.tables import Scene, seen


@dataclass(frozen=True)
class Threeway(Injected):
    suite: ClassVar[str] = "threeway"

    def is_true(self, attempt: Attempt) -> bool:
        """Of two defects either may be seen first; a case that meets none must pass."""
        if attempt.verdict is Verdict.INCONC:
            return True
        scene, said = Scene.of(attempt, self.dialects), says(attempt)
        told = [seen(scene, defect) for defect in self.defects]
        return all(None in each for each in told) if said is None else any(said in each for each in told)
