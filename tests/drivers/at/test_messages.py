"""Messages and reports as modems keep them: stored, routed, announced, twice, or of an older message."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from interop.engine.clock import run_virtual
from interop.record.events import EquipmentTrouble, MessageReceived, Note, StatusReported
from interop.smspdu import Address, Status, StatusReport, Timestamp

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"
# A published sample: "How are you?" from +31641600986 by +31624000000
PDU = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def lines(*texts: str) -> bytes:
    return "".join(f"\r\n{text}\r\n" for text in (*texts, "OK")).encode()


def report(reference: int, taken: datetime) -> str:
    stamp = Timestamp.of(taken)
    told = StatusReport(reference, Address.parse("10086"), stamp, stamp, Status(0))
    return "00" + told.encode().hex().upper()


def kinds(modem: Any, *wanted: type[Any]) -> list[Any]:
    return [event for event in modem.events.since(0) if isinstance(event, wanted)]


def test_a_stored_report_is_read_where_it_was_stored(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGR=8": lines("+CMGR: ,26", report(42, NOON))})
        modem = await device.modem()
        device.heard.clear()
        device.say('+CDSI: "SR",8')
        told = await modem.events.wait(StatusReported, within=5, since=0)
        assert told == StatusReported(42, "10086", 0, tpdu=report(42, NOON)[2:])
        await asyncio.sleep(1)
        assert device.heard == ['AT+CPMS="SR"', "AT+CMGR=8", "AT+CMGD=8"]

    run_virtual(main())


def test_what_was_announced_in_vain_is_found_in_both_memories(scripted: Any) -> None:
    """And after a report was read, the other memory is chosen again: +CMGD must not meet another message."""

    async def main() -> None:
        listed = [lines("+CMGL: 3,0,,29", PDU), lines("+CMGL: 4,0,,26", report(7, NOON)), OK]
        device = scripted({"AT+CMGL=0": listed})
        modem = await device.modem()
        device.heard.clear()
        await modem.fetch_unread()
        found = ["AT+CMGL=0", "AT+CMGD=3", 'AT+CPMS="SR"', "AT+CMGL=0", "AT+CMGD=4"]
        assert device.heard == [*found, 'AT+CPMS="SM"', "AT+CMGL=0"]
        assert [type(event) for event in kinds(modem, MessageReceived, StatusReported)] == [
            MessageReceived,
            StatusReported,
        ]
        device.heard.clear()
        await modem.fetch_unread()
        assert device.heard[0] == 'AT+CPMS="ME"'

    run_virtual(main())


def test_without_a_memory_for_reports_the_other_is_still_read(scripted: Any) -> None:
    async def main() -> None:
        refused = b"\r\n+CMS ERROR: 302\r\n"
        listed = [lines("+CMGL: 3,0,,29", PDU), OK]
        device = scripted({'AT+CPMS="SR"': refused, 'AT+CPMS="SM"': refused, "AT+CMGL=0": listed})
        modem = await device.modem()
        await modem.fetch_unread()
        assert len(kinds(modem, MessageReceived)) == 1
        assert kinds(modem, EquipmentTrouble) == []

    run_virtual(main())


def test_direct_reports_where_the_modem_cannot_store_them(scripted: Any) -> None:
    async def main() -> None:
        refused = {f"AT+CNMI={mode},1,0,2,0": ERROR for mode in (1, 2)}
        device = scripted(refused)
        modem = await device.modem()
        assert "AT+CNMI=2,1,0,1,0" in device.heard
        device.heard.clear()
        device.say("+CDS: 26", report(42, NOON))
        assert await modem.events.wait(StatusReported, within=5, since=0)
        await modem.fetch_unread()
        assert device.heard[0] == "AT+CMGL=0"

    run_virtual(main())


def test_what_came_while_our_settings_were_lost_is_found_where_the_modem_put_it(scripted: Any) -> None:
    """Between a restart and +CPMS= a modem stores where it does by default, on the SIM (mixture 134)."""

    async def main() -> None:
        device = scripted({"AT+CMGL=0": [OK, OK, lines("+CMGL: 1,0,,29", PDU)]})
        modem = await device.modem()
        device.heard.clear()
        await modem.fetch_unread()
        assert device.heard[-3:] == ['AT+CPMS="SM"', "AT+CMGL=0", "AT+CMGD=1"]
        assert len(kinds(modem, MessageReceived)) == 1

    run_virtual(main())


def test_an_empty_slot_in_the_list_is_no_message(scripted: Any) -> None:
    async def main() -> None:
        dummy = lines("+CMGL: 2,0,,159", "FF" * 176, "+CMGL: 3,0,,29", PDU)
        device = scripted({"AT+CMGL=0": [dummy, OK, OK]})
        modem = await device.modem()
        await modem.fetch_unread()
        assert [type(event) for event in kinds(modem, MessageReceived, EquipmentTrouble)] == [MessageReceived]
        assert "AT+CMGD=2" not in device.heard and "AT+CMGD=3" in device.heard

    run_virtual(main())


def test_one_announcement_twice_is_one_message(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGR=3": [lines("+CMGR: 0,,29", PDU), lines("+CMGR: 0,,0")]})
        modem = await device.modem()
        device.say('+CMTI: "SM",3', '+CMTI: "SM",3')
        await asyncio.sleep(2)
        assert [type(event) for event in modem.events.since(0)] == [MessageReceived]

    run_virtual(main())


def test_what_the_list_showed_is_not_looked_for_again(scripted: Any) -> None:
    async def main() -> None:
        listed = [lines("+CMGL: 3,0,,29", PDU), OK]
        device = scripted({"AT+CMGL=0": listed, "AT+CMGR=3": lines("+CMGR: 0,,0")})
        modem = await device.modem()
        fetching = asyncio.create_task(modem.fetch_unread())
        await device.hears("AT+CMGL=0")
        device.say('+CMTI: "ME",3')
        await fetching
        await asyncio.sleep(2)
        assert [type(event) for event in modem.events.since(0)] == [MessageReceived]

    run_virtual(main())


@pytest.mark.parametrize("empty", ["+CMGR: 0,,0", "+CMGR: 0,,159\r\n" + "FF" * 176])
def test_an_empty_slot_is_our_trouble(empty: str, scripted: Any) -> None:
    """It may have been the message that a case waits for. All FF is an empty slot of an MC35i."""

    async def main() -> None:
        device = scripted({"AT+CMGR=3": lines(empty)})
        modem = await device.modem()
        device.say('+CMTI: "SM",3')
        trouble = await modem.events.wait(EquipmentTrouble, within=5, since=0)
        assert trouble is not None
        assert "SM 3 is empty" in trouble.what
        await asyncio.sleep(1)
        assert "AT+CMGD=3" not in device.heard

    run_virtual(main())


def test_the_same_message_twice_may_be_for_want_of_our_acknowledgement(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGR=3": lines("+CMGR: 0,,29", PDU)})
        modem = await device.modem()
        device.say('+CMTI: "SM",3')
        await asyncio.sleep(2)
        device.say('+CMTI: "SM",3')
        await asyncio.sleep(2)
        told = modem.events.since(0)
        assert [type(event) for event in told] == [MessageReceived, MessageReceived, EquipmentTrouble]
        assert "2002-08-26T19:37:41" in told[-1].what

    run_virtual(main())


# +CNMA (27.005 3.4.4)


@pytest.mark.parametrize("csms", [True, False])
def test_a_routed_message_is_acknowledged_where_the_modem_waits_for_it(csms: bool, scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CSMS=0": OK if csms else ERROR})
        modem = await device.modem()
        device.say("+CDS: 26", report(42, NOON), "+CMT: ,29", PDU)
        await modem.events.wait(MessageReceived, within=5, since=0)
        await asyncio.sleep(1)
        assert device.heard.count("AT+CNMA") == (0 if csms else 2)

    run_virtual(main())


def test_a_sim800c_prompts_for_it_and_gets_esc(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CSMS=0": ERROR, "AT+CNMA": b"\r\n> "})
        modem = await device.modem()
        device.say("+CDS: 26", report(42, NOON))
        await device.hears("AT+CNMA")
        await asyncio.sleep(1)
        assert device.wire.endswith(b"AT+CNMA\r\x1b")
        device.far.write(OK)
        device.table["AT+CSQ"] = lines("+CSQ: 20,99")
        assert await modem.signal_dbm() == -73
        assert kinds(modem, EquipmentTrouble) == []

    run_virtual(main())


# TP-MR comes round


async def sends(device: Any, modem: Any, reference: int) -> None:
    pdu = "0021000581" + "0180F6" + "0000" + "02" + "F932"
    device.table |= {"AT+CMGS=12": b"\r\n> ", pdu: lines(f"+CMGS: {reference}")}
    assert (await modem.send_message("10086", "ye")).references == (reference,)


def test_a_report_on_an_older_message_of_the_same_reference_is_not_ours(scripted: Any) -> None:
    """The modem restarted and counts from 1 again; the report on the first 1 is late."""

    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        await sends(device, modem, 1)
        await sends(device, modem, 2)
        device.say("+CDS: 26", report(2, NOON + timedelta(hours=1)))
        await modem.events.wait(StatusReported, within=5, since=0)
        await sends(device, modem, 1)
        mark = modem.events.mark()
        device.say("+CDS: 26", report(1, NOON))
        assert await modem.events.wait(StatusReported, within=5, since=mark) is None
        assert "older message of the same reference, 1" in kinds(modem, Note)[0].text
        device.say("+CDS: 26", report(1, NOON + timedelta(hours=1, seconds=-30)))
        assert await modem.events.wait(StatusReported, within=5, since=mark)

    run_virtual(main())


def test_a_row_without_its_pdu_is_neither_read_nor_deleted(scripted: Any) -> None:
    async def main() -> None:
        rows = lines("+CMGL: 1,0,,29", "+CMGL: 2,0,,29", PDU)
        device = scripted({"AT+CMGL=0": [rows, OK]})
        modem = await device.modem()
        device.heard.clear()
        await modem.fetch_unread()
        assert [line for line in device.heard if "+CMGD" in line] == ["AT+CMGD=2"]
        assert [type(event) for event in kinds(modem, MessageReceived, EquipmentTrouble)] == [MessageReceived]

    run_virtual(main())


@pytest.mark.parametrize(
    ("septets", "length", "reminded"), [(113, "109", False), (114, "110", True), (116, "112", True)]
)
def test_a_length_that_is_an_emergency_number_is_only_ever_said_in_pdu_mode(
    septets: int, length: str, reminded: bool, scripted: Any
) -> None:
    """In text mode, where a modem may be unseen, AT+CMGS=110 begins a message to the police."""

    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        device.heard.clear()
        sending = asyncio.create_task(modem.send_message("10086", "x" * septets))
        await device.hears(f"AT+CMGS={length}")
        sending.cancel()
        assert (device.heard[0] == "AT+CMGF=0") is reminded

    run_virtual(main())
