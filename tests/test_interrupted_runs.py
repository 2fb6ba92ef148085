"""A run of the real suite that is killed, resumed, repeated: nothing finished is lost, nothing runs twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.forked import interop

COMMAND = [sys.executable, "-m", "interop", "run", "recognition", "--lab", "small"]


def lines(run: Path) -> list[dict[str, object]]:
    """The whole lines of results.jsonl; a torn last one is left out."""
    path = run / "results.jsonl"
    if not path.exists():
        return []
    text = path.read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in text]


def finished(run: Path) -> dict[str, list[int]]:
    """case -> its attempts that have a result, in order of the file."""
    found: dict[str, list[int]] = {}
    for line in lines(run):
        if line["type"] == "attempt":
            attempt = int(str(line["attempt"]))
            attempts = found.setdefault(str(line["case"]), [])
            if attempt not in attempts:
                attempts.append(attempt)
    return found


def kill_in_the_middle(run: Path, least: int, *options: str) -> None:
    """Start a run and SIGKILL it once `least` attempts are on disk."""
    process = subprocess.Popen(
        [*COMMAND, "--out", str(run), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while sum(line["type"] == "attempt" for line in lines(run)) < least:
            assert process.poll() is None, "the run ended before it could be killed"
            try:
                process.wait(0.01)
            except subprocess.TimeoutExpired:
                continue
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def interop_run(*options: str) -> subprocess.CompletedProcess[str]:
    return interop("run", "recognition", "--lab", "small", *options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[int]]:
    """The attempts of a run that nobody interrupted."""
    out = tmp_path_factory.mktemp("whole") / "run"
    assert interop_run("--out", str(out)).returncode == 0
    return finished(out)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kill_and_resume(seed: int, whole: dict[str, list[int]], tmp_path: Path) -> None:
    run = tmp_path / "run"
    kill_in_the_middle(run, Random(seed).randrange(5, 60))
    before = lines(run)
    done_before = finished(run)
    begun = {(line["case"], line["attempt"]) for line in before if line["type"] == "started"}
    ended = {(line["case"], line["attempt"]) for line in before if line["type"] == "attempt"}
    interrupted = begun - ended

    done = interop_run("--resume", str(run))
    assert done.returncode == 0, done.stdout + done.stderr

    after = lines(run)
    assert after[: len(before)] == before, "what stood in the record was changed"
    results = {(line["case"], line["attempt"]): line for line in after if line["type"] == "attempt"}
    for key in interrupted:
        assert (results[key]["verdict"], results[key]["reason"]) == ("inconc", "interrupted"), key
    passed = [line["case"] for line in results.values() if line["verdict"] == "pass"]
    assert len(passed) == len(set(passed)), "a case that had passed was run again"
    for case, attempts in done_before.items():
        if results[(case, attempts[-1])]["verdict"] == "pass":
            assert finished(run)[case] == attempts
    assert set(passed) == set(whole), "a case was forgotten"


def test_resuming_a_finished_run_runs_nothing(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert interop_run("--out", str(run), "-k", "identity or card").returncode == 0
    before = lines(run)
    assert interop_run("--resume", str(run), "-k", "identity or card").returncode == 0
    assert lines(run) == before


def test_a_reader_that_leaves_ends_the_printing_and_not_the_run(tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = subprocess.Popen([*COMMAND, "--out", str(run)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read(1)
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read()
    assert process.wait() == 0, errors
    assert errors == b""
    assert (run / "report.html").exists()


def test_ctrl_c_hangs_up_and_says_so(tmp_path: Path) -> None:
    """SIGINT: exit 130, and every attempt that had begun has an end in the record."""
    run = tmp_path / "run"
    process = subprocess.Popen(
        [*COMMAND, "--out", str(run)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    while sum(line["type"] == "attempt" for line in lines(run)) < 10:
        assert process.poll() is None
        try:
            process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate()
    assert process.returncode == 130, output.decode()
    begun = {(line["case"], line["attempt"]) for line in lines(run) if line["type"] == "started"}
    ended = {(line["case"], line["attempt"]) for line in lines(run) if line["type"] == "attempt"}
    assert begun == ended


def test_one_seed_one_record(tmp_path: Path) -> None:
    """Two runs with one seed: results and evidence byte for byte, also with another hash seed."""
    for number, hash_seed in ((1, "1"), (2, "2")):
        subprocess.run(
            [
                *COMMAND,
                "--out",
                str(tmp_path / f"run{number}"),
                "--seed",
                "5",
                "--defect",
                "route.missing@segment=171",
            ],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
        )
    first, second = tmp_path / "run1", tmp_path / "run2"
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    assert (first / "results.jsonl").stat().st_size > 10_000
    for name in names:
        if name.name == "results.jsonl" or name.parts[0] == "evidence":
            assert (first / name).read_bytes() == (second / name).read_bytes(), name
    a, b = (json.loads((run / "run.json").read_text(encoding="utf-8")) for run in (first, second))
    for key in ("simulated_s", "makespan_s", "lower_bound_s", "seed"):
        assert a[key] == b[key]
