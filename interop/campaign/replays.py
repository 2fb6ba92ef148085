"""One failing case of a campaign, and what the campaign has already replayed of it: the same case again, with
its SIM in another modem, and its contrast with an ordinary SIM. `Investigation` says what to swap then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from interop.campaign.cells import Cell
from interop.campaign.planning import Planned
from interop.campaign.reading import Failing, History
from interop.lab.model import Lab
from interop.record import Attempt, Finding, Verdict
from interop.results.replay import SUSPECTS, Investigation, Replayed, Suspect

_CONTRASTS = {Finding.SEGMENT: False, Finding.PATH: True}
"""Did the ordinary SIM fail too? Without a contrast nobody knows."""


@dataclass(frozen=True, slots=True)
class Replays:
    """`history`: what came of each replay, that of `failing` itself left out."""

    failing: Failing
    investigation: Investigation
    history: tuple[Replayed, ...]


def replays_of(case: str, planned: Planned, history: History) -> Replays:
    """Raises ValueError for a case that has not failed in this campaign; the last time that it did counts."""
    failed = list(history.failed())
    found = [(played, trial) for played, trial in failed if trial.case == case]
    if not found:
        close = get_close_matches(case, {trial.case for _, trial in failed}, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else ""
        raise ValueError(f"no case {case!r} has failed in this campaign{hint}")
    played, trial = found[-1]
    cell = trial.cell
    replays = [
        Replayed(frozenset(("modem",) if other.cell.seating != cell.seating else ()), verdict is Verdict.FAIL)
        for each in history.stages
        for other in each.stage.trials
        if other.cell.case() == cell.case() and other is not trial
        if (verdict := each.verdict(other)).conclusive
    ]
    replays += _contrast(played.attempts(trial)[-1], planned.campaign.lab)
    investigation = Investigation(_suspects(cell), case_s=cell.expected_s)
    return Replays(history.failing(played, trial), investigation, tuple(replays))


def _suspects(cell: Cell) -> tuple[Suspect, ...]:
    """A case has an originator, or a far end beyond an interconnect, or neither."""
    absent = {"originator": not cell.levels.get("originator"), "interconnect": not cell.levels.get("peer")}
    return tuple(suspect for suspect in SUSPECTS if not absent.get(suspect.name))


def _contrast(attempt: Attempt, lab: Lab) -> Iterator[Replayed]:
    """It was another SIM of the same base operator, in its own modem, and maybe in another city."""
    control = attempt.control
    if control is None or control.finding not in _CONTRASTS:
        return
    swapped = {"sim", "modem"}
    ordinary = next((sim for sim in lab.sims if sim.name == control.sim), None)
    if ordinary is None or ordinary.city != attempt.subject.city:
        swapped.add("radio")
    yield Replayed(frozenset(swapped), _CONTRASTS[control.finding])
