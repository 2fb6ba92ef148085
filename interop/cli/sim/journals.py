"""`interop sim journal` and `interop sim label`: what a journal tells of the cards that were written."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interop.cli.sim.cards import Json, Refused, complain_of, digits, show_json

if TYPE_CHECKING:
    from interop.personalise.journal import Run

JournalArgument = Annotated[Path, typer.Argument(metavar="JOURNAL", help="A file that `write` has made.")]
OneCard = Annotated[str, typer.Option("--card", metavar="ICCID", help="Only what concerns this card.")]


def journal(file: JournalArgument, card: OneCard = "", as_json: Json = False) -> None:
    """Show what was done to which card, run by run.

    With --card also each file that was written: what was there, and what was put there; keys are in no
    journal. Reads it also while somebody writes cards.
    """
    runs = _runs("journal", file, card, as_json=as_json)
    if as_json:
        show_json({"journal": str(file), "runs": [_form(run) for run in runs]})
        return
    _print(runs, steps=bool(card))


def label(
    file: JournalArgument,
    card: OneCard = "",
    table: Annotated[bool, typer.Option("--csv", help="A table, with all that the journal knows.")] = False,
) -> None:
    """Print a label for each card that is done.

    ICCID, IMSI, MSISDN, time, operator, profile; never a key.
    """
    from interop.personalise.records import HEADING, Record

    finished: list[Run] = []
    for run in _runs("label", file, card, as_json=False):
        done = run.ended is not None and run.ended.result == "done"
        if done and not run.writings and any(each.began.job == run.began.job for each in finished):
            continue  # it only found that the card is still so
        if done or run.writings:  # what was there before it is no longer
            finished = [each for each in finished if not _same_card(each, run)]
        if done and not run.began.undo:
            finished.append(run)
    records = [Record.of(run) for run in finished]
    if table:
        typer.echo(f"{HEADING}\r\n{''.join(record.row() for record in records)}", nl=False)
    else:
        typer.echo("\n".join(record.label() for record in records), nl=False)
    if not records:
        raise typer.Exit(1)


def _runs(command: str, file: Path, card: str, *, as_json: bool) -> list[Run]:
    from interop.personalise.journal import JournalError, read

    try:
        runs, wanted = read(file), digits(card)
        found = [run for run in runs if not wanted or wanted in _iccids(run)]
        if wanted and not found:
            raise Refused(f"{file} has nothing of card {wanted}")
    except (JournalError, Refused) as error:
        raise typer.Exit(complain_of(command, Refused(str(error)), as_json=as_json)) from None
    return found


def _same_card(one: Run, other: Run) -> bool:
    names = {*_iccids(one)} & {*_iccids(other)} - {""}
    return one.began.job == other.began.job or bool(names)


def _iccids(run: Run) -> tuple[str, ...]:
    return run.began.card, run.ended.iccid if run.ended else ""


def _form(run: Run) -> dict[str, Any]:
    entries = [{"entry": type(entry).__name__, **asdict(entry)} for entry in run.entries]
    return {"result": run.ended.result if run.ended else "interrupted", "entries": entries}


def _print(runs: list[Run], *, steps: bool) -> None:
    """A line for each run, however narrow the terminal is: a number in two pieces cannot be copied."""
    from interop.cli.pipe import screen
    from interop.reports.text import one_line

    console = screen()
    rows = [("run", "time", "card", "result", "files", "reader, operator, profile, why"), *map(_row, runs)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        *numbers, rest = (one_line(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        console.print("  ".join((*numbers, rest.rstrip())), soft_wrap=True)
    for run in runs if steps else ():
        for line in _steps(run):
            console.print(one_line(line), soft_wrap=True)


def _row(run: Run) -> tuple[str, ...]:
    from interop.personalise.records import Record

    record = Record.of(run)
    task = f"{record.result}{' (undo)' if run.began.undo else ''}"
    rest = ", ".join(filter(None, (record.reader, record.operator, record.profile, record.why)))
    return run.began.run, record.time, record.iccid, task, str(len(run.writings)), rest


def _steps(run: Run) -> list[str]:
    from interop.personalise.entries import Proved, Verified, Verifying, Writing, Written

    lines = []
    for entry in run.entries:
        match entry:
            case Verifying(reference=reference, left=left):
                lines.append(f"key {reference:02X} given, {'?' if left is None else left} tries left before")
            case Verified(sw=sw):
                lines.append(f"answered {sw}")
            case Writing(path=path, record=record, offset=offset):
                place = path + (f" #{record}" if record else "") + (f" @{offset}" if offset else "")
                before, after = (value or "(not shown)" for value in (entry.before, entry.after))
                lines.append(f"{place}: {before} -> {after}")
            case Written(sw=sw) if sw != "9000":
                lines.append(f"written, and answered {sw}")
            case Proved():
                lines.append("keys proved by a challenge")
            case _:
                continue
    return [f"run {run.began.run}: {line}" for line in lines]
