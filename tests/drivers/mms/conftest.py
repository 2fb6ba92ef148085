"""A modem made of a table, and the octets that it was given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from drivers.at import AtModem
from interop.lab.model import MmsPart, MmsWay, ModemPart
from interop.protocols.link import Journal, NoJournal
from tests.drivers.table import OK, SIM, TableModem

_COUNTED = re.compile(r'AT\+(?:CMMSDOWN="\w+"|QFUPL="[^"]+"|QFWRITE=\d+|QISEND=\d+),(\d+)')


def active(device: Table) -> bytes:
    """+CGACT?, as it was set last."""
    up = [line for line in device.heard if line in ("AT+CGACT=1,4", "AT+CGACT=0,4")][-1:] == ["AT+CGACT=1,4"]
    return f"\r\n+CGACT: 1,0\r\n+CGACT: 4,{int(up)}\r\n".encode() + OK


class Table(TableModem):
    """Behind an answer that ends in CONNECT or "> " the octets that the line announced are taken: `given` has
    them, and `table[line + " <"]` answers them, else OK.
    """

    def __init__(self, table: Mapping[str, Any] | None = None, *, emulated: bool = True) -> None:
        super().__init__({"AT+CGACT?": active} | dict(table or {}), emulated=emulated)
        self.far.connect(self._received)
        self.given: dict[str, bytes] = {}
        self._buffer = b""
        self._wanted: tuple[str, int] | None = None

    def since(self, line: str) -> list[str]:
        """What came behind the first `line`, and it."""
        return self.heard[self.heard.index(line) :]

    def _received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            if self._wanted is not None:
                line, count = self._wanted
                if len(self._buffer) < count:
                    return
                self.given[line], self._buffer = self._buffer[:count], self._buffer[count:]
                self._wanted = None
                self._reply(f"{line} <")
            elif b"\r" in self._buffer:
                head, _, self._buffer = self._buffer.partition(b"\r")
                line = head.replace(b"\x1b", b"").decode("latin-1")
                self.heard.append(line)
                self._reply(line)
                self._changed.set()
            else:
                return

    def _reply(self, line: str) -> None:
        answer = self.answer(line)
        if answer is None:
            return
        if answer.endswith((b"CONNECT\r\n", b"> ")) and (counted := _COUNTED.match(line)):
            self._wanted = (line, int(counted[1]))
        self.far.write(answer)

    async def modem(
        self,
        dialect: str,
        *,
        mms: MmsWay | None = None,
        bearer: str | None = None,
        service: MmsPart | None = None,
        secrets: Mapping[str, str] | None = None,
        journal: Journal | None = None,
    ) -> AtModem:
        part = ModemPart(name="m1", port="emulated", sim="sim-1", dialect=dialect, mms=mms or MmsWay())
        sim = SIM.model_copy(update={"mms": service or MmsPart()})
        spend = self.spent.append
        return await AtModem.open(
            part, sim, self.link, journal or NoJournal(), spend, secrets or {}, bearer=bearer
        )


@pytest.fixture(scope="session")
def table() -> type[Table]:
    return Table
