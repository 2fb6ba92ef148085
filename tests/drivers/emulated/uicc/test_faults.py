"""Each fault does what its row says, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from drivers.emulated.uicc import Card, faults
from interop.protocols.card import CardLost

Send = Callable[[Card, str], str]
ADM = "0020000A083838383838383838"
FPLMN = "00A4080C047FFF6F7B"
UPDATE = "00D600000C" + "11" * 12
READ = "00B000000C"
OLD = "FF" * 12


@pytest.fixture
def chosen(issuer: Card, send: Send) -> Card:
    """EF_FPLMN is selected, and may be written."""
    assert send(issuer, FPLMN) == "9000"
    return issuer


def restart(card: Card, send: Send) -> bytes:
    atr = card.power_on()
    assert send(card, "00A4040C07A0000000871002") == send(card, FPLMN) == "9000"
    return atr


def test_every_fault_is_listed_and_tested() -> None:
    listed = {row.name for row in faults.listing()}
    tested = {name.split("@")[0] for name in TESTED}
    assert listed == tested
    for row in faults.listing():
        assert row.effect.endswith(".") and row.effect[0].isupper()
        faults.parse(row.name)


TESTED = (
    "answer.late", "answer.never", "atr.changed", "card.removed", "counter.low", "file.worn", "length.off",
    "power.cut", "response.detour", "response.pieces", "status.wrong", "write.torn",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("power.cat", "unknown fault 'power.cat', did you mean 'power.cut'?"),
        ("power.cut@at=0", "fault power.cut: at='0' is not in 1..1000000"),
        ("power.cut@at=x", "fault power.cut: at='x' is not a number"),
        ("power.cut@when=now", "fault power.cut: when='now' is not in before, after"),
        ("status.wrong@sw=6F", "fault status.wrong: sw='6F' is not in hexadecimal, of 2 to 2 octets"),
        ("write.torn@octets=256", "fault write.torn: octets='256' is not in 0..255"),
    ],
)
def test_bad_faults_are_named(text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as error:
        faults.parse(text)
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(("when", "content"), [("before", OLD), ("after", "11" * 12)])
def test_power_cut(chosen: Card, send: Send, when: str, content: str) -> None:
    chosen.arm(f"power.cut@at=2,when={when}")
    assert send(chosen, READ) == OLD + "9000"
    with pytest.raises(CardLost, match="the power went at APDU 2"):
        send(chosen, UPDATE)
    with pytest.raises(CardLost, match="it has no power"):
        send(chosen, READ)
    restart(chosen, send)
    assert send(chosen, READ) == content + "9000"
    assert send(chosen, "0020000A00") == "63C3"
    assert send(chosen, UPDATE) == "9000", "PIN1, which is disabled; it happens once"


def test_a_cut_after_a_wrong_key_has_cost_a_try(card: Card, send: Send) -> None:
    card.arm("power.cut@at=1,when=after")
    with pytest.raises(CardLost):
        send(card, "0020000A08" + "00" * 8)
    card.power_on()
    assert send(card, "0020000A00") == "63C2"


@pytest.mark.parametrize("octets", [0, 1, 5, 11])
def test_torn_write(chosen: Card, send: Send, octets: int) -> None:
    chosen.arm(f"write.torn@at=2,octets={octets}")
    assert send(chosen, "00D6000001FF") == "9000"
    with pytest.raises(CardLost, match="while it wrote"):
        send(chosen, UPDATE)
    restart(chosen, send)
    assert send(chosen, READ) == "11" * octets + "FF" * (12 - octets) + "9000"
    assert send(chosen, UPDATE) == "9000"


def test_a_torn_record(issuer: Card, send: Send) -> None:
    assert send(issuer, "00A4080C047FFF6F3C") == "9000"
    issuer.arm("write.torn@octets=100")
    with pytest.raises(CardLost):
        send(issuer, "00DC0204B0" + "22" * 176)
    file = issuer.tree.file("3F00/7F10/6F3C")
    assert file is not None
    assert file.record(2) == b"\x22" * 100 + b"\xff" * 76
    assert file.record(1) == file.record(3) == b"\0" + b"\xff" * 175


def test_worn_file(chosen: Card, send: Send) -> None:
    chosen.arm("file.worn@file=7FFF/6F7B,after=1")
    assert send(chosen, "00D6000001FF") == "9000"
    assert send(chosen, UPDATE) == send(chosen, UPDATE) == "6581"
    assert send(chosen, READ) == OLD + "9000"
    assert send(chosen, "00A4080C047FFF6F07") == "9000"
    assert send(chosen, "00D6000009084906510000000010") == "9000", "other files are well"
    chosen.cure()
    assert send(chosen, FPLMN) == send(chosen, UPDATE) == "9000"


@pytest.mark.parametrize(("executed", "content"), [("no", OLD), ("yes", "11" * 12)])
def test_wrong_status(chosen: Card, send: Send, executed: str, content: str) -> None:
    chosen.arm(f"status.wrong@sw=6F00,executed={executed}")
    assert send(chosen, READ) == OLD + "9000"
    assert send(chosen, UPDATE) == "6F00"
    assert send(chosen, READ) == content + "9000"
    assert send(chosen, UPDATE) == "9000", "once"


def test_removal(chosen: Card, send: Send) -> None:
    chosen.arm("card.removed@at=2")
    assert send(chosen, READ)[-4:] == "9000"
    for _ in range(2):
        with pytest.raises(CardLost, match="pulled out"):
            send(chosen, UPDATE)
    with pytest.raises(CardLost, match="pulled out"):
        chosen.power_on()
    chosen.insert()
    restart(chosen, send)
    assert send(chosen, READ) == OLD + "9000"


def test_mute_until_the_next_reset(chosen: Card, send: Send) -> None:
    chosen.arm("answer.never@at=2")
    assert chosen.answer(bytes.fromhex(READ)).late == 0
    assert math.isinf(chosen.answer(bytes.fromhex(UPDATE)).late)
    with pytest.raises(CardLost, match="says nothing"):
        send(chosen, READ)
    restart(chosen, send)
    assert send(chosen, READ) == OLD + "9000", "the UPDATE was not executed"


def test_late_answers(chosen: Card) -> None:
    chosen.arm("answer.late@by=2.5,times=1")
    answer = chosen.answer(bytes.fromhex(READ))
    assert (answer.late, answer.sw) == (2.5, 0x9000)
    assert chosen.answer(bytes.fromhex(READ)).late == 0


def test_low_counter(card: Card, send: Send) -> None:
    card.arm("counter.low@tries=1")
    assert send(card, "0020000A00") == "63C1"
    assert send(card, "0020000100") == "63C3"
    assert send(card, "0020000A08" + "00" * 8) == "63C0"
    card.arm("counter.low@key=01,tries=0")
    assert send(card, "0020000100") == "6983"


def test_another_atr(card: Card) -> None:
    own = card.atr
    card.arm("atr.changed@atr=3B021450,resets=2")
    assert card.atr == card.power_on() == own
    assert card.power_on() == card.atr == bytes.fromhex("3B021450")


def test_response_in_pieces(card: Card, send: Send) -> None:
    whole = send(card, "00A40004022FE2")
    expected = send(card, f"00C00000{whole[2:]}")[:-4]
    card.arm("response.pieces@octets=10")
    left, got = int(send(card, "00A40004022FE2")[2:], 16), ""
    while left:
        piece = send(card, f"00C00000{left:02X}")
        got, status = got + piece[:-4], piece[-4:]
        assert len(piece) <= 24
        left = int(status[2:], 16) if status[:2] == "61" else 0
    assert got == expected and status == "9000"


def test_a_sim_gives_its_response_whole(card: Card, send: Send) -> None:
    """In CLA A0 no status word tells of a rest (51.011 9.4): with pieces it would be lost unseen."""
    card.arm("response.pieces@octets=10")
    assert send(card, "A0A40000022FE2") == "9F0F"
    header = send(card, "A0C000000F")
    assert (len(header), header[:12], header[-4:]) == (34, "0000000A2FE2", "9000")


def test_response_by_a_detour(card: Card, send: Send) -> None:
    card.arm("response.detour")
    assert send(card, "00A4000C022FE2") == "9000"
    assert send(card, "00B0000000") == "6C0A"
    assert send(card, "00B000000A") == "610A"
    assert send(card, "00C000000A") == "986800214365870921439000"


def test_a_wrong_length_in_6cxx(card: Card, send: Send) -> None:
    card.arm("length.off")
    assert send(card, "00A4000C022FE2") == "9000"
    assert send(card, "00B0000000") == "6C0B"
    assert send(card, "00B000000B") == "6C0A"
    assert send(card, "00B000000A") == "986800214365870921439000"
