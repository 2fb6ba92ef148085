"""What a campaign has already replayed of a failing case, and what `interop campaign next` makes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from interop.campaign.course import Began, Ended, Line, state
from interop.campaign.planning import Planned
from interop.campaign.reading import read
from interop.campaign.replays import Replays, replays_of
from interop.lab.load import load
from interop.record import Control, Finding, Subject, Verdict
from interop.results.replay import Replayed
from tests.campaign.country import Country, course
from tests.campaign.test_playing import CAMPAIGN, DEFECT
from tests.campaign.test_reading import written_to
from tests.forked import interop

AGAIN, MODEM = frozenset[str](), frozenset({"modem"})


@pytest.fixture(scope="module")
def planned() -> Planned:
    campaign = SimpleNamespace(name="toy", digest="0" * 64, lab=load("small"), seed=1)
    return cast(Planned, SimpleNamespace(campaign=campaign, course=course(800)))


def replayed(planned: Planned, directory: Path, control: Control | None) -> Replays:
    """One case that failed, of which the screening has at least one more at home and one in another modem."""
    screening = planned.course.screening
    moved = {trial.cell.case() for trial in screening.rotated}
    twice = [
        trial.cell.case() for trial in screening.home if trial.repeat > 1 and trial.cell.levels.get("peer")
    ]
    case = next(case for case in twice if case in moved)
    lines: list[Line] = []
    for number in (1, 2):
        now = state(planned.course, lines).stage
        assert now is not None
        lines.append(Began(number))
        for made in Country().play(now, now.trials, []):
            cell = next(trial.cell for trial in now.trials if trial.case == made.case)
            fails = cell.case() == case and number == 1
            failed = replace(made, verdict=Verdict.FAIL, subject=ORDINARY, control=control)
            lines.append(failed if fails else made)
        lines.append(Ended(number))
    written_to(directory, planned, lines)
    return replays_of(case, planned, read(planned, directory).history)


ORDINARY = Subject("m", "17090001234", "1709", "M", "CMCC", "北京")


def test_repeats_and_another_modem_are_replays_and_the_failure_itself_is_none(
    planned: Planned, tmp_path: Path
) -> None:
    found = replayed(planned, tmp_path / "c", None)
    case = found.failing.case
    home = [trial for trial in planned.course.screening.home if trial.cell.case() == case]
    moved = [trial for trial in planned.course.screening.rotated if trial.cell.case() == case]
    assert found.failing.directory == tmp_path / "c" / "stage-001"
    assert [one for one in found.history if one.swapped == AGAIN] == [Replayed(AGAIN, True)] * (len(home) - 1)
    assert [one for one in found.history if one.swapped == MODEM] == [Replayed(MODEM, False)] * len(moved)
    assert len(found.history) == len(home) - 1 + len(moved) > 1
    names = {suspect.name for suspect in found.investigation.suspects}
    assert names == {"sim", "modem", "radio", "core", "interconnect"}  # it has a peer, so no originator
    shares = found.investigation.posterior(found.history)
    assert max(shares, key=lambda name: shares[name]) == "modem"


@pytest.mark.parametrize(
    ("sim", "finding", "told"),
    [
        ("cmcc-bj", Finding.SEGMENT, Replayed(frozenset({"sim", "modem"}), False)),
        ("cmcc-bj", Finding.PATH, Replayed(frozenset({"sim", "modem"}), True)),
        ("nobody", Finding.SEGMENT, Replayed(frozenset({"sim", "modem", "radio"}), False)),
        ("cmcc-bj", Finding.UNKNOWN, None),
    ],
)
def test_the_contrast_is_a_replay_with_another_sim_in_its_own_modem(
    planned: Planned, tmp_path: Path, sim: str, finding: Finding, told: Replayed | None
) -> None:
    lab = planned.campaign.lab
    assert next(one.city for one in lab.sims if one.name == "cmcc-bj") == "北京"
    history = replayed(planned, tmp_path / "c", Control(finding, sim=sim)).history
    assert [one for one in history if "sim" in one.swapped] == ([told] if told else [])


def test_a_case_that_has_not_failed_is_refused_with_one_that_has(planned: Planned, tmp_path: Path) -> None:
    case = replayed(planned, tmp_path / "c", None).failing.case
    history = read(planned, tmp_path / "c").history
    with pytest.raises(ValueError, match="has failed in this campaign; did you mean"):
        replays_of(case.replace("toy", "tay"), planned, history)


def test_as_a_user_calls_it(tmp_path: Path) -> None:
    """It tells what is known, then what to do; and takes what came of it."""
    file = tmp_path / "c.yaml"
    file.write_text(CAMPAIGN)
    out = ("--out", str(tmp_path / "run"))
    interop("campaign", "run", str(file), "--defect", DEFECT, *out)
    case = "recognition.messages.receives[mi-1709->CMCC-ucs2]"
    command = ("campaign", "next", str(file), *out, "--case", case)
    told = interop(*command)
    assert told.returncode == 0, told.stderr
    first, *known, shares, last = told.stdout.splitlines()
    assert first == f"{case}, failed in {tmp_path / 'run' / 'stage-003'}"  # the last time
    assert any(line.startswith("with another modem, sim") and "0 of 1 failed" in line for line in known)
    assert shares.startswith("at fault: ") and last.startswith("next: replay it ")
    more = [part for _ in range(8) for part in ("--tried", "modem=fail")]
    sure = interop(*command, *more, *["--tried", "sim=pass"] * 8)
    assert sure.stdout.splitlines()[-1] == "sure: sim", sure.stdout
    for given, said in (
        (("--tried", "sim"), "give what was swapped and =pass or =fail"),
        (("--tried", "card=pass"), "card was swapped: no such suspect"),
        (("--case", "x"), "no case 'x' has failed"),
    ):
        refused = interop(*command, *given)
        assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1), refused.stderr
        assert said in refused.stderr
