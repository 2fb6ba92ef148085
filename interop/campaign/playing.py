"""Playing a campaign on the engine: one session per stage, each resumed where it was killed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from interop.campaign.cells import Trial, stage_seed
from interop.campaign.course import Began, Ended, Replay, Stage, State
from interop.campaign.journal import Journal
from interop.campaign.planning import Planned, Seating
from interop.engine.attempt import BoundCase
from interop.engine.session import Plan, Session
from interop.record import Attempt


@dataclass(frozen=True, slots=True)
class Injected:
    """Into the emulated country, as `interop run` has them."""

    defects: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Watcher:
    ended_one: Callable[[Attempt], None]

    def started(self, case: BoundCase) -> None:
        pass

    def ended(self, case: BoundCase, attempt: Attempt) -> None:
        self.ended_one(attempt)


def play(
    planned: Planned,
    directory: Path,
    injected: Injected,
    *,
    stage_begins: Callable[[Stage, State], None],
    case_ends: Callable[[Attempt], None],
) -> State:
    """Begin the campaign in this directory, or go on with it, to its end.

    Raises JournalError, RunDamaged and, for lines of another campaign, ValueError; KeyboardInterrupt when
    interrupted, after everything is hung up. Whatever ends it, it goes on from there.
    """
    with Journal(directory, identity(planned, injected)) as journal:
        replay = Replay(planned.course)
        for line in journal.lines():
            replay.hear(line)
        while (now := replay.state()).stage is not None:
            stage = now.stage
            if not now.began:
                journal.note(Began(stage.number))
                replay.hear(Began(stage.number))
            if now.left:
                stage_begins(stage, now)
                _session(planned, journal, now, injected).run(_Watcher(case_ends))
                for line in journal.played(stage.number):
                    replay.hear(line)
            journal.note(Ended(stage.number))
            replay.hear(Ended(stage.number))
        return now


def identity(planned: Planned, injected: Injected) -> dict[str, Any]:
    """What decides the course of a campaign: with another of these it is another one."""
    campaign = planned.campaign
    cases = "\n".join(f"{cell.seating} {cell.case()}" for cell in planned.course.cells)
    return {
        "campaign": campaign.name,
        "campaign file": campaign.digest,
        "lab": hashlib.sha256(campaign.lab.model_dump_json().encode()).hexdigest(),
        "set of cases": hashlib.sha256(cases.encode()).hexdigest(),
        "--defect": list(injected.defects),
        "--quirk": list(injected.quirks),
    }


def _session(planned: Planned, journal: Journal, now: State, injected: Injected) -> Session:
    assert now.stage is not None
    seating = planned.seatings[now.stage.seating]
    seed = stage_seed(planned.campaign.seed, now.stage.number)
    cases = [_bound(seating, trial, seed) for trial in now.left]
    plan = Plan(
        lab=seating.lab,
        source=planned.campaign.lab_source,
        directory=journal.place(now.stage.number),
        seed=seed,
        defects=injected.defects,
        quirks=injected.quirks,
        resume=journal.prepare(now.stage.number),
        options={"campaign": planned.campaign.name, "stage": now.stage.number},
    )
    return Session(plan, cases, {})


def _bound(seating: Seating, trial: Trial, seed: int) -> BoundCase:
    """The engine's case, with nobody left to choose from."""
    case = seating.cases[trial.cell.case()]
    players = trial.cast(seed)
    candidates = {
        role: tuple(one for one in able if one is players[role])
        for role, able in case.binding.candidates.items()
    }
    return replace(case, binding=replace(case.binding, candidates=candidates), repeat=trial.repeat)
