"""Which row of +CLCC is which leg's. Pure: no I/O.

A row belongs to the leg that had its index, unless number or direction say otherwise; else to a leg that had
no row yet, else to one with the same number whose own index is not in the list any more (it has moved).

A conference in the network has a row for each party, all with <mpty> 1 (27.007 7.18, 22.084). One that an IMS
focus holds (24.147) may show as a single row instead, whose number is none or the focus's: that row stands
for all of its parties, and those without a row of their own have not ended. It is known by three things: it
is the only row with <mpty> 1; of the legs that we asked to have joined, two or more are left for it; its
number is none of theirs. A row without a number that keeps a leg's index counts so only where that leg's row
had one before: else it may be the last party of an ordinary conference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from drivers.at.legs import Leg
from interop.protocols.modem import CallEntry, CallStat

_NATIONAL = 11
"""digits of a mobile number, whatever stands before them"""


def claimant(legs: Sequence[Leg], entry: CallEntry, listed: Collection[int]) -> Leg | None:
    """The leg that a row is about. `listed`: the indices of all rows of the list, or of all legs where a row
    comes alone and says nothing of the others.
    """
    leg = by_index(legs, entry.index)
    if leg is not None and not is_anothers(leg, entry):
        return leg
    same_way = [each for each in legs if each.outgoing == entry.outgoing]
    new = [each for each in same_way if each.index is None and _may_get(each, entry)]
    if new:
        return min(new, key=lambda each: each.waiting != (entry.stat is CallStat.WAITING))
    moved = (each for each in same_way if each.index is not None and each.index not in listed)
    return next((each for each in moved if _same(_number(each), entry.number)), None)


def is_anothers(leg: Leg, entry: CallEntry) -> bool:
    """Is a row that has the leg's index another call's now?"""
    return leg.outgoing != entry.outgoing or _differ(_number(leg), entry.number)


def conference(legs: Iterable[Leg], entries: Sequence[CallEntry]) -> tuple[CallEntry, list[Leg]] | None:
    """The one row that stands for several legs, and those legs."""
    rows = [entry for entry in entries if entry.multiparty]
    if len(rows) != 1:
        return None
    row = rows[0]
    others = {entry.index for entry in entries if entry is not row}
    parties = [leg for leg in legs if leg.joining and not leg.leaving and leg.index not in others]
    if len(parties) < 2 or any(_same(leg.shown or leg.number, row.number) for leg in parties):
        return None
    owner = by_index(parties, row.index)
    if not row.number and owner is not None and not (owner.shown or owner.merged):
        return None
    return row, parties


def by_index(legs: Iterable[Leg], index: int | None) -> Leg | None:
    return next((leg for leg in legs if index is not None and leg.index == index), None)


def _may_get(leg: Leg, entry: CallEntry) -> bool:
    """Its first row? An incoming call may have been answered before any row named it, or wait no more."""
    if _differ(_number(leg), entry.number):
        return False
    return leg.outgoing or leg.waiting or entry.stat is not CallStat.WAITING


def _number(leg: Leg) -> str:
    """As its rows have it. What +CLIP shows of a caller may look quite different, so it says nothing here."""
    return leg.number if leg.outgoing else leg.shown


def _same(one: str, other: str) -> bool:
    return bool(one and other) and not _differ(one, other)


def _differ(one: str, other: str) -> bool:
    """Two numbers of which neither can be the other in another form."""
    if not (one and other):
        return False
    return not (one.endswith(other[-_NATIONAL:]) or other.endswith(one[-_NATIONAL:]))
