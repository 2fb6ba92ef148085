"""One attempt at one case: probe, play, clean up, probe again, judge."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any, Protocol

from interop.engine.bench import Bench, Ended, Inconclusive
from interop.engine.case import CaseFunction, CaseSpec, Probe
from interop.engine.debts import Debts
from interop.engine.evidence import Evidence, call_parties
from interop.engine.lease import Lease
from interop.engine.verdicts import Interrupted, Judgement, equipment_trouble, gate, judge, service_lost
from interop.lab.budget import Spent
from interop.lab.equipment import CHINA
from interop.lab.model import GatewayPart, OriginatorPart, SimPart
from interop.lab.roles import Binding, Player, Seat, subject_of
from interop.protocols.errors import EquipmentError
from interop.protocols.modem import Health
from interop.record import Attempt, InconcReason, Started, Verdict
from interop.record.events import MessageReceived
from interop.record.writer import EVENTS, RunWriter

_OVERTIME_S = 60.0
"""No probe and no clean-up takes longer: what it waits for will not come."""

_MOST_PROBES = 15
_PROBE_AGAIN_S = 3.0
_PASSING = (InconcReason.NOT_REGISTERED, InconcReason.COVERAGE, InconcReason.MODEM)


class Devices(Protocol):
    """What the engine needs of `interop.lab.equipment.Equipment`."""

    failed: dict[str, EquipmentError]

    def device(self, name: str) -> Any: ...


@dataclass(frozen=True)
class BoundCase:
    """A case in this lab: `where` "recognition.calls.sends", `parameters` "gsm7", `repeat` 2 of --repeat."""

    where: str
    spec: CaseSpec
    function: CaseFunction
    binding: Binding
    arguments: Mapping[str, Any]
    parameters: str = ""
    repeat: int = 1
    stands_in_for: SimPart | None = None
    """in a control: the SIM under test, whose role an ordinary one plays"""

    @property
    def name(self) -> str:
        parameters = f"-{self.parameters}" if self.parameters else ""
        again = f"~{self.repeat}" if self.repeat > 1 else ""
        return f"{self.where}[{self.binding.id}{again}{parameters}]"

    @property
    def suite(self) -> str:
        return self.where.partition(".")[0]

    def bound_to(self, binding: Binding) -> BoundCase:
        """The same case with an ordinary SIM in the place of the one under test, for a contrast."""
        return replace(self, binding=binding, repeat=1, stands_in_for=self.tested)

    @property
    def tested(self) -> SimPart:
        return self.stands_in_for or self.binding.subject.sim


@dataclass(frozen=True)
class Stage:
    """What all attempts of a run share. `spent`: what every SIM has spent so far in this run; `epoch`: POSIX
    time of its second 0; `debts`: what clean-ups have not yet put back.
    """

    devices: Devices
    writer: RunWriter
    evidence: Evidence
    seed: int
    spent: Callable[[], Spent]
    epoch: float
    debts: Debts = field(default_factory=Debts)


@dataclass
class _Mail:
    """What one attempt may ask of all messages of the run."""

    stage: Stage
    lease: Lease
    sims: Sequence[str]
    since: int

    def expect(self, sim: str, text: str, sender: str, awaited: bool) -> None:
        self.stage.evidence.expect(self.lease, sim, text, sender, awaited)

    def settle(self, sim: str) -> None:
        self.stage.evidence.settle(self.lease, sim)

    def owed(self, sim: str, sender: str) -> int:
        return self.stage.evidence.expected.owed(self.lease, sim, sender)

    def astray(self) -> list[tuple[str, MessageReceived]]:
        strays = self.stage.evidence.expected.strays(self.since, self.sims)
        return [(stray.sim, stray.message) for stray in strays]


def party_of(player: Player) -> str:
    """Its name in events: the SIM's, or the site's."""
    return player.sim.name if isinstance(player, Seat) else player.name


async def perform(
    case: BoundCase,
    players: Mapping[str, Player],
    stage: Stage,
    *,
    number: int,
    control_of: str | None = None,
) -> tuple[Attempt, Lease]:
    """Attempt `number` of the case with its devices already claimed. The attempt is not yet written.

    Never raises for what the case or a device does; when cancelled it still cleans up and returns.
    """
    return await _Performance(case, players, stage, number, control_of).run()


def not_played(case: BoundCase, number: int, started: float, reason: InconcReason, why: str) -> Attempt:
    """An attempt that never took place, or of which nothing is known: its device was not there, a crash."""
    judgement = Judgement(Verdict.INCONC, reason=reason, detail=why)
    return _attempt(case, judgement, number=number, started=started, duration_s=0.0, devices={})


class _Performance:
    def __init__(
        self,
        case: BoundCase,
        players: Mapping[str, Player],
        stage: Stage,
        number: int,
        control_of: str | None,
    ) -> None:
        self._case = case
        self._players = players
        self._stage = stage
        self._control_of = control_of
        self._lease = Lease(case.name, number)
        self._bench: Bench | None = None

    async def run(self) -> tuple[Attempt, Lease]:
        stage, lease = self._stage, self._lease
        started = stage.writer.now()
        names = {role: player.name for role, player in self._players.items()}
        stage.writer.write(
            Started(lease.case, lease.attempt, names, round(started, 6), control_of=self._control_of)
        )
        first = stage.writer.sequence
        spent = stage.spent()
        stage.evidence.begin(lease, map(party_of, self._players.values()))
        error = await self._play()
        stage.evidence.over(lease)
        troubles = await _to_its_end(self._clean_up(isinstance(error, Interrupted)))
        judgement = await self._judge(error, troubles)
        stage.evidence.end(lease)
        attempt = _attempt(
            self._case,
            judgement,
            number=lease.attempt,
            started=started,
            duration_s=stage.writer.now() - started,
            devices=names,
            control_of=self._control_of,
            checks=tuple(self._bench.checks) if self._bench else (),
            measurements=tuple(self._bench.measurements) if self._bench else (),
            spent=self._spent_since(spent),
            evidence=self._evidence(first),
        )
        return attempt, lease

    async def _play(self) -> BaseException | None:
        """What ended the attempt, None when it ran to its end."""
        try:
            devices = {role: self._stage.devices.device(one.device) for role, one in self._players.items()}
            health = await self._probe_before()
            if health.trouble is not None:
                return Inconclusive(health.trouble, f"before the case: {health.detail}")
            await self._connect(devices)
            self._bench = self._furnish(devices)
            limit = self._case.spec.timeout_s
            async with asyncio.timeout(limit) as scope:
                await self._case.function(self._bench, **self._case.arguments, **devices)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or not task.cancelling():
                return error  # something in the case was cancelled, not the case
            task.uncancel()
            return Interrupted()
        except TimeoutError as error:
            return TimeoutError(f"not over after {limit:g} s") if scope.expired() else error
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # pytest.fail and pytest.skip are not Exceptions
            return None if isinstance(error, Ended) else error
        return None

    async def _connect(self, devices: Mapping[str, Any]) -> None:
        """Before the case: its time is the text's, and a reply may be the first thing that it waits for."""
        for role, player in self._players.items():
            if isinstance(player.part, (GatewayPart, OriginatorPart)):
                await devices[role].connect()

    def _furnish(self, devices: Mapping[str, Any]) -> Bench:
        players, stage = self._players, self._stage
        sims = {role: player.sim for role, player in players.items() if isinstance(player, Seat)}
        parts = {role: player.part for role, player in players.items() if player.part is not None}
        binding, lease = self._case.binding, self._lease
        tariffs = {role: binding.lab.tariff_of(sim) for role, sim in sims.items()}
        since = stage.evidence.expected.place
        return Bench(
            subject=subject_of(binding.subject),
            tested=self._case.tested if self._case.spec.own_control else None,
            sims=sims,
            parts=parts,
            devices=devices,
            random=Random(f"{stage.seed}/{lease.case}/{lease.attempt}"),
            clock=lambda: datetime.fromtimestamp(stage.epoch + stage.writer.now(), CHINA),
            mail=_Mail(stage, lease, [sim.name for sim in sims.values()], since),
            control=self._control_of is not None,
            numbers=binding.lab.numbers,
            tariffs={role: tariff for role, tariff in tariffs.items() if tariff is not None},
            free_numbers=binding.lab.free_numbers,
        )

    async def _judge(self, error: BaseException | None, troubles: list[Exception]) -> Judgement:
        judgement = judge(self._bench.checks if self._bench else (), error)
        broken = [one for one in troubles if not isinstance(one, (EquipmentError, TimeoutError))]
        if broken:
            return judge((), broken[0])
        if judgement.verdict is Verdict.FAIL:
            shown = equipment_trouble(error, (event for _, event in self._lease.events))
            if shown is None and self._case.spec.probe is Probe.REGISTERED:
                shown = service_lost(self._lease.events)
            judgement = gate(judgement, [shown or await self._probe_after()])
        if troubles:
            text = f"clean-up: {str(troubles[0]) or 'took too long'}"
            judgement = replace(judgement, detail=f"{judgement.detail}\n{text}".strip())
        return judgement

    async def _probe_before(self) -> Health:
        """A modem that was just opened, or has restarted, gets time to find its network again."""
        for _ in range(_MOST_PROBES):
            health = await self._stage.debts.settle([seat.name for seat in self._seats()])
            if health.trouble is None:
                health = await self._probe()
            if health.trouble not in _PASSING:
                break
            await asyncio.sleep(_PROBE_AGAIN_S)
        return health

    async def _probe_after(self) -> Health:
        try:
            return await self._probe()
        except EquipmentError as error:
            return Health(error.reason, str(error))
        except asyncio.CancelledError:
            return Health(InconcReason.INTERRUPTED, "interrupted before our equipment was proved healthy")

    async def _probe(self) -> Health:
        """The first trouble of any modem or card reader of the case, in the order of its roles."""
        if self._case.spec.probe is Probe.NONE:
            return Health(None)
        registered = self._case.spec.probe is Probe.REGISTERED
        holders = [self._stage.devices.device(seat.name) for seat in self._seats()]
        try:
            async with asyncio.timeout(_OVERTIME_S):
                found = await asyncio.gather(*(holder.health(registered=registered) for holder in holders))
        except TimeoutError:
            return Health(InconcReason.MODEM, f"no answer to the health probe in {_OVERTIME_S:g} s")
        for seat, health in zip(self._seats(), found, strict=True):
            if health.trouble is not None:
                what = health.detail or health.trouble
                return Health(health.trouble, f"{seat.name} ({seat.sim.name}): {what}")
        return Health(None)

    async def _clean_up(self, interrupted: bool) -> list[Exception]:
        """The case's own exits, last first, then every call; returns what went wrong."""
        steps = list(reversed(self._bench.cleanups)) if self._bench else []
        calling = call_parties(self._lease.events)
        for seat in self._seats():
            if seat.modem and (interrupted or seat.sim.name in calling):
                steps.append(self._hang_up(seat.name))
        troubles: list[Exception] = []
        for step in steps:
            try:
                async with asyncio.timeout(_OVERTIME_S):
                    await step()
            except Exception as error:
                troubles.append(error)
                owed_at = self._bench.puts_back.get(step) if self._bench else None
                if owed_at and isinstance(error, (EquipmentError, TimeoutError)):
                    self._stage.debts.owe(owed_at, self._lease.key, step)
        return troubles

    def _hang_up(self, name: str) -> Callable[[], Awaitable[None]]:
        async def hang_up() -> None:
            if name not in self._stage.devices.failed:
                await self._stage.devices.device(name).hang_up_all()

        return hang_up

    def _seats(self) -> list[Seat]:
        return [player for player in self._players.values() if isinstance(player, Seat)]

    def _spent_since(self, before: Spent) -> Spent:
        after = self._stage.spent()
        spent = {
            seat.sim.name: {
                what: number - before.get(seat.sim.name, {}).get(what, 0)
                for what, number in after.get(seat.sim.name, {}).items()
            }
            for seat in self._seats()
        }
        return {sim: counts for sim, counts in spent.items() if any(counts.values())}

    def _evidence(self, first: int) -> dict[str, Any]:
        place = self._stage.writer.journal_place
        return {
            "events": EVENTS,
            "journals": {name: place(name) for name in self._journalled()},
            "seq": [first, self._stage.writer.sequence - 1],
        }

    def _journalled(self) -> list[str]:
        """Those whose every byte is kept: modems, card readers and gateways."""
        return [
            player.name
            for player in self._players.values()
            if isinstance(player, Seat) or isinstance(player.part, GatewayPart)
        ]


async def _to_its_end(work: Coroutine[Any, Any, list[Exception]]) -> list[Exception]:
    """Await `work` to its end also when cancelled meanwhile: a call must be hung up."""
    task = asyncio.create_task(work, name=asyncio.current_task().get_name())  # type: ignore[union-attr]
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
    return task.result()


def _attempt(
    case: BoundCase,
    judgement: Judgement,
    *,
    number: int,
    started: float,
    duration_s: float,
    devices: dict[str, str],
    **more: Any,
) -> Attempt:
    return Attempt(
        case=case.name,
        suite=case.suite,
        service=case.spec.service,
        standard=case.spec.standard,
        subject=subject_of(case.binding.subject),
        peer=case.binding.peer,
        devices=devices,
        attempt=number,
        verdict=judgement.verdict,
        started=round(started, 6),
        duration_s=round(duration_s, 6),
        layer=judgement.layer,
        cause=judgement.cause,
        ambiguous=judgement.ambiguous,
        reason=judgement.reason,
        detail=judgement.detail,
        **more,
    )
