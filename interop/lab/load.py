"""Reading a lab file: every mistake in it as one line `file:line:column: message`, and never a traceback."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from interop.lab import document as yaml
from interop.lab import named
from interop.lab.document import Document, Mistakes, Problem
from interop.lab.drivers import DriverError, driver, names
from interop.lab.model import Lab
from interop.lab.rules import judge
from interop.lab.shape import fit, unknown

_SHIPPED: Final = "interop.lab.shipped"


class LabError(Mistakes):
    """A lab file that cannot be used."""


@dataclass(frozen=True, slots=True)
class LabFile:
    """A lab as read, with what looks odd in it and need not be wrong."""

    lab: Lab
    source: str
    warnings: tuple[Problem, ...]


def load(path_or_name: str) -> Lab:
    """The lab in a file, or one that ships with Interop (`shipped()`). Raises LabError with every mistake."""
    return read(path_or_name).lab


def read(path_or_name: str) -> LabFile:
    """As `load`, with the warnings. A path wins over a shipped lab of the same name."""
    try:
        document = named.read(path_or_name, _SHIPPED, yaml.LAB)
    except Mistakes as error:
        raise LabError(error.source, error.problems) from None
    return _judged(document, path_or_name)


def parse(content: bytes, *, source: str, directory: Path) -> LabFile:
    """A lab from a file's bytes; `directory` is what `file:` references are relative to. Raises LabError."""
    try:
        document = yaml.read(content)
    except yaml.Unreadable as error:
        raise LabError(source, [error.problem]) from None
    document.directory = directory
    return _judged(document, source)


def _judged(document: Document, source: str) -> LabFile:
    lab = fit(document, Lab)
    _driver_sections(document)
    warnings = judge(document)
    if document.problems or lab is None:
        raise LabError(source, document.problems)
    lab._directory = document.directory
    return LabFile(lab, source, tuple(sorted(warnings)))


def shipped() -> list[str]:
    """The names of the labs that come with Interop."""
    return named.shipped(_SHIPPED)


def _driver_sections(document: Document) -> None:
    """`drivers: {emulated: {...}}`, each by the schema that the link driver of that name brings."""
    sections = document.data.get("drivers")
    if not isinstance(sections, dict):
        return
    known = names("links")
    for name, section in sections.items():
        path = ("drivers", name)
        if name not in known:
            document.refuse(path, unknown("driver", name, known), key=True)
            continue
        try:
            schema: type[BaseModel] | None = getattr(driver("links", name), "section", None)
        except DriverError as error:
            document.refuse(path, str(error), key=True)
            continue
        if schema is None:
            document.refuse(path, f'driver "{name}" takes no section', key=True)
        elif isinstance(section, dict):
            fit(document, schema, path)
