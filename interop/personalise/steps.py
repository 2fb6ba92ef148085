"""A plan: what would be done to one card, and why it cannot be. Made by reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from interop.uicc.session import Tries, View


@dataclass(frozen=True, slots=True)
class CardIdentity:
    """Whose card it is, read just now. `iccid`: its digits, "" where EF_ICCID holds none; `octets`: that file
    as it is, by which a card with a torn ICCID is known.
    """

    reader: str
    atr: bytes
    iccid: str
    octets: bytes = b""
    view: View = View.UICC


class Keys(StrEnum):
    """What is known of Ki and OPc before anything is written (by AUTHENTICATE in GSM context, which changes
    nothing on the card).
    """

    NONE = "none ordered"
    RIGHT = "already right"
    OTHER = "other keys"
    UNKNOWN = "cannot be asked"


@dataclass(frozen=True, slots=True)
class Step:
    """One UPDATE: of a transparent file from `offset` on (None: the whole), or of one record (from 1).

    `before`: what is there now, None where the card does not let it be read; `rule`: who may write it, in
    words ("ADM1"), "" where the card does not tell. `readable`: it can be read back once the keys are given;
    only secrets need not be. Neither content is ever in a repr.
    """

    path: str
    after: bytes = field(repr=False)
    before: bytes | None = field(default=None, repr=False)
    record: int = 0
    offset: int | None = None
    rule: str = ""
    secret: bool = False
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """For one card. `steps`: in the order of writing, none for what is so already (`same`, by path).

    `problems`: why nothing may be written, a sentence each; only a plan without any is carried out.
    `verify`: the ADM has to be given, `pin`: PIN1 too; `tries`, `pin_tries`: what the card says of them, None
    where they are not needed.
    """

    identity: CardIdentity
    steps: tuple[Step, ...] = ()
    same: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    """optional files that this card does not have"""
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """what has no room on this card, a sentence each; the rest is written nevertheless"""
    verify: bool = False
    pin: bool = False
    tries: Tries | None = None
    pin_tries: Tries | None = None
    keys: Keys = Keys.NONE

    @property
    def done(self) -> bool:
        """The card is as ordered: nothing is left to write."""
        return not (self.steps or self.problems)

    @property
    def unseen(self) -> tuple[Step, ...]:
        """Places that nobody can look into before a key is given."""
        return tuple(step for step in self.steps if step.before is None)

    @property
    def as_seen(self) -> bool:
        """As ordered as far as anybody can tell without a key: nothing that was seen is another, and the
        card answers as its keys do.
        """
        if self.problems or len(self.unseen) < len(self.steps):
            return False
        no_keys = self.keys is Keys.NONE and not any(step.secret for step in self.steps)
        return no_keys or self.keys is Keys.RIGHT
