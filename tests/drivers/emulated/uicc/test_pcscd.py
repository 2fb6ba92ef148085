"""Stock PC/SC programs on emulated cards, through a pcscd and a vpcd of our own."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from shutil import which

import pytest

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.pcscd import SLOTS, Pcscd, missing
from drivers.emulated.uicc.vpcd import Slot
from interop.lab.model import SimPart

WITHIN_S = 60.0
ICCID = ("-s", "00A4000C022FE2", "-s", "00B000000A")

READERS = 8
Bench = Callable[[Callable[[Pcscd, Slot], Coroutine[None, None, None]], Card], None]


@pytest.fixture
def stock() -> None:
    """Skips where the programs are not installed."""
    if why := missing():
        pytest.skip(why)
    for program in ("pcsc_scan", "opensc-tool"):
        if which(program) is None:
            pytest.skip(f"{program} is not installed (apt-get install pcsc-tools opensc)")


@pytest.fixture
def bench(stock: None, tmp_path: Path) -> Bench:
    """A pcscd with one reader, the card in its first slot and powered on."""

    def run(scenario: Callable[[Pcscd, Slot], Coroutine[None, None, None]], card: Card) -> None:
        async def main() -> None:
            with Pcscd(tmp_path, slots=2) as pcscd:
                slot = Slot(card, lambda: pcscd.dial(0))
                running = asyncio.create_task(slot.run())
                await asyncio.wait_for(slot.powered.wait(), WITHIN_S)
                await asyncio.wait_for(scenario(pcscd, slot), 2 * WITHIN_S)
                running.cancel()

        asyncio.run(main())

    return run


async def output(pcscd: Pcscd, *command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, env=pcscd.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(process.communicate(), WITHIN_S)
    return said.decode()


@pytest.mark.foreign
def test_stock_readers_see_the_card(bench: Bench, card: Card) -> None:
    async def scenario(pcscd: Pcscd, slot: Slot) -> None:
        scanned = await output(pcscd, "pcsc_scan", "-c")
        assert "Lab Reader 0 00 00" in scanned and card.atr.hex(" ").upper() in scanned
        listed = await output(pcscd, "opensc-tool", "--list-readers")
        assert (
            "Yes             Lab Reader 0 00 00" in listed and "No              Lab Reader 0 00 01" in listed
        )
        assert await output(pcscd, "opensc-tool", "-r", "0", "-a") == card.atr.hex(":") + "\n"
        read = await output(pcscd, "opensc-tool", "-r", "0", *ICCID)
        assert "98 68 00 21 43 65 87 09 21 43" in read, read
        # OpenSC asks for its own cards first: dozens of applets that are not there.
        assert card.number > 40
        fetched = await output(pcscd, "opensc-tool", "-r", "0", "-s", "00A40004022FE200")
        assert "SW1=0x90, SW2=0x00" in fetched and "83 02 2F E2" in fetched

    bench(scenario, card)


@pytest.mark.foreign
def test_a_card_pulled_in_mid_command_and_another_one_put_in(bench: Bench, card: Card, sim: SimPart) -> None:
    async def scenario(pcscd: Pcscd, slot: Slot) -> None:
        # Its own probes are answered; then it goes under the hand of the program.
        await output(pcscd, "opensc-tool", "-r", "0", *ICCID)
        card.arm(f"card.removed@at={card.number - 1}")
        read = await output(pcscd, "opensc-tool", "-r", "0", *ICCID)
        assert "98 68 00 21" not in read and "transmit failed" in read, read
        other = Card.of(sim, iccid="8986031234567890123")
        slot.swap(other)
        await asyncio.wait_for(slot.powered.wait(), WITHIN_S)
        assert "98 68 30 21 43 65 87 09 21 F3" in await output(pcscd, "opensc-tool", "-r", "0", *ICCID)
        assert other.number and not card.inserted

    bench(scenario, card)


@pytest.mark.foreign
def test_a_late_answer_is_waited_for(bench: Bench, card: Card) -> None:
    async def scenario(pcscd: Pcscd, slot: Slot) -> None:
        card.arm("answer.late@by=0.3,times=2")
        assert "98 68 00 21 43" in await output(pcscd, "opensc-tool", "-r", "0", *ICCID)

    bench(scenario, card)


@pytest.mark.foreign
def test_sixteen_cards_in_eight_readers_are_not_mixed_up(stock: None, tmp_path: Path, sim: SimPart) -> None:
    iccids = [f"898600123456789012{number:02}" for number in range(READERS * SLOTS)]
    cards = [Card.of(sim, iccid=iccid) for iccid in iccids]

    async def main() -> None:
        with Pcscd(tmp_path, slots=len(cards)) as pcscd:
            slots = [Slot(card, partial(pcscd.dial, at)) for at, card in enumerate(cards)]
            running = [asyncio.create_task(slot.run()) for slot in slots]
            for slot in slots:
                await asyncio.wait_for(slot.powered.wait(), WITHIN_S)
            listed = await output(pcscd, "opensc-tool", "--list-readers")
            at = {name: number for number, name in re.findall(r"(?m)^(\d+) .*(Lab Reader .*?) *$", listed)}
            names = [f"Lab Reader {slot // SLOTS} 00 {slot % SLOTS:02}" for slot in range(len(cards))]
            read = await asyncio.gather(
                *(output(pcscd, "opensc-tool", "-r", at[name], *ICCID) for name in names)
            )
            for iccid, said in zip(iccids, read, strict=True):
                swapped = "".join(iccid[place + 1] + iccid[place] for place in range(0, len(iccid), 2))
                assert bytes.fromhex(swapped).hex(" ").upper() in said, said
            for task in running:
                task.cancel()

    asyncio.run(main())
