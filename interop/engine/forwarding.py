"""Call forwarding as it stood before a case set its own: in the network it outlives the case, and a crash."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from interop.protocols.errors import NotAvailable
from interop.protocols.modem import Divert, Forwarding, Modem

NOTHING = Forwarding()
_DIALABLE = re.compile(r"\+?[0-9]*")


def is_of_lab(found: Forwarding, numbers: Collection[str]) -> bool:
    """Whether it goes to one of the lab's own `numbers` (national digits): a run that was killed left it.

    >>> is_of_lab(Forwarding("+8613900001234"), ["13900001234"])
    True
    """
    return found.number.endswith(tuple(numbers))


def can_be_set(found: Forwarding) -> bool:
    """Not a number with * or # in it."""
    return _DIALABLE.fullmatch(found.number) is not None


def to_keep(found: Forwarding, numbers: Collection[str]) -> Forwarding:
    """What is put back of it: nothing of what a run that was killed left there."""
    return NOTHING if is_of_lab(found, numbers) or not can_be_set(found) else found


@dataclass(frozen=True)
class PutBack:
    """Raises NotAvailable where the network does not take it, and has something else."""

    modem: Modem
    when: Divert
    before: Forwarding = NOTHING

    async def __call__(self) -> None:
        before = self.before
        answer = await self.modem.divert(
            self.when, before.number, after_s=before.after_s, active=before.active
        )
        if not answer.done and await self.modem.diverted(self.when) != before:
            words = self.when.name.lower().replace("_", " ")
            what = f"put back to {before.number}" if before.number else "erased"
            raise NotAvailable(self.modem.name, f"forwarding ({words}) could not be {what}: {answer.text}")
