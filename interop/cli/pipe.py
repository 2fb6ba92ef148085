"""Output that outlives its reader: `interop run ... | head` ends the printing, never the run."""

from __future__ import annotations

import io
import os
import sys


class _Patient(io.FileIO):
    """Writes to nowhere once the reader has gone."""

    def write(self, data: object) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return super().write(data)  # type: ignore[arg-type]


def outlive_readers() -> None:
    """Make standard output patient where it is no terminal."""
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper) and not out.isatty():
        out.flush()
        raw = _Patient(out.fileno(), "wb", closefd=False)
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding=out.encoding, errors=out.errors, line_buffering=True
        )
