"""`interop records`: what a run did for the operator's call records, and those records held against it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interop.cli import PLAIN
from interop.cli.exits import FAILED, INCONCLUSIVE, PASSED, refuse, refuse_file
from interop.cli.writing import replace

if TYPE_CHECKING:
    from interop.lab.model import Lab
    from interop.record.reader import Run
    from interop.results.records import Matched, Price, Profile, RecordFile, Span, TestEvent

app = typer.Typer(no_args_is_help=True, **PLAIN)

_RunDir = Annotated[Path, typer.Argument(metavar="RUN", help="A run directory.")]
_Sims = Annotated[
    list[str] | None, typer.Option("--sim", metavar="SIM", help="Only of these SIMs; may be repeated.")
]


@app.callback()
def _records() -> None:
    """What a run did, matched with the operator's call records (CDR)."""


@app.command()
def export(
    run: _RunDir,
    sim: _Sims = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Instead of standard output.")] = None,
) -> None:
    """Every call and message of a run, as CSV.

    For the operator, to look them up. Times are China's; `doubt` says where our side cannot be sure what
    became of it.
    """
    from interop.reports.call_records import export

    events, _ = _events("records export", run, sim or [])
    table = export(event for event in events if not sim or event.sim in sim)
    if csv is None:
        typer.echo(table.decode("utf-8-sig").replace("\r\n", "\n"), nl=False)
    else:
        replace("records export", "--csv", csv, table, "table of events")


@app.command()
def match(
    run: _RunDir,
    cdr: Annotated[Path, typer.Argument(metavar="CDR", help="The operator's file.")],
    profile: Annotated[
        str, typer.Option(metavar="FILE|NAME", help="How it is written: a file, or emulated, asterisk.")
    ],
    sim: _Sims = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="The file is whole from then on: 2026-01-05T09:00.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="And up to then; China's time.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Every event and record, too.")] = None,
) -> None:
    """Hold the operator's records against a run.

    By numbers, time and duration. Without --sim only SIMs that the file has a record of are judged. Charges
    are judged by the tariffs of the run's lab file.

    Exit code: 0 all match, 1 something is wrong, 2 wrong usage, 3 nothing wrong but not everything certain.
    """
    from interop.reports import call_records

    rules = _profile(profile)
    sims = sim or []
    events, of = _events("records match", run, sims)
    file = _file(cdr, rules)
    for bad in file.malformed:
        typer.echo(call_records.malformed(bad, str(cdr)), err=True)
    matched = _matched(of, events, file, rules, sims, _period(since, until, file))
    code = _exit_code(matched)
    if csv is not None:
        replace("records match", "--csv", csv, call_records.as_csv(matched), "table of matches")
    if as_json:
        head = {"run": run.name, "file": str(cdr), "profile": rules.name, "exit_code": code}
        typer.echo(json.dumps({**head, **call_records.as_json(matched)}, ensure_ascii=False, indent=2))
    else:
        from interop.cli.pipe import screen

        screen().print(call_records.matching(matched))
    raise typer.Exit(code)


def _matched(
    run: Run, events: list[TestEvent], file: RecordFile, rules: Profile, sims: list[str], period: Span | None
) -> Matched:
    from interop.results.records import Scope, match, numbers_of

    price, why = _price(run)
    if not price and rules.columns.charge is not None:
        typer.echo(f"interop records match: charges are not judged: {why}", err=True)
    whole = run.meta.get("state") == "finished" and not run.unfinished and not run.torn
    scope = Scope(numbers_of(run), _span(run), whole, frozenset(sims), period)
    return match(events, file, rules, scope, price)


def _exit_code(matched: Matched) -> int:
    from interop.record import Verdict

    if matched.verdict is Verdict.FAIL:
        return FAILED
    return PASSED if matched.verdict is Verdict.PASS else INCONCLUSIVE


def _events(command: str, directory: Path, sims: list[str]) -> tuple[list[TestEvent], Run]:
    from interop.lab.shape import unknown
    from interop.record.reader import RunDamaged, read_run
    from interop.results.records import numbers_of, test_events

    try:
        run = read_run(directory)
        events, known = test_events(run), sorted(numbers_of(run))
    except RunDamaged as damage:
        refuse(command, str(damage))
    for name in sims:
        if name not in known:
            refuse(command, f"--sim: {unknown('SIM', name, known)}")
    return events, run


def _span(run: Run) -> Span:
    from interop.results.records import Span

    epoch, last = float(run.meta["epoch"]), 0.0
    for event in run.observed[-1:]:
        last = event.at
    simulated = run.meta.get("simulated_s")
    return Span(epoch, epoch + max(last, float(simulated) if isinstance(simulated, int | float) else 0.0))


def _profile(name: str) -> Profile:
    from interop.cli.record_profiles import read_profile
    from interop.lab.document import Mistakes

    try:
        return read_profile(name)
    except Mistakes as mistakes:
        refuse_file(mistakes)


def _file(path: Path, rules: Profile) -> RecordFile:
    from interop.results.records import ColumnMissing, read_records

    try:
        return read_records(path.read_bytes(), rules)
    except OSError as error:
        refuse("records match", f"{path}: {error.strerror}")
    except ColumnMissing as error:
        refuse("records match", f"{path}: {error}; is it a file of profile {rules.name}?")


def _period(since: str | None, until: str | None, file: RecordFile) -> Span | None:
    """What the file holds for certain; an end that nobody says is that of its last record."""
    from interop.results.records import Span

    if since is None and until is None:
        return None
    low = None if since is None else _time("--since", since)
    high = None if until is None else _time("--until", until)
    if low is not None and high is not None and low > high:
        refuse("records match", "--until is before --since")
    if file.period is not None:
        low = file.period.low if low is None else low
        high = file.period.high if high is None else high
    return None if low is None or high is None else Span(low, high)


def _time(option: str, text: str) -> float:
    from datetime import datetime

    from interop.reports.text import CHINA

    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        refuse("records match", f'{option}: "{text}" is no time, such as 2026-01-05T09:00')
    return (told if told.tzinfo else told.replace(tzinfo=CHINA)).timestamp()


def _price(run: Run) -> tuple[Price | None, str]:
    """By the tariffs of the run's lab file; None and why where they are not to be had."""
    from interop.lab.load import LabError, load

    source = run.meta.get("lab_file")
    if not isinstance(source, str):
        return None, "run.json does not say which lab it ran in"
    try:
        lab = load(source)
    except LabError as error:
        return None, f"the lab file of the run is gone or has mistakes: {str(error).splitlines()[0]}"
    if lab.digest != run.meta.get("lab_sha256"):
        return None, f"{source} has changed since the run"
    if not lab.tariffs:
        return None, f"{source} has no tariffs"
    return _by_tariffs(lab), ""


def _by_tariffs(lab: Lab) -> Price:
    from interop.lab.tariff import of_call, of_messages
    from interop.results.records import Service

    tariffs = {sim.name: lab.tariff_of(sim) for sim in lab.sims}

    def price(event: TestEvent, seconds: float) -> Decimal | None:
        tariff = tariffs.get(event.sim)
        if tariff is None:
            return None
        if event.service is not Service.MESSAGE:
            return of_call(tariff, lab, event.other, seconds)
        balance = tariff.balance
        return balance.price if balance.by == "sms" and event.other == balance.to else of_messages(tariff, 1)

    return price
