"""One AT command at a time and what it owns of what comes back. Sans-I/O: tokens in, outputs out.

A command owns the lines with its expected prefixes and one final result; every other line is a URC by the
dialect's table, or unclaimed. When a command times out, nothing is sent before the link is proved to be in
step again:

    IDLE --start--> ANSWER --final--> IDLE             (or PROMPT --prompt--> ANSWER)
    ANSWER, PROMPT --timeout--> DRAIN --quiet--> PROOF --own answer of a probe--> IDLE
                                  PROOF --timeout--> PROOF (next probe) ... DEAD --retry--> DRAIN

A probe is a harmless query with an answer prefix of its own; a modem answers in order, so a probe's own
answer proves that nothing of the timed-out command is still to come. For modems that answer out of order
the lines of a late answer are still known by their prefix, and with them its final result (`Late`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from drivers.at.dialect import Dialect, Tail, Urc
from drivers.at.exchange import (
    ESC,
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
    sends,
)

MOST_LINES = 20000
"""of one answer; what comes after is dropped and reported"""
MOST_QUOTED = 20
"""lines of one quoted URC"""


class State(Enum):
    IDLE = "idle"
    ANSWER = "answer"
    PROMPT = "prompt"
    DRAIN = "drain"
    PROOF = "proof"
    DEAD = "dead"


_CALL_FINALS = {
    "CONNECT": True,
    "NO CARRIER": False,
    "BUSY": False,
    "NO ANSWER": False,
    "NO DIALTONE": False,
    "NO DIAL TONE": False,
}
# ATV0 (V.250 6.2.5): what a modem says whose settings were lost. 2 is RING.
_DIGITS = {"0": "OK", "4": "ERROR"}
_CALL_DIGITS = {"1": "CONNECT", "3": "NO CARRIER", "6": "NO DIALTONE", "7": "BUSY", "8": "NO ANSWER"}
_ERRORS = ("+CME ERROR:", "+CMS ERROR:")


@dataclass(slots=True)
class _Open:
    """A URC that waits for its further lines."""

    urc: Unsolicited
    lines: list[str] = field(default_factory=list)


class Dialogue:
    """The state machine; `state` and the outputs say everything, and no output is lost."""

    def __init__(self, dialect: Dialect) -> None:
        self.state = State.IDLE
        self._urcs = dialect.urcs
        self._probes = [_probe(text) for text in dialect.probes] or [_probe("AT+CMEE?")]
        self._finals: dict[str, bool] = {
            "OK": True,
            "ERROR": False,
            **dict.fromkeys(dialect.finals_ok, True),
            **dict.fromkeys(dialect.finals_error, False),
        }
        self._prefix_errors = _ERRORS + tuple(text for text in dialect.finals_error if text.endswith(":"))
        self._resets = frozenset(dialect.resets)
        self._ready = frozenset(dialect.ready)
        self._command: Command | None = None
        self._lines: list[str] = []
        self._pdu_next = False
        self._open: _Open | None = None
        self._proved = False
        self._next_probe = 0
        self._tries = 0
        self._owed: list[Command] = []
        self._late_final = False

    @property
    def wants_prompt(self) -> bool:
        return self.state is State.PROMPT

    def start(self, command: Command) -> Iterator[Output]:
        """Send a command. Only in IDLE."""
        if self.state is not State.IDLE:
            raise RuntimeError(f"{command.name} started in state {self.state.value}")
        self._begin(command, State.ANSWER if command.payload is None else State.PROMPT)
        yield next(sends(command))

    def prompt(self) -> Iterator[Output]:
        if self.state is State.PROMPT and self._command is not None:
            self.state = State.ANSWER
            yield from list(sends(self._command))[1:]

    def timeout(self) -> Iterator[Output]:
        """The command's or the probe's deadline has passed, or nobody waits for the command any more."""
        if self.state in (State.ANSWER, State.PROMPT) and self._command is not None:
            if len(self._owed) < 4:
                self._owed.append(self._command)
            leave_prompt = self._command.payload is not None
            self._command = None
            self.state = State.DRAIN
            self._tries = 0
            if leave_prompt:
                yield Send(ESC)
        elif self.state is State.PROOF:
            yield from self._probe()

    def quiet(self) -> Iterator[Output]:
        """Nothing came for a while: after a timeout the line is drained."""
        yield from self._close()
        if self.state is State.DRAIN:
            yield from self._probe()

    def wake(self) -> Iterator[Output]:
        """Begin with a modem of which nothing is known."""
        self._command = None
        self.state = State.DRAIN
        self._tries = 0
        yield Send(ESC)

    def retry(self) -> None:
        """Begin anew to get in step, also with a modem that was out of reach."""
        if self.state in (State.DEAD, State.PROOF):
            self._command = None
            self.state = State.DRAIN
            self._tries = 0

    def forgive(self) -> None:
        """What has not answered by now never will: stop looking for late answers."""
        self._owed.clear()
        self._late_final = False

    def line(self, text: str) -> Iterator[Output]:
        """One line from the modem."""
        if self._open is not None:
            taken = self._continue(text)
            yield from taken
            if taken or self._open is not None:
                return
        if self._is_reset(text):
            yield from self._restart(text)
            return
        command = self._command
        if command is None:
            yield from self._unsolicited(text)
        elif text == command.text or (command.payload is not None and _is_echo(text, command.payload)):
            return
        elif (final := self._final(text, command)) is not None:
            yield from self._finish(text, final, command)
        elif self._owns(text):
            self._keep(text)
            self._pdu_next = command.pdu
            self._proved = True
        elif self._pdu_next and _is_hex(text):
            self._keep(text)
            self._pdu_next = False
        else:
            yield from self._unsolicited(text)

    # What a line is

    def _is_reset(self, text: str) -> bool:
        if text not in self._resets and text[: text.find(":") + 1] not in self._resets:
            return False
        return not self._owns(text)

    def _owns(self, text: str) -> bool:
        command = self._command
        if command is None:
            return False
        for prefix in command.expect:
            if text.startswith(prefix):
                return command.shape is None or command.shape(text[len(prefix) :].strip())
        return False

    def _final(self, text: str, command: Command) -> bool | None:
        """True or False as the command is answered well or ill, None when `text` is no final result."""
        ok = self._finals.get(text)
        if ok is None and text.startswith(self._prefix_errors):
            ok = False
        if ok is None and command.dials:
            ok = _CALL_FINALS.get(text)
            if ok is None and text.startswith("CONNECT "):
                ok = True
        if ok is None and len(text) == 1 and not command.bare:
            word = _DIGITS.get(text) or (_CALL_DIGITS.get(text, "") if command.dials else "")
            ok = {**self._finals, **_CALL_FINALS}.get(word)
        return ok

    def _finish(self, text: str, ok: bool, command: Command) -> Iterator[Output]:
        misses_lines = ok and command.expect and not command.may_be_empty and not self._lines
        if self._late_final or (self._owed and misses_lines):
            # the final result of a command that had timed out: ours is still to come
            self._late_final = False
            del self._owed[:1]
            yield Late(text)
            return
        if self.state is State.PROOF:
            if self._proved:
                self._command = None
                self.state = State.IDLE
                yield InStep()
            elif not ok:
                yield from self._probe()
            return
        self._command = None
        self.state = State.IDLE
        final = (_DIGITS.get(text) or _CALL_DIGITS.get(text, text)) if len(text) == 1 else text
        yield Answer(command, ok, final, self._lines)

    def _keep(self, text: str) -> None:
        if len(self._lines) < MOST_LINES:
            self._lines.append(text)

    def _unsolicited(self, text: str) -> Iterator[Output]:
        if text in self._ready:
            yield BecameReady(text)
            return
        key, rule = self._rule(text)
        command = self._command
        if rule is not None:
            urc = Unsolicited(rule, key, text)
            if rule.tail is Tail.PDU or (rule.tail is Tail.QUOTED and text.count('"') % 2):
                self._open = _Open(urc)
            else:
                yield urc
        elif self._owed and self._is_late(text):
            self._late_final = True
            yield Late(text)
        elif command is not None and command.bare and self.state is State.ANSWER:
            self._keep(text)
        elif self._owed and (text in self._finals or text.startswith(self._prefix_errors)):
            del self._owed[:1]
            self._late_final = False
            yield Late(text)
        else:
            yield Unowned(text)

    def _rule(self, text: str) -> tuple[str, Urc | None]:
        rule = self._urcs.get(text)
        if rule is not None:
            return text, rule
        colon = text.find(":")
        key = text[: colon + 1]
        return key, self._urcs.get(key) if key else None

    def _is_late(self, text: str) -> bool:
        return any(text.startswith(prefix) for command in self._owed for prefix in command.expect)

    # URCs of several lines

    def _continue(self, text: str) -> list[Output]:
        """What the open URC makes of one more line; empty and closed when the line is not its own."""
        opened = self._open
        assert opened is not None
        if opened.urc.rule.tail is Tail.PDU:
            self._open = None
            if _is_hex(text):
                opened.urc.tail = text
                return [opened.urc]
            return [Unowned(opened.urc.text), *self.line(text)]
        ends = self._command is not None and self._final(text, self._command) is not None
        if ends or self._rule(text)[1] is not None:
            return [*self._close(), *self.line(text)]
        opened.lines.append(text)
        if sum(line.count('"') for line in opened.lines) % 2 or len(opened.lines) >= MOST_QUOTED:
            return list(self._close())
        return []

    def _close(self) -> Iterator[Output]:
        """Give out a URC that waits for lines which may never come."""
        opened, self._open = self._open, None
        if opened is not None:
            if opened.urc.rule.tail is Tail.PDU:
                yield Unowned(opened.urc.text)
            else:
                opened.urc.text = "\n".join([opened.urc.text, *opened.lines])
                yield opened.urc

    # Getting in step

    def _begin(self, command: Command, state: State) -> None:
        self._command = command
        self._lines = []
        self._pdu_next = self._proved = False
        self.state = state

    def _probe(self) -> Iterator[Output]:
        """The next probe whose answer cannot be taken for one that is still owed."""
        self._tries += 1
        if self._tries > len(self._probes):
            self._command = None
            self.state = State.DEAD
            yield OutOfReach()
            return
        owed = {prefix for command in self._owed for prefix in command.expect}
        for _ in self._probes:
            probe = self._probes[self._next_probe % len(self._probes)]
            self._next_probe += 1
            if not owed.intersection(probe.expect):
                break
        self._begin(probe, State.PROOF)
        yield next(sends(probe))

    def _restart(self, sign: str) -> Iterator[Output]:
        yield from self._close()
        pending = self._command if self.state in (State.ANSWER, State.PROMPT) else None
        self._command = None
        self.state = State.IDLE
        self.forgive()
        yield Restarted(sign, pending)


def _probe(text: str) -> Command:
    name = text.removeprefix("AT").rstrip("?")
    return Command(text=text, expect=(f"{name}:",), deadline=3.0)


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and not text.strip("0123456789ABCDEFabcdef")


def _is_echo(text: str, payload: bytes) -> bool:
    """The payload as a modem echoes it: behind a prompt, with or without its end."""
    return text.lstrip("> ").rstrip("\x1a") == payload.decode("latin-1")
