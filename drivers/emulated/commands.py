"""`interop emulate`: the emulated devices of a lab on ptys and a loopback port, for programs of others."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from drivers.emulated.country import Country
    from interop.lab.model import Lab
    from interop.protocols.equipment import Setting


@dataclass(frozen=True, slots=True)
class Port:
    """One emulated modem as another program finds it."""

    modem: str
    pty: str
    dialect: str
    sim: str
    msisdn: str
    brand: str
    operator: str


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    url: str


def emulate(
    lab: Annotated[
        str, typer.Argument(metavar="LAB", help="A lab file, or the name of a lab that comes with Interop.")
    ],
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
        typer.Option(metavar="DIR", help="Folder for stable links to the ptys, named as the modems."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON, for programs.")] = False,
) -> None:
    """Put a lab's emulated modems on ptys until Ctrl-C.

    Its sites answer on 127.0.0.1; nothing can be reached from another machine. Any program can use them:
    minicom, gammu, smstools, python-gsmmodem, a browser for the sites.
    """
    from interop.engine.clock import run
    from interop.lab.load import LabError, load
    from interop.protocols.equipment import Setting

    try:
        found = load(lab)
    except LabError as error:
        raise _refused(str(error)) from None
    if not any(modem.emulated for modem in found.modems):
        raise _refused(f"lab {found.name}: has no modem with `port: emulated`")
    with TemporaryDirectory(prefix="interop-") as scratch:
        setting = Setting(
            found, seed, defect or (), quirk or (), scratch=Path(scratch), epoch=time.time(), virtual=False
        )
        try:
            if ports is not None:
                ports.mkdir(parents=True, exist_ok=True)
            run(_stay_up(found, _country(setting), ports, as_json), virtual=False)
        except KeyboardInterrupt:
            return
        except OSError as error:
            place = error.filename2 or error.filename
            where = f"{place}: " if place else ""
            raise _refused(f"interop emulate: {where}{error.strerror or error}") from None


def _country(setting: Setting) -> Country:
    from drivers.emulated.country import Country

    try:
        return Country(setting)
    except ValueError as error:
        raise _refused(f"interop emulate: {error}") from None


def _refused(text: str) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(2)


async def _stay_up(lab: Lab, country: Country, folder: Path | None, as_json: bool) -> None:
    import asyncio

    from drivers.emulated.ptys import PtyPort
    from drivers.emulated.sites import SCHEME

    opened: dict[str, PtyPort] = {}
    try:
        await country.start()
        for name, modem in country.modems.items():
            port = PtyPort(modem, folder / name if folder else None)
            port.open()
            opened[name] = port
        root = await country.serve_on_loopback()
        sites = [
            Site(site.name, root + site.url.removeprefix(SCHEME))
            for site in lab.sites
            if root and site.url.startswith(SCHEME)
        ]
        _show(lab.name, [_port(lab, name, port.path) for name, port in opened.items()], sites, as_json)
        await asyncio.Event().wait()
    finally:
        for port in opened.values():
            port.close()
        await country.stop()


def _port(lab: Lab, name: str, pty: str) -> Port:
    modem = next(modem for modem in lab.modems if modem.name == name)
    sim = lab.sim_of(modem)
    if sim is None:
        return Port(name, pty, modem.dialect, "", "", "", "")
    return Port(name, pty, modem.dialect, sim.name, sim.msisdn, sim.brand, sim.base_operator)


def _show(lab: str, ports: list[Port], sites: list[Site], as_json: bool) -> None:
    """A table on a terminal, else a line for each device; out at once, for whoever waits for it in a pipe."""
    if as_json:
        rows = {"lab": lab, "modems": [asdict(port) for port in ports], "sites": [asdict(s) for s in sites]}
        print(json.dumps(rows), flush=True)  # ASCII: any output can carry it
    elif sys.stdout.isatty():
        _tables(lab, ports, sites)
    else:
        for port in ports:
            print("\t".join(asdict(port).values()))
        for site in sites:
            print(f"{site.name}\t{site.url}")
        print("ready; Ctrl-C ends it", flush=True)


def _tables(lab: str, ports: list[Port], sites: list[Site]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(*Port.__slots__, box=box.SIMPLE_HEAD, pad_edge=False, title=f"lab {lab}")
    for port in ports:
        table.add_row(*asdict(port).values())
    console.print(table)
    for site in sites:
        console.print(f"{site.name}: {site.url}", markup=False)
    console.print("Ctrl-C ends it.")
