"""SIMs that somebody has to move by hand before a stage, and what of the lab a stage cannot do without."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from interop.engine.attempt import BoundCase
from interop.lab.model import Lab
from interop.lab.roles import Player, Seat, control_for


@dataclass(frozen=True, slots=True)
class Move:
    """A SIM, and the modem that it is to be in. `locked`: it has a PIN, which a modem that cannot tell
    an ICCID before tries on whatever SIM it finds.
    """

    sim: str
    iccid: str
    old: str
    new: str
    locked: bool


def moves(before: Lab, after: Lab) -> list[Move]:
    """From one seating of a lab to another, in the order of its SIMs. Emulated modems need no hands."""
    was = {modem.sim: modem for modem in before.modems if modem.sim}
    will = {modem.sim: modem for modem in after.modems if modem.sim}
    return [
        Move(sim.name, sim.iccid, was[sim.name].name, will[sim.name].name, sim.pin is not None)
        for sim in after.sims
        if sim.name in was and sim.name in will and was[sim.name].name != will[sim.name].name
        if not (was[sim.name].timed_by_us and will[sim.name].timed_by_us)
    ]


def needed(cases: Iterable[BoundCase]) -> list[str]:
    """The devices that these cases and their contrasts are played on, where each role has one player left."""
    found: dict[str, None] = {}
    for case in cases:
        players: dict[str, Player] = {role: able[0] for role, able in case.binding.candidates.items() if able}
        control = control_for(case.binding, players)
        stands_in = [] if isinstance(control, str) else [control.subject]
        for player in (*players.values(), *stands_in):
            found |= dict.fromkeys([player.device, *([player.name] if isinstance(player, Seat) else [])])
    return list(found)
