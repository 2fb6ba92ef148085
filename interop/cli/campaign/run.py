"""`interop campaign run`: play a campaign, or go on with it, and say what it comes to."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interop.cli.campaign.plan import File, Out, directory_of, planned_of
from interop.cli.exits import FAILED, INCONCLUSIVE, INTERRUPTED, PASSED, refuse
from interop.cli.storing import Place

if TYPE_CHECKING:
    from interop.campaign.course import State, Tested
    from interop.campaign.playing import Injected


def run(
    file: File,
    out: Out = None,
    defect: Annotated[
        list[str] | None, typer.Option(metavar="DEFECT", help="As of interop run. May be repeated.")
    ] = None,
    quirk: Annotated[
        list[str] | None, typer.Option(metavar="QUIRK", help="As of interop run. May be repeated.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Real calls and messages may leave; they cost.")] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Outside the file's days and hours, end; do not wait for them.")
    ] = False,
    seated: Annotated[
        bool, typer.Option("--seated", help="The SIMs that were to be moved are where they have to be.")
    ] = False,
    store: Place = "",
) -> None:
    """Play a campaign. Interrupted or killed, the same command goes on with it.

    On real devices it keeps the file's days and hours, and has SIMs moved by hand where the plan wants that.
    Exit code: 0 all that was tested works, 1 something does not, 2 wrong usage or configuration, or a device
    is missing, 3 something is not decided, 5 closed (--no-wait), 6 SIMs are to be moved, 130 interrupted.
    """
    from interop.campaign.journal import JournalError
    from interop.campaign.playing import Injected, play
    from interop.cli.campaign.desk import Terminal
    from interop.lab.drivers import DriverError
    from interop.lab.readiness import NotReady
    from interop.record.reader import RunDamaged

    planned = planned_of(file)
    directory = directory_of(planned, out)
    injected = Injected(tuple(defect or ()), tuple(quirk or ()))
    again = _again(file, out, injected, yes=yes, store=store)
    desk = Terminal(planned, store=store, yes=yes, waits=not no_wait, seated=seated, again=again)
    try:
        final = play(planned, directory, injected, desk, clock=desk.now)
    except (KeyboardInterrupt, typer.Abort):  # the latter at a question
        typer.echo(f"interrupted; the same command goes on in {directory}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except NotReady as missing:
        told = "\n  ".join(["this stage cannot go on:", *str(missing).splitlines()])
        refuse("campaign run", f"{told}\nthe same command goes on in {directory}")
    except (JournalError, RunDamaged, DriverError, ValueError) as error:
        refuse("campaign run", str(error))
    except OSError as error:
        why = f"{error.filename or directory}: {error.strerror or error}; what is on the disk is safe"
        refuse("campaign run", f"{why}, and the same command goes on in {directory}")
    finally:
        desk.close()
    for line in conclusions(final):
        typer.echo(line)
    typer.echo(directory)
    raise typer.Exit(_code(final))


def _again(file: Path, out: Path | None, injected: Injected, *, yes: bool, store: str) -> str:
    """The command that goes on with it."""
    words = ["interop", "campaign", "run", str(file), *(["--out", str(out)] if out else [])]
    words += [word for defect in injected.defects for word in ("--defect", defect)]
    words += [word for quirk in injected.quirks for word in ("--quirk", quirk)]
    words += ["--yes"] * yes + (["--store", store] if store else [])
    return shlex.join(words)


def conclusions(final: State) -> Iterator[str]:
    """What the campaign came to, a line each."""
    unpaid = f" ({final.unpaid} because the budget of a SIM is spent)" if final.unpaid else ""
    yield f"{final.screened} screened, {final.inconclusive} inconclusive{unpaid}; over: {final.over}"
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
        return FAILED
    return INCONCLUSIVE if Conclusion.NOT_DECIDED in found or "budget" in final.over else PASSED
