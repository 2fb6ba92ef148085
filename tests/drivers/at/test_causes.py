"""Whose end it was, why, and what a modem that cannot tell may not be taken to say."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from drivers.at.causes import Causes
from interop.engine.clock import run_virtual
from interop.protocols.modem import CallOutcome, Progress
from interop.record.events import EquipmentTrouble

OK = b"\r\nOK\r\n"
BUSY_WITH_ITSELF = b"\r\n+CME ERROR: 100\r\n"


def ceer(text: str) -> bytes:
    return f"\r\n+CEER: {text}\r\n\r\nOK\r\n".encode()


def row(stat: int) -> bytes:
    return f'\r\n+CLCC: 1,0,{stat},0,0,"10086",129\r\n\r\nOK\r\n'.encode()


async def dialling(device: Any) -> tuple[Any, Any]:
    device.table["AT+CLCC"] = row(2)
    modem = await device.modem()
    call = await modem.dial("10086")
    await asyncio.sleep(3)
    return modem, call


def troubles(modem: Any) -> list[str]:
    return [event.what for event in modem.events.since(0) if isinstance(event, EquipmentTrouble)]


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        ("5,16", "5,21", 21),  # a NO ANSWER that was of nothing: +CEER is new, and says otherwise
        ("5,8", "5,8", None),  # it may be this call's cause as well as an older one's
        ("5,16", "5,16", 19),  # nobody answered: that one is an older call's
        ("5,19", "5,19", 19),
    ],
)
def test_a_word_need_not_be_of_this_call(before: str, after: str, cause: int | None, scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CEER": ceer(before)})
        _, call = await dialling(device)
        device.table |= {"AT+CEER": ceer(after), "AT+CLCC": OK}
        device.say("NO ANSWER")
        assert (await call.released(5)).cause == cause

    run_virtual(main())


def test_a_call_that_nobody_answered_did_not_end_normally_as_the_one_before(scripted: Any) -> None:
    """A stray NO CARRIER in the answer to an ATD that was refused, and +CEER of the call before."""

    async def main() -> None:
        device = scripted({"AT+CEER": ceer("5,16"), "AT+CLCC": OK})
        device.table["ATD10086;"] = b"\r\nNO CARRIER\r\n\r\n+CME ERROR: 30\r\n"
        modem = await device.modem()
        call = await modem.dial("10086")
        assert await call.released(15) == Progress(CallOutcome.RELEASED, None, "")

    run_virtual(main())


def test_a_word_alone_is_not_believed_where_the_modem_used_to_say_more(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CEER": ceer("5,16")})
        _, call = await dialling(device)
        device.table |= {"AT+CEER": b"\r\n+CME ERROR: 4\r\n", "AT+CLCC": OK}
        device.say("NO ANSWER")
        assert await call.released(5) == Progress(CallOutcome.RELEASED, None, "")

    run_virtual(main())


def test_silence_that_the_modem_will_not_bear_out_is_none(scripted: Any) -> None:
    """NO CARRIER came, and +CLCC is refused: whether the call is over, nobody knows."""

    async def main() -> None:
        device = scripted()
        _, call = await dialling(device)
        device.table["AT+CLCC"] = BUSY_WITH_ITSELF
        device.say("NO CARRIER")
        assert (await call.released(15)).outcome is CallOutcome.UNKNOWN

    run_virtual(main())


def test_a_refused_look_at_a_call_that_may_be_over_is_taken_again(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        _, call = await dialling(device)
        device.table["AT+CLCC"] = BUSY_WITH_ITSELF
        device.say("NO CARRIER")
        await asyncio.sleep(2)
        device.table["AT+CLCC"] = OK
        assert (await call.released(3)).outcome is CallOutcome.RELEASED

    run_virtual(main())


def test_a_call_that_is_said_to_be_over_and_listed(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        _, call = await dialling(device)
        device.say("NO CARRIER")
        still = await call.released(5)
        assert still.outcome is CallOutcome.SILENT and "lists it all the same" in still.text

    run_virtual(main())


def test_a_connect_that_the_list_of_calls_denies(scripted: Any) -> None:
    """ATD was answered CONNECT at once by a modem whose call never came about."""

    async def main() -> None:
        device = scripted({"ATD10086;": b"\r\nCONNECT\r\n", "AT+CLCC": row(2)})
        modem = await device.modem("zte")
        call = await modem.dial("10086")
        assert (await call.connected(10)).outcome is CallOutcome.UNKNOWN
        assert troubles(modem) == ["a call was said to be connected and is listed as dialling"]

    run_virtual(main())


def test_a_row_that_cannot_be_read_is_not_a_call_that_is_over(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        _, call = await dialling(device)
        device.table["AT+CLCC"] = b"\r\n+CLCC: 1,x\r\n\r\nOK\r\n"
        assert (await call.released(30)).outcome is not CallOutcome.RELEASED

    run_virtual(main())


def test_a_call_that_rises_again_is_our_trouble(scripted: Any) -> None:
    """Two empty lists and then the call again: the fail that was drawn from them must not stand."""

    async def main() -> None:
        device = scripted({"AT+CEER": ceer("5,16")})
        modem, call = await dialling(device)
        device.table["AT+CLCC"] = OK
        assert (await call.released(10)).outcome is CallOutcome.RELEASED
        device.table["AT+CLCC"] = row(0)
        await modem.hang_up_all()
        assert "call 1 was said to be over and is listed" in troubles(modem)

    run_virtual(main())


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ('3,"No route to destination"', '3,"No route to destination"'),
        ('"Client ended call"', "Client ended call"),
        ('"User","Busy"', '"User","Busy"'),
    ],
)
def test_only_quotes_around_all_that_ceer_says_are_taken_off(told: str, kept: str) -> None:
    channel = Mock()
    channel.ask = AsyncMock(return_value=told)
    assert asyncio.run(Causes(channel, Mock()).ask()) == kept
