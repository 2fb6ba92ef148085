"""`interop results`, as an engineer types it: a run of the emulated lab into a store, and out of it again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from interop.cli.results import app
from interop.cli.targets import read_targets
from interop.lab.document import Mistakes

LOSES = "sms.lost@segment=1709,direction=out,to=CTCC"


def results(*arguments: str | Path, code: int = 0) -> Any:
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exit_code == code, done.output
    return done


def told(*arguments: str | Path, code: int = 0) -> Any:
    return json.loads(results(*arguments, "--json", code=code).stdout)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Messages from one MVNO's number to one network are lost, others arrive."""
    directory = tmp_path_factory.mktemp("cli") / "run"
    chosen = ("recognition", "--lab", "small", "-k", "sends", "--defect", LOSES)
    command = [sys.executable, "-m", "interop", "run", *chosen, "--out", str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    return directory


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


def test_a_run_goes_in_once_and_is_found_again(run: Path, place: Path) -> None:
    first, again = (results("import", run, "--store", place).stdout for _ in range(2))
    read = json.loads((run / "run.json").read_text())["cases"]
    assert int(first.removeprefix(f"{run}: ").split()[0]) >= read > 0
    assert again == f"{run}: 0 new attempts\n"
    shown = told("show", "--store", place, "--service", "sms-mo")
    verdicts = {one["mvno"]: one["verdict"] for one in shown["latest"]}
    assert verdicts.pop("小米移动") == "fail"
    assert set(verdicts.values()) == {"pass"}
    (worst,) = {one["cell"]["mvno"] for one in told("show", "--store", place)["worst"]}
    assert worst == "小米移动"


def test_kpis_of_a_run_and_of_the_store_are_the_same(run: Path, place: Path) -> None:
    results("import", run, "--store", place)
    of_run, of_store = told("kpi", run), told("kpi", "--store", place)
    assert of_run == of_store
    found = {one["kpi"]: (one["failed"], one["valid"]) for one in of_run["ratios"]}
    assert found["sms_non_accessibility"][0] == 0 < found["sms_completion_failure"][0]
    lost = {one["kpi"]: one["never"] for one in of_run["times"]}
    assert lost["sms_delivery_time"] == found["sms_completion_failure"][0]
    one = told("kpi", "--store", place, "--mvno", "小米移动", "--days", "1")
    assert one["ratios"][0]["valid"] < of_run["ratios"][0]["valid"]


def test_targets_say_what_is_met(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "targets.yaml"
    file.write_text("name: mine\nratios: {sms_non_accessibility: 1}\n")
    assert told("kpi", run, "--targets", file)["targets"][0]["verdict"] == "pass"
    assert told("kpi", run, "--targets", "dfs-1", code=1)["targets"][-1]["verdict"] == "fail"
    file.write_text("name: mine\nratios: {mms_send_failure: 0.5, sms_non_accessibility: 1}\n")
    untried, met = told("kpi", run, "--targets", file, code=3)["targets"]
    assert (untried["verdict"], met["verdict"]) == ("inconc", "pass")
    assert "at most 1 %" in results("kpi", run, "--targets", "dfs-1", code=1).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["import", "/nowhere"], "/nowhere: no run.json here, so this is no run directory"),
        (["kpi", "/nowhere"], "/nowhere: no run.json here, so this is no run directory"),
        (["kpi", "/nowhere", "--days", "3"], "--days is of the store"),
        (["show"], "store.sqlite: no store there yet; interop results import makes one"),
        (["kpi"], "store.sqlite: no store there yet"),
        (["import", "/nowhere", "--store", "/dev/null/a/b"], "/dev/null/a/b: Not a directory"),
        (["kpi", "--targets", "dfs-4"], "dfs-4: no such file, and no targets of that name (there are: dfs-1"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(arguments: list[str], says: str, place: Path) -> None:
    stored = [] if "--store" in arguments else ["--store", str(place)]
    done = results(*arguments, *stored, code=2)
    assert says in done.stderr and done.stderr.count("\n") == 1


def test_a_choice_that_nothing_fits_is_no_empty_table(run: Path, place: Path) -> None:
    results("import", run, "--store", place)
    for command in ("show", "kpi"):
        assert "of this choice" in results(command, "--store", place, "--mvno", "nobody", code=2).stderr


TARGETS = """\
name: mine
ratios:
  sms_completion_failur: 0.01
  sms_corrupted: 2
times:
  sms_delivery_time:
    - {share: 0.9, within: 60}
extra: 1
"""


def test_every_mistake_of_a_targets_file_is_named_by_its_place(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(TARGETS)
    with pytest.raises(Mistakes) as refused:
        read_targets(str(file))
    lines = str(refused.value).splitlines()
    places = [line.removeprefix(f"{file}:").split(": ", 1)[0] for line in lines]
    assert places == ["3:3", "4:18", "7:7", "7:20", "8:1"]
    assert 'did you mean "sms_completion_failure"?' in lines[0]
    assert "more than 1" in lines[1] and '"within_s"' in lines[2] and '"extra"' in lines[4]


@pytest.mark.parametrize("name", ["dfs-1", "dfs-2", "dfs-3"])
def test_shipped_targets_are_sound_and_ever_stricter(name: str) -> None:
    targets = read_targets(name)
    assert targets.source and set(targets.ratios) == {"sms_non_accessibility", "sms_completion_failure"}
    easier = read_targets("dfs-1")
    assert all(bound <= easier.ratios[key] for key, bound in targets.ratios.items())
    assert [limit.share for limit in targets.times["sms_delivery_time"]][1] == 1.0
