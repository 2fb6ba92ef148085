"""What a party does with calls that are up: hold (22.083), join and split (22.084), transfer (22.091)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drivers.emulated.air import (
    ACTIVE,
    ALERTING,
    HELD,
    INCOMING,
    Done,
    Forward,
    Forwarding,
    Leg,
    Notice,
    Refused,
    Service,
    Terminal,
)
from drivers.emulated.calls import IN_SET_UP, SIGNALLING, Calls
from drivers.emulated.defects import Defect, Defects
from drivers.emulated.hlr import Hlr, Subscriber
from drivers.emulated.services import Services
from drivers.emulated.setup import Setup
from drivers.emulated.timers import Timers

MOST_PARTIES = 5
"""remote parties of a conference (22.084 1.2)"""


class Supplementary:
    """Every request is decided when it reaches the network, by what is true of the calls then."""

    def __init__(
        self, calls: Calls, setup: Setup, hlr: Hlr, services: Services, defects: Defects, timers: Timers
    ) -> None:
        self._calls = calls
        self._setup = setup
        self._hlr = hlr
        self._services = services
        self._defects = defects
        self._timers = timers

    def hold(self, legs: Sequence[Leg], done: Done) -> None:
        self._request(legs[0].terminal, done, lambda subject: self._hold(subject, legs))

    def retrieve(self, legs: Sequence[Leg], done: Done) -> None:
        self._request(legs[0].terminal, done, lambda subject: self._retrieve(subject, legs))

    def join(self, terminal: Terminal, done: Done) -> None:
        self._request(terminal, done, lambda subject: self._join(subject, terminal))

    def split(self, leg: Leg, done: Done) -> None:
        self._request(leg.terminal, done, lambda subject: self._split(subject, leg))

    def transfer(self, terminal: Terminal, done: Done) -> None:
        self._request(terminal, done, lambda subject: self._transfer(subject, terminal))

    def deflect(self, leg: Leg, number: str, done: Done) -> None:
        def deflected(_: Subscriber) -> int | None:
            cause = self._services.refusal(leg.terminal.imsi, Service.DEFLECTION)
            return self._setup.deflect(leg, number) if cause is None else cause

        self._request(leg.terminal, done, deflected)

    def set_forwarding(
        self, terminal: Terminal, when: Forward, forwarding: Forwarding | None, done: Done
    ) -> None:
        self._request(
            terminal, done, lambda _: self._services.set_forwarding(terminal.imsi, when, forwarding)
        )

    def _request(self, terminal: Terminal, done: Done, action: Callable[[Subscriber], int | None]) -> None:
        def decide() -> None:
            subject = self._hlr.by_imsi(terminal.imsi)
            done(Refused.NOT_AVAILABLE if subject is None else action(subject))

        self._timers.queue(f"request/{terminal.imsi}", SIGNALLING, decide)

    def _hold(self, subject: Subscriber, legs: Sequence[Leg]) -> int | None:
        terminal = legs[0].terminal
        if (cause := self._services.refusal(subject.imsi, Service.HOLD)) is not None:
            return cause
        if self._group(terminal, HELD) or not _same(legs, self._group(terminal, ACTIVE)):
            return Refused.ERROR_STATUS
        self._put_on_hold(subject, legs)
        return None

    def _put_on_hold(self, subject: Subscriber, legs: Sequence[Leg]) -> None:
        dropped = self._defects.on("hold.dropped", subject)
        for leg in legs:
            leg.state = HELD
            if dropped:
                self._drop_later(leg, SIGNALLING, dropped)
            else:
                self._calls.tell(subject, leg.far, Notice.HELD)

    def _retrieve(self, subject: Subscriber, legs: Sequence[Leg]) -> int | None:
        terminal = legs[0].terminal
        if (cause := self._services.refusal(subject.imsi, Service.HOLD)) is not None:
            return cause
        if refused := self._defects.on("retrieve.refused", subject):
            return int(refused.values["cause"])
        active = self._group(terminal, ACTIVE)
        if not _same(legs, self._group(terminal, HELD)) or (not active and self._calls.settling(terminal)):
            return Refused.ERROR_STATUS
        for leg in legs:
            leg.state = ACTIVE
            self._calls.tell(subject, leg.far, Notice.RETRIEVED)
        self._put_on_hold(subject, active)
        return None

    def _join(self, subject: Subscriber, terminal: Terminal) -> int | None:
        if (cause := self._services.refusal(subject.imsi, Service.MULTIPARTY)) is not None:
            return cause
        if refused := self._defects.on("mpty.refused", subject):
            return int(refused.values["cause"])
        active, held = self._group(terminal, ACTIVE), self._group(terminal, HELD)
        if not active or not held:
            return Refused.ERROR_STATUS
        if len(active) + len(held) > MOST_PARTIES:
            return Refused.MOST_PARTIES
        if self._defects.on("mpty.fake", subject):
            return None
        joined = [leg for leg in self._calls.legs(terminal) if leg in active or leg in held]
        merged = self._defects.on("mpty.row", subject) is not None
        for leg in joined:
            told = (Notice.RETRIEVED, Notice.MULTIPARTY) if leg.state == HELD else (Notice.MULTIPARTY,)
            leg.state, leg.multiparty, leg.merged = ACTIVE, True, merged
            self._calls.tell(subject, leg.far, *told)
        if dropped := self._defects.on("mpty.leg_dropped", subject):
            after = float(dropped.values["after"])
            leg = joined[0 if dropped.values["leg"] == "first" else 1]
            self._drop_later(leg, (after, after), dropped)
        return None

    def _split(self, subject: Subscriber, leg: Leg) -> int | None:
        if (cause := self._services.refusal(subject.imsi, Service.MULTIPARTY)) is not None:
            return cause
        joined = self._group(leg.terminal, ACTIVE)
        if leg not in joined or not leg.multiparty or self._group(leg.terminal, HELD):
            return Refused.ERROR_STATUS
        others = [other for other in joined if other is not leg]
        leg.multiparty = leg.merged = False
        for other in others:
            other.multiparty = len(others) > 1
            other.merged &= other.multiparty
        self._put_on_hold(subject, others)
        return None

    def _transfer(self, subject: Subscriber, terminal: Terminal) -> int | None:
        if (cause := self._services.refusal(subject.imsi, Service.TRANSFER)) is not None:
            return cause
        held = self._group(terminal, HELD)
        others = [leg for leg in self._calls.legs(terminal) if leg.state in (ACTIVE, ALERTING)]
        if len(held) != 1 or len(others) != 1:
            return Refused.ERROR_STATUS
        return self._connect(subject, held[0], others[0])

    def _connect(self, subject: Subscriber, held: Leg, other: Leg) -> int | None:
        """The far ends of two legs of one handset, which leaves both."""
        first, call = self._calls.of(held), self._calls.of(other)
        b, c = held.far, other.far
        if first is None or call is None or b is None or c is None or first.over or call.over:
            return Refused.NOT_AVAILABLE
        alerting = other.state in IN_SET_UP
        unanswered = b.state == INCOMING or (c.state == INCOMING and not alerting)  # as transferred to us
        if unanswered or b.terminal is c.terminal:
            return Refused.ERROR_STATUS
        first.pending()
        if call.caller is other:
            call.caller = b
        else:
            call.called = b
        call.meters += first.meters
        self._calls.enter(b, call)
        b.far, c.far = c, b
        self._calls.leave(held)
        self._calls.leave(other)
        self._calls.tell(subject, b, Notice.TRANSFER_ALERTING if alerting else Notice.TRANSFERRED)
        if not alerting:
            self._calls.tell(subject, c, Notice.TRANSFERRED)
        return None

    def _group(self, terminal: Terminal, state: int) -> list[Leg]:
        return [leg for leg in self._calls.legs(terminal) if leg.state == state]

    def _drop_later(self, leg: Leg, span: tuple[float, float], defect: Defect) -> None:
        cause = int(defect.values["cause"])
        delay = self._timers.draw(f"drop/{leg.terminal.imsi}", *span)
        self._timers.later(delay, self._drop, leg, cause)

    def _drop(self, leg: Leg, cause: int) -> None:
        if (call := self._calls.of(leg)) is not None and not call.over:
            self._calls.end(call, cause)


def _same(some: Sequence[Leg], others: Sequence[Leg]) -> bool:
    return len(some) == len(others) and all(leg in others for leg in some)
