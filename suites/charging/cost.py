"""What something costs, by the balance before and after it, held against the tariff."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from interop.engine import Bench
from interop.record import Blame, Cause, InconcReason, Layer
from suites.charging.balance import Account

Buys = Callable[[], Awaitable[Decimal]]
"""Does what costs something, to its end; returns what the tariff says that it costs, in yuan. It is done a
second time before anybody is accused.
"""

PATIENCE_S: Final = 900.0
"""how much longer to wait before a deviation is believed: what is deducted late, were it the price of a
question, would be taken for that of something else
"""
_FEN: Final = Decimal("0.01")
_UNITS: Final = 4
"""of a call, messages: credit for so many must be left, or a wrong charge would not show"""


@dataclass(frozen=True, slots=True)
class _Bought:
    """In yuan: `paid` is what was deducted beyond what asking costs, `left` the balance after it."""

    expected: Decimal
    paid: Decimal
    left: Decimal

    @property
    def deviates(self) -> bool:
        """Nobody is told parts of a fen."""
        if self.expected % _FEN:
            return abs(self.paid - self.expected) >= _FEN
        return self.paid != self.expected

    def is_as(self, other: _Bought) -> bool:
        """Of parts of a fen it may be one fen more the second time."""
        alike = (self.expected, self.deviates) == (other.expected, other.deviates)
        return alike and abs(self.paid - other.paid) <= _FEN


async def costs(bench: Bench, account: Account, what: str, buys: Buys) -> None:
    """It costs what the tariff says. A deviation counts when the balance has come to rest, and when the same
    once more deviates by the same: a deduction for something else that falls into one of them accuses nobody.
    """
    bought = await _buy(bench, account, await account.quiet(), buys)
    if bought.deviates:
        _could_be_told(bench, account, bought)
        bought = await _is_not_late(bench, account, bought)
        again = await _buy(bench, account, bought.left, buys)
        if not again.is_as(bought):
            seen = [f"{one.paid} where {one.expected} is due" for one in (bought, again)]
            bench.inconclusive(InconcReason.INDETERMINATE, f"deducted: {seen[0]}, then {seen[1]}")
    bench.measure("cost", float(bought.paid), "yuan")
    bench.check(
        what,
        expected=f"{bought.expected.normalize():f} yuan",
        actual=f"{bought.paid.normalize():f} yuan" + (", both times" if bought.deviates else ""),
        ok=not bought.deviates,
        ambiguous=_suspects(account, bought),
    )


async def _buy(bench: Bench, account: Account, before: Decimal, buys: Buys) -> _Bought:
    """`before`: the balance, at rest."""
    _is_enough(bench, account, before)
    expected = await buys()
    await account.settles()
    left = await account.left()
    bought = _Bought(expected, before - left - account.asking, left)
    if bought.deviates:
        await account.settles()
        left = await account.left()
        later = _Bought(expected, before - left - 2 * account.asking, left)
        if later.deviates and later.paid != bought.paid:
            moves = f"deducted: {bought.paid}, then {later.paid} yuan"
            bench.inconclusive(
                InconcReason.INDETERMINATE, f"the balance has not come to rest in time, {moves}"
            )
        bought = later
    if bought.paid < 0:
        bench.inconclusive(InconcReason.INDETERMINATE, f"the balance rose, by {-bought.paid} yuan")
    return bought


def _could_be_told(bench: Bench, account: Account, bought: _Bought) -> None:
    if abs(bought.paid - bought.expected) < account.step:
        what = f"the balance is told in steps of {account.step} yuan, {bought.expected} are due"
        bench.inconclusive(InconcReason.INDETERMINATE, what)


async def _is_not_late(bench: Bench, account: Account, bought: _Bought) -> _Bought:
    await asyncio.sleep(PATIENCE_S)
    left = await account.left()
    late = bought.left - left - account.asking
    if late:
        settles = f"more than {2 * account.tariff.balance.settles_s:g} s after"
        what = f"{late} yuan were deducted {settles}: settles_s in the lab file is too short"
        bench.inconclusive(InconcReason.INDETERMINATE, what)
    return replace(bought, left=left)


def _is_enough(bench: Bench, account: Account, left: Decimal) -> None:
    tariff = account.tariff
    dearest = max(tariff.call, tariff.message, *tariff.prices.values())
    needed = _UNITS * (dearest + tariff.balance.price)
    if left < needed:
        bench.inconclusive(
            InconcReason.BUDGET, f"{account.party.sim.name} has {left} yuan left, {needed} are needed"
        )


def _suspects(account: Account, bought: _Bought) -> tuple[Blame, ...]:
    """Nothing deducted, and a balance that is not kept, look the same, but where asking itself has shown that
    it moves; twice the price may be two charges or a wrong one.
    """
    if bought.paid == 0:
        causes = (Cause.NOT_CHARGED,) if account.asking else (Cause.NOT_CHARGED, Cause.BALANCE_NOT_TOLD)
    elif bought.expected == 0:
        causes = (Cause.CHARGED_WHILE_FREE,)
    elif bought.paid == 2 * bought.expected:
        causes = (Cause.CHARGED_TWICE, Cause.RATE_WRONG)
    else:
        causes = (Cause.RATE_WRONG,)
    return tuple((Layer.CHARGING, cause) for cause in causes)
