"""`interop release`, as who has to release numbers types it: on emulated runs and on runs made by hand."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from interop.cli import app
from interop.record import Attempt, Subject, Verdict
from tests.forked import interop
from tests.reports.conftest import PAYLOADS, SUBJECTS, attempt, failed, write

MI = ("小米移动", "北京")
SNAIL = ("蜗牛移动", "上海")
HNA = ("海航通信", "广州")
LOSES = "sms.lost@segment=1709,direction=out,to=CTCC"
LABEL = "label.marked@segment=1718"
EPOCH = 1_767_542_400.0

# What these runs try of the list, and nothing more. Messages of 1709 to China Telecom's numbers are lost (and
# so to the virtual operator on its network), which their reports tell, too; 1718 is labelled.
TRIED = ("registration", "sms", "sms-reports", "labels")
FAILS = {MI: ("sms", "sms-reports"), SNAIL: ("labels",), HNA: ()}


def release(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["release", *map(str, arguments)])


def told(*arguments: object, code: int) -> Any:
    done = release(*arguments, "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def verdicts(boards: Any) -> dict[tuple[str, str], dict[str, str]]:
    """(MVNO, city) -> item -> verdict."""
    return {
        (one["mvno"], one["city"]): {item["item"]: item["verdict"] for item in one["items"]}
        for one in boards["boards"]
    }


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("release")
    chosen = "messages or label or registration"
    common = ("run", "recognition", "--lab", "small", "-k", chosen, "--store", "none")
    for name, more in (("sound", ()), ("defects", ("--defect", LOSES, "--defect", LABEL))):
        done = interop(*common, *more, "--out", str(folder / name))
        assert done.returncode == (1 if more else 0), done.stdout + done.stderr
    return {name: folder / name for name in ("sound", "defects")}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of one's own, of what these runs try."""
    from importlib.resources import files

    import yaml

    shipped = yaml.safe_load(files("interop.results.release").joinpath("china.yaml").read_text("utf-8"))
    shipped["items"] = [item for item in shipped["items"] if item["id"] in TRIED or item["id"] == "emergency"]
    path = tmp_path_factory.mktemp("list") / "own.yaml"
    path.write_text(yaml.safe_dump(shipped, allow_unicode=True), encoding="utf-8")
    return path


def test_a_sound_network_has_no_fail_and_is_released_by_what_was_tried(
    runs: dict[str, Path], own: Path
) -> None:
    whole = told(runs["sound"], code=3)
    assert set(verdicts(whole)) == {MI, SNAIL, HNA}
    for items in verdicts(whole).values():
        assert {item for item, verdict in items.items() if verdict == "pass"} == set(TRIED)
        assert "fail" not in items.values() and "error" not in items.values()
        assert items["mms"] == items["calls"] == "not run" and items["emergency"] == "no case"
    part = told(runs["sound"], "--list", own, code=0)
    assert {one["state"] for one in part["boards"]} == {"may be released"}
    assert part["emulated"] is True


def test_a_defect_is_the_fail_of_its_item_for_its_mvno_and_city_alone(
    runs: dict[str, Path], own: Path
) -> None:
    found = told(runs["defects"], "--list", own, code=1)
    for board, items in verdicts(found).items():
        assert {item for item, verdict in items.items() if verdict == "fail"} == set(FAILS[board]), board
        assert {item for item, verdict in items.items() if verdict == "pass"} == {*TRIED} - {*FAILS[board]}
    states = {(one["mvno"], one["city"]): one["state"] for one in found["boards"]}
    assert states == {MI: "blocked", SNAIL: "blocked", HNA: "may be released"}
    (sms,) = (item for item in of(found, MI)["items"] if item["item"] == "sms")
    fails = [one for one in sms["evidence"] if one["counts_as"] == "fail"]
    assert sms["evidence"][: len(fails)] == fails and sms["failed"] == len(fails) > 0
    for one in fails:
        assert one["run"] == str(runs["defects"]) and "sends[mi-1709->" in one["case"]
        assert one["blame"] == "interconnect: message_lost" and one["finding"] == "segment"
    (why,) = sms["why"]
    assert why.startswith("interconnect: message_lost; the segment: an ordinary number works")


def of(found: Any, board: tuple[str, str]) -> Any:
    return next(one for one in found["boards"] if (one["mvno"], one["city"]) == board)


def test_the_evidence_that_a_board_names_can_be_packed(
    runs: dict[str, Path], own: Path, tmp_path: Path
) -> None:
    found = told(runs["defects"], "--list", own, "--mvno", SNAIL[0], code=1)
    (labels,) = (item for item in found["boards"][0]["items"] if item["item"] == "labels")
    fail = labels["evidence"][0]
    packed = CliRunner().invoke(
        app, ["pack", fail["run"], "--case", fail["case"], "-o", str(tmp_path / "p.zip")]
    )
    assert packed.exit_code == 0, packed.output


def test_a_choice_of_mvno_and_city(runs: dict[str, Path], own: Path) -> None:
    assert set(verdicts(told(runs["defects"], "--list", own, "--city", HNA[1], code=0))) == {HNA}
    assert set(verdicts(told(runs["defects"], "--list", own, "--mvno", MI[0], code=1))) == {MI}
    done = release(runs["defects"], "--mvno", MI[0], "--city", HNA[1])
    assert done.exit_code == 2
    assert done.stderr.startswith(
        "interop release: no attempt of an MVNO's number of this choice (there are: "
    )
    assert all(" ".join(names) in done.stderr for names in (HNA, MI))


def test_the_store_says_what_the_runs_say(
    runs: dict[str, Path], own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "s.sqlite"
    assert (
        CliRunner().invoke(app, ["results", "import", str(runs["defects"]), "--store", str(place)]).exit_code
        == 0
    )
    of_runs = told(runs["defects"], "--list", own, code=1)
    assert told("--store", place, "--list", own, code=1) == of_runs
    monkeypatch.setenv("INTEROP_STORE", str(place))
    assert told("--list", own, code=1) == of_runs
    assert told(runs["sound"], "--list", own, code=0)["runs"] == 1, "runs are given: no store is asked"


def test_page_table_and_what_is_printed_agree(runs: dict[str, Path], own: Path, tmp_path: Path) -> None:
    done = release(runs["defects"], "--list", own, "--html", tmp_path / "b.html", "--csv", tmp_path / "b.csv")
    assert done.exit_code == 1
    assert done.stdout.endswith("3 boards: 2 blocked, 1 may be released\n")
    assert "devices were emulated: this says nothing about a real network" in done.stdout
    rows = list(csv.DictReader(io.StringIO((tmp_path / "b.csv").read_text("utf-8-sig"), newline="")))
    assert len(rows) == 3 * (len(TRIED) + 1)
    read = {
        board: {row["item"]: row["verdict"] for row in rows if (row["mvno"], row["city"]) == board}
        for board in FAILS
    }
    assert read == verdicts(told(runs["defects"], "--list", own, code=1))
    assert all(name in (tmp_path / "b.html").read_text("utf-8") for name in (*MI, *SNAIL, *HNA))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.csv", "b.html"]


# item's attempts -> exit code
CALLS = Subject("x", "17090001234", "1709", "远特通信", "CUCC", "武汉")
GOOD = [attempt(CALLS, peer=peer, case=f"calls[{peer}]") for peer in ("CMCC", "CUCC", "CTCC", "MVNO")]
LIST = "name: l\nitems:\n  - {id: a, title: t, area: x, services: [voice-mo], peers: each, works: true}\n"


@pytest.mark.parametrize(
    ("attempts", "code"),
    [
        (GOOD, 0),
        (GOOD[:3], 3),
        ([*GOOD[:3], replace(GOOD[3], verdict=Verdict.INCONC)], 3),
        ([*GOOD[:3], failed(CALLS, peer="MVNO")], 1),
        ([failed(CALLS)], 1),
        ([*GOOD[:3], replace(GOOD[3], verdict=Verdict.ERROR)], 4),
        ([failed(CALLS), replace(GOOD[3], verdict=Verdict.ERROR)], 4),
    ],
)
def test_the_exit_code(tmp_path: Path, attempts: list[Attempt], code: int) -> None:
    (tmp_path / "l.yaml").write_text(LIST)
    run = write(tmp_path / "r", attempts, meta={"run": "r", "epoch": EPOCH})
    found = told(run, "--list", tmp_path / "l.yaml", code=code)
    assert found["exit_code"] == code
    assert release(run, "--list", tmp_path / "l.yaml").exit_code == code


def test_several_runs_are_one_board_and_days_forget(tmp_path: Path) -> None:
    (tmp_path / "l.yaml").write_text(LIST)
    early = write(tmp_path / "a", GOOD[:2], meta={"run": "a", "epoch": EPOCH})
    late = write(tmp_path / "b", GOOD[2:], meta={"run": "b", "epoch": EPOCH + 40 * 86_400})
    assert told(early, late, "--list", tmp_path / "l.yaml", code=0)["runs"] == 2
    found = told(early, late, "--list", tmp_path / "l.yaml", "--days", 30, code=3)
    assert found["boards"][0]["items"][0]["missing"] == ["no case with CMCC, CUCC, last seen 40 days ago"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["/nowhere"], "/nowhere: no run.json here, so this is no run directory"),
        (["r", "--store", "x"], "give runs, or a store"),
        (["r", "--list", "chinna"], "no release list of that name (there are: china)"),
        (["r", "--list", "bad.yaml"], 'bad.yaml:1:1: the release list has no "items"'),
        (["--store", "nothing.sqlite"], "nothing.sqlite: no store there yet"),
        (["r", "--html", "no/where.html"], "--html no/where.html: No such file or directory"),
        (["r", "--csv", "."], "--csv .: is a directory; give a file"),
        (["r", "--html", "r/results.jsonl"], "is there already and is no board; give another name"),
        (["empty"], "no attempt of an MVNO's number, so there is no board"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INTEROP_STORE", raising=False)
    write(tmp_path / "r", GOOD, meta={"run": "r", "epoch": EPOCH})
    write(tmp_path / "empty", [], meta={"run": "e", "epoch": EPOCH})
    (tmp_path / "bad.yaml").write_text("name: mine\n")
    done = release(*arguments)
    assert done.exit_code == 2, done.output
    assert says in done.stderr and done.stderr.count("\n") == 1 and not done.stdout


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    subjects = [replace(SUBJECTS[0], mvno=text, city=text) for text in PAYLOADS]
    cases = [failed(one, case=text) for one, text in zip(subjects, PAYLOADS, strict=True)]
    run = write(tmp_path / "r", cases, meta={"run": "r", "epoch": EPOCH})
    done = release(run, "--html", tmp_path / "b.html", "--csv", tmp_path / "b.csv")
    assert done.exit_code == 1, done.output
    page = (tmp_path / "b.html").read_text("utf-8")
    assert "<script" not in page and "<img" not in page and "<svg" not in page
    assert not set(done.stdout) & set("\x1b\x07\x00\u202e\u2028")
    rows = list(csv.reader(io.StringIO((tmp_path / "b.csv").read_text("utf-8-sig"), newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
