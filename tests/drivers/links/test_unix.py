"""Unix stream sockets, by path and by abstract name; nothing is timed."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from drivers.links.unix import UnixLink
from interop.protocols.errors import DeviceLost


@pytest.mark.parametrize("form", ["unix:{path}", "unix://{path}", "unix:@{name}"])
def test_bytes_both_ways_and_the_end_by_every_form_of_name(form: str, tmp_path: Path, heard: Any) -> None:
    async def main() -> None:
        name = f"interop-{os.getpid()}-{tmp_path.name}"
        port = form.format(path=tmp_path / "m1", name=name)
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("\0" + name if "@" in form else str(tmp_path / "m1"))
            server.listen()
            server.setblocking(False)
            link = UnixLink("m1", port)
            await link.open(heard.received, heard.gone)
            peer, _ = await loop.sock_accept(server)
            with peer:
                await loop.sock_sendall(peer, bytes(range(256)) * 400)
                assert await heard.until(102_400) == bytes(range(256)) * 400
                data = bytes(index % 251 for index in range(600_000))
                link.write(data)
                got = b""
                while len(got) < len(data):
                    got += await loop.sock_recv(peer, 65536)
                assert got == data, "what the socket does not take at once is kept"
            await heard.more()
            assert heard.lost == [f"{port}: hung up"]
            link.write(b"to nobody")
            await link.close()
            await link.open(heard.received, heard.gone)  # it can be opened again
            await link.close()
            assert len(heard.lost) == 1

    asyncio.run(main())


@pytest.mark.parametrize(
    ("port", "said"),
    [
        ("unix:/nowhere/m1", "m1: no such port unix:/nowhere/m1: is the modem plugged in"),
        ("unix:@nobody-listens-here", "m1: cannot open unix:@nobody-listens-here: .*refused"),
        ("unix:/" + "x" * 200, "m1: cannot open unix:.*too long"),
    ],
)
def test_where_nobody_listens(port: str, said: str, heard: Any) -> None:
    async def main() -> None:
        with pytest.raises(DeviceLost, match=said):
            await UnixLink("m1", port).open(heard.received, heard.gone)

    asyncio.run(main())


def test_it_counts_as_real() -> None:
    assert UnixLink("m1", "unix:/x").emulated is False
