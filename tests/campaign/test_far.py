"""The far end is ours, too: a sick SIM there is found, and its operator is not accused in its place."""

from __future__ import annotations

import pytest

from interop.campaign import suspects
from interop.campaign.cells import Cell, Trial, sim_of, stage_seed
from interop.campaign.course import Conclusion
from interop.results.localise import Accusation, Candidate
from tests.campaign.country import Country, Device, cells, course, go_on
from tests.campaign.test_course import said

SICK = (("far", "cmcc-2"),)


def accusation(*group: tuple[tuple[str, str], ...]) -> Accusation:
    return Accusation(tuple(Candidate(levels) for levels in group), 5, 9, 0, 90, 9.0)


@pytest.mark.parametrize("depth", [0.4, 0.95])
def test_a_sick_sim_at_the_far_end_is_accused_and_not_its_operator(depth: float) -> None:
    final = go_on(course(), Country({SICK: depth}, background=0.01, unclear=0.05), [])
    assert said(final, Conclusion.DOES_NOT) == {"far cmcc-2"}
    assert all(one.conclusion is Conclusion.WORKS for one in final.tests if one.test.control)


def test_an_operator_is_still_accused_where_all_of_its_sims_fail() -> None:
    final = go_on(course(), Country({(("peer", "CMCC"),): 0.5}, background=0.01), [])
    assert said(final, Conclusion.DOES_NOT) == {"peer CMCC"}


def test_an_operator_with_one_sim_cannot_be_told_from_it() -> None:
    for culprit in (("far", "ctcc-1"), ("peer", "CTCC")):
        final = go_on(course(), Country({(culprit,): 0.5}, background=0.01), [])
        assert said(final, Conclusion.DOES_NOT) == {"peer CTCC or far ctcc-1"}


def test_one_sick_sim_fails_in_no_other_suspects_place() -> None:
    pair = (("mvno", "M07"), ("service", "sms-mt"))
    final = go_on(course(), Country({SICK: 0.9, pair: 0.9}, background=0.01), [])
    assert said(final, Conclusion.DOES_NOT) == {"far cmcc-2", "mvno M07 with service sms-mt (provisioning)"}
    tests = {one.test.name: one.test for one in final.tests if not one.test.control}
    assert all(test.clean for test in tests.values())
    for name, test in tests.items():
        seed = stage_seed(1, 3)
        fars = {test.trial(cell, 1).levels(seed)["far"] for cell in test.cells}
        assert fars == {"cmcc-2"} if name.startswith("far") else "cmcc-2" not in fars
    for control in (one.test for one in final.tests if one.test.control):
        assert control.shunned == {"cmcc-2"}


def test_a_suspect_that_only_a_sick_sim_can_meet_says_so() -> None:
    """peer CTCC has one SIM, and that is suspected for itself: what fails may be the one or the other."""
    (test,) = suspects.tests_of([accusation((("peer", "CTCC"),)), accusation((("far", "ctcc-1"),))], cells(0))
    assert not test.clean and len(test.accused) == 2


def test_the_level_is_who_plays() -> None:
    cell = next(one for one in cells(0) if one.levels.get("peer") == "MVNO")
    fars = set()
    for repeat in range(1, 30):
        trial = Trial(cell, repeat)
        fars.add(far := trial.levels(7)["far"])
        assert far == sim_of(trial.cast(7)["peer"])
    assert fars == set(cell.fars) == {"mvno-1", "mvno-2", "mvno-3"}


def test_who_is_wanted_plays_if_everybody_else_still_can() -> None:
    one, two, three = (Device(name, (f"modem:m{name}", f"sim:{name}")) for name in ("1", "2", "3"))
    cell = Cell("x[y", "", {}, 1.0, roles={"peer": (one, two), "third": (two,)}, far="peer")
    assert {Trial(cell, repeat, far="2").levels(1)["far"] for repeat in range(9)} == {"1"}
    free = Cell("x[y", "", {}, 1.0, roles={"peer": (one, two, three)}, far="peer")
    assert {Trial(free, repeat, far="2").levels(1)["far"] for repeat in range(9)} == {"2"}
    shunned = frozenset({"2", "3"})
    assert {Trial(free, repeat, shunned=shunned).levels(1)["far"] for repeat in range(9)} == {"1"}
    shunned |= {"1"}
    assert {Trial(free, repeat, shunned=shunned).levels(1)["far"] for repeat in range(20)} == {"1", "2", "3"}


def test_nobody_of_ours_is_behind_a_gateway() -> None:
    found = {cell.levels["service"]: cell for cell in cells(0)}
    assert found["code"].far == "" and Trial(found["code"]).levels(1)["far"] == ""


def test_a_plan_names_the_operator_that_has_one_sim() -> None:
    columns = [column for column in course(1000).screening.columns if ("peer", "CTCC") in column]
    assert columns == [(("peer", "CTCC"), ("far", "ctcc-1"))]
    assert not any(factor == "far" for column in course(1000).screening.columns for factor, _ in column[:1])
