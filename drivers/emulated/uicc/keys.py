"""PINs, PUKs and administrative keys with their counters (ETSI TS 102 221 9.4, 9.5 and 11.1.9 to 11.1.13)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from drivers.emulated.uicc.codes import (
    BLOCKED,
    INVALIDATED,
    NO_CONDITION,
    OK,
    TRIES_LEFT,
)

SIZE: Final = 8
"""octets of a PIN, filled with FF, and of a key"""


def pin_octets(digits: str) -> bytes:
    """A PIN as commands carry it. Raises ValueError where it is longer than eight digits."""
    octets = digits.encode("ascii").ljust(SIZE, b"\xff")
    if len(octets) > SIZE:
        raise ValueError("a PIN has at most 8 digits")
    return octets


@dataclass(slots=True)
class Key:
    """One secret of the card. `left`: tries; `switchable`: it may be disabled (PIN1, the universal PIN)."""

    value: bytes = field(repr=False)
    tries: int = 3
    unblock: bytes = field(default=b"", repr=False)
    unblock_tries: int = 10
    switchable: bool = False
    enabled: bool = True
    verified: bool = False
    left: int = -1
    unblock_left: int = -1

    def __post_init__(self) -> None:
        self.left = self.tries if self.left < 0 else self.left
        self.unblock_left = self.unblock_tries if self.unblock_left < 0 else self.unblock_left

    @property
    def met(self) -> bool:
        return self.verified or not self.enabled

    def check(self, given: bytes) -> int:
        """Present the key: 9000, or 63Cx and a try less, or 6983."""
        if not self.left:
            return BLOCKED
        if given != self.value:
            self.left -= 1
            self.verified = False
            return TRIES_LEFT | self.left
        self.left, self.verified = self.tries, True
        return OK

    def verify(self, given: bytes) -> int:
        return self.check(given) if self.enabled or not self.left else INVALIDATED

    def change(self, old: bytes, new: bytes) -> int:
        sw = self.verify(old)
        if sw == OK:
            self.value = new
        return sw

    def switch(self, given: bytes, on: bool) -> int:
        """ENABLE and DISABLE; what is so already is 6984 or 6985."""
        if not self.switchable:
            return NO_CONDITION
        if self.enabled is on:
            return NO_CONDITION if on else INVALIDATED
        sw = self.check(given)
        if sw == OK:
            self.enabled = on
        return sw

    def reset_by(self, unblock: bytes, new: bytes) -> int:
        """UNBLOCK: a new value by the PUK; the PIN is then enabled and verified (102 221 11.1.13)."""
        if not self.unblock_left:
            return BLOCKED
        if unblock != self.unblock:
            self.unblock_left -= 1
            return TRIES_LEFT | self.unblock_left
        self.value, self.left, self.unblock_left = new, self.tries, self.unblock_tries
        self.enabled = self.verified = True
        return OK


Keys = dict[int, Key]
"""by key reference (102 221 table 9.3): 01 PIN1, 81 PIN2, 11 universal PIN, 0A to 0E administrative"""
