"""Many ports at once: a fleet of emulated modems kept busy, and a runner's channels beside pyserial alone."""

from __future__ import annotations

import asyncio
import os
import select
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from drivers.benchmark.clients import channel_on
from drivers.benchmark.responder import QUERY
from interop.engine.clock import run
from interop.protocols.errors import EquipmentError
from interop.record.writer import RunWriter

FILES_PER_PORT = 6
"""open files that a port takes in the hungriest of the processes, pyserial's, and one for luck"""
_END = b"OK\r\n"
_PATIENCE_S = 30.0


def answers_a_second(ports: Sequence[str], seconds: float) -> float:
    """Ask AT+CSQ of every port, again as soon as it has answered, with raw reads and writes.

    Counted once each has answered. Raises TimeoutError naming a port that does not.
    """
    command = QUERY + b"\r"
    poll = select.epoll()
    files = {os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK): port for port in ports}
    heard = dict.fromkeys(files, b"")

    def answered(until: float) -> Iterator[int]:
        while (left := until - time.monotonic()) > 0:
            for fd, _ in poll.poll(left):
                heard[fd] = (heard[fd] + os.read(fd, 4096))[-len(_END) :]
                if heard[fd] == _END:
                    os.write(fd, command)
                    yield fd

    try:
        for fd in files:
            poll.register(fd, select.EPOLLIN)
            os.write(fd, command)
        silent = dict(files)
        for fd in answered(time.monotonic() + _PATIENCE_S):
            silent.pop(fd, None)
            if not silent:
                break
        for port in silent.values():
            raise TimeoutError(f"{len(silent)} of {len(ports)} ports do not answer, {port} the first")
        start = time.monotonic()
        count = sum(1 for _ in answered(start + seconds))
        return count / (time.monotonic() - start)
    finally:
        poll.close()
        for fd in files:
            os.close(fd)


def channels_a_second(ports: Sequence[str], seconds: float) -> float:
    """The same with our driver: every port open at once in this process, each with guard and journal.

    Raises EquipmentError of the first port that does not answer.
    """
    with TemporaryDirectory(prefix="interop-") as folder:
        return run(_channels(ports, seconds, Path(folder)), virtual=False)


async def _channels(ports: Sequence[str], seconds: float, folder: Path) -> float:
    writer = RunWriter(folder, now=time.monotonic)
    channels = [channel_on(port, f"modem-{number}", writer) for number, port in enumerate(ports, 1)]
    answered = 0

    async def ask() -> None:
        nonlocal answered
        channel = waiting.pop()
        while time.monotonic() < start + seconds:
            await channel.ask(QUERY.decode())
            answered += 1

    try:
        for channel in channels:
            await channel.open()
        for channel in channels:
            await channel.ask(QUERY.decode())  # all are open: each answers before anything is counted
        waiting = list(channels)
        start = time.monotonic()
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in channels:
                    tasks.create_task(ask())
        except* EquipmentError as group:
            raise group.exceptions[0] from None
        return answered / (time.monotonic() - start)
    finally:
        for channel in channels:
            await channel.close()
        writer.close()
