"""Two runs compared, for a terminal, a pipe or a CI log, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from interop.reports.text import SIGNS, clean, counted, one_line
from interop.results.compare import Change, Comparison, Outcome, Outcomes

_STYLES = {
    Change.ERROR: "bold magenta",
    Change.REGRESSION: "bold red",
    Change.NEW_FAIL: "bold red",
    Change.NOW_INCONCLUSIVE: "yellow",
    Change.GONE: "yellow",
    Change.KNOWN_FAIL: "red",
    Change.FIXED: "green",
    Change.WAS_INCONCLUSIVE: "green",
}
_LOUD = (Change.ERROR, Change.REGRESSION, Change.NEW_FAIL)
_NAMES = {"lab_sha256": "the lab file's content"}


class difference:  # noqa: N801 - reads as what it draws: console.print(difference(comparison))
    """A row for each case that is not the same; what differs between the runs before it, the counts last."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        compared = self._comparison
        for warning in warnings(compared):
            yield Text(one_line(warning), "yellow")
        rows = [item for item in compared.cases if item.change is not Change.SAME]
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
        table.add_column("change", no_wrap=True)
        for header in ("case", "was", "now"):
            table.add_column(header, overflow="fold")
        for item in rows:
            word = item.change.upper() if item.change in _LOUD else str(item.change)
            table.add_row(
                Text(word, _STYLES.get(item.change, "")),
                Text(one_line(item.case)),
                _shown(item.was),
                _shown(item.now),
            )
        if rows:
            yield table
            yield Text("")
        tally = "  ".join(f"{change} {count}" for change, count in compared.counts.items())
        yield Text(f"{counted(len(compared.cases), 'case')}: {tally}")
        yield Text(_conclusion(compared))


def warnings(compared: Comparison) -> list[str]:
    """What makes the two hard to compare, a sentence each."""
    told = [
        f"{name} has not ended (state: {outcomes.state})"
        for name, outcomes in (("the earlier run", compared.before), ("the later run", compared.after))
        if outcomes.state != "finished"
    ]
    for name, was, now in compared.differs:
        if name == "lab_sha256":
            was, now = was[:12], now[:12]
        told.append(f"{_NAMES.get(name, name)}: was {was}, is now {now}")
    return told


def as_json(compared: Comparison, exit_code: int) -> dict[str, Any]:
    """Every case, the same ones too."""
    return {
        "before": _about(compared.before),
        "after": _about(compared.after),
        "differs": [{"name": name, "was": was, "now": now} for name, was, now in compared.differs],
        "counts": compared.counts,
        "exit_code": exit_code,
        "cases": [asdict(item) for item in compared.cases],
    }


def _about(outcomes: Outcomes) -> dict[str, Any]:
    return {"run": outcomes.run, "state": outcomes.state, **outcomes.about, "cases": len(outcomes.cases)}


def _shown(outcome: Outcome | None) -> Text:
    if outcome is None:
        return Text("-", "dim")
    sign = SIGNS[outcome.verdict]
    return Text(sign.word, sign.style).append(f" {clean(outcome.why)}".rstrip(), "default")


def _conclusion(compared: Comparison) -> str:
    if compared.errors:
        return f"the harness or a case is broken: {counted(len(compared.errors), 'error')}"
    if compared.worse:
        return f"worse than {compared.before.run}: {counted(len(compared.worse), 'fail')} not known before"
    if compared.unknown:
        return f"{counted(len(compared.unknown), 'case')} with a verdict before, and none now"
    return "nothing is worse"
