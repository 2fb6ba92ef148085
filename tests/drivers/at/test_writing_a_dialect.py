"""docs/writing-a-dialect.md is true: its examples are files that work, and it knows every key."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.at.dialect import Calls, Dialect, Messages, Mms, Tones, Urc, UrcKind, load, names
from interop.cli import app
from interop.engine.clock import run_virtual
from interop.record.events import Connected, Dialled, Released
from tests.forked import interop

TEXT = (Path(__file__).parents[3] / "docs" / "writing-a-dialect.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```yaml\n# dialects/(\w+)\.yaml\n(.*?)```", TEXT, re.DOTALL))
SMALL = files("interop.lab.shipped").joinpath("small.yaml").read_text(encoding="utf-8")


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """The small lab with the examples beside it; its first two modems are our E173 sticks."""
    (tmp_path / "dialects").mkdir()
    for name, text in EXAMPLES.items():
        (tmp_path / "dialects" / f"{name}.yaml").write_text(text, encoding="utf-8")
    path = tmp_path / "lab.yaml"
    path.write_text(re.sub(r"(name: m0[12], .*dialect: )\w+", r"\1e173", SMALL), encoding="utf-8")
    return path


def test_the_examples_are_dialects(lab: Path) -> None:
    assert set(EXAMPLES) == {"e173", "ericsson"}
    e173 = load("e173", lab.parent / "dialects")
    assert e173.extra_setup == (("AT^PORTSEL=1",),)
    assert e173.urcs["^TEMP:"].event is UrcKind.KNOWN
    assert e173.urcs["^CEND:"] == load("huawei").urcs["^CEND:"]


def test_a_lab_runs_with_a_dialect_of_its_own(lab: Path) -> None:
    words = ("run", "recognition", "--lab", str(lab), "--out", "run", "-k", "calls and originates")
    done = interop(*words, cwd=lab.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    journal = (lab.parent / "run" / "evidence" / "m01.jsonl").read_text(encoding="utf-8")
    assert "AT^PORTSEL=1" in journal


def test_lab_check_knows_it_and_shows_where_it_is_broken(lab: Path) -> None:
    assert CliRunner().invoke(app, ["lab", "check", str(lab)]).exit_code == 0
    mine = lab.parent / "dialects" / "e173.yaml"
    mine.write_text("extends: huawei\nurcs:\n  '^TEMP:': {evnt: known}\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["lab", "check", str(lab)])
    assert done.exit_code != 0
    place = r"lab\.yaml:\d+:\d+: dialect: \S*/dialects/e173\.yaml:3:\d+: urcs\.\^TEMP:\.event"
    assert re.search(place, done.output), done.output
    mine.unlink()
    done = CliRunner().invoke(app, ["lab", "check", str(lab)])
    assert 'unknown dialect "e173"' in done.output
    assert "ericsson" in done.output


def test_the_new_maker_of_the_example(lab: Path, scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CEER": b"\r\n+CEER: 0\r\n\r\nOK\r\n"})
        modem = await device.modem("ericsson", folder=lab.parent)
        assert "AT*ECAM=1" in device.heard
        call = await modem.dial("10086")
        device.say('*ECAV: 1,1,1,,,"10086",129', "*ECAV: 1,2,1", "*ECAV: 1,3,1")
        await call.connected(5)
        device.say("*ECAV: 1,0,1,8,17")
        assert (await call.released(5)).cause == 17
        assert [type(event) for event in modem.events.since(0)] == [Dialled, Connected, Released]

    run_virtual(main())


def test_every_key_and_every_event_is_in_it() -> None:
    prose = re.sub("```.*?```", "", TEXT, flags=re.DOTALL)
    said = re.sub(r"\b(?:calls|messages|mms|tones)\.", "", " ".join(re.findall(r"`([^`]+)`", prose))).split()
    keys = [*Dialect.model_fields, *Calls.model_fields, *Messages.model_fields]
    keys += [*Mms.model_fields, *Tones.model_fields, *Urc.model_fields]
    events = [kind.value for kind in UrcKind]
    assert [word for word in (*keys, *events, *names()) if word not in said] == ["name"]
