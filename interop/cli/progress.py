"""What `interop run` shows while cases run: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pytest
from rich.live import Live
from rich.text import Text

from interop.cli.engineer import AtTerminal, terminal
from interop.cli.pipe import screen
from interop.record import Verdict, blame
from interop.reports.text import counted

if TYPE_CHECKING:
    from interop.engine.attempt import BoundCase
    from interop.record import Attempt

_REFRESH_S = 0.1
_STYLES = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.INCONC: "yellow", Verdict.ERROR: "magenta"}
_MOST_SHOWN = 4


class Progress:
    """A pytest plugin. Collects what the exit code needs; `quiet` where pytest's own reporter speaks."""

    def __init__(self, *, quiet: bool) -> None:
        self.directory: Path | None = None
        self.interrupted = False
        self.broken = False
        """something could not even be collected"""
        self.verdicts: Counter[Verdict] = Counter()
        self._quiet = quiet
        self._console = screen()
        self._terminal = self._console.is_terminal and not self._console.is_dumb_terminal
        # a log is searched by line; a person reads whole words
        self._console.soft_wrap = not self._console.is_terminal
        self._live: Live | None = None
        self._running: dict[str, None] = {}
        self._total = 0
        self._began = 0.0
        self._drawn = 0.0
        self._selected = self._deselected = 0
        self._held: list[Text] | None = None
        """what is to be said when a question no longer stands"""
        self._engineer = AtTerminal(terminal(), self._aside)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engineer.close()
        if self._live is not None:
            self._live.update(self._line(), refresh=True)
            self._live.stop()

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_main(self) -> Generator[None, Any, Any]:
        """A mistake of usage in our own words: pytest would call it ERROR."""
        try:
            return (yield)
        except pytest.UsageError as error:
            print(f"interop run: {error}", file=sys.stderr)
            return pytest.ExitCode.USAGE_ERROR

    def pytest_interop_engineer(self) -> AtTerminal:
        return self._engineer

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self._deselected += len(items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._selected = len(session.items)

    @property
    def why_none(self) -> str:
        """Why no case was run, and where to look."""
        if self._selected:
            return "none of them can run in this lab; `interop lab check LAB` says why"
        if self._deselected:
            return f"-k matches none of {self._deselected} cases; `--dry-run` without it shows their names"
        return "the lab has no SIM of kind mvno, or the suite no case; see `interop lab check LAB`"

    def pytest_interop_begins(self, cases: int, directory: Path) -> None:
        self.directory = directory
        self._total = cases
        self._began = time.monotonic()
        if self._quiet:
            return
        self._console.print(f"{counted(cases, 'case')}, record in {directory}")
        if self._terminal:
            self._live = Live(self._line(), console=self._console, auto_refresh=False)
            self._live.start()

    def pytest_interop_started(self, case: BoundCase) -> None:
        self._running[case.name] = None
        self._draw()

    def pytest_interop_ended(self, case: BoundCase, attempt: Attempt) -> None:
        self._running.pop(case.name, None)
        self.verdicts[attempt.verdict] += 1
        if attempt.verdict is not Verdict.PASS and not self._quiet:
            self._say(_sentence(attempt))
        self._draw()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = True
            if not self._quiet:
                self._console.print(f"cannot collect {report.nodeid}:\n{report.longreprtext}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Cases that never begin, and what the harness could not bring to an end."""
        verdict = getattr(report, "interop_verdict", None)
        if verdict is None and report.failed:
            self.broken = True
            if not self._quiet:
                self._console.print(f"error   {report.nodeid}\n{report.longreprtext}")
        elif verdict is None and report.skipped and not self._quiet:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
            self._console.print(f"not run {report.nodeid.rpartition('::')[2]}: {reason}")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[Any]) -> None:
        self.interrupted = isinstance(excinfo.value, KeyboardInterrupt)

    def _say(self, line: Text) -> None:
        if self._held is None:
            self._console.print(line)
        else:
            self._held.append(line)

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """While a question stands on the terminal: the live line is blank, and what there is to say waits."""
        self._held = []
        if self._live is not None:
            self._live.update(Text(), refresh=True)
            self._console.show_cursor(True)
        try:
            yield
        finally:
            held, self._held = self._held, None
            for line in held:
                self._console.print(line)
            if self._live is not None:
                self._console.show_cursor(False)
                self._live.update(self._line(), refresh=True)

    def _draw(self) -> None:
        now = time.monotonic()
        if self._live is not None and self._held is None and now - self._drawn >= _REFRESH_S:
            self._drawn = now
            self._live.update(self._line(), refresh=True)

    def _line(self) -> Text:
        done = self.verdicts.total()
        line = Text(f"{done}/{self._total}", overflow="ellipsis", no_wrap=True)
        if done and (left := (time.monotonic() - self._began) * (self._total - done) / done) >= 1:
            line.append(f"  {_span(left)} left", "bold")
        for verdict, style in _STYLES.items():
            if count := self.verdicts[verdict]:
                line.append(f"  {count} {verdict}", style)
        if self._running:
            names = [name.partition(".")[2] or name for name in self._running][:_MOST_SHOWN]
            more = len(self._running) - len(names)
            line.append(f"  running {', '.join(names)}" + (f" and {more} more" if more else ""), "dim")
        return line


def _span(seconds: float) -> str:
    """ "40 s", "12 min", "3 h 5 min": an estimate has no seconds beside minutes."""
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _sentence(attempt: Attempt) -> Text:
    line = Text(f"{attempt.verdict:<7} ", _STYLES.get(attempt.verdict, ""))
    line.append(attempt.case, "default")
    what = blame(attempt) or str(attempt.reason or "")
    failed = next((check for check in attempt.checks if check.verdict is Verdict.FAIL), None)
    if failed is not None and attempt.verdict is Verdict.FAIL:
        what += f"; {failed.name}: expected {failed.expected}, got {failed.actual}"
    elif attempt.detail:
        what += f" {attempt.detail.strip().splitlines()[-1]}"
    line.append(f"  {what.strip()}", "default")
    return line
