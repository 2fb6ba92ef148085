"""Output that outlives its reader: `... | head`, or a closed window, ends the printing, never the run."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_PIPE_WIDTH = 160  # columns where there is no terminal: wide enough that hardly a line is folded


class Patient(io.FileIO):
    """Writes to nowhere once the reader has gone, or the disk is full; `lost` says of the latter."""

    lost: OSError | None = None

    def write(self, data: object) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except BlockingIOError:
            raise
        except OSError as error:
            self.lost = None if isinstance(error, BrokenPipeError) else error
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return super().write(data)  # type: ignore[arg-type]


class _Lines(io.TextIOWrapper):
    """Without the blanks that a table ends its lines with: they are noise in a log and in a diff."""

    def write(self, text: str) -> int:
        super().write(re.sub(r" +(?=\n)", "", text))
        return len(text)


def outlive_readers() -> Patient | None:
    """Make standard output patient, and standard error on a terminal: a closed window takes both away.

    None where output is a terminal, or closed. What is closed is /dev/null.
    """
    out = sys.stdout
    sys.stdin = sys.stdin or Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or _nowhere()
    if isinstance(sys.stderr, io.TextIOWrapper) and sys.stderr.isatty():
        sys.stderr = _lasting(sys.stderr)
    if out is None:  # closed by the caller
        sys.stdout = _nowhere()
        return None
    if not isinstance(out, io.TextIOWrapper):
        return None
    if out.isatty():
        sys.stdout = _lasting(out)
        return None
    out.flush()
    raw = Patient(out.fileno(), "wb", closefd=False)
    sys.stdout = _Lines(io.BufferedWriter(raw), encoding=out.encoding, errors=out.errors, line_buffering=True)
    return raw


def _lasting(terminal: io.TextIOWrapper) -> io.TextIOWrapper:
    """A terminal, and nowhere once its window is closed: EIO, tty_hangup of the kernel."""
    terminal.flush()
    raw = Patient(terminal.fileno(), "wb", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=terminal.encoding, errors=terminal.errors, line_buffering=True
    )


def screen() -> Console:
    """Standard output for tables and sentences: foreign text is no markup, a pipe is wide."""
    from rich.console import Console

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a Latin-1 log shows ? for Chinese and does not stop
    width, height = None, None
    if "COLUMNS" not in os.environ and not sys.stdout.isatty():
        width = _PIPE_WIDTH
    elif os.environ.get("TERM") in ("dumb", "unknown"):  # rich takes these for 80 columns
        width, height = os.get_terminal_size() if sys.stdout.isatty() else (None, None)
    return Console(width=width, height=height, markup=False, emoji=False, highlight=False)


def _nowhere() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.FileIO(os.devnull, "wb"), encoding="utf-8")
