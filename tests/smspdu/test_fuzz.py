"""Whatever octets come: the codec gives a TPDU or a PduError, and what it gives can be written again."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from interop.smspdu import Deliver, Direction, PduError, StatusReport, from_at, gsm7

# published or from 23.040's own examples: DELIVER, STATUS-REPORT, and one with a long user data header
SAMPLES = (
    "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
    "00062A05810180F6621122214365326211222143653200",
    "0791448720003023440DD0E474D81C0EBB010000111011315214000BE474D81C0EBB5DE3771B",
    "0891683108200505F0240D91683179133208F10008101032018500230A4F60597D4F60597D4F60",
    "07917238010010F5440BC87238880900F10000993092516195800AE8329BFD4697D9EC37",
)


def read(pdu: str) -> None:
    for direction in Direction:
        with suppress(PduError):
            _, tpdu = from_at(pdu, direction)
            if isinstance(tpdu, Deliver):
                str(tpdu.originator), str(tpdu.timestamp), tpdu.user_data.body
            elif isinstance(tpdu, StatusReport):
                str(tpdu.recipient), tpdu.status.value, tpdu.reference


def mutated(chance: random.Random) -> str:
    octets = bytearray.fromhex(chance.choice(SAMPLES))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(octets) + 1)
        match chance.randrange(3):
            case 0:
                octets[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del octets[at : at + chance.randint(1, 4)]
            case _:
                octets[at:at] = chance.randbytes(chance.randint(1, 4))
    return octets.hex().upper()


def mutate(seed: int, count: int) -> int:
    chance = random.Random(seed)
    for _ in range(count):
        pdu = mutated(chance)
        try:
            read(pdu)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {pdu}: {error!r}") from error
    return count


@pytest.mark.parametrize("seed", range(4))
def test_mutated_messages(seed: int) -> None:
    mutate(seed, 500)


@pytest.mark.soak
def test_a_hundred_thousand_mutated_messages() -> None:
    read_in_all = sum(mutate(seed, 1000) for seed in range(100, 200))
    print(f"{read_in_all} mutated messages")
    assert read_in_all >= 100_000


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.binary(max_size=180))
@example(b"")
@example(b"\xff" * 30)  # an empty record of EF_SMS; MC35i shows it as a message (modems.md 4.2)
@example(b"\x0c" + b"\x91" * 12)
def test_any_octets(octets: bytes) -> None:
    read(octets.hex())


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.text(max_size=40))
@example("0")
@example("²²")
@example("0 1 2")
def test_any_text(text: str) -> None:
    read(text)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.binary(max_size=160))
def test_any_septets_are_some_text(octets: bytes) -> None:
    assert len(gsm7.decode(gsm7.unpack(octets, len(octets) * 8 // 7))) <= len(octets) * 8 // 7
