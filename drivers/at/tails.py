"""URCs of more than one line: a PDU below `+CMT: ,24`, a USSD text with line ends in its quotes."""

from __future__ import annotations

from binascii import unhexlify
from dataclasses import dataclass, field

from drivers.at.dialect import Tail
from drivers.at.exchange import Unowned, Unsolicited

MOST_QUOTED = 20
"""lines of one quoted URC"""


@dataclass(slots=True)
class OpenUrc:
    """A URC that waits for its further lines."""

    urc: Unsolicited
    lines: list[str] = field(default_factory=list)

    @property
    def is_pdu(self) -> bool:
        return self.urc.rule.tail is Tail.PDU

    def ends(self, text: str, known: bool) -> bool:
        """Is this line none of its own? `known`: it is something by itself."""
        return not is_hex(text) if self.is_pdu else known

    def add(self, text: str) -> bool:
        """One more line; is it complete now?"""
        if self.is_pdu:
            self.urc.tail = text
            return True
        self.lines.append(text)
        return sum(line.count('"') for line in self.lines) % 2 == 1 or len(self.lines) >= MOST_QUOTED

    def closed(self) -> Unsolicited | Unowned:
        """Whatever there is of it: without its PDU it means nothing."""
        if self.is_pdu and not self.urc.tail:
            return Unowned(self.urc.text)
        self.urc.text = "\n".join([self.urc.text, *self.lines])
        return self.urc


def is_hex(text: str) -> bool:
    try:
        unhexlify(text)
    except ValueError:
        return False
    return True


def opens(urc: Unsolicited) -> bool:
    """Does more belong to it than this line?"""
    tail = urc.rule.tail
    return tail is Tail.PDU or (tail is Tail.QUOTED and urc.text.count('"') % 2 == 1)
