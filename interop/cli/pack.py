"""`interop pack`: the evidence of some cases as one file, for the operator whose fault it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interop.cli.exits import FAILED, refuse

if TYPE_CHECKING:
    from interop.record.reader import Run
    from interop.results import CaseResult


def pack(
    run: Annotated[
        Path | None, typer.Argument(metavar="RUN", help="A run directory.", show_default=False)
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A case by its whole name. May be repeated.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="[default: a name made of run and case, here]"),
    ] = None,
    hide_numbers: Annotated[
        bool, typer.Option("--hide-numbers", help="Hide numbers of others, codes, IMSI and ICCID.")
    ] = False,
    check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Verify the hashes in an evidence file, and stop.")
    ] = None,
) -> None:
    """Make an evidence file of some cases of a run.

    A zip archive with the report, a capture, a transcript, the record of these cases and of the contrasts
    that they rest on, and the SHA-256 of each. Of other cases nothing is in it. The same run and cases give
    the same bytes.

    With --hide-numbers every mobile number but those under test, every code, IMSI and ICCID becomes a mask of
    its own. Octets of messages, in which they could stand in any coding, are hidden whole, and there is no
    capture. What was hidden is told in MANIFEST and contents.txt.

    Exit code: 0 done, or all is as it was packed; 1 --check found something else; 2 wrong usage.
    """
    if check is not None:
        if run is not None or case or out is not None or hide_numbers:
            refuse("pack", "--check FILE stands alone")
        _check(check)
    elif run is None or not case:
        refuse("pack", "give a RUN and at least one --case NAME, or --check FILE")
    else:
        _pack(run, case, out, hide_numbers)


def _pack(directory: Path, names: list[str], out: Path | None, hide_numbers: bool) -> None:
    from interop.record.reader import RunDamaged, read_run
    from interop.reports.excerpt import NoSuchCase, select

    if directory.exists() and not directory.is_dir():
        refuse("pack", f"{directory}: is no directory; give the one that holds run.json")
    try:
        run = read_run(directory)
        cases = select(run, names)
        path = _place(run, cases, out)
        _write(run, cases, path, hide_numbers)
    except (RunDamaged, NoSuchCase) as error:
        refuse("pack", str(error))
    except OSError as error:
        refuse("pack", f"{error.filename}: {error.strerror}")


def _place(run: Run, cases: tuple[CaseResult, ...], out: Path | None) -> Path:
    """Where to write; never over a file that is no archive: it may be a record."""
    from zipfile import is_zipfile

    from interop.reports.pack import folder_name

    others = f"and-{len(cases) - 1}-more" if len(cases) > 1 else ""
    name = folder_name(str(run.meta.get("run", run.directory.name)), cases[0].final.case, others)
    path = out or Path(f"{name}.zip")
    if path.is_dir():
        refuse("pack", f"-o {path}: is a directory; give a file")
    if path.exists() and not is_zipfile(path):
        refuse("pack", f"-o {path}: is there already and is no evidence file; give another name")
    return path


def _write(run: Run, cases: tuple[CaseResult, ...], path: Path, hide_numbers: bool) -> None:
    from interop.otp.find import find
    from interop.reports import pack
    from interop.reports.text import counted

    draft = path.with_name(f"{path.name}.tmp")
    try:
        with draft.open("wb") as file:
            names = pack.write(
                run, cases, file, find=(lambda text: find(text).codes) if hide_numbers else None
            )
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    contrasts = {control.key for result in cases for control in result.controls}
    typer.echo(f"{path}")
    what = (counted(len(cases), "case"), counted(len(contrasts), "contrast"), counted(len(names), "file"))
    typer.echo(f"{', '.join(what)}; SHA-256 {_sha256(path)}", err=True)


def _check(path: Path) -> None:
    from interop.reports import pack

    try:
        problems = pack.check(path)
        digest = _sha256(path)
    except pack.NoPack as error:
        refuse("pack", f"--check {path}: {error}")
    except OSError as error:
        refuse("pack", f"--check {path}: {error.strerror}")
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(FAILED)
    typer.echo(f"{path}: every file is as its MANIFEST says; SHA-256 {digest}")


def _sha256(path: Path) -> str:
    from hashlib import file_digest

    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
