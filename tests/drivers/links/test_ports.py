"""Device paths and pyserial URLs, on ptys and sockets of this machine; nothing is timed."""

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

from drivers.links.opening import why_not_open
from drivers.links.ports import SerialLink, SerialLinks, UrlLink
from interop.lab.model import Lab, ModemPart
from interop.protocols.equipment import Setting
from interop.protocols.errors import DeviceLost


@pytest.fixture
def pty() -> Iterator[tuple[int, str]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    for fd in (master, slave):
        with suppress(OSError):
            os.close(fd)


def test_bytes_both_ways_through_a_device_path(pty: tuple[int, str], heard: Any) -> None:
    async def main() -> None:
        master, path = pty
        link = SerialLink("m1", path)
        await link.open(heard.received, heard.gone)
        os.write(master, bytes(range(256)))
        assert await heard.until(256) == bytes(range(256))
        link.write(b"AT+CSQ\r")
        assert os.read(master, 100) == b"AT+CSQ\r"
        await link.close()
        link.write(b"nobody")
        assert heard.lost == []

    asyncio.run(main())


def test_more_than_the_port_takes_at_once_is_kept_and_sent(pty: tuple[int, str], heard: Any) -> None:
    async def main() -> None:
        master, path = pty
        link = SerialLink("m1", path)
        await link.open(heard.received, heard.gone)
        data = bytes(index % 251 for index in range(200_000))
        for at in range(0, len(data), 50_000):
            link.write(data[at : at + 50_000])
        got = b""
        os.set_blocking(master, False)
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(master, readable.set)
        async with asyncio.timeout(20):
            while len(got) < len(data):
                await readable.wait()
                readable.clear()
                got += os.read(master, 65536)
        loop.remove_reader(master)
        assert got == data
        await link.close()

    asyncio.run(main())


def test_unplugging_is_a_loss_and_told_once(heard: Any) -> None:
    async def main() -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        link = SerialLink("m1", os.ttyname(slave))
        await link.open(heard.received, heard.gone)
        os.close(slave)
        os.close(master)
        await heard.more()
        link.write(b"x")
        await asyncio.sleep(0)
        assert len(heard.lost) == 1
        assert "/dev/pts/" in heard.lost[0]

    asyncio.run(main())


def test_a_second_opener_is_told_that_the_port_is_held(pty: tuple[int, str], heard: Any) -> None:
    async def main() -> None:
        link = SerialLink("m1", pty[1])
        await link.open(heard.received, heard.gone)
        with pytest.raises(DeviceLost, match=r"m2: .* is held by another program"):
            await SerialLink("m2", pty[1]).open(heard.received, heard.gone)
        await link.close()

    asyncio.run(main())


def test_a_missing_port(tmp_path: Path, heard: Any) -> None:
    async def main() -> None:
        with pytest.raises(DeviceLost, match=r"m1: no such port .*ttyUSB9"):
            await SerialLink("m1", str(tmp_path / "ttyUSB9")).open(heard.received, heard.gone)

    asyncio.run(main())


def test_no_permission_says_what_to_do() -> None:
    error = OSError(13, "could not open port /dev/null: [Errno 13] Permission denied")
    assert "group dialout" in why_not_open("/dev/null", error)


def test_a_socket_url_both_ways_and_its_end(heard: Any) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            link = UrlLink("m1", f"socket://127.0.0.1:{server.getsockname()[1]}")
            await link.open(heard.received, heard.gone)
            peer, _ = server.accept()
            with peer:
                peer.sendall(b"\r\nRDY\r\n" * 1000)
                assert await heard.until(7000) == b"\r\nRDY\r\n" * 1000
                link.write(b"AT\r")
                link.write(b"ATI\r")
                got = b""
                while len(got) < 7:
                    got += await asyncio.to_thread(peer.recv, 100)
                assert got == b"AT\rATI\r"
            await heard.more()
            assert len(heard.lost) == 1
            await link.close()

    asyncio.run(main())


def test_a_loop_url_closes_without_a_loss(heard: Any) -> None:
    async def main() -> None:
        link = UrlLink("m1", "loop://")
        await link.open(heard.received, heard.gone)
        link.write(b"echo")
        assert await heard.until(4) == b"echo"
        await link.close()
        assert heard.lost == []

    asyncio.run(main())


@pytest.mark.parametrize("url", ["socket://127.0.0.1:1", "nosuch://x"])
def test_a_url_that_cannot_be_opened(url: str, heard: Any) -> None:
    async def main() -> None:
        with pytest.raises(DeviceLost, match="cannot open"):
            await UrlLink("m1", url).open(heard.received, heard.gone)

    asyncio.run(main())


def setting(*defects: str, ports: tuple[str, ...]) -> Setting:
    modems = tuple(ModemPart(name=f"m{number}", port=port) for number, port in enumerate(ports))
    lab = Lab(name="x", city="Beijing", modems=modems, sims=())
    return Setting(lab=lab, seed=1, defects=defects, quirks=(), scratch=Path(), epoch=0.0, virtual=False)


def test_the_driver_serves_all_but_the_emulated_and_none_of_it_counts_as_emulated() -> None:
    driver = SerialLinks(setting(ports=("/dev/ttyUSB0", "socket://127.0.0.1:7000", "loop://")))
    assert [SerialLinks.serves(port) for port in ("/dev/ttyUSB0", "spy:///dev/ttyUSB0", "emulated")] == [
        True,
        True,
        False,
    ]
    for port, kind in (
        ("/dev/ttyUSB0", SerialLink),
        ("socket://127.0.0.1:7000", UrlLink),
        ("loop://", UrlLink),
    ):
        link = driver.link(ModemPart(name="m", port=port))
        assert type(link) is kind
        assert link.emulated is False


def test_a_defect_that_nothing_here_can_have_is_said() -> None:
    with pytest.raises(ValueError, match=r"'route\.missing' needs an emulated device"):
        SerialLinks(setting("route.missing", ports=("/dev/ttyUSB0",)))
    SerialLinks(setting("route.missing", ports=("/dev/ttyUSB0", "emulated")))


def test_a_write_that_finds_the_port_dead_does_not_fail_but_tells_the_loss(heard: Any) -> None:
    async def main() -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        link = SerialLink("m1", os.ttyname(slave))
        await link.open(heard.received, heard.gone)
        os.close(slave)
        os.close(master)
        link.write(b"AT\r")
        assert heard.lost == [], "not from within the caller's own step"
        await heard.more()
        link.write(b"AT\r")
        await asyncio.sleep(0)
        assert len(heard.lost) == 1

    asyncio.run(main())
