"""The campaign: a YAML file, read as strictly as a lab file. `lab-config/campaigns/` has annotated examples.

    name: release-beijing
    lab: emulated
    matrix: {mvnos: [小米移动, 苏宁互联], cases: [recognition, codes], cities: all}
    screening: {cases: 3000}
    rotation: {share: 0.08}
    budget: {calls: 2500, messages: 4000, money: 900}

Everything but `name`, `lab` and `screening` may be left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import BeforeValidator, Field, StringConstraints

from interop.campaign.cells import Cell
from interop.campaign.hours import Hours
from interop.campaign.rotation import alike
from interop.campaign.spending import Budget
from interop.lab import document as yaml
from interop.lab.document import Document, Mistakes, Problem
from interop.lab.load import LabError, load
from interop.lab.model import Lab, Name, Part, Seconds, Text
from interop.lab.shape import fit, unknown
from interop.results.sequential import Plan

_KIND: Final = yaml.Kind(
    "campaign", ("name", "lab", "screening"), "a campaign holds no secrets; they belong into the lab file"
)

Selection = Annotated[list[Text] | None, BeforeValidator(lambda given: None if given == "all" else given)]
"""names, or None for all"""
Share = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Span = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}:[0-5][0-9]-[0-9]{2}:[0-5][0-9]$")]
"""09:00-18:00, in China; 24:00 is midnight"""
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class CampaignError(Mistakes):
    """A campaign that cannot be planned."""


class MatrixPart(Part):
    """What is crossed. `cases`: suites, modules or single cases: codes, recognition.calls,
    recognition.calls.receives.
    """

    mvnos: Selection = None
    cities: Selection = None
    cases: Selection = None
    services: Selection = None
    peers: Selection = None
    originators: Selection = None


class ScreeningPart(Part):
    """`cases`: how many to draw; `each`: how many of them every level should have."""

    cases: Annotated[int, Field(ge=1, le=1_000_000)]
    each: Annotated[int, Field(ge=1)] = 8


class TestPart(Part):
    """The sequential test of a suspect or control (`interop.results.sequential.Plan`). `block`: so many cases
    of one test are played side by side before it is looked at.
    """

    good: Share = 0.02
    bad: Share = 0.10
    false_fail: Share = 0.05
    false_pass: Share = 0.05
    longest: Count = 0
    block: Annotated[int, Field(ge=1)] = 8


class RotationPart(Part):
    """`share` of the screening is played with SIMs moved on to the next modem of their group. `modems`: the
    groups; "all" for those of equal capabilities. `swap_s`: how long the moving takes.
    """

    share: Annotated[float, Field(ge=0.05, le=0.10)] = 0.08
    modems: Annotated[
        list[list[Name]] | None, BeforeValidator(lambda given: None if given == "all" else given)
    ] = None
    swap_s: Seconds = 0.0


class PricesPart(Part):
    calls: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    messages: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    multimedia: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0


class BudgetPart(Part):
    """Of the whole campaign; the lab file has those of each SIM."""

    calls: Count | None = None
    messages: Count | None = None
    multimedia: Count | None = None
    money: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    prices: PricesPart = PricesPart()


class WhenPart(Part):
    days: list[Day] = Field(default_factory=lambda: list(get_args(Day)))
    hours: list[Span] = Field(default_factory=lambda: ["00:00-24:00"])


class _CampaignPart(Part):
    name: Name
    lab: Text
    seed: int = 1
    matrix: MatrixPart = MatrixPart()
    screening: ScreeningPart
    test: TestPart = TestPart()
    controls: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.01
    rotation: RotationPart | None = None
    budget: BudgetPart = BudgetPart()
    when: WhenPart = WhenPart()


@dataclass(frozen=True, slots=True)
class Campaign:
    """As the file says it. `lab_source`: as `interop run --lab` wants it; `groups`: modems whose SIMs move on
    among them, none without a rotation; `controls`: the share of cells that nobody suspects which are tested
    all the same; `digest`: SHA-256 of the file, in hex.
    """

    name: str
    source: str
    digest: str
    lab: Lab
    lab_source: str
    seed: int
    matrix: MatrixPart
    screening: int
    each: int
    test: Plan
    block: int
    controls: float
    share: float
    groups: tuple[tuple[str, ...], ...]
    swap_s: float
    budget: Budget
    hours: Hours
    _document: Document = field(repr=False, compare=False)

    def refusal(self, path: yaml.Path, message: str) -> CampaignError:
        """What only planning finds wrong with the file, at its place in it."""
        return CampaignError(self.source, [self._document.problem(path, message)])

    def select(self, cells: Sequence[Cell]) -> list[Cell]:
        """The cells of the matrix. Raises CampaignError for a name that no cell has."""
        chosen = list(cells)
        wanted = {
            "mvno": ("mvnos", self.matrix.mvnos),
            "city": ("cities", self.matrix.cities),
            "service": ("services", self.matrix.services),
            "peer": ("peers", self.matrix.peers),
            "originator": ("originators", self.matrix.originators),
        }
        for factor, (key, names) in wanted.items():
            known = list(dict.fromkeys(cell.levels[factor] for cell in cells if cell.levels.get(factor)))
            self._refuse_unknown(key, names, known)
            if names is not None:  # what has no such level has nothing to leave out
                chosen = [cell for cell in chosen if cell.levels.get(factor) in ("", None, *names)]
        suites = list(dict.fromkeys(place for cell in cells for place in _places(cell)))
        self._refuse_unknown("cases", self.matrix.cases, suites)
        if self.matrix.cases is not None:
            chosen = [cell for cell in chosen if not set(self.matrix.cases).isdisjoint(_places(cell))]
        if not chosen:
            raise self.refusal(("matrix",), f"matrix: no case of the lab {self.lab.name} fits all of it")

        return chosen

    def _refuse_unknown(self, key: str, names: Sequence[str] | None, known: list[str]) -> None:
        for place, name in enumerate(names or ()):
            if name not in known:
                raise self.refusal(("matrix", key, place), unknown(key.removesuffix("s"), name, known))


def _places(cell: Cell) -> list[str]:
    """ "recognition", "recognition.calls", "recognition.calls.receives"."""
    parts = cell.name.partition("[")[0].split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def load_campaign(path: str | Path) -> Campaign:
    """Raises CampaignError with every mistake of the file, and LabError with those of its lab."""
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CampaignError(str(path), [Problem(0, 0, f"cannot be read: {why}")]) from None
    return parse_campaign(content, source=str(path), directory=Path(path).parent)


def parse_campaign(content: bytes, *, source: str, directory: Path) -> Campaign:
    """From the octets of the file `source`; `directory`: what a lab's path is relative to. Raises
    CampaignError and LabError.
    """
    try:
        document = yaml.read(content, _KIND)
    except yaml.Unreadable as error:
        raise CampaignError(source, [error.problem]) from None
    part = fit(document, _CampaignPart)
    if part is None or document.problems:
        raise CampaignError(source, document.problems)
    lab_source = part.lab
    if "/" in lab_source or lab_source.endswith((".yaml", ".yml")):
        lab_source = str(directory / lab_source)
    try:
        lab = load(lab_source)
    except LabError as error:
        if any(problem.line for problem in error.problems):
            raise
        raise CampaignError(source, [document.problem(("lab",), f"lab: {error}")]) from None
    test = _test(document, part.test)
    hours = _hours(document, part.when)
    groups = _groups(document, part.rotation, lab)
    if document.problems or test is None:
        raise CampaignError(source, document.problems)
    return Campaign(
        name=part.name,
        source=source,
        digest=hashlib.sha256(content).hexdigest(),
        lab=lab,
        lab_source=lab_source,
        seed=part.seed,
        matrix=part.matrix,
        screening=part.screening.cases,
        each=part.screening.each,
        test=test,
        block=part.test.block,
        controls=part.controls,
        share=part.rotation.share if part.rotation else 0.0,
        groups=groups,
        swap_s=part.rotation.swap_s if part.rotation else 0.0,
        budget=_budget(part.budget),
        hours=hours,
        _document=document,
    )


def _test(document: Document, part: TestPart) -> Plan | None:
    try:
        return Plan(part.good, part.bad, part.false_fail, part.false_pass, part.longest)
    except ValueError as error:
        document.refuse(("test",), f"test: {error}")
        return None


def _budget(part: BudgetPart) -> Budget:
    prices = (part.prices.calls, part.prices.messages, part.prices.multimedia)
    return Budget(part.calls, part.messages, part.multimedia, part.money, prices)


def _hours(document: Document, part: WhenPart) -> Hours:
    for key in ("days", "hours"):
        if not getattr(part, key):
            document.refuse(("when", key), f"{key}: none, so the campaign could never run")
    spans: list[tuple[time, time]] = []
    for place, text in enumerate(part.hours):
        start, end = text.split("-")
        if end > "24:00" or start >= end:
            document.refuse(("when", "hours", place), f"hours: {text} is no span of one day")
            continue
        spans.append((_time(start), _time(end)))
    for (_, before), (after, _) in pairwise(spans):
        if before == time.min or after < before:
            document.refuse(("when", "hours"), "hours: not in order, or one span overlaps the next")
    return Hours(tuple(sorted({get_args(Day).index(day) for day in part.days})), tuple(spans))


def _time(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour) % 24, int(minute))


def _groups(document: Document, part: RotationPart | None, lab: Lab) -> tuple[tuple[str, ...], ...]:
    if part is None:
        return ()
    if part.modems is None:
        found = alike(lab)
        if not found:
            document.refuse(("rotation",), "rotation: no two modems with a SIM are alike")
        return tuple(map(tuple, found))
    holders = [modem.name for modem in lab.modems if modem.sim]
    seen: dict[str, int] = {}
    for number, group in enumerate(part.modems):
        if len(group) < 2:
            document.refuse(("rotation", "modems", number), "modems: one alone cannot swap its SIM")
        for place, name in enumerate(group):
            path = ("rotation", "modems", number, place)
            if name not in holders:
                document.refuse(path, unknown("modem with a SIM", name, holders))
            elif name in seen:
                document.refuse(path, f"modems: {name} is given twice")
            seen[name] = number
    return tuple(map(tuple, part.modems))
