"""A stage of a campaign, and what its trials came to: the one place that says what a trial's verdict is, and
whether it is to be played again. A run that was killed is asked for exactly what it would have played.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce

from interop.campaign.cells import Trial
from interop.campaign.spending import NOTHING, Spend, spent_by
from interop.engine.verdicts import CUT_OFF, MOST_RETRIES, PENDING, is_try
from interop.record import Attempt, InconcReason, Verdict


@dataclass(frozen=True, slots=True)
class Stage:
    """One run. `tests`: of each trial the place of its test in `State.tests`; empty for a screening."""

    number: int
    seating: int
    trials: tuple[Trial, ...]
    tests: tuple[int, ...] = ()

    @property
    def purpose(self) -> str:
        return "tests" if self.tests else "screening"


class Played:
    """A stage that began, or is the next. `unknown`: keys of attempts of which something left, and nobody
    knows what became of it (`interop.engine.verdicts.outcome_unknown`). `lost`: what crashes have spent.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.began = False
        self.lost = NOTHING
        self.unknown: Collection[str] = ()
        self._attempts: dict[str, dict[int, Attempt]] = {trial.case: {} for trial in stage.trials}
        self._controls: dict[str, Attempt] = {}

    def hear(self, attempt: Attempt) -> None:
        """The last line of an attempt counts. Raises ValueError for a case that is not of this stage."""
        if attempt.control_of is not None:
            self._controls[attempt.key] = attempt
        elif attempt.case in self._attempts:
            self._attempts[attempt.case][attempt.attempt] = attempt
        else:
            raise ValueError(
                f"stage {self.stage.number} has no case {attempt.case}: the lab or its suites are not "
                "those that the campaign began with"
            )

    @property
    def spent(self) -> Spend:
        own = (attempt for attempts in self._attempts.values() for attempt in attempts.values())
        return reduce(Spend.__add__, map(spent_by, (*own, *self._controls.values())), self.lost)

    def attempts(self, trial: Trial) -> Sequence[Attempt]:
        """As they began; contrasts are none."""
        return tuple(self._attempts[trial.case].values())

    def verdict(self, trial: Trial) -> Verdict:
        """Of the last attempt that settles it; INCONC as long as none does."""
        attempts = self._attempts[trial.case].values()
        return next((one.verdict for one in reversed(attempts) if _settles(one)), Verdict.INCONC)

    @property
    def unsettled(self) -> list[Trial]:
        """Those without a result that are to be played, or to be played again."""
        return [trial for trial in self.stage.trials if self._wants_more(trial)]

    def unpaid(self, trial: Trial) -> str:
        """Why it has no result, where that is a SIM's budget, which nobody fills up again; "" otherwise."""
        attempts = self._attempts[trial.case]
        last = attempts[max(attempts)] if attempts else None
        if last is None or last.reason is not InconcReason.BUDGET or self.verdict(trial).conclusive:
            return ""
        return last.detail.strip().partition("\n")[0] or "a budget is spent"

    def _wants_more(self, trial: Trial) -> bool:
        """As the engine would in one go: an inconclusive attempt is made again at most twice, and never where
        a contrast says that no more can be known, nor after an outcome that nobody knows.
        """
        attempts = self._attempts[trial.case]
        if self.verdict(trial) is not Verdict.INCONC:
            return False
        if not attempts:
            return True
        last = attempts[max(attempts)]
        if last.control is not None and last.control.why != CUT_OFF:
            return last.control.why == PENDING
        if last.reason is InconcReason.BUDGET or last.key in self.unknown:
            return False
        return sum(map(is_try, attempts.values())) <= MOST_RETRIES


def _settles(attempt: Attempt) -> bool:
    """A fail whose contrast is not known yet may still become inconclusive."""
    waits = attempt.control is not None and attempt.control.why == PENDING
    return attempt.verdict is Verdict.ERROR or (attempt.verdict.conclusive and not waits)
