"""What belongs to which command. Transcripts are fed split at every byte: the outputs must not change."""

from __future__ import annotations

import pytest

from drivers.at import answers
from drivers.at.dialect import UrcKind, load
from drivers.at.exchange import (
    Answer,
    Awaited,
    BecameReady,
    Command,
    InStep,
    Late,
    OutOfReach,
    Output,
    Restarted,
    Send,
    Unowned,
    Unsolicited,
)
from drivers.at.lexer import Lexer, Line, Prompt
from drivers.at.transaction import Dialogue, State

CSQ = Command(text="AT+CSQ", expect=("+CSQ:",))
CREG = Command(text="AT+CREG?", expect=("+CREG:",), shape=answers.is_registration_answer)
CLCC = Command(text="AT+CLCC", expect=("+CLCC:",), may_be_empty=True)
CGSN = Command(text="AT+CGSN", bare=True)
CFUN = Command(text="AT+CFUN=1", expect=("+CFUN:",), may_be_empty=True, setting=True)
CMGR = Command(text="AT+CMGR=3", expect=("+CMGR:",), pdu=True)
CMGS = Command(text="AT+CMGS=9", expect=("+CMGS:",), payload=b"0011000B91")
DIAL = Command(text="ATD10086;", dials=True)


class Player:
    """Lexer and dialogue put together as the channel does, without a channel.

    `short`: lines that are the command's own beyond doubt take the short way (`Dialogue.keeps`).
    """

    def __init__(self, dialect: str = "generic", *, short: bool = True) -> None:
        self.dialogue = Dialogue(load(dialect))
        self.short = short
        self.lexer = Lexer()
        self.out: list[Output] = []

    def start(self, command: Command) -> Player:
        self.out += self.dialogue.start(command)
        return self

    def feed(self, *pieces: bytes) -> Player:
        for piece in pieces:
            self.lexer.feed(piece)
            while True:
                self.lexer.expect_prompt = self.dialogue.wants_prompt
                if self.short:
                    self.lexer.hand_over(self.dialogue.keeps)
                token = self.lexer.next()
                if token is None:
                    break
                if isinstance(token, Line):
                    if not (self.short and self.dialogue.keeps(token.text)):
                        self.out += self.dialogue.line(token.text)
                elif isinstance(token, Prompt):
                    self.out += self.dialogue.prompt()
        return self

    def timeout(self) -> Player:
        self.out += self.dialogue.timeout()
        return self

    def quiet(self) -> Player:
        self.out += self.dialogue.quiet()
        return self

    @property
    def answers(self) -> list[tuple[bool, str, list[str]]]:
        return [(out.ok, out.final, out.lines) for out in self.out if isinstance(out, Answer)]

    @property
    def strange(self) -> list[str]:
        return [out.text for out in self.out if isinstance(out, Unowned)]

    @property
    def urcs(self) -> list[tuple[UrcKind, str, str]]:
        return [(out.rule.event, out.body, out.tail) for out in self.out if isinstance(out, Unsolicited)]

    @property
    def sent(self) -> list[bytes]:
        return [out.data for out in self.out if isinstance(out, Send)]


def play(command: Command, data: bytes, dialect: str = "generic") -> Player:
    """The outputs of the whole, after every split and the long way gave the same."""
    whole = Player(dialect).start(command).feed(data)
    assert Player(dialect, short=False).start(command).feed(data).out == whole.out
    assert (
        Player(dialect).start(command).feed(*(data[at : at + 1] for at in range(len(data)))).out == whole.out
    )
    for cut in range(1, len(data)):
        assert Player(dialect).start(command).feed(data[:cut], data[cut:]).out == whole.out
    return whole


@pytest.mark.parametrize(
    ("command", "data", "expected"),
    [
        (CSQ, b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n", (True, "OK", ["+CSQ: 20,99"])),
        (CSQ, b"AT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n", (True, "OK", ["+CSQ: 20,99"])),
        (CSQ, b"AT+CSQ\rAT+CSQ\r\r\n+CSQ: 20,99\r\nOK\r\n", (True, "OK", ["+CSQ: 20,99"])),
        (CSQ, b"+CSQ: 20,99\nOK\n", (True, "OK", ["+CSQ: 20,99"])),
        (CSQ, b"+CSQ: 20,99\r\n0\r", (True, "OK", ["+CSQ: 20,99"])),
        (CSQ, b"4\r", (False, "ERROR", [])),
        (CSQ, b"\r\n+CME ERROR: SIM busy\r\n", (False, "+CME ERROR: SIM busy", [])),
        (CSQ, b"\r\nCOMMAND NOT SUPPORT\r\n", (False, "COMMAND NOT SUPPORT", [])),
        (CSQ, b"\r\nMODEM ERROR: 3\r\n", (False, "MODEM ERROR: 3", [])),
        (CGSN, b"AT+CGSN\r\r\n862107043556942\r\n\r\nOK\r\n", (True, "OK", ["862107043556942"])),
        (CGSN, b"\r\n4\r\n\r\nOK\r\n", (True, "OK", ["4"])),
        (CFUN, b"\r\nOK\r\n", (True, "OK", [])),
        (CMGR, b"\r\n+CMGR: 0,,3\r\n0891AB\r\n\r\nOK\r\n", (True, "OK", ["+CMGR: 0,,3", "0891AB"])),
        (DIAL, b"\r\nBUSY\r\n", (False, "BUSY", [])),
        # glued: chan_dongle lists "ERROR+CNUM:"; E169 ends +CSSI with nothing
        (CSQ, b"\r\n+CSQ: 20,99OK\r\n", (True, "OK", ["+CSQ: 20,99"])),
        (CMGR, b"\r\n+CMGR: 0,,3\r\n0891ABOK\r\n", (True, "OK", ["+CMGR: 0,,3", "0891AB"])),
        (CSQ, b"\xff\0+CSQ: 20,99\r\n\r\nOK\r\n", (True, "OK", ["+CSQ: 20,99"])),
        # information without its prefix
        (CSQ, b"\r\n20,99\r\n\r\nOK\r\n", (True, "OK", ["+CSQ: 20,99"])),
        (
            CLCC,
            b"\r\n1,0,3,0,0\r\n2,0,1,0,0\r\n\r\nOK\r\n",
            (True, "OK", ["+CLCC: 1,0,3,0,0", "+CLCC: 2,0,1,0,0"]),
        ),
        (CMGR, b"\r\n0,,3\r\n0891AB\r\n\r\nOK\r\n", (True, "OK", ["+CMGR: 0,,3", "0891AB"])),
        (DIAL, b"\r\nCONNECT 9600\r\n", (True, "CONNECT 9600", [])),
    ],
)
def test_an_answer_and_nothing_else(
    command: Command, data: bytes, expected: tuple[bool, str, list[str]]
) -> None:
    player = play(command, data)
    assert player.answers == [expected]
    assert player.strange == []
    assert player.urcs == []
    assert player.dialogue.state is State.IDLE


def test_news_of_another_call_is_no_final_result() -> None:
    """NO CARRIER while a query runs: wrong code would end the query with it."""
    player = play(CSQ, b"\r\nNO CARRIER\r\n\r\n+CSQ: 9,0\r\n\r\nBUSY\r\n\r\nOK\r\n")
    assert player.answers == [(True, "OK", ["+CSQ: 9,0"])]
    assert [kind for kind, _, _ in player.urcs] == [UrcKind.CALL_ENDED, UrcKind.CALL_ENDED]


def test_urcs_between_the_lines_of_an_answer_are_not_part_of_it() -> None:
    data = b'\r\nRING\r\n\r\n+CSQ: 9,0\r\n\r\n+CMTI: "SM",3\r\n\r\n^RSSI:19\r\n\r\nOK\r\n'
    player = play(CSQ, data, "huawei")
    assert player.answers == [(True, "OK", ["+CSQ: 9,0"])]
    assert [kind for kind, _, _ in player.urcs] == [UrcKind.RING, UrcKind.MESSAGE_STORED, UrcKind.KNOWN]


def test_a_bare_answer_is_not_robbed_by_nor_given_a_urc() -> None:
    player = play(CGSN, b"\r\nRING\r\n\r\n862107043556942\r\n\r\nOK\r\n")
    assert player.answers == [(True, "OK", ["862107043556942"])]
    assert len(player.urcs) == 1


@pytest.mark.parametrize("news", [b"+CREG: 5", b'+CREG: 5,"1790","01A2B3C4",7', b'+CREG: 5,"0B,"0100701",7'])
def test_the_same_prefix_as_urc_and_as_answer(news: bytes) -> None:
    for data in (
        b"\r\n" + news + b"\r\n\r\n+CREG: 2,1\r\n\r\nOK\r\n",
        b"\r\n+CREG: 2,1\r\n" + news + b"\r\nOK\r\n",
    ):
        player = play(CREG, data)
        assert player.answers == [(True, "OK", ["+CREG: 2,1"])]
        assert [(kind, body[0]) for kind, body, _ in player.urcs] == [(UrcKind.REGISTRATION, "5")]


def test_a_two_line_urc_inside_an_answer_keeps_its_pdu() -> None:
    player = play(CMGR, b"\r\n+CDS: 25\r\n\r\n0791FF\r\n+CMGR: 0,,3\r\n\r\n0891AB\r\n\r\nOK\r\n")
    assert player.answers == [(True, "OK", ["+CMGR: 0,,3", "0891AB"])]
    assert player.urcs == [(UrcKind.REPORT, "25", "0791FF")]


def test_a_urc_between_header_and_pdu_of_an_answer() -> None:
    player = play(CMGR, b"\r\n+CMGR: 0,,3\r\n+CMT: ,2\r\n0791FF\r\n0891AB\r\n\r\nOK\r\n")
    assert player.answers == [(True, "OK", ["+CMGR: 0,,3", "0891AB"])]
    assert player.urcs == [(UrcKind.MESSAGE, ",2", "0791FF")]


def test_a_two_line_urc_without_its_second_line_eats_no_final_result() -> None:
    player = play(CSQ, b"\r\n+CMT: ,24\r\n\r\n+CSQ: 9,0\r\n\r\nOK\r\n")
    assert player.answers == [(True, "OK", ["+CSQ: 9,0"])]
    assert player.strange == ["+CMT: ,24"]


def test_a_ussd_text_of_several_lines_is_one_urc_even_with_ok_in_it() -> None:
    player = Player()
    player.feed(b'\r\n+CUSD: 0,"Balance:\r\n12.50\r\nOK",15\r\n')
    assert player.urcs == [(UrcKind.USSD, '0,"Balance:\n12.50\nOK",15', "")]
    assert player.strange == []


def test_an_unclosed_ussd_text_does_not_swallow_the_answer() -> None:
    player = play(CSQ, b'\r\n+CUSD: 0,"no end\r\n+CSQ: 9,0\r\n\r\nOK\r\n')
    assert player.answers[0][:2] == (True, "OK")
    assert player.answers[0][2] == ["+CSQ: 9,0"]
    assert player.urcs[0][0] is UrcKind.USSD


@pytest.mark.parametrize("prompt", [b"\r\n> ", b"> ", b">", b">\r\n", b"AT+CMGS=9\r\r\n> "])
def test_prompt_payload_and_its_echo(prompt: bytes) -> None:
    player = play(CMGS, prompt + b"0011000B91\x1a\r\n\r\n+CMGS: 7\r\n\r\nOK\r\n")
    assert player.sent == [b"AT+CMGS=9\r", b"0011000B91\x1a"]
    assert player.answers == [(True, "OK", ["+CMGS: 7"])]
    assert player.strange == []


@pytest.mark.parametrize("answer", [b">0011000B91\x1a+CMGS: 7\r\n0\r", b">0011000B91\x1a+CMGS: 7OK\r\n"])
def test_the_echo_of_a_payload_glued_to_its_answer(answer: bytes) -> None:
    player = play(CMGS, b"> " + answer)
    assert player.answers == [(True, "OK", ["+CMGS: 7"])]
    assert player.strange == []


def test_refused_before_the_prompt_no_payload_is_sent_and_the_prompt_is_left() -> None:
    player = play(CMGS, b"\r\n+CMS ERROR: 304\r\n> ")
    assert player.sent == [b"AT+CMGS=9\r", b"\x1b"]
    assert player.answers == [(False, "+CMS ERROR: 304", [])]


def test_a_stray_prompt_sends_nothing_twice() -> None:
    assert play(CMGS, b"\r\n> \r\n> \r\n+CMGS: 7\r\n\r\nOK\r\n").sent.count(b"0011000B91\x1a") == 1


@pytest.mark.parametrize("sign", [b"RDY", b"+CFUN: 1", b"NORMAL POWER DOWN", b"*PSUTTZ: 2026,1,1"])
def test_a_restart_ends_the_command_in_the_middle(sign: bytes) -> None:
    player = play(CSQ, b"\r\n" + sign + b"\r\n")
    assert [out for out in player.out if isinstance(out, Restarted)] == [Restarted(sign.decode(), CSQ)]
    assert player.dialogue.state is State.IDLE


def test_the_answer_to_cfun_is_no_restart() -> None:
    player = play(Command(text="AT+CFUN?", expect=("+CFUN:",)), b"\r\n+CFUN: 1\r\n\r\nOK\r\n")
    assert player.answers == [(True, "OK", ["+CFUN: 1"])]


def test_ready_signs_are_told() -> None:
    assert BecameReady("SMS Ready") in Player().feed(b"\r\nSMS Ready\r\n").out


@pytest.mark.parametrize(
    ("data", "finals", "urcs"),
    [
        (b'\r\nERROR+CMTI: "SM",3\r\n', ["ERROR"], [(UrcKind.MESSAGE_STORED, '"SM",3')]),
        (b"\r\nOKRING\r\n", ["OK"], [(UrcKind.RING, "")]),
        (b'\r\nOK+CLIP: "10086",129\r\n', ["OK"], [(UrcKind.CALLER_ID, '"10086",129')]),
        (b"+CSSI: 0\r\nOK\r\n", ["OK"], [(UrcKind.SET_UP_NOTICE, "0")]),
        (b"+CSSI: 0OK\r\n", ["OK"], [(UrcKind.SET_UP_NOTICE, "0")]),
        (
            b"+CSSI: 0+CSSU: 2\r\nOK\r\n",
            ["OK"],
            [(UrcKind.SET_UP_NOTICE, "0"), (UrcKind.CALL_NOTICE, "2")],
        ),
        (
            b'RING+CLIP: "a+CSSI: b",129\r\nOK\r\n',
            ["OK"],
            [(UrcKind.RING, ""), (UrcKind.CALLER_ID, '"a+CSSI: b",129')],
        ),
        (b"+CME ERROR: 30+CREG: 2\r\n", ["+CME ERROR: 30"], [(UrcKind.REGISTRATION, "2")]),
    ],
)
def test_lines_without_an_end_between_them(
    data: bytes, finals: list[str], urcs: list[tuple[UrcKind, str]]
) -> None:
    player = play(CFUN, data)
    assert [final for _, final, _ in player.answers] == finals
    assert [(kind, body) for kind, body, _ in player.urcs] == urcs
    assert player.strange == []


def test_rows_of_a_list_without_an_end_between_pdu_and_next_row() -> None:
    listed = Command(text="AT+CMGL=0", expect=("+CMGL:",), pdu=True, may_be_empty=True)
    player = play(listed, b"\r\n+CMGL: 1,0,,3\r\n0891AB+CMGL: 2,0,,3\r\n0891CD\r\n\r\nOK\r\n")
    assert player.answers[0][2] == ["+CMGL: 1,0,,3", "0891AB", "+CMGL: 2,0,,3", "0891CD"]


@pytest.mark.parametrize("text", ["A BOOK", "MODEL: 3OK", "Revision: X+CREG: 1", "SIM7600OK"])
def test_text_that_only_looks_glued_stays_whole(text: str) -> None:
    player = play(CGSN, f"\r\n{text}\r\n\r\nOK\r\n".encode())
    assert player.answers == [(True, "OK", [text])]


@pytest.mark.parametrize("text", ["no service here", "^BOOT:1,0", "_OSIGQ: 15,0", "IMEI 862107043556942"])
def test_only_what_begins_with_a_value_is_information_without_its_prefix(text: str) -> None:
    player = play(CSQ, f"\r\n{text}\r\n\r\nOK\r\n".encode())
    assert player.answers == []  # it may still come
    assert player.strange == [text]


def test_an_ok_before_the_prompt_is_of_something_else() -> None:
    """Wrong code takes a message for answered that was never given to the modem."""
    player = play(CMGS, b"\r\nOK\r\n\r\n> \r\n+CMGS: 7\r\n\r\nOK\r\n")
    assert player.answers == [(True, "OK", ["+CMGS: 7"])]
    assert player.sent[-1] == b"0011000B91\x1a"
    assert Awaited() not in player.out


# After a timeout

CMEE = b"\r\n+CMEE: 1\r\n\r\nOK\r\n"
BOTH = b'\r\n+CMEE: 1\r\n\r\n+CSCS: "GSM"\r\n\r\nOK\r\n'
"""the answer to AT+CMEE?;+CSCS?, by which it is learned that the modem takes two commands on a line"""


def timed_out(command: Command = CSQ) -> Player:
    return Player().start(command).timeout()


def in_step_again(command: Command = CSQ) -> Player:
    """`command` is still owed, and the modem is known to take marks."""
    player = timed_out(command).quiet().feed(CMEE).feed(BOTH)
    assert player.out[-1] == InStep()
    return player


def marked(command: Command = CSQ) -> Player:
    return in_step_again(command).start(command)


def test_nothing_can_start_before_synchronisation_is_proved() -> None:
    with pytest.raises(RuntimeError):
        timed_out().start(CSQ)


def test_a_timeout_leaves_the_prompt_with_escape_and_only_then() -> None:
    assert timed_out(CMGS).sent == [b"AT+CMGS=9\r", b"\x1b"]
    assert timed_out(CSQ).sent == [b"AT+CSQ\r"]


def test_a_prompt_that_comes_late_is_left_too_and_once() -> None:
    """E1550 (chan_dongle): stuck in it, the modem would take the probe for the message."""
    assert timed_out(CMGS).feed(b"\r\n> ").sent == [b"AT+CMGS=9\r", b"\x1b", b"\x1b"]
    assert timed_out(CSQ).feed(b"\r\n> \r\n> > ").sent == [b"AT+CSQ\r", b"\x1b"]


def test_an_ok_alone_proves_nothing() -> None:
    """It may be the late one: wrong code would be in step now, and the probe's own answer come later."""
    player = timed_out().quiet().feed(b"\r\nOK\r\n")
    assert player.dialogue.state is State.PROOF
    player.feed(CMEE).feed(BOTH)
    assert player.out[-1] == InStep()
    assert player.answers == []


def test_a_modem_that_takes_one_command_a_line_is_in_step_all_the_same() -> None:
    player = timed_out().quiet().feed(CMEE)
    assert player.sent[-1] == b"AT+CMEE?;+CSCS?\r"
    player.feed(b"\r\nERROR\r\n\r\nERROR\r\n\r\nERROR\r\n")
    assert player.out[-1] == InStep()
    assert player.start(CSQ).sent[-1] == b"AT+CSQ\r"


def test_the_late_answer_before_the_probes_answer_reaches_nobody() -> None:
    player = timed_out().quiet().feed(b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n").feed(CMEE).feed(BOTH)
    assert player.dialogue.state is State.IDLE
    player.start(CSQ).feed(b"\r\n+CMEE: 1\r\n\r\n+CSQ: 30,0\r\n\r\nOK\r\n")
    assert player.sent[-1] == b"AT+CSCS?;+CSQ\r"
    assert player.answers == []
    assert player.feed(b'\r\n+CSCS: "GSM"\r\n\r\n+CSQ: 30,0\r\n\r\nOK\r\n').answers == [
        (True, "OK", ["+CSQ: 30,0"])
    ]


def test_the_late_answer_while_draining_reaches_nobody() -> None:
    player = timed_out().feed(b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n").quiet().feed(CMEE).feed(BOTH)
    assert player.answers == []
    assert [out.text for out in player.out if isinstance(out, Late)] == ["+CSQ: 1,0", "OK"]


@pytest.mark.parametrize("late", [b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n", b"\r\nOK\r\n", b"\r\n+CME ERROR: 30\r\n"])
def test_a_modem_that_answers_out_of_order_and_twice_is_seen_through(late: bytes) -> None:
    """The same query again: nothing but the mark tells the late answer from the new one."""
    player = marked().feed(late).feed(late)
    assert player.answers == []
    player.feed(b'\r\n+CSCS: "GSM"\r\n\r\n+CSQ: 20,0\r\n\r\nOK\r\n')
    assert player.answers == [(True, "OK", ["+CSQ: 20,0"])]


def test_an_empty_list_that_comes_late_is_not_the_next_list() -> None:
    player = marked(CLCC).feed(b"\r\nOK\r\n")
    assert player.answers == []
    player.feed(b'\r\n+CSCS: "GSM"\r\n+CLCC: 1,0,3,0,0\r\n\r\nOK\r\n')
    assert player.answers == [(True, "OK", ["+CLCC: 1,0,3,0,0"])]


def test_a_marked_command_that_times_out_too_gets_another_mark() -> None:
    player = marked(CLCC).timeout().quiet()
    assert player.sent[-2:] == [b"AT+CSCS?;+CLCC\r", b"AT+CMEE?\r"]
    player.feed(CMEE).start(CLCC)
    assert player.sent[-1] == b"AT+CMEE?;+CMEE?;+CLCC\r"
    player.feed(b'\r\n+CSCS: "GSM"\r\n+CLCC: 1,0,3,0,0\r\n\r\nOK\r\n')  # of the first one
    assert player.answers == []


def test_a_command_that_is_refused_behind_a_mark_goes_without_next_time() -> None:
    player = marked().feed(b"\r\nERROR\r\n")
    assert player.answers == []
    player.timeout().quiet().feed(CMEE).start(CSQ)
    assert player.sent[-1] == b"AT+CSQ\r"


@pytest.mark.parametrize("secret", [True, False])
def test_neither_a_secret_nor_a_message_stands_behind_a_mark(secret: bool) -> None:
    """The journal finds a PIN by its command; a prompt has to be that of the line that asked for it."""
    command = Command(text='AT+CPIN="7391"', secret=True) if secret else CMGS
    assert in_step_again().start(command).sent[-1] == command.text.encode() + b"\r"


def test_what_was_forgiven_is_not_looked_for() -> None:
    player = in_step_again()
    assert player.dialogue.doubt.forgive(100.0, 60.0) == 60.0
    assert player.dialogue.doubt.forgive(160.0, 60.0) == 0.0
    assert player.start(CFUN).feed(b"\r\nOK\r\n").answers == [(True, "OK", [])]


def test_a_final_result_that_nobody_asked_for_puts_everything_in_doubt() -> None:
    player = Player().start(CFUN).feed(b"\r\nOK\r\n\r\nOK\r\n")
    assert player.dialogue.state is State.DRAIN
    player.quiet().feed(CMEE).feed(BOTH).start(CLCC)
    assert player.sent[-1] == b"AT+CSCS?;+CLCC\r"


def test_a_probe_is_never_the_query_that_timed_out() -> None:
    cmee = Command(text="AT+CMEE?", expect=("+CMEE:",))
    player = timed_out(cmee).quiet()
    assert player.sent[-1] == b"AT+CSCS?\r"
    player.feed(CMEE)
    assert player.dialogue.state is State.PROOF


def test_the_answer_of_an_earlier_probe_does_not_prove_a_later_one() -> None:
    player = timed_out().quiet().timeout()
    assert player.sent[-2:] == [b"AT+CMEE?\r", b"AT+CSCS?\r"]
    player.feed(CMEE)
    assert player.dialogue.state is State.PROOF
    player.feed(b'\r\n+CSCS: "GSM"\r\n\r\nOK\r\n')
    assert player.sent[-1] == b"AT+CSCS?;+CMEE?\r"
    player.feed(b'\r\n+CSCS: "GSM"\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n')
    assert player.out[-1] == InStep()


def test_a_modem_that_comes_to_life_answers_every_probe_and_is_in_step_with_the_last() -> None:
    """Hung for a while it answers all that was sent meanwhile: an old +CMEE: proves nothing."""
    player = timed_out().quiet().timeout().timeout().timeout().timeout()
    assert player.out[-1] == OutOfReach()
    player.dialogue.retry()
    player.quiet()
    assert player.sent[-1] == b"AT+CMEE?;+CSCS?\r"
    for answer in (CMEE, b'\r\n+CSCS: "GSM"\r\n\r\nOK\r\n', b"\r\n+CMGF: 0\r\n\r\nOK\r\n"):
        player.feed(answer)
        assert player.dialogue.state is State.PROOF
    player.feed(BOTH)
    assert player.dialogue.state is State.IDLE


def test_a_restart_while_draining_ends_the_search() -> None:
    player = timed_out().quiet().feed(b"\r\nRDY\r\n")
    assert player.out[-1] == Restarted("RDY", None)
    assert player.dialogue.state is State.IDLE
    assert player.start(CFUN).feed(b"\r\nOK\r\n").answers == [(True, "OK", [])]


@pytest.mark.parametrize(
    ("command", "data", "lines"),
    [
        (CLCC, b"\r\nOK\r\n\r\n+CLCC: 1,0,3,0,0\r\n", ["+CLCC: 1,0,3,0,0"]),
        (CLCC, b"\r\nOK\r\n", []),
        (CSQ, b"\r\nOK\r\n", []),
        (CMGS, b"\r\n> \r\nOK\r\n\r\n+CMGS: 7\r\n", ["+CMGS: 7"]),
    ],
)
def test_an_ok_before_its_information_is_not_the_end(command: Command, data: bytes, lines: list[str]) -> None:
    """SIM7600 (atat 221); wrong code would take a call that is up for gone."""
    player = Player().start(command).feed(data)
    assert player.answers == []
    assert Awaited() in player.out
    assert player.timeout().answers == [(True, "OK", lines)]
    assert player.dialogue.state is State.IDLE


def test_what_came_late_is_news_when_it_comes_again() -> None:
    """Behind the late answer to AT+CPIN? the SIM is taken out: wrong code takes that for the answer, too."""
    cpin = Command(text="AT+CPIN?", expect=("+CPIN:",))
    player = in_step_again(cpin).feed(b"\r\n+CPIN: READY\r\n\r\nOK\r\n")
    assert [out.text for out in player.out if isinstance(out, Late)] == ["+CPIN: READY", "OK"]
    player.feed(b"\r\n+CPIN: NOT INSERTED\r\n")
    assert [kind for kind, _, _ in player.urcs] == [UrcKind.SIM]


def test_behind_a_mark_a_query_that_others_are_marked_with_keeps_its_line() -> None:
    cscs = Command(text="AT+CSCS?", expect=("+CSCS:",))
    player = in_step_again().start(cscs)
    assert player.sent[-1] == b"AT+CMEE?;+CMEE?;+CSCS?\r"
    player.feed(b'\r\n+CMEE: 1\r\n\r\n+CMEE: 1\r\n\r\n+CSCS: "GSM"\r\n\r\nOK\r\n')
    assert player.answers == [(True, "OK", ['+CSCS: "GSM"'])]


def test_a_message_that_is_in_doubt_is_not_accepted_by_an_ok_alone() -> None:
    player = marked(CLCC).timeout().quiet().feed(CMEE).start(CMGS)
    player.feed(b"\r\n> ").feed(b"\r\nOK\r\n")
    assert player.out[-1] == Late("OK")
    player.feed(b"\r\n+CMGS: 7\r\n\r\nOK\r\n")
    assert player.answers == [(True, "OK", ["+CMGS: 7"])]


@pytest.mark.parametrize(("late", "complete"), [(b"\r\nOK\r\n", True), (b"\r\nERROR\r\n", False)])
def test_information_without_its_final_result_counts_unless_an_error_follows(
    late: bytes, complete: bool
) -> None:
    player = Player().start(CSQ).feed(b"\r\n+CSQ: 20,0\r\n").timeout().feed(late)
    assert (player.dialogue.unfinished is not None) is complete
    player.quiet().feed(CMEE).feed(BOTH)
    assert (player.dialogue.unfinished is not None) is complete


def test_an_error_that_meets_the_probe_takes_its_information_along() -> None:
    player = Player().start(CSQ).feed(b"\r\n+CSQ: 20,0\r\n").timeout().quiet().feed(b"\r\nERROR\r\n")
    assert player.dialogue.unfinished is None


def test_a_probe_that_met_a_late_error_is_still_owed() -> None:
    """Its own answer comes later: the same probe again would be proved by that, and be answered twice."""
    player = timed_out().quiet().feed(b"\r\nERROR\r\n").timeout().timeout().timeout().timeout()
    assert player.out[-1] == OutOfReach()
    player.dialogue.retry()
    assert player.quiet().sent[-1].count(b"?") == 2


def test_that_a_modem_takes_one_command_a_line_is_learned_once() -> None:
    player = timed_out().quiet().feed(CMEE).feed(b"\r\nERROR\r\n\r\nERROR\r\n\r\nERROR\r\n")
    player.dialogue.doubt.forgive(0.0, 60.0)
    player.dialogue.doubt.forgive(60.0, 60.0)  # nothing is owed any more
    player.start(CSQ).timeout().quiet().feed(CMEE)
    assert player.sent[-2:] == [b"AT+CSQ\r", b"AT+CMEE?\r"]
    assert player.out[-1] == InStep()


def test_a_modem_that_began_anew_owes_nothing() -> None:
    player = in_step_again().feed(b"\r\nRDY\r\n").start(CSQ)
    assert player.sent[-1] == b"AT+CSQ\r"
    assert player.feed(b"\r\n+CSQ: 20,0\r\n\r\nOK\r\n").answers == [(True, "OK", ["+CSQ: 20,0"])]
