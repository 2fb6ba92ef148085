"""`interop emulate`: the emulated devices of a lab, and cards, where the programs of others find them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from drivers.emulated.country import Country
    from drivers.emulated.readers import Readers, Seat, Vpcd
    from drivers.emulated.shown import Port, Proxy
    from drivers.emulated.terminal import EmulatedModem
    from interop.lab.model import Lab, ModemPart
    from interop.protocols.equipment import Setting


LAST_PORT = 65535


class Bearer(StrEnum):
    PTY = "pty"
    UNIX = "unix"
    TCP = "tcp"


def emulate(
    lab: Annotated[
        str, typer.Argument(metavar="LAB", help="A lab file, or the name of a lab that comes with Interop.")
    ] = "",
    defect: Annotated[
        list[str] | None,
        typer.Option(metavar="DEFECT", help="What is wrong with the network; `interop list defects`."),
    ] = None,
    quirk: Annotated[
        list[str] | None,
        typer.Option(metavar="QUIRK", help="What is wrong with the modems; `interop list quirks`."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Decides every latency.")] = 0,
    ports: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder for stable links to the ptys, named as the modems, and for sockets."
        ),
    ] = None,
    bearer: Annotated[
        list[Bearer] | None,
        typer.Option(metavar="BEARER", help="pty, unix or tcp; may be repeated [default: all three]."),
    ] = None,
    tcp_port: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="The first modem's TCP port; the others', the sites', the gateways', the proxies' follow.",
        ),
    ] = 0,
    cards: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of emulated cards, for card readers; needs no LAB."),
    ] = None,
    vpcd: Annotated[
        str,
        typer.Option(
            metavar="HOST:PORT",
            help="Where a vpcd of this machine listens for the first card [default: a pcscd of our own].",
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON, for programs.")] = False,
) -> None:
    """Put emulated modems and cards where other programs find them.

    On ptys, unix sockets and TCP ports, until Ctrl-C. TCP ports, sites, gateways and proxies answer on
    127.0.0.1; nothing can be reached from another machine. Any program can use them: minicom, gammu, smstools
    (pty), ModemManager (unix socket), oFono (TCP), a browser (sites), Kannel and other providers' clients
    (gateways: SMPP, CMPP, SGIP, SMGP), mmsd-tng (proxies); pcsc_scan, opensc-tool (cards, once
    PCSCLITE_CSOCK_NAME is exported as it is printed).
    """
    from drivers.links.open_files import as_many_as_allowed
    from interop.engine.clock import run
    from interop.protocols.equipment import Setting
    from interop.protocols.errors import EquipmentError

    found = _lab(lab, cards)
    there = _vpcd(vpcd)
    chosen = tuple(bearer or Bearer)
    _check(tcp_port, chosen, _doors(found))
    with TemporaryDirectory(prefix="interop-") as scratch:
        setting = Setting(
            found, seed, defect or (), quirk or (), scratch=Path(scratch), epoch=time.time(), virtual=False
        )
        try:
            if ports is not None:
                ports.mkdir(parents=True, exist_ok=True)
            bearers = _Bearers(chosen, ports, ports or Path(scratch), tcp_port)
            _say_who_cannot_log_in(found)
            as_many_as_allowed()  # a modem takes four, on all its bearers
            country = _country(setting)
            readers = _readers(found, country, cards, there, Path(scratch))
            run(_stay_up(found, country, bearers, readers, as_json), virtual=False)
        except KeyboardInterrupt:
            return
        except EquipmentError as error:
            raise _refused(f"interop emulate: {error}") from None
        except OSError as error:
            place = error.filename2 or error.filename
            where = f"{place}: " if place else ""
            raise _refused(f"interop emulate: {where}{error.strerror or error}") from None


def _lab(name: str, cards: Path | None) -> Lab:
    """An empty one where there are but cards."""
    from interop.lab.load import LabError, load
    from interop.lab.model import Lab

    if not name and cards is None:
        raise _refused("interop emulate: name a LAB, or a folder of cards (--cards DIR)")
    if not name:
        return Lab(name="cards", city="-", modems=(), sims=())
    try:
        found = load(name)
    except LabError as error:
        raise _refused(str(error)) from None
    emulated = [part.name for part in found.modems if part.emulated]
    emulated += [part.name for part in found.readers if part.emulated]
    if cards is None and not emulated:
        raise _refused(
            f"lab {found.name}: has no modem with `port: emulated`, nor a reader with `driver: emulated`"
        )
    return found


def _vpcd(text: str) -> Vpcd | None:
    from drivers.emulated.readers import Vpcd

    try:
        return Vpcd.of(text) if text else None
    except ValueError as error:
        raise _refused(f"interop emulate: --vpcd: {error}") from None


def _readers(lab: Lab, country: Country, cards: Path | None, vpcd: Vpcd | None, scratch: Path) -> _Readers:
    """The lab's emulated readers, then the cards of the folder. Raises EquipmentError."""
    from drivers.emulated.readers import Seat, seats

    found = [Seat(name, card) for name, card in country.cards().items()]
    found += seats(cards) if cards else []
    if vpcd and not found:
        raise _refused(f"interop emulate: --vpcd: lab {lab.name} has no emulated reader: add --cards DIR")
    alone = not any(modem.emulated for modem in lab.modems)
    return _Readers(found, scratch, vpcd, needed=alone or cards is not None or vpcd is not None)


def _doors(lab: Lab) -> int:
    """TCP ports that the lab takes: for each modem, for all sites, for each gateway, for each WAP proxy."""
    from drivers.emulated.sites import SCHEME

    sites = any(site.url.startswith(SCHEME) for site in lab.sites)
    gateways = {part.url for part in lab.gateways if part.url.startswith(SCHEME)}
    return sum(modem.emulated for modem in lab.modems) + sites + len(gateways) + len(_senders(lab))


def _senders(lab: Lab) -> list[ModemPart]:
    """The emulated modems that multimedia messages are sent with."""
    return [part for part in lab.modems if part.emulated and part.sim and "mms" in part.capabilities]


def _check(first: int, chosen: Sequence[Bearer], doors: int) -> None:
    if first and Bearer.TCP not in chosen:
        raise _refused("interop emulate: --tcp-port needs --bearer tcp")
    if first + doors - 1 > LAST_PORT:
        raise _refused(f"interop emulate: --tcp-port {first}: the last of {doors} is beyond {LAST_PORT}")


def _say_who_cannot_log_in(lab: Lab) -> None:
    from drivers.emulated.sites import SCHEME
    from interop.lab.secrets import SecretError, gateway_secret

    for part in lab.gateways:
        try:
            gateway_secret(lab, part)
        except SecretError as error:
            if part.url.startswith(SCHEME):
                typer.echo(f"gateway {part.name}: nobody can log in: secret: {error}", err=True)


def _country(setting: Setting) -> Country:
    from drivers.emulated.country import Country

    try:
        return Country(setting)
    except ValueError as error:
        raise _refused(f"interop emulate: {error}") from None


def _refused(text: str) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(2)


@dataclass(frozen=True, slots=True)
class _Bearers:
    """How the modems are put within reach: `links` for stable names of ptys, `first` TCP port, 0 any."""

    chosen: Sequence[Bearer]
    links: Path | None
    sockets: Path
    first: int

    async def open(self, modem: EmulatedModem, index: int, stack: AsyncExitStack) -> dict[Bearer, str]:
        """The address at each bearer; `stack` closes them."""
        from drivers.emulated.ptys import PtyPort
        from drivers.emulated.sockets import SocketPort

        at: dict[Bearer, str] = {}
        if Bearer.UNIX in self.chosen:  # first: a folder that is in use is noticed by its sockets
            socket = await SocketPort.unix(modem, self.sockets / f"{modem.name}.sock")
            stack.callback(socket.close)
            at[Bearer.UNIX] = socket.address
        if Bearer.PTY in self.chosen:
            port = PtyPort(modem, self.links / modem.name if self.links else None)
            port.open()
            stack.callback(port.close)
            modem.cable = port.cable
            at[Bearer.PTY] = port.path
        if Bearer.TCP in self.chosen:
            socket = await SocketPort.tcp(modem, self.first + index if self.first else 0)
            stack.callback(socket.close)
            at[Bearer.TCP] = socket.address
        return at


@dataclass(frozen=True, slots=True)
class _Readers:
    """Cards for PC/SC: in a pcscd of our own, unless `vpcd` is told."""

    seats: Sequence[Seat]
    scratch: Path
    vpcd: Vpcd | None
    needed: bool

    async def open(self, stack: AsyncExitStack) -> Readers | None:
        """Raises NotAvailable; where they are not `needed`, it is said why there are none."""
        from drivers.emulated.readers import plugged
        from interop.protocols.errors import NotAvailable

        if not self.seats:
            return None
        try:
            return await stack.enter_async_context(plugged(self.seats, self.scratch, self.vpcd))
        except NotAvailable as error:
            if self.needed:
                raise
            typer.echo(f"card readers are left out: {error}", err=True)
            return None


async def _stay_up(lab: Lab, country: Country, bearers: _Bearers, readers: _Readers, as_json: bool) -> None:
    import asyncio

    from drivers.emulated.shown import GatewayPort, Shown, Site, show
    from drivers.emulated.sites import SCHEME

    async with AsyncExitStack() as stack:
        stack.push_async_callback(country.stop)
        await country.start()
        ports = [
            _port(lab, name, await bearers.open(modem, index, stack))
            for index, (name, modem) in enumerate(country.modems.items())
        ]
        after = bearers.first + len(ports) if bearers.first else 0
        root = await country.serve_on_loopback(after)
        sites = [
            Site(site.name, root + site.url.removeprefix(SCHEME))
            for site in lab.sites
            if root and site.url.startswith(SCHEME)
        ]
        at = await country.gateways_on_loopback(after and after + bool(sites))
        gateways = [
            GatewayPort(
                part.name, f"127.0.0.1:{at[part.name]}", part.driver, part.account, part.number, part.title
            )
            for part in lab.gateways
            if part.name in at
        ]
        if after:
            after += bool(sites) + len(set(at.values()))
        proxies = await _proxies(lab, country, after)
        plugged = await readers.open(stack)
        show(Shown(lab.name, ports, sites, gateways, proxies, plugged), as_json)
        await (plugged.ended() if plugged else asyncio.Event().wait())


async def _proxies(lab: Lab, country: Country, first: int) -> list[Proxy]:
    from drivers.emulated.shown import Proxy
    from interop.lab.access import mms_service

    proxies = []
    for index, part in enumerate(_senders(lab)):
        sim = lab.sim_of(part)
        assert sim is not None
        port = await country.proxy_on_loopback(part.name, first + index if first else 0)
        service = mms_service(sim)
        proxies.append(Proxy(part.name, f"127.0.0.1:{port}", service.mmsc, service.apn))
    return proxies


def _port(lab: Lab, name: str, at: dict[Bearer, str]) -> Port:
    from drivers.emulated.shown import Port

    modem = next(modem for modem in lab.modems if modem.name == name)
    sim = lab.sim_of(modem)
    pty, unix, tcp = (at.get(bearer, "") for bearer in Bearer)
    if sim is None:
        return Port(name, pty, unix, tcp, modem.dialect, "", "", "", "")
    return Port(name, pty, unix, tcp, modem.dialect, sim.name, sim.msisdn, sim.brand, sim.base_operator)
