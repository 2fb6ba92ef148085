"""The localiser on emulated campaigns with planted faults, beside Ochiai; replays of one failure."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from drivers.benchmark.commands import app
from drivers.benchmark.localisation import (
    BACKGROUND,
    DEPTH,
    SIZES,
    Campaign,
    Draw,
    Planted,
    Replays,
    Score,
    campaign,
    even,
    investigate,
    lopsided,
    study,
    together,
    told_apart,
)
from drivers.benchmark.report import Located, of_localisation
from interop.results.localise import PAIRS, Accusation, Candidate, Localisation, Ranked


def test_what_is_planted_is_there() -> None:
    """The failures of each fault's cases are as many as its depth and the background make."""
    kinds: set[tuple[str, ...]] = set()
    for number in range(30):
        made = campaign((1, number), 3000, 1, (0.6, 0.6), (0.03, 0.03))
        (fault,) = made.faults
        kinds.add(tuple(factor for factor, _ in fault.candidate.levels))
        assert fault.touched == made.table.touching(fault.candidate) and fault.hidden == 0
        expected = 0.03 * (3000 - fault.touched) + (1 - 0.97 * 0.4) * fault.touched
        assert made.table.failed.sum() == pytest.approx(expected, abs=5 * np.sqrt(expected))
    assert len(kinds) > 10 and any(kind in PAIRS for kind in kinds)


def test_the_same_seed_is_the_same_campaign() -> None:
    first, second = (campaign((2,), 2000, 3) for _ in range(2))
    assert first.faults == second.faults and first.table.localise() == second.table.localise()
    assert campaign((3,), 2000, 3).faults != first.faults
    assert all(DEPTH[0] <= fault.depth <= DEPTH[1] for fault in first.faults)
    assert SIZES == (3_000, 10_000) and BACKGROUND == (0.02, 0.05)


def test_how_it_is_scored() -> None:
    """Two planted, one found in a group of two, one wrong; Ochiai names one of them among its first two."""
    names = [Candidate((("city", f"c{number}"),)) for number in range(6)]
    accused = [Accusation((names[0], names[5]), 9, 9, 1, 9, 5.0), Accusation((names[3],), 9, 9, 1, 9, 4.0)]
    ranked = [Ranked((names[number],), 0.5, 9, 9) for number in (3, 1, 0)]
    located = Localisation(20, 90, tuple(accused), (), tuple(ranked), ())
    made = Campaign(
        campaign((4,), 10, 0).table, (Planted(names[0], 0.5, 99, 0), Planted(names[1], 0.5, 7, 0))
    )
    score = Score()
    score.add(made, located, 0.004)
    assert (score.recall, score.precision, score.ochiai) == (0.5, 0.5, 0.5)
    assert (score.thin, score.hidden) == (1, 0)
    both = together([score, score])
    assert (both.campaigns, both.planted, both.recall, both.thin) == (2, 4, 0.5, 2)
    assert Located.of("both", both) == Located("both", 4, 2, 4, 2, 0.5, 0.5, 0.5, 4.0)
    assert Located.of("none", Score(campaigns=1)).recall is None


def test_planted_faults_are_found() -> None:
    """A few of the campaigns that `make soak` runs: at 10,000 cases, better than Ochiai told their number."""
    scores = [study(10_000, faults, 6) for faults in (1, 2, 3)]
    whole = together(scores)
    assert whole.planted == 36
    assert whole.recall >= 0.94 and whole.precision >= 0.94
    assert whole.recall > whole.ochiai + 0.1


def test_where_nothing_is_planted_nobody_is_accused() -> None:
    assert study(10_000, 0, 20).accused == 0


@pytest.mark.parametrize(
    ("cases", "rotated", "least"), [(1000, 0.05, 0.6), (3000, 0.05, 0.9), (1000, 0.1, 0.8)]
)
def test_rotation_tells_sim_and_modem_apart(cases: int, rotated: float, least: float) -> None:
    """82 and 95 % of faults with 5 % of 1,000 and 3,000 cases on another modem: verdicts.md section 11."""
    assert told_apart(cases, rotated, 30) >= least
    assert told_apart(cases, 0.0, 3) == 0.0


def test_a_lopsided_lab_is_one() -> None:
    """Half of the services have an originator and the others a peer; few cases are on another modem."""
    drawn = lopsided(np.random.default_rng(5), 20_000)
    assert ((drawn["originator"] >= 0) == (drawn["peer"] < 0)).all()
    assert 0.05 < (drawn["modem"] != drawn["mvno"]).mean() < 0.1
    usual, rare = (int((drawn["mvno"] == code).sum()) for code in (0, 39))
    assert usual > 4 * rare > 0
    hosts = [set(drawn["base_operator"][drawn["mvno"] == code].tolist()) for code in range(40)]
    assert {len(host) for host in hosts} == {1, 2}
    found = study(10_000, 2, 6, lopsided)
    assert found.recall >= 0.8 and found.precision >= 0.9


@pytest.mark.soak
@pytest.mark.parametrize(
    ("draw", "cases", "recall"),
    [(even, 3_000, 0.85), (even, 10_000, 0.95), (lopsided, 3_000, 0.85), (lopsided, 10_000, 0.93)],
)
def test_the_table_of_issue_8(draw: Draw, cases: int, recall: float) -> None:
    """1 to 3 faults of 25 to 95 %, background 2 to 5 %: at 10,000 cases at least .95 found and .97 right.

    A lopsided lab has levels that few cases touch: a little less is found there.
    """
    assert study(cases, 0, 200, draw).accused <= 0.06 * 200
    scores = [study(cases, faults, 200, draw) for faults in (1, 2, 3)]
    for faults, score in enumerate(scores, 1):
        print(Located.of(f"{cases} cases, {faults} faults", score))
    whole = together(scores)
    assert whole.recall >= recall and whole.precision >= 0.97
    assert whole.recall > whole.ochiai + 0.15


def test_replays_find_the_culprit() -> None:
    """Faults that show in 90 %: right in 19 of 20, in no more than 10 replays on the average."""
    found = investigate(0.9, 60)
    assert found.right >= 57
    assert found.replays / found.cases < 10


@pytest.mark.soak
@pytest.mark.parametrize(("depth", "right", "minutes"), [(0.9, 0.97, 6.0), (0.4, 0.9, 12.0)])
def test_replays_find_the_culprit_longer(depth: float, right: float, minutes: float) -> None:
    """Less than verdicts.md section 11 asks of one at a time: 10.9 minutes for 90 %, 23 for 40 %."""
    found = investigate(depth, 1000)
    share, replays = found.right / found.cases, found.replays / found.cases
    mean_min = found.seconds / found.cases / 60
    print(f"shows {depth}: right {share:.3f}, {replays:.1f} replays, {mean_min:.1f} min")
    assert share >= right and mean_min <= minutes


def test_the_command_prints_every_row() -> None:
    result = CliRunner().invoke(app, ["localise", "--campaigns", "2", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    names = [row["campaigns"] for row in found["clients"]]
    kinds = (*(f"faults: {faults}" for faults in (0, 1, 2, 3, "1 to 3")), "lopsided")
    assert names == [f"{cases:,} cases, {kind}" for cases in SIZES for kind in kinds]
    assert [row["planted"] for row in found["clients"]] == 2 * [0, 2, 4, 6, 12, 12]
    assert len(found["notes"]) == 2 and found["notes"][0].startswith("3,000 cases: of ")


def test_less_than_issue_8_expects_is_missed() -> None:
    most = Score(campaigns=9, planted=100, found=95, accused=100, right=96)
    replays = {0.9: Replays(cases=10, right=9, replays=50, seconds=6000)}
    recall, precision, *others = of_localisation(most, {(1000, 0.05): 0.82}, replays)
    assert (recall.met, precision.met) == (True, False)
    assert [figure.value for figure in others] == [82, 90, 5, 10]
