"""The release board for a terminal, a pipe or a log, as CSV and as JSON. The page is in `board_page`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from math import isinf
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from interop.record import Verdict
from interop.reports import spreadsheet
from interop.reports.text import CHINA, SIGNS, counted, encodable, one_line
from interop.results.release import Answer, Board, Origin, ReleaseList, Tried, worst

_SHOWN = 3
"""attempts that a terminal names for one item"""
_NAMED = 6
"""gateways or sites that are named for one item"""
STATES: dict[Verdict, str] = {
    Verdict.PASS: "may be released",
    Verdict.FAIL: "blocked",
    Verdict.INCONC: "not known yet",
    Verdict.ERROR: "harness error",
}
"""What a board says on the whole."""

_WEIGHT = (Verdict.ERROR, Verdict.FAIL, Verdict.INCONC, Verdict.NONE, Verdict.PASS)


def word(answer: Answer) -> str:
    """Its verdict in a word; "no case" where there is none to have one, "not run" where none was tried."""
    if not answer.asked:
        return "no case"
    return "not run" if answer.verdict is Verdict.NONE else SIGNS[answer.verdict].word


def result(answer: Answer) -> str:
    """ "8 cases passed with bank-a", "1 of 8 cases failed", "3 of 60 attempts took too long"; bound."""
    if not answer.valid:
        return ""
    tried = counted(answer.valid, "case" if answer.item.works else "attempt")
    if answer.item.timed and not answer.item.within:
        said = tried
    elif answer.item.works and not answer.failed:
        said = f"{tried} passed"
    else:
        said = f"{answer.failed or 'none'} of {tried} {'took too long' if answer.item.timed else 'failed'}"
    if answer.others:
        said += f" with {_few(answer.others)}"
    return f"{said}; {answer.bound}" if answer.bound else said


def _few(names: Sequence[str]) -> str:
    return ", ".join([*names[:_NAMED], *([f"{len(names) - _NAMED} more"] if len(names) > _NAMED else [])])


def tally(board: Board) -> list[tuple[str, Verdict, int]]:
    """(word, verdict, items), the heaviest first; those that have no case last."""
    names = {Verdict.NONE: "not run"} | {verdict: SIGNS[verdict].word for verdict in STATES}
    found = [(names[verdict], verdict, len(board.of(verdict))) for verdict in _WEIGHT]
    found.append(("no case", Verdict.NONE, len(board.no_case)))
    return [one for one in found if one[2]]


def day(time: float) -> str:
    """Of POSIX time, in China."""
    return "" if isinf(time) else f"{datetime.fromtimestamp(time, CHINA):%Y-%m-%d %H:%M}"


def about(origin: Origin, days: int | None) -> list[str]:
    """What the boards rest on, a sentence each."""
    told = [f"drawn from {counted(origin.runs, 'run')}, the last attempt {day(origin.last)} (China)"]
    if days is not None:
        told.append(f"what is older than {counted(days, 'day')} before that counts no more")
    return told


def warnings(origin: Origin) -> list[str]:
    """What whoever signs a board has to know besides, a sentence each."""
    told = []
    if origin.interrupted:
        told.append(f"{counted(origin.interrupted, 'attempt')} began and came to no result")
    if origin.unended:
        told.append(f"{counted(origin.unended, 'run')} did not end: what was left to try is in no board")
    if origin.emulated:
        told.append("devices were emulated: this says nothing about a real network")
    return told


def conclusion(found: Sequence[Board]) -> str:
    """ "3 boards: 1 blocked, 2 not known yet" """
    states = [board.verdict for board in found]
    told = [f"{states.count(verdict)} {STATES[verdict]}" for verdict in _WEIGHT if verdict in states]
    return f"{counted(len(found), 'board')}: {', '.join(told)}"


class board:  # noqa: N801 - reads as what it draws: console.print(board(found))
    """One board: every item, those of one area together, and what blocks at the top."""

    def __init__(self, found: Board) -> None:
        self._board = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        found, ascii_only = self._board, not encodable("✓✗", console.encoding)
        segments = ", ".join(f"{segment} ({operator})" for segment, operator in found.segments)
        head = Text(f"{one_line(f'{found.mvno} {found.city}  {segments}')}  ", "bold")
        sign = SIGNS[found.verdict]
        symbol = sign.ascii if ascii_only else sign.symbol
        head.append(f"{symbol} {STATES[found.verdict]}", sign.style)
        yield head
        yield Text(", ".join(f"{count} {name}" for name, _, count in tally(found)))
        rows = Table.grid(padding=(0, 1))
        rows.add_column(no_wrap=True)
        rows.add_column(overflow="fold")
        area = ""
        for answer in found.answers:
            if answer.item.area != area:
                area = answer.item.area
                rows.add_row("", Text(one_line(area), "bold dim"))
            sign = SIGNS[answer.verdict]
            symbol = sign.ascii if ascii_only else sign.symbol
            rows.add_row(Text(f"{symbol} {word(answer)}", sign.style), _said(answer))
        yield rows
        yield Text("")


def _said(answer: Answer) -> Text:
    text = Text(one_line(answer.item.title), "" if answer.asked else "dim")
    if said := result(answer):
        text.append(f"  {said}", "dim")
    if not answer.asked:
        return text.append(f": {one_line(answer.item.no_case)}")
    for line in answer.why:
        text.append(f"\n  {one_line(line)}")
    if answer.missing:
        text.append(f"\n  missing: {one_line('; '.join(answer.missing))}", "yellow")
    if answer.verdict is not Verdict.PASS:
        telling = [tried for tried, verdict in answer.evidence if verdict is answer.verdict]
        for tried in telling[:_SHOWN]:
            text.append(f"\n  {one_line(place(tried))}", "dim")
        if len(telling) > _SHOWN:
            text.append("\n  and more", "dim")
    return text


def place(tried: Tried) -> str:
    """Where an attempt's evidence is: "recognition.calls.originates[mi-1709->CMCC]#1 in runs/a"."""
    return f"{tried.case}#{tried.number} in {tried.run}"


def as_csv(found: Sequence[Board]) -> bytes:
    """One row for each board and item."""
    rows = ([of(one, answer) for of in _COLUMNS.values()] for one in found for answer in one.answers)
    return spreadsheet.table(_COLUMNS, rows)


def _evidence(answer: Answer) -> str:
    places = [place(tried) for tried, _ in answer.evidence]
    return "; ".join([*places, f"and {answer.more} more"] if answer.more else places)


_COLUMNS: dict[str, Callable[[Board, Answer], object]] = {
    "mvno": lambda board, answer: board.mvno,
    "city": lambda board, answer: board.city,
    "segments": lambda board, answer: " ".join(segment for segment, _ in board.segments),
    "board": lambda board, answer: STATES[board.verdict],
    "area": lambda board, answer: answer.item.area,
    "item": lambda board, answer: answer.item.id,
    "title": lambda board, answer: answer.item.title,
    "verdict": lambda board, answer: word(answer),
    "wanted": lambda board, answer: answer.item.wanted,
    "failed": lambda board, answer: answer.failed if answer.valid else "",
    "valid": lambda board, answer: answer.valid if answer.valid else "",
    "confidence_95": lambda board, answer: answer.bound,
    "why": lambda board, answer: " / ".join(answer.why),
    "missing": lambda board, answer: "; ".join(answer.missing),
    "evidence": lambda board, answer: _evidence(answer),
    "source": lambda board, answer: answer.item.source,
}


def as_json(
    found: Sequence[Board], wanted: ReleaseList, origin: Origin, exit_code: int, days: int | None
) -> dict[str, Any]:
    """Every board, item and attempt that one rests on."""
    return {
        "list": wanted.name,
        "runs": origin.runs,
        "runs_unended": origin.unended,
        "attempts_without_result": origin.interrupted,
        "emulated": origin.emulated,
        "last_attempt": day(origin.last),
        "days": days,
        "verdict": worst(found),
        "exit_code": exit_code,
        "boards": [
            {
                "mvno": one.mvno,
                "city": one.city,
                "segments": [segment for segment, _ in one.segments],
                "verdict": one.verdict,
                "state": STATES[one.verdict],
                "last_attempt": day(one.last),
                "items": [_item(answer) for answer in one.answers],
            }
            for one in found
        ],
    }


def _item(answer: Answer) -> dict[str, Any]:
    return {
        "item": answer.item.id,
        "area": answer.item.area,
        "title": answer.item.title,
        "verdict": word(answer),
        "wanted": answer.item.wanted,
        "failed": answer.failed,
        "valid": answer.valid,
        "confidence_95": answer.bound,
        "with": list(answer.others),
        "why": list(answer.why),
        "missing": list(answer.missing),
        "source": answer.item.source,
        "more_evidence": answer.more,
        "evidence": [
            {
                "run": tried.run,
                "case": tried.case,
                "attempt": tried.number,
                "counts_as": verdict,
                "at": day(tried.started),
                "blame": tried.blame,
                "finding": tried.finding,
            }
            for tried, verdict in answer.evidence
        ],
    }
