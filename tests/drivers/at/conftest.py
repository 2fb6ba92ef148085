"""A modem made of a table, and every byte that reached it."""

from __future__ import annotations

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
from interop.lab.model import ModemPart
from tests.drivers.table import OK, SIM, TableModem


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


class Scripted(TableModem):
    """`heard` has every line and payload in order; `wire` every byte. `lists`: what +CLCC answers from the
    time that the modem gets a line.
    """

    def __init__(self, table: Mapping[str, Any] | None = None, *, emulated: bool = True) -> None:
        super().__init__(table, emulated=emulated)
        self.far.connect(self._received)
        self.lists: dict[str, bytes] = {}
        self.wire = b""
        self.paper = Paper()
        self._buffer = b""

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
            return self.answer(line)
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
