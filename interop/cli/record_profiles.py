"""Reading a profile of call records: every mistake in it as one line `file:line:column: message`."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

from interop.lab import document as yaml
from interop.lab.document import Document, Mistakes, Problem
from interop.lab.shape import close, fit
from interop.results.records.profile import Profile

_KIND: Final = yaml.Kind("profile", ("name", "columns", "start"), "has no place here")
_SHIPPED: Final = "interop.results.records"


class ProfileError(Mistakes):
    """A profile that cannot be used."""


def read_profile(path_or_name: str) -> Profile:
    """Of a file, or of those that ship with Interop (`shipped`). Raises ProfileError with every mistake."""
    path = Path(path_or_name)
    try:
        if "/" not in path_or_name and not path.suffix and not path.is_file():
            path = Path(str(files(_SHIPPED).joinpath(f"{path_or_name}.yaml")))
        document = yaml.read(path.read_bytes(), _KIND)
    except FileNotFoundError:
        known = shipped()
        text = f"no such file, and no profile of that name (there are: {', '.join(known)})"
        raise ProfileError(path_or_name, [Problem(0, 0, text + close(path_or_name, known))]) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProfileError(path_or_name, [Problem(0, 0, f"cannot be read: {why}")]) from None
    except yaml.Unreadable as error:
        raise ProfileError(path_or_name, [error.problem]) from None
    profile = fit(document, Profile)
    if profile is not None:
        _judge(document, profile)
    if document.problems or profile is None:
        raise ProfileError(path_or_name, document.problems)
    return profile


def shipped() -> list[str]:
    """The names of the profiles that come with Interop."""
    found = (entry.name for entry in files(_SHIPPED).iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))


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
