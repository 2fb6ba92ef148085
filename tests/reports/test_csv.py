from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from interop.record import Verdict
from interop.record.reader import read_run
from interop.reports import csv as report
from tests.reports.conftest import ORDINARY, attempt, failed, write


def rows(run: Path) -> list[dict[str, str]]:
    text = report.draw(read_run(run)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_one_line_per_attempt_and_which_of_them_counts(tmp_path: Path) -> None:
    first, second = attempt(verdict=Verdict.INCONC), failed(attempt=2)
    control = attempt(ORDINARY, control_of=second.key)
    found = rows(write(tmp_path, [first, second, control]))
    assert [(row["attempt"], row["verdict"], row["counts"], row["control_of"]) for row in found] == [
        ("1", "inconc", "no", ""),
        ("2", "fail", "yes", ""),
        ("1", "pass", "no", second.key),
    ]
    assert (
        found[1]["mvno"] == "蜗牛移动"
        and found[1]["cause"] == "no_route"
        and found[1]["finding"] == "segment"
    )
    assert found[1]["failed_checks"] == "the callee rings: expected rings in 20 s, got released, cause 3"


def test_the_file_is_rfc_4180_with_a_byte_order_mark(tmp_path: Path) -> None:
    awkward = 'a "quoted", text\nof two lines，中文'
    data = report.draw(read_run(write(tmp_path, [attempt(detail=awkward)])))
    assert data.startswith(b"\xef\xbb\xbfcounts,case,")
    assert data.endswith(b"\r\n")
    assert '"a ""quoted"", text\nof two lines，中文"'.encode() in data
    assert rows(tmp_path)[0]["detail"] == awkward


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "＝", "＠"])
def test_no_text_is_a_formula(tmp_path: Path, start: str) -> None:
    (row,) = rows(write(tmp_path, [attempt(detail=f"{start}cmd|' /C calc'!A0")]))
    assert row["detail"] == f"'{start}cmd|' /C calc'!A0"


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    (row,) = rows(write(tmp_path, [attempt(started=-1.5)]))
    assert row["started_s"] == "-1.5"


def test_a_run_without_attempts_has_its_head(tmp_path: Path) -> None:
    assert report.draw(read_run(write(tmp_path, []))).count(b"\r\n") == 1
