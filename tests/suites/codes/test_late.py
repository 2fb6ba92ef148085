"""Codes that come when nobody waits for them any more, during another attempt, or at another phone."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from interop.record import Attempt, Cause, InconcReason, Verdict
from interop.record.events import MessageReceived, TextHanded
from tests.suites.codes.tables import GATEWAYS, MI, MISDIRECTED, NOWHERE, SNAIL, TAKEN_AND_LOST, says
from tests.suites.codes.truth import Codes
from tests.suites.injected import said

SERIAL = re.compile(r"IOP[0-9A-F]{8}")


@pytest.mark.parametrize("defect", ["gateway.late", "smsc.late"])
def test_a_late_text_is_recorded_against_its_own_case(defect: str, tmp_path: Path) -> None:
    """Nobody waits longer than 1200 s; the run goes on, and each text comes while another is waited for."""
    run = Codes((), (f"{defect}@segment=1709,after=1300",), keyword="code_arrives and mi-1709").run(
        tmp_path / "run"
    )
    asked = {
        SERIAL.search(seen.event.text)[0]: seen.attempt  # type: ignore[index]
        for seen in run.observed
        if isinstance(seen.event, TextHanded)
    }
    assert len(run.final) == 16
    assert {says(attempt) for attempt in run.final.values()} == {TAKEN_AND_LOST}
    late = [line for line in run.late if line.party == MI]
    assert {f"{line.case}#{line.attempt}" for line in late} >= {
        attempt.key for attempt in list(run.final.values())[:-2]
    }
    for line in late:
        serial = SERIAL.search(line.what)
        assert serial and asked[serial[0]] == f"{line.case}#{line.attempt}"
        assert line.after_s > 0
    claims = [line for line in run.late if line not in late]
    assert claims and all(line.party in GATEWAYS and line.party in line.case for line in claims)


def test_a_late_code_of_a_site_is_known_by_its_sender(tmp_path: Path) -> None:
    """The other cases on that SIM wait in vain as well, so that the run goes on."""
    defects = ("site.code_late@segment=1709,after=1300", "smsc.dropped@segment=1709,gateway=cucc-gw")
    run = Codes((), defects, keyword="mi-1709 and (bank-a or cucc-gw)").run(tmp_path / "run")
    (line,) = run.late
    (attempt,) = (one for one in run.final.values() if one.service == "site-code")
    assert (line.case, line.attempt, line.party) == (attempt.case, attempt.attempt, MI)
    assert "106579558801" in line.what
    assert says(attempt) == NOWHERE
    others = [one for one in run.final.values() if one is not attempt and one.service != "code-reply"]
    assert {says(one) for one in others} == {TAKEN_AND_LOST}


@pytest.mark.parametrize(
    ("defect", "after"),
    [
        *product(("site.code_late",), (901, 1195, 1205, 1262, 1300, 1500)),
        ("gateway.late", 1262),
        ("smsc.late", 1262),
    ],
)
def test_the_code_of_an_earlier_attempt_is_nobody_s_fault(defect: str, after: int, tmp_path: Path) -> None:
    """The first code comes while the second attempt waits, and is no longer the one that the bank wants."""
    injected = Codes(
        (), (f"{defect}@segment=1709,after={after}",), keyword="site_sends_code and mi-1709", repeat=2
    )
    run = injected.run(tmp_path / "run")
    ours = [attempt for attempt in run.attempts if attempt.subject.sim == MI]
    assert len({attempt.case for attempt in ours}) == 2
    for attempt in ours:
        assert attempt.cause is not Cause.CODE_WRONG, said(attempt)
        assert attempt.verdict is Verdict.FAIL or attempt.reason is InconcReason.INDETERMINATE, said(attempt)
        assert not attempt.ambiguous or attempt.ambiguous == NOWHERE or _is_late(attempt), said(attempt)


def _is_late(attempt: Attempt) -> bool:
    return {cause for _, cause in attempt.ambiguous} <= {Cause.SENT_LATE, Cause.MESSAGE_LATE}


def test_a_code_that_comes_to_another_phone_while_that_one_is_at_work(tmp_path: Path) -> None:
    injected = Codes(
        (),
        ("site.code_elsewhere@segment=1709,receiver=17180001234",),
        keyword="(site_sends_code and mi-1709) or (code_arrives and snail-1718)",
    )
    run = injected.run(tmp_path / "run")
    by_subject = {MI: set(), SNAIL: set()}  # type: dict[str, set[object]]
    for attempt in run.final.values():
        by_subject[attempt.subject.sim].add(says(attempt))
    assert by_subject == {MI: {MISDIRECTED}, SNAIL: {None}}
    (strange,) = (
        seen
        for seen in run.observed
        if isinstance(seen.event, MessageReceived) and seen.party == SNAIL and "甲银行" in seen.event.text
    )
    assert strange.attempt and SNAIL in strange.attempt, "a case ran there when it came"
    assert not run.late


@pytest.mark.parametrize("segment", ["1709", "171", "170"])
def test_a_code_that_goes_to_the_next_subscriber_never_accuses_anybody_else(
    segment: str, tmp_path: Path
) -> None:
    """Where that one asked the same bank before, nobody can say whose it is: then all suspects stay."""
    run = Codes((), (f"site.code_elsewhere@segment={segment}",)).run(tmp_path / "run")
    for attempt in run.final.values():
        touched = attempt.service == "site-code" and attempt.subject.msisdn.startswith(segment)
        assert says(attempt) in ((MISDIRECTED, NOWHERE) if touched else (None,)), said(attempt)
