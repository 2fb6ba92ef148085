"""Records and labels: what is on them, what is not, and files that grow without harm."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from interop.personalise.entries import Began, Ended
from interop.personalise.journal import Run
from interop.personalise.records import Labels, Record, RecordsError

LINE: dict[str, Any] = {
    "run": "1",
    "job": "p:2",
    "card": "89860012345678901234",
    "time": "2026-11-22T14:00:00Z",
}
BEGAN = Began(**LINE, reader="读卡器 0", atr="3B9F", operator="李雷", tool="interop 0.1.0", profile="p@12ab")
ENDED = Ended(
    **LINE | {"time": "2026-11-22T14:00:02Z"}, result="done", why="", iccid="89860120811000017091",
    imsi="460011709001234", msisdn="+8617090001234",
)  # fmt: skip


def record(**ended: Any) -> Record:
    values = {name: getattr(ENDED, name) for name in ("result", "why", "iccid", "imsi", "msisdn")}
    return Record.of(Run(BEGAN, 1, [BEGAN, Ended(**LINE, **(values | ended))]))


def rows(path: Path) -> list[dict[str, str]]:
    """As a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_a_card_that_is_done() -> None:
    made = Record.of(Run(BEGAN, 1, [BEGAN, ENDED]))
    assert made.label().splitlines() == [
        "ICCID 89860120811000017091",
        "IMSI 460011709001234",
        "MSISDN +8617090001234",
        "done, written 2026-11-22T14:00:02Z 李雷",
        "profile p@12ab",
    ]
    assert (made.atr, made.reader, made.tool, made.time) == (
        "3B9F", "读卡器 0", "interop 0.1.0", "2026-11-22T14:00:02Z",
    )  # fmt: skip


def test_a_card_that_is_not_done_has_not_got_what_was_ordered() -> None:
    """Its IMSI and number are not known: nobody may read them off a label."""
    for made in (
        record(result="stopped", why="it was pulled out"),
        record(result="refused"),
        Record.of(Run(BEGAN, 1, [BEGAN])),
    ):
        assert (made.imsi, made.msisdn) == ("", "")
    assert (made.result, made.iccid, made.time) == ("interrupted", LINE["card"], LINE["time"])


def test_a_table_grows(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    Labels(path).add(record())
    Labels(path).add(record(result="stopped", why='=cmd|"x", \nodd'))
    first, second = rows(path)
    assert first["iccid"] == "89860120811000017091" and first["operator"] == "李雷"
    assert first["msisdn"] == "'+8617090001234", "no spreadsheet computes it"
    assert second["why"] == '\'=cmd|"x", odd'
    assert path.read_bytes().count(b"\xef\xbb\xbf") == 1


def test_after_a_torn_line_the_next_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    Labels(path).add(record())
    path.write_bytes(path.read_bytes()[:-9])
    Labels(path).add(record(iccid="1"))
    assert rows(path)[-1]["iccid"] == "1" and len(rows(path)) == 2


def test_text_has_an_empty_line_between_two(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    Labels(path).add(record())
    Labels(path).add(record(iccid="2"))
    first, second = path.read_text(encoding="utf-8").strip().split("\n\n")
    assert first.startswith("ICCID 89860120811000017091\n") and second.startswith("ICCID 2\n")


def test_another_table_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("iccid,price\n1,2\n", encoding="utf-8")
    with pytest.raises(RecordsError, match=r"other\.csv: a table of something else: choose another file"):
        Labels(path)
    assert path.read_text(encoding="utf-8") == "iccid,price\n1,2\n"
    with pytest.raises(RecordsError, match="No such file or directory"):
        Labels(tmp_path / "nowhere" / "labels.csv")
