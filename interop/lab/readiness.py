"""Whether what a run cannot do without is there before anything is begun: devices, and SIMs in their modems.

A lab file says where the SIMs are. After somebody has moved them by hand it is a promise, and only the ICCID
that a modem reads shows that it was kept: a fail of one SIM must never be laid to another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from interop.lab.equipment import Equipment
from interop.lab.model import Lab, SimPart
from interop.protocols.errors import EquipmentError
from interop.protocols.simcard import SimCard

_EF_ICCID = 0x2FE2


class NotReady(Exception):
    """What is missing, or in the wrong place, a line each. Nothing was begun."""


async def prove(equipment: Equipment, lab: Lab, needs: Collection[str]) -> None:
    """Raises NotReady where a device among `needs`, by its name in the lab file, could not be opened, or a
    modem among them cannot tell which SIM it holds; and where any modem holds another one than the lab file
    says, for what comes to it would be laid to the wrong SIM.
    """
    troubles = [str(error) for name, error in equipment.failed.items() if name in needs]
    seats = [(modem, sim) for modem in lab.modems if (sim := lab.sim_of(modem))]
    there = [(modem, sim) for modem, sim in seats if modem.name not in equipment.failed]
    told = await asyncio.gather(
        *(_stranger(equipment.device(modem.name), lab, sim, modem.name in needs) for modem, sim in there)
    )
    troubles += filter(None, told)
    if troubles:
        raise NotReady("\n".join(troubles))


async def _stranger(device: SimCard, lab: Lab, wanted: SimPart, needed: bool) -> str:
    """What is wrong with the SIM in a modem; "" where it is the one of the lab file."""
    from interop.uicc import EfError, Iccid

    expected = f"{device.name}: SIM {wanted.name} (ICCID {wanted.iccid}) has to be in it"
    try:
        content = await device.read_file(_EF_ICCID)
        found = Iccid.decode(content).digits if content is not None else ""
    except (EquipmentError, EfError) as error:
        return f"{expected}, and its ICCID cannot be read: {error}" if needed else ""
    if found == wanted.iccid:
        return ""
    known = next((f"SIM {sim.name}" for sim in lab.sims if sim.iccid == found), "none of the lab")
    return f"{expected}; in it is {known} (ICCID {found or 'none'})"
