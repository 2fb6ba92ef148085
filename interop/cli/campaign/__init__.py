"""`interop campaign`: many cases over days, and what they come to."""

from __future__ import annotations

import typer

from interop.cli import PLAIN
from interop.cli.campaign.plan import plan
from interop.cli.campaign.run import run

app = typer.Typer(
    **PLAIN,
    no_args_is_help=True,
    help="Screen what a lab can run, then test what stands out.",
)
app.command("plan")(plan)
app.command("run")(run)


@app.callback()
def _group() -> None:
    """Typer makes a group of it only with this."""
