"""TCP of this machine over the modem's data connection: its network interface, or in the emulated country a
unix socket for each endpoint that the connection reaches, "<bearer>.<host>:<port>".
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from contextlib import suppress
from pathlib import Path

from drivers.mms.commands import Commands
from drivers.mms.packet import Packet
from drivers.mms.pdus import Broken, Connection
from interop.protocols.errors import EquipmentError
from interop.protocols.link import Journal
from interop.protocols.mms import MmsService

_CONNECT_S = 75.0
"""what Linux takes to give up an unanswered SYN, about"""
_CHUNK = 65536
_NO_WAY = frozenset({errno.ENETDOWN, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.ENODEV})
"""this machine itself has none: the interface is down, or has no address or route (connect(2), ip(7))"""


class Host:
    """A `Carrier`. `interface`: the modem's network here, "wwan0"; `bearer`: the beginning of the sockets'
    paths, which then count. The modem sets up the connection, unless the system has done so already.
    """

    def __init__(
        self, commands: Commands, journal: Journal, interface: str | None, bearer: str | None
    ) -> None:
        self._commands = commands
        self._journal = journal
        self._interface = interface
        self._bearer = bearer
        self._packet = Packet(commands)

    async def lacks(self) -> str:
        if not (self._bearer or self._interface):
            return "the lab file names no network interface for it (mms.interface)"
        if not await self._packet.is_there():
            return "the modem has no packet connections (AT+CGDCONT)"
        if self._bearer is None:
            try:
                with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
                    self._bind(trial)
            except EquipmentError as error:
                return error.text
        return ""

    async def up(self, service: MmsService) -> str:
        return await self._packet.up(service)

    async def is_up(self) -> bool:
        return await self._packet.is_up()

    async def down(self) -> None:
        await self._packet.down()

    async def connect(self, host: str, port: int) -> Connection:
        try:
            async with asyncio.timeout(_CONNECT_S):
                if self._bearer is not None:
                    pair = await asyncio.open_unix_connection(f"{self._bearer}.{host}:{port}")
                else:
                    pair = await asyncio.open_connection(sock=await self._connected(host, port))
        except TimeoutError:
            raise Broken(f"no connection to {host}:{port} within {_CONNECT_S:g} s") from None
        except OSError as error:
            what = f"no connection to {host}:{port}: {error.strerror or error}"
            if error.errno in _NO_WAY:
                raise EquipmentError(self._commands.device, what) from None
            raise Broken(what) from None
        return _Stream(*pair, self._commands.mms.answer_s, self._journal, f"{host}:{port}")

    async def _connected(self, host: str, port: int) -> socket.socket:
        """Bound to the interface (socket(7)), whatever this machine's routes are. Raises OSError."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            what = f"this machine finds no address of {host}: {error.strerror}"
            raise EquipmentError(self._commands.device, what) from None
        address = found[0][4]
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            connection.setblocking(False)
            self._bind(connection)
            await loop.sock_connect(connection, address)
        except BaseException:
            connection.close()
            raise
        return connection

    def _bind(self, connection: socket.socket) -> None:
        name = self._interface or ""
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode() + b"\0")
        except PermissionError:
            here = Path(sys.executable).resolve()
            what = f"to use {name} alone takes a right: sudo setcap cap_net_raw+ep {here} (CAP_NET_RAW)"
            raise EquipmentError(self._commands.device, what) from None
        except OSError as error:
            what = f"no network interface {name} here: {error.strerror} (`ip link` shows those there are)"
            raise EquipmentError(self._commands.device, what) from None


class _Stream:
    """What goes to `where` and comes from there are notes of the journal: it is none of the AT link's."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        patience_s: float,
        journal: Journal,
        where: str,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._patience_s = patience_s
        self._journal = journal
        self._where = where
        self._got = bytearray()

    async def write(self, data: bytes) -> None:
        """Raises TimeoutError where the other side takes nothing for too long."""
        self._journal.note(f"{self._where} > {data.decode('latin-1')}")
        try:
            for at in range(0, len(data), _CHUNK):
                self._writer.write(data[at : at + _CHUNK])
                async with asyncio.timeout(self._patience_s):
                    await self._writer.drain()
        except TimeoutError:
            raise
        except OSError as error:
            raise Broken(error.strerror or str(error)) from None

    async def read(self) -> bytes:
        try:
            data = await self._reader.read(_CHUNK)
        except OSError as error:
            raise Broken(error.strerror or str(error)) from None
        self._got += data
        return data

    async def close(self) -> None:
        if self._got:  # in one piece: how it comes in pieces is this machine's doing
            self._journal.note(f"{self._where} < {self._got.decode('latin-1')}")
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
