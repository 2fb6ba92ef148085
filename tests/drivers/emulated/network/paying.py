"""Handsets that pay: calls of an exact length, questions for the balance, and the records read back."""

from __future__ import annotations

import asyncio
import csv
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drivers.emulated.air import ACTIVE, Leg
from interop.lab.model import TariffPart

if TYPE_CHECKING:
    from tests.drivers.emulated.network.conftest import Handset, Town


def tariff(call: str, message: str = "0.10", **fields: Any) -> TariffPart:
    asked = {"by": "ussd", "ask": "*100#", "amount": "(.*)", **fields.pop("balance", {})}
    prices = {"call": Decimal(call), "message": Decimal(message)}
    return TariffPart.model_validate({"name": call, **prices, "balance": asked, **fields})


MINUTES = tariff("0.15")


async def connect(here: Town, caller: str, called: str, number: str = "") -> tuple[Leg, float]:
    """The caller's leg, and when it was answered; at a service `number`, up to 13 s ago."""
    leg = here[caller].dial(number or here[called].msisdn)
    await asyncio.sleep(15)
    if called:
        here.network.answer(here[called].offers[-1][0])
        await asyncio.sleep(0.5)
    assert leg.state == ACTIVE
    return leg, max(at for at, kind, state in here[caller].log if (kind, state) == ("progressed", ACTIVE))


async def wait_until(at: float) -> None:
    await asyncio.sleep(at - asyncio.get_running_loop().time())


async def talk(here: Town, caller: str, called: str, seconds: float, number: str = "") -> None:
    """A call that the network holds for a call of so many seconds; and until it is paid for."""
    leg, answered = await connect(here, caller, called, number)
    await wait_until(answered + seconds)
    here.network.hang_up(leg)
    await asyncio.sleep(9)


async def balance(handset: Handset, code: str = "*100#") -> str:
    handset.network.ussd(handset, code)
    await asyncio.sleep(4)
    return str(handset.saw("ussd")[-1][0])


def rows(papers: Path) -> list[dict[str, str]]:
    path = papers / "cdr.csv"
    return list(csv.DictReader(path.open(encoding="utf-8"))) if path.exists() else []


def paid(papers: Path) -> list[tuple[str, str, str, str]]:
    """(type, who, to what number, fen)"""
    return [(row["type"], row["served"], row["other"], row["charge_fen"]) for row in rows(papers)]
