"""A campaign held against what its lab can run: the course that it takes, and what that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from interop.campaign.cells import Cell, cell_of, reseated
from interop.campaign.course import Course
from interop.campaign.file import Campaign
from interop.campaign.forecast import Forecast, forecast
from interop.campaign.rotation import rotated
from interop.campaign.screening import screen
from interop.engine.attempt import BoundCase
from interop.engine.runner import cooldowns
from interop.lab.model import Lab


@dataclass(frozen=True, slots=True)
class Seating:
    """The lab as it stands in a stage, and its cases by the name of their first repeat."""

    lab: Lab
    cases: dict[str, BoundCase]


@dataclass(frozen=True, slots=True)
class Planned:
    campaign: Campaign
    seatings: tuple[Seating, ...]
    course: Course
    forecast: Forecast


def plan(campaign: Campaign, cases: Sequence[BoundCase]) -> Planned:
    """`cases`: all that the suites have for the lab; those that can never run there are left out.

    Raises CampaignError: for names of the matrix that the lab does not have, and for a screening that costs
    more than the budget holds.
    """
    able = [case for case in cases if not case.binding.missing]
    cells = campaign.select([cell_of(case) for case in able])
    chosen = {cell.case() for cell in cells}
    able = [case for case in able if case.name in chosen]
    seatings = [Seating(campaign.lab, {case.name: case for case in able})]
    moved: list[Cell] = []
    if campaign.groups:
        lab = rotated(campaign.lab, campaign.groups)
        again = list(reseated(able, lab))
        seatings.append(Seating(lab, {case.name: case for case in again}))
        moved = [cell_of(case, seating=1) for case in again]
    screening = screen(
        cells, moved, size=campaign.screening, each=campaign.each, share=campaign.share, seed=campaign.seed
    )
    course = Course(
        cells=(*cells, *moved),
        screening=screening,
        test=campaign.test,
        block=campaign.block,
        controls=campaign.controls,
        budget=campaign.budget,
        seed=campaign.seed,
    )
    expected = forecast(
        screening.home,
        screening.rotated,
        cells,
        plan=campaign.test,
        controls=ceil(campaign.controls * len(cells)),
        swap_s=campaign.swap_s,
        cooldown=cooldowns(campaign.lab),
        seed=campaign.seed,
    )
    _refuse_too_dear(campaign, expected)
    return Planned(campaign, tuple(seatings), course, expected)


def _refuse_too_dear(campaign: Campaign, expected: Forecast) -> None:
    spend, budget = expected.spend, campaign.budget
    kind = budget.beyond(spend)
    if kind is not None:
        costs = f"{budget.cost(spend):.2f}" if kind == "money" else getattr(spend, kind)
        limit = getattr(budget, kind)
        screening = f"the screening's {campaign.screening} cases take"
        raise campaign.refusal(("budget", kind), f"{kind}: {limit} will not do, {screening} {costs}")
