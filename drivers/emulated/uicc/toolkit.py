"""The card application toolkit: proactive commands on request, and what the terminal says of itself.

ETSI TS 102 221 7.4.2 and 11.2; the commands themselves are those of TS 102 223, as octets.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from drivers.emulated.uicc.codes import EXACT_LENGTH, NO_CONDITION, OK, WRONG_P1P2

if TYPE_CHECKING:
    from drivers.emulated.uicc.apdu import Apdu, Reply
    from drivers.emulated.uicc.card import Card
    from drivers.emulated.uicc.channel import Channel


@dataclass(slots=True)
class Toolkit:
    """`waiting`: proactive commands ("D0..") that 91xx announces, in order; the rest is what came."""

    waiting: deque[bytes] = field(default_factory=deque)
    responses: list[bytes] = field(default_factory=list)
    envelopes: list[bytes] = field(default_factory=list)
    profile: bytes = b""
    capability: bytes = b""
    pending: bool = False
    """a command has been fetched and not yet answered: nothing else is announced"""

    @property
    def announced(self) -> int:
        """Octets of the next command, 0 for none."""
        return 0 if self.pending or not self.waiting else len(self.waiting[0])

    def ask(self, command: bytes) -> None:
        """Raises ValueError for what no FETCH could carry."""
        if not 1 <= len(command) <= 256:
            raise ValueError(f"a proactive command of {len(command)} octets, 1 to 256 fit")
        self.waiting.append(command)


def fetch(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    del channel
    if not card.toolkit.waiting:
        return b"", NO_CONDITION
    command = card.toolkit.waiting[0]
    if (apdu.p3 or 256) != len(command):
        return b"", EXACT_LENGTH | len(command) & 0xFF
    card.toolkit.waiting.popleft()
    card.toolkit.pending = True
    return command, OK


def respond(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    del channel
    card.toolkit.responses.append(apdu.data)
    card.toolkit.pending = False
    return b"", OK


def envelope(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    del channel
    card.toolkit.envelopes.append(apdu.data)
    return b"", OK


def profile(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    del channel
    if apdu.p1 or apdu.p2:
        return b"", WRONG_P1P2
    card.toolkit.profile = apdu.data
    return b"", OK


def capability(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    del channel
    card.toolkit.capability = apdu.data
    return b"", OK
