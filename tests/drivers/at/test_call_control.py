"""Calls at one modem: one thing at a time, a waiting call for what it is, and no cause of an older call."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interop.engine.clock import run_virtual
from interop.protocols.errors import CommandRefused
from interop.protocols.modem import CallOutcome, CallStat
from interop.record.events import Answered, CallerId, Connected, Dialled, Event, HungUp, Released, Ringing

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"


def rows(*texts: str) -> bytes:
    return "".join(f"\r\n+CLCC: {text}\r\n" for text in texts).encode() + OK


def ceer(text: str) -> bytes:
    return f"\r\n+CEER: {text}\r\n".encode() + OK


def controls(device: Any) -> list[str]:
    return [line for line in device.heard if line.startswith(("ATD", "ATA", "ATH", "AT+CHUP", "AT+CHLD"))]


def test_dialling_and_hanging_up_never_overlap(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"ATD10086;": None, "AT+CLCC": OK})
        modem = await device.modem()
        dialling = asyncio.create_task(modem.dial("10086"))
        await device.hears("ATD10086;")
        hanging_up = asyncio.create_task(modem.hang_up_all())
        await asyncio.sleep(2)
        assert controls(device) == ["ATD10086;"]
        device.table["AT+CLCC"] = [rows("1,0,2,0,0"), OK]
        device.far.write(OK)
        call = await dialling
        await hanging_up
        assert controls(device) == ["ATD10086;", "AT+CHUP"]
        assert (await call.released(1)).outcome is CallOutcome.RELEASED
        assert modem.events.since(0)[-1] == HungUp()

    run_virtual(main())


# A call that waits (27.007 7.12)


async def talking(device: Any) -> Any:
    device.table["AT+CLCC"] = rows("1,0,0,0,0")
    modem = await device.modem()
    call = await modem.dial("10086")
    assert (await call.connected(5)).outcome is CallOutcome.CONNECTED
    return modem, call


def test_a_waiting_call_is_not_the_ringing_call_of_the_case(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem, _ = await talking(device)
        device.table["AT+CLCC"] = rows("1,0,0,0,0", '2,1,5,0,0,"13900001234",129')
        device.say('+CCWA: "13900001234",129,1,,0', '+CCWA: "13900001234",129,1,,0')
        assert await modem.offered(20) is None
        waiting = await modem.waiting(1)
        assert (waiting.number, waiting.validity) == ("13900001234", 0)
        assert modem.events.since(0)[2:] == [Ringing(waiting=True), CallerId("13900001234", 129, 0)]

    run_virtual(main())


@pytest.mark.parametrize("told", [True, False])
def test_it_is_refused_without_touching_the_other(told: bool, scripted: Any) -> None:
    """+CCWA may be lost: the row of +CLCC says the same."""

    async def main() -> None:
        device = scripted()
        modem, call = await talking(device)
        device.table["AT+CLCC"] = rows("1,0,0,0,0", '2,1,5,0,0,"13900001234",129')
        if told:
            device.say('+CCWA: "13900001234",129,1')
        waiting = await modem.waiting(20)
        device.lists["AT+CHLD=0"] = rows("1,0,0,0,0")
        await waiting.call.hang_up()
        assert controls(device) == ["ATD10086;", "AT+CHLD=0"]
        assert (await call.released(20)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_it_is_answered_in_place_of_the_other(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem, call = await talking(device)
        device.table["AT+CLCC"] = rows("1,0,0,0,0", "2,1,5,0,0")
        device.say('+CCWA: "13900001234",129,1')
        waiting = await modem.waiting(1)
        device.table["AT+CLCC"] = rows("2,1,0,0,0")
        await waiting.call.answer()
        assert controls(device) == ["ATD10086;", "AT+CHLD=1"]
        assert (await call.released(1)).outcome is CallOutcome.RELEASED
        assert (await waiting.call.released(20)).outcome is CallOutcome.SILENT
        kinds: list[type[Event]] = [type(event) for event in modem.events.since(0)]
        assert kinds == [Dialled, Connected, Ringing, CallerId, Answered, HungUp, Connected]

    run_virtual(main())


def test_it_rings_once_the_other_has_ended(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem, call = await talking(device)
        device.table["AT+CLCC"] = rows("1,0,0,0,0", "2,1,5,0,0")
        device.say('+CCWA: "13900001234",129,1')
        await modem.waiting(1)
        device.table["AT+CLCC"] = rows("2,1,4,0,0")
        device.say("NO CARRIER")
        assert (await call.released(5)).outcome is CallOutcome.RELEASED
        device.say("RING")
        await asyncio.sleep(5)
        assert [event for event in modem.events.since(0) if isinstance(event, Ringing)] == [Ringing(True)]

    run_virtual(main())


# +CLCC as it is


def test_rows_without_a_prefix_and_rows_of_data_calls(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CLCC": b'\r\n1,0,0,0,0,"10086",129,""\r\n' + OK})
        modem = await device.modem()
        assert [(entry.index, entry.stat) for entry in await modem.calls()] == [(1, CallStat.ACTIVE)]
        device.table["AT+CLCC"] = rows('1,0,0,1,0,"data",129', '2,1,4,0,0,"",128,"Wei, Li"', "3,0,6,0,0")
        assert [(entry.index, entry.stat) for entry in await modem.calls()] == [(2, CallStat.INCOMING)]

    run_virtual(main())


@pytest.mark.parametrize("bare", [0, 1])
def test_a_row_without_its_prefix_beside_one_that_has_it(bare: int, scripted: Any) -> None:
    """As where a byte was lost: the call of that row is not over."""
    listed = ['+CLCC: 1,0,1,0,0,"10086",129', '+CLCC: 2,0,0,0,0,"10010",129']
    listed[bare] = listed[bare].removeprefix("+CLCC: ")

    async def main() -> None:
        device = scripted({"AT+CLCC": "".join(f"\r\n{line}\r\n" for line in listed).encode() + OK})
        modem = await device.modem()
        stats = sorted((entry.index, entry.stat) for entry in await modem.calls())
        assert stats == [(1, CallStat.HELD), (2, CallStat.ACTIVE)]

    run_virtual(main())


def test_one_empty_answer_does_not_end_a_call(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CLCC": [rows("1,0,0,0,0"), OK, rows("1,0,0,0,0")]})
        modem = await device.modem()
        call = await modem.dial("10086")
        assert (await call.released(30)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_error_100_in_the_middle_of_a_call_is_harmless(scripted: Any) -> None:
    async def main() -> None:
        refused = b"\r\n+CME ERROR: 100\r\n"
        device = scripted({"AT+CLCC": [rows("1,0,3,0,0"), refused, refused, rows("1,0,0,0,0")]})
        modem = await device.modem()
        call = await modem.dial("10086")
        assert (await call.connected(30)).outcome is CallOutcome.CONNECTED
        device.table["AT+CLCC"] = refused
        await modem.hang_up_all()
        assert "AT+CHUP" in device.heard

    run_virtual(main())


def test_the_number_that_is_dialled_is_refused(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"ATD10086;": ERROR})
        modem = await device.modem()
        with pytest.raises(CommandRefused):
            await modem.dial("10086")
        device.table["ATD10086;"] = OK
        await modem.dial("10086")  # nothing of the first is left in the way

    run_virtual(main())


# Causes


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        ("5,17", "5,16", 16),
        ("5,17", "5,17", None),  # a call that was answered was not busy: it is the cause of an older one
        ("5,1", "5,1", None),
        ("5,16", "5,16", 16),  # the same again, and nothing speaks against it
    ],
)
def test_an_old_cause_does_not_explain_a_new_call(
    before: str, after: str, cause: int | None, scripted: Any
) -> None:
    async def main() -> None:
        device = scripted({"AT+CEER": ceer(before)})
        _, call = await talking(device)
        device.table |= {"AT+CEER": ceer(after), "AT+CLCC": OK}
        device.say("NO CARRIER")
        assert (await call.released(5)).cause == cause

    run_virtual(main())


def test_what_the_modem_says_of_the_end_itself_comes_before_an_old_text(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CEER": ceer("Normal call clearing"), "AT+CLCC": OK})
        modem = await device.modem()
        call = await modem.dial("10086")
        device.say("BUSY")
        await call.released(5)
        assert modem.events.since(0)[-1] == Released(17, "")

    run_virtual(main())


def test_an_e1550_is_given_no_chld_for_a_call_that_does_not_ring_yet(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CLCC": rows("1,0,0,0,0", "2,0,2,0,0")})
        modem = await device.modem("huawei")
        await modem.dial("10086")
        device.say("^ORIG:1,0", "^CONF:1", "^CONN:1,0")
        second = await modem.dial("10010")
        device.say("^ORIG:2,0")
        hanging_up = asyncio.create_task(second.hang_up())
        await asyncio.sleep(1)
        assert not any(line.startswith("AT+CHLD=1") for line in device.heard)
        device.say("^CONF:2")
        await hanging_up
        assert controls(device)[-1] == "AT+CHLD=12"

    run_virtual(main())
