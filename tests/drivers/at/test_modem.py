"""The modem against transcripts of real ones: SIM800, EC20, E1750 (modems.md 4.2, 27.005, 27.007)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interop.engine.clock import run_virtual
from interop.protocols.errors import BudgetSpent, CommandRefused, DeviceLost, EquipmentError, NotAnswering
from interop.protocols.modem import CallOutcome, Health, Progress, Registration, SimState, Stat, Submission
from interop.record import InconcReason
from interop.record.events import (
    Alerting,
    Answered,
    CallerId,
    Connected,
    Dialled,
    Event,
    HungUp,
    LinkLost,
    MessageAccepted,
    MessageReceived,
    MessageRefused,
    MessageSubmitted,
    ModemReset,
    RegistrationSeen,
    Released,
    Ringing,
    SimFileRead,
    StatusReported,
    Unclaimed,
    UssdAnswered,
    UssdSent,
)

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"

# A published sample: "How are you?" from +31641600986 by +31624000000
PDU = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
# SMS-STATUS-REPORT, 23.040 9.2.2.3, by hand: MR 42 to 10086, received
REPORT = "0006" + "2A" + "0581" + "0180F6" + "62112221436532" + "62112221436532" + "00"


def lines(*texts: str) -> bytes:
    return b"".join(f"\r\n{text}\r\n".encode("latin-1") for text in (*texts, "OK"))


# Set-up


def test_the_set_up_of_a_modem_with_echo_and_digits_on(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMEE?": b"AT+CMEE?\r+CMEE: 0\r\n0\r", "ATE0": b"ATE0\r0\r", "ATV1": OK})
        modem = await device.modem()
        assert device.wire.startswith(b"\x1bAT+CMEE?\rATE0\rATV1\rAT+CPIN?\r")
        assert "AT+CMGF=0" in device.heard
        assert modem.events.since(0) == []

    run_virtual(main())


def test_of_each_setting_the_first_form_that_is_accepted(scripted: Any) -> None:
    async def main() -> None:
        refused = ("AT+CNMI=2,1,0,2,0", "AT+CIREG=1", 'AT+CPMS="ME","ME","ME"')
        device = scripted(dict.fromkeys(refused, ERROR))
        await device.modem()
        assert device.heard.count("AT+CNMI=1,1,0,2,0") == 1
        assert "AT+CNMI=2,1,0,1,0" not in device.heard
        assert 'AT+CPMS="SM","SM","SM"' in device.heard

    run_virtual(main())


def test_without_pdu_mode_it_is_useless(scripted: Any) -> None:
    async def main() -> None:
        with pytest.raises(CommandRefused, match="CMGF"):
            await scripted({"AT+CMGF=0": ERROR}).modem()

    run_virtual(main())


def test_an_unknown_dialect_is_an_equipment_error(scripted: Any) -> None:
    async def main() -> None:
        with pytest.raises(EquipmentError, match="no dialect 'nokia'"):
            await scripted().modem(dialect="nokia")

    run_virtual(main())


@pytest.mark.parametrize("answer", [OK, b"\r\n+CME ERROR: 16\r\n"])
def test_the_pin_is_given_once_and_appears_nowhere(answer: bytes, scripted: Any) -> None:
    async def main() -> None:
        asked = lines("+CPIN: SIM PIN")
        after = lines("+CPIN: READY") if answer == OK else asked
        device = scripted({"AT+CPIN?": [asked, after], 'AT+CPIN="7391"': answer, "AT+CMGF=0": OK})
        modem = await device.modem(pin="7391")
        health = await modem.health(registered=False)
        assert (health.trouble is None) == (answer == OK)
        assert device.heard.count('AT+CPIN="7391"') == 1
        notes = [str(text) for kind, text in device.paper.lines if kind == "#"]
        assert not any("7391" in text for text in [*notes, str(modem.events.since(0)), health.detail])

    run_virtual(main())


def test_no_pin_is_given_to_a_sim_that_asks_for_none(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        await device.modem(pin="7391")
        assert not any("7391" in line for line in device.heard)

    run_virtual(main())


# Who and where


def test_identity_with_and_without_prefix(scripted: Any) -> None:
    async def main() -> None:
        device = scripted(
            {
                "AT+CGMI": lines("SIMCOM_Ltd"),
                "AT+CGMM": lines("SIMCOM_SIM800"),
                "AT+CGMR": lines("Revision:1418B05SIM800L24"),
                "AT+CGSN": lines('+CGSN: "862107043556942"'),
            }
        )
        identity = await (await device.modem()).identity()
        assert (identity.manufacturer, identity.imei) == ("SIMCOM_Ltd", "862107043556942")

    run_virtual(main())


@pytest.mark.parametrize(
    ("creg", "cereg", "cireg", "expected", "usable"),
    [
        (
            "+CREG: 2,1",
            "+CEREG: 2,1",
            "+CIREG: 1,1",
            Registration(Stat.HOME, Stat.HOME, Stat.HOME, "46001"),
            True,
        ),
        (
            "+CREG: 2,0",
            "+CEREG: 2,1",
            "+CIREG: 1,1",
            Registration(Stat.NOT_REGISTERED, Stat.HOME, Stat.HOME, "46001"),
            True,
        ),  # China Telecom
        (
            "+CREG: 2,0",
            "+CEREG: 2,1",
            "+CIREG: 1,0",
            Registration(Stat.NOT_REGISTERED, Stat.HOME, Stat.NOT_REGISTERED, "46001"),
            False,
        ),
        ("+CREG: 2,3", None, None, Registration(Stat.DENIED, None, None, ""), False),
        ('+CREG: 2,5,"1790","01A2"', None, None, Registration(Stat.ROAMING, None, None, "46001"), True),
    ],
)
def test_registration(
    creg: str, cereg: str | None, cireg: str | None, expected: Registration, usable: bool, scripted: Any
) -> None:
    async def main() -> None:
        device = scripted(
            {
                "AT+CREG?": lines("+CREG: 4", creg),
                "AT+CEREG?": lines(cereg) if cereg else ERROR,
                "AT+CIREG?": lines(cireg) if cireg else ERROR,
                "AT+COPS?": lines('+COPS: 0,2,"46001",7'),
            }
        )
        found = await (await device.modem()).registration()
        assert found == expected
        assert found.usable is usable

    run_virtual(main())


@pytest.mark.parametrize(
    ("table", "registered", "trouble"),
    [
        ({}, True, None),
        ({"AT+CSQ": lines("+CSQ: 99,99")}, True, None),  # LTE modems say 99 while registered
        ({"AT+CSQ": lines("+CSQ: 1,99")}, True, InconcReason.COVERAGE),
        ({"AT+CREG?": lines("+CREG: 0,2"), "AT+CSQ": lines("+CSQ: 99,99")}, True, InconcReason.COVERAGE),
        ({"AT+CREG?": lines("+CREG: 0,2")}, True, InconcReason.NOT_REGISTERED),
        (
            {"AT+CREG?": lines("+CREG: 0,3"), "AT+CSQ": lines("+CSQ: 99,99")},
            True,
            InconcReason.NOT_REGISTERED,
        ),
        ({"AT+CREG?": lines("+CREG: 0,3")}, False, None),
        ({"AT+CPIN?": b"\r\n+CME ERROR: 10\r\n"}, False, InconcReason.SIM),
        ({"AT+CMEE=1": ERROR, "AT+CMEE=2": ERROR}, False, None),
        ({"AT+CMEE=1": ERROR, "AT+CMEE=2": ERROR, "AT": None}, False, InconcReason.MODEM),
    ],
)
def test_health(
    table: dict[str, bytes], registered: bool, trouble: InconcReason | None, scripted: Any
) -> None:
    async def main() -> None:
        usual = {
            "AT+CREG?": lines("+CREG: 0,1"),
            "AT+CEREG?": ERROR,
            "AT+CIREG?": ERROR,
            "AT+CSQ": lines("+CSQ: 20,99"),
        }
        modem = await scripted({**usual, **table}).modem()
        assert (await modem.health(registered=registered)).trouble is trouble

    run_virtual(main())


def test_health_sees_a_restart_that_gave_no_sign_and_mends_it(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        assert (await modem.health(registered=False)).trouble is None
        known, device.table["AT+CMEE?"] = device.table["AT+CMEE?"], lines("+CMEE: 0")
        device.heard.clear()
        assert (await modem.health(registered=False)).trouble is InconcReason.MODEM
        await device.hears("AT+CNMI=2,1,0,2,0")
        device.table["AT+CMEE?"] = known
        assert (await modem.health(registered=False)).trouble is None
        assert modem.events.since(0) == [ModemReset("settings lost without a sign")]

    run_virtual(main())


def test_health_without_a_link(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        device.far.lose("unplugged")
        await asyncio.sleep(0)
        assert await modem.health() == Health(InconcReason.MODEM, "m1: unplugged")
        assert modem.events.since(0) == [LinkLost("unplugged")]

    run_virtual(main())


def test_sim_files(scripted: Any) -> None:
    """GET RESPONSE as TS 51.011 9.2.1 (EF_IMSI) and as FCP of TS 102 221 (EF_MSISDN, 2 records of 4)."""

    async def main() -> None:
        device = scripted(
            {
                "AT+CRSM=192,28423": lines('+CRSM: 144,0,"000000096F07040011FFFF01020000"'),
                "AT+CRSM=176,28423,0,0,9": lines('+CRSM: 144,0,"084906107190002143"'),
                "AT+CRSM=192,28480": lines(
                    '+CRSM: 144,0,"621A8205422100040283026F40A503800171800200088A01058B00"'
                ),
                "AT+CRSM=178,28480,1,4,4": lines('+CRSM: 144,0,"01020304"'),
                "AT+CRSM=178,28480,2,4,4": lines("+CRSM: 144,0,FFFFFFFF"),
                "AT+CRSM=192,28486": lines("+CRSM: 106,130"),
                "AT+CRSM=192,28487": b"\r\n+CME ERROR: 22\r\n",
            }
        )
        modem = await device.modem()
        assert await modem.read_file(0x6F07) == bytes.fromhex("084906107190002143")
        assert await modem.read_records(0x6F40) == [bytes.fromhex("01020304"), b"\xff" * 4]
        assert await modem.read_file(0x6F46) is None
        assert await modem.read_file(0x6F47) is None
        assert modem.events.since(0)[0] == SimFileRead("6F07", "084906107190002143")

    run_virtual(main())


def test_registration_news_come_once_per_change(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        device.say('+CREG: 1,"1790","01A2"', '+CREG: 1,"1790","01A3"', "+CREG: 2", "+CIREGU: 1", "+CREG: x")
        await asyncio.sleep(1)
        assert modem.events.since(0) == [
            RegistrationSeen("cs", 1),
            RegistrationSeen("cs", 2),
            RegistrationSeen("ims", 1),
            Unclaimed("+CREG: x"),
        ]

    run_virtual(main())


# Calls


def test_a_polled_call(scripted: Any) -> None:
    async def main() -> None:
        table = {
            "AT+CLCC": [
                lines('+CLCC: 1,0,2,0,0,"10086",129'),
                lines('+CLCC: 1,0,3,0,0,"10086",129'),
                lines('+CLCC: 1,0,0,0,0,"10086",129'),
                OK,
            ],
            "AT+CEER": lines('+CEER: "Normal call clearing"'),
        }
        device = scripted(table)
        modem = await device.modem()
        call = await modem.dial("10086")
        assert await call.alerting(30) == Progress(CallOutcome.ALERTING)
        assert await call.connected(30) == Progress(CallOutcome.CONNECTED)
        assert await call.alerting(30) == Progress(CallOutcome.CONNECTED)
        assert await call.released(30) == Progress(CallOutcome.RELEASED, 16, "Normal call clearing")
        assert await call.connected(30) == Progress(CallOutcome.RELEASED, 16, "Normal call clearing")
        assert modem.events.since(0) == [
            Dialled("10086"),
            Alerting(),
            Connected(),
            Released(16, "Normal call clearing"),
        ]
        await call.hang_up()
        assert "AT+CHUP" not in device.heard
        assert device.spent == ["calls"]

    run_virtual(main())


def test_silence_is_said_in_time(scripted: Any) -> None:
    async def main() -> None:
        modem = await scripted({"AT+CLCC": lines("+CLCC: 1,0,2,0,0")}).modem()
        call = await modem.dial("10086")
        start = asyncio.get_running_loop().time()
        assert await call.alerting(12) == Progress(CallOutcome.SILENT)
        assert 12 <= asyncio.get_running_loop().time() - start < 12.1

    run_virtual(main())


@pytest.mark.parametrize(
    ("final", "ceer", "cause"),
    [
        (b"\r\nBUSY\r\n", lines("+CEER: 31"), 17),
        (b"\r\nNO CARRIER\r\n", lines("+CEER: Unassigned (unallocated) number"), 1),
        (b"\r\nNO CARRIER\r\n", ERROR, None),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_call_that_fails(
    final: bytes, ceer: bytes, cause: int | None, at_once: bool, scripted: Any
) -> None:
    """As the final result of ATD, or as a URC behind its OK."""

    async def main() -> None:
        device = scripted({"ATD10086;": final if at_once else OK, "AT+CLCC": OK, "AT+CEER": ceer})
        modem = await device.modem()
        call = await modem.dial("10086")
        if not at_once:
            device.far.write(final)
        progress = await call.connected(30)
        assert (progress.outcome, progress.cause) == (CallOutcome.RELEASED, cause)
        assert device.heard.count("ATD10086;") == 1

    run_virtual(main())


def test_a_dial_that_gets_no_answer_is_unknown_and_not_repeated(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"ATD10086;": None})
        modem = await device.modem()
        with pytest.raises(NotAnswering):
            await modem.dial("10086")
        await modem.close()
        assert device.heard.count("ATD10086;") == 1
        assert device.spent == ["calls"]

    run_virtual(main())


def test_without_budget_nothing_is_sent(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()

        def refuse(_kind: str) -> None:
            raise BudgetSpent("m1", "no more")

        modem._voice._spend = modem._messages._spend = refuse
        heard = len(device.heard)
        with pytest.raises(BudgetSpent):
            await modem.dial("10086")
        with pytest.raises(BudgetSpent):
            await modem.send_message("10086", "x")
        assert len(device.heard) == heard
        assert modem.events.since(0) == []

    run_virtual(main())


def test_an_e1750_tells_everything_by_events(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CEER": ERROR, "AT+CLCC": lines('+CLCC: 1,0,3,0,0,"10086",129')})
        modem = await device.modem("huawei")
        call = await modem.dial("10086")
        device.say("^ORIG:1,0", "^CONF:1", "^RSSI:19")
        assert (await call.alerting(10)).outcome is CallOutcome.ALERTING
        device.say("^CONN:1,0")
        assert (await call.connected(10)).outcome is CallOutcome.CONNECTED
        assert "AT+CLCC" not in device.heard
        device.say("^CEND:1,12,29,17")
        assert await call.released(10) == Progress(CallOutcome.RELEASED, 17, "")
        assert modem.events.since(0) == [Dialled("10086"), Alerting(), Connected(), Released(17, "")]

    run_virtual(main())


def test_an_e1550_is_not_hung_up_before_its_call_has_an_index(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CLCC": OK})
        modem = await device.modem("huawei")
        call = await modem.dial("10086")
        hanging_up = asyncio.create_task(call.hang_up())
        await asyncio.sleep(1)
        assert "AT+CHUP" not in device.heard
        device.say("^ORIG:1,0")
        await hanging_up
        assert device.heard.count("AT+CHUP") == 1
        device.say("^CEND:1,0,104,16")
        await asyncio.sleep(1)
        assert modem.events.since(0) == [Dialled("10086"), HungUp()]

    run_virtual(main())


@pytest.mark.parametrize(
    ("dialect", "news"),
    [
        (
            "quectel",
            [
                "^DSCI: 1,0,2,0,10086,129",
                "^DSCI: 1,0,7,0,10086,129",
                "^DSCI: 1,0,3,0,10086,129",
                "^DSCI: 1,0,6,0,10086,129",
            ],
        ),
        (
            "quectel",
            [
                '+QIND: "ccinfo",1,0,2,0,0,"10086",129',
                '+QIND: "ccinfo",1,0,3,0,0,"10086",129',
                '+QIND: "ccinfo",1,0,0,0,0,"10086",129',
                '+QIND: "ccinfo",1,0,-1,0,0,"10086",129',
            ],
        ),
        (
            "simcom",
            [
                '+CLCC: 1,0,2,0,0,"10086",129,""',
                '+CLCC: 1,0,3,0,0,"10086",129,""',
                '+CLCC: 1,0,0,0,0,"10086",129,""',
                '+CLCC: 1,0,6,0,0,"10086",129,""',
            ],
        ),
    ],
)
def test_progress_of_other_dialects_is_the_same(dialect: str, news: list[str], scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CEER": lines("+CEER: 5,16")})
        modem = await device.modem(dialect)
        call = await modem.dial("10086")
        device.say(*news)
        assert (await call.released(2)).cause == 16
        assert modem.events.since(0) == [Dialled("10086"), Alerting(), Connected(), Released(16, "5,16")]
        assert "AT+CLCC" not in device.heard

    run_virtual(main())


def test_an_incoming_call(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CLCC": lines('+CLCC: 1,1,4,0,0,"17090001234",129')})
        modem = await device.modem()
        waiting = asyncio.create_task(modem.offered(30))
        await asyncio.sleep(5)
        device.say("+CRING: VOICE", '+CLIP: "17090001234",129,"",,"",0', "RING", '+CLIP: "17090001234",129')
        offer = await waiting
        assert offer is not None
        assert (offer.number, offer.toa, offer.validity) == ("17090001234", 129, 0)
        await offer.call.answer()
        assert (await offer.call.connected(1)).outcome is CallOutcome.CONNECTED
        await offer.call.hang_up()
        await offer.call.hang_up()
        assert modem.events.since(0) == [
            Ringing(),
            CallerId("17090001234", 129, 0),
            Answered(),
            Connected(),
            HungUp(),
        ]
        assert [device.heard.count(line) for line in ("ATA", "AT+CHUP")] == [1, 1]
        assert await modem.offered(5) is None

    run_virtual(main())


def test_a_call_without_clip_is_offered_without_a_number(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CLCC": lines("+CLCC: 1,1,4,0,0")})
        modem = await device.modem()
        device.say("RING")
        offer = await modem.offered(3)
        assert offer is not None
        assert (offer.number, offer.toa, offer.validity) == ("", None, None)

    run_virtual(main())


def test_hang_up_falls_back_and_hang_up_all_asks_first(scripted: Any) -> None:
    async def main() -> None:
        ringing = lines("+CLCC: 1,0,3,0,0")
        device = scripted({"AT+CHUP": ERROR, "AT+CLCC": [ringing, ringing, OK]})
        modem = await device.modem()
        await modem.dial("10086")
        await modem.hang_up_all()
        assert "ATH" in device.heard
        heard = len(device.heard)
        await modem.hang_up_all()
        assert device.heard[heard:] == ["AT+CLCC"]
        assert modem.events.since(0)[-1] == HungUp()

    run_virtual(main())


def test_loss_in_the_middle_of_a_wait(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CLCC": lines("+CLCC: 1,0,2,0,0")})
        modem = await device.modem()
        call = await modem.dial("10086")
        asyncio.get_running_loop().call_later(5, device.far.lose, "unplugged")
        with pytest.raises(DeviceLost, match="unplugged"):
            await call.alerting(30)
        await modem.close()

    run_virtual(main())


# Messages


def test_a_message_is_sent_and_reported(scripted: Any) -> None:
    async def main() -> None:
        pdu = "0021000581" + "0180F6" + "0000" + "02" + "F932"
        device = scripted({"AT+CMGS=12": b"\r\n> ", pdu: lines("+CMGS: 42")})
        modem = await device.modem()
        assert await modem.send_message("10086", "ye") == Submission((42,))
        device.say(f"+CDS: {len(REPORT) // 2 - 1}", REPORT)
        reported = await modem.events.wait(StatusReported, within=5, since=0)
        assert reported == StatusReported(42, "10086", 0, tpdu=REPORT[2:])
        assert modem.events.since(0)[:2] == [
            MessageSubmitted("10086", "ye", tpdu=pdu[2:]),
            MessageAccepted(42),
        ]
        assert device.spent == ["messages"]

    run_virtual(main())


def test_the_network_refuses_a_message_and_our_own_modem_does(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGS=12": b"\r\n+CMS ERROR: 50\r\n"})
        modem = await device.modem()
        assert await modem.send_message("10086", "ye") == Submission((), 50, "+CMS ERROR: 50", refused=True)
        device.table["AT+CMGS=12"] = b"\r\n+CMS ERROR: no network service\r\n"
        with pytest.raises(CommandRefused) as raised:
            await modem.send_message("10086", "ye")
        assert raised.value.reason is InconcReason.COVERAGE
        assert [event.code for event in modem.events.since(0) if isinstance(event, MessageRefused)] == [
            50,
            331,
        ]
        assert device.heard.count("AT+CMGS=12") == 2

    run_virtual(main())


def test_accepted_without_a_reference_is_unknown(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGS=12": b"\r\n> "})
        modem = await device.modem()
        with pytest.raises(NotAnswering, match="reference"):
            await modem.send_message("10086", "ye")

    run_virtual(main())


@pytest.mark.parametrize("direct", [True, False])
def test_a_message_comes(direct: bool, scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGR=3": lines("+CMGR: 0,,29", PDU)})
        modem = await device.modem()
        device.heard.clear()
        if direct:
            device.say(f'+CMT: "",{29}', PDU)
        else:
            device.say('+CMTI: "SM",3')
        received = await modem.events.wait(MessageReceived, within=5, since=0)
        assert received is not None
        assert received == MessageReceived(
            "+31641600986",
            0x91,
            "How are you?",
            "2002-08-26T19:37:41+00:00",
            "+31624000000",
            tpdu="040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
        )
        await asyncio.sleep(1)
        assert device.heard == ([] if direct else ['AT+CPMS="SM"', "AT+CMGR=3", "AT+CMGD=3"])

    run_virtual(main())


def test_an_empty_slot_and_a_broken_pdu_stop_nothing(scripted: Any) -> None:
    async def main() -> None:
        device = scripted(
            {
                "AT+CMGR=1": lines("+CMGR: 0,,0"),
                "AT+CMGR=2": b"\r\n+CMS ERROR: 321\r\n",
                "AT+CMGR=3": lines("+CMGR: 0,,29", "07FF"),
                "AT+CMGR=4": lines("+CMGR: 0,,29", PDU),
            }
        )
        modem = await device.modem()
        device.say(*(f'+CMTI: "SM",{place}' for place in (1, 2, 3, 4)))
        assert await modem.events.wait(MessageReceived, within=5, since=0)

    run_virtual(main())


def test_after_a_restart_the_modem_listens_again_and_reads_what_it_missed(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGL=0": lines("+CMGL: 5,0,,29", PDU)})
        modem = await device.modem()
        call = await modem.dial("10086")
        device.heard.clear()
        device.say("RDY")
        progress = await call.connected(5)
        assert progress.outcome is CallOutcome.RELEASED
        assert await modem.events.wait(MessageReceived, within=5, since=0)
        await device.hears("AT+CMGD=5")
        assert device.heard.index("AT+CNMI=2,1,0,2,0") < device.heard.index("AT+CMGL=0")
        kinds: list[type[Event]] = [type(event) for event in modem.events.since(0)]
        assert kinds == [Dialled, ModemReset, Released, MessageReceived]

    run_virtual(main())


# USSD and strangers


def test_ussd(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        asking = asyncio.create_task(modem.ussd("*100#"))
        await device.hears('AT+CUSD=1,"*100#",15')
        device.say('+CUSD: 0,"4F60597D",72')
        assert await asking == "你好"
        assert await modem.ussd("*100#", within=5) is None
        assert device.heard[-1] == "AT+CUSD=2"
        assert modem.events.since(0) == [UssdSent("*100#"), UssdAnswered("你好", 0), UssdSent("*100#")]

    run_virtual(main())


def test_what_nobody_knows_is_in_the_events(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        device.say("+ZNEW: 1", "^RSSI:19")
        await asyncio.sleep(1)
        assert modem.events.since(0) == [Unclaimed("+ZNEW: 1"), Unclaimed("^RSSI:19")]
        assert await modem.sim_state() is SimState.READY

    run_virtual(main())
