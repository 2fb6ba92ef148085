"""Who asks the responder: raw reads and writes, our driver, pyserial, python-gsmmodem-new; one at a time.

A turn opens the port, warms up, asks AT+CSQ and +CMGL=4 again and again, and closes the port. Our driver is
what a run has: a serial link, the emergency guard, and the journal that keeps every byte.
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from drivers.at.channel import Channel
from drivers.at.dialect import load
from drivers.at.exchange import Command, Unsolicited
from drivers.at.guard import Guard
from drivers.benchmark.responder import LIST, MESSAGES, QUERY
from drivers.links.serial_port import SerialLink
from interop.engine.clock import run
from interop.record.writer import RunWriter

_END = b"\r\nOK\r\n"
_QUERY, _LIST = QUERY.decode(), LIST.decode()


@dataclass(frozen=True, slots=True)
class Dose:
    """How often a turn asks each command. `warm`: before anything is measured."""

    queries: int = 2000
    listings: int = 10
    warm: int = 100


@dataclass(frozen=True, slots=True)
class Turn:
    """Nanoseconds: of each answer, and of CPU for one AT+CSQ, every thread of the client counted."""

    round_trips: list[int]
    listings: list[int]
    cpu: float


Ask = Callable[[str], bytes | Sequence[str]]


def raw(port: str, dose: Dose) -> Turn:
    """os.write, then os.read until OK is in: the least that anybody can do."""
    fd = os.open(port, os.O_RDWR | os.O_NOCTTY)

    def ask(command: str) -> bytes:
        os.write(fd, command.encode() + b"\r")
        answer = os.read(fd, 65536)
        while not answer.endswith(_END):
            answer += os.read(fd, 65536)
        return answer

    try:
        return _timed(ask, dose)
    finally:
        os.close(fd)


def ours(port: str, dose: Dose) -> Turn:
    with TemporaryDirectory(prefix="interop-") as folder:
        return run(_ours(port, dose, Path(folder)), virtual=False)


def pyserial_readline(port: str, dose: Dose) -> Turn:
    import serial

    with serial.Serial(port, 115200, timeout=5) as opened:

        def ask(command: str) -> list[str]:
            opened.write(command.encode() + b"\r")
            lines = [opened.readline()]
            while lines[-1] != b"OK\r\n":
                lines.append(opened.readline())
                if not lines[-1]:
                    raise TimeoutError(f"pyserial on {port}: {command} was not answered")
            return [line.decode() for line in lines]

        return _timed(ask, dose)


def python_gsmmodem(port: str, dose: Dose) -> Turn:
    """`write`, which all its methods use; only the port and its thread are started, no set-up is done."""
    from gsmmodem.modem import GsmModem
    from gsmmodem.serial_comms import SerialComms

    modem = GsmModem(port)
    modem.timeout = 0.1  # how long its thread takes to notice the end; data wakes it at once
    SerialComms.connect(modem)
    try:
        return _timed(modem.write, dose)
    finally:
        modem.close()


CLIENTS: dict[str, Callable[[str, Dose], Turn]] = {
    "raw os.read/os.write": raw,
    "our driver": ours,
    "pyserial readline": pyserial_readline,
    "python-gsmmodem-new": python_gsmmodem,
}


def missing(client: str) -> str:
    """Why this client cannot take part, "" if it can."""
    if CLIENTS[client] is python_gsmmodem and find_spec("gsmmodem") is None:
        return "not installed: pip install python-gsmmodem-new"
    return ""


class Nobody:
    """A listener for a modem that says nothing by itself."""

    def unsolicited(self, urc: Unsolicited) -> None: ...

    def unowned(self, text: str) -> None: ...

    def restarted(self, sign: str) -> None: ...

    def lost(self, why: str) -> None: ...


def channel_on(port: str, name: str, writer: RunWriter) -> Channel:
    """Our driver on a port, not open yet: a real link to the guard, and every byte goes to the journal."""
    return Channel(name, SerialLink(name, port), writer.journal(name), load("generic"), Nobody(), Guard())


async def _ours(port: str, dose: Dose, folder: Path) -> Turn:
    writer = RunWriter(folder, now=time.monotonic)
    channel = channel_on(port, "modem", writer)
    listing = Command(text=_LIST, expect=("+CMGL:",), pdu=True)

    async def query() -> list[str]:
        return [await channel.ask(_QUERY)]

    async def messages() -> list[str]:
        return (await channel.run(listing)).lines

    await channel.open()
    try:
        await _spans(query, dose.warm)
        cpu = time.process_time_ns()
        round_trips = await _spans(query, dose.queries)
        cpu = time.process_time_ns() - cpu
        _check("our driver", await messages())
        return Turn(round_trips, await _spans(messages, dose.listings), cpu / dose.queries)
    finally:
        await channel.close()
        writer.close()


async def _spans(ask: Callable[[], Awaitable[object]], count: int) -> list[int]:
    found = []
    for _ in range(count):
        start = time.perf_counter_ns()
        await ask()
        found.append(time.perf_counter_ns() - start)
    return found


def _timed(ask: Ask, dose: Dose) -> Turn:
    def spans(command: str, count: int) -> list[int]:
        found = []
        for _ in range(count):
            start = time.perf_counter_ns()
            ask(command)
            found.append(time.perf_counter_ns() - start)
        return found

    spans(_QUERY, dose.warm)
    cpu = time.process_time_ns()
    round_trips = spans(_QUERY, dose.queries)
    cpu = time.process_time_ns() - cpu
    _check("the answer", ask(_LIST))
    return Turn(round_trips, spans(_LIST, dose.listings), cpu / dose.queries)


def _check(client: str, answer: bytes | Sequence[str]) -> None:
    """A client that loses messages is not fast."""
    lines = answer.decode().splitlines() if isinstance(answer, bytes) else answer
    found = sum(line.startswith("+CMGL:") for line in lines)
    if found != MESSAGES:
        raise RuntimeError(f"{client}: {found} of {MESSAGES} messages in the answer to {_LIST}")
