"""What `interop run` shows while cases run: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pytest
from rich.console import Console
from rich.live import Live
from rich.text import Text

from interop.record import Verdict

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
        self._console = Console(file=sys.stdout, markup=False, emoji=False, highlight=False, soft_wrap=True)
        self._live: Live | None = None
        self._running: dict[str, None] = {}
        self._total = 0
        self._drawn = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.update(self._line(), refresh=True)
            self._live.stop()

    def pytest_interop_begins(self, cases: int, directory: Path) -> None:
        self.directory = directory
        self._total = cases
        if self._quiet:
            return
        self._console.print(f"{cases} cases, record in {directory}")
        if self._console.is_terminal:
            self._live = Live(self._line(), console=self._console, auto_refresh=False)
            self._live.start()

    def pytest_interop_started(self, case: BoundCase) -> None:
        self._running[case.name] = None
        self._draw()

    def pytest_interop_ended(self, case: BoundCase, attempt: Attempt) -> None:
        self._running.pop(case.name, None)
        self.verdicts[attempt.verdict] += 1
        if attempt.verdict is not Verdict.PASS and not self._quiet:
            self._console.print(_sentence(attempt))
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

    def _draw(self) -> None:
        now = time.monotonic()
        if self._live is not None and now - self._drawn >= _REFRESH_S:
            self._drawn = now
            self._live.update(self._line(), refresh=True)

    def _line(self) -> Text:
        line = Text(f"{self.verdicts.total()}/{self._total}", overflow="ellipsis", no_wrap=True)
        for verdict, style in _STYLES.items():
            if count := self.verdicts[verdict]:
                line.append(f"  {count} {verdict}", style)
        if self._running:
            names = [name.partition(".")[2] or name for name in self._running][:_MOST_SHOWN]
            more = len(self._running) - len(names)
            line.append(f"  running {', '.join(names)}" + (f" and {more} more" if more else ""), "dim")
        return line


def _sentence(attempt: Attempt) -> Text:
    line = Text(f"{attempt.verdict:<7} ", _STYLES.get(attempt.verdict, ""))
    line.append(attempt.case, "default")
    causes = [attempt.cause] if attempt.cause else attempt.ambiguous
    what = f"{attempt.layer}: {' or '.join(causes)}" if attempt.layer else str(attempt.reason or "")
    failed = next((check for check in attempt.checks if check.verdict is Verdict.FAIL), None)
    if failed is not None and attempt.verdict is Verdict.FAIL:
        what += f"; {failed.name}: expected {failed.expected}, got {failed.actual}"
    elif attempt.detail:
        what += f" {attempt.detail.strip().splitlines()[-1]}"
    line.append(f"  {what.strip()}", "default")
    return line
