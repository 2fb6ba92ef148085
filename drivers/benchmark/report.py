"""What was measured, as rows; a table for people, tab-separated lines in a pipe, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from platform import python_version
from statistics import median
from typing import TYPE_CHECKING, Any, ClassVar

from drivers.benchmark.clients import Turn
from drivers.benchmark.codecs import CODECS, OURS, Contestant

if TYPE_CHECKING:
    from drivers.benchmark.localisation import Replays, Score


@dataclass(frozen=True, slots=True)
class Client:
    """One client in its best round: of AT+CSQ the median and the CPU, of the 17.6 kB +CMGL the median."""

    headings: ClassVar = ("AT+CSQ us", "CPU us", "+CMGL ms")

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
class Codec:
    """One codec: TPDUs a second in its best pass, and of how many the answer was right; wrong and not done
    are the rest. `encode_per_s` is None for one that only reads."""

    headings: ClassVar = ("read/s", "right", "wrong", "none", "write/s", "right", "wrong", "none")

    client: str
    decode_per_s: int
    decode_right: int
    decode_wrong: int
    decode_cannot: int
    encode_per_s: int | None
    encode_right: int
    encode_wrong: int
    encode_cannot: int

    @classmethod
    def of(cls, codec: Contestant) -> Codec:
        misread, miswritten = codec.misread.total(), codec.miswritten.total()
        return cls(
            codec.name,
            round(len(codec.read) / codec.decode_s),
            len(codec.read) - misread,
            misread,
            codec.cannot,
            round(len(codec.asked) / codec.encode_s) if codec.encoder else None,
            len(codec.asked) - miswritten,
            miswritten,
            codec.cannot_write,
        )


@dataclass(frozen=True, slots=True)
class CardPath:
    """One way to a card: TPDUs a second, the median one and the slowest hundredth."""

    headings: ClassVar = ("TPDU/s", "p50 us", "p99 us")

    client: str
    per_s: int
    p50_us: float
    p99_us: float

    @classmethod
    def of(cls, way: Mapping[str, Any]) -> CardPath:
        """As `drivers.benchmark.cards` measured it, in nanoseconds."""
        return cls(way["client"], round(way["per_s"]), round(way["p50"] / 1e3, 1), round(way["p99"] / 1e3, 1))


@dataclass(frozen=True, slots=True)
class Located:
    """What the localiser made of some campaigns; Ochiai is told how many faults there are, and names as many.

    A share is None where there was nothing to find or nobody accused. `ms`: of one campaign.
    """

    headings: ClassVar = ("planted", "found", "accused", "right", "recall", "precision", "Ochiai", "ms")

    campaigns: str
    planted: int
    found: int
    accused: int
    right: int
    recall: float | None
    precision: float | None
    ochiai: float | None
    ms: float

    @classmethod
    def of(cls, name: str, score: Score) -> Located:
        return cls(
            name,
            score.planted,
            score.found,
            score.accused,
            score.right,
            round(score.recall, 3) if score.planted else None,
            round(score.precision, 3) if score.accused else None,
            round(score.ochiai, 3) if score.planted else None,
            round(1e3 * score.spent_s / score.campaigns, 1),
        )


Row = Client | Codec | CardPath | Located


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


def beside_peers(rows: Sequence[Codec]) -> list[Figure]:
    """Our codec: all right, and faster than every peer in pure Python, as issue 4 expects."""
    ours = next(row for row in rows if row.client == OURS)
    read, written = (
        100 * right / (right + wrong + cannot)
        for right, wrong, cannot in (
            (ours.decode_right, ours.decode_wrong, ours.decode_cannot),
            (ours.encode_right, ours.encode_wrong, ours.encode_cannot),
        )
    )
    found = [
        Figure.at_least("decoded right by our codec", read, 100, "%"),
        Figure.at_least("encoded right by our codec", written, 100, "%"),
    ]
    for row in rows:
        if row is ours or not CODECS[row.client].pure:
            continue
        found.append(
            Figure.at_least("our decoding", ours.decode_per_s / row.decode_per_s, 1, f"x {row.client}")
        )
        if row.encode_per_s and ours.encode_per_s:
            ratio = ours.encode_per_s / row.encode_per_s
            found.append(Figure.at_least("our encoding", ratio, 1, f"x {row.client}"))
    return found


def of_conferences(one: Mapping[str, float], many: Mapping[str, float]) -> list[Figure]:
    """Of many conferences, as `drivers.benchmark.conferences` measured them; what each further modem takes in
    memory is the difference to one conference.
    """
    count = round(many["conferences"])
    found = [
        Figure.at_least("right verdicts", 100 * many["right"] / count, 100, "%"),
        Figure.at_least("conferences at once", many["at_once"], count, ""),
        Figure("events at the phones", round(many["events"] / many["wall_s"]), "/s"),
        Figure("AT commands", round(many["commands"] / many["wall_s"]), "/s"),
        Figure("simulated time", round(many["simulated_s"], 1), "s"),
        Figure("wall time", round(many["wall_s"], 1), "s"),
        Figure("peak memory of the process", round(many["peak_mb"], 1), "MB"),
    ]
    if more := 3 * (count - round(one["conferences"])):
        each = 1000 * (many["peak_mb"] - one["peak_mb"]) / more
        found.append(Figure("memory of each modem with its driver and journal", round(each), "kB"))
    return found


def of_ways(rows: Sequence[Mapping[str, Any]]) -> list[Figure]:
    """Wall time of one message by each way, as `drivers.benchmark.multimedia` measured it; issue 6 expects
    less than a second.
    """
    return [
        Figure.at_most(f"{row['way']}: {what}", row[key], 1, "s")
        for row in rows
        for what, key in (("sent", "sending_s"), ("fetched", "fetching_s"))
    ]


def of_cards(ratio: float | None, seconds: Mapping[str, float]) -> list[Figure]:
    """The emulated card's rate beside that of one that does nothing, as issue 7 expects it, and what a
    personalised card takes by each way.
    """
    found = [Figure(f"a card personalised {way}", round(spent, 3), "s") for way, spent in seconds.items()]
    if ratio is None:
        return found
    return [Figure.at_least("the emulated card through pcscd", ratio, 0.7, "x the card of 9000"), *found]


def of_localisation(
    most: Score, apart: Mapping[tuple[int, float], float], replays: Mapping[float, Replays]
) -> list[Figure]:
    """`most`: the largest campaigns that have a fault, and what issue 8 expects of them. `apart`: by cases
    and the share of them rotated; `replays`: by how often the fault shows.
    """
    found = [
        Figure.at_least("planted faults that are found", 100 * most.recall, 95, "%"),
        Figure.at_least("accusations that are right", 100 * most.precision, 97, "%"),
    ]
    for (cases, rotated), share in apart.items():
        what = f"MVNO and modem told apart, {rotated:.0%} of {cases:,} cases rotated"
        found.append(Figure(what, round(100 * share, 1), "%"))
    for shows, run in replays.items():
        named = f"a fault that shows in {shows:.0%}, replayed"
        found += [
            Figure(f"{named}: right", round(100 * run.right / run.cases, 1), "%"),
            Figure(f"{named}: replays", round(run.replays / run.cases, 1), ""),
            Figure(f"{named}: time", round(run.seconds / run.cases / 60, 1), "min"),
        ]
    return found


def show(title: str, figures: Sequence[Figure], clients: Sequence[Row], notes: Sequence[str]) -> None:
    if not sys.stdout.isatty():
        for client in clients:
            print(*_cells(client), sep="\t")
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
        table = Table(
            box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, title=title, title_justify="left"
        )
        table.add_column(fields(clients[0])[0].name, no_wrap=True)
        for heading in clients[0].headings:
            table.add_column(heading, justify="right")
        for client in clients:
            table.add_row(*_cells(client, ","))
        console.print(table)
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False, title="" if clients else title)
    for figure in figures:
        style = {None: "", True: "green", False: "red"}[figure.met]
        table.add_row(figure.what, f"{figure.value:,g} {figure.unit}", Text(_expected(figure), style))
    console.print(table)
    for note in notes:
        console.print(note)


def _cells(row: Row, form: str = "") -> list[str]:
    name, *numbers = astuple(row)
    return [name, *("-" if number is None else format(number, form) for number in numbers)]


def _expected(figure: Figure) -> str:
    if figure.met is None:
        return ""
    return figure.expected if figure.met else f"missed: {figure.expected}"


def show_json(figures: Sequence[Figure], clients: Sequence[Row], notes: Sequence[str]) -> None:
    """One line; ASCII, so that any output can carry it."""
    document: dict[str, Any] = {
        "python": python_version(),
        "clients": [asdict(client) for client in clients],
        "figures": [asdict(figure) for figure in figures],
        "notes": list(notes),
    }
    print(json.dumps(document), flush=True)
