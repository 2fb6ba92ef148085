"""`interop release`: may these numbers be released in this city, and what stands in the way?"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interop.cli.exits import BROKEN, FAILED, INCONCLUSIVE, PASSED, refuse, refuse_file
from interop.cli.storing import Emulated, Place
from interop.cli.writing import replace

if TYPE_CHECKING:
    from interop.results.release import Board, Origin, ReleaseList
    from interop.results.store import Store


def release(
    runs: Annotated[
        list[Path] | None, typer.Argument(metavar="RUN", help="Run directories, instead of a store.")
    ] = None,
    mvno: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this MVNO.")] = None,
    city: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this city.")] = None,
    days: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Only what was tried in the last N days of the store, or runs."
        ),
    ] = None,
    wanted: Annotated[
        str, typer.Option("--list", metavar="FILE|NAME", help="The release list: a file, or china.")
    ] = "china",
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the boards as one page.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a row for each item.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object with every board, for programs.")
    ] = False,
    store: Place = "",
    emulated: Emulated = False,
) -> None:
    """Show what stands in the way of releasing numbers.

    A board for each MVNO and city: every item of a release list, its verdict, what that rests on and what is
    missing. An item passes, fails, or is not known yet. Numbers may be released where every item that a case
    answers passes; those that no case answers are listed, with the reason, and block nothing.

    Exit code: 0 all may be released, 1 an item fails, 2 wrong usage, 3 none fails but something is missing,
    4 an error of the harness.
    """
    from interop.cli.release_list import read_release_list
    from interop.lab.document import Mistakes
    from interop.record.reader import RunDamaged
    from interop.results.release import boards, reading, worst
    from interop.results.store import StoreRefused

    if runs and (emulated or store not in ("", os.environ.get("INTEROP_STORE"))):
        refuse("release", "give runs, or a store")
    try:
        items = read_release_list(wanted)
        with _opened(runs, store, emulated=emulated) as opened:
            origin = reading.origin(opened)
            found = list(boards(opened, items, mvno=mvno, city=city, days=days))
            others = [] if found else [" ".join(names) for names in reading.cities(opened)]
    except Mistakes as mistakes:
        refuse_file(mistakes)
    except (RunDamaged, StoreRefused) as error:
        refuse("release", str(error))
    if origin is None or not found:
        chosen = f" of this choice (there are: {', '.join(others)})" if others else ""
        refuse("release", f"no attempt of an MVNO's number{chosen}, so there is no board")
    verdict = worst(found)
    code = {"pass": PASSED, "fail": FAILED, "error": BROKEN}.get(verdict, INCONCLUSIVE)
    _write(found, items, origin, days, html, csv)
    if as_json:
        from interop.reports import board

        typer.echo(json.dumps(board.as_json(found, items, origin, code, days), ensure_ascii=False, indent=2))
    else:
        _show(found, origin, days)
    raise typer.Exit(code)


@contextmanager
def _opened(runs: list[Path] | None, store: str, *, emulated: bool) -> Iterator[Store]:
    from interop.cli.storing import reading
    from interop.results.store import Store, import_run

    if not runs:
        with reading(store, emulated=emulated) as opened:
            yield opened
        return
    with Store("sqlite:///:memory:") as made:
        for run in runs:
            import_run(made, run)
        yield made


def _show(found: list[Board], origin: Origin, days: int | None) -> None:
    from rich.text import Text

    from interop.cli.pipe import screen
    from interop.reports import board

    out = screen()
    for one in found:
        out.print(board.board(one))
    for line in board.about(origin, days) + board.warnings(origin):
        out.print(Text(line))
    out.print(Text(board.conclusion(found)))


def _write(
    found: list[Board],
    items: ReleaseList,
    origin: Origin,
    days: int | None,
    html: Path | None,
    csv: Path | None,
) -> None:
    if html is not None:
        from interop.reports import board_page

        replace("release", "--html", html, board_page.draw(found, items, origin, days), "board")
    if csv is not None:
        from interop.reports import board

        replace("release", "--csv", csv, board.as_csv(found), "board")
