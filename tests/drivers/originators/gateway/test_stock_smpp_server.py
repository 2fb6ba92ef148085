"""Our client at a stock message centre: the npm package smpp (MIT) decodes what we say, and speaks to us.

`.ci/packages` installs it where there is npm. Everything here is on real ports and the wall clock.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.originators.gateway import GatewayClient
from interop.engine.clock import run
from interop.protocols.errors import NotAvailable
from interop.protocols.originator import Acceptance
from interop.record.events import GatewayClaimed, MessageFromHandset

MODULES = Path(__file__).resolve().parents[4] / ".venv" / "node" / "node_modules"
TO = "17090001234"
LONG = "尊敬的客户，" + "您的验证码是 246801😀。" * 12
WITHIN_S = 30.0

SERVER = r"""
const smpp = require('smpp');
const say = what => process.stdout.write(JSON.stringify(what) + '\n');
let count = 0;
const server = smpp.createServer(session => {
  session.on('error', () => {});
  session.on('bind_transceiver', pdu => {
    const good = pdu.system_id === 'us' && pdu.password === 's3cret77';
    session.send(pdu.response({command_status: good ? 0 : smpp.ESME_RINVPASWD}));
    if (!good) session.close();
  });
  session.on('enquire_link', pdu => { say({enquire_link: 1}); session.send(pdu.response()); });
  session.on('unbind', pdu => { session.send(pdu.response()); session.close(); say({unbind: 1}); });
  session.on('submit_sm', pdu => {
    const said = pdu.short_message.message;
    if (said === 'refuse') {
      session.send(pdu.response({command_status: smpp.ESME_RINVDSTADR}));
      return;
    }
    const id = 'm' + ++count;
    session.send(pdu.response({message_id: id}));
    say({to: pdu.destination_addr, from: pdu.source_addr, message: said, coding: pdu.data_coding,
         udh: (pdu.short_message.udh || []).map(one => one.toString('hex'))});
    session.deliver_sm({source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
      receipted_message_id: id, message_state: 2, short_message: 'id:' + id + ' sub:001 dlvrd:001 ' +
      'submit date:2603010900 done date:2603010901 stat:DELIVRD err:000 text:'});
    if (said === 'answer me') {
      session.deliver_sm({source_addr: pdu.destination_addr, destination_addr: pdu.source_addr,
        data_coding: 8, short_message: '退订 TD'});
    }
  });
});
server.listen(0, '127.0.0.1', () => say({port: server.address().port}));
"""

pytestmark = [
    pytest.mark.foreign,
    pytest.mark.skipif(
        shutil.which("node") is None or not (MODULES / "smpp").is_dir(),
        reason="the npm package smpp is not installed in .venv/node",
    ),
]
Script = Callable[[GatewayClient, Callable[[], Awaitable[Any]]], Awaitable[None]]


def play(ground: Any, script: Script, *, secret: str = "s3cret77", **part: Any) -> None:
    """`script` gets a client of a fresh centre, and what reads the next thing that the centre says."""

    async def main() -> None:
        centre = await asyncio.create_subprocess_exec(
            "node", "-e", SERVER, env={"NODE_PATH": str(MODULES)}, stdout=asyncio.subprocess.PIPE
        )
        output = centre.stdout
        assert output is not None

        async def said() -> Any:
            async with asyncio.timeout(WITHIN_S):
                return json.loads(await output.readline())

        try:
            url = f"tcp://127.0.0.1:{(await said())['port']}"
            gateway = ground.gateway("smpp")
            gateway.endpoint = (url, None)
            client = ground.client(gateway, secret=secret, url=url, account="us", **part)
            try:
                await script(client, said)
            finally:
                await client.close()
        finally:
            centre.kill()
            await centre.wait()

    run(main(), virtual=False)


def test_texts_arrive_and_are_reported(ground: Any) -> None:
    async def script(client: GatewayClient, said: Callable[[], Awaitable[Any]]) -> None:
        for text in ("your code is 135790", "【甲银行】验证码135790，请勿泄露。"):
            mark = client.events.mark()
            handing = await client.send(TO, text)
            heard = await said()
            assert (heard["to"], heard["from"], heard["message"]) == (TO, "1069012345", text)
            [reference] = handing.references
            claim = await client.events.wait(GatewayClaimed, within=WITHIN_S, since=mark)
            assert claim == GatewayClaimed(reference, "DELIVRD", True)

    play(ground, script)


def test_a_long_text_is_put_together_by_others(ground: Any) -> None:
    async def script(client: GatewayClient, said: Callable[[], Awaitable[Any]]) -> None:
        handing = await client.send(TO, LONG)
        parts = [await said() for _ in handing.references]
        assert len(parts) == 3
        assert "".join(part["message"] for part in parts) == LONG
        heads = [part["udh"][0] for part in parts]
        assert [head[:4] + head[6:] for head in heads] == [f"0003030{n}" for n in (1, 2, 3)]

    play(ground, script)


def test_a_reply_a_refusal_and_a_farewell(ground: Any) -> None:
    async def script(client: GatewayClient, said: Callable[[], Awaitable[Any]]) -> None:
        mark = client.events.mark()
        await client.send(TO, "answer me")
        reply = await client.events.wait(MessageFromHandset, within=WITHIN_S, since=mark)
        assert reply == MessageFromHandset(TO, "1069012345", "退订 TD")
        await said()
        handing = await client.send(TO, "refuse")
        assert (handing.acceptance, handing.code) == (Acceptance.REFUSED, 0x0B)
        assert await said() == {"enquire_link": 1}
        await client.close()
        seen = {"enquire_link": 1}
        while seen == {"enquire_link": 1}:
            seen = await said()
        assert seen == {"unbind": 1}

    play(ground, script, heartbeat_s=0.2)


def test_a_wrong_password(ground: Any) -> None:
    async def script(client: GatewayClient, said: Callable[[], Awaitable[Any]]) -> None:
        with pytest.raises(NotAvailable, match="login as us refused: 0x0E, wrong password"):
            await client.send(TO, "x")

    play(ground, script, secret="wr0ng")
