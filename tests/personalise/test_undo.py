"""Which octets are written back: those that were there before the oldest run since the last undo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest

from interop.personalise.entries import Began, Ended, Entry, Writing
from interop.personalise.journal import Run
from interop.personalise.order import Order, SecretKey, Wish
from interop.personalise.undo import NotUndone, undo_order
from interop.uicc.milenage import Milenage

OLD, NEW, OTHER = "89860012345678901234", "89860120811000017091", "89860012345678900000"
OLD_OCTETS, NEW_OCTETS = "98680021436587092143", "98681002180100100719"
ORDER = Order(
    line=2,
    job="p:2",
    iccid=OLD,
    wishes=(Wish("3F00/7FFF/6F46", b"\x01" * 4),),
    adm=SecretKey(0x0A, b"88888888"),
    milenage=Milenage(bytes(16), bytes(16)),
    new_iccid=NEW,
    imsi="460011709001234",
    msisdn="17090001234",
)
SPN, IMSI, ICCID, KI = "3F00/7FFF/6F46", "3F00/7FFF/6F07", "3F00/2FE2", "3F00/7F20/00FF"


def run(
    number: int,
    *writings: tuple[str, str | None] | dict[str, Any],
    job: str = "p:2",
    card: str = OLD,
    result: Literal["done", "refused", "stopped"] | None = "done",
    iccid: str = NEW,
    undo: bool = False,
) -> Run:
    line: dict[str, Any] = {"run": str(number), "job": job, "card": card, "time": ""}
    began = Began(**line, reader="", atr="", operator="", tool="", profile="", undo=undo)
    entries: list[Entry] = [began]
    for writing in writings:
        told: dict[str, Any] = {"record": 0, "offset": None, "after": "00"}
        told |= writing if isinstance(writing, dict) else {"path": writing[0], "before": writing[1]}
        entries.append(Writing(**line, **told))
    if result:
        entries.append(Ended(**line, result=result, why="", iccid=iccid))
    return Run(began, number, entries)


def wishes(*runs: Run, order: Order = ORDER) -> list[tuple[str, str, int, int | None]]:
    return [
        (wish.path, wish.content.hex(), wish.record, wish.offset)
        for wish in undo_order(runs, order).order.wishes
        if isinstance(wish.content, bytes)
    ]


def test_everything_in_the_order_of_writing_the_iccid_last() -> None:
    undo = undo_order(
        [run(1, (SPN, "aa"), (IMSI, "084906001032547698"), (KI, None), (ICCID, OLD_OCTETS))], ORDER
    )
    assert [wish.path for wish in undo.order.wishes] == [SPN, IMSI, ICCID]
    assert undo.kept == ("3F00/7F20/00FF",)
    order = undo.order
    assert (order.iccid, order.new_iccid, order.imsi, order.msisdn) == (
        NEW, OLD, "460000123456789", "17090001234",
    )  # fmt: skip
    assert (order.job, order.adm, order.milenage, order.undo) == ("p:2", ORDER.adm, None, True)


def test_an_iccid_that_was_not_written_stays() -> None:
    order = undo_order([run(1, (SPN, "aa"), iccid=OLD)], replace(ORDER, new_iccid="")).order
    assert (order.iccid, order.new_iccid) == (OLD, "")


def test_what_a_resumed_run_read_is_not_what_was_before() -> None:
    first = run(1, (SPN, "aaaa"), result=None)
    second = run(2, (SPN, "01aa"), (IMSI, "ffff"), result="stopped")
    third = run(3, (IMSI, "08ff"))
    assert wishes(first, second, third) == [(SPN, "aaaa", 0, None), (IMSI, "ffff", 0, None)]


def test_parts_of_a_file_are_put_together_octet_by_octet() -> None:
    def part(offset: int | None, before: str) -> dict[str, Any]:
        return {"path": SPN, "before": before, "offset": offset}

    first = run(1, part(4, "a4a5"), part(8, "a8"), result="stopped")
    second = run(2, part(5, "b5b6b7"), part(20, "b4"))
    assert wishes(first, second) == [(SPN, "a4a5b6b7a8", 0, 4), (SPN, "b4", 0, 20)]
    third = run(3, part(None, "c0" * 10))
    assert wishes(first, second, third)[0] == (SPN, "c0c0c0c0a4a5b6b7a8c0" + "b4", 0, None)


def test_records_are_files_of_their_own() -> None:
    def record(number: int, before: str) -> dict[str, Any]:
        return {"path": "3F00/7F10/6F40", "before": before, "record": number}

    assert wishes(run(1, record(1, "aa"), record(2, "bb")), run(2, record(1, "cc"))) == [
        ("3F00/7F10/6F40", "aa", 1, None),
        ("3F00/7F10/6F40", "bb", 2, None),
    ]


def test_only_what_was_done_since_the_last_undo() -> None:
    written, undone = run(1, (SPN, "aa")), run(2, (SPN, "01"), card=NEW, iccid=OLD, undo=True)
    with pytest.raises(NotUndone, match="nothing of this row"):
        undo_order([written, undone], ORDER)
    assert wishes(written, undone, run(3, (SPN, "bb"))) == [(SPN, "bb", 0, None)]
    half = run(2, (SPN, "01"), card=NEW, undo=True, result="stopped")
    assert wishes(written, half) == [(SPN, "aa", 0, None)], "an undo that was stopped goes on"
    assert wishes(written, killed(half)) == [(SPN, "aa", 0, None)]


def killed(of: Run) -> Run:
    """Without its end."""
    return Run(of.began, of.line, of.entries[:-1])


def test_other_rows_are_other_cards() -> None:
    other = run(1, (SPN, "bb"), job="p:3", card=OTHER, iccid=OTHER)
    assert wishes(other, run(2, (SPN, "aa")), run(3, (SPN, "cc"), job="p:3", card=OTHER, iccid=OTHER)) == [
        (SPN, "aa", 0, None)
    ]


def test_what_another_job_wrote_later_is_undone_first() -> None:
    mine, later = run(1, (SPN, "aa")), run(2, (SPN, "01"), job="q:9", card=NEW)
    with pytest.raises(NotUndone, match=r"^q:9 wrote to this card later \(run 2\): undo that first$"):
        undo_order([mine, later], ORDER)
    undone = run(3, (SPN, "02"), job="q:9", card=NEW, undo=True)
    assert wishes(mine, later, undone) == [(SPN, "aa", 0, None)]
    refused = run(4, job="q:9", card=NEW, result="refused")
    assert wishes(mine, refused) == [(SPN, "aa", 0, None)]
    assert wishes(run(0, (SPN, "01"), job="q:9"), mine) == [(SPN, "aa", 0, None)], "what came before stays"


def test_nothing_but_keys() -> None:
    with pytest.raises(NotUndone, match="nothing is known of what was in 3F00/7F20/00FF before"):
        undo_order([run(1, (KI, None))], ORDER)
