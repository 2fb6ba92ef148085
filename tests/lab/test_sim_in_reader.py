"""A SIM in a card reader: which files are read, when its PIN is given, and what trouble is called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from drivers.card.memory import MemoryCards, MemoryLink
from drivers.emulated.uicc import Card
from interop.engine.clock import run_virtual
from interop.lab.model import ReaderPart
from interop.lab.sim_in_reader import SimInReader
from interop.protocols.card import CardBusy, CardLost, CardReset
from interop.protocols.errors import EquipmentError, NotAnswering
from interop.protocols.link import NoJournal
from interop.protocols.modem import Health
from interop.record import InconcReason
from interop.record.events import SimFileRead
from tests.subscribers import XIAOMI as SIM

T = TypeVar("T")
Answer = tuple[bytes, int]
Tamper = Callable[[bytes, Callable[[], Awaitable[Answer]]], Awaitable[Answer]]
"""gets a command and what gives the card's own answer"""

READER = ReaderPart(name="desk", reader="ACME 00 00", sim="s1")
ICCID, IMSI, MSISDN, SPN = 0x2FE2, 0x6F07, 0x6F40, 0x6F46
IMSI_OCTETS = bytes.fromhex("084906107190002143")
VERIFY, SELECT = 0x20, 0xA4


class Cards:
    """A driver of one reader. `sent`: commands; `trouble`: raised by the next `open`."""

    def __init__(self, card: Card | None, tamper: Tamper | None = None) -> None:
        self.memory = MemoryCards({"ACME 00 00": card})
        self.tamper = tamper
        self.sent: list[bytes] = []
        self.opened: list[tuple[str, bool]] = []
        self.closed = 0
        self.trouble: EquipmentError | None = None

    async def open(self, name: str, *, write: bool) -> Link:
        self.opened.append((name, write))
        if self.trouble is not None:
            raise self.trouble
        return Link(self, await self.memory.open(name, write=write))

    @property
    def verified(self) -> list[bytes]:
        return [sent for sent in self.sent if sent[1] == VERIFY and len(sent) > 5]


class Link:
    alone = True

    def __init__(self, cards: Cards, link: MemoryLink) -> None:
        self.name, self.atr = link.name, link.atr
        self._cards, self._link = cards, link

    async def transmit(self, apdu: bytes) -> Answer:
        self._cards.sent.append(apdu)
        if self._cards.tamper is None:
            return await self._link.transmit(apdu)
        return await self._cards.tamper(apdu, lambda: self._link.transmit(apdu))

    async def close(self) -> None:
        self._cards.closed += 1
        await self._link.close()


def sim_in(cards: Cards, pin: str | None = None) -> SimInReader:
    return SimInReader(READER, SIM, cards, NoJournal(), pin)  # type: ignore[arg-type]


def ask(cards: Cards, what: Callable[[SimInReader], Awaitable[T]], pin: str | None = None) -> T:
    async def asked() -> T:
        return await what(sim_in(cards, pin))

    return run_virtual(asked())


def says(cards: Cards, words: str, file_id: int = IMSI, pin: str | None = None) -> None:
    with pytest.raises(EquipmentError, match=words) as raised:
        ask(cards, lambda sim: sim.read_file(file_id), pin)
    assert raised.value.device == "desk" and raised.value.reason is InconcReason.DEVICE


def test_files_are_found_where_a_modem_finds_them() -> None:
    """IMSI and SPN in the USIM, the own number in DF_TELECOM; a file that no card has is None."""
    cards = Cards(Card.of(SIM))

    async def read(sim: SimInReader) -> None:
        assert await sim.read_file(IMSI) == IMSI_OCTETS
        records = await sim.read_records(MSISDN)
        assert records is not None and [len(record) for record in records] == [34, 34]
        assert await sim.read_file(0x6FFE) is None
        assert await sim.read_records(0x6FFE) is None
        events = sim.events.since(0)
        assert events[0] == SimFileRead("6F07", "084906107190002143")
        assert [event.file for event in events if isinstance(event, SimFileRead)] == [
            "6F07", "6F40#1", "6F40#2"
        ]  # fmt: skip

    ask(cards, read)
    assert cards.opened == [("ACME 00 00", True)], "another program's SELECT would move ours"


def test_a_card_without_a_3g_view_is_read_as_a_sim() -> None:
    def no_uicc(sw: int) -> Tamper:
        async def tamper(apdu: bytes, own: Callable[[], Awaitable[Answer]]) -> Answer:
            return await own() if apdu[0] == 0xA0 else (b"", sw)

        return tamper

    for sw in (0x6E00, 0x6D00):
        assert ask(Cards(Card.of(SIM), no_uicc(sw)), lambda sim: sim.read_file(IMSI)) == IMSI_OCTETS
    locked = Cards(Card.of(SIM, pin="4711"), no_uicc(0x6E00))
    assert ask(locked, lambda sim: sim.read_file(IMSI), "4711") == IMSI_OCTETS
    assert locked.verified == [bytes.fromhex("A020000108") + b"4711" + b"\xff" * 4]
    says(Cards(Card.of(SIM), no_uicc(0x6F00)), "SELECT 3F00: the card answered 6F00")


def test_one_refusal_is_no_2g_card() -> None:
    """There its files may be those of another subscription."""
    refused = []

    async def tamper(apdu: bytes, own: Callable[[], Awaitable[Answer]]) -> Answer:
        refused.append(apdu)
        return (b"", 0x6E00) if len(refused) == 1 else await own()

    cards = Cards(Card.of(SIM), tamper)
    assert ask(cards, lambda sim: sim.read_file(IMSI)) == IMSI_OCTETS
    assert not any(sent[0] == 0xA0 for sent in cards.sent)


def test_no_other_files_content_is_taken_for_it() -> None:
    """A SELECT that the card says it has done, and has not: at each of them."""
    number = 1
    while True:
        seen = 0

        async def tamper(apdu: bytes, own: Callable[[], Awaitable[Answer]]) -> Answer:
            nonlocal seen
            if apdu[1] != SELECT:
                return await own()
            seen += 1
            return (b"", 0x6119) if seen == number else await own()  # noqa: B023

        cards = Cards(Card.of(SIM), tamper)

        async def read(sim: SimInReader) -> tuple[bytes | None, bytes | None]:
            return await sim.read_file(ICCID), await sim.read_file(SPN)

        try:
            iccid, spn = ask(cards, read)
        except EquipmentError:
            pass
        else:
            assert iccid == bytes.fromhex("98681002180100100719"), number
            assert spn == bytes.fromhex("02805C0F7C7379FB52A8FFFFFFFFFFFFFF"), number
        if seen < number:
            break
        number += 1
    assert number > 10


def test_one_bad_contact_is_no_content() -> None:
    """One octet of one answer comes over wrong: what was read twice and differs is not believed."""
    read = []

    async def tamper(apdu: bytes, own: Callable[[], Awaitable[Answer]]) -> Answer:
        data, sw = await own()
        if apdu[1] == 0xB0:
            read.append(apdu)
            if len(read) == 2:
                data = data[:4] + bytes((data[4] ^ 0x10,)) + data[5:]
        return data, sw

    says(Cards(Card.of(SIM), tamper), "the card says now this, now that of file 6F07")


# The PIN


def test_the_pin_is_given_when_the_card_asks_and_only_then() -> None:
    for pin, given in ("4711", [bytes.fromhex("0020000108") + b"4711" + b"\xff" * 4]), (None, []):
        cards = Cards(Card.of(SIM, pin=pin))

        async def read(sim: SimInReader) -> None:
            assert await sim.read_file(ICCID) == bytes.fromhex("98681002180100100719")
            assert not cards.verified  # noqa: B023
            assert await sim.read_file(IMSI) == IMSI_OCTETS
            assert await sim.read_file(SPN)

        ask(cards, read, "4711")
        assert cards.verified == given


@pytest.mark.parametrize(
    ("pin", "tries", "words"),
    [
        (None, 3, "the card asks for PIN1, and the lab gives none for s1"),
        ("47111", 2, "the card has 2 of 3 tries left: its PIN is not tried"),
        ("4711", 0, "the card has 0 of 3 tries left"),
        ("123", 3, "the PIN in the lab file is not 4 to 8 digits"),
        ("secret", 3, "the PIN in the lab file is not 4 to 8 digits"),
    ],
)
def test_a_pin_that_should_not_be_tried_is_not(pin: str | None, tries: int, words: str) -> None:
    card = Card.of(SIM, pin="4711")
    card.pin.left = tries
    cards = Cards(card)
    says(cards, words, pin=pin)
    assert not cards.verified and card.pin.left == tries


def test_a_card_that_does_not_tell_its_tries_is_not_tried() -> None:
    async def tamper(apdu: bytes, own: Callable[[], Awaitable[Answer]]) -> Answer:
        return (b"", 0x6F00) if apdu[1] == VERIFY else await own()

    cards = Cards(Card.of(SIM, pin="4711"), tamper)
    says(cards, "the card does not tell how many tries are left", pin="4711")
    assert not cards.verified


def test_the_pin_of_one_card_is_not_tried_on_another() -> None:
    cards = Cards(Card.of(SIM, pin="4711", iccid="89860120811000000113"))
    says(cards, "the PIN of s1 is not tried on the card 89860120811000000113", pin="4711")
    assert not cards.verified


def test_a_wrong_pin_is_given_once_whatever_comes_after() -> None:
    card = Card.of(SIM, pin="4711")
    cards = Cards(card)

    async def twice(sim: SimInReader) -> None:
        with pytest.raises(EquipmentError, match="the card refused its PIN: 63C2") as raised:
            await sim.read_file(IMSI)
        assert "1234" not in str(raised.value)
        card.pin.left = 3  # somebody gave the right one elsewhere
        await sim.close()
        with pytest.raises(EquipmentError, match="it is given once in a run"):
            await sim.read_file(IMSI)

    ask(cards, twice, "1234")
    assert len(cards.verified) == 1


def test_a_verify_without_an_answer_counts() -> None:
    async def tamper(apdu: bytes, own: Callable[[], Awaitable[Answer]]) -> Answer:
        if apdu[1] == VERIFY and len(apdu) > 5:
            raise NotAnswering("ACME 00 00", "no answer")
        return await own()

    cards = Cards(Card.of(SIM, pin="4711"), tamper)

    async def twice(sim: SimInReader) -> None:
        for words in ("no answer", "it is given once in a run"):
            with pytest.raises(EquipmentError, match=words):
                await sim.read_file(IMSI)

    ask(cards, twice, "4711")
    assert len(cards.verified) == 1


# Trouble


@pytest.mark.parametrize("kind", [CardBusy, CardLost, CardReset, NotAnswering])
def test_trouble_of_the_reader_is_the_device_s(kind: type[EquipmentError]) -> None:
    cards = Cards(Card.of(SIM))
    cards.trouble = kind("ACME 00 00", "something is wrong")

    async def health(sim: SimInReader) -> Health:
        return await sim.health()

    says(cards, "^desk: something is wrong$")
    assert ask(cards, health) == Health(InconcReason.DEVICE, "something is wrong")


def test_an_empty_reader_is_trouble_until_a_card_is_in_it() -> None:
    cards = Cards(None)

    async def later(sim: SimInReader) -> None:
        assert (await sim.health()).detail == "no card in it: put one in"
        cards.memory.swap("ACME 00 00", Card.of(SIM))
        assert await sim.health() == Health(None)
        assert await sim.read_file(IMSI) == IMSI_OCTETS

    ask(cards, later)


@pytest.mark.parametrize("kind", [CardLost, CardReset, NotAnswering])
def test_after_trouble_the_reader_is_let_go_and_opened_again(kind: type[EquipmentError]) -> None:
    """Whatever card is there then begins anew: nothing is left of what was selected."""
    broken: list[bool] = [True]

    async def tamper(apdu: bytes, own: Callable[[], Awaitable[Answer]]) -> Answer:
        if broken and apdu[1] == 0xB0:
            broken.clear()
            raise kind("ACME 00 00", "gone")
        return await own()

    cards = Cards(Card.of(SIM), tamper)

    async def again(sim: SimInReader) -> None:
        with pytest.raises(EquipmentError, match=r"^desk: gone$"):
            await sim.read_file(IMSI)
        assert cards.closed == 1
        assert await sim.read_file(IMSI) == IMSI_OCTETS
        assert len(cards.opened) == 2
        await sim.close()
        await sim.close()
        assert cards.closed == 2

    ask(cards, again)


def test_a_card_that_does_not_begin_well_is_let_go() -> None:
    async def tamper(apdu: bytes, own: Callable[[], Awaitable[Answer]]) -> Answer:
        return b"", 0x6F00

    cards = Cards(Card.of(SIM), tamper)
    says(cards, "SELECT 3F00: the card answered 6F00")
    assert cards.closed == 1


@pytest.mark.parametrize("sw", [0x6F00, 0x6982, 0x6A86, 0x9000])
def test_a_file_that_cannot_be_selected_is_trouble_and_not_its_absence(sw: int) -> None:
    async def tamper(apdu: bytes, own: Callable[[], Awaitable[Answer]]) -> Answer:
        return (b"", sw) if apdu[1] == SELECT and apdu.endswith(b"\x2f\xe2") else await own()

    says(Cards(Card.of(SIM), tamper), f"SELECT 3F00/2FE2: the card answered {sw:04X}", ICCID)


def test_a_file_of_another_structure_is_trouble_and_not_its_absence() -> None:
    says(Cards(Card.of(SIM)), "is linear fixed", MSISDN)
