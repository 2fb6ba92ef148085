"""Writing back what was on a card: an order like any other, made from the journal.

What counts is what was there before the oldest run of the job since it was undone: a run that was resumed
may have read torn octets, and a second one read what the first had written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from interop.personalise.entries import Writing
from interop.personalise.journal import Run
from interop.personalise.order import Order, Wish
from interop.uicc.dialling import Msisdn
from interop.uicc.errors import EfError
from interop.uicc.identity import Iccid, Imsi
from interop.uicc.paths import EF_ICCID

_IMSI: Final = ("3F00/7FFF/6F07", "3F00/7F20/6F07")
_MSISDN: Final = ("3F00/7FFF/6F40", "3F00/7F10/6F40")

_CHINA: Final = "+86"


class NotUndone(Exception):
    """Why a row cannot be undone: a sentence."""


@dataclass(frozen=True, slots=True)
class Undo:
    """`order` is planned and executed like any other. `kept`: files that stay as they are, "3F00/7F20/00FF":
    what was there before is in no journal, as it is a key, or could not be read.
    """

    order: Order
    kept: tuple[str, ...] = ()


def undo_order(runs: Sequence[Run], order: Order) -> Undo:
    """For the card of this order, from the runs of its job in the journal; the ICCID goes back last.

    Raises NotUndone where there is nothing to write back, and where another job wrote to the card since.

    >>> undo_order(journal.runs, order).kept
    ('3F00/7F20/00FF', '3F00/7F20/00F7')
    """
    mine = since_undone(runs, order.job)
    writings = [writing for run in mine for writing in run.writings]
    if not writings:
        raise NotUndone(_nothing(runs, order))
    _alone(runs, mine)
    wishes, kept = _as_before(writings)
    if not wishes:
        raise NotUndone(f"nothing is known of what was in {', '.join(kept)} before")
    back = replace(
        order,
        wishes=tuple(wishes),
        milenage=None,
        imsi=_digits(wishes, _IMSI, order.imsi),
        msisdn=_digits(wishes, _MSISDN, order.msisdn),
        undo=True,
        undone_imsi=order.imsi,
    )
    original = _digits(wishes, (EF_ICCID,), "")
    if original:
        back = replace(back, iccid=order.final_iccid, new_iccid=original)
    return Undo(back, tuple(kept))


def _nothing(runs: Sequence[Run], order: Order) -> str:
    """Why there is none of this job: profile or row may have been changed since."""
    for run in reversed(runs):
        began = run.began
        card, job = began.card, began.job
        if card == order.iccid and job != order.job and any(r.writings for r in since_undone(runs, job)):
            other = "from another row" if began.profile == order.profile else f"with profile {began.profile}"
            return f"its card was written {other} (run {began.run}): undo needs that one, as it was"
    return f"the journal has nothing of this row ({order.job}) that could be undone"


def since_undone(runs: Sequence[Run], job: str) -> list[Run]:
    """Those of a job since it was last undone to the end."""
    mine: list[Run] = []
    for run in runs:
        if run.began.job == job:
            mine.append(run)
            if run.began.undo and run.ended is not None and run.ended.result == "done":
                mine = []
    return mine


def _alone(runs: Sequence[Run], mine: Sequence[Run]) -> None:
    """Raises NotUndone where another job wrote to the card after the first of these runs."""
    job, iccids = mine[0].began.job, {iccid for run in mine for iccid in _iccids(run)}
    later = runs[next(at for at, run in enumerate(runs) if run is mine[0]) :]
    for run in later:
        other = run.began.job
        if (
            other != job
            and _iccids(run) & iccids
            and any(each.writings for each in since_undone(later, other))
        ):
            raise NotUndone(f"{other} wrote to this card later (run {run.began.run}): undo that first")


def _iccids(run: Run) -> set[str]:
    return {run.began.card} | ({run.ended.iccid} - {""} if run.ended else set())


def _as_before(writings: Sequence[Writing]) -> tuple[list[Wish], list[str]]:
    """In the order in which they were written first, and what stays."""
    octets: dict[tuple[str, int], dict[int, int]] = {}
    whole: dict[tuple[str, int], bool] = {}
    for writing in writings:
        place = writing.path, writing.record
        before = octets.setdefault(place, {})
        for at, octet in enumerate(bytes.fromhex(writing.before or ""), writing.offset or 0):
            before.setdefault(at, octet)
        whole[place] = whole.get(place, False) or writing.offset is None
    wishes, kept = [], []
    for (path, record), before in octets.items():
        if not before:
            kept.append(f"{path} record {record}" if record else path)
        elif whole[path, record]:
            wishes.append(Wish(path, bytes(before[at] for at in sorted(before)), record))
        else:
            wishes += [Wish(path, piece, record, at) for at, piece in _pieces(before)]
    return wishes, kept


def _pieces(octets: dict[int, int]) -> Iterator[tuple[int, bytes]]:
    """Octets that stand side by side, and where they begin."""
    piece = bytearray()
    for at in sorted(octets):
        piece.append(octets[at])
        if at + 1 not in octets:
            yield at + 1 - len(piece), bytes(piece)
            piece.clear()


def _digits(wishes: Sequence[Wish], paths: Sequence[str], otherwise: str) -> str:
    """What is written back to the first of these files, in digits; `otherwise` where it stays."""
    for wish in wishes:
        if wish.path in paths and wish.record <= 1 and isinstance(wish.content, bytes):
            try:
                return _number(wish.path, wish.content)
            except EfError:
                return ""
    return otherwise


def _number(path: str, octets: bytes) -> str:
    """Raises EfError."""
    if path == EF_ICCID:
        return Iccid.decode(octets).digits
    if path in _IMSI:
        return Imsi.decode(octets).digits
    return str(Msisdn.decode(octets).number or "").removeprefix(_CHINA)
