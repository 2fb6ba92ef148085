"""Where the types of cards keep their keys (reference/sims.md 11), and that emulated ones then know them."""

from __future__ import annotations

import asyncio

import pytest

from drivers.card.memory import MemoryCards
from drivers.emulated.uicc import Card
from drivers.emulated.uicc.profile import layouts
from interop.personalise.cardtypes import card_types, of_atr
from interop.uicc.milenage import Milenage
from interop.uicc.session import Session

# 3GPP TS 55.205 (GSM-MILENAGE, with TS 35.208), test set 1: OPc; SRES and Kc for this RAND
KI = bytes.fromhex("465b5ce8b199b49faa5f0a2ee238a6bc")
OPC = bytes.fromhex("cd63cb71954a9f4e48a5994e37a02baf")
RAND = bytes.fromhex("23553cbe9637a89d218ae64dae47bf35")
SRES, KC = "46f8416a", "eae4be823af9a08b"
KEYS = Milenage(KI, OPC)

# Written by hand from reference/sims.md 11
TABLE = [
    ("sysmoUSIM-SJS1", 0x0A, "3G", True, [("3F00/7F20/00FF", 0, "K"), ("3F00/7F20/00F7", 0, "01 O")]),
    (
        "sysmoISIM-SJA2",
        0x0A,
        "3G",
        False,
        [("3F00/A515/6F20", 1, "K O"), ("3F00/7FFF/AF20", 1, "K O"), ("3F00/ADF.ISIM/AF20", 1, "K O")],
    ),
    (
        "sysmoISIM-SJA5",
        0x0A,
        "3G",
        False,
        [("3F00/A515/6F20", 1, "K O"), ("3F00/7FFF/AF20", 1, "K O"), ("3F00/ADF.ISIM/AF20", 1, "K O")],
    ),
    ("OpenCells", 0x0A, "3G", True, [("3F00/7FFF/FF02", 0, "K"), ("3F00/7FFF/FF01", 0, "O")]),
    ("Fairwaves", 0x11, "2G", False, [("3F00/7F20/FF02", 0, "K"), ("3F00/7F20/FF01", 0, "01 O")]),
    ("gialersim", 0x0C, "3G", True, [("3F00/0001", 0, "K"), ("3F00/6002", 0, "01 O")]),
]


@pytest.mark.parametrize(("name", "adm", "view", "iccid", "places"), TABLE, ids=[row[0] for row in TABLE])
def test_a_row_of_the_table(
    name: str, adm: int, view: str, iccid: bool, places: list[tuple[str, int, str]]
) -> None:
    card = card_types()[name]
    assert (card.adm, card.view.value, card.iccid) == (adm, view, iccid)
    wishes = card.key_wishes(KEYS)
    pieces = {"K": KI, "O": OPC, "01": b"\x01"}
    assert [(wish.path, wish.offset, wish.content) for wish in wishes] == [
        (file, at, b"".join(pieces[piece] for piece in content.split())) for file, at, content in places
    ]
    assert all(wish.secret and not wish.record for wish in wishes)
    assert [wish.path for wish in wishes if wish.optional] == [
        file for file, _, _ in places if "ISIM" in file
    ]


@pytest.mark.parametrize(
    ("name", "adm", "view", "why"),
    [
        ("grcardsim", 0x05, "2G", "proprietary command"),
        ("sysmosim-gr1", 0x05, "2G", "proprietary command"),
        ("sysmoSIM-GR2", 0x05, "2G", "COMP128"),
        ("Wavemobile", 0x0A, "3G", "nobody has published"),
    ],
)
def test_a_card_that_takes_files_but_no_keys_says_why(name: str, adm: int, view: str, why: str) -> None:
    card = card_types()[name]
    assert (card.adm, card.view.value, card.unsupported) == (adm, view, "")
    assert why in card.no_keys
    with pytest.raises(ValueError, match=why):
        card.key_wishes(KEYS)


@pytest.mark.parametrize("name", ["sysmoUSIM-GR1", "fakemagicsim", "supersim", "magicsim"])
def test_a_card_that_takes_nothing_says_why(name: str) -> None:
    card = card_types()[name]
    assert card.unsupported and not card.key_files
    with pytest.raises(ValueError, match=name):
        card.key_wishes(KEYS)


def test_every_row_is_looked_at_here() -> None:
    assert len(card_types()) == 14
    assert all(
        bool(card.key_files) != bool(card.no_keys or card.unsupported) for card in card_types().values()
    )


def test_an_atr_is_of_one_type() -> None:
    atrs = [atr for card in card_types().values() for atr in card.atrs]
    assert len(set(atrs)) == len(atrs) == 13
    for atr in atrs:  # ISO 7816-3 8.2.5: with T=15, the exclusive or of all octets behind TS is 0
        check = 0
        for octet in atr[1:]:
            check ^= octet
        assert check == 0 or atr[:2] in (b"\x3b\x99", b"\x3b\x7d"), atr.hex()  # those two have T=0 only


def test_a_type_by_its_atr() -> None:
    known = of_atr(bytes.fromhex("3B9F96801FC78031A073BE21136744220610000001A9"))
    assert known and known.name == "Fairwaves"
    assert of_atr(b"") is None and of_atr(b"\x3b") is None


def test_keys_are_in_no_repr() -> None:
    shown = repr([card.key_wishes(KEYS) for card in card_types().values() if card.key_files])
    assert KI.hex() not in shown and repr(KI)[2:-1] not in shown and repr(OPC)[2:-1] not in shown


@pytest.mark.parametrize("name", list(layouts()))
def test_an_emulated_card_knows_its_keys_once_they_are_where_its_type_has_them(name: str) -> None:
    kind, card = card_types()[name], Card.blank(layout=name)
    assert not kind.atrs or name == "OpenCells" or card.atr in kind.atrs

    async def main() -> tuple[bytes, bytes]:
        link = await MemoryCards({"r": card}).open("r", write=True)
        session = Session(link.transmit)
        await session.begin(kind.view)
        assert await session.verify(0x0A, b"88888888") == 0x9000  # the ADM of every emulated card
        for wish in kind.key_wishes(KEYS):
            assert isinstance(wish.content, bytes)
            assert await session.update(wish.path, wish.content, offset=wish.offset) == 0x9000
        return await session.run_gsm(RAND)

    assert [octets.hex() for octets in asyncio.run(main())] == [SRES, KC]


def test_the_octet_that_chooses_the_algorithm_stays_in_all_three_files() -> None:
    card = Card.blank(layout="sysmoISIM-SJA2")

    async def main() -> None:
        link = await MemoryCards({"r": card}).open("r", write=True)
        session = Session(link.transmit)
        await session.begin()
        await session.verify(0x0A, b"88888888")
        for wish in card_types()["sysmoISIM-SJA2"].key_wishes(KEYS):
            assert isinstance(wish.content, bytes)
            await session.update(wish.path, wish.content, offset=wish.offset)

    asyncio.run(main())
    for path in ("3F00/A515/6F20", "3F00/7FFF/AF20", "3F00/ADF.ISIM/AF20"):
        file = card.tree.file(path)
        assert file and file.octets == b"\x44" + KI + OPC
