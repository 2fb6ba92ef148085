"""`interop diff` as a gate: its exit code, its table, its JSON, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from interop.cli import app
from interop.record import Attempt, Cause, InconcReason, Layer, Verdict
from tests.forked import interop
from tests.reports.conftest import PAYLOADS, SUBJECTS, attempt, failed, write

MEANS = {"a": SUBJECTS[0], "b": SUBJECTS[1], "c": SUBJECTS[2]}
PASSES = {name: attempt(subject) for name, subject in MEANS.items()}
FAILS = {name: failed(subject) for name, subject in MEANS.items()}
SILENT = {
    name: replace(it, verdict=Verdict.INCONC, reason=InconcReason.COVERAGE) for name, it in PASSES.items()
}
BROKEN = {name: replace(it, verdict=Verdict.ERROR, detail="KeyError") for name, it in PASSES.items()}
OTHERWISE = failed(MEANS["c"], layer=Layer.CORE, cause=Cause.CONGESTION)


def diff(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["diff", *map(str, arguments)])


# before, after, exit code
GATE = [
    ([PASSES["a"], FAILS["c"]], [PASSES["a"], FAILS["c"]], 0),
    ([PASSES["a"], FAILS["c"]], [PASSES["a"], PASSES["c"]], 0),
    ([PASSES["a"], SILENT["c"]], [PASSES["a"], SILENT["c"]], 0),
    ([PASSES["a"]], [PASSES["a"], SILENT["b"]], 0),
    ([PASSES["a"], SILENT["b"]], [PASSES["a"]], 0),
    ([PASSES["a"]], [FAILS["a"]], 1),
    ([PASSES["a"]], [PASSES["a"], FAILS["b"]], 1),
    ([FAILS["c"]], [OTHERWISE], 1),
    ([PASSES["a"], PASSES["b"]], [FAILS["a"], SILENT["b"]], 1),
    ([FAILS["c"], PASSES["a"]], [PASSES["a"], SILENT["c"]], 3),
    ([PASSES["a"], PASSES["b"]], [PASSES["a"]], 3),
    ([PASSES["a"], PASSES["b"]], [FAILS["a"], BROKEN["b"]], 4),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "code"), GATE)
def test_the_exit_code_gates(tmp_path: Path, before: list[Attempt], after: list[Attempt], code: int) -> None:
    a, b = write(tmp_path / "a", before), write(tmp_path / "b", after)
    done = diff(a, b)
    assert done.exit_code == code, done.output
    assert diff("--write-baseline", tmp_path / "base.json", a).exit_code == 0
    against = diff("--baseline", tmp_path / "base.json", b)
    assert (against.exit_code, against.stdout) == (code, done.stdout)
    assert json.loads(diff("--json", a, b).stdout)["exit_code"] == code


def test_the_table(tmp_path: Path) -> None:
    a = write(tmp_path / "a", [PASSES["a"], FAILS["b"], FAILS["c"]], meta={"run": "monday", "lab": "small"})
    b = write(
        tmp_path / "b",
        [FAILS["a"], PASSES["b"], OTHERWISE],
        meta={"run": "tuesday", "lab": "suzhou", "state": "running"},
    )
    done = interop("diff", str(a), str(b))
    assert done.returncode == 1

    assert done.stdout == (
        "the later run has not ended (state: running)\n"
        "lab: was small, is now suzhou\n"
        "change      case                                    was                          now\n"
        "REGRESSION  recognition.voice-mo[ali-1700->CMCC]    pass                         "
        "fail interconnect: no_route\n"
        "NEW FAIL    recognition.voice-mo[snail-1709->CMCC]  fail interconnect: no_route  "
        "fail core: congestion\n"
        "fixed       recognition.voice-mo[mi-1705->CMCC]     fail interconnect: no_route  pass\n"
        "\n"
        "3 cases: regression 1  new fail 1  fixed 1\n"
        "worse than monday: 2 fails not known before\n"
    )


def test_json_has_every_case(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", [PASSES["a"], FAILS["c"]]), write(tmp_path / "b", [PASSES["a"], OTHERWISE])
    told = json.loads(diff(a, b, "--json").stdout)
    assert told["counts"] == {"new fail": 1, "same": 1}
    assert told["cases"][0] == {
        "case": OTHERWISE.case,
        "change": "new fail",
        "was": {"verdict": "fail", "why": "interconnect: no_route"},
        "now": {"verdict": "fail", "why": "core: congestion"},
    }
    assert told["cases"][1]["case"] == PASSES["a"].case and len(told["cases"]) == 2


def test_foreign_text_is_harmless(tmp_path: Path) -> None:
    hostile = [replace(PASSES["a"], case=text, verdict=Verdict.FAIL) for text in PAYLOADS]
    a, b = write(tmp_path / "a", [PASSES["a"]]), write(tmp_path / "b", hostile)
    shown = diff(a, b).stdout
    assert not set(shown) & set("\x1b\x07\x00\u202e") and "[red]x[/red]" in shown
    assert diff("--write-baseline", tmp_path / "f", b).exit_code == 0
    assert diff("--baseline", tmp_path / "f", b).exit_code == 0


def test_a_baseline_is_renewed_after_the_comparison(tmp_path: Path) -> None:
    base, a, b = tmp_path / "f", write(tmp_path / "a", [PASSES["a"]]), write(tmp_path / "b", [FAILS["a"]])
    assert diff(a, "--write-baseline", base).exit_code == 0
    assert diff(b, "--baseline", base, "--write-baseline", base).exit_code == 1
    assert diff(b, "--baseline", base).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["a"], "give the run before it too"),
        (["a", "a", "a"], "give two runs"),
        (["a", "a", "--baseline", "base"], "give two runs"),
        (["nowhere", "a"], "nowhere: no run.json here"),
        (["base", "a"], "base: is no directory; give the one that holds run.json (a baseline goes with"),
        (["a", "--baseline", "a"], "a: is a directory; a run goes before RUN"),
        (["a", "--baseline", "nowhere"], "nowhere: No such file or directory"),
        (["a", "--baseline", "a/run.json"], "no baseline: it does not say"),
        (["a", "--baseline", "binary"], "can't decode byte 0xff"),
        (["a", "--write-baseline", "a/results.jsonl"], "is there already and is no baseline"),
        (["a", "--write-baseline", "a"], "Is a directory"),
        (["empty", "--write-baseline", "new"], "has no case that was tried"),
        (["empty", "empty"], "neither of the two has a case"),
        (["damaged", "a"], "results.jsonl:1: not JSON"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a", [PASSES["a"]])
    write(tmp_path / "empty", [])
    (write(tmp_path / "damaged", []) / "results.jsonl").write_text("garbage\n")
    (tmp_path / "binary").write_bytes(b"\xff")
    assert diff("a", "--write-baseline", "base").exit_code == 0
    before = snapshot(tmp_path)
    done = diff(*arguments)
    assert done.exit_code == 2, done.output
    assert says in done.stderr and len(done.stderr.splitlines()) == 1
    assert snapshot(tmp_path) == before


def snapshot(directory: Path) -> dict[Path, Any]:
    return {path: path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()}
