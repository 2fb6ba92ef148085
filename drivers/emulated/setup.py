"""From dialling to the answer: who rings, what waits, where a call goes instead, and why it fails."""

from __future__ import annotations

from drivers.emulated.air import (
    ACTIVE,
    ALERTING,
    BUSY,
    DIALLING,
    HELD,
    INCOMING,
    NORMAL,
    UNKNOWN,
    Cli,
    Forward,
    Hint,
    Leg,
    Notice,
    Refused,
    Terminal,
    type_of,
)
from drivers.emulated.calls import IN_SET_UP, SIGNALLING, Call, Calls
from drivers.emulated.charging.accounts import Accounts, Meter
from drivers.emulated.defects import Defects
from drivers.emulated.hlr import Hlr, Subscriber
from drivers.emulated.routing import (
    ABSENT,
    NO_ANSWER,
    OUT_OF_ORDER,
    REJECTED,
    TEMPORARY_FAILURE,
    WRONG_STATE,
    Nowhere,
    Routing,
    Service,
)
from drivers.emulated.services import Services
from drivers.emulated.timers import Timers

NO_ANSWER_S = 60.0
"""how long a called phone rings"""

MOST_DIVERSIONS = 5
"""forwardings and deflections of one call (22.082 3.2.3 leaves one to five to the operator)"""

# Seconds from one event of a call to the next, lowest and highest.
DEAD_END = (1.0, 2.5)
SERVICE_SET_UP = (1.5, 3.0)
SET_UP_ON_NET = (2.0, 5.0)
SET_UP_BETWEEN = (3.0, 7.0)
SERVICE_RINGS = (2.0, 4.0)

# What a call ends with that has been forwarded too often: as if it were not forwarded now.
_NOT_FORWARDED = {
    Forward.ALWAYS: REJECTED,
    Forward.BUSY: BUSY,
    Forward.NO_REPLY: NO_ANSWER,
    Forward.NOT_REACHABLE: ABSENT,
}

_TOLD_HERE = {Hint.FORWARDED: Notice.FORWARDED_HERE, Hint.DEFLECTED: Notice.DEFLECTED_HERE}


class Setup:
    """Calls until they are through."""

    def __init__(
        self,
        calls: Calls,
        hlr: Hlr,
        routing: Routing,
        services: Services,
        accounts: Accounts,
        defects: Defects,
        timers: Timers,
    ) -> None:
        self._calls = calls
        self._hlr = hlr
        self._routing = routing
        self._services = services
        self._accounts = accounts
        self._defects = defects
        self._timers = timers

    def dial(self, terminal: Terminal, number: str, clir: bool) -> Leg:
        leg = Leg(outgoing=True, number=number, toa=type_of(number), state=DIALLING, terminal=terminal)
        line = self._hlr.line(terminal.imsi)
        call = Call(leg, line.subscriber if line else None, clir)
        occupied = self._calls.settling(terminal)
        self._calls.enter(leg, call)
        if line is None or not line.in_service:
            self._calls.after(call, SIGNALLING, self._calls.end, call, OUT_OF_ORDER)
        elif occupied:
            self._calls.after(call, SIGNALLING, self._calls.end, call, WRONG_STATE)
        else:
            self._lead(call, line.subscriber, number)
            self._remind(line.subscriber, leg)
        return leg

    def answer(self, leg: Leg) -> None:
        call = self._calls.of(leg)
        if call is None or call.over or leg.state != INCOMING or self._calls.settling(leg.terminal):
            return
        call.accepted = True
        self._calls.after(call, SIGNALLING, self._connect, call)

    def hang_up(self, leg: Leg, cause: int) -> None:
        """The far end hears `cause`; a refused call (one that rang here) is 21 unless the handset said 17."""
        call = self._calls.of(leg)
        if call is not None and not call.over and leg is call.called and leg.state == INCOMING:
            assert call.destination is not None
            if cause == BUSY and self._services.forwarding(call.destination, Forward.BUSY):
                self._calls.forget(leg)
                self._diverted(call, Forward.BUSY)
                return
            cause = self._as_told(call, REJECTED if cause == NORMAL else cause)
        self._calls.hang_up(leg, cause)

    def deflect(self, leg: Leg, number: str) -> int | None:
        """The cause why not, or None: it is on its way to `number`, and `leg` about to be released."""
        call = self._calls.of(leg)
        if call is None or call.over or call.accepted or leg.state != INCOMING or call.destination is None:
            return Refused.ERROR_STATUS
        if call.diversions == MOST_DIVERSIONS or not self._routing.may_divert_to(number):
            return Refused.ILLEGAL_OPERATION
        self._redirect(call, number, Hint.DEFLECTED)
        return None

    def from_outside(self, terminal: Terminal, number: str, seconds: float) -> None:
        """A caller who is no subscriber of this lab rings a phone, unless it is busy, and soon gives up."""
        if self._hlr.line(terminal.imsi) is None or self._busy(terminal):
            return
        cli = Cli(number, type_of(number))
        leg = Leg(False, number, cli.toa, INCOMING, terminal)
        self._calls.enter(leg, Call(leg, None))
        terminal.offered(leg, cli)
        self._timers.later(seconds, self._calls.release, leg, NORMAL)

    def _lead(self, call: Call, origin: Subscriber, number: str) -> None:
        """On its way to `number`, from the switch of `origin`: the caller, or who diverted it; either
        pays for his part."""
        call.destination = None
        call.meters.append(Meter(origin, number, "CF" if call.diversions else "MOC"))
        match self._routing.of_call(origin, number):
            case Nowhere(cause):
                self._calls.after(call, DEAD_END, self._calls.end, call, cause)
            case Service():
                self._calls.after(call, SERVICE_SET_UP, self._ring_service, call)
            case Subscriber() as destination:
                call.destination = destination
                same = destination.operator == origin.operator
                self._calls.after(call, SET_UP_ON_NET if same else SET_UP_BETWEEN, self._offer, call)

    def _remind(self, subscriber: Subscriber, leg: Leg) -> None:
        """That his own calls go elsewhere (22.082 3.2.2)."""
        known = ((when, self._hlr.forwarding(subscriber.imsi, when)) for when in Forward)
        active = [when for when, there in known if there is not None and there.active]
        if active:
            always = active[0] is Forward.ALWAYS
            self._timers.later(
                0.0,
                self._calls.hint,
                subscriber,
                leg,
                Hint.FORWARDING_ACTIVE if always else Hint.SOME_FORWARDING_ACTIVE,
            )

    def _busy(self, terminal: Terminal) -> bool:
        """Who has call waiting is not, while all his calls are up or held (22.083): one waits at a time."""
        legs = self._calls.legs(terminal)
        if not self._services.waiting(terminal.imsi):
            return bool(legs)
        return any(leg.state not in (ACTIVE, HELD) for leg in legs)

    def _offer(self, call: Call) -> None:
        assert call.origin is not None and call.destination is not None
        if self._diverted(call, Forward.ALWAYS):
            return
        if self._defects.between("call.silent", "voice", call.origin, call.destination):
            self._ring(call)
            self._alert(call)
            return
        line = self._hlr.reachable(call.destination)
        if line is None:
            if not self._diverted(call, Forward.NOT_REACHABLE):
                self._calls.end(call, self._as_told(call, ABSENT))
        elif self._busy(line.terminal):
            if not self._diverted(call, Forward.BUSY):
                self._calls.end(call, self._as_told(call, BUSY))
        else:
            self._offer_at(call, line.terminal)

    def _offer_at(self, call: Call, terminal: Terminal) -> None:
        assert call.origin is not None and call.destination is not None
        waits = bool(self._calls.legs(terminal))
        cli = self._routing.cli(call.origin, call.destination, withheld=call.withheld)
        if call.unidentified:
            cli = Cli("", UNKNOWN, 2)
        called = Leg(False, cli.number, cli.toa, INCOMING, terminal, far=call.caller)
        call.called = call.caller.far = called
        self._calls.enter(called, call)
        self._ring(call)
        terminal.offered(called, cli)
        if self._calls.of(called) is not call or call.called is not called:
            return  # the handset may refuse at once
        if call.diverted_here is not None:
            self._calls.tell(call.via, called, call.diverted_here)
        if waits:
            self._calls.hint(call.destination, call.caller, Hint.WAITING)
        self._alert(call)

    def _diverted(self, call: Call, when: Forward) -> bool:
        """Whether the call is forwarded, or ends because it was so too often."""
        assert call.destination is not None
        forwarding = self._services.forwarding(call.destination, when)
        if forwarding is None:
            return False
        if call.diversions == MOST_DIVERSIONS:
            if call.called is not None:
                self._calls.release(call.called, NORMAL)
            self._calls.end(call, self._as_told(call, _NOT_FORWARDED[when]))
        else:
            self._redirect(call, forwarding.number, Hint.FORWARDED)
        return True

    def _redirect(self, call: Call, number: str, hint: Hint) -> None:
        assert call.destination is not None
        by, left = call.destination, call.called
        call.called = call.caller.far = None
        call.diversions += 1
        call.via = by
        call.diverted_here = _TOLD_HERE[hint]
        call.unidentified |= self._defects.on("forwarding.cli_lost", by) is not None
        self._calls.hint(by, call.caller, hint)
        self._lead(call, by, number)
        if left is not None and self._calls.of(left) is call:
            self._calls.leave(left)

    def _ring(self, call: Call) -> None:
        assert call.destination is not None
        forwarding = self._services.forwarding(call.destination, Forward.NO_REPLY)
        seconds = forwarding.after_s if forwarding else NO_ANSWER_S
        call.pending = self._timers.later(seconds, self._unanswered, call)

    def _alert(self, call: Call) -> None:
        if call.caller.state == DIALLING:
            call.caller.state = ALERTING
            call.caller.terminal.progressed(call.caller)

    def _unanswered(self, call: Call) -> None:
        if self._diverted(call, Forward.NO_REPLY):
            return
        if call.called is not None:
            self._calls.release(call.called, NORMAL)
        self._calls.end(call, self._as_told(call, NO_ANSWER))

    def _ring_service(self, call: Call) -> None:
        self._calls.after(call, SERVICE_RINGS, self._connect, call)
        self._alert(call)

    def _connect(self, call: Call) -> None:
        call.pending = lambda: None
        call.accepted = False
        self._accounts.answered(call.meters)
        transferred = call.caller.state in (ACTIVE, HELD)
        if call.origin is not None and call.destination is not None:
            defect = self._defects.between("call.dropped", "voice", call.origin, call.destination)
            if defect is not None:
                call.pending = self._timers.later(
                    float(defect.values["after"]), self._calls.end, call, TEMPORARY_FAILURE
                )
            call.caller.connected = self._routing.identity(call.destination, call.origin)
        legs = [leg for leg in (call.called, call.caller) if leg and leg.state in (INCOMING, *IN_SET_UP)]
        for leg in legs:
            leg.state = ACTIVE
        for leg in legs:
            leg.terminal.progressed(leg)
        if transferred:
            self._calls.tell(call.destination, call.caller, Notice.TRANSFERRED)

    def _as_told(self, call: Call, cause: int) -> int:
        """The cause that the caller gets to see for what happened at the called side."""
        if call.origin is None or call.destination is None:
            return cause
        masked = self._defects.between("release.masked", "voice", call.origin, call.destination)
        return int(masked.values["cause"]) if masked else cause
