"""Whatever a modem sends, however it is split into reads: the same tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.at.lexer import MOST_PER_LINE, Lexer, Line, Prompt, Raw, Token


def tokens(*pieces: bytes, prompts: bool = False) -> list[Token]:
    lexer, out = Lexer(), []
    for piece in pieces:
        lexer.feed(piece)
        while True:
            lexer.expect_prompt = prompts
            token = lexer.next()
            if token is None:
                break
            out.append(token)
    return out


def lines(*pieces: bytes) -> list[str]:
    return [token.text for token in tokens(*pieces) if isinstance(token, Line)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\r\nOK\r\n", ["OK"]),
        (b"AT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n", ["AT+CSQ", "+CSQ: 20,99", "OK"]),
        (b"\r\r\n+CRING: VOICE\r\r\n", ["+CRING: VOICE"]),  # SIMCom
        (b"\nOK\n", ["OK"]),
        (b"0\r", ["0"]),  # ATV0
        (b"\0\0\0\r\nOK  \r\n", ["OK"]),  # ZTE
        (b'\r\n+COPS: 0,0,"\xff\xfe"\r\n', ['+COPS: 0,0,"\xff\xfe"']),
        (b"\r\n> no prompt here\r\n", ["> no prompt here"]),
    ],
)
def test_lines(data: bytes, expected: list[str]) -> None:
    assert lines(data) == expected


@pytest.mark.parametrize("prompt", [b"\r\n> ", b"> ", b">", b">\r\n", b"\r\r\n> ", b"\0\r\n>"])
def test_every_prompt_is_seen_without_a_line_end(prompt: bytes) -> None:
    assert tokens(prompt, prompts=True) == [Prompt()]


def test_a_prompt_is_seen_behind_an_echo_and_before_a_line() -> None:
    assert tokens(b"AT+CMGS=9\r\r\n> \r\nOK\r\n", prompts=True) == [Line("AT+CMGS=9"), Prompt(), Line("OK")]


def test_counted_bytes_are_raw_and_lines_go_on_behind_them() -> None:
    data = b"\r\nCONNECT\r\nOK\r\n>\r\nOK\r\n"
    for cut in range(11, len(data)):
        lexer = Lexer()
        lexer.feed(data[:cut])
        assert lexer.next() == Line("CONNECT")
        lexer.take(5)
        first = lexer.next()
        lexer.feed(data[cut:])
        assert (first or lexer.next()) == Raw(b"OK\r\n>")
        assert lexer.next() == Line("OK")


NOISE = st.lists(
    st.sampled_from(
        [b"\r", b"\n", b"\0", b"\xff", b" ", b">", b"OK", b"+CSQ: 1", b"A" * 50, b'"', b"\x1a", b"\t"]
    ),
    max_size=40,
).map(b"".join)


@given(NOISE, st.booleans())
def test_no_split_changes_the_tokens(data: bytes, prompts: bool) -> None:
    whole = tokens(data, prompts=prompts)
    assert tokens(*(data[at : at + 1] for at in range(len(data))), prompts=prompts) == whole
    for cut in range(len(data)):
        assert tokens(data[:cut], data[cut:], prompts=prompts) == whole


@pytest.mark.parametrize("length", [MOST_PER_LINE - 1, MOST_PER_LINE, MOST_PER_LINE + 1, 3 * MOST_PER_LINE])
def test_an_over_long_line_is_cut_once_and_the_next_one_is_whole(length: int) -> None:
    data = b"x" * length + b"\r\nOK\r\n"
    expected = [Line("x" * min(length, MOST_PER_LINE), cut=length > MOST_PER_LINE), Line("OK")]
    assert tokens(data) == expected
    assert tokens(*(data[at : at + 7] for at in range(0, len(data), 7))) == expected


def test_memory_is_bounded_without_line_ends() -> None:
    lexer = Lexer()
    for _ in range(100):
        lexer.feed(b"y" * 10_000)
        while lexer.next() is not None:
            pass
        assert len(lexer._buffer) <= MOST_PER_LINE + 10_000
