"""Registration: 27.007 7.2, 7.3, 10.1.20, 10.1.22, 8.71."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from drivers.emulated.air import Camp

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]
TELECOM = Camp(cs=0, eps=1, ims=1, plmn="46011", operator="CHN-CT")


def test_read_forms(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CREG?") == ["+CREG: 0,1", "OK"]
        await desk.at("AT+CREG=2;+CEREG=1;+CGREG=2")
        assert await desk.lines("AT+CREG?;+CEREG?;+CGREG?") == [
            '+CREG: 2,1,"1790","01A2B3C4",7',
            "+CEREG: 1,1",
            '+CGREG: 2,1,"1790","01A2B3C4",7',
            "OK",
        ]
        assert await desk.lines("AT+CIREG=2;+CIREG?") == ["+CIREG: 2,1,5", "OK"]
        assert await desk.lines("AT+CREG=3") == ["ERROR"]

    on_desk(scenario)


def test_changes_are_told_to_who_asked(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CREG=1;+CIREG=1")
        desk.modem.camped(replace(desk.air.home, cs=5, ims=0))
        assert await desk.later() == b"\r\n+CREG: 5\r\n\r\n+CIREGU: 0\r\n"
        desk.modem.camped(replace(desk.air.home, cs=5, ims=0, lac=7))
        assert await desk.later() == b"", "a new cell is told at level 2 only"

    on_desk(scenario)


def test_telecom_has_no_cs(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CREG?;+CEREG?;+CIREG?") == [
            "+CREG: 0,0",
            "+CEREG: 0,1",
            "+CIREG: 0,1",
            "OK",
        ]
        assert await desk.lines("ATD10000;") == ["OK"]

    on_desk(scenario, camp=TELECOM)


def test_operator_names(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+COPS?") == ['+COPS: 0,0,"CHN-UNICOM",7', "OK"]
        assert await desk.lines("AT+COPS=3,2;+COPS?") == ['+COPS: 0,2,"46001",7', "OK"]
        assert await desk.lines("AT+COPS=3,1;+COPS?") == ['+COPS: 0,1,"UNICOM",7', "OK"]
        await desk.at('AT+CSCS="UCS2";+COPS=3,0')
        assert await desk.lines("AT+COPS?") == [
            '+COPS: 0,0,"00430048004E002D0055004E00490043004F004D",7',
            "OK",
        ]

    on_desk(scenario)


def test_denied_is_no_service(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CREG?;+COPS?") == ["+CREG: 0,3", "+COPS: 0", "OK"]
        assert await desk.lines("ATD10086;") == ["NO DIALTONE"]
        await desk.at("AT+CMEE=1")
        assert await desk.lines('AT+CUSD=1,"*100#",15') == ["+CME ERROR: 30"]
        assert await desk.at("AT+CMGS=12") == b"\r\n> "
        desk.modem.received(b"00210005810180F6000002F932\x1a")
        assert await desk.later() == b"\r\n+CMS ERROR: 331\r\n"
        assert desk.air.submitted == []

    on_desk(scenario, camp=Camp(cs=3, eps=3, ims=0, plmn="46001", operator="CHN-UNICOM"))


def test_flight_mode_and_restart(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CREG=1")
        assert await desk.lines("AT+CFUN=4") == ["OK", "+CREG: 0"]
        assert desk.air.on == []
        assert await desk.lines("AT+CFUN?;+CSQ") == ["+CFUN: 4", "+CSQ: 99,99", "OK"]
        await desk.at("AT+CFUN=1", 3)
        assert desk.air.on == [desk.modem]
        assert await desk.lines("AT+CREG?") == ["+CREG: 1,1", "OK"]
        assert await desk.lines("AT+CFUN=1,1") == ["OK"]
        assert desk.air.on == []
        assert await desk.at("AT", 2) == b"", "it does not hear while it restarts"
        banner = await desk.later(8)
        assert banner.startswith(b"\r\nRDY\r\n") and b"+QIND: SMS DONE" in banner
        assert await desk.at("AT+CREG?") == b"AT+CREG?\r\r\n+CREG: 0,1\r\n\r\nOK\r\n", "settings are lost"

    on_desk(scenario, profile="quectel")
