"""A case's blame and finding as the sentences that every report prints."""

from __future__ import annotations

from interop.record import Attempt, Finding, Verdict
from interop.results.cases import CaseResult


def unmet(attempt: Attempt) -> list[str]:
    """Each check that did not pass: "caller identity: expected +8617090001234, got none"."""
    failed = [check for check in attempt.checks if check.verdict is not Verdict.PASS]
    return [f"{check.name}: expected {check.expected}, got {check.actual}" for check in failed]


def sentence(result: CaseResult) -> str:
    """What the case comes to in one sentence; "" for a pass.

    "fails for 1709, works for 186: the segment" is a contrast that was made; "no contrast: ..." was not.
    """
    final = result.final
    match final.verdict:
        case Verdict.PASS:
            return ""
        case Verdict.FAIL:
            return _contrast(result)
        case Verdict.INCONC:
            return f"inconclusive ({final.reason or 'no reason given'}): {final.detail}".rstrip(": ")
        case Verdict.ERROR:
            last = final.detail.rpartition("\n")[2]  # of a traceback
            return f"a bug in the harness or the case: {last}".rstrip(": ")
        case _:
            return f"not run: {final.detail}".rstrip(": ")


def _contrast(result: CaseResult) -> str:
    final, control = result.final, result.final.control
    if control is None:
        return "rests on what was read; there is nothing to contrast it with"
    ordinary = result.control.subject.segment if result.control else ""
    ordinary = ordinary or control.sim or "the ordinary number"
    segment = final.subject.segment
    match control.finding:
        case Finding.SEGMENT:
            doubt = f" ({control.why})" if control.why else ""
            return f"fails for {segment}, works for {ordinary}: the segment{doubt}"
        case Finding.PATH:
            return f"fails for {segment} and for {ordinary}: the path {_path(final)}"
        case _:
            return f"no contrast: {control.why or 'no reason given'}"


def _path(attempt: Attempt) -> str:
    """ "CUCC -> CMCC", in the direction of the service where its name says one ("voice-mt")."""
    own, peer = attempt.subject.base_operator, attempt.peer
    if peer is None:
        return f"inside {own}"
    if attempt.service.endswith("-mt"):
        return f"{peer} -> {own}"
    return f"{own} -> {peer}"
