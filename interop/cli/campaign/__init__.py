"""`interop campaign`: many cases over days, and what they come to."""

from __future__ import annotations

import typer

from interop.cli import PLAIN
from interop.cli.campaign.next import next_swap
from interop.cli.campaign.plan import plan
from interop.cli.campaign.run import run
from interop.cli.campaign.status import status

app = typer.Typer(
    **PLAIN,
    no_args_is_help=True,
    help="Screen what a lab can run, then test what stands out.",
)
app.command("plan")(plan)
app.command("run")(run)
app.command("status")(status)
app.command("next")(next_swap)


@app.callback()
def _group() -> None:
    """Typer makes a group of it only with this."""
