"""`interop run`: run suites in a lab, say what came of it, draw the reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from interop.cli import PLAIN
from interop.cli.asking import may_spend
from interop.cli.exits import BROKEN, FAILED, INCONCLUSIVE, INTERRUPTED, PASSED, USAGE, refuse
from interop.cli.storing import Live, Place, keep

if TYPE_CHECKING:
    from interop.cli.progress import Progress
    from interop.lab.model import Lab


class _Command(TyperCommand):
    """Keeps what stands after `--` apart: it is pytest's."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.obj = args[at + 1 :]
        return super().parse_args(ctx, args[:at])


run = typer.Typer(**PLAIN)


@run.command("run", cls=_Command)
def _run(
    context: typer.Context,
    suites: Annotated[
        list[str] | None,
        typer.Argument(help="Suites [default: all].", metavar="SUITE", show_default=False),
    ] = None,
    lab: Annotated[
        str, typer.Option(metavar="LAB", help="A lab file, or the name of one that comes with Interop.")
    ] = "emulated",
    defect: Annotated[
        list[str] | None,
        typer.Option(metavar="DEFECT", help="Inject into the network: NAME@KEY=VALUE,... May be repeated."),
    ] = None,
    quirk: Annotated[
        list[str] | None,
        typer.Option(metavar="QUIRK", help="Inject into our own equipment. May be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="One seed, one result (emulated labs).")] = 1,
    repeat: Annotated[int, typer.Option(min=1, metavar="N", help="Run every case so often.")] = 1,
    jobs: Annotated[int | None, typer.Option(min=1, metavar="N", help="Most cases at once.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Run directory [default: runs/<time>-<id>].")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Go on with an interrupted run: its directory.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Real calls and messages may leave; they cost.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the schedule and stop.")] = False,
    keyword: Annotated[str, typer.Option("-k", metavar="EXPR", help="Only cases that match.")] = "",
    exit_first: Annotated[bool, typer.Option("-x", help="Stop at the first fail or error.")] = False,
    store: Place = "",
) -> None:
    """Run suites in a lab and judge its virtual operators. Each run goes into the results store.

    Exit code: 0 all pass, 1 a fail, 2 wrong usage or configuration, 3 no fail but something inconclusive,
    4 an error of the harness, 130 interrupted. What stands after -- goes to pytest.
    """
    if resume is not None:
        if out is not None:
            refuse("run", "--resume goes on in the run's own directory; leave out --out")
        options = _options_of(resume)
        for name, now in (("lab", _place(lab)), ("defect", defect), ("quirk", quirk), ("seed", seed)):
            if _given(context, name) and now != options[name]:
                refuse(
                    "run", f"{resume} began with another --{name} and goes on with that; leave out --{name}"
                )
        suites = suites or options.get("suites") or []
        keyword = keyword or options.get("keyword") or ""
        repeat = int(options.get("repeat") or repeat)
        lab = str(options["lab"])
    paths = [str(_suite(name)) for name in suites or _suites()]
    if not paths:
        refuse("run", "no suites are installed")
    found = _lab(lab)  # its mistakes are told once, not by every suite
    allowed = may_spend("interop run", found, allowed=yes or dry_run)
    arguments = _arguments(lab, defect or [], quirk or [], seed, repeat, jobs, out, resume)
    arguments += ["--interop-yes"] * allowed + ["--interop-dry-run"] * dry_run
    arguments += ["-k", keyword] * bool(keyword) + ["-x"] * exit_first
    raise typer.Exit(_pytest([*arguments, *paths], context.obj, dry_run=dry_run, store=store))


def _place(lab: str) -> str:
    """A lab as run.json names it."""
    return str(Path(lab).resolve()) if Path(lab).is_file() else lab


def _given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _arguments(
    lab: str,
    defects: list[str],
    quirks: list[str],
    seed: int,
    repeat: int,
    jobs: int | None,
    out: Path | None,
    resume: Path | None,
) -> list[str]:
    arguments = [f"--interop-lab={lab}", f"--interop-seed={seed}", f"--interop-repeat={repeat}"]
    arguments += [f"--interop-defect={one}" for one in defects]
    arguments += [f"--interop-quirk={one}" for one in quirks]
    for name, value in (("jobs", jobs), ("out", out), ("resume", resume)):
        if value is not None:
            arguments.append(f"--interop-{name}={value}")
    return arguments


def _pytest(arguments: list[str], further: list[str], *, dry_run: bool, store: str) -> int:
    """Run pytest in this process, with our own configuration whatever lies in the current directory."""
    import os

    import pytest

    from interop.cli.progress import Progress
    from interop.pytest_plugin import suites_folder

    folder = suites_folder()
    assert folder is not None
    ours = ["-c", os.devnull, "--rootdir", str(folder.parent), "--import-mode=importlib", "--capture=sys"]
    ours += ["-p", "interop", "-p", "no:cacheprovider"]
    ours += ["-p", "no:unraisableexception"]  # looks through all memory twice to tell what nobody would see
    ours += ["-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]
    if not further:
        ours += ["-p", "no:terminal"]
    progress = Progress(quiet=bool(further) or dry_run)
    live = Live(store)
    with progress, live:
        code = int(pytest.main([*ours, *arguments, *further], plugins=[progress, live]))
    if progress.directory is not None:
        _conclude(progress.directory)
        keep(progress.directory, store)
    if progress.interrupted:
        if progress.directory is not None:
            typer.echo(f"interrupted; go on with: interop run --resume {progress.directory}", err=True)
        return INTERRUPTED
    return _exit_code(code, progress, dry_run=dry_run)


def _exit_code(code: int, progress: Progress, *, dry_run: bool) -> int:
    import pytest

    from interop.record import Verdict

    verdicts = set(progress.verdicts)
    if code == pytest.ExitCode.USAGE_ERROR:
        return USAGE
    if code == pytest.ExitCode.INTERNAL_ERROR or progress.broken or Verdict.ERROR in verdicts:
        return BROKEN
    if dry_run and code == pytest.ExitCode.OK:
        return PASSED
    if Verdict.FAIL in verdicts:
        return FAILED
    if Verdict.INCONC in verdicts:
        return INCONCLUSIVE
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return FAILED
    if not verdicts:
        typer.echo(f"interop run: no case was run: {progress.why_none}", err=True)
        return USAGE
    return PASSED


def _conclude(directory: Path) -> None:
    """Matrix, summary and reports from the record. Whatever goes wrong here, the record is safe."""
    try:
        from interop.record.reader import read_run
        from interop.reports import draw
        from interop.reports.terminal import console, matrix, summary

        record = read_run(directory)
        out = console()
        out.print(matrix(record))
        out.print(summary(record))
        for path in draw(directory):
            typer.echo(path)
    except Exception as error:
        typer.echo(f"interop run: the reports could not be drawn: {error!r}", err=True)
        typer.echo(f"the record is whole; try: interop report {directory}", err=True)


def _options_of(directory: Path) -> dict[str, Any]:
    from interop.record.reader import RunDamaged, read_run

    if directory.exists() and not directory.is_dir():
        refuse("run", f"--resume {directory}: is no directory; give the one that holds run.json")
    try:
        meta = read_run(directory).meta
    except RunDamaged as damage:
        refuse("run", str(damage))
    options, lab = meta.get("options", {}), meta.get("lab_file")
    if not isinstance(lab, str) or not isinstance(options, dict):
        refuse("run", f"{directory}/run.json: does not say which lab it ran in; start a new run")
    injected = {"defect": meta.get("defects") or None, "quirk": meta.get("quirks") or None}
    return {**options, **injected, "lab": lab, "seed": meta.get("seed")}


def _lab(name: str) -> Lab:
    from interop.lab.load import LabError, load

    try:
        return load(name)
    except LabError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None


def _suites() -> list[str]:
    """The installed suites by name."""
    from interop.pytest_plugin import suites_folder

    folder = suites_folder()
    if folder is None:
        return []
    return sorted(path.name for path in folder.iterdir() if (path / "__init__.py").is_file())


def _suite(name: str) -> Path:
    """The folder of a suite, or a module of one: "recognition", "recognition.calls"."""
    from difflib import get_close_matches

    from interop.pytest_plugin import suites_folder

    folder = suites_folder()
    parts = name.removesuffix(".py").replace("/", ".").split(".")
    if folder is not None and all(part.isidentifier() for part in parts):
        path = folder.joinpath(*parts)
        if path.is_dir():
            return path
        if path.with_suffix(".py").is_file():
            return path.with_suffix(".py")
    known = _suites()
    close = get_close_matches(name, known, n=1)
    hint = f'; did you mean "{close[0]}"?' if close else f" (there are: {', '.join(known) or 'none'})"
    refuse("run", f"no suite {name!r}{hint}")
