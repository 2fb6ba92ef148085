"""`interop sim` on a card in a PC/SC reader: the console command, pyscard and pcscd as they are."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from drivers.emulated.uicc import Card, pcscd
from drivers.emulated.uicc.pcscd import Pcscd
from drivers.emulated.uicc.vpcd import Slot
from interop.lab.load import load

GENEROUS_S = 60.0
SIM = load("small").sims[0]
READER = "Lab Reader 0 00 00"


@pytest.mark.foreign
def test_a_card_in_a_reader(tmp_path: Path) -> None:
    if why := pcscd.missing():
        pytest.skip(why)
    if importlib.util.find_spec("smartcard") is None:
        pytest.skip("pyscard is not installed (extra pcsc)")
    asyncio.run(asyncio.wait_for(inside(tmp_path), 3 * GENEROUS_S))


async def inside(directory: Path) -> None:
    card = Card.of(SIM)
    with Pcscd(directory, slots=1) as daemon:
        slot = Slot(card, lambda: daemon.dial(0))
        serving = asyncio.create_task(slot.run())

        async def sim(*arguments: str, code: int = 0) -> Any:
            command = [sys.executable, "-m", "interop", "sim", *arguments, "--json"]
            environment = os.environ | daemon.environment
            done = await asyncio.to_thread(
                subprocess.run, command, env=environment, capture_output=True, text=True
            )
            assert (done.returncode, done.stderr) == (code, "")
            return json.loads(done.stdout)

        try:
            await asyncio.wait_for(slot.powered.wait(), GENEROUS_S)
            told = await sim("read")
            assert (told["reader"], told["iccid"], told["imsi"]) == (READER, SIM.iccid, SIM.imsi)
            rows = (await sim("readers"))["readers"]
            assert (rows[0]["name"], rows[0]["iccid"]) == (READER, SIM.iccid)
            update = ("00A40804022F05", "00D6000002656E")
            await sim("apdu", "--reader", READER, "--write", *update)
            file = card.tree.file("3F00/2F05")
            assert file is not None and file.octets[:2] == b"en"
            wrong = await sim("read", "--iccid", "89860120831000017180", code=1)
            assert wrong["error"].startswith(f"{READER}: the card in it is {SIM.iccid}, not ")
        finally:
            serving.cancel()
            await asyncio.wait((serving,))
