"""What has to be there before a run begins: devices, and each SIM in the modem that the lab file says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from interop.lab.load import load
from interop.lab.readiness import NotReady, prove
from interop.protocols.errors import CommandRefused, DeviceLost, EquipmentError
from interop.record import InconcReason

HNA = bytes.fromhex("98683020200000100780")
"""EF_ICCID of hna-1700, 89860302020000017008: swapped nibbles (ETSI TS 102 221 13.2)"""
FOREIGN = bytes.fromhex("98680000000000000010")
NO_FILES = CommandRefused("m01", "AT+CRSM=176,12258,0,0,10", "ERROR", None, InconcReason.DEVICE)


class Modem:
    def __init__(self, name: str, card: bytes | EquipmentError) -> None:
        self.name = name
        self._card = card

    async def read_file(self, file_id: int) -> bytes:
        assert file_id == 0x2FE2
        if isinstance(self._card, EquipmentError):
            raise self._card
        return self._card


class Equipment:
    """Every modem of the small lab holds its own SIM, but for these; `failed` could not be opened."""

    def __init__(self, cards: Mapping[str, bytes | EquipmentError], *failed: str) -> None:
        lab = load("small")
        own = {modem.name: sim.iccid for modem in lab.modems if (sim := lab.sim_of(modem))}
        self.failed = {name: DeviceLost(name, "no such port") for name in failed}
        self._modems = {
            name: Modem(name, cards.get(name, bytes.fromhex(_swapped(iccid)))) for name, iccid in own.items()
        }

    def device(self, name: str) -> Modem:
        return self._modems[name]


def _swapped(digits: str) -> str:
    return "".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2))


def said(equipment: Equipment, *needs: str) -> list[str]:
    anything: Any = equipment
    try:
        asyncio.run(prove(anything, load("small"), needs))
    except NotReady as missing:
        return str(missing).splitlines()
    return []


M01 = "m01: SIM mi-1709 (ICCID 89860120811000017091) has to be in it"


@pytest.mark.parametrize(
    ("equipment", "lines"),
    [
        (Equipment({}), []),
        (Equipment({}, "m01", "m05"), ["m01: no such port"]),  # m05 plays in no case
        (Equipment({"m01": HNA}), [f"{M01}; in it is SIM hna-1700 (ICCID 89860302020000017008)"]),
        (Equipment({"m01": FOREIGN}), [f"{M01}; in it is none of the lab (ICCID 89860000000000000001)"]),
        (Equipment({"m01": NO_FILES}), [f"{M01}, and its ICCID cannot be read: {NO_FILES}"]),
        (Equipment({"m05": NO_FILES}), []),
        (
            Equipment({"m05": HNA}),  # nobody plays there, and what comes to it would be laid to cucc-bj
            [
                "m05: SIM cucc-bj (ICCID 89860120811000000030) has to be in it; "
                "in it is SIM hna-1700 (ICCID 89860302020000017008)"
            ],
        ),
    ],
)
def test_what_is_missing_is_said(equipment: Equipment, lines: list[str]) -> None:
    assert said(equipment, "m01", "m02", "bank-a") == lines
