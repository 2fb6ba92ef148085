"""`interop lab`: what a lab file says, and what that lab can and cannot run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from interop.cli import PLAIN
from interop.cli.scan import scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from interop.lab.check import Check, Outlook
    from interop.lab.load import LabError, LabFile

app = typer.Typer(no_args_is_help=True, **PLAIN)
app.command("scan")(scan)


@app.callback()
def _lab() -> None:
    """Lab files: what exists in a lab."""


@app.command("check")
def check_lab(
    file: Annotated[
        str, typer.Argument(metavar="LAB", help="A lab file, or the name of a lab that comes with Interop.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Say what a lab can and cannot run.

    Case by case, and which device lacks what. Opens no port. Exit code 2 when the file has mistakes, each one
    line with file:line:column; 4 when a suite is broken.
    """
    from interop.lab.check import SuitesBroken, check, find_cases
    from interop.lab.load import LabError, read

    try:
        found = read(file)
    except LabError as error:
        _refuse(error, as_json)
        raise typer.Exit(2) from None
    try:
        answer = check(found, find_cases())
    except SuitesBroken as error:
        typer.echo(f"interop lab check: {error}", err=True)
        raise typer.Exit(4) from None
    if as_json:
        typer.echo(json.dumps(_as_data(found, answer), indent=2))
    else:
        _print(found, answer)


def _refuse(error: LabError, as_json: bool) -> None:
    if not as_json:
        typer.echo(str(error), err=True)
        return
    problems = [{"line": p.line, "column": p.column, "message": p.message} for p in error.problems]
    typer.echo(json.dumps({"source": error.source, "problems": problems}, indent=2))


def _as_data(found: LabFile, answer: Check) -> dict[str, object]:
    return {
        "source": found.source,
        "lab": answer.lab,
        "problems": [],
        "warnings": answer.warnings,
        "cases": [
            {
                "case": f"{outlook.case}[{outlook.id}]",
                "subject": outlook.subject,
                "runs": not outlook.missing,
                "missing": outlook.missing,
                "no_contrast": outlook.no_contrast,
            }
            for outlook in answer.outlooks
        ],
    }


def _print(found: LabFile, answer: Check) -> None:
    from interop.cli.pipe import screen

    lab = found.lab
    console = screen()
    tested = sum(sim.kind == "mvno" for sim in lab.sims)
    readers = f"{_number(lab.readers, 'card reader')}, " if lab.readers else ""
    console.print(
        f"Lab {lab.name}: {_number(lab.modems, 'modem')}, {readers}{_number(lab.sims, 'SIM')} "
        f"({tested} of virtual operators), {_number(lab.forms, 'form')}, "
        f"{_number(lab.labels, 'label service')}, "
        f"{_number((*lab.gateways, *lab.originators), 'originator')}"
    )
    console.print(f"{len(answer.runnable)} of {_number(answer.outlooks, 'case')} can run.\n")
    if answer.outlooks:
        console.print(_matrix(answer))
    _reasons(console, "Cannot run", ((reason, each) for each in answer.outlooks for reason in each.missing))
    _reasons(
        console,
        "Can run, but a fail could not be compared with an ordinary number",
        ((each.no_contrast, each) for each in answer.outlooks if each.no_contrast),
    )
    if answer.warnings:
        console.print("\nWarnings:")
        for warning in answer.warnings:
            console.print(f"  {warning}")


def _number(things: Sequence[object], word: str) -> str:
    from interop.reports.text import counted

    return counted(len(things), word)


def _matrix(answer: Check) -> object:
    """Case x SIM under test: how many run, `2/4` where not all do."""
    from rich import box
    from rich.table import Column, Table

    subjects = list(dict.fromkeys(outlook.subject for outlook in answer.outlooks))
    table = Table(Column("case", overflow="fold"), *subjects, box=box.SIMPLE_HEAD, pad_edge=False)
    for case in dict.fromkeys(outlook.case for outlook in answer.outlooks):
        cells = []
        for subject in subjects:
            here = [each for each in answer.outlooks if (each.case, each.subject) == (case, subject)]
            runs = sum(not each.missing for each in here)
            cells.append(str(runs) if runs == len(here) else f"{runs}/{len(here)}")
        table.add_row(case, *cells)
    return table


def _reasons(console: object, heading: str, reasons: Iterable[tuple[str, Outlook]]) -> None:
    from rich.console import Console
    from rich.padding import Padding

    assert isinstance(console, Console)
    grouped: dict[str, dict[str, list[str]]] = {}
    for reason, outlook in reasons:
        grouped.setdefault(reason, {}).setdefault(outlook.case, []).append(outlook.id)
    if grouped:
        console.print(f"\n{heading}:")
    for reason, cases in grouped.items():
        console.print(Padding(reason, (0, 0, 0, 2)))
        for case, ids in cases.items():
            console.print(Padding(f"{case}: {', '.join(ids)}", (0, 0, 0, 6)))
