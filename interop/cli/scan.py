"""`interop lab scan`: what is plugged in, as a table, as JSON, as a lab file to begin with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from interop.protocols.found import Found, FoundModem, FoundReader, Problem


def scan(
    ports: Annotated[
        list[str] | None,
        typer.Argument(metavar="PORT", help="Only these ports or URLs [default: every USB serial port]."),
    ] = None,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a lab file to begin with; never over another.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Find modems, SIMs, card readers, and their troubles.

    Asks and changes nothing: no PIN is sent, no message read, no call placed. Ports that another program has
    open are not touched. Exit code 0, also when nothing is found or something has trouble; 2 for wrong usage.
    """
    if "" in (ports or []):
        typer.echo('interop lab scan: "" is no port', err=True)
        raise typer.Exit(2)
    if write is not None and (write.exists() or write.is_symlink()):
        typer.echo(f"interop lab scan: {write} exists already; name another file, or move it away", err=True)
        raise typer.Exit(2)
    found = look(ports or [])
    if as_json:
        typer.echo(json.dumps({"found": [as_data(each) for each in found]}, indent=2, ensure_ascii=False))
    else:
        show(found)
    if write is not None:
        _write(write, found)


def look(places: Sequence[str]) -> list[Found]:
    """Every finder's answer, with a line of progress on a terminal."""
    import asyncio
    import sys

    from rich.console import Console

    from interop.lab.drivers import driver, names

    async def find(tell: Callable[[str], None]) -> list[Found]:
        finders = [driver("finders", name)() for name in names("finders")]
        answers = await asyncio.gather(*(finder.find(places, tell) for finder in finders))
        return [each for answer in answers for each in answer]

    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    if not sys.stderr.isatty():
        return asyncio.run(find(lambda _text: None))
    with console.status("looking") as status:
        return asyncio.run(find(status.update))


def as_data(found: Found) -> dict[str, object]:
    """`kind` is modem, reader or service; the rest as in `interop.protocols.found`."""
    return {"kind": type(found).__name__.removeprefix("Found").lower(), **asdict(found)}


def show(found: Sequence[Found]) -> None:
    """A table of modems, a line a reader, and what to do about each trouble."""
    from interop.cli.pipe import screen
    from interop.protocols.found import FoundModem, FoundReader

    console = screen()
    modems = [each for each in found if isinstance(each, FoundModem)]
    if not modems:
        console.print(
            "No modem: no USB serial port is plugged in. Name other ports: interop lab scan /dev/ttyS0 "
            "socket://HOST:PORT"
        )
    else:
        console.print(_table(modems))
    for each in found:
        if isinstance(each, FoundReader):
            console.print(f"card reader {each.name}: {_card(each)}")
    for name, problem in _problems(found):
        console.print(f"{name}: {problem}; {problem.advice}", soft_wrap=True)


def _table(modems: Sequence[FoundModem]) -> object:
    from rich import box
    from rich.table import Column, Table

    usb = any(modem.ports[0].usb for modem in modems)
    columns = [
        Column(heading, overflow="fold")  # on a narrow terminal nothing is cut off
        for heading in (*(["device"] if usb else []), "AT port", "modem", "IMEI", "SIM", "state")
    ]
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
    for modem in modems:
        identity, sim, port = modem.identity, modem.sim, modem.port
        what = f"{identity.manufacturer} {identity.model} ({modem.dialect})" if identity else modem.product
        table.add_row(
            *([modem.device] if usb else []),
            port.path if port else "-" if usb else modem.device,
            what or "-",
            identity.imei if identity else "",
            (sim.msisdn or sim.iccid) if sim else "",
            _state(modem),
        )
    return table


def _state(modem: FoundModem) -> str:
    if modem.problems:
        return ", ".join(problem.trouble for problem in modem.problems)
    return _network(modem)


def words_for(modem: FoundModem) -> str:
    """One modem in one line, its trouble included."""
    identity, sim = modem.identity, modem.sim
    parts = [f"{identity.manufacturer} {identity.model}" if identity else modem.product]
    parts += [f"SIM {sim.msisdn or sim.iccid or 'not read'}"] if sim else []
    parts += [str(problem) for problem in modem.problems] or [_network(modem)]
    return ", ".join(part for part in parts if part)


def _network(modem: FoundModem) -> str:
    if modem.registration is None:
        return "-"
    signal = "" if modem.signal_dbm is None else f", {modem.signal_dbm} dBm"
    return f"registered in {modem.network or 'a network'}{signal}"


def _card(reader: FoundReader) -> str:
    return f"card, ATR {reader.atr}" if reader.atr else ", ".join(p.trouble for p in reader.problems)


def _problems(found: Sequence[Found]) -> Iterator[tuple[str, Problem]]:
    from interop.protocols.found import FoundModem, FoundService

    for each in found:
        if isinstance(each, FoundService):
            continue
        if isinstance(each, FoundModem):
            name = each.port.path if each.port else each.device
        else:
            name = each.name
        for problem in each.problems:
            yield name, problem


def _write(path: Path, found: Sequence[Found]) -> None:
    from interop.lab.draft import draft
    from interop.protocols.found import FoundModem, FoundReader

    if not any(
        isinstance(each, FoundReader) or (isinstance(each, FoundModem) and each.port) for each in found
    ):
        typer.echo(
            f"interop lab scan: no modem answers and no card reader, so {path} is not written", err=True
        )
        raise typer.Exit(1)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(draft(found))
    except OSError as error:
        typer.echo(f"interop lab scan: {path} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{path} is written. Fill in what it marks, then: interop lab check {path}", err=True)
