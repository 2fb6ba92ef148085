"""All gateways of a lab: built from its `gateways:`, opened and closed, and whose a service number is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from drivers.emulated.gateways.cmpp import CmppHost
from drivers.emulated.gateways.gateway import Account, Gateway, Surroundings
from drivers.emulated.gateways.hosts import Host
from drivers.emulated.gateways.server import Connection
from drivers.emulated.gateways.sgip import SgipHost
from drivers.emulated.gateways.smgp import SmgpHost
from drivers.emulated.gateways.smpp import SmppHost
from drivers.emulated.hlr import Subscriber
from drivers.emulated.sockets import LOOPBACK, naming
from interop.lab.model import EMULATED, GatewayPart, Lab
from interop.lab.secrets import SecretError, gateway_secret
from interop.smspdu import Submit

SCHEME: Final = f"{EMULATED}:"
_OURSELVES: Final = (LOOPBACK, "localhost", "[::1]")
HOSTS: Final[Mapping[str, type[Host]]] = {
    "cmpp2": CmppHost,
    "cmpp3": CmppHost,
    "sgip": SgipHost,
    "smgp": SmgpHost,
    "smpp": SmppHost,
}
_ASK_AGAIN_S: Final = 10.0
"""after a provider did not listen for SGIP"""


def paths(lab: Lab) -> dict[str, list[GatewayPart]]:
    """Accounts by the path of their gateway, those of the emulated country.

    Raises ValueError for a path that is none, one shared by two protocols, or an account named twice there.
    """
    found: dict[str, list[GatewayPart]] = {}
    for part in lab.gateways:
        if not part.url.startswith(SCHEME):
            continue
        path = part.url.removeprefix(SCHEME)
        if not path.startswith("/") or not path.strip("/"):
            raise ValueError(
                f"gateway {part.name}: url {part.url!r} has no path, such as emulated:/gateways/{part.name}"
            )
        others = found.setdefault(path, [])
        if others and HOSTS[others[0].driver] is not HOSTS[part.driver]:
            raise ValueError(f"gateway {part.name}: at {part.url!r} there is one of {others[0].driver}")
        if others and HOSTS[part.driver].connects_back:
            raise ValueError(f"gateway {part.name}: SGIP connects back, to one account at {part.url!r}")
        if part.account in [other.account for other in others]:
            raise ValueError(f"gateway {part.name}: account {part.account!r} is there twice at {part.url!r}")
        others.append(part)
    return found


def _secret(lab: Lab, part: GatewayPart) -> str | None:
    try:
        return gateway_secret(lab, part)
    except SecretError:
        return None  # whoever opens the account says so


@dataclass(eq=False)
class _Door:
    """One gateway's sockets and connections."""

    gateway: Gateway
    socket: Path
    servers: list[asyncio.Server] = field(default_factory=list)
    connections: dict[Connection, None] = field(default_factory=dict)
    calling_back: dict[str, None] = field(default_factory=dict)
    """accounts of providers to whom a connection is made or there"""
    port: int = 0


class Exchange:
    """The gateways by the path of their URL. Implements `Services` for the service centre."""

    def __init__(self, lab: Lab, around: Surroundings, sockets: Path) -> None:
        """Raises ValueError as `paths` does."""
        self._around = around
        self._stopped = False
        self._connecting: dict[asyncio.Task[None], None] = {}
        self._doors: dict[str, _Door] = {}
        self._accounts: dict[str, tuple[Gateway, Account]] = {}
        for number, (path, parts) in enumerate(paths(lab).items()):
            accounts = [Account(part, _secret(lab, part)) for part in parts]
            gateway = Gateway(path.rpartition("/")[2], HOSTS[parts[0].driver](), accounts, around)
            door = self._doors[path] = _Door(gateway, sockets / f"g{number}.sock")
            for account in accounts:
                self._accounts[account.part.name] = gateway, account
                if gateway.host.connects_back:
                    account.outbox.wanted = partial(self._call_back, door, account)

    def account(self, name: str) -> tuple[Gateway, Account] | None:
        """By the name of its part in the lab file."""
        return self._accounts.get(name)

    def socket(self, path: str) -> str | None:
        """The unix socket of the gateway at the path of a URL."""
        door = self._doors.get(path)
        return str(door.socket) if door else None

    def port(self, part: GatewayPart) -> int | None:
        """The TCP port of an account's gateway, once open."""
        door = self._doors.get(part.url.removeprefix(SCHEME))
        return door.port if door else None

    def owner(self, number: str) -> Callable[[Subscriber, Submit], None] | None:
        """Who takes a handset's message to `number`: the account whose number begins it, the longest."""
        owners = [
            (gateway, account)
            for gateway, account in self._accounts.values()
            if number.startswith(account.part.number)
        ]
        if not owners:
            return None
        gateway, account = max(owners, key=lambda owner: len(owner[1].part.number))
        return lambda sender, submit: gateway.reply(account, sender.msisdn, submit)

    async def open(self) -> None:
        """Every gateway at its unix socket."""
        loop = asyncio.get_running_loop()
        for door in self._doors.values():
            door.socket.parent.mkdir(parents=True, exist_ok=True)
            door.socket.unlink(missing_ok=True)
            door.servers.append(
                await loop.create_unix_server(partial(self._connection, door), str(door.socket))
            )

    async def open_on_loopback(self, first: int = 0) -> None:
        """And at a TCP port of 127.0.0.1: `first` and those behind it in the lab file's order, or free ones.

        Raises OSError where one is taken.
        """
        loop = asyncio.get_running_loop()
        for index, door in enumerate(self._doors.values()):
            port = first + index if first else 0
            with naming(port):
                server = await loop.create_server(partial(self._connection, door), LOOPBACK, port)
            door.servers.append(server)
            door.port = server.sockets[0].getsockname()[1]

    def close(self) -> None:
        self._stopped = True
        for door in self._doors.values():
            for server in door.servers:
                server.close()
            for connection in list(door.connections):
                connection.close()
            door.socket.unlink(missing_ok=True)

    def _connection(self, door: _Door, back: Account | None = None) -> Connection:
        return Connection(
            door.gateway,
            self._around.timers,
            lambda connection: door.connections.setdefault(connection),
            partial(self._over, door, back),
            back,
        )

    def _over(self, door: _Door, back: Account | None, connection: Connection) -> None:
        door.connections.pop(connection, None)
        if back is not None:
            self._ask_again(door, back)

    def _call_back(self, door: _Door, account: Account) -> None:
        """Something waits for a provider who is to be connected to."""
        name = account.part.account
        if self._stopped or name in door.calling_back:
            return
        door.calling_back[name] = None
        task = asyncio.get_running_loop().create_task(self._connect(door, account))
        task.set_name(f"{door.gateway.name} to {name}")
        self._connecting[task] = None  # the loop keeps only a weak reference
        task.add_done_callback(self._connecting.pop)

    async def _connect(self, door: _Door, account: Account) -> None:
        loop = asyncio.get_running_loop()
        factory = partial(self._connection, door, account)
        try:
            if door.port and account.part.listen:
                host, _, port = account.part.listen.removeprefix("tcp://").rpartition(":")
                if host not in _OURSELVES:
                    return  # an emulated gateway speaks to this machine alone
                await loop.create_connection(factory, host.strip("[]"), int(port))
            else:
                path = f"{door.socket}.back"
                await loop.create_unix_connection(factory, path)
        except OSError:
            self._ask_again(door, account)

    def _ask_again(self, door: _Door, account: Account) -> None:
        """Later, if something waits then."""
        door.calling_back.pop(account.part.account, None)
        if not self._stopped and len(account.outbox):
            self._around.timers.later(_ASK_AGAIN_S, account.outbox.pump)
