"""`interop sim read` and `interop sim tree`: what is on a card, in words, as JSON, file by file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interop.cli.sim.cards import (
    DONE,
    Cards,
    ExpectedIccid,
    InLab,
    Json,
    Opened,
    Pin,
    Place,
    ReaderName,
    cells,
    opened,
    perform,
    show_json,
)

if TYPE_CHECKING:
    from rich.table import Table

    from interop.cli.sim.tries import KeyState
    from interop.protocols.card import CardDriver
    from interop.uicc.reading import FileRead, Reading

_DIRECTORIES: Final = {
    "3F00": "MF",
    "7F10": "DF_TELECOM",
    "7F20": "DF_GSM",
    "7FFF": "ADF_USIM",
    "ADF.ISIM": "ADF_ISIM",
    "5F3A": "DF_PHONEBOOK",
    "5F3B": "DF_GSM-ACCESS",
    "5FC0": "DF_5GS",
}


def read(
    whole: Annotated[
        bool, typer.Option("--all", help="Every file; with --json, what an emulated card can be made of.")
    ] = False,
    cards: Cards = None,
    lab: InLab = "",
    reader: ReaderName = "",
    iccid: ExpectedIccid = "",
    pin: Pin = "",
    as_json: Json = False,
) -> None:
    """Say who the card is: issuer, subscriber, network, keys, services.

    Changes nothing and spends no try; keys are never shown. Other programs may use the card meanwhile.
    """
    place = Place(cards, lab, reader, iccid, pin)

    async def look(driver: CardDriver) -> int:
        from interop.cli.sim.summary import paths, summary
        from interop.cli.sim.tries import key_states

        async with opened(driver, place) as card:
            reading = await survey_of(card, None if whole else paths())
            keys = await key_states(card.session)
        if whole and as_json:
            show_json(reading.form())
        elif whole:
            _print_files(reading)
        elif as_json:
            show_json({"reader": card.reader.name, **summary(reading, keys)})
        else:
            _print_summary(card.reader.name, summary(reading, keys))
        return DONE

    perform("read", place, look, as_json=as_json)


def tree(
    cards: Cards = None,
    lab: InLab = "",
    reader: ReaderName = "",
    iccid: ExpectedIccid = "",
    pin: Pin = "",
    as_json: Json = False,
) -> None:
    """List the card's files, and who may read and update them.

    Structure and size of each, access rules in words, and how many tries each key has left; none is spent.
    """
    place = Place(cards, lab, reader, iccid, pin)

    async def look(driver: CardDriver) -> int:
        from interop.cli.sim.tries import key_states

        async with opened(driver, place) as card:
            reading = await survey_of(card, None)
            keys = await key_states(card.session)
        if as_json:
            files = [_row(reading, file) for file in _in_tree(reading)]
            show_json({"reader": card.reader.name, "keys": [asdict(key) for key in keys], "files": files})
        else:
            _print_tree(reading, keys)
        return DONE

    perform("tree", place, look, as_json=as_json)


async def survey_of(card: Opened, paths: Sequence[str] | None) -> Reading:
    """What is on the card, with a line of progress on a terminal. Raises what the link raises."""
    from interop.uicc.survey import survey

    with _progress(card.reader.name) as tell:
        return await survey(card.session, card.link.atr, paths, progress=tell)


@contextmanager
def _progress(name: str) -> Iterator[Any]:
    """A callable for `survey`; None in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    with console.status(f"reading {name}") as status:
        yield lambda path, done, total: status.update(f"reading {name}: {done} of {total}  {path}")


# In words


def _print_summary(name: str, told: dict[str, Any]) -> None:
    from interop.cli.pipe import screen
    from interop.cli.sim.summary import lines

    console, table = screen(), _grid(3)
    kind = f", {told['type']}" if told["type"] else ""
    atr = f"ATR {told['atr']}{kind}" if told["atr"] else "a modem tells no ATR"
    table.add_row(*cells("reader", name, atr))
    for line in lines(told):
        table.add_row(*cells(*line))
    console.print(table)
    if told["problems"]:
        console.print(f"\n{len(told['problems'])} files make no sense: interop sim lint says more")


def _print_files(reading: Reading) -> None:
    """A line for each file and record, one for all that are alike."""
    from itertools import groupby

    from interop.cli.pipe import screen

    console, table = screen(), _grid(3)
    form = reading.form()["files"]
    for path, file in reading.files.items():
        if file.structure is None:
            continue
        first = 0
        for line, alike in groupby(_words(reading, file, form[path])):
            last = first + len(list(alike))
            numbers = f" #{first + 1}" + (f" to {last}" if last > first + 1 else "")
            name = f"{file.name}{numbers if file.record_length else ''}"
            table.add_row(*cells("" if first else path, name, line))
            first = last
    console.print(table)


def _words(reading: Reading, file: FileRead, row: dict[str, Any]) -> list[str]:
    """Of the file, or of each of its records."""
    from interop.uicc.statuswords import meaning

    if file.refused:
        return [f"refused with {file.refused:04X}: {meaning(file.refused)}"]
    if file.path in reading.problems:
        return [reading.problems[file.path]]
    if "content" in row:
        return [_compact(content) for content in (row["content"] if file.record_length else [row["content"]])]
    return row.get("records") or [row.get("octets", "a key, not shown")]


def _compact(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list) and content and isinstance(content[0], dict) and "condition" in content[0]:
        return "; ".join(f"{rule['condition']}: {_what(rule)}" for rule in content)
    return json.dumps(content, ensure_ascii=False)


def _what(rule: dict[str, Any]) -> str:
    """Which commands an access rule is about: by name, or by octets of their headers."""
    return " ".join(rule.get("modes", ())) or f"command {rule.get('header', '')}"


# The tree


def _in_tree(reading: Reading) -> list[FileRead]:
    """Each directory, then its files, then the directories in it."""

    def place(file: FileRead) -> list[tuple[bool, int, str]]:
        names = file.path.split("/")
        last = len(names) - 1
        return [
            (not (at == last and file.structure is not None), len(name), name)
            for at, name in enumerate(names)
        ]

    return sorted(reading.files.values(), key=place)


def _row(reading: Reading, file: FileRead) -> dict[str, Any]:
    from interop.uicc.access import Operation

    rules = reading.rules(file.path)
    needed = {
        operation.name.lower(): str(rules.needed(operation))
        for operation in (Operation.READ, Operation.UPDATE)
        if rules is not None and file.structure is not None
    }
    return {
        "path": file.path,
        "name": file.name,
        "structure": _structure(file),
        "size": file.size,
        "access": needed or None,
        "active": file.active,
        "refused": f"{file.refused:04X}" if file.refused else None,
        "aid": file.aid.hex().upper() or None,
    }


def _structure(file: FileRead) -> str:
    if file.structure is None:
        return "directory"
    if file.record_length:
        return f"{file.structure.value}, {file.size // file.record_length} of {file.record_length}"
    return file.structure.value


def _print_tree(reading: Reading, keys: Sequence[KeyState]) -> None:
    from interop.cli.pipe import screen

    console, table = screen(), _grid(5)
    for file in _in_tree(reading):
        row = _row(reading, file)
        indent = "  " * file.path.count("/")
        access = ", ".join(f"{name} {words}" for name, words in (row["access"] or {}).items())
        state = "" if file.active else "deactivated"
        if row["refused"]:
            state = f"{state} refused with {row['refused']}".strip()
        size = f"{file.size}" if file.structure else ""
        last = file.path.rpartition("/")[2]
        name = file.name.rpartition(" ")[0] or (_DIRECTORIES.get(last, "") if file.structure is None else "")
        shape = row["structure"] if file.structure else f"AID {row['aid']}" if row["aid"] else ""
        table.add_row(*cells(f"{indent}{last}", name, shape, size, f"{access}  {state}".strip()))
    console.print(table)
    if keys:
        console.print("\n" + "\n".join(f"{key.name:<6} {key.words}" for key in keys))


def _grid(columns: int) -> Table:
    from rich.table import Table

    return Table.grid(*([""] * columns), padding=(0, 3, 0, 0))
