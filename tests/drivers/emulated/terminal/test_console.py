"""The line discipline: V.250 6.2, and the prompt of 27.005 3.5.1."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]


def test_echo_is_on_until_told(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.at("AT") == b"AT\r\r\nOK\r\n"
        assert await desk.at("ATE0") == b"ATE0\r\r\nOK\r\n", "the echo of ATE0 itself still comes"
        assert await desk.at("AT") == b"\r\nOK\r\n"
        assert await desk.at("ATE1") == b"\r\nOK\r\n"
        assert await desk.at("AT") == b"AT\r\r\nOK\r\n"

    on_desk(scenario, quiet=False)


def test_digits_and_silence(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.at("ATV0") == b"0\r"
        assert await desk.at("AT+CSQ") == b"+CSQ: 22,99\r\n0\r"
        assert await desk.at("AT+NOSUCH") == b"4\r"
        assert await desk.at("ATV1Q1") == b""
        assert await desk.at("AT") == b""
        assert await desk.at("ATQ0") == b"\r\nOK\r\n"

    on_desk(scenario)


def test_errors_by_cmee(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines('AT+CRSM=999,"x"') == ["ERROR"]
        assert await desk.lines("AT+CMEE=1") == ["OK"]
        assert await desk.lines("AT+CPIN?") == ["+CME ERROR: 10"]
        assert await desk.lines("AT+CMEE=2;+CPIN?") == ["+CME ERROR: SIM not inserted"]
        assert await desk.lines("AT+CMGR=1") == ["+CMS ERROR: invalid memory index"]
        assert await desk.lines("AT+CMEE=1;+CMGR=1") == ["+CMS ERROR: 321"]
        assert await desk.lines("AT+CMEE=3") == ["+CME ERROR: 50"]
        assert await desk.lines("AT+CMEE=?") == ["+CMEE: (0-2)", "OK"]

    on_desk(scenario, slot=False)


def test_a_line_stops_at_its_first_error(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CSQ;+NOSUCH;+CGSN") == ["+CSQ: 22,99", "ERROR"]
        assert await desk.lines("AT+CMEE=1;+CREG=2;+CREG?") == [
            '+CREG: 2,1,"1790","01A2B3C4",7',
            "OK",
        ]

    on_desk(scenario)


def test_repeat_needs_no_cr(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CGSN")
        desk.modem.received(b"A/")
        assert await desk.later() == b"\r\n862107043556942\r\n\r\nOK\r\n"

    on_desk(scenario)


def test_noise_before_a_command(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        desk.modem.received(b"\x1b\rgarbage\r\0\0\nat\r")
        assert await desk.later() == b"\r\nOK\r\n", "ESC CR and a line without AT say nothing"

    on_desk(scenario)


def test_commands_sent_ahead_are_answered_in_order(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        for byte in b"AT+CSQ\rAT+CGSN\r":
            desk.modem.received(bytes([byte]))
        answers = await desk.later()
        assert answers == b"\r\n+CSQ: 22,99\r\n\r\nOK\r\n\r\n862107043556942\r\n\r\nOK\r\n"

    on_desk(scenario)


def test_escape_leaves_the_prompt(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.at("AT+CMGS=20") == b"\r\n> "
        desk.modem.received(b"0011\x1b")
        assert await desk.later() == b"\r\nOK\r\n"
        assert desk.air.submitted == []
        assert await desk.lines("AT") == ["OK"]

    on_desk(scenario)


def test_unsolicited_lines_wait_for_the_answer(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        desk.modem.received(b"AT+COPS=?\r")
        await desk.later()
        desk.air.ring("10086")
        assert await desk.later(1) == b""
        said = await desk.later(6)
        assert said.index(b"+COPS: (") < said.index(b"OK") < said.index(b"RING")

    on_desk(scenario)


def test_a_flood_without_line_ends_is_survived(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        for _ in range(300):
            desk.modem.received(b"x" * 1000)
        assert await desk.at("") == b""
        assert await desk.lines("AT") == ["OK"]

    on_desk(scenario)


def test_clac_lists_what_is_spoken(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        spoken = await desk.lines("AT+CLAC")
        for name in ("+CSQ", "+CMGS", "+CUSD", "D", "&F", "^DSCI"):
            assert name in spoken
        assert "^CURC" not in spoken

    on_desk(scenario, profile="quectel")
