"""The fast way through long answers finds what the thorough one finds, however the bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.at import lexer as lexing
from drivers.at.dialect import load
from drivers.at.exchange import Answer, Command, Output, Restarted, Unowned, Unsolicited
from drivers.at.lexer import MOST_PER_LINE, Lexer, Line
from drivers.at.transaction import Dialogue

PIECES = st.lists(
    st.sampled_from(
        [b"\r\n", b"\r", b"\n", b"OK", b"+CMGL: 1,1,,24", b"0891", b" ", b"\0", b"> ", b"\x85", b"x" * 600]
    ),
    max_size=40,
)
LISTING = Command(text="AT+CMGL=4", expect=("+CMGL:",), pdu=True)


def chunks(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def lines(data: list[bytes], *, fast: bool) -> list[tuple[str, bool]]:
    lexer, found = Lexer(), list[tuple[str, bool]]()

    def keep(text: str) -> bool:
        if text == "OK":
            return False
        found.append((text, False))
        return True

    for chunk in data:
        lexer.feed(chunk)
        while True:
            if fast:
                lexer.hand_over(keep)
            token = lexer.next()
            if token is None:
                break
            assert isinstance(token, Line)
            found.append((token.text, token.cut))
    return found


@given(PIECES, st.integers(1, 700))
def test_lines_handed_over_are_the_lines(pieces: list[bytes], size: int) -> None:
    data = b"".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexing, "_LONG", 0)
        assert lines(chunks(data, size), fast=True) == lines([data], fast=False)


def test_an_over_long_line_is_cut_all_the_same() -> None:
    data = b"+CMGL: 1,1,,24\r\n" + b"A" * (MOST_PER_LINE + 10) + b"\r\nOK\r\n"
    for size in (1000, 1 << 20):
        found = lines(chunks(data, size), fast=True)
        assert found == [("+CMGL: 1,1,,24", False), ("A" * MOST_PER_LINE, True), ("OK", False)]


def outputs(answer: list[str], *, fast: bool) -> list[Output]:
    dialogue = Dialogue(load("generic"))
    found: list[Output] = list(dialogue.start(LISTING))
    for text in answer:
        if not (fast and dialogue.keeps(text)):
            found += dialogue.line(text)
    return found


PDU = "0891683108100005F0" + "00" * 20


@pytest.mark.parametrize(
    ("between", "kind"),
    [
        ([], Answer),
        (['+CMTI: "SM",3'], Unsolicited),
        (["+CMT: ,24", PDU], Unsolicited),
        (["RDY"], Restarted),
        (["^RSSI: 12"], Unowned),
        (["AT+CMGL=4"], Answer),
        (["what is this"], Unowned),
        ([f"{PDU}+CMGL: 3,1,,24", PDU], Answer),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2, 3, 4])
def test_nothing_between_the_lines_is_swallowed(between: list[str], kind: type[Output], place: int) -> None:
    answer = ["+CMGL: 1,1,,24", PDU, "+CMGL: 2,1,,24", PDU]
    answer[place:place] = between
    answer.append("OK")
    found = outputs(answer, fast=True)
    assert found == outputs(answer, fast=False)
    assert any(isinstance(output, kind) for output in found)


def test_the_whole_answer_is_kept() -> None:
    answer = ["+CMGL: 1,1,,24", PDU, "+CMGL: 2,1,,24", PDU]
    assert outputs([*answer, "OK"], fast=True)[-1] == Answer(LISTING, True, "OK", answer)
