"""What each case prints, kept apart although many run at once: by context, not by time."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

_out: ContextVar[io.StringIO | None] = ContextVar("interop_case_output", default=None)


class _ByContext(io.TextIOBase):
    """Writes to the buffer of the case that runs, else where it always went."""

    def __init__(self, usual: TextIO) -> None:
        self._usual = usual

    def write(self, text: str) -> int:
        return (_out.get() or self._usual).write(text)

    def flush(self) -> None:
        self._usual.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._usual, name)


@contextmanager
def captured() -> Iterator[None]:
    """Within it, what a case prints goes to its own buffer."""
    usual = sys.stdout, sys.stderr
    ours = _ByContext(sys.stdout), _ByContext(sys.stderr)
    sys.stdout, sys.stderr = ours
    try:
        yield
    finally:
        if sys.stdout is ours[0]:
            sys.stdout = usual[0]
        if sys.stderr is ours[1]:
            sys.stderr = usual[1]


def into(buffer: io.StringIO) -> None:
    """What the current context prints goes there: call it in the case's own task."""
    _out.set(buffer)
