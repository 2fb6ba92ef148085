"""Which supplementary services a subscriber has, and what he has switched on (22.004)."""

from __future__ import annotations

from drivers.emulated.air import Forward, Forwarding, Refused, Service
from drivers.emulated.defects import Defects
from drivers.emulated.hlr import Hlr, Subscriber
from drivers.emulated.routing import Routing

NO_REPLY_S = range(5, 31, 5)
"""how long it may ring before it is forwarded (22.082 3.1)"""

# Everybody has every service but by a defect.
_TAKEN = {
    Service.HOLD: "hold.unsubscribed",
    Service.MULTIPARTY: "mpty.unsubscribed",
    Service.WAITING: "waiting.unsubscribed",
    Service.TRANSFER: "transfer.refused",
    Service.FORWARDING: "forwarding.refused",
}


class Services:
    """Subscriptions and registrations. Causes are `Refused` or 24.008."""

    def __init__(self, hlr: Hlr, routing: Routing, defects: Defects) -> None:
        self._hlr = hlr
        self._routing = routing
        self._defects = defects

    def refusal(self, imsi: str, service: Service) -> int | None:
        """Why this subscriber may not use a service now; None: he may."""
        line = self._hlr.line(imsi)
        if line is None or not line.in_service:
            return Refused.NOT_AVAILABLE
        name = _TAKEN.get(service)
        taken = self._defects.on(name, line.subscriber) if name else None
        return int(taken.values["cause"]) if taken else None

    def waiting(self, imsi: str) -> bool:
        """Whether a second call may wait; the subscriber believes what `Hlr.call_waiting` says."""
        subscriber = self._hlr.by_imsi(imsi)
        deaf = subscriber is not None and self._defects.on("waiting.busy", subscriber)
        return self._hlr.call_waiting(imsi) and not deaf

    def set_waiting(self, imsi: str, on: bool) -> int | None:
        cause = self.refusal(imsi, Service.WAITING)
        if cause is None:
            self._hlr.set_call_waiting(imsi, on)
        return cause

    def forwarding(self, subscriber: Subscriber, when: Forward) -> Forwarding | None:
        """Where calls to him go, if they do."""
        if self._defects.on("forwarding.ignored", subscriber):
            return None
        there = self._hlr.forwarding(subscriber.imsi, when)
        return there if there is not None and there.active else None

    def set_forwarding(self, imsi: str, when: Forward, forwarding: Forwarding | None) -> int | None:
        cause = self.refusal(imsi, Service.FORWARDING)
        if cause is not None:
            return cause
        if forwarding is not None:
            if not self._routing.may_divert_to(forwarding.number):
                return Refused.ILLEGAL_OPERATION
            if when is Forward.NO_REPLY and forwarding.after_s not in NO_REPLY_S:
                return Refused.ILLEGAL_OPERATION
        self._hlr.set_forwarding(imsi, when, forwarding)
        return None
