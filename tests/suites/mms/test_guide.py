"""docs/mms.md is true: its lab file is one, and it knows every stage, service and cause of the suite."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from interop.lab.model import ModemPart, SimPart
from interop.protocols.mms import MmsStage
from interop.record import Cause

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "mms.md").read_text(encoding="utf-8")
SOURCES = [path.read_text(encoding="utf-8") for path in (ROOT / "suites" / "mms").glob("*.py")]


def _in_table(heading: str) -> set[str]:
    table = TEXT[TEXT.index(heading) :].partition("\n\n")[0]
    return set(re.findall(r"`([a-z_-]+)`", table))


def test_its_lab_file_is_one() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    given = yaml.safe_load(example)
    small = yaml.safe_load((ROOT / "lab-config/small.yaml").read_text(encoding="utf-8"))
    modem = ModemPart.model_validate_json(json.dumps(given["modems"][0]))
    sim = SimPart.model_validate_json(json.dumps({**small["sims"][0], **given["sims"][0]}))
    assert "mms" in modem.capabilities and sim.budget.multimedia
    assert set(given["sims"][0]["mms"]) == set(type(sim.mms).model_fields)


def test_every_service_is_in_it() -> None:
    services = {name for source in SOURCES for name in re.findall(r'service="([\w-]+)"', source)}
    assert services and services == _in_table("| service |")


def test_every_stage_and_every_cause_of_the_suite_is_in_it() -> None:
    said = _in_table("| stage |")
    causes = {name.lower() for source in SOURCES for name in re.findall(r"Cause\.([A-Z_]+)", source)}
    assert {*MmsStage} <= said
    assert causes and causes <= said
    assert said <= {*MmsStage, *Cause}
