"""What a card would look like after an order: `interop.uicc.lint` before anything is written."""

from __future__ import annotations

from collections.abc import Iterable

from interop.personalise.order import Order, Wish
from interop.uicc import EfError, Iccid, at, find
from interop.uicc.findings import Finding, error
from interop.uicc.lint import lint
from interop.uicc.wholecard import Contents


def lint_order(order: Order) -> list[Finding]:
    """Findings, the worst first: what does not fit a file of the usual size, and what does not go together:
    ACC and IMSI, MNC length, EHPLMN, service centre, segment, PLMN and SPN, service tables and files, card
    number. Only files of the order are looked at, and its ICCID; no finding tells a secret.
    """
    card_number = find("ICCID")
    own = [Wish(card_number.place, Iccid(order.final_iccid))] if card_number else []
    contents, found = contents_of((*own, *order.wishes))
    found += lint(contents, looked_for=contents)
    return sorted(found, key=lambda finding: finding.severity.rank)


def contents_of(wishes: Iterable[Wish]) -> tuple[Contents, list[Finding]]:
    """Files by `Ef.place`, as they will be where they have the size of the catalogue (of records, those that
    are ordered), and what does not fit. Without secrets, parts of files, and files that are not known.
    """
    whole: dict[str, bytes] = {}
    records: dict[str, dict[int, bytes]] = {}
    found: list[Finding] = []
    for wish in wishes:
        ef = at(wish.path)
        if ef is None or wish.secret or wish.offset is not None:
            continue
        try:
            octets = wish.content if isinstance(wish.content, bytes) else ef.encode(wish.content)
        except EfError as problem:
            why = "a card whose file is not larger than usual cannot hold it"
            found.append(error(ef, problem.problem, why, "31.102, 51.011: sizes of files"))
            continue
        if wish.record:
            records.setdefault(wish.path, {})[wish.record] = octets
        else:
            whole[wish.path] = octets
    listed = {path: [octets for _, octets in sorted(given.items())] for path, given in records.items()}
    return {**whole, **listed}, found
