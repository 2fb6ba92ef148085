"""All selected cases of a pytest run as one batch."""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from interop.engine.attempt import BoundCase
from interop.engine.runner import cooldowns
from interop.engine.session import Plan, Session
from interop.lab.drivers import DriverError
from interop.lab.equipment import nothing_leaves
from interop.lab.load import LabError, LabFile, read
from interop.lab.model import Lab
from interop.protocols.engineer import NOBODY
from interop.pytest_plugin import capture, suites_folder
from interop.pytest_plugin.items import CaseItem
from interop.pytest_plugin.reports import emit, emit_call, emit_error, emit_skip
from interop.record import Attempt
from interop.record.reader import RunDamaged, read_run


class Batch:
    """The options of a run, its lab, and what its cases came to."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._done = False
        self._items: dict[str, CaseItem] = {}
        self._outputs: dict[str, io.StringIO] = {}
        self._session: pytest.Session | None = None
        self._run: Session | None = None
        self.directory: Path | None = None
        """where the record is, once there is one"""
        self.attempts: dict[str, Attempt] = {}
        """case -> the attempt that counts, of cases that have ended"""

    @cached_property
    def lab_file(self) -> LabFile:
        """Raises UsageError with every mistake in the lab file."""
        try:
            return read(self._source)
        except LabError as error:
            raise pytest.UsageError(str(error)) from None

    @property
    def lab(self) -> Lab:
        return self.lab_file.lab

    @property
    def repeat(self) -> int:
        repeat: int = self._option("repeat")
        return max(1, repeat)

    def run_once(self, session: pytest.Session) -> None:
        """Run every case of the session, the first time it is called."""
        if self._done:
            return
        self._done = True
        self._session = session
        items = _case_items(session)
        ready = self._ready(items, _next_ordinary(session))
        if not ready:
            return
        self._items = {item.case.name: item for item in ready}
        never = {item.case.name: _why_never(item) for item in items if item.case.binding.missing}
        plan = self._plan()
        try:
            self._run = Session(plan, [item.case for item in ready], never)
        except OSError as error:
            if error.errno is None:  # our own words: a run is already there
                raise pytest.UsageError(f"{error}; choose another directory, or resume that run") from None
            raise pytest.UsageError(f"{plan.directory}: cannot be written: {error.strerror}") from None
        except (ValueError, DriverError) as error:
            raise pytest.UsageError(str(error)) from None
        self.directory = plan.directory
        self._config.hook.pytest_interop_begins(cases=len(ready), directory=plan.directory)
        keep = nullcontext() if self._config.getoption("capture", "no") == "no" else capture.captured()
        try:
            with keep:
                self._run.run(self)
        except Exception as error:
            self._report_broken(error)

    def dry_run(self, session: pytest.Session) -> object:
        """Print the schedule instead of running anything."""
        from interop.pytest_plugin.dry_run import schedule

        cases = [item.case for item in _case_items(session)]
        for line in schedule(cases, cooldown=cooldowns(self.lab), limit=self._option("jobs")):
            print(line)
        return True

    def started(self, case: BoundCase) -> None:
        capture.into(self._outputs.setdefault(case.name, io.StringIO()))
        self._config.hook.pytest_interop_started(case=case)

    def ended(self, case: BoundCase, attempt: Attempt) -> None:
        self.attempts[case.name] = attempt
        item, session = self._items[case.name], self._session
        assert session is not None and self._run is not None
        output = self._outputs.pop(case.name, io.StringIO()).getvalue()
        emit(item, attempt, output, str(self.directory))
        self._config.hook.pytest_interop_ended(case=case, attempt=attempt)
        if session.shouldfail or session.shouldstop:
            self._run.stop()

    def _ready(self, items: Sequence[CaseItem], following: pytest.Item | None) -> list[CaseItem]:
        """The items that can run; the others are reported: impossible in this lab, or marked skip or xfail.

        The setup hook is where pytest's marks act; its teardown follows at once, for the cases overlap.
        """
        ready = []
        for item in items:
            if item.case.binding.missing:
                emit_skip(item, _why_never(item))
                continue
            call: pytest.CallInfo[None] = pytest.CallInfo.from_call(
                lambda item=item: item.ihook.pytest_runtest_setup(item=item),  # type: ignore[misc]
                when="setup",
                reraise=(KeyboardInterrupt, pytest.exit.Exception),
            )
            item.ihook.pytest_runtest_teardown(item=item, nextitem=following)
            if call.excinfo is None:
                ready.append(item)
            else:
                emit_call(item, call)
        return ready

    def _report_broken(self, error: Exception) -> None:
        """The harness itself failed: every case that has not ended says so."""
        for name, item in self._items.items():
            if name not in self.attempts:
                emit_error(item, error)

    def _plan(self) -> Plan:
        yes = self._option("yes")
        if not yes and not nothing_leaves(self.lab):
            raise pytest.UsageError(
                f"lab {self.lab.name} has real devices: calls and messages would leave and cost. "
                "Allow that with --interop-yes"
            )
        resumed = self._option("resume")
        return Plan(
            lab=self.lab,
            source=self._source,
            directory=Path(resumed) if resumed else self._fresh_directory(),
            seed=self._resumed("seed", self._option("seed")),
            defects=tuple(self._resumed("defects", self._option("defect"))),
            quirks=tuple(self._resumed("quirks", self._option("quirk"))),
            limit=self._option("jobs"),
            resume=bool(resumed),
            confirm=lambda _question: yes,
            engineer=self._config.hook.pytest_interop_engineer() or NOBODY,
            options={
                "suites": self._suites(),
                "keyword": self._config.getoption("keyword", ""),
                "repeat": self.repeat,
                "jobs": self._option("jobs"),
            },
        )

    @property
    def _source(self) -> str:
        """The lab as it can be found again from another directory."""
        source: str = self._resumed("lab_file", self._option("lab"))
        return str(Path(source).resolve()) if Path(source).is_file() else source

    def _suites(self) -> list[str]:
        folder = suites_folder()
        paths = [Path(argument) for argument in self._config.args]
        return [
            str(path.relative_to(folder)) if folder and path.is_relative_to(folder) else str(path)
            for path in paths
        ]

    def _fresh_directory(self) -> Path:
        if out := self._option("out"):
            return Path(out)
        return Path("runs") / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"

    def _resumed(self, name: str, given: Any) -> Any:
        """A resumed run keeps its lab, seed, defects and quirks."""
        return self._before.get(name, given)

    @cached_property
    def _before(self) -> dict[str, Any]:
        resumed = self._option("resume")
        if not resumed:
            return {}
        try:
            return read_run(Path(resumed)).meta
        except RunDamaged as error:
            raise pytest.UsageError(str(error)) from None

    def _option(self, name: str) -> Any:
        return self._config.getoption(f"interop_{name}")


def _case_items(session: pytest.Session) -> list[CaseItem]:
    return [item for item in session.items if isinstance(item, CaseItem)]


def _next_ordinary(session: pytest.Session) -> pytest.Item | None:
    """The first ordinary test after the batch: its fixtures must outlive the cases' setup and teardown."""
    first = next(place for place, item in enumerate(session.items) if isinstance(item, CaseItem))
    return next((item for item in session.items[first:] if not isinstance(item, CaseItem)), None)


def _why_never(item: CaseItem) -> str:
    return f"cannot run in this lab: {'; '.join(item.case.binding.missing)}"
