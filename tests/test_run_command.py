"""`interop run` from outside: exit codes, output without a terminal, mistakes in one line."""

from __future__ import annotations

import json
import pty
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from interop.cli.run import _exit_code
from interop.record import Verdict
from interop.record.reader import read_run
from tests.forked import interop

COMMAND = [sys.executable, "-m", "interop", "run", "--lab", "small"]
CARDS = ("recognition", "-k", "card_is")


def interop_run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return interop("run", "--lab", "small", *options, cwd=folder)


PASS, FAIL, INCONC, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.INCONC, Verdict.ERROR


@pytest.mark.parametrize(
    ("code", "verdicts", "broken", "expected"),
    [
        (0, [PASS, PASS], False, 0),
        (1, [PASS, FAIL], False, 1),
        (1, [FAIL, INCONC], False, 1),
        (1, [PASS, INCONC], False, 3),
        (1, [ERROR, FAIL, INCONC], False, 4),
        (1, [ERROR], False, 4),
        (2, [], True, 4),  # a suite that cannot be collected
        (3, [PASS], False, 4),  # pytest's internal error
        (4, [], False, 2),  # usage
        (5, [], False, 2),  # nothing collected
        (0, [], False, 2),  # nothing of what was collected can run here
        (1, [PASS], False, 1),  # an ordinary test failed
    ],
)
def test_exit_codes(code: int, verdicts: list[Verdict], broken: bool, expected: int) -> None:
    progress: Any = SimpleNamespace(verdicts=Counter(verdicts), broken=broken, why_none="")
    assert _exit_code(code, progress, dry_run=False) == expected


def test_all_pass_and_everything_is_there(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")  # somebody else's
    done = interop_run(tmp_path, *CARDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    [run] = (tmp_path / "runs").iterdir()
    names = {path.name for path in run.iterdir()}
    assert {"run.json", "results.jsonl", "evidence", "junit.xml", "report.html"} <= names
    meta = json.loads((run / "run.json").read_text())
    numbers = {"simulated_s", "wall_s", "makespan_s", "lower_bound_s", "seed"}
    assert all(isinstance(meta[name], (int, float)) for name in numbers)
    assert meta["lab"] == "small" and meta["versions"]["python"] and meta["audit"]
    assert f"runs/{run.name}/report.html" in done.stdout
    assert not [char for char in done.stdout if unicodedata.category(char) == "Cc" and char != "\n"]
    assert not list(tmp_path.glob(".pytest_cache"))


def test_a_fail_is_one_and_says_what_and_whose(tmp_path: Path) -> None:
    defect = "route.missing@segment=171,from=CMCC"
    done = interop_run(
        tmp_path, "recognition", "-k", "receives and 1718 and CMCC and gsm7", "--defect", defect
    )
    assert done.returncode == 1, done.stdout
    [line] = [line for line in done.stdout.splitlines() if line.startswith("fail ")]
    assert "recognition.messages.receives[snail-1718->CMCC-gsm7]" in line and "interconnect: no_route" in line


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("recogniton",), "no suite 'recogniton'; did you mean \"recognition\"?"),
        (("../tests",), "no suite '../tests'"),
        (("--lab", "smal"), 'did you mean "small"'),
        (("--defect", "route.mising"), "route.mising"),
        (("--quirk", "echo.stuk"), "echo.stuk"),
        (("-k", "nothing_like_it"), "no case was run: -k matches none of 648 cases"),
        (("-k", "and"), "interop run: Wrong expression passed to '-k'"),
        (
            ("--out", "/proc/nowhere"),
            "interop run: /proc/nowhere: cannot be written: No such file or directory",
        ),
        (("--out", "/dev/null"), "interop run: /dev/null: cannot be written: Not a directory"),
        (("--resume", "/dev/null"), "interop run: --resume /dev/null: is no directory"),
        (("--resume", "nowhere"), "no run.json here"),
        (("--jobs", "0"), "--jobs"),
        (("recognition", "--", "--no-such-option"), "--no-such-option"),
    ],
)
def test_wrong_usage_is_two_in_a_sentence(tmp_path: Path, options: tuple[str, ...], says: str) -> None:
    done = interop_run(tmp_path, *options)
    assert done.returncode == 2, done.stdout + done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stdout + done.stderr and "INTERNALERROR" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_real_devices_need_a_word_first(tmp_path: Path) -> None:
    done = interop("run", "--lab", "lab-example", cwd=tmp_path)
    assert done.returncode == 2
    assert "allow it with --yes" in done.stderr


@pytest.mark.parametrize("meta", ["{}", '{"lab_file": 7}', '{"lab_file": "small", "options": []}'])
def test_a_run_that_does_not_say_its_lab_is_not_resumed(tmp_path: Path, meta: str) -> None:
    (tmp_path / "run.json").write_text(meta)
    (tmp_path / "results.jsonl").touch()
    done = interop("run", "--resume", ".", cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert "does not say which lab it ran in; start a new run" in done.stderr


@pytest.mark.parametrize("option", [("--seed", "4"), ("--defect", "route.missing"), ("--lab", "emulated")])
def test_what_a_resumed_run_would_ignore_is_refused(tmp_path: Path, option: tuple[str, ...]) -> None:
    (tmp_path / "run.json").write_text('{"lab_file": "small", "seed": 1, "defects": []}')
    (tmp_path / "results.jsonl").touch()
    done = interop("run", "--resume", ".", "--lab", "small", *option, cwd=tmp_path)
    assert done.returncode == 2 and f"began with another {option[0]}" in done.stderr


def test_a_directory_that_holds_a_run_is_not_overwritten(tmp_path: Path) -> None:
    assert interop_run(tmp_path, *CARDS, "--out", "run").returncode == 0
    before = (tmp_path / "run/results.jsonl").read_bytes()
    again = interop_run(tmp_path, *CARDS, "--out", "run")
    assert again.returncode == 2 and "a run is already there" in again.stderr
    assert (tmp_path / "run/results.jsonl").read_bytes() == before


def test_resume_remembers_what_was_asked_for(tmp_path: Path) -> None:
    """Suites, -k, lab, seed and defects come from the run, not from the defaults."""
    asked = (*CARDS, "--seed", "7", "--defect", "clip.missing", "--repeat", "2", "--out", "run")
    assert interop_run(tmp_path, *asked).returncode == 0
    meta = json.loads((tmp_path / "run/run.json").read_text())
    done = interop("run", "--resume", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    again = json.loads((tmp_path / "run/run.json").read_text())
    for name in ("lab", "lab_file", "seed", "defects", "cases", "epoch", "options"):
        assert again[name] == meta[name]
    assert len(read_run(tmp_path / "run").attempts) == 6


@pytest.mark.parametrize("option", ["--yes", "--dry-run"])
def test_mistakes_in_the_lab_are_told_once(tmp_path: Path, option: str) -> None:
    (tmp_path / "lab.yaml").write_text("name: empty\n")
    done = interop_run(tmp_path, "recognition", "--lab", "lab.yaml", option)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count('the lab has no "city"') == 1


def test_dry_run_prints_a_schedule_and_writes_nothing(tmp_path: Path) -> None:
    done = interop_run(tmp_path, *CARDS, "--dry-run")
    assert done.returncode == 0
    assert "recognition.identity.card_is_who_it_should_be[mi-1709]" in done.stdout
    assert "lower bound" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_pytests_own_arguments_and_output_after_two_dashes(tmp_path: Path) -> None:
    done = interop_run(tmp_path, *CARDS, "--", "-v", "--junitxml=own.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "card_is_who_it_should_be[mi-1709] PASSED" in done.stdout
    assert (tmp_path / "own.xml").exists()


def test_reports_that_cannot_be_drawn_do_not_lose_the_run(tmp_path: Path) -> None:
    code = (
        "import sys, interop.reports as reports\n"
        "def draw(*args, **more): raise RuntimeError('no ink')\n"
        "reports.draw = draw\n"
        "from interop.cli import main\n"
        f"sys.argv = ['interop', *{[*COMMAND[3:], *CARDS]!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0
    assert "no ink" in done.stderr and "interop report runs/" in done.stderr
    [run] = (tmp_path / "runs").iterdir()
    assert len(read_run(run).attempts) == 3


def test_on_a_terminal_progress_is_live(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen([*COMMAND, *CARDS], cwd=tmp_path, stdout=slave, stderr=slave, stdin=slave)
    import os

    os.close(slave)
    shown = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(master)
    assert process.wait() == 0
    assert b"3/3" in shown and b"\x1b[" in shown
