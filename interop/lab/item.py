"""One entry of one of a lab file's lists, as far as its shape was right: what the rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from interop.lab.document import Document, Path, Problem


@dataclass(frozen=True, slots=True)
class Item:
    document: Document
    path: Path
    """("sims", 0)"""
    data: dict[str, Any]
    warnings: list[Problem]

    def text(self, key: str) -> str:
        """The text there; "" where there is none, or where a problem was already reported."""
        value = self.data.get(key)
        return value if isinstance(value, str) and (*self.path, key) not in self.document.refused else ""

    def several(self, key: str) -> list[Any]:
        value = self.data.get(key)
        return value if isinstance(value, list) else []

    def line(self, key: str) -> int:
        return self.document.values[(*self.path, key)][0]

    def refuse(self, key: str, message: str, *below: str | int) -> None:
        """A mistake at the value of `key`, or further down in it."""
        self.document.refuse((*self.path, key, *below), message)

    def warn(self, key: str, message: str) -> None:
        self.warnings.append(self.document.problem((*self.path, key), message))


def items(document: Document, section: str, warnings: list[Problem]) -> list[Item]:
    listed = document.data.get(section)
    return [
        Item(document, (section, index), data, warnings)
        for index, data in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(data, dict)
    ]
