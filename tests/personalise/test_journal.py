"""The journal on the disk: torn, damaged, full, and wanted by two."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interop.personalise.entries import Began, Ended, Entry, Proved, Verified, Verifying, Writing, Written
from interop.personalise.journal import Journal, JournalError, read


def at(run: str = "1", card: str = "89860012345678901234") -> dict[str, Any]:
    return {"run": run, "job": "p:2", "card": card, "time": "2026-11-22T14:00:00Z"}


def began(run: str = "1", **differences: Any) -> Began:
    told = {"reader": "读卡器 0", "atr": "3B9F", "operator": "李", "tool": "interop 0.1.0", "profile": "p@12"}
    return Began(**at(run), **(told | differences))


def writing(run: str = "1", path: str = "3F00/7FFF/6F46", **differences: Any) -> Writing:
    place: dict[str, Any] = {"record": 0, "offset": None, "before": "FFFF", "after": "0102"}
    return Writing(**at(run), path=path, **(place | differences))


ALL: list[Entry] = [
    began(),
    Verifying(**at(), reference=10, left=3),
    Verified(**at(), reference=10, sw="9000"),
    writing(),
    Written(**at(), path="3F00/7FFF/6F46", record=0, sw="9000"),
    writing(path="3F00/7F20/00FF", before=None, after=None, offset=1),
    Proved(**at()),
    Ended(**at(), result="done", why="", iccid="89860012345678901234", imsi="460011709001234"),
]


def written(path: Path, *entries: Entry) -> Path:
    with Journal(path) as journal:
        for entry in entries:
            journal.note(entry)
    return path


def test_what_is_noted_is_read_back(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", *ALL, began("2", undo=True), writing("2"))
    first, second = read(path)
    assert first.entries == ALL and first.ended == ALL[-1]
    assert (second.began.undo, second.ended, second.unfinished) == (True, None, writing("2"))
    assert (first.line, second.line) == (1, 9)
    assert first.unfinished == ALL[5] and first.verified and not second.verified
    lines = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["operator"] == "李" and "读卡器" in lines[0]
    assert [json.loads(line)["entry"] for line in lines][:3] == ["Began", "Verifying", "Verified"]


def test_runs_of_parallel_readers_are_told_apart(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", began("1"), began("2"), writing("1"), writing("2", path="3F00/2FE2"))
    assert [run.writings[0].path for run in read(path)] == ["3F00/7FFF/6F46", "3F00/2FE2"]
    with Journal(path) as journal:
        assert journal.new_run() == "3" and journal.new_run() == "4"


def test_a_line_is_on_the_disk_before_note_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the name of a new journal is, before anything is noted."""
    synced: list[str] = []
    fsync = os.fsync

    def spy(descriptor: int) -> None:
        fsync(descriptor)
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve().name)

    monkeypatch.setattr(os, "fsync", spy)
    with Journal(tmp_path / "journal") as journal:
        assert synced == [tmp_path.name]
        for count, entry in enumerate(ALL, 1):
            journal.note(entry)
            assert synced[1:] == ["journal"] * count
            assert len(read(tmp_path / "journal")[0].entries) == count


def test_a_torn_last_line_never_counted(tmp_path: Path) -> None:
    """Cut at every octet: what was whole stays, and the journal goes on."""
    whole = written(tmp_path / "whole", *ALL[:4]).read_bytes()
    end = whole.rfind(b"\n", 0, -1) + 1
    for cut in range(end, len(whole) + 1):
        path = tmp_path / f"cut-{cut}"
        path.write_bytes(whole[:cut])
        expected = 4 if cut >= len(whole) - 1 else 3
        assert len(read(path)[0].entries) == expected
        written(path, ALL[4])
        assert read(path)[0].entries == [*ALL[:expected], ALL[4]]
        for line in path.read_bytes().splitlines():
            assert json.loads(line)["entry"]
        if end < cut < len(whole) - 1:
            torn = json.loads(path.read_bytes().splitlines()[3])
            assert torn == {"entry": "Torn", "text": whole[end:cut].decode("utf-8", "replace")}


def test_what_a_power_cut_leaves_in_a_block(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", *ALL[:4])
    with path.open("ab") as file:
        file.write(b"\x00" * 700)
    written(path, ALL[4])
    assert read(path)[0].entries == ALL[:5]


def changed(**differences: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def change(form: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in (form | differences).items() if value != "gone"}

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (changed(entry="Wrote"), "no entry of this name: 'Wrote'"),
        (changed(entry=["Writing"]), "no entry of this name"),
        (changed(path="gone"), "Writing without 'path'"),
        (changed(sw="9000"), "Writing has no 'sw'"),
        (changed(record="1"), "Writing with an impossible 'record'"),
        (changed(record=True), "Writing with an impossible 'record'"),
        (changed(before="0102f"), "Writing with an impossible 'before'"),
        (changed(after=7), "Writing with an impossible 'after'"),
        (changed(run="7"), "run 7 has not begun"),
    ],
)
def test_any_other_broken_line_is_refused(
    change: Callable[[dict[str, Any]], dict[str, Any]], why: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "journal", *ALL)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] = json.dumps(change(json.loads(lines[3])))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    before = path.read_bytes()
    for attempt in (read, Journal):
        with pytest.raises(JournalError) as raised:
            attempt(path)
        assert str(raised.value).startswith(f"{path}:4: {why}")
    assert path.read_bytes() == before


@pytest.mark.parametrize("line", ["", "{", "[]", "null", '{"entry": "Torn"'])
def test_a_line_in_the_middle_that_is_no_entry(line: str, tmp_path: Path) -> None:
    path = written(tmp_path / "journal", *ALL)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:4], line, *lines[4:]]) + "\n", encoding="utf-8")
    with pytest.raises(JournalError, match=r"journal:5: not a line of JSON: the journal is damaged; keep it"):
        read(path)


def test_a_run_neither_begins_twice_nor_goes_on_after_its_end(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", *ALL)
    line = path.read_bytes().splitlines()[1]
    with path.open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(JournalError, match="journal:9: run 1 has ended"):
        read(path)


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    code = "import pathlib, sys; from interop.personalise.journal import Journal; "
    another = [sys.executable, "-c", f"{code} Journal(pathlib.Path(sys.argv[1]))", str(path)]
    with Journal(path) as journal:
        journal.note(began())
        done = subprocess.run(another, capture_output=True, text=True)
        assert done.stderr.splitlines()[-1].endswith(
            "journal: another process writes to it: wait until it ends, or choose another file with --journal"
        )
        assert len(read(path)) == 1, "it may be read meanwhile"
    assert subprocess.run(another).returncode == 0


def test_a_disk_that_is_full_spoils_it_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a line stays the last one: another behind it would make the journal unreadable."""
    path, write = tmp_path / "journal", os.write

    room = [20, 0]

    def half(descriptor: int, octets: Any) -> int:
        if not (left := room.pop(0)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, octets[:left])

    with Journal(path) as journal:
        journal.note(began())
        with monkeypatch.context() as full:
            full.setattr(os, "write", half)
            with pytest.raises(JournalError, match="No space left on device: nothing more is written"):
                journal.note(writing())
        with pytest.raises(JournalError, match="No space left"):
            journal.note(writing())
    assert [len(run.entries) for run in read(path)] == [1]
    written(path, writing())
    assert read(path)[0].entries == [began(), writing()]


def test_files_that_cannot_be_one(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere" / "journal"):
        with pytest.raises(JournalError, match=f"{path}: .* the journal cannot be written"):
            Journal(path)
    with pytest.raises(JournalError, match="No such file"):
        read(tmp_path / "none")
