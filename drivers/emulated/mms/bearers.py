"""Packet connections of handsets: who gets one by which access point, and what it leads to.

3GPP TS 23.060 9.2.2, TS 24.008 6.1.3. An operator has the access points of facts/apn.csv; the one for
multimedia messages leads into the network where its WAP proxy and MMSC are, the others nowhere that is
emulated. An empty name is the subscription's default, the first for the internet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from drivers.emulated.air import SERVED, Access, Bearer, NoBearer, Pipe, PipeEnd, Terminal
from drivers.emulated.defects import Defects
from drivers.emulated.hlr import OPERATORS, Hlr, Line, Subscriber
from drivers.emulated.mms.internet import SILENCE_S, Connection, Internet, Reach
from drivers.emulated.timers import Timers
from interop.numbering import AccessPoint, BaseOperator, access_points

ACTIVATION: Final = (0.4, 1.6)


class Bearers:
    """All packet connections that are up or being set up, by IMSI."""

    def __init__(self, hlr: Hlr, internet: Internet, defects: Defects, timers: Timers) -> None:
        self._hlr = hlr
        self._internet = internet
        self._defects = defects
        self._timers = timers
        self._up: dict[str, list[Context]] = {}
        self._count = 0
        self.changed: dict[str, Callable[[], None]] = {}
        """by IMSI: told when a connection came up or ended"""

    def open(
        self,
        terminal: Terminal,
        access: Access,
        done: Callable[[Bearer | int], None],
        lost: Callable[[], None],
    ) -> None:
        """`Air.open_bearer`."""
        delay = self._timers.draw(f"bearer/{terminal.imsi}", *ACTIVATION)
        self._timers.later(delay, self._activate, terminal.imsi, access, done, lost)

    def leading_to(self, imsi: str, host: str, port: int) -> Context | None:
        """One of this handset's that reaches a listener there."""
        return next((context for context in self._up.get(imsi, ()) if context.reaches(host, port)), None)

    def left(self, imsi: str) -> None:
        """The handset is gone."""
        for context in self._up.pop(imsi, []):
            context.end()
        self._tell(imsi)

    def ended(self, context: Context) -> None:
        imsi = context.subscriber.imsi
        contexts = self._up.get(imsi, [])
        if context in contexts:
            contexts.remove(context)
            self._tell(imsi)

    def _activate(
        self, imsi: str, access: Access, done: Callable[[Bearer | int], None], lost: Callable[[], None]
    ) -> None:
        line = self._hlr.line(imsi)
        if line is None or not _packets(line):
            done(NoBearer.FAILURE)
            return
        subscriber = line.subscriber
        point = self._point(subscriber, access)
        if isinstance(point, NoBearer):
            done(point)
            return
        self._count += 1
        address = f"10.{64 + (self._count >> 16) % 64}.{self._count >> 8 & 0xFF}.{self._count & 0xFF}"
        context = Context(
            address, subscriber, self, self._internet if point.mmsc else None, self._timers, lost
        )
        self._up.setdefault(imsi, []).append(context)
        self._tell(imsi)
        done(context)

    def _point(self, subscriber: Subscriber, access: Access) -> AccessPoint | NoBearer:
        name = access.apn.lower()
        points = [
            point
            for point in access_points(BaseOperator(subscriber.operator))
            if not name or point.apn == name
        ]
        if not points:
            return NoBearer.UNKNOWN_APN
        point = next((point for point in points if name and point.mmsc), points[0])
        if point.user and (access.user, access.password) != (point.user, point.password) and name:
            return NoBearer.AUTHENTICATION_FAILED
        if point.mmsc and self._defects.on("mms.apn", subscriber):
            return NoBearer.UNKNOWN_APN
        if point.mmsc and self._defects.on("mms.unsubscribed", subscriber, **{"as": "bearer"}):
            return NoBearer.NOT_SUBSCRIBED
        return point

    def _tell(self, imsi: str) -> None:
        if changed := self.changed.get(imsi):
            changed()


class Context:
    """Implements `Bearer`. `internet` None: it leads nowhere that is emulated."""

    def __init__(
        self,
        address: str,
        subscriber: Subscriber,
        bearers: Bearers,
        internet: Internet | None,
        timers: Timers,
        lost: Callable[[], None],
    ) -> None:
        self.address = address
        self.subscriber = subscriber
        self._bearers = bearers
        self._internet = internet
        self._timers = timers
        self._lost = lost
        self._connections: list[Connection] = []
        self._open = True

    def reaches(self, host: str, port: int) -> bool:
        internet = self._internet
        return internet is not None and internet.reach(self.subscriber, host, port) is Reach.LISTENS

    def connect(self, host: str, port: int, end: PipeEnd, done: Callable[[Pipe | None], None]) -> None:
        if not self._open:
            self._timers.later(0.0, done, None)
        elif self._internet is None:
            self._timers.later(SILENCE_S, done, None)
        else:
            self._connections = [one for one in self._connections if not one.over]
            self._connections.append(self._internet.connect(self.subscriber, host, port, end, done))

    def close(self) -> None:
        self._end()
        self._bearers.ended(self)

    def end(self) -> None:
        """By the network."""
        self._end()
        self._lost()

    def _end(self) -> None:
        self._open = False
        connections, self._connections = self._connections, []
        for connection in connections:
            connection.cut()


def _packets(line: Line) -> bool:
    """Registered for packets: by EPS, or by GPRS where the operator has it."""
    circuit_switched = OPERATORS[line.subscriber.operator].circuit_switched
    return line.camp.eps in SERVED or (circuit_switched and line.camp.cs in SERVED)
