"""A modem made of a table: what it answers to which line, the octets it was given, all that reached it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest

from drivers.at import AtModem
from drivers.links import memory_pair
from interop.lab.model import MmsPart, MmsWay, ModemPart, SimPart
from interop.protocols.link import Journal, NoJournal

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
_COUNTED = re.compile(r'AT\+(?:CMMSDOWN="\w+"|QFUPL="[^"]+"|QFWRITE=\d+|QISEND=\d+),(\d+)')


def active(device: Table) -> bytes:
    """+CGACT?, as it was set last."""
    up = [line for line in device.heard if line in ("AT+CGACT=1,4", "AT+CGACT=0,4")][-1:] == ["AT+CGACT=1,4"]
    return f"\r\n+CGACT: 1,0\r\n+CGACT: 4,{int(up)}\r\n".encode() + OK


class Table:
    """Answers each command line from `table` (an answer, a list of them for one after another, or what gives
    one; else OK).

    None is silence. Behind an answer that ends in CONNECT or "> " the octets that the line announced are
    taken: `given` has them, and `table[line + " <"]` answers them, else OK.
    """

    def __init__(self, table: Mapping[str, Any] | None = None, *, emulated: bool = True) -> None:
        self.table: dict[str, Any] = {
            "AT+CMEE?": b"\r\n+CMEE: 1\r\n" + OK,
            "AT+CPIN?": b"\r\n+CPIN: READY\r\n" + OK,
            "AT+CSCS?": b'\r\n+CSCS: "GSM"\r\n' + OK,
            "AT+CMGF?": b"\r\n+CMGF: 0\r\n" + OK,
            "AT+CSMS?": b"\r\n+CSMS: 0,1,1,1\r\n" + OK,
            "AT+CGACT?": active,
        }
        for line, answer in (table or {}).items():
            self.table[line] = list(answer) if isinstance(answer, list) else answer
        self.link, self.far = memory_pair("m1", emulated=emulated)
        self.far.connect(self._received)
        self.heard: list[str] = []
        self.given: dict[str, bytes] = {}
        self.spent: list[str] = []
        self._buffer = b""
        self._wanted: tuple[str, int] | None = None
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
        answer = self.table.get(line, OK)
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(self)
        if answer is None:
            return
        assert isinstance(answer, bytes)
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
