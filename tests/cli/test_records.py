"""`interop records`: what the emulated operators wrote of a run, and what is wrong with it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from interop.cli import app
from interop.cli.record_profiles import read_profile, shipped
from interop.lab.document import Mistakes
from interop.record.events import Connected, Dialled, HungUp
from tests.forked import interop
from tests.results.records.made import NUMBERS, run

ALL_DAY = ("--since", "2026-01-05T00:00", "--until", "2026-01-06")


def ran(folder: Path, *arguments: str, suite: str = "recognition") -> Path:
    done: CompletedProcess[str] = interop("run", suite, "--lab", "small", "--out", str(folder), *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def match(folder: Path, *arguments: str, file: Path | None = None, profile: str = "emulated") -> Result:
    cdr = file or folder / "operator/cdr.csv"
    return CliRunner().invoke(
        app, ["records", "match", str(folder), str(cdr), "--profile", profile, *arguments]
    )


def told(folder: Path, *arguments: str, file: Path | None = None) -> dict[str, Any]:
    done = match(folder, "--json", *arguments, file=file)
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["exit_code"] == done.exit_code
    return result


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ran(tmp_path_factory.mktemp("records") / "clean")


def test_the_operators_own_records_match_what_we_did(clean: Path) -> None:
    done = match(clean)
    assert done.exit_code == 0, done.output
    assert done.stdout == "132 events: 108 matched, 24 none due\n"
    result = told(clean)
    records = (clean / "operator/cdr.csv").read_text().splitlines()[1:]
    assert sum(row["record"] is not None for row in result["rows"]) == len(records) == 108
    assert (result["shift_support"], result["others"], result["malformed"]) == (108, 0, [])
    # every attempt that made calls or messages is named, by what it dialled
    assert {row["event"]["a_number"] for row in result["rows"]} == {
        "17090001234", "17180001234", "17000001234", "13900001234", "18600001234", "18900001234",
    }  # fmt: skip


def test_what_is_forwarded_has_a_record_of_each_who_pays(tmp_path: Path) -> None:
    folder = ran(tmp_path / "run", "-k", "forwarding", suite="threeway")
    result = told(folder)
    assert result["exit_code"] == 0
    kinds = Counter(row.split(",")[1] for row in (folder / "operator/cdr.csv").read_text().splitlines()[1:])
    services = Counter(row["event"]["service"] for row in result["rows"] if row["record"])
    assert kinds == {"MOC": services["call"], "CF": services["forwarded"]}
    assert kinds["CF"] == 48


MI, SNAIL, HNA = "17090001234", "17180001234", "17000001234"
# of each subscriber: what is wrong with his charging, what is found, in which kinds of events
DEFECTS: list[dict[str, tuple[str, str, set[str]]]] = [
    {
        MI: ("charging.record_lost@segment=1709", "record_missing", {"call", "message"}),
        SNAIL: ("charging.record_doubled@segment=1718", "record_doubled", {"call", "message"}),
        HNA: ("charging.duration@segment=1700", "record_wrong", {"call"}),
    },
    {
        MI: ("charging.missing@segment=1709,service=voice", "record_missing", {"call"}),
        SNAIL: ("charging.double@segment=1718,service=sms", "record_doubled", {"message"}),
        HNA: ("charging.rate@segment=1700,service=sms", "rate_wrong", {"message"}),
    },
    {
        MI: ("charging.duration@segment=1709,extra=15", "record_wrong", {"call"}),
        SNAIL: ("charging.not_free@segment=1718", "charged_while_free", {"call"}),
        HNA: ("charging.rate@segment=1700,factor=0,service=sms", "not_charged", {"message"}),
    },
]
FREE = ("10086", "10010", "10000")


@pytest.mark.parametrize("wrong", DEFECTS)
def test_each_defect_of_charging_is_found_as_what_it_is(
    tmp_path: Path, wrong: dict[str, tuple[str, str, set[str]]]
) -> None:
    injected = [argument for defect, _, _ in wrong.values() for argument in ("--defect", defect)]
    folder = ran(tmp_path / "run", *injected)
    sims = ("mi-1709", "snail-1718", "hna-1700", "cmcc-bj", "cucc-bj", "ctcc-gz")
    result = told(folder, *(argument for sim in sims for argument in ("--sim", sim)), *ALL_DAY)
    assert result["exit_code"] == 1
    rows = [row for row in result["rows"] if row["faults"]]
    assert {row["verdict"] for row in rows} == {"fail"}
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        side = row["event"] or row["record"]
        found.setdefault(side.get("a_number") or side["served"], []).append(row)
    assert found.keys() == wrong.keys()  # and nobody else's
    for number, (_, cause, services) in wrong.items():
        assert {fault["cause"] for row in found[number] for fault in row["faults"]} == {cause}
        assert {(row["event"] or row["record"])["service"] for row in found[number]} == services
        events = [row["event"] for row in result["rows"] if row["event"]]
        due = [one for one in events if one["a_number"] == number and one["service"] in services]
        due = [one for one in due if one["answered"] == "yes"]
        if cause == "charged_while_free":
            due = [one for one in due if one["b_number"] in FREE]
        assert len(found[number]) == len(due) >= 3


def test_modems_whose_answers_are_slow_accuse_no_operator(tmp_path: Path) -> None:
    """Of a clock that is off, of calls that lasted longer, of records that are missing."""
    slow = ("answer.late@command=+CSQ", "answer.late@command=+CLCC,by=7,rate=0.3")
    folder = ran(tmp_path / "run", *(word for quirk in slow for word in ("--quirk", quirk)))
    rows = told(folder, *ALL_DAY)["rows"]
    assert not [row for row in rows if row["verdict"] == "fail"]
    assert sum(row["found"] == "matched" for row in rows) > 100


def test_a_file_that_may_be_cut_accuses_nobody_at_its_ends(clean: Path, tmp_path: Path) -> None:
    head, *rows = (clean / "operator/cdr.csv").read_text().splitlines()
    cut = tmp_path / "cut.csv"
    cut.write_text("\n".join([head, *rows[1:-1]]))
    assert [row["verdict"] for row in told(clean, file=cut)["rows"] if row["faults"]] == ["inconc", "inconc"]
    done = match(clean, file=cut)
    assert done.exit_code == 3
    assert "at the edge of what the file holds, or beyond it" in " ".join(done.stdout.split())
    assert match(clean, *ALL_DAY, file=cut).exit_code == 1


def test_the_file_of_one_operator_says_nothing_of_the_subscribers_of_others(
    clean: Path, tmp_path: Path
) -> None:
    head, *rows = (clean / "operator/cdr.csv").read_text().splitlines()
    own = tmp_path / "own.csv"
    own.write_text("\n".join([head, *(row for row in rows if f"86{MI}" in row.split(",")[2])]) + "\n")
    assert match(clean, "--sim", "mi-1709", file=own).exit_code == 0
    done = match(clean, file=own)
    assert done.exit_code == 3
    assert "no record at all of" in done.stdout
    assert "if the file is of their operator, say so with --sim" in " ".join(done.stdout.split())


@pytest.mark.parametrize("late", [-3000, 45, 1234])
def test_an_operator_whose_clock_is_off_is_told_so_and_not_blamed(
    clean: Path, tmp_path: Path, late: int
) -> None:
    shifted = tmp_path / "shifted.csv"
    form = "%Y-%m-%d %H:%M:%S"
    text = re.sub(
        r"2026-01-05 \d\d:\d\d:\d\d",
        lambda at: f"{datetime.strptime(at[0], form) + timedelta(seconds=late):{form}}",  # noqa: DTZ007
        (clean / "operator/cdr.csv").read_text(),
    )
    shifted.write_text(text)
    done = match(clean, file=shifted)
    assert done.exit_code == 0, done.output
    way = "ahead of" if late > 0 else "behind"
    assert f"the operator's clock is {abs(late)} s {way} ours" in done.stdout


def test_lines_that_cannot_be_read_are_each_told_and_harm_no_other(clean: Path, tmp_path: Path) -> None:
    lines = (clean / "operator/cdr.csv").read_text().splitlines()
    damaged = tmp_path / "damaged.csv"
    more = [
        "x,GPRS,8617090001234,cmnet,2026-01-05 09:00:00,0,0,0",
        f"y,MOC,{MI},1\x1b[2J,nonsense,1,1,1",
        '"',
    ]
    damaged.write_text("\n".join([*lines[:5], *more, *lines[5:]]))
    done = match(clean, file=damaged)
    assert done.stderr.splitlines() == [
        f'{damaged}:6: type "GPRS": a type that the profile does not have',
        f'{damaged}:7: start "nonsense": no time as %Y-%m-%d %H:%M:%S',
        f"{damaged}:8: the line: unexpected end of data",
    ]
    assert done.exit_code == 3
    assert done.stdout == "132 events: 108 matched, 24 none due\n3 lines could not be read\n"


def test_what_an_operator_wrote_is_no_formula_of_ours_and_no_command_of_the_terminal(
    clean: Path, tmp_path: Path
) -> None:
    head, *rows = (clean / "operator/cdr.csv").read_text().splitlines()
    evil = rows[10].split(",")
    evil[0], evil[3] = '"=HYPERLINK(""http://x"",""y"")"', "@SUM(1)\x1b[31m"
    hostile, out = tmp_path / "hostile.csv", tmp_path / "out.csv"
    hostile.write_text("\n".join([head, *rows[:10], ",".join(evil), *rows[11:]]))
    done = match(clean, "--csv", str(out), file=hostile)
    assert done.exit_code == 1
    assert "\x1b" not in done.stdout
    content = out.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    (row,) = [row for row in table if row["record_id"].startswith("'=HYPERLINK")]
    assert row["record_other"].startswith("'@SUM")
    assert (row["verdict"], row["layer"], row["cause"], row["found"]) == (
        "fail", "charging", "record_wrong", "wrong number",
    )  # fmt: skip
    assert not any(value.startswith(("=", "+", "-", "@")) for row in table for value in row.values())


def test_the_export_is_what_an_operator_needs_to_look_things_up(clean: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["records", "export", str(clean), "--sim", "mi-1709"])
    assert done.exit_code == 0, done.output
    first, *_ = rows = list(csv.DictReader(done.stdout.splitlines()))
    assert first["attempt"] == "recognition.calls.originates[mi-1709->MVNO]#1"
    assert (first["a_number"], first["b_number"], first["service"]) == (MI, "17180001234", "call")
    assert (first["answered"], first["start"]) == ("yes", "2026-01-05 09:00:08")
    assert 8.0 < float(first["duration_s"]) - float(first["duration_error_s"]) < 10.37
    assert 10.0 < float(first["duration_s"]) + float(first["duration_error_s"]) < 11.0
    assert {row["a_number"] for row in rows} == {MI}
    out = tmp_path / "events.csv"
    assert CliRunner().invoke(app, ["records", "export", str(clean), "--csv", str(out)]).exit_code == 0
    assert len(out.read_bytes().split(b"\r\n")) == 132 + 2


def test_a_table_is_written_over_an_older_one_and_never_over_the_operators_file(
    clean: Path, tmp_path: Path
) -> None:
    cdr, table = tmp_path / "cdr.csv", tmp_path / "table.csv"
    cdr.write_bytes(before := (clean / "operator/cdr.csv").read_bytes())
    assert match(clean, "--csv", str(table)).exit_code == 0
    written = table.read_bytes()
    assert match(clean, "--csv", str(table)).exit_code == 0 and table.read_bytes() == written
    done = match(clean, "--csv", str(cdr), file=cdr)
    assert (done.exit_code, cdr.read_bytes()) == (2, before)
    assert done.stderr.startswith(f"interop records match: --csv {cdr}: is there already and is no table")


def test_a_number_that_was_dialled_is_no_formula_in_the_export(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run(folder, [(1.0, "mi", Dialled("+8610010")), (2.0, "mi", Connected()), (9.0, "mi", HungUp())])
    done = CliRunner().invoke(app, ["records", "export", str(folder)])
    assert f"{NUMBERS['mi']},'+8610010,call" in done.stdout


def test_charges_are_judged_by_the_lab_file_as_it_was_then(clean: Path, tmp_path: Path) -> None:
    meta = json.loads((clean / "run.json").read_text())
    other = tmp_path / "run"
    other.mkdir()
    for part in ("results.jsonl", "evidence", "operator"):
        (other / part).symlink_to(clean / part)
    for change, why in (
        ({"lab_sha256": "0"}, "small has changed since the run"),
        (
            {"lab_file": "/nowhere/lab.yaml"},
            "the lab file of the run is gone or has mistakes: /nowhere/lab.yaml",
        ),
        ({"lab_file": None}, "run.json does not say which lab it ran in"),
    ):
        (other / "run.json").write_text(json.dumps({**meta, **change}))
        done = match(other)
        assert done.exit_code == 0
        assert f"charges are not judged: {why}" in done.stderr


USAGE = [
    (["--profile", "emulatd"], 'did you mean "emulated"?'),
    (["--profile", "asterisk"], ""),
    (["--sim", "mi-1708"], 'unknown SIM "mi-1708"'),
    (["--since", "yesterday"], '--since: "yesterday" is no time, such as 2026-01-05T09:00'),
    (["--since", "2026-01-06", "--until", "2026-01-05"], "--until is before --since"),
]


@pytest.mark.parametrize(("arguments", "says"), USAGE)
def test_usage(clean: Path, arguments: list[str], says: str) -> None:
    done = match(clean, *arguments)
    assert done.exit_code == (2 if says else 3)  # with another operator's profile no line can be read
    assert says in done.stderr


def test_files_that_are_not_there_or_none_of_these(clean: Path, tmp_path: Path) -> None:
    assert "no run.json here" in match(tmp_path, file=clean / "run.json").stderr
    done = match(clean, file=tmp_path / "none.csv")
    assert (done.exit_code, done.stderr.count("No such file")) == (2, 1)
    done = match(clean, file=clean / "results.jsonl")
    assert done.exit_code == 2
    assert "no header in line 1: " in done.stderr
    assert "is it a file of profile emulated?" in done.stderr


# Profiles

GOOD = """\
name: x
columns: {served: a, other: b, start: c}
start: {epoch: s}
"""
MISTAKES = [
    (", start: c", "", ':2:10: columns has no "start"'),
    ("served: a", "served: 0", ":2:19: served: "),
    ("served: a", "served: ''", ":2:19: served: "),
    ("served: a", "serve: a", ':2:11: unknown key "serve" in columns; did you mean "served"?'),
    ("{epoch: s}", "{epoch: s, format: '%Y'}", ":3:8: start: needs either a format or an epoch"),
    ("{epoch: s}", "{zone: '+08:00'}", ":3:8: start: needs either a format or an epoch"),
    ("{epoch: s}", "{format: '%Q'}", ":3:17: format: 'Q' is a bad directive"),
    ("{epoch: s}", "{format: '%Y', zone: UTC}", ':3:29: zone: "UTC": how far from UTC, such as +08:00'),
    ("x", "x\nfile: {encoding: gbk}", ':2:18: unknown encoding "gbk" (known: utf-8, gb18030)'),
    ("x", "x\nfile: {header: false}", ":3:19: served: the file has no header; give the column's number"),
    ("x", "x\nfile: {delimiter: '\"'}", ":2:19: delimiter: cannot be a quote"),
    ("x", "x\ntypes: {call: [MOC]}", ":2:8: types: columns has no type in which these would stand"),
    ("c}", "c, type: d}", ":1:1: types: says of no value of the column that it is a call"),
    ("c}", "c, type: d}\ntypes: {call: [M], message: [M]}", ':3:29: message: "M" is call already'),
    ("x", "x\ntolerance: {time_s: 0}", ':2:21: time_s: "0" is not greater than 0'),
]


@pytest.mark.parametrize(("old", "new", "says"), MISTAKES)
def test_mistakes_in_a_profile_are_told_at_their_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_profile(str(path)).name == "x"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(Mistakes) as refused:
        read_profile(str(path))
    assert f"{path}{says}" in str(refused.value)


def test_profiles_that_come_with_interop() -> None:
    assert shipped() == ["asterisk", "emulated"]
    for name in shipped():
        assert read_profile(name).name == name
