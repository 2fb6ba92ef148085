"""`interop sim plan`, `write`, `verify`, `undo`: a batch of cards, as its profile and its rows want them."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from interop.cli.sim.cards import Cards, InLab, Json, Place, Refused, complain_of, digits, perform

ProfileFile = Annotated[str, typer.Argument(metavar="PROFILE", help="What all cards get, a YAML file.")]
BatchFile = Annotated[str, typer.Argument(metavar="BATCH", help="A row for each card, a CSV file.")]
Readers = Annotated[
    list[str] | None,
    typer.Option(
        "--reader", metavar="NAME", help="Only this one, or its part; may be repeated [default: all]."
    ),
]
JournalFile = Annotated[
    Path | None,
    typer.Option("--journal", metavar="FILE", help="[default: beside BATCH, .journal.jsonl for .csv]"),
]
AllowTries = Annotated[
    int | None,
    typer.Option(
        "--allow-tries", metavar="N", min=0, help="Go on where a key has N tries left, or tells none (0)."
    ),
]
Operator = Annotated[str, typer.Option(metavar="NAME", help="Who writes, for the journal [default: you].")]
LabelsFile = Annotated[
    Path | None,
    typer.Option("--labels", metavar="FILE", help="Add a label for each card, a row if FILE ends with .csv."),
]
Once = Annotated[bool, typer.Option("--once", help="Only the cards that are in the readers now.")]
Yes = Annotated[bool, typer.Option("--yes", help="Write real cards without asking.")]
OnlyCards = Annotated[
    list[str] | None,
    typer.Option("--card", metavar="ICCID", help="Only this row; may be repeated [default: all]."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be written, as `plan`.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What arguments and options say. `command`: as typed; `cards`: ICCIDs of the rows that are meant, () for
    all of them; `undo`: they are undone; `writes`: not only looked.
    """

    command: str
    profile: str
    batch: str
    place: Place
    readers: list[str] | None
    journal: Path | None
    allow_tries: int | None = None
    as_json: bool = False
    writes: bool = False
    cards: tuple[str, ...] = ()
    undo: bool = False
    once: bool = False
    yes: bool = False
    labels: Path | None = None
    operator: str = ""


def plan(
    profile: ProfileFile,
    batch: BatchFile,
    cards: Cards = None,
    lab: InLab = "",
    reader: Readers = None,
    allow_tries: AllowTries = None,
    journal: JournalFile = None,
    as_json: Json = False,
) -> None:
    """Show what would be written to the cards in the readers.

    File by file: what is there, what will be, and which key that takes. Reads only, and spends no try: an ADM
    or PIN behind a reference need not be there, and it says so. Exit code 1 where a card cannot be written,
    or none of the batch is there.
    """
    _do(
        Terms(
            command="plan",
            profile=profile,
            batch=batch,
            place=Place(cards, lab),
            readers=reader,
            journal=journal,
            allow_tries=allow_tries,
            as_json=as_json,
        )
    )


def verify(
    profile: ProfileFile,
    batch: BatchFile,
    cards: Cards = None,
    lab: InLab = "",
    reader: Readers = None,
    journal: JournalFile = None,
    as_json: Json = False,
) -> None:
    """Say whether the cards in the readers are as ordered.

    Reads all files, and proves Ki and OPc by a challenge. Gives no key: an ADM or PIN behind a reference need
    not be there. Exit code 1 where a card is not.
    """
    _do(
        Terms(
            command="verify",
            profile=profile,
            batch=batch,
            place=Place(cards, lab),
            readers=reader,
            journal=journal,
            as_json=as_json,
        )
    )


def write(
    profile: ProfileFile,
    batch: BatchFile,
    card: OnlyCards = None,
    cards: Cards = None,
    lab: InLab = "",
    reader: Readers = None,
    dry_run: DryRun = False,
    once: Once = False,
    yes: Yes = False,
    allow_tries: AllowTries = None,
    journal: JournalFile = None,
    labels: LabelsFile = None,
    operator: Operator = "",
    as_json: Json = False,
) -> None:
    """Write a batch of cards.

    Each card gets the row with the ICCID that it says now; cards without a row stay as they are. All readers
    work at once, and ask for the next card until every row is done. Every step is in the journal before it is
    done; run it again to go on. A key that a card does not take stops the batch. Ctrl-C ends at a safe point.
    Exit code 0 when all rows are done, else 1.
    """
    _do(
        Terms(
            command="write",
            profile=profile,
            batch=batch,
            place=Place(cards, lab),
            readers=reader,
            journal=journal,
            allow_tries=allow_tries,
            as_json=as_json,
            writes=not dry_run,
            cards=tuple(map(digits, card or ())),
            once=once,
            yes=yes,
            labels=labels,
            operator=operator or _user(),
        )
    )


def undo(
    profile: ProfileFile,
    batch: BatchFile,
    card: OnlyCards = None,
    cards: Cards = None,
    lab: InLab = "",
    reader: Readers = None,
    dry_run: DryRun = False,
    once: Once = False,
    yes: Yes = False,
    allow_tries: AllowTries = None,
    journal: JournalFile = None,
    operator: Operator = "",
    as_json: Json = False,
) -> None:
    """Write back what was on the cards before.

    As the journal has it: the contents before the first run of each row, the ICCID last. Keys cannot be
    undone, and it says so. Otherwise as `write`.
    """
    _do(
        Terms(
            command="undo",
            profile=profile,
            batch=batch,
            place=Place(cards, lab),
            readers=reader,
            journal=journal,
            allow_tries=allow_tries,
            as_json=as_json,
            writes=not dry_run,
            cards=tuple(map(digits, card or ())),
            undo=True,
            once=once,
            yes=yes,
            operator=operator or _user(),
        )
    )


def _do(terms: Terms) -> None:
    from interop.cli.sim.batch_work import work_of

    try:
        work = work_of(terms)
    except Refused as error:
        raise typer.Exit(complain_of(terms.command, error, as_json=terms.as_json)) from None
    perform(terms.command, terms.place, work, as_json=terms.as_json)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        return ""
