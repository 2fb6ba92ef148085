"""`interop report`: draw the reports of a run again, from its record alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

_TERMINAL = "terminal"


def report(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run directory: what `interop run` printed at its end.")
    ],
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="html, junit, csv or terminal; may be repeated [default: junit and html]",
        ),
    ] = None,
) -> None:
    """Draw a run's reports again. Works on a run that was killed, too."""
    from interop.record.reader import RunDamaged, read_run
    from interop.reports import FILES, draw

    wanted = list(dict.fromkeys(formats or ("junit", "html")))
    for name in wanted:
        if name not in (*FILES, _TERMINAL):
            _refuse(f"unknown format {name!r}; there are {', '.join((*FILES, _TERMINAL))}")
    if run.exists() and not run.is_dir():
        _refuse(f"{run}: is no directory; give the one that holds run.json")
    try:
        if _TERMINAL in wanted:
            from interop.reports.terminal import console, matrix, summary

            read = read_run(run)
            out = console()
            out.print(matrix(read))
            out.print(summary(read))
        for path in draw(run, formats=[name for name in wanted if name != _TERMINAL]):
            typer.echo(path)
    except RunDamaged as damage:
        _refuse(str(damage))
    except OSError as error:
        _refuse(f"{error.filename}: {error.strerror}")


def _refuse(reason: str) -> NoReturn:
    typer.echo(f"interop report: {reason}", err=True)
    raise typer.Exit(2)
