"""What every modem made of a table has: what it answers to which line, and which lines reached it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Self

from drivers.links import memory_pair
from interop.lab.model import SimPart

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


class TableModem:
    """Answers each command line from `table`: an answer, a list of them for one after another, or what makes
    one of this modem; None is silence, OK what does not stand there. Who takes the bytes calls `answer`.
    """

    def __init__(self, table: Mapping[str, Any] | None = None, *, emulated: bool = True) -> None:
        self.table: dict[str, Any] = {
            "AT+CMEE?": b"\r\n+CMEE: 1\r\n" + OK,
            "AT+CPIN?": b"\r\n+CPIN: READY\r\n" + OK,
            "AT+CSCS?": b'\r\n+CSCS: "GSM"\r\n' + OK,
            "AT+CMGF?": b"\r\n+CMGF: 0\r\n" + OK,
            "AT+CSMS?": b"\r\n+CSMS: 0,1,1,1\r\n" + OK,
        }
        for line, answer in (table or {}).items():
            self.table[line] = list(answer) if isinstance(answer, list) else answer
        self.link, self.far = memory_pair("m1", emulated=emulated)
        self.heard: list[str] = []
        self.spent: list[str] = []
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

    def answer(self: Self, line: str) -> bytes | None:
        found = self.table.get(line, OK)
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if callable(found):
            found = found(self)
        assert found is None or isinstance(found, bytes)
        return found
