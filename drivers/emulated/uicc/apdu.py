"""One command as T=0 carries it, and how its class is coded (ETSI TS 102 221 7.3.1 and 10.1.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

Reply = tuple[bytes, int]
"""octets and status word"""

SIM_CLASS: Final = 0xA0


@dataclass(slots=True)  # frozen ones take five times as long to make, and there is one for every command
class Apdu:
    """`p3`: Lc or Le, as the command has it; `channel`: 0 to 3; `sim`: CLA A0; `proprietary`: CLA 80 to 83.

    `le`: a length stands behind the data, which no TPDU of T=0 has.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    p3: int = 0
    data: bytes = field(default=b"", repr=False)
    le: bool = False

    @classmethod
    def of(cls, octets: bytes) -> Apdu:
        """From four octets on; whether data and P3 agree is not looked at."""
        cla, ins, p1, p2 = octets[:4]
        if len(octets) == 4:
            return cls(cla, ins, p1, p2)
        p3, rest = octets[4], octets[5:]
        le = len(rest) == p3 + 1 and p3 > 0
        return cls(cla, ins, p1, p2, p3, rest[:p3] if le else rest, le)

    @property
    def sim(self) -> bool:
        return self.cla == SIM_CLASS

    @property
    def proprietary(self) -> bool:
        return self.cla & 0xFC == 0x80

    @property
    def channel(self) -> int:
        return 0 if self.sim else self.cla & 0x03
