"""`interop campaign plan`: what a campaign would play, how long that takes and what it costs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interop.cli.exits import refuse, refuse_file

if TYPE_CHECKING:
    from interop.campaign.forecast import Stretch
    from interop.campaign.planning import Planned
    from interop.campaign.spending import Spend

File = Annotated[Path, typer.Argument(metavar="FILE", help="The campaign file.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Its directory [default: runs/campaign-<name>].")
]


def plan(
    file: File,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Print a campaign's screening, duration and cost. Nothing is opened, nothing leaves.

    Exit code: 0, or 2 for a campaign that cannot be planned.
    """
    planned = planned_of(file)
    if as_json:
        typer.echo(json.dumps(_document(planned), ensure_ascii=False, indent=2))
    else:
        for line in _lines(planned):
            typer.echo(line)


def planned_of(file: Path) -> Planned:
    """Ends the program where the file, its lab or the suites will not do."""
    from interop.campaign.file import CampaignError, load_campaign
    from interop.campaign.planning import plan
    from interop.cli.campaign.cases import cases_of
    from interop.lab.load import LabError

    try:
        campaign = load_campaign(file)
        return plan(campaign, cases_of(campaign.lab_source))
    except (CampaignError, LabError) as error:
        refuse_file(error)
    except ValueError as error:
        refuse("campaign", str(error))


def directory_of(planned: Planned, out: Path | None) -> Path:
    """Where the campaign is recorded."""
    return out or Path("runs") / f"campaign-{planned.campaign.name}"


def _lines(planned: Planned) -> Iterator[str]:
    from interop.reports.text import clock, counted

    campaign, course, forecast = planned.campaign, planned.course, planned.forecast
    screening = course.screening
    home = sum(cell.seating == 0 for cell in course.cells)
    yield f"campaign {campaign.name} in lab {campaign.lab.name}, seed {campaign.seed}"
    yield f"matrix: {counted(home, 'case')}" + "".join(_levels(planned))
    yield ""
    yield from _stretch("screening", forecast.home)
    if screening.rotated:
        moved = f"on other modems ({screening.rotated_share:.1%})"
        yield from _stretch(moved, forecast.rotated)
    yield f"  in all {clock(forecast.screening_s)}, {spending(planned, forecast.spend)}"
    if campaign.hours.days != tuple(range(7)) or len(campaign.hours.spans) > 1:
        yield f"  begun on a Monday at 0:00 it ends on {_end(planned)}, within its days and hours"
    for short in screening.short:
        factor, level = short.level
        yield f"  few: {factor} {level} in {counted(short.cases, 'case')}; {campaign.each} are wanted"
    for column in screening.columns:
        yield f"  cannot be told apart: {', '.join(' '.join(level) for level in column)}"
    yield ""
    controls = counted(forecast.controls, "control")
    yield f"then a test of each suspect and of {controls} at most; one test takes about"
    for test in forecast.tests:
        yield (
            f"  {test.cases:5.1f} cases, {clock(test.cases * forecast.case_s)}, where {test.ratio:.0%} fail: "
            f"works {test.works:.1%}, does not {test.does_not:.1%}"
        )
    calls, messages, multimedia = (round(each * forecast.control_cases) for each in forecast.case_spend)
    played = f"{forecast.control_cases:.0f} cases, {clock(forecast.control_cases * forecast.case_s)}"
    spent = f"about {calls} calls, {messages} messages, {multimedia} multimedia"
    yield f"  controls that work: {played}, {spent}"


def _levels(planned: Planned) -> Iterator[str]:
    from interop.results.factors import CROSSED

    for factor in CROSSED:
        levels = {cell.levels[factor] for cell in planned.course.cells if cell.levels.get(factor)}
        yield f", {factor.replace('_', ' ')} {len(levels)}"


def _stretch(title: str, stretch: Stretch) -> Iterator[str]:
    from interop.reports.text import clock, counted

    ratio = stretch.makespan_s / stretch.lower_bound_s if stretch.lower_bound_s else 1.0
    yield (
        f"{title}: {counted(stretch.cases, 'case')}, makespan {clock(stretch.makespan_s)}; "
        f"lower bound {clock(stretch.lower_bound_s)}, {ratio:.3f} times it"
    )


def spending(planned: Planned, spend: Spend) -> str:
    """The most that cases spend, as a plan says it."""
    money = planned.campaign.budget.cost(spend)
    return (
        f"at most {spend.calls} calls, {spend.messages} messages, {spend.multimedia} multimedia, "
        f"{money:.2f} of money, if no case is tried twice and none fails"
    )


def _end(planned: Planned) -> str:
    from interop.lab.equipment import CHINA

    monday = datetime(2026, 1, 5, tzinfo=CHINA)
    end = planned.campaign.hours.worked(monday, planned.forecast.screening_s)
    return f"day {(end - monday).days + 1} at {end:%H:%M}"


def _document(planned: Planned) -> dict[str, Any]:
    from dataclasses import asdict

    screening, forecast = planned.course.screening, planned.forecast
    return {
        "campaign": planned.campaign.name,
        "sha256": planned.campaign.digest,
        "lab": planned.campaign.lab.name,
        "seed": planned.campaign.seed,
        "cells": sum(cell.seating == 0 for cell in planned.course.cells),
        "screening": {
            "cases": [trial.case for trial in screening.home],
            "rotated": [trial.case for trial in screening.rotated],
            "rotated_share": screening.rotated_share,
            "duration_s": forecast.screening_s,
            "money": planned.campaign.budget.cost(forecast.spend),
            "few": [asdict(short) for short in screening.short],
            "columns": [list(column) for column in screening.columns],
        },
        "forecast": asdict(forecast),
    }
