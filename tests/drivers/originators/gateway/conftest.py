"""A gateway that does what a test tells it, in every protocol; proofs are computed here from standards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from drivers.originators.gateway import GatewayClient
from interop.gateway import Frame, cmpp, sgip, smgp, smpp
from interop.gateway.provider import Account
from interop.gateway.providers import PROVIDERS
from interop.gateway.session import Answered, Asked, Garbled, Session, counting
from interop.lab.model import GatewayPart

SECRET = "s3cret77"
NOW = datetime(2026, 3, 1, 9, 0, 5, tzinfo=timezone(timedelta(hours=8)))


class Journal:
    """What was said, in hexadecimal: (">" or "<", line)."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.notes: list[str] = []

    def sent(self, data: bytes) -> None:
        self.lines.append((">", data.decode()))

    def received(self, data: bytes) -> None:
        self.lines.append(("<", data.decode()))

    def note(self, text: str) -> None:
        self.notes.append(text)


class Gateway:
    """One scripted gateway. `submit(frame)` answers what is submitted: a PDU, or None for silence."""

    def __init__(self, protocol: str, folder: Path) -> None:
        self.protocol = protocol
        self.socket = str(folder / "gw")
        self.endpoint: tuple[str, str | None] = ("", self.socket)
        self.login_code: int | None = None
        self.submitted: list[Any] = []
        self.asked: list[Any] = []
        self.answered: list[Any] = []
        self.garbled: list[Garbled] = []
        self.logins = 0
        self.proof = b""
        """its own, of the last login"""
        self.code = 0
        self.silent: set[type] = set()
        self.waiting: list[Frame] = []
        self.most_waiting = 0
        self.changed = asyncio.Event()
        self._provider = PROVIDERS[protocol](Account("901234", SECRET, "1", corporation="91234"))
        self._server: asyncio.Server | None = None
        self.writer: asyncio.StreamWriter | None = None
        self.session: Session | None = None
        self._count = 0

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self.socket)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        if self.writer is not None:
            self.writer.close()

    def vanish(self) -> None:
        """Hang up, and be nowhere from now on."""
        assert self._server is not None and self.writer is not None
        self._server.close()
        self.writer.close()
        Path(self.socket).unlink()

    def _session(self) -> Session:
        numbers = counting(500)
        sequence: Callable[[], Any] = (lambda: (1, 2, numbers())) if self.protocol == "sgip" else numbers
        return Session(self._provider.dialect, self._provider.version, sequence=sequence, window=100)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer, self.session = writer, self._session()
        session = self.session
        while data := await reader.read(4096):
            for event in session.receive(data):
                if isinstance(event, Asked):
                    self._take(session, event.frame)
                elif isinstance(event, Answered):
                    self.answered.append(event.frame)
                elif isinstance(event, Garbled):
                    self.garbled.append(event)
            self.changed.set()
        writer.close()

    def _take(self, session: Session, frame: Frame) -> None:
        pdu, assert_writer = frame.pdu, self.writer
        assert assert_writer is not None
        self.asked.append(pdu)
        if type(pdu) in self.silent:
            if isinstance(pdu, SUBMITS):
                self.submitted.append(pdu)
                self.waiting.append(frame)
                self.most_waiting = max(self.most_waiting, len(self.waiting))
            return
        if isinstance(pdu, SUBMITS):
            self.submitted.append(pdu)
            self.answer(frame, self.code)
        elif isinstance(pdu, LOGINS):
            self.logins += 1
            reply, status = self._login(pdu)
            assert_writer.write(session.answer(frame, reply, status))
        else:
            reply = self._provider.reply(frame)
            if reply is not None:
                assert_writer.write(session.answer(frame, reply))

    def answer(self, frame: Frame, code: int = 0) -> None:
        assert self.writer is not None and self.session is not None
        self._count += 1
        replies: dict[str, Any] = {
            "cmpp2": cmpp.SubmitResp(0 if code else 7000 + self._count, code),
            "cmpp3": cmpp.SubmitResp(0 if code else 7000 + self._count, code),
            "sgip": sgip.SubmitResp(code),
            "smgp": smgp.SubmitResp(bytes((0, 1, 2, 3, 4, 5, 6, 7, 8, self._count)), code),
            "smpp": smpp.SubmitSmResp("" if code else f"id{self._count}"),
        }
        status = code if self.protocol == "smpp" else 0
        self.writer.write(self.session.answer(frame, replies[self.protocol], status))

    def _login(self, pdu: Any) -> tuple[Any, int]:
        """By the standards' own words, not by our codec's functions."""
        name, secret = b"901234", SECRET.encode()
        match pdu:
            case cmpp.Connect(source, proof, version, timestamp):
                stamp = f"{timestamp:010d}".encode()
                good = (source, proof) == ("901234", md5(name + b"\0" * 9 + secret + stamp).digest())
                good = good and version == {"cmpp2": 0x20, "cmpp3": 0x30}[self.protocol]
                code = self.login_code or (0 if good else 3)
                width = 1 if self.protocol == "cmpp2" else 4
                self.proof = md5(code.to_bytes(width, "big") + proof + secret).digest()
                return cmpp.ConnectResp(code, self.proof, version), 0
            case smgp.Login(client, proof, _mode, timestamp):
                stamp = f"{timestamp:010d}".encode()
                good = (client, proof) == ("901234", md5(name + b"\0" * 7 + secret + stamp).digest())
                code = self.login_code or (0 if good else 21)
                self.proof = md5(code.to_bytes(4, "big") + proof + secret).digest()
                return smgp.LoginResp(code, self.proof), 0
            case sgip.Bind(kind, given, password):
                good = (kind, given, password) == (1, "901234", SECRET)
                return sgip.BindResp(self.login_code or (0 if good else 1)), 0
            case smpp.BindTransceiver(system_id, password):
                good = (system_id, password) == ("901234", SECRET)
                return smpp.BindTransceiverResp("gw"), self.login_code or (0 if good else 0x0E)
        raise AssertionError(pdu)

    # What it says by itself

    def ask(self, pdu: Any) -> None:
        assert self.writer is not None and self.session is not None
        _, data = self.session.request(pdu)
        self.writer.write(data)

    def report(self, reference: str, state: str) -> Any:
        match self.protocol:
            case "cmpp2" | "cmpp3":
                version = int(self.protocol[-1])
                inside = cmpp.Report(int(reference), state, "2603010900", "2603010901", "13900001234", 1)
                return cmpp.Deliver(9, "1069", registered_delivery=1, content=inside.encode(version))
            case "sgip":
                node, when, number = map(int, reference.split("."))
                code = {"DELIVRD": 0, "ENROUTE": 1}.get(state, 2)
                return sgip.Report((node, when, number), 0, "8613900001234", code, 29 if code == 2 else 0)
            case "smgp":
                text = smgp.Report(bytes.fromhex(reference), "2603010900", "2603010901", state).encode()
                return smgp.Deliver(bytes(10), 1, content=text, source="13900001234", destination="1069")
        return smpp.Receipt(reference, state, "2603010900", "2603010901").deliver("13900001234", "1069")

    def reply(self, text: str, header: bytes = b"") -> Any:
        """A message from a handset in UCS2."""
        content, udhi = header + text.encode("utf-16-be"), int(bool(header))
        match self.protocol:
            case "cmpp2" | "cmpp3":
                return cmpp.Deliver(9, "1069", "", 0, udhi, 8, "13900001234", content=content)
            case "sgip":
                return sgip.Deliver("8613900001234", "1069", 0, udhi, 8, content)
            case "smgp":
                options = ((smgp.TP_UDHI, b"\1"),) if header else ()
                return smgp.Deliver(
                    bytes(10), 0, 8, "", "13900001234", "1069", content=content, options=options
                )
        return smpp.DeliverSm(
            source="13900001234", destination="1069", esm_class=0x40 * udhi, coding=8, content=content
        )

    async def until(self, true: Callable[[], bool]) -> None:
        """Waits for what the client says. Fails after a virtual hour."""
        async with asyncio.timeout(3600):
            while not true():
                self.changed.clear()
                await self.changed.wait()


SUBMITS = (cmpp.Submit, sgip.Submit, smgp.Submit, smpp.SubmitSm)
LOGINS = (cmpp.Connect, sgip.Bind, smgp.Login, smpp.BindTransceiver)


class Ground:
    """Makes gateways and clients in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = Journal()

    def gateway(self, protocol: str) -> Gateway:
        return Gateway(protocol, self.folder)

    def client(
        self, gateway: Gateway, *, secret: str = SECRET, allow: Callable[[], None] = lambda: None, **part: Any
    ) -> GatewayClient:
        given: dict[str, Any] = {
            "name": "gw",
            "title": "a gateway",
            "driver": gateway.protocol,
            "url": "emulated:/gw",
            "account": "901234",
            "number": "1069012345",
            "operator": "CMCC",
            "city": "北京",
            **({"corporation": "91234"} if gateway.protocol == "sgip" else {}),
            **part,
        }
        return GatewayClient(
            GatewayPart.model_validate(given),
            gateway.endpoint,
            secret=secret,
            journal=self.journal,
            now=lambda: NOW + timedelta(seconds=asyncio.get_running_loop().time()),
            allow=allow,
        )


@pytest.fixture
def ground() -> Iterator[Ground]:
    with TemporaryDirectory(prefix="gw-") as folder:  # a unix socket's path is short
        yield Ground(Path(folder))
