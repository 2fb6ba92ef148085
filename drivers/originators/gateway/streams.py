"""Where a gateway is, and where it finds us: TCP, or a unix socket of the emulated country."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

Endpoint = tuple[str, str | None]
"""tcp://host:port, or "" and the unix socket"""
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Accept = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

CONNECT_S: Final = 20.0
BACK: Final = ".back"
"""behind the unix socket of an emulated gateway: where we listen for its connection back (SGIP)"""


def shown(endpoint: Endpoint) -> str:
    return endpoint[0] or "the emulated country"


async def connect(endpoint: Endpoint) -> Stream:
    """Raises OSError, whose text says why."""
    url, socket = endpoint
    try:
        async with asyncio.timeout(CONNECT_S):
            if socket is not None:
                return await asyncio.open_unix_connection(socket)
            host, port = host_and_port(url)
            return await asyncio.open_connection(host, port)
    except TimeoutError:
        raise TimeoutError(errno.ETIMEDOUT, f"no connection in {CONNECT_S:g} s") from None


async def listen(listen_url: str | None, endpoint: Endpoint, accept: Accept) -> asyncio.Server | None:
    """None where it is nowhere said that we listen. Raises OSError."""
    if endpoint[1] is not None:
        return await asyncio.start_unix_server(accept, endpoint[1] + BACK)
    if listen_url is None:
        return None
    host, port = host_and_port(listen_url)
    if not loopback(host):
        raise OSError(errno.EADDRNOTAVAIL, f"{host} is not loopback, and nothing else is listened on")
    return await asyncio.start_server(accept, "127.0.0.1" if host == "localhost" else host, port)


def unlink(endpoint: Endpoint) -> None:
    """The socket file of `listen`, which outlives its server."""
    if endpoint[1] is not None:
        Path(endpoint[1] + BACK).unlink(missing_ok=True)


def host_and_port(url: str) -> tuple[str, int]:
    """Of tcp://host:port. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme != "tcp" or not parts.hostname or parts.port is None:
        raise ValueError(f"{url!r} is not tcp://host:port")
    return parts.hostname, parts.port


def loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def why(error: OSError) -> str:
    """The reason, without the address that asyncio repeats."""
    known = error.errno is not None and not isinstance(error, TimeoutError)
    return os.strerror(error.errno) if known and error.errno else error.strerror or str(error)
