"""Short messages: 27.005 3 and 4. PDUs decoded by tshark in tests/smspdu, or published."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.air import Submitted
from drivers.emulated.terminal.storage import Status, Stored
from interop.smspdu import Direction, Submit, decode

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]
SMSC = "+8613010112500"
# DELIVER "hellohello" from +31641600986 (published in many PDU tutorials) and its service centre 31653131316.
HELLO = bytes.fromhex("040B911346610089F60000208062917314080AE8329BFD4697D9EC37")
# "验证码 1234" as UCS2 from 10086.
CODE = bytes.fromhex(
    "040581 0180F6 00 08 62112210203023 10 9A8C8BC17801 0020 0031 0032 0033 0034".replace(" ", "")
)
REPORT = bytes.fromhex("06010B917110080043F1621122102030236211221020302300".replace(" ", ""))


def test_a_submit_goes_out_with_our_reference(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.at("AT+CMGS=12") == b"\r\n> "
        desk.modem.received(b"\n00210005810180F6000002F932\x1a")
        assert await desk.later() == b"\r\n+CMGS: 1\r\n\r\nOK\r\n"
        tpdu, smsc = desk.air.submitted[0]
        assert smsc == SMSC
        sent = decode(tpdu, Direction.MS_TO_SC)
        assert isinstance(sent, Submit)
        assert (str(sent.destination), sent.user_data.body, sent.reference) == ("10086", "ye", 1)
        assert await desk.at("AT+CMGS=12") == b"\r\n> "
        desk.modem.received(b"0891683108100005F0210005810180F6000002F932\x1a")
        assert await desk.later() == b"\r\n+CMGS: 2\r\n\r\nOK\r\n"
        assert desk.air.submitted[1][1] == "+8613800100500", "the centre of the PDU is used"

    on_desk(scenario)


@pytest.mark.parametrize(
    ("length", "payload"),
    [(13, b"00210005810180F6000002F932"), (12, b"00210005810180F6000002F93"), (12, b"hello"), (12, b"")],
)
def test_payloads_that_do_not_fit(on_desk: OnDesk, length: int, payload: bytes) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at(f"AT+CMGS={length}")
        desk.modem.received(payload + b"\x1a")
        assert await desk.later() == b"\r\n+CMS ERROR: 304\r\n"
        assert desk.air.submitted == []
        assert await desk.lines("AT+CMGS=3") == ["+CMS ERROR: 304"]

    on_desk(scenario)


def test_a_refusal_by_the_network(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        desk.air.verdict = Submitted(None, 50)
        await desk.at("AT+CMGS=12")
        desk.modem.received(b"00210005810180F6000002F932\x1a")
        assert await desk.later() == b"\r\n+CMS ERROR: 50\r\n"

    on_desk(scenario)


def test_no_centre_known(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines('AT+CSCA=""') == ["OK"]
        await desk.at("AT+CMGS=12")
        desk.modem.received(b"00210005810180F6000002F932\x1a")
        assert await desk.later() == b"\r\n+CMS ERROR: 330\r\n"
        assert await desk.lines('AT+CSCA="8613800100500",145;+CSCA?') == [
            '+CSCA: "+8613800100500",145',
            "OK",
        ]

    on_desk(scenario)


def test_stored_announced_read_and_deleted(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines('AT+CPMS="ME","ME","ME"') == ["+CPMS: 0,50,0,50,0,50", "OK"]
        await desk.at("AT+CNMI=2,1,0,1,0")
        assert desk.modem.message(HELLO, "+31653131316") is True
        assert await desk.later() == b'\r\n+CMTI: "ME",1\r\n'
        assert await desk.lines("AT+CMGL=1") == ["OK"]
        row = "07911356131313F6" + HELLO.hex().upper()
        assert await desk.lines("AT+CMGL=0") == ["+CMGL: 1,0,,28", row, "OK"]
        assert await desk.lines("AT+CMGR=1") == ["+CMGR: 1,,28", row, "OK"], "reading made it read"
        assert await desk.lines("AT+CMGD=1;+CMGR=1") == ["+CMS ERROR: 321"]
        assert (await desk.lines("AT+CPMS?"))[0] == '+CPMS: "ME",0,50,"ME",0,50,"ME",0,50'

    on_desk(scenario)


def test_memories_are_separate(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CNMI=2,1,0,2,0;+CPMS="SM","SM","ME"')
        desk.modem.message(HELLO, SMSC)
        desk.modem.report(REPORT, SMSC)
        assert await desk.later() == b'\r\n+CMTI: "ME",1\r\n\r\n+CDSI: "SR",1\r\n'
        assert await desk.lines("AT+CMGL=4") == ["OK"]
        await desk.at('AT+CPMS="SR"')
        assert (await desk.lines("AT+CMGR=1"))[0] == f"+CMGR: 0,,{len(REPORT)}"
        assert await desk.lines('AT+CPMS="SR","SR"') == ["+CMS ERROR: 302"]

    on_desk(scenario)


def test_direct_delivery_and_acknowledgement(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CNMI=2,2,0,1,0")
        desk.modem.message(HELLO, SMSC)
        pdu = "0891683110102105F0" + HELLO.hex().upper()
        assert await desk.later() == f"\r\n+CMT: ,28\r\n{pdu}\r\n".encode()
        assert await desk.lines("AT+CNMA") == ["+CMS ERROR: 340"]
        assert await desk.lines("AT+CSMS=1") == ["+CSMS: 1,1,1", "OK"]
        desk.modem.message(HELLO, SMSC)
        desk.modem.report(REPORT, SMSC)
        assert (await desk.later()).count(b"+CMT:") == 1
        said = await desk.lines("AT+CNMA")
        assert said[:2] == ["OK", f"+CDS: {len(REPORT)}"], "the next comes after the acknowledgement"
        assert await desk.lines("AT+CNMA") == ["OK"]

    on_desk(scenario)


def test_what_nobody_acknowledges_is_stored(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CSMS=1;+CNMI=2,2,0,1,0")
        desk.modem.message(HELLO, SMSC)
        await desk.later(16)
        assert await desk.lines("AT+CNMI?") == ["+CNMI: 2,0,0,0,0", "OK"]
        assert (await desk.lines("AT+CMGL=4"))[0] == "+CMGL: 1,0,,28"

    on_desk(scenario)


def test_indications_wait_while_mode_is_0(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CNMI=0,1,0,0,0")
        desk.modem.message(HELLO, SMSC)
        assert await desk.later() == b""
        assert await desk.lines("AT+CNMI=2,1,0,0,0") == ["OK", '+CMTI: "SM",1']

    on_desk(scenario)


def test_no_room(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CNMI=1,1,0,1,0")
        desk.modem.fill_storage()
        assert desk.modem.message(HELLO, SMSC) is False
        assert await desk.later() == b'\r\n^SMMEMFULL: "SM"\r\n'
        assert await desk.at("AT+CMGW=12") == b"\r\n> "
        desk.modem.received(b"00210005810180F6000002F932\x1a")
        assert await desk.later() == b"\r\n+CMS ERROR: 322\r\n"
        await desk.at("AT+CMGD=3")
        assert desk.modem.message(HELLO, SMSC) is True
        assert await desk.later() == b'\r\n+CMTI: "SM",3\r\n'
        assert await desk.lines("AT+CMGD=1,4;+CMGL=4") == ["OK"]

    on_desk(scenario, profile="huawei")


def test_write_and_send_from_storage(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMGW=12")
        desk.modem.received(b"00210005810180F6000002F932\x1a")
        assert await desk.later() == b"\r\n+CMGW: 1\r\n\r\nOK\r\n"
        assert await desk.lines("AT+CMGL=2") == ["+CMGL: 1,2,,12", "00210005810180F6000002F932", "OK"]
        assert await desk.lines("AT+CMSS=1") == ["+CMSS: 1", "OK"]
        assert (await desk.lines("AT+CMGL=3"))[0] == "+CMGL: 1,3,,12"

    on_desk(scenario)


def test_text_mode(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CMGF=1;+CSCS="GSM";+CSMP=49,167,0,0')
        assert await desk.at('AT+CMGS="+8610086"') == b"\r\n> "
        desk.modem.received(b"ye\x1a")
        assert await desk.later() == b"\r\n+CMGS: 1\r\n\r\nOK\r\n"
        sent = decode(desk.air.submitted[0][0], Direction.MS_TO_SC)
        assert isinstance(sent, Submit)
        assert (str(sent.destination), sent.user_data.body, sent.report_request) == ("+8610086", "ye", True)
        desk.modem.message(HELLO, SMSC)
        desk.modem.message(CODE, SMSC)
        assert await desk.lines('AT+CMGL="ALL"') == [
            '+CMGL: 1,"REC UNREAD","+31641600986",,"02/08/26,19:37:41+00"',
            "hellohello",
            '+CMGL: 2,"REC UNREAD","10086",,"26/11/22,01:02:03+32"',
            "9A8C8BC1780100200031003200330034",
            "OK",
        ]
        await desk.at('AT+CSCS="UCS2"')
        assert (await desk.lines("AT+CMGR=2"))[1] == "9A8C8BC1780100200031003200330034"

    on_desk(scenario)


def test_a_message_for_the_sim_is_stored_whatever_is_routed(on_desk: OnDesk) -> None:
    """27.005 table 3.4.1: class 2 is indicated with +CMTI in modes 2 and 3, too."""

    async def scenario(desk: Desk) -> None:
        for mode in (2, 3):
            await desk.at(f"AT+CNMI=2,{mode}")
            assert desk.modem.message(HELLO[:10] + b"\xf2" + HELLO[11:], SMSC)
            assert (await desk.later()).startswith(b'\r\n+CMTI: "SM",')

    on_desk(scenario)


def test_an_answer_that_comes_after_a_restart_is_not_told(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMGS=12")
        desk.modem.received(b"00210005810180F6000002F932\x1a")
        await desk.later(0.2)
        assert len(desk.air.submitted) == 1
        desk.modem.reset()
        said = await desk.later(20)
        assert b"CMGS" not in said and b"OK" not in said

    on_desk(scenario)


@pytest.mark.parametrize(("flag", "left"), [(1, [1, 3, 4]), (2, [1, 3]), (3, [1]), (4, [])])
def test_what_each_delete_flag_spares(on_desk: OnDesk, flag: int, left: list[int]) -> None:
    """27.005 3.5.4: 1 the read ones, 2 the sent ones too, 3 the unsent ones too, 4 all."""

    async def scenario(desk: Desk) -> None:
        kept = desk.modem.messages.read
        for status in (Status.UNREAD, Status.READ, Status.UNSENT, Status.SENT):
            kept.add(Stored(status, HELLO, SMSC))
        assert await desk.lines(f"AT+CMGD=1,{flag}") == ["OK"]
        assert list(kept.messages) == left

    on_desk(scenario)


def test_what_stands_in_a_row_with_csdh(on_desk: OnDesk) -> None:
    """27.005 3.4.2, 4.1, 4.2: what +CSDH=1 adds; values of the PDUs above, by hand."""

    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CMGF=1;+CSDH=1;+CSCS="GSM";+CNMI=2,1')
        desk.modem.message(HELLO, SMSC)
        assert await desk.later() == b'\r\n+CMTI: "SM",1\r\n'
        stamp = '"02/08/26,19:37:41+00"'
        assert await desk.lines("AT+CMGL=ALL") == [
            f'+CMGL: 1,"REC UNREAD","+31641600986",,{stamp},145,10',
            "hellohello",
            "OK",
        ]
        assert await desk.lines("AT+CMGR=1") == [
            f'+CMGR: "REC READ","+31641600986",,{stamp},145,4,0,0,"{SMSC}",145,10',
            "hellohello",
            "OK",
        ]
        await desk.at("AT+CNMI=2,2")
        desk.modem.message(HELLO, SMSC)
        said = (await desk.later()).decode()
        assert said == f'\r\n+CMT: "+31641600986",,{stamp},145,4,0,0,"{SMSC}",145,10\r\nhellohello\r\n'
        await desk.at('AT+CMGW="10086",129,"STO SENT"')
        desk.modem.received(b"ye\x1a")
        assert await desk.later() == b"\r\n+CMGW: 2\r\n\r\nOK\r\n"
        assert (await desk.lines("AT+CMGR=2"))[0] == '+CMGR: "STO SENT","10086",,129,17,0,0,167,"",129,2'
        assert (await desk.lines('AT+CMGL="STO SENT"'))[0] == '+CMGL: 2,"STO SENT","10086",,,129,2'

    on_desk(scenario)


@pytest.mark.parametrize(
    ("charset", "coding", "to", "payload", "text"),
    [
        ("UCS2", 8, "00310030003000380036", b"9A8C8BC17801", "验证码"),
        ("UCS2", 8, "00310030003000380036", b"\n00410042", "AB"),
        ("HEX", 0, "3130303836", b"796500", "ye@"),
        ("GSM", 0, "10086", b"\x00\x02", "@$"),
        ("IRA", 0, "10086", b"a\rb", "a\nb"),
        ("IRA", 4, "10086", b"00FF41", b"\x00\xffA"),
        ("IRA", 0xF0, '"10086"', b"flash", "flash"),
    ],
)
def test_text_in_every_character_set_and_coding(
    on_desk: OnDesk, charset: str, coding: int, to: str, payload: bytes, text: str | bytes
) -> None:
    """+CSCS says how text stands on the line, <dcs> of +CSMP how it goes on the air; quotes may lack."""

    async def scenario(desk: Desk) -> None:
        await desk.at(f"AT+CMGF=1;+CSMP=17,167,0,{coding};+CSCS={charset}")
        assert await desk.at(f"AT+CMGS={to}") == b"\r\n> "
        desk.modem.received(payload + b"\x1a")
        assert await desk.later() == b"\r\n+CMGS: 1\r\n\r\nOK\r\n"
        sent = decode(desk.air.submitted[0][0], Direction.MS_TO_SC)
        assert isinstance(sent, Submit)
        assert (str(sent.destination), sent.user_data.body, sent.dcs.value) == ("10086", text, coding)

    on_desk(scenario)


# Part 2 of 3 of long message 42: "二部😀" after the header; in GSM 7 bit one fill bit and "ye".
PART_UD = "0500032A0302" + "4E8C90E8D83DDE00"
PART_GSM_UD = "0500032A0302" + "F265"


@pytest.mark.parametrize(("coding", "octets", "length"), [(8, PART_UD, 14), (0, PART_GSM_UD, 9)])
def test_a_part_of_a_long_message_in_text_mode(
    on_desk: OnDesk, coding: int, octets: str, length: int
) -> None:
    """27.005 3.1 <data>, 3.5.1: with TP-UDHI in <fo> the text is hex of TP-UD, its header in front, both
    ways, whatever +CSCS is."""

    async def scenario(desk: Desk) -> None:
        await desk.at(f"AT+CMGF=1;+CSMP=81,167,0,{coding};+CSCS=GSM")
        await desk.at("AT+CMGS=10086")
        desk.modem.received(octets.encode() + b"\x1a")
        assert await desk.later() == b"\r\n+CMGS: 1\r\n\r\nOK\r\n"
        ((tpdu, _),) = desk.air.submitted
        assert tpdu.hex().upper() == f"510105810180F600{coding:02X}A7{length:02X}" + octets
        stamp = "62112210203023"
        deliver = f"4405810180F600{coding:02X}{stamp}{length:02X}{octets}"
        desk.modem.message(bytes.fromhex(deliver), SMSC)
        for charset in ("GSM", "UCS2"):
            assert (await desk.lines(f"AT+CSCS={charset};+CMGR=1"))[1] == octets
        await desk.at("AT+CSCS=GSM;+CMGS=10086")
        desk.modem.received(b"0600032A\x1a")
        assert await desk.later() == b"\r\n+CMS ERROR: 305\r\n", "UDHL beyond the end"

    on_desk(scenario)


def test_text_that_the_coding_cannot_carry_is_refused(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMGF=1;+CSMP=17,167,0,0;+CSCS=UCS2")
        await desk.at("AT+CMGS=00310030003000380036")
        desk.modem.received(b"9A8C\x1a")
        assert await desk.later() == b"\r\n+CMS ERROR: 305\r\n"
        assert desk.air.submitted == []

    on_desk(scenario)


def test_esc_leaves_the_prompt_and_begins_a_line(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        for command in ("AT+CMGS=12", "AT+CMGW=12"):
            assert await desk.at(command) == b"\r\n> "
            desk.modem.received(b"0021000581\x1b")
            assert await desk.later() == b"\r\nOK\r\n"
        assert await desk.at(b"\x1b") == b""
        assert await desk.at(b"\x1bAT") == b"\r\nOK\r\n"
        assert desk.air.submitted == [] and not desk.modem.messages.write.messages

    on_desk(scenario)


def test_a_stored_message_goes_to_another_recipient(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMGF=1")
        await desk.at("AT+CMGW")
        desk.modem.received(b"ye\x1a")
        assert await desk.later() == b"\r\n+CMGW: 1\r\n\r\nOK\r\n"
        assert await desk.lines("AT+CMSS=1") == ["+CMS ERROR: 304"], "it has none of its own"
        assert await desk.lines('AT+CMSS=1,"8610010",145') == ["+CMSS: 1", "OK"]
        sent = decode(desk.air.submitted[0][0], Direction.MS_TO_SC)
        assert isinstance(sent, Submit) and str(sent.destination) == "+8610010"

    on_desk(scenario)


def test_a_report_is_read_and_deleted_in_its_own_memory(on_desk: OnDesk) -> None:
    """As python-gsmmodem does after +CDSI; what is at the same place of SM stays."""

    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CNMI=2,1,0,2")
        desk.modem.message(HELLO, SMSC)
        desk.modem.report(REPORT, SMSC)
        assert (await desk.later()).endswith(b'+CDSI: "SR",1\r\n')
        assert await desk.lines("AT+CPMS=SR") == ["+CPMS: 1,10,1,20,1,20", "OK"]
        row = "0891683110102105F0" + REPORT.hex().upper()
        assert await desk.lines("AT+CMGR=1") == [f"+CMGR: 0,,{len(REPORT)}", row, "OK"]
        assert await desk.lines("AT+CMGD=1;+CMGR=1") == ["+CMS ERROR: 321"]
        assert await desk.lines("AT+CPMS=SM") == ["+CPMS: 1,20,1,20,1,20", "OK"]
        assert await desk.lines("AT+CMGD=,4;+CMGL=4") == ["OK"]

    on_desk(scenario)
