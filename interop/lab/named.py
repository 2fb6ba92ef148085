"""A YAML file that somebody gives by its path, or by its name where a package ships it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from interop.lab import document as yaml
from interop.lab.document import Document, Kind, Mistakes, Problem
from interop.lab.shape import close


def read(path_or_name: str, package: str, kind: Kind) -> Document:
    """A path wins over a shipped file of the same name. Raises Mistakes, also where there is no such file."""
    path = Path(path_or_name)
    try:
        if "/" not in path_or_name and not path.suffix and not path.is_file():
            path = Path(str(files(package).joinpath(f"{path_or_name}.yaml")))
        document = yaml.read(path.read_bytes(), kind)
    except FileNotFoundError:
        known = shipped(package)
        text = f"no such file, and no {kind.name} of that name (there are: {', '.join(known)})"
        raise Mistakes(path_or_name, [Problem(0, 0, text + close(path_or_name, known))]) from None
    except yaml.Unreadable as error:
        raise Mistakes(path_or_name, [error.problem]) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Mistakes(path_or_name, [Problem(0, 0, f"cannot be read: {why}")]) from None
    document.directory = path.parent
    return document


def shipped(package: str) -> list[str]:
    """The names of the files that a package ships.

    >>> shipped("interop.results.targets")
    ['dfs-1', 'dfs-2', 'dfs-3']
    """
    found = (entry.name for entry in files(package).iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))
