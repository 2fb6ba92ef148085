"""`interop modem console`: a terminal, or a pipe, on the commands of one modem."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self

from drivers.handwork import lines, words
from drivers.handwork.editor import Editor, Entered, Key
from drivers.handwork.target import DONE, REFUSED_BY_MODEM, Handwork
from interop.protocols.errors import CommandRefused, DeviceLost, EquipmentError
from interop.record.events import (
    Event,
    MessageReceived,
    MmsNotified,
    PartReceived,
    Released,
    StatusReported,
)
from interop.smspdu import Status

_BULK = 65536
_BYE = frozenset({"exit", "quit"})
_HELP = 'AT commands, each under the emergency guard; "exit" or Ctrl-D ends it.'


class _Screen(Protocol):
    """Where lines come from and what is printed goes; a context manager, for a terminal's sake."""

    def say(self, text: str) -> None: ...

    async def ask(self, prompt: str = "> ") -> str | None:
        """The next line, None at the end."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


async def console(hand: Handwork) -> int:
    """Talk until the end of input. The exit code tells of refusals only where a script reads it."""
    screen: _Screen = (
        Terminal(hand.redact) if sys.stdin.isatty() and sys.stdout.isatty() else Pipe(hand.redact)
    )
    if not hand.live:
        await hand.registered()
    with screen:
        screen.say(f"{hand.part.name} on {hand.part.port}. {_HELP}")
        hand.modem.heard = screen.say
        stop = hand.modem.events.listen(lambda event: _tell(screen, event))
        try:
            refused = await _talk(hand, screen)
        finally:
            stop()
            hand.modem.heard = None
    return REFUSED_BY_MODEM if refused and isinstance(screen, Pipe) else DONE


async def _talk(hand: Handwork, screen: _Screen) -> bool:
    refused = False
    while True:
        typed = await screen.ask()
        if typed is None or typed.strip().lower() in _BYE:
            return refused
        line = typed.strip()
        if not line:
            continue
        if not line.upper().startswith("AT"):
            screen.say(f"commands begin with AT (as in AT+CSQ). {_HELP}")
            refused = True
            continue
        refused |= not await _one(hand, screen, line)


async def _paid(hand: Handwork, screen: _Screen, line: str) -> bool:
    """May it cost what it costs? Asked once, and not in a script: its next line is a command, no answer."""
    what = lines.spends(line)
    if what and hand.live and not hand.consent.given:
        if not isinstance(screen, Pipe):
            real = "multimedia messages" if what == "multimedia" else what
            answer = await screen.ask(f"This sends real {real}, and they cost. Go on? [y/N] ")
            hand.consent.given = (answer or "").strip().lower() in ("y", "yes")
        if not hand.consent.given:
            screen.say("not sent (--yes allows it)")
            return False
    return True


async def _one(hand: Handwork, screen: _Screen, line: str) -> bool:
    payload = None
    try:
        lines.check(hand, line)
        if not await _paid(hand, screen, line):
            return False
        if lines.asks_for_text(line):
            payload = await screen.ask("text or PDU> ")
            if payload is None:
                return False
        answer = await lines.send(hand, line, payload)
    except CommandRefused as error:
        why = words.final(error.final)
        screen.say(error.final + (f"  ({why})" if why else ""))
        return False
    except DeviceLost:
        raise
    except EquipmentError as error:
        screen.say(f"# {error.text}")
        return False
    for text in (*answer.lines, answer.final):
        screen.say(text)
    return True


def _tell(screen: _Screen, event: Event) -> None:
    """What the driver makes of what came, where the bare line does not say it."""
    match event:
        case PartReceived():
            screen.say(f"# part {event.number} of {event.total} of a message from {event.sender}")
        case MessageReceived():
            screen.say(f"# message from {event.sender}: {event.text}")
        case MmsNotified():
            screen.say(f"# multimedia message from {event.sender}, {event.size} octets: {event.subject}")
        case StatusReported():
            screen.say(f"# delivery report for reference {event.reference}: {Status(event.status).text}")
        case Released(cause=cause) if cause is not None:
            screen.say(f"# released, cause {cause}: {event.text}")


class Pipe:
    """Lines from a script; what is sent is shown, so that the output reads like a session."""

    def __init__(self, mask: Callable[[str], str]) -> None:
        self._mask = mask
        self._rest = b""
        self._ended = False
        self._more: asyncio.Future[None] | None = None
        self._fd = -1

    def __enter__(self) -> Self:
        self._fd = sys.stdin.fileno()
        try:
            asyncio.get_running_loop().add_reader(self._fd, self._readable)
        except PermissionError:  # a plain file: epoll does not take it, and reading it never waits
            while not self._ended:
                self._readable()
            self._fd = -1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fd >= 0:
            asyncio.get_running_loop().remove_reader(self._fd)

    def say(self, text: str) -> None:
        print(self._mask(text), flush=True)

    async def ask(self, prompt: str = "> ") -> str | None:
        while b"\n" not in self._rest and not self._ended:
            self._more = asyncio.get_running_loop().create_future()
            await self._more
        line, _, self._rest = self._rest.partition(b"\n")
        if not line and not self._rest and self._ended:
            return None
        text = line.decode("utf-8", "replace").rstrip("\r")
        self.say(prompt + text)
        return text

    def _readable(self) -> None:
        data = os.read(self._fd, _BULK)
        self._rest += data
        if not data:
            self._ended = True
            if self._fd >= 0:
                asyncio.get_running_loop().remove_reader(self._fd)
        if self._more is not None and not self._more.done():
            self._more.set_result(None)


class Terminal:
    """A terminal in raw mode: lines edited here, so that secrets are masked while they are typed."""

    def __init__(self, mask: Callable[[str], str]) -> None:
        self._mask = mask
        self._editor = Editor(mask)
        self._entered: asyncio.Queue[str | None] = asyncio.Queue()
        self._before: list[Any] = []

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(sys.stdin)
        tty.setraw(sys.stdin)
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._readable)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)
        self._show("\r\n")

    def say(self, text: str) -> None:
        self._show(self._editor.above(self._mask(text)))

    async def ask(self, prompt: str = "> ") -> str | None:
        self._editor.prompt = prompt
        self._show(self._editor.screen())
        return await self._entered.get()

    def _readable(self) -> None:
        for event in self._editor.feed(os.read(sys.stdin.fileno(), _BULK)):
            match event:
                case Entered(text):
                    self._show("\r\x1b[K" + self._editor.prompt + self._mask(text) + "\r\n")
                    self._entered.put_nowait(text)
                case Key.END | Key.INTERRUPT:
                    self._entered.put_nowait(None)
        self._show(self._editor.screen())

    def _show(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
