"""Call progress in the words of a vendor: templates of the profile, filled from a call."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import CHINA, HELD, INCOMING, NORMAL, WAITING, Leg

if TYPE_CHECKING:
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.profile import Progress

# Who ended the call, in the words of Huawei's ^CEND.
_BY_US: Final = 29
_BY_NETWORK: Final = 67


_STATES: Final = ("active", "held", "dialling", "alerting", "incoming", "waiting")
"""<stat> of +CLCC by the names that a profile's `states` have"""


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
    told: tuple[int, bool] = (-1, False)
    """state and multiparty as they were told last"""

    @property
    def stat(self) -> int:
        return WAITING if self.waiting and self.leg.state == INCOMING else self.leg.state

    @property
    def now(self) -> tuple[int, bool]:
        return self.leg.state, self.leg.multiparty

    @property
    def shown_toa(self) -> int:
        """For +CLIP and +CCWA: 128 where no number is shown (27.007 7.11)."""
        return self.toa if self.number else 128

    @property
    def row(self) -> str:
        """The values of +CLCC, number and all."""
        number = f',"{self.number}",{self.toa}' if self.number and not self.leg.merged else ""
        return f"{self.index},{int(not self.leg.outgoing)},{self.stat},0,{int(self.leg.multiparty)}{number}"


def tell(modem: EmulatedModem, event: str, entry: Entry, cause: int = NORMAL, by_us: bool = False) -> None:
    """Send what the profile says at `event`: a field of `Progress` from dialling to missed."""
    entry.told = entry.now
    for way in modem.profile.progress:
        if way.setting and not modem.settings.on(way.setting):
            continue
        if way.row and event != "missed":
            rows = [_filled(modem, way, way.row, one) for one in modem.calls.rows()]
            modem.console.unsolicited("\r\n".join([*rows, way.last]))
        elif template := getattr(way, event):
            modem.console.unsolicited(_filled(modem, way, template, entry, event, cause, by_us))


def _filled(
    modem: EmulatedModem,
    way: Progress,
    template: str,
    entry: Entry,
    event: str = "",
    cause: int = NORMAL,
    by_us: bool = False,
) -> str:
    now = asyncio.get_running_loop().time()
    seconds = 0 if entry.active_since is None else int(now - entry.active_since)
    return template.format(
        id=entry.index,
        dir=int(not entry.leg.outgoing),
        stat=way.states.get("ended" if event == "ended" else _STATES[entry.stat], 0),
        number=entry.number,
        toa=entry.toa,
        mpty=int(entry.leg.multiparty),
        channel=int(entry.leg.state != HELD),
        seconds=seconds,
        hms=f"{seconds // 3600:02}{seconds // 60 % 60:02}{seconds % 60:02}",
        clock=f"{datetime.fromtimestamp(modem.epoch + now, CHINA):%I:%M%p}",
        cause=cause,
        end=_BY_US if by_us else _BY_NETWORK,
    )
