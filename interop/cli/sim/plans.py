"""What would be written to a card, for people and for programs: both contents decoded, keys never shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

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
    count = len(plan.steps)
    counts = [f"{count} to write"] if count else [] if plan.problems else ["as ordered"]
    counts += [f"{len(plan.same)} as ordered"] if count and plan.same else []
    counts += [f"{len(plan.absent)} not on this card"] if plan.absent else []
    return (
        f"{reader}: card {plan.identity.iccid or 'without ICCID'} is line {order.line}: {', '.join(counts)}"
    )


def show(console: Console, reader: str, order: Order, plan: Plan) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    console.print(headline(reader, order, plan))
    for problem in plan.problems:
        console.print(f"  cannot be written: {problem}")
    if not plan.steps:
        return
    table = Table("path", "file", "now", "then", "written with", box=box.SIMPLE_HEAD, pad_edge=False)
    for step in plan.steps:
        told = _step(step)
        place = f"{step.path} #{step.record}" if step.record else step.path
        place += "" if step.offset is None else f" @{step.offset}"
        old, new = _words(step, told, "old", "before"), _words(step, told, "new", "after")
        if old == new and told["before"] and told["after"]:  # the difference is where nothing is decoded
            old, new = told["before"], told["after"]
        name = told["name"].rpartition(" ")[0] or ("key" if step.secret else "")
        cells = (place, name, old, new, step.rule)
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    console.print(table)
    console.print(f"  {_keys(order, plan)}\n")


def _words(step: Step, told: dict[str, Any], content: str, octets: str) -> str:
    if octets == "before" and step.before is None:
        return _UNREAD
    if told[octets] is None:
        return _HIDDEN
    if not told[octets].strip("F"):
        return _EMPTY
    if told[content] is None:
        return str(told[octets])
    value = told[content]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


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
    if order.milenage:
        told.append(f"Ki and OPc: {plan.keys.value}")
    return "; ".join(told) or "no key has to be given"
