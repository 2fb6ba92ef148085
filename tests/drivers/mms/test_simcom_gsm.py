"""A SIM800's own client, against its manual's examples (AT Command Manual V1.09 15, 20.15) by hand."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from interop import mms
from interop.engine.clock import run_virtual
from interop.protocols.errors import DeviceLost, EquipmentError, NotAvailable
from interop.protocols.mms import MmsFetched, MmsOutcome, MmsSent, MmsStage
from interop.record.events import (
    BearerOpened,
    BearerRefused,
    MmsConfirmed,
    MmsGot,
    MmsNotified,
    MmsSubmitted,
    MmsTaken,
)
from interop.smspdu import Address, Dcs, Deliver, Ports, Timestamp, UserData

OK = b"\r\nOK\r\n"
CONNECT = b"\r\nCONNECT\r\n"
PICTURE = mms.Part("image/jpeg", bytes(range(256)) * 50 + b"\r\nOK\r\n+++\x1a", name="image0.jpg")
TEXT = mms.Part("text/plain", "你好\r\nOK".encode(), charset="utf-8")
MESSAGE = mms.SendReq(
    "T1",
    ("+8613918181818/TYPE=PLMN",),
    mms.Body((mms.Part(mms.SMIL, b"<smil/>"), PICTURE, TEXT)),
    subject="abc",
)
UP = {
    "AT+SAPBR=2,1": [
        b'\r\n+SAPBR: 1,3,"0.0.0.0"\r\n' + OK,
        b'\r\n+SAPBR: 1,1,"10.89.193.1"\r\n' + OK,
    ],
}
PIC = f'AT+CMMSDOWN="PIC",{len(PICTURE.data)},120000,"image0.jpg"'
TXT = f'AT+CMMSDOWN="TEXT",{len(TEXT.data)},120000,"part.txt"'
TITLE = 'AT+CMMSDOWN="TITLE",3,120000'
UPLOADS = {PIC: CONNECT, TXT: CONNECT, TITLE: CONNECT}
LEFT = ["AT+CMMSEDIT=0", "AT+CMMSTERM", "AT+SAPBR=0,1"]


def send(
    table: Any, answers: dict[str, Any], message: mms.SendReq = MESSAGE, *, emulated: bool = True
) -> tuple[Any, Any, MmsSent]:
    async def main() -> tuple[Any, Any, MmsSent]:
        device = table({**UP, **UPLOADS, **answers}, emulated=emulated)
        modem = await device.modem("sim800")
        return device, modem, await modem.mms.send(message)

    return run_virtual(main())


@pytest.mark.parametrize("emulated", [True, False])
def test_the_example_of_the_manual(table: Any, emulated: bool) -> None:
    """On a real link, too: nothing of it offends the emergency guard."""
    device, modem, sent = send(table, {}, emulated=emulated)
    assert sent == MmsSent(MmsOutcome.ACCEPTED, MmsStage.MMSC)
    assert device.spent == ["multimedia"]
    assert device.since("AT+CMMSINIT") == [
        "AT+CMMSINIT",
        'AT+CMMSCURL="mmsc.myuni.com.cn"',
        "AT+CMMSCID=1",
        'AT+CMMSPROTO="10.0.0.172",80',
        "AT+CMMSTIMEOUT=300,300",
        "AT+SAPBR=2,1",
        'AT+SAPBR=3,1,"Contype","GPRS"',
        'AT+SAPBR=3,1,"APN","3gwap"',
        'AT+SAPBR=3,1,"USER",""',
        "AT+SAPBR=1,1",
        "AT+SAPBR=2,1",
        "AT+CMMSSENDCFG=6,3,0,0,2,4",
        "AT+CMMSEDIT=0",
        "AT+CMMSEDIT=1",
        TITLE,
        PIC,
        TXT,
        'AT+CMMSRECP="+8613918181818"',
        "AT+CMMSSEND",
        *LEFT,
    ]
    assert device.given == {TITLE: b"abc", PIC: PICTURE.data, TXT: TEXT.data}
    events = modem.events.since(0)
    assert [type(event) for event in events] == [MmsSubmitted, BearerOpened, MmsTaken]
    assert events[0].to == ("+8613918181818",)
    assert events[0].parts[1] == "text/plain 10 sha256:e4340ff6fea81a68"
    assert events[1] == BearerOpened("3gwap", "10.89.193.1")
    assert events[2] == MmsTaken("accepted", "mmsc")


def test_all_that_can_be_asked_for(table: Any) -> None:
    asked = replace(
        MESSAGE,
        to=("+8613918181818/TYPE=PLMN", "13600000001/TYPE=PLMN"),
        cc=("a@example.com",),
        bcc=("+8613600000002/TYPE=PLMN",),
        subject="彩信",
        expiry=mms.After(3600),
        priority=mms.Priority.HIGH,
        delivery_report=True,
        read_report=True,
        sender_hidden=True,
        message_class=mms.PERSONAL,
    )
    title = 'AT+CMMSDOWN="TITLE",6,120000'
    device, _, sent = send(table, {title: CONNECT}, asked)
    assert sent.outcome is MmsOutcome.ACCEPTED
    assert "AT+CMMSSENDCFG=0,2,1,1,0,0,1" in device.heard
    assert device.given[title] == "彩信".encode()
    assert device.since('AT+CMMSRECP="+8613918181818"')[:4] == [
        'AT+CMMSRECP="+8613918181818"',
        'AT+CMMSRECP="13600000001"',
        'AT+CMMSCC="a@example.com"',
        'AT+CMMSBCC="+8613600000002"',
    ]


@pytest.mark.parametrize(
    ("line", "answer", "stage", "outcome", "code"),
    [
        ("AT+SAPBR=1,1", b"\r\n+CME ERROR: 133\r\n", MmsStage.BEARER, MmsOutcome.REJECTED, 33),
        ("AT+SAPBR=1,1", b"\r\n+CME ERROR: 149\r\n", MmsStage.BEARER, MmsOutcome.REJECTED, 29),
        ("AT+SAPBR=1,1", b"\r\nERROR\r\n", MmsStage.BEARER, MmsOutcome.REJECTED, None),
        ("AT+CMMSCURL", b"\r\nERROR\r\n", MmsStage.DEVICE, MmsOutcome.REJECTED, None),
        (PIC, b"\r\n+CME ERROR: 172\r\n", MmsStage.DEVICE, MmsOutcome.REJECTED, 172),
        (f"{PIC} <", b"\r\n+CME ERROR: 173\r\n", MmsStage.DEVICE, MmsOutcome.REJECTED, 173),
        (f"{PIC} <", b"\r\nERROR\r\n", MmsStage.DEVICE, MmsOutcome.REJECTED, None),
        ("AT+CMMSSEND", b"\r\n+CME ERROR: 177\r\n", MmsStage.SUBMIT, MmsOutcome.REJECTED, 177),
        ("AT+CMMSSEND", b"\r\n+CME ERROR: 180\r\n", MmsStage.BEARER, MmsOutcome.REJECTED, 180),
        ("AT+CMMSSEND", b"\r\n+CME ERROR: 173\r\n", MmsStage.SUBMIT, MmsOutcome.UNKNOWN, 173),
        ("AT+CMMSSEND", b"\r\n+CME ERROR: 999\r\n", MmsStage.MMSC, MmsOutcome.UNKNOWN, 999),
        ("AT+CMMSSEND", b"\r\nERROR\r\n", MmsStage.MMSC, MmsOutcome.UNKNOWN, None),
        ("AT+CMMSSEND", None, MmsStage.SUBMIT, MmsOutcome.UNKNOWN, None),
    ],
)
def test_what_is_refused_or_not_answered(
    table: Any, line: str, answer: bytes | None, stage: MmsStage, outcome: MmsOutcome, code: int | None
) -> None:
    line = {"AT+CMMSCURL": 'AT+CMMSCURL="mmsc.myuni.com.cn"'}.get(line, line)
    device, modem, sent = send(table, {line: answer})
    assert (sent.outcome, sent.stage, sent.code) == (outcome, stage, code)
    assert device.heard.count("AT+CMMSSEND") <= 1
    assert [each for each in device.heard if each in LEFT][-3:] == LEFT
    refused = [event for event in modem.events.since(0) if isinstance(event, BearerRefused)]
    assert [event.code for event in refused] == ([code] if stage is MmsStage.BEARER else [])
    assert modem.events.since(0)[-1] == MmsTaken(outcome.value, stage.value, text=sent.text)


def test_a_restart_before_anything_left_is_our_equipments_trouble(table: Any) -> None:
    with pytest.raises(DeviceLost):
        send(table, {'AT+CMMSRECP="+8613918181818"': b"\r\nRDY\r\n"})


def test_a_restart_while_it_is_sent_leaves_open_what_became_of_it(table: Any) -> None:
    device, _, sent = send(table, {"AT+CMMSSEND": b"\r\nRDY\r\n"})
    assert (sent.outcome, sent.stage) == (MmsOutcome.UNKNOWN, MmsStage.SUBMIT)
    assert device.heard.count("AT+CMMSSEND") == 1


def test_news_of_something_else_in_the_middle(table: Any) -> None:
    answers = {
        "AT+CMMSSEND": b'\r\n+CMTI: "SM",3,"MMS PUSH",2,1\r\n\r\n+CREG: 1,"1816","5D2B"\r\n' + OK,
        f"{PIC} <": b"\r\n+CIEV: 1,2\r\n" + OK,
        "AT+CMGR=3": b"\r\n+CMS ERROR: 321\r\n",
    }
    device, _, sent = send(table, answers)
    assert sent.outcome is MmsOutcome.ACCEPTED
    assert device.given[PIC] == PICTURE.data


def test_given_up_in_the_middle_it_is_tidied_up_all_the_same(table: Any) -> None:
    async def main() -> None:
        device = table({**UP, **UPLOADS, "AT+CMMSSEND": None})
        modem = await device.modem("sim800")
        task = asyncio.create_task(modem.mms.send(MESSAGE))
        await device.hears("AT+CMMSSEND")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        behind = device.since("AT+CMMSSEND")
        assert [each for each in behind if each in LEFT] == LEFT
        device.table["AT+CMMSSEND"] = OK
        assert (await modem.mms.send(MESSAGE)).outcome is MmsOutcome.ACCEPTED

    run_virtual(main())


def test_what_is_left_of_one_message_never_goes_with_the_next(table: Any) -> None:
    """Neither its parts nor its recipients: a buffer that is not emptied sends nothing."""

    async def main() -> None:
        device = table({**UP, **UPLOADS, "AT+CMMSEDIT=0": [OK, b"\r\n+CME ERROR: 3\r\n"]})
        modem = await device.modem("sim800")
        assert (await modem.mms.send(MESSAGE)).outcome is MmsOutcome.ACCEPTED
        sent = await modem.mms.send(MESSAGE)
        assert (sent.outcome, sent.stage) == (MmsOutcome.REJECTED, MmsStage.DEVICE)
        assert device.heard.count("AT+CMMSSEND") == 1

    run_virtual(main())


def test_a_message_that_waits_for_the_one_before(table: Any) -> None:
    async def main() -> None:
        device = table({**UP, **UPLOADS})
        modem = await device.modem("sim800")
        both = await asyncio.gather(modem.mms.send(MESSAGE), modem.mms.send(MESSAGE))
        assert [each.outcome for each in both] == [MmsOutcome.ACCEPTED] * 2
        order = [line for line in device.heard if line in ("AT+CMMSINIT", "AT+CMMSSEND", "AT+CMMSTERM")]
        assert order == ["AT+CMMSINIT", "AT+CMMSSEND", "AT+CMMSTERM"] * 2

    run_virtual(main())


def test_a_firmware_without_it(table: Any) -> None:
    async def main() -> None:
        device = table({"AT+CMMSINIT=?": b"\r\nERROR\r\n"})
        modem = await device.modem("sim800")
        known = await modem.mms.capabilities()
        assert (known.send, known.fetch, known.confirm, known.exact) == (False,) * 4
        assert "no MMS" in known.lacks
        with pytest.raises(NotAvailable, match="no MMS"):
            await modem.mms.send(MESSAGE)
        assert device.spent == []

    run_virtual(main())


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"delivery_time": mms.After(60)}, "time of delivery"),
        ({"expiry": mms.After(90)}, "expiry"),
        ({"message_class": "x-own"}, "class"),
        ({"body": mms.Body((mms.Part("application/pdf", b"x"),))}, "application/pdf"),
        ({"to": ('1"\rATD110;',)}, "cannot be said"),
    ],
)
def test_what_the_client_cannot_send_is_not_sent_otherwise(
    table: Any, changed: dict[str, Any], why: str
) -> None:
    async def main() -> None:
        device = table(UP)
        modem = await device.modem("sim800")
        with pytest.raises(EquipmentError, match=why):
            await modem.mms.send(replace(MESSAGE, **changed))
        assert device.spent == []
        assert "AT+CMMSINIT" not in device.heard

    run_virtual(main())


# Fetching: by the push where it lies in the modem's memory

# A notification out of the tests of mmsd (test-mmsutil.c), behind the push headers of WAP-230-WSP 8.2.4.1
PUSH = bytes.fromhex(
    "010603BEAF848C82984F67514B4B42008D9089088045726F74696B009650696E2D557073008A808E02400088058103"
    "03F48083687474703A2F2F657073332E64652F4F2F5A39495A4F00"
)
DELIVER = Deliver(
    Address("10658000"),
    Timestamp.of(datetime(2026, 1, 5, 12, 0, tzinfo=UTC)),
    Dcs(4),
    UserData(PUSH, (Ports(2948, 9200).element(),)),
)
PDU = "00" + DELIVER.encode().hex().upper()
STORED = f"\r\n+CMGR: 0,,{len(PDU) // 2 - 1}\r\n{PDU}\r\n".encode() + OK
GOT = (
    b'\r\n+CMMSRECV: "+8613818181818","2008-05-02, 03:38:12","'
    + "图".encode()
    + b'",26670\r\n1, "image0.jpg",7,12810\r\n2,"text0.txt",4,8\r\n3,"x.bin",99,2\r\n'
    + OK
)
READ = {
    "AT+CMMSREAD=1": b'\r\n+CMMSREAD: "image0.jpg", 12810\r\n' + PICTURE.data + OK,
    # 15.2.17: text comes as UCS2, little endian, without a mark
    "AT+CMMSREAD=2": b'\r\n+CMMSREAD: "text0.txt", 8\r\n' + "你好\r\n".encode("utf-16-le") + OK,
    "AT+CMMSREAD=3": b'\r\n+CMMSREAD: "x.bin", 2\r\n\x1a\r' + OK,
}


def fetch(table: Any, answers: dict[str, Any], *, keeps: bool = True) -> tuple[Any, Any, MmsFetched]:
    async def main() -> tuple[Any, Any, MmsFetched]:
        device = table({**UP, "AT+CMGR=3": STORED, "AT+CMMSRECV=3": GOT, **READ, **answers})
        modem = await device.modem("sim800")
        if keeps:
            device.say('+CMTI: "SM",3,"MMS PUSH"')
        else:
            device.say(f"+CMT: ,{len(PDU) // 2 - 1}", PDU)
        assert await modem.events.wait(MmsNotified, within=10, since=0) is not None
        (notification,) = modem.mms.notifications(0)
        return device, modem, await modem.mms.fetch(notification)

    return run_virtual(main())


def test_the_example_of_the_manual_of_what_comes(table: Any) -> None:
    device, modem, got = fetch(table, {})
    assert (got.outcome, got.stage, got.confirmed) == (MmsOutcome.ACCEPTED, MmsStage.FETCH, None)
    assert got.message is not None
    assert (got.message.sender, got.message.subject) == ("+8613818181818/TYPE=PLMN", "图")
    assert [(part.content_type, part.data, part.name) for part in got.message.body.parts] == [
        ("image/jpeg", PICTURE.data, "image0.jpg"),
        ("text/plain", "你好\r\n".encode(), "text0.txt"),
        ("application/octet-stream", b"\x1a\r", "x.bin"),
    ]
    assert device.since("AT+SAPBR=1,1") == [
        "AT+SAPBR=1,1",
        "AT+SAPBR=2,1",
        "AT+CMMSEDIT=0",
        "AT+CMMSRECV=3",
        "AT+CMMSREAD=1",
        "AT+CMMSREAD=2",
        "AT+CMMSREAD=3",
        "AT+CMGD=3",
        *LEFT,
    ]
    told = modem.events.since(0)[-2:]
    assert isinstance(told[0], MmsGot)
    assert told[1] == MmsConfirmed("retrieved", None)


@pytest.mark.parametrize(
    ("answers", "stage", "outcome", "code"),
    [
        ({"AT+CMMSRECV=3": b"\r\n+CME ERROR: 189\r\n"}, MmsStage.FETCH, MmsOutcome.REJECTED, 189),
        ({"AT+CMMSRECV=3": b"\r\n+CME ERROR: 177\r\n"}, MmsStage.SUBMIT, MmsOutcome.REJECTED, 177),
        ({"AT+CMMSRECV=3": b"\r\n+CME ERROR: 179\r\n"}, MmsStage.DEVICE, MmsOutcome.REJECTED, 179),
        ({"AT+CMMSRECV=3": b"\r\nERROR\r\n"}, MmsStage.DEVICE, MmsOutcome.REJECTED, None),
        ({"AT+CMMSRECV=3": OK}, MmsStage.DEVICE, MmsOutcome.REJECTED, None),
        ({"AT+CMMSRECV=3": None}, MmsStage.FETCH, MmsOutcome.UNKNOWN, None),
        ({"AT+CMMSRECV=3": b"\r\nRDY\r\n"}, MmsStage.FETCH, MmsOutcome.UNKNOWN, None),
        ({"AT+SAPBR=1,1": b"\r\n+CME ERROR: 148\r\n"}, MmsStage.BEARER, MmsOutcome.REJECTED, 148),
        ({"AT+CMMSREAD=2": b"\r\n+CME ERROR: 188\r\n"}, MmsStage.DEVICE, MmsOutcome.REJECTED, 188),
        (
            {"AT+CMMSREAD=1": b'\r\n+CMMSREAD: "image0.jpg", 12000\r\n' + PICTURE.data[:12000] + OK},
            MmsStage.DEVICE,
            MmsOutcome.REJECTED,
            None,
        ),
    ],
)
def test_what_is_not_fetched(
    table: Any, answers: dict[str, Any], stage: MmsStage, outcome: MmsOutcome, code: int | None
) -> None:
    device, modem, got = fetch(table, answers)
    assert (got.outcome, got.stage, got.code, got.message) == (outcome, stage, code, None)
    assert device.heard.count("AT+CMMSRECV=3") <= 1
    assert [line for line in device.heard if line in LEFT][-3:] == LEFT
    told = [event for event in modem.events.since(0) if isinstance(event, MmsGot)]
    assert [(event.outcome, event.stage) for event in told] == [(outcome.value, stage.value)]
    assert "AT+CMGD=3" not in device.heard  # it may be tried again


def test_a_push_that_was_never_in_the_memory(table: Any) -> None:
    device, _, got = fetch(table, {}, keeps=False)
    assert (got.outcome, got.stage) == (MmsOutcome.REJECTED, MmsStage.DEVICE)
    assert "memory" in got.text
    assert not any(line.startswith("AT+CMMSRECV=") for line in device.heard if line != "AT+CMMSRECV=?")
