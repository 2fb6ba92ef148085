"""The form of a case: an async function whose decorator says what it is and whose roles say what it needs.

>>> @case(service="voice-mo", standard="GSMA IR.24 2.1.3", expected_s=25)
... async def originates(
...     bench: Bench,
...     *,
...     subject: Modem = role("modem", "voice", cast=Cast.SUBJECT),
...     peer: Modem = role("modem", "voice", cast=Cast.PEER),
... ) -> None: ...
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from interop.lab.roles import Cast, Role

CaseFunction = Callable[..., Awaitable[None]]


class Contrast(Enum):
    """What a fail needs beside it before it is believed (DESIGN section 4)."""

    SEGMENT = "segment"
    """the same case with an ordinary SIM tells a failing segment from a failing path"""
    NEIGHBOUR = "neighbour"
    """as SEGMENT, and a fail stands only if the neighbour passes: both failing is our own coverage"""
    NONE = "none"
    """a fail rests on what was read, nothing to compare with (a card's own files)"""


class Probe(Enum):
    """What proves our own equipment healthy before and after."""

    REGISTERED = "registered"
    ALIVE = "alive"
    """modem and SIM answer; registration is what the case tests"""
    NONE = "none"


def role(kind: str, *capabilities: str, cast: Cast = Cast.SUBJECT) -> Any:
    """The default value of a case's parameter; Any, so that the parameter keeps its protocol's type."""
    return Role(kind, capabilities, cast)


@dataclass(frozen=True, slots=True)
class CaseSpec:
    """What the decorator and the signature say of a case."""

    name: str
    service: str
    standard: str
    expected_s: float
    contrast: Contrast
    probe: Probe
    timeout_s: float
    roles: dict[str, Role]
    own_control: bool = False


class CaseFormError(TypeError):
    """A case is not written in the form the engine understands; says which function and what."""


def case(
    *,
    service: str,
    standard: str,
    expected_s: float,
    contrast: Contrast = Contrast.SEGMENT,
    probe: Probe = Probe.REGISTERED,
    timeout_s: float = 300.0,
    own_control: bool = False,
) -> Callable[[CaseFunction], CaseFunction]:
    """Mark an async function as a case. `expected_s`: how long it takes when all is well.

    `own_control`: the case reaches for something that belongs to the number under test (`bench.tested`: its
    hotline, say), so the control of one number says nothing about another one and is not shared.
    """

    def mark(function: CaseFunction) -> CaseFunction:
        spec = CaseSpec(
            name=function.__name__,
            service=service,
            standard=standard,
            expected_s=expected_s,
            contrast=contrast,
            probe=probe,
            timeout_s=timeout_s,
            roles=_roles(function),
            own_control=own_control,
        )
        function.__interop_case__ = spec  # type: ignore[attr-defined]
        function.__test__ = True  # type: ignore[attr-defined]
        return function

    return mark


def spec_of(function: object) -> CaseSpec | None:
    """The spec of a decorated function, else None."""
    spec = getattr(function, "__interop_case__", None)
    return spec if isinstance(spec, CaseSpec) else None


def _roles(function: CaseFunction) -> dict[str, Role]:
    where = f"case {function.__qualname__}"
    if not inspect.iscoroutinefunction(function):
        raise CaseFormError(f"{where}: must be an async def")
    parameters = list(inspect.signature(function).parameters.values())
    if not parameters or parameters[0].name != "bench":
        raise CaseFormError(f"{where}: the first parameter must be `bench`")
    roles = {item.name: item.default for item in parameters if isinstance(item.default, Role)}
    if sum(1 for item in roles.values() if item.cast is Cast.SUBJECT) != 1:
        raise CaseFormError(f"{where}: exactly one role must be cast as the subject")
    return roles


__all__ = ["CaseFormError", "CaseSpec", "Cast", "Contrast", "Probe", "Role", "case", "role", "spec_of"]
