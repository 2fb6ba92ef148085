"""pyscard, pcscd and vpcd as they are: what the stand-in of `conftest` does was taken from here.

In a process of its own: nothing takes a real pyscard, or a call of it that hangs, out of one again.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from drivers.card.pcsc import PcscCards, PcscLink
from drivers.emulated.uicc import Card, pcscd
from drivers.emulated.uicc.dump import save
from drivers.emulated.uicc.pcscd import SLOTS, Pcscd
from drivers.emulated.uicc.vpcd import Slot
from drivers.finders.readers import ReaderFinder
from interop.personalise.batch import parse_batch
from interop.personalise.journal import Journal
from interop.personalise.line import Batch
from interop.personalise.line_events import LineEvent, Waiting
from interop.personalise.profile import parse_profile
from interop.protocols.card import CardBusy, CardLost, CardReset, Reader
from interop.protocols.errors import NotAnswering, NotAvailable
from interop.protocols.found import FoundReader, Trouble
from interop.uicc import Iccid
from interop.uicc.session import CardRefused, Session, Tries
from tests.subscribers import XIAOMI as SIM

FIRST, SECOND = "Lab Reader 0 00 00", "Lab Reader 0 00 01"
GENEROUS_S = 60.0
NOBODY = 65534
ROUNDS = 5
SELECT = bytes.fromhex("00A40004023F00")


@pytest.fixture(autouse=True)
def _needed() -> None:
    if why := pcscd.missing():
        pytest.skip(why)
    if importlib.util.find_spec("smartcard") is None:
        pytest.skip("pyscard is not installed (extra pcsc)")


@pytest.mark.foreign
def test_the_real_stack(tmp_path: Path) -> None:
    run("one", tmp_path, sys.executable)


@pytest.mark.foreign
def test_readers_are_not_mixed_up_as_an_ordinary_user() -> None:
    """Root becomes nobody for it, where nobody may read this checkout."""
    user = NOBODY if os.geteuid() == 0 and _open_to_all(Path(__file__).resolve()) else None
    with TemporaryDirectory(dir="/tmp") as directory:
        if user is not None:
            os.chown(directory, user, user)
        run("many", Path(directory), _python(user), user)


@pytest.mark.foreign
def test_a_batch_whose_cards_are_swapped_by_hand_in_wrong_order(tmp_path: Path) -> None:
    run("batch", tmp_path, sys.executable)


def _open_to_all(file: Path) -> bool:
    readable = bool(file.stat().st_mode & stat.S_IROTH)
    return readable and all(folder.stat().st_mode & stat.S_IXOTH for folder in file.parents)


def run(scenario: str, directory: Path, python: str, user: int | None = None) -> None:
    root = Path(__file__).parents[3]
    path = os.pathsep.join([str(root), *(entry for entry in sys.path if entry)])
    done = subprocess.run(
        [python, __file__, scenario, directory],
        env=os.environ | {"PYTHONPATH": path},
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=3 * GENEROUS_S,
    )
    assert (done.stdout, done.returncode) == ("well\n", 0), done.stderr


def _python(user: int | None) -> str:
    """Ours, or Debian's where ours lies in a home that this user cannot enter."""
    version = f"print({sys.version_info[:2]})"
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            said = subprocess.run([python, "-c", version], user=user, cwd="/", capture_output=True, text=True)
        except OSError:
            continue
        if said.stdout == f"{sys.version_info[:2]}\n":
            return python
    pytest.skip("an ordinary user cannot run a Python of our version")


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


async def swapping(bench: Bench) -> None:
    [seen, _] = await bench.cards.readers()
    waiting = asyncio.create_task(bench.cards.swapped(seen))
    other = Card.of(SIM, iccid="89860120811000017092")
    await bench.swap(other)
    now = await asyncio.wait_for(waiting, GENEROUS_S)
    assert now.name == FIRST and now.atr == other.atr and now.changes > seen.changes
    assert await bench.cards.swapped(seen) == now  # also one that was put in before anybody waited
    await bench.swap(bench.card)


async def finding(bench: Bench) -> None:
    """The bench of an engineer is looked at while somebody works with it."""
    link = await bench.open()
    session = Session(link.transmit)
    assert await session.begin() and await session.verify(0x0A, b"88888888") == 0x9000
    first, second = await ReaderFinder().find((), lambda _text: None)
    assert first == FoundReader(FIRST, bench.card.atr.hex().upper())
    assert [problem.trouble for problem in second.problems] == [Trouble.CARD_MISSING]
    await session.update(
        "3F00/7FFF/6F46", b"\0" + b"\xff" * 16
    )  # the key still counts: nobody reset the card
    await link.close()


async def one(directory: Path) -> None:
    with Pcscd(directory, slots=2) as daemon:
        os.environ.update(daemon.environment)
        bench = Bench(daemon)
        try:
            await asyncio.wait_for(bench.slot.powered.wait(), GENEROUS_S)
            for scenario in opening, talking, finding, resetting, swapping, pulling, hanging:
                await scenario(bench)
        finally:
            # before pcscd is ended, which would wait for the answer that does not come
            bench.serving.cancel()
            await asyncio.wait((bench.serving,))
    with pytest.raises(NotAvailable, match="pcscd does not run: start it"):
        await bench.cards.readers()


async def many(directory: Path) -> None:
    """Each card keeps what was meant for it, and nothing of another one's."""
    iccids = [f"8986012081100001709{number}" for number in range(2 * SLOTS)]
    held = [Card.of(SIM, iccid=iccid) for iccid in iccids]
    with Pcscd(directory, slots=len(held)) as daemon:
        os.environ.update(daemon.environment)
        slots = [Slot(card, partial(daemon.dial, at)) for at, card in enumerate(held)]
        serving = [asyncio.create_task(slot.run()) for slot in slots]
        cards = PcscCards(deadline=GENEROUS_S)
        for slot in slots:
            await asyncio.wait_for(slot.powered.wait(), GENEROUS_S)
        names = [reader.name for reader in await cards.readers()]
        assert names == [f"Lab Reader {at // SLOTS} 00 {at % SLOTS:02}" for at in range(len(held))]
        await asyncio.gather(*map(partial(marking, cards), names, iccids))
        for task in serving:
            task.cancel()
    for card, iccid in zip(held, iccids, strict=True):
        assert card.identity.spn == iccid[-4:]


async def batch(directory: Path) -> None:
    """Twice as many cards as readers, and one that is nobody's: each gets its own row, that one nothing."""
    iccids = [f"8986012081100001709{number}" for number in range(9)]
    held = [Card.of(SIM, iccid=iccid) for iccid in iccids]
    stranger = held.pop(4)
    strange = save(stranger.tree)
    rows = [f"{card.identity.iccid},46001170900{card.identity.iccid[-4:]},ascii:88888888" for card in held]
    text = "\n".join(("iccid,imsi,adm", *rows)).encode()
    profile = parse_profile(b"name: p\nfiles: {GID1: '0171'}", source="p.yaml")
    orders = parse_batch(text, profile, source="b.csv", directory=directory)
    with Pcscd(directory, slots=4) as daemon:
        os.environ.update(daemon.environment)
        slots = [Slot(card, partial(daemon.dial, at)) for at, card in enumerate([stranger, *held[:4:-1]])]
        serving = [asyncio.create_task(slot.run()) for slot in slots]
        for slot in slots:
            await asyncio.wait_for(slot.powered.wait(), GENEROUS_S)
        cards, left = PcscCards(deadline=GENEROUS_S), held[:5]
        names = [reader.name for reader in await cards.readers()]

        def hand(event: LineEvent) -> None:
            if isinstance(event, Waiting) and left:
                slots[names.index(event.reader)].swap(left.pop())

        with Journal(directory / "journal.jsonl") as journal:
            line = Batch(cards, orders, journal, now=lambda: "", listen=hand)
            await asyncio.wait_for(line.run(names), 2 * GENEROUS_S)
        for task in serving:
            task.cancel()
    assert [row.done for row in line.rows] == [True] * 8, line.why
    for card in held:
        digits = f"946001170900{card.identity.iccid[-4:]}"
        swapped = "08" + "".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2))
        imsi, gid = card.tree.file("3F00/7FFF/6F07"), card.tree.file("3F00/7FFF/6F3E")
        assert imsi is not None and imsi.octets.hex() == swapped
        assert gid is not None and gid.octets.hex().startswith("0171ff")
        assert card.keys[0x0A].left == 3
    assert save(stranger.tree) == strange


async def marking(cards: PcscCards, name: str, iccid: str) -> None:
    """Write the end of its ICCID into EF_SPN, octet by octet, so that readers take turns all the time."""
    for _ in range(ROUNDS):
        link = await cards.open(name, write=True)
        session = Session(link.transmit)
        await session.begin()
        assert Iccid.decode(await session.read("3F00/2FE2")).digits == iccid
        assert await session.verify(0x0A, b"88888888") == 0x9000
        for at, octet in enumerate(iccid[-4:].encode(), 1):
            await session.update("3F00/7FFF/6F46", bytes((octet,)), offset=at)
        await session.update("3F00/7FFF/6F46", b"\xff" * 12, offset=5)
        await link.close()


if __name__ == "__main__":
    asyncio.run({"one": one, "many": many, "batch": batch}[sys.argv[1]](Path(sys.argv[2])))
    print("well")
