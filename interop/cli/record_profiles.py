"""Reading a profile of call records: every mistake in it as one line `file:line:column: message`."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from interop.lab import named
from interop.lab.document import Document, Kind, Mistakes
from interop.lab.shape import fit
from interop.results.records.profile import Profile

_KIND: Final = Kind("profile", ("name", "columns", "start"), "has no place here")
_SHIPPED: Final = "interop.results.records"


def read_profile(path_or_name: str) -> Profile:
    """Of a file, or of those that ship with Interop (`shipped`). Raises Mistakes."""
    document = named.read(path_or_name, _SHIPPED, _KIND)
    profile = fit(document, Profile)
    if profile is not None:
        _judge(document, profile)
    if document.problems or profile is None:
        raise Mistakes(path_or_name, document.problems)
    return profile


def shipped() -> list[str]:
    """The names of the profiles that come with Interop."""
    return named.shipped(_SHIPPED)


def _judge(document: Document, profile: Profile) -> None:
    """What the shape does not show."""
    _start(document, profile)
    _types(document, profile)
    if not profile.file.header:
        for name, column in profile.columns:
            if isinstance(column, str):
                document.refuse(
                    ("columns", name), f"{name}: the file has no header; give the column's number, from 1"
                )
    if profile.file.delimiter in '"\r\n':
        document.refuse(("file", "delimiter"), "delimiter: cannot be a quote or a line end")


def _start(document: Document, profile: Profile) -> None:
    start = profile.start
    if (start.format is None) == (start.epoch is None):
        document.refuse(("start",), "start: needs either a format or an epoch")
    elif start.format is not None:
        try:
            datetime.strptime("", start.format)  # noqa: DTZ007  # only whether it is one
        except ValueError as error:
            if "directive" in str(error) or "stray" in str(error):
                document.refuse(("start", "format"), f"format: {error}")


def _types(document: Document, profile: Profile) -> None:
    given = [(part, word) for part, words in profile.types for word in words]
    first: dict[str, str] = {}
    for part, word in given:
        if first.setdefault(word, part) != part:
            document.refuse(("types", part), f'{part}: "{word}" is {first[word]} already')
    if given and profile.columns.type is None:
        document.refuse(("types",), "types: columns has no type in which these would stand")
    elif profile.columns.type is not None and not set(first.values()) - {"leave_out"}:
        document.refuse(("types",), "types: says of no value of the column that it is a call or a message")
