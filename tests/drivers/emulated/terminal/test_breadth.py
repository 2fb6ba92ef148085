"""Phone books, indicators, clock, preferred networks, PIN counters: 27.007 7.19, 8.9 to 8.15, 8.41, 8.65."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from drivers.emulated.uicc import Card
from interop.lab.model import SimPart

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]
DELIVER = bytes.fromhex("040B911346610089F60000208062917314080AE8329BFD4697D9EC37")


def test_phone_book_on_the_card(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CPBS?") == ['+CPBS: "SM",0,20', "OK"]
        assert await desk.lines("AT+CPBW=?") == ["+CPBW: (1-20),20,(129,145,161),16", "OK"]
        assert await desk.lines('AT+CPBW=,"10010",129,"Unicom"') == ["OK"]
        assert await desk.lines('AT+CPBW=5,"8613900001234",145,"Mobile"') == ["OK"]
        # 51.011 10.5.1: name, length, type and digits, one record after another.
        assert await desk.lines("AT+CRSM=178,28474,5,4,30") == [
            f'+CRSM: 144,0,"4D6F62696C65{"FF" * 10}0891683109001032F4{"FF" * 5}"',
            "OK",
        ]
        assert await desk.lines("AT+CPBR=1,20") == [
            '+CPBR: 1,"10010",129,"Unicom"',
            '+CPBR: 5,"+8613900001234",145,"Mobile"',
            "OK",
        ]
        assert await desk.lines('AT+CPBF="mob"') == ['+CPBF: 5,"+8613900001234",145,"Mobile"', "OK"]
        assert await desk.lines('AT+CMEE=1;+CPBF="nobody"') == ["+CME ERROR: 22"]
        assert await desk.lines("AT+CPBW=5") == ["OK"]
        assert await desk.lines("AT+CPBS?") == ['+CPBS: "SM",1,20', "OK"]
        assert await desk.lines('AT+CPBW=21,"1"') == ["+CME ERROR: 21"]
        assert await desk.lines(f'AT+CPBW=2,"1",129,"{"x" * 17}"') == ["+CME ERROR: 24"]
        assert await desk.lines('AT+CPBW=2,"abc"') == ["+CME ERROR: 50"]

    on_desk(scenario)


def test_phone_book_in_chinese_and_full(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CMEE=1;+CSCS="UCS2"')
        assert await desk.lines('AT+CPBW=3,"10086",129,"5BA2670D"') == ["OK"]
        assert await desk.lines("AT+CPBR=3") == ['+CPBR: 3,"10086",129,"5BA2670D"', "OK"]
        for _ in range(19):
            assert await desk.lines('AT+CPBW=,"1"') == ["OK"]
        assert await desk.lines('AT+CPBW=,"1"') == ["+CME ERROR: 20"]

    on_desk(scenario)


def test_indicators_are_told_to_who_asked(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CIND?") == ["+CIND: 5,3,1,0,0,0,0", "OK"]
        leg = desk.air.ring("10086")
        assert b"+CIEV" not in await desk.later()
        desk.air.release(leg, 16)
        await desk.later(5)
        assert await desk.lines("AT+CMER=3,0,0,1") == ["OK"], "what is true is no news"
        leg = desk.air.ring("10086")
        assert (await desk.later()).split() == [b"+CIEV:", b"5,1", b"RING"]
        desk.air.release(leg, 16)
        assert (await desk.later()).split()[:2] == [b"+CIEV:", b"5,0"]
        desk.modem.camped(replace(desk.air.home, cs=5, eps=5))
        assert await desk.later() == b"\r\n+CIEV: 6,1\r\n"
        assert await desk.lines("AT+CFUN=4") == ["OK", "+CIEV: 2,0", "+CIEV: 3,0", "+CIEV: 6,0"]
        assert (await desk.at("AT+CFUN=1", 3)).decode().split("\r\n")[-2:] == ["+CIEV: 3,1", ""]
        await desk.at("AT+CMER=3,0,0,0")
        desk.air.ring("10086")
        assert b"+CIEV" not in await desk.later()

    on_desk(scenario)


def test_message_indicators(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at('AT+CPMS="SM","SM","SM";+CMER=3,0,0,1')
        assert desk.modem.message(DELIVER, "")
        assert await desk.later() == b"\r\n+CIEV: 4,1\r\n"
        assert (await desk.lines("AT+CMGR=1"))[-2:] == ["OK", "+CIEV: 4,0"]
        while desk.modem.message(DELIVER, ""):
            pass
        assert b"+CIEV: 7,1\r\n" in await desk.later()
        assert "+CIEV: 7,0" in await desk.lines("AT+CMGD=1")
        assert "+CIEV: 4,0" in await desk.lines("AT+CMGL=4")

    on_desk(scenario)


def test_clock_and_network_time(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines('AT+CCLK="26/11/22,10:00:00+36";+CCLK?', 0.5) == [
            '+CCLK: "26/11/22,10:00:00+36"',
            "OK",
        ]
        await desk.later(3600)
        assert (await desk.lines("AT+CCLK?"))[0].startswith('+CCLK: "26/11/22,11:00:0')
        for wrong in ('"26/13/22,10:00:00"', '"26/11/22"', '"26/11/22,10:00:00+99"'):
            assert await desk.lines(f"AT+CMEE=1;+CCLK={wrong}") == ["+CME ERROR: 50"]
        await desk.at("AT+CTZR=1;+CTZU=1;+CFUN=4")
        assert "+CTZV: +32" in await desk.lines("AT+CFUN=1", 3), "the network tells it at registration"
        assert (await desk.lines("AT+CCLK?"))[0].startswith('+CCLK: "70/01/01,09:'), "the desk's epoch is 0"
        await desk.at("AT+CTZR=2;+CFUN=4")
        told = (await desk.lines("AT+CFUN=1", 3))[-1]
        assert told.startswith('+CTZE: "+32",0,"1970/01/01,09:')

    on_desk(scenario)


def test_preferred_networks_are_the_card_s(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CPOL?") == ["OK"]
        assert await desk.lines('AT+CPOL=3,2,"46011",0,0,0,1') == ["OK"]
        # 31.102 4.2.5: PLMN 46011 is 64F011, E-UTRAN is bit 7 of the first octet.
        assert (await desk.lines("AT+CRSM=176,28512,0,10,5"))[0] == '+CRSM: 144,0,"64F0114000"'
        assert await desk.lines("AT+CPOL=,2;+CPOL?") == ['+CPOL: 3,2,"46011",0,0,0,1', "OK"]
        assert await desk.lines("AT+CPOL=,0;+CPOL?") == ['+CPOL: 3,0,"CHN-CT",0,0,0,1', "OK"]
        assert await desk.lines('AT+CPOL=,1,"UNICOM",1,0,1,0;+CPOL?') == [
            '+CPOL: 1,0,"CHN-UNICOM",1,0,1,0',
            '+CPOL: 3,0,"CHN-CT",0,0,0,1',
            "OK",
        ]
        assert await desk.lines("AT+CPOL=3;+CPOL=1;+CPOL?") == ["OK"]
        await desk.at("AT+CMEE=1;+CPLS=2")
        assert await desk.lines("AT+CPOL?") == ['+CPOL: 1,0,"CHN-UNICOM",1,0,1,1', "OK"], "EF_HPLMNwAcT"
        assert await desk.lines("AT+CPOL=1") == ["+CME ERROR: 3"], "only the issuer writes that one"
        assert await desk.lines('AT+CPLS=0;+CPOL=11,2,"46000"') == ["+CME ERROR: 21"]
        assert await desk.lines('AT+CPOL=1,2,"nowhere"') == ["+CME ERROR: 50"]

    on_desk(scenario)


def test_pin_counters(on_desk: OnDesk, sim: SimPart) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CPINR") == [
            "+CPINR: SIM PIN,3,3",
            "+CPINR: SIM PUK,10,10",
            "+CPINR: SIM PIN2,3,3",
            "+CPINR: SIM PUK2,10,10",
            "OK",
        ]
        await desk.at('AT+CPIN="0000"')
        assert await desk.lines('AT+CPINR="SIM PIN"') == ["+CPINR: SIM PIN,2,3", "OK"]

    on_desk(scenario, card=Card.of(sim, pin="4321"))


def test_activity(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CPAS") == ["+CPAS: 0", "OK"]
        leg = desk.air.ring("10086")
        await desk.later()
        assert "+CPAS: 3" in await desk.lines("AT+CPAS")
        desk.air.progress(leg, 0)
        assert await desk.lines("AT+CPAS") == ["+CPAS: 4", "OK"]

    on_desk(scenario)
