"""Calls in the emulated country: set-up, ringing, answer, release from either side, each with its cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.emulated.air import (
    ACTIVE,
    ALERTING,
    BUSY,
    DIALLING,
    HELD,
    INCOMING,
    NORMAL,
    Cli,
    Leg,
    Terminal,
    type_of,
)
from drivers.emulated.defects import Defects
from drivers.emulated.hlr import Hlr, Subscriber
from drivers.emulated.routing import (
    ABSENT,
    NO_ANSWER,
    OUT_OF_ORDER,
    REJECTED,
    TEMPORARY_FAILURE,
    Nowhere,
    Routing,
    Service,
)
from drivers.emulated.timers import Timers

NO_ANSWER_S = 60.0
"""how long a called phone rings"""

# Seconds from one event of a call to the next, lowest and highest.
DEAD_END = (1.0, 2.5)
SERVICE_SET_UP = (1.5, 3.0)
SET_UP_ON_NET = (2.0, 5.0)
SET_UP_BETWEEN = (3.0, 7.0)
SERVICE_RINGS = (2.0, 4.0)
SIGNALLING = (0.1, 0.4)


@dataclass(slots=True, eq=False)
class _Call:
    """A call from the caller's dialling to its end; `pending` prevents what is due next."""

    caller: Leg
    origin: Subscriber | None
    withheld: bool
    called: Leg | None = None
    destination: Subscriber | None = None
    pending: Callable[[], None] = lambda: None


class Calls:
    """All calls of the country. A leg is known here from its start until its handset knows that it ended."""

    def __init__(self, hlr: Hlr, routing: Routing, defects: Defects, timers: Timers) -> None:
        self._hlr = hlr
        self._routing = routing
        self._defects = defects
        self._timers = timers
        self._calls: dict[Leg, _Call] = {}

    def dial(self, terminal: Terminal, number: str, clir: bool) -> Leg:
        leg = Leg(outgoing=True, number=number, toa=type_of(number), state=DIALLING, terminal=terminal)
        line = self._hlr.line(terminal.imsi)
        call = _Call(leg, line.subscriber if line else None, clir)
        self._calls[leg] = call
        if line is None or not line.in_service:
            self._after(call, SIGNALLING, self._end, call, OUT_OF_ORDER)
            return leg
        match self._routing.of_call(line.subscriber, number):
            case Nowhere(cause):
                self._after(call, DEAD_END, self._end, call, cause)
            case Service():
                self._after(call, SERVICE_SET_UP, self._ring_service, call)
            case Subscriber() as destination:
                call.destination = destination
                same = destination.operator == line.subscriber.operator
                self._after(call, SET_UP_ON_NET if same else SET_UP_BETWEEN, self._offer, call)
        return leg

    def answer(self, leg: Leg) -> None:
        call = self._calls.get(leg)
        if call is not None and leg in (call.called, call.caller) and leg.state == INCOMING:
            self._after(call, SIGNALLING, self._connect, call)

    def hang_up(self, leg: Leg, cause: int) -> None:
        """The far end hears `cause`; a refused call (one that rang here) is 21 unless the handset said 17."""
        call = self._calls.pop(leg, None)
        if call is None:
            return
        call.pending()
        far = call.called if leg is call.caller else call.caller
        if far is None or far not in self._calls:
            return
        if leg is call.called and leg.state == INCOMING:
            cause = self._as_told(call, REJECTED if cause == NORMAL else cause)
        self._after(call, SIGNALLING, self._release, far, cause)

    def from_outside(self, terminal: Terminal, number: str, seconds: float) -> None:
        """A caller who is no subscriber of this lab rings a phone, unless it is busy, and soon gives up."""
        if self._hlr.line(terminal.imsi) is None or self._busy(terminal):
            return
        cli = Cli(number, type_of(number))
        leg = Leg(False, number, cli.toa, INCOMING, terminal)
        self._calls[leg] = _Call(leg, None, False)
        terminal.offered(leg, cli)
        self._timers.later(seconds, self._gives_up, leg)

    def _gives_up(self, leg: Leg) -> None:
        self._release(leg, NORMAL)

    def legs(self, terminal: Terminal) -> list[Leg]:
        return [leg for leg in self._calls if leg.terminal is terminal]

    def _busy(self, terminal: Terminal) -> bool:
        """Who has call waiting is not, while all his calls are up or held (22.083): one waits at a time."""
        legs = self.legs(terminal)
        if not self._hlr.call_waiting(terminal.imsi):
            return bool(legs)
        return any(leg.state not in (ACTIVE, HELD) for leg in legs)

    def _offer(self, call: _Call) -> None:
        assert call.origin is not None and call.destination is not None
        if self._defects.between("call.silent", "voice", call.origin, call.destination):
            self._ring(call)
            self._alert(call)
            return
        line = self._hlr.reachable(call.destination)
        if line is None:
            self._end(call, self._as_told(call, ABSENT))
        elif self._busy(line.terminal):
            self._end(call, self._as_told(call, BUSY))
        else:
            cli = self._routing.cli(call.origin, call.destination, withheld=call.withheld)
            call.called = Leg(False, cli.number, cli.toa, INCOMING, line.terminal, far=call.caller)
            call.caller.far = call.called
            self._calls[call.called] = call
            self._ring(call)
            line.terminal.offered(call.called, cli)
            if call.called in self._calls:  # the handset may refuse at once
                self._alert(call)

    def _ring(self, call: _Call) -> None:
        call.pending = self._timers.later(NO_ANSWER_S, self._unanswered, call)

    def _alert(self, call: _Call) -> None:
        call.caller.state = ALERTING
        call.caller.terminal.progressed(call.caller)

    def _unanswered(self, call: _Call) -> None:
        if call.called is not None:
            self._release(call.called, NORMAL)
        self._end(call, self._as_told(call, NO_ANSWER))

    def _ring_service(self, call: _Call) -> None:
        self._after(call, SERVICE_RINGS, self._connect, call)
        self._alert(call)

    def _connect(self, call: _Call) -> None:
        call.pending = lambda: None
        legs = [leg for leg in (call.called, call.caller) if leg is not None]
        if call.origin is not None and call.destination is not None:
            defect = self._defects.between("call.dropped", "voice", call.origin, call.destination)
            if defect is not None:
                call.pending = self._timers.later(float(defect.values["after"]), self._cut, call)
        for leg in legs:
            leg.state = ACTIVE
        for leg in legs:
            leg.terminal.progressed(leg)

    def _cut(self, call: _Call) -> None:
        self._end(call, TEMPORARY_FAILURE)
        if call.called is not None:
            self._release(call.called, TEMPORARY_FAILURE)

    def _as_told(self, call: _Call, cause: int) -> int:
        """The cause that the caller gets to see for what happened at the called side."""
        if call.origin is None or call.destination is None:
            return cause
        masked = self._defects.between("release.masked", "voice", call.origin, call.destination)
        return int(masked.values["cause"]) if masked else cause

    def _end(self, call: _Call, cause: int) -> None:
        self._release(call.caller, cause)

    def _release(self, leg: Leg, cause: int) -> None:
        if self._calls.pop(leg, None) is not None:
            leg.terminal.released(leg, cause)

    def _after(
        self, call: _Call, span: tuple[float, float], function: Callable[..., None], *args: object
    ) -> None:
        """Whatever was due before is replaced: a call has one next event."""
        call.pending()
        actor = f"call/{call.origin.msisdn if call.origin else call.caller.terminal.imsi}"
        call.pending = self._timers.later(self._timers.draw(actor, *span), function, *args)
