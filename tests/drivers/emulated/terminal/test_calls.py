"""Calls: V.250 6.3, 27.007 6.5, 6.6, 7.6, 7.13, 7.18; call progress as Huawei, Quectel and SIMCom tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]


def test_outgoing_call(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CEER") == ["+CEER: No cause information available", "OK"]
        assert await desk.lines("ATD10086;") == ["OK"]
        assert desk.air.dialled == [("10086", False)]
        leg = desk.air.calls[0]
        assert await desk.lines("AT+CLCC") == ['+CLCC: 1,0,2,0,0,"10086",129', "OK"]
        desk.air.progress(leg, 3)
        assert await desk.lines("AT+CLCC") == ['+CLCC: 1,0,3,0,0,"10086",129', "OK"]
        desk.air.progress(leg, 0)
        assert await desk.lines("AT+CLCC") == ['+CLCC: 1,0,0,0,0,"10086",129', "OK"]
        assert await desk.lines("AT+VTS=5") == ["OK"]
        desk.air.release(leg, 16)
        assert await desk.later() == b"\r\nNO CARRIER\r\n"
        assert await desk.lines("AT+CLCC") == ["OK"]
        assert await desk.lines("AT+CEER") == ['+CEER: 16,"Normal call clearing"', "OK"]
        assert await desk.lines("AT+VTS=5") == ["ERROR"]

    on_desk(scenario)


@pytest.mark.parametrize(
    ("cause", "result"),
    [(17, "BUSY"), (19, "NO ANSWER"), (18, "NO ANSWER"), (1, "NO CARRIER"), (3, "NO CARRIER")],
)
def test_failed_attempts(on_desk: OnDesk, cause: int, result: str) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("ATD10086;")
        desk.air.release(desk.air.calls[0], cause)
        assert await desk.later() == f"\r\n{result}\r\n".encode()
        assert (await desk.lines("AT+CEER"))[0].startswith(f"+CEER: {cause},")
        for level, busy in ((0, "NO CARRIER"), (2, "NO CARRIER"), (3, "BUSY")):
            await desk.at(f"ATX{level}")
            await desk.at("ATD10086;")
            desk.air.release(desk.air.calls[0], 17)
            assert await desk.later() == f"\r\n{busy}\r\n".encode(), f"X{level}"

    on_desk(scenario)


@pytest.mark.parametrize(
    ("line", "dialled"),
    [
        ("ATD+8613800138000;", ("+8613800138000", False)),
        ("ATDT 138-0013-8000;", ("13800138000", False)),
        ("ATD10086I;", ("10086", True)),
        ("ATD10086i;", ("10086", False)),
        ("ATD#31#10086;", ("10086", True)),
        ("AT+CLIR=1;D10086;", ("10086", True)),
        ("AT+CLIR=1;D*31#10086;", ("10086", False)),
    ],
)
def test_dial_strings(on_desk: OnDesk, line: str, dialled: tuple[str, bool]) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines(line) == ["OK"]
        assert desk.air.dialled == [dialled]
        assert await desk.lines("ATH") == ["OK"]
        assert desk.air.hung_up == [16] and desk.air.calls == []
        assert await desk.lines("ATDL;") == ["OK"]
        assert desk.air.dialled[1][0] == dialled[0]

    on_desk(scenario)


def test_what_is_no_voice_call(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("ATD10086") == ["NO CARRIER"]
        assert await desk.lines("ATD;") == ["ERROR"]
        assert await desk.lines("ATDhello;") == ["ERROR"]
        assert await desk.lines("ATD*100#;") == ["OK"]
        assert desk.air.dialled == [] and desk.air.codes == ["*100#"]

    on_desk(scenario)


def test_incoming_call_rings_until_answered(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        leg = desk.air.ring("17090001234")
        assert await desk.later(5) == b"\r\nRING\r\n" * 2
        await desk.at("AT+CRC=1;+CLIP=1")
        assert await desk.later(4) == b'\r\n+CRING: VOICE\r\n\r\n+CLIP: "17090001234",129,,,,0\r\n'
        assert await desk.lines("AT+CLCC") == ['+CLCC: 1,1,4,0,0,"17090001234",129', "OK"]
        assert await desk.lines("ATA") == ["OK"]
        assert desk.air.answered == [leg]
        assert await desk.later(10) == b"", "no more rings"
        assert await desk.lines("AT+CHUP") == ["OK"]
        assert desk.air.hung_up == [16]
        assert await desk.lines("ATA") == ["NO CARRIER"]

    on_desk(scenario)


def test_withheld_number(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CLIP=1")
        leg = desk.air.ring("17090001234", validity=1)
        assert await desk.later() == b'\r\nRING\r\n\r\n+CLIP: "",128,,,,1\r\n'
        assert await desk.lines("AT+CLCC") == ["+CLCC: 1,1,4,0,0", "OK"]
        desk.air.release(leg, 16)
        assert await desk.later(10) == b"\r\nNO CARRIER\r\n"

    on_desk(scenario)


def test_a_caller_who_gives_up_while_we_answer(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        leg = desk.air.ring("10086")
        await desk.later()
        desk.modem.received(b"ATA\r")
        await desk.later(0.1)
        desk.air.answered.clear()
        desk.air.release(leg, 16)
        assert await desk.later(0.05) == b"\r\nNO CARRIER\r\n", "once: the result of ATA"

    on_desk(scenario)


def test_second_caller(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("ATD10086;")
        desk.air.progress(desk.air.calls[0], 0)
        assert await desk.lines("AT+CCWA=1;+CCWA?") == ["+CCWA: 1", "OK"]
        assert await desk.lines("AT+CCWA=1,2") == ["+CCWA: 0,1", "OK"], "to show it is not to have it"
        assert await desk.lines("AT+CCWA=1,1") == ["OK"]
        assert await desk.lines("AT+CCWA=1,2") == ["+CCWA: 1,1", "OK"]
        waiting = desk.air.ring("10010")
        assert await desk.later() == b'\r\n+CCWA: "10010",129,1\r\n'
        assert (await desk.lines("AT+CLCC"))[1] == '+CLCC: 2,1,5,0,0,"10010",129'
        assert await desk.lines("AT+CHLD=0") == ["OK"]
        assert desk.air.hung_up == [17]
        waiting = desk.air.ring("10010")
        await desk.later()
        assert await desk.lines("AT+CHLD=1") == ["OK"]
        assert desk.air.answered == [waiting]
        assert await desk.lines("AT+CLCC") == ['+CLCC: 2,1,0,0,0,"10010",129', "OK"]
        assert await desk.lines("AT+CMEE=1;+CHLD=5") == ["+CME ERROR: 4"]
        assert await desk.lines("AT+CHLD=12") == ["OK"]
        assert await desk.lines("AT+CLCC") == ["OK"]

    on_desk(scenario)


def test_a_call_that_waits_rings_when_the_other_ends(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CCWA=1,1;+CLIP=1")
        for end in ("far", "AT+CHLD=11"):
            await desk.at("ATD10086;")
            first = desk.air.calls[0]
            desk.air.progress(first, 0)
            waiting = desk.air.ring("10010", validity=1)
            assert await desk.later(9) == b'\r\n+CCWA: "",128,1,,1\r\n', "once, and it does not ring"
            if end == "far":
                desk.air.release(first, 16)
                said = await desk.later()
            else:
                said = await desk.at(end)
            assert said.endswith(b'\r\nRING\r\n\r\n+CLIP: "",128,,,,1\r\n')
            assert await desk.lines("AT+CLCC") == ["+CLCC: 2,1,4,0,0", "OK"]
            assert await desk.lines("ATA") == ["OK"]
            assert desk.air.answered.pop() is waiting
            await desk.at("ATH")
        assert desk.air.calls == []

    on_desk(scenario)


def test_waiting_calls_can_be_kept_to_the_list(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CCWA=0,1")
        await desk.at("ATD10086;")
        desk.air.progress(desk.air.calls[0], 0)
        desk.air.ring("10010")
        assert await desk.later(9) == b""
        assert (await desk.lines("AT+CLCC"))[1] == '+CLCC: 2,1,5,0,0,"10010",129'
        assert await desk.lines("AT+CMEE=1;+CCWA=2") == ["+CME ERROR: 50"]

    on_desk(scenario)


def progress(profile: str, *setup: str) -> Callable[[Desk], object]:
    async def scenario(desk: Desk) -> None:
        for line in setup:
            assert await desk.lines(line) == ["OK"]
        desk.modem.received(b"ATD10086;\r")
        said = [await desk.later()]
        leg = desk.air.calls[0]
        desk.air.progress(leg, 3)
        said.append(await desk.later())
        desk.air.progress(leg, 0)
        said.append(await desk.later(41))
        desk.air.release(leg, 17)
        said.append(await desk.later())
        desk.air.ring("10010")
        said.append(await desk.later(0.5))
        assert [line for part in said for line in part.decode().split("\r\n") if line] == TOLD[profile]

    return scenario


TOLD = {
    "huawei": [
        "OK", "^ORIG:1,0", "^CONF:1", "^CONN:1,0", "^CEND:1,41,67,17", "NO CARRIER", "RING",
    ],
    "quectel": [
        "OK", "^DSCI: 1,0,2,0,10086,129", '+QIND: "ccinfo",1,0,2,0,0,"10086",129',
        "^DSCI: 1,0,7,0,10086,129", '+QIND: "ccinfo",1,0,3,0,0,"10086",129',
        "^DSCI: 1,0,3,0,10086,129", '+QIND: "ccinfo",1,0,0,0,0,"10086",129',
        "^DSCI: 1,0,6,0,10086,129", '+QIND: "ccinfo",1,0,-1,0,0,"10086",129', "NO CARRIER",
        "^DSCI: 1,1,4,0,10010,129", '+QIND: "ccinfo",1,1,4,0,0,"10010",129', "RING",
    ],
    "simcom": [
        "OK", '+CLCC: 1,0,2,0,0,"10086",129', '+CLCC: 1,0,3,0,0,"10086",129',
        "VOICE CALL: BEGIN", '+CLCC: 1,0,0,0,0,"10086",129',
        "VOICE CALL: END: 000041", '+CLCC: 1,0,6,0,0,"10086",129', "NO CARRIER",
        '+CLCC: 1,1,4,0,0,"10010",129', "RING",
    ],
}  # fmt: skip


def test_progress_of_huawei(on_desk: OnDesk) -> None:
    on_desk(progress("huawei", "AT^CURC=1"), profile="huawei")


def test_progress_of_quectel(on_desk: OnDesk) -> None:
    on_desk(progress("quectel", "AT^DSCI=1", 'AT+QINDCFG="ccinfo",1'), profile="quectel")


def test_progress_of_simcom(on_desk: OnDesk) -> None:
    on_desk(progress("simcom", "AT+CLCC=1"), profile="simcom")


def test_progress_only_when_asked(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.at("ATD10086;") == b"\r\nOK\r\n"
        assert await desk.lines('AT+QINDCFG="ccinfo"') == ['+QINDCFG: "ccinfo",0', "OK"]

    on_desk(scenario, profile="quectel")
