"""`interop report`: draw the reports of a run again, from its record alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interop.cli.exits import refuse

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
    pcapng: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the run's short messages and gateway PDUs as a capture for Wireshark; no report "
            "then, unless --format is given too.",
        ),
    ] = None,
    case: Annotated[
        str, typer.Option(metavar="SUBSTRING", help="With --pcapng: only attempts in whose name it stands.")
    ] = "",
) -> None:
    """Draw a run's reports again. Works on a run that was killed, too."""
    from interop.record.reader import RunDamaged, read_run
    from interop.reports import FILES, draw

    wanted = list(dict.fromkeys(formats or (("junit", "html") if pcapng is None else ())))
    for name in wanted:
        if name not in (*FILES, _TERMINAL):
            refuse("report", f"unknown format {name!r}; there are {', '.join((*FILES, _TERMINAL))}")
    if case and pcapng is None:
        refuse("report", "--case chooses what --pcapng writes; give that too")
    if run.exists() and not run.is_dir():
        refuse("report", f"{run}: is no directory; give the one that holds run.json")
    try:
        if _TERMINAL in wanted:
            from interop.reports.terminal import console, matrix, measurements, summary

            read = read_run(run)
            out = console()
            out.print(matrix(read))
            out.print(measurements(read))
            out.print(summary(read))
        if pcapng is not None:
            _capture(run, pcapng, case)
        for path in draw(run, formats=[name for name in wanted if name != _TERMINAL]):
            typer.echo(path)
    except RunDamaged as damage:
        refuse("report", str(damage))
    except OSError as error:
        refuse("report", f"{error.filename}: {error.strerror}")


def _capture(run: Path, path: Path, case: str) -> None:
    from interop.record.reader import read_run
    from interop.reports.pcapng import write

    read = read_run(run)
    with path.open("wb") as file:
        count = write(read, file, case=case)
    typer.echo(f"{path}: {count} packets", err=True)
