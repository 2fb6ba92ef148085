"""The power goes at every single command of a short personalisation, in every way that it can go."""

from __future__ import annotations

import pytest

from drivers.emulated.uicc import Card
from interop.protocols.card import CardLost

WRITTEN = {"6F7B": "64F010" * 4, "6F46": "01" + "41" * 16, "6F07": "084906510000000010"}
SCRIPT = [
    "0020000A083838383838383838",
    "00A4040C07A0000000871002",
    *(
        apdu
        for file, octets in WRITTEN.items()
        for apdu in (f"00A4000C02{file}", f"00D60000{len(octets) // 2:02X}{octets}")
    ),
]


def played(card: Card) -> int:
    """How many commands were answered, and well."""
    for done, apdu in enumerate(SCRIPT):
        try:
            assert card.transmit(bytes.fromhex(apdu)) == (b"", 0x9000)
        except CardLost:
            return done
    return len(SCRIPT)


def files(card: Card) -> dict[str, str]:
    found = {file: card.tree.file(f"3F00/7FFF/{file}") for file in WRITTEN}
    return {name: file.octets.hex().upper() for name, file in found.items() if file is not None}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, len(SCRIPT) + 1))
def test_every_file_is_old_or_new(at: int, when: str) -> None:
    card = Card.blank()
    old = files(card)
    card.arm(f"power.cut@at={at},when={when}")
    assert played(card) == at - 1
    reached = at if when == "after" else at - 1
    expected = {
        name: WRITTEN[name] if reached >= 4 + 2 * place else old[name] for place, name in enumerate(WRITTEN)
    }
    assert files(card) == expected
    card.power_on()
    assert not card.keys[0x0A].verified and card.keys[0x0A].left == 3
    assert played(card) == len(SCRIPT) and files(card) == WRITTEN


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_torn_file_is_part_new_part_old(at: int) -> None:
    card = Card.blank()
    old, name = files(card), list(WRITTEN)[at - 1]
    card.arm(f"write.torn@at={at},octets=4")
    assert played(card) == 1 + 2 * at
    assert files(card)[name] == WRITTEN[name][:8] + old[name][8:]
    card.power_on()
    assert played(card) == len(SCRIPT) and files(card) == WRITTEN
