"""Modems whose link was lost: nobody gets them while they are away, and the run goes on without them.

A case that waits for a modem waits `AWAY_S` seconds at most; then it is played by others, or ends in one
sentence. A modem that comes back after that serves what is asked for from then on (retries, controls). One
that is lost again and again would make every case on it inconclusive: after `MOST_LOSSES` cases in a row it
is out for the whole run.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence

from interop.engine.scheduler import Scheduler
from interop.record import Event
from interop.record import events as seen

AWAY_S = 300.0
"""a module that restarts is back after a minute, a hub that an engineer plugs in again after a few"""
MOST_LOSSES = 3


class Away:
    """`out` is called when a SIM's modem is out, `back` when one may be used again. Both in the loop."""

    def __init__(self, scheduler: Scheduler, *, out: Callable[[str], None], back: Callable[[], None]) -> None:
        self._scheduler = scheduler
        self._out = out
        self._back = back
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._losses: dict[str, int] = defaultdict(int)
        self.why: dict[str, str] = {}
        """SIM -> why nothing is begun with it"""

    def heard(self, party: str, event: Event) -> None:
        """News of any device of the run; `party` is a SIM's name or a site's."""
        if isinstance(event, seen.LinkLost):
            self._scheduler.withhold(f"sim:{party}")
            self._forget_timer(party)
            self._timers[party] = asyncio.get_running_loop().call_later(
                AWAY_S, self._stays_out, party, f"its modem has been away for {AWAY_S:g} s ({event.why})"
            )
        elif isinstance(event, seen.LinkGivenUp):
            self._stays_out(party, event.why)
        elif isinstance(event, seen.LinkBack) and self._losses[party] < MOST_LOSSES:
            self._forget_timer(party)
            self.why.pop(party, None)
            self._scheduler.restore(f"sim:{party}")
            self._back()

    def ended(self, parties: Sequence[str], events: Sequence[tuple[str, Event]]) -> None:
        """An attempt of these parties is over; `events` are what they did in it."""
        for party in parties:
            lost = [event.why for who, event in events if who == party and isinstance(event, seen.LinkLost)]
            self._losses[party] = self._losses[party] + 1 if lost else 0
            if lost and self._losses[party] >= MOST_LOSSES:
                self._stays_out(party, f"its modem was lost in {MOST_LOSSES} cases in a row ({lost[-1]})")

    def close(self) -> None:
        for party in tuple(self._timers):
            self._forget_timer(party)

    def _stays_out(self, party: str, why: str) -> None:
        self._forget_timer(party)
        self._scheduler.withhold(f"sim:{party}")
        self.why[party] = why
        self._out(party)

    def _forget_timer(self, party: str) -> None:
        if timer := self._timers.pop(party, None):
            timer.cancel()
