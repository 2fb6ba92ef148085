"""What goes into a dialogue and what comes out of it: commands, and outputs for the channel to act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, Protocol

from drivers.at.dialect import Urc

ESC = b"\x1b"
END_OF_TEXT = b"\x1a"
ESCAPE = b"+++"
"""leads out of data mode, with a second of silence before and behind it (Quectel File AT Commands, QFUPL)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is sent and what it owns.

    `expect`: prefixes of its information lines; `shape` gates them where a URC has the same prefix (it
    gets what follows the prefix); `may_be_empty`: OK without any is an answer (+CLCC). `bare`: it also
    owns lines that nobody else knows (+CGSN). `pdu`: a line of hex after an expected one. `dials`: BUSY,
    NO CARRIER, CONNECT ... are its final results, not news of another call. `secret`: never in messages.
    `again`: a question that is asked once more when it gets no answer. `setting`: OK alone is all that it is
    expected to say, whatever it may say besides (+CPMS=).

    `payload` is text for a prompt, and Ctrl-Z ends it; `upload` is exactly these octets, of any value, sent
    at the prompt `upload_at` ("CONNECT" or ">") with nothing behind them, at most once. Its deadline should
    be longer than the modem's own limit (of AT+QFUPL and AT+CMMSDOWN a parameter): a modem that waits for
    octets which got lost has then stopped by itself. On a real link the guard lets octets go only to commands
    that it knows.

    `block`: the number of octets that follow a line of its information, None where that line has none behind
    it (+QIRD: 1380); it gets the whole line and raises ValueError where it cannot be read.
    """

    text: str
    expect: tuple[str, ...] = ()
    shape: Callable[[str], bool] | None = None
    may_be_empty: bool = False
    bare: bool = False
    pdu: bool = False
    dials: bool = False
    payload: bytes | None = None
    upload: bytes | None = None
    upload_at: Literal["CONNECT", ">"] = "CONNECT"
    block: Callable[[str], int | None] | None = None
    deadline: float = 5.0
    retry_busy: bool = True
    secret: bool = False
    again: bool = False
    setting: bool = False

    @property
    def informs(self) -> bool:
        """It is asked for its information, which may be a list without entries."""
        return bool(self.expect) and not self.setting

    @property
    def rows(self) -> bool:
        """Its answer is a list, each line a row by itself."""
        return self.informs and self.may_be_empty and not self.pdu

    @property
    def one_line(self) -> bool:
        """Its answer is one line of information and OK: with the line, all of it is there."""
        more = self.may_be_empty or self.pdu or self.dials or self.prompted or self.block is not None
        return self.informs and not more

    @property
    def prompted(self) -> bool:
        """Something is for its prompt."""
        return self.payload is not None or self.upload is not None

    @property
    def connects(self) -> bool:
        """Its prompt is CONNECT."""
        return self.upload is not None and self.upload_at == "CONNECT"

    @property
    def delivers(self) -> bool:
        """No final result is good before something was given to it at its prompt."""
        return self.prompted and self.payload != ESC

    def is_done(self, given: bool, told: bool, doubtful: bool) -> bool:
        """Is OK its final result, and not that of something else? `given`: what is for its prompt; `told`:
        some of its information; `doubtful`: answers to others may still come.
        """
        if told or not self.delivers:
            return given or self.upload is None
        return given and not doubtful and not (self.upload is not None and self.informs)

    def owns(self, text: str) -> bool:
        """Is this a line of its information?"""
        for prefix in self.expect:
            if text.startswith(prefix):
                return self.shape is None or self.shape(text[len(prefix) :].strip())
        return False

    def block_behind(self, text: str) -> int | None:
        """The number of octets that follow a line that is its own, -1 where that cannot be read; None where
        it has none behind it.
        """
        if self.block is None or not self.owns(text):
            return None
        try:
            return self.block(text)
        except ValueError:
            return -1

    @property
    def name(self) -> str:
        """For messages: without the arguments of a secret command."""
        return self.text.partition("=")[0] + "=..." if self.secret else self.text


@lru_cache(maxsize=256)
def query(text: str, shape: Callable[[str], bool] | None = None) -> Command:
    """A question whose answer has its own name before it, `AT+CSQ` -> `+CSQ: 20,99`."""
    prefix = text.removeprefix("AT").rstrip("?") + ":"
    return Command(text=text, expect=(prefix,), shape=shape, again=True)


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes for the modem. `prompted_by`: the command whose prompt they answer, "" for a command line;
    `counted`: they are octets of an upload, and no text.
    """

    data: bytes
    prompted_by: str = ""
    counted: bool = False


def sends(command: Command) -> tuple[Send, ...]:
    """All that a command will send, in order."""
    if command.upload is not None:  # too much to be remembered
        return *_sends(command.text, None), Send(command.upload, command.text, counted=True)
    return _sends(command.text, command.payload)


def is_connect(text: str) -> bool:
    """CONNECT, also with a speed (V.250 table 1); not the CONNECT OK of a socket."""
    return text == "CONNECT" or (text.startswith("CONNECT ") and text[8:].isdecimal())


@lru_cache(maxsize=256)
def _sends(text: str, payload: bytes | None) -> tuple[Send, ...]:
    line = Send(text.encode("latin-1", "replace") + b"\r")
    if payload is None:
        return (line,)
    return line, Send(payload + (b"" if payload == ESC else END_OF_TEXT), text)


def is_echo(text: str, payload: bytes | None) -> bool:
    """The payload as a modem echoes it: behind a prompt, with or without its end."""
    return payload is not None and text.lstrip("> ").rstrip("\x1a") == payload.decode("latin-1")


@dataclass(slots=True)
class Answer:
    """A finished command. `final` is the line that ended it; `blocks`: octets that followed its lines, one
    for each that announced some.
    """

    command: Command
    ok: bool
    final: str
    lines: list[str]
    blocks: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class Unsolicited:
    """A URC: its row of the dialect, its first line, and the PDU or quoted lines that belong to it."""

    rule: Urc
    key: str
    text: str
    tail: str = ""

    @property
    def body(self) -> str:
        """What follows the prefix."""
        return self.text[len(self.key) :].strip()


@dataclass(slots=True)
class Unowned:
    text: str


@dataclass(slots=True)
class Late:
    """A line of the answer of a command that had timed out."""

    text: str


@dataclass(slots=True)
class Take:
    """The next so many octets are no lines: they go to `Dialogue.octets` as they are."""

    count: int


@dataclass(slots=True)
class Forget:
    """What is missing of a block, or of an echo, will not come any more."""


@dataclass(slots=True)
class Restarted:
    """The modem began anew; `pending` is the command that it will never answer."""

    sign: str
    pending: Command | None


@dataclass(slots=True)
class BecameReady:
    """Settings that were refused may be accepted from now on."""

    sign: str


@dataclass(slots=True)
class Awaited:
    """OK came before the information: it is worth waiting a moment for."""


@dataclass(slots=True)
class InStep:
    """Synchronisation is proved."""


@dataclass(slots=True)
class OutOfReach:
    """No probe was answered."""


Output = (
    Send | Answer | Unsolicited | Unowned | Late | Take | Forget
    | Restarted | BecameReady | Awaited | InStep | OutOfReach
)  # fmt: skip


class Listener(Protocol):
    """Who is told what nobody asked for. Called from the event loop; must not block or raise."""

    def unsolicited(self, urc: Unsolicited) -> None: ...

    def unowned(self, text: str) -> None: ...

    def restarted(self, sign: str) -> None:
        """The modem began anew; the ledger is re-applied next."""

    def lost(self, why: str) -> None: ...


class Deaf:
    """A listener for whom it is enough to be answered."""

    def unsolicited(self, urc: Unsolicited) -> None:
        del urc

    def unowned(self, text: str) -> None:
        del text

    def restarted(self, sign: str) -> None:
        del sign

    def lost(self, why: str) -> None:
        del why
