"""The matrix and the findings for a terminal, a pipe or a CI log.

Both adapt to the console they are printed on: width, and an encoding that lacks Chinese or symbols.
Print them on `console()`, or on any rich Console.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.table import Table
from rich.text import Text

from interop.record import Attempt, Verdict, blame
from interop.record.reader import Run
from interop.reports import matrix as model
from interop.reports.text import SIGNS, clock, counted, encodable, one_line
from interop.results import CaseResult, Spread, cases_of, counts, interrupted, measured, sentence

_MARGIN = 2
_PIPE_WIDTH = 160  # where there is no terminal: wide enough that hardly a finding is folded


def console(stream: TextIO | None = None) -> Console:
    """A console for reports: no markup, no emoji, no guessing of colours for numbers in foreign text."""
    out = stream or sys.stdout
    width, height = None, None
    if "COLUMNS" not in os.environ:
        if not out.isatty():
            width = _PIPE_WIDTH
        elif os.environ.get("TERM") in ("dumb", "unknown"):  # which rich takes for 80 columns
            width, height = os.get_terminal_size(out.fileno())
    return Console(file=out, width=width, height=height, markup=False, emoji=False, highlight=False)


class matrix:  # noqa: N801 - reads as what it draws: console.print(matrix(run))
    """Rows are segments, columns services; a cell says one verdict for all peers, or which peer got which."""

    def __init__(self, run: Run) -> None:
        self._matrix = model.build(cases_of(run), run.meta.get("services", ()))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        writer = _Writer(console.encoding)
        brands = [writer.segment(segment) for segment in self._matrix.segments]
        columns = [self._column(writer, service) for service, _ in self._matrix.services]
        yield from _tables("segment", brands, columns, options.max_width)
        if named := self._peers(writer):
            yield from named
            yield Text("")

    def _column(self, writer: _Writer, service: str) -> list[Text]:
        """The heading of a service and its cell in each segment."""
        cells = [writer.cell(self._matrix.row(segment.prefix, service)) for segment in self._matrix.segments]
        return [Text(writer.text(service)), *cells]

    def _peers(self, writer: _Writer) -> list[Text]:
        """Who stood at the far end, once for all services with the same: a cell's count is over these."""
        groups: dict[str, list[str]] = {}
        for service, peers in self._matrix.services:
            if named := " ".join(peer for peer in peers if peer):
                groups.setdefault(named, []).append(service)
        return [
            Text(writer.text(f"with {named}: {' '.join(services)}"), "dim")
            for named, services in groups.items()
        ]


def _tables(
    corner: str, rows: Sequence[Text], columns: list[list[Text]], width: int
) -> Iterator[RenderableType]:
    """One beside or below the other, each with the names of the rows and as many columns as there is room
    for; a column begins with its heading.
    """
    label = _width(Text(corner), *rows)
    for block in _blocks(columns, width - label - _MARGIN):
        table = Table(box=None, padding=(0, _MARGIN, 0, 0), pad_edge=False, header_style="bold")
        table.add_column(corner, width=label, overflow="fold")
        for header, *_ in block:
            table.add_column(header, overflow="fold")
        for row, name in enumerate(rows, start=1):
            table.add_row(name, *(column[row] for column in block))
        yield table
        yield Text("")


def _width(*texts: Text) -> int:
    return max(cell_len(line) for text in texts for line in text.plain.split("\n"))


def _blocks(columns: list[list[Text]], room: int) -> Iterator[list[list[Text]]]:
    """As many columns side by side as there is room for, in order; always at least one."""
    block: list[list[Text]] = []
    left = room
    for column in columns:
        needed = _width(*column) + _MARGIN
        if block and needed > left + _MARGIN:  # the last column's margin may hang over
            yield block
            block, left = [], room
        block.append(column)
        left -= needed
    if block:
        yield block


class measurements:  # noqa: N801
    """How long things took: a row for each measurement, "median / 95 %" in each segment."""

    def __init__(self, run: Run) -> None:
        self._measured = measured(run.attempts)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        writer = _Writer(console.encoding)
        segments = sorted({segment for row in self._measured for segment in row.by_segment})
        if not segments:
            return
        names = [Text(writer.text(f"{row.name} ({row.unit})")) for row in self._measured]
        columns = [
            [Text(writer.text(segment)), *(_spread(row.by_segment.get(segment)) for row in self._measured)]
            for segment in segments
        ]
        yield from _tables("median / 95 %", names, columns, options.max_width)


def _spread(found: Spread | None) -> Text:
    return Text(f"{found.median:.3g} / {found.p95:.3g}" if found else "")


class summary:  # noqa: N801
    """Each case that did not pass, what came late, and the counts."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        writer = _Writer(console.encoding)
        results, cut_short = cases_of(self._run), interrupted(self._run)
        listing = Table.grid(padding=(0, 1))
        listing.add_column(no_wrap=True)
        listing.add_column(overflow="fold")
        order = sorted(results, key=lambda item: (-item.verdict.rank, item.final.case))
        for result in order:
            if result.verdict is not Verdict.PASS:
                listing.add_row(writer.verdict(result.verdict), writer.finding(result))
        for started in cut_short:
            text = f"{started.case}: began and has no result (interrupted)"
            listing.add_row(writer.verdict(Verdict.INCONC), Text(writer.text(text)))
        for late in self._run.late:
            text = f"{late.case}: {late.what} came to {late.party} {late.after_s:.1f} s after the end"
            listing.add_row(Text("late", "yellow"), Text(writer.text(text)))
        if listing.row_count:
            yield Group(listing, Text(""))
        if never := self._run.meta.get("never"):
            cases = counted(len(never), "case")
            yield Text(f"{cases} can never run in this lab; `interop lab check` says why")
        tally = counts(results, cut_short)
        line = Text(f"{counted(sum(tally.values()), 'case')}: ")
        shown = [verdict for verdict in Verdict if tally[verdict] or verdict is Verdict.PASS]
        for verdict in sorted(shown, key=lambda item: item.rank):
            line.append_text(writer.verdict(verdict)).append(f" {tally[verdict]}  ")
        line.rstrip()
        if (missing := _not_begun(self._run.meta, sum(tally.values()))) > 0:
            line.append(f"  {missing} not begun")
        yield line
        if times := _times(self._run.meta):
            yield Text(times)


class _Writer:
    """Texts in what the stream's encoding can carry."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._symbols = all(encodable(sign.symbol, encoding) for sign in SIGNS.values())

    def text(self, text: str) -> str:
        line = one_line(text)
        if encodable(line, self._encoding):
            return line
        return line.encode(self._encoding, "replace").decode(self._encoding)

    def verdict(self, verdict: Verdict, suffix: str = "") -> Text:
        sign = SIGNS[verdict]
        text = f"{sign.symbol if self._symbols else sign.ascii} {sign.word} {suffix}"
        return Text(text.rstrip(), sign.style)

    def segment(self, segment: model.Segment) -> Text:
        """The prefix and its brands; the SIMs' names where the encoding has no Chinese."""
        brands = ", ".join(segment.brands)
        names = brands if encodable(brands, self._encoding) else ", ".join(segment.sims)
        return Text(f"{self.text(segment.prefix):<5}").append(self.text(names))

    def cell(self, cells: list[model.Cell]) -> Text:
        """ "✓ pass 4" when all agree, else a line for each verdict with its peers; "" where nothing ran."""
        verdicts = sorted({cell.verdict for cell in cells}, key=lambda verdict: -verdict.rank)
        if len(cells) == 1:
            return self.verdict(verdicts[0], cells[0].count)
        lines = []
        for verdict in verdicts:
            of_it = [cell for cell in cells if cell.verdict is verdict]
            if verdict is Verdict.PASS or len(verdicts) == 1:
                suffix = model.Cell.counted(of_it)
            else:
                suffix = " ".join(f"{cell.peer or '-'} {cell.count}".strip() for cell in of_it)
            lines.append(self.verdict(verdict, self.text(suffix)))
        return Text("\n").join(lines)

    def finding(self, result: CaseResult) -> Text:
        final = result.final
        parts = [self.text(part) for part in (blame(final), sentence(result), *_evidence(final)) if part]
        return Text.assemble((self.text(final.case), "bold"), ": ", "; ".join(parts))


def _evidence(attempt: Attempt) -> Iterable[str]:
    """The journals that an attempt's evidence names, by their place in the run directory."""
    found = attempt.evidence.get("journals", {})
    places = [str(place) for place in found.values()] if isinstance(found, dict) else []
    return [" ".join(places)] if places else []


def _not_begun(meta: dict[str, object], known: int) -> int:
    """Cases that the run would still have had: it was stopped, or it is running."""
    cases = meta.get("cases")
    return cases - known if isinstance(cases, int) else 0


def _times(meta: dict[str, object]) -> str:
    """What run.json says of time; "" while the run has not ended."""
    parts = []
    simulated, wall = meta.get("simulated_s"), meta.get("wall_s")
    if isinstance(simulated, int | float) and isinstance(wall, int | float):
        real = meta.get("clock") == "real"
        parts.append(f"took {clock(wall)}" if real else f"{clock(simulated)} simulated in {wall:.1f} s")
    makespan, bound = meta.get("makespan_s"), meta.get("lower_bound_s")
    if isinstance(makespan, int | float) and isinstance(bound, int | float) and bound:
        parts.append(f"makespan {makespan:.0f} s, {makespan / bound:.2f} times the lower bound")
    return "; ".join(parts)
