"""What happens at a reader while a batch is written, told to whoever draws it. None holds a secret."""

from __future__ import annotations

from dataclasses import dataclass

from interop.personalise.entries import Ended, Entry
from interop.personalise.order import Order
from interop.personalise.steps import CardIdentity, Plan


@dataclass(frozen=True, slots=True)
class AtReader:
    reader: str


@dataclass(frozen=True, slots=True)
class Empty(AtReader):
    """There is no card in it."""


@dataclass(frozen=True, slots=True)
class Waiting(AtReader):
    """The next card may be put in."""


@dataclass(frozen=True, slots=True)
class Unreadable(AtReader):
    """A card is in it that does not say who it is, or a reader that does not work."""

    why: str


@dataclass(frozen=True, slots=True)
class Unplugged(AtReader):
    """It takes no further part."""

    why: str


@dataclass(frozen=True, slots=True)
class NotOurs(AtReader):
    """Nothing is written to this card: no row is for it, its row is done, or nobody can tell which it is."""

    identity: CardIdentity
    why: str


@dataclass(frozen=True, slots=True)
class Planned(AtReader):
    """`mended`: its ICCID was torn, and the journal told whose card it is."""

    order: Order
    plan: Plan
    mended: bool = False


@dataclass(frozen=True, slots=True)
class Noted(AtReader):
    order: Order
    entry: Entry


@dataclass(frozen=True, slots=True)
class Finished(AtReader):
    order: Order
    ended: Ended


@dataclass(frozen=True, slots=True)
class Disturbed(AtReader):
    """Another program reset the card: it is asked anew who it is."""

    why: str


@dataclass(frozen=True, slots=True)
class KeyRefused(AtReader):
    """The card did not take its key: no other card is given one any more."""

    order: Order
    sw: str


LineEvent = (
    Empty | Waiting | Unreadable | Unplugged | NotOurs | Planned | Noted | Finished | Disturbed | KeyRefused
)
