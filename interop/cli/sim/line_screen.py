"""A batch at work, as it is seen: a live line for each reader on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from interop.cli.pipe import screen
from interop.cli.sim import plans
from interop.personalise.entries import Proved, Verifying, Writing, Written
from interop.personalise.line_events import (
    Disturbed,
    Empty,
    Finished,
    KeyRefused,
    LineEvent,
    Noted,
    NotOurs,
    Planned,
    Unplugged,
    Unreadable,
    Waiting,
)
from interop.reports.text import one_line

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

_REFRESH_S: Final = 0.1
_BAR: Final = 24
"""columns"""


@dataclass(slots=True)
class _Lane:
    """One reader. `total` 0: no card is written in it."""

    what: str = ""
    card: str = ""
    written: int = 0
    total: int = 0


class LineScreen(AbstractContextManager["LineScreen"]):
    """`heard` takes the events. `done` tells how many rows are, of `total`. `planning`: plans are shown in
    the end, and not told now; `quiet`: nothing is.
    """

    def __init__(
        self, readers: Sequence[str], total: int, done: Callable[[], int], *, quiet: bool, planning: bool
    ) -> None:
        self._console = screen()
        self._lanes = {reader: _Lane() for reader in readers}
        self._total, self._done = total, done
        self._quiet, self._planning = quiet, planning
        self._live: Live | None = None
        self._drawn = 0.0

    def __enter__(self) -> Self:
        if not self._quiet and self._console.is_terminal and not self._console.is_dumb_terminal:
            from rich.live import Live

            self._live = Live(self._table(), console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def heard(self, event: LineEvent) -> None:
        lane = self._lanes.setdefault(event.reader, _Lane())
        _move(lane, event)
        if not self._quiet and (sentence := self._sentence(event)):
            self._console.print(one_line(f"{event.reader}: {sentence}"), soft_wrap=True)
        now = time.monotonic()
        if self._live is not None and (now - self._drawn >= _REFRESH_S or not isinstance(event, Noted)):
            self._drawn = now
            self._live.update(self._table(), refresh=True)

    def _sentence(self, event: LineEvent) -> str:
        match event:
            case Empty():
                return "no card in it"
            case Waiting():
                return f"put in the next card ({self._done()} of {self._total} done; Ctrl-C ends)"
            case Unreadable(why=why) | Unplugged(why=why) | Disturbed(why=why):
                return why
            case NotOurs(identity=identity, why=why):
                return f"card {identity.iccid or 'without ICCID'} stays as it is: {why}"
            case KeyRefused(order=order, sw=sw):
                return f"card {order.iccid} did not take its key ({sw}): no other card is given one"
            case Planned(plan=plan, mended=mended) if not self._planning:
                told = plans.headline(event.reader, event.order, plan).removeprefix(f"{event.reader}: ")
                told += " (its ICCID was torn; the journal tells whose it is)" if mended else ""
                return "; warning: ".join((told, *plan.warnings))
            case Finished(order=order, ended=ended) if ended.result == "done":
                who = [f"IMSI {ended.imsi}"] if ended.imsi else []
                who += [f"MSISDN {ended.msisdn}"] if ended.msisdn else []
                return ", ".join([f"card {ended.iccid} is done", f"line {order.line}", *who])
            case Finished(order=order, ended=ended):
                return f"card {order.iccid} {ended.result}: {ended.why}"
            case _:
                return ""

    def _table(self) -> Table:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2, 0, 0))
        for name, lane in self._lanes.items():
            bar = ProgressBar(lane.total, lane.written, width=_BAR) if lane.total else Text()
            table.add_row(Text(one_line(name)), Text(lane.card), bar, Text(one_line(lane.what)))
        table.add_row(Text(f"{self._done()} of {self._total} done", "bold"))
        return table


def _move(lane: _Lane, event: LineEvent) -> None:
    match event:
        case Planned(plan=plan):
            lane.card, lane.what = plan.identity.iccid, ""
            lane.written, lane.total = 0, len(plan.steps)
        case Noted(entry=Writing(path=path)):
            lane.what = path
        case Noted(entry=Written()):
            lane.written += 1
        case Noted(entry=Verifying()):
            lane.what = "its key"
        case Noted(entry=Proved()):
            lane.what = "proved"
        case Noted():
            pass
        case Waiting():
            lane.what = "next card, please"
            lane.card, lane.total = "", 0
        case Finished(ended=ended):
            lane.what = ended.result
            lane.written = lane.total if ended.result == "done" else lane.written  # twins need no step
        case NotOurs():
            lane.what = "not ours"
        case Empty():
            lane.what = "empty"
        case Disturbed():
            lane.what = "read anew"
        case Unplugged():
            lane.what = "unplugged"
        case Unreadable():
            lane.what = "unreadable"
        case KeyRefused():
            lane.what = "wrong key"
