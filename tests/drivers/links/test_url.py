"""pyserial's URLs against real servers: pyserial's own RFC 2217 server side, a tapped pty, a socket."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import serial
import serial.rfc2217

from drivers.links.url import UrlLink
from interop.protocols.errors import DeviceLost


class Server:
    """What pyserial's example rfc2217_server.py does, for one client, around a port that echoes."""

    def __init__(self) -> None:
        self.port = serial.serial_for_url("loop://", timeout=0.1)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._listening.getsockname()[1]}"
        self.hang_up = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """What pyserial's PortManager answers options with."""
        self._client.sendall(data)

    def _serve(self) -> None:
        self._client, _ = self._listening.accept()
        self._client.settimeout(0.05)
        manage: Any = serial.rfc2217.PortManager  # its stub knows one kind of port only
        manager = manage(self.port, self)
        with self._client:
            while not self.hang_up.is_set():
                try:
                    data = self._client.recv(1024)
                except TimeoutError:
                    data = None
                if data == b"":
                    return
                self.port.write(b"".join(manager.filter(data or b"")))
                if waiting := self.port.in_waiting:
                    self._client.sendall(b"".join(manager.escape(self.port.read(waiting))))

    def close(self) -> None:
        self.hang_up.set()
        self._listening.close()
        self._thread.join(10)


def test_rfc2217_sets_the_port_up_carries_every_byte_and_ends(heard: Any) -> None:
    async def main() -> None:
        server = Server()
        link = UrlLink("m1", server.url, 57600)
        await link.open(heard.received, heard.gone)
        assert server.port.baudrate == 57600
        link.write(bytes(range(256)))  # 0xFF is telnet's escape
        assert await heard.until(256) == bytes(range(256))
        server.hang_up.set()
        await heard.more()
        assert len(heard.lost) == 1
        assert heard.lost[0].startswith(server.url)
        await link.close()
        server.close()

    asyncio.run(main())


def test_spy_writes_down_what_goes_by(tmp_path: Path, heard: Any) -> None:
    async def main() -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        log = tmp_path / "spy.txt"
        link = UrlLink("m1", f"spy://{os.ttyname(slave)}?file={log}")
        await link.open(heard.received, heard.gone)
        link.write(b"AT+CSQ\r")
        got = b""
        while len(got) < 7:
            got += await asyncio.to_thread(os.read, master, 100)
        assert got == b"AT+CSQ\r"
        os.write(master, b"\r\nOK\r\n")
        assert await heard.until(6) == b"\r\nOK\r\n"
        await link.close()
        assert heard.lost == []
        for fd in (master, slave):
            os.close(fd)
        assert "AT+CSQ" in log.read_text()

    asyncio.run(main())


def test_what_the_reader_had_in_hand_is_not_delivered_after_close(heard: Any) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        link = UrlLink("m1", "loop://")
        await link.open(heard.received, heard.gone)
        handed: list[tuple[Callable[..., None], Any]] = []
        there = threading.Event()
        soon = loop.call_soon_threadsafe

        def later(call: Callable[..., None], *args: Any, **options: Any) -> Any:
            if args and args[0] == b"late":
                handed.append((call, args[0]))
                there.set()
                return None
            return soon(call, *args, **options)

        loop.call_soon_threadsafe = later  # type: ignore[method-assign, assignment]
        link.write(b"late")
        assert await asyncio.to_thread(there.wait, 20)
        loop.call_soon_threadsafe = soon  # type: ignore[method-assign]
        await link.close()
        for call, data in handed:
            call(data)
        assert heard.data == b""
        await link.open(heard.received, heard.gone)
        for call, data in handed:
            call(data)
        assert heard.data == b"", "nor to whoever opened it again"
        link.write(b"now")
        assert await heard.until(3) == b"now"
        await link.close()
        assert heard.lost == []

    asyncio.run(main())


def test_a_server_that_speaks_no_rfc2217_is_an_error_and_not_for_ever(heard: Any) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"rfc2217://127.0.0.1:{server.getsockname()[1]}?timeout=0.5"
            with pytest.raises(DeviceLost, match=r"m1: cannot open rfc2217://.*does not seem to support"):
                await UrlLink("m1", url).open(heard.received, heard.gone)

    asyncio.run(main())
