"""One AT command at a time and what it owns of what comes back. Sans-I/O: tokens in, outputs out.

A command owns the lines with its expected prefixes and one final result; every other line is a URC by the
dialect's table, or unclaimed. When a command times out, nothing is sent before the link is proved to be in
step again:

    IDLE --start--> ANSWER --final--> IDLE             (or PROMPT --prompt--> ANSWER)
    ANSWER, PROMPT --timeout--> DRAIN --quiet--> PROOF --own answer of a probe--> IDLE
                                  PROOF --timeout--> PROOF (next probe) ... DEAD --retry--> DRAIN

A probe is a harmless query with an answer prefix of its own; a modem that answers in order has nothing more
to say of the timed-out command once it has answered a probe. For those that do not, and for answers that
come twice, commands are sent behind a mark for as long as something is owed (`doubt`).
Octets by count (`Command.upload`, `Command.block`) are the business of `octets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from drivers.at.dialect import Dialect
from drivers.at.doubt import PROBE, Doubt, Mark, Owed, Proof, Reading, line_of
from drivers.at.exchange import (
    ESC,
    Answer,
    Awaited,
    BecameReady,
    Command,
    Forget,
    InStep,
    Late,
    OutOfReach,
    Output,
    Restarted,
    Send,
    Unowned,
    Unsolicited,
    is_connect,
    is_echo,
    sends,
)
from drivers.at.glue import Glued, looks_glued
from drivers.at.octets import Octets
from drivers.at.tails import OpenUrc, is_hex, opens
from drivers.at.words import Words, in_words

MOST_LINES = 20000
"""of one answer; what comes after is dropped"""
MOST_STRAYS = 40
_VALUES = '0123456789"'
"""how information begins that lacks its prefix"""


class State(Enum):
    IDLE = "idle"
    ANSWER = "answer"
    PROMPT = "prompt"
    DRAIN = "drain"
    PROOF = "proof"
    DEAD = "dead"


class Dialogue:
    """The state machine; `state` and the outputs say everything, and no output is lost.

    `unfinished`: the answer of a command that timed out with its information there and only the OK missing
    (Wavecom's +CPIN?); once the modem is proved to be in step it is as good as one.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.state = State.IDLE
        self.doubt = Doubt(dialect.probes)
        self.octets = Octets()
        self.unfinished: Answer | None = None
        self._words = Words(dialect)
        self._finals = self._words.finals
        self._command: Command | None = None
        self._sent = ""
        self._mark: Mark = ()
        self._late: Owed | None = None
        self._reading: Reading | None = None
        self._lines: list[str] = []
        self._strays: list[str] = []
        self._early = ""
        self._pdu_next = False
        self._open: OpenUrc | None = None
        self._escaped = False
        self._proof = Proof(self.doubt)

    @property
    def wants_prompt(self) -> bool:
        """Also where none is due: a modem that stands in a prompt takes the next command for text."""
        return self.state is State.PROMPT or (self.state is not State.ANSWER and self._open is None)

    def start(self, command: Command) -> Iterator[Output]:
        """Send a command. Only in IDLE."""
        if self.state is not State.IDLE:
            raise RuntimeError(f"{command.name} started in state {self.state.value}")
        mark = self.doubt.mark(command) if self.doubt else ()
        self._begin(command, State.PROMPT if command.prompted else State.ANSWER, mark)
        if mark:
            yield Send(self._sent.encode("latin-1", "replace") + b"\r")
        else:
            yield sends(command)[0]

    def prompt(self) -> Iterator[Output]:
        if self._is_due(connect=False):
            yield from self._give()
        elif self.state is not State.ANSWER and not self._escaped:
            self._escaped = True
            yield Send(ESC)

    def timeout(self) -> Iterator[Output]:
        """The command's or the probe's deadline has passed, or nobody waits for the command any more."""
        command = self._command
        if self.state is State.PROOF:
            self._owe()
            yield Forget()
            yield from self._probe()
        elif self.state in (State.ANSWER, State.PROMPT) and command is not None:
            if self._early:
                yield from self._answer(self._early, True, command)
                return
            self.unfinished = None
            if self._reading is not None and self._reading.refused:
                self.doubt.alone(command)
            elif command.one_line and self._lines:
                self.unfinished = Answer(command, True, "", self._lines)
            yield from self._give_up_strays()
            self._owe()
            self._drain()
            yield from self.octets.give_up(command)

    def quiet(self) -> Iterator[Output]:
        """Nothing came for a while, and with `hush` nothing was sent: after a timeout the line is drained."""
        yield from self._close()
        if self.state is State.DRAIN:
            yield from self.octets.quiet()
            if not self.octets.hush:
                yield from self._probe()

    def wake(self) -> Iterator[Output]:
        """Begin with a modem of which nothing is known."""
        self._drain()
        yield Send(ESC)

    def retry(self) -> None:
        """Begin anew to get in step, also with a modem that was out of reach."""
        if self.state is State.PROOF:
            self._owe()
        if self.state in (State.DEAD, State.PROOF):
            self._drain()

    def keeps(self, text: str) -> bool:
        """Take a line that is the running command's own beyond doubt; False where `line` has to judge it.

        It finds nothing that `line` would not find: long answers just need not go through all its questions.
        """
        command = self._command
        if command is None or command.block or self._open is not None or self._reading is not None:
            return False
        if self._pdu_next and is_hex(text):
            self._pdu_next = False
        elif command.shape is None and text.startswith(command.expect) and not looks_glued(text):
            self._pdu_next = command.pdu
        else:
            return False
        self._keep(text)
        return True

    def line(self, text: str) -> Iterator[Output]:
        """One line from the modem."""
        if self._pdu_next and self._open is None and is_hex(text):
            self._keep(text)
            self._pdu_next = False
            return
        if text not in self._finals and looks_glued(text):
            pdu_due = self._pdu_next or (self._open is not None and self._open.is_pdu)
            pieces = Glued(self._words, self._command, self._sent, pdu_due=pdu_due).pieces(text)
            for piece in pieces:
                yield from self.line(piece)
            if pieces:
                return
        yield from self._one(text)

    def _one(self, text: str) -> Iterator[Output]:
        if self._open is not None:
            taken = self._continue(text, self._open)
            yield from taken
            if taken or self._open is not None:
                return
        if self._words.is_reset(text) and not self._owns(text):
            yield from self._restart(text)
            return
        command = self._command
        if command is None:
            yield from self._unasked(text)
        elif text == self._sent or (command.payload is not None and is_echo(text, command.payload)):
            return
        elif is_connect(text) and self._is_due(connect=True):
            yield from self._give()
        elif (final := self._words.final(text, command)) is not None:
            yield from self._finish(text, final, command)
        elif self._reading is not None and self._reading.is_anothers(text, owned=self._owns(text)):
            yield from self._before_mark(text, self._reading)
        elif self._owns(text):
            self._keep(text)
            self._pdu_next = command.pdu
            yield from self.octets.behind(command.block_behind(text), wanted=True)
        else:
            yield from self._unsolicited(text)

    def _owns(self, text: str) -> bool:
        return self._command is not None and self._command.owns(text)

    # The prompt

    def _is_due(self, *, connect: bool) -> bool:
        """Is this the running command's prompt? For an upload that is not sure while anything is owed."""
        command = self._command
        if command is None or self.state is not State.PROMPT or command.connects is not connect:
            return False
        return command.upload is None or not self.doubt

    def _give(self) -> Iterator[Output]:
        assert self._command is not None
        self.state = State.ANSWER
        yield from sends(self._command)[1:]

    # The answer

    def _finish(self, text: str, ok: bool, command: Command) -> Iterator[Output]:
        reading = self._reading
        if reading is not None and not reading.ends(ok=ok):
            self._drop_lines()
            yield self._late_final(text)
            if not ok:
                self.unfinished = None
                if self.state is State.PROOF:
                    if self.doubt:
                        self._owe()  # the error may be a late one, and the probe's answer come later
                    yield from self._probe()
        elif self.state is State.PROOF:
            yield from self._probe_answered()
        elif ok and not command.is_done(self.state is not State.PROMPT, bool(self._lines), bool(self.doubt)):
            self._drop_lines()
            yield self._late_final(text)
        elif ok and command.informs and not (self._lines or self._strays or self._early):
            self._early = text
            yield Awaited()
        else:
            yield from self._answer(text, ok, command)

    def _late_final(self, text: str) -> Late:
        if self._late is not None:
            self._late.came, self._late = True, None
        return Late(text)

    def _answer(self, text: str, ok: bool, command: Command) -> Iterator[Output]:
        if ok and (not self._lines or command.rows):  # "20,99": the prefix is missing
            strays, self._strays = self._strays, []
            self._lines += [line if is_hex(line) else f"{command.expect[0]} {line}" for line in strays]
        yield from self._give_up_strays()
        self._command = None
        self.state = State.IDLE
        yield Answer(command, ok, in_words(text) if len(text) == 1 else text, self._lines, self.octets.blocks)

    def _keep(self, text: str) -> None:
        if len(self._lines) < MOST_LINES:
            self._lines.append(text)

    def _drop_lines(self) -> None:
        self._lines, self._strays = [], []
        self.octets.begin()
        self._pdu_next = False

    def _give_up_strays(self) -> Iterator[Output]:
        strays, self._strays = self._strays, []
        yield from map(Unowned, strays)

    def _before_mark(self, text: str, reading: Reading) -> Iterator[Output]:
        if not reading.line(text):
            reading.spoil()
            self._drop_lines()
            yield Late(text)
            yield from self.octets.behind(self.doubt.block(text))

    # What nobody asked for

    def _unasked(self, text: str) -> Iterator[Output]:
        """A line while no command runs. A final result says that more is said than was asked for."""
        if not self._words.is_final(text):
            yield from self._unsolicited(text)
            return
        yield self._late_final(text) if self.doubt else Unowned(text)
        if not self._finals.get(text, False):
            self.unfinished = None
        if self.state is State.IDLE and not self.doubt:
            self.doubt.owe(PROBE)
            self._drain()

    def _unsolicited(self, text: str) -> Iterator[Output]:
        if text in self._words.ready:
            yield BecameReady(text)
            return
        if self.doubt and (late := self.doubt.late(text)) is not None:
            self._late = late
            yield Late(text)
            yield from self.octets.behind(self.doubt.block(text))
            return
        if self.doubt.connects(text):
            yield from self._late_prompt(text)
            return
        key, rule = self._words.rule(text)
        command = self._command
        if rule is not None:
            urc = Unsolicited(rule, key, text)
            if opens(urc):
                self._open = OpenUrc(urc)
            else:
                yield urc
        elif self.state is not State.ANSWER or command is None:
            yield Unowned(text)
        elif command.bare:
            self._keep(text)
        elif self._lacks_prefix(text, command) and len(self._strays) < MOST_STRAYS:
            self._strays.append(text)
        else:
            yield Unowned(text)

    def _late_prompt(self, text: str) -> Iterator[Output]:
        """An upload that was given up is waited for: what is sent from now on would be taken for it."""
        self.octets.stuck()
        yield Late(text)
        if self.state in (State.PROOF, State.IDLE):
            self._owe()
            self._drain()

    def _lacks_prefix(self, text: str, command: Command) -> bool:
        """Information all the same: while none has its prefix, and any one row of a list (+CLCC)."""
        fits = command.informs and text[0] in _VALUES and command.owns(f"{command.expect[0]} {text}")
        return fits and (command.rows or not self._lines)

    # URCs of several lines

    def _continue(self, text: str, opened: OpenUrc) -> list[Output]:
        """What the open URC makes of one more line; it is closed when the line is not its own."""
        command = self._command
        known = self._owns(text) or self._words.rule(text)[1] is not None
        known = known or (command is not None and self._words.final(text, command) is not None)
        if opened.ends(text, known or (is_connect(text) and self._is_due(connect=True))):
            return [*self._close(), *self._one(text)]
        return list(self._close()) if opened.add(text) else []

    def _close(self) -> Iterator[Output]:
        """Give out a URC, complete or not."""
        opened, self._open = self._open, None
        if opened is not None:
            yield opened.closed()

    # Getting in step

    def _begin(self, command: Command, state: State, mark: Mark) -> None:
        self._command = command
        self._mark = mark
        self._reading = self.doubt.reading(mark) if mark else None
        self._sent = line_of(command, mark) if mark else command.text
        self._drop_lines()
        self._early = ""
        self._escaped = False
        if state is not State.PROOF:
            self.unfinished = None
        self.state = state

    def _owe(self) -> None:
        if self._command is not None:
            self.doubt.owe(self._command, self._mark)

    def _drain(self) -> None:
        self._command = self._reading = None
        self._escaped = False
        self._proof = Proof(self.doubt)
        self.state = State.DRAIN

    def _probe(self) -> Iterator[Output]:
        if mark := self._proof.next():
            self._begin(PROBE, State.PROOF, mark)
            yield Send(self._sent.encode("latin-1") + b"\r")
        else:
            yield from self._end_proof()

    def _probe_answered(self) -> Iterator[Output]:
        self._proof.answered(self._mark)
        yield from self._end_proof() if self._proof.complete else self._probe()

    def _end_proof(self) -> Iterator[Output]:
        self._command = self._reading = None
        self._proof.end()
        if self._proof.given:
            self.state = State.IDLE
            yield InStep()
        else:
            self.state = State.DEAD
            self.unfinished = None
            if self.doubt.connects("CONNECT"):
                self.octets.stuck()
            yield OutOfReach()

    def _restart(self, sign: str) -> Iterator[Output]:
        yield from self._close()
        pending = self._command if self.state in (State.ANSWER, State.PROMPT) else None
        self._command = self._reading = self.unfinished = None
        self.state = State.IDLE
        self.doubt.clear()
        self.octets = Octets()
        yield Restarted(sign, pending)
