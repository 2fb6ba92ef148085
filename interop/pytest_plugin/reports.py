"""An attempt as pytest reports, made by pytest's own hook: xfail, JUnit and --pdb see what they know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest

from interop.pytest_plugin.items import CaseItem
from interop.record import Attempt, Check, Finding, Verdict, blame

_FINDINGS = {
    Finding.SEGMENT: "works for {sim}: it is the segment",
    Finding.PATH: "fails for {sim}, an ordinary number, too: it is not the segment",
    Finding.UNKNOWN: "no contrast with an ordinary number: {why}",
}


class CaseFailed(Exception):
    """A case that failed, or an error of the harness; the text is what pytest shows."""


def emit(item: CaseItem, attempt: Attempt, output: str, where: str) -> None:
    """Report one case, start to end; `where` is the run directory."""
    verdict = attempt.verdict
    item.user_properties += [
        (name, str(value))
        for name, value in (
            ("verdict", verdict),
            ("layer", attempt.layer),
            ("cause", attempt.cause),
            ("reason", attempt.reason),
            ("attempt", attempt.attempt),
        )
        if value is not None
    ]
    if output:
        item.add_report_section("call", "stdout", output)
    _report(item, [("setup", None), ("call", _outcome(attempt, where)), ("teardown", None)], attempt)


def emit_call(item: CaseItem, call: pytest.CallInfo[None]) -> None:
    """Report a case that ended in its setup: skipped, or xfail without running."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    _log(item, call, None)
    _log(item, _call("teardown", None), None)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def emit_skip(item: CaseItem, why: str) -> None:
    """Report a case that can never run in this lab."""
    emit_call(item, _call("setup", pytest.skip.Exception(why, _use_item_location=True)))


def emit_error(item: CaseItem, error: BaseException) -> None:
    """Report a case that the harness did not bring to an end."""
    _report(item, [("setup", None), ("call", error), ("teardown", None)], None)


def explain(attempt: Attempt, where: str) -> str:
    """Expected, got, and where to look."""
    lines = [f"{attempt.verdict}: {_blame(attempt)}"]
    for check in attempt.checks:
        if check.verdict is not Verdict.PASS:
            lines += _check(check)
    if attempt.detail:
        lines.append(attempt.detail)
    if attempt.control is not None:
        told = _FINDINGS[attempt.control.finding]
        lines.append(
            "contrast: " + told.format(sim=attempt.control.sim, why=attempt.control.why or "unknown")
        )
    if attempt.evidence:
        first, last = attempt.evidence["seq"]
        files = [attempt.evidence["events"], *attempt.evidence["journals"].values()]
        lines.append(f"evidence: {where}: {', '.join(files)}; seq {first} to {last}")
    return "\n".join(lines)


def _blame(attempt: Attempt) -> str:
    if attempt.verdict is Verdict.ERROR:
        return attempt.detail.strip().rpartition("\n")[2]
    if attempt.layer is None:
        return str(attempt.reason or attempt.case)
    return blame(attempt)


def _check(check: Check) -> list[str]:
    return [check.name, f"  expected  {check.expected}", f"  got       {check.actual}"]


def _outcome(attempt: Attempt, where: str) -> BaseException | None:
    if attempt.verdict is Verdict.PASS:
        return None
    if attempt.verdict is Verdict.INCONC:
        text = f"{attempt.reason}: {attempt.detail}" if attempt.detail else str(attempt.reason)
        return pytest.skip.Exception(text, _use_item_location=True)
    return CaseFailed(explain(attempt, where))


def _report(item: CaseItem, phases: list[tuple[Any, BaseException | None]], attempt: Attempt | None) -> None:
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for when, error in phases:
        call = _call(when, error)
        if attempt is not None and when == "call":
            call.duration = attempt.duration_s
        _log(item, call, attempt)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def _log(item: CaseItem, call: pytest.CallInfo[None], attempt: Attempt | None) -> None:
    report = item.ihook.pytest_runtest_makereport(item=item, call=call)
    if attempt is not None:
        report.interop_verdict = str(attempt.verdict)
    item.ihook.pytest_runtest_logreport(report=report)
    if report.failed and item.config.getoption("usepdb", False):
        item.ihook.pytest_exception_interact(node=item, call=call, report=report)


def _call(when: Literal["setup", "call", "teardown"], error: BaseException | None) -> pytest.CallInfo[None]:
    return pytest.CallInfo.from_call(_raiser(error), when=when)


def _raiser(error: BaseException | None) -> Callable[[], None]:
    def call() -> None:
        if error is not None:
            raise error

    return call
