"""`interop sim`: SIM cards in PC/SC readers, in modems, and emulated ones in files."""

from __future__ import annotations

import typer

from interop.cli import PLAIN
from interop.cli.sim import apdu, authenticate, check, journals, personalise, read, readers

app = typer.Typer(no_args_is_help=True, **PLAIN)


@app.callback()
def _sim() -> None:
    """SIM cards: read, check and write them.

    Cards are in PC/SC readers; with --lab in the modems and readers of a lab (--lab small needs no hardware),
    with --cards in files, one emulated card each (interop sim blank makes one). A card is chosen by the name
    of its reader, and with --iccid by its own number, never by an index.
    """


app.command("readers")(readers.readers)
app.command("read")(read.read)
app.command("tree")(read.tree)
app.command("lint")(check.lint)
app.command("diff")(check.diff)
app.command("auth")(authenticate.auth)
app.command("apdu")(apdu.apdu)
app.command("plan")(personalise.plan)
app.command("write")(personalise.write)
app.command("verify")(personalise.verify)
app.command("undo")(personalise.undo)
app.command("journal")(journals.journal)
app.command("label")(journals.label)
app.command("blank")(readers.blank)
