"""What a lab can and cannot run, case by case, and which device lacks what. Opens nothing."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import product
from types import ModuleType
from typing import Protocol

from interop.lab.gateway_rules import LONGEST_SECRET
from interop.lab.load import LabFile
from interop.lab.roles import Binding, HasRoles, bindings, control_for
from interop.lab.secrets import SecretError, gateway_secret, secrets


class CaseLike(HasRoles, Protocol):
    """What of `interop.engine.case.CaseSpec` matters here."""

    @property
    def service(self) -> str: ...

    @property
    def standard(self) -> str: ...

    @property
    def expected_s(self) -> float: ...

    @property
    def contrast(self) -> Enum: ...


class SuitesBroken(Exception):
    """A module of the suites cannot be imported; says which and why."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """One case in this lab. `missing`: why it cannot run; `no_contrast`: why a fail could not be compared."""

    case: str
    """recognition.calls.originates"""
    id: str
    """mi-1709->CMCC"""
    subject: str
    missing: tuple[str, ...]
    no_contrast: str


@dataclass(frozen=True, slots=True)
class Check:
    """The whole answer of `interop lab check`. A warning is one line; those about the file say where."""

    lab: str
    warnings: tuple[str, ...]
    outlooks: tuple[Outlook, ...]

    @property
    def runnable(self) -> tuple[Outlook, ...]:
        return tuple(outlook for outlook in self.outlooks if not outlook.missing)


def check(file: LabFile, cases: Iterable[tuple[str, CaseLike]]) -> Check:
    """`cases`: name and spec of each, as `find_cases` gives them."""
    outlooks = tuple(outlook for name, spec in cases for outlook in _outlooks(file, name, spec))
    warnings = [problem.at(file.source) for problem in file.warnings]
    return Check(file.lab.name, (*warnings, *_notes(file)), outlooks)


def find_cases(package: str = "suites") -> list[tuple[str, CaseLike]]:
    """Every case below a package, by import: ("recognition.calls.originates", its spec), in source order.

    Raises SuitesBroken.
    """
    found = []
    for module in pkgutil.walk_packages(_imported(package).__path__, f"{package}.", onerror=_imported):
        for function in vars(_imported(module.name)).values():
            spec = getattr(function, "__interop_case__", None)
            if spec is not None and function.__module__ == module.name:
                found.append((f"{module.name}.{function.__name__}".removeprefix(f"{package}."), spec))
    return found


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise SuitesBroken(f"{name} cannot be imported: {type(error).__name__}: {error}") from error


def _outlooks(file: LabFile, name: str, spec: CaseLike) -> Iterator[Outlook]:
    for binding in bindings(spec, file.lab):
        compared = spec.contrast.value != "none" and not binding.missing
        no_contrast = _no_contrast(binding) if compared else ""
        yield Outlook(name, binding.id, binding.subject.sim.name, binding.missing, no_contrast)


def _no_contrast(binding: Binding) -> str:
    """Why no choice of players leaves an ordinary SIM for the control; "" when one does."""
    reasons = []
    for players in product(*binding.candidates.values()):
        control = control_for(binding, dict(zip(binding.candidates, players, strict=True)))
        if not isinstance(control, str):
            return ""
        reasons.append(control)
    return reasons[0]


def _notes(file: LabFile) -> Iterator[str]:
    lab = file.lab
    for sim in lab.sims:
        reader = lab.reader_of(sim)
        if reader is not None:
            # the card of the SIM under test is a case's; another one's is nobody's
            what = "only its card is read" if sim.kind == "mvno" else "nothing runs with it"
            yield f"SIM {sim.name} is in card reader {reader.name}, not in a modem: {what}"
        elif lab.modem_of(sim) is None:
            yield f"SIM {sim.name} is in no modem: nothing runs with it"
        try:
            secrets(lab, sim)
        except SecretError as error:
            yield f"SIM {sim.name}: {error}"
    for gateway in lab.gateways:
        try:
            size = len(gateway_secret(lab, gateway))
        except SecretError as error:
            yield f"gateway {gateway.name}: secret: {error}"
        else:
            if size > (most := LONGEST_SECRET.get(gateway.driver, size)):
                room = f"{gateway.driver} has room for {most}"
                yield f"gateway {gateway.name}: secret: {size} characters, {room}"
    for modem in lab.modems:
        if modem.sim is None:
            yield f"modem {modem.name} has no SIM: nothing runs on it"
    if not any(sim.kind == "mvno" for sim in lab.sims):
        yield "no SIM is of kind mvno: there is nothing to test"
