"""Call progress in the words of a vendor: templates of the profile, filled from a call."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import CHINA, INCOMING, NORMAL, WAITING, Leg

if TYPE_CHECKING:
    from drivers.emulated.terminal.modem import EmulatedModem

# Who ended the call, in the words of Huawei's ^CEND.
_BY_US: Final = 29
_BY_NETWORK: Final = 67


@dataclass(slots=True)
class Entry:
    """A call as this modem lists it. `waiting`: it came while another was up."""

    index: int
    leg: Leg
    number: str
    toa: int
    validity: int = 0
    waiting: bool = False
    active_since: float | None = None

    @property
    def stat(self) -> int:
        return WAITING if self.waiting and self.leg.state == INCOMING else self.leg.state

    @property
    def shown_toa(self) -> int:
        """For +CLIP and +CCWA: 128 where no number is shown (27.007 7.11)."""
        return self.toa if self.number else 128

    @property
    def row(self) -> str:
        """The values of +CLCC, number and all."""
        number = f',"{self.number}",{self.toa}' if self.number else ""
        return f"{self.index},{int(not self.leg.outgoing)},{self.stat},0,0{number}"


def tell(modem: EmulatedModem, event: str, entry: Entry, cause: int = NORMAL, by_us: bool = False) -> None:
    """Send what the profile says at `event`: dialling, alerting, active, incoming, ended, missed."""
    for way in modem.profile.progress:
        template: str = getattr(way, event)
        if not template or (way.setting and not modem.settings.on(way.setting)):
            continue
        now = asyncio.get_running_loop().time()
        seconds = 0 if entry.active_since is None else int(now - entry.active_since)
        modem.console.unsolicited(
            template.format(
                id=entry.index,
                dir=int(not entry.leg.outgoing),
                stat=way.states.get("waiting" if event == "incoming" and entry.waiting else event, 0),
                number=entry.number,
                toa=entry.toa,
                mpty=0,
                seconds=seconds,
                hms=f"{seconds // 3600:02}{seconds // 60 % 60:02}{seconds % 60:02}",
                clock=f"{datetime.fromtimestamp(modem.epoch + now, CHINA):%I:%M%p}",
                cause=cause,
                end=_BY_US if by_us else _BY_NETWORK,
            )
        )
