"""Long messages as a modem gives them: routed, announced, listed; in any order, twice, or in vain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from interop.engine.clock import run_virtual
from interop.record.events import EquipmentTrouble, LinkBack, MessageReceived, ModemReset, PartReceived
from interop.smspdu import Address, Dcs, Deliver, InformationElement, Part, Timestamp, UserData, split_text

OK = b"\r\nOK\r\n"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
TEXT = "【甲银行】尊敬的客户，您的验证码是 482913，五分钟内有效，请勿告诉他人。😀" * 4
BANK = "1065795588"
# As an American network sent it, by two service centres (ModemManager, src/tests/test-sms-part-3gpp.c)
PUBLISHED = (
    "07912160130320F5440B916171056429F5000021405291650569A00500034C0201A9E8F41C949E"
    "83C2207B599E07B1DFEE33885E9ED341E4F23C7D7697C920FA1B54C697E5E3F4BC0C6AD7D9F434"
    "081E96D341E3303C2C4EB3D3F4BC0B94A483E6E8779D4D06CDD1EF3BA80E0785E7A0B7BB0C6A97"
    "E7F3F0B9CC02B9DF7450780EA2DFDF2C50780EA2A3CBA0BA9B5C96B3F369F71954768FDFE4B4FB"
    "0C9297E1F2F2BCECA6CF41",
    "07912160130320F6440B916171056429F5000021405291651569320500034C0202E9E8301D4447"
    "9741F0B09C3E0785E56590BCCC0ED3CB6410FD0D7ABBCBA0B0FB4D4797E52E10",
)


def parts(
    text: str = TEXT, *, reference: int = 7, wide: bool = False, sender: str = BANK, at: float = 0.0
) -> list[str]:
    """The PDUs of a long message, one second apart at the service centre."""
    return [
        pdu(Deliver(Address.parse(sender), stamp(at + second), *part))
        for second, part in enumerate(split_text(text, reference=reference, wide=wide))
    ]


def stamp(at: float) -> Timestamp:
    return Timestamp.of(NOON + timedelta(seconds=at))


def pdu(deliver: Deliver) -> str:
    return "00" + deliver.encode().hex().upper()


def odd(body: str | bytes, *octets: int, at: float = 0.0) -> str:
    """A message whose concatenation element (8 bit) holds `octets`."""
    data = UserData(body, (InformationElement(0, bytes(octets)),))
    return pdu(Deliver(Address.parse(BANK), stamp(at), Dcs(8 if isinstance(body, str) else 4), data))


def lines(*texts: str) -> bytes:
    return "".join(f"\r\n{text}\r\n" for text in (*texts, "OK")).encode()


def kinds(modem: Any, *wanted: type[Any]) -> list[Any]:
    return [event for event in modem.events.since(0) if isinstance(event, wanted)]


async def routed(device: Any, pdus: Iterable[str]) -> None:
    for each in pdus:
        device.say(f"+CMT: ,{len(each) // 2 - 1}", each)
    await asyncio.sleep(1)


async def received(scripted: Any, *pdus: str) -> Any:
    device = scripted()
    modem = await device.modem()
    await routed(device, pdus)
    return modem


def texts(modem: Any) -> list[str]:
    return [event.text for event in kinds(modem, MessageReceived)]


@pytest.mark.parametrize("wide", [False, True])
def test_parts_are_told_as_they_come_and_the_whole_once(wide: bool, scripted: Any) -> None:
    sent = parts(wide=wide, reference=300 if wide else 255)

    async def main() -> None:
        for order in permutations(range(3)):
            modem = await received(scripted, *(sent[number] for number in order))
            *told, whole = modem.events.since(0)
            assert [(type(each), each.number, each.total) for each in told] == [
                (PartReceived, number + 1, 3) for number in order
            ]
            assert [each.tpdu for each in told] == [sent[number][2:] for number in order]
            assert {each.reference for each in told} == {300 if wide else 255}
            assert "".join(each.text for each in sorted(told, key=lambda each: each.number)) == TEXT
            assert whole == MessageReceived(BANK, 0x81, TEXT, "2026-01-05T12:00:02+00:00", parts=3)

    run_virtual(main())


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_published_message(order: tuple[int, int], scripted: Any) -> None:
    async def main() -> None:
        modem = await received(scripted, *(PUBLISHED[number] for number in order))
        assert kinds(modem, MessageReceived) == [
            MessageReceived(
                "+16175046925",
                0x91,
                "This is a very long test designed to exercise multi part capability. It should show up as "
                "one message, not as two, as the underlying encoding represents that the parts are related "
                "to one another. ",
                "2012-04-25T19:56:51-04:00",
                smsc=("+12063130025", "+12063130026")[order[-1]],
                parts=2,
            )
        ]
        assert [each.smsc for each in kinds(modem, PartReceived)] == [
            ("+12063130025", "+12063130026")[number] for number in order
        ]

    run_virtual(main())


@pytest.mark.parametrize("how", ["stored", "listed"])
def test_stored_parts(how: str, scripted: Any) -> None:
    async def main() -> None:
        two, three, first = (parts()[number] for number in (1, 2, 0))
        device = scripted()
        modem = await device.modem()
        if how == "stored":
            for index, each in enumerate((two, three, first), 1):
                device.table[f"AT+CMGR={index}"] = lines(f"+CMGR: 0,,{len(each) // 2 - 1}", each)
                device.say(f'+CMTI: "ME",{index}')
        else:
            rows = [
                row for index, each in enumerate((two, three), 1) for row in (f"+CMGL: {index},0,,99", each)
            ]
            device.table["AT+CMGL=0"] = [lines(*rows), OK, OK]
            await modem.fetch_unread()
            await routed(device, [first])
        assert await modem.events.wait(MessageReceived, within=10, since=0)
        assert texts(modem) == [TEXT] and len(kinds(modem, PartReceived)) == 3
        assert not kinds(modem, EquipmentTrouble)

    run_virtual(main())


def test_senders_and_references_interleaved(scripted: Any) -> None:
    async def main() -> None:
        messages = [
            parts("甲" * 100, reference=7),
            parts("乙" * 100, reference=8),
            parts("丙" * 100, reference=7, sender="95533"),
            parts("丁" * 100, reference=7, wide=True),
        ]
        modem = await received(scripted, *(each[0] for each in messages), *(each[1] for each in messages))
        assert texts(modem) == [char * 100 for char in "甲乙丙丁"]

    run_virtual(main())


def test_a_copy_of_a_part_is_told_and_completes_nothing(scripted: Any) -> None:
    async def main() -> None:
        one, two, three = parts()
        modem = await received(scripted, one, one, two, three, three, *parts("新的" * 50, at=300))
        assert texts(modem) == [TEXT, "新的" * 50]
        assert len(kinds(modem, PartReceived)) == 7 and not kinds(modem, EquipmentTrouble)

    run_virtual(main())


@pytest.mark.parametrize(("later", "ours"), [(18, False), (0, True)])
def test_a_second_full_copy(later: int, ours: bool, scripted: Any) -> None:
    """Of the network when the centre was given it twice (TP-SCTS); unchanged, it may not have heard us."""

    async def main() -> None:
        modem = await received(scripted, *parts(), *parts(at=later))
        assert texts(modem) == [TEXT, TEXT]
        trouble = kinds(modem, EquipmentTrouble)
        assert [each.what for each in trouble] == (
            ["m1: the message of 2026-01-05T12:00:00+00:00 came twice, unchanged"] if ours else []
        )

    run_virtual(main())


def test_parts_that_another_run_left_behind_meet_none_of_today(scripted: Any) -> None:
    """The sender's reference is always 0, and the last part of yesterday's message lay on the SIM."""

    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        yesterday = parts("旧" * 100, reference=0, at=-86400)[1]
        device.table["AT+CMGL=0"] = [lines("+CMGL: 1,0,,99", yesterday), OK, OK]
        await modem.fetch_unread()
        await routed(device, parts("新" * 100, reference=0))
        assert texts(modem) == ["新" * 100]

    run_virtual(main())


@pytest.mark.parametrize(("later", "text"), [(3, "旧新"), (180, None)])
def test_a_part_that_was_stored_before_the_first_message_of_the_run(
    later: int, text: str | None, scripted: Any
) -> None:
    """It may be of just now, as what follows at once shows, or have been left behind by the run before."""

    async def main() -> None:
        device = scripted({"AT+CMGS=12": b"\r\n> "})
        modem = await device.modem()
        device.table["AT+CMGL=0"] = [lines("+CMGL: 1,0,,99", odd("旧", 0, 2, 1)), OK, OK]
        device.table["0021000581" + "0180F6" + "0000" + "02" + "F932"] = lines("+CMGS: 1")
        await modem.send_message("10086", "ye")
        assert len(kinds(modem, PartReceived)) == 1
        await routed(device, [odd("新", 0, 2, 2, at=later)])
        assert texts(modem) == ([text] if text else [])
        await routed(device, [odd("真", 0, 2, 1, at=later)])
        assert texts(modem)[-1:] == ([text] if text else ["真新"])

    run_virtual(main())


def test_what_came_before_a_restart_and_a_loss_is_kept(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CGSN": lines("490154203237518")})
        device.table["AT+CRSM=176,12258,0,0,10"] = lines('+CRSM: 144,0,"98681011079000213254"')
        one, two, three = parts()
        modem = await device.modem()
        await routed(device, [one])
        device.say("RDY")
        assert await modem.events.wait(ModemReset, within=10, since=0)
        await routed(device, [three])
        device.far.lose("unplugged")
        device.far.return_()
        assert await modem.events.wait(LinkBack, within=60, since=0)
        await routed(device, [two])
        assert texts(modem) == [TEXT]
        await modem.close()

    run_virtual(main())


def test_what_cannot_be_joined_is_told_as_it_came(scripted: Any) -> None:
    """Part 0, part 3 of 2, of 0, an element cut short: no parts (9.2.3.24.1). 1 of 1 is whole."""

    async def main() -> None:
        elements = [(5, 2, 0), (5, 2, 3), (5, 0, 0), (5, 0, 1), (5, 2), (5, 1, 1)]
        modem = await received(scripted, *(odd("文", *octets) for octets in elements))
        assert modem.events.since(0) == [
            MessageReceived(BANK, 0x81, "文", "2026-01-05T12:00:00+00:00", tpdu=odd("文", *octets)[2:])
            for octets in elements
        ]

    run_virtual(main())


def test_mixed_alphabets_and_the_same_text_in_both_parts(scripted: Any) -> None:
    async def main() -> None:
        header = (Part(9, 2, 1).element(),)
        seven_bit = pdu(Deliver(Address.parse(BANK), stamp(0), Dcs(0), UserData("code 1{", header)))
        modem = await received(
            scripted, seven_bit, odd("验", 9, 2, 2), odd("同", 8, 2, 1), odd("同", 8, 2, 2)
        )
        assert texts(modem) == ["code 1{验", "同同"]
        modem = await received(scripted, odd("验", 3, 2, 1), odd(b"\x01\xff", 3, 2, 2))
        assert texts(modem) == ["9A8C01FF"]
        assert [event.text for event in kinds(modem, PartReceived)] == ["验", "01FF"]

    run_virtual(main())


def test_halves_of_a_surrogate_pair_find_each_other(scripted: Any) -> None:
    """Not as the standard wants it, but senders cut so (messages.md 2)."""

    async def main() -> None:
        modem = await received(scripted, odd("a\ud83d", 1, 2, 1), odd("\ude00b", 1, 2, 2))
        assert texts(modem) == ["a😀b"]

    run_virtual(main())
