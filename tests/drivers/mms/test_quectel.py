"""Quectel's own client, against its manuals (LTE Standard MMS Application Note V1.1, FILE AT Commands Manual
V1.0) written out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from interop import mms
from interop.engine.clock import run_virtual
from interop.protocols.errors import NotAnswering
from interop.protocols.mms import MmsOutcome, MmsSent, MmsStage

NOTIFICATION = mms.NotificationInd("N1", "http://mmsc.myuni.com.cn/N1", 40, mms.After(3600))
OK = b"\r\nOK\r\n"
CONNECT = b"\r\nCONNECT\r\n"
PICTURE = mms.Part("image/jpeg", bytes(range(256)) * 9, location="a.jpg")
MESSAGE = mms.SendReq(
    "T1",
    ("+8613918181818/TYPE=PLMN",),
    mms.Body((PICTURE,)),
    cc=("13600000001/TYPE=PLMN",),
    subject="彩信",
    delivery_report=True,
)
FILE = 'AT+QFUPL="RAM:a.jpg",2304,120'
UP = {
    "AT+QIACT?": [OK, b'\r\n+QIACT: 4,1,1,"10.7.157.1"\r\n' + OK],
    FILE: CONNECT,
    f"{FILE} <": b"\r\n+QFUPL: 2304,0\r\n" + OK,
    "AT+QMMSEND=180": OK + b"\r\n+QMMSEND: 0,200\r\n",
}
LEFT = ["AT+QMMSEDIT=0", 'AT+QFDEL="RAM:a.jpg"', "AT+QIDEACT=4", "AT+CGACT=0,4"]


def send(
    table: Any, answers: dict[str, Any], message: mms.SendReq = MESSAGE, *, emulated: bool = True
) -> tuple[Any, MmsSent]:
    async def main() -> tuple[Any, MmsSent]:
        device = table({**UP, **answers}, emulated=emulated)
        modem = await device.modem("quectel-native")
        return device, await modem.mms.send(message)

    return run_virtual(main())


@pytest.mark.parametrize("emulated", [True, False])
def test_the_example_of_the_manual(table: Any, emulated: bool) -> None:
    """On a real link, too: nothing of it offends the emergency guard."""
    device, sent = send(table, {}, emulated=emulated)
    assert sent == MmsSent(MmsOutcome.ACCEPTED, MmsStage.MMSC)
    assert device.since('AT+QMMSCFG="contextid",4') == [
        'AT+QMMSCFG="contextid",4',
        'AT+QMMSCFG="mmsc","http://mmsc.myuni.com.cn"',
        'AT+QMMSCFG="proxy","10.0.0.172",80',
        'AT+QMMSCFG="sendparam",6,3,1,0,2,4',
        "AT+QMMSEDIT=0",
        'AT+QMMSEDIT=1,1,"+8613918181818"',
        'AT+QMMSEDIT=2,1,"13600000001"',
        'AT+QMMSCFG="character","UCS2"',
        'AT+QMMSEDIT=4,1,"5F694FE1"',
        'AT+QMMSCFG="character","UTF8"',
        FILE,
        'AT+QMMSEDIT=5,1,"RAM:a.jpg"',
        "AT+QMMSEND=180",
        *LEFT,
    ]
    assert device.given == {FILE: PICTURE.data}


@pytest.mark.parametrize(
    ("told", "stage", "outcome", "code", "http"),
    [
        (b"+QMMSEND: 0,404", MmsStage.SUBMIT, MmsOutcome.REJECTED, None, 404),
        (b"+QMMSEND: 766,502", MmsStage.SUBMIT, MmsOutcome.REJECTED, 766, 502),
        (b"+QMMSEND: 766", MmsStage.SUBMIT, MmsOutcome.UNKNOWN, 766, None),
        (b"+QMMSEND: 0", MmsStage.MMSC, MmsOutcome.UNKNOWN, 0, None),
        (b"+QMMSEND: 765,200", MmsStage.MMSC, MmsOutcome.REJECTED, 765, 200),
        (b"+QMMSEND: 768", MmsStage.BEARER, MmsOutcome.REJECTED, 768, None),
        (b"+QMMSEND: 771", MmsStage.SUBMIT, MmsOutcome.REJECTED, 771, None),
        (b"+QMMSEND: 775", MmsStage.SUBMIT, MmsOutcome.UNKNOWN, 775, None),
        (b"+QMMSEND: 9999", MmsStage.MMSC, MmsOutcome.UNKNOWN, 9999, None),
        (b"RDY", MmsStage.SUBMIT, MmsOutcome.UNKNOWN, None, None),
        (b"", MmsStage.SUBMIT, MmsOutcome.UNKNOWN, None, None),
    ],
)
def test_only_0_200_is_good(
    table: Any, told: bytes, stage: MmsStage, outcome: MmsOutcome, code: int | None, http: int | None
) -> None:
    device, sent = send(table, {"AT+QMMSEND=180": OK + b"\r\n" + told + b"\r\n"})
    assert (sent.outcome, sent.stage, sent.code, sent.http) == (outcome, stage, code, http)
    assert device.heard.count("AT+QMMSEND=180") == 1
    assert [line for line in device.heard if line in LEFT][-4:] == LEFT


def test_a_file_that_did_not_come_whole_is_not_sent(table: Any) -> None:
    device, sent = send(table, {f"{FILE} <": b"\r\n+QFUPL: 2000,0\r\n" + OK})
    assert (sent.outcome, sent.stage) == (MmsOutcome.REJECTED, MmsStage.DEVICE)
    assert "AT+QMMSEND=180" not in device.heard


def test_what_would_lead_out_of_data_mode_is_written_by_another_command(table: Any) -> None:
    data = b"\xff+++\x00\r\nAT"
    message = mms.SendReq("T", MESSAGE.to, mms.Body((mms.Part("image/png", data, name="b.png"),)))
    writing = f"AT+QFWRITE=3000,{len(data)},120"
    device, sent = send(
        table,
        {
            'AT+QFOPEN="RAM:b.png",1': b"\r\n+QFOPEN: 3000\r\n" + OK,
            writing: CONNECT,
            f"{writing} <": f"\r\n+QFWRITE: {len(data)},{len(data)}\r\n".encode() + OK,
        },
        message,
    )
    assert sent.outcome is MmsOutcome.ACCEPTED
    assert device.given == {writing: data}
    assert device.since(writing)[1:3] == ["AT+QFCLOSE=3000", 'AT+QMMSEDIT=5,1,"RAM:b.png"']
    assert 'AT+QFDEL="RAM:b.png"' in device.heard


def test_a_firmware_without_it_still_fetches(table: Any) -> None:
    async def main() -> None:
        device = table({"AT+QMMSEND=?": b"\r\n+CME ERROR: 58\r\n"})
        modem = await device.modem("quectel-native")
        known = await modem.mms.capabilities()
        assert (known.send, known.fetch, known.confirm, known.exact) == (False, True, True, True)
        assert "QMMSEND" in known.lacks
        with pytest.raises(NotAnswering):  # this table has no sockets
            await modem.mms.fetch(NOTIFICATION)
        assert device.heard.count("AT+QMMSEND=?") == 1, "what it lacks is not asked for again"

    run_virtual(main())
