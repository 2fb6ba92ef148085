"""What was measured, as rows; a table for people, tab-separated lines in a pipe, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from platform import python_version
from statistics import median
from typing import Any

from drivers.benchmark.clients import Turn


@dataclass(frozen=True, slots=True)
class Client:
    """One client in its best round: of AT+CSQ the median and the CPU, of the 17.6 kB +CMGL the median."""

    client: str
    round_trip_us: float
    cpu_us: float
    listing_ms: float

    @classmethod
    def of(cls, name: str, turns: Sequence[Turn]) -> Client:
        """Each figure from its best turn: what else the machine does only ever adds."""
        return cls(
            name,
            round(min(median(turn.round_trips) for turn in turns) / 1e3, 1),
            round(min(turn.cpu for turn in turns) / 1e3, 1),
            round(min(median(turn.listings) for turn in turns) / 1e6, 3),
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, and what it should be where something is asked of it."""

    what: str
    value: float
    unit: str
    expected: str = ""
    met: bool | None = None

    @classmethod
    def at_most(cls, what: str, value: float, limit: float, unit: str) -> Figure:
        return cls(what, round(value, 2), unit, f"at most {limit:g}", value <= limit)

    @classmethod
    def at_least(cls, what: str, value: float, limit: float, unit: str) -> Figure:
        return cls(what, round(value, 2), unit, f"at least {limit:g}", value >= limit)


def ratios(clients: Sequence[Client]) -> list[Figure]:
    """Our driver beside the others that took part, with what issue 3 expects of it."""
    by_name = {client.client: client for client in clients}
    ours, raw = by_name["our driver"], by_name["raw os.read/os.write"]
    found = [
        Figure.at_most("round trip of our driver", ours.round_trip_us / raw.round_trip_us, 4, "x raw"),
        Figure.at_most("+CMGL of our driver", ours.listing_ms / raw.listing_ms, 4, "x raw"),
    ]
    if other := by_name.get("python-gsmmodem-new"):
        round_trip, listing = other.round_trip_us / ours.round_trip_us, other.listing_ms / ours.listing_ms
        found += [
            Figure.at_least("round trip of python-gsmmodem-new", round_trip, 2, "x ours"),
            Figure.at_least("+CMGL of python-gsmmodem-new", listing, 50, "x ours"),
        ]
    return found


def show(title: str, figures: Sequence[Figure], clients: Sequence[Client], notes: Sequence[str]) -> None:
    if not sys.stdout.isatty():
        for client in clients:
            print(*asdict(client).values(), sep="\t")
        for figure in figures:
            print(figure.what, f"{figure.value:,g} {figure.unit}".strip(), _expected(figure), sep="\t")
        for note in notes:
            print(note)
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from interop.cli.pipe import screen

    console = screen()
    if clients:
        table = Table("client", box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
        for heading in ("AT+CSQ us", "CPU us", "+CMGL ms"):
            table.add_column(heading, justify="right")
        for client in clients:
            numbers = (client.round_trip_us, client.cpu_us, client.listing_ms)
            table.add_row(client.client, *(f"{number:,}" for number in numbers))
        console.print(table)
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False, title="" if clients else title)
    for figure in figures:
        style = {None: "", True: "green", False: "red"}[figure.met]
        table.add_row(figure.what, f"{figure.value:,g} {figure.unit}", Text(_expected(figure), style))
    console.print(table)
    for note in notes:
        console.print(note)


def _expected(figure: Figure) -> str:
    if figure.met is None:
        return ""
    return figure.expected if figure.met else f"missed: {figure.expected}"


def show_json(figures: Sequence[Figure], clients: Sequence[Client], notes: Sequence[str]) -> None:
    """One line; ASCII, so that any output can carry it."""
    document: dict[str, Any] = {
        "python": python_version(),
        "clients": [asdict(client) for client in clients],
        "figures": [asdict(figure) for figure in figures],
        "notes": list(notes),
    }
    print(json.dumps(document), flush=True)
