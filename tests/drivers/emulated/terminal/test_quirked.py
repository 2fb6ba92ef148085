"""Each quirk on a modem: the bytes that a driver then gets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]


def answer(on_desk: OnDesk, quirk: str, line: str = "AT+CSQ", seconds: float = 1.0) -> bytes:
    """What comes back of one line on a modem with `quirk` and ATE0."""
    found = []

    async def scenario(desk: Desk) -> None:
        found.append(await desk.at(line, seconds))

    on_desk(scenario, quirks=(quirk,))
    return found[0]


def test_bytes_on_the_wire(on_desk: OnDesk) -> None:
    clean = b"\r\n+CSQ: 22,99\r\n\r\nOK\r\n"
    assert answer(on_desk, "echo.stuck") == b"AT+CSQ\r" + clean
    assert answer(on_desk, "lines.crcrlf") == clean.replace(b"\r\n", b"\r\r\n")
    assert answer(on_desk, "lines.lf") == clean.replace(b"\r\n", b"\n")
    assert answer(on_desk, "bytes.noise").startswith(b"\xff\0\r\n+CSQ")
    assert answer(on_desk, "error.verbose", "AT+CPIN=x") == b"\r\n+CME ERROR: operation not allowed\r\n"
    assert answer(on_desk, "prompt.bare", "AT+CMGS=20") == b">"
    assert answer(on_desk, "echo.stuck@modem=other") == clean
    assert answer(on_desk, "lines.lf@rate=0") == clean


def test_double_echo(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.at("AT") == b"AT\rAT\r\r\nOK\r\n"

    on_desk(scenario, quirks=("echo.double",), quiet=False)


def test_pieces_arrive_whole_and_in_order(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        desk.modem.received(b"AT+CGSN\rAT+CSQ\r")
        await asyncio.sleep(3)
        assert len(desk.pieces) > 10 and max(map(len, desk.pieces)) <= 3
        assert desk.read() == b"\r\n862107043556942\r\n\r\nOK\r\n\r\n+CSQ: 22,99\r\n\r\nOK\r\n"

    on_desk(scenario, quirks=("write.split@size=3,gap=0.02",))


def test_a_line_inside_the_answer(on_desk: OnDesk) -> None:
    before = answer(on_desk, "urc.inside@place=before,line=+CREG: 1")
    assert before == b"\r\n+CREG: 1\r\n\r\n+CSQ: 22,99\r\n\r\nOK\r\n"
    after = answer(on_desk, "urc.inside@place=after")
    assert after == b"\r\n+CSQ: 22,99\r\n\r\n^RSSI:19\r\n\r\nOK\r\n"


def test_a_late_answer_comes_all_the_same(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.at("AT+CSQ", 7.9) == b""
        desk.modem.received(b"AT+CGSN\r")
        late = await desk.later(1)
        assert late.index(b"+CSQ: 22") < late.index(b"862107043556942")
        assert await desk.lines("AT+CSQ") == ["+CSQ: 22,99", "OK"], "once only"

    on_desk(scenario, quirks=("answer.late@command=+CSQ,by=8,times=1",))


def test_a_restart_of_its_own(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("ATD10086;")
        assert desk.air.calls
        assert b"RDY" in await desk.later(20)
        assert await desk.at("AT") == b"AT\r\r\nOK\r\n", "echo is on again"
        assert await desk.at("ATE0", 30) == b"ATE0\r\r\nOK\r\n"
        assert await desk.later(100) == b"", "once"

    on_desk(scenario, quirks=("modem.reset@after=10",), profile="simcom")


def test_a_busy_sim(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMEE=1")
        assert await desk.lines("AT+CIMI") == ["+CME ERROR: 14"]
        assert await desk.lines("AT+CSQ") == ["+CSQ: 22,99", "OK"]
        await desk.later(20)
        assert await desk.lines("AT+CIMI") == ["460010123456789", "OK"]

    on_desk(scenario, quirks=("sim.busy@for=15",))


def test_a_full_storage(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert (await desk.lines("AT+CPMS?"))[0] == '+CPMS: "SM",20,20,"SM",20,20,"SM",20,20'
        assert desk.modem.message(bytes.fromhex("00"), "") is False

    on_desk(scenario, quirks=("storage.full",))


def test_a_banner_at_start(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        desk.modem.stop()
        desk.modem.start()
        assert await desk.later(3) == b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n"

    on_desk(scenario, quirks=("urc.boot",))


def test_a_share_of_nothing_is_nothing(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert desk.read() == b""
        assert (await desk.lines("AT+CPMS?"))[0].startswith('+CPMS: "SM",0,')

    on_desk(scenario, quirks=("storage.full@rate=0", "urc.boot@rate=0"), quiet=False)
