"""AUTHENTICATE and RUN GSM ALGORITHM (3GPP TS 31.102 7.1, TS 51.011 9.2.16), the counter of TS 33.102 C.2."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from drivers.emulated.uicc.codes import (
    NO_ACCESS,
    NO_CONDITION,
    NO_CONTEXT,
    OK,
    TECHNICAL,
    WRONG_LENGTH,
    WRONG_MAC,
    WRONG_P1P2,
)
from interop.uicc.milenage import WrongMac

if TYPE_CHECKING:
    from drivers.emulated.uicc.apdu import Apdu, Reply
    from drivers.emulated.uicc.card import Card
    from drivers.emulated.uicc.channel import Channel

_RAND: Final = 16
_GSM_CONTEXT: Final = 0x80
_UMTS_CONTEXT: Final = 0x81
_SUCCESS: Final = 0xDB
_SYNCHRONISE: Final = 0xDC
_DF_GSM: Final = 0x7F20

_INDEX_BITS: Final = 5
_FARTHEST: Final = 1 << 28
"""how far SEQ may jump (33.102 C.2.2, C.3.2)"""


@dataclass(slots=True)
class Counter:
    """The freshest sequence number of each index (33.102 C.2.2): SQN is SEQ, then an index of five bits."""

    seen: list[int] = field(default_factory=lambda: [0] * (1 << _INDEX_BITS))

    @property
    def highest(self) -> int:
        """SQN_MS of AUTS: the highest that was ever accepted."""
        index = max(range(len(self.seen)), key=self.seen.__getitem__)
        return self.seen[index] << _INDEX_BITS | index

    def accept(self, sqn: int) -> bool:
        """Fresh, and not too far ahead; it is then remembered."""
        sequence, index = sqn >> _INDEX_BITS, sqn & (1 << _INDEX_BITS) - 1
        if sequence <= self.seen[index] or sequence - max(self.seen) > _FARTHEST:
            return False
        self.seen[index] = sequence
        return True


def authenticate(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """Within an application, its PIN given. DB: RES, CK, IK and Kc; DC: AUTS; 9862 for another's AUTN."""
    if apdu.p1 or apdu.p2 not in (_GSM_CONTEXT, _UMTS_CONTEXT):
        return b"", WRONG_P1P2
    if channel.directory.application is None:
        return b"", NO_CONDITION
    if not card.pin.met:
        return b"", NO_ACCESS
    algorithm = card.algorithm()
    if algorithm is None:
        return b"", NO_CONTEXT
    parts = _parts(apdu.data)
    if apdu.p2 == _GSM_CONTEXT:
        if [len(part) for part in parts] != [_RAND]:
            return b"", WRONG_LENGTH
        sres, kc = algorithm.triplet(parts[0])
        return _counted(sres, kc), OK
    if [len(part) for part in parts] != [_RAND, 16]:
        return b"", WRONG_LENGTH
    rand, autn = parts
    try:
        answer = algorithm.answer(rand, autn)
    except WrongMac:
        return b"", WRONG_MAC
    if not card.counter.accept(answer.sqn):
        return bytes((_SYNCHRONISE,)) + _counted(algorithm.auts(rand, card.counter.highest)), OK
    return bytes((_SUCCESS,)) + _counted(answer.res, answer.ck, answer.ik, answer.kc), OK


def _parts(data: bytes) -> list[bytes]:
    """What a length octet stands before, one after another."""
    parts, at = [], 0
    while at < len(data):
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return parts


def _counted(*values: bytes) -> bytes:
    return b"".join(bytes((len(value),)) + value for value in values)


def run_gsm(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """SRES and Kc, in DF.GSM, CHV1 given."""
    if apdu.p1 or apdu.p2:
        return b"", WRONG_P1P2
    if len(apdu.data) != _RAND:
        return b"", WRONG_LENGTH | _RAND
    if channel.directory.id != _DF_GSM or not card.pin.met:
        return b"", NO_ACCESS
    algorithm = card.algorithm()
    if algorithm is None:
        return b"", TECHNICAL
    return b"".join(algorithm.triplet(apdu.data)), OK
