"""What goes wrong while a batch is written: each a clear event, and the other readers go on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from drivers.card.memory import MemoryCards, MemoryLink
from drivers.emulated.uicc import Card
from drivers.emulated.uicc.dump import save
from drivers.emulated.uicc.tree import File
from interop.engine.clock import run_virtual
from interop.personalise.entries import Entry, Verifying, Writing
from interop.personalise.journal import Journal, JournalError, read
from interop.personalise.line import Batch
from interop.personalise.line_events import (
    Disturbed,
    Empty,
    Finished,
    LineEvent,
    NotOurs,
    Planned,
    Unplugged,
    Unreadable,
)
from interop.personalise.order import Order
from interop.personalise.steps import Keys
from interop.personalise.undo import NotUndone, undo_order
from interop.protocols.card import CardLost, CardReset, Reader
from interop.protocols.errors import NotAvailable
from tests.personalise.hands import Hands, blank, holds, imsi, left, new_iccid, old_iccid, order, work

ONE = ["Lab Reader 0"]
TORN_ICCID = "write.torn@at=6,octets=5"


def once(cards: Sequence[Card | None], orders: Sequence[Order], path: Path) -> tuple[Batch, Hands]:
    """Each card in a reader of its own, and nobody swaps them."""
    hands = Hands([], readers=[f"Lab Reader {n}" for n in range(len(cards))])
    for reader, card in zip(hands.readers, cards, strict=True):
        hands.cards.swap(reader, card)
    return work(hands, orders, path, once=True), hands


def torn(path: Path, number: int = 0, *others: Order) -> Card:
    card = blank(number)
    card.arm(TORN_ICCID)
    batch, _ = once([card], [order(number), *others], path)
    assert batch.rows[0].ended is not None and batch.rows[0].ended.result == "stopped"
    card.cure()
    file = card.tree.file("3F00/2FE2")
    assert file is not None and file.octets.hex() == "9868100218" + "6587092100"[:-2] + f"{number:02}"[::-1]
    return card


def test_a_card_with_a_torn_iccid_is_known_by_the_journal(tmp_path: Path) -> None:
    card, other = torn(tmp_path / "journal"), blank(1)
    edited = order(0, job="the profile was edited meanwhile")
    _, hands = once([other, card], [edited, order(1)], tmp_path / "journal")
    assert holds(card, 0) and holds(other, 1)
    assert {(event.order.line, event.mended) for event in hands.told(Planned)} == {(2, True), (3, False)}


@pytest.mark.parametrize("difference", ["journal", "imsi", "atr", "octets"])
def test_and_refused_where_anything_does_not_fit(difference: str, tmp_path: Path) -> None:
    card = torn(tmp_path / "journal")
    journal = tmp_path / "journal"
    match difference:
        case "journal":
            journal = tmp_path / "another"
        case "imsi":
            card.identity.rewrite("imsi", imsi(9))
        case "atr":
            card.arm("atr.changed")
        case _:
            file = card.tree.file("3F00/2FE2")
            assert file is not None
            file.octets[7] = 0x77
    before = save(card.tree)
    _, hands = once([card], [order(0)], journal)
    [event] = hands.told(NotOurs)
    assert event.why == (
        "its ICCID was torn; line 2 would fit, but not its IMSI"
        if difference == "imsi"
        else "no row is for it"
    )
    assert save(card.tree) == before and left(card) == 3


def test_a_torn_iccid_that_is_another_rows_own(tmp_path: Path) -> None:
    """By chance the octets are the ICCID of a card that is yet to come: nobody can tell, nothing is done."""
    card = torn(tmp_path / "journal")
    file = card.tree.file("3F00/2FE2")
    assert file is not None
    shown = file.octets.hex()
    digits = "".join(shown[at + 1] + shown[at] for at in range(0, 20, 2))
    before = save(card.tree)
    _, hands = once([card], [order(0), order(1, iccid=digits)], tmp_path / "journal")
    [event] = hands.told(NotOurs)
    assert event.why == "line 3 and line 2 are both for it" and save(card.tree) == before
    healthy = blank(1)
    healthy.identity.rewrite("iccid", digits)
    once([healthy], [order(0), order(1, iccid=digits)], tmp_path / "journal")
    assert holds(healthy, 1), "a whole card with this ICCID has another IMSI than the torn one"


def test_empty_readers_and_mute_cards_and_rows_without_a_card(tmp_path: Path) -> None:
    mute, fine, half = blank(0), blank(1), blank(2)
    mute.arm("answer.never@at=1")
    del half.tree.root.children[0x2FE2]
    batch, hands = once([None, mute, fine, half], [order(n) for n in range(4)], tmp_path / "journal")
    assert hands.told(Empty) == [Empty("Lab Reader 0")]
    assert [(event.reader, event.why) for event in hands.told(Unreadable)] == [
        ("Lab Reader 3", "SELECT 3F00/2FE2: the card answered 6A82 (no such file)"),
        ("Lab Reader 1", "the card did not answer within 15 s"),
    ]
    assert holds(fine, 1) and left(mute) == 3
    assert [(row.done, row.reader) for row in batch.rows] == [
        (False, ""),
        (True, "Lab Reader 2"),
        (False, ""),
        (False, ""),
    ]


def test_two_cards_of_one_iccid_at_the_same_time(tmp_path: Path) -> None:
    first, second = blank(0), blank(0)
    before = save(second.tree)
    batch, hands = once([first, second], [order(0)], tmp_path / "journal")
    [event] = hands.told(NotOurs)
    refused = second if event.reader == "Lab Reader 1" else first
    assert event.why == f"line 2, which is its row, is being written in {batch.rows[0].reader}"
    assert save(refused.tree) == before and left(refused) == 3


class Awkward(MemoryCards):
    """Readers that are unplugged when the next card is waited for, and links that others reset."""

    def __init__(self, cards: dict[str, Card | None]) -> None:
        super().__init__(cards)
        self.resets: dict[str, int] = {}
        """by reader: how many APDUs until another program resets the card, which counts on"""
        self.alone: list[bool] = []

    unplugged: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    """nobody can swap their cards"""

    async def open(self, name: str, *, write: bool) -> MemoryLink:
        self.alone.append(write)
        link = await super().open(name, write=write)
        answered = link.transmit

        async def transmit(apdu: bytes) -> tuple[bytes, int]:
            self.resets[name] = self.resets.get(name, -1) - 1
            if self.resets[name] == 0:
                await link.reset()
                raise CardReset(name, "another program reset the card: ask first which card it is")
            return await answered(apdu)

        link.transmit = transmit  # type: ignore[method-assign]
        return link

    async def swapped(self, seen: Reader) -> Reader:
        if seen.name in self.unplugged:
            raise CardLost(seen.name, "the reader was unplugged: plug it in again")
        if seen.name in self.fixed:
            raise NotAvailable(seen.name, "nobody can swap this card")
        return await super().swapped(seen)


def awkward(cards: Sequence[Card], path: Path, **attributes: object) -> Hands:
    hands = Hands([], readers=[f"Lab Reader {n}" for n in range(len(cards))])
    hands.cards = driver = Awkward(hands.holders)
    for name, value in attributes.items():
        setattr(driver, name, value)
    for reader, card in zip(hands.readers, cards, strict=True):
        driver.swap(reader, card)
    work(hands, [order(n) for n in range(3)], path)
    return hands


def test_a_reader_that_is_unplugged_and_one_whose_card_stays(tmp_path: Path) -> None:
    """Row 4 never gets a card: the batch ends when no reader is left."""
    cards = [blank(0), blank(1)]
    hands = awkward(cards, tmp_path / "journal", unplugged=("Lab Reader 0",), fixed=("Lab Reader 1",))
    assert hands.told(Unplugged) == [Unplugged("Lab Reader 0", "the reader was unplugged: plug it in again")]
    assert all(holds(card, number) for number, card in enumerate(cards))


@pytest.mark.parametrize("at", [1, 3, 30, 60, 100, 130])
def test_a_card_that_another_program_reset_is_asked_anew(at: int, tmp_path: Path) -> None:
    """Nothing is sent after the reset but by a new run, which begins with whose card it is."""
    cards = [blank(0), blank(1)]
    readers = ("Lab Reader 0", "Lab Reader 1")
    hands = awkward(cards, tmp_path / "journal", resets={"Lab Reader 0": at}, fixed=readers)
    assert all(holds(card, number) and left(card) == 3 for number, card in enumerate(cards))
    [event] = hands.told(Disturbed)
    assert event.why.endswith(": it is read anew")
    runs = [run for run in read(tmp_path / "journal") if run.began.card == old_iccid(0)]
    assert runs[-1].ended and runs[-1].ended.result == "done"
    assert all(sum(isinstance(entry, Verifying) for entry in run.entries) <= 1 for run in runs)


def test_interrupted_by_hand_each_card_is_at_a_safe_point(tmp_path: Path) -> None:
    cards = [blank(n) for n in range(4)]
    hands = Hands([], readers=[f"Lab Reader {n}" for n in range(4)])
    for reader, card in zip(hands.readers, cards, strict=True):
        hands.cards.swap(reader, card)

    async def main() -> Batch:
        def heard(event: LineEvent) -> None:
            hands.heard(event)
            if len(hands.events) == 20:
                task.cancel()

        with Journal(tmp_path / "journal") as journal:
            batch = Batch(hands.cards, [order(n) for n in range(4)], journal, now=lambda: "", listen=heard)
            task = asyncio.create_task(batch.run(hands.readers))
            with pytest.raises(asyncio.CancelledError):
                await task
            return batch

    batch = run_virtual(main())
    runs = read(tmp_path / "journal")
    assert not any(row.done for row in batch.rows) and len(runs) == 4
    assert {run.ended.why for run in runs if run.ended} == {"interrupted by hand"}
    assert all(run.ended and run.unfinished is None for run in runs), "no step was left half done"
    assert all(event.ended.result in ("stopped", "refused") for event in hands.told(Finished))
    once(cards, [order(n) for n in range(4)], tmp_path / "journal")
    assert all(holds(card, number) and left(card) == 3 for number, card in enumerate(cards))


def writes(card: Card) -> int:
    return sum(
        file.writes for path, file in card.tree.nodes() if isinstance(file, File) and file.path == path
    )


def test_a_journal_that_the_disk_no_longer_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No card gets an octet that is not written down."""
    cards = [blank(n) for n in range(4)]
    before = [writes(card) for card in cards]
    note, noted = Journal.note, list[Entry]()

    def full(journal: Journal, entry: Entry) -> None:
        if len(noted) >= 25:
            raise JournalError("journal: No space left on device")
        note(journal, entry)
        noted.append(entry)

    monkeypatch.setattr(Journal, "note", full)
    hands = Hands([], readers=[f"Lab Reader {n}" for n in range(5)])
    for reader, card in zip(hands.readers, cards, strict=False):
        hands.cards.swap(reader, card)
    with pytest.raises(JournalError, match="No space left"):  # nobody waits for a card in reader 4 any more
        work(hands, [order(n) for n in range(5)], tmp_path / "journal")
    written = Counter(entry.card for entry in noted if isinstance(entry, Writing))
    for number, card in enumerate(cards):
        assert writes(card) - before[number] <= written[old_iccid(number)] and left(card) == 3
    assert written.total()
    monkeypatch.undo()
    once(cards, [order(n) for n in range(4)], tmp_path / "journal")
    assert all(holds(card, number) for number, card in enumerate(cards))


def test_without_a_journal_cards_are_planned_for_and_stay_as_they_are() -> None:
    cards = [blank(n) for n in range(3)]
    before = [save(card.tree) for card in cards]
    hands = Hands([], readers=[f"Lab Reader {n}" for n in range(3)])
    hands.cards = driver = Awkward(hands.holders)
    for reader, card in zip(hands.readers, cards, strict=True):
        driver.swap(reader, card)

    async def main() -> Batch:
        batch = Batch(driver, [order(n) for n in range(3)], None, now=lambda: "", listen=hands.heard)
        await batch.run(hands.readers)
        return batch

    batch = run_virtual(main())
    assert driver.alone == [False, False, False], "others may use the cards meanwhile"
    assert [save(card.tree) for card in cards] == before
    assert [left(card) for card in cards] == [3, 3, 3]
    for row in batch.rows:
        assert row.plan is not None and row.plan.keys is Keys.OTHER and len(row.plan.steps) == 6
        assert row.ended is None and row.plan.verify and not row.plan.problems


def test_undone_a_card_is_as_before_but_for_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    card = blank(0)
    before = save(card.tree)
    card.arm("write.torn@at=3,octets=4")  # what was torn must not be taken for what was there before
    once([card], [order(0)], path)
    card.cure()
    once([card], [order(0)], path)
    assert holds(card, 0)
    undo = undo_order(read(path), order(0))
    assert (undo.order.iccid, undo.order.new_iccid) == (new_iccid(0), old_iccid(0))
    assert (undo.order.imsi, undo.order.undo) == ("460000000000000", True)
    assert undo.kept == ("3F00/7F20/00FF", "3F00/7F20/00F7")
    once([card], [undo.order], path)
    after = save(card.tree)
    assert [name for name in before if before[name] != after[name]] == ["3F00/7F20/00FF", "3F00/7F20/00F7"]
    assert left(card) == 3
    assert read(path)[-1].began.undo


def test_an_undo_that_tears_the_iccid_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    card = blank(0)
    before = save(card.tree)
    once([card], [order(0)], path)
    card.arm("write.torn@at=4,octets=5")
    once([card], [undo_order(read(path), order(0)).order], path)
    assert read(path)[-1].unfinished is not None
    card.cure()
    _, hands = once([card], [undo_order(read(path), order(0)).order], path)
    assert [event.mended for event in hands.told(Planned)] == [True]
    after = save(card.tree)
    assert [name for name in before if before[name] != after[name]] == ["3F00/7F20/00FF", "3F00/7F20/00F7"]
    with pytest.raises(NotUndone):
        undo_order(read(path), order(0))
    once([card], [order(0)], path)
    assert holds(card, 0)
