"""Sixteen cards, eight readers, hands that do not look: each card gets its own row, or nothing."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.dump import save
from interop.personalise.entries import Verified, Verifying
from interop.personalise.journal import read
from interop.personalise.line_events import Empty, Finished, KeyRefused, LineEvent, Noted, NotOurs, Unreadable
from interop.personalise.order import SecretKey
from tests.personalise.hands import (
    ADM,
    READERS,
    Hands,
    blank,
    holds,
    keys,
    left,
    new_iccid,
    old_iccid,
    one_verify_at_a_time,
    order,
    work,
)

MORE = [pytest.param(seed, marks=pytest.mark.soak) for seed in range(100, 160)]


@pytest.mark.parametrize("seed", [*range(3), *MORE])
def test_sixteen_cards_on_eight_readers_in_any_order(seed: int, tmp_path: Path) -> None:
    cards = [blank(number) for number in range(16)]
    stranger, twice = blank(77), cards[5]
    before = save(stranger.tree)
    laid: list[Card] = []

    def again(event: LineEvent) -> Card | None:
        """Card 5 comes a second time once it is done."""
        if isinstance(event, Finished) and event.order.line == 7 and not laid:
            laid.append(twice)
            return twice
        return None

    hands = Hands([*cards[:15], stranger], seed, again=again)
    late = cards[15]
    orders = [order(number) for number in range(16)]
    random.Random(seed).shuffle(orders)

    def last(event: LineEvent) -> Card | None:
        """Card 15 comes when everything else was tried, so that the batch does not end before."""
        if isinstance(event, NotOurs) and len({e.identity.iccid for e in hands.told(NotOurs)}) == 2:
            return late if late not in laid and not laid.append(late) else None  # type: ignore[func-returns-value]
        return again(event)

    hands.again = last
    batch = work(hands, orders, tmp_path / "journal")
    assert all(row.done for row in batch.rows) and not batch.why
    for number, card in enumerate(cards):
        assert holds(card, number), number
        assert left(card) == 3
    assert save(stranger.tree) == before and left(stranger) == 3
    refused = {event.identity.iccid: event.why for event in hands.told(NotOurs)}
    assert refused == {
        old_iccid(77): "no row is for it",
        new_iccid(5): "line 7, which is its row, is done already",
    }
    one_verify_at_a_time(hands)
    told = repr(hands.events) + repr(batch.rows) + (tmp_path / "journal").read_text(encoding="utf-8")
    for number in range(16):
        secrets = ADM, keys(number).k, keys(number).opc
        assert not [secret for secret in secrets if repr(secret)[2:-1] in told or secret.hex() in told]
    runs = read(tmp_path / "journal")
    assert sorted(run.began.card for run in runs) == sorted(old_iccid(number) for number in range(16))
    assert {run.ended.result for run in runs if run.ended} == {"done"}
    assert {event.reader for event in (*hands.told(Finished), *hands.told(NotOurs))} == set(READERS)
    assert all(sum(isinstance(entry, Verifying) for entry in run.entries) == 1 for run in runs)


def test_readers_work_at_the_same_time(tmp_path: Path) -> None:
    cards = [blank(number) for number in range(8)]
    hands = Hands([])
    for reader, card in zip(READERS, cards, strict=True):
        hands.cards.swap(reader, card)
    work(hands, map(order, range(8)), tmp_path / "journal")
    most = busy = 0
    for event in hands.events:
        busy += isinstance(event, Noted) and isinstance(event.entry, Verifying)
        busy -= isinstance(event, Finished)
        most = max(most, busy)
    assert most == 8


FAULTS = [
    "card.removed@at={at}",
    "power.cut@at={at}",
    "power.cut@at={at},when=after",
    "answer.never@at={at}",
    "write.torn@at={few},octets=3",
    "status.wrong@sw=6F00",
    "file.worn@file=7FFF/6F07",
    "status.wrong@sw=6581,executed=yes",
]


@pytest.mark.parametrize("seed", [*range(4), *MORE])
def test_cards_with_faults_come_again_and_are_as_ordered(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    cards = [blank(number) for number in range(16)]
    for card, fault in zip(cards[::2], FAULTS, strict=True):
        card.arm(fault.format(at=chance.randrange(20, 140), few=chance.randrange(1, 7)))

    def again(event: LineEvent) -> Card | None:
        """Whatever could not be finished is repaired, and comes back, to whichever reader."""
        failed = isinstance(event, Finished) and event.ended.result != "done"
        if failed or isinstance(event, Unreadable | Empty):
            card = hands.lying(event.reader)
            if card is not None:
                card.cure()
            return card
        return None

    hands = Hands(list(cards), seed, again=again)
    batch = work(hands, map(order, range(16)), tmp_path / "journal")
    assert all(row.done for row in batch.rows)
    for number, card in enumerate(cards):
        assert holds(card, number), number
        assert left(card) == 3
    one_a_run = [
        sum(isinstance(entry, Verifying) for entry in run.entries) for run in read(tmp_path / "journal")
    ]
    assert max(one_a_run) == 1 and len(one_a_run) > 16


@pytest.mark.parametrize("seed", [*range(3), *MORE])
def test_a_wrong_key_stops_every_other_one(seed: int, tmp_path: Path) -> None:
    cards = [blank(number) for number in range(16)]
    before = [save(card.tree) for card in cards]
    cards[3].keys[0x0A].value = b"77777777"
    hands = Hands(list(cards), seed)
    batch = work(hands, map(order, range(16)), tmp_path / "journal")
    assert left(cards[3]) == 2 and save(cards[3].tree) == before[3]
    [refused] = hands.told(KeyRefused)
    assert (refused.order.line, refused.sw) == (5, "63C2")
    where = f"line 5, card {old_iccid(3)} in {refused.reader}"
    assert batch.why == f"{where}: its key was answered 63C2; correct that row before going on"
    one_verify_at_a_time(hands)
    [last, *_] = [event.entry for event in reversed(hands.told(Noted)) if isinstance(event.entry, Verified)]
    assert last.sw == "63C2", "no key was given after the wrong one"
    results = Counter()  # type: Counter[str]
    for number, (card, row) in enumerate(zip(cards, batch.rows, strict=True)):
        if number == 3:
            continue
        assert left(card) == 3
        assert row.done is holds(card, number)
        assert row.done or save(card.tree) == before[number]
        results[row.ended.result if row.ended else "never"] += 1
    assert results["stopped"] == 0
    # once the key is mended, the rest of the batch
    rest = Hands(list(cards), seed)
    work(rest, [order(n, adm=SecretKey(0x0A, b"77777777" if n == 3 else ADM)) for n in range(16)],
         tmp_path / "journal", allow_tries=2)  # fmt: skip
    assert all(holds(card, number) and left(card) == 3 for number, card in enumerate(cards))
