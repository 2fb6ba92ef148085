"""A card's files as data, there and back."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.dump import Form, load, save

Send = Callable[[Card, str], str]
READ: Form = {
    "3F00/2F06": {"structure": "linear fixed", "record length": 10, "records": ["8001019000", "8001039000"]},
    "3F00/2FE2": {"octets": "98680021436587092143", "access": "8B032F0601"},
    "3F00/2F00": {
        "structure": "linear fixed",
        "record length": 20,
        "records": ["61094F07A0000000871002"],
        "size": 40,
        "access": "8B032F0601",
    },
    "3F00/7FFF/6F07": {"octets": "084906001032547698", "access": "8B032F0602", "sfi": 7},
    "3F00/7FFF/6FFF": {"size": 4},
    "3F00/ADF.ISIM/6F02": {"octets": "800161"},
    "3F00/A000000087100A/6F02": {"octets": "00"},
    "3F00/7F20/6F07": {"same as": "3F00/7FFF/6F07"},
}


def test_a_card_of_what_was_read(send: Send) -> None:
    card = Card.of_files(READ, atr=bytes.fromhex("3B021450"))
    assert card.power_on().hex() == "3b021450"
    assert send(card, "00A4000C022FE2") == "9000"
    assert send(card, "00B000000A") == "986800214365870921439000"
    assert send(card, "00D600000199") == "6982", "its own rules hold"
    assert send(card, "00A4040C07A0000000871002") == "9000", "the USIM, by the name that EF_DIR gives"
    assert send(card, "00B0870009") == "0849060010325476989000"
    assert send(card, "00D600000908" + "49" * 8) == "9000"
    assert send(card, "A0A40000027F20") + send(card, "A0A40000026F07") == "9F169F0F"
    assert send(card, "A0B0000002") == "08499000", "one file in two places"
    assert card.identity.iccid == "89860012345678901234"
    assert [adf.aid.hex() for adf in card.tree.applications.values()] == [
        "a0000000871002", "a0000000871004", "a000000087100a",
    ]  # fmt: skip
    assert send(card, "00A4080C047FFF6FFF") == "9000"
    assert send(card, "00B0000004") == "6982", "no rule, no access"


def test_there_and_back(issuer: Card, send: Send) -> None:
    for apdu in ("00A4000C026F46", "0004000000", "00A4000C026F7B", "00D600000364F010"):
        assert send(issuer, apdu) == "9000"
    form = json.loads(json.dumps(save(issuer.tree)))
    again = load(form)
    assert save(again) == form
    assert form["3F00/7FFF/6F7B"]["octets"] == "64F010" + "FF" * 9
    assert form["3F00/7FFF/6F46"]["active"] is False
    assert form["3F00/7F20/6F7B"] == {"same as": "3F00/7FFF/6F7B"}
    assert form["3F00/7FFF"]["aid"] == "A0000000871002FF86FFFF89FFFFFFFF"
    assert list(again.applications) == list(issuer.tree.applications)
    assert again.at("3F00/7F20/6F7B") is again.at("3F00/7FFF/6F7B")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"3F00/2FE2": {"octets": "9G"}}, "3F00/2FE2: '9G' is not hexadecimal"),
        ({"3F00/2FE2": {"octets": 98}}, "3F00/2FE2: octets: Input should be a valid string"),
        ({"3F00/2FE2": {"levels": "14"}}, "3F00/2FE2: levels of 1 octets, 3 are needed"),
        ({"3F00/2FE2": {"octet": "98"}}, "3F00/2FE2: octet: Extra inputs are not permitted"),
        ({"3F00/2FE2": {"structure": "cyclic"}}, "3F00/2FE2: a cyclic file has no records of 0 octets"),
        ({"3F00/2FE2": {"octets": "9868", "size": 1}}, "3F00/2FE2: 2 octets in a file of 1"),
        (
            {"3F00/2F00": {"structure": "linear fixed", "record length": 4, "octets": "98"}},
            "3F00/2F00: 1 octets are no records of 4",
        ),
        ({"2FE2": {"octets": "98"}}, "'2FE2' is no path of identifiers from the MF, such as"),
        ({"3F00/2FE": {"octets": "98"}}, "'3F00/2FE' is no path of identifiers"),
        ({"3F00/2FE2": {"same as": "3F00/2FE3"}}, "3F00/2FE2: same as '3F00/2FE3', where there is no file"),
        (
            {"3F00/2FE2": {"octets": "98"}, "3F00/2FE2/6F07": {"octets": "98"}},
            "3F00/2FE2 is a file, and a dir",
        ),
    ],
)
def test_what_is_wrong_is_named(row: dict[str, dict[str, object]], sentence: str) -> None:
    with pytest.raises(ValueError) as error:
        load(row)
    assert str(error.value).startswith(sentence)
