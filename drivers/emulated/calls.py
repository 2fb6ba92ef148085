"""The calls of the emulated country: which legs there are, how they end, and who is told what others did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.emulated.air import ACTIVE, ALERTING, DIALLING, HELD, NORMAL, Hint, Leg, Notice, Terminal
from drivers.emulated.charging.accounts import Accounts, Meter
from drivers.emulated.defects import Defects
from drivers.emulated.hlr import Hlr, Subscriber
from drivers.emulated.timers import Timers

# Seconds from one event of a call to the next, lowest and highest.
SIGNALLING = (0.1, 0.4)

IN_SET_UP = (DIALLING, ALERTING)


@dataclass(slots=True, eq=False)
class Call:
    """A call from the caller's dialling to its end; `pending` prevents what is due next.

    `origin` and `destination` stay those of the set-up when a transfer puts another handset's leg in place of
    one. `accepted`: the called handset has answered, the call is through in a moment; `over`: nothing becomes
    of it any more, though one side may not know yet. `diversions`: how often it was forwarded or deflected,
    `via`: by whom last, `diverted_here`: what its new destination is told of that. `meters`: who pays for it.
    """

    caller: Leg
    origin: Subscriber | None
    withheld: bool = False
    called: Leg | None = None
    destination: Subscriber | None = None
    accepted: bool = False
    over: bool = False
    diversions: int = 0
    via: Subscriber | None = None
    diverted_here: Notice | None = None
    unidentified: bool = False
    meters: list[Meter] = field(default_factory=list)
    pending: Callable[[], None] = lambda: None

    def other(self, leg: Leg) -> Leg | None:
        return self.called if leg is self.caller else self.caller


class Calls:
    """All calls of the country. A leg is known here from its start until its handset knows that it ended."""

    def __init__(self, hlr: Hlr, accounts: Accounts, defects: Defects, timers: Timers) -> None:
        self._hlr = hlr
        self._accounts = accounts
        self._defects = defects
        self._timers = timers
        self._calls: dict[Leg, Call] = {}
        self._legs: dict[str, list[Leg]] = {}

    def enter(self, leg: Leg, call: Call) -> None:
        """A leg begins, or becomes part of another call."""
        if leg not in self._calls:
            self._legs.setdefault(leg.terminal.imsi, []).append(leg)
        self._calls[leg] = call

    def of(self, leg: Leg) -> Call | None:
        return self._calls.get(leg)

    def legs(self, terminal: Terminal) -> list[Leg]:
        """In the order in which they began."""
        return list(self._legs.get(terminal.imsi, ()))

    def settling(self, terminal: Terminal) -> bool:
        """Whether a call of this handset is active, or may become so without its doing."""
        return any(
            leg.state in (ACTIVE, *IN_SET_UP) or (leg.state != HELD and self._calls[leg].accepted)
            for leg in self.legs(terminal)
        )

    def hang_up(self, leg: Leg, cause: int) -> None:
        """This handset leaves; the other hears `cause`."""
        call = self._calls.get(leg)
        if call is None:
            return
        self.forget(leg)
        self._over(call)
        far = call.other(leg)
        if far is not None and far in self._calls:
            self.after(call, SIGNALLING, self.release, far, cause)

    def end(self, call: Call, cause: int) -> None:
        """The network ends a call towards both sides."""
        self._over(call)
        self.release(call.caller, cause)
        if call.called is not None:
            self.release(call.called, cause)

    def _over(self, call: Call) -> None:
        call.pending()
        call.over = True
        self._accounts.ended(call.meters)

    def release(self, leg: Leg, cause: int) -> None:
        """Tell a handset that its call is over."""
        if leg not in self._calls:
            return
        if leg.state == HELD and any(other.state == ACTIVE for other in self.legs(leg.terminal)):
            leg.terminal.notified(leg, Notice.HELD_CALL_RELEASED)
        self._released(leg, cause)

    def _released(self, leg: Leg, cause: int) -> None:
        if leg in self._calls:
            self.forget(leg)
            leg.terminal.released(leg, cause)

    def leave(self, leg: Leg) -> None:
        """Its call goes on without this leg, whose handset is soon told."""
        last = Call(leg, None, over=True)
        self.enter(leg, last)
        leg.far = None
        self.after(last, SIGNALLING, self._released, leg, NORMAL)

    def forget(self, leg: Leg) -> None:
        """Its handset knows that it ended. A conference with one party left is a call like any other."""
        del self._calls[leg]
        legs = self._legs[leg.terminal.imsi]
        legs.remove(leg)
        joined = [other for other in legs if other.multiparty]
        if len(joined) == 1:
            joined[0].multiparty = joined[0].merged = False

    def tell(self, by: Subscriber | None, leg: Leg | None, *notices: Notice) -> None:
        """The handset of `leg` hears what `by` did to its call, after what it was told of before."""
        if leg is None or self._untold(by, leg):
            return
        actor = f"notices/{leg.terminal.imsi}"
        self._timers.queue(actor, SIGNALLING, self._notify, leg, notices)

    def hint(self, by: Subscriber | None, leg: Leg, hint: Hint) -> None:
        """At once: a caller, or a subscriber of what he has switched on himself."""
        if leg.state in IN_SET_UP and leg in self._calls and not self._untold(by, leg):
            leg.terminal.hinted(leg, hint)

    def after(
        self, call: Call, span: tuple[float, float], function: Callable[..., None], *args: object
    ) -> None:
        """Whatever was due before is replaced: a call has one next event."""
        call.pending()
        actor = f"call/{call.origin.msisdn if call.origin else call.caller.terminal.imsi}"
        call.pending = self._timers.later(self._timers.draw(actor, *span), function, *args)

    def _notify(self, leg: Leg, notices: tuple[Notice, ...]) -> None:
        for notice in notices:
            if leg in self._calls:
                leg.terminal.notified(leg, notice)

    def _untold(self, by: Subscriber | None, leg: Leg) -> bool:
        told = self._hlr.by_imsi(leg.terminal.imsi)
        return bool(by and told and self._defects.between("notices.missing", "voice", by, told))
