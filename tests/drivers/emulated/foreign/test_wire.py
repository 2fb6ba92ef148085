"""Bytes on loopback TCP between clients of service providers and our servers, read by tshark: what a relay
between them heard, cut as it came. Nothing is malformed, and what was said is what tshark shows.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from drivers.originators.gateway import GatewayClient
from interop.gateway import Frame, cmpp
from interop.gateway.session import Answered, Session, counting
from interop.lab.equipment import CHINA
from interop.lab.model import GatewayPart
from interop.record.events import GatewayClaimed, MessageFromHandset
from interop.smspdu import Push
from interop.smspdu.userdata import encode_header
from interop.smspdu.wap import MMS_NOTIFICATION
from tests.drivers.emulated.foreign.test_providers import (
    ASCII,
    CODE,
    SECRET,
    THEIRS,
    WITHIN_S,
    Esme,
    account,
    with_secrets,
)

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Emulated, Phone

pytestmark = pytest.mark.foreign

FLASH, CHINESE_FLASH = "Flash 135790", "闪信135790"
LONG = "尊敬的客户，" + "您的验证码是246801。" * 7
STOP = "退订回T"
LOCATION = "http://mmsc.example/" + "x" * 120
NOTIFICATION = (
    b"\x8c\x82\x98T1\0\x8d\x92\x8a\x80\x8e\x02\x03\xe8\x88\x05\x81\x03\x01\x51\x80\x83"
    + LOCATION.encode() + b"\0"
)  # fmt: skip
OURS = "13900001234"
"""the handset that CMPP is tried with, beside that of SMPP"""


class Relay:
    """Between a client and a port of ours: (which connection, from the client?, octets) as they came."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[tuple[int, bool, bytes]] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        number = 0
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            for source, sink, out in ((near, far, True), (far, near, False)):
                pump = threading.Thread(target=self._pump, args=(number, out, source, sink))
                self._threads.append(pump)
                pump.start()
            number += 1

    def _pump(self, number: int, out: bool, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.heard.append((number, out, data))
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def close(self) -> None:
        """Once both ends have hung up."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(WITHIN_S)
            assert not thread.is_alive()

    def capture(self, path: Path, port: int) -> Path:
        """As TCP over IPv4 (LINKTYPE_RAW) with the protocol's own port at our end."""
        out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)]
        at: Counter[tuple[int, bool]] = Counter()
        for number, from_client, data in self.heard:
            here, there = (number, from_client), (number, not from_client)
            ends = (40000 + number, port) if from_client else (port, 40000 + number)
            for start in range(0, len(data), 1400):
                piece = data[start : start + 1400]
                tcp = struct.pack(">HHIIBBHHH", *ends, 1 + at[here], 1 + at[there], 0x50, 0x18, 65535, 0, 0)
                size, address = 40 + len(piece), bytes((127, 0, 0, 1))
                ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 6, 0, address, address)
                out.append(struct.pack("<IIII", 0, 0, size, size) + ip + tcp + piece)
                at[here] += len(piece)
        path.write_bytes(b"".join(out))
        return path


Pdu = dict[str, list[tuple[str, str]]]


def dissect(path: Path, protocol: str) -> list[Pdu]:
    """Every PDU of a protocol: field -> (shown, octets in hexadecimal). Fails where anything is malformed."""
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("tshark is not installed (apt install tshark)")
    command = [program, "-n", "-r", str(path), "-T", "pdml"]
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    run = subprocess.run(command, env=environment, capture_output=True, check=True)
    pdus: list[Pdu] = []
    for packet in ElementTree.fromstring(run.stdout).iter("packet"):
        names = {str(item.get("name")) for item in packet.iter()}
        assert not names & {"_ws.malformed", "_ws.expert"}, sorted(names)
        for proto in packet.findall("proto"):
            if proto.get("name") == protocol:
                pdus.append({})
            if proto.get("name") not in ("geninfo", "frame", "raw", "ip", "tcp"):
                for item in proto.iter():
                    shown = (item.get("show", ""), item.get("value", ""))
                    pdus[-1].setdefault(str(item.get("name")), []).append(shown)
    return pdus


def one(pdu: Pdu, name: str) -> str:
    ((shown, _),) = pdu[name]
    return shown


def octets(pdu: Pdu, name: str) -> bytes:
    return bytes.fromhex(pdu[name][0][1])


def by_command(pdus: list[Pdu], name: str) -> dict[int, list[Pdu]]:
    found: dict[int, list[Pdu]] = {}
    for pdu in pdus:
        found.setdefault(int(one(pdu, name), 16), []).append(pdu)
    return found


def texts(parts: list[tuple[int, bytes, bool]]) -> list[str | bytes]:
    """(coding, content, with a header?) in their order -> bodies, parts joined by their number."""
    bodies: list[str | bytes] = []
    for coding, content, header in parts:
        skip = content[0] + 1 if header else 0
        body = content[skip:].decode("utf-16-be" if coding & 0x0C == 8 else "ascii")
        if header and content[skip - 1] > 1:
            bodies[-1] = str(bodies[-1]) + body
        else:
            bodies.append(body)
    return bodies


@pytest.fixture(scope="module")
def country(emulate: Callable[..., Emulated], tmp_path_factory: pytest.TempPathFactory) -> Emulated:
    """The small lab with a secret for every account."""
    lab = with_secrets(tmp_path_factory.mktemp("lab"))
    return emulate(str(lab), "--ports", str(tmp_path_factory.mktemp("ports")))


@contextmanager
def relay(port: int) -> Iterator[Relay]:
    between = Relay(port)
    try:
        yield between
    finally:
        between.close()


def push_parts() -> list[bytes]:
    """An MMS notification as WAP push, ready for a message with a header."""
    push = Push(MMS_NOTIFICATION, b"\xaf\x84", NOTIFICATION, transaction=9)
    parts = []
    for _, data in push.messages(reference=77):
        assert isinstance(data.body, bytes)
        parts.append(encode_header(data.header) + data.body)
    return parts


SAID = [(ASCII, None), (CODE, None), (FLASH, 0x10), (CHINESE_FLASH, 0x18), (LONG, None)]
"""by smpplib, and the coding that it shall name"""


def by_smpplib(country: Emulated, handset: Phone) -> tuple[Relay, Esme]:
    """Texts, a WAP push, their reports, a reply."""
    client_of = pytest.importorskip("smpplib.client", reason="smpplib is not installed (extra dev)").Client
    port, name, number = account(country, "smsc")
    with relay(port) as between:
        client = client_of("127.0.0.1", between.port, timeout=5, allow_unknown_opt_params=True)
        esme = Esme(client, number)
        client.set_message_sent_handler(lambda pdu, **_: esme.taken.append(pdu.message_id.decode()))
        client.set_message_received_handler(lambda pdu, **_: esme.heard.append(pdu))
        client.connect()
        client.bind_transceiver(system_id=name, password=SECRET)
        handset.text(f"+{number}", STOP)
        ids = [one_id for text, coding in SAID for one_id in esme.send(text, coding)]
        for content in push_parts():
            client.send_message(
                source_addr=number, destination_addr=THEIRS, short_message=content, data_coding=4,
                esm_class=0x40, registered_delivery=True,
            )  # fmt: skip
        esme.until(lambda: len(esme.taken) == len(ids) + 2)
        esme.delivered(esme.taken)
        esme.until(lambda: len(esme.heard) == len(esme.taken) + 1)
        client.unbind()
        client.disconnect()
    return between, esme


def check_smpp(between: Relay, esme: Esme, name: str, path: Path) -> None:
    pdus = dissect(between.capture(path, 2775), "smpp")
    commands = by_command(pdus, "smpp.command_id")
    assert {0x9, 0x80000009, 0x4, 0x80000004, 0x5, 0x80000005, 0x6, 0x80000006} <= commands.keys()
    (bind,) = commands[0x9]
    assert [one(bind, "smpp.system_id"), one(bind, "smpp.password")] == [name, SECRET]
    submits = commands[0x4]
    assert {(one(pdu, "smpp.source_addr"), one(pdu, "smpp.destination_addr")) for pdu in submits} == {
        (esme.number, THEIRS)
    }
    parts = [
        (
            int(one(pdu, "smpp.data_coding"), 16),
            octets(pdu, "smpp.message"),
            one(pdu, "smpp.esm.submit.features") == "0x01",
        )
        for pdu in submits
    ]
    assert texts(parts[:-2]) == [text for text, _ in SAID]
    assert [content for _, content, _ in parts[-2:]] == push_parts()
    assert [one(submits[-1], name) for name in ("wsp.TID", "mmse.content_location")] == ["0x09", LOCATION]
    assert [one(pdu, "smpp.message_id") for pdu in commands[0x80000004]] == esme.taken
    assert {one(pdu, "smpp.command_status") for pdu in pdus if "smpp.command_status" in pdu} == {"0x00000000"}
    heard = [
        (
            one(pdu, "smpp.source_addr").encode(),
            one(pdu, "smpp.destination_addr").encode(),
            octets(pdu, "smpp.message"),
        )
        for pdu in commands[0x5]
    ]
    assert heard == [(pdu.source_addr, pdu.destination_addr, pdu.short_message) for pdu in esme.heard]
    receipts = [pdu for pdu in commands[0x5] if "smpp.message_state" in pdu]
    assert {one(pdu, "smpp.receipted_message_id") for pdu in receipts} == set(esme.taken)
    assert {one(pdu, "smpp.message_state") for pdu in receipts} == {"2"}
    (reply,) = (pdu for pdu in commands[0x5] if pdu not in receipts)
    assert one(reply, "smpp.message_text") == STOP


def about(reference: str) -> Callable[[GatewayClaimed], bool]:
    return lambda claim: claim.reference == reference


class Quiet:
    """No journal."""

    def sent(self, data: bytes) -> None: ...

    def received(self, data: bytes) -> None: ...

    def note(self, text: str) -> None: ...


async def as_originator(part: GatewayPart, port: int, handset: Phone) -> tuple[list[str], list[str]]:
    """Three texts, their reports and a reply through our own client; the references of both."""
    client = GatewayClient(
        part, (f"tcp://127.0.0.1:{port}", None), secret=SECRET, journal=Quiet(),
        now=lambda: datetime.now(CHINA), allow=lambda: None,
    )  # fmt: skip
    mark, given = client.events.mark(), list[str]()
    await client.connect()
    await asyncio.to_thread(handset.text, part.number, STOP)
    for text in (ASCII, CODE, LONG):
        given += (await client.send(OURS, text)).references
    for reference in given:
        told = await client.events.wait(GatewayClaimed, within=WITHIN_S, since=mark, where=about(reference))
        assert told is not None and told.delivered
    reported = [event.reference for event in client.events.since(mark) if isinstance(event, GatewayClaimed)]
    reply = await client.events.wait(MessageFromHandset, within=WITHIN_S, since=mark)
    assert reply is not None and (reply.sender, reply.text) == (OURS, STOP)
    await client.close()
    return given, reported


async def as_provider(part: GatewayPart, port: int, submits: list[cmpp.Submit]) -> list[str]:
    """What our client never sends, over the codec alone, without reports; the ids that the gateway gave."""
    session = Session(cmpp.CMPP, 3, sequence=counting())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    proof = cmpp.authenticator(part.account, SECRET, 105090007)
    given: list[str] = []
    writer.write(session.request(cmpp.Connect(part.account, proof, 0x30, 105090007))[1])
    async with asyncio.timeout(WITHIN_S):
        while len(given) < len(submits):
            for event in session.receive(await reader.read(65536)):
                match event:
                    case Answered(_, Frame(cmpp.ConnectResp(0))):
                        writer.writelines(session.request(submit)[1] for submit in submits)
                    case Answered(_, Frame(cmpp.SubmitResp(message_id, 0))):
                        given.append(str(message_id))
                    case other:
                        raise AssertionError(other)
        writer.write(session.request(cmpp.Terminate())[1])
        assert await reader.read(65536)
    writer.close()
    return given


def by_our_clients(part: GatewayPart, port: int, handset: Phone) -> tuple[Relay, list[str], list[str]]:
    """The references that were given, and those that our client was told of, in their order."""
    same: dict[str, Any] = {"sender": part.account, "source": part.number, "destinations": (OURS,)}
    others = [cmpp.Submit(coding=0x18, content=CHINESE_FLASH.encode("utf-16-be"), **same)]
    others += [
        cmpp.Submit(coding=4, udhi=1, parts=2, part=place, content=content, **same)
        for place, content in enumerate(push_parts(), 1)
    ]
    with relay(port) as between:
        given, reported = asyncio.run(as_originator(part, between.port, handset))
        given += asyncio.run(as_provider(part, between.port, others))
    return between, given, reported


def check_cmpp(between: Relay, given: list[str], reported: list[str], part: GatewayPart, path: Path) -> None:
    pdus = dissect(between.capture(path, 7890), "cmpp")
    commands = by_command(pdus, "cmpp.Command_Id")
    assert {one(pdu, "cmpp.connect.Source_Addr") for pdu in commands[0x1]} == {part.account}
    assert {one(pdu, "cmpp.connect_resp.Status") for pdu in commands[0x80000001]} == {"0"}
    submits = commands[0x4]
    for pdu in submits:
        assert (one(pdu, "cmpp.submit.Src_Id"), one(pdu, "cmpp.Dest_terminal_Id")) == (part.number, OURS)
        assert int(one(pdu, "cmpp.Msg_Length")) == len(octets(pdu, "cmpp.Msg_Content"))
        assert int(one(pdu, "cmpp.Total_Length")) == 163 + 32 + len(octets(pdu, "cmpp.Msg_Content"))
    parts = [
        (int(one(pdu, "cmpp.Msg_Fmt")), octets(pdu, "cmpp.Msg_Content"), one(pdu, "cmpp.TP_udhi") == "1")
        for pdu in submits
    ]
    assert texts(parts[:-2]) == [ASCII, CODE, LONG, CHINESE_FLASH]
    assert [(coding, content) for coding, content, _ in parts[-2:]] == [
        (4, one_part) for one_part in push_parts()
    ]
    numbers = [(one(pdu, "cmpp.submit.Pk_number"), one(pdu, "cmpp.submit.Pk_total")) for pdu in submits]
    assert numbers[-2:] == [("1", "2"), ("2", "2")] == numbers[2:4]
    answers = commands[0x80000004]
    assert [str(int(one(pdu, "cmpp.Msg_Id"), 16)) for pdu in answers] == given
    assert {one(pdu, "cmpp.submit_resp.Result") for pdu in answers} == {"0"}
    reports = [pdu for pdu in commands[0x5] if "cmpp.deliver.Report" in pdu]
    told = [str(int(pdu["cmpp.Msg_Id"][1][0], 16)) for pdu in reports]
    assert told == reported and sorted(told) == sorted(given[:-3])
    assert {one(pdu, "cmpp.deliver.Report.Status") for pdu in reports} == {"DELIVRD"}
    (reply,) = (pdu for pdu in commands[0x5] if pdu not in reports)
    assert one(reply, "cmpp.deliver.Dest_Id") == part.number
    assert octets(reply, "cmpp.Msg_Content").decode("utf-16-be") == STOP


def test_what_is_on_the_wire_is_what_tshark_shows(
    country: Emulated, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    """Both at once, for handsets take their messages in real time."""
    port, name, number = account(country, "cmcc-gw")
    part = GatewayPart.model_validate({
        "name": "cmcc-gw", "title": "x", "driver": "cmpp3", "url": f"tcp://127.0.0.1:{port}", "account": name,
        "number": number, "operator": "CMCC", "city": "北京",
    })  # fmt: skip
    handsets = [phone(country.modems[modem]["pty"]) for modem in ("m04", "m05")]
    with ThreadPoolExecutor(1) as pool:
        ours = pool.submit(by_our_clients, part, port, handsets[0])
        between, esme = by_smpplib(country, handsets[1])
        check_cmpp(*ours.result(), part, tmp_path / "cmpp.pcap")
    check_smpp(between, esme, account(country, "smsc")[1], tmp_path / "smpp.pcap")
