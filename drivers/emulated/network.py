"""The emulated country's network: registration, calls, messages, packets and USSD behind `Air`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from drivers.emulated.air import (
    CHINA,
    DENIED,
    HOME,
    NORMAL,
    ROAMING,
    SEARCHING,
    Access,
    Bearer,
    Camp,
    Done,
    Forward,
    Forwarding,
    Leg,
    Submitted,
    Terminal,
)
from drivers.emulated.calls import Calls
from drivers.emulated.charging.accounts import Accounts
from drivers.emulated.charging.enquiries import Enquiries
from drivers.emulated.charging.records import Records
from drivers.emulated.defects import Defects
from drivers.emulated.hlr import OPERATORS, Hlr, Line, Subscriber
from drivers.emulated.messages import ServiceCentre
from drivers.emulated.mms.multimedia import Multimedia
from drivers.emulated.routing import Routing
from drivers.emulated.services import Services
from drivers.emulated.setup import Setup
from drivers.emulated.speech import Speech
from drivers.emulated.supplementary import Supplementary
from drivers.emulated.timers import Timers
from drivers.emulated.ussd import Dialogues
from interop.lab.model import TariffPart

REGISTRATION = (1.0, 3.0)


class Network:
    """Implements `drivers.emulated.air.Air`. Two with the same subscribers, seed and traffic behave alike.

    `epoch`: POSIX time of the moment it is built, from which TP-SCTS counts. `tariffs`: by MSISDN, of
    subscribers who pay; `papers`: the folder for call records.
    """

    def __init__(
        self,
        subscribers: Iterable[Subscriber],
        *,
        seed: int,
        epoch: float,
        defects: Defects | None = None,
        free_numbers: tuple[str, ...] = ("10086", "10010", "10000"),
        tariffs: Mapping[str, TariffPart] | None = None,
        papers: Path | None = None,
    ) -> None:
        defects = defects or Defects()
        self.hlr = Hlr(subscribers)
        self._defects = defects
        self.timers = Timers(seed)
        self.zero = epoch - asyncio.get_running_loop().time()
        """POSIX time of the loop's second 0"""
        self._registering: dict[str, Callable[[], None]] = {}
        routing = Routing(self.hlr, defects, free_numbers)
        self._services = Services(self.hlr, routing, defects)
        accounts = self._accounts = Accounts(
            tariffs or {}, free_numbers, defects, self.timers, Records(papers), self.now
        )
        self._calls = Calls(self.hlr, accounts, defects, self.timers)
        self._setup = Setup(self._calls, self.hlr, routing, self._services, accounts, defects, self.timers)
        self._supplementary = Supplementary(
            self._calls, self._setup, self.hlr, self._services, defects, self.timers
        )
        self._speech = Speech(self._calls, self.hlr, defects, self.timers)
        self._dialogues = Dialogues(self.hlr, accounts, self.timers)
        self.centre = ServiceCentre(self.hlr, routing, accounts, defects, self.timers, self.now)
        self.centre.enquiries = Enquiries(accounts, self.centre, self.timers)
        self.multimedia = Multimedia(self.hlr, self.centre, defects, self.timers, self.now)

    def now(self) -> datetime:
        """The country's time."""
        return datetime.fromtimestamp(self.zero + asyncio.get_running_loop().time(), CHINA)

    def stop(self) -> None:
        """Nothing happens any more."""
        self._accounts.close()
        self.timers.stop()

    def power_on(self, terminal: Terminal, *, volte: bool) -> None:
        subscriber = self.hlr.by_imsi(terminal.imsi)
        if subscriber is None or terminal.imsi in self._registering or self.hlr.line(terminal.imsi):
            return
        delay = self.timers.draw(f"registration/{terminal.imsi}", *REGISTRATION)
        self._registering[terminal.imsi] = self.timers.later(
            delay, self._register, terminal, subscriber, volte
        )

    def power_off(self, terminal: Terminal) -> None:
        if cancel := self._registering.pop(terminal.imsi, None):
            cancel()
        for leg in self._calls.legs(terminal):
            self._setup.hang_up(leg, NORMAL)
        self._dialogues.end(terminal)
        self.multimedia.bearers.left(terminal.imsi)
        self.hlr.switched_off(terminal.imsi)

    def camp(self, terminal: Terminal) -> Camp:
        if line := self.hlr.line(terminal.imsi):
            return line.camp
        searching = SEARCHING if terminal.imsi in self._registering else 0
        return Camp(searching, searching, 0, "", "")

    def dial(self, terminal: Terminal, number: str, *, clir: bool = False) -> Leg:
        return self._setup.dial(terminal, number, clir)

    def answer(self, leg: Leg) -> None:
        self._setup.answer(leg)

    def hang_up(self, leg: Leg, cause: int = NORMAL) -> None:
        self._setup.hang_up(leg, cause)

    def legs(self, terminal: Terminal) -> list[Leg]:
        return self._calls.legs(terminal)

    def hold(self, legs: Sequence[Leg], done: Done) -> None:
        self._supplementary.hold(legs, done)

    def retrieve(self, legs: Sequence[Leg], done: Done) -> None:
        self._supplementary.retrieve(legs, done)

    def join(self, terminal: Terminal, done: Done) -> None:
        self._supplementary.join(terminal, done)

    def split(self, leg: Leg, done: Done) -> None:
        self._supplementary.split(leg, done)

    def transfer(self, terminal: Terminal, done: Done) -> None:
        self._supplementary.transfer(terminal, done)

    def deflect(self, leg: Leg, number: str, done: Done) -> None:
        self._supplementary.deflect(leg, number, done)

    def tone(self, terminal: Terminal, digit: str) -> None:
        self._speech.tone(terminal, digit)

    def forwarding(self, terminal: Terminal, when: Forward) -> Forwarding | None:
        return self.hlr.forwarding(terminal.imsi, when)

    def set_forwarding(
        self, terminal: Terminal, when: Forward, forwarding: Forwarding | None, done: Done
    ) -> None:
        self._supplementary.set_forwarding(terminal, when, forwarding, done)

    def call_waiting(self, terminal: Terminal) -> bool:
        return self.hlr.call_waiting(terminal.imsi)

    def set_call_waiting(self, terminal: Terminal, on: bool) -> int | None:
        return self._services.set_waiting(terminal.imsi, on)

    def stray_call(self, terminal: Terminal, number: str, seconds: float) -> None:
        self._setup.from_outside(terminal, number, seconds)

    def submit(self, terminal: Terminal, tpdu: bytes, smsc: str, done: Callable[[Submitted], None]) -> None:
        self.centre.submit(terminal, tpdu, smsc, done)

    def open_bearer(
        self,
        terminal: Terminal,
        access: Access,
        done: Callable[[Bearer | int], None],
        lost: Callable[[], None],
    ) -> None:
        self.multimedia.bearers.open(terminal, access, done, lost)

    def ussd(self, terminal: Terminal, code: str) -> None:
        self._dialogues.send(terminal, code)

    def ussd_end(self, terminal: Terminal) -> None:
        self._dialogues.end(terminal)

    def _register(self, terminal: Terminal, subscriber: Subscriber, volte: bool) -> None:
        del self._registering[subscriber.imsi]
        line = Line(subscriber, terminal, self._camp(subscriber, volte))
        self.hlr.switched_on(line)
        terminal.camped(line.camp)
        if line.in_service:
            self.centre.registered(subscriber)

    def _camp(self, subscriber: Subscriber, volte: bool) -> Camp:
        operator = OPERATORS[subscriber.operator]
        foreign = self._defects.on("plmn.foreign", subscriber, mode="core")
        stat = HOME if subscriber.at_home and not foreign else ROAMING
        camp = Camp(
            cs=stat if operator.circuit_switched else 0,
            eps=stat,
            ims=stat if volte else 0,
            plmn=operator.plmn,
            operator=operator.name,
        )
        if self._defects.on("registration.barred", subscriber):
            denied = DENIED if operator.circuit_switched else 0
            camp = replace(camp, cs=denied, eps=DENIED, ims=0)
        return camp
