"""VERIFY, CHANGE, DISABLE, ENABLE, UNBLOCK PIN (ETSI TS 102 221 11.1.9 to 11.1.13; TS 51.011 9.2.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drivers.emulated.uicc.codes import (
    BLOCKED,
    INVALIDATED,
    NO_CONDITION,
    NO_REFERENCE,
    OK,
    TECHNICAL,
    TRIES_LEFT,
    WRONG_LENGTH,
    WRONG_P1P2,
)
from drivers.emulated.uicc.keys import SIZE, Key

if TYPE_CHECKING:
    from drivers.emulated.uicc.apdu import Apdu, Reply
    from drivers.emulated.uicc.card import Card
    from drivers.emulated.uicc.channel import Channel

# What P2 of a SIM means: CHV1 and CHV2; 00 is CHV1 of UNBLOCK (51.011 9.2.13).
_SIM_REFERENCES: Final = {0x00: 0x01, 0x01: 0x01, 0x02: 0x81}


def _meant(card: Card, apdu: Apdu, octets: int) -> Key | int:
    """The key of P2, or the status word where there is none, or the data have another length."""
    if apdu.p1:
        return WRONG_P1P2
    key = card.keys.get(_SIM_REFERENCES.get(apdu.p2, apdu.p2) if apdu.sim else apdu.p2)
    if key is None:
        return NO_REFERENCE
    empty = not apdu.data and not apdu.sim and octets != 0
    return key if len(apdu.data) == octets or empty else WRONG_LENGTH | (octets if apdu.sim else 0)


def _contradicted(apdu: Apdu, sw: int) -> int:
    """What a UICC says of a disabled PIN is, for a SIM, a contradiction to its status (51.011 9.4.5)."""
    return NO_CONDITION if apdu.sim and sw == INVALIDATED else sw


def verify(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """Without data it only asks how many tries are left."""
    del channel
    key = _meant(card, apdu, SIZE)
    if isinstance(key, int):
        return b"", key
    if not apdu.data:
        if key.verified and card.leniency.verified_query == "9000":
            return b"", OK
        return b"", TRIES_LEFT | key.left if key.left else BLOCKED
    return b"", _contradicted(apdu, key.verify(apdu.data)) if card.leniency.verify else TECHNICAL


def change(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    del channel
    key = _meant(card, apdu, 2 * SIZE)
    if isinstance(key, int) or not apdu.data:
        return b"", key if isinstance(key, int) else WRONG_LENGTH
    return b"", _contradicted(apdu, key.change(apdu.data[:SIZE], apdu.data[SIZE:]))


def disable(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    return _switch(card, channel, apdu, on=False)


def enable(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    return _switch(card, channel, apdu, on=True)


def _switch(card: Card, channel: Channel, apdu: Apdu, *, on: bool) -> Reply:
    del channel
    key = _meant(card, apdu, SIZE)
    if isinstance(key, int) or not apdu.data:
        return b"", key if isinstance(key, int) else WRONG_LENGTH
    return b"", _contradicted(apdu, key.switch(apdu.data, on))


def unblock(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """Without data it asks how many tries the PUK has left."""
    del channel
    key = _meant(card, apdu, 2 * SIZE)
    if isinstance(key, int):
        return b"", key
    if not key.unblock:
        return b"", NO_REFERENCE
    if not apdu.data:
        return b"", TRIES_LEFT | key.unblock_left if key.unblock_left else BLOCKED
    return b"", key.reset_by(apdu.data[:SIZE], apdu.data[SIZE:])
