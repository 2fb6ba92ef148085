"""Tariffs of a lab file: whose they are, and whether a balance can be asked for and found in the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from interop.lab.item import Item
from interop.lab.shape import unknown

_USSD = re.compile(r"[*#](?=.*[0-9])[0-9*#]*#")


def check_tariffs(tariffs: Sequence[Item], sims: Sequence[Item]) -> None:
    """Reports every mistake at its place in the lab file."""
    names = [tariff.text("name") for tariff in tariffs]
    for tariff in tariffs:
        _balance(tariff)
    for sim in sims:
        wanted = sim.text("tariff")
        if wanted and wanted not in names and "" not in names:
            sim.refuse(
                "tariff", unknown("tariff", wanted, names) if names else f'tariff: no tariff "{wanted}"'
            )


def _balance(tariff: Item) -> None:
    balance = tariff.data.get("balance")
    if not isinstance(balance, dict):
        return
    by, ask, to, amount = (balance.get(key) for key in ("by", "ask", "to", "amount"))
    if by == "sms" and to is None:
        tariff.refuse("balance", 'balance: by sms, so it needs "to", the number that answers')
    elif by == "ussd" and to is not None:
        tariff.refuse("balance", 'to: a USSD code goes to the network; leave "to" out', "to")
    if by == "ussd" and isinstance(ask, str) and not _USSD.fullmatch(ask):
        tariff.refuse("balance", f'ask: "{ask}" is no USSD code, such as *100#', "ask")
    if isinstance(amount, str):
        _amount(tariff, amount)


def _amount(tariff: Item, amount: str) -> None:
    try:
        pattern = re.compile(amount)
    except re.error as error:
        tariff.refuse("balance", f"amount: no regex: {error}", "amount")
        return
    if pattern.groups < 1:
        tariff.refuse("balance", "amount: has no group 1, which is the balance in yuan", "amount")
