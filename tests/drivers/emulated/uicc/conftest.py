"""Cards to talk to, in hex, as traces of readers are written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.emulated.uicc import Card
from interop.lab.model import SimPart

ADM = "0020000A08" + "3838383838383838"
"""VERIFY ADM1 of the profile: 88888888"""
USIM = "00A4040C0CA0000000871002FF86FFFF89"

Send = Callable[[Card, str], str]


def sim_part(**changes: object) -> SimPart:
    fields: dict[str, object] = {
        "name": "s1",
        "msisdn": "17012345678",
        "imsi": "460000123456789",
        "iccid": "89860012345678901234",
        "kind": "mvno",
        "brand": "小米移动",
        "base_operator": "CMCC",
        "city": "北京",
        "spn": "小米移动",
        "smsc": "+8613800100500",
        "msisdn_on_card": True,
    }
    return SimPart.model_validate(fields | changes)


def say(card: Card, apdu: str) -> str:
    """What the card answers to one TPDU, status word included."""
    data, status = card.transmit(bytes.fromhex(apdu))
    return data.hex().upper() + f"{status:04X}"


@pytest.fixture
def sim() -> SimPart:
    return sim_part()


@pytest.fixture
def card(sim: SimPart) -> Card:
    return Card.of(sim)


@pytest.fixture
def send() -> Send:
    return say


@pytest.fixture
def locked(sim: SimPart) -> Card:
    """PIN1 is 1234 and enabled."""
    return Card.of(sim, pin="1234")


@pytest.fixture
def issuer(card: Card) -> Card:
    """ADM1 has been given, the USIM is selected."""
    assert say(card, ADM) == say(card, USIM) == "9000"
    return card


@pytest.fixture
def parts() -> Callable[..., SimPart]:
    return sim_part
