"""A session on emulated cards of every kind, through the link that holds them in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from drivers.card.memory import MemoryCards, MemoryLink
from drivers.emulated.uicc import Card
from drivers.emulated.uicc.leniency import card_types
from interop.engine.clock import run_virtual
from interop.protocols.card import CardBusy, CardLost, Reader
from interop.protocols.errors import NotAnswering, NotAvailable
from interop.uicc.milenage import Milenage
from interop.uicc.session import CardRefused, Session, Tries, View
from tests.subscribers import XIAOMI as SIM

ICCID, IMSI = "98681002180100100719", "084906107190002143"
ADM, KI, OPC = b"88888888", bytes(range(16)), bytes(range(16, 32))
SMSP = "3F00/7FFF/6F42"


def with_card(
    do: Callable[[MemoryLink, Card], Awaitable[None]], *faults: str, card_type: str = "strict"
) -> None:
    async def main() -> None:
        card = Card.blank(ki=KI, opc=OPC, card_type=card_type)
        card.identity.fill(SIM, {})
        link = await MemoryCards({"Lab Reader 0": card}).open("Lab Reader 0", write=True)
        for fault in faults:
            card.arm(fault)
        await do(link, card)
        await link.close()

    run_virtual(main())


async def identify(link: MemoryLink, card: Card, view: View | None = None) -> None:
    session = Session(link.transmit)
    await session.begin(view)
    directory = "7F20" if session.view is View.SIM else "7FFF"
    assert (await session.read("3F00/2FE2")).hex() == ICCID
    assert (await session.read(f"3F00/{directory}/6F07")).hex() == IMSI
    assert (await session.records("3F00/7F10/6F40"))[0].hex().endswith("0891687190001032f4ffffffffff")


@pytest.mark.parametrize("card_type", card_types())
def test_every_type_of_card_says_who_it_is(card_type: str) -> None:
    with_card(identify, card_type=card_type)


@pytest.mark.parametrize("card_type", [name for name, row in card_types().items() if row.sim])
def test_and_in_its_2g_view(card_type: str) -> None:
    with_card(lambda link, card: identify(link, card, View.SIM), card_type=card_type)


@pytest.mark.parametrize(
    "fault", ["response.pieces@octets=5", "response.detour", "answer.late@by=3,times=4", "atr.changed"]
)
def test_with_faults_that_do_not_matter(fault: str) -> None:
    with_card(identify, fault)


@pytest.mark.parametrize("card_type", [name for name, row in card_types().items() if row.verify])
def test_keys_and_writing(card_type: str) -> None:
    async def write(link: MemoryLink, card: Card) -> None:
        session = Session(link.transmit)
        await session.begin()
        old = (await session.records(SMSP))[0]
        new = old[:-1] + b"\xa8"
        with pytest.raises(CardRefused) as raised:
            await session.update("3F00/2FE2", bytes(10))
        assert raised.value.sw == 0x6982
        assert await session.tries(0x0A) == Tries(3, sw=0x63C3)
        assert await session.verify(0x0A, ADM) == 0x9000
        assert await session.update(SMSP, new, record=1) == 0x9000
        assert (await session.records(SMSP))[0] == new
        await session.update("3F00/2FE2", bytes(10))
        assert await session.read("3F00/2FE2") == bytes(10)
        await link.reset()
        await session.begin()
        with pytest.raises(CardRefused):  # what was verified is gone
            await session.update("3F00/2FE2", bytes(10))

    with_card(write, card_type=card_type)


def test_a_card_that_knows_no_verify_and_one_that_was_tried_before() -> None:
    async def no_verify(link: MemoryLink, card: Card) -> None:
        session = Session(link.transmit)
        assert await session.verify(0x0A, ADM) == 0x6F00

    async def tried(link: MemoryLink, card: Card) -> None:
        session = Session(link.transmit)
        assert await session.tries(0x0A) == Tries(1, sw=0x63C1)
        assert await session.verify(0x0A, b"00000000") == 0x63C0
        assert await session.tries(0x0A) == Tries(0, sw=0x6983)

    with_card(no_verify, card_type="no-verify")
    with_card(tried, "counter.low@tries=1")


@pytest.mark.parametrize("fault", ["response.pieces@octets=7", ""])
def test_keys_are_proved(fault: str) -> None:
    async def prove(link: MemoryLink, card: Card) -> None:
        session = Session(link.transmit)
        await session.begin()
        challenge = Milenage(KI, OPC).challenge(bytes(16), 32)
        answer = await session.authenticate(challenge.rand, challenge.autn)
        assert (answer.res, answer.ck, answer.ik) == (challenge.xres, challenge.ck, challenge.ik)
        again = await session.authenticate(challenge.rand, challenge.autn)
        assert len(again.auts) == 14 and not again.res
        other = Milenage(OPC, KI).challenge(bytes(16), 64)
        with pytest.raises(CardRefused) as raised:
            await session.authenticate(other.rand, other.autn)
        assert raised.value.sw == 0x9862

    with_card(prove, *filter(None, [fault]))


def test_the_algorithm_of_gsm_in_either_view() -> None:
    async def prove(link: MemoryLink, card: Card) -> None:
        session = Session(link.transmit)
        for view in View:
            await session.begin(view)
            assert await session.run_gsm(bytes(16)) == Milenage(KI, OPC).triplet(bytes(16))

    with_card(prove)


def test_proactive_commands_do_not_stand_in_the_way() -> None:
    async def proactive(link: MemoryLink, card: Card) -> None:
        for _ in range(3):
            card.toolkit.ask(bytes.fromhex("D009810301210082028102"))
        await identify(link, card)
        assert [response.hex() for response in card.toolkit.responses] == ["810301210082028281830130"] * 3

    with_card(proactive)


# The link


def test_readers() -> None:
    async def main() -> None:
        card, away = Card.of(SIM), Card.of(SIM)
        away.remove()
        cards = MemoryCards({"A": card, "B": None, "C": away})
        assert await cards.readers() == [Reader("A", card.atr), Reader("B", b""), Reader("C", b"")]
        for name in ("B", "C"):
            with pytest.raises(CardLost, match="no card in it: put one in"):
                await cards.open(name, write=False)
        with pytest.raises(NotAvailable, match="D: no reader of this name; there are: A, B, C"):
            await cards.open("D", write=False)

    run_virtual(main())


def test_a_reader_is_held_by_one_until_it_is_closed_or_lost() -> None:
    async def main() -> None:
        card = Card.of(SIM)
        cards = MemoryCards({"A": card})
        link = await cards.open("A", write=True)
        with pytest.raises(CardBusy, match="A: somebody else holds the reader"):
            await cards.open("A", write=False)
        assert await link.transmit(bytes.fromhex("0020000A00")) == (b"", 0x63C3)
        await link.close()
        link = await cards.open("A", write=True)
        card.remove()
        with pytest.raises(CardLost):
            await link.transmit(bytes.fromhex("0020000A00"))
        card.insert()
        await cards.open("A", write=True)

    run_virtual(main())


def test_a_card_that_is_lost_stays_lost() -> None:
    async def lost(link: MemoryLink, card: Card) -> None:
        session = Session(link.transmit)
        await session.begin()
        with pytest.raises(CardLost, match="Lab Reader 0: it was pulled out"):
            await session.read("3F00/2FE2")
        card.insert()
        card.power_on()
        for call in (link.transmit(bytes.fromhex("00A40004023F00")), link.reset()):
            with pytest.raises(CardLost):
                await call

    with_card(lost, "card.removed@at=4")


def test_another_card_is_not_talked_to_unasked() -> None:
    async def main() -> None:
        cards: dict[str, Card | None] = {"A": Card.of(SIM)}
        link = await MemoryCards(cards).open("A", write=True)
        cards["A"] = Card.of(SIM)
        with pytest.raises(CardLost, match="another one put in"):
            await link.transmit(bytes.fromhex("00A40004023F00"))
        assert cards["A"] is not None and cards["A"].number == 0

    run_virtual(main())


def test_a_silent_card_ends_in_a_timeout_and_is_given_up() -> None:
    async def silent(link: MemoryLink, card: Card) -> None:
        session = Session(link.transmit)
        with pytest.raises(NotAnswering, match="within 15 s"):
            await session.begin()
        with pytest.raises(CardLost):
            await session.begin()

    with_card(silent, "answer.never")
    with_card(silent, "answer.late@by=16")


# Swapping


def test_a_swap_wakes_who_waits_for_the_next_card() -> None:
    async def main() -> None:
        first, second = Card.of(SIM), Card.of(SIM, iccid="89860120811000017092")
        cards = MemoryCards({"A": first, "B": None})
        seen, empty = await cards.readers()
        waiting = [asyncio.create_task(cards.swapped(reader)) for reader in (seen, empty)]
        await asyncio.sleep(1)
        assert not any(task.done() for task in waiting), "the card that was seen is no new one"
        cards.swap("A", None)
        await asyncio.sleep(1)
        assert not any(task.done() for task in waiting)
        assert [reader.atr for reader in await cards.readers()] == [b"", b""]
        cards.swap("A", second)
        assert (await waiting[0]) == Reader("A", second.atr, 2)
        assert not waiting[1].done()
        cards.swap("B", first)
        assert (await waiting[1]) == Reader("B", first.atr, 1)

    run_virtual(main())


def test_the_same_card_out_and_in_is_a_swap_and_whoever_held_it_has_lost_it() -> None:
    async def main() -> None:
        card = Card.of(SIM)
        cards = MemoryCards({"A": card})
        [seen] = await cards.readers()
        link = await cards.open("A", write=True)
        assert await link.transmit(bytes.fromhex("0020000A083838383838383838")) == (b"", 0x9000)
        cards.swap("A", card)
        assert await cards.swapped(seen) == Reader("A", card.atr, 2)
        with pytest.raises(CardLost):
            await link.transmit(bytes.fromhex("0020000A00"))
        link = await cards.open("A", write=True)
        assert await link.transmit(bytes.fromhex("0020000A00")) == (b"", 0x63C3)
        await cards.close()
        with pytest.raises(CardLost, match="closed"):
            await link.transmit(bytes.fromhex("0020000A00"))
        with pytest.raises(NotAvailable, match="no reader of this name"):
            await cards.swapped(Reader("C", b""))
        with pytest.raises(NotAvailable, match="no reader of this name"):
            cards.swap("C", None)

    run_virtual(main())
