"""Whatever a reader sends, the card answers with octets and a status word, or not at all; nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.commands import COMMANDS
from drivers.emulated.uicc.dump import load, save

FILES = ("3F00", "7FFF", "7F20", "7F10", "6F07", "6F3C", "6F44", "6F7B", "2FE2", "5F3B")


@st.composite
def commands(draw: st.DrawFn) -> bytes:
    """Mostly of a known class and instruction, with parameters that lead somewhere."""
    cla = draw(st.sampled_from([0x00, 0x00, 0x80, 0xA0, 0x01, 0x81]) | st.integers(0, 255))
    ins = draw(st.sampled_from(sorted(COMMANDS)) | st.integers(0, 255))
    p1, p2 = (
        draw(st.sampled_from([0, 0, 1, 4, 8, 9, 0x80, 0x87]) | st.integers(0, 255)),
        draw(st.integers(0, 255)),
    )
    data = draw(st.binary(max_size=20) | st.sampled_from([bytes.fromhex(file) for file in FILES]))
    p3 = draw(st.sampled_from([len(data)] * 3 + [0, 9]) | st.integers(0, 255))
    return bytes((cla, ins, p1, p2, p3)) + data


@settings(max_examples=150, deadline=None)
@given(sent=st.lists(commands() | st.binary(max_size=8), max_size=25))
def test_any_octets(sent: list[bytes]) -> None:
    card = Card.blank()
    for key in (b"\x0a\x08" + b"8" * 8, b"\x81\x085678" + b"\xff" * 4):
        assert card.transmit(b"\x00\x20\x00" + key) == (b"", 0x9000)
    for octets in sent:
        data, sw = card.transmit(octets)
        assert isinstance(data, bytes) and len(data) <= 256
        assert 0x61 <= sw >> 8 <= 0x9F
        assert not data or sw >> 8 in (0x90, 0x61, 0x91)
    form = save(card.tree)
    assert save(load(form)) == form
