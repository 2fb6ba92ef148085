"""A stream socket of this machine as a link: an emulated modem, or whatever bridges to a real one."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from drivers.links.descriptor import Descriptor
from drivers.links.opening import why_not_open
from interop.protocols.errors import DeviceLost

SCHEME = "unix"


class UnixLink:
    """`unix:/run/m1`, `unix:///run/m1`, or `unix:@name` for an abstract name (unix(7)).

    Satisfies `interop.protocols.link.Link`. Who serves the socket is another process: it counts as real.
    """

    emulated = False

    def __init__(self, name: str, port: str) -> None:
        self.name = name
        self._port_name = port
        self._socket: socket.socket | None = None
        self._descriptor: Descriptor | None = None

    async def open(self, received: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(connection, address(self._port_name))
        except OSError as error:
            connection.close()
            raise DeviceLost(self.name, why_not_open(self._port_name, error)) from error
        except BaseException:
            connection.close()
            raise

        def died(why: str) -> None:
            self._release()
            lost(f"{self._port_name}: {why}")

        self._socket = connection
        self._descriptor = Descriptor(connection.fileno(), received, died)

    def write(self, data: bytes) -> None:
        if self._descriptor is not None:
            self._descriptor.write(data)

    async def close(self) -> None:
        self._release()

    def _release(self) -> None:
        if self._descriptor is not None:
            self._descriptor.release()
            self._descriptor = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def address(port: str) -> str:
    """What connect() wants: a path, or NUL and the abstract name."""
    rest = port.removeprefix(f"{SCHEME}:").removeprefix("//")
    return "\0" + rest[1:] if rest.startswith("@") else rest
