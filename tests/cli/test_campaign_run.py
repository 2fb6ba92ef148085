"""`interop campaign run` at a terminal: what is asked before anything is opened. Nobody serves the ports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from interop.lab.equipment import CHINA
from tests.campaign.real_ports import write_lab
from tests.cli.test_engineer import Command

CAMPAIGN = """\
name: real
lab: ./real.yaml
matrix: {cases: [recognition.identity]}
screening: {cases: 6, each: 1}
rotation: {share: 0.10, modems: [[m01, m03]]}
budget: {prices: {calls: 0.30}}
"""


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """A campaign whose SIMs were said to have been moved on."""
    write_lab(tmp_path / "real.yaml", tmp_path)
    (tmp_path / "c.yaml").write_text(CAMPAIGN)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "seating.json").write_text(json.dumps({"seating": 1}))
    started = Command(tmp_path, "interop", "campaign", "run", "c.yaml", "--out", "c")
    yield started
    started.close()


@pytest.mark.parametrize(("typed", "code"), [("n\n", 2), ("\x03\n", 130)])
def test_no_is_no_and_says_nothing_of_the_network(
    command: Command, tmp_path: Path, typed: str, code: int
) -> None:
    said = command.sees("Lab small has real devices: calls and messages will leave, and they cost. Go on?")
    assert "campaign real: screening 6 cases, at most 0 calls, 0 messages, 0 multimedia, 0.00 of" in said
    command.types(typed)
    assert command.ends() == code
    assert not list((tmp_path / "c").glob("stage-*"))


def test_sims_are_moved_when_the_engineer_says_so(command: Command) -> None:
    command.sees("Go on?")
    command.types("y\n")
    table = command.sees("m  every SIM is where the table says")
    assert "mi-1709   ICCID 89860120811000017091  from m03  to m01" in table
    assert "hna-1700  ICCID 89860302020000017008  from m01  to m03" in table
    command.sees("nobody is here) ")
    command.types("m\n")
    assert command.ends() == 2
    assert "this stage cannot go on" in command.shown
    assert "m01.sock" in command.shown and "the same command goes on in c" in command.shown


def test_later_is_an_exit_code_of_its_own(command: Command) -> None:
    command.sees("Go on?")
    command.types("y\n")
    command.sees("nobody is here) ")
    command.types("l\n")
    assert command.ends() == 6
    assert "interop campaign run c.yaml --out c" in command.shown and "--seated" in command.shown


def test_waiting_for_its_hours_can_be_interrupted(tmp_path: Path) -> None:
    write_lab(tmp_path / "real.yaml", tmp_path)
    in_two_days = (datetime.now(CHINA) + timedelta(days=2)).strftime("%a").lower()
    (tmp_path / "c.yaml").write_text(CAMPAIGN + f"when: {{days: [{in_two_days}]}}\n")
    waiting = Command(tmp_path, "interop", "campaign", "run", "c.yaml", "--out", "c", "--yes")
    try:
        waiting.sees("closed until ")
        said = waiting.sees("nothing is lost)")
        assert said.lower().startswith(in_two_days) and "00:00 in China; waiting" in said
        waiting.types("\x03")
        assert waiting.ends() == 130
        assert "interrupted; the same command goes on in c" in waiting.shown
    finally:
        waiting.close()
    assert (tmp_path / "c" / "campaign.jsonl").read_text() == ""
