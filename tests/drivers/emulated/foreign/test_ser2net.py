"""ser2net puts our pty on a TCP port; our driver uses the modem there by a pyserial URL."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.at import AtModem
from drivers.links.ports import UrlLink
from interop.lab.load import load
from interop.protocols.errors import DeviceLost
from interop.protocols.link import NoJournal
from interop.protocols.modem import CallOutcome
from interop.record.events import MessageReceived, StatusReported
from tests.drivers.emulated.foreign.balance import tells_balance

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Emulated, Phone, Program

pytestmark = pytest.mark.foreign

WITHIN_S = 60.0
CONFIG = """
connection: &modem
  accepter: tcp,127.0.0.1,{port}
  connector: serialdev,{pty},115200n81,local
"""


def test_our_driver_behind_ser2net(
    small: Emulated, phone: Callable[[str], Phone], start: Callable[..., Program], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = tmp_path / "ser2net.yaml"
    config.write_text(CONFIG.format(port=port, pty=small.modems["m05"]["pty"]))
    start("ser2net", "-d", "-c", str(config))
    far = phone(small.modems["m04"]["pty"])
    asyncio.run(session(f"socket://127.0.0.1:{port}", far))


async def session(url: str, far: Phone) -> None:
    modem = await opened(url)
    try:
        identity = await modem.identity()
        assert (identity.imei, identity.model) == ("869999990000047", "EM1")
        assert (await modem.send_message("13900001234", "验证码是八")).accepted
        assert await asyncio.to_thread(far.arrives) == ("8618600001234", "验证码是八")
        report = await modem.events.wait(StatusReported, within=WITHIN_S, since=0)
        assert report is not None and report.status == 0
        await asyncio.to_thread(far.text, "8618600001234", "收到了")
        message = await modem.events.wait(MessageReceived, within=WITHIN_S, since=0)
        assert message is not None and message.text == "收到了"
        call = await modem.dial("13900001234")
        await asyncio.to_thread(far.wait, r'\+CLIP: "\+8618600001234"')
        await asyncio.to_thread(far.at, "ATA")
        assert (await call.connected(WITHIN_S)).outcome is CallOutcome.CONNECTED
        await call.hang_up()
        await asyncio.to_thread(far.wait, "NO CARRIER")
        assert tells_balance(await modem.ussd("*100#"))
    finally:
        await modem.close()


async def opened(url: str) -> AtModem:
    """Our driver on the port, once ser2net listens there: it says nothing when it does."""
    lab = load("small")
    part = next(part for part in lab.modems if part.name == "m05").model_copy(update={"port": url})
    sim = next(sim for sim in lab.sims if sim.name == part.sim)
    async with asyncio.timeout(WITHIN_S):
        while True:
            link = UrlLink(part.name, url)
            try:
                await link.open(lambda data: None, lambda why: None)
            except DeviceLost:
                await asyncio.sleep(0.05)
            else:
                await link.close()
                break
    return await AtModem.open(part, sim, UrlLink(part.name, url), NoJournal(), lambda kind: None, {})
