"""How defects and quirks are asked for, by option or lab file: `name@key=value,key=value`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Literal, Protocol


class Described(Protocol):
    """A kind of defect or quirk, as far as its grammar goes."""

    @property
    def parameters(self) -> Mapping[str, object]: ...


def split(
    what: Literal["defect", "quirk", "fault"], text: str, kinds: Mapping[str, Described]
) -> tuple[str, dict[str, str]]:
    """The name and what was given with it; whether a value fits is the kind's to say.

    Raises ValueError with one sentence for a name or a key that does not exist, a key without a value, a
    key given twice.
    """
    name, at, rest = text.strip().partition("@")
    if name not in kinds:
        raise ValueError(f"unknown {what} {name!r}{meant(name, kinds)}; `interop list {what}s` shows all")
    known = kinds[name].parameters
    values: dict[str, str] = {}
    for item in rest.split(",") if at else ():
        key, equals, value = (part.strip() for part in item.partition("="))
        if not equals or not value:
            raise ValueError(f"{what} {text!r}: {item!r} is not of the form key=value, a key needs a value")
        if key not in known:
            raise ValueError(
                f"{what} {name} has no parameter {key!r}{meant(key, known)} ({', '.join(known)})"
            )
        if key in values:
            raise ValueError(f"{what} {text!r}: {key} is given twice")
        values[key] = value
    return name, values


def meant(given: str, known: Iterable[str]) -> str:
    """`, did you mean 'route.missing'?`, or nothing."""
    close = get_close_matches(given, list(known), n=1, cutoff=0.5)
    return f", did you mean {close[0]!r}?" if close else ""
