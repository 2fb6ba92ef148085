"""A lab that counts as real: three modems of the small one, as `interop emulate` serves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.drivers.emulated.test_emulate import emulate

SMALL = Path(__file__).parents[2] / "lab-config" / "small.yaml"
_SITES = ("forms", "labels", "gateways", "originators", "tariffs")


@contextmanager
def served(folder: Path, sims: Mapping[str, str] | None = None) -> Iterator[None]:
    """Its modems at `folder`; `sims`: modem -> its SIM, where that is not as in the lab file."""
    lab = _lab()
    for modem in lab["modems"]:
        modem["sim"] = (sims or {}).get(modem["name"], modem["sim"])
    path = folder / "served.yaml"
    path.write_text(yaml.safe_dump(lab, allow_unicode=True), encoding="utf-8")
    with emulate(str(path), "--ports", str(folder), "--bearer", "unix"):
        yield


def write_lab(path: Path, folder: Path) -> None:
    """The lab file of whoever uses these modems."""
    lab = _lab()
    for modem in lab["modems"]:
        modem["port"] = f"unix:{folder}/{modem['name']}.sock"
    path.write_text(yaml.safe_dump(lab, allow_unicode=True), encoding="utf-8")


def _lab() -> dict[str, Any]:
    """The SIMs of virtual operators, without what their cards do not need: sites, multimedia messages."""
    lab: dict[str, Any] = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    lab["modems"], lab["sims"] = lab["modems"][:3], lab["sims"][:3]
    for modem in lab["modems"]:
        modem.pop("mms", None)
        modem["capabilities"] = ["voice", "sms", "ussd", "volte"]
    for sim in lab["sims"]:
        sim.pop("tariff", None)
    return {key: value for key, value in lab.items() if key not in _SITES}
