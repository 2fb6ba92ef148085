"""A serial port that comes back under another name: ptys stand for ports, a table for what USB says."""

from __future__ import annotations

import asyncio
import os
import socket
import tty
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from drivers.links.serial_port import SerialLink
from drivers.links.uevents import until_added
from drivers.links.usb import UsbIdentity, UsbPort
from interop.protocols.errors import DeviceLost

EC25 = UsbIdentity(0x2C7C, 0x0125, "", "1-2", 2)
TWIN = UsbIdentity(0x2C7C, 0x0125, "", "1-3", 2)
DIAGNOSTICS = UsbIdentity(0x2C7C, 0x0125, "", "1-2", 0)
STRANGER = UsbIdentity(0x12D1, 0x1001, "", "1-2", 2)


class Bus:
    """`usb_ports` of a machine on which ports come and go."""

    def __init__(self) -> None:
        self.table: list[UsbPort] = []
        self._open: dict[str, tuple[int, int]] = {}
        self._fillers: list[int] = []

    def plug(self, identity: UsbIdentity) -> str:
        master, slave = os.openpty()
        tty.setraw(slave)
        path = os.ttyname(slave)
        self._open[path] = (master, slave)
        self.table.append(UsbPort(path, identity))
        return path

    def unplug(self, path: str) -> None:
        self.table = [port for port in self.table if port.device != path]
        for fd in self._open.pop(path):
            os.close(fd)
        self._fillers += os.openpty()  # else the next pty would have this one's name

    def say(self, path: str, data: bytes) -> None:
        os.write(self._open[path][0], data)

    def ports(self) -> list[UsbPort]:
        return list(self.table)

    def close(self) -> None:
        for path in tuple(self._open):
            with suppress(OSError):
                self.unplug(path)
        for fd in self._fillers:
            os.close(fd)
        self._fillers.clear()


@pytest.fixture
def bus() -> Iterator[Bus]:
    bus = Bus()
    yield bus
    bus.close()


async def lost(link: SerialLink, heard: Any, bus: Bus) -> None:
    bus.unplug(link.place)
    while not heard.lost:
        await heard.more()
    heard.lost.clear()
    heard.data = b""


def test_found_again_under_another_name_by_what_it_is(bus: Bus, heard: Any) -> None:
    async def main() -> None:
        link = SerialLink("m1", bus.plug(EC25), ports=bus.ports)
        await link.open(heard.received, heard.gone)
        for identity in (STRANGER, DIAGNOSTICS):
            bus.plug(identity)
        await lost(link, heard, bus)
        with pytest.raises(DeviceLost, match=r"m1: no port has USB 2c7c:0125 interface 2 at 1-2 now"):
            await link.open(heard.received, heard.gone)
        stranger = bus.plug(STRANGER)
        again = bus.plug(EC25)
        await link.open(heard.received, heard.gone)
        assert link.place == again != stranger
        bus.say(again, b"RDY")
        assert await heard.until(3) == b"RDY"
        await link.close()

    asyncio.run(main())


def test_another_device_under_the_old_name_is_not_opened(bus: Bus, tmp_path: Path, heard: Any) -> None:
    async def main() -> None:
        name = tmp_path / "by-id"
        name.symlink_to(bus.plug(EC25))
        link = SerialLink("m1", str(name), ports=bus.ports)
        await link.open(heard.received, heard.gone)
        assert link.place == str(name)
        bus.unplug(str(name.resolve()))
        await heard.more()
        name.unlink()
        name.symlink_to(bus.plug(STRANGER))
        with pytest.raises(DeviceLost, match="no port has USB 2c7c:0125"):
            await link.open(heard.received, heard.gone)
        moved = bus.plug(EC25)
        await link.open(heard.received, heard.gone)
        assert link.place == moved
        await link.close()
        name.unlink()
        name.symlink_to(moved)
        await link.open(heard.received, heard.gone)
        assert link.place == str(name), "the name of the lab file comes first"
        await link.close()

    asyncio.run(main())


def test_of_several_alike_the_one_behind_the_lasting_name_comes_first(
    bus: Bus, tmp_path: Path, heard: Any
) -> None:
    """udev moved the name to where the modem is plugged in now; its old socket has another one."""

    async def main() -> None:
        name = tmp_path / "by-id"
        name.symlink_to(bus.plug(EC25))
        link = SerialLink("m1", str(name), ports=bus.ports)
        await link.open(heard.received, heard.gone)
        bus.unplug(str(name.resolve()))
        await heard.more()
        same_socket, moved = bus.plug(EC25), bus.plug(TWIN)
        name.unlink()
        name.symlink_to(moved)
        await link.open(heard.received, heard.gone)
        assert link.place == str(name)
        await link.close()
        assert link.elsewhere()
        await link.open(heard.received, heard.gone)
        assert link.place == same_socket
        await link.close()

    asyncio.run(main())


def test_of_several_alike_each_is_tried_the_same_socket_first(bus: Bus, heard: Any) -> None:
    async def main() -> None:
        link = SerialLink("m1", bus.plug(EC25), ports=bus.ports)
        await link.open(heard.received, heard.gone)
        await lost(link, heard, bus)
        twin = bus.plug(TWIN)
        same = bus.plug(EC25)
        tried = []
        for _ in range(2):
            await link.open(heard.received, heard.gone)
            tried.append(link.place)
            await link.close()
            more = link.elsewhere()
            assert more is (len(tried) == 1)
        assert tried == [same, twin]
        await link.open(heard.received, heard.gone)
        assert link.place == same, "the next round begins anew"
        await link.close()

    asyncio.run(main())


def test_one_that_is_held_by_another_is_passed_over(bus: Bus, heard: Any) -> None:
    async def main() -> None:
        link = SerialLink("m1", bus.plug(EC25), ports=bus.ports)
        await link.open(heard.received, heard.gone)
        await lost(link, heard, bus)
        first, second = bus.plug(EC25), bus.plug(TWIN)
        other = SerialLink("m2", first, ports=bus.ports)
        await other.open(heard.received, heard.gone)
        await link.open(heard.received, heard.gone)
        assert link.place == second
        await link.close()
        bus.unplug(second)
        with pytest.raises(DeviceLost, match=f"m1: {first} is held by another program"):
            await link.open(heard.received, heard.gone)
        await other.close()

    asyncio.run(main())


def test_a_port_without_identity_is_only_ever_looked_for_by_its_name(tmp_path: Path, heard: Any) -> None:
    """As behind the emulated modem's symbolic link: the pty behind it is another one each time."""

    async def main() -> None:
        bus, name = Bus(), tmp_path / "vm0"
        name.symlink_to(bus.plug(EC25))
        link = SerialLink("m1", str(name), ports=list)
        await link.open(heard.received, heard.gone)
        bus.unplug(str(name.resolve()))
        await heard.more()
        name.unlink()
        with pytest.raises(DeviceLost, match="no such port"):
            await link.open(heard.received, heard.gone)
        name.symlink_to(bus.plug(EC25))
        await link.open(heard.received, heard.gone)
        bus.say(str(name.resolve()), b"RDY")
        assert await heard.until(3) == b"RDY"
        await link.close()
        bus.close()

    asyncio.run(main())


def test_the_kernel_tells_of_a_new_port() -> None:
    """Messages as `udevadm monitor` shows them; only an added tty counts."""

    async def main() -> None:
        kernel, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        ours.setblocking(False)
        with kernel, ours:
            waiting = asyncio.create_task(until_added(ours))
            for action, subsystem in (("add", "usb"), ("remove", "tty")):
                kernel.send(f"{action}@/devices/x\0ACTION={action}\0SUBSYSTEM={subsystem}\0".encode())
            while not _drained(ours):  # noqa: ASYNC110
                await asyncio.sleep(0)
            assert not waiting.done()
            kernel.send(b"add@/devices/x/ttyUSB3\0ACTION=add\0SUBSYSTEM=tty\0DEVNAME=ttyUSB3\0")
            async with asyncio.timeout(20):
                await waiting

    asyncio.run(main())


def _drained(ours: socket.socket) -> bool:
    try:
        ours.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    return False
