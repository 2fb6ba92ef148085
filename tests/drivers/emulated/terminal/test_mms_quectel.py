"""Quectel's MMS client, in the commands and answers of LTE Standard MMS Application Note V1.1 3."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from interop import mms

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]
PICTURE = b"\xff\xd8\r\nOK\r\n\x1a\x1b> \0+QFUPL: 1,1\r\n" + bytes(range(256)).replace(b"+", b"-")
# M-Send.conf by hand (OMA-TS-MMS_ENC-V1_3 7.3): type 8C 81, transaction 98, version 8D 92, status 92, id 8B.
TAKEN = b"\x8c\x81\x98T1\0\x8d\x92\x92\x80\x8b@msg-1\0"
DENIED = b"\x8c\x81\x98T1\0\x8d\x92\x92\x82"


async def configured(desk: Desk, mmsc: str = "http://mmsc.myuni.com.cn", proxy: str = "10.0.0.172") -> None:
    for command in (
        "+CMEE=1",
        '+QICSGP=1,1,"3gwap","","",1',
        "+QIACT=1",
        '+QMMSCFG="contextid",1',
        f'+QMMSCFG="mmsc","{mmsc}"',
        f'+QMMSCFG="proxy","{proxy}",80',
        '+QMMSCFG="character","UTF8"',
        '+QMMSCFG="sendparam",6,2,0,0,2,4',
        '+QMMSCFG="supportfield",0',
        "+QMMSEDIT=0",
    ):
        assert await desk.lines(f"AT{command}") == ["OK"], command


async def uploaded(desk: Desk, name: str, data: bytes) -> None:
    assert await desk.at(f'AT+QFUPL="{name}",{len(data)},300,0') == b"\r\nCONNECT\r\n"
    desk.modem.received(data)
    assert (await desk.later()).startswith(b"\r\n+QFUPL: %d," % len(data))


def test_a_message_is_sent(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await configured(desk)
        for command in (
            '+QMMSEDIT=1,1,"17090001234"',
            '+QMMSEDIT=2,1,"13900001111"',
            '+QMMSEDIT=3,1,"someone@example.com"',
        ):
            assert await desk.lines(f"AT{command}") == ["OK"]
        assert await desk.lines('AT+QMMSEDIT=4,1,"你好, 2"') == ["OK"]
        await uploaded(desk, "RAM:a.jpg", PICTURE)
        await uploaded(desk, "RAM:b.txt", "验证码".encode())
        assert await desk.lines('AT+QMMSEDIT=5,1,"RAM:a.jpg"') == ["OK"]
        assert await desk.lines('AT+QMMSEDIT=5,1,"RAM:b.txt"') == ["OK"]
        assert await desk.lines("AT+QMMSEDIT=1") == ['+QMMSEDIT: 1,"17090001234"', "OK"]
        desk.air.web.says(TAKEN)
        assert await desk.at("AT+QMMSEND=100", 0.15) == b"\r\nOK\r\n"
        assert await desk.later() == b"\r\n+QMMSEND: 0,200\r\n"

        (asked,) = desk.air.web.asked
        assert (asked.method, asked.target) == ("POST", "http://mmsc.myuni.com.cn/")
        assert asked.headers["host"] == "mmsc.myuni.com.cn"
        assert asked.headers["content-type"] == "application/vnd.wap.mms-message"
        assert asked.body[:3] == b"\x8c\x80\x98", "M-Send.req, and its transaction first"
        sent = mms.decode(asked.body)
        assert isinstance(sent, mms.SendReq)
        assert sent.to == ("+8617090001234/TYPE=PLMN",) and sent.cc == ("+8613900001111/TYPE=PLMN",)
        assert sent.bcc == ("someone@example.com",) and sent.subject == "你好, 2"
        assert (sent.priority, sent.delivery_report, sent.expiry) == (mms.Priority.HIGH, False, None)
        assert [(part.content_type, part.data) for part in sent.body.media] == [
            ("image/jpeg", PICTURE),
            ("text/plain", "验证码".encode()),
        ]
        assert await desk.lines('AT+QMMSEDIT=0;+QFDEL="RAM:*";+QMMSEDIT=1') == ["OK"]

    on_desk(scenario, profile="quectel")


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (TAKEN, 200, "0,200"),
        (DENIED, 200, "765,200"),
        (b"", 404, "766,404"),
        (TAKEN, 503, "766,503"),
        (b"<html>", 200, "777,200"),
    ],
)
def test_what_the_centre_answers(on_desk: OnDesk, body: bytes, status: int, says: str) -> None:
    async def scenario(desk: Desk) -> None:
        await configured(desk)
        await desk.at('AT+QMMSEDIT=1,1,"17090001234"')
        desk.air.web.says(body, status)
        assert await desk.lines("AT+QMMSEND=100", 2) == ["OK", f"+QMMSEND: {says}"]
        assert await desk.lines("AT+QMMSEND=100", 0.2) == ["OK"], "and it can send again"

    on_desk(scenario, profile="quectel")


def test_an_answer_that_ends_with_the_connection(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await configured(desk)
        await desk.at('AT+QMMSEDIT=1,1,"17090001234"')
        desk.air.web.answers.append(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n" + TAKEN)
        assert await desk.lines("AT+QMMSEND=100", 2) == ["OK", "+QMMSEND: 0,200"]
        desk.air.web.answers.append(b"220 mail.example.com ESMTP\r\n\r\n")
        assert await desk.lines("AT+QMMSEND=100", 2) == ["OK", "+QMMSEND: 777"]

    on_desk(scenario, profile="quectel")


def test_without_a_proxy(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await configured(desk, mmsc="http://mmsc.example:8080/mm1?x=1", proxy="0.0.0.0")
        await desk.at('AT+QMMSEDIT=1,1,"17090001234"')
        desk.air.web.at = [("mmsc.example", 8080)]
        desk.air.web.says(TAKEN)
        assert await desk.lines("AT+QMMSEND=100", 2) == ["OK", "+QMMSEND: 0,200"]
        (asked,) = desk.air.web.asked
        assert (asked.target, asked.headers["host"]) == ("/mm1?x=1", "mmsc.example:8080")
        await desk.at('AT+QMMSCFG="mmsc","ftp://mmsc.example"')
        assert await desk.lines("AT+QMMSEND=100", 2) == ["OK", "+QMMSEND: 753"]

    on_desk(scenario, profile="quectel")


def test_ways_that_lead_nowhere(on_desk: OnDesk) -> None:
    """768 activation, 771 connection, 774 closed, 775 timeout."""

    async def scenario(desk: Desk) -> None:
        await configured(desk, proxy="10.9.9.9")
        await desk.at('AT+QMMSEDIT=1,1,"17090001234"')
        assert await desk.lines("AT+QMMSEND=100", 2) == ["OK", "+QMMSEND: 771"]
        await desk.at('AT+QMMSCFG="proxy","10.0.0.172",80')
        desk.air.web.answers.append(b"")
        assert await desk.lines("AT+QMMSEND=100", 2) == ["OK", "+QMMSEND: 774"]
        desk.air.web.answers.append(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf")
        assert await desk.lines("AT+QMMSEND=100", 2) == ["OK", "+QMMSEND: 774,200"]
        assert await desk.lines("AT+QMMSEND=30", 29) == ["OK"]
        assert await desk.lines("AT+QMMSEND=100") == ["+CME ERROR: 764"], "one at a time"
        assert await desk.later(2) == b"\r\n+QMMSEND: 775\r\n"
        desk.modem.received(b"AT+QMMSEND=100\r")
        await desk.later(0.5)
        desk.air.bearers[-1].end()
        assert b"+QMMSEND: 774\r\n" in await desk.later()
        desk.air.no_bearer = 33
        assert await desk.lines("AT+QMMSEND=100", 2) == ["OK", "+QMMSEND: 768"]

    on_desk(scenario, profile="quectel")


def test_what_is_wrong_with_the_message(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await configured(desk)
        assert await desk.lines("AT+QMMSEND=100") == ["+CME ERROR: 762"]
        assert await desk.lines('AT+QMMSEDIT=5,1,"RAM:none.jpg"') == ["+CME ERROR: 763"]
        for _ in range(20):
            assert await desk.lines('AT+QMMSEDIT=1,1,"17090001234"') == ["OK"]
        assert await desk.lines('AT+QMMSEDIT=1,1,"17090001234"') == ["+CME ERROR: 757"]
        assert await desk.lines('AT+QMMSEDIT=1,0,"17090001234";+QMMSEDIT=1') == ["OK"]
        assert await desk.lines('AT+QMMSCFG="character","EBCDIC"') == ["+CME ERROR: 756"]
        assert await desk.lines('AT+QMMSCFG="sendparam",7,0,0,0,0,0') == ["+CME ERROR: 756"]
        assert await desk.lines('AT+QMMSCFG="proxy"') == ['+QMMSCFG: "proxy","10.0.0.172",80', "OK"]
        await uploaded(desk, "RAM:a.jpg", b"abc")
        await desk.at('AT+QMMSEDIT=5,1,"RAM:a.jpg";+QMMSEDIT=1,1,"17090001234"')
        await desk.at('AT+QFDEL="RAM:*"')
        assert await desk.lines("AT+QMMSEND=100") == ["+CME ERROR: 763"], "it is gone meanwhile"

    on_desk(scenario, profile="quectel")


def test_it_sets_up_the_connection_by_itself(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await configured(desk)
        await desk.at('AT+QIDEACT=1;+QMMSEDIT=1,1,"17090001234"')
        desk.air.web.says(TAKEN)
        assert await desk.lines("AT+QMMSEND=100", 3) == ["OK", "+QMMSEND: 0,200"]
        assert len(desk.air.bearers) == 2

    on_desk(scenario, profile="quectel")


@pytest.mark.parametrize("profile", ["generic", "huawei", "ublox", "telit", "cinterion", "zte"])
def test_others_have_none(on_desk: OnDesk, profile: str) -> None:
    async def scenario(desk: Desk) -> None:
        for command in ("+QMMSCFG=?", "+QMMSEND=100", "+CMMSINIT", "+CMMSEDIT=1", "+QIACT=1", "+SAPBR=1,1"):
            assert await desk.lines(f"AT{command}") == ["ERROR"], command

    on_desk(scenario, profile=profile)
