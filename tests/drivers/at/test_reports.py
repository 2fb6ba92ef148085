"""Reports that are not told, or are of before, and room that nobody knows of, accuse nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from drivers.at.inbox import Inbox
from interop.engine.clock import run_virtual
from interop.protocols.stream import EventStream
from interop.record.events import EquipmentTrouble, MessageReceived, Note, StatusReported
from interop.smspdu import Address, Status, StatusReport, Timestamp

OK = b"\r\nOK\r\n"
REFUSED = b"\r\n+CMS ERROR: 302\r\n"
PDU = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
SUBMITTED = "0021000581" + "0180F6" + "0000" + "02" + "F932"
INDICATIONS = (*(f"AT+CNMI={mode},1,0,{ds},0" for ds in (2, 1) for mode in (2, 1)), "AT+CNMI=2,1")


def lines(*texts: str) -> bytes:
    return "".join(f"\r\n{text}\r\n" for text in (*texts, "OK")).encode()


def report(reference: int, minute: int = 0) -> str:
    """`minute`: after noon, when the service centre had the message."""
    stamp = Timestamp.of(datetime(2026, 1, 5, 12, minute, tzinfo=UTC))
    told = StatusReport(reference, Address.parse("10086"), stamp, stamp, Status(0))
    return "00" + told.encode().hex().upper()


def kinds(modem: Any, *wanted: type[Any]) -> list[Any]:
    return [event for event in modem.events.since(0) if isinstance(event, wanted)]


def takes(device: Any, reference: int) -> None:
    device.table |= {"AT+CMGS=12": b"\r\n> ", SUBMITTED: lines(f"+CMGS: {reference}")}


def test_a_report_of_before_is_not_on_the_message_that_gets_its_reference(scripted: Any) -> None:
    """Stored yesterday, reference 1; the modem was switched on today and counts from 1 again."""

    async def main() -> None:
        device = scripted({"AT+CMGL=0": [OK, lines("+CMGL: 4,0,,26", report(1)), OK]})
        modem = await device.modem()
        takes(device, 1)
        assert (await modem.send_message("10086", "ye")).references == (1,)
        assert "AT+CMGD=4" in device.heard
        await modem.fetch_unread()
        assert not kinds(modem, StatusReported) and len(kinds(modem, Note)) == 1
        device.say("+CDS: 26", report(1))
        assert await modem.events.wait(StatusReported, within=5, since=0)

    run_virtual(main())


def test_a_report_is_on_the_latest_message_unless_its_time_denies_it() -> None:
    """Nodes of one service centre differ by a minute or two; what one of them says last is not the latest."""
    events = EventStream()
    inbox = Inbox("m01", events)

    def told(reference: int, minute: int) -> type[Any]:
        inbox.take(report(reference, minute))
        return type(events.since(0)[-1])

    inbox.submitted(1)
    assert told(1, 10) is StatusReported
    inbox.submitted(2)
    assert [told(2, minute) for minute in (8, 7)] == [StatusReported, Note]
    inbox.submitted(2)
    assert [told(2, minute) for minute in (8, 7)] == [StatusReported, Note]


def test_it_is_looked_for_once(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        takes(device, 1)
        await modem.send_message("10086", "ye")
        device.heard.clear()
        await modem.send_message("10086", "ye")
        assert "AT+CMGL=0" not in device.heard

    run_virtual(main())


def test_indications_that_were_refused_are_asked_for_again(scripted: Any) -> None:
    async def main() -> None:
        device = scripted(dict.fromkeys(INDICATIONS, REFUSED))
        modem = await device.modem()
        takes(device, 1)
        await modem.send_message("10086", "ye")
        assert "reports are not told" in kinds(modem, EquipmentTrouble)[0].what
        device.table[INDICATIONS[0]] = OK
        await modem.health(registered=False)
        mark = modem.events.mark()
        await modem.send_message("10086", "ye")
        assert not [event for event in modem.events.since(mark) if isinstance(event, EquipmentTrouble)]
        device.heard.clear()
        await modem.health(registered=False)
        assert not [line for line in device.heard if "CNMI" in line]

    run_virtual(main())


def test_where_no_memory_may_be_chosen_the_one_that_receives_is_read(scripted: Any) -> None:
    """+CPMS= with three memories is refused, with one it is not: behind SR, messages are not sought there."""

    async def main() -> None:
        device = scripted({f'AT+CPMS="{name}","{name}","{name}"': REFUSED for name in ("ME", "SM")})
        device.table |= {
            "AT+CPMS?": lines('+CPMS: "SR",0,10,"SM",1,20,"SM",1,20'),
            "AT+CMGR=8": lines("+CMGR: ,26", report(42)),
        }
        modem = await device.modem()
        device.say('+CDSI: "SR",8')
        assert await modem.events.wait(StatusReported, within=5, since=0)
        await device.hears("AT+CMGD=8")
        device.table["AT+CMGL=0"] = [lines("+CMGL: 3,0,,29", PDU), OK]
        device.heard.clear()
        await modem.fetch_unread()
        assert [line for line in device.heard if "CMGL" in line or "CPMS=" in line][:2] == [
            'AT+CPMS="SM"',
            "AT+CMGL=0",
        ]
        assert kinds(modem, MessageReceived)

    run_virtual(main())


def test_a_modem_that_does_not_say_whether_it_has_room(scripted: Any) -> None:
    async def main() -> None:
        for answer in (OK, REFUSED):
            device = scripted({"AT+CPMS?": answer})
            modem = await device.modem()
            assert await modem.full_memory() == ""
            assert "nobody knows whether m1 has room" in kinds(modem, EquipmentTrouble)[0].what
        room = lines('+CPMS: "SM",1,20,"SM",1,20,"SM",1,20')
        device = scripted({"AT+CPMS?": [OK, room]})
        modem = await device.modem()
        assert await modem.full_memory() == "" and not kinds(modem, EquipmentTrouble)

    run_virtual(main())
