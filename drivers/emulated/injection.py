"""How defects, quirks and faults are asked for, by option or lab file: `name@key=value,key=value`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar, Literal, Protocol

from interop.protocols.equipment import Injectable


class Described(Protocol):
    """A kind of defect, quirk or fault, as far as its grammar goes."""

    @property
    def parameters(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class Parameter:
    text: str
    default: str
    kind: Callable[[str], object] = str
    """raises ValueError on a value that does not fit, in words that begin with "not in" or in any"""


def share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError("not in 0..1")
    return value


def count(text: str) -> int:
    value = int(text)
    if not 0 < value <= 1_000_000:
        raise ValueError("not in 1..1000000")
    return value


def seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 86_400:
        raise ValueError("not in 0..86400")
    return value


def one_of(*known: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in known:
            raise ValueError(f"not in {', '.join(known)}")
        return text

    return check


class Kind(Protocol):
    """A kind of quirk or fault: a class, whose effect is a sentence."""

    effect: ClassVar[str]
    parameters: ClassVar[Mapping[str, Parameter]]


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


def checked(
    what: Literal["quirk", "fault"], text: str, kinds: Mapping[str, type[Kind]]
) -> tuple[str, dict[str, str]]:
    """The name and the value of every parameter, defaults included. Raises ValueError as `split` does, and
    for a value that does not fit."""
    name, given = split(what, text, kinds)
    parameters = kinds[name].parameters
    for key, value in given.items():
        try:
            parameters[key].kind(value)
        except ValueError as wrong:
            reason = str(wrong) if str(wrong).startswith("not in") else "not a number"
            raise ValueError(f"{what} {name}: {key}={value!r} is {reason}") from None
    return name, {key: parameter.default for key, parameter in parameters.items()} | given


def listed(kinds: Mapping[str, type[Kind]]) -> tuple[Injectable, ...]:
    """By name, for `interop list`."""
    return tuple(
        Injectable(
            name,
            {key: f"{p.text} ({p.default})" if p.default else p.text for key, p in kind.parameters.items()},
            kind.effect,
        )
        for name, kind in sorted(kinds.items())
    )


def meant(given: str, known: Iterable[str]) -> str:
    """`, did you mean 'route.missing'?`, or nothing."""
    close = get_close_matches(given, list(known), n=1, cutoff=0.5)
    return f", did you mean {close[0]!r}?" if close else ""
