"""Octets by count, up and down, in lexer and dialogue: every split into reads gives the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.at.dialect import UrcKind, load
from drivers.at.exchange import (
    Answer,
    Awaited,
    Command,
    Forget,
    InStep,
    Late,
    OutOfReach,
    Output,
    Restarted,
    Send,
    Take,
    Unowned,
    Unsolicited,
)
from drivers.at.lexer import Lexer, Line, Prompt, Raw
from drivers.at.octets import MOST_PER_BLOCK
from drivers.at.transaction import Dialogue, State

JPEG = b'\xff\xd8\xff\xe0\r\nOK\r\n> \r\nCONNECT\r\n\x1a\x1b+++\0\r\n+CMTI: "SM",3\r\n\xff\xd9'
"""all that could be mistaken for something"""


def count_of(prefix: str, field: int = 0) -> Callable[[str], int | None]:
    def count(text: str) -> int | None:
        values = text.removeprefix(prefix).split(",")
        return int(values[field]) if re.fullmatch(r" *-?\d+", values[field]) else None

    return count


UPLOAD = Command(text='AT+QFUPL="RAM:a.jpg",46,300', expect=("+QFUPL:",), upload=JPEG)
DOWN = Command(text=f'AT+CMMSDOWN="PIC",{len(JPEG)},50000', upload=JPEG)
AT_SIGN = Command(text='AT+CMMSDOWN="pic",46,"n.jpg"', upload=JPEG, upload_at=">")
READ = Command(text="AT+QIRD=0,1500", expect=("+QIRD:",), block=count_of("+QIRD:"))
CSQ = Command(text="AT+CSQ", expect=("+CSQ:",))
UPLOADED = b"\r\n+QFUPL: 46,3c4e\r\n\r\nOK\r\n"
CMEE = b"\r\n+CMEE: 1\r\n\r\nOK\r\n"
BOTH = b'\r\n+CMEE: 1\r\n\r\n+CSCS: "GSM"\r\n\r\nOK\r\n'


PROBE = re.compile(rb"\+[A-Z]+\?")
PROBES = {
    b"+CMEE?": b"\r\n+CMEE: 1\r\n",
    b"+CSCS?": b'\r\n+CSCS: "GSM"\r\n',
    b"+CMGF?": b"\r\n+CMGF: 0\r\n",
    b"+CSMS?": b"\r\n+CSMS: 0,1,1,1\r\n",
}


class Player:
    """Lexer and dialogue put together as the channel does."""

    def __init__(self) -> None:
        self.dialogue = Dialogue(load("quectel"))
        self.lexer = Lexer()
        self.out: list[Output] = []
        self.probes: list[bytes] = []
        """answers that are due"""

    def start(self, command: Command) -> Player:
        self._heed(self.dialogue.start(command))
        return self

    def feed(self, *pieces: bytes) -> Player:
        for piece in pieces:
            self.lexer.feed(piece)
            while True:
                self.lexer.expect_prompt = self.dialogue.wants_prompt
                self.lexer.hand_over(self.dialogue.keeps)
                token = self.lexer.next()
                if token is None:
                    break
                if isinstance(token, Line):
                    if not self.dialogue.keeps(token.text):
                        self._heed(self.dialogue.line(token.text))
                elif isinstance(token, Prompt):
                    self._heed(self.dialogue.prompt())
                elif isinstance(token, Raw):
                    self.dialogue.octets.came(token.data)
        return self

    def timeout(self) -> Player:
        self._heed(self.dialogue.timeout())
        return self

    def quiet(self) -> Player:
        self._heed(self.dialogue.quiet())
        return self

    def obey(self) -> Player:
        """Answer, as a modem does, one probe after another."""
        while self.probes:
            self.feed(self.probes.pop(0))
        return self

    def _heed(self, outputs: Iterator[Output]) -> None:
        for out in outputs:
            self.out.append(out)
            match out:
                case Send(counted=True):
                    self.lexer.pass_over(out.data)
                case Send() if asked := [query for query in PROBE.findall(out.data) if query in PROBES]:
                    self.probes.append(b"".join(PROBES[query] for query in asked) + b"\r\nOK\r\n")
                case Take():
                    self.lexer.take(out.count)
                case Forget():
                    self.lexer.forget()

    def of(self, kind: type[Output]) -> list[Output]:
        return [out for out in self.out if isinstance(out, kind)]

    @property
    def answers(self) -> list[tuple[bool, str, list[str], list[bytes]]]:
        return [(out.ok, out.final, out.lines, out.blocks) for out in self.out if isinstance(out, Answer)]

    @property
    def sent(self) -> list[bytes]:
        return [out.data for out in self.out if isinstance(out, Send)]

    @property
    def strange(self) -> list[str]:
        return [out.text for out in self.out if isinstance(out, Unowned)]

    @property
    def urcs(self) -> list[str]:
        return [out.text for out in self.out if isinstance(out, Unsolicited)]


def line_of(command: Command) -> bytes:
    return command.text.encode() + b"\r"


def play(command: Command, data: bytes) -> Player:
    """The outputs of the whole, after every split gave the same."""
    whole = Player().start(command).feed(data)
    assert Player().start(command).feed(*(data[at : at + 1] for at in range(len(data)))).out == whole.out
    for cut in range(1, len(data)):
        assert Player().start(command).feed(data[:cut], data[cut:]).out == whole.out
    return whole


# Up


@pytest.mark.parametrize(
    ("command", "said", "answer"),
    [
        (UPLOAD, b"\r\nCONNECT\r\n" + UPLOADED, (True, "OK", ["+QFUPL: 46,3c4e"], [])),
        (UPLOAD, b"\r\nCONNECT 115200\r\n" + UPLOADED, (True, "OK", ["+QFUPL: 46,3c4e"], [])),
        (UPLOAD, b"\r\r\nCONNECT\r\r\n" + UPLOADED, (True, "OK", ["+QFUPL: 46,3c4e"], [])),
        (UPLOAD, b"\nCONNECT\n" + UPLOADED, (True, "OK", ["+QFUPL: 46,3c4e"], [])),
        (DOWN, line_of(DOWN) + b"\r\r\nCONNECT\r\n\r\nOK\r\n", (True, "OK", [], [])),
        (DOWN, b"\r\nCONNECT\r\n\r\n+CME ERROR: 173\r\n", (False, "+CME ERROR: 173", [], [])),
        (AT_SIGN, b"\r\n> \r\nOK\r\n", (True, "OK", [], [])),
        (AT_SIGN, b">\r\nOK\r\n", (True, "OK", [], [])),
        (AT_SIGN, b"\r\n>\r\n\r\nOK\r\n", (True, "OK", [], [])),
        (AT_SIGN, line_of(AT_SIGN) + b"\r\r\n> \r\nOK\r\n", (True, "OK", [], [])),
    ],
)
def test_the_octets_go_out_once_at_the_prompt_and_nothing_behind_them(
    command: Command, said: bytes, answer: tuple[bool, str, list[str], list[bytes]]
) -> None:
    player = play(command, said)
    assert player.sent == [line_of(command), JPEG]
    assert player.of(Send)[1] == Send(JPEG, command.text, counted=True)
    assert player.answers == [answer]
    assert player.strange == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (UPLOAD, b"\r\nCONNECT OK\r\n"),  # of a socket: SIM800, Quectel M26
        (UPLOAD, b"\r\nCONNECT FAIL\r\n"),
        (UPLOAD, b"\r\n0, CONNECT OK\r\n"),
        (AT_SIGN, b"\r\nCONNECT\r\n"),
        (UPLOAD, b"\r\nRING\r\n\r\nOK\r\n"),
        (AT_SIGN, b"\r\nOK\r\n"),
    ],
)
def test_nothing_goes_out_without_the_prompt(command: Command, said: bytes) -> None:
    player = play(command, said)
    assert player.sent == [line_of(command)]
    assert player.answers == []


def test_a_prompt_of_something_else_is_left_and_the_own_one_still_taken() -> None:
    player = play(UPLOAD, b"\r\n> \r\nCONNECT\r\n" + UPLOADED)
    assert player.sent == [line_of(UPLOAD), b"\x1b", JPEG]


@pytest.mark.parametrize("command", [UPLOAD, AT_SIGN])
def test_an_error_instead_of_the_prompt(command: Command) -> None:
    player = play(command, b"\r\n+CME ERROR: 407\r\n\r\nCONNECT\r\n> \r\n")
    assert player.answers == [(False, "+CME ERROR: 407", [], [])]
    assert JPEG not in player.sent


def test_a_second_prompt_gets_nothing() -> None:
    player = play(UPLOAD, b"\r\nCONNECT\r\n\r\nCONNECT\r\n" + UPLOADED)
    assert player.sent == [line_of(UPLOAD), JPEG]
    player = play(AT_SIGN, b"\r\n> \r\n> \r\nOK\r\n")
    assert player.sent == [line_of(AT_SIGN), JPEG]


def test_the_socket_says_in_its_own_words_that_it_took_them() -> None:
    """SEND OK is a final result by the dialect; an OK of nobody knows what before the prompt is none."""
    send = Command(text=f"AT+QISEND=0,{len(JPEG)}", upload=JPEG, upload_at=">")
    assert play(send, b"\r\n> \r\nSEND FAIL\r\n").sent == [line_of(send), JPEG]


def test_news_between_prompt_and_answer_stay_news() -> None:
    player = play(UPLOAD, b'\r\n+CUSD: 0,"half\r\nCONNECT\r\n\r\n+CMTI: "SM",3\r\n' + UPLOADED)
    assert player.urcs == ['+CUSD: 0,"half', '+CMTI: "SM",3']
    assert player.sent == [line_of(UPLOAD), JPEG]
    assert player.answers == [(True, "OK", ["+QFUPL: 46,3c4e"], [])]


@pytest.mark.parametrize("between", [b"", b"\n", b"\r\n"])
def test_the_echo_of_the_octets_is_not_read(between: bytes) -> None:
    """Quectel's AT+QISDE=1. Wrong code takes the OK in the picture for the answer, and fetches its +CMTI."""
    player = play(UPLOAD, b"\r\nCONNECT\r" + between + JPEG + UPLOADED)
    assert player.answers == [(True, "OK", ["+QFUPL: 46,3c4e"], [])]
    assert player.urcs == player.strange == []
    assert play(AT_SIGN, b"\r\n> " + JPEG + b"\r\nOK\r\n").urcs == []


@pytest.mark.parametrize("text", [b"\r\nOK", b"+", b"\r\n", b"\n", b"+QFUPL: 46", b" ", b"\0", b"O", b"OK"])
def test_an_answer_that_begins_like_the_octets_is_no_echo(text: bytes) -> None:
    upload = Command(text="AT+QFUPL=1", expect=("+QFUPL:",), upload=text + b"...")
    assert play(upload, b"\r\nCONNECT\r\n" + UPLOADED).answers == [(True, "OK", ["+QFUPL: 46,3c4e"], [])]


def test_an_ok_before_the_prompt_ends_no_upload_whatever_came_with_it() -> None:
    """What was taken for octets, of the last upload, has its result still to come."""
    player = play(UPLOAD, UPLOADED + b"\r\nCONNECT\r\n" + UPLOADED)
    assert player.sent == [line_of(UPLOAD), JPEG]
    assert player.answers == [(True, "OK", ["+QFUPL: 46,3c4e"], [])]


def test_an_ok_without_the_information_is_of_something_else() -> None:
    player = play(UPLOAD, b"\r\nCONNECT\r\n\r\nOK\r\n" + UPLOADED)
    assert player.answers == [(True, "OK", ["+QFUPL: 46,3c4e"], [])]
    assert player.of(Awaited) == [], "there is all the time of its deadline for it"


# Given up


def test_a_prompt_that_never_comes_gets_nothing_and_the_modem_is_led_out_of_data_mode() -> None:
    """`+++` is heard only in a silence of a second, so it waits for one and the probe for another."""
    player = Player().start(UPLOAD).timeout()
    assert (player.sent, player.dialogue.octets.hush) == ([line_of(UPLOAD)], True)
    player.quiet()
    assert (player.sent[1:], player.dialogue.octets.hush) == ([b"+++"], True)
    player.quiet()
    assert (player.sent[2:], player.dialogue.octets.hush) == ([b"AT+CMEE?\r"], False)
    player.feed(CMEE).feed(BOTH)
    assert player.out[-1] == InStep()
    assert Player().start(AT_SIGN).timeout().quiet().sent == [line_of(AT_SIGN), b"\x1b", b"AT+CMEE?\r"]


@pytest.mark.parametrize("command", [UPLOAD, AT_SIGN])
@pytest.mark.parametrize("when", ["drain", "proof", "idle", "another runs", "behind a mark"])
def test_a_late_prompt_never_gets_the_octets(command: Command, when: str) -> None:
    """Nor those of another upload: what comes is for what was asked before."""
    player = Player().start(command).timeout()
    if when != "drain":
        player.quiet().quiet()
    if when not in ("drain", "proof"):
        player.feed(CMEE).feed(BOTH)
        assert player.dialogue.state is State.IDLE
    if when == "another runs":
        player.start(UPLOAD if command is AT_SIGN else AT_SIGN)
    if when == "behind a mark":
        player.start(CSQ)
    player.feed(b"\r\nCONNECT\r\n" if command is UPLOAD else b"\r\n> ")
    player.timeout().quiet().quiet()
    assert JPEG not in player.sent
    assert all(data in (b"+++", b"\x1b") or data.startswith(b"AT") for data in player.sent)


def test_the_same_upload_once_more_does_not_take_the_late_prompt_either() -> None:
    player = Player().start(UPLOAD).timeout().quiet().quiet().feed(CMEE).feed(BOTH).start(UPLOAD)
    assert player.dialogue.state is State.PROMPT
    player.feed(b"\r\nCONNECT\r\n")
    assert JPEG not in player.sent
    assert player.timeout().quiet().sent[-1] == b"+++"


def test_after_a_late_connect_there_is_silence_then_the_way_out_then_the_proof() -> None:
    player = Player().start(UPLOAD).timeout().quiet().quiet()
    assert player.sent[-1] == b"AT+CMEE?\r"
    player.feed(b"\r\nCONNECT\r\n")
    assert player.dialogue.state is State.DRAIN and player.dialogue.octets.hush
    sent = len(player.sent)
    player.quiet().quiet()
    assert player.sent[sent] == b"+++" and player.sent[sent + 1].startswith(b"AT")
    player.feed(b"\r\n+QFUPL: 9,1234\r\n\r\nOK\r\n")
    assert player.answers == []
    assert [out.text for out in player.of(Late) if isinstance(out, Late)] == [
        "CONNECT",
        "+QFUPL: 9,1234",
        "OK",
    ]


def test_a_restart_in_the_middle_ends_it() -> None:
    player = Player().start(UPLOAD).feed(b"\r\nCONNECT\r\n", b"\r\nRDY\r\n")
    assert player.out[-1] == Restarted("RDY", UPLOAD)
    player.start(CSQ).feed(b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n")
    assert player.answers == [(True, "OK", ["+CSQ: 20,99"], [])]
    assert player.sent == [line_of(UPLOAD), JPEG, b"AT+CSQ\r"]


def test_a_modem_that_began_anew_is_in_no_data_mode() -> None:
    player = Player().start(UPLOAD).timeout().feed(b"\r\nRDY\r\n").start(CSQ).timeout().quiet()
    assert player.sent == [line_of(UPLOAD), b"AT+CSQ\r", b"AT+CMEE?\r"]


def test_a_modem_that_stays_silent_is_led_out_once_more() -> None:
    """Its prompt may have come unheard after the first time."""
    player = Player().start(UPLOAD).timeout().quiet().quiet()
    for _ in range(4):
        player.timeout()
    assert player.out[-1] == OutOfReach()
    player.dialogue.retry()
    assert player.quiet().sent[-1] == b"+++"
    player = Player().start(CSQ).timeout().quiet().timeout().timeout().timeout().timeout()
    player.dialogue.retry()
    assert b"+++" not in player.quiet().sent


def test_a_modem_that_waited_in_vain_for_lost_octets() -> None:
    """Its time limit ends it, and the late error reaches nobody (SIM800: +CME ERROR: 173)."""
    player = Player().start(DOWN).feed(b"\r\nCONNECT\r\n").timeout().quiet().quiet()
    assert player.sent == [line_of(DOWN), JPEG, b"+++", b"AT+CMEE?\r"]
    player.feed(b"\r\n+CME ERROR: 173\r\n").obey()
    assert player.answers == []
    assert player.dialogue.state is State.IDLE


def test_no_mark_stands_before_an_upload() -> None:
    player = Player().start(CSQ).timeout().quiet().feed(CMEE).feed(BOTH).start(UPLOAD)
    assert player.sent[-1] == line_of(UPLOAD)


# Down


@pytest.mark.parametrize("end", [b"\r\n", b"\r\r\n", b"\n", b"\r\r\r\n"])
@pytest.mark.parametrize(
    "data", [JPEG, b"\r\nOK\r\n", b"\n", b"\r", b"\r\n", b"\r\r\n", b"\n\n", b">", b"\0", b'"', b"RDY\r\n"]
)
def test_a_block_begins_behind_the_line_end_whatever_it_holds(end: bytes, data: bytes) -> None:
    player = play(READ, b"\r\n+QIRD: %d" % len(data) + end + data + b"\r\nOK\r\n")
    assert player.answers == [(True, "OK", [f"+QIRD: {len(data)}"], [data])]
    assert player.urcs == player.strange == []


@pytest.mark.parametrize("data", [b"hello", b"\0\0", b">\n", b"\rabc"])
def test_a_line_that_only_cr_ends(data: bytes) -> None:
    assert play(READ, b"+QIRD: %d\r" % len(data) + data + b"\r\nOK\r\n").answers[0][3] == [data]


def test_several_blocks_and_lines_without_one() -> None:
    listed = Command(text="AT+CMMSREAD=1", expect=("+CMMSREAD:", "1,"), block=count_of("+CMMSREAD:", 2))
    first, second = JPEG, b"OK"
    said = b'\r\n1,x,y\r\n+CMMSREAD: "a.jpg",5,%d\r\n' % len(first) + first
    said += (
        b'\r\n+CMMSREAD: "t.txt",4,%d\r\n' % len(second) + second + b'\r\n+CMMSREAD: "e",4,0\r\n\r\nOK\r\n'
    )
    [answer] = play(listed, said).answers
    assert answer[3] == [first, second]
    assert answer[2] == [
        "1,x,y",
        f'+CMMSREAD: "a.jpg",5,{len(first)}',
        '+CMMSREAD: "t.txt",4,2',
        '+CMMSREAD: "e",4,0',
    ]


def test_no_octets_no_block() -> None:
    player = play(READ, b"\r\n+QIRD: 0\r\n\r\nOK\r\n")
    assert player.answers == [(True, "OK", ["+QIRD: 0"], [])]


def test_a_line_of_somebody_else_announces_nothing() -> None:
    player = play(CSQ, b"\r\n+QIRD: 4\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n")
    assert player.answers == [(True, "OK", ["+CSQ: 20,99"], [])]


@pytest.mark.parametrize("count", ["-1", str(MOST_PER_BLOCK + 1), "1" + 12 * "0", "13~0", ""])
def test_after_a_count_that_is_nonsense_nothing_is_read_before_the_line_is_quiet(count: str) -> None:
    read = Command(text=READ.text, expect=READ.expect, block=lambda text: int(text.removeprefix("+QIRD:")))
    player = play(read, f"\r\n+QIRD: {count}\r\n".encode() + JPEG + b"\r\nOK\r\n")
    assert player.answers == [] and player.urcs == []
    player.timeout().quiet().feed(CMEE).feed(BOTH)
    assert player.out[-1] == InStep()


def test_a_block_that_stays_short_is_forgotten_and_the_modem_in_step_again() -> None:
    player = Player().start(READ).feed(b"\r\n+QIRD: 100\r\n" + JPEG).timeout()
    assert player.feed(JPEG).urcs == [], "what still comes before it is quiet is of the block"
    player.quiet().feed(CMEE).feed(BOTH)
    assert player.out[-1] == InStep()
    assert player.answers == [] and player.strange == []
    player.start(CSQ).feed(
        b"\r\n+CMEE: 1\r\n+CSQ: 1,0\r\n\r\nOK\r\n", b'\r\n+CSCS: "GSM"\r\n+CSQ: 20,99\r\n\r\nOK\r\n'
    )
    assert [answer[2] for answer in player.answers] == [["+CSQ: 20,99"]]


@pytest.mark.parametrize("when", ["drain", "proof", "idle", "behind a mark"])
def test_the_block_of_a_late_answer_is_not_read(when: str) -> None:
    late = b"\r\n+QIRD: %d\r\n" % len(JPEG) + JPEG + b"\r\nOK\r\n"
    player = Player().start(READ).timeout()
    if when != "drain":
        player.quiet()
    if when not in ("drain", "proof"):
        player.feed(CMEE).feed(BOTH)
    if when == "behind a mark":
        player.start(READ)
        assert player.sent[-1] == b"AT+CSCS?;+QIRD=0,1500\r"
    player.feed(*(late[at : at + 3] for at in range(0, len(late), 3)))
    assert player.urcs == player.strange == [] and player.answers == []
    if when == "behind a mark":
        player.feed(b'\r\n+CSCS: "GSM"\r\n\r\n+QIRD: 2\r\nab\r\nOK\r\n')
        assert [answer[3] for answer in player.answers] == [[b"ab"]]


def test_a_short_block_of_a_late_answer_does_not_swallow_the_proof() -> None:
    player = Player().start(READ).timeout().quiet().feed(b"\r\n+QIRD: 900\r\n..", CMEE)
    assert player.dialogue.state is State.PROOF
    player.probes.clear()
    player.timeout().obey()
    assert player.of(InStep) and not player.of(OutOfReach)


@given(st.binary(min_size=1, max_size=200), st.lists(st.integers(1, 40), max_size=20))
def test_any_octets_in_any_pieces(data: bytes, cuts: list[int]) -> None:
    said = b"AT+QIRD=0,1500\r\r\n+QIRD: %d\r\n" % len(data) + data + b"\r\nOK\r\n"
    pieces, at = [], 0
    for cut in cuts:
        pieces.append(said[at : at + cut])
        at += cut
    player = Player().start(READ).feed(*pieces, said[at:])
    assert player.answers == [(True, "OK", [f"+QIRD: {len(data)}"], [data])]
    assert player.strange == []


@pytest.mark.parametrize("said", [b"\r\nCONNECT\r\n", b"\r\r\nCONNECT\r\r\n", b"\r\n> ", b">"])
@pytest.mark.parametrize("text", [b"OK", b"O", b"ERROR", b"\r\n", b"\n", b" ", b"+CMTI: 1", b"4", b"0"])
def test_a_title_that_is_the_answer_word_for_word(text: bytes, said: bytes) -> None:
    """A subject may be OK. Wrong code takes the answer for its echo and waits for another."""
    upload = Command(text="AT+CMMSDOWN=1", upload=text, upload_at=">" if b">" in said else "CONNECT")
    assert play(upload, said + b"\r\nOK\r\n").answers == [(True, "OK", [], [])]


@given(st.binary(min_size=1, max_size=200).filter(lambda data: data[:5] != b"\r\nOK\r"), st.booleans())
@example(b"\r", False)
@example(b"\r\nO", False)
@example(b"\n\r\nOK", False)
def test_any_octets_echoed_or_not(data: bytes, echoed: bool) -> None:
    upload = Command(text="AT+CMMSDOWN=1", upload=data)
    player = Player().start(upload).feed(b"\r\nCONNECT\r\n")
    if echoed:
        player.feed(data)
    player.feed(b"\r\nOK\r\n")
    assert player.sent == [line_of(upload), data]
    if not echoed and b"\r\nOK\r\n".startswith(data) and len(data) > 2:
        assert player.answers == [], "what cannot be told from an echo"
        return
    assert player.answers == [(True, "OK", [], [])]
    assert player.strange == []


STEPS = st.lists(
    st.sampled_from([
        *(b"\r\nCONNECT\r\n", b"\r\n> ", b"\r\nOK\r\n", UPLOADED, b"\r\n+CME ERROR: 173\r\n", b"\r\nRDY\r\n"),
        *(b'\r\n+CMTI: "SM",3\r\n', b"\r\nRING\r\n", b'\r\n+CUSD: 0,"half\r\n', JPEG, b"\xff\r", b"\r\nCONN"),
        *(b"\r\n+QIRD: 48\r\n" + JPEG, b"\r\n+QIRD: 90\r\n.", b"\r\n+QIRD: x\r\n", line_of(UPLOAD) + b"\r\n"),
        *(UPLOAD, DOWN, AT_SIGN, READ, CSQ, "timeout", "timeout", "quiet", "obey"),
    ]),
    max_size=30,
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(STEPS, st.sampled_from([1, 3, 1000]))
@example([UPLOAD, b"\r\nCONNECT\r\n", b"\r\nCONNECT\r\n", UPLOADED], 1)
@example([UPLOAD, "timeout", AT_SIGN, "quiet", "quiet", "obey", AT_SIGN, b"\r\n> "], 3)
def test_octets_go_once_for_each_upload_and_while_it_is_waited_for(
    steps: list[bytes | str | Command], size: int
) -> None:
    """And whatever was said, with a modem that answers from then on all is in step again."""
    player, due = Player(), list[bytes]()
    for step in steps:
        before, answered = player.sent.count(JPEG), len(player.answers)
        match step:
            case bytes():
                for at in range(0, len(step), size):
                    player.feed(step[at : at + size])
            case Command() if player.dialogue.state is State.IDLE:
                due = [step.upload] if step.upload is not None else []
                player.start(step)
            case "timeout":
                due = []
                player.timeout()
            case "quiet":
                player.quiet()
                player.dialogue.retry()
            case "obey":
                player.obey()
        went = player.sent.count(JPEG) - before
        assert went <= len(due), "twice, or for nobody"
        if went or len(player.answers) > answered or player.of(Restarted):
            due = due[went:] if not player.of(Restarted) else []
            player.out = [out for out in player.out if not isinstance(out, Restarted)]
    for _ in range(12):
        player.timeout().quiet().quiet()
        player.dialogue.retry()
        player.feed(b"\r\n").quiet().quiet().obey()
        if player.dialogue.state is State.IDLE:
            break
    assert player.dialogue.state is State.IDLE
    player.dialogue.doubt.clear()
    before = len(player.answers)
    player.start(CSQ).feed(b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n")
    assert [answer[2] for answer in player.answers[before:]] == [["+CSQ: 20,99"]]


def test_the_urc_kind_that_the_picture_holds_would_be_one() -> None:
    """What the tests above rely on."""
    assert load("quectel").urcs["+CMTI:"].event is UrcKind.MESSAGE_STORED
    assert Player().feed(JPEG).urcs == ['+CMTI: "SM",3']
