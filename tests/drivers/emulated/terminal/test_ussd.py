"""USSD: 27.007 7.15, as plain text, UCS2 hex, and packed septets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]
BALANCE = "\u4f59\u989d 50"


def test_by_character_set(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines('AT+CUSD=1,"*100#",15') == ["OK"]
        desk.modem.ussd("Balance 50", 0)
        assert await desk.later() == b'\r\n+CUSD: 0,"Balance 50",15\r\n'
        desk.modem.ussd(BALANCE, 1, 72)
        assert await desk.later() == b'\r\n+CUSD: 1,"4F59989D002000350030",72\r\n'
        await desk.at('AT+CSCS="UCS2"')
        assert await desk.lines('AT+CUSD=1,"002A0031003000300023",15') == ["OK"]
        desk.modem.ussd("OK", 0)
        assert await desk.later() == b'\r\n+CUSD: 0,"004F004B",15\r\n'
        assert desk.air.codes == ["*100#", "*100#"]
        assert await desk.lines("AT+CUSD=2") == ["OK"]
        assert desk.air.codes[-1] == "end"
        await desk.at("AT+CUSD=0")
        desk.modem.ussd("unheard", 0)
        assert await desk.later() == b""

    on_desk(scenario)


def test_the_coding_is_the_network_s(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CUSD=1")
        desk.modem.ussd("Data left", 0, 0)
        assert await desk.later() == b'\r\n+CUSD: 0,"Data left",0\r\n'
        desk.modem.ussd("OK", 0, 72)
        assert await desk.later() == b'\r\n+CUSD: 0,"004F004B",72\r\n', "letters too can come as UCS2"
        desk.modem.ussd("", 4)
        assert await desk.later() == b"\r\n+CUSD: 4\r\n"

    on_desk(scenario)


def test_packed_septets_of_huawei(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        # "*100#" packed is AA180C3602 in every Huawei USSD how-to.
        assert await desk.lines('AT+CUSD=1,"AA180C3602",15') == ["OK"]
        assert desk.air.codes == ["*100#"]
        desk.modem.ussd("*100#", 0)
        assert await desk.later() == b'\r\n+CUSD: 0,"AA180C3602",15\r\n'

    on_desk(scenario, profile="huawei")
