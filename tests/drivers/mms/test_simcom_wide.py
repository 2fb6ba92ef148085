"""The client of a SIM5320 or SIM7600, against SIMCom's examples (MMS AT Command Set V1.00) by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interop import mms
from interop.engine.clock import run_virtual
from interop.protocols.errors import NotAvailable
from interop.protocols.mms import MmsFetched, MmsOutcome, MmsSent, MmsStage
from interop.record.events import BearerOpened, BearerRefused, MmsAsked, MmsConfirmed, MmsGot

OK = b"\r\nOK\r\n"
PROMPT = b"\r\n> "
PICTURE = mms.Part("image/jpeg", bytes(range(256)) * 9, location="efs.jpg")
TEXT = mms.Part("text/plain", b"test xyzrt", location="t1.txt")
MESSAGE = mms.SendReq(
    "T1", ("+8615821668763/TYPE=PLMN",), mms.Body((TEXT, PICTURE)), subject="test title", delivery_report=True
)
TITLE, TXT = 'AT+CMMSDOWN="TITLE",10', 'AT+CMMSDOWN="TEXT",10,"t1.txt"'
PIC = 'AT+CMMSDOWN="PIC",2304,"efs.jpg"'
UPLOADS = {TITLE: PROMPT, TXT: PROMPT, PIC: PROMPT}
LEFT = ["AT+CMMSEDIT=0", "AT+CGACT=0,4"]
SENT = OK + b"\r\n+CMMSSEND: 0\r\n"
LOCATION = "http://211.136.112.84/RROpJGJVyjeA"
NOTIFICATION = mms.NotificationInd("RROpJGJVyjeA", LOCATION, 13338, mms.After(3600))
RECEIVE = f'AT+CMMSRECV="{LOCATION}"'


def send(
    table: Any, answers: dict[str, Any], message: mms.SendReq = MESSAGE, *, emulated: bool = True
) -> tuple[Any, MmsSent]:
    async def main() -> tuple[Any, MmsSent]:
        device = table({**UPLOADS, "AT+CMMSSEND": SENT, **answers}, emulated=emulated)
        modem = await device.modem("simcom")
        sent = await modem.mms.send(message)
        assert [line for line in device.heard if line in LEFT][-2:] == LEFT
        refused = [event for event in modem.events.since(0) if isinstance(event, BearerRefused)]
        assert bool(refused) is (sent.stage is MmsStage.BEARER)
        return device, sent

    return run_virtual(main())


@pytest.mark.parametrize("emulated", [True, False])
def test_the_example_of_the_manual(table: Any, emulated: bool) -> None:
    """On a real link, too: nothing of it offends the emergency guard."""
    device, sent = send(table, {}, emulated=emulated)
    assert sent == MmsSent(MmsOutcome.ACCEPTED, MmsStage.MMSC)
    assert device.since("AT+CGACT?") == [
        "AT+CGACT?",
        'AT+CGDCONT=4,"IP","3gwap"',
        "AT+CGACT=1,4",
        "AT+CGPADDR=4",
        'AT+CGSOCKCONT=4,"IP","3gwap"',
        "AT+CSOCKSETPN=4",
        'AT+CMMSCURL="mmsc.myuni.com.cn"',
        'AT+CMMSPROTO=1,"10.0.0.172",80',
        "AT+CMMSSENDCFG=6,3,1,0,2,4",
        "AT+CMMSEDIT=0",
        "AT+CMMSEDIT=1",
        TITLE,
        TXT,
        PIC,
        'AT+CMMSRECP="+8615821668763"',
        "AT+CMMSSEND",
        "AT+CMMSEDIT=0",
        "AT+CGACT=0,4",
    ]
    assert device.given == {TITLE: b"test title", TXT: TEXT.data, PIC: PICTURE.data}


@pytest.mark.parametrize(
    ("line", "answer", "stage", "outcome", "code"),
    [
        ("AT+CGACT=1,4", b"\r\n+CME ERROR: 133\r\n", MmsStage.BEARER, MmsOutcome.REJECTED, 33),
        ("AT+CMMSSEND", OK + b"\r\n+CMMSSEND: 189\r\n", MmsStage.MMSC, MmsOutcome.REJECTED, 189),
        ("AT+CMMSSEND", OK + b"\r\n+CMMSSEND: 190\r\n", MmsStage.SUBMIT, MmsOutcome.REJECTED, 190),
        ("AT+CMMSSEND", OK + b"\r\n+CMMSSEND: 173\r\n", MmsStage.SUBMIT, MmsOutcome.UNKNOWN, 173),
        ("AT+CMMSSEND", OK + b"\r\n+CMMSSEND: 7\r\n", MmsStage.MMSC, MmsOutcome.UNKNOWN, 7),
        ("AT+CMMSSEND", OK + b"\r\n+CMMSSEND: what\r\n", MmsStage.MMSC, MmsOutcome.UNKNOWN, None),
        ("AT+CMMSSEND", b"\r\nERROR\r\n", MmsStage.DEVICE, MmsOutcome.REJECTED, None),
        ("AT+CMMSSEND", b"\r\n+CME ERROR: 171\r\n", MmsStage.DEVICE, MmsOutcome.REJECTED, 171),
        ("AT+CMMSSEND", OK, MmsStage.SUBMIT, MmsOutcome.UNKNOWN, None),
        ("AT+CMMSSEND", OK + b"\r\nRDY\r\n", MmsStage.SUBMIT, MmsOutcome.UNKNOWN, None),
        ("AT+CMMSSEND", None, MmsStage.SUBMIT, MmsOutcome.UNKNOWN, None),
        (f"{PIC} <", b"\r\n+CME ERROR: 180\r\n", MmsStage.DEVICE, MmsOutcome.REJECTED, 180),
    ],
)
def test_what_is_refused_or_not_answered(
    table: Any, line: str, answer: bytes | None, stage: MmsStage, outcome: MmsOutcome, code: int | None
) -> None:
    device, sent = send(table, {line: answer})
    assert (sent.outcome, sent.stage, sent.code) == (outcome, stage, code)
    assert device.heard.count("AT+CMMSSEND") <= 1


def test_the_result_counts_that_comes_last_and_late(table: Any) -> None:
    """The manual allows 180 s; a result before the command is of another message."""

    async def main() -> None:
        device = table(UPLOADS)
        modem = await device.modem("simcom")
        device.say("+CMMSSEND: 0")
        task = asyncio.create_task(modem.mms.send(MESSAGE))
        await device.hears("AT+CMMSSEND")
        await asyncio.sleep(170)
        assert not task.done()
        device.say('+WAP_PUSH_MMS: "1500","T","http://x/",,0,1', "+CMMSSEND: 190")
        sent = await task
        assert (sent.outcome, sent.code) == (MmsOutcome.REJECTED, 190)

    run_virtual(main())


def test_a_result_that_comes_too_late_is_not_the_next_messages(table: Any) -> None:
    async def main() -> None:
        device = table({**UPLOADS, "AT+CMMSSEND": OK})
        modem = await device.modem("simcom")
        assert (await modem.mms.send(MESSAGE)).outcome is MmsOutcome.UNKNOWN
        second = asyncio.create_task(modem.mms.send(MESSAGE))
        await device.hears("AT+CMMSSEND", 2)
        await asyncio.sleep(5)
        device.say("+CMMSSEND: 0")  # of the first, or of the second: nobody can tell
        await asyncio.sleep(5)
        device.say("+CMMSSEND: 190")
        assert (await second).code == 190
        third = asyncio.create_task(modem.mms.send(MESSAGE))
        await device.hears("AT+CMMSSEND", 3)
        assert (await third).outcome is MmsOutcome.UNKNOWN
        device.say("+CMMSSEND: 0")  # between two messages
        device.table["AT+CMMSSEND"] = OK + b"\r\n+CMMSSEND: 171\r\n"
        await asyncio.sleep(1)
        assert (await modem.mms.send(MESSAGE)).code == 171

    run_virtual(main())


def test_a_result_that_never_comes_is_not_waited_for_forever(table: Any) -> None:
    async def main() -> None:
        device = table({**UPLOADS, "AT+CMMSSEND": [OK, SENT]})
        modem = await device.modem("simcom")
        outcomes = []
        for _ in range(3):
            outcomes.append((await modem.mms.send(MESSAGE)).outcome)
            await asyncio.sleep(700)
        assert outcomes == [MmsOutcome.UNKNOWN] * 3
        assert (await modem.mms.send(MESSAGE)).outcome is MmsOutcome.ACCEPTED

    run_virtual(main())


def test_a_restart_owes_nothing(table: Any) -> None:
    async def main() -> None:
        device = table({**UPLOADS, "AT+CMMSSEND": [OK, SENT]})
        modem = await device.modem("simcom")
        assert (await modem.mms.send(MESSAGE)).outcome is MmsOutcome.UNKNOWN
        device.say("RDY")
        await asyncio.sleep(10)
        assert (await modem.mms.send(MESSAGE)).outcome is MmsOutcome.ACCEPTED

    run_virtual(main())


def test_no_reports_where_they_cannot_be_asked_for(table: Any) -> None:
    async def main() -> None:
        device = table({"AT+CMMSSENDCFG=?": b"\r\nERROR\r\n"})
        modem = await device.modem("simcom")
        assert not (await modem.mms.capabilities()).reports
        with pytest.raises(NotAvailable, match="reports"):
            await modem.mms.send(MESSAGE)
        assert device.spent == []

    run_virtual(main())


VIEW = (
    b'\r\n+CMMSVIEW: 0,"+8613818181818","","","","2009-03-17, 17:14:41","'
    + "彩信".encode()
    + b'",26690\r\n1,"image0.jpg",7,2304\r\n2,"hi.txt",4,6\r\n3,"smil.smil",10,7\r\n4,"a.amr",0,3\r\n'
    + OK
)
READ = {
    "AT+CMMSREAD=1": b'\r\n+CMMSREAD: "image0.jpg",2304\r\n' + PICTURE.data + OK,
    "AT+CMMSREAD=2": b'\r\n+CMMSREAD: "hi.txt",6\r\n' + "你好".encode() + OK,
    "AT+CMMSREAD=3": b'\r\n+CMMSREAD: "smil.smil",7\r\n<smil/>' + OK,
    "AT+CMMSREAD=4": b'\r\n+CMMSREAD: "a.amr",3\r\n\r\nO' + OK,
}


def fetch(table: Any, answers: dict[str, Any]) -> tuple[Any, Any, MmsFetched]:
    async def main() -> tuple[Any, Any, MmsFetched]:
        device = table({RECEIVE: OK + b"\r\n+CMMSRECV: 0\r\n", "AT+CMMSVIEW": VIEW, **READ, **answers})
        modem = await device.modem("simcom")
        got = await modem.mms.fetch(NOTIFICATION)
        return device, modem, got

    return run_virtual(main())


def test_what_it_fetches_is_handed_out_file_by_file(table: Any) -> None:
    _, modem, got = fetch(table, {})
    assert (got.outcome, got.stage, got.confirmed) == (MmsOutcome.ACCEPTED, MmsStage.FETCH, None)
    assert got.message is not None
    assert (got.message.sender, got.message.subject) == ("+8613818181818/TYPE=PLMN", "彩信")
    assert [(part.content_type, part.data, part.name) for part in got.message.body.parts] == [
        ("image/jpeg", PICTURE.data, "image0.jpg"),
        ("text/plain", "你好".encode(), "hi.txt"),
        (mms.SMIL, b"<smil/>", "smil.smil"),
        ("audio/amr", b"\r\nO", "a.amr"),
    ]
    asked, opened, told, confirmed = modem.events.since(0)
    assert (asked, opened) == (MmsAsked(LOCATION), BearerOpened("3gwap"))
    assert isinstance(told, MmsGot)
    assert (told.outcome, told.sender, told.subject, told.size) == ("accepted", "+8613818181818", "彩信", 0)
    assert confirmed == MmsConfirmed("retrieved", None)


@pytest.mark.parametrize(
    ("answers", "stage", "outcome", "code"),
    [
        ({RECEIVE: OK + b"\r\n+CMMSRECV: 188\r\n"}, MmsStage.FETCH, MmsOutcome.REJECTED, 188),
        ({RECEIVE: OK + b"\r\n+CMMSRECV: 190\r\n"}, MmsStage.SUBMIT, MmsOutcome.REJECTED, 190),
        ({RECEIVE: b"\r\nERROR\r\n"}, MmsStage.DEVICE, MmsOutcome.REJECTED, None),
        ({"AT+CMMSVIEW": OK}, MmsStage.DEVICE, MmsOutcome.REJECTED, None),
        ({"AT+CMMSREAD=2": OK}, MmsStage.DEVICE, MmsOutcome.REJECTED, None),
        ({RECEIVE: OK}, MmsStage.FETCH, MmsOutcome.UNKNOWN, None),
        ({"AT+CMMSREAD=2": b"\r\n+CME ERROR: 191\r\n"}, MmsStage.DEVICE, MmsOutcome.REJECTED, 191),
        (
            {"AT+CMMSREAD=1": b'\r\n+CMMSREAD: "image0.jpg",2304\r\nabc'},
            MmsStage.FETCH,
            MmsOutcome.UNKNOWN,
            None,
        ),
        (
            {"AT+CMMSREAD=4": b'\r\n+CMMSREAD: "a.amr",3O\r\n\r\nO' + OK},
            MmsStage.FETCH,
            MmsOutcome.UNKNOWN,
            None,
        ),
    ],
)
def test_what_is_not_fetched(
    table: Any, answers: dict[str, Any], stage: MmsStage, outcome: MmsOutcome, code: int | None
) -> None:
    _, modem, got = fetch(table, answers)
    assert (got.outcome, got.stage, got.code, got.message) == (outcome, stage, code, None)
    told = modem.events.since(0)[-1]
    assert isinstance(told, MmsGot)
    assert (told.outcome, told.stage) == (outcome.value, stage.value)


def test_it_cannot_confirm_nor_put_off(table: Any) -> None:
    async def main() -> None:
        modem = await table().modem("simcom")
        message = mms.RetrieveConf(mms.EMPTY, message_id="M1", sender="+8613818181818/TYPE=PLMN")
        with pytest.raises(NotAvailable):
            await modem.mms.respond(NOTIFICATION, mms.Status.DEFERRED)
        with pytest.raises(NotAvailable):
            await modem.mms.report_read(message)
        with pytest.raises(NotAvailable):
            await modem.mms.fetch(NOTIFICATION, deferred=True)

    run_virtual(main())


def test_an_address_that_would_be_another_command(table: Any) -> None:
    async def main() -> None:
        device = table()
        modem = await device.modem("simcom")
        evil = mms.NotificationInd("T", 'http://x/";+CFUN=0;"', 1, mms.After(1))
        with pytest.raises(NotAvailable, match="cannot be said"):
            await modem.mms.fetch(evil)
        assert not any("CFUN" in line for line in device.heard)

    run_virtual(main())
