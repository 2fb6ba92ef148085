"""What `interop emulate` says of its devices: a table, lines, or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from drivers.emulated.readers import ReaderPort, Readers

_SOCKET: Final = "PCSCLITE_CSOCK_NAME"


@dataclass(frozen=True, slots=True)
class Port:
    """One emulated modem as another program finds it: the same one at every address that is not empty."""

    modem: str
    pty: str
    unix: str
    tcp: str
    dialect: str
    sim: str
    msisdn: str
    brand: str
    operator: str


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class GatewayPort:
    """An account at an emulated gateway or message centre. Its secret is what the lab file says, or empty."""

    gateway: str
    tcp: str
    protocol: str
    account: str
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Proxy:
    """A WAP proxy as the SIM in that modem sees it: for MMS programs that bring no bearer of their own."""

    modem: str
    proxy: str
    mmsc: str
    apn: str


@dataclass(frozen=True, slots=True)
class Shown:
    lab: str
    modems: Sequence[Port]
    sites: Sequence[Site]
    gateways: Sequence[GatewayPort]
    proxies: Sequence[Proxy]
    plugged: Readers | None

    @property
    def readers(self) -> Sequence[ReaderPort]:
        return self.plugged.ports if self.plugged else ()

    @property
    def export(self) -> str:
        """What a PC/SC program needs in its environment to find our pcscd."""
        socket = self.plugged.socket if self.plugged else None
        return f"{_SOCKET}={socket}" if socket else ""


def show(shown: Shown, as_json: bool) -> None:
    """A table on a terminal, else a line for each device; out at once, for whoever waits for it in a pipe."""
    kinds = ("modems", "sites", "gateways", "proxies", "readers")
    rows = {kind: [asdict(row) for row in getattr(shown, kind)] for kind in kinds}
    if as_json:
        told = {"lab": shown.lab, **rows, _SOCKET: shown.export.partition("=")[2]}
        print(json.dumps(told), flush=True)  # ASCII: any output can carry it
    elif sys.stdout.isatty():
        _tables(shown)
    else:
        for kind in kinds:
            for row in rows[kind]:
                print("\t".join(row.values()))
        if shown.export:
            print(shown.export)
        print("ready; Ctrl-C ends it", flush=True)


def _tables(shown: Shown) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table

    console = Console(highlight=False)

    def table(parts: Sequence[DataclassInstance], title: str | None = None) -> None:
        rows = [asdict(part) for part in parts]
        told = [name for name in rows[0] if any(row[name] for row in rows)]
        columns = (Column(name, overflow="fold") for name in told)  # an address that is cut off is none
        made = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, title=title)
        for row in rows:
            made.add_row(*(row[name] for name in told))
        console.print(made)

    if shown.modems:
        table(shown.modems, f"lab {shown.lab}")
    for site in shown.sites:
        console.print(f"{site.name}: {site.url}", markup=False)
    for parts in (shown.gateways, shown.proxies, shown.readers):
        if parts:
            table(parts)
    if shown.export:
        console.print(f"export {shown.export}", markup=False, soft_wrap=True)
    console.print("Ctrl-C ends it.")
