from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from interop.cli import app
from interop.reports import draw
from tests.reports.conftest import attempt, write


def test_draws_again_what_was_asked_for(tmp_path: Path) -> None:
    run = write(tmp_path, [attempt()])
    done = CliRunner().invoke(app, ["report", str(run), "--format", "csv", "--format", "terminal"])
    assert done.exit_code == 0, done.output
    assert "✓ pass" in done.stdout and str(run / "results.csv") in done.stdout
    assert sorted(path.name for path in run.iterdir() if path.is_file()) == [
        "results.csv",
        "results.jsonl",
        "run.json",
    ]


def test_html_and_junit_are_the_default(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["report", str(write(tmp_path, [attempt()]))]).exit_code == 0
    assert {"report.html", "junit.xml"} < {path.name for path in tmp_path.iterdir()}


def test_drawing_leaves_the_record_as_it_is(tmp_path: Path) -> None:
    run = write(tmp_path, [attempt()])
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    drawn = draw(run, formats=["junit", "html", "csv"])
    assert [path.name for path in drawn] == ["junit.xml", "report.html", "results.csv"]
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "no run.json here, so this is no run directory"),
        (["nowhere", "--case", "sms"], "--case chooses what --pcapng writes; give that too"),
        (["nowhere", "--pcapng", "c.pcapng"], "no run.json here, so this is no run directory"),
        (["nowhere", "--format", "pdf"], "unknown format 'pdf'; there are html, junit, csv, terminal"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(app, ["report", str(tmp_path / arguments[0]), *arguments[1:]])
    assert done.exit_code == 2
    assert says in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_damaged_record_is_named_with_its_line(tmp_path: Path) -> None:
    run = write(tmp_path, [attempt()])
    with (run / "results.jsonl").open("ab") as file:
        file.write(b"garbage\n")
    done = CliRunner().invoke(app, ["report", str(run)])
    assert done.exit_code == 2 and "results.jsonl:2" in done.stderr


def test_drawing_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown report format 'pdf'"):
        draw(write(tmp_path, []), formats=["pdf"])
