"""Playing a campaign on the engine: one session per stage, gone on with where it was killed or closed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from interop.campaign.cells import Trial, stage_seed
from interop.campaign.course import Began, Ended, Lost, Replay, State
from interop.campaign.journal import Journal
from interop.campaign.planning import Planned, Seating
from interop.campaign.seating import Move, moves, needed
from interop.campaign.spending import NOTHING
from interop.campaign.stages import Stage
from interop.engine.attempt import BoundCase
from interop.engine.runner import longest_s
from interop.engine.session import Observer, Plan, Session
from interop.lab.equipment import CHINA, nothing_leaves
from interop.lab.readiness import NotReady

OPENING: Final = timedelta(minutes=1)
"""what opening a lab may take of a window"""


@dataclass(frozen=True, slots=True)
class Injected:
    """Into the emulated country, as `interop run` has them."""

    defects: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()


class Desk(Observer, Protocol):
    """Who has the campaign played: asked, and told of its progress. Whatever a method raises ends it; it can
    be gone on with.

    The first four are called on labs only from which something leaves.
    """

    def allow(self, now: State) -> None:
        """Calls and messages are about to leave, and cost. Once, before the first; raises if they may not."""

    def move(self, moves: Sequence[Move]) -> None:
        """Returns when the SIMs are where they have to be."""

    def wait(self, until: datetime) -> None:
        """Returns at that time, in China, or a little later."""

    def with_engineer(self, plan: Plan) -> Plan:
        """The plan of a stage's run, with whom it can ask."""

    def stage_begins(self, stage: Stage, now: State) -> None:
        """Or goes on, with what is `now` left of it."""

    def stage_rests(self, directory: Path) -> None:
        """Its run ended, at the stage's end or because a window closes. `directory`: of the run."""

    def ends(self, away: Sequence[Move]) -> None:
        """Of the whole campaign. `away`: the moves that would bring every SIM back home."""


def play(
    planned: Planned,
    directory: Path,
    injected: Injected,
    desk: Desk,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(CHINA),
) -> State:
    """Begin the campaign in this directory, or go on with it, to its end. `clock`: the time now.

    Raises JournalError, RunDamaged, for lines of another campaign ValueError, CampaignError where a case fits
    into no window, NotReady where a device is missing or holds another SIM, OSError where nothing can be
    written; KeyboardInterrupt when interrupted, after everything is hung up. Whatever ends it, it goes on
    from there.
    """
    with Journal(directory, identity(planned, injected)) as journal:
        return _Play(planned, journal, injected, desk, clock).run()


class _Play:
    def __init__(
        self,
        planned: Planned,
        journal: Journal,
        injected: Injected,
        desk: Desk,
        clock: Callable[[], datetime],
    ) -> None:
        self._planned = planned
        self._journal = journal
        self._injected = injected
        self._desk = desk
        self._clock = clock
        self._live = not nothing_leaves(planned.campaign.lab)
        self._replay = Replay(planned.course)
        self._closing: datetime | None = None
        """of the window of the last session"""
        self._full = False
        """that session had no time left for something"""

    def run(self) -> State:
        for line in self._journal.lines():
            self._replay.hear(line)
        now = self._replay.state()
        if self._live and now.stage is not None:
            self._refuse_what_never_fits()
            self._desk.allow(now)
        while now.stage is not None:
            if now.left:
                whole = self._played(now.stage, now)
            else:
                whole = True
                self._note_beginning(now)
                if self._journal.has_run(now.stage.number):  # of one that was killed behind its last case
                    self._desk.stage_rests(self._journal.place(now.stage.number))
            if whole:
                self._journal.note(Ended(now.stage.number))
                self._replay.hear(Ended(now.stage.number))
            now = self._replay.state()
        self._desk.ends(self._moves_to(0))
        return now

    def _played(self, stage: Stage, now: State) -> bool:
        """One session of a stage. Whether it is over; else there was no time left for all of it, or a device
        was away. Raises NotReady where nothing that is left could be played for that.
        """
        if away := self._moves_to(stage.seating):
            self._desk.move(away)
        if self._journal.seating != stage.seating:
            self._journal.seat(stage.seating)
        cases = self._bound(stage, now.left)
        closes_in_s = self._open(cases) if self._live else None
        self._note_beginning(now)
        self._desk.stage_begins(stage, now)
        session = self._session(stage, cases, closes_in_s)
        session.run(self._desk)
        self._replay.hear(Lost(NOTHING))  # what a crash cut short has a line of its own by now
        for line in self._journal.played(stage.number):
            self._replay.hear(line)
        self._desk.stage_rests(self._journal.place(stage.number))
        self._full = session.cut_short
        if not self._live:
            return True
        after = self._replay.state().left
        if not session.cut_short and after == now.left:
            raise NotReady(self._why_not(after[0]))
        return not session.cut_short and not after

    def _why_not(self, trial: Trial) -> str:
        """What the last attempt at it says."""
        attempts = self._replay.stages[-1].attempts(trial)
        return attempts[-1].detail if attempts else f"{trial.case} was not played"

    def _note_beginning(self, now: State) -> None:
        if now.stage is not None and not now.began:
            self._journal.note(Began(now.stage.number))
            self._replay.hear(Began(now.stage.number))

    def _moves_to(self, seating: int) -> list[Move]:
        if not self._live:
            return []
        labs = [each.lab for each in self._planned.seatings]
        return moves(labs[self._journal.seating], labs[seating])

    def _open(self, cases: Sequence[BoundCase]) -> float:
        """Wait for a window in which at least one of these cases ends; seconds until it closes."""
        hours = self._planned.campaign.hours
        least = timedelta(seconds=min(map(longest_s, cases)))
        while True:
            at = self._clock()
            closes = hours.open_until(at)
            full = self._full and closes == self._closing
            if closes is not None and at + OPENING + least <= closes and not full:
                self._closing = closes
                return (closes - at).total_seconds()
            self._desk.wait(next(hours.windows(closes or at))[0])

    def _refuse_what_never_fits(self) -> None:
        campaign = self._planned.campaign
        cases = (case for seating in self._planned.seatings for case in seating.cases.values())
        longest = max(cases, key=longest_s)
        if timedelta(seconds=longest_s(longest)) + OPENING > campaign.hours.longest:
            takes = f"{longest.name} takes {longest_s(longest):g} s with its contrast"
            raise campaign.refusal(("when", "hours"), f"hours: none is long enough: {takes}, opening 60 s")

    def _bound(self, stage: Stage, trials: Sequence[Trial]) -> list[BoundCase]:
        seating, seed = self._planned.seatings[stage.seating], self._seed(stage)
        return [_bound(seating, trial, seed) for trial in trials]

    def _seed(self, stage: Stage) -> int:
        return stage_seed(self._planned.campaign.seed, stage.number)

    def _session(self, stage: Stage, cases: Sequence[BoundCase], closes_in_s: float | None) -> Session:
        campaign, journal = self._planned.campaign, self._journal
        plan = Plan(
            lab=self._planned.seatings[stage.seating].lab,
            source=campaign.lab_source,
            directory=journal.place(stage.number),
            seed=self._seed(stage),
            defects=self._injected.defects,
            quirks=self._injected.quirks,
            resume=journal.prepare(stage.number),
            confirm=lambda _question: self._live,  # `Desk.allow` was asked
            already=journal.spent_before(stage.number),
            closes_in_s=closes_in_s,
            needs=needed(cases) if self._live else (),
            options={"campaign": campaign.name, "stage": stage.number},
        )
        return Session(self._desk.with_engineer(plan) if self._live else plan, cases, {})


def identity(planned: Planned, injected: Injected) -> dict[str, Any]:
    """What decides the course of a campaign: with another of these it is another one."""
    campaign = planned.campaign
    cases = "\n".join(f"{cell.seating} {cell.case()}" for cell in planned.course.cells)
    return {
        "campaign": campaign.name,
        "campaign file": campaign.digest,
        "lab": campaign.lab.digest,
        "set of cases": hashlib.sha256(cases.encode()).hexdigest(),
        "--defect": list(injected.defects),
        "--quirk": list(injected.quirks),
    }


def _bound(seating: Seating, trial: Trial, seed: int) -> BoundCase:
    """The engine's case, with nobody left to choose from."""
    case = seating.cases[trial.cell.case()]
    players = trial.cast(seed)
    candidates = {
        role: tuple(one for one in able if one is players[role])
        for role, able in case.binding.candidates.items()
    }
    return replace(case, binding=replace(case.binding, candidates=candidates), repeat=trial.repeat)
