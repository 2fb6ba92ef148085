from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from interop.record import Attempt, Cause, Control, Finding, InconcReason, Layer, Started, Verdict, blame
from interop.record.reader import read_run
from interop.results import CaseResult, cases_of, counts, interrupted, ratio, sentence, wilson
from tests.reports.conftest import ORDINARY, SUBJECTS, attempt, failed, write

GONE = replace(attempt(verdict=Verdict.INCONC), reason=InconcReason.MODEM, detail="the modem restarted")


@pytest.mark.parametrize(
    ("tried", "counting"),
    [
        ([GONE, attempt(attempt=2)], 2),
        ([attempt(), replace(GONE, attempt=2)], 1),
        ([attempt(), failed(attempt=2)], 2),
        ([GONE, replace(GONE, attempt=2)], 2),
    ],
)
def test_the_last_conclusive_attempt_counts(tmp_path: Path, tried: list[Attempt], counting: int) -> None:
    (result,) = cases_of(read_run(write(tmp_path, tried)))
    assert result.final.attempt == counting
    assert [item.attempt for item in result.attempts] == [1, 2]


def test_a_control_is_no_case_and_may_serve_two(tmp_path: Path) -> None:
    first, second = failed(SUBJECTS[2]), failed(SUBJECTS[3])
    control = replace(attempt(ORDINARY), case="recognition.control", control_of=first.key)
    results = cases_of(read_run(write(tmp_path, [first, control, second])))
    assert [result.final.case for result in results] == sorted([first.case, second.case])
    assert [result.control for result in results] == [control, control]
    assert counts(results)[Verdict.PASS] == 0


def test_what_began_and_never_ended_is_inconclusive(tmp_path: Path) -> None:
    begun = [
        Started("recognition.hotline[x]", 1, {}, 5.0),
        Started("recognition.hotline[x]", 2, {}, 6.0),
        Started("recognition.control[y]", 1, {}, 7.0, control_of="recognition.z#1"),
        Started(attempt().case, 1, {}, 8.0),
    ]
    run = read_run(write(tmp_path, [attempt()], started=begun))
    assert [item.case for item in interrupted(run)] == ["recognition.hotline[x]"]
    assert counts(cases_of(run), interrupted(run))[Verdict.INCONC] == 1


SERVED = replace(attempt(ORDINARY), case="recognition.control", control_of="x")


@pytest.mark.parametrize(
    ("final", "says"),
    [
        (attempt(), ""),
        (failed(), "fails for 1709, works for 186: the segment"),
        (failed(control=Control(Finding.SEGMENT, SERVED.key, why="compared with a SIM of 北京, not of 上海")),
         "fails for 1709, works for 186: the segment (compared with a SIM of 北京, not of 上海)"),
        (failed(finding=Finding.PATH), "fails for 1709 and for 186: the path CUCC -> CMCC"),
        (failed(finding=Finding.PATH, service="voice-mt"),
         "fails for 1709 and for 186: the path CMCC -> CUCC"),
        (failed(finding=Finding.PATH, peer=None), "fails for 1709 and for 186: the path inside CUCC"),
        (failed(control=Control(Finding.UNKNOWN, why="pending")), "no contrast: pending"),
        (failed(finding=None), "rests on what was read; there is nothing to contrast it with"),
        (GONE, "inconclusive (modem): the modem restarted"),
        (attempt(verdict=Verdict.ERROR, detail="Traceback\n  x\nKeyError: 'a'"),
         "a bug in the harness or the case: KeyError: 'a'"),
    ],
)  # fmt: skip
def test_the_finding_in_a_sentence(final: Attempt, says: str) -> None:
    assert sentence(CaseResult(final, (final,), (SERVED,))) == says


def test_a_contrast_whose_control_is_not_in_the_record_names_its_sim() -> None:
    assert sentence(CaseResult(failed(), (failed(),))) == "fails for 1709, works for cu-186: the segment"


def test_two_causes_that_look_the_same_are_both_named() -> None:
    both = tuple((Layer.ORIGINATOR, one) for one in (Cause.REJECTED_BY_FORMAT, Cause.REJECTED_BY_POLICY))
    accused = failed(layer=Layer.ORIGINATOR, cause=None, ambiguous=both)
    assert blame(accused) == "originator: rejected_by_format or rejected_by_policy"


def test_two_layers_that_look_the_same_are_both_named() -> None:
    both = ((Layer.GATEWAY, Cause.PART_LOST), (Layer.CORE, Cause.PART_LOST))
    accused = failed(layer=None, cause=None, ambiguous=both)
    assert blame(accused) == "gateway: part_lost or core: part_lost"


def test_inconclusive_is_in_no_denominator() -> None:
    verdicts = (
        [Verdict.PASS] * 147 + [Verdict.FAIL] * 3 + [Verdict.INCONC] * 8 + [Verdict.ERROR, Verdict.NONE]
    )
    found = ratio(verdicts)
    assert (found.failed, found.valid) == (3, 150)
    assert (round(100 * found.low, 1), round(100 * found.high, 1)) == (0.7, 5.7)  # verdicts.md section 7


def test_wilson_at_the_ends() -> None:
    """E. B. Wilson's bounds for none of ten: 0 and z^2 / (n + z^2)."""
    low, high = wilson(0, 10)
    assert low == 0.0
    assert high == pytest.approx(0.2775, abs=1e-4)
    low, all_failed = wilson(10, 10)
    assert low == pytest.approx(1 - high) and all_failed == 1.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_an_attempt_that_served_as_contrast_is_none_of_the_case(tmp_path: Path) -> None:
    """Also where both are of one case: an ordinary number may be under test itself."""
    own = attempt()
    (result,) = cases_of(read_run(write(tmp_path, [own, replace(own, attempt=2, control_of="x#1")])))
    assert result.attempts == (own,)
