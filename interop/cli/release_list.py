"""Reading a release list: every mistake in it as one line `file:line:column: message`."""

from __future__ import annotations

from typing import Final

from interop.lab import named
from interop.lab.document import Document, Kind, Mistakes
from interop.lab.shape import fit, unknown
from interop.results.kpi import RATIO_KPIS, TIME_KPIS
from interop.results.kpi_definitions import RatioKpi, TimeKpi
from interop.results.release import Item, ReleaseList

_KIND: Final = Kind("release list", ("name", "items"), "has no place here")
_WAYS: Final = "works: true, at_most, mean_s or within, no_case"


def read_release_list(path_or_name: str) -> ReleaseList:
    """Of a file, or of those that ship with Interop (china). Raises Mistakes."""
    document = named.read(path_or_name, "interop.results.release", _KIND)
    found = fit(document, ReleaseList)
    if found is not None and not found.items:
        document.refuse(("items",), "items: is empty")
    names: set[str] = set()
    for number, item in enumerate(found.items if found else ()):
        if item.id in names:
            document.refuse(("items", number, "id"), f"id: {item.id} is given twice")
        names.add(item.id)
        _check(document, number, item)
    if document.problems or found is None:
        raise Mistakes(path_or_name, document.problems)
    return found


def _check(document: Document, number: int, item: Item) -> None:
    """What the schema cannot say: one way to judge, and a KPI that the services have."""
    at = ("items", number)
    if len(item.ways) != 1:
        given = " and ".join(item.ways) or "nothing"
        document.refuse(at, f"{item.id}: {given} says how it is judged; give one of {_WAYS}")
        return
    if item.no_case:
        for key in ("services", "kpi"):
            if getattr(item, key):
                document.refuse((*at, key), f"{item.id}: what has no case has no {key}", key=True)
        return
    if not item.services:
        document.refuse(at, f"{item.id}: has no services to judge by")
    known: dict[str, RatioKpi] | dict[str, TimeKpi] = dict(TIME_KPIS) if item.timed else dict(RATIO_KPIS)
    if item.kpi is None:
        if item.timed:
            document.refuse(at, f"{item.id}: has no kpi that says which time is meant")
    elif item.kpi not in known:
        document.refuse((*at, "kpi"), unknown("KPI", item.kpi, list(known)))
    else:
        for place, service in enumerate(item.services):
            if service not in known[item.kpi].services:
                document.refuse((*at, "services", place), f"{item.id}: {item.kpi} says nothing of {service}")
    if item.arrived and not item.timed:
        document.refuse((*at, "arrived"), f"{item.id}: arrived is for times", key=True)
