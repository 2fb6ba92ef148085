"""A modem made of a table: what it answers to which line, and everything that reached it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drivers.at import AtModem
from drivers.at.channel import Channel
from drivers.at.dialect import load
from drivers.at.exchange import (
    Unsolicited,
)
from drivers.at.guard import Guard
from drivers.links import memory_pair
from interop.lab.model import ModemPart, SimPart

OK = b"\r\nOK\r\n"
SIM = SimPart(
    name="sim-1",
    msisdn="17090001234",
    imsi="460011709000123",
    iccid="89860110709000123456",
    kind="mvno",
    brand="test",
    base_operator="CUCC",
    city="Beijing",
)


class Paper:
    """A journal in memory."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, bytes | str]] = []

    def sent(self, data: bytes) -> None:
        self.lines.append((">", data))

    def received(self, data: bytes) -> None:
        self.lines.append(("<", data))

    def note(self, text: str) -> None:
        self.lines.append(("#", text))


class Ears:
    """A channel's listener that keeps what it hears."""

    def __init__(self) -> None:
        self.urcs: list[Unsolicited] = []
        self.strange: list[str] = []
        self.restarts: list[str] = []
        self.losses: list[str] = []

    def unsolicited(self, urc: Unsolicited) -> None:
        self.urcs.append(urc)

    def unowned(self, text: str) -> None:
        self.strange.append(text)

    def restarted(self, sign: str) -> None:
        self.restarts.append(sign)

    def lost(self, why: str) -> None:
        self.losses.append(why)


class Scripted:
    """Answers each command line from `table` (an answer, a list of them for one after another; else OK).

    None is silence. `heard` has every line and payload in order; `wire` every byte. `lists`: what +CLCC
    answers from the time that the modem gets a line.
    """

    def __init__(self, table: Mapping[str, Any] | None = None, *, emulated: bool = True) -> None:
        self.table: dict[str, Any] = {
            "AT+CMEE?": b"\r\n+CMEE: 1\r\n" + OK,
            "AT+CPIN?": b"\r\n+CPIN: READY\r\n" + OK,
            "AT+CSCS?": b'\r\n+CSCS: "GSM"\r\n' + OK,
            "AT+CMGF?": b"\r\n+CMGF: 0\r\n" + OK,
            "AT+CSMS?": b"\r\n+CSMS: 0,1,1,1\r\n" + OK,
        }
        self.table.update(table or {})
        self.link, self.far = memory_pair("m1", emulated=emulated)
        self.far.connect(self._received)
        self.lists: dict[str, bytes] = {}
        self.heard: list[str] = []
        self.wire = b""
        self.paper = Paper()
        self.spent: list[str] = []
        self._buffer = b""
        self._changed = asyncio.Event()

    def say(self, *lines: str) -> None:
        """URCs."""
        for line in lines:
            self.far.write(f"\r\n{line}\r\n".encode("latin-1"))

    async def hears(self, line: str, times: int = 1) -> None:
        """Until the modem has got `line`."""
        while self.heard.count(line) < times:
            self._changed.clear()
            await self._changed.wait()

    def _received(self, data: bytes) -> None:
        self.wire += data
        self._buffer += data.replace(b"\x1b", b"")
        while ends := [at for at in (self._buffer.find(b"\r"), self._buffer.find(b"\x1a")) if at >= 0]:
            line, self._buffer = self._buffer[: min(ends)].decode("latin-1"), self._buffer[min(ends) + 1 :]
            answer = self._answer(line)
            self._changed.set()
            if answer is not None:
                self.far.write(answer)

    def _answer(self, line: str) -> bytes | None:
        """Of several commands on one line (V.250 5.2.1) as of one after another, with one final result."""
        first, more, rest = line.partition(";")
        if not (more and rest) or line in self.table:
            self.heard.append(line)
            if line in self.lists:
                self.table["AT+CLCC"] = self.lists[line]
            answer = self.table.get(line, OK)
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            assert answer is None or isinstance(answer, bytes)
            return answer
        answer = self._answer(first)
        if answer is None or not answer.endswith(OK):
            return answer
        behind = self._answer("AT" + rest)
        return None if behind is None else answer.removesuffix(OK) + behind

    def channel(self, dialect: str = "generic", guard: Guard | None = None) -> tuple[Channel, Ears]:
        ears = Ears()
        return Channel("m1", self.link, self.paper, load(dialect), ears, guard or Guard()), ears

    async def modem(
        self, dialect: str = "generic", pin: str | None = None, folder: Path | None = None
    ) -> AtModem:
        part = ModemPart(name="m1", port="emulated", sim="sim-1", dialect=dialect)
        secrets = {"pin": pin} if pin is not None else {}
        spend = self.spent.append
        return await AtModem.open(part, SIM, self.link, self.paper, spend, secrets, folder=folder)


@pytest.fixture(scope="session")
def scripted() -> type[Scripted]:
    return Scripted
