"""What calls and messages cost: sums by hand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from interop.lab import tariff
from interop.lab.model import BalancePart, TariffPart


@dataclass(frozen=True)
class Free:
    free_numbers: tuple[str, ...] = ("10086", "10010")


def paying(*, call: str = "0.15", unit_s: float = 60.0, **prices: str) -> TariffPart:
    return TariffPart(
        name="t",
        call=Decimal(call),
        unit_s=unit_s,
        message=Decimal("0.10"),
        prices={number.removeprefix("n"): Decimal(price) for number, price in prices.items()},
        balance=BalancePart(by="ussd", ask="*100#", amount="([0-9.]+)"),
    )


@pytest.mark.parametrize(
    ("seconds", "yuan"),
    [
        (0.0, "0"),
        (0.001, "0.15"),
        (59.999, "0.15"),
        (60.0, "0.15"),
        (60.001, "0.30"),
        (75, "0.30"),
        (120.0, "0.30"),
        (3600.5, "9.15"),
    ],
)
def test_each_begun_unit_of_a_call_counts(seconds: float, yuan: str) -> None:
    assert tariff.of_call(paying(), Free(), "13900001234", seconds) == Decimal(yuan)


@pytest.mark.parametrize(
    ("unit_s", "seconds", "yuan"),
    [(6.0, 6.1, "0.30"), (6.0, 66.0, "1.65"), (0.1, 1.1, "1.65"), (0.1, 0.3, "0.45"), (180.0, 181.0, "0.30")],
)
def test_units_of_other_lengths_are_counted_without_a_rounding_too_many(
    unit_s: float, seconds: float, yuan: str
) -> None:
    """1.1 / 0.1 is 11.000000000000002 in binary fractions, which is a twelfth unit."""
    assert tariff.of_call(paying(unit_s=unit_s), Free(), "13900001234", seconds) == Decimal(yuan)


def test_free_numbers_cost_nothing_however_long() -> None:
    assert tariff.of_call(paying(), Free(), "10086", 4000) == 0
    assert tariff.of_call(paying(), Free(), "100860", 10) == Decimal("0.15")


def test_what_was_announced_for_a_number_outweighs_the_rest() -> None:
    paid = paying(n10046="0.05", n10044="0", n10010="0.20")
    assert tariff.of_call(paid, Free(), "10046", 61) == Decimal("0.10")
    assert tariff.of_call(paid, Free(), "10044", 61) == 0
    assert tariff.of_call(paid, Free(), "10010", 61) == Decimal("0.40")


def test_money_is_exact() -> None:
    """0.1 times 3 is no 0.30000000000000004 here."""
    cost = tariff.of_call(paying(call="0.1"), Free(), "1", 170)
    assert isinstance(cost, Decimal) and str(cost) == "0.3"
    assert str(tariff.of_messages(paying(), 3)) == "0.30"


def test_each_short_message_of_a_text_counts() -> None:
    assert [tariff.of_messages(paying(), parts) for parts in (0, 1, 2)] == [
        0,
        Decimal("0.10"),
        Decimal("0.20"),
    ]
