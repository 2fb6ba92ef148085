"""What somebody found who looked for ways to lose a card, to spend a try, and to be told what is not so."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.card import Answer
from drivers.emulated.uicc.dump import save
from drivers.emulated.uicc.keys import Key
from interop.engine.clock import run_virtual
from interop.personalise import columns
from interop.personalise.batch import parse_batch
from interop.personalise.cardtypes import card_types
from interop.personalise.entries import Verifying
from interop.personalise.journal import Journal, JournalError, Run, read
from interop.personalise.line import Batch
from interop.personalise.line_events import NotOurs, Planned
from interop.personalise.order import Order, SecretKey, Wish
from interop.personalise.profile import ProfileError, parse_profile
from interop.personalise.records import Labels, RecordsError
from interop.personalise.table import BatchError
from interop.personalise.undo import NotUndone, undo_order
from interop.uicc import Ad, Imsi, PlmnList, Spn
from interop.uicc.paths import EF_ICCID
from interop.uicc.session import View
from tests.personalise import bench
from tests.personalise import hands as batches
from tests.personalise.hands import Hands, imsi, keys, new_iccid, old_iccid, work

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


def seen(card: Card, orders: list[Order], path: Path, **options: Any) -> tuple[Batch, Hands]:
    """The card lies in the only reader, and is not swapped."""
    hands = Hands([], readers=["Lab Reader 0"])
    hands.cards.swap("Lab Reader 0", card)
    return work(hands, orders, path, once=True, **options), hands


def once(card: Card, order: Order, path: Path, allow_tries: int | None) -> Batch:
    return seen(card, [order], path, allow_tries=allow_tries)[0]


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


def test_consent_to_few_tries_is_for_one_too(tmp_path: Path) -> None:
    card, order = batches.blank(0), batches.order(0, adm=SecretKey(0x0A, b"87654321"))
    for _ in range(3):
        batch = once(card, order, tmp_path / "journal", 1)
        assert card.keys[0x0A].left == 2
    ended = batch.rows[0].ended
    assert ended is not None and ended.why.endswith("; with another key, --allow-tries 2 gives it once")
    assert once(card, batches.order(0), tmp_path / "journal", 2).rows[0].done


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


def torn(kind: str, path: Path) -> tuple[Card, Order]:
    """A card whose ICCID was torn, and which has no IMSI by which the journal would know it again: PIN1 hides
    it, the row has none, or it is undone to what its maker delivered, blank. And the order to be resumed.
    """
    card, order = batches.blank(0), batches.order(0)
    match kind:
        case "PIN1":
            card.pin.enabled = True
            order = replace(order, pin=SecretKey(0x01, b"1234\xff\xff\xff\xff"))
        case "no IMSI":
            order = replace(
                order, imsi="", wishes=tuple(w for w in order.wishes if w.path != "3F00/7FFF/6F07")
            )
        case "undone":
            file = card.tree.file("3F00/7FFF/6F07")
            assert file is not None
            file.octets[:] = b"\xff" * 9
            seen(card, [order], path)
            order = undo_order(read(path), order).order
    writes = len(order.wishes)
    card.arm(f"write.torn@at={writes},octets=5")
    batch, _ = seen(card, [order], path)
    assert batch.rows[0].ended is not None and batch.rows[0].ended.result == "stopped"
    card.cure()
    return card, order


@pytest.mark.parametrize("kind", ["PIN1", "no IMSI", "undone"])
def test_a_torn_card_without_an_imsi_is_not_lost(kind: str, tmp_path: Path) -> None:
    """Nobody but who holds it in his hand knows whose it is: he says so, by the number printed on it."""
    card, order = torn(kind, tmp_path / "journal")
    before, orders = save(card.tree), [order, batches.order(1)]
    for vouched in ((), (old_iccid(1),)):
        _, hands = seen(card, orders, tmp_path / "journal", vouched=vouched)
        [event] = hands.told(NotOurs)
        assert event.why.startswith("its ICCID was torn; line 2 would fit, but no IMSI tells: if you know")
        assert save(card.tree) == before
    batch, _ = seen(card, orders, tmp_path / "journal", vouched=[order.iccid])
    assert batch.rows[0].done
    assert card.identity.iccid == (old_iccid(0) if kind == "undone" else new_iccid(0))


def test_and_nobody_can_vouch_against_an_imsi(tmp_path: Path) -> None:
    card, order = torn("undone", tmp_path / "journal")
    order = replace(order, imsi=imsi(0))
    card.identity.rewrite("imsi", imsi(9))
    _, hands = seen(card, [order], tmp_path / "journal", vouched=[order.iccid])
    assert hands.told(NotOurs)[0].why == "its ICCID was torn; line 2 would fit, but not its IMSI"


def test_a_card_that_had_the_new_iccid_before_is_another_one(tmp_path: Path) -> None:
    """Somebody else's, by a mistake in the batch: the card of the row comes with the old one, and is done."""
    strange = batches.blank(7)
    strange.identity.rewrite("iccid", new_iccid(0))
    before = save(strange.tree)
    batch, _ = seen(strange, [batches.order(0)], tmp_path / "journal")
    ended = batch.rows[0].ended
    assert ended is not None and (ended.result, batches.left(strange)) == ("refused", 3)
    assert ended.why.startswith("it has the new ICCID of the row") and save(strange.tree) == before
    card = batches.blank(0)
    seen(card, [batches.order(0)], tmp_path / "journal")
    assert batches.holds(card, 0)
    again, _ = seen(card, [batches.order(0)], tmp_path / "another")
    assert again.rows[0].done, "nothing is left to write to it"
    card.identity.rewrite("spn", "Alt")
    later, _ = seen(card, [batches.order(0)], tmp_path / "journal")
    assert later.rows[0].done, "this journal knows that it made it"


@pytest.mark.parametrize("undone", [False, True], ids=["written", "undone"])
def test_a_torn_iccid_can_be_undone_whichever_imsi_the_card_has(undone: bool, tmp_path: Path) -> None:
    """It was torn by the write, with the new IMSI, or by an undo, with the old one."""
    card, order, path = batches.blank(0), batches.order(0), tmp_path / "journal"
    before = card.identity.imsi
    if undone:
        assert seen(card, [order], path)[0].rows[0].done
        order = undo_order(read(path), order).order
    card.arm(f"write.torn@at={len(order.wishes)},octets=5")
    assert not seen(card, [order], path)[0].rows[0].done
    card.cure()
    assert seen(card, [undo_order(read(path), batches.order(0)).order], path)[0].rows[0].done
    assert (card.identity.iccid, card.identity.imsi) == (old_iccid(0), before)


def given(run: Run) -> list[int]:
    return [entry.reference for entry in run.entries if isinstance(entry, Verifying)]


def test_a_finished_card_behind_pin1_is_given_no_adm(tmp_path: Path) -> None:
    """Nor does it lose where it is registered: behind PIN1 all is found to be as ordered."""
    card, path = batches.blank(0), tmp_path / "journal"
    card.pin.enabled = True
    leftover = Wish("3F00/7FFF/6F7B", PlmnList(()), leftover=True)
    order = batches.order(0, pin=SecretKey(0x01, b"1234\xff\xff\xff\xff"))
    order = replace(order, wishes=(leftover, *order.wishes))
    assert seen(card, [order], path)[0].rows[0].done
    file = card.tree.file("3F00/7FFF/6F7B")
    assert file is not None
    file.octets[:3] = bytes.fromhex("64f000")
    batch, hands = seen(card, [order], path)
    *_, first, again = read(path)
    assert (given(first), given(again)) == ([0x01, 0x0A], [0x01])
    assert batch.rows[0].done and not again.writings and file.octets[:3].hex() == "64f000"
    assert [event.plan.done for event in hands.told(Planned)] == [False, True]
    card.identity.rewrite("spn", "Alt")
    assert seen(card, [order], path)[0].rows[0].done
    *_, third = read(path)
    assert given(third) == [0x01, 0x0A]
    assert [writing.path for writing in third.writings] == ["3F00/7FFF/6F7B", "3F00/7FFF/6F46"]


def test_behind_pin1_a_card_turns_out_to_be_another_one(tmp_path: Path) -> None:
    """It has the new ICCID of the row and nothing else of it, which only PIN1 shows: no ADM is given."""
    strange = batches.blank(7)
    strange.identity.rewrite("iccid", new_iccid(0))
    strange.pin.enabled = True
    order = batches.order(0, pin=SecretKey(0x01, b"1234\xff\xff\xff\xff"))
    hidden = tuple(wish for wish in order.wishes if wish.path in ("3F00/7FFF/6F07", EF_ICCID))
    order = replace(order, milenage=None, wishes=hidden)
    before = save(strange.tree)
    ended = seen(strange, [order], tmp_path / "journal")[0].rows[0].ended
    assert ended is not None and (ended.result, batches.left(strange)) == ("stopped", 3)
    assert ended.why.startswith("it has the new ICCID of the row") and save(strange.tree) == before


@pytest.mark.parametrize("path", ["3F00/7FFF/6FAD", "3F00/7F20/6FAD"])
def test_an_ad_of_three_octets_is_written_but_for_what_has_no_room(path: str) -> None:
    card = bench.scrambled()
    file = card.tree.file(path)
    assert file is not None
    file.octets[:] = bytes.fromhex("010203")
    order = bench.order(milenage=None, wishes=(Wish(path, Ad()),), new_iccid="")

    async def main() -> None:
        desk = bench.Desk.of(card)
        for steps in (1, 0):
            assert (await desk.run(order)).result == "done"
            assert desk.plan is not None and len(desk.plan.steps) == steps
            assert desk.plan.warnings == (
                f"{path} has 3 octets: MNC length 2 has no room, and handsets have to guess it",
            )
        assert file.octets.hex() == "000000"

    run_virtual(main())


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("3F00/7FFF/2FE2", "new_iccid"),
        ("3F00/2FE2/2FE2", "new_iccid"),
        ("3F00/7F20/7F20/6F07", "imsi"),
        ("3F00/7F10/7F20/00FF", "ki and opc"),
        ("3F00/7F20/7F20/00F7", "ki and opc"),
    ],
)
def test_no_detour_leads_to_what_the_batch_fills(path: str, column: str) -> None:
    text = f"name: p\ncard: sysmoUSIM-SJS1\nfiles:\n  {path}: FFFF\n"
    with pytest.raises(ProfileError, match=column):
        parse_profile(text.encode(), source="p.yaml")


def test_a_file_that_only_shares_its_identifier_is_free() -> None:
    """6F07 of the ISIM is its service table, and no IMSI."""
    text = "name: p\ncard: sysmoUSIM-SJS1\nfiles:\n  3F00/ADF.ISIM/6F07: [1]\n"
    (value,) = parse_profile(text.encode(), source="p.yaml").files
    assert value.path == "3F00/ADF.ISIM/6F07"


@pytest.mark.parametrize("key", ["465b5ce8b199b49faa5f0a2ee238a6bc", "ascii:opensesa", "87654321"])
@pytest.mark.parametrize("header", ["iccid,{}", "iccid,{},note", "iccid,{0},{0}"])
def test_a_key_in_the_header_is_not_shown(header: str, key: str) -> None:
    names = header.format(key)
    row = ",".join("1" for _ in names.split(","))
    profile = parse_profile(b"name: p\nfiles: {}\n", source="p.yaml")
    with pytest.raises(BatchError) as caught:
        parse_batch(f"{names}\n{row}\n".encode(), profile, source="b.csv", directory=Path())
    assert key not in str(caught.value)
    assert f" (a text of {len(key)} characters) " in str(caught.value)


def test_undo_with_another_profile_says_which_one_it_takes(tmp_path: Path) -> None:
    card, path = batches.blank(0), tmp_path / "journal"
    seen(card, [batches.order(0, profile="lab@0123456789ab")], path)
    changed = batches.order(0, profile="lab@fedcba987654", job="p:changed")
    why = r"card was written with profile lab@0123456789ab \(run 1\): undo needs that one, as it was"
    with pytest.raises(NotUndone, match=why):
        undo_order(read(path), changed)
    row = replace(changed, profile="lab@0123456789ab")
    with pytest.raises(NotUndone, match=r"another row \(run 1\): undo needs that one"):
        undo_order(read(path), row)
    with pytest.raises(NotUndone, match="nothing of this row"):
        undo_order(read(path), batches.order(1))


def test_keys_in_three_directories_are_not_written_at_every_start(tmp_path: Path) -> None:
    """A challenge tells of one of them; the journal of the others, as long as every run since was done."""
    card, own, path = (
        Card.blank(layout="sysmoISIM-SJA2", ki=bytes(16), opc=bytes(16)),
        keys(0),
        tmp_path / "j",
    )
    card.identity.rewrite("iccid", old_iccid(0))
    files = ["3F00/A515/6F20", "3F00/7FFF/AF20", "3F00/ADF.ISIM/AF20"]
    spn = Wish("3F00/7FFF/6F46", Spn("小米移动"))
    wishes = (spn, *card_types()["sysmoISIM-SJA2"].key_wishes(own))
    order = batches.order(
        0, wishes=wishes, milenage=own, new_iccid="", pin=SecretKey(1, b"1234\xff\xff\xff\xff")
    )

    def wrote(order: Order = order, result: str = "done", path: Path = path) -> list[str]:
        batch, _ = seen(card, [order], path)
        ended = batch.rows[0].ended
        assert ended is not None and ended.result == result
        run = read(path)[-1]
        assert bool(given(run)) is bool(run.writings)
        return [writing.path for writing in run.writings if writing.path in files]

    assert [wrote(), wrote(), wrote()] == [files, [], []]
    assert [wrote(path=tmp_path / "another"), wrote()] == [files, []]
    card.identity.rewrite("spn", "Alt")
    assert [wrote(), wrote()] == [[], []], "the last run that wrote to it wrote no keys"
    assert [wrote(replace(order, job="p:changed")), wrote()] == [files, files]
    answer = card.answer

    def of_other_keys(octets: bytes) -> Answer:
        application = card.channels[0].application
        isim = application is not None and application.aid[6] == 0x04
        return Answer(b"", 0x9862) if isim and octets[1] == 0x88 else answer(octets)

    card.answer = of_other_keys  # type: ignore[method-assign]
    assert wrote(result="refused") == []
    card.answer = answer  # type: ignore[method-assign]
    assert wrote() == files, "who failed a proof is not believed"
