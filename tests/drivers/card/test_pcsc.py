"""PC/SC readers through a stand-in for pyscard, which does what was measured on the real one (sims.md 7)."""

from __future__ import annotations

import asyncio
import ctypes.util
import importlib
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.card.pcsc import PcscCards, PcscLink
from interop.protocols.card import CardBusy, CardLost, CardReset, Reader
from interop.protocols.errors import EquipmentError, NotAnswering, NotAvailable

SELECT = bytes.fromhex("00A40004023F00")
SHORT_S = 0.05
"""for calls that never return"""
GENEROUS_S = 60.0


def run(
    do: Callable[[PcscCards], Awaitable[Any]], *, deadline: float = GENEROUS_S, patience: float = 0.0
) -> Any:
    async def main() -> Any:
        return await do(PcscCards(deadline=deadline, patience=patience))

    return asyncio.run(main())


def linked(
    do: Callable[[PcscLink], Awaitable[Any]], *, write: bool = True, deadline: float = GENEROUS_S
) -> Any:
    async def main(cards: PcscCards) -> Any:
        link = await cards.open("Reader A", write=write)
        try:
            return await do(link)
        finally:
            await link.close()

    return run(main, deadline=deadline)


# What has to be installed


def test_pyscard_is_not_imported_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """It prints to stdout then."""
    monkeypatch.delitem(sys.modules, "smartcard.scard", raising=False)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    monkeypatch.setattr(importlib, "import_module", lambda name: pytest.fail(f"{name} was imported"))
    with pytest.raises(NotAvailable, match="PC/SC: libpcsclite is not installed: sudo apt install pcscd"):
        run(lambda cards: cards.readers())


def test_pyscard_is_missing(scard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError("No module named 'smartcard'", name="smartcard")

    monkeypatch.delitem(sys.modules, "smartcard.scard")
    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(NotAvailable, match=r"pyscard is not installed: pipx inject .* libpcsclite-dev"):
        run(lambda cards: cards.open("Reader A", write=False))


def test_another_package_of_the_same_name(
    scard: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("smartcard", "smartcard.scard"):
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "smartcard").mkdir()
    (tmp_path / "smartcard" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(NotAvailable, match="the package `smartcard` hides pyscard: uninstall both"):
        run(lambda cards: cards.readers())


# Readers


def test_readers_and_their_cards(scard: Any) -> None:
    assert run(lambda cards: cards.readers()) == [Reader("Reader A", b"\x3b\x9f"), Reader("Reader B", b"")]
    assert not scard.times("connect")  # which would power the cards
    assert scard.times("release") == 1
    scard.readers.clear()
    assert run(lambda cards: cards.readers()) == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0x8010001D, r"pcscd does not run: start it \(sudo systemctl start pcscd.socket\) \(package pcscd\)"),
        (0x8010001E, "pcscd is stopping"),
        (0x8010006A, "pcscd does not let us in: add a polkit rule"),
    ],
)
def test_without_its_service(scard: Any, code: int, said: str) -> None:
    scard.fail["establish"] = [code]
    for do in (lambda cards: cards.readers(), lambda cards: cards.open("Reader A", write=False)):
        with pytest.raises(NotAvailable, match=said):
            run(do)


def test_a_service_that_hangs(scard: Any) -> None:
    scard.hang.add("establish")
    with pytest.raises(NotAnswering, match=r"pcscd did not answer within 0.05 s: restart it"):
        run(lambda cards: cards.readers(), deadline=SHORT_S)


def test_a_reader_that_is_unplugged_while_it_is_looked_at(scard: Any) -> None:
    scard.fail["status change"] = [0x80100009, 0]
    with pytest.raises(NotAvailable, match="a reader was unplugged just now: look again"):
        run(lambda cards: cards.readers())
    assert scard.times("release") == 1


# Opening


@pytest.mark.parametrize(("write", "mode"), [(True, 1), (False, 2)])
def test_alone_only_where_it_is_written(scard: Any, write: bool, mode: int) -> None:
    async def opened(link: PcscLink) -> tuple[str, bytes, bool]:
        return link.name, link.atr, link.alone

    assert linked(opened, write=write) == ("Reader A", b"\x3b\x9f", write)
    assert ("connect", "Reader A", mode, scard.SCARD_PROTOCOL_T0) in scard.called
    assert ("disconnect", 2 if write else 0) in scard.called
    assert scard.released.wait(GENEROUS_S)


@pytest.mark.parametrize("name", ["Reader", "reader a", "0", "Reader C"])
def test_readers_go_by_their_whole_name(scard: Any, name: str) -> None:
    with pytest.raises(NotAvailable, match=f"{name}: no reader of this name; there are: Reader A, Reader B"):
        run(lambda cards: cards.open(name, write=False))


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (0x8010000C, CardLost, "no card in it: put one in"),
        (0x80100069, CardLost, "the card was pulled out"),
        (0x80100017, CardLost, "the reader was unplugged"),
        (0x8010000F, NotAvailable, "does not speak T=0"),
        (0x80100066, NotAvailable, "does not answer to reset: clean the contacts"),
        (0x80100067, NotAvailable, "has no power"),
        (0x80100001, NotAnswering, "PC/SC failed with 0x80100001"),
    ],
)
def test_what_cannot_be_opened(scard: Any, code: int, kind: type[EquipmentError], said: str) -> None:
    scard.fail["connect"] = [code]
    with pytest.raises(kind, match=f"Reader A: .*{said}") as raised:
        run(lambda cards: cards.open("Reader A", write=True))
    assert type(raised.value) is kind
    assert scard.released.wait(GENEROUS_S)


def test_an_empty_reader(scard: Any) -> None:
    with pytest.raises(CardLost, match="Reader B: no card in it: put one in"):
        run(lambda cards: cards.open("Reader B", write=True))


def test_a_program_that_has_just_ended_is_waited_for(scard: Any) -> None:
    scard.fail["connect"] = [0x8010000B, 0x8010000B, 0]
    run(lambda cards: cards.open("Reader A", write=True), patience=GENEROUS_S)
    assert scard.times("connect") == 3


def test_a_program_that_stays(scard: Any) -> None:
    scard.fail["connect"] = [0x8010000B]
    with pytest.raises(CardBusy, match="Reader A: another program holds the reader: close it"):
        run(lambda cards: cards.open("Reader A", write=True))


def test_codes_with_a_sign(scard: Any) -> None:
    """As some versions of pyscard give them."""
    scard.fail["connect"] = [0x8010000C - (1 << 32)]
    with pytest.raises(CardLost, match="no card in it"):
        run(lambda cards: cards.open("Reader A", write=True))


# Talking


def test_octets_and_status_word(scard: Any) -> None:
    scard.answers = [[0x61, 0x2B], [0x62, 0x00, 0x90, 0x00]]

    async def talk(link: PcscLink) -> None:
        assert await link.transmit(SELECT) == (b"", 0x612B)
        assert await link.transmit(bytes.fromhex("00C0000002")) == (b"\x62\x00", 0x9000)

    linked(talk)
    assert scard.sent == ["00A40004023F00", "00C0000002"]


@pytest.mark.parametrize(
    ("code", "answer", "said"),
    [
        (0x80100016, [], "the card was pulled out, or has lost contact: put it in again"),
        (0, [], "the card was pulled out, or has lost contact"),
        (0, [0x90], "the card was pulled out, or has lost contact"),
        (0x80100069, [], "the card was pulled out"),
        (0x80100017, [], "the reader was unplugged"),
        (0x80100009, [], "the reader was unplugged"),
        (0x8010001D, [], "pcscd has ended"),
        (0x80100003, [], "pcscd has ended"),
    ],
)
def test_a_card_that_is_lost_stays_lost(scard: Any, code: int, answer: list[int], said: str) -> None:
    async def lose(link: PcscLink) -> None:
        scard.fail["transmit"], scard.answers = [code, 0], [answer]
        with pytest.raises(CardLost, match=f"Reader A: {said}"):
            await link.transmit(SELECT)
        for call in (link.transmit(SELECT), link.reset()):
            with pytest.raises(CardLost, match=said):
                await call
        assert len(scard.sent) == 1

    linked(lose)
    assert scard.released.wait(GENEROUS_S)


@pytest.mark.parametrize(
    "apdu", ["00D600000A" + "00" * 10, "A0DC010401AA", "80D4000000", "0024000110" + "31" * 16]
)
def test_a_shared_card_is_not_written(scard: Any, apdu: str) -> None:
    async def write(link: PcscLink) -> None:
        with pytest.raises(NotAvailable, match=r"Reader A: instruction .. writes: the card was opened for"):
            await link.transmit(bytes.fromhex(apdu))
        assert await link.transmit(bytes.fromhex("0020000108" + "31" * 8)) == (b"", 0x9000)
        assert len(scard.sent) == 1

    async def alone(link: PcscLink) -> None:
        assert await link.transmit(bytes.fromhex(apdu)) == (b"", 0x9000)

    linked(write, write=False)
    linked(alone, write=True)


def test_somebody_else_has_reset_the_card(scard: Any) -> None:
    """Nothing more is sent until whoever was at it has seen to it; then it may be another card."""

    async def reset(link: PcscLink) -> None:
        scard.fail["transmit"] = [0x80100068]
        for _ in range(2):
            with pytest.raises(CardReset, match="another program reset the card: ask first which card it is"):
                await link.transmit(SELECT)
        scard.fail["transmit"], scard.readers["Reader A"] = [0], b"\x3b\x02\x14\x50"
        assert await link.reset() == link.atr == b"\x3b\x02\x14\x50"
        assert ("reconnect", 2, 1, scard.SCARD_RESET_CARD) in scard.called
        assert await link.transmit(SELECT) == (b"", 0x9000)

    linked(reset, write=False)


def test_what_nobody_can_explain_leaves_it_open_what_happened(scard: Any) -> None:
    async def fail(link: PcscLink) -> None:
        scard.fail["transmit"] = [0x80100014, 0]
        with pytest.raises(NotAnswering, match="0x80100014; what the card did is not known"):
            await link.transmit(SELECT)
        assert await link.transmit(SELECT) == (b"", 0x9000)

    linked(fail)


def test_a_reader_that_hangs_is_given_up_and_never_waited_for(scard: Any) -> None:
    async def hang(link: PcscLink) -> None:
        scard.hang.add("transmit")
        with pytest.raises(NotAnswering, match=r"Reader A: the reader did not answer within 0\.05 s"):
            await link.transmit(SELECT)
        for call in (link.transmit(SELECT), link.reset()):
            with pytest.raises(CardLost, match="unplug the reader"):
                await call
        await link.close()
        assert len(scard.sent) == 1 and not scard.times("disconnect")
        scard.go.set()  # it comes back after all: the card is let go
        assert await asyncio.to_thread(scard.released.wait, GENEROUS_S)
        assert scard.times("disconnect") == 1 and len(scard.sent) == 1

    async def main() -> None:
        link = await PcscCards().open("Reader A", write=True)
        link.deadline = SHORT_S
        await hang(link)

    asyncio.run(main())


def test_a_reader_that_hangs_when_it_is_opened(scard: Any) -> None:
    scard.hang.add("connect")
    with pytest.raises(NotAnswering, match="the reader did not answer"):
        run(lambda cards: cards.open("Reader A", write=True), deadline=SHORT_S)
    assert not scard.times("release")
    scard.go.set()
    assert scard.released.wait(GENEROUS_S)
    assert ("disconnect", 2) in scard.called  # what it had opened after all


def test_after_closing(scard: Any) -> None:
    async def main(cards: PcscCards) -> None:
        link = await cards.open("Reader A", write=True)
        scard.fail["disconnect"] = [0x80100003]
        await link.close()
        await link.close()
        with pytest.raises(CardLost, match="closed"):
            await link.transmit(SELECT)

    run(main)
    assert scard.times("disconnect") == 1


# Swapping


def test_how_often_a_reader_changed_and_a_card_that_does_not_answer(scard: Any) -> None:
    scard.changes["Reader A"] = 3
    scard.flags["Reader B"] = 0x220
    assert run(lambda cards: cards.readers()) == [
        Reader("Reader A", b"\x3b\x9f", 3),
        Reader("Reader B", b"", 0, mute=True),
    ]


async def swapped(cards: PcscCards, name: str = "Reader A") -> Reader:
    [seen] = [reader for reader in await cards.readers() if reader.name == name]
    return await cards.swapped(seen)


def test_the_card_that_was_seen_is_not_the_next_one(scard: Any) -> None:
    """Only one that is put in afterwards; also the same one, out and in."""
    scard.moves = [b"", b"\x3b\x02", b"\x3b\x03"]
    assert run(swapped) == Reader("Reader A", b"\x3b\x02", 2)
    assert scard.moves == [b"\x3b\x03"]
    scard.moves = [b"", b"\x3b\x02"]
    assert run(swapped) == Reader("Reader A", b"\x3b\x02", 4)


def test_what_was_swapped_before_anybody_waited(scard: Any) -> None:
    scard.changes["Reader A"] = 7
    seen = Reader("Reader A", b"\x3b\x9f", 5)
    assert run(lambda cards: cards.swapped(seen)) == Reader("Reader A", b"\x3b\x9f", 7)


def test_an_empty_reader_gets_a_card_that_does_not_answer(scard: Any) -> None:
    """Waiting goes on from it, too: a card in its place is another change."""
    scard.moves = [None]
    mute = run(lambda cards: swapped(cards, "Reader B"))
    assert mute == Reader("Reader B", b"", 1, mute=True)
    scard.moves = [b"", b"\x3b\x02"]
    assert run(lambda cards: cards.swapped(mute)) == Reader("Reader B", b"\x3b\x02", 3)


@pytest.mark.parametrize("code", [0x80100009, 0x80100017])
def test_the_reader_goes_away_while_somebody_waits(scard: Any, code: int) -> None:
    scard.fail["status change"] = [0, code]
    with pytest.raises(CardLost, match="Reader A: the reader was unplugged"):
        run(swapped)
    scard.fail.clear()
    scard.moves = ["away"]
    with pytest.raises(CardLost, match="Reader A: the reader was unplugged"):
        run(swapped)


def test_pcscd_ends_while_somebody_waits(scard: Any) -> None:
    scard.fail["status change"] = [0, 0x8010001E]
    with pytest.raises(CardLost, match="pcscd has ended"):
        run(swapped)


def test_who_no_longer_waits_leaves_no_thread_behind(scard: Any) -> None:
    async def main(cards: PcscCards) -> None:
        [seen, _] = await cards.readers()
        scard.released.clear()
        scard.hang.add("status change")
        waiting = asyncio.create_task(cards.swapped(seen))
        await asyncio.to_thread(scard.waited.wait, GENEROUS_S)
        waiting.cancel()
        await asyncio.wait((waiting,))
        assert waiting.cancelled()
        scard.go.set()
        assert await asyncio.to_thread(scard.released.wait, GENEROUS_S)
        await cards.close()

    run(main)
    waits = [call for call in scard.called if call[0] == "status change"]
    assert len(waits) == 2  # the list, and the one that was given up
