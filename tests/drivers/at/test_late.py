"""A modem that answers late, out of order, twice or never: no answer ever belongs to an older question.

Each command that the modem executes bears its number in its answer, so a line shows which asking it belongs
to. The model knows nothing of marks; it takes lines apart as V.250 5.2.1 says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from drivers.at.dialect import load
from drivers.at.exchange import Answer, Command, Output, Restarted, Send
from drivers.at.lexer import Lexer, Line, Prompt
from drivers.at.transaction import Dialogue, State

CLCC = Command(text="AT+CLCC", expect=("+CLCC:",), may_be_empty=True)
CSQ = Command(text="AT+CSQ", expect=("+CSQ:",))
CMEE = Command(text="AT+CMEE?", expect=("+CMEE:",))
CGSN = Command(text="AT+CGSN", bare=True)
CNMI = Command(text="AT+CNMI=2,1", expect=("+CNMI:",), may_be_empty=True, setting=True)
COMMANDS = (CLCC, CSQ, CMEE, CGSN, CNMI)
NAMED = ("+CLCC", "+CSQ")
PROBES = {"+CMEE?": "+CMEE: 1", "+CSCS?": '+CSCS: "GSM"', "+CMGF?": "+CMGF: 0", "+CSMS?": "+CSMS: 0"}


AGAIN = 4
"""a second copy comes before so many further lines were sent"""


@dataclass(eq=False)
class Block:
    """One answer that is to come, to the line of that number."""

    data: bytes
    number: int
    told: bool = False


class Late(RuleBasedStateMachine):
    """`asked` counts the commands; the modem puts that count into what it answers."""

    def __init__(self) -> None:
        super().__init__()
        self.dialogue = Dialogue(load("generic"))
        self.lexer = Lexer()
        self.asked = 0
        self.sent = self.urcs = 0
        self.to_come: list[Block] = []
        self.running: Command | None = None

    # The modem

    def answer_to(self, line: str) -> bytes:
        lines = []
        for part in line.removeprefix("AT").split(";"):
            if part in NAMED:
                lines.append(f"{part}: {self.asked}")
            elif part == "+CGSN":
                lines.append(f"IMEI of {self.asked}")
            elif part in PROBES:
                lines.append(PROBES[part])
        return "".join(f"\r\n{text}\r\n" for text in (*lines, "OK")).encode()

    def take(self, outputs: Iterator[Output]) -> None:
        for out in outputs:
            self.output(out)

    def output(self, out: Output) -> None:
        match out:
            case Send(data=b"\x1b"):
                pass
            case Send(data=data):
                line = data.decode().removesuffix("\r")
                self.sent += 1
                self.to_come.append(Block(self.answer_to(line), self.sent))
            case Answer():
                self.answered(out)
            case Restarted():
                self.running = None

    def answered(self, answer: Answer) -> None:
        assert answer.command is self.running, "an answer to what nobody waits for"
        for line in answer.lines:
            if line.startswith(NAMED) or "IMEI" in line:
                assert line.rpartition(" ")[2] == str(self.asked), f"{line} is not of command {self.asked}"
        if answer.ok and answer.command in (CLCC, CSQ, CGSN):
            assert answer.lines, "an answer without what the modem said: its OK was another's"
        self.running = None

    def hear(self, data: bytes) -> None:
        self.lexer.feed(data)
        while True:
            self.lexer.expect_prompt = self.dialogue.wants_prompt
            token = self.lexer.next()
            if token is None:
                return
            if isinstance(token, Line):
                self.take(self.dialogue.line(token.text))
            elif isinstance(token, Prompt):
                self.take(self.dialogue.prompt())

    # What happens

    @initialize(command=st.sampled_from(COMMANDS))
    def loses_one(self, command: Command) -> None:
        """Its answer is still to come; two probes were answered, and marks are known."""
        self.ask(command)
        self.times_out()
        owed = self.to_come.pop()
        self.falls_quiet()
        while self.dialogue.state is not State.IDLE:
            self.hear(self.to_come.pop(0).data)
        assert self.dialogue.doubt.compound
        self.to_come.append(owed)

    @precondition(lambda self: self.dialogue.state is State.IDLE)
    @rule(command=st.sampled_from(COMMANDS))
    def ask(self, command: Command) -> None:
        self.asked += 1
        self.running = command
        self.take(self.dialogue.start(command))

    @precondition(lambda self: self.to_come)
    @rule(data=st.data())
    def answers(self, data: st.DataObject) -> None:
        """In order, what is older never; once something is owed and marks are known, as it likes."""
        if self.dialogue.doubt and self.dialogue.doubt.compound:
            block = data.draw(st.sampled_from(self.to_come))
            if block.told or not data.draw(st.booleans()):
                self.to_come.remove(block)
            block.told = True
        else:
            block = data.draw(st.sampled_from(self.to_come))
            self.to_come = [other for other in self.to_come if other.number > block.number]
        self.hear(block.data)
        self.to_come = [other for other in self.to_come if not other.told or self.sent - other.number < AGAIN]

    @precondition(lambda self: self.dialogue.state in (State.ANSWER, State.PROOF))
    @rule()
    def times_out(self) -> None:
        if self.dialogue.state is State.ANSWER:
            self.running = None
        self.take(self.dialogue.timeout())

    @precondition(lambda self: self.dialogue.state is State.DRAIN)
    @rule()
    def falls_quiet(self) -> None:
        self.take(self.dialogue.quiet())

    @precondition(lambda self: self.dialogue.state is State.DEAD)
    @rule()
    def is_tried_again(self) -> None:
        self.dialogue.retry()

    @rule()
    def says_something_else(self) -> None:
        """It forgets everything, which happens once in a while."""
        self.urcs += 1
        if self.urcs % 12 == 0:
            self.to_come.clear()
            self.hear(b"\r\nRDY\r\n")
        else:
            self.hear(b"\r\nRING\r\n")

    @invariant()
    def a_command_runs_only_while_somebody_waits(self) -> None:
        assert (self.running is not None) == (self.dialogue.state in (State.ANSWER, State.PROMPT))


TestLate = Late.TestCase
TestLate.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.mark.soak
class TestLateLong(TestLate):  # type: ignore[misc,valid-type]
    settings = settings(TestLate.settings, max_examples=1000, stateful_step_count=60)
