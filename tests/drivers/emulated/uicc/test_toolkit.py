"""Proactive commands on request, and what a terminal tells the card: ETSI TS 102 221 7.4.2, 11.2."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.emulated.uicc import Card

Send = Callable[[Card, str], str]
# DISPLAY TEXT "hi" (ETSI TS 102 223 6.6.1), and its successful end
DISPLAY = bytes.fromhex("D00E8103012180820281028D0304" + "6869")
DONE = "810301218002028281030100"


def test_a_proactive_command_is_announced_fetched_and_answered(card: Card, send: Send) -> None:
    assert send(card, "8010000004FFFFFFFF") == "9000"
    assert card.toolkit.profile == b"\xff" * 4
    assert send(card, "8012000010") == "6985", "nothing to fetch"
    card.toolkit.ask(DISPLAY)
    assert send(card, "00A4000C022FE2") == "9110"
    assert send(card, "00B000000A") == "986800214365870921439110"
    assert send(card, "00B0000040") == "6C0A", "errors stay what they are"
    assert send(card, "8012000001") == "6C10"
    assert send(card, "8012000010") == DISPLAY.hex().upper() + "9000"
    assert send(card, "00B000000A")[-4:] == "9000", "nothing else while an answer is awaited"
    assert send(card, f"801400000C{DONE}") == "9000"
    assert [answer.hex().upper() for answer in card.toolkit.responses] == [DONE]


def test_the_next_one_comes_after_the_answer(card: Card, send: Send) -> None:
    card.toolkit.ask(DISPLAY)
    card.toolkit.ask(DISPLAY + b"\0")
    assert send(card, "80F2000C00") == "9110"
    assert send(card, "8012000010")[-4:] == "9000"
    assert send(card, f"801400000C{DONE}") == "9111"
    assert send(card, "A0A40000023F00") == "9F16"
    assert send(card, "A0C0000016")[-4:] == "9111", "also for a SIM, after the response"
    with pytest.raises(ValueError, match="of 257 octets"):
        card.toolkit.ask(bytes(257))


def test_envelopes_and_capabilities(card: Card, send: Send) -> None:
    assert send(card, "80C2000004D60482028281") == "6700", "two octets too many"
    assert send(card, "80C2000006D60482028281") == "9000"
    assert card.toolkit.envelopes == [bytes.fromhex("D60482028281")]
    assert send(card, "80AA000004A9028100") == "9000"
    assert card.toolkit.capability == bytes.fromhex("A9028100")
    assert send(card, "8076000000") == send(card, "8078000000") == "6D00", "no SUSPEND, no GET IDENTITY"
