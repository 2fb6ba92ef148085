"""Our PDUs from this machine: the packet connection set up by 27.007 10.1, HTTP on a socket of its own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.mms.host import Host
from interop import mms
from interop.engine.clock import run, run_virtual
from interop.lab.model import MmsPart, MmsWay
from interop.protocols.errors import NotAvailable
from interop.protocols.link import NoJournal
from interop.protocols.mms import MmsOutcome, MmsStage
from interop.record.events import BearerOpened, BearerRefused

OK = b"\r\nOK\r\n"
MESSAGE = mms.SendReq("T1", ("+8613918181818/TYPE=PLMN",), mms.Body((mms.Part("text/plain", b"hi"),)))
EMULATED = MmsWay(way="host", interface="emulated")
CONF = bytes.fromhex("8c81985431008d9292808b4d3700")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\n" + CONF
ADDRESS = {"AT+CGPADDR=4": b'\r\n+CGPADDR: 4,"10.64.0.1"\r\n' + OK}

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Proxy:
    """Hears one request, and says `answer` (None: hangs up)."""

    def __init__(self, answer: bytes | None = ANSWER) -> None:
        self.answer = answer
        self.requests: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")]
        self.requests.append(head + await reader.readexactly(sum(lengths)))
        writer.write(self.answer or b"")
        writer.close()


def test_what_the_modem_and_the_proxy_get(table: Any, tmp_path: Path) -> None:
    async def main() -> None:
        proxy, device = Proxy(), table(ADDRESS)
        async with await asyncio.start_unix_server(proxy, tmp_path / "m1.10.0.0.172:80"):
            modem = await device.modem("generic", mms=EMULATED, bearer=str(tmp_path / "m1"))
            known = await modem.mms.capabilities()
            assert (known.send, known.fetch, known.confirm, known.exact, known.reports) == (True,) * 5
            sent = await modem.mms.send(MESSAGE)
        assert (sent.outcome, sent.message_id, sent.status) == (MmsOutcome.ACCEPTED, "M7", 128)
        assert proxy.requests[0].startswith(b"POST http://mmsc.myuni.com.cn/ HTTP/1.1\r\n")
        assert proxy.requests[0].endswith(b"\r\n\r\n" + mms.encode(MESSAGE))
        assert device.since("AT+CGACT?") == [
            "AT+CGACT?",
            'AT+CGDCONT=4,"IP","3gwap"',
            "AT+CGACT=1,4",
            "AT+CGPADDR=4",
            "AT+CGACT=0,4",
        ]
        assert BearerOpened("3gwap", "10.64.0.1") in modem.events.since(0)

    run_virtual(main())


def test_a_name_and_a_password_where_there_are_some(table: Any, tmp_path: Path) -> None:
    async def main() -> None:
        device = table(ADDRESS)
        service = MmsPart(user="ctwap@mycdma.cn", password="env:TELECOM")
        found = {"mms.password": "vnet.mobi"}
        modem = await device.modem(
            "generic", mms=EMULATED, bearer=str(tmp_path / "m1"), service=service, secrets=found
        )
        sent = await modem.mms.send(MESSAGE)
        assert 'AT+CGAUTH=4,1,"ctwap@mycdma.cn","vnet.mobi"' in device.heard
        # nobody listens at the proxy's socket
        assert (sent.outcome, sent.stage) == (MmsOutcome.REJECTED, MmsStage.SUBMIT)

    run_virtual(main())


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (b"+CME ERROR: 133", 33),
        (b"+CME ERROR: 149", 29),
        (b"+CME ERROR: 148", 148),
        (b"+CME ERROR: 30", None),
        (b"ERROR", None),
    ],
)
def test_no_packet_connection(table: Any, tmp_path: Path, code: bytes, cause: int | None) -> None:
    async def main() -> None:
        device = table({**ADDRESS, "AT+CGACT=1,4": b"\r\n" + code + b"\r\n"})
        modem = await device.modem("generic", mms=EMULATED, bearer=str(tmp_path / "m1"))
        sent = await modem.mms.send(MESSAGE)
        assert (sent.outcome, sent.stage, sent.code) == (MmsOutcome.REJECTED, MmsStage.BEARER, cause)
        refused = [event for event in modem.events.since(0) if isinstance(event, BearerRefused)]
        assert [event.code for event in refused] == [cause]
        assert device.heard[-1] == "AT+CGACT=0,4"

    run_virtual(main())


def test_one_that_is_up_already_stays_up(table: Any, tmp_path: Path) -> None:
    """Whoever set it up keeps it, if it leads there; else it is not ours to take down."""

    async def main() -> None:
        up = {
            "AT+CGACT?": b"\r\n+CGACT: 1,1\r\n+CGACT: 4,1\r\n" + OK,
            "AT+CGDCONT?": b'\r\n+CGDCONT: 1,"IP","cmnet"\r\n+CGDCONT: 4,"IP","3GWAP"\r\n' + OK,
        }
        device = table({**ADDRESS, **up})
        async with await asyncio.start_unix_server(Proxy(), tmp_path / "m1.10.0.0.172:80"):
            modem = await device.modem("generic", mms=EMULATED, bearer=str(tmp_path / "m1"))
            assert (await modem.mms.send(MESSAGE)).outcome is MmsOutcome.ACCEPTED
            assert device.since("AT+CGACT?") == ["AT+CGACT?", "AT+CGDCONT?", "AT+CGPADDR=4"]
            device.table["AT+CGDCONT?"] = b'\r\n+CGDCONT: 4,"IP","cmnet"\r\n' + OK
            with pytest.raises(NotAvailable, match="up for cmnet, not for 3gwap"):
                await modem.mms.send(MESSAGE)

    run_virtual(main())


def test_one_that_the_system_has_set_up_on_another_cid(table: Any, tmp_path: Path) -> None:
    async def main() -> None:
        up = {
            "AT+CGACT?": b"\r\n+CGACT: 1,1\r\n+CGACT: 4,0\r\n" + OK,
            "AT+CGDCONT?": b'\r\n+CGDCONT: 1,"IPV4V6","3gwap"\r\n' + OK,
            "AT+CGPADDR=1": b"\r\n+CGPADDR: 1,10.64.0.9\r\n" + OK,
        }
        device = table(up)
        async with await asyncio.start_unix_server(Proxy(), tmp_path / "m1.10.0.0.172:80"):
            modem = await device.modem("generic", mms=EMULATED, bearer=str(tmp_path / "m1"))
            assert (await modem.mms.send(MESSAGE)).outcome is MmsOutcome.ACCEPTED
        assert device.since("AT+CGACT?") == ["AT+CGACT?", "AT+CGDCONT?", "AT+CGPADDR=1"]
        assert BearerOpened("3gwap", "10.64.0.9") in modem.events.since(0)

    run_virtual(main())


@pytest.mark.parametrize("answer", [None, ANSWER[:20], b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_breaks_off(table: Any, tmp_path: Path, answer: bytes | None) -> None:
    async def main() -> None:
        proxy, device = Proxy(answer), table(ADDRESS)
        async with await asyncio.start_unix_server(proxy, tmp_path / "m1.10.0.0.172:80"):
            modem = await device.modem("generic", mms=EMULATED, bearer=str(tmp_path / "m1"))
            sent = await modem.mms.send(MESSAGE)
        assert sent.outcome is MmsOutcome.UNKNOWN
        assert len(proxy.requests) == 1

    run_virtual(main())


def test_silence_ends_with_the_dialects_patience(table: Any, tmp_path: Path) -> None:
    async def main() -> None:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        device, loop = table(ADDRESS), asyncio.get_running_loop()
        async with await asyncio.start_unix_server(silent, tmp_path / "m1.10.0.0.172:80"):
            modem = await device.modem("generic", mms=EMULATED, bearer=str(tmp_path / "m1"))
            began = loop.time()
            sent = await modem.mms.send(MESSAGE)
            assert (sent.outcome, sent.stage) == (MmsOutcome.UNKNOWN, MmsStage.SUBMIT)
            assert 180 <= loop.time() - began < 185

    run_virtual(main())


def test_what_is_missing(table: Any) -> None:
    async def main() -> None:
        modem = await table().modem("generic", mms=MmsWay(way="host"))
        assert "interface" in (await modem.mms.capabilities()).lacks
        device = table({"AT+CGACT=?": b"\r\nERROR\r\n"})
        modem = await device.modem("generic", mms=MmsWay(way="host", interface="wwan0"))
        assert "packet connections" in (await modem.mms.capabilities()).lacks
        modem = await table().modem("generic")
        known = await modem.mms.capabilities()
        assert (known.send, known.fetch, known.lacks) == (
            False,
            False,
            "dialect generic has no commands for multimedia messages",
        )
        with pytest.raises(NotAvailable, match="dialect generic"):
            await modem.mms.send(MESSAGE)

    run_virtual(main())


class Notes(NoJournal):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_what_goes_by_no_at_command_is_evidence_too(table: Any, tmp_path: Path) -> None:
    async def main() -> None:
        proxy, journal = Proxy(), Notes()
        async with await asyncio.start_unix_server(proxy, tmp_path / "m1.10.0.0.172:80"):
            bearer = str(tmp_path / "m1")
            modem = await table(ADDRESS).modem("generic", mms=EMULATED, bearer=bearer, journal=journal)
            await modem.mms.send(MESSAGE)
        kept = [note for note in journal.notes if note.startswith("10.0.0.172:80 ")]
        assert [note.encode("latin-1") for note in kept] == [
            b"10.0.0.172:80 > " + proxy.requests[0],
            b"10.0.0.172:80 < " + ANSWER,
        ]

    run_virtual(main())


# On an interface of this machine


def on_interface(table: Any, name: str, port: int) -> Any:
    service = MmsPart(proxy=f"127.0.0.1:{port}")

    async def main() -> Any:
        modem = await table(ADDRESS).modem("generic", mms=MmsWay(way="host", interface=name), service=service)
        return await modem.mms.send(MESSAGE)

    return main()


def test_a_connection_bound_to_an_interface(table: Any) -> None:
    async def main() -> None:
        proxy = Proxy()
        server = await asyncio.start_server(proxy, "127.0.0.1", 0)
        async with server:
            try:
                sent = await on_interface(table, "lo", server.sockets[0].getsockname()[1])
            except NotAvailable as error:
                assert "CAP_NET_RAW" in str(error)
                pytest.skip("binding to an interface needs CAP_NET_RAW")
            assert sent.outcome is MmsOutcome.ACCEPTED
            assert len(proxy.requests) == 1

    run(main(), virtual=False)


def test_an_interface_that_comes_late(table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is paid for before, and it is looked for again. "lo" is what has come up in its place."""
    name = "wwan97"
    bound = Host._bind

    def later(self: Host, connection: socket.socket) -> None:
        monkeypatch.setattr(self, "_interface", name)
        bound(self, connection)

    monkeypatch.setattr(Host, "_bind", later)

    async def main() -> None:
        nonlocal name
        device = table(ADDRESS)
        way, service = MmsWay(way="host", interface="wwan97"), MmsPart(proxy="127.0.0.1:9")
        modem = await device.modem("generic", mms=way, service=service)
        with pytest.raises(NotAvailable, match=r"wwan97.*(No such device|setcap cap_net_raw)") as caught:
            await modem.mms.send(MESSAGE)
        assert not device.spent
        if "No such device" in str(caught.value):
            name = "lo"
            assert (await modem.mms.send(MESSAGE)).stage is MmsStage.SUBMIT
            assert device.spent == ["multimedia"]

    run(main(), virtual=False)
