"""`interop benchmark campaign`: its lab is one, and a small campaign goes all its way, killed as well."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from drivers.benchmark import campaign as benchmark
from drivers.benchmark import campaign_lab
from drivers.benchmark.commands import app
from drivers.emulated.defects import parse_all
from interop.campaign.file import load_campaign
from interop.lab.load import read
from interop.numbering import Msisdn, segment


@pytest.mark.parametrize("modems", [12, 16, 64, 200])
def test_the_lab_is_in_order_and_crosses_what_a_campaign_tells_apart(tmp_path: Path, modems: int) -> None:
    campaign = load_campaign(campaign_lab.write(tmp_path, modems, 100, 1))
    found = read(str(tmp_path / "lab.yaml"))
    assert found.warnings == ()
    lab = found.lab
    assert len(lab.modems) == modems == len({seat.sim for seat in lab.modems})
    assert [len(group) for group in campaign.groups] == [modems]  # each SIM may move to the next modem
    ordinary = [sim for sim in lab.sims if sim.kind == "ordinary"]
    for operator in campaign_lab.OPERATORS:
        homes = {sim.city for sim in ordinary if sim.base_operator == operator}
        assert len(homes) >= 2  # one may be the far end, and another one the control
    assert all(segment(Msisdn.parse(sim.msisdn)).base_operator == sim.base_operator for sim in lab.sims)
    sold_on: dict[str, set[str]] = {}
    for sim in lab.sims:
        if sim.kind == "mvno":
            sold_on.setdefault(sim.brand, set()).add(sim.base_operator)
    assert len(sold_on) >= 4
    if modems >= 16:
        assert sorted(map(len, sold_on.values())) == [1, 1, *[2] * (len(sold_on) - 2)]
    assert lab.forms and lab.gateways


def test_each_planted_defect_is_of_one_brand(tmp_path: Path) -> None:
    campaign_lab.write(tmp_path, 64, 100, 1)
    lab = read(str(tmp_path / "lab.yaml")).lab
    parse_all([one.defect for one in campaign_lab.PLANTED], lab)  # raises where the lab has no such thing
    for planted in campaign_lab.PLANTED:
        touched = [sim for sim in lab.sims if sim.msisdn.startswith(planted.segment)]
        (brand,) = {sim.brand for sim in touched}
        assert {sim.base_operator for sim in touched} == {planted.operator}
        assert [sim for sim in lab.sims if sim.brand == brand] == touched
        assert len({sim.city for sim in touched}) > 1
        names = campaign_lab.suspects(campaign_lab.lab(64, 1), planted)
        assert names[0] == f"mvno {brand}" and len(names) == 1 + 2 * len(touched)
        assert all(f"far {sim.name}" in names for sim in touched)


def test_one_seed_one_lab() -> None:
    assert campaign_lab.lab(64, 1) == campaign_lab.lab(64, 1) != campaign_lab.lab(64, 2)
    with pytest.raises(ValueError, match="11 modems: at least 12 are needed"):
        campaign_lab.lab(11, 1)


def test_a_small_campaign_is_played_and_killed(tmp_path: Path) -> None:
    steps: list[str] = []
    found = benchmark.measure(tmp_path, modems=16, cases=60, kills=1, seed=1, step=steps.append)
    assert len(steps) == 2
    assert found.killed.kills == 1 and found.whole.kills == 0
    assert found.same and found.differences == []
    assert any(line.startswith("60 screened") for line in found.whole.conclusions)
    assert len(found.whole.stages("screening")) == 2  # SIMs at home, and moved on
    assert found.killed.attempts >= found.whole.attempts >= 60
    assert 20 < found.whole.peak_mb < 2000
    values = {one.what: one for one in benchmark.figures(found)}
    assert values["attempts"].value == found.whole.attempts
    assert 1 <= values["makespan of all stages"].value < 3
    assert not found.wrong


def said(*lines: str) -> benchmark.Play:
    return benchmark.Play(Path(), said=["stage 3: tests, 8 cases, SIMs at home", *lines, "runs/c"])


def test_a_control_that_fails_accuses_nobody() -> None:
    """Its cases may have touched what is planted, where too few did for a suspicion."""
    broken = "does not: mvno 小米移动: 3 of 4 cases failed"
    played = said("9 screened", broken, "controls: 1 of 2 work", "does not: recognition.x[s1: 3 of 5 failed")
    assert played.broken == [broken]
    assert "runs/c" not in played.conclusions and len(played.conclusions) == 4


def test_other_conclusions_are_named_and_end_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, killed = said("9 screened", "controls: 1 of 2 work"), said("9 screened", "controls: 2 of 2 work")
    found = benchmark.Outcome(64, whole, killed, [], [])
    assert not found.same
    assert found.differences == [
        "only without kills: controls: 1 of 2 work",
        "only with kills: controls: 2 of 2 work",
    ]
    monkeypatch.setattr(benchmark, "measure", lambda *_, **__: found)
    monkeypatch.setattr(benchmark, "figures", lambda _: [])
    done = CliRunner().invoke(app, ["campaign"])
    assert done.exit_code == 1 and "only with kills" in done.output


def test_a_campaign_that_breaks_off_is_told(tmp_path: Path) -> None:
    campaign = campaign_lab.write(tmp_path, 16, 60, 1)
    campaign.write_text(yaml.safe_dump({"name": "x", "lab": "nowhere", "screening": {"cases": 3}}))
    with pytest.raises(RuntimeError, match="ended with 2"):
        benchmark.play(campaign, tmp_path / "out")
