"""Stock mmsd-tng at our MMSC: it fetches what our subscribers send, and sends to them (messages.md 8).

Its ModemManager is a mock on a bus of its own, which hands it the pushes of our network; its HTTP goes to the
operator's WAP proxy on a loopback port. All octets between the two are kept, and tshark reads them.
"""

from __future__ import annotations

import asyncio
import re
import struct
import time
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from drivers.at import AtModem
from drivers.emulated.country import Country
from interop import mms
from interop.lab.access import mms_service
from interop.lab.load import load
from interop.lab.model import SimPart
from interop.protocols.equipment import Setting
from interop.protocols.link import NoJournal
from interop.protocols.mms import MmsOutcome
from interop.protocols.modem import Stat
from interop.record.events import MmsNotified, MmsReported, RegistrationSeen
from interop.smspdu import Deliver, Direction, Reassembly, from_at

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Program

pytestmark = pytest.mark.foreign

WITHIN_S = 60.0
THEIRS, OURS = "m05", "m01"
"""the modem whose SIM mmsd-tng has, and one in our driver's hands"""


def _png(width: int, rows: int) -> bytes:
    """Grey, with every octet there is, not compressed (RFC 2083)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, rows, 8, 0, 0, 0, 0)
    lines = b"".join(b"\0" + bytes((row + column) % 256 for column in range(width)) for row in range(rows))
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(lines, 0)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


PICTURE = _png(256, 120)
TEXT = "周末一起去看海吧 😀\r\n不见不散"
SUBJECT = "【周末】海边的照片"

MANAGER, ROOT = "org.freedesktop.ModemManager1", "/org/freedesktop/ModemManager1"
MODEM, CARD, BEARER = f"{ROOT}/Modem/0", f"{ROOT}/SIM/0", f"{ROOT}/Bearer/0"
MESSAGING = f"{MANAGER}.Modem.Messaging"
MMS, SERVICE = "/org/ofono/mms", "/org/ofono/mms/modemmanager"
CONNECTED, RECEIVED, DELIVER = 11, 3, 1
"""MMModemState, MMSmsState, MMSmsPduType"""


class ModemManager:
    """As much of it as mmsd-tng asks for: one modem, its card, a bearer that is up, received messages."""

    def __init__(self, bus: MessageBus, sim: SimPart) -> None:
        self._bus = bus
        self._came = 0
        card = {"Imsi": Variant("s", sim.imsi), "OperatorIdentifier": Variant("s", sim.imsi[:5])}
        bearer = {
            "Interface": Variant("s", "lo"),
            "Connected": Variant("b", True),
            "Ip4Config": Variant("a{sv}", {"method": Variant("u", 2), "dns1": Variant("s", "127.0.0.1")}),
            "Properties": Variant("a{sv}", {"apn": Variant("s", mms_service(sim).apn)}),
        }
        modem = {
            "State": Variant("i", CONNECTED),
            "Sim": Variant("o", CARD),
            "Bearers": Variant("ao", [BEARER]),
            "OwnNumbers": Variant("as", [f"+86{sim.msisdn}"]),
            "MaxActiveBearers": Variant("u", 1),
        }
        self._objects: dict[str, dict[str, dict[str, Variant]]] = {
            MODEM: {f"{MANAGER}.Modem": modem, MESSAGING: {"Messages": Variant("ao", [])}},
            CARD: {f"{MANAGER}.Sim": card},
            BEARER: {f"{MANAGER}.Bearer": bearer},
        }

    async def start(self) -> None:
        self._bus.add_message_handler(self._answer)
        await self._bus.request_name(MANAGER)

    def came(self, data: bytes) -> None:
        """A message of octets, as ModemManager puts its parts together."""
        self._came += 1
        path = f"{ROOT}/SMS/{self._came}"
        self._objects[path] = {
            f"{MANAGER}.Sms": {
                "State": Variant("u", RECEIVED),
                "PduType": Variant("u", DELIVER),
                "Text": Variant("s", ""),
                "Data": Variant("ay", data),
            }
        }
        messages = {"Messages": Variant("ao", self._messages())}
        self._objects[MODEM][MESSAGING] = messages
        changed = [MESSAGING, messages, []]
        properties = "org.freedesktop.DBus.Properties"
        self._bus.send(Message.new_signal(MODEM, properties, "PropertiesChanged", "sa{sv}as", changed))
        self._bus.send(Message.new_signal(MODEM, MESSAGING, "Added", "ob", [path, True]))

    def _messages(self) -> list[str]:
        return [path for path in self._objects if path.startswith(f"{ROOT}/SMS/")]

    def _answer(self, asked: Message) -> Message | None:
        if asked.message_type is not MessageType.METHOD_CALL:
            return None
        there = self._objects.get(asked.path or "", {})
        match asked.member:
            case "GetManagedObjects":
                modems = {MODEM: self._objects[MODEM]}
                return Message.new_method_return(asked, "a{oa{sa{sv}}}", [modems])
            case "GetAll" if asked.body[0] in there:
                return Message.new_method_return(asked, "a{sv}", [there[asked.body[0]]])
            case "List":
                return Message.new_method_return(asked, "ao", [self._messages()])
            case "Delete" if asked.body[0] in self._objects:
                del self._objects[asked.body[0]]
                return Message.new_method_return(asked)
        return Message.new_error(asked, "org.freedesktop.DBus.Error.UnknownMethod", f"no {asked.member}")


class Mmsd:
    """mmsd-tng as its clients find it."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self._heard: defaultdict[str, asyncio.Queue[Message]] = defaultdict(asyncio.Queue)

    async def listen(self) -> None:
        self._bus.add_message_handler(self._take)
        bus = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
        await self._call(*bus, "AddMatch", "s", "type='signal',sender='org.ofono.mms'")

    def _take(self, message: Message) -> None:
        if message.message_type is MessageType.SIGNAL and (message.path or "").startswith(MMS):
            self._heard[message.member or ""].put_nowait(message)

    async def _call(
        self, destination: str, path: str, interface: str, member: str, signature: str, *body: Any
    ) -> list[Any]:
        asked = Message(destination, path, interface, member, signature=signature, body=list(body))
        answer = await self._bus.call(asked)
        assert answer is not None and answer.message_type is MessageType.METHOD_RETURN, (member, answer)
        return answer.body

    async def signal(self, member: str) -> Message:
        """The next of that name."""
        return await asyncio.wait_for(self._heard[member].get(), WITHIN_S)

    async def use(self, apn: str, mmsc: str, proxy: str) -> None:
        settings = {"MMS_APN": apn, "CarrierMMSC": mmsc, "CarrierMMSProxy": proxy}
        values = {name: Variant("s", value) for name, value in settings.items()}
        manager = ("org.ofono.mms", MMS, "org.ofono.mms.ModemManager")
        await self._call(*manager, "ChangeAllSettings", "a{sv}", values)

    async def send(self, to: str, subject: str, *files: tuple[str, Path]) -> str:
        """The object path of the message, with slides of its making; it asks for a delivery report."""
        options = Variant("a{sv}", {"Subject": Variant("s", subject), "DeliveryReport": Variant("b", True)})
        attached = [[path.name, kind, str(path)] for kind, path in files]
        service = ("org.ofono.mms", SERVICE, "org.ofono.mms.Service")
        await self._call(*service, "SetProperty", "sv", "AutoCreateSMIL", Variant("b", True))
        (path,) = await self._call(*service, "SendMessage", "asva(sss)", [to], options, attached)
        return str(path)

    async def becomes(self, path: str, status: str) -> None:
        while True:
            changed = await self.signal("PropertyChanged")
            if (changed.path, changed.body[0], changed.body[1].value) == (path, "status", status):
                return

    async def received(self) -> Received:
        """The next message that it has fetched."""
        while True:
            added = await self.signal("MessageAdded")
            properties = {name: variant.value for name, variant in added.body[1].items()}
            if properties["Status"] == "received":
                return Received.of(properties)


@dataclass(frozen=True)
class Received:
    sender: str
    recipients: list[str]
    subject: str
    parts: list[tuple[str, bytes]]
    """content types and octets; mmsd-tng says where they stand in the PDU that it keeps"""

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Received:
        parts = [
            (content_type, Path(file).read_bytes()[at : at + size])
            for _id, content_type, file, at, size in properties["Attachments"]
        ]
        return cls(properties["Sender"], properties["Recipients"], properties["Subject"], parts)


@dataclass
class Tap:
    """Stands before the proxy and keeps what goes by, a list of (whence, octets) for each connection."""

    proxy: int
    connections: list[list[tuple[str, bytes]]] = field(default_factory=list)
    _serving: list[asyncio.Task[None]] = field(default_factory=list)

    async def over(self) -> None:
        """Once the client has left."""
        if self._serving:
            await asyncio.wait(self._serving, timeout=WITHIN_S)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept: list[tuple[str, bytes]] = []
        self.connections.append(kept)
        serving = asyncio.current_task()
        assert serving is not None
        self._serving.append(serving)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.proxy)

        async def pass_on(whence: str, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(32_768):
                kept.append((whence, data))
                sink.write(data)
            sink.close()

        async with asyncio.TaskGroup() as both:
            both.create_task(pass_on("O", reader, far_writer))
            both.create_task(pass_on("I", far_reader, writer))


class Pushes:
    """A raw client at mmsd's modem: what comes there by push goes to its ModemManager."""

    def __init__(self, came: Callable[[bytes], None]) -> None:
        self._came = came
        self._heard = b""
        self._parts = Reassembly()

    def received(self, data: bytes) -> None:
        self._heard += data
        while found := re.search(rb"\+CMT: ,\d+\r\n([0-9A-F]+)\r\n", self._heard):
            self._heard = self._heard[found.end() :]
            _, deliver = from_at(found[1].decode(), Direction.SC_TO_MS)
            assert isinstance(deliver, Deliver)
            complete = self._parts.add(deliver)
            if complete is not None:
                assert isinstance(complete.body, bytes), f"a text: {complete.body}"
                self._came(complete.body)


@dataclass(frozen=True)
class Bench:
    ours: AtModem
    our_number: str
    mmsd: Mmsd
    their_number: str
    tap: Tap


@asynccontextmanager
async def bench(start: Callable[..., Program], bus: Mapping[str, str], folder: Path) -> AsyncIterator[Bench]:
    lab = load("small")
    parts = {part.name: part for part in lab.modems}
    sims = {sim.name: sim for sim in lab.sims}
    our_sim, their_sim = (sims[str(parts[name].sim)] for name in (OURS, THEIRS))
    setting = Setting(lab, seed=1, defects=(), quirks=(), scratch=folder, epoch=time.time(), virtual=False)
    country = Country(setting)
    async with AsyncExitStack() as stack:
        await country.start()
        stack.push_async_callback(country.stop)
        link = country.link(parts[OURS])
        ours = await AtModem.open(parts[OURS], our_sim, link, NoJournal(), lambda _kind: None, {})
        stack.push_async_callback(ours.close)
        assert await ours.events.wait(RegistrationSeen, within=WITHIN_S, since=0, where=_in_service)
        tap = Tap(await country.proxy_on_loopback(THEIRS))
        server = await asyncio.start_server(tap.accept, "127.0.0.1", 0)
        stack.callback(server.close)
        buses = [await MessageBus(bus_address=bus["DBUS_SESSION_BUS_ADDRESS"]).connect() for _ in range(2)]
        for each in buses:
            stack.callback(each.disconnect)
        manager, mmsd = ModemManager(buses[0], their_sim), Mmsd(buses[1])
        await manager.start()
        await mmsd.listen()
        program = start("mmsdtng", env={**bus, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)})
        stack.push_async_callback(tap.over)
        stack.callback(program.end)
        await mmsd.signal("ServiceAdded")
        service, port = mms_service(their_sim), server.sockets[0].getsockname()[1]
        await mmsd.use(service.apn, service.mmsc, f"127.0.0.1:{port}")
        theirs = country.link(parts[THEIRS])
        await theirs.open(Pushes(manager.came).received, lambda why: pytest.fail(why))
        theirs.write(b"ATE0+CMGF=0;+CNMI=2,2,0,1,0\r")
        yield Bench(ours, f"+86{our_sim.msisdn}", mmsd, f"+86{their_sim.msisdn}", tap)


def _in_service(seen: RegistrationSeen) -> bool:
    return seen.domain == "eps" and seen.stat == Stat.HOME


def test_it_fetches_what_we_send(
    start: Callable[..., Program],
    new_bus: Callable[[], Mapping[str, str]],
    run: Callable[..., str],
    tmp_path: Path,
) -> None:
    """Names in ASCII: it gives up a PDU in which one begins with the Quote of WSP (WAP-230-WSP 8.4.2.1)."""

    async def scenario() -> Tap:
        async with bench(start, new_bus(), tmp_path) as here:
            body = mms.slides((
                mms.Part("text/plain", TEXT.encode(), name="t.txt", charset="utf-8"),
                mms.Part("image/png", PICTURE, name="sea.png"),
            ))  # fmt: skip
            to = (mms.of_number(here.their_number),)
            mark = here.ours.events.mark()
            sent = await here.ours.mms.send(
                mms.SendReq("T1", to, body, subject=SUBJECT, delivery_report=True)
            )
            assert sent.outcome is MmsOutcome.ACCEPTED, sent
            got = await here.mmsd.received()
            assert (got.sender, got.recipients) == (here.our_number, [here.their_number])
            assert got.subject == SUBJECT
            media = [part for part in got.parts if "smil" not in part[0]]
            assert media == [("text/plain;charset=utf-8", TEXT.encode()), ("image/png", PICTURE)]
            reported = await here.ours.events.wait(MmsReported, within=WITHIN_S, since=mark)
            assert reported is not None
            assert (reported.message_id, reported.status) == (sent.message_id, mms.Status.RETRIEVED)
            return here.tap

    tap = asyncio.run(scenario())
    assert dissected(tap, run, tmp_path) == [132, 131]


def test_we_fetch_what_it_sends(
    start: Callable[..., Program],
    new_bus: Callable[[], Mapping[str, str]],
    run: Callable[..., str],
    tmp_path: Path,
) -> None:
    text, picture = tmp_path / "文字.txt", tmp_path / "海边 1.png"
    text.write_bytes(TEXT.encode())
    picture.write_bytes(PICTURE)

    async def scenario() -> Tap:
        async with bench(start, new_bus(), tmp_path) as here:
            mark = here.ours.events.mark()
            path = await here.mmsd.send(
                here.our_number, SUBJECT, ("text/plain", text), ("image/png", picture)
            )
            await here.mmsd.becomes(path, "sent")
            told = await here.ours.events.wait(MmsNotified, within=WITHIN_S, since=mark)
            assert told is not None and told.report
            (notification,) = here.ours.mms.notifications(mark)
            fetched = await here.ours.mms.fetch(notification)
            assert fetched.message is not None, fetched
            message, body = fetched.message, fetched.message.body
            assert (message.sender, message.subject) == (mms.of_number(here.their_number), SUBJECT)
            assert (body.content_type, body.start, body.start_type) == (mms.RELATED, "SMIL", mms.SMIL)
            assert [part.content_id for part in body.parts] == ["SMIL", text.name, picture.name]
            media = [(part.content_type, part.charset, part.data) for part in body.media]
            assert media == [("text/plain", "utf-8", TEXT.encode()), ("image/png", "", PICTURE)]
            await here.mmsd.becomes(path, "delivered")
            return here.tap

    tap = asyncio.run(scenario())
    assert dissected(tap, run, tmp_path) == [128, 129]


def dissected(tap: Tap, run: Callable[..., str], folder: Path) -> list[int]:
    """The types of the MMS PDUs that went by, as tshark reads them. AssertionError for what is malformed."""
    capture, packets = folder / "http.pcapng", folder / "http.hex"
    types: list[int] = []
    for kept in tap.connections:
        packets.write_text("".join(f"{whence} 000000 {data.hex(' ')}\n" for whence, data in kept))
        run("text2pcap", "-q", "-D", "-T", "40000,80", str(packets), str(capture))
        fields = ("-e", "_ws.malformed", "-e", "mmse.message_type")
        said = run("tshark", "-n", "-r", str(capture), "-Y", "mmse", "-T", "fields", *fields)
        rows = [line.split("\t") for line in said.split("\n") if "\t" in line]
        assert not any(row[0] for row in rows), said
        types += [int(row[1], 0) for row in rows]
    return types
