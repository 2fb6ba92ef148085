"""docs/charging.md is true: its lab file is one, and it knows every service and cause of the suite."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from interop.lab.model import BalancePart, Lab, TariffPart
from interop.record import Cause

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "charging.md").read_text(encoding="utf-8")
SOURCES = [path.read_text(encoding="utf-8") for path in (ROOT / "suites" / "charging").glob("*.py")]


def _in_table(heading: str) -> set[str]:
    table = TEXT[TEXT.index(heading) :].partition("\n\n")[0]
    return set(re.findall(r"`([a-z_-]+)`", table))


def test_its_lab_file_is_one() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    given = yaml.safe_load(example)
    small = yaml.safe_load((ROOT / "lab-config/small.yaml").read_text(encoding="utf-8"))
    lab = Lab.model_validate_json(json.dumps({**small, **given, "sims": small["sims"]}))
    assert given["sims"][0]["tariff"] == lab.tariffs[0].name
    assert set(given["tariffs"][0]) == set(TariffPart.model_fields)
    assert set(given["tariffs"][0]["balance"]) == set(BalancePart.model_fields)
    assert lab.free_numbers == Lab.model_fields["free_numbers"].default
    for answer in ("您好，您的当前余额为50.00元。", "余额-1.20元"):
        assert re.search(lab.tariffs[0].balance.amount, answer)


def test_every_service_is_in_it() -> None:
    services = {name for source in SOURCES for name in re.findall(r'service="([\w-]+)"', source)}
    assert services and services == _in_table("| service |") - {"cost-"}


def test_every_cause_of_the_suite_is_in_it() -> None:
    causes = {name.lower() for source in SOURCES for name in re.findall(r"Cause\.([A-Z_]+)", source)}
    assert causes and causes == _in_table("| deducted |") & set(Cause)
