"""`interop sim readers`, and `interop sim blank`: where cards are, and an emulated one to begin with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interop.cli.sim.cards import (
    DONE,
    USAGE,
    Cards,
    InLab,
    Json,
    Place,
    Refused,
    cells,
    complain,
    glance,
    perform,
    plain,
    show_json,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from interop.protocols.card import CardDriver, Reader


@dataclass(frozen=True, slots=True)
class Row:
    """A reader: `atr` in hex and `iccid` of the card in it, `trouble` where either cannot be had."""

    name: str
    atr: str
    iccid: str
    trouble: str = ""


def readers(cards: Cards = None, lab: InLab = "", as_json: Json = False) -> None:
    """Readers, their cards, and what is wrong.

    Cards are only read: other programs may use them meanwhile. Exit code 0, whatever is in them.
    """

    async def look(driver: CardDriver) -> int:
        import asyncio

        rows = await asyncio.gather(*(_row(driver, reader) for reader in await driver.readers()))
        if as_json:
            show_json({"readers": [asdict(row) for row in rows]})
        else:
            _print(rows)
        return DONE

    perform("readers", Place(cards, lab), look, as_json=as_json)


async def _row(driver: CardDriver, reader: Reader) -> Row:
    from interop.protocols.errors import EquipmentError
    from interop.uicc import EfError
    from interop.uicc.session import CardRefused

    atr, iccid, trouble = reader.atr, "", "EF_ICCID holds no card number"
    try:
        atr, iccid = await glance(driver, reader)
    except EquipmentError as error:
        trouble = error.text
    except (CardRefused, EfError) as error:
        trouble = str(error)
    return Row(reader.name, atr.hex().upper(), iccid, "" if iccid else trouble)


def _print(rows: Sequence[Row]) -> None:
    from rich.table import Table

    from interop.cli.pipe import screen

    console = screen()
    if not rows:
        console.print("no reader")
        return
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_row(*cells("READER", "ICCID", "ATR"))
    table.columns[1].no_wrap = True
    for row in rows:
        table.add_row(*cells(row.name, row.iccid or "-", row.atr or "-"))
    console.print(table)
    for row in rows:
        if row.trouble:
            console.print(plain(f"{row.name}: {row.trouble}"))


def blank(
    path: Annotated[Path, typer.Argument(metavar="DIR/NAME.json", help="A new file; never over another.")],
    layout: Annotated[
        str, typer.Option(metavar="TYPE", help="Where the keys lie: sysmoUSIM-SJS1, OpenCells ...")
    ] = "sysmoUSIM-SJS1",
    iccid: Annotated[str, typer.Option("--iccid", metavar="DIGITS", help="The number of the card.")] = "",
    adm: Annotated[
        str, typer.Option(metavar="KEY", help="ascii:..., hex:..., env:NAME or file:PATH.")
    ] = "ascii:88888888",
    ki: Annotated[str, typer.Option(metavar="REF", help="env:NAME or file:PATH [default: no keys].")] = "",
    opc: Annotated[str, typer.Option(metavar="REF", help="env:NAME or file:PATH.")] = "",
) -> None:
    """Make an emulated card without a subscriber.

    It is then the card in reader NAME of `--cards DIR`. To have a real card's twin, save the output of
    `interop sim read --all --json` as DIR/NAME.json.
    """
    from interop.cli.sim import keys
    from interop.lab.drivers import DriverError, driver

    try:
        if path.suffix not in (".json", ".yaml"):
            raise Refused(f"{path}: a card's file ends with .json or .yaml")
        if bool(ki) is not bool(opc):
            raise Refused("--ki and --opc go together")
        octets = {name: keys.key(name, given) for name, given in (("ki", ki), ("opc", opc)) if given}
        driver("cards", "folder").blank(path, layout=layout, iccid=iccid, adm=keys.adm(adm), **octets)
    except FileExistsError:
        raise typer.Exit(complain("blank", f"{path} exists already; name another file")) from None
    except OSError as error:
        raise typer.Exit(complain("blank", f"{path}: {error.strerror}")) from None
    except (Refused, ValueError, DriverError) as error:
        raise typer.Exit(complain("blank", str(error), USAGE)) from None
    typer.echo(f"{path}: read it with: interop sim read --cards {path.parent} --reader {path.stem}")
