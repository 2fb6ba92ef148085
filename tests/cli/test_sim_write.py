"""`interop sim plan`, `write`, `verify`, `undo`, `journal`, `label` from outside, on cards in files."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import resources
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml

import drivers.card.folder
import interop.cli.sim.batch_work
import interop.cli.sim.journals
import interop.personalise.batch
from drivers.card.cardfile import blank
from interop.cli.sim import app as interop_sim
from interop.personalise.journal import Journal, read
from tests.forked import interop as forked

PROFILE = """\
name: mvno-171
card: sysmoUSIM-SJS1
write_iccid: true
files:
  SPN: {name: 远特通信, show_plmn: true, hide_abroad: true}
  AD: {mnc_length: 2}
  EHPLMN: ["46001", "46006", "46009"]
  SMSP: {smsc: "+8613010112500"}
"""
OLD = [f"8986001234567890123{n}" for n in range(4)]
NEW = ["89860120831100171010", "89860120831100171028", "89860120831100171036", "89860120831100171044"]
KI = [f"A1B2C3D4E5F60718293A4B5C6D7E8F0{n}" for n in range(4)]
OPC = [f"0F1E2D3C4B5A69788796A5B4C3D2E1F{n}" for n in range(4)]
ADM = [f"7391826{n}" for n in range(4)]
NO_KC, KC = "FFFFFFFFFFFFFFFF07", "C0FFEE112233440000"
"""EF_Kc: of nobody, and of the subscriber before"""
SECRETS = [
    form(text)
    for text in (*KI, *OPC, *ADM, KC[:16], *(adm.encode().hex() for adm in ADM))
    for form in (str.upper, str.lower)
]
NAMES = [f"r{n}" for n in range(4)]
EXPECTED: dict[str, Callable[[int], str]] = {
    "3F00/2FE2": lambda n: swapped(NEW[n]),
    "3F00/7FFF/6F07": lambda n: "08" + swapped(f"946009171802000{n + 1}"),
    "3F00/7FFF/6F46": lambda n: "03808FDC7279901A4FE1FFFFFFFFFFFFFF",
    "3F00/7FFF/6F78": lambda n: f"{1 << n + 1:04X}",
    "3F00/7F20/00FF": lambda n: KI[n],
    "3F00/7F20/00F7": lambda n: "01" + OPC[n],
}


def swapped(digits: str) -> str:
    return "".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2))


def row(n: int) -> str:
    return f"{OLD[n]},{NEW[n]},46009171802000{n + 1},1718000200{n + 1},ascii:{ADM[n]},{KI[n]},{OPC[n]}"


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """What every command would load anew, in each child that is forked."""
    assert drivers.card.folder and interop_sim and interop.personalise.batch
    assert interop.cli.sim.batch_work and interop.cli.sim.journals


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Profile, batch, and four cards as their maker delivers them."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "profile.yaml").write_text(PROFILE, encoding="utf-8")
    rows = ["iccid,new_iccid,imsi,msisdn,adm,ki,opc", *map(row, range(4))]
    (folder / "batch.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "cards").mkdir()
    for n, name in enumerate(NAMES):
        path = folder / "cards" / f"{name}.json"
        blank(path, iccid=OLD[n], adm=ADM[n].encode())
        replaced(path, NO_KC, KC)
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "desk")
    return tmp_path / "desk"


def sim(command: str, desk: Path, *arguments: str | Path, **options: Any) -> CompletedProcess[str]:
    files = () if command in ("journal", "label") else ("profile.yaml", "batch.csv", "--cards", "cards")
    done = forked("sim", command, *files, *map(str, arguments), cwd=desk, **options)
    no_secret(done.stdout + done.stderr)
    return done


def no_secret(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text


def card(desk: Path, n: int) -> dict[str, Any]:
    form: dict[str, Any] = json.loads((desk / "cards" / f"{NAMES[n]}.json").read_text(encoding="utf-8"))
    return form


def as_ordered(desk: Path, n: int) -> bool:
    files = card(desk, n)["files"]
    return all(files[path]["octets"] == octets(n) for path, octets in EXPECTED.items())


def untouched(desk: Path, made: Path, n: int) -> bool:
    name = f"cards/{NAMES[n]}.json"
    return (desk / name).read_bytes() == (made / name).read_bytes()


def all_tries_left(desk: Path, n: int) -> bool:
    return card(desk, n)["keys"]["0A"].get("left", -1) in (-1, 3)


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_batch_from_plan_to_label(desk: Path, made: Path) -> None:
    planned = sim("plan", desk)
    assert (planned.returncode, planned.stderr) == (0, "")
    assert f"r0: card {OLD[0]} is line 2: " in planned.stdout and "ADM1: 3 of 3 tries left" in planned.stdout
    line = next(line for line in planned.stdout.splitlines() if "3F00/7FFF/6F46" in line)
    assert "EF_SPN" in line and '{"name": "远特通信", "show_plmn": true, "hide_abroad": true}' in line
    assert (
        next(line for line in planned.stdout.splitlines() if "3F00/7F20/00FF" in line).split()[-1] == "ADM1"
    )
    assert all(untouched(desk, made, n) for n in range(4)) and not list(desk.glob("*.jsonl"))
    assert sim("write", desk, "--dry-run").stdout == planned.stdout

    written = sim("write", desk, "--labels", "labels.csv", "--operator", "李雷")
    assert (written.returncode, written.stderr) == (0, "")
    assert written.stdout.splitlines()[-1] == "4 of 4 cards done; journal: batch.journal.jsonl"
    for n in range(4):
        assert as_ordered(desk, n) and all_tries_left(desk, n)
        done = (
            f"r{n}: card {NEW[n]} is done, line {n + 2}, IMSI 46009171802000{n + 1}, MSISDN 1718000200{n + 1}"
        )
        assert done in written.stdout.splitlines()

    verified = sim("verify", desk)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert verified.stdout.splitlines() == [
        f"r{n}: card {NEW[n]} (line {n + 2}) is as ordered, Ki and OPc already right" for n in range(4)
    ]
    again = sim("write", desk, "--labels", "labels.csv")
    assert again.returncode == 0 and all(as_ordered(desk, n) for n in range(4))
    assert not any(run.writings or run.verified for run in read(desk / "batch.journal.jsonl")[4:])

    table = (desk / "labels.csv").read_bytes().decode("utf-8-sig")
    rows = {label["iccid"]: label for label in csv.DictReader(io.StringIO(table, newline=""))}
    assert list(rows) == NEW and len(table.splitlines()) == 5 and rows[NEW[2]]["imsi"] == "460091718020003"
    assert {label["operator"] for label in rows.values()} == {"李雷"}
    labels = sim("label", desk, "batch.journal.jsonl")
    assert labels.stdout.count("ICCID ") == 4 and f"ICCID {NEW[3]}\n" in labels.stdout
    whole = sim("label", desk, "batch.journal.jsonl", "--csv", "--card", NEW[1])
    assert len(whole.stdout.splitlines()) == 2

    listed = sim("journal", desk, "batch.journal.jsonl")
    assert listed.stdout.count("mvno-171@") == 8
    one = sim("journal", desk, "batch.journal.jsonl", "--card", OLD[1]).stdout
    assert f"3F00/2FE2: {swapped(OLD[1])} -> {swapped(NEW[1])}" in one
    assert "3F00/7F20/00FF: (not shown) -> (not shown)" in one and "key 0A given, 3 tries left before" in one
    no_secret((desk / "batch.journal.jsonl").read_text(encoding="utf-8") + table)


def test_undone_and_written_again(desk: Path, made: Path) -> None:
    sim("write", desk)
    plan = sim("undo", desk, "--card", NEW[1], "--dry-run").stdout
    assert f"r1: card {NEW[1]} is line 3: " in plan and OLD[1] in plan and as_ordered(desk, 1)
    undone = sim("undo", desk, "--card", NEW[1])
    assert (undone.returncode, undone.stderr) == (0, "")
    assert undone.stdout.splitlines()[0].startswith(f"line 3 ({OLD[1]}): ")
    assert ", 3F00/7F20/00FF, 3F00/7F20/00F7 stay as they are" in undone.stdout.splitlines()[0]
    before, now = (card(folder, 1)["files"] for folder in (made, desk))
    keys = {"00FF", "00F7", "6F20", "6F52", "4F20", "4F52"}  # Ki, OPc, and Kc in both views
    assert {path[-4:] for path in now if now[path] != before[path]} == keys
    assert all(as_ordered(desk, n) for n in (0, 2, 3))
    labels = sim("label", desk, "batch.journal.jsonl").stdout
    assert [NEW[n] in labels for n in range(4)] == [True, False, True, True] and OLD[1] not in labels
    twice = sim("undo", desk, "--card", NEW[1])
    assert twice.returncode == 2 and "the journal has nothing of this row" in twice.stderr
    assert sim("undo", desk, "--card", "123").stderr == (
        "interop sim undo: --card 123: the batch has no row for it\n"
    )
    assert sim("verify", desk).returncode == 1
    assert sim("write", desk).returncode == 0 and as_ordered(desk, 1)


def test_who_only_looks_needs_no_adm(desk: Path, made: Path) -> None:
    """A key that is given to no card need not be there; to be written, it must."""
    sim("write", desk, "--reader", "r0")
    replaced(desk / "batch.csv", f"ascii:{ADM[0]}", "env:INTEROP_NO_SUCH")
    replaced(desk / "batch.csv", f"ascii:{ADM[1]}", "file:no-such")
    verified = sim("verify", desk, "--reader", "r0")
    assert verified.stdout.splitlines()[0].endswith(" is as ordered, Ki and OPc already right")
    planned = sim("plan", desk, "--reader", "r1")
    assert (planned.returncode, planned.stderr) == (0, "")
    assert "ADM1: 3 of 3 tries left; ADM1 is not there: file:no-such: No such file" in planned.stdout
    (told,) = [
        row["plan"]["missing"]
        for row in json.loads(sim("plan", desk, "--reader", "r1", "--json").stdout)["rows"]
        if row["plan"]
    ]
    assert told == ["ADM1 is not there: file:no-such: No such file or directory"]
    assert ": 18 to write (5 may be links to others), " in planned.stdout
    assert len(read(desk / "batch.journal.jsonl")[0].writings) == 18 - 5
    before = {n: (desk / f"cards/r{n}.json").read_bytes() for n in range(4)}
    for command in (("write",), ("write", "--dry-run"), ("undo",)):
        done = sim(*command[:1], desk, *command[1:])
        assert done.returncode == 2 and done.stderr.splitlines()[0].startswith(
            "batch.csv:2:adm: env:INTEROP_N"
        )
    assert before == {n: (desk / f"cards/r{n}.json").read_bytes() for n in range(4)}
    replaced(desk / "batch.csv", KI[0], "env:INTEROP_NO_SUCH")
    for command in (("verify",), ("plan",)):
        done = sim(*command, desk)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "batch.csv:2:ki: env:INTEROP_NO_SUCH: this environment variable is not set\n"


def test_no_sentence_and_no_number_is_broken_where_there_is_little_room(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    planned = sim("plan", desk, "--reader", "r0").stdout.splitlines()
    assert planned[0].endswith(" not on this card") and len(planned[0]) > 80
    missing = ", ".join(f"line {n + 2} ({OLD[n]})" for n in (1, 2, 3))
    assert planned[-1] == f"3 of 4 cards in no reader: {missing}"
    verified = sim("verify", desk, "--reader", "r0").stdout.splitlines()
    assert verified[0] == (f"r0: card {OLD[0]} (line 2) is not as ordered, Ki and OPc cannot be asked")
    assert "  EF_SPN 3F00/7FFF/6F46 differs" in verified
    assert "  EF_SMSP 3F00/7FFF/6F42 #1 differs" in verified
    assert "  key 3F00/7F20/00FF @0 cannot be seen without a key" in verified
    sim("write", desk, "--operator", "root")
    runs = read(desk / "batch.journal.jsonl")
    listed = sim("journal", desk, "batch.journal.jsonl").stdout.splitlines()
    assert listed[0].split()[:5] == ["run", "time", "card", "result", "files"]
    for line, run in zip(listed[1:], runs, strict=True):
        assert run.ended
        told = [run.began.run, run.ended.time, run.ended.iccid, "done", str(len(run.writings))]
        assert line.split()[:5] == told and line.endswith(f"  {run.began.reader}, root, {run.began.profile}")


def test_a_label_tells_when_it_was_written(desk: Path) -> None:
    """And not when somebody found that it still is."""
    sim("write", desk, "--reader", "r0", "--operator", "first")
    sim("write", desk, "--reader", "r0", "--operator", "second")
    *_, last = read(desk / "batch.journal.jsonl")
    assert last.began.operator == "second" and not last.writings
    told = sim("label", desk, "batch.journal.jsonl").stdout
    assert told.count("ICCID ") == 1 and " first\n" in told and "second" not in told


def test_json_of_each(desk: Path) -> None:
    def told(command: str, *arguments: str) -> Any:
        return json.loads(sim(command, desk, *arguments, "--json").stdout)

    plan = told("plan")
    assert [row["plan"]["steps"][-1]["path"] for row in plan["rows"]] == ["3F00/2FE2"] * 4
    steps = {step["path"]: step for step in plan["rows"][0]["plan"]["steps"]}
    spn = steps["3F00/7FFF/6F46"]
    assert (spn["name"], spn["rule"], spn["after"]) == ("EF_SPN 6F46", "ADM1", EXPECTED["3F00/7FFF/6F46"](0))
    assert spn["new"] == {"name": "远特通信", "show_plmn": True, "hide_abroad": True}
    key = steps["3F00/7F20/00FF"]
    assert (key["before"], key["after"], key["new"]) == (None, None, None)
    assert (plan["rows"][0]["plan"]["tries"], plan["rows"][0]["plan"]["as_ordered"]) == (3, False)
    assert told("write", "--dry-run")["rows"] == plan["rows"]
    write = told("write")
    assert [row["result"] for row in write["rows"]] == ["done"] * 4 and write["lost"] == ""
    assert {row["plan"]["as_ordered"] for row in told("verify")["rows"]} == {True}
    runs = (
        told("journal", "batch.journal.jsonl")["runs"]
        if False
        else json.loads(sim("journal", desk, "batch.journal.jsonl", "--json").stdout)["runs"]
    )
    assert [run["result"] for run in runs] == ["done"] * 4
    assert runs[0]["entries"][0]["entry"] == "Began"


def test_a_wrong_key_stops_the_batch(desk: Path, made: Path) -> None:
    path = desk / "batch.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace(f"ascii:{ADM[0]}", "ascii:00000000"), encoding="utf-8"
    )
    done = sim("write", desk, "--reader", "r0")
    assert done.returncode == 1
    assert f"r0: card {OLD[0]} did not take its key (63C2): no other card is given one" in done.stdout
    assert f"stopped: line 2, card {OLD[0]} in r0: its key was answered 63C2; correct that row" in done.stdout
    assert card(desk, 0)["keys"]["0A"]["left"] == 2
    assert card(desk, 0)["files"] == card(made, 0)["files"]
    again = sim("write", desk, "--reader", "r0")
    assert again.returncode == 1 and card(desk, 0)["keys"]["0A"]["left"] == 2, "not given a second time"
    assert "refused: " in again.stdout and "--allow-tries" in again.stdout
    shutil.copy(made / "batch.csv", desk)
    assert sim("write", desk, "--allow-tries", "2").returncode == 0
    assert all(as_ordered(desk, n) and all_tries_left(desk, n) for n in range(4))


def test_cards_of_no_row_and_rows_without_a_card(desk: Path, made: Path) -> None:
    for n, there in ((0, ""), (2, row(2).replace(OLD[2], "8986009999999999999")), (3, "")):
        replaced(desk / "batch.csv", row(n), there)
    planned = sim("plan", desk)
    assert planned.returncode == 1
    assert f"r0: card {OLD[0]} stays as it is: no row is for it" in planned.stdout
    assert planned.stdout.splitlines()[-1] == ("1 of 2 cards in no reader: line 4 (8986009999999999999)")
    done = sim("write", desk)
    assert done.returncode == 1 and as_ordered(desk, 1)
    assert all(untouched(desk, made, n) for n in (0, 2, 3))
    assert "1 of 2 cards did not come: line 4 (8986009999999999999)" in done.stdout
    assert "1 of 2 cards done; journal: batch.journal.jsonl" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--reader", "x"), "--reader x: none has it in its name; there are: r0, r1, r2, r3"),
        (("--labels", "profile.yaml/x"), "profile.yaml/x: Not a directory"),
        (("--journal", "cards"), "cards: Is a directory: the journal cannot be written"),
        (("--journal", "broken"), "broken:1: not a line of JSON: the journal is damaged; keep it, and begin"),
        (("--journal", "locked"), "locked: another process writes to it: wait until it ends"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    arguments: tuple[str, ...], said: str, desk: Path, made: Path
) -> None:
    (desk / "broken").write_text("{\n{}\n", encoding="utf-8")
    with Journal(desk / "locked"):
        done = sim("write", desk, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("interop sim write: ") and said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert all(untouched(desk, made, n) for n in range(4))


def test_mistakes_of_profile_and_batch_are_named_by_place(desk: Path) -> None:
    replaced(desk / "batch.csv", KI[1], KI[1][:-1])
    for command in ("plan", "write", "verify", "undo"):
        done = sim(command, desk)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("batch.csv:3:ki: ") and len(done.stderr.splitlines()) == 1
        assert not (desk / "batch.journal.jsonl").exists()


def test_what_does_not_go_together_is_said_before(desk: Path) -> None:
    """Of each row once, before anything is written."""
    replaced(desk / "profile.yaml", "{mnc_length: 2}", "{mnc_length: 3}")
    planned = sim("plan", desk).stdout.splitlines()
    [finding] = [line for line in planned if line.startswith("error: EF_AD 6FAD: ")]
    assert finding.endswith("(line 2, 3, 4, 5)")
    assert json.loads(sim("plan", desk, "--json").stdout)["lint"][0]["lines"] == [2, 3, 4, 5]
    written = sim("write", desk, "--reader", "r0").stdout.splitlines()
    assert written.index(finding) < written.index(next(line for line in written if "is line 2" in line))


# Killed


def fatal(at: int, how: int, *, after: bool) -> Callable[[], None]:
    """Something the disk has to be told (a line of the journal, a card): at the `at`th the process gets a
    signal, before or after it.
    """

    def before_main() -> None:
        count = 0

        def watched(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any) -> Any:
                nonlocal count
                count += 1
                if count == at and not after:
                    os.kill(os.getpid(), how)
                result = real(*arguments)
                if count == at and after:
                    os.kill(os.getpid(), how)
                return result

            return call

        os.fsync = watched(os.fsync)
        Path.replace = watched(Path.replace)  # type: ignore[method-assign]
        os.rename = watched(os.rename)

    return before_main


def exactly_as(reference: Path, desk: Path) -> None:
    for n in range(4):
        assert as_ordered(desk, n) and all_tries_left(desk, n)
        assert card(desk, n) == card(reference, n)


@pytest.fixture(scope="module")
def reference(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same batch, written without any trouble."""
    desk = tmp_path_factory.mktemp("reference") / "desk"
    shutil.copytree(made, desk)
    assert sim("write", desk).returncode == 0
    return desk


def kills(seed: int, desk: Path, reference: Path, times: int) -> None:
    chance = random.Random(seed)
    for _ in range(times):
        before = fatal(chance.randrange(1, 120), signal.SIGKILL, after=chance.random() < 0.5)
        done = sim("write", desk, before=before)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    while (done := sim("write", desk)).returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    exactly_as(reference, desk)
    runs = read(desk / "batch.journal.jsonl")
    assert all(sum(type(entry).__name__ == "Verifying" for entry in run.entries) <= 1 for run in runs)
    no_secret((desk / "batch.journal.jsonl").read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", range(3))
def test_killed_and_run_again_the_cards_are_as_planned(seed: int, desk: Path, reference: Path) -> None:
    kills(seed, desk, reference, 3)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 130))
def test_killed_many_times(seed: int, desk: Path, reference: Path) -> None:
    kills(seed, desk, reference, 8)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_killed_from_outside(seed: int, desk: Path, reference: Path) -> None:
    """At any moment, which need not be one at which the disk is told something."""
    chance = random.Random(seed)
    command = [
        sys.executable,
        "-m",
        "interop",
        "sim",
        "write",
        "profile.yaml",
        "batch.csv",
        "--cards",
        "cards",
    ]
    for _ in range(5):
        process = subprocess.Popen([*command, "--cards", "cards"], cwd=desk, stdout=subprocess.DEVNULL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0.5, 1.5))
        process.kill()
        process.wait()
    assert sim("write", desk).returncode == 0
    exactly_as(reference, desk)


@pytest.mark.parametrize("at", [3, 40])
def test_interrupted_it_ends_at_a_safe_point(at: int, desk: Path, reference: Path) -> None:
    done = sim("write", desk, before=fatal(at, signal.SIGINT, after=True))
    assert done.returncode == 130
    assert "stopped: interrupted by hand" in done.stdout and "run the same again to go on" in done.stdout
    runs = read(desk / "batch.journal.jsonl")
    assert runs and all(run.ended is not None and run.unfinished is None for run in runs)
    assert sim("write", desk).returncode == 0
    exactly_as(reference, desk)


# On a terminal


def at_terminal(desk: Path, *arguments: str, typed: bytes = b"", waits_for: bytes = b"") -> tuple[int, str]:
    """The console script on a terminal of its own: exit code, and what was drawn. `typed` once it has said
    `waits_for`.
    """
    keys, screen = pty.openpty()
    command = [sys.executable, "-m", "interop", "sim", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= {"TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
    process = subprocess.Popen(
        command, cwd=desk, stdin=screen, stdout=screen, stderr=screen, env=environment, start_new_session=True
    )
    os.close(screen)
    drawn = b""
    try:
        while True:
            try:
                piece = os.read(keys, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            drawn += piece
            if typed and waits_for in drawn:
                os.write(keys, typed)
                typed = b""
        return process.wait(), drawn.decode("utf-8", "replace")
    finally:
        process.kill()
        process.wait()
        os.close(keys)


def test_on_a_terminal(desk: Path) -> None:
    code, drawn = at_terminal(desk, "write", "profile.yaml", "batch.csv", "--cards", "cards")
    assert code == 0 and all(as_ordered(desk, n) for n in range(4))
    assert f"r3: card {NEW[3]} is done" in drawn and "4 of 4 done" in drawn
    no_secret(drawn)


@pytest.fixture
def live(desk: Path) -> Path:
    """A lab of a modem at a port, which nobody opens before the word is given."""
    small = resources.files("interop.lab.shipped").joinpath("small.yaml").read_text(encoding="utf-8")
    parts = yaml.safe_load(small)
    modem = {**parts["modems"][0], "port": "/dev/none"}
    sims = [sim for sim in parts["sims"] if sim["name"] == modem["sim"]]
    kept = {"name": "live", "sims": sims, "modems": [modem], "tariffs": parts["tariffs"]}
    kept["city"] = parts["city"]
    (desk / "live.yaml").write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")
    return desk


def test_real_cards_want_a_word_first(live: Path) -> None:
    arguments = ("write", "profile.yaml", "batch.csv", "--lab", "live.yaml")
    done = forked("sim", *arguments, cwd=live)
    assert (done.returncode, done.stdout) == (2, "")
    assert "4 real cards to write, in: m01" in done.stderr and "allow it with --yes" in done.stderr
    code, drawn = at_terminal(live, *arguments, typed=b"n\n", waits_for=b"Ctrl-D")
    assert code == 2 and "4 real cards to write" in drawn and "nothing was written" in drawn
    assert not (live / "batch.journal.jsonl").exists()
    allowed = forked("sim", *arguments, "--yes", cwd=live)
    assert allowed.returncode == 1 and "/dev/none" in allowed.stdout
