"""The example profile and batch that ship with Interop, on an emulated card that was somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.emulated.uicc.profile import layouts
from interop.engine.clock import run_virtual
from interop.personalise.batch import load_batch, parse_batch
from interop.personalise.cardtypes import card_types
from interop.personalise.lint import lint_order
from interop.personalise.order import Order
from interop.personalise.profile import load_profile, parse_profile
from interop.uicc.milenage import Milenage
from interop.uicc.session import View
from tests.personalise.bench import Desk, Watched, dump, holds, put, scrambled

SIMS = Path(__file__).parents[2] / "lab-config" / "sims"
KI, OPC = "465b5ce8b199b49faa5f0a2ee238a6bc", "cd63cb71954a9f4e48a5994e37a02baf"
HOMES = "64f010" + "64f060" + "64f090"

# Each file of the card once row 1 is done, by hand (reference/sims.md 10)
WANTED = {
    "3F00/7FFF/6F07": "084906907181200010",
    "3F00/7FFF/6F78": "0002",
    "3F00/7FFF/6F46": "03" + "808717725b79fb52a8" + "ff" * 7,
    "3F00/7FFF/6FAD": "00000002",
    "3F00/7FFF/6FD9": HOMES + "ffffff",
    "3F00/7FFF/6FDB": "01",
    "3F00/7FFF/6FCD": "a30b8009" + HOMES + "ff" * 19,
    "3F00/7FFF/6F62": "64f010c000" + "64f0100800" + "ffffff0000" * 3,
    "3F00/7FFF/6F61": "ffffff0000" * 10,
    "3F00/7FFF/6F31": "05",
    "3F00/7F10/6F42": "ff" * 14 + "e1" + "ff" * 12 + "0891683110102105f0ffffff" + "0000a9",
    "3F00/7FFF/6F3E": "0171" + "ff" * 6,
    "3F00/7F10/6F40": "80672c673a" + "ff" * 15 + "0891687181002000f1" + "ff" * 5 + "ff" * 34,
    "3F00/7F20/00FF": KI,
    "3F00/7F20/00F7": "01" + OPC,
    "3F00/7FFF/6F7E": "ffffffffffffff0000ff01",
    "3F00/7FFF/6F73": "ffffffffffffffffffff0000ff01",
    "3F00/7F20/6F53": "ffffffffffffffffffff0000ff01",
    "3F00/7FFF/6FE3": "ff" * 15 + "000001",
    "3F00/7FFF/6F08": "07" + "ff" * 32,
    "3F00/7FFF/6F09": "07" + "ff" * 32,
    "3F00/7F20/6F20": "ff" * 8 + "07",
    "3F00/7F20/6F52": "ff" * 8 + "07",
    "3F00/7FFF/5F3B/4F20": "ff" * 8 + "07",
    "3F00/7FFF/5F3B/4F52": "ff" * 8 + "07",
    "3F00/7FFF/6F7B": "ff" * 12,
    "3F00/7FFF/6FE4": "ff" * 54,
}
BEFORE = {
    "3F00/2FE2": "98681002381100710101",
    "3F00/7FFF/6F08": "00" + "42" * 32,
    "3F00/7FFF/6F09": "01" + "42" * 32,
    "3F00/7FFF/6F73": "12345678abcdef64f0001111ff00",
    "3F00/7F20/6F53": "12345678abcdef64f0001111ff00",
    "3F00/7FFF/6FE3": "42" * 12 + "64f000111100",
    "3F00/7F20/6F20": "42" * 8 + "00",
    "3F00/7F20/6F52": "42" * 8 + "00",
    "3F00/7FFF/6FE4": "a0" + "42" * 53,
}


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    monkeypatch.setenv("OP", "cdc202d5123e20f62b6d676ac72cb318")  # 3GPP TS 35.208 4.3: with Ki, that OPc
    for number in (1, 2, 3):
        monkeypatch.setenv(f"ADM_{number}", "ascii:88888888")
        monkeypatch.setenv(f"KI_{number}", KI)
    return load_batch(SIMS / "mvno-171.csv", load_profile(SIMS / "mvno-171.yaml"))


def test_it_is_complete_and_nothing_is_said_of_it(orders: list[Order]) -> None:
    assert [order.msisdn[:3] for order in orders] == ["171"] * 3
    assert all(order.imsi.startswith("46009") and order.adm and order.milenage for order in orders)
    assert [str(finding) for order in orders for finding in lint_order(order)] == []


def test_an_emulated_card_becomes_what_row_1_says(orders: list[Order]) -> None:
    card = put(scrambled(), BEFORE)
    desk = Desk.of(card)
    ended = run_virtual(desk.run(orders[0]))
    assert (ended.result, ended.why, ended.imsi) == ("done", "", "460091718020001")
    holds(card, WANTED)


@pytest.mark.parametrize("name", list(layouts()))
def test_each_type_of_card_becomes_what_a_row_says(name: str) -> None:
    card = put(Watched.blank(layout=name), {"3F00/2FE2": BEFORE["3F00/2FE2"]})
    kind = card_types()[name]
    card.keys[kind.adm] = card.keys[0x0A]
    adm = 'adm: {reference: "0A"}\n' if kind.view is View.UICC else ""  # its EF_ARR wants that one
    text = f"name: p\ncard: {name}\n{adm}files: {{SMSP: {{smsc: '+8613010112500'}}}}\n"
    row = f"89860120831100171010,460091718020001,17180002001,ascii:88888888,{KI},{OPC}"
    table = f"iccid,imsi,msisdn,adm,ki,opc\n{row}\n".encode()
    profile = parse_profile(text.encode(), source="p.yaml")
    (order,) = parse_batch(table, profile, source="b.csv", directory=SIMS)
    desk = Desk.of(card)
    ended = run_virtual(desk.run(order, allow_tries=0))  # 2G views do not tell how many an ADM has
    assert (ended.result, ended.why) == ("done", "")
    assert card.algorithm() == Milenage(bytes.fromhex(KI), bytes.fromhex(OPC))
    assert card.verifies == 1
    linked = ("3F00/7FFF/6F07", "3F00/7FFF/6F78")
    holds(card, {place: WANTED[place] for place in linked})


def test_once_it_is_in_use_it_stays_as_it_is(orders: list[Order]) -> None:
    """A handset has registered since then: that is no reason to write anything."""
    card = put(scrambled(), BEFORE)
    desk = Desk.of(card)
    run_virtual(desk.run(orders[0]))
    put(card, {place: octets for place, octets in BEFORE.items() if place != "3F00/2FE2"})
    before, changes = dump(card), card.changes
    assert run_virtual(desk.run(orders[0])).result == "done"
    assert (dump(card), card.changes) == (before, changes)


def test_a_card_of_another_row_is_refused(orders: list[Order]) -> None:
    card = put(scrambled(), BEFORE)
    before = dump(card)
    assert run_virtual(Desk.of(card).run(orders[1])).result == "refused"
    assert (dump(card), card.verifies) == (before, 0)


def test_the_keys_that_it_has_in_comments_are_right_too() -> None:
    lines = (SIMS / "mvno-171.yaml").read_text(encoding="utf-8").splitlines()
    comments = [line.replace("# ", "", 1) for line in lines if line.lstrip().startswith("#")]
    wanted = [line for line in comments if line.lstrip().startswith(("atr:", "adm:", "fresh:", "3F00/"))]
    text = [line for line in lines if not line.lstrip().startswith("#")]
    files = [line for line in wanted if line.startswith(" ")]
    own = [line for line in wanted if not line.startswith(" ")]
    assert (len(own), len(files)) == (3, 1)
    profile = parse_profile("\n".join([*own, *text, *files]).encode(), source="p.yaml")
    assert (profile.reference, profile.tries, profile.fresh, len(profile.atr)) == (0x0A, 3, True, 22)
    assert profile.files[-1].path == "3F00/7F20/6F74"
