"""Addresses as MM1 writes them (OMA-TS-MMS_ENC 8): +8617090001234/TYPE=PLMN, or an e-mail address."""

from __future__ import annotations

from typing import Final

_PLMN: Final = "/TYPE=PLMN"


def of_number(number: str) -> str:
    """Of a subscriber, as it is dialled or with its country.

    >>> of_number("17090001234")
    '+8617090001234/TYPE=PLMN'
    """
    digits = number if number.startswith("+") or len(number) != 11 else f"+86{number}"
    return digits + _PLMN


def number_of(address: str) -> str:
    """The number, as the network writes it; an address of another type as it is.

    >>> number_of("+8617090001234/TYPE=PLMN")
    '+8617090001234'
    """
    number, type_, rest = address.partition(_PLMN)
    return address if rest or not type_ else number
