"""What something costs by a tariff of the lab file."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from math import ceil
from typing import Protocol

from interop.lab.model import TariffPart


class HasFreeNumbers(Protocol):
    """What of a lab matters here."""

    @property
    def free_numbers(self) -> Collection[str]: ...


def of_call(tariff: TariffPart, lab: HasFreeNumbers, number: str, seconds: float) -> Decimal:
    """Of a call to `number` as it was dialled that was answered and lasted so long, in yuan: each begun unit
    counts. A price that was announced for a number outweighs that it is among the free ones.
    """
    each = tariff.prices.get(number, Decimal(0) if number in lab.free_numbers else tariff.call)
    return each * ceil(Decimal(str(seconds)) / Decimal(str(tariff.unit_s)))


def of_messages(tariff: TariffPart, parts: int) -> Decimal:
    """Of a text that took so many short messages, in yuan."""
    return tariff.message * parts
