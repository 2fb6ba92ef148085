"""`interop results`: runs into the results store, and what one asks of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interop.cli import PLAIN
from interop.cli.exits import FAILED, INCONCLUSIVE, PASSED, refuse, refuse_file
from interop.cli.storing import NONE, Emulated, Place, is_emulated, place_of, reading

if TYPE_CHECKING:
    from interop.results.kpi import RatioFound, TimeFound
    from interop.results.targets import Judged

app = typer.Typer(no_args_is_help=True, **PLAIN)

Mvno = Annotated[str | None, typer.Option(metavar="NAME", help="Only of this MVNO.")]
City = Annotated[str | None, typer.Option(metavar="NAME", help="Only of this city.")]
Service = Annotated[str | None, typer.Option(metavar="NAME", help="Only of this service, such as sms-mt.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]


@app.callback()
def _results() -> None:
    """All runs in one store: verdicts, trends and KPIs."""


@app.command("import")
def import_(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN", help="Run directories.")],
    store: Place = "",
) -> None:
    """Put runs into the store, each whole or not at all. `interop run` does it at its end.

    As often as one likes: a run that went on meanwhile adds what is new. Killed runs can be imported, too.
    """
    from interop.results.store import Store, import_run

    if place_of(store, emulated=False) == NONE:
        refuse("results import", f"{NONE}: no store is kept; give --store, or set INTEROP_STORE to one")
    for run in runs:
        with _sentences("results import"), Store(place_of(store, emulated=is_emulated(run))) as opened:
            done = import_run(opened, run)
            said = f"{done.new} new attempts" + (f", {done.changed} changed" if done.changed else "")
            said += f", {done.interrupted} interrupted" if done.interrupted else ""
            typer.echo(f"{run}: {said}")


@app.command()
def show(
    mvno: Mvno = None,
    city: City = None,
    service: Service = None,
    days: Annotated[int, typer.Option(metavar="N", min=1, help="Of the worst cells and the trend.")] = 7,
    store: Place = "",
    emulated: Emulated = False,
    as_json: AsJson = False,
) -> None:
    """Show latest verdicts, the worst cells, the trend.

    Verdicts by MVNO, city and service: each is the heaviest of its cases' last ones. Days count back from the
    last one with an attempt.
    """
    from interop.results.store import queries
    from interop.results.store.schema import ALL

    with _sentences("results show"), reading(store, emulated=emulated) as opened:
        found = queries.latest_verdicts(opened, mvno=mvno, city=city, service=service)
        whole = mvno is city is service is None
        worst = queries.worst_cells(opened, days=days) if whole else []
        trend = queries.trend(opened, days=days, mvno=mvno or ALL, city=city or ALL, service=service or ALL)
    if not found:
        refuse("results show", "the store has no attempt of this choice")
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "latest": [one._asdict() for one in found],
                    "worst": [one._asdict() | {"cell": one.cell._asdict()} for one in worst],
                    "trend": [{"day": str(one.day), **one.attempts._asdict()} for one in trend],
                },
                ensure_ascii=False,
            )
        )
        return
    _table(
        ("MVNO", "city", "service", "verdict", "cases: pass", "fail", "inconc", "error", "last attempt"),
        [(*one[:4], *one[5:], _time(one.at)) for one in found],
    )
    if worst:
        _table(
            ("worst cells", "city", "service", "failed", "valid", "at least"),
            [(*one.cell, one.failed, one.valid, _percent(one.low)) for one in worst],
        )
    _table(("day", "pass", "fail", "inconc", "error"), [(one.day, *one.attempts) for one in trend])


@app.command()
def kpi(
    runs: Annotated[
        list[Path] | None, typer.Argument(metavar="RUN", help="Run directories, instead of a store.")
    ] = None,
    mvno: Mvno = None,
    city: City = None,
    service: Service = None,
    days: Annotated[int | None, typer.Option(metavar="N", min=1, help="Of the store, the last N.")] = None,
    targets: Annotated[
        str | None,
        typer.Option(metavar="FILE|NAME", help="What is asked of them: a file, or dfs-1, dfs-2, dfs-3."),
    ] = None,
    store: Place = "",
    emulated: Emulated = False,
    as_json: AsJson = False,
) -> None:
    """Work out KPIs in the terms of ETSI TS 102 250-2.

    Of the store, or of runs. Inconclusive attempts are in no KPI.

    Exit code with --targets: 0 all met, 1 one missed, 2 wrong usage, 3 one undecided, also for lack of
    attempts.
    """
    from interop.cli.targets import read_targets
    from interop.lab.document import Mistakes
    from interop.results.kpi import found
    from interop.results.store import queries
    from interop.results.targets import judge_all

    try:
        wanted = None if targets is None else read_targets(targets)
    except Mistakes as mistakes:
        refuse_file(mistakes)
    if runs:
        if days is not None:
            refuse("results kpi", "--days is of the store; give it, or runs")
        with _sentences("results kpi"):
            ratios, times = found(_of_runs(runs, mvno=mvno, city=city, service=service))
    else:
        with _sentences("results kpi"), reading(store, emulated=emulated) as opened:
            chosen = queries.samples(opened, days=days, mvno=mvno, city=city, service=service)
            ratios, times = found(chosen)
    if not ratios:
        refuse("results kpi", "no conclusive attempt of this choice, so there is no KPI")
    judged = [] if wanted is None else judge_all(ratios, times, wanted)
    if as_json:
        typer.echo(json.dumps(_as_json(ratios, times, judged), ensure_ascii=False))
    else:
        _show_kpis(ratios, times, judged)
    verdicts = {one.judgement.verdict for one in judged}
    raise typer.Exit(FAILED if "fail" in verdicts else INCONCLUSIVE if "inconc" in verdicts else PASSED)


def _of_runs(runs: Sequence[Path], **wanted: str | None) -> Iterator[Any]:
    from interop.record.reader import read_run
    from interop.results.kpi import sample
    from interop.results.store.importing import epoch_of

    for directory in runs:
        run = read_run(directory)
        epoch = epoch_of(run)
        for item in run.attempts:
            names = {"mvno": item.subject.mvno, "city": item.subject.city, "service": item.service}
            if all(value in (None, names[name]) for name, value in wanted.items()):
                counted = sample(item, epoch)
                if counted is not None:
                    yield counted


def _show_kpis(ratios: list[RatioFound], times: list[TimeFound], judged: list[Judged]) -> None:
    _table(
        ("KPI", "TS 102 250-2", "failed", "valid", "ratio", "95 % (Wilson)"),
        [
            (
                one.kpi.name,
                one.kpi.clause or "(ours)",
                one.failed,
                one.valid,
                _percent(one.share),
                f"{_percent(one.low)} to {_percent(one.high)}",
            )
            for one in ratios
        ],
    )
    _table(("time", "TS 102 250-2", "attempts", "never", "quantile", "seconds", "95 %"), map(_of_time, times))
    if judged:
        _table(
            ("target", "wanted", "found", "verdict"),
            [(one.name, one.wanted, str(one.judgement), one.judgement.verdict) for one in judged],
        )


def _of_time(one: TimeFound) -> tuple[object, ...]:
    never = one.never
    head = one.kpi.name, one.kpi.clause or "(ours)", len(one.cases), never
    if one.quantile is None:
        return (*head, "", "too few", "")
    found = one.quantile
    bounds = f"{_seconds(found.low)} " + ("or more" if isinf(found.high) else f"to {_seconds(found.high)}")
    return (*head, f"{found.share:.0%}", _seconds(found.value), bounds)


def _as_json(ratios: list[RatioFound], times: list[TimeFound], judged: list[Judged]) -> dict[str, Any]:
    return {
        "ratios": [
            {
                "kpi": one.kpi.key,
                "clause": one.kpi.clause,
                "failed": one.failed,
                "valid": one.valid,
                "low": one.low,
                "high": one.high,
            }
            for one in ratios
        ],
        "times": [
            {
                "kpi": one.kpi.key,
                "clause": one.kpi.clause,
                "attempts": len(one.cases),
                "never": one.never,
                "share": one.quantile and one.quantile.share,
                "seconds": one.quantile and _finite(one.quantile.value),
            }
            for one in times
        ],
        "targets": [
            {
                "kpi": one.key,
                "wanted": one.wanted,
                "verdict": one.judgement.verdict,
                "low": one.judgement.low,
                "high": one.judgement.high,
                "needs": one.judgement.needs,
            }
            for one in judged
        ],
    }


@contextmanager
def _sentences(command: str) -> Iterator[None]:
    from interop.record.reader import RunDamaged
    from interop.results.store import StoreRefused

    try:
        yield
    except (RunDamaged, StoreRefused) as error:
        refuse(command, str(error))


def _table(headings: tuple[str, ...], rows: Any) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from interop.cli.pipe import screen

    table = Table(*headings, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for row in rows:
        table.add_row(*(Text(str(value), overflow="fold") for value in row))
    screen().print(table)
    typer.echo()


def _time(at: float) -> str:
    from interop.reports.text import CHINA

    return f"{datetime.fromtimestamp(at, CHINA):%Y-%m-%d %H:%M}"


def _seconds(value: float) -> str:
    return "never" if isinf(value) else f"{value:.2f} s"


def _finite(value: float) -> float | None:
    return None if isinf(value) else value


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
