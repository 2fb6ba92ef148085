"""The one question before anything real leaves."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from interop.cli.exits import USAGE

if TYPE_CHECKING:
    from interop.lab.model import Lab


def may_spend(command: str, lab: Lab, *, allowed: bool, figures: Iterable[str] = ()) -> bool:
    """Whether live calls and messages may leave: where `allowed` (--yes), or somebody at the terminal says
    so, who is shown the `figures` first. Nobody is asked where nothing can leave: then they may not.

    Ends the program where somebody says no, and in a script that does not say --yes.
    """
    from interop.lab.equipment import nothing_leaves

    if allowed or nothing_leaves(lab):
        return allowed
    if not sys.stdin.isatty():
        typer.echo(
            f"{command}: lab {lab.name} has real devices: calls and messages would leave and cost; "
            "allow it with --yes",
            err=True,
        )
        raise typer.Exit(USAGE)
    for line in figures:
        typer.echo(line)
    if not typer.confirm(
        f"Lab {lab.name} has real devices: calls and messages will leave, and they cost. Go on?"
    ):
        raise typer.Exit(USAGE)
    return True
