"""`interop sim` against somebody who looks for ways to be told what is not so, and to make it hang."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

import drivers.card.folder
import interop.cli.sim.batch_work
import interop.cli.sim.journals
import interop.personalise.batch
from drivers.card.cardfile import blank
from interop.personalise.journal import read
from tests.cli.test_sim_write import ADM, KC, NAMES, NEW, NO_KC, OLD, PROFILE, fatal, replaced, row, sim

LOADED_BEFORE_THE_FORK = (
    drivers.card.folder,
    interop.cli.sim.batch_work,
    interop.cli.sim.journals,
    interop.personalise.batch,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "profile.yaml").write_text(PROFILE, encoding="utf-8")
    rows = ["iccid,new_iccid,imsi,msisdn,adm,ki,opc", row(0), row(1)]
    (folder / "batch.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "cards").mkdir()
    for n in range(2):
        path = folder / "cards" / f"{NAMES[n]}.json"
        blank(path, iccid=OLD[n], adm=ADM[n].encode())
        replaced(path, NO_KC, KC)
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "desk")
    return tmp_path / "desk"


@pytest.mark.parametrize("file", ["batch.journal.jsonl", "profile.yaml", "cards/../profile.yaml"])
def test_labels_do_not_go_into_another_file_of_the_batch(file: str, desk: Path) -> None:
    """Into the journal they would make it useless, and wait for its lock for ever."""
    sim("write", desk, "--reader", "r0")
    before = (desk / file).read_bytes()
    done = sim("write", desk, "--labels", file)
    assert (done.returncode, done.stdout) == (2, "") and (desk / file).read_bytes() == before
    assert (
        done.stderr
        == f"interop sim write: --labels {file} is another file of this batch: choose one of its own\n"
    )


def test_a_pipe_is_no_journal(desk: Path) -> None:
    os.mkfifo(desk / "pipe")
    for command in ("plan", "write"):
        done = sim(command, desk, "--journal", "pipe")
        assert done.returncode == 2
        assert done.stderr == f"interop sim {command}: pipe: is no file that a journal can be kept in\n"


def test_no_label_for_a_card_that_is_half_undone(desk: Path) -> None:
    sim("write", desk)
    assert sim("label", desk, "batch.journal.jsonl").stdout.count("ICCID ") == 2
    cut = sim("undo", desk, "--card", NEW[0], before=fatal(12, signal.SIGKILL, after=True))
    assert cut.returncode == -signal.SIGKILL
    last = read(desk / "batch.journal.jsonl")[-1]
    assert last.began.undo and last.writings and last.ended is None
    labels = sim("label", desk, "batch.journal.jsonl").stdout
    assert labels.count("ICCID ") == 1 and f"ICCID {NEW[1]}\n" in labels


def test_what_is_not_undone_is_told(desk: Path) -> None:
    """Another profile wrote to this card since: that has to be undone first."""
    sim("write", desk)
    text = (desk / "profile.yaml").read_text(encoding="utf-8")
    replaced(desk / "profile.yaml", "远特通信", "蜗牛移动")
    assert sim("write", desk, "--reader", "r0").returncode == 1
    (desk / "profile.yaml").write_text(text, encoding="utf-8")
    named = sim("undo", desk, "--card", NEW[0], "--card", NEW[1])
    assert named.returncode == 2 and "wrote to this card later (run 3): undo that first" in named.stderr
    every = sim("undo", desk)
    assert any(
        line.startswith("line 2: ") and "undo that first" in line for line in every.stdout.splitlines()
    )
    assert "1 of 1 card done" in every.stdout


def test_a_card_that_asks_for_its_pin_is_not_said_to_be_another(desk: Path) -> None:
    """`verify` gives no key: it cannot see most files of this card, and must not say that they are wrong."""
    assert sim("write", desk).returncode == 0
    replaced(desk / "cards" / "r0.json", '"enabled": false', '"enabled": true')
    header, *rows = (desk / "batch.csv").read_text(encoding="utf-8").splitlines()
    table = [f"{header},pin", *(f"{line},ascii:1234" for line in rows)]
    (desk / "batch.csv").write_text("\n".join(table), encoding="utf-8")
    few = f'"{ADM[0]}", "left": 2'  # which is nothing to who gives none
    replaced(desk / "cards" / "r0.json", f'"{ADM[0]}"', few)
    done = sim("verify", desk)
    assert done.returncode == 1 and "tries left" not in done.stdout
    assert f"r0: card {NEW[0]} (line 2) does not tell whether it is as ordered" in done.stdout
    assert "3F00/7FFF/6F07 cannot be seen without a key" in done.stdout and "differs" not in done.stdout


def test_only_the_row_that_is_named_is_written(desk: Path, made: Path) -> None:
    planned = sim("write", desk, "--dry-run", "--card", OLD[1])
    assert f"r1: card {OLD[1]} is line 3" in planned.stdout and "is line 2" not in planned.stdout
    done = sim("write", desk, "--card", f" {NEW[1]} ")
    assert done.returncode == 0 and "1 of 1 card done" in done.stdout
    assert f"r0: card {OLD[0]} stays as it is: no row is for it" in done.stdout
    assert (desk / "cards" / "r0.json").read_bytes() == (made / "cards" / "r0.json").read_bytes()
    strange = sim("write", desk, "--card", "123")
    assert strange.stderr == "interop sim write: --card 123: the batch has no row for it\n"


def test_what_has_no_room_on_a_card_is_said(desk: Path) -> None:
    """EF_AD of three octets: all else of it is written."""
    replaced(desk / "cards" / "r0.json", '"octets": "00000002"', '"octets": "010203"')
    warning = "warning: 3F00/7FFF/6FAD has 3 octets: MNC length 2 has no room, and handsets have to guess it"
    planned, written = sim("plan", desk, "--reader", "r0"), sim("write", desk, "--reader", "r0", "--once")
    assert planned.returncode == 0 and f"\n  {warning}\n" in planned.stdout
    assert f"; {warning}; " in written.stdout and f"card {NEW[0]} is done" in written.stdout
    again = json.loads(sim("verify", desk, "--reader", "r0", "--json").stdout)["rows"][0]["plan"]
    assert again["as_ordered"] and again["warnings"][0] == warning.removeprefix("warning: ")
