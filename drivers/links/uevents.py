"""News from the kernel and udev that a serial port has been added (netlink(7), NETLINK_KOBJECT_UEVENT)."""

from __future__ import annotations

import asyncio
import socket

_NETLINK_KOBJECT_UEVENT = 15
_GROUPS = 1 | 2
"""the kernel's own, and udev's, which come once permissions and /dev/serial/by-id are set"""


async def port_added() -> None:
    """Until the next port; forever where the system does not tell (then only the clock helps)."""
    try:
        news = socket.socket(
            socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, _NETLINK_KOBJECT_UEVENT
        )
    except (AttributeError, OSError):
        await asyncio.get_running_loop().create_future()
        return
    with news:
        try:
            news.bind((0, _GROUPS))
        except OSError:
            await asyncio.get_running_loop().create_future()
        await until_added(news)


async def until_added(news: socket.socket) -> None:
    """Read messages until one tells of a new tty; `news` is a non-blocking datagram socket."""
    loop = asyncio.get_running_loop()
    while True:
        fields = (await loop.sock_recv(news, 8192)).split(b"\0")
        if b"ACTION=add" in fields and b"SUBSYSTEM=tty" in fields:
            return
