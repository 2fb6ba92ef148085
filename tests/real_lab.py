"""A lab file of devices that are real, as far as guard, budgets and store know."""

from __future__ import annotations

from pathlib import Path

import yaml

SMALL = Path(__file__).parents[1] / "lab-config" / "small.yaml"


def at_ports(ports: Path, folder: Path) -> Path:
    """The small lab, its modems alone, at the ports of the fixture `ports`."""
    parts = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    named = ("name", "sim", "dialect", "capabilities")
    modems = [
        {key: one[key] for key in named} | {"port": str(ports / one["name"])} for one in parts["modems"]
    ]
    sims = [{key: value for key, value in sim.items() if key != "tariff"} for sim in parts["sims"]]
    kept = {"name": "ports", "city": parts["city"], "sims": sims, "modems": modems}
    file = folder / "lab.yaml"
    file.write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")
    return file
