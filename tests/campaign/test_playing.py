"""`interop campaign` on emulated labs, as a user calls it: planned, played, killed, gone on with."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import yaml

from interop.campaign.course import Began, Ended, Lost, Unknown
from interop.campaign.journal import Journal, JournalError
from interop.campaign.spending import Spend
from interop.record import InconcReason, Started, Verdict
from interop.record.events import Dialled, MessageAccepted, MessageSubmitted
from interop.record.lines import Line
from interop.record.reader import read_run
from interop.record.writer import RunWriter
from tests.campaign.country import attempt
from tests.forked import interop

LABS = Path(__file__).parents[2] / "lab-config"
CAMPAIGN = """\
name: small
lab: small
matrix: {cases: [recognition.messages, recognition.calls]}
screening: {cases: 120}
test: {good: 0.05, bad: 0.40}
rotation: {share: 0.10}
controls: 0.02
"""
DEFECT = "route.missing@segment=1709,service=sms"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "c.yaml"
    path.write_text(CAMPAIGN)
    return path


def die_after(lines: int) -> None:
    """The process is killed when it has written so many lines of results."""
    written = 0
    write = RunWriter.write

    def counting(writer: RunWriter, line: Line) -> None:
        nonlocal written
        write(writer, line)
        written += 1
        if written == lines:
            os.kill(os.getpid(), signal.SIGKILL)

    RunWriter.write = counting  # type: ignore[method-assign, assignment]


def test_a_planted_fault_is_found_and_the_conclusions_survive_kills(file: Path, tmp_path: Path) -> None:
    command = ("campaign", "run", str(file), "--defect", DEFECT, "--out")
    whole = interop(*command, str(tmp_path / "whole"))
    assert whole.returncode == 1, whole.stderr
    found = conclusions(whole.stdout)
    assert [line for line in found if line.startswith("does not: mvno 小米移动 with service")], whole.stdout
    broken = [line for line in found if line.startswith("does not")]
    assert all("小米移动" in line or "far mi-1709" in line for line in broken)  # it is others' peer, too

    for lines in (1, 70, 150, 30):  # of each process; the screening alone writes 240
        killed = interop(*command, str(tmp_path / "killed"), before=partial(die_after, lines))
        assert killed.returncode == -signal.SIGKILL, killed.stdout
    resumed = interop(*command, str(tmp_path / "killed"))
    assert resumed.returncode == 1, resumed.stderr
    assert conclusions(resumed.stdout) == found
    assert results(tmp_path / "killed") == results(tmp_path / "whole")

    again = interop(*command, str(tmp_path / "killed"))  # it is over: nothing is played again
    assert "stage" not in again.stdout
    assert conclusions(again.stdout) == found
    other = interop("campaign", "run", str(file), "--out", str(tmp_path / "killed"))
    assert other.returncode == 2
    assert "began with another --defect; choose another directory" in other.stderr


def conclusions(out: str) -> list[str]:
    """What it says at its end, but for where."""
    lines = out.splitlines()
    [first] = [number for number, line in enumerate(lines) if "screened, " in line]
    return [line for line in lines[first:] if not line.startswith("/")]


def results(campaign: Path) -> dict[tuple[str, str], tuple[Verdict, dict[str, str]]]:
    """Stage and case -> what came of it, and on which devices."""
    return {
        (stage.name, case): (final.verdict, final.devices)
        for stage in sorted(campaign.glob("stage-*"))
        for case, final in read_run(stage).final.items()
    }


def test_a_plan(file: Path) -> None:
    done = interop("campaign", "plan", str(file), "--json")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    screening = plan["screening"]
    assert len(screening["cases"]) + len(screening["rotated"]) == 120
    assert len(screening["rotated"]) == 12
    home = plan["forecast"]["home"]
    assert home["lower_bound_s"] <= home["makespan_s"] <= 1.05 * home["lower_bound_s"]
    cases = [*screening["cases"], *screening["rotated"]]
    calls = home["spend"]["calls"] + plan["forecast"]["rotated"]["spend"]["calls"]
    assert calls == sum(case.startswith("recognition.calls.") for case in cases)  # each makes one
    services = {case.partition("[")[0] for case in cases}
    assert services >= {f"recognition.calls.{name}" for name in ("originates", "receives", "learns_refusal")}
    assert interop("campaign", "plan", str(file)).stdout.startswith("campaign small in lab small, seed 1\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("recognition.calls]", "recogniton.calls]"), ':3:40: unknown case "recogniton.calls"'),
        (("matrix: {", "matrix: {mvnos: [小米], "), ':3:18: unknown mvno "小米"'),
        (
            ("controls", "budget: {calls: 10}\ncontrols"),
            ":7:17: calls: 10 will not do, the screening's 120 cases",
        ),
        (
            ("controls", "budget: {money: 1.0, prices: {messages: 0.1}}\ncontrols"),
            ":7:17: money: 1.0 will not do, the screening's 120 cases take",
        ),
    ],
)
def test_what_only_the_lab_and_the_suites_can_tell(file: Path, change: tuple[str, str], said: str) -> None:
    file.write_text(CAMPAIGN.replace(*change))
    done = interop("campaign", "plan", str(file))
    assert done.returncode == 2
    assert done.stderr.startswith(f"{file}{said}"), done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_budget_ends_a_campaign_and_is_kept(file: Path, tmp_path: Path) -> None:
    file.write_text(CAMPAIGN + "budget: {messages: 100}\n")
    done = interop("campaign", "run", str(file), "--defect", DEFECT, "--out", str(tmp_path / "run"))
    assert "what is left of the budget (messages) may not reach for one more case" in done.stdout, done.stderr
    spent = sum(
        counts["messages"]
        for stage in (tmp_path / "run").glob("stage-*")
        for attempt in read_run(stage).attempts
        for counts in attempt.spent.values()
    )
    assert 60 < spent <= 100


def test_the_budget_of_a_sim_counts_over_all_stages(file: Path, tmp_path: Path) -> None:
    lab = yaml.safe_load((LABS / "small.yaml").read_text(encoding="utf-8"))
    [sim] = [sim for sim in lab["sims"] if sim["name"] == "mi-1709"]
    sim["budget"] = {"messages": 16}
    (tmp_path / "lab.yaml").write_text(yaml.safe_dump(lab, allow_unicode=True), encoding="utf-8")
    file.write_text(
        "name: small\nlab: ./lab.yaml\nscreening: {cases: 20, each: 1}\ntest: {good: 0.05, bad: 0.40}\n"
        "matrix: {mvnos: [小米移动, 蜗牛移动], cases: [recognition.messages.sends]}\ncontrols: 0.5\n"
    )
    done = interop("campaign", "run", str(file), "--out", str(tmp_path / "run"))
    assert done.returncode == 3, done.stderr
    stages = [read_run(stage).attempts for stage in sorted((tmp_path / "run").glob("stage-*"))]
    spent = [sum(one.spent.get("mi-1709", {}).get("messages", 0) for one in stage) for stage in stages]
    assert sum(spent) == 16 and spent[0] < 16, "the tests spent what the screening had left"
    unpaid = [one for stage in stages for one in stage if one.reason is InconcReason.BUDGET]
    assert f"({len(unpaid)} because the budget of a SIM is spent)" in done.stdout
    given_up = [line for line in done.stdout.splitlines() if "no case of it can be paid any more" in line]
    assert given_up and all("[mi-1709->" in line for line in given_up)
    assert all(line.endswith("16 of the 16 messages of mi-1709 are spent)") for line in given_up)


def test_a_torn_line_of_the_journal_never_counted(tmp_path: Path) -> None:
    (tmp_path / "campaign.jsonl").write_bytes(b'{"type": "began", "stage": 1}\n{"type": "end')
    with Journal(tmp_path, {}) as journal:
        assert [mark.stage for mark in journal.lines() if hasattr(mark, "stage")] == [1]
    assert (tmp_path / "campaign.jsonl").read_bytes() == b'{"type": "began", "stage": 1}\n'


def test_a_broken_line_of_the_journal_is_named(tmp_path: Path) -> None:
    (tmp_path / "campaign.jsonl").write_bytes(b'{"type": "began", "stage": 1}\n{"type": "sang"}\n')
    with pytest.raises(JournalError, match=r"campaign\.jsonl:2: no line of a campaign"):
        Journal(tmp_path, {})


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with (tmp_path / "campaign.jsonl").open("a+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(JournalError, match="another process plays this campaign"):
            Journal(tmp_path, {})


def test_what_a_crash_cut_short_has_spent_counts_before_any_line_says_so(tmp_path: Path) -> None:
    (tmp_path / "campaign.jsonl").write_bytes(b'{"type": "began", "stage": 1}\n')
    writer = RunWriter(tmp_path / "stage-001")
    writer.describe({"run": "stage-001"})
    ended = attempt("a[x]", Verdict.PASS, 1, Spend(calls=1))
    for case in ("a[x]", "a[y]"):
        writer.write(Started(case, 1, {}, 0.0))
    writer.write(ended)
    writer.observe("sim-y", Dialled("10086"), "a[y]#1")
    writer.close()
    with Journal(tmp_path, {}) as journal:
        assert list(journal.lines()) == [Began(1), ended, Lost(Spend(calls=1))]


def test_an_outcome_that_nobody_knows_is_told_as_long_as_its_stage_goes_on(tmp_path: Path) -> None:
    """Of three inconclusive attempts one had sent something, and got no answer. What a crash cut short is
    made again all the same.
    """
    (tmp_path / "campaign.jsonl").write_bytes(b'{"type": "began", "stage": 1}\n')
    writer = RunWriter(tmp_path / "stage-001")
    writer.describe({"run": "stage-001"})
    tried = [attempt(f"a[{name}]", Verdict.INCONC, 1, Spend()) for name in "xyz"]
    tried.append(replace(tried[1], case="a[crash]", reason=InconcReason.INTERRUPTED))
    for one in tried:
        writer.write(Started(one.case, 1, {}, 0.0))
        if one.case != "a[x]":
            writer.observe("sim", MessageSubmitted("186", "hello"), one.key)
        if one.case == "a[z]":
            writer.observe("sim", MessageAccepted(1), one.key)
        writer.write(one)
    writer.close()
    with Journal(tmp_path, {}) as journal:
        assert list(journal.lines()) == [Began(1), *tried, Unknown(frozenset({"a[y]#1"}))]
        journal.note(Ended(1))
        assert list(journal.lines()) == [Began(1), *tried, Ended(1)]


def test_a_full_disk_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    file, out = tmp_path / "c.yaml", tmp_path / "run"
    file.write_text("name: small\nlab: small\nscreening: {cases: 12, each: 1}\ncontrols: 0\n")
    command = ("campaign", "run", str(file), "--out", str(out), "--store", "none")
    for most in (700, 6000, 30000):  # octets of a file: at its beginning, and while a stage is played
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))
        full = interop(*command, before=limit)
        assert full.returncode == 2, full.stdout
        assert full.stderr.count("\n") == 1 and "File too large; what is on the disk is safe" in full.stderr
    done = interop(*command)
    assert done.returncode == 0, done.stderr
    assert "12 screened, 0 inconclusive" in done.stdout
    whole = interop(*command[:4], str(tmp_path / "whole"), *command[5:])
    assert conclusions(whole.stdout) == conclusions(done.stdout)
