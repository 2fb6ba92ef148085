"""DTMF as it is sent, and as detectors of several makers tell it (27.007 C.2.11; modems.md 5.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]


async def up(desk: Desk) -> None:
    await desk.at("ATD10086;")
    desk.air.progress(desk.air.calls[-1], 0)
    await desk.later(0.1)


@pytest.mark.parametrize(
    ("profile", "given", "tones"),
    [
        ("generic", "5", "5"),
        ("generic", '"5"', "5"),
        ("generic", "#", "#"),
        ("generic", "a", "A"),
        ("generic", "{5,3}", "5"),
        ("generic", "1,2,{3,2},D", "123D"),
        ("generic", "1,2", "12"),
        ("generic", "5,10", "5"),
        ("generic", '"1,2,3"', "123"),
        ("quectel", '"1234567890A"', "1234567890A"),
        ("quectel", "1,2", "1"),
        ("huawei", "*,255", "*"),
    ],
)
def test_what_is_sent(on_desk: OnDesk, profile: str, given: str, tones: str) -> None:
    async def scenario(desk: Desk) -> None:
        await up(desk)
        assert (await desk.lines(f"AT+VTS={given}", 5))[-1] == "OK"
        assert "".join(desk.air.tones) == tones

    on_desk(scenario, profile=profile)


@pytest.mark.parametrize("given", ["", "E", "55", '""', "{5}", "{5,3", "5,", "5;5", "1,2,E", '"5'])
def test_what_is_no_tone(on_desk: OnDesk, given: str) -> None:
    async def scenario(desk: Desk) -> None:
        await up(desk)
        assert "OK" not in await desk.lines(f"AT+VTS={given}", 5)

    on_desk(scenario)


def test_tones_take_their_time_and_then_comes_ok(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await up(desk)
        await desk.at("AT+VTD=4")
        assert await desk.at('AT+VTS="123"', 0.2) == b"" and desk.air.tones == ["1"]
        assert await desk.later(0.5) == b"" and desk.air.tones == ["1", "2"]
        assert await desk.later(1) == b"\r\nOK\r\n" and desk.air.tones == ["1", "2", "3"]
        desk.modem.received(b'AT+VTS="456"\r')
        await desk.later(0.1)
        desk.air.release(desk.air.calls[0], 16)
        assert (await desk.later(3)).endswith(b"\r\nOK\r\n\r\nNO CARRIER\r\n")
        assert await desk.lines("AT+CMEE=1;+VTS=1") == ["+CME ERROR: 3"]

    on_desk(scenario)


def test_a_tone_on_one_call(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await up(desk)
        assert (await desk.lines("AT^DTMF=1,5"))[-1] == "OK" and desk.air.tones == ["5"]
        assert await desk.lines("AT+CMEE=1;^DTMF=2,5") == ["+CME ERROR: 3"]
        assert await desk.lines("AT^DTMF=1") == ["+CME ERROR: 50"]

    async def unknown(desk: Desk) -> None:
        await up(desk)
        assert await desk.lines("AT^DTMF=1,5") == ["ERROR"]

    on_desk(scenario, profile="huawei")
    on_desk(unknown, profile="quectel")


@pytest.mark.parametrize(
    ("profile", "on", "told"),
    [
        ("quectel", "AT+QTONEDET=1", b"\r\n+QTONEDET: 53\r\n\r\n+QTONEDET: 42\r\n"),
        ("simcom", "AT+DDET=1", b"\r\n+RXDTMF: 5\r\r\n\r\n+RXDTMF: *\r\r\n"),
        ("sim800", "AT+DDET=1", b"\r\n+DTMF:5\r\n\r\n+DTMF:*\r\n"),
        ("sim800", "AT+DDET=1,1000,1", b"\r\n+DTMF:5,160\r\n\r\n+DTMF:*,160\r\n"),
        ("telit", "AT#DTMF=1", b"\r\n#DTMFEV: 5\r\n\r\n#DTMFEV: *\r\n"),
        ("huawei", "AT^DDTMFCFG=0,1", b"\r\n^DDTMF: 5\r\n\r\n^DDTMF: *\r\n"),
        ("ublox", "AT+UDTMFD=1,2", b"\r\n+UUDTMFD: 5\r\n\r\n+UUDTMFD: *\r\n"),
    ],
)
def test_what_is_heard(on_desk: OnDesk, profile: str, on: str, told: bytes) -> None:
    """Off until it is switched on, and again after a restart."""

    async def scenario(desk: Desk) -> None:
        await up(desk)
        leg = desk.air.calls[0]
        desk.modem.heard(leg, "5")
        assert await desk.later() == b""
        assert await desk.lines(on) == ["OK"]
        desk.modem.heard(leg, "5")
        desk.modem.heard(leg, "*")
        assert await desk.later() == told
        await desk.at("AT&W")
        desk.modem.reset()
        await desk.later(20)
        desk.modem.heard(leg, "5")
        assert await desk.later() == b""

    on_desk(scenario, profile=profile)


@pytest.mark.parametrize("profile", ["generic", "cinterion", "zte"])
def test_most_makers_hear_nothing(on_desk: OnDesk, profile: str) -> None:
    async def scenario(desk: Desk) -> None:
        await up(desk)
        desk.modem.heard(desk.air.calls[0], "5")
        assert await desk.later() == b""
        for line in ("AT+DDET=1", "AT+QTONEDET=1"):
            assert await desk.lines(line) == ["ERROR"]

    on_desk(scenario, profile=profile)
