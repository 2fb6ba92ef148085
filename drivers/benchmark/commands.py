"""`interop benchmark`: speed of driver, codec, calls, MMS, cards and campaigns, size of an emulated modem."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import TYPE_CHECKING, Annotated

import typer

from interop.cli import PLAIN

if TYPE_CHECKING:
    from drivers.benchmark.clients import Turn
    from drivers.benchmark.report import Figure, Row

app = typer.Typer(no_args_is_help=True, **PLAIN)

MOST_MODEMS = 4000
"""of the 4096 ptys that Linux allows unless told otherwise (kernel.pty.max)"""
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON, for programs.")]


@app.callback()
def _benchmark() -> None:
    """How fast driver and codec are, how small the emulated modem."""


@app.command()
def modem(
    rounds: Annotated[
        int, typer.Option(metavar="N", min=1, help="Turns of each client; the best counts.")
    ] = 12,
    queries: Annotated[int, typer.Option(metavar="N", min=1, help="AT+CSQ in a turn.")] = 500,
    listings: Annotated[int, typer.Option(metavar="N", min=1, help="+CMGL of 17.6 kB in a turn.")] = 5,
    as_json: AsJson = False,
) -> None:
    """One pty, four clients in turn.

    Raw reads and writes, our driver, pyserial's readline, python-gsmmodem-new.
    """
    from drivers.benchmark import report
    from drivers.benchmark.clients import CLIENTS, Dose, missing
    from drivers.benchmark.process import Peer

    dose = Dose(queries, listings, warm=min(100, queries))
    absent = {name: why for name in CLIENTS if (why := missing(name))}
    turns: dict[str, list[Turn]] = {name: [] for name in CLIENTS if name not in absent}
    try:
        with Peer("drivers.benchmark.responder", 1) as responder, _progress(rounds * len(turns)) as step:
            (port,) = responder.answer()
            for _ in range(rounds):
                for name, taken in turns.items():
                    step(name)
                    taken.append(CLIENTS[name](port, dose))
    except (OSError, RuntimeError) as error:
        raise _failed("modem", error) from None
    rows = [report.Client.of(name, taken) for name, taken in turns.items()]
    notes = [f"{name}: {why}" for name, why in absent.items()]
    title = f"AT+CSQ and 17.6 kB +CMGL on one pty, best of {rounds} rounds"
    _show(title, report.ratios(rows), rows, notes, as_json)


@app.command()
def fleet(
    modems: Annotated[int, typer.Option(metavar="N", min=1, help="Emulated modems in one process.")] = 1000,
    ports: Annotated[int, typer.Option(metavar="N", min=1, help="Ports that one runner drives.")] = 256,
    seconds: Annotated[float, typer.Option(metavar="S", min=0.1, help="How long each is kept busy.")] = 5.0,
    as_json: AsJson = False,
) -> None:
    """A thousand modems at once, and hundreds of ports.

    Memory and answers of an emulated fleet, and how many ports one process can drive.
    """
    from drivers.benchmark.fleet import FILES_PER_PORT, answers_a_second, channels_a_second
    from drivers.benchmark.process import Peer, need_files
    from drivers.benchmark.report import Figure
    from interop.protocols.errors import EquipmentError

    try:
        if modems > MOST_MODEMS:
            raise RuntimeError(f"--modems {modems}: at most {MOST_MODEMS}, a machine has but so many ptys")
        need_files(FILES_PER_PORT * max(modems, ports) + 100, f"{max(modems, ports)} ports")
        with _progress(4) as step:
            step(f"{modems} emulated modems register")
            with Peer("drivers.benchmark.host", modems) as host:
                begun = host.answer()
                step(f"{modems} emulated modems answer")
                answers = answers_a_second(begun["ports"], seconds)
                memory = max(begun["kb_each"], host.answer("memory")["kb_each"])
            with Peer("drivers.benchmark.responder", ports) as responder:
                paths = responder.answer()
                step(f"our driver on {ports} ports")
                commands = channels_a_second(paths, seconds)
                step(f"pyserial on {ports} ports")
                with Peer("drivers.benchmark.pyserial_ports", *paths) as other:
                    alone = other.answer()
    except (OSError, RuntimeError, EquipmentError) as error:
        raise _failed("fleet", error) from None
    figures = [
        Figure.at_most(f"memory of each of {modems} emulated modems", memory, 40, "kB"),
        Figure(f"answers of {modems} emulated modems", round(answers), "/s"),
        Figure("ports that our driver drives at once", ports, ""),
        Figure("its commands with journal and guard", round(commands), "/s"),
        Figure("ports that pyserial's readline drives", alone["answered"], ""),
    ]
    notes = [f"pyserial on port {alone['answered'] + 1}: {alone['error']}"] if alone["error"] else []
    _show(f"{modems} emulated modems, {ports} ports", figures, [], notes, as_json)


@app.command()
def sms(
    rounds: Annotated[
        int, typer.Option(metavar="N", min=1, help="Passes over the set of each codec; the best counts.")
    ] = 30,
    as_json: AsJson = False,
) -> None:
    """300 TPDUs decoded and 60 encoded, four codecs in turn.

    Ours, smspdudecoder, python-gsmmodem-new, python-gammu: how fast, and how many answers are right, wrong,
    or none, because it does not do that kind.
    """
    from drivers.benchmark import report
    from drivers.benchmark.codecs import CODECS, Contestant, missing
    from drivers.benchmark.sms_set import orders, samples

    absent = {name: why for name in CODECS if (why := missing(name))}
    made, asked = samples(), orders()
    codecs = [Contestant(name, made, asked) for name in CODECS if name not in absent]
    with _progress(rounds * len(codecs)) as step:
        for _ in range(rounds):
            for codec in codecs:
                step(codec.name)
                codec.turn()
    rows = [report.Codec.of(codec) for codec in codecs]
    notes = [f"{name}: {why}" for name, why in absent.items()]
    for codec in codecs:
        for verb, kinds in (("decodes", codec.misread), ("encodes", codec.miswritten)):
            if kinds:
                listed = "; ".join(f"{kind} {count}" for kind, count in kinds.items())
                notes.append(f"{codec.name} {verb} wrong: {listed}")
    title = f"{len(made)} TPDUs decoded, {len(asked)} messages encoded, best of {rounds} rounds"
    _show(title, report.beside_peers(rows), rows, notes, as_json)


@app.command()
def calls(
    conferences: Annotated[
        int, typer.Option(metavar="N", min=1, help="At once, on 3 N emulated modems.")
    ] = 100,
    as_json: AsJson = False,
) -> None:
    """A hundred conferences at once.

    Each with its own three emulated modems, driven as in `interop run`, on the virtual clock; the network
    refuses every tenth. Verdicts, events and AT commands a second, memory.
    """
    from drivers.benchmark import report
    from drivers.benchmark.conferences import MOST
    from drivers.benchmark.process import Peer

    try:
        if conferences > MOST:
            raise RuntimeError(f"--conferences {conferences}: at most {MOST}")
        with _progress(2) as step:
            step("one conference")
            with Peer("drivers.benchmark.conferences", 1) as alone:
                one = alone.answer()
            step(f"{conferences} conferences")
            with Peer("drivers.benchmark.conferences", conferences) as together:
                many = together.answer()
    except (OSError, RuntimeError) as error:
        raise _failed("calls", error) from None
    title = f"{conferences} conferences on {3 * conferences} emulated modems"
    _show(title, report.of_conferences(one, many), [], [], as_json)


@app.command()
def mms(
    octets: Annotated[
        int, typer.Option(metavar="N", min=1, help="Of the picture; the MMSC takes 300 kB in all.")
    ] = 300_000,
    as_json: AsJson = False,
) -> None:
    """One large message by each way.

    Sent and fetched, octet for octet the same, by emulated modems of every dialect that has MMS and by our
    own HTTP, driven as in `interop run`, on the virtual clock: wall time.
    """
    from drivers.benchmark import report
    from drivers.benchmark.multimedia import MOST, WAYS
    from drivers.benchmark.process import Peer

    try:
        if octets > MOST:
            raise RuntimeError(f"--octets {octets}: at most {MOST}")
        with _progress(1) as step:
            step(f"{octets} octets by {len(WAYS)} ways")
            with Peer("drivers.benchmark.multimedia", octets) as peer:
                rows = peer.answer()
    except (OSError, RuntimeError) as error:
        raise _failed("mms", error) from None
    _show(f"A message with a picture of {octets:,} octets", report.of_ways(rows), [], [], as_json)


@app.command()
def sim(
    rounds: Annotated[
        int, typer.Option(metavar="N", min=1, help="Turns of each way to a card; the median counts.")
    ] = 20,
    as_json: AsJson = False,
) -> None:
    """A card read and personalised, by each way.

    The emulated card in this process, and through pcscd and vpcd as any reader's card, beside one that only
    ever says 9000: what remains is the way to it. Then seconds per personalised card, journal included.
    """
    from drivers.benchmark import cards, report
    from drivers.benchmark.process import Peer

    notes = [f"pcscd: {why}"] if (why := cards.missing()) else []
    try:
        with ExitStack() as stack, _progress(3) as step:
            there: list[str] = []
            if not notes:
                step("cards in readers")
                host = stack.enter_context(Peer("drivers.benchmark.card_host", cards.CARDS)).answer()
                there = [host["socket"], *host["readers"]]
            client = stack.enter_context(Peer("drivers.benchmark.cards", rounds, *there))
            step("a card is read")
            read = client.answer()
            step("cards are personalised")
            seconds = client.answer("personalise")
    except (OSError, RuntimeError) as error:
        raise _failed("sim", error) from None
    rows = [report.CardPath.of(way) for way in read["ways"]]
    title = f"A card read with {read['tpdus']} TPDUs, {rounds} rounds"
    _show(title, report.of_cards(read["ratio"], seconds), rows, notes, as_json)


@app.command()
def localise(
    campaigns: Annotated[
        int, typer.Option(metavar="N", min=1, help="Emulated campaigns of each size and number of faults.")
    ] = 100,
    as_json: AsJson = False,
) -> None:
    """Planted faults found again.

    Emulated campaigns of 3,000 and 10,000 cases with none to three faults that show in 25 to 95 % of their
    cases, crossed evenly and as lopsided as labs are: the localiser beside Ochiai's ranking. Then SIM and
    modem told apart by rotation, and one failure replayed until its culprit is known.
    """
    from drivers.benchmark import localisation, report

    rows: list[report.Located] = []
    notes = []
    with _progress(len(localisation.SIZES) * (len(localisation.FAULTS) + 1) + 2) as step:
        for cases in localisation.SIZES:
            scores = []
            for faults in localisation.FAULTS:
                step(f"{cases:,} cases, {faults} faults")
                scores.append(localisation.study(cases, faults, campaigns))
                rows.append(report.Located.of(f"{cases:,} cases, faults: {faults}", scores[-1]))
            whole = localisation.together(scores[1:])
            rows.append(report.Located.of(f"{cases:,} cases, faults: 1 to 3", whole))
            step(f"{cases:,} cases, lopsided")
            uneven = [localisation.study(cases, n, campaigns, localisation.lopsided) for n in (1, 2, 3)]
            rows.append(report.Located.of(f"{cases:,} cases, lopsided", localisation.together(uneven)))
            missed = whole.planted - whole.found
            notes.append(
                f"{cases:,} cases: of {missed} faults missed, {whole.thin} are touched by fewer than 8 cases "
                f"and {whole.hidden} lie within another fault"
            )
        step("rotation")
        apart = {
            (cases, rotated): localisation.told_apart(cases, rotated, campaigns)
            for cases, rotated in localisation.ROTATIONS
        }
        step("replays")
        replays = {shows: localisation.investigate(shows, campaigns) for shows in localisation.SHOWS}
    title = f"Faults planted in emulated campaigns, {campaigns} of each kind"
    _show(title, report.of_localisation(whole, apart, replays), rows, notes, as_json)


@app.command()
def campaign(
    modems: Annotated[int, typer.Option(metavar="N", min=12, help="Emulated modems.")] = 64,
    cases: Annotated[int, typer.Option(metavar="N", min=20, help="Of the screening; tests follow.")] = 10_000,
    kills: Annotated[int, typer.Option(metavar="N", min=0, help="Of the process, at random points.")] = 3,
    seed: Annotated[int, typer.Option(metavar="N", help="Of lab, campaign and kills.")] = 1,
    as_json: AsJson = False,
) -> None:
    """A campaign, whole and killed.

    On the virtual clock, with two defects planted: played to its end, then once more in processes that are
    killed (SIGKILL) and gone on with. Time, memory, makespan beside its lower bound. Exit code 1 where the
    two come to other conclusions.
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from drivers.benchmark import campaign as benchmark

    try:
        with TemporaryDirectory(prefix="interop-campaign-") as folder, _progress(2) as step:
            found = benchmark.measure(
                Path(folder), modems=modems, cases=cases, kills=kills, seed=seed, step=step
            )
            figures = benchmark.figures(found)
    except (OSError, ValueError, RuntimeError) as error:
        raise _failed("campaign", error) from None
    title = f"A campaign of {cases:,} cases and its tests on {modems} emulated modems"
    _show(title, figures, [], benchmark.notes(found), as_json)
    if not found.same:
        raise typer.Exit(1)


@app.command()
def store(
    attempts: Annotated[
        int, typer.Option(metavar="N", min=1000, help="In the store. 10 million take minutes and 2 GB.")
    ] = 10_000_000,
    place: Annotated[
        str,
        typer.Option(
            "--store", metavar="FILE|URL", help="An empty one. [default: a file that is deleted afterwards]"
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """A results store of millions of attempts.

    40 MVNOs, 64 cities and 8 services in 90 days: how fast attempts go in, and how soon it answers.
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from drivers.benchmark import store as benchmark
    from interop.results.store import Store, StoreRefused

    try:
        with (
            TemporaryDirectory(prefix="interop-store-") as folder,
            _progress(benchmark.DAYS + 3) as step,
            Store(place or f"{folder}/store.sqlite") as opened,
        ):
            written = benchmark.fill(opened, attempts, step)
            step("a run is imported")
            imported = benchmark.import_rate(opened, Path(folder) / "run")
            step("it is asked")
            figures = benchmark.figures(written, imported, benchmark.asked(opened))
    except (OSError, StoreRefused) as error:
        raise _failed("store", error) from None
    _show(f"A results store of {attempts:,} attempts", figures, [], [], as_json)


def _failed(command: str, error: Exception) -> typer.Exit:
    typer.echo(f"interop benchmark {command}: {error}", err=True)
    return typer.Exit(1)


def _show(title: str, figures: list[Figure], rows: Sequence[Row], notes: list[str], as_json: bool) -> None:
    from drivers.benchmark import report

    if as_json:
        report.show_json(figures, rows, notes)
    else:
        report.show(title, figures, rows, notes)


@contextmanager
def _progress(steps: int) -> Iterator[Callable[[str], None]]:
    """What is going on, on standard error while that is a terminal; call it at the start of each step."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (BarColumn(), TextColumn("{task.completed:.0f}/{task.total:.0f} {task.description}"))
    shown = console.is_terminal
    # drawn at each step only: a thread that refreshes would be measured along
    with Progress(*columns, console=console, transient=True, disable=not shown, auto_refresh=False) as bar:
        task = bar.add_task("", total=steps)
        begun = count()
        yield lambda what: bar.update(task, completed=next(begun), description=what, refresh=True)
