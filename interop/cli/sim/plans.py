"""What would be written to a card, for people and for programs: both contents decoded, keys never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from interop.cli.sim.cards import cells

if TYPE_CHECKING:
    from rich.console import Console

    from interop.personalise.order import Order
    from interop.personalise.steps import Plan, Step

_HIDDEN: Final = "(not shown)"
_UNREAD: Final = "(cannot be read)"
_EMPTY: Final = "(empty)"


def form(reader: str, order: Order, plan: Plan) -> dict[str, Any]:
    """As JSON. `old` and `new` as of `interop.uicc.form`; `before` and `after` in hex, None where hidden."""
    identity, tries = plan.identity, plan.tries
    return {
        "reader": reader,
        "atr": identity.atr.hex().upper(),
        "iccid": identity.iccid,
        "line": order.line,
        "job": order.job,
        "new_iccid": order.new_iccid,
        "steps": [_step(step) for step in plan.steps],
        "same": list(plan.same),
        "absent": list(plan.absent),
        "problems": list(plan.problems),
        "warnings": list(plan.warnings),
        "missing": _missing(order, plan),
        "verify": plan.verify,
        "pin": plan.pin,
        "tries": tries.left if tries else None,
        "keys": plan.keys.value,
        "as_ordered": plan.as_seen,
    }


def _step(step: Step) -> dict[str, Any]:
    from interop.uicc import at

    old, new = _hidden(step, step.before), _hidden(step, step.after)
    return {
        "path": step.path,
        "name": str(at(step.path) or ""),
        "record": step.record,
        "offset": step.offset,
        "before": None if step.before is None or old else step.before.hex().upper(),
        "after": None if new else step.after.hex().upper(),
        "old": None if step.before is None or old else _content(step, step.before),
        "new": None if new else _content(step, step.after),
        "rule": step.rule,
    }


def _hidden(step: Step, octets: bytes | None) -> bool:
    from interop.uicc.reading import holds_key

    return step.secret or (octets is not None and holds_key(step.path, octets))


def _content(step: Step, octets: bytes) -> Any:
    """None where it is not to be taken apart: an unknown file, a part of one, what makes no sense."""
    from interop.uicc import EfError, Octets
    from interop.uicc.form import to_form
    from interop.uicc.reading import decoded

    content = decoded(step.path, octets)
    whole = step.offset is None and not isinstance(content, EfError | Octets)
    return to_form(content) if whole and not isinstance(content, EfError) else None


def headline(reader: str, order: Order, plan: Plan) -> str:
    """ "Reader A: card 8986... is line 2: 14 to write, 3 as ordered"."""
    count, links = len(plan.steps), _links(plan)
    perhaps = f" ({links} may be links to others)" if links else ""
    counts = [f"{count} to write{perhaps}"] if count else [] if plan.problems else ["as ordered"]
    counts += [f"{len(plan.same)} as ordered"] if count and plan.same else []
    counts += [f"{len(plan.absent)} not on this card"] if plan.absent else []
    return (
        f"{reader}: card {plan.identity.iccid or 'without ICCID'} is line {order.line}: {', '.join(counts)}"
    )


def _links(plan: Plan) -> int:
    """Steps that say the same of a file in the other view: where that is a link, it is written once."""
    told = {
        (step.path.rpartition("/")[2], step.record, step.offset, step.before, step.after)
        for step in plan.steps
    }
    return len(plan.steps) - len(told)


def show(console: Console, reader: str, order: Order, plan: Plan) -> None:
    from rich import box
    from rich.table import Table

    console.print(headline(reader, order, plan), soft_wrap=True)
    for problem in plan.problems:
        console.print(f"  cannot be written: {problem}", soft_wrap=True)
    for warning in plan.warnings:
        console.print(f"  warning: {warning}", soft_wrap=True)
    if not plan.steps:
        return
    table = Table("path", "file", "now", "then", "written with", box=box.SIMPLE_HEAD, pad_edge=False)
    for step in plan.steps:
        old, new = _words(step, step.before), _words(step, step.after)
        if old == new and not _hidden(step, step.after):  # the difference is where nothing is decoded
            old, new = (step.before or b"").hex().upper(), step.after.hex().upper()
        table.add_row(*cells(place(step), name(step), old, new, step.rule))
    console.print(table)
    console.print(f"  {_keys(order, plan)}\n", soft_wrap=True)


def place(step: Step) -> str:
    """ "3F00/7FFF/6F40 #1"."""
    record = f" #{step.record}" if step.record else ""
    return f"{step.path}{record}" + ("" if step.offset is None else f" @{step.offset}")


def name(step: Step) -> str:
    """ "EF_SPN", "key"; "" for other files that are not known here."""
    from interop.uicc import at

    return str(at(step.path) or "").rpartition(" ")[0] or ("key" if step.secret else "")


def _words(step: Step, octets: bytes | None) -> str:
    from interop.uicc.differences import words

    if octets is None:
        return _UNREAD
    if _hidden(step, octets):
        return _HIDDEN
    if not octets.strip(b"\xff"):
        return _EMPTY
    return octets.hex().upper() if step.offset is not None else words(step.path, octets)


def _missing(order: Order, plan: Plan) -> list[str]:
    """Keys that would have to be given, and cannot be had here: who only looks needs none."""
    needed = [key for needed, key in ((plan.verify, order.adm), (plan.pin, order.pin)) if needed and key]
    return [f"{key} is not there: {key.missing}" for key in needed if key.missing]


def _keys(order: Order, plan: Plan) -> str:
    """What has to be given, and what is known of Ki and OPc."""
    from interop.uicc import key_name

    told = []
    if order.adm and plan.tries:
        name, left = key_name(order.adm.reference), plan.tries.left
        tries = "does not tell its tries" if left is None else f"{left} of {order.adm.full} tries left"
        told.append(f"{name}: {'given already' if plan.tries.verified else tries}")
    if plan.pin:
        told.append("PIN1 has to be given")
    told += _missing(order, plan)
    if order.milenage:
        told.append(f"Ki and OPc: {plan.keys.value}")
    return "; ".join(told) or "no key has to be given"
