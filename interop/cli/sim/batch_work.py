"""A batch on the readers that were chosen: shown while it goes on, and told in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import interop
from interop.cli.pipe import screen
from interop.cli.sim import plans
from interop.cli.sim.against import loaded
from interop.cli.sim.cards import DONE, NOT_DONE, Place, Refused, Work, chosen, complain, show_json
from interop.cli.sim.line_screen import LineScreen
from interop.cli.sim.personalise import Terms
from interop.personalise.journal import Journal, JournalError, Run, read
from interop.personalise.line import Batch, Row
from interop.personalise.line_events import Finished, LineEvent, NotOurs, Planned, Unplugged, Unreadable
from interop.personalise.lint import lint_order
from interop.personalise.order import Order
from interop.personalise.records import Labels, Record, RecordsError
from interop.personalise.steps import Keys
from interop.personalise.undo import NotUndone, since_undone, undo_order
from interop.protocols.card import CardDriver
from interop.reports.text import counted

LOST: Final = 4
"""the journal was not to be written any more"""
_PATIENCE_S: Final = 600.0
_MOST_NAMED: Final = 8


def work_of(terms: Terms) -> Work:
    """What a command does with its cards. Raises Refused, with every mistake of profile and batch."""
    orders = loaded(terms.profile, terms.batch, giving=terms.command in ("write", "undo"))[1]
    path = terms.journal or Path(terms.batch).with_suffix(".journal.jsonl")
    return _write(terms, orders, path) if terms.writes else _look(terms, orders, path)


# Only looking


def _look(terms: Terms, orders: list[Order], path: Path) -> Work:
    """Raises Refused for a journal that is damaged, and where nothing can be undone."""
    known = _known(path)
    orders = _orders(terms, orders, known)

    async def work(driver: CardDriver) -> int:
        readers = await _readers(driver, terms)
        batch = Batch(
            driver,
            orders,
            None,
            now=_now,
            allow_tries=0 if terms.command == "verify" else terms.allow_tries,  # nobody gives one
            known=known,
            vouched=terms.cards,
        )
        seen: list[LineEvent] = []
        await _run(batch, readers, terms, seen, planning=True)
        planned = sorted(
            (event for event in seen if isinstance(event, Planned)), key=lambda event: event.order.line
        )
        if terms.as_json:
            show_json(_told(terms, batch, seen) | {"lint": _lint(orders)})
        elif terms.command == "verify":
            _show_differences(planned)
        else:
            for event in planned:
                plans.show(screen(), event.reader, event.order, event.plan)
            _show_lint(orders)
        if not terms.as_json:
            _show_missing(batch.rows, "in no reader")
        good = planned and all(not event.plan.problems for event in planned)
        if terms.command == "verify":
            good = planned and all(event.plan.as_seen for event in planned)
        bad = any(isinstance(event, NotOurs | Unreadable | Unplugged) for event in seen)
        return DONE if good and not bad else NOT_DONE

    return work


def _known(path: Path) -> list[Run]:
    """Raises Refused."""
    try:
        return read(path) if path.exists() else []
    except JournalError as error:
        raise Refused(str(error)) from None


def _show_differences(planned: Sequence[Planned]) -> None:
    console = screen()
    for event in planned:
        plan = event.plan
        name = f"{event.reader}: card {plan.identity.iccid or 'without ICCID'} (line {event.order.line})"
        keys = f", Ki and OPc {plan.keys.value}" if event.order.milenage else ""
        if plan.as_seen:
            locked = list(dict.fromkeys(step.path for step in plan.unseen))
            but = f", but for what only a key would show: {', '.join(locked)}" if locked else ""
            console.print(f"{name} is as ordered{keys}{but}", soft_wrap=True)
            continue
        seen = plan.problems or len(plan.unseen) < len(plan.steps) or plan.keys is Keys.OTHER
        told = "is not as ordered" if seen else "does not tell whether it is as ordered"
        console.print(f"{name} {told}{keys}", soft_wrap=True)
        for step in plan.steps:
            found = "cannot be seen without a key" if step.before is None else "differs"
            console.print(f"  {plans.name(step)} {plans.place(step)} {found}", soft_wrap=True)
        for problem in plan.problems:
            console.print(f"  {problem}", soft_wrap=True)


def _show_missing(rows: Sequence[Row], where: str) -> None:
    if missing := [row.order for row in rows if not row.reader]:
        names = ", ".join(f"line {order.line} ({order.iccid})" for order in missing[:_MOST_NAMED])
        more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        told = f"{len(missing)} of {counted(len(rows), 'card')} {where}: {names}{more}"
        screen().print(told, soft_wrap=True)


def _show_lint(orders: Sequence[Order]) -> None:
    for finding in _lint(orders):
        lines = ", ".join(map(str, finding["lines"]))
        told = f"{finding['severity']}: {finding['file']}: {finding['what']} (line {lines})"
        screen().print(told, soft_wrap=True)


def _lint(orders: Sequence[Order]) -> list[dict[str, Any]]:
    """Findings of all rows, each once, with the lines that it concerns; notes are for `interop sim lint`."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for order in orders:
        for finding in lint_order(order):
            lines = found.setdefault((finding.severity.value, finding.file, finding.what), [])
            if order.line not in lines:  # the twin of a file is found fault with, too
                lines.append(order.line)
    return [
        {"severity": severity, "file": file, "what": what, "lines": lines}
        for (severity, file, what), lines in found.items()
        if severity != "note"
    ]


# Writing


def _write(terms: Terms, orders: list[Order], path: Path) -> Work:
    """Raises Refused where labels cannot be written; the work does for a journal that is damaged or in use,
    and where nothing can be undone.
    """
    for other in (terms.profile, terms.batch, path):
        if terms.labels and terms.labels.resolve() == Path(other).resolve():
            raise Refused(f"--labels {terms.labels} is another file of this batch: choose one of its own")
    try:
        labels = Labels(terms.labels) if terms.labels else None
    except RecordsError as error:
        raise Refused(str(error)) from None

    async def work(driver: CardDriver) -> int:
        readers = await _readers(driver, terms)
        if not (terms.undo or terms.as_json):
            _show_lint(orders)
        await _agreed(terms, len(terms.cards or orders), readers)
        with _opened(path) as journal:
            batch = Batch(
                driver,
                _orders(terms, orders, journal.runs),
                journal,
                now=_now,
                operator=terms.operator,
                tool=f"interop {interop.__version__}",
                allow_tries=terms.allow_tries,
                vouched=terms.cards,
            )
            return await _written(batch, journal, labels, readers, terms)

    return work


def _opened(path: Path) -> Journal:
    """Raises Refused."""
    try:
        return Journal(path)
    except JournalError as error:
        raise Refused(str(error)) from None


def _orders(terms: Terms, orders: list[Order], runs: Sequence[Run]) -> list[Order]:
    """Those that are meant, or undo them, where that is the command. Raises Refused where there are none."""
    cards = set(terms.cards)
    known = {iccid for order in orders for iccid in (order.iccid, order.final_iccid)}
    if strange := [card for card in terms.cards if card not in known]:
        raise Refused(f"--card {strange[0]}: the batch has no row for it")
    orders = [order for order in orders if not cards or {order.iccid, order.final_iccid} & cards]
    if not terms.undo:
        return orders
    back: list[Order] = []
    left: list[str] = []
    for order in orders:
        try:
            undo = undo_order(runs, order)
        except NotUndone as error:
            left.append(f"line {order.line}: {error}")
            continue
        back.append(undo.order)
        if undo.kept and not terms.as_json:
            what = "stay as they are (what was there before is in no journal)"
            told = f"line {order.line} ({order.iccid}): {', '.join(undo.kept)} {what}"
            screen().print(told, soft_wrap=True)
    if left and (cards or not back):
        raise Refused(left[0])
    for line in () if terms.as_json else left:
        screen().print(line, soft_wrap=True)
    return back


async def _agreed(terms: Terms, count: int, readers: Sequence[str]) -> None:
    """Real cards are written after somebody has said so. Raises Refused."""
    from interop.cli.engineer import AtTerminal, terminal
    from interop.engine.clock import VirtualLoop

    # on a virtual clock all is emulated, and gone when this process ends
    emulated = terms.place.cards is not None or isinstance(asyncio.get_running_loop(), VirtualLoop)
    if terms.yes or emulated:
        return
    engineer = AtTerminal(terminal())
    try:
        what = f"{counted(count, 'real card')} to {terms.command}, in: {', '.join(readers)}"
        if not engineer.present:
            raise Refused(f"{what}: allow it with --yes, or see first what it would be with --dry-run")
        if await engineer.ask(what, {"y": "go on", "n": "do nothing"}, within=_PATIENCE_S) != "y":
            raise Refused("nothing was written")
    finally:
        engineer.close()


async def _written(
    batch: Batch, journal: Journal, labels: Labels | None, readers: Sequence[str], terms: Terms
) -> int:
    seen: list[LineEvent] = []
    unlabelled: list[str] = []
    lost = ""

    def label(event: LineEvent) -> None:
        if labels is None or not isinstance(event, Finished):
            return
        mine = since_undone(journal.runs, event.order.job)
        done = [run for run in mine if run.ended and run.ended.result == "done"]
        if done and done[0].began.run == event.ended.run:  # the others had one
            try:
                labels.add(Record.of(done[0]))
            except RecordsError as error:
                unlabelled.append(str(error))

    try:
        await _run(batch, readers, terms, seen, planning=False, listen=label)
    except JournalError as error:
        lost = str(error)
    finally:  # also when it was interrupted
        if terms.as_json:
            show_json(_told(terms, batch, seen) | {"journal": str(journal.path), "lost": lost})
        else:
            _show_end(batch, journal.path)
    if lost:
        complain(terms.command, lost)
        return LOST
    if unlabelled:
        left = counted(len(unlabelled), "label")
        complain(terms.command, f"{unlabelled[0]}: {left} missing: interop sim label {journal.path}")
    return DONE if all(row.done for row in batch.rows) and not unlabelled else NOT_DONE


def _show_end(batch: Batch, journal: Path) -> None:
    console, done = screen(), sum(row.done for row in batch.rows)
    if batch.why:
        console.print(f"stopped: {batch.why}", soft_wrap=True)
    for row in batch.rows:
        if row.reader and not row.done:
            why = f"stopped: {batch.why}" if row.plan else "it could not be read"
            why = f"{row.ended.result}: {row.ended.why}" if row.ended else why
            console.print(f"line {row.order.line}, card {row.order.iccid}: {why}", soft_wrap=True)
    _show_missing(batch.rows, "did not come")
    console.print(f"{done} of {counted(len(batch.rows), 'card')} done; journal: {journal}", soft_wrap=True)
    if done < len(batch.rows):
        console.print("run the same again to go on: cards that are done are only read", soft_wrap=True)


# Both


async def _readers(driver: CardDriver, terms: Terms) -> list[str]:
    """Raises Refused, EquipmentError."""
    from interop.protocols.errors import NotAvailable

    if terms.readers:
        named = [await chosen(driver, Place(reader=name)) for name in terms.readers]
        return list(dict.fromkeys(reader.name for reader in named))
    if readers := await driver.readers():
        return [reader.name for reader in readers]
    what = "no card reader: plug one in (interop doctor tells more), or take --cards DIR, --lab LAB"
    raise NotAvailable("reader", what)


async def _run(
    batch: Batch,
    readers: Sequence[str],
    terms: Terms,
    seen: list[LineEvent],
    *,
    planning: bool,
    listen: Callable[[LineEvent], None] = lambda _event: None,
) -> None:
    """All that happens goes into `seen`. Raises JournalError."""

    def done() -> int:
        return sum(row.done for row in batch.rows)

    shown = LineScreen(readers, len(batch.rows), done, quiet=terms.as_json, planning=planning)

    def heard(event: LineEvent) -> None:
        seen.append(event)
        listen(event)
        shown.heard(event)

    batch.listen = heard
    with shown:
        await batch.run(readers, once=planning or terms.once)


def _told(terms: Terms, batch: Batch, seen: Sequence[LineEvent]) -> dict[str, Any]:
    planned = {event.order.line: event for event in seen if isinstance(event, Planned)}
    return {
        "command": terms.command,
        "stopped": batch.why,
        "rows": [_row(row, planned.get(row.order.line)) for row in batch.rows],
        "refused": [
            {"reader": event.reader, "iccid": event.identity.iccid, "why": event.why}
            for event in seen
            if isinstance(event, NotOurs)
        ],
        "unreadable": [
            {"reader": event.reader, "why": event.why}
            for event in seen
            if isinstance(event, Unreadable | Unplugged)
        ],
    }


def _row(row: Row, planned: Planned | None) -> dict[str, Any]:
    order, ended = row.order, row.ended
    return {
        "line": order.line,
        "iccid": order.iccid,
        "new_iccid": order.new_iccid,
        "imsi": order.imsi,
        "msisdn": order.msisdn,
        "reader": row.reader,
        "result": ended.result if ended else None,
        "why": ended.why if ended else "",
        "run": ended.run if ended else None,
        "plan": plans.form(row.reader, order, planned.plan) if planned else None,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
