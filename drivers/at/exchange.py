"""What goes into a dialogue and what comes out of it: commands, and outputs for the channel to act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, Protocol

from drivers.at.dialect import Urc

ESC = b"\x1b"
END_OF_TEXT = b"\x1a"


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
    at the prompt `upload_at` ("CONNECT" or ">") with nothing behind them. `block`: the number of octets
    that follow a line of its information, None where that line has none behind it (+QIRD: 1380).
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
    def one_line(self) -> bool:
        """Its answer is one line of information and OK: with the line, all of it is there."""
        return self.informs and not (self.may_be_empty or self.pdu or self.dials or self.payload)

    def owns(self, text: str) -> bool:
        """Is this a line of its information?"""
        for prefix in self.expect:
            if text.startswith(prefix):
                return self.shape is None or self.shape(text[len(prefix) :].strip())
        return False

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
    """Bytes for the modem. `prompted_by`: the command whose prompt they answer, "" for a command line."""

    data: bytes
    prompted_by: str = ""


def sends(command: Command) -> tuple[Send, ...]:
    """All that a command will send, in order."""
    return _sends(command.text, command.payload)


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
    Send | Answer | Unsolicited | Unowned | Late | Restarted | BecameReady | Awaited | InStep | OutOfReach
)


class Listener(Protocol):
    """Who is told what nobody asked for. Called from the event loop; must not block or raise."""

    def unsolicited(self, urc: Unsolicited) -> None: ...

    def unowned(self, text: str) -> None: ...

    def restarted(self, sign: str) -> None:
        """The modem began anew; the ledger is re-applied next."""

    def lost(self, why: str) -> None: ...
