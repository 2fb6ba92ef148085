"""Originators of a lab file that have no account at a gateway: a modem of the lab, an engineer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

from interop.lab.drivers import names
from interop.lab.gateway_rules import MOST_DIGITS
from interop.lab.item import Item
from interop.lab.model import KEYBOARD, GatewayProtocol
from interop.lab.shape import close, unknown

NEEDS: Final = {"modem": ("sim",), KEYBOARD: ("number", "place")}
"""keys that a driver cannot do without"""
_WHY_NOT: Final = {
    ("modem", "number"): "it is the SIM's own",
    ("modem", "place"): f'only the driver "{KEYBOARD}" has one',
    (KEYBOARD, "sim"): 'only the driver "modem" has one',
}


def check_originators(originators: Sequence[Item], sims: Sequence[Item]) -> None:
    for originator in originators:
        _driver(originator)
        _sim(originator, sims)
        if len(number := originator.text("number")) > MOST_DIGITS:
            originator.refuse(
                "number", f"number: {number} has {len(number)} digits, at most {MOST_DIGITS} fit"
            )


def _driver(originator: Item) -> None:
    name = originator.text("driver")
    gateways = get_args(GatewayProtocol)
    if name in gateways:
        originator.refuse("driver", f'driver: "{name}" is one of gateways: describe it under "gateways"')
    elif name and name not in (known := [name for name in names("originators") if name not in gateways]):
        originator.refuse("driver", unknown("driver", name, known))
    for key in NEEDS.get(name, ()):
        if not originator.data.get(key):
            originator.refuse(key, f'originator {originator.text("name")} has no "{key}"')
    for (driver, key), why in _WHY_NOT.items():
        if driver == name and originator.data.get(key):
            originator.refuse(key, f"{key}: {why}")


def _sim(originator: Item, sims: Sequence[Item]) -> None:
    name = originator.text("sim")
    known = [sim.text("name") for sim in sims]
    if name and name not in known and "" not in known:
        originator.refuse("sim", f'no SIM "{name}" in this lab{close(name, known)}')
    for sim in sims:
        if not name or sim.text("name") != name:
            continue
        if sim.text("kind") == "mvno":
            # what is itself under test is no sender to judge others by
            originator.refuse("sim", f"sim: {name} is under test (kind mvno); take an ordinary SIM")
        operator = sim.text("base_operator")
        if operator and originator.text("operator") not in ("", operator):
            originator.refuse("operator", f"operator: SIM {name} is of {operator}")
