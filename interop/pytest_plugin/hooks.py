"""Hooks that tell other plugins (the command line's) of a batch while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from interop.engine.attempt import BoundCase
    from interop.protocols.engineer import Engineer
    from interop.record import Attempt


@pytest.hookspec(firstresult=True)
def pytest_interop_engineer() -> Engineer | None:
    """Who is asked to do what no driver can. Plain pytest has nobody: it keeps the keyboard to itself."""


def pytest_interop_begins(cases: int, directory: Path) -> None:
    """The batch is about to run `cases` cases; its record goes to `directory`."""


def pytest_interop_started(case: BoundCase) -> None:
    """An attempt of a case begins."""


def pytest_interop_ended(case: BoundCase, attempt: Attempt) -> None:
    """A case has ended; `attempt` is the one that counts."""
