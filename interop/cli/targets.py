"""Reading a targets file: every mistake in it as one line `file:line:column: message`."""

from __future__ import annotations

from typing import Final

from interop.lab import named
from interop.lab.document import Document, Kind, Mistakes
from interop.lab.shape import fit, unknown
from interop.results.kpi import RATIO_KPIS, TIME_KPIS
from interop.results.targets import Targets

_KIND: Final = Kind("targets", ("name", "ratios", "times"), "has no place here")


def read_targets(path_or_name: str) -> Targets:
    """Of a file, or of those that ship with Interop (dfs-1 ...). Raises Mistakes."""
    document = named.read(path_or_name, "interop.results.targets", _KIND)
    targets = fit(document, Targets)
    _names_kpis(document, "ratios", list(RATIO_KPIS))
    _names_kpis(document, "times", list(TIME_KPIS))
    if document.problems or targets is None:
        raise Mistakes(path_or_name, document.problems)
    return targets


def _names_kpis(document: Document, section: str, known: list[str]) -> None:
    given = document.data.get(section)
    for key in given if isinstance(given, dict) else ():
        if key not in known:
            document.refuse((section, key), unknown("KPI", key, known), key=True)
