"""Suites as pytest items, many running at once (reference: engine.md).

At the first case all selected cases run as one batch on one event loop; each is reported as it ends, in
pytest's own way, so -k, -m, -x, --lf, --junitxml, parametrize and IDEs work, and ordinary tests in the same
run work as always. `inconc` is a category of its own. Under plain pytest the exit status is pytest's own,
with an inconclusive case counting as "tests failed" (1): not known to work is not green.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("suites")

BATCH = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("interop", "Interop: cases in a lab of modems")
    add = group.addoption
    add("--interop-lab", metavar="LAB", default="emulated", help="lab file, or the name of a shipped lab")
    add("--interop-seed", metavar="N", type=int, default=1, help="one seed, one result [default: 1]")
    add("--interop-defect", metavar="DEFECT", action="append", default=[], help="inject into the network")
    add("--interop-quirk", metavar="QUIRK", action="append", default=[], help="inject into our equipment")
    add("--interop-repeat", metavar="N", type=int, default=1, help="run every case N times")
    add("--interop-jobs", metavar="N", type=int, default=None, help="at most N cases at once")
    add("--interop-out", metavar="DIR", default=None, help="run directory [default: runs/<time>-<id>]")
    add("--interop-resume", metavar="RUN", default=None, help="go on with an interrupted run")
    add("--interop-yes", action="store_true", help="allow real calls and messages; they cost")
    add("--interop-dry-run", action="store_true", help="print the schedule and stop")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from interop.pytest_plugin import hooks

    pluginmanager.add_hookspecs(hooks)


def batch_of(config: pytest.Config) -> Any:
    """The config's `interop.pytest_plugin.batch.Batch`; runs without cases never pay for importing it."""
    if BATCH not in config.stash:
        from interop.pytest_plugin.batch import Batch

        config.stash[BATCH] = Batch(config)
    return config.stash[BATCH]


@cache
def suites_folder() -> Path | None:
    """Where the installed suites are, None where there are none."""
    found = importlib.util.find_spec("suites")
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0]).resolve() if places else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Any module under the installed `suites` is collected, whatever its name."""
    folder = suites_folder()
    if folder is None or file_path.suffix != ".py" or file_path.name == "__init__.py":
        return None
    usual = any(file_path.match(pattern) for pattern in parent.config.getini("python_files"))
    if usual or parent.session.isinitpath(file_path) or not file_path.resolve().is_relative_to(folder):
        return None  # pytest collects it itself, or it is not ours
    module: pytest.Module = pytest.Module.from_parent(parent, path=file_path)
    return module


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if hasattr(metafunc.function, "__interop_case__"):
        from interop.pytest_plugin.items import bind

        bind(metafunc, batch_of(metafunc.config))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> Generator[None, Any, Any]:
    made = yield
    if not hasattr(obj, "__interop_case__"):
        return made
    if obj.__module__ != collector.obj.__name__:
        return []  # imported from a suite, to be looked at: only its own module runs it
    from interop.pytest_plugin.items import case_items

    functions = [item for item in made or () if isinstance(item, pytest.Function)]
    return case_items(collector, name, functions)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> object:
    """With --interop-dry-run: print the schedule instead of running anything."""
    return batch_of(session.config).dry_run(session) if session.config.getoption("interop_dry_run") else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    del nextitem
    if BATCH not in item.config.stash or not hasattr(item, "case"):
        return None
    from interop.pytest_plugin.items import CaseItem

    if not isinstance(item, CaseItem):
        return None
    batch_of(item.config).run_once(item.session)
    return True


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, Any] | None:
    if report.when != "call":
        return None
    verdict = getattr(report, "interop_verdict", None)
    if verdict == "inconc":
        return "inconc", "i", ("INCONC", {"yellow": True})
    if verdict == "error" and report.outcome == "failed":
        return "error", "E", ("ERROR", {"red": True})
    return None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if BATCH not in terminalreporter.config.stash:
        return
    batch = batch_of(terminalreporter.config)
    for report in terminalreporter.stats.get("inconc", ()):
        terminalreporter.write_line(
            f"INCONC {report.nodeid} - {report.longrepr[2].removeprefix('Skipped: ')}"
        )
    if batch.directory is not None:
        terminalreporter.write_line(f"interop: the record of this run is in {batch.directory}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if BATCH not in session.config.stash:
        return
    from interop.record import Verdict

    attempts = batch_of(session.config).attempts.values()
    if exitstatus == pytest.ExitCode.OK and any(one.verdict is Verdict.INCONC for one in attempts):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
