"""AUTHENTICATE and RUN GSM ALGORITHM with the published test set 1 (3GPP TS 35.208 4.3.1, TS 55.205 5.3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.authentication import Counter
from interop.uicc.milenage import Milenage

Send = Callable[[Card, str], str]
K = bytes.fromhex("465B5CE8B199B49FAA5F0A2EE238A6BC")
OPC = bytes.fromhex("CD63CB71954A9F4E48A5994E37A02BAF")
RAND = "23553CBE9637A89D218AE64DAE47BF35"
SQN = 0xFF9BB4D0B607
AK, AMF, MAC = "AA689C648370", "B9B9", "4A9FFAC354DFAFB3"
AUTN = f"{SQN ^ int(AK, 16):012X}" + AMF + MAC
RES, CK, IK = "A54211D5E3BA50BF", "B40BA9A3C58B2A05BBF0D987B21BF8CB", "F769BCD751044604127672711C6D3441"
SRES, KC = "46F8416A", "EAE4BE823AF9A08B"
AK_STAR = 0x451E8BECA43B
CHALLENGE = f"00880081 22 10 {RAND} 10 {AUTN}"
USIM = "00A4040C07A0000000871002"


@pytest.fixture
def usim(send: Send) -> Card:
    """It has last seen the sequence number before the published one."""
    card = Card.blank(ki=K, opc=OPC, pin="1234")
    card.counter.seen[SQN & 31] = (SQN >> 5) - 1
    assert send(card, "002000010831323334FFFFFFFF") == send(card, USIM) == "9000"
    return card


def test_a_fresh_challenge(usim: Card, send: Send) -> None:
    assert send(usim, CHALLENGE) == "6135"
    assert send(usim, "00C0000035") == f"DB08{RES}10{CK}10{IK}08{KC}9000"


def test_a_challenge_seen_before_asks_to_synchronise(usim: Card, send: Send) -> None:
    assert send(usim, CHALLENGE) == "6135"
    assert send(usim, CHALLENGE) == "6110"
    answer = send(usim, "00C0000010")
    assert answer[:4] == "DC0E" and answer[-4:] == "9000"
    assert int(answer[4:16], 16) ^ AK_STAR == SQN, "its own counter, hidden by f5*"
    assert Milenage(K, OPC).resynchronise(bytes.fromhex(RAND), bytes.fromhex(answer[4:32])) == SQN


def test_another_key_or_a_flipped_bit_is_9862(usim: Card, send: Send) -> None:
    assert send(usim, CHALLENGE[:-1] + "2") == "9862"
    assert usim.counter.highest < SQN, "nothing is remembered"
    assert send(usim, CHALLENGE) == "6135"


def test_the_window_of_sequence_numbers() -> None:
    """33.102 C.2.2: 32 indices, each with its own; C.2.1: no jump of more than 2^28."""
    counter = Counter()
    assert counter.accept(5 << 5 | 3) and not counter.accept(5 << 5 | 3)
    assert counter.accept(5 << 5 | 4), "another index"
    assert counter.accept(4 << 5 | 5), "late, but fresh of its index"
    assert counter.highest == 5 << 5 | 3
    assert not counter.accept((6 + (1 << 28)) << 5), "too far ahead"
    assert counter.accept((5 + (1 << 28)) << 5)


def test_the_context_of_gsm(usim: Card, send: Send) -> None:
    assert send(usim, f"00880080 11 10 {RAND}") == "610E"
    assert send(usim, "00C000000E") == f"04{SRES}08{KC}9000"
    assert send(usim, "A0A40000027F20") == "9F16"
    assert send(usim, f"A0880000 10 {RAND}") == "9F0C"
    assert send(usim, "A0C000000C") == f"{SRES}{KC}9000"


def test_when_it_cannot_be_done(usim: Card, send: Send) -> None:
    assert send(usim, f"00880081 11 10 {RAND}") == "6700"
    assert send(usim, f"00880082 11 10 {RAND}") == "6A86"
    assert send(usim, "A0A40000023F00") == "9F16"
    assert send(usim, f"A0880000 10 {RAND}") == "9804", "only in DF.GSM"
    assert send(usim, CHALLENGE) == "6985", "no application is selected"
    usim.power_on()
    assert send(usim, USIM) == "9000"
    assert send(usim, CHALLENGE) == "6982", "the PIN has not been given"
    empty = Card.blank()
    assert send(empty, USIM) == "9000"
    assert send(empty, CHALLENGE) == "9864", "it has no key"


def test_keys_written_into_its_files_are_those_it_answers_with(send: Send) -> None:
    card = Card.blank()
    card.counter.seen[0] = (SQN >> 5) - 1
    for apdu in (
        "0020000A083838383838383838",
        "00A4080C047F2000FF",
        f"00D6000010{K.hex()}",
        "00A4080C047F2000F7",
        f"00D600001101{OPC.hex()}",
        USIM,
    ):
        assert send(card, apdu) == "9000"
    assert send(card, CHALLENGE) == "6135"
    assert send(card, "00C0000035")[4:20] == RES


@pytest.mark.parametrize("layout", ["sysmoUSIM-SJS1", "OpenCells"])
def test_every_layout_authenticates(layout: str, send: Send) -> None:
    card = Card.blank(ki=K, opc=OPC, layout=layout)
    assert card.atr[:1] == b"\x3b"
    assert send(card, USIM) == "9000"
    assert send(card, f"00880080 11 10 {RAND}") == "610E"
    assert send(card, "00C000000E") == f"04{SRES}08{KC}9000"
