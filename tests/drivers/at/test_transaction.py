"""What belongs to which command. Transcripts are fed split at every byte: the outputs must not change."""

from __future__ import annotations

import pytest

from drivers.at import answers
from drivers.at.dialect import UrcKind, load
from drivers.at.exchange import (
    Answer,
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
CMGR = Command(text="AT+CMGR=3", expect=("+CMGR:",), pdu=True)
CMGS = Command(text="AT+CMGS=9", expect=("+CMGS:",), payload=b"0011000B91")
DIAL = Command(text="ATD10086;", dials=True)


class Player:
    """Lexer and dialogue put together as the channel does, without a channel."""

    def __init__(self, dialect: str = "generic") -> None:
        self.dialogue = Dialogue(load(dialect))
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
                token = self.lexer.next()
                if token is None:
                    break
                if isinstance(token, Line):
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
    """The outputs of the whole, after every split gave the same."""
    whole = Player(dialect).start(command).feed(data)
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
        (CLCC, b"\r\nOK\r\n", (True, "OK", [])),
        (CMGR, b"\r\n+CMGR: 0,,3\r\n0891AB\r\n\r\nOK\r\n", (True, "OK", ["+CMGR: 0,,3", "0891AB"])),
        (DIAL, b"\r\nBUSY\r\n", (False, "BUSY", [])),
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
    assert player.urcs[0][0] is UrcKind.USSD


@pytest.mark.parametrize("prompt", [b"\r\n> ", b"> ", b">", b">\r\n", b"AT+CMGS=9\r\r\n> "])
def test_prompt_payload_and_its_echo(prompt: bytes) -> None:
    player = play(CMGS, prompt + b"0011000B91\x1a\r\n\r\n+CMGS: 7\r\n\r\nOK\r\n")
    assert player.sent == [b"AT+CMGS=9\r", b"0011000B91\x1a"]
    assert player.answers == [(True, "OK", ["+CMGS: 7"])]
    assert player.strange == []


def test_refused_before_the_prompt_no_payload_is_sent() -> None:
    player = play(CMGS, b"\r\n+CMS ERROR: 304\r\n> ")
    assert player.sent == [b"AT+CMGS=9\r"]
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


# After a timeout


def timed_out(command: Command = CSQ) -> Player:
    return Player().start(command).timeout()


def test_nothing_can_start_before_synchronisation_is_proved() -> None:
    with pytest.raises(RuntimeError):
        timed_out().start(CSQ)


def test_a_timeout_leaves_the_prompt_with_escape_and_only_then() -> None:
    assert timed_out(CMGS).sent == [b"AT+CMGS=9\r", b"\x1b"]
    assert timed_out(CSQ).sent == [b"AT+CSQ\r"]


def test_an_ok_alone_proves_nothing() -> None:
    """It may be the late one: wrong code would be in step now, and the probe's own answer come later."""
    player = timed_out().quiet().feed(b"\r\nOK\r\n")
    assert InStep() not in player.out
    player.feed(b"\r\n+CMEE: 1\r\n\r\nOK\r\n")
    assert player.out[-1] == InStep()
    assert player.answers == []


def test_the_late_answer_before_the_probes_answer_reaches_nobody() -> None:
    player = timed_out().quiet().feed(b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n")
    assert player.dialogue.state is State.IDLE
    assert player.start(CSQ).feed(b"\r\n+CSQ: 30,0\r\n\r\nOK\r\n").answers == [(True, "OK", ["+CSQ: 30,0"])]


def test_the_late_answer_while_draining_reaches_nobody() -> None:
    player = timed_out().feed(b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n").quiet().feed(b"\r\n+CMEE: 1\r\n\r\nOK\r\n")
    assert player.answers == []
    assert [out.text for out in player.out if isinstance(out, Late)] == ["+CSQ: 1,0", "OK"]
    assert player.start(CLCC).feed(b"\r\nOK\r\n").answers == [(True, "OK", [])]


def test_a_modem_that_answers_out_of_order_is_seen_through() -> None:
    """Its late answer comes when the next command runs already: by its prefix it is not ours, nor its OK."""
    for late in (b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n", b"\r\nOK\r\n"):
        player = timed_out().quiet().feed(b"\r\n+CMEE: 1\r\n\r\nOK\r\n")
        player.start(CREG).feed(late)
        assert player.answers == []
        assert player.feed(b"\r\n+CREG: 0,1\r\n\r\nOK\r\n").answers == [(True, "OK", ["+CREG: 0,1"])]


def test_after_forgiveness_an_ok_alone_counts_again() -> None:
    player = timed_out().quiet().feed(b"\r\n+CMEE: 1\r\n\r\nOK\r\n")
    player.dialogue.forgive()
    assert player.start(CREG).feed(b"\r\nOK\r\n").answers == [(True, "OK", [])]


def test_a_probe_is_never_the_query_that_timed_out() -> None:
    cmee = Command(text="AT+CMEE?", expect=("+CMEE:",))
    player = timed_out(cmee).quiet()
    assert player.sent[-1] == b"AT+CSCS?\r"
    player.feed(b"\r\n+CMEE: 1\r\n\r\nOK\r\n")
    assert player.dialogue.state is State.PROOF


def test_the_answer_of_an_earlier_probe_does_not_prove_a_later_one() -> None:
    player = timed_out().quiet().timeout()
    assert player.sent[-2:] == [b"AT+CMEE?\r", b"AT+CSCS?\r"]
    player.feed(b"\r\n+CMEE: 1\r\n\r\nOK\r\n")
    assert player.dialogue.state is State.PROOF
    assert player.feed(b'\r\n+CSCS: "GSM"\r\n\r\nOK\r\n').out[-1] == InStep()


def test_a_modem_out_of_reach_is_said_so_and_can_be_tried_again() -> None:
    player = timed_out().quiet().timeout().timeout().timeout().timeout()
    assert player.out[-1] == OutOfReach()
    player.dialogue.retry()
    assert player.quiet().feed(b"\r\n+CMEE: 1\r\n\r\nOK\r\n").out[-1] == InStep()


def test_a_restart_while_draining_ends_the_search() -> None:
    player = timed_out().quiet().feed(b"\r\nRDY\r\n")
    assert player.out[-1] == Restarted("RDY", None)
    assert player.dialogue.state is State.IDLE
