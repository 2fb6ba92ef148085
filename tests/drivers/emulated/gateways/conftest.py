"""Gateways with handsets around them and without any AT; providers of our own that speak to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from drivers.emulated.air import Camp, Cli, Hint, Leg, Notice, Submitted
from drivers.emulated.defects import parse_all
from drivers.emulated.gateways.exchange import Exchange
from drivers.emulated.gateways.gateway import Surroundings
from drivers.emulated.gateways.tables import Tables
from drivers.emulated.hlr import OPERATORS, Subscriber
from drivers.emulated.network import Network
from interop.gateway.provider import Account as ProviderAccount
from interop.gateway.provider import Came, Handed, Reported
from interop.gateway.providers import PROVIDERS
from interop.gateway.session import Answered, Asked, Session
from interop.gateway.text import Piece, pieces
from interop.lab.model import GatewayPart, Lab
from interop.smspdu import (
    Address,
    Complete,
    Deliver,
    Direction,
    Reassembly,
    Status,
    StatusReport,
    Submit,
    decode,
    split_text,
    submits,
)

ROOT = Path(__file__).resolve().parents[4]
EPOCH = 1_767_225_600.0  # 2026-01-01 08:00:00 in China


def gateway(name: str, driver: str, account: str, number: str, operator: str, **other: Any) -> GatewayPart:
    return GatewayPart.model_validate({
        "name": name, "title": name, "driver": driver, "url": f"emulated:/gateways/{name}",
        "account": account, "secret": "file:secret.txt", "number": number, "operator": operator,
        "city": "北京", **other,
    })  # fmt: skip


GATEWAYS = (
    gateway("cmpp2", "cmpp2", "901234", "1069012345", "CMCC"),
    gateway("cmpp3", "cmpp3", "905678", "10657955880", "CMCC"),
    gateway("sgip", "sgip", "33333", "10655955990", "CUCC"),
    gateway("smgp", "smgp", "66666", "10659955330", "CTCC"),
    gateway("smpp", "smpp", "bank", "95588", "CUCC"),
)


class Phone:
    """Implements `Terminal` and writes down what comes, with the time."""

    def __init__(self, network: Network, subscriber: Subscriber) -> None:
        self._network = network
        self.imsi, self.msisdn = subscriber.imsi, subscriber.msisdn
        self.delivers: list[tuple[datetime, Deliver]] = []
        self.texts: list[tuple[str, str | bytes]] = []
        self.statuses: list[Status] = []
        self._parts = Reassembly()

    def message(self, tpdu: bytes, smsc: str) -> bool:
        del smsc
        deliver = decode(tpdu, Direction.SC_TO_MS)
        assert isinstance(deliver, Deliver)
        self.delivers.append((self._network.now(), deliver))
        match self._parts.add(deliver):
            case Complete(body):
                self.texts.append((str(deliver.originator), body))
        return True

    def report(self, tpdu: bytes, smsc: str) -> None:
        del smsc
        report = decode(tpdu, Direction.SC_TO_MS)
        assert isinstance(report, StatusReport)
        self.statuses.append(report.status)

    def write(self, to: str, text: str) -> None:
        first = Submit.of_text(Address.parse(to), "", report_request=True)
        for submit in submits(split_text(text, reference=9), first):
            self._network.submit(self, submit.encode(), "", _nothing)

    def camped(self, camp: Camp) -> None: ...
    def offered(self, leg: Leg, cli: Cli) -> None: ...
    def progressed(self, leg: Leg) -> None: ...
    def released(self, leg: Leg, cause: int) -> None: ...
    def notified(self, leg: Leg, notice: Notice) -> None: ...
    def hinted(self, leg: Leg, hint: Hint) -> None: ...
    def heard(self, leg: Leg, digit: str) -> None: ...
    def ussd(self, text: str, mode: int, dcs: int = 15) -> None: ...


def _nothing(_submitted: Submitted) -> None: ...


class Hall:
    """Every SIM of the small lab in a phone, and one gateway of each protocol. Built inside the loop."""

    def __init__(self, scratch: Path, *defects: str, gateways: tuple[GatewayPart, ...] = GATEWAYS) -> None:
        (scratch / "secret.txt").write_text("s3cret\n", encoding="ascii")
        given = yaml.safe_load((ROOT / "lab-config/small.yaml").read_text(encoding="utf-8"))
        lab = Lab.model_validate_json(json.dumps(given)).model_copy(update={"gateways": gateways})
        lab._directory = scratch
        self.lab = lab
        found = parse_all(defects, lab)
        people = [
            Subscriber.of(sim, imsi=sim.imsi, ehplmn=(OPERATORS[sim.base_operator].plmn,)) for sim in lab.sims
        ]
        self.network = Network(people, seed=1, epoch=EPOCH, defects=found)
        clock = asyncio.get_running_loop().time
        around = Surroundings(
            self.network.hlr, self.network.centre, found, self.network.timers, Tables(people), clock,
            self.network.now,
        )  # fmt: skip
        self.exchange = Exchange(lab, around, scratch)
        self.network.centre.services = self.exchange
        self.phones = {
            sim.name: Phone(self.network, person) for sim, person in zip(lab.sims, people, strict=True)
        }

    def __getitem__(self, sim: str) -> Phone:
        return self.phones[sim]

    async def open(self) -> Hall:
        await self.exchange.open()
        for phone in self.phones.values():
            self.network.power_on(phone, volte=True)
        await asyncio.sleep(5)
        return self

    def unbound(self, name: str, secret: str = "s3cret") -> Sp:
        part = next(part for part in self.lab.gateways if part.name == name)
        return Sp(part, secret, self.network.now)

    async def provider(self, name: str, secret: str = "s3cret") -> Sp:
        sp = self.unbound(name, secret)
        await sp.bind(self.socket(name))
        return sp

    def socket(self, name: str) -> str:
        socket = self.exchange.socket(f"/gateways/{name}")
        assert socket is not None
        return socket

    def close(self) -> None:
        self.exchange.close()
        self.network.stop()


class Sp:
    """A provider: `interop.gateway.provider` on a unix socket."""

    def __init__(self, part: GatewayPart, secret: str, now: Callable[[], datetime]) -> None:
        account = ProviderAccount(part.account, secret, part.number)
        self.provider = PROVIDERS[part.driver](account)
        self._now = now
        self.refused: int | None = None
        self.handed: dict[Any, Handed] = {}
        self.reports: list[Reported] = []
        self.came: list[Came] = []
        self.got_something = asyncio.Event()
        self.over = asyncio.Event()

    async def bind(self, socket: str) -> None:
        if self.provider.dialect.name == "SGIP":
            self._server = await asyncio.start_unix_server(self.called_back, f"{socket}.back")
        reader, writer = await asyncio.open_unix_connection(socket)
        self._session = self._new_session()
        self._writer = writer
        self._reading = asyncio.create_task(self._read(self._session, reader, writer))
        self.request(self.provider.login(self._now()))
        await asyncio.sleep(1)

    def _new_session(self) -> Session:
        provider = self.provider
        return Session(provider.dialect, provider.version, sequence=provider.sequence(self._now), window=1000)

    async def called_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._read(self._new_session(), reader, writer)

    def request(self, pdu: Any) -> Any:
        """Its sequence number."""
        frame, data = self._session.request(pdu)
        self._writer.write(data)
        return frame.sequence

    async def _read(
        self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        provider = self.provider
        while data := await reader.read(4096):
            for event in session.receive(data):
                match event:
                    case Answered(request, frame) if self.refused is None:
                        del request
                        self.refused = provider.refused(frame)
                    case Answered(request, frame):
                        self.handed[request.sequence] = provider.handed(request, frame)
                    case Asked(frame):
                        writer.write(session.answer(frame, provider.reply(frame)))
                        match provider.heard(frame):
                            case Reported() as report:
                                self.reports.append(report)
                            case Came() as came:
                                self.came.append(came)
                                self.got_something.set()
                    case other:
                        raise AssertionError(other)
        self.over.set()

    async def send(self, to: str, text: str, wait: float = 20.0) -> list[Handed]:
        """The answer to each part."""
        return await self.send_pieces(to, pieces(text, reference=7), wait)

    async def send_pieces(self, to: str, parts: list[Piece], wait: float = 20.0) -> list[Handed]:
        numbers = [self.request(self.provider.submit(piece, to, report=True)) for piece in parts]
        await asyncio.sleep(wait)
        return [self.handed[number] for number in numbers]

    def leave(self) -> None:
        self._writer.close()


@pytest.fixture
def hall() -> type[Hall]:
    return Hall
