"""The card's end of vpcd's protocol (sims.md 4), with the reader's end in the test's hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from drivers.emulated.uicc import Answer, Card, vpcd
from drivers.emulated.uicc.vpcd import Slot, dial
from interop.protocols.errors import NotAvailable

WITHIN_S = 60.0
SELECT = bytes.fromhex("00A4000C022FE2")
READ = bytes.fromhex("00B000000A")
ICCID = bytes.fromhex("98680021436587092143 9000")


class Reader:
    """What vpcd does: it listens, and takes one card at a time."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def listen(self) -> tuple[asyncio.Server, int]:
        server = await asyncio.start_server(lambda *line: self._lines.put_nowait(line), "127.0.0.1", 0)
        return server, server.sockets[0].getsockname()[1]

    async def card(self) -> None:
        """A card is put in."""
        self._line = await asyncio.wait_for(self._lines.get(), WITHIN_S)

    def tell(self, *frames: bytes) -> None:
        """Length and octets apart, as Debian's version sends them."""
        assert self._line is not None
        for frame in frames:
            self._line[1].write(len(frame).to_bytes(2))
            self._line[1].write(frame)

    async def hear(self) -> bytes:
        """One frame; b"" once the card is gone."""
        assert self._line is not None
        try:
            head = await asyncio.wait_for(self._line[0].readexactly(2), WITHIN_S)
            assert head != b"\0\0", "vpcd would wait for ever"
            return await asyncio.wait_for(self._line[0].readexactly(int.from_bytes(head)), WITHIN_S)
        except asyncio.IncompleteReadError as cut:
            assert cut.partial == b""
            return b""

    def hang_up(self) -> None:
        assert self._line is not None
        self._line[1].close()


Scenario = Callable[[Reader, Slot, "asyncio.Task[None]"], Coroutine[None, None, None]]


def play(scenario: Scenario, card: Card | None) -> None:
    async def main() -> None:
        reader = Reader()
        server, port = await reader.listen()
        async with server:
            slot = Slot(card, lambda: dial("127.0.0.1", port))
            running = asyncio.create_task(slot.run())
            await scenario(reader, slot, running)
            running.cancel()
            await asyncio.wait((running,))

    asyncio.run(main())


@pytest.fixture(autouse=True)
def back_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vpcd, "_AWAY_S", 0.0)


def test_power_atr_and_commands(card: Card) -> None:
    async def scenario(reader: Reader, slot: Slot, running: asyncio.Task[None]) -> None:
        await reader.card()
        reader.tell(b"\x04")
        assert await reader.hear() == card.atr, "also without power: pcscd asks all the time"
        assert not slot.powered.is_set()
        reader.tell(b"\x01", SELECT, READ)
        assert [await reader.hear(), await reader.hear()] == [b"\x90\x00", ICCID]
        assert slot.powered.is_set()
        reader.tell(b"\x02", READ)
        assert await reader.hear() == b"\x69\x86", "a reset: nothing is selected"
        reader.tell(b"\x00", b"\x01", b"", SELECT)
        assert await reader.hear() == b"\x90\x00"
        reader.hang_up()
        await asyncio.wait_for(running, WITHIN_S)

    play(scenario, card)


def test_a_card_pulled_in_mid_command_says_nothing_more(card: Card) -> None:
    async def scenario(reader: Reader, slot: Slot, running: asyncio.Task[None]) -> None:
        await reader.card()
        card.arm("card.removed@at=2")
        reader.tell(b"\x01", SELECT, READ)
        assert [await reader.hear(), await reader.hear()] == [b"\x90\x00", b""]
        card.insert()
        slot.swap(card)
        await reader.card()
        reader.tell(b"\x01", SELECT)
        assert await reader.hear() == b"\x90\x00"

    play(scenario, card)


def test_after_a_power_cut_it_comes_back_by_itself(card: Card) -> None:
    async def scenario(reader: Reader, slot: Slot, running: asyncio.Task[None]) -> None:
        await reader.card()
        card.arm("power.cut@at=1")
        reader.tell(b"\x01", SELECT)
        assert await reader.hear() == b""
        await reader.card()
        reader.tell(b"\x01", SELECT)
        assert await reader.hear() == b"\x90\x00"

    play(scenario, card)


def test_a_mute_card_can_be_swapped(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(reader: Reader, slot: Slot, running: asyncio.Task[None]) -> None:
        asked, answer = asyncio.Event(), card.answer

        def asking(octets: bytes) -> Answer:
            asked.set()
            return answer(octets)

        monkeypatch.setattr(card, "answer", asking)
        await reader.card()
        card.arm("answer.never")
        reader.tell(b"\x01", SELECT)
        await asyncio.wait_for(asked.wait(), WITHIN_S)
        slot.swap(None)
        assert await reader.hear() == b""
        slot.swap(Card.blank())
        await reader.card()
        reader.tell(b"\x01", SELECT)
        assert await reader.hear() == b"\x90\x00"

    play(scenario, card)


def test_a_card_swapped_just_before_it_answers(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer finds the line cut: that is hanging up, and the next card is served."""

    async def scenario(reader: Reader, slot: Slot, running: asyncio.Task[None]) -> None:
        def swapping(octets: bytes) -> Answer:
            slot.swap(Card.blank())
            return Answer(b"", 0x9000)

        monkeypatch.setattr(card, "answer", swapping)
        await reader.card()
        reader.tell(b"\x01", SELECT)
        assert await reader.hear() == b""
        await reader.card()
        reader.tell(b"\x01", SELECT)
        assert await reader.hear() == b"\x90\x00"
        assert not running.done()

    play(scenario, card)


def test_an_empty_slot_dials_when_a_card_comes(card: Card) -> None:
    async def scenario(reader: Reader, slot: Slot, running: asyncio.Task[None]) -> None:
        await asyncio.sleep(0)
        slot.swap(card)
        await reader.card()
        reader.tell(b"\x04")
        assert await reader.hear() == card.atr

    play(scenario, None)


def test_nobody_listens(card: Card) -> None:
    async def main() -> None:
        server, port = await Reader().listen()
        server.close()
        await server.wait_closed()
        with pytest.raises(NotAvailable, match="is pcscd running, with vsmartcard-vpcd"):
            await Slot(card, lambda: dial("127.0.0.1", port)).run()

    asyncio.run(main())
