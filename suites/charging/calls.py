"""What calls cost between the number under test and every operator."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from interop.engine import Bench, Cast, case, role
from interop.protocols.modem import Modem
from suites.charging import talk
from suites.charging.balance import Account
from suites.charging.cost import costs
from suites.parties import party

LONGEST_S: Final = 86_400.0
"""of a case: the lab file says how long a unit is, and how long money takes"""
FREE: Final = Decimal(0)


@case(
    service="cost-call",
    standard="the tariff in the lab file; 3GPP TS 32.240 5.2",
    expected_s=185,
    timeout_s=LONGEST_S,
)
async def call_costs_as_announced(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice", "tariff"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
) -> None:
    """The subject calls and talks into the second unit: two units of the tariff are deducted."""
    account, called = Account(bench, subject), party(bench, "peer", peer)
    tariff = account.tariff

    async def call() -> Decimal:
        talked = await talk.talk(bench, account.party, called, talk.into_second(tariff))
        return talk.price(bench, tariff, called.number, talked)

    await costs(bench, account, "a call into the second unit costs", call)


@case(
    service="cost-refused-call",
    standard="3GPP TS 32.240 5.2: charged from answer",
    expected_s=110,
    timeout_s=LONGEST_S,
)
async def unanswered_call_is_free(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice", "tariff"),
    peer: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """The subject calls, the peer refuses: nothing is deducted."""
    account, called = Account(bench, subject), party(bench, "peer", peer)

    async def call() -> Decimal:
        await talk.is_refused(bench, account.party, called)
        return FREE

    await costs(bench, account, "a call that is refused costs", call)


@case(
    service="cost-received-call",
    standard="calling party pays: the tariff in the lab file",
    expected_s=125,
    timeout_s=LONGEST_S,
)
async def received_call_is_free(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice", "tariff"),
    peer: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """The peer calls and they talk: nothing is deducted from the subject."""
    account, caller = Account(bench, subject), party(bench, "peer", peer)

    async def call() -> Decimal:
        await talk.talk(bench, caller, account.party, talk.within_one(account.tariff))
        return FREE

    await costs(bench, account, "a call received costs", call)
