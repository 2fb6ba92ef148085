"""What service numbers cost: the base operators' are free, an MVNO's own hotline is as it was announced; and
whether the balance is told at all.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from interop.engine import Bench, case, role
from interop.protocols.modem import Modem
from interop.record import Cause, InconcReason, Layer
from suites.charging import talk
from suites.charging.balance import Account
from suites.charging.calls import LONGEST_S
from suites.charging.cost import costs
from suites.parties import is_accepted

FREE_NUMBERS = ("10086", "10010", "10000")
"""Customer service of CMCC, CUCC, CTCC (facts/service_codes.csv), free unless the tariff says otherwise."""


@case(
    service="balance",
    standard="the tariff in the lab file; 3GPP TS 22.090, 23.040",
    expected_s=15,
    timeout_s=LONGEST_S,
)
async def balance_is_told(bench: Bench, *, subject: Modem = role("modem", "tariff")) -> None:
    """The subject asks for its balance as the operator says one should, and an amount is named."""
    account = Account(bench, subject)
    told = await account.told()
    if told.amount is None:
        told = await account.told()
    if told.refused is not None:
        is_accepted(bench, told.refused, "question")
    if told.amount is None and told.heard is None and account.tariff.balance.by == "ussd":
        if not await account.hears():
            what = f"{account.party.modem.name} shows no answer to any service code"
            bench.inconclusive(InconcReason.MODEM, what)
        told = await account.told()
    if told.amount is None and account.names_otherwise(told):
        what = f"an amount is named, and not as the lab file says: {told}"
        bench.inconclusive(InconcReason.INDETERMINATE, what)
    bench.check(
        "the balance is told",
        expected=f"an amount, as in {account.tariff.balance.amount}",
        actual=str(told),
        ok=told.amount is not None,
        blame=(Layer.CHARGING, Cause.BALANCE_NOT_TOLD),
    )


@pytest.mark.parametrize("number", FREE_NUMBERS)
@case(
    service="cost-free-number",
    standard="facts: operators' service numbers 100xx",
    expected_s=125,
    timeout_s=LONGEST_S,
)
async def free_number_is_free(
    bench: Bench, number: str, *, subject: Modem = role("modem", "voice", "tariff")
) -> None:
    """The subject talks to the base operators' customer service: nothing is deducted."""
    await _costs_as_announced(bench, subject, number)


@case(
    service="cost-hotline",
    standard="facts: MVNO service numbers 100xx",
    expected_s=125,
    timeout_s=LONGEST_S,
    own_control=True,
)
async def hotline_costs_as_announced(
    bench: Bench, *, subject: Modem = role("modem", "voice", "hotline", "tariff")
) -> None:
    """The subject talks to its own MVNO's customer service for part of one unit: its price is deducted."""
    assert bench.tested.hotline is not None
    await _costs_as_announced(bench, subject, bench.tested.hotline)


async def _costs_as_announced(bench: Bench, subject: Modem, number: str) -> None:
    account = Account(bench, subject)
    tariff = account.tariff

    async def call() -> Decimal:
        talked = await talk.talk_to_service(bench, account.party, number, talk.within_one(tariff))
        return talk.price(bench, tariff, number, talked)

    await costs(bench, account, f"a call to {number} costs", call)
