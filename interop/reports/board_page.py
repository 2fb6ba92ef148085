"""The release board as one self-contained page without a script: board.html.j2 and board.css beside this."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import PurePath
from typing import Any

from markupsafe import Markup

from interop.record import Verdict
from interop.reports import board as words
from interop.reports import page
from interop.reports.text import SIGNS, clean
from interop.results.release import Answer, Board, Origin, ReleaseList, Tried

_SHOWN = 3
"""attempts that the page names for one item"""


def draw(found: Sequence[Board], wanted: ReleaseList, origin: Origin, days: int | None) -> bytes:
    """The whole page, UTF-8."""
    return page.render(
        "board.html.j2",
        styles=("style.css", "board.css"),
        states=words.STATES,
        words=words,
        telling=_telling,
        run_of=_run_of,
        wanted=wanted,
        boards=[_view(number, board) for number, board in enumerate(found, 1)],
        conclusion=words.conclusion(found),
        about=words.about(origin, days),
        warnings=words.warnings(origin),
        runs=_runs(found),
    )


def _view(number: int, board: Board) -> dict[str, Any]:
    return {
        "number": number,
        "board": board,
        "tally": words.tally(board),
        "blocking": [*board.of(Verdict.ERROR), *board.of(Verdict.FAIL)],
        "unknown": [*board.of(Verdict.INCONC), *board.of(Verdict.NONE)],
        "areas": [
            (area, list(answers)) for area, answers in groupby(board.answers, lambda one: one.item.area)
        ],
    }


def _telling(answer: Answer) -> list[tuple[Markup, str]]:
    """(case#attempt, what it counted as) of the first few that the verdict rests on; one of a pass."""
    return [
        (_parts(f"{tried.case}#{tried.number}"), SIGNS[verdict].word) for tried, verdict in _shown(answer)
    ]


def _shown(answer: Answer) -> tuple[tuple[Tried, Verdict], ...]:
    own = tuple(one for one in answer.evidence if one[1] is answer.verdict)
    return own[:_SHOWN] if own and answer.verdict is not Verdict.PASS else answer.evidence[:1]


def _run_of(answer: Answer) -> str:
    """The names of the run directories of what `_telling` names; their places are at the foot of the page."""
    return ", ".join(dict.fromkeys(PurePath(tried.run).name for tried, _ in _shown(answer)))


def _parts(name: str) -> Markup:
    """A case's name in parts between which a line may end: behind dots, before what is in brackets."""
    parts = re.split(r"(?<=\.)|(?=\[)", clean(name))
    return Markup("").join(Markup("<span>{}</span>").format(part) for part in parts)


def _runs(found: Sequence[Board]) -> list[str]:
    """The run directories of all that the boards rest on."""
    answers = (answer for board in found for answer in board.answers)
    return sorted({tried.run for answer in answers for tried, _ in answer.evidence})
