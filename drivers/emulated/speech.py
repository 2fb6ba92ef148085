"""Tones in speech, by the calls that carry them just now and the defects that swallow them."""

from __future__ import annotations

from drivers.emulated import media
from drivers.emulated.air import ACTIVE, HELD, Leg, Terminal
from drivers.emulated.calls import Calls
from drivers.emulated.defects import Defects
from drivers.emulated.hlr import Hlr
from drivers.emulated.timers import Timers

ON_THE_WAY = (0.05, 0.15)
"""seconds from one handset to another, lowest and highest"""


class Speech:
    """What handsets say to each other, as far as it is DTMF."""

    def __init__(self, calls: Calls, hlr: Hlr, defects: Defects, timers: Timers) -> None:
        self._calls = calls
        self._hlr = hlr
        self._defects = defects
        self._timers = timers

    def tone(self, terminal: Terminal, digit: str) -> None:
        """To everybody who hears this handset now, in the order in which it was said."""
        for leg in media.hearers(terminal, self._calls.legs, self._passes):
            actor = f"tone/{terminal.imsi}/{leg.terminal.imsi}"
            self._timers.queue(actor, ON_THE_WAY, self._heard, leg, digit)

    def _heard(self, leg: Leg, digit: str) -> None:
        if self._calls.of(leg) is not None:
            leg.terminal.heard(leg, digit)

    def _passes(self, terminal: Terminal, into: Leg | None, out: Leg | None) -> bool:
        subject = self._hlr.by_imsi(terminal.imsi)
        if subject is None:
            return media.bridged(terminal, into, out)
        if into is None and self._defects.on("media.oneway", subject, direction="out"):
            return False
        if out is None and self._defects.on("media.oneway", subject, direction="in"):
            return False
        if out is not None and out.state == HELD:
            leaks = self._defects.on("hold.not_applied", subject) is not None
            return leaks and (into is None or into.state == ACTIVE)
        if not media.bridged(terminal, into, out):
            return False
        leg = into or out
        if leg is None or not leg.multiparty:
            return True
        where = {"speaker": self._role(into), "listener": self._role(out)}
        return not self._defects.on("media.silent", subject, **where)

    def _role(self, leg: Leg | None) -> str:
        """In a conference, as seen from its controller: whom he reaches by `leg`, in order of set-up."""
        if leg is None:
            return "controller"
        joined = [other for other in self._calls.legs(leg.terminal) if other.multiparty]
        return dict(enumerate(("first", "second"))).get(joined.index(leg), "later")
