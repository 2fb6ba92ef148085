"""Sockets of this machine that lead into the emulated internet, for programs outside the AT link.

A unix socket for each host that a modem's data connection reaches, there only while that connection is up
(`BearerDoor`); ports of 127.0.0.1 that stand for an operator's WAP proxy (`ProxyPorts`).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final

from drivers.emulated.air import Pipe, PipeEnd
from drivers.emulated.hlr import Subscriber
from drivers.emulated.mms.bearers import Bearers
from drivers.emulated.mms.internet import Internet
from drivers.emulated.mms.multimedia import Place, proxy_of
from drivers.emulated.sockets import LOOPBACK, naming

Connect = Callable[[PipeEnd, Callable[[Pipe | None], None]], None]
_UNREAD_LIMIT: Final = 1 << 20
"""octets that a program may leave unread, or send before there is a connection"""


class Visitor(asyncio.Protocol):
    """A program's connection, and the pipe that it stands for. Implements `PipeEnd`."""

    def __init__(self, connect: Connect, visitors: dict[Visitor, None]) -> None:
        self._connect = connect
        self._visitors = visitors
        self._pipe: Pipe | None = None
        self._early = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._visitors[self] = None
        self._connect(self, self._connected)

    def data_received(self, data: bytes) -> None:
        if self._pipe is not None:
            self._pipe.write(data)
        elif len(self._early) + len(data) > _UNREAD_LIMIT:
            self._transport.abort()
        else:
            self._early += data

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._visitors.pop(self, None)
        if self._pipe is not None:
            self._pipe.close()

    def received(self, data: bytes) -> None:
        if self._transport.get_write_buffer_size() > _UNREAD_LIMIT:
            self._transport.abort()
        else:
            self._transport.write(data)

    def closed(self) -> None:
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def _connected(self, pipe: Pipe | None) -> None:
        if pipe is None:
            self._transport.abort()
        elif self._transport.is_closing():
            pipe.close()
        else:
            self._pipe = pipe
            pipe.write(bytes(self._early))
            self._early.clear()


class BearerDoor:
    """The unix sockets `<path>.<host>:<port>` of one modem's data connection."""

    def __init__(self, path: Path, imsi: str, places: Iterable[Place], bearers: Bearers) -> None:
        self.path = path
        self._imsi = imsi
        self._bearers = bearers
        self._open: dict[Place, _Listening | None] = dict.fromkeys(places)
        bearers.changed[imsi] = self._changed

    def close(self) -> None:
        self._bearers.changed.pop(self._imsi, None)
        for place in self._open:
            self._shut(place)

    def _changed(self) -> None:
        for place, listening in self._open.items():
            up = self._bearers.leading_to(self._imsi, place.host, place.port) is not None
            if up and listening is None:
                self._open[place] = _Listening(Path(f"{self.path}.{place}"), partial(self._connect, place))
            elif not up:
                self._shut(place)

    def _shut(self, place: Place) -> None:
        if listening := self._open[place]:
            self._open[place] = None
            listening.close()

    def _connect(self, place: Place, end: PipeEnd, done: Callable[[Pipe | None], None]) -> None:
        bearer = self._bearers.leading_to(self._imsi, place.host, place.port)
        if bearer is None:
            done(None)
        else:
            bearer.connect(place.host, place.port, end, done)


class _Listening:
    """One socket. It listens at once: whoever was told that the connection is up may come before a task of
    ours runs.
    """

    def __init__(self, path: Path, connect: Connect) -> None:
        self._path = path
        self._visitors: dict[Visitor, None] = {}
        self._socket = socket.socket(socket.AF_UNIX)
        path.unlink(missing_ok=True)
        self._socket.bind(str(path))
        self._socket.listen(16)
        self._socket.setblocking(False)
        loop = asyncio.get_running_loop()
        self._serving = loop.create_task(
            loop.create_unix_server(lambda: Visitor(connect, self._visitors), sock=self._socket),
            name=f"socket {path.name}",
        )

    def close(self) -> None:
        """Its connections have been closed, each with its pipe."""
        self._path.unlink(missing_ok=True)
        self._serving.add_done_callback(_close)
        for visitor in list(self._visitors):
            visitor.abort()


def _close(serving: asyncio.Task[asyncio.Server]) -> None:
    if not serving.cancelled():
        serving.result().close()


class ProxyPorts:
    """TCP ports of 127.0.0.1 that each stand for an operator's WAP proxy."""

    def __init__(self, internet: Internet) -> None:
        self._internet = internet
        self._servers: list[asyncio.Server] = []
        self._visitors: dict[Visitor, None] = {}

    async def open(self, subscriber: Subscriber, port: int = 0) -> int:
        """For whoever comes as that subscriber; 0: a free port. Raises OSError naming 127.0.0.1:port."""
        place = proxy_of(subscriber.operator)

        def connect(end: PipeEnd, done: Callable[[Pipe | None], None]) -> None:
            self._internet.connect(subscriber, place.host, place.port, end, done)

        with naming(port):
            server = await asyncio.get_running_loop().create_server(
                lambda: Visitor(connect, self._visitors), LOOPBACK, port
            )
        self._servers.append(server)
        bound: int = server.sockets[0].getsockname()[1]
        return bound

    def close(self) -> None:
        for server in self._servers:
            server.close()
        for visitor in list(self._visitors):
            visitor.abort()
