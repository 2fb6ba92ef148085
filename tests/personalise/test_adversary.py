"""What somebody found who looked for ways to lose a card, to spend a try, and to be told what is not so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.keys import Key
from interop.engine.clock import run_virtual
from interop.personalise import columns
from interop.personalise.cardtypes import card_types
from interop.personalise.journal import Journal, JournalError, read
from interop.personalise.line import Batch
from interop.personalise.order import Order, SecretKey, Wish
from interop.personalise.records import Labels, RecordsError
from interop.uicc import Imsi
from interop.uicc.session import View
from tests.personalise import bench
from tests.personalise.hands import Hands, imsi, keys, old_iccid, work

FAIRWAVES_KEY = 0x11


def fairwaves(number: int, right: bytes) -> tuple[Card, Order]:
    """A card that takes its key in class A0, and counts its tries without telling anybody."""
    card = Card.blank(layout="Fairwaves", ki=bytes(16), opc=bytes(range(16)))
    card.identity.rewrite("iccid", old_iccid(number))
    card.keys[FAIRWAVES_KEY] = card.keys[0x0A] = Key(right)
    kind, own = card_types()["Fairwaves"], keys(number)
    wishes = (Wish("3F00/7F20/6F07", Imsi(imsi(number))), *kind.key_wishes(own))
    adm = SecretKey(kind.adm, b"12345678")
    order = Order(number + 2, f"p:{number}", old_iccid(number), wishes, adm, milenage=own, view=View.SIM)
    return card, order


def once(card: Card, order: Order, path: Path, allow_tries: int | None) -> Batch:
    hands = Hands([], readers=["Lab Reader 0"])
    hands.cards.swap("Lab Reader 0", card)
    return work(hands, [order], path, once=True, allow_tries=allow_tries)


def test_consent_to_spend_a_try_unseen_is_for_one(tmp_path: Path) -> None:
    """To run the same command again must not kill a card that does not tell how many tries it has left."""
    card, order = fairwaves(0, b"87654321")
    for _ in range(3):
        batch = once(card, order, tmp_path / "journal", 0)
        assert card.keys[FAIRWAVES_KEY].left == 2
    [row] = batch.rows
    assert row.ended is not None and row.ended.result == "refused"
    assert row.ended.why.startswith("universal PIN was given in run 1, and not taken as far as is known")
    once(card, order, tmp_path / "another", 0)
    assert card.keys[FAIRWAVES_KEY].left == 1, "with a journal that knows of none"


def test_a_try_that_nobody_saw_the_end_of_counts_as_spent(tmp_path: Path) -> None:
    card, order = fairwaves(0, b"12345678")
    card.arm("status.wrong@ins=20,sw=6F00,executed=yes")
    assert once(card, order, tmp_path / "journal", 0).rows[0].done is False
    card.cure()
    assert once(card, order, tmp_path / "journal", 0).rows[0].done is False
    card, order = fairwaves(1, b"12345678")
    for _ in range(2):
        assert once(card, order, tmp_path / "journal", 0).rows[0].done, "one that was taken is no such try"


def test_more_tries_than_all_are_not_all() -> None:
    """Four of ten look like more than three of three."""
    card = bench.scrambled()
    card.keys[0x0A].tries, card.keys[0x0A].left = 10, 4

    async def main() -> None:
        desk = bench.Desk.of(card)
        refused = await desk.run(bench.order())
        assert refused.result == "refused" and not card.given
        assert refused.why.startswith("adm (ADM1) has 4 tries left, more than all 3")
        assert (await desk.run(bench.order(), allow_tries=4)).result == "done"

    run_virtual(main())


@pytest.mark.parametrize("column", columns.PUBLIC)
@pytest.mark.parametrize(
    "key",
    ["12345671", "3132333435363731", "31323334E5363731", "0123456789012345E678901234567890", "1234"],
)
def test_a_key_in_the_column_beside_it_is_not_shown(column: str, key: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        columns.public(column, key)
    assert key not in str(caught.value)


def test_a_key_with_a_single_letter_is_no_number_of_a_spreadsheet() -> None:
    key = "0123456789012345E678901234567890"
    assert columns.key(key).hex().upper() == key
    with pytest.raises(ValueError, match="spreadsheet"):
        columns.key("1.23457E+31")


def test_a_journal_is_a_file(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, Path("/dev/zero")):
        with pytest.raises(JournalError, match="is no file that a journal can be kept in"):
            Journal(path)
        with pytest.raises(JournalError, match="is no file that a journal can be kept in"):
            read(path)
        with pytest.raises(RecordsError, match="is no file that labels can be kept in"):
            Labels(path)


def test_a_journal_of_nothing_but_brackets(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"[" * 100_000 + b"\n{}\n")
    with pytest.raises(JournalError, match=":1: not a line of JSON"):
        read(path)
