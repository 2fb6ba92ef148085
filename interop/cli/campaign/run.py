"""`interop campaign run`: play a campaign, or go on with it, and say what it comes to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from interop.cli.campaign.plan import USAGE, planned_of

if TYPE_CHECKING:
    from interop.campaign.course import Stage, State, Tested

WORKS, BROKEN, UNDECIDED, INTERRUPTED = 0, 1, 3, 130
"""Exit codes, beside USAGE."""


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The campaign file.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Its directory [default: runs/campaign-<name>].")
    ] = None,
    defect: Annotated[
        list[str] | None, typer.Option(metavar="DEFECT", help="As of interop run. May be repeated.")
    ] = None,
    quirk: Annotated[
        list[str] | None, typer.Option(metavar="QUIRK", help="As of interop run. May be repeated.")
    ] = None,
) -> None:
    """Play a campaign on an emulated lab. Interrupted or killed, the same command goes on with it.

    Days and hours are not kept: nothing real is called. Exit code: 0 all that was tested works, 1 something
    does not, 2 wrong usage or configuration, 3 something is not decided, 130 interrupted.
    """
    from interop.campaign.journal import JournalError
    from interop.campaign.playing import Injected, play
    from interop.lab.drivers import DriverError
    from interop.lab.equipment import all_emulated
    from interop.record.reader import RunDamaged

    planned = planned_of(file)
    if not all_emulated(planned.campaign.lab):
        name = planned.campaign.lab.name
        _refuse(f"lab {name} has real devices; so far a campaign runs on an emulated lab only")
    directory = out or Path("runs") / f"campaign-{planned.campaign.name}"
    injected = Injected(tuple(defect or ()), tuple(quirk or ()))
    try:
        final = play(planned, directory, injected, stage_begins=_tell, case_ends=lambda _attempt: None)
    except KeyboardInterrupt:
        typer.echo(f"interrupted; the same command goes on in {directory}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except (JournalError, RunDamaged, DriverError, ValueError) as error:
        _refuse(str(error))
    for line in conclusions(final):
        typer.echo(line)
    typer.echo(directory)
    raise typer.Exit(_code(final))


def _tell(stage: Stage, now: State) -> None:
    seated = "SIMs moved on" if stage.seating else "SIMs at home"
    left = f", {len(now.left)} left" if len(now.left) < len(stage.trials) else ""
    typer.echo(f"stage {stage.number}: {stage.purpose}, {len(stage.trials)} cases, {seated}{left}")


def conclusions(final: State) -> Iterator[str]:
    """What the campaign came to, a line each."""
    yield f"{final.screened} screened, {final.inconclusive} inconclusive; over: {final.over}"
    if final.localisation is not None:
        yield from (f"suspected: {accusation}" for accusation in final.localisation.accused)
        yield from (f"slight: {accusation}" for accusation in final.localisation.slight)
        best = (f"{' or '.join(map(str, one.group))} ({one.score:.2f})" for one in final.localisation.ochiai)
        yield f"by Ochiai: {'; '.join(best) or 'nobody'}"
    yield from (_tested(one) for one in final.tests if not one.test.control)
    controls = [one for one in final.tests if one.test.control]
    working = sum(one.conclusion.value == "works" for one in controls)
    yield f"controls: {working} of {len(controls)} work"
    yield from (_tested(one) for one in controls if one.conclusion.value != "works")


def _tested(one: Tested) -> str:
    why = f" ({one.why})" if one.why else ""
    doubt = "" if one.test.clean else "; another suspect may be at fault"
    return f"{one.conclusion}: {one.test.name}: {one.failed} of {one.valid} cases failed{doubt}{why}"


def _code(final: State) -> int:
    from interop.campaign.course import Conclusion

    found = {one.conclusion for one in final.tests}
    if Conclusion.DOES_NOT in found:
        return BROKEN
    return UNDECIDED if Conclusion.NOT_DECIDED in found or "budget" in final.over else WORKS


def _refuse(reason: str) -> NoReturn:
    typer.echo(f"interop campaign run: {reason}", err=True)
    raise typer.Exit(USAGE)
