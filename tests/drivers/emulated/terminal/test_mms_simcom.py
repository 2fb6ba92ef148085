"""SIMCom's MMS clients, in the commands and answers of their manuals, and in what their users saw.

SIM800 Series AT Command Manual V1.09 15 and 20; SIMCOM MMS AT Command Set V1.00 and the Lua test of SIM5320.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.air import Access
from interop import mms
from interop.smspdu import Address, Deliver, Push, Timestamp

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]
PICTURE = b"\xff\xd8\r\nOK\r\n+++\x1a\x1b> \0\r\nCONNECT\r\n" + bytes(range(256))
LOCATION = "http://211.136.112.84/RROpJGJVyjeA"

# By hand, OMA-TS-MMS_ENC-V1_3 7.3 and WAP-230-WSP 8.4, 8.5.
TAKEN = b"\x8c\x81\x98T1\0\x8d\x92\x92\x80\x8b@msg-1\0"
DENIED = b"\x8c\x81\x98T1\0\x8d\x92\x92\xe1"
NOTIFICATION = (
    b"\x8c\x82\x98RROpJGJVyjeA\0\x8d\x92"  # M-Notification.ind, transaction, 1.2
    b"\x89\x1a\x80+8615001844675/TYPE=PLMN\0"  # From
    b"\x8a\x80\x8e\x02\x34\x1a\x88\x05\x81\x03\x03\xf4\x80"  # Personal, 13338 octets, 259200 s
    b"\x83" + LOCATION.encode() + b"\0"
)
TEXT = "验证码 1234".encode()
_TEXT_TYPE = b"\x0f\x83\x81\xea\x85text_0.txt\0"  # text/plain, charset utf-8, name
_PICTURE_TYPE = b"\x0d\x9e\x85image0.jpg\0"
MESSAGE = (
    b"\x8c\x84\x98RROpJGJVyjeA\0\x8d\x92\x85\x04\x65\xd0\x8a\xb3"  # M-Retrieve.conf, 2024-02-17 10:30:11 UTC
    b"\x89\x1a\x80+8615001844675/TYPE=PLMN\0\x96\x09\xea\x7f"
    + "你好".encode()
    + b"\0\x84\xa3\x02"  # multipart.mixed of two
    + bytes((len(_TEXT_TYPE), len(TEXT)))
    + _TEXT_TYPE
    + TEXT
    + bytes((len(_PICTURE_TYPE), 0x80 | len(PICTURE) >> 7, len(PICTURE) & 0x7F))
    + _PICTURE_TYPE
    + PICTURE
)
SENDER = Address.parse("106581")
WHEN = Timestamp(2026, 1, 5, 9, 0, 0, 32)


def push(body: bytes, reference: int = 3) -> list[bytes]:
    """The short messages in which a PDU comes."""
    return [
        Deliver(SENDER, WHEN, dcs, data).encode()
        for dcs, data in Push(0x3E, b"\xaf\x84", body).messages(reference=reference)
    ]


def long_notification(location: str = LOCATION + "?" + "x" * 60) -> bytes:
    return NOTIFICATION.replace(LOCATION.encode(), location.encode())


# SIM800


async def begun(desk: Desk, *more: str) -> None:
    """The manual's chapter 20.15, and messages.md 7."""
    for command in (
        "+CMEE=1",
        "+CMMSINIT",
        '+CMMSCURL="mmsc.monternet.com"',
        "+CMMSCID=1",
        '+CMMSPROTO="10.0.0.172",80',
        "+CMMSSENDCFG=6,3,0,0,2,4",
        '+SAPBR=3,1,"Contype","GPRS"',
        '+SAPBR=3,1,"APN","CMWAP"',
        "+SAPBR=1,1",
        *more,
    ):
        assert await desk.lines(f"AT{command}") == ["OK"], command
    assert await desk.lines("AT+SAPBR=2,1") == ['+SAPBR: 1,1,"10.89.193.1"', "OK"]


async def down(desk: Desk, kind: str, data: bytes, name: str = "") -> None:
    named = f',"{name}"' if name else ""
    assert await desk.at(f'AT+CMMSDOWN="{kind}",{len(data)},20000{named}') == b"\r\nCONNECT\r\n"
    for at in range(0, len(data), 100):
        assert desk.read() == b""
        desk.modem.received(data[at : at + 100])
    assert await desk.later() == b"\r\nOK\r\n"


def test_a_sim800_sends(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await begun(desk, "+CMMSEDIT=1")
        assert desk.air.accesses == [Access("CMWAP")]
        await down(desk, "PIC", PICTURE)
        await down(desk, "TITLE", "图片".encode())
        await down(desk, "TEXT", TEXT, "t1.txt")
        assert await desk.lines('AT+CMMSRECP="17090001234"') == ["OK"]
        assert await desk.lines('AT+CMMSBCC="13900001111"') == ["OK"]
        shown = (await desk.at("AT+CMMSVIEW")).decode()
        size = len(PICTURE) + len(TEXT)
        assert shown.split("\r\n")[1:-1] == [
            f'+CMMSVIEW: 2,"","17090001234","","13900001111","","图片",{size}',
            f'1,"image0.jpg",7,{len(PICTURE)}',
            f'2,"t1.txt",4,{len(TEXT)}',
            "",
            "OK",
        ]
        desk.air.web.says(TAKEN)
        assert await desk.at("AT+CMMSSEND", 0.3) == b"", "the answer comes with the centre's"
        assert await desk.later() == b"\r\nOK\r\n"
        assert (await desk.lines("AT+CMMSVIEW"))[0].startswith("+CMMSVIEW: 1,")
        assert await desk.lines("AT+CMMSEDIT=0;+CMMSTERM;+SAPBR=0,1") == ["OK"]
        assert await desk.lines("AT+SAPBR=2,1") == ['+SAPBR: 1,3,"0.0.0.0"', "OK"]

        (asked,) = desk.air.web.asked
        assert (asked.method, asked.target) == ("POST", "http://mmsc.monternet.com/")
        sent = mms.decode(asked.body)
        assert isinstance(sent, mms.SendReq)
        assert (sent.to, sent.cc) == (("+8617090001234/TYPE=PLMN",), ())
        assert (sent.bcc, sent.subject) == (("+8613900001111/TYPE=PLMN",), "图片")
        assert [(part.content_type, part.name, part.data) for part in sent.body.media] == [
            ("image/jpeg", "image0.jpg", PICTURE),
            ("text/plain", "t1.txt", TEXT),
        ]

    on_desk(scenario, profile="sim800")


def test_what_is_asked_of_the_centre(on_desk: OnDesk) -> None:
    """15.2.4: <valid> 1 is 12 hours, <pri> 2 highest, reports, <visible> 0 hides, <class> 1 advertisement."""

    async def scenario(desk: Desk) -> None:
        await begun(desk, "+CMMSSENDCFG=1,2,1,1,0,1", "+CMMSEDIT=1")
        assert await desk.lines("AT+CMMSSENDCFG?") == ["+CMMSSENDCFG: 1,2,1,1,0,1,2,0", "OK"]
        await down(desk, "TEXT", TEXT)
        desk.air.web.says(TAKEN)
        assert await desk.lines('AT+CMMSSEND="17090001234"', 2) == ["OK"]
        sent = mms.decode(desk.air.web.asked[0].body)
        assert isinstance(sent, mms.SendReq)
        assert (sent.expiry, sent.priority) == (mms.After(43_200), mms.Priority.HIGH)
        assert (sent.delivery_report, sent.read_report, sent.sender_hidden) == (True, True, True)
        assert sent.message_class == "advertisement"

    on_desk(scenario, profile="sim800")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((TAKEN, 200), "OK"),
        ((DENIED, 200), "+CME ERROR: 193"),
        ((b"", 404), "+CME ERROR: 193"),
        (b"", "+CME ERROR: 193"),
        (None, "+CME ERROR: 173"),
        ("elsewhere", "+CME ERROR: 177"),
        ("no bearer", "+CME ERROR: 180"),
    ],
)
def test_what_comes_of_a_sim800_s_message(on_desk: OnDesk, answer: object, says: str) -> None:
    async def scenario(desk: Desk) -> None:
        await begun(desk, "+CMMSTIMEOUT=60,60", "+CMMSEDIT=1", '+CMMSRECP="17090001234"')
        await down(desk, "TEXT", TEXT)
        if isinstance(answer, tuple):
            desk.air.web.says(*answer)
        elif isinstance(answer, bytes):
            desk.air.web.answers.append(answer)
        elif answer == "elsewhere":
            desk.air.web.at = []
        elif answer == "no bearer":
            await desk.at("AT+SAPBR=0,1")
        assert await desk.lines("AT+CMMSSEND", 62) == [says]
        assert await desk.lines("AT") == ["OK"]

    on_desk(scenario, profile="sim800")


def test_what_a_sim800_does_not_take(on_desk: OnDesk) -> None:
    """19.1: 172 oversize, 173 overtime, 174 no receiver, 185 and 186 edit mode, 187 no content, 192 full."""

    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CMEE=1;+CMMSEDIT=1") == ["+CME ERROR: 3"], "not before CMMSINIT"
        await begun(desk)
        assert await desk.lines("AT+CMMSINIT") == ["+CME ERROR: 3"], "nor that twice"
        assert await desk.lines('AT+CMMSDOWN="PIC",10,5000') == ["+CME ERROR: 186"]
        assert await desk.lines('AT+CMMSRECP="1"') == ["+CME ERROR: 186"]
        await desk.at("AT+CMMSEDIT=1")
        assert await desk.lines("AT+CMMSRECV=1") == ["+CME ERROR: 185"]
        assert await desk.lines('AT+CMMSDOWN="PIC",307201,5000') == ["+CME ERROR: 172"]
        assert await desk.lines('AT+CMMSDOWN="TITLE",41,5000') == ["+CME ERROR: 172"]
        assert await desk.at('AT+CMMSDOWN="PIC",10,5000') == b"\r\nCONNECT\r\n"
        desk.modem.received(b"123456789")
        assert await desk.later(3.5) == b""
        assert await desk.later(1) == b"\r\n+CME ERROR: 173\r\n"
        assert await desk.lines('AT+CMMSRECP="17090001234";+CMMSSEND') == ["+CME ERROR: 187"]
        assert await desk.lines("AT+CMMSDELRECP;+CMMSDELFILE=1") == ["+CME ERROR: 188"]
        assert await desk.lines("AT+CMEE=2;+CMMSDELFILE=1") == ["+CME ERROR: Not find the file"]
        await desk.at("AT+CMEE=1")
        await down(desk, "TEXT", TEXT)
        assert await desk.lines("AT+CMMSSEND") == ["+CME ERROR: 174"]
        assert await desk.lines('AT+CMMSDELCC="1"') == ["+CME ERROR: 176"]
        for _ in range(9):
            await down(desk, "TEXT", b"x")
        assert await desk.lines('AT+CMMSDOWN="TEXT",1,5000') == ["+CME ERROR: 192"]
        assert await desk.lines("AT+CMMSDELFILE=1;+CMMSDELFILE=9") == ["OK"]
        for _ in range(20):
            assert await desk.lines('AT+CMMSCC="1"') == ["OK"]
        assert await desk.lines('AT+CMMSCC="1"') == ["+CME ERROR: 175"]
        desk.modem.received(b'AT+SAPBR=3,2,"APN","x";+SAPBR=1,2\r')
        desk.air.no_bearer = 33
        assert await desk.later(2) == b"\r\n+CME ERROR: 133\r\n"

    on_desk(scenario, profile="sim800")


def test_a_sim800_fetches(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await begun(desk, "+CMGF=0")
        (tpdu,) = push(NOTIFICATION)
        assert desk.modem.message(tpdu, "")
        assert await desk.later() == b'\r\n+CMTI: "SM",1,"MMS PUSH"\r\n'
        assert (await desk.lines("AT+CMGR=1"))[1] == "00" + tpdu.hex().upper(), (
            "an ordinary message all the same"
        )
        assert await desk.lines("AT+CMMSRDPUSH=1") == [
            f'+CMMSRDPUSH: 2,"+8615001844675","","RROpJGJVyjeA","{LOCATION}","2026-01-05,09:00:00",0,13338',
            "OK",
        ]
        desk.air.web.says(MESSAGE)
        desk.air.web.says(b"")
        shown = (await desk.at("AT+CMMSRECV=1", 3)).decode()
        assert shown.split("\r\n")[1:-1] == [
            f'+CMMSRECV: "+8615001844675","2024-02-17,18:30:11","你好",{len(MESSAGE)}',
            f'1,"text_0.txt",4,{len(TEXT)}',
            f'2,"image0.jpg",7,{len(PICTURE)}',
            "",
            "OK",
        ]
        got, told = desk.air.web.asked
        assert (got.method, got.target, got.body) == ("GET", LOCATION, b"")
        assert (told.method, told.target) == ("POST", "http://mmsc.monternet.com/")
        assert told.body == b"\x8c\x83\x98RROpJGJVyjeA\0\x8d\x92\x95\x81", "M-NotifyResp.ind, retrieved"
        assert await desk.at("AT+CMMSREAD=2") == (
            b'\r\n+CMMSREAD: "image0.jpg",%d\r\n' % len(PICTURE) + PICTURE + b"\r\n\r\nOK\r\n"
        )
        # 15.2.17: Unicode, little endian, without FF FE
        wide = "验证码 1234".encode("utf-16-le")
        assert (
            await desk.at("AT+CMMSREAD=1") == b'\r\n+CMMSREAD: "text_0.txt",16\r\n' + wide + b"\r\n\r\nOK\r\n"
        )
        assert await desk.lines("AT+CMMSREAD=3") == ["+CME ERROR: 188"]
        assert (await desk.at("AT+CMMSVIEW")).startswith(b'\r\n+CMMSVIEW: 0,"+8615001844675","","","",')
        assert await desk.lines("AT+CMMSEDIT=1;+CMMSREAD=1") == ["+CME ERROR: 187"]

    on_desk(scenario, profile="sim800")


def test_a_push_in_two_messages(on_desk: OnDesk) -> None:
    """As a SIM800's user saw it: "MMS PUSH",2,1 and "MMS PUSH",2,2. Either index will do."""

    async def scenario(desk: Desk) -> None:
        await begun(desk)
        one, two = push(long_notification())
        desk.modem.message(one, "")
        assert await desk.later() == b'\r\n+CMTI: "SM",1,"MMS PUSH",2,1\r\n'
        assert await desk.lines("AT+CMMSRDPUSH=1") == ["+CME ERROR: 179"], "not all of it is there"
        desk.modem.message(two, "")
        assert await desk.later() == b'\r\n+CMTI: "SM",2,"MMS PUSH",2,2\r\n'
        for index in (1, 2):
            assert "x" * 60 in (await desk.lines(f"AT+CMMSRDPUSH={index}"))[0]
        assert await desk.lines("AT+CMMSRDPUSH=3") == ["+CME ERROR: 179"]
        # M-Delivery.ind by hand: id, to, date 1, retrieved
        report = b"\x8c\x86\x8d\x92\x8bm1\0\x97+8613900001111/TYPE=PLMN\0\x85\x01\x01\x95\x81"
        desk.modem.message(push(report, 4)[0], "")
        assert await desk.later() == b'\r\n+CMTI: "SM",3,"MMS PUSH"\r\n'
        assert await desk.lines("AT+CMMSRDPUSH=3") == [
            '+CMMSRDPUSH: 6,"+8613900001111","2026-01-05,09:00:00",1',
            "OK",
        ]
        assert await desk.lines("AT+CMMSRECV=3") == ["+CME ERROR: 191"]

    on_desk(scenario, profile="sim800")


def test_what_a_sim800_cannot_fetch(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await begun(desk)
        desk.modem.message(push(NOTIFICATION)[0], "")
        await desk.later()
        for status in (404, 403, 500):
            desk.air.web.says(b"", status)
            assert await desk.lines("AT+CMMSRECV=1", 2) == ["+CME ERROR: 189"]
        desk.air.web.says(b"\x8c\x84\x8d\x92\x99\xe2\x84\x83\0")  # Retrieve-Status: message not found
        assert await desk.lines("AT+CMMSRECV=1", 2) == ["+CME ERROR: 189"]
        assert {asked.method for asked in desk.air.web.asked} == {"GET"}, "nothing is confirmed"
        assert await desk.lines("AT+CMMSREAD=1") == ["+CME ERROR: 187"]
        await desk.at("AT+SAPBR=0,1")
        assert await desk.lines("AT+CMMSRECV=1") == ["+CME ERROR: 180"]

    on_desk(scenario, profile="sim800")


def test_the_network_ends_a_sim800_s_bearer(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await begun(desk)
        desk.air.bearers[0].end()
        assert await desk.later() == b"\r\n+SAPBR 1: DEACT\r\n"
        assert await desk.lines("AT+SAPBR=2,1") == ['+SAPBR: 1,3,"0.0.0.0"', "OK"]

    on_desk(scenario, profile="sim800")


# SIM7600


async def edited(desk: Desk) -> None:
    for command in (
        "+CMEE=1",
        '+CGSOCKCONT=1,"IP","cmwap"',
        '+CMMSCURL="mmsc.monternet.com"',
        '+CMMSPROTO=1,"10.0.0.172",80',
        "+CMMSEDIT=1",
    ):
        assert await desk.lines(f"AT{command}") == ["OK"], command


async def put(desk: Desk, what: str, data: bytes) -> None:
    assert await desk.at(f"AT+CMMSDOWN={what}") == b"\r\n> "
    desk.modem.received(data)
    assert await desk.later() == b"\r\nOK\r\n"


def test_a_sim7600_sends(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await edited(desk)
        await put(desk, '"title",10', b"test title")
        await put(desk, '"text",10,"t1.txt"', b"test xyzrt")
        await put(desk, f'"pic",{len(PICTURE)},"n.png"', PICTURE)
        assert await desk.lines('AT+CMMSDOWN="file",1,"efs.jpg"') == ["+CME ERROR: 191"]
        assert await desk.lines('AT+CMMSRECP="15821668763"') == ["OK"]
        assert (await desk.lines("AT+CMMSVIEW"))[1:3] == ['1,"t1.txt",4,10', f'2,"n.png",9,{len(PICTURE)}']
        desk.air.web.says(TAKEN)
        assert await desk.at("AT+CMMSSEND", 0.3) == b"\r\nOK\r\n"
        assert await desk.later(2) == b"\r\n+CMMSSEND: 0\r\n"
        assert desk.air.accesses == [Access("cmwap")] and not desk.air.bearers[0].open, "let go of by itself"
        sent = mms.decode(desk.air.web.asked[0].body)
        assert isinstance(sent, mms.SendReq) and sent.subject == "test title"
        assert [part.data for part in sent.body.media] == [b"test xyzrt", PICTURE]

    on_desk(scenario, profile="simcom")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((DENIED, 200), 189),
        ((b"<html>", 200), 189),
        ((b"", 403), 190),
        (b"", 170),
        (None, 173),
        ("elsewhere", 190),
        ("no bearer", 190),
    ],
)
def test_what_comes_of_a_sim7600_s_message(on_desk: OnDesk, answer: object, code: int) -> None:
    async def scenario(desk: Desk) -> None:
        await edited(desk)
        await put(desk, '"text",10,"t1.txt"', b"test xyzrt")
        if isinstance(answer, tuple):
            desk.air.web.says(*answer)
        elif isinstance(answer, bytes):
            desk.air.web.answers.append(answer)
        elif answer == "elsewhere":
            desk.air.web.at = []
        elif answer == "no bearer":
            desk.air.no_bearer = 27
        assert await desk.lines('AT+CMMSSEND="15821668763"', 0.2) == ["OK"]
        assert await desk.lines("AT+CMMSSEND", 0.2) == ["+CME ERROR: 171"]
        assert await desk.later(205) == b"\r\n+CMMSSEND: %d\r\n" % code

    on_desk(scenario, profile="simcom")


def test_a_sim7600_fetches(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await edited(desk)
        for tpdu in push(NOTIFICATION):
            desk.modem.message(tpdu, "")
        assert await desk.later() == (
            b'\r\n+CMTI: "SM",1\r\n\r\n+WAP_PUSH_MMS: "+8615001844675","RROpJGJVyjeA",'
            b'"http://211.136.112.84/RROpJGJVyjeA","26/01/05,09:00:00+32",0,13338\r\n'
        )
        assert await desk.lines(f'AT+CMMSRECV="{LOCATION}"') == ["+CME ERROR: 185"]
        assert await desk.lines("AT+CMMSEDIT=0") == ["OK"]
        desk.air.web.says(MESSAGE)
        desk.air.web.says(b"")
        assert await desk.at(f'AT+CMMSRECV="{LOCATION}"', 0.2) == b"\r\nOK\r\n"
        assert await desk.later(3) == b"\r\n+CMMSRECV: 0\r\n"
        assert [asked.method for asked in desk.air.web.asked] == ["GET", "POST"]
        assert desk.air.web.asked[1].body[:3] == b"\x8c\x83\x98"
        assert (await desk.at("AT+CMMSVIEW")).decode().split("\r\n")[1:4] == [
            f'+CMMSVIEW: 0,"+8615001844675","","","","2024-02-17,18:30:11","你好",{len(MESSAGE)}',
            f'1,"text_0.txt",4,{len(TEXT)}',
            f'2,"image0.jpg",7,{len(PICTURE)}',
        ]
        assert await desk.at("AT+CMMSREAD=2") == (
            b'\r\n+CMMSREAD: "image0.jpg",%d\r\n' % len(PICTURE) + PICTURE + b"\r\n\r\nOK\r\n"
        )
        assert await desk.at("AT+CMMSREAD=1") == (
            b'\r\n+CMMSREAD: "text_0.txt",%d\r\n' % len(TEXT) + TEXT + b"\r\n\r\nOK\r\n"
        )
        desk.air.web.says(b"", 404)
        assert await desk.lines(f'AT+CMMSRECV="{LOCATION}"', 3) == ["OK", "+CMMSRECV: 188"]
        assert await desk.lines("AT+CMMSREAD=1") == ["+CME ERROR: 187"], "the buffer is empty"

    on_desk(scenario, profile="simcom")


def test_a_firmware_without_mms_takes_a_push_for_any_message(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        desk.modem.message(push(NOTIFICATION)[0], "")
        assert await desk.later() == b'\r\n+CMTI: "SM",1\r\n'

    for profile in ("simcom", "sim800"):
        on_desk(scenario, profile=profile, quirks=("mms.absent",))


def test_messages_are_put_away(on_desk: OnDesk) -> None:
    """AT+CMMSSAVE=0, as the Lua test of SIM5320 has it: in one of two boxes, which stay."""

    async def scenario(desk: Desk) -> None:
        await edited(desk)
        assert await desk.lines("AT+CMMSSAVE=0") == ["+CME ERROR: 187"]
        await put(desk, '"text",4,"t1.txt"', b"test")
        assert await desk.lines('AT+CMMSRECP="1";+CMMSSAVE=0') == ["OK"]
        assert await desk.lines("AT+CMMSSAVE=2") == ["+CME ERROR: 177"]
        desk.modem.reset()
        await desk.later(20)
        assert await desk.lines("ATE0;+CMEE=1;+CMMSVIEW=1") == ["+CME ERROR: 183"]
        shown = ['+CMMSVIEW: 2,"","1","","","","",4', '1,"t1.txt",4,4', "OK"]
        assert await desk.lines("AT+CMMSVIEW=0") == shown
        assert await desk.lines("AT+CMMSVIEW") == shown
        assert await desk.lines("AT+CMMSDELETE=0;+CMMSDELETE;+CMMSVIEW=0") == ["+CME ERROR: 183"]

    on_desk(scenario, profile="simcom")


def test_a_push_in_two_messages_is_told_when_it_is_whole(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        one, two = push(long_notification())
        desk.modem.message(two, "")
        assert await desk.later() == b'\r\n+CMTI: "SM",1\r\n'
        desk.modem.message(one, "")
        assert b"+WAP_PUSH_MMS" in await desk.later()

    on_desk(scenario, profile="simcom")


def test_a_restart_forgets_what_was_edited(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await edited(desk)
        await put(desk, '"text",4,"t1.txt"', b"test")
        desk.modem.received(b'AT+CMMSSEND="15821668763"\r')
        await desk.later(1)
        desk.modem.reset()
        said = await desk.later(200)
        assert b"+CMMSSEND" not in said
        assert await desk.lines("ATE0;+CMEE=1;+CMMSVIEW") == ["+CME ERROR: 187"]
        assert await desk.lines("AT+CMMSCURL?") == ["+CMMSCURL: ", "OK"]
        assert not desk.air.bearers[0].open

    on_desk(scenario, profile="simcom")
