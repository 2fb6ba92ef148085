"""The socket bearers: connections come and go, all are one modem, none costs more than its bound."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.emulated.ptys import UNREAD_LIMIT
from drivers.emulated.sockets import SocketPort

WITHIN_S = 20.0


class Parrot:
    """Says back what it hears, in capitals, to every bearer attached."""

    def __init__(self) -> None:
        self.bearers: list[Callable[[bytes], None]] = []
        self.alone = asyncio.Event()

    def attach(self, write: Callable[[bytes], None]) -> None:
        self.bearers.append(write)

    def detach(self, write: Callable[[bytes], None]) -> None:
        if write in self.bearers:
            self.bearers.remove(write)
            self.alone.set()

    def received(self, data: bytes) -> None:
        self.say(data.upper())

    def say(self, data: bytes) -> None:
        for write in list(self.bearers):
            write(data)


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, text: bytes) -> bytes:
        self._writer.write(text)
        return await self.heard(len(text))

    async def heard(self, count: int) -> bytes:
        async with asyncio.timeout(WITHIN_S):
            return await self._reader.readexactly(count)

    async def end(self) -> bytes:
        """What is still there until the modem's side closes."""
        async with asyncio.timeout(WITHIN_S):
            try:
                return await self._reader.read()
            except ConnectionResetError:
                return b""

    async def leave(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


async def connect(address: str) -> Client:
    if address.startswith("/"):
        return Client(*await asyncio.open_unix_connection(address))
    host, _, port = address.partition(":")
    assert host == "127.0.0.1"
    return Client(*await asyncio.open_connection(host, int(port)))


@asynccontextmanager
async def parrot(bearer: str, folder: Path) -> AsyncIterator[tuple[Parrot, SocketPort]]:
    modem = Parrot()
    opened = SocketPort.unix(modem, folder / "m1.sock") if bearer == "unix" else SocketPort.tcp(modem)
    port = await opened
    try:
        yield modem, port
    finally:
        port.close()


both = pytest.mark.parametrize("bearer", ["unix", "tcp"])


@both
def test_every_connection_is_the_same_modem(bearer: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with parrot(bearer, tmp_path) as (_, port):
            first = await connect(port.address)
            assert await first.ask(b"at\r") == b"AT\r"
            second = await connect(port.address)
            assert await second.ask(b"ati\r") == b"ATI\r"
            assert await first.heard(4) == b"ATI\r", "what it says goes to all"

    asyncio.run(scenario())


@both
def test_who_connects_hears_nothing_old(bearer: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with parrot(bearer, tmp_path) as (modem, port):
            modem.say(b"before anybody came")
            for _ in range(3):  # as ModemManager: it connects, leaves, connects again
                client = await connect(port.address)
                assert await client.ask(b"at\r") == b"AT\r"
                await client.leave()
                async with asyncio.timeout(WITHIN_S):
                    await modem.alone.wait()
                modem.alone.clear()
                modem.say(b"while nobody was there")

    asyncio.run(scenario())


@both
def test_a_client_that_does_not_read_costs_bounded_memory(bearer: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with parrot(bearer, tmp_path) as (modem, port):
            client = await connect(port.address)
            await client.ask(b"at\r")
            sent = 0
            for _ in range(1000):
                modem.say(b"x" * 10_000)
                sent += 10_000
            buffered = next(iter(port._clients))._transport.get_write_buffer_size()
            assert buffered <= UNREAD_LIMIT
            port._clients.clear()
            modem.detach(modem.bearers[0])
            heard = await client.heard(buffered)
            assert set(heard) == {ord("x")} and len(heard) < sent

    asyncio.run(scenario())


@both
def test_closing_ends_every_connection(bearer: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with parrot(bearer, tmp_path) as (modem, port):
            client = await connect(port.address)
            await client.ask(b"at\r")
            port.close()
            assert modem.bearers == [] and await client.end() == b""
            with pytest.raises(OSError):
                await connect(port.address)

    asyncio.run(scenario())
    assert not os.path.lexists(tmp_path / "m1.sock")


def test_only_this_machine_reaches_the_tcp_port(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with parrot("tcp", tmp_path) as (_, port):
            (listening,) = port._server.sockets
            assert listening.getsockname()[0] == "127.0.0.1"

    asyncio.run(scenario())


def test_places_that_are_taken(tmp_path: Path) -> None:
    dead, live, file = tmp_path / "dead.sock", tmp_path / "live.sock", tmp_path / "file"
    file.write_text("mine")
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(dead))

    async def scenario() -> None:
        port = await SocketPort.unix(Parrot(), dead)
        port.close()
        live_port = await SocketPort.unix(Parrot(), live)
        for path in (live, file, tmp_path / ("x" * 110)):
            with pytest.raises(OSError) as refused:
                await SocketPort.unix(Parrot(), path)
            assert refused.value.filename == str(path)
        await connect(live_port.address)
        live_port.close()
        tcp = await SocketPort.tcp(Parrot())
        with pytest.raises(OSError) as refused:
            await SocketPort.tcp(Parrot(), int(tcp.address.split(":")[1]))
        assert refused.value.filename == tcp.address
        tcp.close()

    asyncio.run(scenario())
    assert file.read_text() == "mine"
