"""Ways in for programs outside the AT link: unix sockets of a modem's data connection, ports of loopback."""

from __future__ import annotations

import asyncio
import select
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine
from json import loads
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from drivers.emulated.country import Country
from interop import mms
from interop.engine.clock import run_virtual
from interop.lab.load import load
from interop.protocols.equipment import Setting

WITHIN_S = 30.0
PROXY, MMSC = "10.0.0.172:80", "mmsc.myuni.com.cn:80"


class Desk:
    """A started country, and an AT line to the modem of cucc-bj, which sends by this machine."""

    def __init__(self, scratch: Path, *defects: str) -> None:
        self.lab = load("emulated")
        setting = Setting(self.lab, 1, defects, (), scratch=scratch, epoch=1_767_225_600.0, virtual=True)
        self.country = Country(setting)
        self.heard = b""
        self._news = asyncio.Event()
        self._write: Callable[[bytes], None] = lambda _data: None

    async def __aenter__(self) -> Desk:
        await self.country.start()
        modem = next(part for part in self.lab.modems if part.sim == "cucc-bj")
        link = self.country.link(modem)
        await link.open(self._received, lambda why: pytest.fail(why))
        self._write = link.write
        await asyncio.sleep(10)
        _, path = self.country.endpoint(f"emulated:/bearer/{modem.name}")
        assert path is not None
        self.path = path
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.country.stop()

    def _received(self, data: bytes) -> None:
        self.heard += data
        self._news.set()

    async def at(self, command: str) -> None:
        self.heard = b""
        self._write(command.encode() + b"\r")
        while b"\r\nOK\r\n" not in self.heard:
            assert b"ERROR" not in self.heard
            self._news.clear()
            await self._news.wait()

    async def connects(self, place: str) -> bool:
        try:
            _, writer = await asyncio.open_unix_connection(f"{self.path}.{place}")
        except OSError:
            return False
        writer.close()
        return True


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    run_virtual(scenario())


def test_the_sockets_are_there_while_the_mms_connection_is_up(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Desk(tmp_path) as desk:
            assert not await desk.connects(PROXY) and not await desk.connects(MMSC)
            await desk.at('AT+CGDCONT=1,"IP","3gnet"')
            await desk.at("AT+CGACT=1,1")
            assert not await desk.connects(PROXY), "another access point does not lead there"
            await desk.at('AT+CGDCONT=2,"IP","3gwap"')
            await desk.at("AT+CGACT=1,2")
            assert await desk.connects(PROXY) and await desk.connects(MMSC)
            await desk.at("AT+CGACT=0,2")
            assert not await desk.connects(PROXY)
            await desk.at("AT+CGACT=1,2")
            assert await desk.connects(PROXY)
            await desk.at("AT+CFUN=4")
            assert not await desk.connects(PROXY)
        assert not list(Path(desk.path).parent.glob("b*"))

    run(scenario)


def test_a_client_of_others_speaks_through_them(tmp_path: Path) -> None:
    """aiohttp, through the proxy and straight to the MMSC, several requests on one connection."""

    async def scenario() -> None:
        async with Desk(tmp_path) as desk:
            await desk.at('AT+CGDCONT=1,"IP","3gwap"')
            await desk.at("AT+CGACT=1,1")
            request = mms.SendReq(
                "t1", ("+8613900001234/TYPE=PLMN",), mms.Body((mms.Part("text/plain", b"x"),))
            )
            for place in (PROXY, MMSC):
                connector = aiohttp.UnixConnector(f"{desk.path}.{place}")
                async with aiohttp.ClientSession(connector=connector) as session:
                    async with session.get("http://mmsc.myuni.com.cn/9") as answer:
                        assert answer.status == 404
                    kind = {"Content-Type": mms.CONTENT_TYPE}
                    url, data = "http://mmsc.myuni.com.cn", mms.encode(request)
                    async with session.post(url, data=data, headers=kind) as answer:
                        taken = mms.decode(await answer.read())
                    assert isinstance(taken, mms.SendConf) and taken.status == mms.ResponseStatus.OK

    run(scenario)


def test_what_goes_through_ends_with_the_connection(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Desk(tmp_path) as desk:
            await desk.at('AT+CGDCONT=1,"IP","3gwap"')
            await desk.at("AT+CGACT=1,1")
            reader, writer = await asyncio.open_unix_connection(f"{desk.path}.{PROXY}")
            writer.write(b"GET http://mmsc.myuni.com.cn/1 HTTP/1.1\r\nHost: x\r\n")
            await asyncio.sleep(5)
            await desk.at("AT+CGACT=0,1")
            assert await reader.read() == b""
            writer.close()

    run(scenario)


@pytest.mark.parametrize(
    ("defect", "proxy", "mmsc"), [("mms.proxy", False, True), ("mms.mmsc_down", True, False)]
)
def test_nobody_listens_where_nobody_would(tmp_path: Path, defect: str, *, proxy: bool, mmsc: bool) -> None:
    async def scenario() -> None:
        async with Desk(tmp_path, defect) as desk:
            await desk.at('AT+CGDCONT=1,"IP","3gwap"')
            await desk.at("AT+CGACT=1,1")
            assert (await desk.connects(PROXY), await desk.connects(MMSC)) == (proxy, mmsc)

    run(scenario)


def test_a_long_scratch_folder_still_holds_them(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Desk(tmp_path / ("x" * 80)) as desk:
            await desk.at('AT+CGDCONT=1,"IP","3gwap"')
            await desk.at("AT+CGACT=1,1")
            assert await desk.connects(PROXY)
            assert len(f"{desk.path}.{MMSC}") <= 107

    run(scenario)


def test_a_modem_that_sends_by_itself_has_none(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Desk(tmp_path) as desk:
            modem = next(part for part in desk.lab.modems if part.sim and part.mms.way == "modem")
            assert str(desk.country.endpoint(f"emulated:/bearer/{modem.name}")[1]).endswith("sites.sock")

    run(scenario)


def test_proxies_on_loopback(tmp_path: Path) -> None:
    """`interop emulate`, and the standard library's client with a proxy: what a foreign MMS program does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "interop", "emulate", "small", "--ports", str(tmp_path), "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], WITHIN_S)[0], "no first line"
        rows = loads(process.stdout.readline())["proxies"]
        row = next(row for row in rows if row["modem"] == "m01")
        assert (row["mmsc"], row["apn"]) == ("http://mmsc.myuni.com.cn", "3gwap")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": f"http://{row['proxy']}"}))
        request = mms.SendReq("t1", ("+8613900001234/TYPE=PLMN",), mms.Body((mms.Part("text/plain", b"x"),)))
        post = urllib.request.Request(
            row["mmsc"], mms.encode(request), {"Content-Type": mms.CONTENT_TYPE}, method="POST"
        )
        with opener.open(post, timeout=WITHIN_S) as answer:
            taken = mms.decode(answer.read())
        assert isinstance(taken, mms.SendConf) and taken.message_id
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener.open("http://mmsc.myuni.com.cn/1", timeout=WITHIN_S)
        assert refused.value.code == 404
        host, _, port = row["proxy"].partition(":")
        with socket.create_connection((host, int(port)), WITHIN_S) as nonsense:
            nonsense.sendall(b"\0\xff\r\n\r\n")
            assert nonsense.recv(100).startswith(b"HTTP/1.1 400")
    finally:
        process.kill()
        process.wait()
