"""Which of an order's keys a file takes, and whether they may be given: each of them has few tries."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from interop.personalise.order import KEY_SIZE, Order, SecretKey
from interop.uicc.access import LEVEL, Condition, keys, met
from interop.uicc.session import Tries


class Column(StrEnum):
    """A key of an order, as the batch calls it."""

    ADM = "adm"
    PIN = "pin"


# What proofs that name no key (`interop.uicc.access`) take: mechanisms of a security condition byte, in any
# environment, and the levels of a SIM.
_MECHANISMS: Final = {Column.ADM: 0x120, Column.PIN: 0x110}
_ENVIRONMENTS: Final = range(15)
_LEVELS: Final = frozenset(LEVEL | level for level in range(4, 15))
_REFERENCES: Final = {Column.ADM: range(0x0A, 0x0F), Column.PIN: range(0x01, 0x02)}
"""keys of which a batch has a column (102 221 table 9.3)"""


def key_of(order: Order, column: Column) -> SecretKey | None:
    return order.adm if column is Column.ADM else order.pin


def fewest(condition: Condition | None, order: Order, free: Collection[int] = ()) -> frozenset[Column] | None:
    """Of the order's keys, those that are enough; None where all of them are not. `free`: references that
    nobody has to give. Where the card does not tell (None), it may take the ADM.
    """
    adm, pin = frozenset((Column.ADM,)), frozenset((Column.PIN,))
    if condition is None:
        return adm if order.adm else frozenset()
    for columns in (frozenset[Column](), adm, pin, adm | pin):
        given = {reference for column in columns for reference in _meets(order, column)}
        if met(condition, given.union(free)):
            return columns
    return None


def _meets(order: Order, column: Column) -> set[int]:
    """All references by which a condition may mean this key."""
    key = key_of(order, column)
    if key is None:
        return set()
    unnamed = {_MECHANISMS[column] | environment for environment in _ENVIRONMENTS}
    return {key.reference} | unnamed | (_LEVELS if column is Column.ADM else set())


def lacking(condition: Condition | None, order: Order, done: str) -> str:
    """Why it cannot be `done` ("written", "read"), and which column would help."""
    named = list(keys(condition)) if condition is not None else []
    if not named:
        return f"can never be {done}"
    missing = [
        column.value
        for column in Column
        if key_of(order, column) is None and any(reference in _REFERENCES[column] for reference in named)
    ]
    has = [f"{column.value} ({key})" for column in Column if (key := key_of(order, column))]
    row = f"has no {' and no '.join(missing)}" if missing else f"has {' and '.join(has) or 'no key'}"
    return f"{done} with {condition} only, and the row {row}"


def refused(column: Column, key: SecretKey, tries: Tries, allow: int | None) -> str:
    """Why this key may not be given to a card that tells `tries`; "" where it may, or need not.

    `allow`: how many have to be left at least, if not all; 0 also for a card that does not tell.
    """
    name = f"{column.value} ({key})"
    if tries.verified:
        return ""
    if not key.missing and len(key.octets) != KEY_SIZE:
        return f"{name} has {len(key.octets)} octets, VERIFY takes {KEY_SIZE}"
    if tries.left == 0:
        return f"{name} is blocked"
    if tries.left is None:
        told = f" ({tries.sw:04X})" if tries.sw else ""
        unknown = f"the card does not tell how many tries {name} has left{told}"
        return "" if allow == 0 else f"{unknown}: only --allow-tries 0 spends one nevertheless"
    if allow is None and tries.left > key.full:
        more = f"{name} has {tries.left} tries left, more than all {key.full}: some may be spent"
        say = "say in the profile how many it has, or " if column is Column.ADM else ""
        return f"{more}; {say}--allow-tries {tries.left} goes on nevertheless"
    least = key.full if allow is None else min(allow, key.full)
    if tries.left >= least:
        return ""
    fewer = f"{name} has {tries.left} of {key.full} tries left: somebody gave a wrong one"
    return f"{fewer}; --allow-tries {tries.left} goes on nevertheless"
