"""Devices on ptys that stand for USB ports: emulated modems, and things that are none."""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from unittest.mock import Mock

import pytest

from drivers.emulated.air import Air, Camp
from drivers.emulated.ptys import PtyPort
from drivers.emulated.terminal import EmulatedModem
from drivers.emulated.uicc import Card
from tests.subscribers import XIAOMI as SIM

IMEI = "862107043556942"


class Things:
    """What can be behind a port."""

    @asynccontextmanager
    async def modem(
        self, *, profile: str = "quectel", card: bool = True, pin: str | None = None, cs: int = 1
    ) -> AsyncIterator[tuple[str, EmulatedModem]]:
        air = Mock(spec=Air)
        camp = Camp(cs=cs, eps=cs, ims=0, plmn="46001" if cs == 1 else "", operator="CHN-UNICOM")
        air.camp.return_value = camp
        air.legs.return_value = []
        air.power_on.side_effect = lambda terminal, volte: terminal.camped(camp)
        chip = Card.of(SIM, pin=pin) if card else None
        modem = EmulatedModem(chip, air, name="m1", imei=IMEI, profile=profile)
        port = PtyPort(modem)
        port.open()
        modem.start()
        try:
            yield port.path, modem
        finally:
            port.close()

    @contextmanager
    def thing(self, answer: Callable[[bytes], bytes] = lambda data: b"") -> Iterator[tuple[str, list[bytes]]]:
        """A device that answers each chunk by itself; what it got is kept. Within a running loop."""
        master, slave = os.openpty()
        tty.setraw(slave)
        got: list[bytes] = []

        def readable() -> None:
            got.append(os.read(master, 4096))
            os.write(master, answer(got[-1]))

        loop = asyncio.get_running_loop()
        loop.add_reader(master, readable)
        try:
            yield os.ttyname(slave), got
        finally:
            loop.remove_reader(master)
            os.close(master)
            os.close(slave)


@pytest.fixture
def things() -> Things:
    return Things()
