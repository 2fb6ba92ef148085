"""What `interop run` shows while cases run: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pytest
from rich.text import Text

from interop.cli.engineer import AtTerminal
from interop.cli.live import LiveLine, progress, sentence
from interop.record import Verdict
from interop.reports.text import counted

if TYPE_CHECKING:
    from interop.engine.attempt import BoundCase
    from interop.record import Attempt


class Progress:
    """A pytest plugin. Collects what the exit code needs; `quiet` where pytest's own reporter speaks."""

    def __init__(self, *, quiet: bool) -> None:
        self.directory: Path | None = None
        self.interrupted = False
        self.broken = False
        """something could not even be collected"""
        self.verdicts: Counter[Verdict] = Counter()
        self._quiet = quiet
        self._live = LiveLine(self._line)
        self._running: dict[str, None] = {}
        self._total = 0
        self._began = 0.0
        self._selected = self._deselected = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.engineer.close()
        self._live.end()

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_main(self) -> Generator[None, Any, Any]:
        """A mistake of usage in our own words: pytest would call it ERROR."""
        try:
            return (yield)
        except pytest.UsageError as error:
            print(f"interop run: {error}", file=sys.stderr)
            return pytest.ExitCode.USAGE_ERROR

    def pytest_interop_engineer(self) -> AtTerminal:
        return self._live.engineer

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
        self._live.say(f"{counted(cases, 'case')}, record in {directory}")
        self._live.begin()

    def pytest_interop_started(self, case: BoundCase) -> None:
        self._running[case.name] = None
        self._live.draw()

    def pytest_interop_ended(self, case: BoundCase, attempt: Attempt) -> None:
        self._running.pop(case.name, None)
        self.verdicts[attempt.verdict] += 1
        if attempt.verdict is not Verdict.PASS and not self._quiet:
            self._live.say(sentence(attempt))
        self._live.draw()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = True
            if not self._quiet:
                self._live.say(f"cannot collect {report.nodeid}:\n{report.longreprtext}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Cases that never begin, and what the harness could not bring to an end."""
        verdict = getattr(report, "interop_verdict", None)
        if verdict is None and report.failed:
            self.broken = True
            if not self._quiet:
                self._live.say(f"error   {report.nodeid}\n{report.longreprtext}")
        elif verdict is None and report.skipped and not self._quiet:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
            self._live.say(f"not run {report.nodeid.rpartition('::')[2]}: {reason}")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[Any]) -> None:
        self.interrupted = isinstance(excinfo.value, KeyboardInterrupt)

    def _line(self) -> Text:
        done = self.verdicts.total()
        left_s = (time.monotonic() - self._began) * (self._total - done) / done if done else 0.0
        return progress(self.verdicts, self._total, left_s, self._running)
