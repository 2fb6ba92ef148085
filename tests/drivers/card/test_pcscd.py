"""pyscard, pcscd and vpcd as they are: what the stand-in of `conftest` does was taken from here.

In a process of its own: nothing takes a real pyscard, or a call of it that hangs, out of one again.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.card.pcsc import PcscCards, PcscLink
from drivers.emulated.uicc import Card, pcscd
from drivers.emulated.uicc.pcscd import Pcscd
from drivers.emulated.uicc.vpcd import Slot
from interop.lab.model import SimPart
from interop.protocols.card import CardBusy, CardLost, CardReset, Reader
from interop.protocols.errors import NotAnswering, NotAvailable
from interop.uicc.session import CardRefused, Session, Tries

FIRST, SECOND = "Lab Reader 0 00 00", "Lab Reader 0 00 01"
GENEROUS_S = 60.0
SELECT = bytes.fromhex("00A40004023F00")
SIM = SimPart(
    name="s1",
    msisdn="17090001234",
    imsi="460011709001234",
    iccid="89860120811000017091",
    kind="mvno",
    brand="小米移动",
    base_operator="CUCC",
    city="北京",
)


@pytest.mark.foreign
def test_the_real_stack(tmp_path: Path) -> None:
    if why := pcscd.missing():
        pytest.skip(why)
    if importlib.util.find_spec("smartcard") is None:
        pytest.skip("pyscard is not installed (extra pcsc)")
    root = Path(__file__).parents[3]
    path = os.pathsep.join([str(root), *(entry for entry in sys.path if entry)])
    done = subprocess.run(
        [sys.executable, __file__, tmp_path],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=3 * GENEROUS_S,
    )
    assert (done.stdout, done.returncode) == ("well\n", 0), done.stderr


# Inside


class Bench:
    """One reader with an emulated card, that can be swapped."""

    def __init__(self, daemon: Pcscd) -> None:
        self.cards = PcscCards(deadline=GENEROUS_S)
        self.card = Card.of(SIM)
        self.slot = Slot(self.card, lambda: daemon.dial(0))
        self.serving = asyncio.create_task(self.slot.run())

    async def swap(self, card: Card | None) -> None:
        """Out with what is in it, until pcscd has seen that; then in with `card`."""
        self.slot.swap(None)
        await self.shows(lambda reader: not reader.atr)
        if card is not None:
            await self.insert(card)

    async def insert(self, card: Card) -> None:
        self.slot.swap(card)
        await self.shows(lambda reader: bool(reader.atr))

    async def shows(self, right: Callable[[Reader], bool]) -> None:
        """Until the reader is `right`. PC/SC tells no events to who asks for a list."""
        async with asyncio.timeout(GENEROUS_S):
            while not any(reader.name == FIRST and right(reader) for reader in await self.cards.readers()):
                if self.serving.done():
                    self.serving.result()
                    pytest.fail("vpcd has hung up on the card")
                await asyncio.sleep(0.02)

    async def open(self, *, write: bool = True) -> PcscLink:
        return await self.cards.open(FIRST, write=write)


async def lost(link: PcscLink, why: str) -> None:
    for call in (link.transmit(SELECT), link.transmit(SELECT), link.reset()):
        with pytest.raises(CardLost, match=why):
            await call
    await link.close()


async def opening(bench: Bench) -> None:
    with pytest.raises(CardLost, match="no card in it"):
        await bench.cards.open(SECOND, write=True)
    with pytest.raises(NotAvailable, match=f"no reader of this name; there are: {FIRST}, {SECOND}"):
        await bench.cards.open("Lab Reader 0 00", write=True)
    link = await bench.open()
    with pytest.raises(CardBusy):
        await bench.open(write=False)
    await link.close()


async def talking(bench: Bench) -> None:
    link = await bench.open()
    assert link.atr == bench.card.atr and link.alone
    session = Session(link.transmit)
    await session.begin()
    assert (await session.read("3F00/2FE2")).hex() == "98681002180100100719"
    assert (await session.read("3F00/7FFF/6F07")).hex() == "084906107190002143"
    assert await session.tries(0x0A) == Tries(3, sw=0x63C3)
    assert await session.verify(0x0A, b"88888888") == 0x9000
    await session.update("3F00/7FFF/6F46", b"\0" + b"\xff" * 16)
    await link.close()
    link = await bench.open()
    session = Session(link.transmit)
    await session.begin()
    with pytest.raises(CardRefused):  # what was verified has ended with us
        await session.update("3F00/7FFF/6F46", b"\1" + b"\xff" * 16)
    await link.close()


async def resetting(bench: Bench) -> None:
    one, two = await bench.open(write=False), await bench.open(write=False)
    await two.reset()
    for _ in range(2):
        with pytest.raises(CardReset):
            await one.transmit(SELECT)
    assert await one.reset() == bench.card.atr
    assert (await one.transmit(SELECT))[1] >> 8 == 0x61
    await two.close()
    await one.close()


async def pulling(bench: Bench) -> None:
    link = await bench.open()
    await bench.swap(None)
    await lost(link, "the card was pulled out")
    await bench.insert(bench.card)
    link = await bench.open()
    await bench.swap(Card.of(SIM, iccid="89860120811000017092"))
    await lost(link, "the card was pulled out")
    await bench.swap(bench.card)
    link = await bench.open()
    bench.card.arm("card.removed")
    await lost(link, "the card was pulled out")
    bench.card.cure()
    bench.card.insert()
    await bench.swap(bench.card)


async def hanging(bench: Bench) -> None:
    """The last: nobody can make pcscd let go of such a reader."""
    link = await bench.open()
    bench.card.arm("answer.never")
    link.deadline = 0.1
    with pytest.raises(NotAnswering, match=r"did not answer within 0\.1 s"):
        await link.transmit(SELECT)
    assert len(await bench.cards.readers()) == 2
    await lost(link, "unplug the reader")


async def inside(directory: Path) -> None:
    with Pcscd(directory, slots=2) as daemon:
        os.environ.update(daemon.environment)
        bench = Bench(daemon)
        try:
            await asyncio.wait_for(bench.slot.powered.wait(), GENEROUS_S)
            for scenario in opening, talking, resetting, pulling, hanging:
                await scenario(bench)
        finally:
            # before pcscd is ended, which would wait for the answer that does not come
            bench.serving.cancel()
            await asyncio.wait((bench.serving,))
    with pytest.raises(NotAvailable, match="pcscd does not run: start it"):
        await bench.cards.readers()


if __name__ == "__main__":
    asyncio.run(inside(Path(sys.argv[1])))
    print("well")
