"""Sockets as bearers of an emulated modem: a unix stream socket and a TCP port of 127.0.0.1.

ModemManager opens the first (its `Test.SetProfile`), oFono's phonesim plugin and pyserial's `socket://` the
second. ModemManager connects, leaves and connects again, so connections are accepted as often as they
come; all of them, and a pty beside them, are the same modem.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from drivers.emulated.ptys import UNREAD_LIMIT, Bearable

LOOPBACK: Final = "127.0.0.1"
_LONGEST: Final = 107
"""octets of a socket's path: sun_path holds 108 with its end (unix(7))"""


class SocketPort:
    """One modem behind a listening socket, from `unix` or `tcp` to `close`.

    `address` is what a client opens: a path, or "127.0.0.1:PORT". Whoever connects hears what the modem says
    from then on and nothing of what it said before.
    """

    def __init__(self, server: asyncio.Server, clients: dict[_Client, None], address: str) -> None:
        self._server = server
        self._clients = clients
        self._socket = Path(address) if address.startswith("/") else None
        self.address = address

    @classmethod
    async def unix(cls, modem: Bearable, path: Path) -> SocketPort:
        """Listen at `path`, where only a socket that nobody serves may stand. Raises OSError naming it."""
        place = _free_place(path)
        clients: dict[_Client, None] = {}
        loop = asyncio.get_running_loop()
        return cls(await loop.create_unix_server(lambda: _Client(modem, clients), place), clients, place)

    @classmethod
    async def tcp(cls, modem: Bearable, port: int = 0) -> SocketPort:
        """Listen on a TCP port of this machine alone; 0: a free one. Raises OSError naming it."""
        clients: dict[_Client, None] = {}
        loop = asyncio.get_running_loop()
        with naming(port):
            server = await loop.create_server(lambda: _Client(modem, clients), LOOPBACK, port)
        bound: int = server.sockets[0].getsockname()[1]
        return cls(server, clients, f"{LOOPBACK}:{bound}")

    def close(self) -> None:
        """Nobody is let in any more, and who is connected sees the end of the stream."""
        self._server.close()
        for client in list(self._clients):
            client.hang_up()
        if self._socket is not None:
            self._socket.unlink(missing_ok=True)


class _Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, modem: Bearable, clients: dict[_Client, None]) -> None:
        self._modem = modem
        self._clients = clients

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._clients[self] = None
        self._modem.attach(self.write)

    def write(self, data: bytes) -> None:
        """Never blocks; what a client leaves unread beyond the limit is dropped, as by a real port."""
        room = UNREAD_LIMIT - self._transport.get_write_buffer_size()
        if room > 0:
            self._transport.write(data[:room])

    def data_received(self, data: bytes) -> None:
        self._modem.received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._modem.detach(self.write)
        self._clients.pop(self, None)

    def hang_up(self) -> None:
        self._modem.detach(self.write)
        self._transport.abort()


@contextmanager
def naming(port: int) -> Iterator[None]:
    """An OSError of listening on `port` names the place, as one of a file does."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), f"{LOOPBACK}:{port}") from None


def _free_place(path: Path) -> str:
    """`path` in full. A socket that a killed process left there goes; one that is served is somebody's."""
    place = str(path.absolute())
    if len(os.fsencode(place)) > _LONGEST:
        raise OSError(errno.ENAMETOOLONG, f"longer than the {_LONGEST} octets of a socket's path", place)
    if not os.path.lexists(place):
        return place
    if not path.is_socket():
        raise OSError(errno.EEXIST, os.strerror(errno.EEXIST), place)
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(place)
        except ConnectionRefusedError:
            path.unlink()
            return place
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), place)
