"""What goes into a dialogue and what comes out of it: commands, and outputs for the channel to act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
    """

    text: str
    expect: tuple[str, ...] = ()
    shape: Callable[[str], bool] | None = None
    may_be_empty: bool = False
    bare: bool = False
    pdu: bool = False
    dials: bool = False
    payload: bytes | None = None
    deadline: float = 5.0
    retry_busy: bool = True
    secret: bool = False

    @property
    def name(self) -> str:
        """For messages: without the arguments of a secret command."""
        return self.text.partition("=")[0] + "=..." if self.secret else self.text


@dataclass(slots=True)
class Send:
    """Bytes for the modem. `prompted_by`: the command whose prompt they answer, "" for a command line."""

    data: bytes
    prompted_by: str = ""


def sends(command: Command) -> Iterator[Send]:
    """All that a command will send, in order."""
    yield Send(command.text.encode("latin-1", "replace") + b"\r")
    if command.payload is not None:
        yield Send(command.payload + END_OF_TEXT, command.text)


@dataclass(slots=True)
class Answer:
    """A finished command. `final` is the line that ended it."""

    command: Command
    ok: bool
    final: str
    lines: list[str]


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
class InStep:
    """Synchronisation is proved."""


@dataclass(slots=True)
class OutOfReach:
    """No probe was answered."""


Output = Send | Answer | Unsolicited | Unowned | Late | Restarted | BecameReady | InStep | OutOfReach
