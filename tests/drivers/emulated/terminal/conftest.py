"""A modem on a desk: a small air that records and obeys, and a client that types and reads."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import h11
import pytest

from drivers.emulated.air import (
    ACTIVE,
    HELD,
    Access,
    Bearer,
    Camp,
    Cli,
    Done,
    Forward,
    Forwarding,
    Leg,
    Pipe,
    PipeEnd,
    Submitted,
    Terminal,
)
from drivers.emulated.quirks import Quirks, parse
from drivers.emulated.terminal import EmulatedModem
from drivers.emulated.uicc import Card
from interop.engine.clock import run_virtual
from interop.lab.model import SimPart

UNICOM = Camp(cs=1, eps=1, ims=1, plmn="46001", operator="CHN-UNICOM")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of HTTP as it came to the web: `target` as it stood in the request line."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Web:
    """What a packet connection leads to: a server at `at` that gives the next of `answers` to each request,
    octets as they are, and closes; b"" closes without any. Without answers left it says nothing.
    """

    def __init__(self) -> None:
        self.at = [("10.0.0.172", 80)]
        self.answers: deque[bytes] = deque()
        self.asked: list[Asked] = []
        self.raw = bytearray()
        """every octet that came"""
        self.ends: list[_Wire] = []
        """connections, as the server holds them"""

    def says(self, body: bytes, status: int = 200) -> None:
        head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n\r\n"
        self.answers.append(head.encode() + body)


class _Wire:
    """Implements `Pipe` for the modem's end; the server's end stands here too."""

    def __init__(self, web: Web, end: PipeEnd) -> None:
        self.web = web
        self.end = end
        self.open = True
        self._http = h11.Connection(h11.SERVER)
        self._head: h11.Request | None = None
        self._body = bytearray()

    def write(self, data: bytes) -> None:
        self.web.raw += data
        with suppress(h11.RemoteProtocolError):  # what is no HTTP is only kept
            self._http.receive_data(data)
            self._read()

    def _read(self) -> None:
        while (event := self._http.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
            if isinstance(event, h11.Request):
                self._head = event
            elif isinstance(event, h11.Data):
                self._body += event.data
            elif isinstance(event, h11.EndOfMessage):
                assert self._head is not None
                self._asked(self._head, bytes(self._body))

    def _asked(self, head: h11.Request, body: bytes) -> None:
        headers = {name.decode(): value.decode() for name, value in head.headers}
        self.web.asked.append(Asked(head.method.decode(), head.target.decode(), headers, body))
        if self.web.answers:
            answer = self.web.answers.popleft()
            asyncio.get_running_loop().call_later(0.3, self._answer, answer)

    def _answer(self, answer: bytes) -> None:
        half = len(answer) // 2
        self.send(answer[:half])
        self.send(answer[half:])
        self.shut()

    def send(self, data: bytes) -> None:
        """From the server."""
        if self.open and data:
            self.end.received(data)

    def shut(self) -> None:
        """By the server, or with the bearer."""
        if self.open:
            self.open = False
            self.end.closed()

    def close(self) -> None:
        self.open = False


class FakeBearer:
    """Implements `air.Bearer`."""

    address = "10.89.193.1"

    def __init__(self, web: Web, lost: Callable[[], None]) -> None:
        self.web = web
        self.lost = lost
        self.open = True

    def connect(self, host: str, port: int, end: PipeEnd, done: Callable[[Pipe | None], None]) -> None:
        asyncio.get_running_loop().call_later(0.2, self._connect, (host, port), end, done)

    def _connect(self, where: tuple[str, int], end: PipeEnd, done: Callable[[Pipe | None], None]) -> None:
        if not self.open or where not in self.web.at:
            done(None)
            return
        wire = _Wire(self.web, end)
        self.web.ends.append(wire)
        done(wire)

    def close(self) -> None:
        self.open = False
        for wire in self.web.ends:
            wire.shut()

    def end(self) -> None:
        """By the network."""
        self.close()
        self.lost()


class FakeAir:
    """Implements `air.Air`: keeps what it was asked; a test makes things happen with the other methods."""

    def __init__(self, camp: Camp = UNICOM) -> None:
        self.home = camp
        self.on: list[Terminal] = []
        self.volte: bool | None = None
        self.dialled: list[tuple[str, bool]] = []
        self.calls: list[Leg] = []
        self.answered: list[Leg] = []
        self.hung_up: list[int] = []
        self.submitted: list[tuple[bytes, str]] = []
        self.codes: list[str] = []
        self.verdict: Submitted | None = None
        self.waiting = False
        self.asked: list[tuple[object, ...]] = []
        """what supplementary services were asked for: name, arguments"""
        self.refuses: dict[str, int] = {}
        """cause by name"""
        self.tones: list[str] = []
        self.web = Web()
        self.accesses: list[Access] = []
        self.bearers: list[FakeBearer] = []
        self.no_bearer: int | None = None
        """the cause with which packet connections are refused"""
        self.forwardings: dict[Forward, Forwarding] = {}

    def power_on(self, terminal: Terminal, *, volte: bool) -> None:
        self.on.append(terminal)
        self.volte = volte
        asyncio.get_running_loop().call_later(0.5, terminal.camped, self.home)

    def power_off(self, terminal: Terminal) -> None:
        self.on.remove(terminal)

    def camp(self, terminal: Terminal) -> Camp:
        del terminal
        return self.home

    def dial(self, terminal: Terminal, number: str, *, clir: bool = False) -> Leg:
        self.dialled.append((number, clir))
        leg = Leg(True, number, 145 if number.startswith("+") else 129, 2, terminal)
        self.calls.append(leg)
        return leg

    def ring(self, number: str, toa: int = 129, validity: int = 0) -> Leg:
        leg = Leg(False, number, toa, 4, self.on[0])
        self.calls.append(leg)
        self.on[0].offered(leg, Cli(number, toa, validity))
        return leg

    def progress(self, leg: Leg, state: int) -> None:
        leg.state = state
        leg.terminal.progressed(leg)

    def release(self, leg: Leg, cause: int) -> None:
        self.calls.remove(leg)
        leg.terminal.released(leg, cause)

    def answer(self, leg: Leg) -> None:
        self.answered.append(leg)
        asyncio.get_running_loop().call_later(0.2, self.progress, leg, 0)

    def hang_up(self, leg: Leg, cause: int = 16) -> None:
        self.hung_up.append(cause)
        self.calls.remove(leg)

    def legs(self, terminal: Terminal) -> list[Leg]:
        return [leg for leg in self.calls if leg.terminal is terminal]

    def _service(self, done: Done, act: Callable[[], None], name: str, *what: object) -> None:
        """Recorded, and obeyed 0.2 s later unless it is in `refuses`."""
        self.asked.append((name, *what))
        cause = self.refuses.get(name)

        def due() -> None:
            if cause is None:
                act()
            done(cause)

        asyncio.get_running_loop().call_later(0.2, due)

    def hold(self, legs: Sequence[Leg], done: Done) -> None:
        self._service(done, lambda: self._move(legs, HELD), "hold", *(leg.number for leg in legs))

    def retrieve(self, legs: Sequence[Leg], done: Done) -> None:
        active = [leg for leg in self.calls if leg.state == ACTIVE]

        def act() -> None:
            self._move(active, HELD)
            self._move(legs, ACTIVE)

        self._service(done, act, "retrieve", *(leg.number for leg in legs))

    def join(self, terminal: Terminal, done: Done) -> None:
        def act() -> None:
            for leg in self.calls:
                if leg.state in (ACTIVE, HELD):
                    leg.state, leg.multiparty = ACTIVE, True

        self._service(done, act, "join")

    def split(self, leg: Leg, done: Done) -> None:
        def act() -> None:
            others = [one for one in self.calls if one.multiparty and one is not leg]
            self._move(others, HELD)
            leg.multiparty = False
            for other in others:
                other.multiparty = len(others) > 1

        self._service(done, act, "split", leg.number)

    def transfer(self, terminal: Terminal, done: Done) -> None:
        self._service(done, lambda: None, "transfer")

    def deflect(self, leg: Leg, number: str, done: Done) -> None:
        self._service(done, lambda: None, "deflect", leg.number, number)

    @staticmethod
    def _move(legs: Sequence[Leg], state: int) -> None:
        for leg in legs:
            leg.state = state

    def tone(self, terminal: Terminal, digit: str) -> None:
        del terminal
        self.tones.append(digit)

    def forwarding(self, terminal: Terminal, when: Forward) -> Forwarding | None:
        del terminal
        return self.forwardings.get(when)

    def set_forwarding(
        self, terminal: Terminal, when: Forward, forwarding: Forwarding | None, done: Done
    ) -> None:
        def act() -> None:
            if forwarding is None:
                self.forwardings.pop(when, None)
            else:
                self.forwardings[when] = forwarding

        self._service(done, act, "forward", when, forwarding)

    def submit(self, terminal: Terminal, tpdu: bytes, smsc: str, done: Callable[[Submitted], None]) -> None:
        del terminal
        self.submitted.append((tpdu, smsc))
        asyncio.get_running_loop().call_later(0.5, done, self.verdict or Submitted(tpdu[1]))

    def open_bearer(
        self,
        terminal: Terminal,
        access: Access,
        done: Callable[[Bearer | int], None],
        lost: Callable[[], None],
    ) -> None:
        del terminal
        self.accesses.append(access)
        asyncio.get_running_loop().call_later(0.5, self._opened, done, lost)

    def _opened(self, done: Callable[[Bearer | int], None], lost: Callable[[], None]) -> None:
        if self.no_bearer is not None:
            done(self.no_bearer)
            return
        bearer = FakeBearer(self.web, lost)
        self.bearers.append(bearer)
        done(bearer)

    def call_waiting(self, terminal: Terminal) -> bool:
        del terminal
        return self.waiting

    def set_call_waiting(self, terminal: Terminal, on: bool) -> int | None:
        del terminal
        if (cause := self.refuses.get("waiting")) is None:
            self.waiting = on
        return cause

    def ussd(self, terminal: Terminal, code: str) -> None:
        del terminal
        self.codes.append(code)

    def ussd_end(self, terminal: Terminal) -> None:
        del terminal
        self.codes.append("end")


class Desk:
    """A client's end of the wire."""

    def __init__(self, modem: EmulatedModem, air: FakeAir) -> None:
        self.modem = modem
        self.air = air
        self.pieces: list[bytes] = []
        modem.attach(self.pieces.append)

    def read(self) -> bytes:
        """Everything since the last read."""
        data = b"".join(self.pieces)
        self.pieces.clear()
        return data

    async def later(self, seconds: float = 1.0) -> bytes:
        await asyncio.sleep(seconds)
        return self.read()

    async def at(self, text: str | bytes, seconds: float = 1.0) -> bytes:
        """Type a line (CR is added), and what has come back `seconds` later."""
        data = text.encode() if isinstance(text, str) else text
        self.modem.received(data + b"\r")
        return await self.later(seconds)

    async def lines(self, text: str, seconds: float = 1.0) -> list[str]:
        """The lines of an answer without the echo."""
        answer = (await self.at(text, seconds)).decode("latin-1")
        return [line for line in answer.removeprefix(text + "\r").split("\r\n") if line]


SIM = SimPart(
    name="s1",
    msisdn="17090001234",
    imsi="460010123456789",
    iccid="8986011234567890123",
    kind="mvno",
    brand="小米移动",
    base_operator="CUCC",
    city="北京",
    spn="小米移动",
    smsc="+8613010112500",
    msisdn_on_card=True,
)


@pytest.fixture
def sim() -> SimPart:
    return SIM


@pytest.fixture
def on_desk() -> Callable[..., None]:
    """Run `scenario(desk)` on a virtual clock with a registered modem, echo off."""

    def run(
        scenario: Callable[[Desk], Coroutine[Any, Any, None]],
        *,
        profile: str = "generic",
        card: Card | None = None,
        quirks: tuple[str, ...] = (),
        camp: Camp = UNICOM,
        slot: bool = True,
        quiet: bool = True,
    ) -> None:
        async def main() -> None:
            air = FakeAir(camp)
            wrong = Quirks(map(parse, quirks), modem="m1", seed=7)
            modem = EmulatedModem(
                (card or Card.of(SIM)) if slot else None,
                air,
                name="m1",
                imei="862107043556942",
                profile=profile,
                seed=7,
                quirks=wrong,
            )
            desk = Desk(modem, air)
            modem.start()
            await desk.later(2)
            if quiet:
                await desk.at("ATE0")
            await scenario(desk)

        run_virtual(main())

    return run
