"""Reading a targets file: every mistake in it as one line `file:line:column: message`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from interop.lab import document as yaml
from interop.lab.document import Document, Problem
from interop.lab.shape import close, fit, unknown
from interop.results.kpi import RATIO_KPIS, TIME_KPIS
from interop.results.targets import Targets

_KIND: Final = yaml.Kind("targets", ("name", "ratios", "times"), "has no place here")


class TargetsError(Exception):
    """`str` is one line per mistake, in the order of the file."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(problem.at(source) for problem in sorted(problems)))


def read_targets(path_or_name: str) -> Targets:
    """Of a file, or of those that ship with Interop (dfs-1 ...). Raises TargetsError with every mistake."""
    path = Path(path_or_name)
    try:
        if "/" not in path_or_name and not path.suffix and not path.is_file():
            path = Path(str(files("interop.results.targets").joinpath(f"{path_or_name}.yaml")))
        document = yaml.read(path.read_bytes(), _KIND)
    except FileNotFoundError:
        known = _shipped()
        text = f"no such file, and no targets of that name (there are: {', '.join(known)})"
        raise TargetsError(path_or_name, [Problem(0, 0, text + close(path_or_name, known))]) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise TargetsError(path_or_name, [Problem(0, 0, f"cannot be read: {why}")]) from None
    except yaml.Unreadable as error:
        raise TargetsError(path_or_name, [error.problem]) from None
    targets = fit(document, Targets)
    _names_kpis(document, "ratios", list(RATIO_KPIS))
    _names_kpis(document, "times", list(TIME_KPIS))
    if document.problems or targets is None:
        raise TargetsError(path_or_name, document.problems)
    return targets


def _names_kpis(document: Document, section: str, known: list[str]) -> None:
    named = document.data.get(section)
    for key in named if isinstance(named, dict) else ():
        if key not in known:
            document.refuse((section, key), unknown("KPI", key, known), key=True)


def _shipped() -> list[str]:
    found = (entry.name for entry in files("interop.results.targets").iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))
