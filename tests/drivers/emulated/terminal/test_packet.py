"""Packet connections: 27.007 10.1 for every maker, and Quectel's contexts and sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.air import Access

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]
EVERY = bytes(range(256))
NASTY = b"\r\nOK\r\n+++\x1a\x1b\r\nERROR\r\n> AT\r\0\xff\r\nCONNECT\r\n" + EVERY


def test_a_context_is_defined_and_activated(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMEE=1")
        assert await desk.lines('AT+CGDCONT=1,"IP","cmwap"') == ["OK"]
        assert await desk.lines("AT+CGACT?") == ["+CGACT: 1,0", "OK"]
        assert await desk.lines("AT+CGPADDR=1") == ["+CGPADDR: 1", "OK"]
        assert await desk.lines("AT+CGACT=1,1", 0.3) == [], "the network takes its time"
        assert await desk.later(1) == b"\r\nOK\r\n"
        assert desk.air.accesses == [Access("cmwap")]
        assert await desk.lines("AT+CGACT=1,1;+CGACT?") == ["+CGACT: 1,1", "OK"]
        assert len(desk.air.accesses) == 1, "it is up already"
        assert await desk.lines("AT+CGPADDR=1") == ['+CGPADDR: 1,"10.89.193.1"', "OK"]
        assert await desk.lines("AT+CGACT=0,1;+CGACT?") == ["+CGACT: 1,0", "OK"]
        assert not desk.air.bearers[0].open
        assert await desk.lines("AT+CGACT=1,3") == ["+CME ERROR: 3"], "never defined"

    on_desk(scenario)


def test_a_password_goes_with_the_access_point(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CGDCONT=2,"IP","ctwap";+CGAUTH=2,1,"ctwap@mycdma.cn","vnet.mobi"')
        assert await desk.lines("AT+CGACT=1,2") == ["OK"]
        assert desk.air.accesses == [Access("ctwap", "ctwap@mycdma.cn", "vnet.mobi")]

    on_desk(scenario)


def test_refusals_by_their_cause(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CMEE=1;+CGDCONT=1,"IP","nowhere"')
        # 27.007 9.2.2: missing or unknown APN, authentication, not subscribed, anything else
        for cause, code in ((27, 127), (29, 149), (33, 133), (38, 148)):
            desk.air.no_bearer = cause
            assert await desk.lines("AT+CGACT=1,1") == [f"+CME ERROR: {code}"]
        assert await desk.lines("AT+CGATT=0;+CGATT?") == ["+CGATT: 0", "OK"]
        assert await desk.lines("AT+CGACT=1,1") == ["+CME ERROR: 30"]
        desk.air.no_bearer = None
        assert await desk.lines("AT+CGATT=1;+CGACT=1,1") == ["OK"]

    on_desk(scenario)


def test_the_network_ends_a_connection(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CGEREP=2,1;+CGDCONT=1,"IP","cmwap"')
        assert await desk.lines("AT+CGACT=1,1") == ["OK", "+CGEV: ME PDN ACT 1"]
        desk.air.bearers[0].end()
        assert await desk.later() == b"\r\n+CGEV: NW PDN DEACT 1\r\n"
        assert await desk.lines("AT+CGACT?") == ["+CGACT: 1,0", "OK"]
        await desk.at("AT+CGACT=1,1")
        assert await desk.lines("AT+CGATT=0") == ["OK", "+CGEV: ME DETACH"]
        assert not desk.air.bearers[1].open

    on_desk(scenario)


@pytest.mark.parametrize("how", ["reset", "unplug"])
def test_a_restart_lets_go_of_everything(on_desk: OnDesk, how: str) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CGDCONT=1,"IP","cmwap"')
        await desk.at("AT+QIACT=1")
        await desk.at('AT+QIOPEN=1,0,"TCP","10.0.0.172",80,0,0')
        desk.modem.received(b'AT+QFUPL="RAM:a",3\r')
        await desk.later()
        desk.modem.received(b"abc")
        await desk.later()
        desk.modem.received(b'AT+QFUPL="b",3\r')
        await desk.later()
        desk.modem.received(b"abc")
        await desk.later()
        if how == "reset":
            desk.modem.reset()
        else:
            desk.modem.unplug(10, False)
        assert not desk.air.bearers[0].open
        await desk.later(20)
        assert await desk.lines("ATE0;+QISTATE?") == ["OK"]
        assert await desk.lines('AT+QFLST="RAM:*";+QFLST="*"') == ['+QFLST: "b",3', "OK"]

    on_desk(scenario, profile="quectel")


def test_a_modem_that_restarts_takes_no_connection(on_desk: OnDesk) -> None:
    """It comes up when nobody waits for it any more."""

    async def scenario(desk: Desk) -> None:
        desk.modem.received(b"AT+CGACT=1,1\r")
        await desk.later(0.2)
        desk.modem.reset()
        await desk.later(20)
        assert not desk.air.bearers[0].open and desk.modem.packet.up == {}
        assert await desk.lines("ATE0;+CGACT?") == ["+CGACT: 1,0", "OK"]

    on_desk(scenario)


async def opened(desk: Desk) -> None:
    """A socket of Quectel's to the proxy."""
    assert await desk.lines('AT+QICSGP=1,1,"3gwap","","",1') == ["OK"]
    assert await desk.lines("AT+QIACT=1") == ["OK"]
    assert await desk.lines("AT+QIACT?") == ['+QIACT: 1,1,1,"10.89.193.1"', "OK"]
    assert await desk.lines('AT+QIOPEN=1,0,"TCP","10.0.0.172",80,0,0') == ["OK", "+QIOPEN: 0,0"]


def test_a_socket_carries_octets_of_any_value(on_desk: OnDesk) -> None:
    """LTE Standard TCP/IP Application Note V1.1 3.1.4, 3.1.5."""

    async def scenario(desk: Desk) -> None:
        await opened(desk)
        asked = b"POST http://mmsc.myuni.com.cn/ HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(
            NASTY
        )
        assert await desk.at(f"AT+QISEND=0,{len(asked + NASTY)}") == b"\r\n> "
        for at in range(0, len(asked + NASTY), 7):
            assert desk.read() == b"", "not before the last octet, and no echo"
            desk.modem.received((asked + NASTY)[at : at + 7])
        assert await desk.later() == b"\r\nSEND OK\r\n"
        assert bytes(desk.air.web.raw) == asked + NASTY
        assert desk.air.web.asked[0].body == NASTY
        assert await desk.lines("AT+QISEND=0,0") == [
            f"+QISEND: {len(asked + NASTY)},{len(asked + NASTY)},0",
            "OK",
        ]

        wire = desk.air.web.ends[0]
        wire.send(NASTY)
        assert await desk.later() == b'\r\n+QIURC: "recv",0\r\n'
        wire.send(EVERY)
        assert await desk.later() == b"", "told once until it is read"
        assert await desk.at("AT+QIRD=0,1500") == (
            b"\r\n+QIRD: %d\r\n" % len(NASTY + EVERY) + NASTY + EVERY + b"\r\n\r\nOK\r\n"
        )
        assert await desk.at("AT+QIRD=0,1500") == b"\r\n+QIRD: 0\r\n\r\nOK\r\n"
        wire.send(b"last")
        wire.shut()
        assert await desk.later() == b'\r\n+QIURC: "recv",0\r\n\r\n+QIURC: "closed",0\r\n'
        total = len(NASTY + EVERY)
        assert await desk.lines("AT+QIRD=0,0") == [f"+QIRD: {total + 4},{total},4", "OK"]
        assert await desk.at("AT+QIRD=0,2") == b"\r\n+QIRD: 2\r\nla\r\n\r\nOK\r\n"
        assert await desk.lines("AT+QISTATE?") == [
            '+QISTATE: 0,"TCP","10.0.0.172",80,32768,4,1,0,0,"usbat"',
            "OK",
        ]
        assert await desk.lines("AT+QISEND=0,5") == ["ERROR"]
        assert await desk.lines("AT+QIGETERROR") == ["+QIGETERROR: 567,socket has been closed", "OK"]
        assert await desk.lines("AT+QICLOSE=0;+QISTATE?") == ["OK"]
        assert await desk.lines("AT+QIRD=0,2") == ["ERROR"]

    on_desk(scenario, profile="quectel")


def test_news_wait_until_the_octets_are_there(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await opened(desk)
        await desk.at("AT+QISEND=0,4")
        desk.air.web.ends[0].send(b"x")
        desk.modem.received(b"ab")
        assert await desk.later() == b""
        desk.modem.received(b"cdAT+CSQ\r")
        said = await desk.later()
        assert said == b'\r\nSEND OK\r\n\r\n+QIURC: "recv",0\r\n\r\n+CSQ: 22,99\r\n\r\nOK\r\n'
        assert bytes(desk.air.web.raw) == b"abcd"

    on_desk(scenario, profile="quectel")


def test_what_does_not_come_in_time(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await opened(desk)
        await desk.at("AT+QISEND=0,4")
        desk.modem.received(b"abc")
        assert await desk.later(59) == b""
        assert await desk.later(3) == b"\r\nERROR\r\n"
        assert bytes(desk.air.web.raw) == b""
        assert await desk.lines("AT") == ["OK"]

    on_desk(scenario, profile="quectel")


def test_sockets_that_do_not_open(on_desk: OnDesk) -> None:
    """LTE Standard TCP/IP Application Note V1.1 4: 561 context, 563 in use, 566 connect."""

    async def scenario(desk: Desk) -> None:
        assert await desk.lines('AT+QIOPEN=1,0,"TCP","10.0.0.172",80') == ["OK", "+QIOPEN: 0,561"]
        desk.air.no_bearer = 27
        assert await desk.lines('AT+CMEE=1;+QICSGP=1,1,"x"') == ["OK"]
        assert await desk.lines("AT+QIACT=1") == ["ERROR"]
        assert await desk.lines("AT+QIGETERROR") == ["+QIGETERROR: 561,open PDP context failed", "OK"]
        desk.air.no_bearer = None
        await opened(desk)
        assert await desk.lines('AT+QIOPEN=1,0,"TCP","10.0.0.172",80') == ["ERROR"]
        assert await desk.lines('AT+QIOPEN=1,1,"TCP","10.0.0.172",81') == ["OK", "+QIOPEN: 1,566"]
        assert await desk.lines('AT+QIOPEN=1,1,"UDP","10.0.0.172",80') == ["ERROR"]
        assert await desk.lines('AT+QIOPEN=1,12,"TCP","10.0.0.172",80') == ["ERROR"]
        assert await desk.lines("AT+QISTATE=1,0") == [
            '+QISTATE: 0,"TCP","10.0.0.172",80,32768,2,1,0,0,"usbat"',
            "OK",
        ]

    on_desk(scenario, profile="quectel")


def test_the_context_of_a_socket_ends(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await opened(desk)
        desk.air.bearers[0].end()
        assert await desk.later() == b'\r\n+QIURC: "closed",0\r\n\r\n+QIURC: "pdpdeact",1\r\n'
        assert await desk.lines("AT+QIACT?;+QISTATE?") == ["OK"]
        await opened(desk)
        assert await desk.lines("AT+QIDEACT=1") == ["OK"], "and nothing is told of the socket"
        assert await desk.lines("AT+QISTATE?") == ["OK"]

    on_desk(scenario, profile="quectel")


def test_a_context_that_was_up_before(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CGEREP=2,1;+QICSGP=4,1,"3gwap";+CGACT=1,4')
        for _ in range(2):
            assert await desk.lines("AT+QIACT=4") == ["OK"]
        assert len(desk.air.accesses) == 1
        desk.read()
        desk.air.bearers[0].end()
        assert await desk.later() == b'\r\n+CGEV: NW PDN DEACT 4\r\n\r\n+QIURC: "pdpdeact",4\r\n'

    on_desk(scenario, profile="quectel")


def test_files(on_desk: OnDesk) -> None:
    """WCDMA UGxx FILE AT Commands Manual V1.0 2.4 to 2.6."""

    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMEE=1")
        content = EVERY.replace(b"+", b"-") * 3
        assert await desk.at(f'AT+QFUPL="RAM:a.jpg",{len(content)},300') == b"\r\nCONNECT\r\n"
        desk.modem.received(content)
        # Three times the same is once; even octets xor to 0, odd ones too but for 2B, which is 2D here: 06.
        assert await desk.later() == b"\r\n+QFUPL: 768,6\r\n\r\nOK\r\n"
        said = await desk.lines('AT+QFLST="RAM:*"')
        assert said == [f'+QFLST: "RAM:a.jpg",{len(content)}', "OK"]
        assert await desk.lines(f'AT+QFUPL="RAM:a.jpg",{len(content)}') == ["+CME ERROR: 407"]
        down = await desk.at('AT+QFDWL="RAM:a.jpg"')
        assert down == (b"\r\nCONNECT\r\n" + content + b"\r\n+QFDWL: 768,6\r\n\r\nOK\r\n")
        assert await desk.lines('AT+QFDEL="RAM:*";+QFLST="RAM:*"') == ["OK"]
        assert await desk.lines('AT+QFDEL="RAM:a.jpg"') == ["+CME ERROR: 405"]
        assert await desk.lines('AT+QFUPL="RAM:a.jpg",9999999') == ["+CME ERROR: 420"]

    on_desk(scenario, profile="quectel")


def test_an_upload_by_its_checksum_its_receipts_and_its_end(on_desk: OnDesk) -> None:
    """The checksum of manuals' odd length: "abc" is 6162 xor 6300. "+++" ends, what came before is kept."""

    async def scenario(desk: Desk) -> None:
        await desk.at('AT+QFUPL="RAM:1",3')
        desk.modem.received(b"abc")
        assert await desk.later() == b"\r\n+QFUPL: 3,262\r\n\r\nOK\r\n"
        await desk.at('AT+QFUPL="RAM:2",2050,300,1')
        desk.modem.received(b"x" * 1000)
        assert desk.read() == b""
        desk.modem.received(b"x" * 1050)
        assert desk.read() == b"AA"
        assert await desk.later() == b"\r\n+QFUPL: 2050,7878\r\n\r\nOK\r\n"
        await desk.at('AT+QFUPL="RAM:3",100')
        desk.modem.received(b"abc+")
        desk.modem.received(b"++AT+CSQ\r")
        assert await desk.later() == b"\r\n+QFUPL: 3,262\r\n\r\nOK\r\n\r\n+CSQ: 22,99\r\n\r\nOK\r\n"
        await desk.at('AT+QFUPL="RAM:4",100,5')
        desk.modem.received(b"ab")
        await asyncio.sleep(4)
        desk.modem.received(b"c")
        assert await desk.later(4) == b"", "five seconds without an octet, not five in all"
        assert await desk.later(2) == b"\r\n+QFUPL: 3,262\r\n\r\nOK\r\n"

    on_desk(scenario, profile="quectel")


def test_a_file_is_written_piece_by_piece(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMEE=1")
        assert await desk.lines('AT+QFOPEN="RAM:p",1') == ["+QFOPEN: 3000", "OK"]
        assert await desk.at("AT+QFWRITE=3000,5,10") == b"\r\nCONNECT\r\n"
        desk.modem.received(b"a+++b")
        assert await desk.later() == b"\r\n+QFWRITE: 5,5\r\n\r\nOK\r\n"
        await desk.at("AT+QFWRITE=3000,2")
        desk.modem.received(b"\x1a\x1b")
        assert await desk.later() == b"\r\n+QFWRITE: 2,7\r\n\r\nOK\r\n"
        assert await desk.lines('AT+QFCLOSE=3000;+QFOPEN="RAM:p",2') == ["+QFOPEN: 3000", "OK"]
        assert await desk.at("AT+QFREAD=3000,6") == b"\r\nCONNECT 6\r\na+++b\x1a\r\n\r\nOK\r\n"
        assert await desk.lines("AT+QFREAD=3001,6") == ["+CME ERROR: 416"]
        assert await desk.lines('AT+QFLDS="RAM"') == [
            f"+QFLDS: {2 * 1024 * 1024 - 7},{2 * 1024 * 1024}",
            "OK",
        ]

    on_desk(scenario, profile="quectel")
