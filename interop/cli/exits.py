"""How a command ends: its exit code, and one line on stderr where it was given something that will not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from interop.lab.document import Mistakes

PASSED, FAILED, USAGE, INCONCLUSIVE, BROKEN, INTERRUPTED = 0, 1, 2, 3, 4, 130
"""Exit codes; an error of the harness (BROKEN) outweighs a fail, a fail what is inconclusive."""


def refuse(command: str, reason: str) -> NoReturn:
    """End `interop COMMAND` for wrong usage or bad input; `reason` names the place and what to do."""
    typer.echo(f"interop {command}: {reason}", err=True)
    raise typer.Exit(USAGE)


def refuse_file(mistakes: Mistakes) -> NoReturn:
    """End a command for a file that somebody wrote: nothing stands before file:line:column, for editors."""
    typer.echo(str(mistakes), err=True)
    raise typer.Exit(USAGE)
