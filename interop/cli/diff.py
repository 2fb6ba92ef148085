"""`interop diff`: what became of every case between two runs, with an exit code that gates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interop.cli.exits import BROKEN, FAILED, INCONCLUSIVE, PASSED, refuse

if TYPE_CHECKING:
    from interop.results.compare import Comparison, Outcomes


def diff(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="[BEFORE] RUN", help="Run directories; one, where --baseline is BEFORE."),
    ],
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What is known: a file made by --write-baseline.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what RUN came to, to compare later ones with.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object with every case, for programs.")
    ] = False,
) -> None:
    """Compare two runs, or a run with a baseline, case by case.

    Exit code: 0 nothing is worse, 1 a regression or a new fail (another layer or cause than before is new),
    2 wrong usage, 3 none of these but a case that had a verdict has none now (inconclusive, or gone),
    4 an error of the harness.
    """
    if len(runs) > 2 or (len(runs) == 2 and baseline is not None):
        refuse("diff", "give two runs, or one run and --baseline")
    if len(runs) == 1 and baseline is None and write_baseline is None:
        refuse("diff", "give the run before it too, or --baseline, or --write-baseline")
    after = _outcomes(runs[-1])
    before = _baseline(baseline) if baseline is not None else _outcomes(runs[0]) if len(runs) == 2 else None
    code = PASSED
    if before is not None:
        if not before.cases and not after.cases:
            refuse("diff", "neither of the two has a case that was tried")
        code = _compare(before, after, as_json)
    if write_baseline is not None:
        _write(write_baseline, after)
    raise typer.Exit(code)


def _compare(before: Outcomes, after: Outcomes, as_json: bool) -> int:
    from interop.reports import difference
    from interop.results.compare import compare

    compared = compare(before, after)
    code = exit_code(compared)
    if as_json:
        import json

        typer.echo(json.dumps(difference.as_json(compared, code), indent=2))
    else:
        from interop.cli.pipe import screen

        screen().print(difference.difference(compared))
    return code


def exit_code(compared: Comparison) -> int:
    """As `interop run` weighs: an error outweighs a fail, a fail what is not known."""
    if compared.errors:
        return BROKEN
    if compared.worse:
        return FAILED
    return INCONCLUSIVE if compared.unknown else PASSED


def _outcomes(run: Path) -> Outcomes:
    from interop.record.reader import RunDamaged, read_run
    from interop.results.compare import outcomes

    if run.exists() and not run.is_dir():
        refuse(
            "diff",
            f"{run}: is no directory; give the one that holds run.json (a baseline goes with --baseline)",
        )
    try:
        return outcomes(read_run(run))
    except RunDamaged as damage:
        refuse("diff", str(damage))


def _baseline(path: Path) -> Outcomes:
    from interop.results.compare import BaselineDamaged, from_baseline

    try:
        return from_baseline(path.read_text(encoding="utf-8"))
    except IsADirectoryError:
        refuse("diff", f"--baseline {path}: is a directory; a run goes before RUN, without --baseline")
    except OSError as error:
        refuse("diff", f"--baseline {path}: {error.strerror}")
    except (BaselineDamaged, UnicodeDecodeError) as damage:
        refuse("diff", f"--baseline {path}: {damage}")


def _write(path: Path, outcomes: Outcomes) -> None:
    """Over an older baseline, never over something else: it may be a record."""
    from interop.results.compare import BaselineDamaged, from_baseline, to_baseline

    if not outcomes.cases:
        refuse("diff", f"--write-baseline {path}: the run has no case that was tried")
    try:
        if path.exists():
            from_baseline(path.read_text(encoding="utf-8"))
        draft = path.with_name(f"{path.name}.tmp")
        # half a surrogate pair is written as JSON's own escape of it
        draft.write_text(to_baseline(outcomes), encoding="utf-8", errors="backslashreplace")
        draft.replace(path)
    except OSError as error:
        refuse("diff", f"--write-baseline {path}: {error.strerror}")
    except (BaselineDamaged, UnicodeDecodeError):
        refuse("diff", f"--write-baseline {path}: is there already and is no baseline; give another name")
    typer.echo(f"{path}: {len(outcomes.cases)} cases", err=True)
