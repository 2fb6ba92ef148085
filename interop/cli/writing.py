"""A file that a command writes where it was told to: over an older one of its kind, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from interop.cli.exits import refuse

if TYPE_CHECKING:
    from pathlib import Path

_HEAD: Final = 15
"""octets by which a page, or a table, is known: <!doctype html>, or its first headings"""


def replace(command: str, option: str, path: Path, content: bytes, what: str) -> None:
    """Whole or not at all. What is there and does not begin alike may be a record: that is refused, as what
    cannot be written. `what`: it should be, for that sentence: "board".
    """
    try:
        if path.is_dir():
            refuse(command, f"{option} {path}: is a directory; give a file")
        if path.exists() and _head(path) not in (content[:_HEAD], b""):
            refuse(command, f"{option} {path}: is there already and is no {what}; give another name")
        draft = path.with_name(f"{path.name}.tmp")
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        refuse(command, f"{option} {path}: {error.strerror}")


def _head(path: Path) -> bytes:
    with path.open("rb") as older:
        return older.read(_HEAD)
