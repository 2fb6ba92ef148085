from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from interop.record import Verdict
from interop.record.reader import read_run
from interop.reports.terminal import console, matrix, summary
from tests.reports.conftest import SUBJECTS, attempt, failed, write


def printed(run: Path, encoding: str = "utf-8", width: int | None = 80) -> str:
    raw = io.BytesIO()
    out = console(io.TextIOWrapper(raw, encoding=encoding, write_through=True))
    if width is not None:
        out.width = width
    record = read_run(run)
    out.print(matrix(record))
    out.print(summary(record))
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [40, 80, 132])
def test_fits_the_width_with_every_cell_and_finding(rich_run: Path, width: int) -> None:
    text = printed(rich_run, width=width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    for segment in ("162", "165", "167", "1700", "1705", "1709", "1718"):
        assert f"\n{segment}" in text
    assert text.count("✗ fail") >= 9 and "! error" in text and "? inconc" in text


def test_chinese_brands_keep_the_columns_aligned(tmp_path: Path) -> None:
    brands = [attempt(subject, service) for subject in SUBJECTS[:5] for service in ("aaa", "bbb")]
    rows = [
        line for line in printed(write(tmp_path, brands)).splitlines() if "✓ pass" in line and ":" not in line
    ]
    places = {tuple(cell_len(row[:at]) for at in range(len(row)) if row[at] == "✓") for row in rows}
    assert len(rows) == 4 and len(places) == 1


def test_a_cell_says_which_peer_got_which_verdict(tmp_path: Path) -> None:
    two = [SUBJECTS[2], SUBJECTS[3]]  # both of 1709
    attempts = [failed(two[0], peer="CUCC"), attempt(two[1], peer="CUCC"), *(attempt(one) for one in two)]
    text = printed(write(tmp_path, attempts))
    assert "✗ fail CUCC 1/2" in text and "✓ pass 2" in text
    assert "CMCC CUCC" in text
    everywhere = [failed(two[0], peer=peer) for peer in ("CUCC", "CMCC")]
    everywhere += [attempt(two[1], peer=peer) for peer in ("CUCC", "CMCC")]
    assert "✗ fail 2/4" in printed(write(tmp_path / "everywhere", everywhere)), "two of the four passed"


def test_each_case_that_did_not_pass_is_told_with_finding_and_evidence(rich_run: Path) -> None:
    told = printed(rich_run, width=None)
    line = next(line for line in told.splitlines() if "recognition.voice-mo[mi-1709->CMCC]" in line)
    assert line.split(maxsplit=2)[:2] == ["✗", "fail"]
    assert "recognition.voice-mo[mi-1709->CMCC]: interconnect: no_route; " in line
    assert "fails for 1709, works for 186: the segment; evidence/mi-1709.jsonl" in line
    assert "rejected_by_format or rejected_by_policy; no contrast: no ordinary CTCC SIM in the lab" in told
    assert "inconclusive (modem): no answer to AT in 5 s" in told
    assert "recognition.hotline[yt-170<b>]: began and has no result (interrupted)" in told
    assert "209 cases: ✓ pass 197  ? inconc 2  ✗ fail 9  ! error 1" in told
    assert "1:18:32 simulated in 11.4 s; makespan 4650 s, 1.05 times the lower bound" in told


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk", "gb18030"])
def test_any_encoding_will_do(rich_run: Path, encoding: str) -> None:
    text = printed(rich_run, encoding)
    assert "fail" in text and "inconc" in text
    assert ("小米移动" in text) == (encoding.startswith("gb"))
    if encoding == "ascii":
        assert "1709 mi-1709, snail-1709" in text and "X fail" in text and "+ pass" in text


def test_foreign_text_cannot_drive_the_terminal(rich_run: Path) -> None:
    raw = io.StringIO()
    out = Console(file=raw, force_terminal=True, width=100, color_system="standard")
    record = read_run(rich_run)
    out.print(summary(record))
    text = raw.getvalue()
    assert "\x1b[2J" not in text and "\x1b]0;" not in text and "\x07" not in text and "\u202e" not in text
    assert "[red]x[/red]" in text


def test_no_colour_where_none_is_wanted(rich_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    raw = io.StringIO()
    out = Console(file=raw, force_terminal=True, width=100)
    out.print(matrix(read_run(rich_run)))
    assert "\x1b[3" not in raw.getvalue()
    assert "✗ fail" in raw.getvalue()


def test_only_a_pass_is_green(tmp_path: Path) -> None:
    for verdict in Verdict:
        raw = io.StringIO()
        run = write(tmp_path / verdict, [attempt(verdict=verdict)])
        Console(file=raw, force_terminal=True, color_system="standard").print(matrix(read_run(run)))
        assert ("\x1b[32m" in raw.getvalue()) == (verdict is Verdict.PASS)


def test_services_stand_in_the_order_of_the_suite(tmp_path: Path) -> None:
    names = ("zebra", "mail", "apple")
    run = write(tmp_path, [attempt(SUBJECTS[0], name) for name in sorted(names)])
    meta = json.loads((run / "run.json").read_text(encoding="utf-8")) | {"services": names[:2]}
    (run / "run.json").write_text(json.dumps(meta), encoding="utf-8")
    text = printed(run)
    assert sorted(names, key=text.index) == ["zebra", "mail", "apple"]


def test_a_run_that_was_stopped_says_what_it_did_not_begin(tmp_path: Path) -> None:
    run = write(tmp_path, [attempt(SUBJECTS[0])], meta={"cases": 5})
    assert "1 case: ✓ pass 1  4 not begun" in printed(run)
    run = write(tmp_path / "whole", [attempt(SUBJECTS[0])], meta={"cases": 1})
    assert "not begun" not in printed(run)


def test_a_run_of_real_devices_simulates_nothing(tmp_path: Path) -> None:
    meta = {"clock": "real", "simulated_s": 95.0, "wall_s": 95.0}
    told = printed(write(tmp_path, [attempt()], meta=meta))
    assert "took 0:01:35" in told and "simulated" not in told


def test_peers_stand_once_and_services_share_the_width(tmp_path: Path) -> None:
    names = [f"service-{letter}" for letter in "abcdef"]
    told = printed(write(tmp_path, [attempt(SUBJECTS[0], name) for name in names]), width=100)
    assert f"with CMCC: {' '.join(names)}\n" in told
    [heading] = [line for line in told.splitlines() if line.startswith("segment")]
    assert heading.split()[1:] == names


def test_a_run_without_a_result_is_printed_too(tmp_path: Path) -> None:
    assert "0 cases: ✓ pass 0" in printed(write(tmp_path, [], meta={}))
