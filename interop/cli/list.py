"""`interop list`: what there is to name on a command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from interop.cli import PLAIN

app = typer.Typer(no_args_is_help=True, **PLAIN)

AsJson = Annotated[bool, typer.Option("--json", help="A JSON list, for programs.")]
Row = dict[str, Any]


@app.callback()
def _list() -> None:
    """What there is: defects, quirks, faults, labs, cases."""


@app.command()
def defects(as_json: AsJson = False) -> None:
    """What can be made wrong with the network.

    Used as --defect 'NAME@PARAMETER=VALUE,...'; several combine.
    """
    _show_injectables("defects", as_json)


@app.command()
def quirks(as_json: AsJson = False) -> None:
    """What can be made wrong with our own equipment.

    Used as --quirk 'NAME@PARAMETER=VALUE,...'; several combine.
    """
    _show_injectables("quirks", as_json)


@app.command()
def faults(as_json: AsJson = False) -> None:
    """What can be made wrong with an emulated card.

    Named at a reader in the lab file (faults:) as NAME@PARAMETER=VALUE,...; several combine.
    """
    _show_injectables("faults", as_json)


@app.command()
def labs(as_json: AsJson = False) -> None:
    """The labs that come with Interop: --lab NAME"""
    from interop.lab.equipment import all_emulated
    from interop.lab.load import load, shipped

    found = {name: load(name) for name in shipped()}
    _show(
        [
            {
                "name": name,
                "modems": len(lab.modems),
                "sims": len(lab.sims),
                "originators": len(lab.gateways) + len(lab.originators),
                "emulated": all_emulated(lab),
            }
            for name, lab in found.items()
        ],
        as_json,
    )


@app.command()
def cases(as_json: AsJson = False) -> None:
    """The cases of all suites.

    `interop lab check LAB` says which of them a lab can run.
    """
    from interop.lab.check import SuitesBroken, find_cases

    try:
        found = find_cases()
    except SuitesBroken as error:
        typer.echo(f"interop list cases: {error}", err=True)
        raise typer.Exit(4) from None
    _show(
        [
            {
                "name": name,
                "service": spec.service,
                "expected_s": spec.expected_s,
                "roles": [
                    f"{role}: {' '.join((it.kind, *it.capabilities))}" for role, it in spec.roles.items()
                ],
                "standard": spec.standard,
            }
            for name, spec in found
        ],
        as_json,
    )


def _show_injectables(what: str, as_json: bool) -> None:
    rows = _injectables(what)
    if as_json or not rows:
        _show(rows, as_json)
        return
    common = set.intersection(*(set(row["parameters"].items()) for row in rows))
    own = [{n: text for n, text in row["parameters"].items() if (n, text) not in common} for row in rows]
    _show([row | {"parameters": mine} for row, mine in zip(rows, own, strict=True)], as_json)
    if common:
        typer.echo("and all of them:")
    for line in _lines(dict(sorted(common))):
        typer.echo(f"  {line}")


def _injectables(what: Any) -> list[Row]:
    from interop.lab.drivers import DriverError, injectables

    try:
        found = injectables(what)
    except DriverError as error:
        typer.echo(f"interop list {what}: {error}", err=True)
        raise typer.Exit(2) from None
    return [
        {"name": item.name, "effect": item.effect, "parameters": dict(item.parameters)}
        for catalogue in found.values()
        for item in catalogue
    ]


def _show(rows: Sequence[Row], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from interop.cli.pipe import screen

    table = Table(*(rows[0] if rows else ()), box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for row in rows:
        table.add_row(*(Text("\n".join(_lines(value)), overflow="fold") for value in row.values()))
    screen().print(table)


def _lines(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, dict):
        return [f"{name}: {text}" for name, text in value.items()]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
