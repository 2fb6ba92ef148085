"""Where a campaign stands, as one page without a script: campaign.html.j2 and campaign.css beside this."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from interop.record import Verdict
from interop.reports import page
from interop.reports.text import SIGNS, counted
from interop.results.intervals import Interval
from interop.results.localise import Accusation, Candidate, Ranked

WORKS, DOES_NOT, NOT_DECIDED = "works", "does not", "not decided"
_VERDICTS: Final = {DOES_NOT: Verdict.FAIL, NOT_DECIDED: Verdict.INCONC, WORKS: Verdict.PASS}
"""What a conclusion is drawn like, the one to read first before the others."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A failing case and the run directory of its record, for `interop pack DIRECTORY --case CASE`."""

    directory: str
    case: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """`failing`: how many cases of the screening that touch it failed; `evidence`: a few of them."""

    accusation: Accusation
    slight: bool
    failing: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """`accused`: none for a control. `failed` of `valid` cases until it was decided, `played` in all;
    `interval`: of the true ratio, at any time of looking, while it is not decided. `clean`: no other suspect
    can have failed in its place. `why` it is not decided, "" while it wants more cases. `evidence`: a few of
    the `failing` cases.
    """

    __test__ = False  # to pytest

    name: str
    accused: tuple[Candidate, ...]
    conclusion: str
    failed: int
    valid: int
    played: int
    interval: Interval | None
    clean: bool
    why: str
    failing: int
    evidence: tuple[Evidence, ...]

    @property
    def control(self) -> bool:
        return not self.accused


@dataclass(frozen=True, slots=True)
class Spent:
    """`kind`: calls, messages, multimedia, money. `limit`: None for none."""

    kind: str
    spent: float
    limit: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """`stage`: None when it is `over`, and why; `left` of its `cases` have no result yet.

    `screened` of `planned` cases have a result, `inconclusive`: reason -> those that have none and are not
    tried again. `suspects`, `ochiai` and `thin` (what these cases cannot tell) come with the screening's end.
    `good`, `bad`: the ratios of failures between which a test decides. `written`: POSIX seconds of the last
    line, None where there is none.
    """

    campaign: str
    file: str
    directory: str
    lab: str
    seed: int
    injected: tuple[str, ...]
    stage: int | None
    purpose: str
    seating: str
    cases: int
    left: int
    over: str
    screened: int
    planned: int
    inconclusive: dict[str, int]
    spent: tuple[Spent, ...]
    suspects: tuple[Suspect, ...]
    ochiai: tuple[Ranked, ...]
    thin: tuple[str, ...]
    tests: tuple[Test, ...]
    good: float
    bad: float
    written: float | None

    @property
    def accused(self) -> tuple[Test, ...]:
        """The tests of suspects."""
        return tuple(test for test in self.tests if not test.control)

    @property
    def controls(self) -> tuple[Test, ...]:
        return tuple(test for test in self.tests if test.control)

    @property
    def sentence(self) -> str:
        """What it does: "stage 4: tests, 64 cases, SIMs at home; 12 left"."""
        if self.stage is None:
            return f"over: {self.over}"
        left = f"; {self.left} left" if self.left < self.cases else ""
        return f"stage {self.stage}: {self.purpose}, {counted(self.cases, 'case')}, {self.seating}{left}"


def when(written: float | None) -> str:
    """ "2026-01-05 01:02:03 UTC" """
    return f"{datetime.fromtimestamp(written, UTC):%Y-%m-%d %H:%M:%S} UTC" if written is not None else "never"


def packing(evidence: Sequence[Evidence]) -> list[str]:
    """The commands that make evidence files of these cases, one for each run directory."""
    return [
        shlex.join(["interop", "pack", directory, *(part for one in cases for part in ("--case", one.case))])
        for directory, cases in groupby(evidence, key=lambda one: one.directory)
    ]


def draw(standing: Standing) -> bytes:
    """The whole page, UTF-8."""
    return page.render(
        "campaign.html.j2",
        styles=("style.css", "campaign.css"),
        filters={"packing": packing, "amount": amount, "percent": percent},
        it=standing,
        written=when(standing.written),
        verdicts=_VERDICTS,
        symbols={said: SIGNS[verdict].symbol for said, verdict in _VERDICTS.items()},
        tally={said: sum(test.conclusion == said for test in standing.accused) for said in _VERDICTS},
        working=sum(test.conclusion == WORKS for test in standing.controls),
    )


def amount(number: float) -> str:
    """
    >>> amount(1200), amount(312.7)
    ('1200', '312.70')
    """
    return str(number) if isinstance(number, int) else f"{number:.2f}"


def percent(share: float) -> str:
    """
    >>> percent(0.0213), percent(0.5), percent(1.0)
    ('2.1', '50', '100')
    """
    return f"{100 * share:.1f}" if share < 0.1 else f"{100 * share:.0f}"
