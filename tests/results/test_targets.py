"""What was found against what is asked: met, missed, undecided."""

from __future__ import annotations

import pytest

from interop.record import Verdict
from interop.results.kpi import Sample, found
from interop.results.targets import Limit, Targets, judge_all

TARGETS = Targets(
    name="test",
    ratios={"sms_completion_failure": 0.05},
    times={"sms_delivery_time": (Limit(share=0.9, within_s=60), Limit(share=1, within_s=120))},
)


def samples(times: list[float], *, apart: bool = True) -> list[Sample]:
    """One an hour, or all of one modem in one hour."""
    return [
        Sample(
            "m", 3600.0 * number * apart, {"sms_completion_failure": time > 180}, {"sms_delivery_time": time}
        )
        for number, time in enumerate(times)
    ]


@pytest.mark.parametrize(
    ("times", "verdicts"),
    [
        ([3.0] * 59, "pass pass pass"),  # 59 good ones prove 5 % (verdicts.md 8)
        ([3.0] * 58, "inconc pass pass"),
        ([3.0] * 28, "inconc inconc pass"),  # 29 prove 10 %
        ([3.0] * 58 + [121.0], "pass pass fail"),
        ([3.0] * 50 + [float("inf")] * 20, "fail fail fail"),
        ([], "inconc inconc inconc"),
    ],
)
def test_each_target_by_its_bounds(times: list[float], verdicts: str) -> None:
    judged = judge_all(*found(samples(times)), TARGETS)
    assert [one.wanted for one in judged] == ["at most 5 %", "90 % within 60 s", "100 % within 120 s"]
    assert " ".join(one.judgement.verdict for one in judged) == verdicts


def test_one_modem_in_one_hour_proves_nothing() -> None:
    judged = judge_all(*found(samples([3.0] * 500, apart=False)), TARGETS)
    assert [one.judgement.verdict for one in judged][:2] == [Verdict.INCONC] * 2
