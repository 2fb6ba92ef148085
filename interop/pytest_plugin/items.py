"""A decorated function as pytest items: one per binding in the lab, per parameter set, per repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from interop.engine.attempt import BoundCase
from interop.engine.case import CaseSpec, spec_of
from interop.lab.roles import Binding, bindings

if TYPE_CHECKING:
    from interop.pytest_plugin.batch import Batch


@dataclass(frozen=True, slots=True)
class Bound:
    """The value of the parameter `bench` while pytest collects."""

    binding: Binding
    repeat: int

    @property
    def id(self) -> str:
        return f"{self.binding.id}~{self.repeat}" if self.repeat > 1 else self.binding.id


class CaseItem(pytest.Function):
    """One case. It has no fixtures: a batch runs many at once, and pytest's fixtures are a stack."""

    case: BoundCase

    def setup(self) -> None:
        """Nothing: see the class."""

    def runtest(self) -> None:
        raise RuntimeError(f"{self.nodeid} runs only in a batch; is another plugin running items by itself?")

    def repr_failure(self, excinfo: Any) -> Any:  # type: ignore[override]
        from interop.pytest_plugin.reports import CaseFailed

        if isinstance(excinfo.value, CaseFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


def bind(metafunc: pytest.Metafunc, batch: Batch) -> None:
    """Parametrize a case by its bindings. Raises CollectError for an unreadable lab, and under xdist."""
    if hasattr(metafunc.config, "workerinput"):
        raise pytest.Collector.CollectError(
            "pytest-xdist cannot run Interop's cases: they share one lab, and many run at once without it. "
            "Leave out -n"
        )
    try:
        lab = batch.lab
    except pytest.UsageError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    spec = spec_of(metafunc.function)
    assert spec is not None
    repeats = range(1, batch.repeat + 1)
    bound = [Bound(binding, repeat) for binding in bindings(spec, lab) for repeat in repeats]
    metafunc.parametrize("bench", bound, ids=[one.id for one in bound])


def case_items(collector: Any, name: str, functions: Sequence[pytest.Function]) -> list[CaseItem]:
    """The items of one case. Raises CollectError for a case that asks for fixtures."""
    made: list[CaseItem] = []
    for function in functions:
        spec = spec_of(function.obj)
        assert spec is not None
        _refuse_fixtures(collector, name, function)
        if isinstance(function.callspec.params["bench"], Bound):  # else the lab has no MVNO SIM
            made.append(_item(collector, function, spec))
    return made


def _refuse_fixtures(collector: Any, name: str, function: pytest.Function) -> None:
    unknown = [one for one in function._fixtureinfo.argnames if one not in function.callspec.params]
    if unknown:
        raise collector.CollectError(
            f"case {name}: the parameter {unknown[0]!r} is neither `bench`, nor a role(), nor parametrized; "
            "cases run many at once and cannot use fixtures"
        )


def _item(collector: Any, function: pytest.Function, spec: CaseSpec) -> CaseItem:
    arguments: dict[str, Any] = dict(function.callspec.params)
    bound: Bound = arguments.pop("bench")
    item: CaseItem = CaseItem.from_parent(
        collector,
        name=function.name,
        callspec=function.callspec,
        callobj=function.obj,
        fixtureinfo=function._fixtureinfo,
        originalname=function.originalname,
    )
    item.case = BoundCase(
        where=_where(collector, function.originalname),
        spec=spec,
        function=function.obj,
        binding=bound.binding,
        arguments=arguments,
        parameters=function.callspec.id.removeprefix(bound.id).removeprefix("-"),
        repeat=bound.repeat,
    )
    if item.config.pluginmanager.hasplugin("timeout"):
        item.add_marker(pytest.mark.timeout(0))  # pytest-timeout would take the batch for one test
    return item


def _where(collector: Any, name: str) -> str:
    """The module without `suites.`, and the function: "recognition.calls.sends"."""
    module: str = collector.getparent(pytest.Module).obj.__name__
    return f"{module.removeprefix('suites.')}.{name}"
