"""`interop campaign status`: where a campaign stands, for people and programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interop.cli.campaign.plan import File, Out, directory_of, planned_of
from interop.cli.exits import refuse
from interop.cli.writing import replace

if TYPE_CHECKING:
    from interop.campaign.course import Tested
    from interop.campaign.planning import Planned
    from interop.campaign.reading import Failing, Reading
    from interop.campaign.spending import Spend
    from interop.reports.campaign import Evidence, Spent, Standing, Suspect, Test

FEW: Final = 3
"""failing cases that are named of each suspect"""


def status(
    file: File,
    out: Out = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as a page, too.")] = None,
) -> None:
    """Say where a campaign stands: also while another process plays it. Nothing in its directory is touched.

    Exit code: 0, or 2 where there is no such campaign.
    """
    from interop.campaign.journal import JournalError
    from interop.campaign.reading import read
    from interop.record.reader import RunDamaged

    planned = planned_of(file)
    directory = directory_of(planned, out)
    try:
        now = standing(planned, directory, read(planned, directory))
        if html is not None:
            from interop.reports.campaign import draw

            replace("campaign status", "--html", html, draw(now), "page of a campaign")
    except (JournalError, RunDamaged, ValueError) as error:
        refuse("campaign status", str(error))
    except OSError as error:
        refuse("campaign status", f"{error.filename}: {error.strerror}")
    if as_json:
        typer.echo(json.dumps(asdict(now), ensure_ascii=False, indent=2))
    else:
        for line in _lines(now):
            typer.echo(line)


def standing(planned: Planned, directory: Path, reading: Reading) -> Standing:
    """A reading as reports show it."""
    from interop.reports.campaign import Standing

    campaign, state, stage = planned.campaign, reading.state, reading.state.stage
    found = state.localisation
    return Standing(
        campaign=campaign.name,
        file=campaign.source,
        directory=str(directory),
        lab=campaign.lab.name,
        seed=campaign.seed,
        injected=(*reading.injected.defects, *reading.injected.quirks),
        stage=stage.number if stage else None,
        purpose=stage.purpose if stage else "",
        seating=("SIMs moved on" if stage.seating else "SIMs at home") if stage else "",
        cases=len(stage.trials) if stage else 0,
        left=len(state.left),
        over=state.over,
        screened=state.screened,
        planned=len(planned.course.screening.trials),
        inconclusive=dict(reading.inconclusive),
        spent=tuple(_spent(planned, state.spent)),
        suspects=_suspects(reading),
        ochiai=found.ochiai if found else (),
        thin=tuple(map(str, found.thin)) if found else (),
        tests=tuple(map(_test, state.tests, reading.tests)),
        good=campaign.test.good,
        bad=campaign.test.bad,
        written=reading.written,
    )


def _spent(planned: Planned, spend: Spend) -> Iterator[Spent]:
    from interop.campaign.spending import KINDS
    from interop.reports.campaign import Spent

    budget = planned.campaign.budget
    for kind in KINDS:
        yield Spent(kind, getattr(spend, kind), getattr(budget, kind))
    if budget.money is not None or any(budget.prices):
        yield Spent("money", round(float(budget.cost(spend)), 6), budget.money)


def _suspects(reading: Reading) -> tuple[Suspect, ...]:
    from interop.reports.campaign import Suspect

    found = reading.state.localisation
    if found is None:
        return ()
    accusations = [*((one, False) for one in found.accused), *((one, True) for one in found.slight)]
    return tuple(
        Suspect(accusation, slight, len(failing), _evidence(failing))
        for (accusation, slight), failing in zip(accusations, reading.accused, strict=True)
    )


def _test(tested: Tested, failing: Sequence[Failing]) -> Test:
    from interop.campaign.course import Conclusion
    from interop.reports.campaign import Test
    from interop.results.intervals import confidence_sequence

    undecided = tested.conclusion is Conclusion.NOT_DECIDED
    return Test(
        name=tested.test.name,
        accused=tested.test.accused,
        conclusion=str(tested.conclusion),
        failed=tested.failed,
        valid=tested.valid,
        played=tested.played,
        interval=confidence_sequence(tested.failed, tested.valid) if undecided else None,
        clean=tested.test.clean,
        why=tested.why,
        failing=len(failing),
        evidence=_evidence(failing),
    )


def _evidence(failing: Sequence[Failing]) -> tuple[Evidence, ...]:
    from interop.reports.campaign import Evidence

    return tuple(Evidence(str(one.directory), one.case) for one in failing[:FEW])


def _lines(now: Standing) -> Iterator[str]:
    from interop.reports.campaign import amount, when

    yield f"campaign {now.campaign} in lab {now.lab}, {now.directory}"
    yield now.sentence
    yield from (f"injected: {text}" for text in now.injected)
    yield f"screened: {now.screened} of {now.planned}"
    reasons = ", ".join(f"{reason.replace('_', ' ')} {count}" for reason, count in now.inconclusive.items())
    yield f"inconclusive: {sum(now.inconclusive.values())}{f' ({reasons})' if reasons else ''}"
    limits = ((one, "" if one.limit is None else f" of {amount(one.limit)}") for one in now.spent)
    yield "spent: " + ", ".join(f"{one.kind} {amount(one.spent)}{limit}" for one, limit in limits)
    yield f"last line written: {when(now.written)}"
    for suspect in now.suspects:
        yield f"{'slight' if suspect.slight else 'suspected'}: {suspect.accusation}"
        yield from _packing(suspect)
    if now.ochiai:
        best = (f"{' or '.join(map(str, one.group))} ({one.score:.2f})" for one in now.ochiai)
        yield f"by Ochiai: {'; '.join(best)}"
    for test in now.accused:
        yield _tested(test)
        yield from _packing(test)
    if now.controls:
        working = sum(test.conclusion == "works" for test in now.controls)
        yield f"controls: {working} of {len(now.controls)} work"
    for test in now.controls:
        if test.conclusion != "works":
            yield _tested(test)
            yield from _packing(test)


def _tested(test: Test) -> str:
    from interop.reports.campaign import percent

    band = ""
    if test.interval is not None:
        low, high = map(percent, test.interval)
        band = f", {low} to {high} % are possible"
    doubt = "" if test.clean else "; another suspect may be at fault"
    why = f" ({test.why})" if test.why else ""
    return f"{test.conclusion}: {test.name}: {test.failed} of {test.valid} cases failed{band}{doubt}{why}"


def _packing(row: Suspect | Test) -> Iterator[str]:
    from interop.reports.campaign import packing

    yield from (f"  {command}" for command in packing(row.evidence))
