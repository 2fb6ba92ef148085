"""What a lab offers a campaign: every case it can run, as levels of the factors that failures are laid to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from interop.campaign.spending import NOTHING, Spend, of_service
from interop.engine.attempt import BoundCase
from interop.engine.scheduler import Candidate
from interop.lab.model import Lab
from interop.lab.roles import PEER_CLASSES, Binding, Cast, bindings
from interop.results.factors import CROSSED, FAR

Level = tuple[str, str]
"""("mvno", "小米移动")"""


@dataclass(frozen=True, eq=False, slots=True)
class Cell:
    """A case of the engine, its SIM where `seating` has it (0: as the lab file says).

    `name` and `parameters`: "recognition.messages.sends[mi-1709->CMCC" and "gsm7", between which the engine
    puts the number of a repeat. `spend`: of one attempt, at most. `far`: the role of the far end, where a
    modem of ours is there.
    """

    name: str
    parameters: str
    levels: Mapping[str, str]
    expected_s: float
    seating: int = 0
    spend: Spend = NOTHING
    roles: Mapping[str, Sequence[Candidate]] = field(default_factory=dict)
    far: str = ""

    def case(self, repeat: int = 1) -> str:
        """As `BoundCase.name` has it.

        >>> Cell("x.y.sends[mi-1709->CMCC", "gsm7", {}, 10.0).case(2)
        'x.y.sends[mi-1709->CMCC~2-gsm7]'
        """
        again = f"~{repeat}" if repeat > 1 else ""
        return f"{self.name}{again}{f'-{self.parameters}' if self.parameters else ''}]"

    @property
    def applied(self) -> tuple[Level, ...]:
        """Its levels, in the order of `CROSSED`."""
        return tuple((factor, self.levels[factor]) for factor in CROSSED if self.levels.get(factor))

    @property
    def fars(self) -> tuple[str, ...]:
        """The SIMs that may play the far end."""
        return tuple(map(sim_of, self.roles[self.far])) if self.far else ()

    def touches(self, levels: Iterable[Level]) -> bool:
        return all(self.levels.get(factor) == level for factor, level in levels)


@dataclass(frozen=True, eq=False, slots=True)
class Trial:
    """One playing of a cell. `repeat`: the engine's own number, unique for the cell within a stage.

    `far`: the SIM that is wanted at the far end; `shunned`: those that are not, as long as others can play.
    """

    cell: Cell
    repeat: int = 1
    far: str = ""
    shunned: frozenset[str] = frozenset()

    @property
    def case(self) -> str:
        return self.cell.case(self.repeat)

    def cast(self, seed: int) -> dict[str, Candidate]:
        """Who plays which role: drawn, so that a result never hangs on who happened to be free, and with it
        on what else was running or when a campaign was killed. `seed`: of the stage.
        """
        return self._drawn({**self.cell.roles, **self._far_end()}, seed) or self._drawn(self.cell.roles, seed)

    def levels(self, seed: int) -> dict[str, str]:
        """Of its cell, and who is at the far end. `seed`: as of `cast`."""
        far = sim_of(self.cast(seed)[self.cell.far]) if self.cell.far else ""
        return {**self.cell.levels, FAR: far}

    def _drawn(self, roles: Mapping[str, Sequence[Candidate]], seed: int) -> dict[str, Candidate]:
        def drawn(role: str) -> list[Candidate]:
            what = seed, self.cell.seating, self.case, role
            return sorted(roles[role], key=lambda one: _drawn(what, one.name))

        scarcest = sorted(roles, key=lambda role: len(roles[role]))
        return _all_different([(role, drawn(role)) for role in scarcest], frozenset()) or {}

    def _far_end(self) -> dict[str, list[Candidate]]:
        """Who of those that may be there shall be."""
        if not self.cell.far or not (self.far or self.shunned):
            return {}
        wanted = {self.far} if self.far else set(self.cell.fars) - self.shunned
        fit = [one for one in self.cell.roles[self.cell.far] if sim_of(one) in wanted]
        return {self.cell.far: fit} if fit else {}


def sim_of(player: Candidate) -> str:
    """The SIM that plays; "" for a site."""
    return next((name.removeprefix("sim:") for name in player.resources if name.startswith("sim:")), "")


def shuffled(cells: Iterable[Cell], *seed: object) -> list[Cell]:
    """In an order that depends on nothing but their names and the seed."""
    return sorted(cells, key=lambda cell: _drawn(seed, cell.seating, cell.case()))


def stage_seed(seed: int, stage: int) -> int:
    """Of a campaign's stage: a case that two stages play is drawn anew in each."""
    return int.from_bytes(_drawn("stage", seed, stage)[:4])


def _drawn(*what: object) -> bytes:
    return sha256(repr(what).encode()).digest()


def _all_different(
    roles: Sequence[tuple[str, Sequence[Candidate]]], taken: frozenset[str]
) -> dict[str, Candidate] | None:
    """The first candidate of each role that leaves one for the others."""
    if not roles:
        return {}
    (role, candidates), *rest = roles
    for one in candidates:
        if taken.isdisjoint(one.resources):
            found = _all_different(rest, taken.union(one.resources))
            if found is not None:
                return {role: one, **found}
    return None


def cell_of(case: BoundCase, seating: int = 0) -> Cell:
    binding, sim = case.binding, case.binding.subject.sim
    far = binding.peer or ""
    levels = {
        "mvno": sim.brand,
        "base_operator": sim.base_operator,
        "city": sim.city,
        "service": case.spec.service,
        "originator": "" if far in PEER_CLASSES else far,
        "modem": binding.subject.name,
        "peer": far if far in PEER_CLASSES else "",
    }
    return Cell(
        name=f"{case.where}[{binding.id}",
        parameters=case.parameters,
        levels=levels,
        expected_s=case.spec.expected_s,
        seating=seating,
        spend=of_service(case.spec.service),
        roles=binding.candidates,
        far=next((name for name, role in binding.roles.items() if role.cast in (Cast.PEER, Cast.OTHER)), ""),
    )


def reseated(cases: Sequence[BoundCase], lab: Lab) -> Iterator[BoundCase]:
    """Those whose subject is in another modem in this lab, and which can run there, in the same order."""
    known: dict[str, dict[str, Binding]] = {}
    for case in cases:
        if case.where not in known:
            known[case.where] = {binding.id: binding for binding in bindings(case.spec, lab)}
        found = known[case.where].get(case.binding.id)
        if found and not found.missing and found.subject.name != case.binding.subject.name:
            yield replace(case, binding=found)
