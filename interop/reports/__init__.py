"""Reports: the terminal, HTML, JUnit, CSV and pcapng, each a pure function of the run record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

from interop.record.reader import Run, read_run

FILES: dict[str, str] = {"html": "report.html", "junit": "junit.xml", "csv": "results.csv"}
"""Format -> the file that `draw` makes in the run directory."""


def draw(run_dir: Path, *, formats: Iterable[str] = ("junit", "html")) -> list[Path]:
    """Draw the reports of a run, again if they exist; returns their paths.

    Raises ValueError for a format that `FILES` does not have, `interop.record.reader.RunDamaged` for a
    directory that holds no readable run, OSError where it cannot be written.
    """
    run = read_run(run_dir)
    drawn = []
    for name in formats:
        if name not in FILES:
            raise ValueError(f"unknown report format {name!r}; there are {', '.join(FILES)}")
        # A format's libraries are paid for when it is drawn.
        make: Callable[[Run], bytes] = import_module(f"interop.reports.{name}").draw
        path = run_dir / FILES[name]
        draft = path.with_suffix(".tmp")
        draft.write_bytes(make(run))
        draft.replace(path)
        drawn.append(path)
    return drawn
