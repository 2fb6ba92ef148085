"""One run from its directory to its last line: lab, clock, equipment, record and runner put together."""

from __future__ import annotations

import asyncio
import platform
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from interop import __version__
from interop.engine import clock, resume
from interop.engine.attempt import BoundCase, Stage
from interop.engine.evidence import Evidence
from interop.engine.runner import Runner
from interop.lab.audit import number_audit
from interop.lab.budget import Purse, Spent, added
from interop.lab.equipment import Equipment, all_emulated, any_emulated
from interop.lab.model import Lab
from interop.lab.readiness import NotReady, prove
from interop.lab.secrets import known
from interop.protocols.engineer import NOBODY, Engineer
from interop.protocols.equipment import Setting
from interop.record import Attempt
from interop.record.reader import Run, read_run
from interop.record.writer import RUN, RunWriter

PAPERS = "operator"
"""in a run directory: what emulated operators hand over afterwards"""
EPOCH = 1_767_574_800.0
"""Second 0 of every run on the virtual clock: 2026-01-05 09:00 in China, a Monday."""


class Observer(Protocol):
    """Told of a run's progress while it happens."""

    def started(self, case: BoundCase) -> None: ...

    def ended(self, case: BoundCase, attempt: Attempt) -> None: ...


@dataclass(frozen=True)
class Plan:
    """How to run. `limit`: most cases at once; `confirm`: asked before the first live call or message;
    `engineer`: asked to do what no driver can. `already`: SIM -> what counts against its budgets beside what
    this run spends. `closes_in_s`: so many seconds after it began, the run is to be over: no case is begun
    that would not be. `needs`: devices without which nothing is begun.
    """

    lab: Lab
    source: str
    directory: Path
    seed: int = 1
    defects: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()
    limit: int | None = None
    resume: bool = False
    confirm: Callable[[str], bool] = lambda _question: False
    engineer: Engineer = NOBODY
    already: Spent = field(default_factory=dict)
    closes_in_s: float | None = None
    needs: Collection[str] = ()
    options: Mapping[str, Any] | None = None
    """what else the run was asked for, for the record"""


class Session:
    """A run that is ready to go.

    Raises ValueError and DriverError where a driver refuses a defect or quirk or is missing, RunDamaged for a
    run that cannot be resumed, FileExistsError for a directory that already holds a run; nothing is opened.
    """

    def __init__(self, plan: Plan, cases: Sequence[BoundCase], never: Mapping[str, str]) -> None:
        self._plan = plan
        self._cases = cases
        self._never = never
        self.virtual = all_emulated(plan.lab)
        self._previous = _previous(plan)
        self._runner: Runner | None = None
        before = self._previous.meta if self._previous else {}
        if before and before.get("lab_sha256") != plan.lab.digest:
            raise ValueError(f"the lab has changed since {plan.directory} began; start a new run")
        self._epoch = float(before.get("epoch", EPOCH if self.virtual else time.time()))
        self._base = resume.end_of(self._previous) if self._previous else 0.0
        if not self.virtual:
            # a clock that was set back meanwhile does not turn the record's order round
            self._base = max(self._base, time.time() - self._epoch)
        self._before = {name: float(before.get(name) or 0.0) for name in _TIMES}
        self._scratch = tempfile.TemporaryDirectory(prefix="interop-")
        self._purse = Purse(
            plan.lab,
            confirm=plan.confirm,
            already=added(plan.already, resume.spent_before(self._previous) if self._previous else {}),
        )
        self._equipment = Equipment(
            self._setting(),
            purse=self._purse,
            journal=lambda name: self._writer.journal(name),
            engineer=plan.engineer,
        )
        self._writer = RunWriter(plan.directory, secrets=known(plan.lab))
        self._audit = number_audit(plan.lab)

    def run(self, observer: Observer) -> None:
        """Run all cases. Raises KeyboardInterrupt when interrupted, after everything is hung up, and NotReady
        before anything is begun.
        """
        self._describe("running", {})
        began = time.perf_counter()
        times = dict.fromkeys(_TIMES, 0.0)
        state = "broken"
        try:
            clock.run(self._main(observer, times), virtual=self.virtual)
            state = "interrupted" if self.cut_short else "finished"
        except (KeyboardInterrupt, NotReady):
            state = "interrupted"
            raise
        finally:
            times["wall_s"] = round(time.perf_counter() - began, 3)
            if not self.virtual:
                times["simulated_s"] = times["wall_s"]
            self._describe(state, {name: round(self._before[name] + times[name], 3) for name in _TIMES})
            self._writer.close()
            self._scratch.cleanup()

    @property
    def cut_short(self) -> bool:
        """Whether there was no time left for something (`Plan.closes_in_s`): to be gone on with."""
        return self._runner is not None and self._runner.cut_short

    def stop(self) -> None:
        """Begin no more cases, interrupt those that run."""
        if self._runner is not None:
            self._runner.stop()

    async def _main(self, observer: Observer, times: dict[str, float]) -> None:
        loop = asyncio.get_running_loop()
        zero = loop.time()
        self._writer.now = lambda: self._base + loop.time() - zero
        closes_in_s = self._plan.closes_in_s
        try:
            async with self._equipment as equipment:
                if self._plan.needs:
                    await prove(equipment, self._plan.lab, self._plan.needs)
                evidence = Evidence(self._writer)
                if self._previous is not None:
                    resume.recall(self._previous, evidence.expected)
                modems = self._listen(evidence)
                if self._previous is not None and self._previous.started:
                    await resume.drain(modems)
                stage = Stage(
                    equipment,
                    self._writer,
                    evidence,
                    self._plan.seed,
                    lambda: self._purse.spent,
                    self._epoch,
                )
                if self._previous is not None:
                    resume.owes(self._previous, modems, self._plan.lab.numbers, stage.debts)
                self._runner = Runner(
                    self._cases,
                    stage,
                    lab=self._plan.lab,
                    limit=self._plan.limit,
                    closes_at=None if closes_in_s is None else self._base + closes_in_s,
                    previous=self._previous,
                    started=observer.started,
                    ended=lambda case, attempt: observer.ended(case, self._shown(attempt)),
                )
                await self._runner.run()
        finally:
            times["simulated_s"] = loop.time() - zero
            if self._runner is not None:
                times["makespan_s"] = self._runner.makespan_s
                times["lower_bound_s"] = self._runner.lower_bound_s

    def _shown(self, attempt: Attempt) -> Attempt:
        shown = self._writer.masked(attempt)
        assert isinstance(shown, Attempt)
        return shown

    def _listen(self, evidence: Evidence) -> list[Any]:
        """Hear every device that came to life; returns the modems among them. What holds a SIM is heard
        under its SIM; a modem that is an originator, too, once.
        """
        lab, equipment = self._plan.lab, self._equipment
        seats = [(modem.name, sim.name) for modem in lab.modems if (sim := lab.sim_of(modem))]
        cards = [(reader.name, reader.sim) for reader in lab.readers if reader.sim]
        sites = [*lab.sites, *lab.gateways, *(each for each in lab.originators if each.sim is None)]
        modems = []
        for name, party in [*seats, *cards, *((site.name, site.name) for site in sites)]:
            if name in equipment.failed:
                continue
            device = equipment.device(name)
            evidence.attach(party, device.events)
            if (name, party) in seats:
                modems.append(device)
        return modems

    def _setting(self) -> Setting:
        plan = self._plan
        return Setting(
            lab=plan.lab,
            seed=plan.seed,
            defects=plan.defects,
            quirks=plan.quirks,
            scratch=Path(self._scratch.name),
            epoch=self._epoch + self._base,
            virtual=self.virtual,
            papers=plan.directory / PAPERS,
        )

    def _describe(self, state: str, times: Mapping[str, float]) -> None:
        plan = self._plan
        self._writer.describe(
            {
                "run": plan.directory.name,
                "state": state,
                "lab": plan.lab.name,
                "lab_file": plan.source,
                "lab_sha256": plan.lab.digest,
                "seed": plan.seed,
                "defects": list(plan.defects),
                "quirks": list(plan.quirks),
                "options": dict(plan.options or {}),
                "clock": "virtual" if self.virtual else "real",
                "emulated": any_emulated(plan.lab),
                "epoch": self._epoch,
                "versions": _versions(),
                "cases": len(self._cases),
                "services": list(dict.fromkeys(case.spec.service for case in self._cases)),
                "never": dict(self._never),
                **times,
                "audit": self._audit,
            }
        )


_TIMES = ("simulated_s", "wall_s", "makespan_s", "lower_bound_s")


def _previous(plan: Plan) -> Run | None:
    if plan.resume:
        return read_run(plan.directory)
    if plan.directory.exists() and any(plan.directory.iterdir()):
        what = "a run is" if (plan.directory / RUN).exists() else "something is"
        raise FileExistsError(f"{plan.directory}: {what} already there")
    return None


def _versions() -> dict[str, str]:
    return {
        "interop": __version__,
        "python": platform.python_version(),
        "pytest": version("pytest"),
        "system": platform.platform(terse=True),
    }
