"""SGIP's gateway connects to us with reports and replies: it must say who it is; only loopback hears it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from drivers.originators.gateway import GatewayClient
from drivers.originators.gateway.client import MOST_VISITS
from interop.engine.clock import run, run_virtual
from interop.gateway import Frame, sgip
from interop.gateway.session import Answered, Session, counting
from interop.protocols.errors import NotAvailable
from interop.record.events import Event, GatewayClaimed, MessageFromHandset, Note

TO = "17090001234"


class Visit:
    """The gateway's own connection to us."""

    def __init__(self, stream: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        numbers = counting()
        self.reader, self.writer = stream
        self.session = Session(sgip.SGIP, 2, sequence=lambda: (1, 301090005, numbers()))

    async def ask(self, pdu: Any) -> Frame:
        _, data = self.session.request(pdu)
        self.writer.write(data)
        while data := await self.reader.read(4096):
            for event in self.session.receive(data):
                if isinstance(event, Answered):
                    return event.frame
        raise ConnectionError("closed without an answer")


Script = Callable[[Any, GatewayClient, Visit], Awaitable[None]]


def play(ground: Any, script: Script) -> list[Event]:
    seen: list[Event] = []

    async def main() -> None:
        gateway = ground.gateway("sgip")
        await gateway.start()
        client = ground.client(gateway)
        client.events.listen(seen.append)
        await client.connect()
        visit = Visit(await asyncio.open_unix_connection(f"{gateway.socket}.back"))
        try:
            await script(gateway, client, visit)
        finally:
            visit.writer.close()
            await client.close()
            await gateway.stop()

    run_virtual(main())
    return seen


def bind(password: str = "s3cret77", *, kind: int = sgip.GATEWAY_TO_SP, name: str = "901234") -> sgip.Bind:
    return sgip.Bind(kind, name, password)


@pytest.mark.parametrize(
    ("state", "error", "claim"), [(0, 0, "DELIVRD"), (1, 0, "ENROUTE"), (2, 29, "UNDELIV:29")]
)
def test_a_report_names_the_submission(ground: Any, state: int, error: int, claim: str) -> None:
    async def script(gateway: Any, client: GatewayClient, visit: Visit) -> None:
        [reference] = (await client.send(TO, "hello")).references
        assert (await visit.ask(bind())).pdu == sgip.BindResp(0)
        node, when, number = map(int, reference.split("."))
        assert (node, when) == (3100091234, 301090005)  # 3, Beijing's 010, the enterprise; MMDDHHMMSS
        report = sgip.Report((node, when, number), 0, f"86{TO}", state, error)
        assert (await visit.ask(report)).pdu == sgip.ReportResp(0)

    seen = play(ground, script)
    [claimed] = [event for event in seen if isinstance(event, GatewayClaimed)]
    assert (claimed.state, claimed.delivered) == (claim, state == 0)


def test_a_reply_comes_back(ground: Any) -> None:
    async def script(gateway: Any, client: GatewayClient, visit: Visit) -> None:
        await visit.ask(bind())
        deliver = sgip.Deliver(f"86{TO}", "10655123", 0, 0, 8, "退订".encode("utf-16-be"))
        assert (await visit.ask(deliver)).pdu == sgip.DeliverResp(0)
        assert (await visit.ask(sgip.Unbind())).pdu == sgip.UnbindResp()
        assert await visit.reader.read() == b""

    assert MessageFromHandset(TO, "10655123", "退订") in play(ground, script)


@pytest.mark.parametrize("asked", [bind("wr0ng"), bind(kind=sgip.SP_TO_GATEWAY), bind(name="901235")])
def test_a_stranger_is_refused_and_not_listened_to(ground: Any, asked: sgip.Bind) -> None:
    async def script(gateway: Any, client: GatewayClient, visit: Visit) -> None:
        assert (await visit.ask(asked)).pdu == sgip.BindResp(1)
        said = await visit.ask(sgip.Report((1, 2, 3), 0, f"86{TO}", 0))
        assert said.pdu.result != 0

    seen = play(ground, script)
    assert [type(event) for event in seen] == [Note, Note]  # the refusal; that we lost the visitor
    assert "wr0ng" not in repr(seen) and b"wr0ng".hex() not in repr(ground.journal.lines)


def test_connections_back_are_not_taken_without_limit(ground: Any) -> None:
    async def script(gateway: Any, client: GatewayClient, visit: Visit) -> None:
        assert (await visit.ask(bind())).pdu == sgip.BindResp(0)
        others = [
            Visit(await asyncio.open_unix_connection(f"{gateway.socket}.back")) for _ in range(MOST_VISITS)
        ]
        assert await others[-1].reader.read() == b""  # closed at once
        assert (await others[-2].ask(bind())).pdu == sgip.BindResp(0)
        others[0].writer.close()
        await asyncio.sleep(1)
        late = Visit(await asyncio.open_unix_connection(f"{gateway.socket}.back"))
        assert (await late.ask(bind())).pdu == sgip.BindResp(0)
        for other in (*others, late):
            other.writer.close()

    notes = [event.text for event in play(ground, script) if isinstance(event, Note)]
    assert notes.count(f"a connection back was refused: {MOST_VISITS} are there already") == 1


@pytest.mark.parametrize(
    ("city", "node"), [("上海", 3210091234), ("哈尔滨", 3451091234), ("某地", 3100091234)]
)
def test_the_node_has_the_area_code_of_the_accounts_city(ground: Any, city: str, node: int) -> None:
    """SGIP 1.2: 3, the area code without its 0 in four digits, the enterprise id."""

    async def main() -> str:
        gateway = ground.gateway("sgip")
        await gateway.start()
        client = ground.client(gateway, city=city)
        handing = await client.send(TO, "hello")
        await client.close()
        await gateway.stop()
        return str(handing.references[0])

    assert run_virtual(main()).split(".")[0] == str(node)


def test_who_does_not_say_his_name_is_not_listened_to(ground: Any) -> None:
    async def script(gateway: Any, client: GatewayClient, visit: Visit) -> None:
        assert (await visit.ask(sgip.Report((1, 2, 3), 0, f"86{TO}", 0))).pdu.result != 0

    assert not any(isinstance(event, GatewayClaimed) for event in play(ground, script))


def test_a_connection_that_was_quiet_is_made_anew_before_the_gateway_closes_it(ground: Any) -> None:
    async def script(gateway: Any, client: GatewayClient, visit: Visit) -> None:
        for pause, logins in ((29, 1), (31, 1), (0, 2)):
            await client.send(TO, "hello")
            assert gateway.logins == logins
            await asyncio.sleep(pause)
        assert len(gateway.submitted) == 3
        assert sum(isinstance(pdu, sgip.Unbind) for pdu in gateway.asked) == 1

    notes = [event.text for event in play(ground, script) if isinstance(event, Note)]
    assert [note for note in notes if not note.startswith("connection back lost")] == []


def test_over_tcp_on_loopback(ground: Any) -> None:
    """On the wall clock, with real ports."""

    async def main() -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            listen = free.getsockname()[1]
        gateway = ground.gateway("sgip")
        server = await asyncio.start_server(gateway._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        gateway.endpoint = (f"tcp://127.0.0.1:{port}", None)
        client = ground.client(gateway, url=gateway.endpoint[0], listen=f"tcp://127.0.0.1:{listen}")
        try:
            [reference] = (await client.send(TO, "hello")).references
            visit = Visit(await asyncio.open_connection("127.0.0.1", listen))
            assert (await visit.ask(bind())).pdu == sgip.BindResp(0)
            node, when, number = map(int, reference.split("."))
            await visit.ask(sgip.Report((node, when, number), 0, f"86{TO}", 0))
            assert client.events.since(0)[-1] == GatewayClaimed(reference, "DELIVRD", True)
            visit.writer.close()
        finally:
            await client.close()
            await gateway.stop()
            server.close()

    run(main(), virtual=False)


def test_nothing_but_loopback_is_ever_listened_on(ground: Any) -> None:
    async def main() -> None:
        gateway = ground.gateway("sgip")
        gateway.endpoint = ("tcp://127.0.0.1:1", None)
        client = ground.client(gateway, url="tcp://127.0.0.1:1", listen="tcp://0.0.0.0:8801")
        with pytest.raises(NotAvailable, match=r"cannot listen on tcp://0\.0\.0\.0:8801"):
            await client.send(TO, "hello")
        await client.close()

    run_virtual(main())


def test_a_closed_port_is_one_sentence(ground: Any) -> None:
    async def main() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
            url = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
            gateway = ground.gateway("cmpp3")
            gateway.endpoint = (url, None)
            client = ground.client(gateway, url=url)
            with pytest.raises(NotAvailable, match=rf"gw: {url}: Connection refused; is it up"):
                await client.send(TO, "hello")
            await client.close()

    run(main(), virtual=False)
