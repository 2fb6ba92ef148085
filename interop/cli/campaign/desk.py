"""The terminal that a campaign is played from: what is asked there, and what is shown."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer
from rich.text import Text

from interop.campaign.cells import stage_seed
from interop.campaign.course import State
from interop.campaign.forecast import stretch
from interop.campaign.planning import Planned
from interop.campaign.seating import Move
from interop.campaign.stages import Stage
from interop.cli.asking import may_spend
from interop.cli.campaign.plan import spending
from interop.cli.live import LiveLine, progress, sentence, span
from interop.cli.storing import keep
from interop.engine import clock
from interop.engine.runner import cooldowns
from interop.lab.equipment import CHINA, all_emulated
from interop.record import Verdict
from interop.reports.text import counted

if TYPE_CHECKING:
    from interop.engine.attempt import BoundCase
    from interop.engine.session import Plan
    from interop.record import Attempt

CLOSED, UNSEATED = 5, 6
"""Exit codes: no window is open; SIMs have to be moved by hand first."""
MOVED_WITHIN_S: Final = 12 * 3600.0
"""whoever moves SIMs may have gone home"""


class Terminal:
    """Implements `Desk`. `again`: the command that goes on with the campaign."""

    def __init__(
        self,
        planned: Planned,
        *,
        store: str,
        yes: bool,
        waits: bool,
        seated: bool,
        again: str,
    ) -> None:
        self._planned = planned
        self._store = store
        self._yes = yes
        self._waits = waits
        self._seated = seated
        self._again = again
        self._live = LiveLine(self._line)
        self._verdicts: Counter[Verdict] = Counter()
        self._running: dict[str, None] = {}
        self._title = ""
        self._total = 0
        self._began = 0.0
        self._forecast_s: float | None = None
        """of what is played now; None where seconds are simulated"""

    def now(self) -> datetime:
        return datetime.now(CHINA)

    def close(self) -> None:
        self._live.engineer.close()
        self._live.end()

    def allow(self, now: State) -> None:
        campaign = self._planned.campaign
        figures = list(_figures(self._planned, now))
        may_spend("interop campaign run", campaign.lab, allowed=self._yes, figures=figures)

    def move(self, moves: Sequence[Move]) -> None:
        seated, self._seated = self._seated, False  # it was said of what is to be moved first, and no more
        if seated:
            return
        table = "\n".join(_table(moves))
        if not self._live.engineer.present:
            self._end(f"{table}\nmove these SIMs, then: {self._again} --seated", UNSEATED)
        answers = {"m": "every SIM is where the table says", "l": "later"}
        question = f"Move these SIMs by hand:\n\n{table}"
        answer = clock.run(self._live.engineer.ask(question, answers, within=MOVED_WITHIN_S), virtual=False)
        if answer != "m":
            self._end(f"when these SIMs are moved: {self._again} --seated", UNSEATED)

    def wait(self, until: datetime) -> None:
        if not self._waits:
            self._end(f"closed until {_by_clock(until)}; start it again then: {self._again}", CLOSED)
        self._live.say(f"closed until {_by_clock(until)}; waiting (Ctrl-C ends, nothing is lost)")
        self.sleep(until)

    def sleep(self, until: datetime) -> None:
        seconds = max(0.0, (until - self.now()).total_seconds())
        clock.run(asyncio.sleep(seconds), virtual=False)

    def with_engineer(self, plan: Plan) -> Plan:
        return replace(plan, engineer=self._live.engineer)

    def stage_begins(self, stage: Stage, now: State) -> None:
        self._seated = False
        seating = self._planned.seatings[stage.seating]
        seated = "SIMs moved on" if stage.seating else "SIMs at home"
        left = f", {len(now.left)} left" if len(now.left) < len(stage.trials) else ""
        takes = ""
        self._forecast_s = None
        if not all_emulated(seating.lab):
            seed = stage_seed(self._planned.campaign.seed, stage.number)
            self._forecast_s = stretch(now.left, cooldowns(seating.lab), seed).makespan_s
            takes = f", about {span(self._forecast_s)}"
        cases = counted(len(stage.trials), "case")
        self._live.say(f"stage {stage.number}: {stage.purpose}, {cases}, {seated}{left}{takes}")
        self._title = f"stage {stage.number}  "
        self._verdicts.clear()
        self._running.clear()
        self._total = len(now.left)
        self._began = time.monotonic()
        self._live.begin()

    def started(self, case: BoundCase) -> None:
        self._running[case.name] = None
        self._live.draw()

    def ended(self, case: BoundCase, attempt: Attempt) -> None:
        self._running.pop(case.name, None)
        self._verdicts[attempt.verdict] += 1
        if attempt.verdict is not Verdict.PASS:
            self._live.say(sentence(attempt))
        self._live.draw()

    def stage_rests(self, directory: Path) -> None:
        self._running.clear()
        self._live.end()
        if not self._live.shown:
            self._live.say(self._line())
        keep(directory, self._store)

    def ends(self, away: Sequence[Move]) -> None:
        if away:
            self._live.say("\n".join(["not at home:", *_table(away)]))

    def _line(self) -> Text:
        done = self._verdicts.total()
        missing = (self._total - done) / max(1, self._total)
        left_s = 0.0
        if self._forecast_s is not None:
            left_s = self._forecast_s * missing
        elif done:
            left_s = (time.monotonic() - self._began) * (self._total - done) / done
        return progress(self._verdicts, self._total, left_s, self._running, self._title)

    def _end(self, why: str, code: int) -> None:
        typer.echo(why, err=True)
        raise typer.Exit(code)


def _figures(planned: Planned, now: State) -> Iterator[str]:
    """What is to come at most, as far as a plan can say."""
    forecast = planned.forecast
    cases = counted(forecast.home.cases + forecast.rotated.cases, "case")
    yield f"campaign {planned.campaign.name}: screening {cases}, {spending(planned, forecast.spend)}"
    yield f"then tests of what is suspected, about {forecast.control_cases:.0f} cases for controls alone"
    if now.spent.calls or now.spent.messages or now.spent.multimedia:
        money = planned.campaign.budget.cost(now.spent)
        spent = f"{now.spent.calls} calls, {now.spent.messages} messages, {now.spent.multimedia} multimedia"
        yield f"so far it has spent {spent}, {money:.2f} of money"


def _table(moves: Sequence[Move]) -> Iterator[str]:
    width = max(len(move.sim) for move in moves)
    modem = max(len(move.old) for move in moves)
    for move in moves:
        pin = "  (has a PIN; a few modems try it on any SIM)" if move.locked else ""
        yield f"  {move.sim:<{width}}  ICCID {move.iccid}  from {move.old:<{modem}}  to {move.new}{pin}"


def _by_clock(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%a %Y-%m-%d %H:%M} in China"
