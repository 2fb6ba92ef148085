"""The campaign file: what it says, and every mistake in it at its line."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from interop.campaign.file import CampaignError, load_campaign, parse_campaign
from interop.campaign.hours import Hours
from interop.campaign.spending import Budget, Spend
from interop.lab.equipment import CHINA

ROOT = Path(__file__).parents[2] / "lab-config"
EXAMPLES = sorted((ROOT / "campaigns").glob("*.yaml"))
LEAST = "name: one\nlab: small\nscreening: {cases: 100}\n"


def mistakes(text: str) -> list[str]:
    with pytest.raises(CampaignError) as caught:
        parse_campaign(text.encode(), source="c.yaml", directory=Path())
    return str(caught.value).splitlines()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_read(path: Path) -> None:
    campaign = load_campaign(path)
    assert campaign.name == path.stem
    assert 0.05 <= campaign.share <= 0.10


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 2


def test_what_is_left_out() -> None:
    campaign = parse_campaign(LEAST.encode(), source="c.yaml", directory=Path())
    assert (campaign.screening, campaign.each, campaign.share, campaign.groups) == (100, 8, 0.0, ())
    assert (campaign.test.good, campaign.test.bad, campaign.test.longest) == (0.02, 0.10, 178)  # twice 89
    assert campaign.budget == Budget()
    assert campaign.hours == Hours()
    assert campaign.matrix.mvnos is None


def test_a_lab_lies_beside_the_campaign(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes((ROOT / "small.yaml").read_bytes())
    (tmp_path / "c.yaml").write_text(LEAST.replace("small", "./mine.yaml"))
    assert load_campaign(tmp_path / "c.yaml").lab.name == "small"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["c.yaml:1:1: the file is empty; a campaign needs name, lab and screening"]),
        ("name: one\nlab: small\n", ['c.yaml:1:1: the campaign has no "screening"']),
        (
            LEAST + "screning: 1\n",
            ['c.yaml:4:1: unknown key "screning" in the campaign; did you mean "screening"?'],
        ),
        (LEAST + "matrix: {mvnos: 小米移动}\n", ['c.yaml:4:17: mvnos: "小米移动" is no list']),
        (LEAST + "rotation: {share: 0.2}\n", ['c.yaml:4:19: share: "0.2" is more than 0.1']),
        (LEAST + "rotation: {share: 0.01}\n", ['c.yaml:4:19: share: "0.01" is less than 0.05']),
        (LEAST + "rotation: {modems: [[m01]]}\n", ["c.yaml:4:21: modems: one alone cannot swap its SIM"]),
        (
            LEAST + "test: {good: 0.1, bad: 0.1}\n",
            ["c.yaml:4:7: test: good 0.1, bad 0.1: 0 < good < bad < 1 is wanted"],
        ),
        (LEAST + "budget: {calls: -1}\n", ['c.yaml:4:17: calls: "-1" is less than 0']),
        (LEAST + "budget:\n  calls: many\n", ['c.yaml:5:10: calls: "many" is no whole number']),
        (
            LEAST + 'when: {hours: ["18:00-09:00"]}\n',
            ["c.yaml:4:16: hours: 18:00-09:00 is no span of one day"],
        ),
        (
            LEAST + 'when: {hours: ["09:00-25:00"]}\n',
            ["c.yaml:4:16: hours: 09:00-25:00 is no span of one day"],
        ),
        (LEAST + "when: {days: []}\n", ["c.yaml:4:14: days: none, so the campaign could never run"]),
        (
            LEAST + 'when: {hours: ["09:00-12:00", "11:00-18:00"]}\n',
            ["c.yaml:4:15: hours: not in order, or one span overlaps the next"],
        ),
        ("name: one\nlab: smal\nscreening: {cases: 0}\n", ['c.yaml:3:20: cases: "0" is less than 1']),
    ],
)
def test_mistakes(text: str, said: list[str]) -> None:
    assert mistakes(text) == said


def test_days_and_a_lab_that_do_not_exist() -> None:
    (day,) = mistakes(LEAST + "when: {days: [monday]}\n")
    assert day.startswith('c.yaml:4:15: unknown days "monday"')
    (lab,) = mistakes(LEAST.replace("small", "smal"))
    assert lab.startswith("c.yaml:2:6: lab: smal: no such file")
    assert 'did you mean "small"?' in lab


def test_modems_that_cannot_swap() -> None:
    names = load_campaign(ROOT / "campaigns" / "codes-at-night.yaml")
    assert names.groups == (("m01", "m06"),)
    text = "name: x\nlab: emulated\nscreening: {cases: 9}\nrotation:\n  modems: [[m01, m99], [m01, m03]]\n"
    unknown, twice = mistakes(text)
    assert unknown.startswith('c.yaml:5:18: unknown modem with a SIM "m99"')
    assert twice == "c.yaml:5:25: modems: m01 is given twice"


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(CampaignError, match=r"^nowhere\.yaml: cannot be read: No such file or directory$"):
        load_campaign("nowhere.yaml")


def test_hours() -> None:
    text = LEAST + 'when: {days: [mon, fri], hours: ["00:30-05:30", "23:00-24:00"]}\n'
    hours = parse_campaign(text.encode(), source="c.yaml", directory=Path()).hours

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 1, day, hour, minute, tzinfo=CHINA)  # the 5th is a Monday

    assert hours.open_until(at(5, 1)) == at(5, 5, 30)
    assert hours.open_until(at(5, 23, 59)) == at(6, 0)
    assert hours.open_until(at(5, 5, 30)) is None
    assert hours.open_until(at(6, 1)) is None
    assert hours.worked(at(5, 12), 3600) == at(6, 0)
    assert hours.worked(at(5, 12), 3601) == at(9, 0, 30).replace(second=1)
    assert hours.worked(at(5, 5), 7200) == at(9, 1)  # 30 minutes, an hour at night, 30 minutes on Friday
    assert Hours().worked(at(5, 12), 86400) == at(6, 12)


def test_a_budget() -> None:
    budget = Budget(calls=10, money=5.0, prices=(0.3, 0.1, 1.0))
    assert budget.beyond(Spend(calls=10)) is None
    assert budget.beyond(Spend(calls=11)) == "calls"
    assert budget.beyond(Spend(calls=10, messages=20)) is None  # 5.00 exactly, in floating point
    assert budget.beyond(Spend(messages=51)) == "money"
    assert budget.beyond(Spend(multimedia=6)) == "money"


def test_windows_that_meet_are_one() -> None:
    text = LEAST + 'when: {days: [mon, tue, sun], hours: ["00:00-05:00", "22:00-24:00"]}\n'
    hours = parse_campaign(text.encode(), source="c.yaml", directory=Path()).hours
    at = partial(datetime, 2026, 1, tzinfo=CHINA)
    assert hours.open_until(at(5, 23)) == at(6, 5)  # from Monday into Tuesday
    assert hours.open_until(at(6, 23)) == at(7)  # but not into Wednesday
    assert hours.open_until(at(11, 22)) == at(12, 5)  # from Sunday into the next week
    assert hours.longest == timedelta(hours=7)


def test_always_open() -> None:
    until = Hours().open_until(datetime(2026, 1, 5, 12, tzinfo=CHINA))
    assert until is not None and until - datetime(2026, 1, 5, 12, tzinfo=CHINA) > timedelta(days=7)
    assert Hours().longest > timedelta(days=7)
