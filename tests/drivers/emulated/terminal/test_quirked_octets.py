"""Quirks and octets by count: the ones that must leave them alone, and those of packets and MMS."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]
OCTETS = b"\xff\xd8\r\nOK\r\n\r\n+CREG: 1\r\n\x1a\x1b> \0\x10\x02" + bytes(range(256))
TAKEN = b"\x8c\x81\x98T1\0\x8d\x92\x92\x80\x8b@msg-1\0"
HARMLESS = (
    "echo.stuck", "echo.double", "echo.pdu", "lines.crcrlf", "lines.lf", "lines.nocr", "lines.blanks",
    "lines.glued", "bytes.noise", "bytes.nul", "write.split", "urc.inside@place=before", "urc.vendors",
    "urc.inside@place=after", "urc.same", "answer.twice", "answer.swapped", "result.digits",
    "prefix.missing@command=+QIRD", "prompt.bare", "prompt.stray", "upload.late", "upload.twice",
    "socket.pieces@size=9999",
)  # fmt: skip


async def socket(desk: Desk) -> None:
    for command in ("ATE0", 'AT+QICSGP=1,1,"3gwap"', "AT+QIACT=1", 'AT+QIOPEN=1,0,"TCP","10.0.0.172",80,0,0'):
        await desk.at(command, 8)


@pytest.mark.parametrize("quirk", HARMLESS)
def test_octets_are_left_alone(on_desk: OnDesk, quirk: str) -> None:
    """Read by hand: behind the first line end after the count stand so many octets, whatever is around."""

    async def scenario(desk: Desk) -> None:
        await socket(desk)
        desk.modem.received(f"AT+QISEND=0,{len(OCTETS)}\r".encode())
        await asyncio.sleep(8)
        desk.modem.received(OCTETS)
        await desk.later(8)
        assert bytes(desk.air.web.raw) == OCTETS
        desk.air.web.ends[0].send(OCTETS)
        await desk.later(8)
        said = await desk.at("AT+QIRD=0,1500", 8)
        if quirk == "answer.swapped":
            said = await desk.at("AT", 8)
        found = re.search(rb"(?:\+QIRD: )?%d[ \t\0]*\r*\n" % len(OCTETS), said)
        assert found is not None
        assert said[found.end() :][: len(OCTETS)] == OCTETS

    on_desk(scenario, profile="quectel", quirks=(quirk,))


def test_a_firmware_without_mms(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        spoken = await desk.lines("AT+CLAC")
        assert "+CGSOCKCONT" in spoken and not any(
            name.startswith("+CMMS") for name in spoken if name != "+CMMS"
        )
        for command in ("+CMMSEDIT=1", "+CMMSEDIT=?", "+CMMSSEND", "+CMMSVIEW"):
            assert await desk.lines(f"AT{command}") == ["ERROR"]
        assert await desk.lines("AT+CMMS=1") == ["OK"], (
            "more messages to send (27.005 3.5.6) is another thing"
        )

    on_desk(scenario, profile="simcom", quirks=("mms.absent",))


def test_a_share_of_firmwares(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CMMSEDIT=1;+CMMSEDIT=0;+CMMSEDIT=?") == ["+CMMSEDIT: (0,1)", "OK"]

    on_desk(scenario, profile="simcom", quirks=("mms.absent@rate=0",))


def test_uploads_are_refused(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines('AT+CMEE=1;+QFUPL="RAM:a",3') == ["+CME ERROR: 20"]
        assert await desk.lines('AT+QFLST="RAM:*"') == ["OK"]

    on_desk(scenario, profile="quectel", quirks=("upload.refused",))


def test_an_invitation_comes_late_or_twice(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.at('AT+QFUPL="RAM:a",3', 3.9) == b""
        assert await desk.later(0.5) == b"\r\nCONNECT\r\n\r\nCONNECT\r\n"
        desk.modem.received(b"abc")
        assert await desk.later() == b"\r\n+QFUPL: 3,262\r\n\r\nOK\r\n"

    on_desk(scenario, profile="quectel", quirks=("upload.late", "upload.twice"))


def test_what_came_of_a_message_is_told_late(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CGSOCKCONT=1,"IP","cmwap";+CMMSCURL="mmsc.monternet.com"')
        await desk.at('AT+CMMSPROTO=1,"10.0.0.172",80;+CMMSEDIT=1')
        await desk.at('AT+CMMSDOWN="text",1,"a.txt"')
        desk.modem.received(b"x")
        await desk.later()
        desk.air.web.says(TAKEN)
        assert await desk.lines('AT+CMMSSEND="17090001234"', 899) == ["OK"]
        assert len(desk.air.web.asked) == 1, "it has long been sent"
        assert await desk.later(5) == b"\r\n+CMMSSEND: 0\r\n"

    on_desk(scenario, profile="simcom", quirks=("mms.untold",))


def test_the_final_result_of_a_sim800_is_late(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CMMSINIT;+CMMSCURL="mmsc.monternet.com";+CMMSPROTO="10.0.0.172",80')
        await desk.at('AT+SAPBR=3,1,"APN","cmwap";+SAPBR=1,1', 2)
        await desk.at('AT+CMMSEDIT=1;+CMMSDOWN="TEXT",1,5000')
        desk.modem.received(b"x")
        await desk.later()
        desk.air.web.says(TAKEN)
        assert await desk.lines('AT+CMMSSEND="17090001234"', 49) == []
        assert await desk.later(5) == b"\r\nOK\r\n"

    on_desk(scenario, profile="sim800", quirks=("mms.untold@by=50",))


def test_a_connection_is_gone(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CGEREP=2,1")
        await socket(desk)
        desk.read()
        assert await desk.later(60) == (
            b'\r\n+QIURC: "closed",0\r\n\r\n+CGEV: NW PDN DEACT 1\r\n\r\n+QIURC: "pdpdeact",1\r\n'
        )
        assert await desk.lines("AT+CGACT?") == ["+CGACT: 1,0", "OK"]
        assert await desk.lines("AT+QIACT=1", 60) == ["OK", "+CGEV: ME PDN ACT 1"], "once"

    on_desk(scenario, profile="quectel", quirks=("packet.drops@after=30",))


def test_a_socket_is_cut(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await socket(desk)
        desk.air.web.ends[0].send(b"abc")
        assert await desk.later() == b'\r\n+QIURC: "closed",0\r\n'
        assert not desk.air.web.ends[0].open
        assert await desk.lines("AT+QIRD=0,10") == ["+QIRD: 0", "OK"]

    on_desk(scenario, profile="quectel", quirks=("socket.cut",))


def test_tiny_pieces(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await socket(desk)
        desk.air.web.ends[0].send(b"abcde")
        await desk.later()
        assert await desk.at("AT+QIRD=0,1500") == b"\r\n+QIRD: 2\r\nab\r\n\r\nOK\r\n"
        assert await desk.at("AT+QIRD=0,1") == b"\r\n+QIRD: 1\r\nc\r\n\r\nOK\r\n"
        assert await desk.at("AT+QIRD=0,1500") == b"\r\n+QIRD: 2\r\nde\r\n\r\nOK\r\n"

    on_desk(scenario, profile="quectel", quirks=("socket.pieces@size=2",))
