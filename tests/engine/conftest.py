"""A toy lab: its modems do what a test tells them, so that the engine is judged and not a driver."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from interop.engine.attempt import BoundCase, Stage
from interop.engine.case import spec_of
from interop.engine.clock import run_virtual
from interop.engine.evidence import Evidence
from interop.engine.runner import Runner
from interop.lab.budget import Spent
from interop.lab.model import FormPart, FormRule, Lab, ModemPart, SimPart
from interop.lab.roles import bindings
from interop.protocols.errors import EquipmentError
from interop.protocols.modem import Health
from interop.protocols.stream import EventStream
from interop.record import Attempt, Event
from interop.record.reader import Run, read_run
from interop.record.writer import RunWriter

Healths = Callable[[str, int], Health]
"""(SIM, how often it was asked before) -> what the probe finds"""


class ToyModem:
    def __init__(self, toy: ToyLab, name: str, sim: str) -> None:
        self.name = name
        self.sim = sim
        self.events = EventStream()
        self.hung_up = 0
        self.probes: list[bool] = []
        self._toy = toy

    async def health(self, *, registered: bool = True) -> Health:
        await asyncio.sleep(0.5)
        self.probes.append(registered)
        return self._toy.health(self.sim, len(self.probes) - 1)

    async def hang_up_all(self) -> None:
        await asyncio.sleep(0.1)
        self.hung_up += 1

    def does(self, *events: Event) -> None:
        for event in events:
            self.events.append(event)


class ToySite:
    def __init__(self, name: str) -> None:
        self.name = name
        self.events = EventStream()


def sim(name: str, msisdn: str, kind: Any, operator: Any, brand: str, cooldown_s: float = 0.0) -> SimPart:
    return SimPart(
        name=name,
        msisdn=msisdn,
        imsi="460010000000000",
        iccid="89860100000000000000",
        kind=kind,
        brand=brand,
        base_operator=operator,
        city="北京",
        cooldown_s=cooldown_s,
    )


SIMS = (
    sim("mvno-a", "17090000001", "mvno", "CUCC", "A"),
    sim("mvno-b", "17180000002", "mvno", "CUCC", "B"),
    sim("cucc-1", "18600000003", "ordinary", "CUCC", "CUCC"),
    sim("cucc-2", "18600000004", "ordinary", "CUCC", "CUCC"),
    sim("cmcc-1", "13900000005", "ordinary", "CMCC", "CMCC"),
    sim("cmcc-2", "13900000006", "ordinary", "CMCC", "CMCC"),
)


def toy_lab(sims: Sequence[SimPart] = SIMS) -> Lab:
    bank = FormPart(name="bank", title="Bank", url="emulated:/bank", rules=(FormRule(outcome="accepted"),))
    modems = tuple(ModemPart(name=f"m-{one.name}", port="emulated", sim=one.name) for one in sims)
    return Lab(name="toy", city="北京", modems=modems, sims=tuple(sims), forms=(bank,))


@dataclass
class ToyLab:
    """Runs case functions and reads back what was recorded."""

    directory: Path
    lab: Lab = field(default_factory=toy_lab)
    health: Healths = lambda _sim, _number: Health(None)
    seed: int = 1
    limit: int | None = None
    closes_at: float | None = None
    failed: dict[str, EquipmentError] = field(default_factory=dict)
    spent: Spent = field(default_factory=dict)
    devices: dict[str, Any] = field(default_factory=dict)
    ended: list[tuple[str, Attempt]] = field(default_factory=list)
    runner: Runner | None = None
    end: Callable[[ToyLab], Awaitable[None]] | None = None
    on_ended: Callable[[ToyLab], None] | None = None

    def __post_init__(self) -> None:
        seats = [(modem, self.lab.sim_of(modem)) for modem in self.lab.modems]
        self.devices = {modem.name: ToyModem(self, modem.name, one.name) for modem, one in seats if one}
        self.devices |= {site.name: ToySite(site.name) for site in self.lab.sites}

    def device(self, name: str) -> Any:
        if name in self.failed:
            raise self.failed[name]
        return self.devices[name]

    def cases(self, *functions: Any, only: str = "", **arguments: Any) -> list[BoundCase]:
        """Every binding of the functions whose name holds `only`."""
        found = []
        for function in functions:
            spec = spec_of(function)
            assert spec is not None
            for binding in bindings(spec, self.lab):
                case = BoundCase(f"toy.{spec.name}", spec, function, binding, arguments)
                if only in case.name and not binding.missing:
                    found.append(case)
        return found

    def run(self, cases: Sequence[BoundCase], previous: Run | None = None) -> Run:
        run_virtual(self.play(cases, previous))
        return read_run(self.directory)

    async def play(self, cases: Sequence[BoundCase], previous: Run | None = None) -> None:
        loop = asyncio.get_running_loop()
        writer = RunWriter(self.directory, now=loop.time)
        if previous is None:
            writer.describe({"seed": self.seed})
        evidence = Evidence(writer)
        for device in self.devices.values():
            evidence.attach(getattr(device, "sim", device.name), device.events)
        self.runner = Runner(
            cases,
            Stage(
                self,
                writer,
                evidence,
                self.seed,
                lambda: {sim: dict(n) for sim, n in self.spent.items()},
                epoch=0.0,
            ),
            lab=self.lab,
            limit=self.limit,
            closes_at=self.closes_at,
            previous=previous,
            ended=self._note,
        )
        try:
            await self.runner.run()
            if self.end is not None:
                await self.end(self)
        finally:
            writer.close()

    def _note(self, case: BoundCase, attempt: Attempt) -> None:
        self.ended.append((case.name, attempt))
        if self.on_ended is not None:
            self.on_ended(self)


@pytest.fixture
def make_toy(tmp_path: Path) -> Callable[..., ToyLab]:
    """A toy lab with its run directory; keyword arguments as ToyLab's."""

    def make(**options: Any) -> ToyLab:
        return ToyLab(options.pop("directory", tmp_path / "run"), **options)

    return make


@pytest.fixture
def toy(make_toy: Callable[..., ToyLab]) -> ToyLab:
    return make_toy()


@pytest.fixture
def new_sim() -> Callable[..., SimPart]:
    return sim


@pytest.fixture
def new_lab() -> Callable[[Sequence[SimPart]], Lab]:
    return toy_lab


Players = Mapping[str, Any]
