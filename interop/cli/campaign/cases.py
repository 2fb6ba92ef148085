"""The cases that the installed suites have for a lab."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from interop.engine.attempt import BoundCase


@dataclass
class _Listener:
    """Takes what pytest has collected, and lets it run nothing."""

    cases: list[BoundCase] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        from interop.pytest_plugin.items import CaseItem

        self.cases = [item.case for item in session.items if isinstance(item, CaseItem)]
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(f"{report.nodeid}: {report.longreprtext}")


def cases_of(lab: str) -> list[BoundCase]:
    """Of every suite, also those that this lab can never run. Raises ValueError where one cannot be read."""
    from interop.pytest_plugin import suites_folder

    folder = suites_folder()
    if folder is None:
        raise ValueError("no suites are installed")
    listener = _Listener()
    arguments = [
        "-c",
        os.devnull,
        "--rootdir",
        str(folder.parent),
        "--import-mode=importlib",
        "-p",
        "interop",
    ]
    arguments += ["-p", "no:cacheprovider", "-p", "no:terminal", f"--interop-lab={lab}", str(folder)]
    arguments += ["-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]
    code = pytest.main(arguments, plugins=[listener])
    if listener.errors or not listener.cases:
        raise ValueError("\n".join(listener.errors) or f"the suites could not be read (pytest: {code})")
    return listener.cases
