"""WAP pushes at a modem: read by us, told as what they are, deleted or kept for the modem's own client."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from interop.engine.clock import run_virtual
from interop.mms import After, DeliveryInd, NotificationInd, Pdu, ReadOrigInd, SendConf, encode, to_push
from interop.record.events import (
    EquipmentTrouble,
    MessageReceived,
    MmsNotified,
    MmsReadHeard,
    MmsReported,
    Note,
    PartReceived,
)
from interop.smspdu import Address, Dcs, Deliver, Ports, Push, Timestamp, UserData

OK = b"\r\nOK\r\n"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
# A notification out of the tests of mmsd (test-mmsutil.c), behind the push headers of WAP-230-WSP 8.2.4.1
PUBLISHED = bytes.fromhex(
    "01 06 03 BE AF84"
    "8C8298 4F67514B4B4200 8D90 8908804572 6F74696B00 9650696E2D55707300 8A80 8E024000 88058103 03F480"
    "83687474703A2F2F657073332E64652F4F2F5A39495A4F00"
)
NOTICE = NotificationInd("T7", "http://10.0.0.9/m/7", 20480, After(86400), sender="+8617090001234/TYPE=PLMN")
LONG = NotificationInd(
    "T8", f"http://mmsc.example.cn/{'x' * 150}", 300, NOON + timedelta(hours=2), subject="图"
)
REPORT = DeliveryInd("m-1", "+8618600000002/TYPE=PLMN", NOON, 129)
READ = ReadOrigInd("m-1", "+8617090001234/TYPE=PLMN", "+8618600000002/TYPE=PLMN", NOON, 128)
KEEPS = "sim800"


def delivers(parts: Sequence[tuple[Dcs, UserData]], at: float = 0.0) -> list[str]:
    stamp = Timestamp.of(NOON + timedelta(seconds=at))
    sent = [Deliver(Address.parse("10658000"), stamp, *part) for part in parts]
    return ["00" + one.encode().hex().upper() for one in sent]


def pushed(pdu: Pdu | bytes, *, reference: int = 1, at: float = 0.0) -> list[str]:
    push = to_push(pdu) if not isinstance(pdu, bytes) else Push(0x3E, b"\xaf\x84", pdu)
    return delivers(push.messages(reference=reference), at)


def addressed(body: bytes, port: int = 2948) -> str:
    data = UserData(body, (Ports(port, 9200).element(),))
    return delivers([(Dcs(4), data)])[0]


def kinds(modem: Any, *wanted: type[Any]) -> list[Any]:
    return [event for event in modem.events.since(0) if isinstance(event, wanted)]


async def received(scripted: Any, *pdus: str) -> Any:
    device = scripted()
    modem = await device.modem()
    for each in pdus:
        device.say(f"+CMT: ,{len(each) // 2 - 1}", each)
    await asyncio.sleep(1)
    return modem


def test_a_published_notification_and_no_message(scripted: Any) -> None:
    async def main() -> None:
        sent = addressed(PUBLISHED)
        modem = await received(scripted, sent)
        [told] = kinds(modem, MmsNotified, MessageReceived, Note, EquipmentTrouble)
        assert told == MmsNotified(
            transaction="OgQKKB",
            location="http://eps3.de/O/Z9IZO",
            size=16384,
            sender="Erotik",
            subject="Pin-Ups",
            message_class="personal",
            expires_s=259200.0,
            tpdu=sent[2:],
        )
        [notification] = modem._messages.notifications(0)
        assert (notification.transaction, notification.expiry) == ("OgQKKB", After(259200))
        assert modem._messages.notifications(modem.events.mark()) == []

    run_virtual(main())


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_one_in_two_parts(order: tuple[int, int], scripted: Any) -> None:
    """Each part is told as it came; the time to its end counts from when the service centre had it."""

    async def main() -> None:
        parts = pushed(LONG)
        assert len(parts) == 2
        modem = await received(scripted, *(parts[at] for at in order))
        told = kinds(modem, PartReceived, MmsNotified, MessageReceived)
        assert [type(event) for event in told] == [PartReceived, PartReceived, MmsNotified]
        assert [(part.number, part.text, part.tpdu) for part in told[:2]] == [
            (at + 1, "", parts[at][2:]) for at in order
        ]
        assert (told[2].location, told[2].subject, told[2].tpdu) == (LONG.location, "图", "")
        assert told[2].expires_s == 7200.0

    run_virtual(main())


def test_a_mark_divides_the_notifications(scripted: Any) -> None:
    async def main() -> None:
        modem = await received(scripted, *pushed(NOTICE))
        mark = modem.events.mark()
        for each in pushed(LONG, reference=2):
            modem._messages._inbox.take(each)
        assert [one.transaction for one in modem._messages.notifications(0)] == ["T7", "T8"]
        assert [one.transaction for one in modem._messages.notifications(mark)] == ["T8"]

    run_virtual(main())


def test_reports(scripted: Any) -> None:
    async def main() -> None:
        modem = await received(scripted, *pushed(REPORT), *pushed(READ))
        delivered, read = kinds(modem, MmsReported, MmsReadHeard)
        assert delivered == MmsReported("m-1", "+8618600000002", 129, NOON.isoformat(), pushed(REPORT)[0][2:])
        assert read == MmsReadHeard("m-1", "+8618600000002", 128, pushed(READ)[0][2:])
        assert kinds(modem, MessageReceived, EquipmentTrouble) == []
        assert modem._messages.notifications(0) == []

    run_virtual(main())


@pytest.mark.parametrize(
    ("sent", "noted"),
    [
        (addressed(bytes.fromhex("0106 01AE 02056A0045C6")), "no multimedia message"),  # a service indication
        (pushed(encode(SendConf("T1", 128)))[0], "no multimedia message"),
        (addressed(PUBLISHED[:30]), "no multimedia message"),
        (addressed(b"\x01\x06"), "no multimedia message"),
        (addressed(PUBLISHED.replace(b"\x8c\x82", b"\x8c\xee")), "no multimedia message"),
        (addressed(PUBLISHED, port=2949), ""),
        (delivers([(Dcs(4), UserData(PUBLISHED))])[0], ""),
        (delivers([(Dcs(0), UserData("Hello", (Ports(2948, 9200).element(),)))])[0], "no multimedia message"),
        (delivers([(Dcs(4), UserData(b"1", (Ports(148, 240, narrow=True).element(),)))])[0], ""),
    ],
)
def test_what_is_none_stays_a_message_and_accuses_nobody(sent: str, noted: str, scripted: Any) -> None:
    async def main() -> None:
        modem = await received(scripted, sent)
        [message] = kinds(modem, MessageReceived, MmsNotified, MmsReported, EquipmentTrouble)
        assert isinstance(message, MessageReceived) and message.tpdu == sent[2:]
        notes = [note.text for note in kinds(modem, Note)]
        assert len(notes) == bool(noted) and all(noted in note for note in notes)

    run_virtual(main())


def test_one_that_the_service_centre_brings_twice_is_told_twice_and_noticed(scripted: Any) -> None:
    async def main() -> None:
        modem = await received(scripted, *pushed(NOTICE), *pushed(NOTICE))
        assert len(kinds(modem, MmsNotified)) == 2
        [trouble] = kinds(modem, EquipmentTrouble)
        assert "came twice" in trouble.what

    run_virtual(main())


# Where they lie


class Memory:
    """The SM of a modem: what AT+CMGR, +CMGL and +CMGD see and do."""

    def __init__(self, device: Any) -> None:
        self.device = device
        self.slots: dict[int, str] = {}
        self.known: set[int] = set()

    def store(self, pdu: str, index: int, announce: str = '+CMTI: "SM",{}') -> None:
        self.slots[index] = pdu
        self.device.table[f"AT+CMGR={index}"] = f"\r\n+CMGR: 0,,20\r\n{pdu}\r\n".encode() + OK
        self.device.say(announce.format(index))

    @property
    def deleted(self) -> list[int]:
        return [int(line[8:]) for line in self.device.heard if line.startswith("AT+CMGD=")]


async def stocked(scripted: Any, dialect: str, pdus: Sequence[str], announce: str = '+CMTI: "SM",{}') -> Any:
    device = scripted()
    modem = await device.modem(dialect)
    device.heard.clear()
    memory = Memory(device)
    for index, pdu in enumerate(pdus, 3):
        memory.store(pdu, index, announce)
    await asyncio.sleep(1)
    return modem, memory


@pytest.mark.parametrize("announce", ['+CMTI: "SM",{}', '+CMTI: "SM",{},"MMS PUSH",2,1'])
def test_a_stored_push_is_fetched_and_deleted_like_any_message(announce: str, scripted: Any) -> None:
    async def main() -> None:
        modem, memory = await stocked(scripted, "generic", pushed(LONG), announce)
        assert [told.transaction for told in kinds(modem, MmsNotified)] == ["T8"]
        assert memory.deleted == [3, 4]
        async with modem._messages.stored(LONG) as index:
            assert index is None
        assert kinds(modem, EquipmentTrouble) == []

    run_virtual(main())


def test_a_push_that_the_modems_client_fetches_by_stays_until_then(scripted: Any) -> None:
    async def main() -> None:
        modem, memory = await stocked(scripted, KEEPS, [*pushed(LONG)[::-1], *pushed(REPORT, reference=2)])
        assert memory.deleted == [5], "the report is of no use to it"
        with pytest.raises(ZeroDivisionError):
            async with modem._messages.stored(LONG) as index:
                assert index == 4, "where its first part lies"
                raise ZeroDivisionError
        assert memory.deleted == [5], "it may be tried again"
        async with modem._messages.stored(LONG) as index:
            assert index == 4
        assert sorted(memory.deleted) == [3, 4, 5]
        async with modem._messages.stored(LONG) as index:
            assert index is None

    run_virtual(main())


def test_its_memory_is_chosen_and_nothing_else_read_meanwhile(scripted: Any) -> None:
    async def main() -> None:
        modem, memory = await stocked(scripted, KEEPS, pushed(NOTICE))
        memory.device.table["AT+CMGR=9"] = b"\r\n+CMGR: ,26\r\n" + pushed(REPORT)[0].encode() + b"\r\n" + OK
        memory.device.say('+CDSI: "SR",9')
        await memory.device.hears("AT+CMGD=9")
        memory.device.heard.clear()
        async with modem._messages.stored(NOTICE) as index:
            assert index == 3 and memory.device.heard == ['AT+CPMS="SM"']
            memory.device.say('+CMTI: "SM",9')
            await asyncio.sleep(5)
            assert memory.device.heard == ['AT+CPMS="SM"']
        await memory.device.hears("AT+CMGD=9")
        assert memory.device.heard == ['AT+CPMS="SM"', "AT+CMGD=3", "AT+CMGR=9", "AT+CMGD=9"]

    run_virtual(main())


def test_pushes_that_nobody_fetches_do_not_fill_the_memory(scripted: Any) -> None:
    async def main() -> None:
        notices = [
            pushed(NotificationInd(f"T{at}", f"http://m/{at}", 1, After(9)), reference=at)[0]
            for at in range(12)
        ]
        modem, memory = await stocked(scripted, KEEPS, notices)
        await asyncio.sleep(5)
        assert memory.deleted == [3, 4, 5, 6], "the oldest"
        async with modem._messages.stored(modem._messages.notifications(0)[0]) as index:
            assert index is None
        await modem.close()
        assert memory.deleted == list(range(3, 15))

    run_virtual(main())


def test_what_is_listed_after_a_restart_is_kept_too(scripted: Any) -> None:
    async def main() -> None:
        [sent] = pushed(NOTICE)
        device = scripted({"AT+CMGL=0": [f"\r\n+CMGL: 7,0,,20\r\n{sent}\r\n".encode() + OK, OK]})
        modem = await device.modem(KEEPS)
        await modem.fetch_unread()
        assert not [line for line in device.heard if line.startswith("AT+CMGD")]
        async with modem._messages.stored(NOTICE) as index:
            assert index == 7
        assert device.heard[-1] == "AT+CMGD=7"

    run_virtual(main())


def test_a_push_that_cannot_be_deleted_after_its_fetch_takes_nothing_away(scripted: Any) -> None:
    """What was fetched is there: the refusal must not reach whoever fetched it."""

    async def main() -> None:
        modem, memory = await stocked(scripted, KEEPS, pushed(NOTICE))
        memory.device.table["AT+CMGD=3"] = b"\r\n+CMS ERROR: 321\r\n"
        async with modem._messages.stored(NOTICE) as index:
            assert index == 3
        assert ("#", "a push that has been fetched is not deleted") in [
            (way, str(text).partition(":")[0]) for way, text in memory.device.paper.lines
        ]
        async with modem._messages.stored(NOTICE) as index:
            assert index is None

    run_virtual(main())
