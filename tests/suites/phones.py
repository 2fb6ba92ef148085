"""Phones whose every word is written by the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from interop.lab.model import SimPart
from interop.protocols.modem import (
    CallEntry,
    CallOutcome,
    Divert,
    Forwarding,
    Modem,
    Offer,
    Progress,
    Registration,
    Submission,
)
from interop.protocols.stream import EventStream
from suites.parties import Party

ALERTING = Progress(CallOutcome.ALERTING)
CONNECTED = Progress(CallOutcome.CONNECTED)


class FakeCall:
    """What each wait of one call finds."""

    outgoing = True

    def __init__(
        self, alerting: Progress = ALERTING, connected: Progress = CONNECTED, *ends: Progress
    ) -> None:
        self._alerting, self._connected, self._ends = alerting, connected, list(ends)

    async def alerting(self, within: float) -> Progress:
        return self._alerting

    async def connected(self, within: float) -> Progress:
        return self._connected

    async def released(self, within: float) -> Progress:
        return self._ends.pop(0)

    async def answer(self) -> None: ...

    async def hang_up(self) -> None: ...


class FakePhone:
    def __init__(self, number: str) -> None:
        self.name = f"phone-{number}"
        self.events = EventStream()
        self.number = number
        self.call = FakeCall()
        self.offer: tuple[str, int | None, int | None] | None = None
        self.listed: list[list[CallEntry]] = []
        self.on_dial: Callable[[], None] = lambda: None
        self.on_fetch: Callable[[], None] = lambda: None
        self.on_look: Callable[[], None] = lambda: None
        self.on_send: Callable[[str], None] = lambda _text: None
        self.at: Registration | None = None
        self.dbm: int | None = None
        self.full = ""
        self.forwarded: dict[Divert, str] = {}

    async def calls(self) -> list[CallEntry]:
        self.on_look()
        return self.listed.pop(0) if self.listed else []

    async def hang_up_all(self) -> None: ...

    async def dial(self, number: str) -> FakeCall:
        self.on_dial()
        return self.call

    async def offered(self, within: float) -> Offer | None:
        return Offer(FakeCall(), *self.offer) if self.offer else None

    async def diverted(self, when: Divert) -> Forwarding | None:
        return Forwarding(self.forwarded.get(when, ""))

    async def full_memory(self) -> str:
        return self.full

    async def fetch_unread(self) -> None:
        self.on_fetch()

    async def send_message(self, to: str, text: str) -> Submission:
        self.on_send(text)
        return Submission((7,))

    async def registration(self) -> Registration:
        assert self.at is not None
        return self.at

    async def signal_dbm(self) -> int | None:
        return self.dbm


def sim(msisdn: str) -> SimPart:
    return SimPart(
        name=f"s{msisdn}",
        msisdn=msisdn,
        imsi="460010000000000",
        iccid="89860100000000000000",
        kind="mvno",
        brand="A",
        base_operator="CUCC",
        city="北京",
    )


def party(phone: FakePhone) -> Party:
    return Party(cast("Modem", phone), sim(phone.number))
