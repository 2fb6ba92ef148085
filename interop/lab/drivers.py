"""Reaching drivers by entry point (DESIGN section 2): the only door from `interop` to `drivers`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from interop.protocols.equipment import Injectable

Injected = Literal["defects", "quirks", "faults"]
"""into a network, into a modem, into a card"""
Group = Literal["links", "modems", "cards", "forms", "labels", "originators", "finders", "commands"]


class DriverError(Exception):
    """A driver is not installed or cannot be loaded; says which and why."""


def names(group: Group) -> list[str]:
    """The names registered in a group, sorted: the order of installation decides nothing."""
    return sorted(_registered(group))


def driver(group: Group, name: str) -> Any:
    """What an entry point stands for. Raises DriverError."""
    entry = _registered(group).get(name)
    if entry is None:
        raise DriverError(
            f"no driver {name!r} in interop.{group} (known: {', '.join(names(group)) or 'none'})"
        )
    try:
        return entry.load()
    except Exception as error:  # somebody else's module: anything may happen when it is imported
        why = f"{type(error).__name__}: {error}"
        raise DriverError(f"driver {name!r} of interop.{group} cannot be loaded: {why}") from error


def injectables(what: Injected) -> dict[str, Sequence[Injectable]]:
    """Link driver -> what it can inject; drivers that inject nothing are left out. Raises DriverError."""
    found = {name: getattr(driver("links", name), what, None) for name in names("links")}
    return {name: offered() for name, offered in found.items() if offered is not None}


@cache
def _registered(group: Group) -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=f"interop.{group}")}
