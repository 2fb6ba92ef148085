"""`interop campaign status`, as a user calls it: on a campaign that is over, one killed, one being played."""

from __future__ import annotations

import fcntl
import json
import shlex
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from interop.record import Verdict
from interop.record.lines import Line
from interop.record.reader import read_run
from interop.record.writer import RunWriter
from tests.campaign.test_playing import CAMPAIGN, DEFECT, die_after
from tests.forked import interop


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("campaign") / "c.yaml"
    path.write_text(CAMPAIGN + "budget: {messages: 5000, money: 900, prices: {messages: 0.1}}\n")
    return path


@pytest.fixture(scope="module")
def whole(file: Path) -> tuple[Path, str]:
    """A campaign that is over, and what it said."""
    directory = file.with_name("whole")
    done = interop("campaign", "run", str(file), "--defect", DEFECT, "--out", str(directory))
    assert done.returncode == 1, done.stderr
    return directory, done.stdout


def status(file: Path, directory: Path) -> dict[str, Any]:
    done = interop("campaign", "status", str(file), "--out", str(directory), "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_it_says_what_the_campaign_itself_said(file: Path, whole: tuple[Path, str]) -> None:
    directory, said = whole
    done = interop("campaign", "status", str(file), "--out", str(directory))
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    said_of = ("suspected:", "slight:", "by Ochiai:", "works:", "does not:", "not decided:", "controls:")
    concluded = [line for line in said.splitlines() if line.startswith(said_of)]
    assert len(concluded) > 6
    assert [line for line in told if line in concluded] == concluded
    assert "over: every suspect and every control was tested" in told
    assert f"injected: {DEFECT}" in told
    assert "screened: 120 of 120" in told


def test_every_suspect_leads_to_evidence_files(file: Path, whole: tuple[Path, str], tmp_path: Path) -> None:
    directory, _ = whole
    told = interop("campaign", "status", str(file), "--out", str(directory)).stdout.splitlines()
    suspects = [place for place, line in enumerate(told) if line.startswith(("suspected:", "does not:"))]
    assert len(suspects) >= 4
    for number, place in enumerate(suspects):
        command = shlex.split(told[place + 1])
        assert command[:2] == ["interop", "pack"], told[place]
        for case in command[4::2]:
            assert read_run(Path(command[2])).final[case].verdict is Verdict.FAIL
        packed = interop(*command[1:], "--out", str(tmp_path / f"{number}.zip"))
        assert packed.returncode == 0, packed.stderr


def test_for_programs(file: Path, whole: tuple[Path, str]) -> None:
    now = status(file, whole[0])
    assert now["stage"] is None
    assert (now["screened"], now["planned"], now["injected"]) == (120, 120, [DEFECT])
    spent = {row["kind"]: (row["spent"], row["limit"]) for row in now["spent"]}
    messages = sum(
        counts["messages"]
        for stage in whole[0].glob("stage-*")
        for attempt in read_run(stage).attempts
        for counts in attempt.spent.values()
    )
    assert spent["messages"] == (messages, 5000)
    assert spent["money"] == (pytest.approx(0.1 * messages), 900)
    first = now["suspects"][0]["accusation"]
    assert ["mvno", "小米移动"] in first["group"][0]["levels"]
    assert len(now["ochiai"]) == 5
    tests = {test["name"]: test for test in now["tests"]}
    assert {test["conclusion"] for test in tests.values() if test["accused"]} >= {"does not"}
    assert {test["conclusion"] for test in tests.values() if not test["accused"]} == {"works"}
    assert all(test["interval"] is None for test in tests.values())


def test_of_one_that_was_killed(file: Path, tmp_path: Path) -> None:
    directory = tmp_path / "killed"
    command = ("campaign", "run", str(file), "--defect", DEFECT, "--out", str(directory))
    interop(*command, before=partial(die_after, 70))
    before = content(directory)
    early = status(file, directory)
    assert (early["stage"], early["purpose"], early["seating"]) == (1, "screening", "SIMs at home")
    ended = {attempt.case for attempt in read_run(directory / "stage-001").attempts}
    assert early["cases"] == 108 and 108 - len(ended) <= early["left"] < 108
    assert early["suspects"] == early["tests"] == []
    assert content(directory) == before

    interop(*command, before=partial(die_after, 270))  # in the tests
    late = status(file, directory)
    assert (late["purpose"], late["screened"], late["over"]) == ("tests", 120, "")
    undecided = [test for test in late["tests"] if test["conclusion"] == "not decided"]
    assert undecided
    for test in undecided:
        low, high = test["interval"]
        assert 0 <= low <= test["failed"] / (test["valid"] or 1) <= high <= 1
    told = interop("campaign", "status", str(file), "--out", str(directory)).stdout
    assert f"stage {late['stage']}: tests, {late['cases']} cases, SIMs at home; {late['left']} left" in told
    again = interop(*command).stdout.splitlines()[0]
    assert again == f"stage {late['stage']}: tests, {late['cases']} cases, SIMs at home, {late['left']} left"


def content(directory: Path) -> dict[Path, tuple[bytes, int]]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_while_another_process_plays_it(file: Path, tmp_path: Path) -> None:
    """The player itself asks, in the middle of a stage, while it holds the lock."""
    directory = tmp_path / "played"

    def ask_after(lines: int) -> None:
        written, write = 0, RunWriter.write

        def counting(writer: RunWriter, line: Line) -> None:
            nonlocal written
            write(writer, line)
            written += 1
            if written == lines:
                with (directory / "campaign.jsonl").open("rb") as journal, pytest.raises(BlockingIOError):
                    fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
                command = [sys.executable, "-m", "interop", "campaign", "status", str(file), "--json"]
                asked = subprocess.run([*command, "--out", str(directory)], capture_output=True, check=False)
                (tmp_path / "answer").write_bytes(asked.stdout or asked.stderr)

        RunWriter.write = counting  # type: ignore[method-assign, assignment]

    command = ("campaign", "run", str(file), "--defect", DEFECT, "--out", str(directory))
    done = interop(*command, before=partial(ask_after, 80))
    assert done.returncode == 1, done.stderr  # it came to its end
    now = json.loads((tmp_path / "answer").read_text())
    assert now["stage"] == 1 and 0 < now["left"] < 108
    assert status(file, directory)["stage"] is None


def test_a_page_too(file: Path, whole: tuple[Path, str], tmp_path: Path) -> None:
    page = tmp_path / "status.html"
    done = interop("campaign", "status", str(file), "--out", str(whole[0]), "--html", str(page))
    assert done.returncode == 0, done.stderr
    assert "<bdi>小米移动</bdi>" in page.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["status.html"]
    record = tmp_path / "results.jsonl"
    record.write_text("{}\n")
    for place in (tmp_path, tmp_path / "missing" / "status.html", record):
        done = interop("campaign", "status", str(file), "--out", str(whole[0]), "--html", str(place))
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
        assert str(place) in done.stderr
    assert record.read_text() == "{}\n"


def test_what_is_refused_in_one_sentence(file: Path, whole: tuple[Path, str], tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(CAMPAIGN.replace("120", "121"))
    for given, place, said in (
        (file, tmp_path / "nowhere", "no campaign has begun here"),
        (other, whole[0], "that campaign began with another campaign file"),
        (tmp_path / "none.yaml", whole[0], "cannot be read"),
    ):
        done = interop("campaign", "status", str(given), "--out", str(place))
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
        assert said in done.stderr
    assert not (tmp_path / "nowhere").exists()
