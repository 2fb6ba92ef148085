"""Ptys and emulated modems: one comes back under another name, beside its twin; or behind its symlink."""

from __future__ import annotations

import asyncio
from pathlib import Path

from drivers.at import AtModem
from drivers.emulated.country import Country
from drivers.emulated.ptys import PtyPort
from drivers.links.serial_port import SerialLink
from drivers.links.usb import UsbIdentity, UsbPort
from interop.lab.load import load
from interop.lab.model import ModemPart
from interop.protocols.equipment import Setting
from interop.protocols.link import NoJournal
from interop.record.events import LinkBack, MessageReceived

WITHIN_S = 60.0
HERE, THERE = UsbIdentity(0x2C7C, 0x0125, "", "1-2", 2), UsbIdentity(0x2C7C, 0x0125, "", "1-3", 2)


async def country(scratch: Path) -> Country:
    lab = load("small")
    made = Country(
        Setting(lab=lab, seed=1, defects=(), quirks=(), scratch=scratch, epoch=1.7e9, virtual=False)
    )
    await made.start()
    return made


async def opened(link: SerialLink, port: str) -> AtModem:
    lab = load("small")
    sim = next(sim for sim in lab.sims if sim.name == "mi-1709")
    part = ModemPart(name="m01", port=port, sim=sim.name, dialect="quectel")
    return await AtModem.open(part, sim, link, NoJournal(), lambda _what: None, {})


def test_of_two_twins_the_one_with_the_right_imei_is_taken(tmp_path: Path) -> None:
    async def main() -> None:
        made = await country(tmp_path)
        ours, twin = PtyPort(made.modems["m01"]), PtyPort(made.modems["m03"])
        ours.open()
        first = ours.device
        table = [UsbPort(first, HERE)]
        link = SerialLink("m01", first, ports=lambda: list(table))
        modem = await opened(link, first)
        imei = (await modem.identity()).imei
        ours.close()
        # the twin has been put into the socket where ours was, and got its name or another
        twin.open()
        ours = PtyPort(made.modems["m01"])
        ours.open()
        assert ours.device != twin.device
        table[:] = [UsbPort(twin.device, HERE), UsbPort(ours.device, THERE)]
        back = await modem.events.wait(LinkBack, within=WITHIN_S, since=0)
        assert back is not None
        assert back.port == ours.device == link.place
        assert (await modem.identity()).imei == imei
        await modem.close()
        for port in (ours, twin):
            port.close()
        await made.stop()

    asyncio.run(main())


def test_a_pty_that_is_made_again_behind_its_symlink(tmp_path: Path) -> None:
    async def main() -> None:
        made = await country(tmp_path)
        name = tmp_path / "vm0"
        port = PtyPort(made.modems["m01"], name)
        port.open()
        modem = await opened(SerialLink("m01", str(name)), str(name))
        port.close()
        port = PtyPort(made.modems["m01"], name)
        port.open()
        assert await modem.events.wait(LinkBack, within=WITHIN_S, since=0)
        mark = modem.events.mark()
        sent = await modem.send_message("17090001234", "to itself")
        assert sent.accepted
        message = await modem.events.wait(MessageReceived, within=WITHIN_S, since=mark)
        assert message is not None
        assert message.text == "to itself"
        await modem.close()
        port.close()
        await made.stop()

    asyncio.run(main())
