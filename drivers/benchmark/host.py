"""A process that serves N emulated modems, each on a pty: `python -m drivers.benchmark.host N`.

They are subscribers of one emulated network. What each takes is the growth of the resident memory from
just before the first one is made, with everything shared (code, tables) loaded and one modem made and
thrown away, to now, divided by N. First line: `{"ports": [...], "kb_each": ...}` once all are registered;
to each line of input `{"kb_each": ...}`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from resource import getpagesize

from drivers.emulated.air import SERVED
from drivers.emulated.hlr import Subscriber
from drivers.emulated.network import Network
from drivers.emulated.ptys import PtyPort
from drivers.emulated.terminal import EmulatedModem
from drivers.emulated.uicc import Card
from interop.engine.clock import run
from interop.lab.model import SimPart
from interop.numbering import luhn_digit


class Fleet:
    """One network and its modems, switched on and on their ptys."""

    def __init__(self, count: int) -> None:
        """Raises OSError: no more ptys or files."""
        cards = {sim.name: Card.of(sim) for sim in _sims(count)}
        subscribers = [
            Subscriber.of(sim, imsi=sim.imsi, ehplmn=cards[sim.name].identity.ehplmn) for sim in _sims(count)
        ]
        self.network = Network(subscribers, seed=0, epoch=time.time())
        self.modems = [
            EmulatedModem(card, self.network, name=name, imei=_checked(f"86999999{number:06d}"))
            for number, (name, card) in enumerate(cards.items())
        ]
        self.ports = [PtyPort(modem) for modem in self.modems]
        for port, modem in zip(self.ports, self.modems, strict=True):
            port.open()
            modem.start()

    async def registered(self) -> None:
        """A modem tells its client, not us; nothing is measured meanwhile."""
        while not all(modem.registration.camp.eps in SERVED for modem in self.modems):  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    def close(self) -> None:
        for port, modem in zip(self.ports, self.modems, strict=True):
            modem.stop()
            port.close()
        self.network.stop()


def _sims(count: int) -> Iterator[SimPart]:
    for number in range(count):
        yield SimPart(
            name=f"sim-{number}",
            msisdn=f"1718888{number:04d}",
            imsi=f"4600971{number:08d}",
            iccid=_checked(f"898601710000000{number:04d}"),
            kind="mvno",
            brand="benchmark",
            base_operator="CUCC",
            city="北京",
            smsc="+8613010112500",
        )


def _checked(digits: str) -> str:
    return digits + luhn_digit(digits)


def _resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()


async def _serve(count: int) -> None:
    first = Fleet(1)
    await first.registered()
    first.close()
    del first
    start = _resident()
    fleet = Fleet(count)
    await fleet.registered()
    said: dict[str, object] = {"ports": [port.path for port in fleet.ports]}
    ended = asyncio.Event()

    def tell() -> None:
        print(json.dumps({**said, "kb_each": (_resident() - start) / count / 1000}), flush=True)

    def asked() -> None:
        if sys.stdin.readline():
            tell()
        else:
            ended.set()

    tell()
    said.clear()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), asked)
    await ended.wait()
    fleet.close()


def main() -> None:
    try:
        run(_serve(int(sys.argv[1])), virtual=False)
    except OSError as error:
        sys.exit(f"interop benchmark: {sys.argv[1]} emulated modems: {error}")


if __name__ == "__main__":
    main()
