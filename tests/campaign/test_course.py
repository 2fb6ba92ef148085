"""Whole campaigns on planted faults, from their first line to their conclusions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from interop.campaign.cells import Level
from interop.campaign.course import Began, Conclusion, Ended, Line, Lost, State, Unknown, state
from interop.campaign.spending import NOTHING, Budget, Spend, spent_by
from interop.engine.verdicts import CUT_OFF, PENDING
from interop.record import Attempt, Control, Finding, InconcReason, Verdict
from interop.results.sequential import Plan
from tests.campaign.country import Country, attempt, course, go_on

# what is planted -> what the campaign has to say does not work, and nothing else
FAULTS: dict[str, tuple[dict[tuple[Level, ...], float], set[str]]] = {
    "a number filter": (
        {(("mvno", "M04"), ("originator", "bank")): 0.95},
        {"mvno M04 with originator bank (number filter)"},
    ),
    "a city": ({(("city", "广州"),): 0.5}, {"city 广州"}),
    "an interconnection, in part": (
        {(("base_operator", "CUCC"), ("peer", "CMCC")): 0.5},
        {"base_operator CUCC with peer CMCC (interconnect)"},
    ),
    "a service of one MVNO, and an originator": (
        {(("mvno", "M07"), ("service", "sms-mt")): 0.9, (("originator", "rail"),): 0.6},
        {"mvno M07 with service sms-mt (provisioning)", "originator rail"},
    ),
    "a modem": ({(("modem", "m05"),): 0.5}, {"modem m05"}),
    "nothing": ({}, set()),
}


def said(final: State, conclusion: Conclusion) -> set[str]:
    return {one.test.name for one in final.tests if not one.test.control and one.conclusion is conclusion}


@pytest.mark.parametrize("name", FAULTS)
def test_a_campaign_finds_what_was_planted_and_nothing_else(name: str) -> None:
    faults, broken = FAULTS[name]
    final = go_on(course(), Country(faults, background=0.01, unclear=0.05), [])
    assert said(final, Conclusion.DOES_NOT) == broken
    assert all(one.conclusion is Conclusion.WORKS for one in final.tests if one.test.control)
    assert sum(one.test.control for one in final.tests) >= 2  # 1 % of at least 150 cells
    assert final.over == "every suspect and every control was tested"


def test_sim_and_modem_are_told_apart_only_where_sims_moved() -> None:
    country = Country({(("modem", "m05"),): 0.5}, background=0.01)
    fixed = go_on(course(rotation=False), country, [])
    assert {"mvno M05", "modem m05"} <= {str(each) for one in fixed.tests for each in one.test.accused}
    assert len({one.test for one in fixed.tests if not one.test.control}) == 1
    moved = go_on(course(), country, [])
    assert said(moved, Conclusion.DOES_NOT) == {"modem m05"}


def test_a_suspect_that_works_is_cleared() -> None:
    """The screening's failures were chance: the tests do not repeat them."""

    class Unlucky(Country):
        def attempt(self, stage: int, cell, case: str, number: int) -> Attempt:  # type: ignore[no-untyped-def]
            fails = stage <= 2 and cell.touches([("originator", "post")]) and number % 2
            return attempt(case, Verdict.FAIL if fails else Verdict.PASS, number, cell.spend)

    final = go_on(course(), Unlucky(), [])
    assert said(final, Conclusion.WORKS) == {"originator post"}
    assert said(final, Conclusion.DOES_NOT) == set()


def test_a_test_is_decided_by_the_order_of_the_plan_not_of_the_ends() -> None:
    country = Country({(("city", "广州"),): 0.3}, background=0.05, unclear=0.1)
    finals = [go_on(course(2000), country, [], order=order) for order in (1, 2)]
    assert outcome(finals[0]) == outcome(finals[1])
    assert said(finals[0], Conclusion.DOES_NOT)


def test_nothing_but_inconclusive_cases_end_a_campaign_too() -> None:
    final = go_on(course(300), Country(unclear=1.0), [])
    assert final.screened == 0
    assert {one.conclusion for one in final.tests} == {Conclusion.NOT_DECIDED}
    assert all(one.why == f"{one.played} of {one.played} cases were inconclusive" for one in final.tests)


def test_between_good_and_bad_nothing_is_decided() -> None:
    plan = Plan(0.02, 0.10, longest=20)
    final = go_on(course(500, test=plan, controls=0.05), Country(), [])
    assert {one.why for one in final.tests} == {"after 20 cases it is between 2% and 10%"}


def outcome(final: State) -> list[tuple[str, Conclusion, int, int, int]]:
    return [(one.test.name, one.conclusion, one.failed, one.valid, one.played) for one in final.tests]


def played(lines: list[Line]) -> dict[str, int]:
    """Case -> its tries, over all stages."""
    return Counter(
        line.case
        for line in lines
        if isinstance(line, Attempt) and not line.control_of and line.reason is not InconcReason.INTERRUPTED
    )


def interrupted(lines: list[Line], most: int) -> list[Attempt]:
    """What was being played when it was killed, as the engine writes it when it goes on."""
    now = state(_COURSE, lines)
    found = []
    for trial in now.left[: most if now.began else 0]:
        begun = lines.index(Began(now.stage.number if now.stage else 0))
        number = sum(isinstance(line, Attempt) and line.case == trial.case for line in lines[begun:]) + 1
        cut_short = attempt(trial.case, Verdict.INCONC, number, trial.cell.spend)
        found.append(replace(cut_short, reason=InconcReason.INTERRUPTED))
    return found


_COURSE = course(600)
_COUNTRY = Country({(("mvno", "M07"), ("service", "sms-mt")): 0.7}, background=0.03, unclear=0.1)
_LINES: list[Line] = []
_FINAL = go_on(_COURSE, _COUNTRY, _LINES)


def unclear(number: int = 1, **changes: Any) -> Attempt:
    return replace(attempt(_TRIAL.case, Verdict.INCONC, number, NOTHING), **changes)


def control(why: str) -> Control:
    return Control(Finding.UNKNOWN, why=why)


_TRIAL = _COURSE.screening.home[0]
_FAILED = replace(attempt(_TRIAL.case, Verdict.FAIL, 3, NOTHING), control=control(PENDING))


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ([unclear(1), unclear(2)], True),
        ([unclear(1), unclear(2), unclear(3)], False),
        ([unclear(number, reason=InconcReason.INTERRUPTED) for number in (1, 2, 3)], True),
        ([unclear(number, devices={}) for number in (1, 2, 3)], True),  # never begun: its modem was away
        ([unclear(1), unclear(2), unclear(3, devices={})], True),
        ([unclear(1, reason=InconcReason.BUDGET)], False),
        ([unclear(1), unclear(2), _FAILED], True),  # killed while the contrast of its last try ran
        ([unclear(1), replace(_FAILED, attempt=2, control=None)], False),
        ([unclear(1, control=control("the control was inconc: no peer"))], False),
        ([unclear(number, control=control(CUT_OFF)) for number in (1, 2, 3)], True),
        ([unclear(1), Unknown(frozenset({f"{_TRIAL.case}#1"}))], False),
        ([unclear(1), unclear(2), Unknown(frozenset({f"{_TRIAL.case}#1"}))], True),
    ],
)
def test_what_is_played_again_is_what_the_engine_would_have_played(written: list[Line], again: bool) -> None:
    """Where it was killed behind these lines. What nobody may send twice is not sent again, and a try is what
    was tried.
    """
    left = state(_COURSE, [Began(1), *written]).left
    assert (_TRIAL in left) is again


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(cuts=st.lists(st.floats(0, 1), min_size=1, max_size=3), order=st.integers(0, 99))
def test_killed_anywhere_it_comes_to_the_same_conclusions(cuts: list[float], order: int) -> None:
    lines = list(_LINES)
    for cut in cuts:
        del lines[round(cut * len(lines)) :]
        lines += interrupted(lines, 3)
        final = go_on(_COURSE, _COUNTRY, lines, order=order)
        assert outcome(final) == outcome(_FINAL)
        assert played(lines) == played(_LINES)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.37, 0.62, 0.9, 0.999])
def test_the_same_lines_ask_for_the_same_cases(share: float) -> None:
    lines = _LINES[: round(share * len(_LINES))]
    first, second = state(_COURSE, lines), state(course(600), lines)
    assert [trial.case for trial in first.left] == [trial.case for trial in second.left]
    assert first.stage and second.stage and first.stage.purpose == second.stage.purpose
    conclusive = {line.case for line in lines if isinstance(line, Attempt) and line.verdict.conclusive}
    if first.stage.number == 1:
        assert conclusive.isdisjoint(trial.case for trial in first.left)
        assert len(conclusive) + len(first.left) >= len(_COURSE.screening.home)


@pytest.mark.parametrize(
    "budget",
    [
        Budget(calls=150),
        Budget(messages=700),
        Budget(calls=600, messages=1500),
        Budget(money=100.0, prices=(0.3, 0.1, 0.5)),
        Budget(calls=0),
        Budget(calls=5),
    ],
)
def test_no_budget_is_ever_exceeded(budget: Budget) -> None:
    """Not even with every fail contrasted as often as can be."""
    lines: list[Line] = []
    final = go_on(course(1000, budget=budget), Country({(("city", "广州"),): 0.5}, 0.3, 0.3), lines)
    spent = NOTHING
    for line in lines:
        spent = spent + (spent_by(line) if isinstance(line, Attempt) else NOTHING)
    assert budget.beyond(spent) is None
    assert final.spent == spent
    assert "budget" in final.over
    assert all(one.conclusion is not Conclusion.NOT_DECIDED or one.why for one in final.tests)


def test_the_last_line_of_an_attempt_counts_once() -> None:
    """A fail is written twice: at once, and when its contrast is known."""
    first = state(_COURSE, [Began(1)])
    trial = next(one for one in first.left if one.cell.spend != NOTHING)
    line = attempt(trial.case, Verdict.FAIL, 1, trial.cell.spend)
    assert state(_COURSE, [Began(1), line, line]).spent == trial.cell.spend


def test_what_was_lost_counts_until_the_stage_says_it_itself() -> None:
    lost: list[Line] = [Began(1), Lost(Spend(calls=2))]
    assert state(_COURSE, lost).spent == Spend(calls=2)
    tight = course(100, budget=Budget(calls=100))
    left = [len(state(tight, [Began(1), Lost(Spend(calls=calls))]).left) for calls in (0, 40, 100)]
    assert left[0] > left[1] > left[2]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([Ended(2)], "stage 2, where stage 1 comes next"),
        ([Began(1), attempt("toy.x[y]", Verdict.PASS, 1, NOTHING)], "stage 1 has no case toy.x[y]"),
        ([attempt("toy.x[y]", Verdict.PASS, 1, NOTHING)], "was played before stage 1 began"),
        ([*_LINES, Began(99)], "goes on after its end"),
    ],
)
def test_lines_of_another_campaign_are_refused(lines: list[Line], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("[", r"\[")):
        state(_COURSE, lines)


class Poor(Country):
    """What failed in the screening works when it is tested. By then the SIMs of these MVNOs have spent what
    they may.
    """

    broke: tuple[str, ...] = ("M06", "M07")

    def attempt(self, stage: int, cell, case: str, number: int) -> Attempt:  # type: ignore[no-untyped-def]
        made = super().attempt(stage, cell, case, number)
        if stage <= 2:
            return made
        if cell.levels["mvno"] not in self.broke:
            return attempt(case, Verdict.PASS, number, cell.spend)
        detail = f"{cell.levels['modem']}: 60 of the 60 calls are spent"
        return replace(made, verdict=Verdict.INCONC, reason=InconcReason.BUDGET, detail=detail)


def test_sims_that_can_pay_decide_for_those_that_cannot() -> None:
    """Ten passes decide. Two of the city's three SIMs are no tries: else it would be given up after 24."""
    plan = Plan(0.05, 0.30, longest=12)
    poor = Poor({(("city", "广州"),): 0.6}, background=0.01)
    lines: list[Line] = []
    final = go_on(course(test=plan), poor, lines)
    [tested] = [one for one in final.tests if one.test.name == "city 广州"]
    assert (tested.conclusion, tested.why) == (Conclusion.WORKS, "")
    assert {cell.levels["mvno"] for cell in tested.unpaid} <= {"M06", "M07"}
    unpaid = [line for line in lines if isinstance(line, Attempt) and line.reason is InconcReason.BUDGET]
    assert final.unpaid == len({(line.case, line.attempt) for line in unpaid if line.attempt == 1})
    assert final.inconclusive == final.unpaid


def test_a_test_that_nobody_can_pay_is_given_up_at_once_and_says_why() -> None:
    poor = Poor({(("mvno", "M07"), ("service", "sms-mt")): 0.9})
    lines: list[Line] = []
    final = go_on(course(), poor, lines)
    [tested] = [one for one in final.tests if not one.test.control]
    assert tested.conclusion is Conclusion.NOT_DECIDED
    assert tested.why.startswith("no case of it can be paid any more; m0")
    assert tested.why.endswith(": 60 of the 60 calls are spent")
    assert tested.played <= 8 + 4  # one block, and what was left of its four cells
    cases = [line.case for line in lines if isinstance(line, Attempt) and line.reason is InconcReason.BUDGET]
    for cut in (len(lines) // 2, len(lines) - 5):
        again = lines[:cut]
        assert outcome(go_on(course(), poor, again)) == outcome(final)
    assert cases


def test_what_could_not_be_paid_is_not_tried_again_when_a_stage_goes_on() -> None:
    [first, second] = state(_COURSE, [Began(1)]).left[:2]
    spent = replace(attempt(first.case, Verdict.INCONC, 1, NOTHING), reason=InconcReason.BUDGET, detail="x")
    now = state(_COURSE, [Began(1), spent])
    assert first.case not in [trial.case for trial in now.left]
    assert second.case in [trial.case for trial in now.left]
    assert (now.unpaid, now.inconclusive) == (1, 1)
