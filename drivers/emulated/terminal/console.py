"""The AT side of an emulated modem: bytes in, command lines executed one after another, bytes out (V.250).

It knows no command. A line is answered as a whole after one timer; a command that must wait for the
network returns LATER and calls `finish`; one that takes a payload returns a `Prompt`, one that takes so many
octets of any value an `Upload`. Unsolicited lines that arise meanwhile wait for the final result. Quirks
change what goes by, nothing else does; counted octets they leave alone.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from drivers.emulated.quirks import Quirks, fraction
from drivers.emulated.terminal.parser import Command, Malformed, parse
from drivers.emulated.terminal.results import DIGITS, WRONG_PARAMETERS, Ended, Refused

INBOX_LIMIT: Final = 65_536
"""Bytes a client may send ahead; beyond it the oldest go, as in a UART without flow control."""
_CTRL_Z: Final = b"\x1a"
_ESC: Final = b"\x1b"
_IDLE: Final = b" \n\r\0\x1a\x1b\t"
_UNPRINTED: Final = b"\0\x1a\x1b\n"
_END: Final = b"\r\n"
# Octets stand in a line in hex between DLE STX and DLE ETX until quirks have done what they do to lines.
_OCTETS: Final = re.compile(rb"\x10\x02([0-9a-f]*)\x10\x03")


class Later(Enum):
    LATER = "later"


LATER: Final = Later.LATER


@dataclass(frozen=True, slots=True)
class Prompt:
    """Ask for a payload that Ctrl-Z ends; `taken` gets it and answers like a command. ESC ends in OK."""

    taken: Callable[[bytes], Reply]


@dataclass(frozen=True, slots=True)
class Upload:
    """Ask for exactly `count` octets of any value, by CONNECT or, where not `connect`, by the prompt. Nothing
    is echoed (behind CONNECT not even by quirks), and nothing ends it but the last octet, `stop` where it has
    one, or `seconds` without it: from the beginning, or where `idle` from the octet before. `taken` gets what
    came and answers like a command.

    `receipts`: "A" is said behind so many octets (ACK mode of +QFUPL), 0 for none.
    """

    count: int
    taken: Callable[[bytes], Reply]
    seconds: float
    connect: bool = True
    idle: bool = False
    stop: bytes = b""
    receipts: int = 0


Reply = str | Sequence[str] | None | Later | Prompt | Upload
"""Information lines (None or "": none), then OK. Errors are raised as `Ended`."""
Execute = Callable[[Command], Reply]


def raw(text: str) -> str:
    """A line of information that leaves as UTF-8, not in the letters of Latin-1."""
    return text.encode().decode("latin-1")


def octets(head: str, data: bytes) -> str:
    """A line of information with octets behind its line end: they go out as they are, whatever quirks do to
    lines. Where there are none, `head` alone.

    >>> octets("+QIRD: 0", b"")
    '+QIRD: 0'
    """
    return f"{head}\x10\x02{(_END + data).hex()}\x10\x03" if data else head


class Console:
    """`execute` runs one command. Settings of the line discipline are plain attributes, reset by &F."""

    def __init__(
        self,
        execute: Execute,
        write: Callable[[bytes], None],
        *,
        seed: int,
        name: str,
        quirks: Quirks,
        latency: tuple[float, float],
        slow: dict[str, float],
        prompt: str,
    ) -> None:
        self.write = write
        self._execute = execute
        self._name = f"{seed}/{name}"
        self._quirks = quirks
        self._latency = latency
        self._slow = slow
        self._prompt = prompt.encode()
        self._lines = 0
        self._last = ""
        self._wire_free = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.factory()
        self.clear()

    def factory(self) -> None:
        """V.250 &F: echo on, words, results shown, all call results."""
        self.echo, self.verbose, self.quiet, self.extended, self.cmee = True, True, False, 4, 0

    def clear(self) -> None:
        """Forget what is under way: the modem restarts."""
        self._inbox = b""
        self._waiting: list[bytes] = []
        self._out: list[bytes] = []
        self._blocks: list[Sequence[str]] = []
        self._commands: Iterator[Command] = iter(())
        self._current = Command("")
        self._busy = False
        self._taken: Callable[[bytes], Reply] | None = None
        self._upload: Upload | None = None
        self._octets = bytearray()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    # Bytes in

    def received(self, data: bytes) -> None:
        if self._upload is not None and not (data := self._uploaded(self._upload, data)):
            return
        if self._quirks:
            data = self._quirks.heard(data)
        if echo := self._quirks.echoed(data, self.echo, self._taken is not None):
            self._put(echo)
        self._inbox = (self._inbox + data)[-INBOX_LIMIT:]
        self._advance()

    def _advance(self) -> None:
        while self._inbox and not self._busy:
            if not (self._take_line() if self._taken is None else self._take_payload(self._taken)):
                return

    def _take_line(self) -> bool:
        inbox = self._inbox.lstrip(_IDLE)
        if inbox[:2].upper() == b"A/":
            self._inbox = inbox[2:]
            self._begin(self._last)
            return True
        end = inbox.find(b"\r")
        if end < 0:
            self._inbox = inbox
            return False
        self._inbox = inbox[end + 1 :]
        line = inbox[:end].translate(None, _UNPRINTED).decode("latin-1")
        start = line.upper().find("AT")
        if start >= 0:
            self._begin(line[start + 2 :])
        return True

    def _take_payload(self, taken: Callable[[bytes], Reply]) -> bool:
        finish, escape = self._inbox.find(_CTRL_Z), self._inbox.find(_ESC)
        if finish < 0 and escape < 0:
            return False
        end = min(at for at in (finish, escape) if at >= 0)
        payload, self._inbox = self._inbox[:end], self._inbox[end + 1 :]
        if end == finish and self._quirks and self._quirks.sticks():
            return True
        self._taken, self._busy = None, True
        self._timer = asyncio.get_running_loop().call_later(
            self._delay(), self._resume, None if end == escape else lambda: taken(payload)
        )
        return True

    def _uploaded(self, upload: Upload, data: bytes) -> bytes:
        """Take what belongs to it; what is left comes behind it."""
        before, got = len(self._octets), self._octets
        ours, rest = data[: upload.count - before], data[upload.count - before :]
        got += ours
        if not upload.connect and (echo := self._quirks.echoed(ours, False, True)):
            self._put(echo)
        stop = got.find(upload.stop, max(0, before - len(upload.stop))) if upload.stop else -1
        if stop >= 0:
            rest = bytes(got[stop + len(upload.stop) :]) + rest
            del got[stop:]
        if upload.receipts:
            self._put(b"A" * (len(got) // upload.receipts - before // upload.receipts))
        if stop >= 0 or len(got) == upload.count:
            self._complete(upload, self._delay())
        elif upload.idle:
            self._limit(upload)
        return rest

    def _limit(self, upload: Upload) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(upload.seconds, self._complete, upload, 0.0)

    def _complete(self, upload: Upload, wait: float) -> None:
        data, self._octets = bytes(self._octets), bytearray()
        if self._timer is not None:
            self._timer.cancel()
        self._upload = None
        self._timer = asyncio.get_running_loop().call_later(wait, self._resume, lambda: upload.taken(data))

    # One command line

    def _begin(self, line: str) -> None:
        self._last = line
        self._busy = True
        try:
            commands = parse(line)
        except Malformed:
            commands = [Command("")]
        self._commands = iter(commands)
        first = commands[0] if commands else Command("")
        wait = self._delay() + self._slow.get(first.key, 0.0) + self._quirks.lateness(first.name)
        self._timer = asyncio.get_running_loop().call_later(wait, self._resume, None)

    def _delay(self) -> float:
        low, high = self._latency
        self._lines += 1
        return low + (high - low) * fraction(self._name, self._lines)

    def _resume(self, act: Callable[[], Reply] | None) -> None:
        """Carry on with the line: with `act`, what a payload or the network brought, then the rest."""
        self._timer = None
        try:
            if act is not None and not self._inform(act()):
                return
            for command in self._commands:
                self._current = command
                if self._quirks and not self._interfered(command):
                    return
                if not self._inform(self._execute(command)):
                    return
                if self._quirks and self._quirks.asks(command.name):
                    self._inform(Prompt(lambda _payload: None))
                    return
            self._final("OK")
        except Malformed:
            self._final(Refused(WRONG_PARAMETERS).final(self._quirks.errors(self.cmee)))
        except Ended as ended:
            self._final(ended.final(self._quirks.errors(self.cmee)))

    def _interfered(self, command: Command) -> bool:
        """What quirks do before `command` is executed; False when it never will be."""
        if self._quirks.executing(command):
            return False
        self._out += [self._block((line,)) for line in self._quirks.before(command.name)]
        return True

    def resume(self, act: Callable[[], Reply]) -> None:
        """Carry on with a command that returned LATER: `act` answers in its place, LATER again perhaps."""
        self._resume(act)

    def finish(self, *lines: str, ended: Ended | None = None) -> None:
        """The end of a command that returned LATER."""

        def act() -> Reply:
            if ended is not None:
                raise ended
            return lines

        self._resume(act)

    def _inform(self, reply: Reply) -> bool:
        """Take a reply; False when the line has to wait."""
        if reply is LATER:
            self._flush_all()
            return False
        if isinstance(reply, Prompt):
            self._taken, self._busy = reply.taken, False
            self._flush_all()
            self._put(self._quirks.written(self._quirks.prompt(self._prompt)))
            asyncio.get_running_loop().call_soon(self._advance)
            return False
        if isinstance(reply, Upload):
            self._flush_all()
            late = self._quirks.upload_late(self._current.name)
            self._timer = asyncio.get_running_loop().call_later(late, self._invite, reply)
            return False
        if isinstance(reply, str):
            self._info(reply.split("\n") if reply else ())
        elif reply is not None and not isinstance(reply, Later):
            self._info(reply)
        return True

    def _invite(self, upload: Upload) -> None:
        self._timer = None
        prompt = self._block(("CONNECT",)) if upload.connect else self._quirks.prompt(self._prompt)
        self._put(self._quirks.written(self._quirks.invitation(prompt)))
        self._upload = upload
        self._limit(upload)
        ahead, self._inbox = self._inbox, b""
        self._inbox = self._uploaded(upload, ahead)

    # Bytes out

    def _info(self, lines: Sequence[str]) -> None:
        if lines:
            self._blocks.append(lines)

    def _final(self, result: str) -> None:
        blocks, self._blocks = self._blocks, []
        if not self.quiet:
            blocks.append((result,))
        if self._quirks:
            blocks = self._quirks.answered(self._current, blocks)
            news = self._quirks.between(self._current.name) if result == "OK" else ()
            blocks[len(blocks) - 1 :] = [*((line,) for line in news), *blocks[-1:]]
        self._out += map(self._block, blocks)
        self._busy = False
        self._out += self._waiting
        self._waiting = []
        self._flush()
        if self._inbox:
            asyncio.get_running_loop().call_soon(self._advance)

    def unsolicited(self, *lines: str) -> None:
        """An unsolicited result code, of two lines where a PDU belongs to it."""
        said = self._quirks.unsolicited(lines) if self._quirks else lines
        if not said:
            return
        block = self._block(said)
        if self._busy or self._taken is not None:
            self._waiting.append(block)
        else:
            self._out.append(block)
            self._flush()

    def result(self, result: str) -> None:
        """A result code on its own ("NO CARRIER" of a call): hidden by Q1."""
        if not self.quiet:
            self.unsolicited(result)

    def _block(self, lines: Sequence[str]) -> bytes:
        verbose = self._quirks.verbose(self.verbose) if self._quirks else self.verbose
        if not verbose and len(lines) == 1 and (digit := DIGITS.get(lines[0])):
            return f"{digit}\r".encode()
        text = "\r\n".join(lines) + "\r\n"
        return ("\r\n" + text if verbose else text).encode("latin-1", "replace")

    def _flush_all(self) -> None:
        """Also the information of an answer that is not complete."""
        blocks, self._blocks = self._blocks, []
        self._out += map(self._block, blocks)
        self._flush()

    def _flush(self) -> None:
        if self._out:
            blocks, self._out = self._out, []
            if self._quirks:
                blocks = [self._quirks.written(block) for block in self._quirks.joined(blocks)]
            self._put(_OCTETS.sub(_plain, b"".join(blocks)))

    def _put(self, data: bytes) -> None:
        """Send, in pieces where a quirk says so; what comes after a delayed piece waits for it."""
        if not self._quirks:
            self.write(data)
            return
        loop = asyncio.get_running_loop()
        for gap, piece in self._quirks.pieces(data):
            due = max(loop.time(), self._wire_free) + gap
            if due <= loop.time():
                self.write(piece)
            else:
                # Strictly later than the piece before: equal timers keep no order.
                self._wire_free = due + 1e-5
                loop.call_at(due, self.write, piece)


def _plain(octets: re.Match[bytes]) -> bytes:
    return bytes.fromhex(octets[1].decode("ascii"))
